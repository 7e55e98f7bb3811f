//! Support access: a client lets the provider's staff into its portal, and sees what they did there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::UserName;
use crate::{ClientId, SupportVisitId};

/// Whether the provider's staff may sign in as the owner of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupportAccess {
    /// Until when they may. `null`: they may not.
    pub allowed_until: Option<Timestamp>,
    /// When it was allowed. `null`: it is not.
    pub allowed_at: Option<Timestamp>,
    /// Name of the user who allowed it. `null`: nobody, or his login is gone.
    pub allowed_by: Option<String>,
    /// How many of the staff are inside now.
    pub inside: i64,
}

/// Once that staff were inside a client's portal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupportVisit {
    pub id: SupportVisitId,
    /// Name of the member of staff, as it was then.
    pub staff: String,
    /// Why, as he gave it.
    pub reason: String,
    /// He came in by a permission of the provider, without the client's support access.
    pub uninvited: bool,
    /// When he came in.
    pub began_at: Timestamp,
    /// When he left; while he is inside, when he will have to.
    pub ends_at: Timestamp,
    /// He is inside now.
    pub inside: bool,
    /// Requests that only read.
    pub viewed: i64,
    /// Requests that changed something.
    pub changed: i64,
}

/// One request of staff inside a client's portal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupportRequest {
    pub id: Uuid,
    pub at: Timestamp,
    /// Method of HTTP: `GET` reads, all others change.
    pub method: String,
    /// What was asked for, without its parameters.
    pub path: String,
    /// HTTP status of the answer. `null`: there was none.
    pub status: Option<i32>,
    /// What was changed, in English. `null`: nothing.
    pub did: Option<String>,
}

/// Which requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct SupportRequestFilter {
    /// Only those that read, or only all others.
    pub changes: Option<bool>,
}

/// Staff ask to sign in as the owner of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInAs {
    /// Why; the client reads it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500))]
    pub reason: String,
}

/// What signing in as the owner of a client would be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInAsPreview {
    /// As whom.
    pub owner: UserName,
    /// The client has not let support in; a permission of the caller opens it nevertheless.
    pub uninvited: bool,
    /// The caller may also act there, and not only look.
    pub acts: bool,
    /// When the session would end, unless it is ended before.
    pub until: Timestamp,
}

/// Staff who are signed in as a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InsideVisit {
    pub id: SupportVisitId,
    /// The one client that is open to them.
    pub client: ClientId,
    /// Name of the member of staff.
    pub staff: String,
    /// They may also act, and not only look.
    pub acts: bool,
}
