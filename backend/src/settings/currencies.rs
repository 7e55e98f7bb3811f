//! Currencies: exactly one default, none deleted while in use.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::settings::{CurrencyChange, CurrencyDetail, CurrencyInfo, NewCurrency};
use shared::{Code, Currency, Effect, EffectKind, Rehearsal};

use super::rates;
use super::store::{self, CurrencyRow};
use crate::audit::{self, Actor, Entry};
use crate::catalog::price::convert;
use crate::db::{self, Conn};
use crate::http::error::{Error, Refusal, Result};
use crate::http::fields::Fields;

impl From<CurrencyRow> for CurrencyDetail {
    fn from(row: CurrencyRow) -> Self {
        Self {
            code: row.code,
            name: row.code.name(),
            decimals: row.code.decimals(),
            prefix: row.prefix,
            suffix: row.suffix,
            format: row.format,
            rate: row.rate.normalize().to_string(),
            is_default: row.is_default,
            enabled: row.enabled,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
impl From<CurrencyRow> for CurrencyInfo {
    fn from(row: CurrencyRow) -> Self {
        Self {
            code: row.code,
            name: row.code.name(),
            decimals: row.code.decimals(),
            prefix: row.prefix,
            suffix: row.suffix,
            format: row.format,
            is_default: row.is_default,
        }
    }
}

fn check(prefix: &str, suffix: &str, rate: &str) -> Result<Decimal> {
    let mut fields = Fields::new();
    fields.text("prefix", prefix, 10);
    fields.text("suffix", suffix, 10);
    let rate = rates::read(&mut fields, rate);
    fields.finish()?;
    rate.ok_or_else(|| Refusal::field("rate", "required", "This field is required.").into())
}

fn told(what: &str, code: Currency) -> Entry<'static> {
    Entry { action: "currency.changed", description: format!("{what} currency {code}"), ..Entry::default() }
}

/// Adds a currency. The first one becomes the default, whose rate is 1.
pub(super) async fn create(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    new: NewCurrency,
) -> Result<CurrencyDetail> {
    let rate = check(&new.prefix, &new.suffix, &new.rate)?;
    conn.transaction::<_, Error, _>(async |tx| {
        let first = store::enabled_currencies(tx).await?.is_empty();
        let row = CurrencyRow {
            code: new.code,
            prefix: new.prefix,
            suffix: new.suffix,
            rate: if first { Decimal::ONE } else { rate },
            format: new.format,
            is_default: first,
            enabled: true,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        if !store::insert_currency(tx, now, &row).await? {
            return Err(Refusal::field("code", "taken", "This currency is there already.").into());
        }
        rates::note(tx, now, &row).await?;
        audit::record(tx, actor, now, told("Added", row.code)).await?;
        convert::ask(tx, now).await?;
        Ok(row.into())
    })
    .await
}

pub(super) async fn change(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    code: Currency,
    change: CurrencyChange,
) -> Result<CurrencyDetail> {
    let rate = check(&change.prefix, &change.suffix, &change.rate)?;
    conn.transaction::<_, Error, _>(async |tx| {
        let row = store::lock_currency(tx, code).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(row.version, change.version)?;
        if row.is_default && (rate != Decimal::ONE || !change.enabled) {
            let fault = if change.enabled {
                ("rate", "The default currency's rate is 1.")
            } else {
                ("enabled", "The default currency stays on.")
            };
            return Err(Refusal::field(fault.0, "fixed", fault.1).into());
        }
        let before = row.rate;
        let changed = CurrencyRow {
            prefix: change.prefix,
            suffix: change.suffix,
            rate,
            format: change.format,
            enabled: change.enabled,
            ..row
        };
        let changed = store::update_currency(tx, now, &changed).await?;
        if changed.rate != before {
            rates::note(tx, now, &changed).await?;
        }
        audit::record(tx, actor, now, told("Changed", code)).await?;
        convert::ask(tx, now).await?;
        Ok(changed.into())
    })
    .await
}

/// Makes a currency the default. All rates are taken anew, so that its own is 1; dated ones begin again from today, and what
/// was dated ahead is dropped. `version` is that of the currency, as read: a lost race is refused.
pub(super) async fn make_default(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    code: Currency,
    version: i32,
) -> Result<CurrencyDetail> {
    conn.transaction::<_, Error, _>(async |tx| {
        let all = store::lock_currencies(tx).await?;
        let row = all.into_iter().find(|row| row.code == code).ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(row.version, version)?;
        if row.is_default {
            return Ok(row.into());
        }
        if !row.enabled {
            return Err(Refusal::because(Code::Conflict, "Switch the currency on first.").into());
        }
        store::clear_default(tx).await?;
        store::rescale_rates(tx, now, row.rate).await?;
        let row =
            store::update_currency(tx, now, &CurrencyRow { is_default: true, rate: Decimal::ONE, ..row })
                .await?;
        rates::begin_again(tx, now, code).await?;
        audit::record(tx, actor, now, told("Made default the", code)).await?;
        convert::ask(tx, now).await?;
        Ok(row.into())
    })
    .await
}

/// Says what making a currency the default would do. Refuses what `make_default` refuses.
pub(super) async fn rehearse_make_default(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    code: Currency,
    version: i32,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let before = store::lock_currencies(tx).await?;
        let ahead = rates::ahead(tx, now).await?;
        make_default(tx, now, actor, code, version).await?;
        let is_default = before.iter().any(|row| row.code == code && row.is_default);
        let others = if is_default { 0 } else { i64::try_from(before.len()).unwrap_or(i64::MAX) - 1 };
        let dropped = if is_default { 0 } else { ahead };
        let mut effects = Vec::new();
        effects.extend(Effect::some(EffectKind::RatesRescaled, others, "exchange rates are taken anew."));
        effects.extend(Effect::some(EffectKind::RatesDropped, dropped, "rates dated ahead are dropped."));
        Ok(Rehearsal { effects })
    })
    .await
}

/// Says what deleting a currency would do. Refuses what `delete` refuses.
pub(super) async fn rehearse_delete(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    code: Currency,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        delete(tx, now, actor, code).await?;
        Ok(Rehearsal { effects: vec![Effect::deleted()] })
    })
    .await
}

/// Deletes a currency that nothing uses.
pub(super) async fn delete(conn: &mut Conn, now: Timestamp, actor: &Actor, code: Currency) -> Result<()> {
    conn.transaction::<_, Error, _>(async |tx| {
        let row = store::lock_currency(tx, code).await?.ok_or_else(Refusal::not_found)?;
        if row.is_default {
            return Err(Refusal::because(Code::InUse, "It is the default currency.").into());
        }
        let uses = store::uses(tx, code).await?;
        if !uses.is_empty() {
            return Err(Refusal::because(Code::InUse, format!("Used by {}.", uses.join(", "))).into());
        }
        store::delete_currency(tx, code).await.map_err(|error| match error {
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Refusal::because(Code::InUse, "There are books in this currency.").into()
            }
            error => Error::from(error),
        })?;
        audit::record(tx, actor, now, told("Deleted", code)).await?;
        Ok(())
    })
    .await
}
