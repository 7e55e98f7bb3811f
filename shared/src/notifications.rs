//! Messages to people: their history, and the bell.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ClientId, Language, NotificationId};

words! {
    /// What became of a message.
    NotificationState {
        /// Waits to be sent.
        Queued = "queued",
        Sent = "sent",
        /// Gave up after all attempts.
        Failed = "failed",
        /// Only shown in the portal.
        Skipped = "skipped",
    }
}

words! {
    /// Whom a message is for.
    Audience {
        Staff = "staff",
        Client = "client",
    }
}

/// A message in the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationSummary {
    pub id: NotificationId,
    /// What it tells of: `invoice_issued`.
    pub event: String,
    pub audience: Audience,
    /// Address of the recipient.
    pub email: String,
    pub language: Language,
    /// `None` until it was rendered.
    pub subject: Option<String>,
    pub state: NotificationState,
    /// What the mail server said, or why it was not sent.
    pub answer: Option<String>,
    pub client_id: Option<ClientId>,
    /// Name of the client, when it is about one.
    pub client_name: Option<String>,
    /// Also shown at the bell in the portal.
    pub bell: bool,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

/// One message with its text; links and codes are masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationDetail {
    pub notification: NotificationSummary,
    /// The rendered message; show it in a sandboxed frame.
    pub html: Option<String>,
    pub text: Option<String>,
    /// File names of what was attached.
    pub attachments: Vec<String>,
    /// Messages with one-time links or codes cannot be sent again.
    pub can_resend: bool,
}

/// Which messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct NotificationFilter {
    /// Only this state.
    pub state: Option<NotificationState>,
    /// Only of this event.
    #[cfg_attr(feature = "openapi", param(max_length = 100))]
    pub event: Option<String>,
    /// Only to staff, or only to clients.
    pub audience: Option<Audience>,
    /// Only about this client, or to somebody himself who acts for it now.
    pub client_id: Option<ClientId>,
    /// Written at or after this instant.
    pub from: Option<Timestamp>,
    /// Written before this instant.
    pub to: Option<Timestamp>,
    /// The `next` of the page before; goes on there instead of counting pages, in the order of `created_at`.
    #[cfg_attr(feature = "openapi", param(max_length = 64))]
    pub after: Option<String>,
}

/// A message at the bell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BellItem {
    pub id: NotificationId,
    pub event: String,
    pub title: String,
    /// One or two sentences.
    pub text: String,
    /// Where it leads inside the portal: `/documents/…`.
    pub link: Option<String>,
    pub client_id: Option<ClientId>,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

/// The newest messages at the bell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bell {
    /// How many are unread, of all.
    pub unread: i64,
    pub items: Vec<BellItem>,
}

/// Which messages were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BellRead {
    /// These; all when left out.
    #[cfg_attr(feature = "openapi", schema(max_items = 200))]
    pub ids: Option<Vec<NotificationId>>,
}
