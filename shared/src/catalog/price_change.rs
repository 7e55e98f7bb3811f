//! Prices of the catalogue on their way to running services.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ClientId, Currency, Money, Period, PriceChangeId, ProductId, ServiceId};

words! {
    /// How far a change of prices has come.
    PriceChangeState {
        /// The services that it reaches are being written, their clients told.
        Preparing = "preparing",
        /// Waits for its instant.
        Planned = "planned",
        /// Services are moved to the new prices.
        Applying = "applying",
        Applied = "applied",
        Cancelled = "cancelled",
    }
}

impl PriceChangeState {
    /// Nothing has changed for any service yet.
    pub const fn can_be_cancelled(self) -> bool {
        matches!(self, Self::Preparing | Self::Planned)
    }
}

words! {
    /// What became of a service that a change of prices reaches.
    PriceChangeOutcome {
        Planned = "planned",
        /// Past due: it goes on when that is over.
        Waiting = "waiting",
        Applied = "applied",
        /// It costs what it did: what it has is not offered any more, or costs the same by now.
        Kept = "kept",
        /// It ended before.
        Ended = "ended",
        /// The change was cancelled.
        Cancelled = "cancelled",
    }
}

/// From when running services cost what the catalogue says now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPriceChange {
    /// The instant from which on services are charged the new prices, at most two years ahead. `null`: now.
    #[serde(default)]
    pub apply_at: Option<Timestamp>,
}

/// Who would pay how much more if the prices of a product were applied to its running services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceChangePreview {
    /// Services that would cost something else, client by client.
    pub items: Vec<PriceChangeRow>,
    /// Number of this page, from 1.
    pub page: u32,
    /// Rows asked for, at most 200.
    pub per_page: u32,
    /// Rows of all pages.
    pub total: i64,
    /// What all of them come to, by currency.
    pub totals: Vec<PriceChangeTotal>,
    /// Running services that cost the same already.
    pub unchanged: i64,
    /// Running services that keep their prices because what they have is not offered any more.
    pub kept: i64,
}

/// All services of a currency together. A month counts 720 hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceChangeTotal {
    pub currency: Currency,
    pub services: i64,
    /// What they cost a month now.
    pub monthly_before: Money,
    /// What they will cost a month.
    pub monthly_after: Money,
    /// What that is more; below zero when it is less.
    pub monthly_difference: Money,
}

/// One service that costs something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceChangeRow {
    pub service_id: ServiceId,
    pub label: String,
    pub client_id: ClientId,
    pub client_name: String,
    pub period: Period,
    /// What a period costs now.
    pub base_before: Money,
    /// What a period will cost.
    pub base_after: Money,
    /// What that is more; below zero when it is less.
    pub difference: Money,
}

/// A change of prices that was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceChange {
    pub id: PriceChangeId,
    pub product_id: ProductId,
    pub state: PriceChangeState,
    /// The instant from which on services are charged the new prices.
    pub apply_at: Timestamp,
    /// How many services it reaches.
    pub services: i64,
    /// How many of them have the new prices.
    pub applied: i64,
    /// How many of them are still to get them.
    pub open: i64,
    /// Who decided it: `admin:` and an id.
    pub created_by: String,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// A service that a change of prices reaches, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceChangeService {
    pub service: PriceChangeRow,
    pub outcome: PriceChangeOutcome,
    /// When that was. `null`: still to come.
    pub done_at: Option<Timestamp>,
}
