//! Checks of VAT ids. The checksum is verified offline for every EU country, Great Britain, Switzerland and Norway.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{client_addresses, clients};
use shared::ClientId;

use crate::billing::document::frozen::StoredEvidence;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// The source of evidence that rests on check digits alone.
pub const CHECKSUM: &str = "checksum";

/// Whether a VAT id is well formed and its check digits are right. With or without the country's prefix.
pub fn checksum_holds(tax_id: &str, country: &str) -> bool {
    let plain: String = tax_id.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_uppercase();
    // Greece writes EL before its numbers.
    let prefix = if country == "GR" { "EL" } else { country };
    let with_prefix = if plain.starts_with(prefix) { plain } else { format!("{prefix}{plain}") };
    vat_id_validator::check_vat(&with_prefix).is_valid
}

/// As `check`, unless the present tax id has its evidence already.
pub async fn check_once(tx: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    let (tax_id, stored): (String, Option<serde_json::Value>) =
        clients::table.find(client).select((clients::tax_id, clients::tax_id_evidence)).first(tx).await?;
    let checked =
        stored.as_ref().and_then(|stored| stored.get("tax_id")).and_then(|checked| checked.as_str());
    if tax_id.is_empty() || checked == Some(tax_id.as_str()) {
        return Ok(());
    }
    check(tx, now, client).await.map(drop)
}

/// Checks the client's tax id and keeps the answer as evidence for reverse charge. `None`: there is no tax id.
///
/// The evidence names the number it is about, so a number that is changed later has none.
pub async fn check(tx: &mut Conn, now: Timestamp, client: ClientId) -> Result<Option<bool>> {
    let found: Option<(String, Option<String>)> = clients::table
        .left_join(
            client_addresses::table
                .on(client_addresses::client_id.eq(clients::id).and(client_addresses::kind.eq("billing"))),
        )
        .filter(clients::id.eq(client))
        .select((clients::tax_id, client_addresses::country.nullable()))
        .first(tx)
        .await
        .optional()?;
    let (tax_id, country) = found.ok_or_else(Refusal::not_found)?;
    let (valid, evidence) = if tax_id.is_empty() {
        (None, None)
    } else {
        let valid = country.is_some_and(|country| checksum_holds(&tax_id, &country));
        let evidence = StoredEvidence { tax_id, source: CHECKSUM.to_owned(), consultation: None };
        (Some(valid), Some(serde_json::to_value(evidence)?))
    };
    diesel::update(clients::table.find(client))
        .set((
            clients::tax_id_valid.eq(valid),
            clients::tax_id_checked_at.eq(valid.map(|_| jiff_diesel::Timestamp::from(now))),
            clients::tax_id_evidence.eq(evidence),
        ))
        .execute(tx)
        .await?;
    Ok(valid)
}

#[cfg(test)]
mod tests {
    use super::checksum_holds;

    #[test]
    fn check_digits_decide() {
        for (tax_id, country) in [
            ("PL5260250274", "PL"),
            ("526-025-02-74", "PL"),
            ("DE136695976", "DE"),
            ("ATU13585627", "AT"),
            ("EL094259216", "GR"),
            ("CHE-116.281.710 MWST", "CH"),
        ] {
            assert!(checksum_holds(tax_id, country), "{tax_id}");
        }
        for (tax_id, country) in
            [("PL5260250275", "PL"), ("DE136695977", "DE"), ("", "PL"), ("1", "DE"), ("PL5260250274", "DE")]
        {
            assert!(!checksum_holds(tax_id, country), "{tax_id}");
        }
    }
}
