//! Creating and changing home companies, their numbering, logos and gateways.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use jiff::civil::Date;
use shared::billing::company::{CompanyInput, GatewayInput, LogoInput, NumberSeriesInput};
use shared::billing::{DocumentKind, NumberReset};
use shared::{Code, CompanyId, GatewayId};

use super::{check, gateway, store};
use crate::audit::{self, Actor, Entry};
use crate::billing::document::{Terms, number, typesetting};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// What a new company numbers with.
const FORMATS: [(DocumentKind, &str); 3] = [
    (DocumentKind::Proforma, "PROFORMA/{YEAR}/{MONTH}/{NUMBER}"),
    (DocumentKind::Invoice, "INVOICE/{YEAR}/{MONTH}/{NUMBER}"),
    (DocumentKind::CreditNote, "CREDIT/{YEAR}/{MONTH}/{NUMBER}"),
];

fn entry<'a>(action: &'a str, what: String, id: CompanyId) -> Entry<'a> {
    Entry { action, description: what, subject: Some(("company", id.0)), ..Entry::default() }
}

fn check_version(read: Option<i32>, present: i32) -> Result<()> {
    match read {
        None => Err(Refusal::field("version", "required", "Send the version that you read.").into()),
        Some(version) if version != present => Err(Refusal::new(Code::VersionConflict).into()),
        Some(_) => Ok(()),
    }
}

/// A currency that is not set up is the field's fault.
fn unknown_currency(error: crate::Error) -> crate::Error {
    if let crate::Error::Internal(inner) = &error
        && let Some(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info)) =
            inner.downcast_ref::<DieselError>()
        && info.constraint_name().is_some_and(|name| name.contains("currency"))
    {
        return Refusal::field("currency", "unknown", "This currency is not set up.").into();
    }
    error
}

/// Creates a company with its numbering. The first one is the default.
pub async fn create(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    input: &CompanyInput,
) -> Result<CompanyId> {
    check::company(input)?;
    conn.transaction(async |tx| {
        let id = CompanyId::generate();
        let is_default = !store::any(tx).await?;
        store::insert(tx, now, id, is_default, input).await.map_err(unknown_currency)?;
        for (kind, format) in FORMATS {
            store::insert_series(tx, id, kind, format).await?;
        }
        let new = Some(serde_json::to_value(input)?);
        let entry =
            Entry { new, ..entry("company.created", format!("Home company {} created", input.name), id) };
        audit::record(tx, actor, now, entry).await?;
        Ok(id)
    })
    .await
}

/// Changes a company. Refuses a version that is not the present one.
pub async fn change(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: CompanyId,
    input: &CompanyInput,
) -> Result<()> {
    check::company(input)?;
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        check_version(input.version, row.version)?;
        store::update(tx, now, id, input).await.map_err(unknown_currency)?;
        let entry = Entry {
            old: Some(serde_json::to_value(row.input()?)?),
            new: Some(serde_json::to_value(input)?),
            ..entry("company.changed", format!("Home company {} changed", input.name), id)
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

/// Makes a company the default. Refuses an archived one.
pub async fn make_default(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<()> {
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        if row.archived_at.is_some() {
            return Err(Refusal::because(Code::Conflict, "An archived company cannot be the default.").into());
        }
        if row.is_default {
            return Ok(());
        }
        store::set_default(tx, now, id).await?;
        let what = format!("Home company {} made the default", row.input()?.name);
        audit::record(tx, actor, now, entry("company.made_default", what, id)).await?;
        Ok(())
    })
    .await
}

/// Archives a company. Refuses the default one, and one that clients still belong to.
pub async fn archive(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<()> {
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        if row.is_default {
            let detail = "The default company cannot be archived; make another one the default first.";
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        let (clients, _) = store::counts(tx, id).await?;
        if clients > 0 {
            let detail = format!("{clients} clients belong to this company; give them another one first.");
            return Err(Refusal::because(Code::InUse, detail).into());
        }
        store::set_archived(tx, now, id, Some(row.archived_at.unwrap_or(now))).await?;
        let what = format!("Home company {} archived", row.input()?.name);
        audit::record(tx, actor, now, entry("company.archived", what, id)).await?;
        Ok(())
    })
    .await
}

/// Takes a company out of the archive.
pub async fn restore(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<()> {
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        store::set_archived(tx, now, id, None).await?;
        let what = format!("Home company {} restored", row.input()?.name);
        audit::record(tx, actor, now, entry("company.restored", what, id)).await?;
        Ok(())
    })
    .await
}

/// Deletes a company that nothing belongs to.
pub async fn delete(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<()> {
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        if row.is_default {
            return Err(Refusal::because(Code::Conflict, "The default company cannot be deleted.").into());
        }
        let (clients, documents) = store::counts(tx, id).await?;
        if clients + documents > 0 {
            let detail =
                format!("It has {clients} clients and {documents} documents; it can only be archived.");
            return Err(Refusal::because(Code::InUse, detail).into());
        }
        store::delete(tx, id).await.map_err(|error| match error {
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                let detail =
                    "Gateways, tax rules or accounts belong to it; delete those first, or archive it.";
                Refusal::because(Code::InUse, detail).into()
            }
            error => crate::Error::from(error),
        })?;
        let old = Some(serde_json::to_value(row.input()?)?);
        let what = format!("Home company {} deleted", row.input()?.name);
        let entry = Entry { old, ..entry("company.deleted", what, id) };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

/// Sets the logo. Refuses a version that is not the company's present one. Checked outside of the transaction: drawing it
/// takes processor time.
pub async fn set_logo(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: CompanyId,
    input: LogoInput,
) -> Result<()> {
    let (media_type, version) = (input.media_type, input.version);
    let checked = typesetting::within(typesetting::TIME_MAX, move || check::logo(&input)).await;
    let bytes = checked.map_err(check::undrawn)??;
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(row.version, version)?;
        store::set_logo(tx, now, id, Some((media_type, &bytes))).await?;
        let what = format!("Logo of {} set ({media_type}, {} bytes)", row.input()?.name, bytes.len());
        audit::record(tx, actor, now, entry("company.logo_set", what, id)).await?;
        Ok(())
    })
    .await
}

/// Takes the logo away. Documents that show it keep it. Refuses a version that is not the company's present one.
pub async fn remove_logo(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: CompanyId,
    version: i32,
) -> Result<()> {
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(row.version, version)?;
        store::set_logo(tx, now, id, None).await?;
        let what = format!("Logo of {} removed", row.input()?.name);
        audit::record(tx, actor, now, entry("company.logo_removed", what, id)).await?;
        Ok(())
    })
    .await
}

/// A numbering's counter.
fn counter(series: &store::Series) -> rules::numbering::Series {
    rules::numbering::Series {
        next_number: series.next_number,
        reset: series.reset,
        counting: series.counting.clone(),
    }
}

/// What a document issued on a day would get: its number in the month or year, and all of it as it is written.
pub fn next_number(series: &store::Series, on: Date) -> Result<(i64, String)> {
    let format =
        rules::numbering::NumberFormat::parse(&series.format, series.reset).map_err(anyhow::Error::new)?;
    let (number, _) = rules::numbering::draw(&counter(series), on);
    Ok((number, format.render(number, on)))
}

/// Changes a numbering from the next document on. Locks the counter. Refuses to go back.
pub async fn change_series(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    company: CompanyId,
    kind: DocumentKind,
    input: &NumberSeriesInput,
) -> Result<()> {
    conn.transaction(async |tx| {
        let row = store::lock_series(tx, company, kind).await?.ok_or_else(Refusal::not_found)?;
        check_version(Some(input.version), row.version)?;
        let today = Terms::load(tx).await?.today(now);
        let counting = rules::numbering::counting(input.reset, today);
        // In a new month or year the counter begins again; until then it only goes up.
        let same = row.counting == counting || row.counting.is_empty() || input.reset == NumberReset::Never;
        check::series(input, if same { row.next_number } else { 1 })?;
        let mut input = input.clone();
        let (drawn, _) = rules::numbering::draw(&counter(&row), today);
        if !same && input.next_number == row.next_number {
            // The counter of a month that is over, as it was read then: nobody means to begin the new one with it.
            input.next_number = drawn;
        }
        store::update_series(tx, company, kind, &input, &counting).await?;
        if (input.next_number, &counting, &input.format) != (row.next_number, &row.counting, &row.format) {
            number::begin_at(tx, company, kind, &counting, &input.format, input.next_number).await?;
        }
        let what = format!("Numbering of {kind} changed from {} to {}", row.format, input.format);
        let new = Some(serde_json::to_value(&input)?);
        audit::record(tx, actor, now, Entry { new, ..entry("company.numbering_changed", what, company) })
            .await?;
        Ok(())
    })
    .await
}

/// A key that the company has already is the field's fault.
fn taken_key(error: crate::Error) -> crate::Error {
    if let crate::Error::Internal(inner) = &error
        && let Some(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) =
            inner.downcast_ref::<DieselError>()
        && info.constraint_name() == Some("gateways_key")
    {
        return Refusal::field("key", "taken", "The company has a gateway with this key.").into();
    }
    error
}

pub async fn create_gateway(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    company: CompanyId,
    input: &GatewayInput,
) -> Result<GatewayId> {
    check::gateway(input)?;
    conn.transaction(async |tx| {
        store::lock(tx, company).await?.ok_or_else(Refusal::not_found)?;
        let id = GatewayId::generate();
        gateway::insert(tx, now, id, company, input).await.map_err(taken_key)?;
        let new = Some(serde_json::to_value(input)?);
        let what = format!("Gateway {} created", input.key);
        audit::record(tx, actor, now, Entry { new, ..entry("gateway.created", what, company) }).await?;
        Ok(id)
    })
    .await
}

/// Changes a gateway. Refuses a version that is not the present one.
pub async fn change_gateway(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: GatewayId,
    input: &GatewayInput,
) -> Result<()> {
    check::gateway(input)?;
    conn.transaction(async |tx| {
        let row = gateway::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        check_version(input.version, row.version)?;
        gateway::update(tx, now, id, input).await.map_err(taken_key)?;
        let company = row.company_id;
        let old = Some(serde_json::to_value(row.shown()?.profile)?);
        let new = Some(serde_json::to_value(input)?);
        let what = format!("Gateway {} changed", input.key);
        audit::record(tx, actor, now, Entry { old, new, ..entry("gateway.changed", what, company) }).await?;
        Ok(())
    })
    .await
}

/// Deletes a gateway that nothing was paid through; others can be switched off.
pub async fn delete_gateway(conn: &mut Conn, now: Timestamp, actor: &Actor, id: GatewayId) -> Result<()> {
    conn.transaction(async |tx| {
        let row = gateway::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        if gateway::has_payments(tx, id).await? {
            let detail = "Payments came in through this gateway; switch it off instead.";
            return Err(Refusal::because(Code::InUse, detail).into());
        }
        gateway::delete(tx, id).await?;
        let company = row.company_id;
        let profile = row.shown()?.profile;
        let what = format!("Gateway {} deleted", profile.key);
        let old = Some(serde_json::to_value(profile)?);
        audit::record(tx, actor, now, Entry { old, ..entry("gateway.deleted", what, company) }).await?;
        Ok(())
    })
    .await
}
