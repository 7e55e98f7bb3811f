//! Checks of clients' VAT ids: what was asked, and what was answered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::TaskId;

words! {
    /// What came of a check of a VAT id.
    VatOutcome {
        Valid = "valid",
        Invalid = "invalid",
        /// The office is away for now: it is asked again.
        Unavailable = "unavailable",
        /// The office did not take the question: somebody has to look.
        Failed = "failed",
    }
}

words! {
    /// Who answered about a VAT id.
    VatSource {
        /// The tax offices of the EU, by the VAT Information Exchange System.
        Vies = "vies",
        /// Its check digits are wrong: nobody was asked.
        Checksum = "checksum",
        /// A member of staff, with a reason.
        Staff = "staff",
    }
}

/// One check of a client's VAT id. It never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VatCheck {
    pub id: Uuid,
    /// The number that was asked about, with its prefix.
    #[cfg_attr(feature = "openapi", schema(examples("DE136695976")))]
    pub vat_id: String,
    /// The VAT id of the home company that asked; empty where it has none, and then there is no consultation number.
    #[cfg_attr(feature = "openapi", schema(examples("PL5260250274")))]
    pub requester_vat_id: String,
    /// When it was asked about, or when the answer was recorded.
    pub asked_at: Timestamp,
    /// What came of it.
    pub outcome: VatOutcome,
    /// Who answered.
    pub source: VatSource,
    /// The office's number of the consultation; `null`: it gave none.
    #[cfg_attr(feature = "openapi", schema(examples("WAPIAAAAW1EXAMPLE")))]
    pub consultation: Option<String>,
    /// Whose number it is, as the office answered; empty where it keeps that to itself.
    pub name: String,
    /// As the office answered; empty where it keeps that to itself.
    pub address: String,
    /// The code of what failed, such as `MS_UNAVAILABLE`, or the reason that staff gave.
    pub note: String,
    /// Who recorded the answer; `null`: nobody had to.
    pub recorded_by: Option<String>,
}

/// An answer about a client's VAT id that staff have got in another way. It counts like one of VIES.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VatAnswer {
    /// The number that the answer is about, as it stands in the profile; refused when that is another one by now.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 50, examples("DE136695976")))]
    pub tax_id: String,
    /// What was answered: whether the number is valid.
    pub valid: bool,
    /// How the answer was got; kept with it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 300))]
    pub reason: String,
    /// The office's number of the consultation, when it gave one.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub consultation: Option<String>,
}

/// A check that was asked for: the task that does it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VatCheckTask {
    /// To be followed among the tasks.
    pub task_id: TaskId,
}
