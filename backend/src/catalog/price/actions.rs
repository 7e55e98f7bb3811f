//! Writing prices.

use std::collections::BTreeSet;

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rules::pricing::Amounts;
use rust_decimal::Decimal;
use shared::catalog::PriceInput;
use shared::{Code, Currency, Period, PriceId};

use super::convert;
use super::store::{self, Owner};
use crate::audit::{self, Actor, Entry};
use crate::catalog::{option, product};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

/// Reads the amounts of a row; everything that is empty is not offered.
fn read(fields: &mut Fields, place: usize, input: &PriceInput) -> Amounts {
    let mut amount = |name: &str, text: &Option<String>| -> Option<Decimal> {
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
        let field = format!("prices.{place}.{name}");
        if input.period == Period::OneTime && !matches!(name, "setup" | "base") {
            fields.add(field, "invalid", "A one-time price has only setup and base.");
            return None;
        }
        fields.price(&field, text)
    };
    Amounts {
        setup: amount("setup", &input.setup),
        base: amount("base", &input.base),
        idle: amount("idle", &input.idle),
        switch_up: amount("switch_up", &input.switch_up),
        switch_down: amount("switch_down", &input.switch_down),
        uninstall: amount("uninstall", &input.uninstall),
    }
}

/// Takes away a price, and those of other currencies that are converted from it. Refuses when living services were sold at
/// one of them.
async fn remove(tx: &mut Conn, price: &store::Price) -> Result<()> {
    let converted = store::converted(tx, price).await?;
    for gone in std::iter::once(price).chain(&converted) {
        if store::is_used(tx, gone).await? {
            let detail = format!(
                "Services run at this price in {}. Set the new amounts instead of deleting it.",
                gone.currency
            );
            return Err(Refusal::because(Code::InUse, detail).into());
        }
        store::delete(tx, gone.id).await?;
    }
    Ok(())
}

/// Writes price rows of a product or option; a row that is empty throughout is deleted. Running services keep theirs.
///
/// Refuses all of them when one was changed since the version that it names.
pub async fn write(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    owner: Owner,
    inputs: &[PriceInput],
) -> Result<()> {
    if !(1..=200).contains(&inputs.len()) {
        return Err(Refusal::field("prices", "out_of_range", "Send 1 to 200 rows.").into());
    }
    conn.transaction(async |tx| {
        let (kind, id) = match owner {
            Owner::Product(id) => {
                product::store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
                ("product", id.0)
            }
            Owner::Option(id) => {
                option::store::lock_choice(tx, id).await?.ok_or_else(Refusal::not_found)?;
                ("option", id.0)
            }
        };
        let enabled = store::currencies_enabled(tx).await?;
        let mut fields = Fields::new();
        let mut seen: BTreeSet<(Currency, Period)> = BTreeSet::new();
        let mut rows = Vec::with_capacity(inputs.len());
        for (place, input) in inputs.iter().enumerate() {
            if !enabled.contains(&input.currency) {
                let field = format!("prices.{place}.currency");
                fields.add(field, "unknown", "We do not sell in this currency.");
            }
            if !seen.insert((input.currency, input.period)) {
                let field = format!("prices.{place}.period");
                fields.add(field, "taken", "This currency and period stand twice.");
            }
            let amounts = read(&mut fields, place, input);
            rows.push((input.currency, input.period, amounts));
        }
        fields.finish()?;
        for input in inputs {
            if let Some(version) = input.version {
                let present = store::find(tx, owner, input.currency, input.period).await?;
                Refusal::if_changed(present.map_or(0, |price| price.version), version)?;
            }
        }
        let (gone, kept): (Vec<_>, Vec<_>) =
            rows.iter().partition(|(_, _, amounts)| *amounts == Amounts::default());
        for (currency, period, amounts) in kept {
            store::upsert(tx, now, owner, *currency, *period, amounts).await?;
        }
        // Afterwards: what is converted from them goes, too, though it was sent along.
        for (currency, period, _) in gone {
            if let Some(price) = store::find(tx, owner, *currency, *period).await? {
                remove(tx, &price).await?;
            }
        }
        let entry = Entry {
            action: "price.changed",
            description: format!("Prices of {kind} changed"),
            subject: Some((kind, id)),
            new: Some(serde_json::to_value(inputs)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        convert::ask(tx, now).await
    })
    .await
}

/// Deletes a price row that no living service was sold at, with those that are converted from it.
pub async fn delete(conn: &mut Conn, now: Timestamp, actor: &Actor, id: PriceId) -> Result<()> {
    conn.transaction(async |tx| {
        let price = store::find_by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
        remove(tx, &price).await?;
        let entry = Entry {
            action: "price.deleted",
            description: format!("Price {} {} deleted", price.currency, price.period),
            subject: Some(("price", id.0)),
            old: Some(serde_json::to_value(price.row())?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}
