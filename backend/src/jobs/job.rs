//! All that the workers can do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::tasks::Queue;
use shared::{ClientId, DocumentId, Month, NotificationId, PriceChangeId, ServiceId};

/// Stored as JSON: variants are added, never changed.
///
/// A job carries ids, reads the present state, and does nothing when there is nothing to do: running it twice is harmless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
pub enum Job {
    /// Charge everything that is due.
    Charge,
    /// Money came in: resume what lacked it, go on with orders that waited for it.
    WalletToppedUp {
        client: ClientId,
    },
    /// A charge was not covered: suspend when the grace is over.
    ServicePastDue {
        service: ServiceId,
    },
    /// Suspend, terminate and cancel what is due.
    ServiceDeadlines,
    /// Have the module create the service.
    Provision {
        service: ServiceId,
    },
    /// Have the module suspend, resume or terminate the service, as its state says.
    ModuleSuspend {
        service: ServiceId,
    },
    ModuleResume {
        service: ServiceId,
    },
    ModuleTerminate {
        service: ServiceId,
    },
    /// Have the module put the service to idle, or back.
    ModuleIdle {
        service: ServiceId,
    },
    ModuleChangeOptions {
        service: ServiceId,
    },
    /// Have the module take back what a failed provisioning left.
    ModuleCancel {
        service: ServiceId,
    },
    /// Have a module do what it brings to the schedule: one entry, by its key.
    ModuleSchedule {
        module: String,
        entry: String,
    },
    /// A client was suspended with its services, or reactivated: suspend or resume them, as its status says.
    ClientServices {
        client: ClientId,
    },
    /// Typeset an issued document and freeze it.
    TypesetDocument {
        document: DocumentId,
    },
    /// Freeze the usage statements of months that are over.
    Statements,
    /// Typeset a frozen statement.
    TypesetStatement {
        client: ClientId,
        month: Month,
    },
    /// Go on with prices on their way to running services: write whom they reach, tell them, apply or take back.
    PriceChange {
        change: PriceChangeId,
    },
    /// Render and send one notification.
    SendNotification {
        notification: NotificationId,
    },
    /// Send what was written while no mail server was configured.
    WaitingMail,
    /// Tell clients whose wallet runs dry soon.
    WalletForecast,
    /// Remind of documents that are due.
    DocumentReminders,
    /// Bring the rates of today into force and recompute prices in other currencies.
    ConvertPrices,
    /// Ask the feed of exchange rates, when it is on.
    FetchRates,
    /// Have a client's VAT id checked, unless there is an answer that was given at or after `since`.
    VatCheck {
        client: ClientId,
        since: Timestamp,
    },
    /// Have the VAT ids checked again whose last answer is a year old, and those that nobody has answered about.
    VatRechecks,
    /// Tell staff that somebody failed to sign in to the admin portal.
    SignInFailed {
        email: String,
        ip: String,
        /// Failures of that account from there, this one counted.
        failures: i64,
        at: Timestamp,
    },
    /// Drop what is past its retention.
    Cleanup,
    /// Audit the books and seal the day.
    BooksAudit,
}

impl Job {
    /// The name staff see; also the metric's label.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::WalletToppedUp { .. } => "wallet-topped-up",
            Self::ServicePastDue { .. } => "service-past-due",
            Self::ServiceDeadlines => "service-deadlines",
            Self::Provision { .. } => "provision",
            Self::ModuleSuspend { .. } => "module-suspend",
            Self::ModuleResume { .. } => "module-resume",
            Self::ModuleTerminate { .. } => "module-terminate",
            Self::ModuleIdle { .. } => "module-idle",
            Self::ModuleChangeOptions { .. } => "module-change-options",
            Self::ModuleCancel { .. } => "module-cancel",
            Self::ModuleSchedule { .. } => "module-schedule",
            Self::ClientServices { .. } => "client-services",
            Self::TypesetDocument { .. } => "typeset-document",
            Self::Statements => "statements",
            Self::TypesetStatement { .. } => "typeset-statement",
            Self::PriceChange { .. } => "price-change",
            Self::SendNotification { .. } => "send-notification",
            Self::WaitingMail => "waiting-mail",
            Self::WalletForecast => "wallet-forecast",
            Self::DocumentReminders => "document-reminders",
            Self::ConvertPrices => "convert-prices",
            Self::FetchRates => "fetch-rates",
            Self::VatCheck { .. } => "vat-check",
            Self::VatRechecks => "vat-rechecks",
            Self::SignInFailed { .. } => "sign-in-failed",
            Self::Cleanup => "cleanup",
            Self::BooksAudit => "books-audit",
        }
    }

    pub fn queue(&self) -> Queue {
        match self {
            Self::Charge | Self::WalletToppedUp { .. } | Self::PriceChange { .. } | Self::BooksAudit => {
                Queue::Billing
            }
            Self::Provision { .. }
            | Self::ModuleSuspend { .. }
            | Self::ModuleResume { .. }
            | Self::ModuleTerminate { .. }
            | Self::ModuleIdle { .. }
            | Self::ModuleChangeOptions { .. }
            | Self::ModuleCancel { .. }
            | Self::ModuleSchedule { .. } => Queue::Provisioning,
            Self::SendNotification { .. } | Self::WaitingMail => Queue::Mail,
            _ => Queue::Default,
        }
    }

    /// How often what the schedule repeats anyway is tried before it counts as failed.
    pub const ATTEMPTS_OF_SCHEDULED: i32 = 3;

    /// How often it is tried before it fails for good.
    pub fn attempts_max(&self) -> i32 {
        match self {
            Self::Charge
            | Self::ServiceDeadlines
            | Self::WaitingMail
            | Self::WalletForecast
            | Self::DocumentReminders
            | Self::Statements
            | Self::ConvertPrices
            | Self::FetchRates
            | Self::VatRechecks
            | Self::Cleanup
            | Self::BooksAudit
            | Self::ModuleSchedule { .. } => Self::ATTEMPTS_OF_SCHEDULED,
            // Mail servers and tax offices are away for hours: the last try comes after about eight.
            Self::SendNotification { .. } | Self::VatCheck { .. } => 16,
            _ => 10,
        }
    }

    /// At most one unfinished task of a key; `None` lets any number wait.
    pub fn dedup_key(&self) -> Option<String> {
        match self {
            Self::Charge
            | Self::ServiceDeadlines
            | Self::WaitingMail
            | Self::WalletForecast
            | Self::DocumentReminders
            | Self::Statements
            | Self::ConvertPrices
            | Self::FetchRates
            | Self::VatRechecks
            | Self::Cleanup
            | Self::BooksAudit => Some(self.name().to_owned()),
            Self::ModuleSchedule { module, entry } => Some(format!("module-schedule:{module}.{entry}")),
            Self::TypesetDocument { document } => Some(format!("typeset-document:{document}")),
            Self::TypesetStatement { client, month } => Some(format!("typeset-statement:{client}:{month}")),
            Self::PriceChange { change } => Some(format!("price-change:{change}")),
            Self::SendNotification { notification } => Some(format!("send-notification:{notification}")),
            _ => None,
        }
    }
}
