//! What the program and its modules do by themselves.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use shared::Language;
use shared::catalog::{ModuleInfo, ModuleSchedule};
use shared::schedule::{ScheduleCategory, ScheduleModule, ScheduleText};

use crate::jobs::Job;
use crate::words::{self, Task, Tasks};

/// A scheduled task.
pub(super) struct Entry {
    pub key: String,
    pub category: ScheduleCategory,
    /// `None`: the program's own.
    pub module: Option<ScheduleModule>,
    /// As delivered.
    pub cron: String,
    pub job: Job,
    pub texts: BTreeMap<Language, ScheduleText>,
}

impl Entry {
    /// Whether it is shown and runs while these modules work.
    pub(super) fn runs_with(&self, working: &HashSet<String>) -> bool {
        self.module.as_ref().is_none_or(|module| working.contains(&module.key))
    }
}

/// A task of the program's own.
struct Own {
    key: &'static str,
    category: ScheduleCategory,
    cron: &'static str,
    job: Job,
    /// Its title and description, of all texts.
    text: fn(&Tasks) -> Task,
}

impl Own {
    fn entry(&self) -> Entry {
        let text = |language: &Language| {
            let Task { title, description } = (self.text)(&words::of(*language).tasks);
            (*language, ScheduleText { title: title.to_owned(), description: description.to_owned() })
        };
        Entry {
            key: self.key.to_owned(),
            category: self.category,
            module: None,
            cron: self.cron.to_owned(),
            job: self.job.clone(),
            texts: Language::ALL.iter().map(text).collect(),
        }
    }
}

const OWN: &[Own] = &[
    Own {
        key: "charge",
        category: ScheduleCategory::Finance,
        cron: "* * * * *",
        job: Job::Charge,
        text: |tasks| tasks.charge,
    },
    Own {
        key: "service-deadlines",
        category: ScheduleCategory::Service,
        cron: "* * * * *",
        job: Job::ServiceDeadlines,
        text: |tasks| tasks.service_deadlines,
    },
    Own {
        key: "wallet-forecast",
        category: ScheduleCategory::Finance,
        cron: "5 * * * *",
        job: Job::WalletForecast,
        text: |tasks| tasks.wallet_forecast,
    },
    Own {
        key: "document-reminders",
        category: ScheduleCategory::Finance,
        cron: "15 * * * *",
        job: Job::DocumentReminders,
        text: |tasks| tasks.document_reminders,
    },
    Own {
        key: "statements",
        category: ScheduleCategory::Finance,
        // East of UTC+3 the month ends, in UTC, after four in the morning of its first day.
        cron: "0 4 1,2 * *",
        job: Job::Statements,
        text: |tasks| tasks.statements,
    },
    Own {
        key: "waiting-mail",
        category: ScheduleCategory::System,
        cron: "*/10 * * * *",
        job: Job::WaitingMail,
        text: |tasks| tasks.waiting_mail,
    },
    Own {
        key: "convert-prices",
        category: ScheduleCategory::Products,
        cron: "0 0 * * *",
        job: Job::ConvertPrices,
        text: |tasks| tasks.convert_prices,
    },
    Own {
        key: "fetch-rates",
        category: ScheduleCategory::Products,
        cron: "30 16 * * *",
        job: Job::FetchRates,
        text: |tasks| tasks.fetch_rates,
    },
    Own {
        key: "vat-rechecks",
        category: ScheduleCategory::Finance,
        cron: "10 5 * * *",
        job: Job::VatRechecks,
        text: |tasks| tasks.vat_rechecks,
    },
    Own {
        key: "cleanup",
        category: ScheduleCategory::Cleanup,
        cron: "30 2 * * *",
        job: Job::Cleanup,
        text: |tasks| tasks.cleanup,
    },
    Own {
        key: "books-audit",
        category: ScheduleCategory::Finance,
        cron: "0 3 * * *",
        job: Job::BooksAudit,
        text: |tasks| tasks.books_audit,
    },
];

/// Everything there is: the program's own, then what the modules bring, whether they are active or not.
pub(super) fn entries() -> &'static [Entry] {
    static ALL: OnceLock<Vec<Entry>> = OnceLock::new();
    ALL.get_or_init(|| {
        let brought = provisioners::all().iter().flat_map(|module| of_module(module.info()));
        OWN.iter().map(Own::entry).chain(brought).collect()
    })
}

fn of_module(info: ModuleInfo) -> impl Iterator<Item = Entry> {
    let ModuleInfo { key: module, name, schedule, .. } = info;
    schedule.into_iter().map(move |ModuleSchedule { key, texts, cron }| Entry {
        // A dot stands in no other key.
        key: format!("{module}.{key}"),
        category: ScheduleCategory::Module,
        module: Some(ScheduleModule { key: module.clone(), name: name.clone() }),
        cron,
        job: Job::ModuleSchedule { module: module.clone(), entry: key },
        texts,
    })
}

pub(super) fn find(key: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.key == key)
}

#[cfg(test)]
mod tests {
    use super::super::cron::Cron;
    use super::*;
    use crate::http::Fields;

    #[test]
    fn every_entry_has_a_key_of_its_own_and_comes_as_delivered() {
        let keys: HashSet<&str> = entries().iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys.len(), entries().len());
        for entry in entries() {
            assert!(entry.key.len() <= 63, "{}", entry.key);
            assert_eq!(entry.key.contains('.'), entry.module.is_some(), "{}", entry.key);
            assert!(Cron::check(&mut Fields::new(), &entry.cron, "UTC").is_some(), "{}", entry.key);
        }
        assert!(find("manual.waiting-deliveries").is_some());
    }
}
