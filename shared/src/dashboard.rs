//! The numbers of the staff dashboard.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::tasks::{AutomationStatus, TaskCounts, TaskSummary};
use crate::{AdminId, ClientId, DocumentId, Money};

/// Everything that the widgets show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dashboard {
    /// The instant these numbers are of.
    pub now: Timestamp,
    pub system: SystemInformation,
    pub automation: AutomationStatus,
    pub tasks: TaskCounts,
    pub staff_online: Vec<StaffOnline>,
    /// One entry for each currency with money in it, the default currency first.
    pub revenue: Vec<Revenue>,
    /// One entry for each currency.
    pub wallets: Vec<WalletTotals>,
    pub growth: Growth,
    pub services: Vec<StateCount>,
    pub overdue: OverdueDocuments,
    /// The newest failed tasks.
    pub failing_tasks: Vec<TaskSummary>,
    /// The newest lines of the activity log.
    pub activity: Vec<ActivityLine>,
}

/// What runs here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemInformation {
    pub version: String,
    /// When this process began (real time).
    pub started_at: Timestamp,
    /// Version of PostgreSQL.
    pub database_version: String,
    /// Bytes of the database.
    pub database_bytes: i64,
    pub redis_connected: bool,
    /// Zone of the installation.
    pub time_zone: String,
    /// Whether the clock was moved.
    pub clock_moved: bool,
}

/// A member of staff with a session used in the last 15 minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffOnline {
    pub admin_id: AdminId,
    pub name: String,
    pub email: String,
    pub ip: String,
    pub last_seen_at: Timestamp,
}

/// What was earned in one currency: charges less their corrections, without tax.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revenue {
    pub today: Money,
    pub month: Money,
    /// What all active services bring in a month of 720 hours.
    pub monthly_recurring: Money,
    /// Payments received this month.
    pub received_month: Money,
    /// The last 30 days, oldest first.
    pub days: Vec<RevenueDay>,
}

/// One day of revenue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevenueDay {
    pub day: Date,
    pub amount: Money,
}

/// Wallets of one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletTotals {
    /// Sum of the balances above zero.
    pub credit: Money,
    /// Sum of the balances below zero, as a positive amount.
    pub debt: Money,
    /// Clients below zero.
    pub debtors: i64,
}

/// What is new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Growth {
    pub clients: i64,
    pub clients_today: i64,
    pub clients_month: i64,
    pub orders_today: i64,
    pub orders_month: i64,
    pub orders_pending: i64,
}

/// How many are in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StateCount {
    pub state: String,
    pub count: i64,
}

/// Documents that are past their due day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OverdueDocuments {
    pub count: i64,
    /// What is still to be paid, for each currency.
    pub totals: Vec<Money>,
    /// The oldest ten.
    pub items: Vec<OverdueDocument>,
}

/// A document past its due day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OverdueDocument {
    pub id: DocumentId,
    pub number: String,
    pub client_id: ClientId,
    pub client_name: String,
    pub due_on: Date,
    /// What is still to be paid.
    pub due: Money,
}

/// A line of the activity log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActivityLine {
    pub at: Timestamp,
    pub level: String,
    /// `admin:…`, `user:…`, `system` or `visitor`.
    pub actor: String,
    /// Name behind the actor, when it is a person.
    pub actor_name: Option<String>,
    pub action: String,
    pub description: String,
    pub client_id: Option<ClientId>,
}
