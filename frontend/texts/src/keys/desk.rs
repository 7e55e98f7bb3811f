//! Texts of single places in the staff portal: their names, by section.

super::sections! {
    /// Texts of single places in the staff portal.
    Desk {
        range: DeskRange {
            any, today, yesterday, week, month, this_month, last_month, own, period,
        }
        messages: DeskMessages {
            title, tab, text, none, search, subject, recipient, event, audience, for_staff, for_client,
            sent, answer, attachments, resend, no_resend, as_text, as_html, at_bell, not_rendered,
        }
        queues: DeskQueues {
            default, billing, provisioning, mail, title, text, waiting, later, running, longest_wait,
            done_day, failed_day, processes, no_processes, process, work, seen, alive, gone, heartbeat,
            last_run, paused, at_once, steer, pause, pause_help, least, most, in_force, share_help,
            retry_all, retry_effect, over_time, nothing_finished, throughput, run_time, kinds, done, failed, longest,
            cancel_task, cancel_tasks, cancel_text,
            about, only_of, pushed_at, leased_until,
        }
        orders: DeskOrders {
            title, text, none, due_now, missing, proforma, placed_by, cancelled_at, cancel, cancel_text,
            quote, quote_text, quote_lacks,
        }
        service: DeskService {
            overview, charges, no_charges, charges_text, rename, price_version, preview,
            nothing_changed, before, after, switch_fee, rest, due_now, order, module_state,
            waits, move_to, move_text, move_notify, states,
        }
        waiting: DeskWaiting {
            title, nothing, all, mark, mark_text, marked,
        }
        client: DeskClient {
            who, newest, changes, sessions, no_sessions, activity, signed_in, ended, open, browser,
            other_address, delete_address, delete_address_text, sign_out_everywhere,
            sign_out_everywhere_text, signed_out,
            sessions_text, charged, charged_text, charged_none,
        }
        access: DeskAccess {
            schemes, schemes_text, scheme, staff, unknown, no_password,
            staff_networks, staff_networks_help,
        }
        company: DeskCompany {
            restore, delete_text, archive_text, default_text, delete_logo, change_logo, delete_gateway_text,
            currencies_help, all_currencies, sort, sandbox,
        }
        template: DeskTemplate {
            title, text, printed_with, source, source_help, variables, variables_help, sample, preview, page,
            left_out, warnings, caret, back, back_text, taken_back, read_only,
        }
        product: DeskProduct {
            attributes, group_attributes_text, own_attributes, attributes_text, no_attributes, add_attribute, value,
            module_settings,
            no_settings, set, left_out, delete_price, delete_price_typed, order_hint, order_too_many,
        }
        shop: DeskShop {
            pictures, pictures_text, background, remove, looks, list_look, order_look, manage_look,
            seo, seo_text, slug, slug_help, page_title, page_title_help, page_text, page_text_help, indexable,
        }
        price_change: DeskPriceChange {
            title, text, apply, preview, preview_text, nobody, nobody_text, from, from_help, plan, plan_text, planned,
            service, before, after, difference, total, more, unchanged, kept, list, none, applies, state, reaches,
            applied, decided_by, cancel, cancel_text, cancelled, outcome, done,
        }
        rates: DeskRates {
            title, text, none, day, day_help, set, source, newer, taken_back, feed, feed_text, feed_on, feed_url,
            feed_url_help, fetch, asked, failed, taken, refused, unchanged, kept, missing,
        }
        schedule: DeskSchedule {
            means, next_runs,
        }
        oss: DeskOss {
            title, text, quarter,
        }
        ledger: DeskLedger {
            download, export, export_text, format, days, csv, beancount,
        }
        money: DeskMoney {
            payment, client_pays, balance_after, would_add,
        }
        refund: DeskRefund {
            action, title, left, by_hand_text, wallet_text, reference, whole, reason_help, left_after,
            goes_back, done, list, way,
        }
        draft: DeskDraft {
            new, new_text, lines, line, add_line, remove_line, description, quantity, unit, unit_price,
            discount, exempt, save, edit, issue, issue_text, due_days, due_days_help, issued, delete,
            delete_text, pay, pay_text, pay_whole, pay_part, paid, paid_noted, paid_part, choose,
            issue_as, as_proforma, as_invoice, take_back_text,
        }
        assign: DeskAssign {
            action, waits, title, text, done,
        }
        clock: DeskClock {
            title, text, now, hour, day, month, moved,
        }
        terms: DeskTerms {
            title, text, none, version, published, by, orders, publish, note, in_language, markdown, done,
        }
        vat: DeskVat {
            title, text, not_checked, awaited, check, checking, task, record, record_text, asked, consultation, answer,
            none,
        }
        record: DeskRecord {
            json, docs,
        }
        module_log: DeskModuleLog {
            title, text, tab, none, search, what, request,
        }
        modules: DeskModules {
            title, text, none, author, selling, active_since, activate, activated, deactivate, deactivated, deactivate_text, test,
            tested, tested_ok, configuration, configuration_text, uses, uses_text, no_uses, secret_kept,
        }
        sign_in_as: DeskSignInAs {
            action, opens, reads, acts, told, uninvited, reason_help, on_behalf,
        }
        compose: DeskCompose {
            action, recipients, text_help,
        }
    }
}
