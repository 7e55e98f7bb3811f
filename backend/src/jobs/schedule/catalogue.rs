//! What the program does by itself.

use shared::Language;
use shared::schedule::{ScheduleCategory, ScheduleText};

use crate::jobs::Job;
use crate::words::{self, Task, Tasks};

/// A scheduled task as the program knows it.
pub(super) struct Entry {
    pub key: &'static str,
    pub category: ScheduleCategory,
    pub cron: &'static str,
    pub job: Job,
    /// Its title and description, of all texts.
    text: fn(&Tasks) -> Task,
}

impl Entry {
    pub(super) fn texts(&self) -> impl Iterator<Item = (Language, ScheduleText)> + '_ {
        Language::ALL.iter().map(move |language| {
            let Task { title, description } = (self.text)(&words::of(*language).tasks);
            (*language, ScheduleText { title: title.to_owned(), description: description.to_owned() })
        })
    }
}

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        key: "charge",
        category: ScheduleCategory::Finance,
        cron: "* * * * *",
        job: Job::Charge,
        text: |tasks| tasks.charge,
    },
    Entry {
        key: "service-deadlines",
        category: ScheduleCategory::Service,
        cron: "* * * * *",
        job: Job::ServiceDeadlines,
        text: |tasks| tasks.service_deadlines,
    },
    Entry {
        key: "wallet-forecast",
        category: ScheduleCategory::Finance,
        cron: "5 * * * *",
        job: Job::WalletForecast,
        text: |tasks| tasks.wallet_forecast,
    },
    Entry {
        key: "document-reminders",
        category: ScheduleCategory::Finance,
        cron: "15 * * * *",
        job: Job::DocumentReminders,
        text: |tasks| tasks.document_reminders,
    },
    Entry {
        key: "statements",
        category: ScheduleCategory::Finance,
        // East of UTC+3 the month ends, in UTC, after four in the morning of its first day.
        cron: "0 4 1,2 * *",
        job: Job::Statements,
        text: |tasks| tasks.statements,
    },
    Entry {
        key: "waiting-mail",
        category: ScheduleCategory::System,
        cron: "*/10 * * * *",
        job: Job::WaitingMail,
        text: |tasks| tasks.waiting_mail,
    },
    Entry {
        key: "convert-prices",
        category: ScheduleCategory::Products,
        cron: "0 0 * * *",
        job: Job::ConvertPrices,
        text: |tasks| tasks.convert_prices,
    },
    Entry {
        key: "fetch-rates",
        category: ScheduleCategory::Products,
        cron: "30 16 * * *",
        job: Job::FetchRates,
        text: |tasks| tasks.fetch_rates,
    },
    Entry {
        key: "vat-rechecks",
        category: ScheduleCategory::Finance,
        cron: "10 5 * * *",
        job: Job::VatRechecks,
        text: |tasks| tasks.vat_rechecks,
    },
    Entry {
        key: "cleanup",
        category: ScheduleCategory::Cleanup,
        cron: "30 2 * * *",
        job: Job::Cleanup,
        text: |tasks| tasks.cleanup,
    },
    Entry {
        key: "books-audit",
        category: ScheduleCategory::Finance,
        cron: "0 3 * * *",
        job: Job::BooksAudit,
        text: |tasks| tasks.books_audit,
    },
];

pub(super) fn find(key: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.key == key)
}
