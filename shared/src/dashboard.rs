//! Figures of the admin portal's first page.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::identity::ActivityEntry;
use crate::services::ServiceState;
use crate::tasks::{AutomationProblem, TaskState};
use crate::{Currency, DocumentId, Money, TaskId};

/// Everything that the widgets show. Sums over several currencies are in the default one, by today's rates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dashboard {
    pub at: Timestamp,
    /// The default one; EUR while there is none, and all sums are zero then.
    pub currency: Currency,
    /// What is to be made before anything can be sold, in order; empty when all is there.
    pub first_steps: Vec<FirstStep>,
    pub system: SystemInformation,
    pub automation: AutomationFigures,
    pub revenue: RevenueFigures,
    pub wallets: WalletFigures,
    pub clients: ClientFigures,
    pub services: Vec<ServicesInState>,
    pub documents: DocumentFigures,
    pub staff_online: Vec<StaffOnline>,
    /// Tasks that gave up, latest first; at most ten.
    pub failing_tasks: Vec<FailingTask>,
    /// Latest first; at most ten. Empty without the permission to see it.
    pub activity: Vec<ActivityEntry>,
}

words! {
    /// Something that nothing can be sold without.
    FirstStep {
        /// A currency to sell in.
        Currency = "currency",
        /// A home company that sells.
        HomeCompany = "home_company",
        /// A product that is offered, with a price.
        Product = "product",
    }
}

/// What runs, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemInformation {
    /// Of this program.
    pub version: String,
    /// Of PostgreSQL.
    pub database: String,
    /// Size of the database.
    pub database_bytes: i64,
    /// IANA zone of the installation.
    pub time_zone: String,
    /// Since when the oldest running process runs.
    pub running_since: Option<Timestamp>,
    /// True: the clock has been moved.
    pub clock_moved: bool,
}

/// How the work in the background is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AutomationFigures {
    /// Processes that gave a sign of life within a minute and work on tasks.
    pub workers: i64,
    /// One of them leads the schedule.
    pub has_leader: bool,
    /// What keeps the automation from its work; empty when all is well.
    pub problems: Vec<AutomationProblem>,
    /// When charges were last looked for.
    pub last_charge_at: Option<Timestamp>,
    /// Tasks of the last 24 hours, and all unfinished ones.
    pub tasks: Vec<TasksInState>,
    /// Tasks that wait for a person.
    pub waiting_for_staff: i64,
}

/// Tasks of one state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TasksInState {
    pub state: TaskState,
    pub count: i64,
}

/// What was earned, net: charges and documents that were paid, less what was given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevenueFigures {
    pub today: Money,
    /// Since the first of the month (UTC).
    pub month: Money,
    /// The whole month before.
    pub month_before: Money,
    /// What running services cost for 720 hours.
    pub monthly_recurring: Money,
    /// The last 30 days, oldest first, each with the day 30 days before it.
    pub days: Vec<RevenueDay>,
}

/// One day of revenue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevenueDay {
    pub day: Date,
    pub amount: Money,
    pub before: Money,
}

/// What clients have, and owe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletFigures {
    /// Sum of all positive balances.
    pub balances: Money,
    pub held: Money,
    /// Sum of all negative balances, as a positive amount.
    pub debts: Money,
    /// Clients whose balance is below zero.
    pub clients_in_debt: i64,
}

/// Clients and orders by number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientFigures {
    /// All but deleted ones.
    pub total: i64,
    pub active: i64,
    /// Of the last 30 days.
    pub new: i64,
    /// Of the 30 days before those.
    pub new_before: i64,
    /// Orders of the last 30 days.
    pub orders: i64,
    /// Orders of the 30 days before those.
    pub orders_before: i64,
}

/// Services of one state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServicesInState {
    pub state: ServiceState,
    pub count: i64,
}

/// What clients have not paid yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentFigures {
    /// Documents that are not paid in full.
    pub unpaid: i64,
    pub unpaid_amount: Money,
    pub overdue: i64,
    pub overdue_amount: Money,
    /// Longest overdue first; at most five.
    pub longest_overdue: Vec<OverdueDocument>,
}

/// A document that is paid too late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OverdueDocument {
    pub id: DocumentId,
    pub number: String,
    pub client_name: String,
    pub due: Money,
    pub due_on: Date,
}

/// Somebody of the staff who is at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffOnline {
    pub name: String,
    /// Last request.
    pub seen_at: Timestamp,
}

/// A task that gave up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailingTask {
    pub id: TaskId,
    pub name: String,
    pub error: String,
    pub at: Timestamp,
}
