//! The answer that stands on a client, and what it is about.

use jiff::Timestamp;
use rules::tax::VatEvidence;
use rules::vat::VatNumber;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::billing::vat::VatSource;

use crate::http::error::Result;
use crate::identity::client::tax_id::TaxId;

/// What an answer about a VAT id was about; it counts for nothing else.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredEvidence {
    /// The tax id as it stood in the profile.
    pub tax_id: String,
    /// The client's country then, which the number had to be of. Empty: nobody noted it.
    #[serde(default)]
    pub country: String,
    pub source: String,
    #[serde(default)]
    pub consultation: Option<String>,
}

impl StoredEvidence {
    pub(super) fn of(asked: &TaxId, source: VatSource, consultation: Option<String>) -> Self {
        Self {
            tax_id: asked.tax_id.clone(),
            country: asked.country.clone(),
            source: source.to_string(),
            consultation,
        }
    }

    /// Whether it says something about this number of a client in this country.
    fn is_about(&self, tax_id: &str, country: &str) -> bool {
        self.tax_id == tax_id && self.country == country
    }
}

/// The columns of a client that its answer stands in.
#[derive(Debug)]
pub struct Standing {
    pub valid: Option<bool>,
    pub checked_at: Option<Timestamp>,
    pub stored: Option<Value>,
}

impl Standing {
    /// The evidence for a number of a country at `now`. `None`: nobody has answered about it by then.
    ///
    /// Right check digits, which counted once, make no number valid.
    pub fn evidence(self, tax_id: &str, country: &str, now: Timestamp) -> Result<Option<VatEvidence>> {
        let (Some(valid), Some(checked_at), Some(stored)) = (self.valid, self.checked_at, self.stored) else {
            return Ok(None);
        };
        let stored: StoredEvidence = serde_json::from_value(stored)?;
        let asked = stored.source != VatSource::Checksum.as_str();
        let counts = stored.is_about(tax_id, country) && checked_at <= now && (asked || !valid);
        Ok(counts.then_some(VatEvidence {
            valid,
            checked_at,
            consultation: stored.consultation,
            source: stored.source,
        }))
    }
}

/// Whether somebody has answered about the present number at `since` or later. To the microsecond, as it is stored.
pub(super) fn is_answered(tax_id: &TaxId, since: Timestamp) -> Result<bool> {
    let (Some(at), Some(stored)) = (tax_id.checked_at, tax_id.evidence.clone()) else { return Ok(false) };
    let stored: StoredEvidence = serde_json::from_value(stored)?;
    let recent = at.as_microsecond() >= since.as_microsecond();
    Ok(recent && stored.is_about(&tax_id.tax_id, &tax_id.country))
}

/// The number that a client's tax id stands for. `None`: no office of the EU answers about it.
pub(super) fn number_of(tax_id: &TaxId) -> Option<VatNumber> {
    rules::vat::vat_number(&tax_id.tax_id, &tax_id.country)
}

/// The number of the home company, in whose name is asked. `None`: it has none.
pub(super) fn requester_of(tax_id: &TaxId) -> Option<VatNumber> {
    rules::vat::vat_number(&tax_id.seller_vat_id, &tax_id.seller_country)
}
