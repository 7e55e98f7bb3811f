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

/// What a check goes by: the tax id, the country of the billing address (empty when there is none), the evidence so far.
type Facts = (String, String, Option<StoredEvidence>);

async fn facts(conn: &mut Conn, client: ClientId) -> Result<Facts> {
    let found: Option<(String, Option<String>, Option<serde_json::Value>)> = clients::table
        .left_join(
            client_addresses::table
                .on(client_addresses::client_id.eq(clients::id).and(client_addresses::kind.eq("billing"))),
        )
        .filter(clients::id.eq(client))
        .select((clients::tax_id, client_addresses::country.nullable(), clients::tax_id_evidence))
        .first(conn)
        .await
        .optional()?;
    let (tax_id, country, stored) = found.ok_or_else(Refusal::not_found)?;
    Ok((tax_id, country.unwrap_or_default(), stored.map(serde_json::from_value).transpose()?))
}

/// As `check`, unless the present tax id in the present country has its evidence already.
pub async fn check_once(tx: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    let (tax_id, country, stored) = facts(tx, client).await?;
    if tax_id.is_empty() || stored.is_some_and(|stored| stored.is_about(&tax_id, &country)) {
        return Ok(());
    }
    check(tx, now, client).await.map(drop)
}

/// Checks the client's tax id and keeps the answer as evidence for reverse charge. `None`: there is no tax id.
///
/// The evidence names the number and the country it is about: when either changes later there is none.
pub async fn check(tx: &mut Conn, now: Timestamp, client: ClientId) -> Result<Option<bool>> {
    let (tax_id, country, _) = facts(tx, client).await?;
    let (valid, evidence) = if tax_id.is_empty() {
        (None, None)
    } else {
        let valid = !country.is_empty() && checksum_holds(&tax_id, &country);
        let evidence = StoredEvidence { tax_id, country, source: CHECKSUM.to_owned(), consultation: None };
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
