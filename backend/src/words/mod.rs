//! Everything the program says in the reader's language, but for the labels of papers. A language is a file here; a text
//! that lacks a translation does not compile.
//!
//! `{name}` in a text is a place for a value; a test proves that every language has the same ones.

mod en;
mod pl;
mod uk;

use std::fmt::Display;

use shared::{Language, Plural};

type Text = &'static str;

/// Declares texts by their names. Tests go through them.
macro_rules! texts {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $note:literal])* $key:ident: $kind:ty),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name { $($(#[doc = $note])* pub(crate) $key: $kind,)+ }

        #[cfg(test)]
        impl Each for $name {
            fn each(&self, name: &str, put: &mut dyn FnMut(&str, &str)) {
                $(self.$key.each(&format!("{name}.{}", stringify!($key)), put);)+
            }
        }
    };
}

texts! {
    /// Everything the program says, in one language.
    Words {
        clients: Clients,
        quote: Quote,
        services: Services,
        tax: Tax,
        documents: Documents,
        payments: Payments,
        ledger: Ledger,
        variables: Variables,
        tasks: Tasks,
        /// `None`: the library that reads cron expressions speaks this language itself.
        cron: Option<Phrases>,
        mails: Toml,
    }
}

texts! {
    /// What stands in the way of closing a client.
    Clients {
        close_first: Text,
        services_left: Forms,
        documents_left: Forms,
        debt: Text,
        balance: Text,
        held: Text,
    }
}

texts! {
    /// Why a line of a quote is that much.
    Quote {
        included: Text,
        once: Text,
        first_period: Text,
        first_hour: Text,
        hour_of_month: Text,
    }
}

texts! {
    /// Why a change of options is that much.
    Services {
        switch_fee: Text,
        difference: Text,
        due_now: Text,
    }
}

texts! {
    /// How tax was decided.
    Tax {
        /// Whom a rule fits, as part of `rule` and `fallback`.
        private: Text,
        company: Text,
        taxed_company: Text,
        no_tax: Text,
        /// Between two rates.
        and: Text,
        reverse_charge: Text,
        rule: Text,
        fallback: Text,
        balance: Text,
        not_checked: Text,
        invalid: Text,
        /// When and by whom a VAT id was checked, as part of `reverse_charge` and `invalid`.
        found: Text,
        found_consulted: Text,
        by_vies: Text,
        by_checksum: Text,
        by_staff: Text,
        by_source: Text,
    }
}

texts! {
    /// Documents: what is printed on them, and their arithmetic.
    Documents {
        /// The line of a top-up when the company wrote none; `rules::numbering` fills it.
        funds: Text,
        /// By which the buyer learns that the tax is his to pay.
        reverse_charge: Text,
        /// Label of a buyer's tax id where it has no name of its own.
        tax_id: Text,
        from_balance: Text,
        from_balance_exempt: Text,
        paid_from_balance: Text,
        /// Below the notes of a proforma, as the labels of papers have it.
        not_a_tax_document: Text,
        refund_reason: Text,
        partial_refund: Text,
        line: Text,
        tax: Text,
        tax_rounded: Text,
        tax_part: Text,
    }
}

texts! {
    /// Labels of a bank transfer.
    Payments {
        recipient: Text,
        amount: Text,
        reference: Text,
    }
}

texts! {
    /// What a movement was, and why a charge was that much.
    Ledger {
        setup: Text,
        uninstall: Text,
        options_changed: Text,
        from_balance: Text,
        service_started: Text,
        running: Text,
        payment: Text,
        unused_time: Text,
        refund: Text,
        adjustment: Text,
        credit: Text,
        tax: Text,
        fee: Text,
        suspense: Text,
        whole_period: Text,
        in_files: Text,
        change_fee: Text,
        paid_back: Text,
        net: Text,
        net_part: Text,
        named_tax: Text,
        came_in: Text,
        kept_aside: Text,
    }
}

texts! {
    /// What a template can print.
    Variables {
        number: Text,
        issued_on: Text,
        due_on: Text,
        paid_on: Text,
        language: Text,
        paper: Text,
        logo: Text,
        seller_name: Text,
        seller_address: Text,
        seller_tax_ids: Text,
        seller_contacts: Text,
        buyer_name: Text,
        buyer_address: Text,
        buyer_tax_ids: Text,
        buyer_contacts: Text,
        lines: Text,
        has_unit: Text,
        has_discount: Text,
        taxes: Text,
        net: Text,
        tax: Text,
        total: Text,
        paid: Text,
        due: Text,
        currency: Text,
        related: Text,
        notes: Text,
        pay_to: Text,
        bank: Text,
        has_code: Text,
        footer: Text,
    }
}

texts! {
    /// Every task that the program does by itself.
    Tasks {
        charge: Task,
        service_deadlines: Task,
        wallet_forecast: Task,
        document_reminders: Task,
        statements: Task,
        waiting_mail: Task,
        convert_prices: Task,
        fetch_rates: Task,
        vat_rechecks: Task,
        cleanup: Task,
        books_audit: Task,
    }
}

texts! {
    /// A task that the program does by itself.
    Task {
        title: Text,
        description: Text,
    }
}

texts! {
    /// Cron expressions. Names stand in their plain form, so that they need no cases.
    Phrases {
        every_minute: Text,
        every_second: Text,
        every_minutes: Text,
        every_seconds: Text,
        every_hours: Text,
        every_months: Text,
        at_time: Text,
        in_months: Text,
        second: Text,
        minute: Text,
        of_every_hour: Text,
        hour: Text,
        year: Text,
        day: Text,
        last_day: Text,
        nearest_weekday: Text,
        last_weekday: Text,
        nth_weekday: Text,
        if_also: Text,
        if_also_one_of: Text,
        and: Text,
        or: Text,
        /// From Sunday.
        days: [Text; 7],
        months: [Text; 12],
    }
}

texts! {
    /// A text in the forms that it has after a number, which is its `{count}`.
    Forms {
        one: Text,
        few: Text,
        many: Text,
    }
}

impl Forms {
    /// `2 documents are unpaid.`
    pub(crate) fn after(self, count: u64, language: Language) -> String {
        let form = match language.plural(count) {
            Plural::One => self.one,
            Plural::Few => self.few,
            Plural::Many => self.many,
        };
        fill(form, &[("count", &count)])
    }
}

/// A file of texts that `notify::render` reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Toml(pub(crate) &'static str);

/// Everything the program says, in a language.
pub(crate) fn of(language: Language) -> &'static Words {
    match language {
        Language::English => &en::WORDS,
        Language::Polish => &pl::WORDS,
        Language::Ukrainian => &uk::WORDS,
    }
}

/// A text with its `{name}`s replaced, at one go: a value that holds such a name stays as it is.
pub(crate) fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let value = part.split_once('}').and_then(|(name, rest)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some(format!("{value}{rest}"))
        });
        filled.push_str(&value.unwrap_or_else(|| format!("{{{part}")));
    }
    filled
}

/// Texts that can be gone through, each with the path of its names.
#[cfg(test)]
trait Each {
    fn each(&self, name: &str, put: &mut dyn FnMut(&str, &str));
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    impl Each for Text {
        fn each(&self, name: &str, put: &mut dyn FnMut(&str, &str)) {
            put(name, self);
        }
    }

    impl<T: Each> Each for Option<T> {
        fn each(&self, name: &str, put: &mut dyn FnMut(&str, &str)) {
            if let Some(one) = self {
                one.each(name, put);
            }
        }
    }

    impl<T: Each, const N: usize> Each for [T; N] {
        fn each(&self, name: &str, put: &mut dyn FnMut(&str, &str)) {
            for one in self {
                one.each(name, put);
            }
        }
    }

    /// `notify::render` proves its own.
    impl Each for Toml {
        fn each(&self, _name: &str, _put: &mut dyn FnMut(&str, &str)) {}
    }

    fn placeholders(text: &str) -> BTreeSet<String> {
        let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        names.map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn placeholders_are_the_same_in_every_language() {
        let mut known = BTreeMap::new();
        for language in Language::ALL {
            of(*language).each("", &mut |name, text| {
                let found = placeholders(text);
                let before = known.entry(name.to_owned()).or_insert_with(|| found.clone());
                assert_eq!(*before, found, "{language}: {name} is {text:?}");
            });
        }
        assert!(known.len() > 100);
    }

    #[test]
    fn names_in_texts_are_replaced_once() {
        assert_eq!(fill("{a} of {b}, {c}", &[("a", &1), ("b", &"{a}")]), "1 of {a}, {c}");
        assert_eq!(fill("nothing to fill", &[]), "nothing to fill");
    }

    #[test]
    fn texts_follow_their_number() {
        let said = |count| of(Language::Polish).clients.documents_left.after(count, Language::Polish);
        assert_eq!(said(1), "1 dokument jest nieopłacony.");
        assert_eq!(said(3), "3 dokumenty są nieopłacone.");
        assert_eq!(said(5), "5 dokumentów jest nieopłaconych.");
    }
}
