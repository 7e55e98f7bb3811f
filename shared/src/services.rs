//! Orders and services: what clients bought and how it is doing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalog::{ChosenOption, ExpectedCost, Look, OptionKind, OrderItem};
use crate::tasks::TaskState;
use crate::{
    ClientId, CompanyId, Currency, DocumentId, Money, OptionGroupId, OptionId, OrderId, Period, PriceId,
    ProductGroupId, ProductId, ServiceId, TaskId,
};

words! {
    /// Where a service is in its life.
    ServiceState {
        /// Ordered; waits for money.
        Pending = "pending",
        /// The module is at work.
        Provisioning = "provisioning",
        Active = "active",
        Suspended = "suspended",
        Terminated = "terminated",
        /// Never delivered.
        Cancelled = "cancelled",
        /// Provisioning gave up.
        Failed = "failed",
    }
}

impl ServiceState {
    /// Takes stock, can be acted on.
    pub const fn is_living(self) -> bool {
        matches!(self, Self::Pending | Self::Provisioning | Self::Active | Self::Suspended | Self::Failed)
    }
}

words! {
    /// How a service is charged.
    ChargeBy {
        /// Once, at activation.
        Once = "once",
        /// By the hour.
        Hours = "hours",
        /// Whole periods in advance.
        Periods = "periods",
    }
}

words! {
    /// Why a service is suspended.
    SuspensionReason {
        /// Resumed by itself when money comes in.
        InsufficientFunds = "insufficient_funds",
        ClientSuspended = "client_suspended",
        Staff = "staff",
        Abuse = "abuse",
    }
}

words! {
    /// How far an order is.
    OrderStatus {
        /// Waits for money.
        Pending = "pending",
        /// Being delivered.
        Processing = "processing",
        Completed = "completed",
        Cancelled = "cancelled",
    }
}

words! {
    /// What can be done with a service now.
    ServiceAction {
        Retry = "retry",
        Suspend = "suspend",
        Resume = "resume",
        Idle = "idle",
        Unidle = "unidle",
        ChangeOptions = "change_options",
        Terminate = "terminate",
        Cancel = "cancel",
        RequestTermination = "request_termination",
        WithdrawTermination = "withdraw_termination",
        MarkDelivered = "mark_delivered",
    }
}

words! {
    /// When a service ends.
    TerminationTime {
        Now = "now",
        /// When what is paid for is used up; a suspended service ends at once.
        EndOfPeriod = "end_of_period",
    }
}

/// An order of one or more services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOrder {
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 20))]
    pub items: Vec<OrderItem>,
    /// The version of the terms that the buyer accepts: the newest; left out when none was published.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub terms_version: Option<i32>,
    /// What the buyer was shown. Left out: the order is placed at what it costs. A repeat with the same `Idempotency-Key` may
    /// say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedCost>,
}

/// An order that staff place for a client. Hidden and retired products are allowed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOrderByStaff {
    pub client: ClientId,
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 20))]
    pub items: Vec<OrderItem>,
}

/// A row of the order list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderSummary {
    pub id: OrderId,
    pub client_id: ClientId,
    pub client_name: String,
    pub status: OrderStatus,
    /// Setup and first charge of all its services.
    pub due_now: Money,
    /// How many services it is of.
    pub services: i64,
    /// When it is cancelled for lack of money.
    pub cancel_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// An order with its services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderDetail {
    pub id: OrderId,
    pub client_id: ClientId,
    pub client_name: String,
    pub status: OrderStatus,
    /// Setup and first charge of all its services.
    pub due_now: Money,
    /// What the wallet lacks for it now; zero unless pending.
    pub missing: Money,
    /// Paying it continues the order.
    pub proforma: Option<DocumentId>,
    pub placed_by: String,
    /// The version of the terms that the buyer accepted.
    pub terms_version: Option<i32>,
    pub services: Vec<ServiceSummary>,
    pub cancel_at: Option<Timestamp>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Which orders to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct OrderFilter {
    /// Only with this status.
    pub status: Option<OrderStatus>,
    /// Only of this client.
    pub client: Option<ClientId>,
}

/// Which of one's own orders to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct OwnOrderFilter {
    /// Only with this status.
    pub status: Option<OrderStatus>,
}

/// A row of the service list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceSummary {
    pub id: ServiceId,
    pub client_id: ClientId,
    pub client_name: String,
    pub product_id: ProductId,
    pub product_key: String,
    /// In the language of the request.
    pub product_name: String,
    pub icon: String,
    pub label: String,
    pub state: ServiceState,
    pub idle: bool,
    /// Automation keeps its hands off.
    pub manual: bool,
    pub past_due_since: Option<Timestamp>,
    pub suspension_reason: Option<SuspensionReason>,
    pub termination_requested_at: Option<Timestamp>,
    /// When it will be terminated.
    pub terminate_at: Option<Timestamp>,
    pub period: Period,
    pub charge_by: ChargeBy,
    /// What a period costs now.
    pub rate: Money,
    /// `rate` for an hour. `null` for `one_time`.
    pub hourly: Option<Money>,
    /// Until when it is paid; the next charge is due then. `null` before activation and for `one_time`.
    pub paid_until: Option<Timestamp>,
    pub activated_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// Which services to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ServiceFilter {
    /// Only in this state.
    pub state: Option<ServiceState>,
    /// Only of this client.
    pub client: Option<ClientId>,
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Products of this group.
    pub group: Option<ProductGroupId>,
    /// Only what the module of this key delivers.
    #[cfg_attr(feature = "openapi", param(max_length = 63))]
    pub module: Option<String>,
    /// Only those whose charges the wallet could not cover, or only all others.
    pub past_due: Option<bool>,
    /// Only those whose client asked to end them, or only all others.
    pub termination_requested: Option<bool>,
    /// Only those that automation keeps its hands off, or only all others.
    pub manual: Option<bool>,
    /// Only those that have not ended, or only those that have.
    pub living: Option<bool>,
}

/// Which of one's own services to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct OwnServiceFilter {
    /// Only in this state.
    pub state: Option<ServiceState>,
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Products of this group.
    pub group: Option<ProductGroupId>,
    /// Only those that you asked to end, or only all others.
    pub termination_requested: Option<bool>,
    /// Only those that have not ended, or only those that have.
    pub living: Option<bool>,
}

/// Services of a client by number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceCounters {
    /// Not ended.
    pub total: i64,
    pub active: i64,
    pub suspended: i64,
    /// Ordered or being delivered.
    pub pending: i64,
    pub termination_requested: i64,
    pub past_due: i64,
    /// For the menu: groups in which the client has living services.
    pub groups: Vec<GroupCounter>,
}

/// A product group with the number of living services that a client has of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupCounter {
    pub id: ProductGroupId,
    pub key: String,
    pub name: String,
    pub icon: String,
    /// How its services are listed.
    pub look: Look,
    /// How many of them are living.
    pub services: i64,
}

/// A service with everything that its owner may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceDetail {
    pub service: ServiceSummary,
    pub order_id: Option<OrderId>,
    pub company_id: CompanyId,
    /// What it was sold at: total of the service, then its parts.
    pub price: ServicePrice,
    pub options: Vec<ServiceOption>,
    /// Answers to the module's fields; secrets are masked.
    pub fields: BTreeMap<String, String>,
    /// What the module says about it (addresses, access), without secrets.
    pub facts: BTreeMap<String, String>,
    pub suspended_at: Option<Timestamp>,
    /// When a pending order is cancelled.
    pub cancel_at: Option<Timestamp>,
    /// What is still owed before it starts; zero when nothing.
    pub missing: Money,
    /// A proforma that pays for it.
    pub proforma: Option<DocumentId>,
    /// What the module is doing right now.
    pub progress: Option<ServiceProgress>,
    pub allow_idle: bool,
    /// What the caller can do with it now.
    pub actions: Vec<ServiceAction>,
    /// Its history, latest first; at most 100 entries.
    pub events: Vec<ServiceEvent>,
    pub ended_at: Option<Timestamp>,
    pub version: i32,
    pub updated_at: Timestamp,
}

/// A service as staff see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceForStaff {
    pub detail: ServiceDetail,
    pub module: String,
    /// What the module remembers of it; secrets are masked.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub module_state: serde_json::Value,
    pub suspension_grace_hours: i32,
    pub termination_delay_hours: Option<i32>,
    /// Open hold in the wallet.
    pub held: Option<Money>,
    /// Its tasks, latest first; at most 50.
    pub tasks: Vec<ServiceTask>,
}

/// The six amounts of a service, with its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServicePrice {
    /// Version of this service's price; charges name it.
    pub version: i32,
    pub valid_from: Timestamp,
    pub currency: Currency,
    pub total: PriceAmounts,
    pub lines: Vec<ServicePriceLine>,
}

/// The six amounts; `null` is "not offered".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceAmounts {
    pub setup: Option<Money>,
    pub base: Option<Money>,
    pub idle: Option<Money>,
    pub switch_up: Option<Money>,
    pub switch_down: Option<Money>,
    pub uninstall: Option<Money>,
}

/// A part of a service's price: the product or one of its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServicePriceLine {
    pub name: String,
    /// `null`: the product itself.
    pub option: Option<OptionId>,
    /// `null`: it had no price row and is free.
    pub price: Option<PriceId>,
    /// The version of the price row that it was sold at.
    pub price_version: Option<i32>,
    pub quantity: i32,
    /// For one unit.
    pub unit: PriceAmounts,
}

/// A chosen option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceOption {
    pub group: OptionGroupId,
    pub group_key: String,
    pub group_name: String,
    pub kind: OptionKind,
    pub unit: String,
    pub option: Option<OptionId>,
    pub option_key: Option<String>,
    pub option_name: Option<String>,
    pub quantity: i32,
    pub text: Option<String>,
}

/// A line of a service's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceEvent {
    pub at: Timestamp,
    pub state_from: Option<ServiceState>,
    pub state_to: ServiceState,
    /// What happened, for programs: `ordered`, `activated`, `suspended`, `options_changed`, …
    pub what: String,
    pub reason: String,
    /// `admin:…`, `user:…` or `system`.
    pub actor: String,
    pub request_id: Option<String>,
}

/// A background task of a service, as staff see it beside the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceTask {
    pub id: TaskId,
    pub name: String,
    pub state: TaskState,
    /// Waits for a person.
    pub manual: bool,
    pub progress: i16,
    pub step: Option<String>,
    pub error: Option<String>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// How far the module is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceProgress {
    /// What it does: `create`, `suspend`, …
    pub operation: String,
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
    pub percent: i16,
    pub step: Option<String>,
    /// Waits for a person of the provider.
    pub by_staff: bool,
    pub since: Timestamp,
}

/// A new label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceChange {
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub label: String,
}

/// Suspends a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuspendService {
    /// `staff` or `abuse`.
    pub reason: SuspensionReason,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: String,
}

/// To whom a service moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveService {
    /// The client whose wallet pays from then on.
    pub client: ClientId,
    /// Tell both clients.
    #[serde(default)]
    pub notify: bool,
    /// Why, for the logs of both clients.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: String,
}

/// Why, for the history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceNote {
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: String,
}

/// Ends a service, now or when what is paid for is used up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TerminateService {
    pub when: TerminationTime,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: String,
}

/// Sets the state in the database and nothing else: the module is not told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForceState {
    pub state: ServiceState,
    /// Why; kept in the history.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 300))]
    pub reason: String,
}

/// Whether automation keeps its hands off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManualFlag {
    pub manual: bool,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: String,
}

/// New choices; groups that are not named stay as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionsChange {
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub options: Vec<ChosenOption>,
}

/// What a change of options costs, with the arithmetic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionsChangePreview {
    /// Fee of the switch itself.
    pub switch_fee: Money,
    /// For the rest of what is paid already; negative: given back.
    pub rest_of_period: Money,
    /// To pay now; negative: given back.
    pub due_now: Money,
    pub base_before: Money,
    pub base_after: Money,
    /// What a period costs from the next charge on.
    pub rate_after: Money,
    /// The arithmetic, line by line.
    pub why: Vec<String>,
    /// What the wallet lacks; zero when it is enough.
    pub missing: Money,
}
