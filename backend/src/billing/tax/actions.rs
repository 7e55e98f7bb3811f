//! Writing tax rules, moving them, adding presets, and trying them out.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::billing::tax::{
    RULES_MAX, TaxDecision, TaxPresetInput, TaxPresetResult, TaxRate, TaxRuleInput, TaxRuleMove, TaxTest,
};
use shared::{Code, Language, TaxRuleId};

use super::{explain, presets, store};
use crate::audit::{self, Actor, Entry};
use crate::billing::document::{Terms, frozen};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::settings::countries;

/// Checks up to three rates; names stand once.
pub fn check_rates(fields: &mut Fields, field: &str, rates: &[TaxRate]) {
    if rates.len() > 3 {
        fields.add(field, "too_long", "At most three rates.");
    }
    for (place, rate) in rates.iter().take(3).enumerate() {
        let name = format!("{field}.{place}.name");
        fields.required(&name, &rate.name, 30);
        let twice = rates.iter().take(place).any(|other| other.name == rate.name);
        fields.check(!twice, &name, "taken", "This tax stands here twice.");
        let percent =
            (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&rate.rate) && rate.rate.normalize().scale() <= 3;
        let message = "Must be between 0 and 100 with at most three decimals.";
        fields.check(percent, &format!("{field}.{place}.rate"), "out_of_range", message);
    }
}

/// Checks a country and a region of it.
pub fn check_place(fields: &mut Fields, country: Option<&str>, region: Option<&str>) {
    if let Some(country) = country
        && countries::find(country).is_none()
    {
        fields.add("country", "unknown", "There is no such country.");
        return;
    }
    if let Some(region) = region {
        let known = country.is_some_and(|country| countries::has_region(country, region));
        fields.check(known, "region", "unknown", "The country has no such region.");
    }
}

async fn check(tx: &mut Conn, input: &TaxRuleInput) -> Result<()> {
    let mut fields = Fields::new();
    check_place(&mut fields, input.country.as_deref(), input.region.as_deref());
    check_rates(&mut fields, "rates", &input.rates);
    fields.text("note", &input.note, 300);
    let day = |on: jiff::civil::Date| (2000..=2200).contains(&on.year());
    for (field, on) in [("valid_from", input.valid_from), ("valid_to", input.valid_to)] {
        fields.check(on.is_none_or(day), field, "out_of_range", "Must be between the years 2000 and 2200.");
    }
    if let Some(company) = input.company_id {
        let known = store::company_exists(tx, company).await?;
        fields.check(known, "company_id", "unknown", "There is no such home company.");
    }
    fields.finish()
}

fn entry<'a>(action: &'a str, what: &str, id: TaxRuleId, input: Option<&TaxRuleInput>) -> Result<Entry<'a>> {
    Ok(Entry {
        action,
        description: format!("Tax rule {what}"),
        subject: Some(("tax_rule", id.0)),
        new: input.map(serde_json::to_value).transpose()?,
        ..Entry::default()
    })
}

/// Adds a rule at the bottom.
pub async fn create(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    input: &TaxRuleInput,
) -> Result<TaxRuleId> {
    conn.transaction(async |tx| {
        check(tx, input).await?;
        store::lock_order(tx).await?;
        if store::all(tx).await?.len() >= RULES_MAX {
            let detail = format!("At most {RULES_MAX} rules can be kept.");
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        let id = TaxRuleId::generate();
        let sort = store::last_sort(tx).await? + 1;
        store::insert(tx, now, id, sort, input).await?;
        audit::record(tx, actor, now, entry("tax_rule.created", "created", id, Some(input))?).await?;
        Ok(id)
    })
    .await
}

/// Changes a rule. Refuses a version that is not the present one.
pub async fn change(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: TaxRuleId,
    input: &TaxRuleInput,
) -> Result<()> {
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        if input.version.is_none() {
            return Err(Refusal::field("version", "required", "Send the version that you read.").into());
        }
        if input.version != Some(row.version) {
            return Err(Refusal::new(Code::VersionConflict).into());
        }
        check(tx, input).await?;
        store::update(tx, now, id, input).await?;
        let old = serde_json::to_value(row.input()?)?;
        let entry = Entry { old: Some(old), ..entry("tax_rule.changed", "changed", id, Some(input))? };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

/// Deletes a rule. Documents keep their frozen decisions.
pub async fn delete(conn: &mut Conn, now: Timestamp, actor: &Actor, id: TaxRuleId) -> Result<()> {
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        store::delete(tx, id).await?;
        let old = serde_json::to_value(row.input()?)?;
        let entry = Entry { old: Some(old), ..entry("tax_rule.deleted", "deleted", id, None)? };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

/// Moves a rule to a place from the top, from 1.
///
/// Refuses with `VersionConflict` when the rules stand in another order than the one that was read.
pub async fn move_to(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: TaxRuleId,
    input: &TaxRuleMove,
) -> Result<()> {
    let mut fields = Fields::new();
    fields.range("position", i64::from(input.position), 1, 1000);
    fields.check(input.read.len() <= RULES_MAX, "read", "too_long", "At most 1000 rules.");
    fields.finish()?;
    conn.transaction(async |tx| {
        store::lock_order(tx).await?;
        let mut ids: Vec<TaxRuleId> = store::all(tx).await?.into_iter().map(|(rule, _)| rule.id).collect();
        let from = ids.iter().position(|other| *other == id).ok_or_else(Refusal::not_found)?;
        if ids != input.read {
            return Err(Refusal::new(Code::VersionConflict).into());
        }
        ids.remove(from);
        let to = usize::try_from(input.position).map_or(ids.len(), |position| (position - 1).min(ids.len()));
        ids.insert(to, id);
        store::reorder(tx, &ids).await?;
        let entry = Entry {
            action: "tax_rule.moved",
            description: format!("Tax rule moved from place {} to {}", from + 1, to + 1),
            subject: Some(("tax_rule", id.0)),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

/// Adds the rules of a preset at the bottom; skips places that have a rule of this company.
pub async fn add_preset(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    input: &TaxPresetInput,
    dry_run: bool,
) -> Result<TaxPresetResult> {
    conn.transaction(async |tx| {
        if !store::company_exists(tx, input.company_id).await? {
            return Err(Refusal::field("company_id", "unknown", "There is no such home company.").into());
        }
        store::lock_order(tx).await?;
        let present = store::all(tx).await?;
        let wanted = presets::rules(input.preset, input.company_id);
        let exists = |rule: &TaxRuleInput| {
            present.iter().any(|(row, _)| {
                row.company_id == rule.company_id && row.country == rule.country && row.region == rule.region
            })
        };
        let (skipped, missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(exists);
        if present.len() + missing.len() > RULES_MAX {
            let detail = format!("At most {RULES_MAX} rules can be kept.");
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        let count = |rules: &[TaxRuleInput]| u32::try_from(rules.len()).unwrap_or(u32::MAX);
        let result = TaxPresetResult { added: count(&missing), skipped: count(&skipped), dry_run };
        if dry_run {
            return Ok(result);
        }
        let last = store::last_sort(tx).await?;
        for (place, rule) in (1_i32..).zip(&missing) {
            store::insert(tx, now, TaxRuleId::generate(), last + place, rule).await?;
        }
        let entry = Entry {
            action: "tax_rule.preset_added",
            description: format!("Tax preset {} added: {} rules", input.preset, missing.len()),
            subject: Some(("company", input.company_id.0)),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(result)
    })
    .await
}

/// Which taxes a client would bear, and why.
pub async fn test(
    conn: &mut Conn,
    now: Timestamp,
    input: &TaxTest,
    language: Language,
) -> Result<TaxDecision> {
    let mut buying =
        frozen::buying(conn, now, input.client_id).await.map_err(|error| match error.code() {
            Code::NotFound => Refusal::field("client_id", "unknown", "There is no such client.").into(),
            _ => error,
        })?;
    if let Some(company) = input.company_id {
        if !store::company_exists(conn, company).await? {
            return Err(Refusal::field("company_id", "unknown", "There is no such home company.").into());
        }
        buying.company = company;
    }
    let selling = frozen::selling(conn, buying.company).await?;
    let on = match input.on {
        Some(on) => on,
        None => Terms::load(conn).await?.today(now),
    };
    let rules = store::rules(conn).await?;
    let decision = rules::tax::decide(&selling.seller.facts, &buying.buyer.facts, &rules, on);
    Ok(explain::decision(decision, language))
}
