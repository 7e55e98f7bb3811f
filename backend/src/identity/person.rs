//! Staff or user: both sign in, have factors, links and tokens, in columns of their own.

use shared::{AdminId, UserId};
use uuid::Uuid;

use crate::audit::Who;
use crate::http::cookies::Portal;

/// Somebody who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    Admin(AdminId),
    User(UserId),
}

impl Person {
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Admin(id) => id.0,
            Self::User(id) => id.0,
        }
    }

    pub const fn of(portal: Portal, id: Uuid) -> Self {
        match portal {
            Portal::Admin => Self::Admin(AdminId(id)),
            Portal::Client => Self::User(UserId(id)),
        }
    }

    pub const fn portal(self) -> Portal {
        match self {
            Self::Admin(_) => Portal::Admin,
            Self::User(_) => Portal::Client,
        }
    }

    /// The table of the person himself.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Admin(_) => "admins",
            Self::User(_) => "users",
        }
    }

    /// The column that names him in `sessions`, `factors`, `recovery_codes`, `one_time_links` and `api_tokens`.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Admin(_) => "admin_id",
            Self::User(_) => "user_id",
        }
    }

    pub const fn who(self) -> Who {
        match self {
            Self::Admin(id) => Who::Admin(id),
            Self::User(id) => Who::User(id),
        }
    }

    /// Kind and id, for the activity log.
    pub const fn subject(self) -> (&'static str, Uuid) {
        match self {
            Self::Admin(id) => ("admin", id.0),
            Self::User(id) => ("user", id.0),
        }
    }
}
