//! Usage statements: what services were charged in a calendar month.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ClientId, Money, Month, ServiceId};

words! {
    /// What a line of a statement was charged for.
    StatementItem {
        /// Running: hours or periods.
        Running = "running",
        Setup = "setup",
        /// Changed to other options.
        OptionsChange = "options_change",
        /// Given back after a change of options; below zero.
        UnusedTime = "unused_time",
        /// Removed at its end.
        Removal = "removal",
    }
}

/// A statement of a finished month, in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementSummary {
    pub month: Month,
    /// How many services it lists.
    pub services: i32,
    /// What was charged in that month.
    pub charged: Money,
    /// What was given back for unused time.
    pub returned: Money,
    /// Charged less returned.
    pub total: Money,
    /// When it was made.
    pub made_at: Timestamp,
    /// SHA-256 of the PDF in hexadecimal; `null` until it is made.
    pub pdf_sha256: Option<String>,
}

/// What the services of a client were charged in a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementDetail {
    pub client_id: ClientId,
    /// The client, as printed.
    pub client_name: String,
    pub month: Month,
    /// When the month begins: charges from then on are in it.
    pub from: Timestamp,
    /// When it ends: charges from then on are in the next one.
    pub to: Timestamp,
    /// When it was frozen. `null`: not yet, and the figures may still grow.
    pub made_at: Option<Timestamp>,
    /// What was charged in that month: the sum of the ledger's charges.
    pub charged: Money,
    /// What was given back for unused time.
    pub returned: Money,
    /// Charged less returned.
    pub total: Money,
    pub services: Vec<StatementService>,
    /// Whether single charges of it are in files: the CSV then lists these lines instead.
    pub archived: bool,
    /// SHA-256 of the PDF in hexadecimal; `null` until it is made.
    pub pdf_sha256: Option<String>,
}

/// One service of a statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementService {
    pub service_id: ServiceId,
    pub label: String,
    /// Name of the product, in the client's language.
    pub product: String,
    pub lines: Vec<StatementLine>,
    /// The sum of its lines.
    pub total: Money,
}

/// What a service was charged for one thing at one price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementLine {
    pub what: StatementItem,
    /// When the first of its charges begins.
    pub period_from: Timestamp,
    /// When the last of its charges ends.
    pub period_to: Timestamp,
    /// How many charges it sums up.
    pub charges: i64,
    /// Charged hours. `null`: not charged by the hour.
    pub hours: Option<i64>,
    /// Version of the service's price. `null`: it has none.
    pub price_version: Option<i32>,
    /// Below zero when it was given back.
    pub amount: Money,
}
