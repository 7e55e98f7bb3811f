//! The spend guard of a client: when to tell of a dear month, and which recurring cost orders may not pass.

use serde::{Deserialize, Serialize};

use crate::Money;

/// The spend guard of a client, and what it guards. Running services are never stopped by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendGuard {
    /// A month (UTC) that costs more is told to client and staff, once. `null`: nobody is told.
    pub alert: Option<Money>,
    /// What the client itself allows its services to cost for a month. `null`: as much as staff allow.
    pub cap: Option<Money>,
    /// What staff allow them to cost. `null`: any amount.
    pub cap_by_staff: Option<Money>,
    /// What all services cost for a month (720 h): those that wait, run or are suspended, as dear as their options will be.
    pub monthly: Money,
    /// The same with the setup fees of this month.
    pub this_month: Money,
    /// `0`: nothing was set yet.
    pub version: i32,
}

/// Sets a spend guard: `cap` is the client's own when the client sets it, and the provider's when staff do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendGuardChange {
    /// In the wallet's currency. `null`: nobody is told.
    #[serde(default)]
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 28, examples("40.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub alert: Option<String>,
    /// In the wallet's currency; the client's own at most that of staff. `null`: none.
    #[serde(default)]
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 28, examples("50.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub cap: Option<String>,
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub version: i32,
}

/// What an order does to the cost of a month, and what the spend guard says to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendingOutlook {
    /// What all services cost for a month without the order.
    pub monthly_before: Money,
    /// What they cost with it.
    pub monthly_after: Money,
    /// The same with the setup fees of this month and of the order.
    pub this_month: Money,
    /// Above it people are told. `null`: nobody is.
    pub alert: Option<Money>,
    /// The lower of the client's cap and that of staff. `null`: there is none.
    pub cap: Option<Money>,
    /// People would be told of the month.
    pub above_alert: bool,
    /// Ordering would be refused.
    pub above_cap: bool,
}
