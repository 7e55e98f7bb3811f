//! Texts of what both portals show: their names, by section.

super::sections! {
    /// Texts of what both portals show.
    Parts {
        state: PartsState {
            idle, past_due, ending,
        }
        ledger: PartsLedger {
            wallet, gateway, revenue, tax, fees, goodwill, suspense, write_off,
        }
        sheet: PartsSheet {
            seller, buyer, number, issued_on, due_on, item, quantity, unit_price, discount, net, total, paid,
            due, draft, einvoice, taxed, exempt, tax_base, to_pay, reference,
        }
        why: PartsWhy {
            services, hours, price_version, movements, posted_by, system, staff, person, gross, fee, before,
            after, id, explanation, open_document, open_service, total,
        }
        tax: PartsTax {
            why, evidence, passed,
        }
        event: PartsEvent {
            ordered, provisioning, activated, create_failed, suspended, resumed, terminated, cancelled, idle,
            unidle, options_changed, past_due, termination_requested, termination_withdrawn, terminating_soon,
            renamed, forced, price_changed, moved,
        }
        statement: PartsStatement {
            title, text, tab, one, month, services, charged, returned, total, running, running_text, frozen, empty,
            empty_hint, nothing, service, what, period, count, amount, hours, download_csv,
            archived,
        }
        bulk: PartsBulk {
            chosen, clear, would, would_not, result, download, download_max,
        }
        bell: PartsBell {
            unread, nothing, nothing_text, read_all, all,
        }
        spending: PartsSpending {
            title, text, monthly, this_month, alert, alert_help, cap, cap_help, cap_of_staff, cap_of_client, above_cap,
            above_alert, by_day, by_day_text, by_day_none,
        }
        token: PartsToken {
            title, text, new, name, name_help, scopes, networks, networks_help, expires, expires_never, days,
            year, create, created_text, used, revoke, revoke_title, revoke_text, revoked, empty, empty_hint,
            owner,
        }
        security: PartsSecurity {
            password_help, password_title, password_text, password_last, password_new, password_again, password_differ, password_code, password_code_help, password_save, password_done, sessions_title, sessions_text, session_browser, session_here, session_seen, session_started, session_end, session_end_text, session_end_others, session_end_others_text, sessions_ended, session_over,
        }
        people: PartsPeople {
            title, text, role, permissions, two_factor, last_sign_in, you, disable, disable_title,
            disable_text, enable, remove, remove_title, remove_text, hand_over, hand_over_title,
            hand_over_text,
        }
        invite: PartsInvite {
            new, title, help, sent, waiting, by, expires, expired, resend, withdraw, withdraw_text, withdrawn, page_title,
            page_text, from, accept, sign_in_first, other_login, register_text, bad_text,
        }
        networks: PartsNetworks {
            title, text, help, yours, two_factor,
        }
        factor: PartsFactor {
            methods, center_title, center_text, totp, email, verified, unverified, is_default, make_default, last_used,
            never, delete_title, delete_text, deleted, add_app, add_email, empty, empty_hint, device,
            device_default, scan, scan_text, by_hand, code, code_help, code_mail_help, verify, verified_now,
            title, text, on, off, on_text, off_text, turn_on, turn_off, turned_on, turned_off, first_method,
            confirm_on, confirm_off, with, recovery_code, send_code, code_sent, codes_title, codes_text,
            codes_copy, codes_save, codes_kept, codes_left, codes_new, codes_new_text, required,
        }
    }
}
