//! The wallet: balance strip, credit limit, recurring cost, forecast.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{ClientId, CompanyId, Currency, Money};

/// What a client has and may spend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletSummary {
    pub client_id: ClientId,
    pub company_id: CompanyId,
    pub currency: Currency,
    /// What is in it; below zero in debt.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("100.0000")))]
    pub balance: Decimal,
    /// Set aside for services that are being delivered.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("5.0000")))]
    pub held: Decimal,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("0.0000")))]
    pub credit_limit: Decimal,
    /// balance − held + credit_limit.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("95.0000")))]
    pub available: Decimal,
}

/// Sets the credit limit of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreditLimitChange {
    /// Zero or more, in the wallet's currency.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 28, examples("50.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub credit_limit: String,
    /// The limit as last read: another one is refused with 412. Left out, it is written over.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 28, pattern = r"^\d{1,11}(\.\d{1,4})?$"))]
    pub was: Option<String>,
}

/// What the services of a client cost, and how long the wallet lasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostSummary {
    /// What there is to spend.
    pub wallet: WalletSummary,
    /// Services that are charged now.
    pub services: i64,
    /// Recurring cost per hour, four decimals.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("0.0278")))]
    pub hourly: Decimal,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("0.67")))]
    pub daily: Decimal,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("4.67")))]
    pub weekly: Decimal,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("20.02")))]
    pub monthly: Decimal,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("243.53")))]
    pub yearly: Decimal,
    /// What all services cost in the next 30 days, those that are ordered with their setup; without what ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("20.0000")))]
    pub next_30_days: Decimal,
    /// The top-up that covers the next 30 days: whole units, inside the limits; zero when the wallet covers them.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("20")))]
    pub recommended: Decimal,
    /// When the wallet will first lack money; `None`: not within a year.
    pub lasts_until: Option<Timestamp>,
    /// The balance at the beginning of each of the next 30 days of 24 hours, the first one now, and at their end: without what
    /// is set aside, and with everything paid that the running services cost by then. Below −credit_limit it lacks money.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, max_items = 31))]
    pub forecast: Vec<Decimal>,
}

/// Clients whose charges are told at once, at most.
pub const CHARGED_MAX: usize = 200;

/// Of which clients the charges are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ClientChargesQuery {
    /// 1 to 200 ids, with commas between them.
    #[cfg_attr(feature = "openapi", param(max_length = 8000))]
    pub clients: String,
}

/// What a client was charged from its wallet in the last thirty days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientCharges {
    pub client_id: ClientId,
    /// The first of the days, in UTC; the last one is today.
    pub from: Date,
    /// Each day in the wallet's currency, four decimals.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, max_items = 30))]
    pub days: Vec<Decimal>,
    /// All of them together.
    pub total: Money,
}
