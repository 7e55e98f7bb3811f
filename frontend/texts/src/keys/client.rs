//! Texts of the client portal: their names, by section.

super::sections! {
    /// Texts of the client portal.
    Client {
        nav: ClientNav {
            dashboard, services, all_services, orders, order, finance, add_funds, documents, transactions, company,
            profile, users, tokens, person, me, password, verification, two_factor, sessions, sign_out, sign_in,
            register, switch_client, balance, support,
        }
        strip: ClientStrip {
            confirm_email, resend, resent, complete_profile, complete_action, low_wallet, empty_wallet,
            suspended, suspended_plain, past_due, factor_required, factor_action,
            support_title, support_reads, support_acts, support_end,
        }
        common: ClientCommon {
            save, saved, cancel, back, next, see_all, why, all, status, amount, per_hour,
            no_client, no_client_hint, in_days, in_hours, in_minutes, soon,
        }
        signup: ClientSignup {
            first_name, last_name, email, company, tax_id, tax_help,
        }
        home: ClientHome {
            morning, day, evening, text, balance, available, held, credit, lasts, lasts_long, lasts_always,
            lasts_over, total, active, suspended, ending, cost, cost_text, hourly, daily, weekly, monthly,
            yearly, recommended, recommended_text, recommended_none, forecast, forecast_text, recent,
            recent_empty, recent_hint, start_title, start_text, unpaid, unpaid_line, pay_now, view_document,
        }
        shop: ClientShop {
            title, text, currency, free, setup, order, details, sold_out, not_in_currency, empty, empty_hint,
            by_hour, features, prices, period, price, choose_options, back,
        }
        order: ClientOrder {
            title, step_period, step_options, step_check, period_title, period_text, options_title,
            options_none, label, label_help, quantity, check_title, summary, setup, hourly, monthly, due_now,
            available, missing, missing_text, top_up, deploy, order_pay, net, placed, placed_pending, sign_in,
            why_first, included, range,
        }
        cart: ClientCart {
            title, text, add, added, deploy, remove, blocked, nothing, empty, empty_hint,
        }
        terms: ClientTerms {
            title, published, accept, read,
        }
        orders: ClientOrders {
            title, text, order, one, search, placed_by, cancelled, empty, empty_hint,
        }
        service: ClientService {
            price_details, title, text, name, product, state, price, next_charge, ordered, since, search,
            empty, empty_hint, provisioning, step_ordered, step_money, step_delivery, step_active, waits_money,
            waits_delivery, failed_text, past_due, suspended_money, suspended_staff, suspended_client,
            suspended_abuse, terminates, cancels, termination_requested, withdraw, withdrawn, terminate,
            terminate_title, terminate_text, end_when, end_period, end_period_text, end_now, end_now_text,
            rename, idle_on, idle_off, cancel_order, cancel_text, overview, charges, options,
            history, facts, setup, base, idle_price, uninstall, switch_up, switch_down, charges_empty,
            charges_hint, charge_period, change_options, options_none, preview, preview_now, preview_fee,
            preview_rest, preview_before, preview_after, preview_same, apply, changed, history_empty, renamed,
            settings,
        }
        funds: ClientFunds {
            title, text, amount, amount_help, recommended, quick, net, total, no_tax, after, lasts, lasts_year,
            submit, why_tax, profile_first, choose_amount,
        }
        pay: ClientPay {
            title, methods, no_methods, no_methods_hint, to_pay, paid, due, transfer, transfer_text, qr,
            waiting, done_title, done_text, partly, cancelled, see_invoice, later, balance, balance_text,
            balance_short, balance_part, balance_whole, balance_pay,
        }
        docs: ClientDocs {
            title, text, number, kind, issued, due, net, tax, total, search, empty, empty_hint, download, pay,
            print, payments, payments_none, from_proforma, became_invoice, refunds, corrects, corrected_by, to_balance,
        }
        money: ClientMoney {
            title, text, search, when, what, amount, balance, empty, empty_hint, kind,
        }
        profile: ClientProfile {
            is_company, title, text, who, who_text, address, address_text, phone, phone_country, language,
            read_only, next_funds, vat_ok, vat_bad, vat_awaited,
        }
        me: ClientMe {
            title, text, current, current_help, pending, language,
        }
        support: ClientSupport {
            title, text, closed, closed_text, open, open_text, inside, allow, allow_title, allow_text, extend,
            extend_title, extend_text, end, end_title, end_text, visits, visits_empty, staff, from, until, viewed,
            changed, tried, inside_now, uninvited, requests, requests_text, what, answer, refused,
        }
    }
}
