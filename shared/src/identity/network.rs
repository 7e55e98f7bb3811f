//! From where, and with what proof, a client may be used.

use serde::{Deserialize, Serialize};

/// The networks that the portal and the API may be used from for a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllowedNetworks {
    /// CIDR (`203.0.113.0/24`, `2001:db8::/32`) or single addresses; empty: any.
    pub networks: Vec<String>,
    /// Whether everybody who acts for the client needs a second factor.
    pub enforce_two_factor: bool,
    /// Where this call came from.
    pub ip: String,
    pub version: i32,
}

/// The networks that count from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AllowedNetworksChange {
    /// As read; refused when somebody changed the client meanwhile.
    pub version: i32,
    /// CIDR or single addresses; empty: any. Whoever sets them for his own client must come from one of them.
    #[cfg_attr(feature = "openapi", schema(max_items = 50, example = json!(["203.0.113.0/24"])))]
    pub networks: Vec<String>,
    /// Whether everybody who acts for the client needs a second factor; an owner who asks for it has one himself. `null`: as it
    /// is.
    #[serde(default)]
    pub enforce_two_factor: Option<bool>,
}
