//! Texts of what both portals show: their names, by section.

macro_rules! texts {
    ($($section:ident: $kind:ident { $($key:ident),+ $(,)? })+) => {
        /// Texts of what both portals show.
        #[derive(Debug)]
        pub struct Parts { $(pub $section: $kind,)+ }
        $(
            #[derive(Debug)]
            pub struct $kind { $(pub $key: &'static str,)+ }
        )+
    };
}

texts! {
    state: PartsState {
        idle, past_due, ending,
    }
    ledger: PartsLedger {
        wallet, gateway, revenue, tax, fees, goodwill, suspense, write_off,
    }
    sheet: PartsSheet {
        seller, buyer, number, issued_on, due_on, item, quantity, unit_price, discount, net, total, paid,
        due, draft,
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
        renamed, forced,
    }
    bell: PartsBell {
        unread, nothing, nothing_text, read_all, all,
    }
}
