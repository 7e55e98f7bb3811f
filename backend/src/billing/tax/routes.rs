//! `/admin/tax-rules`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, get, post, put};
use shared::billing::tax::{
    TaxDecision, TaxPresetInput, TaxPresetResult, TaxRule, TaxRuleInput, TaxRuleMove, TaxTest,
};
use shared::{DryRun, Page, PageQuery, Rehearsal, TaxRuleId, Tried};

use super::{actions, explain, rehearsal, store};
use crate::App;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, Reads, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(create)
        .service(add_preset)
        .service(test)
        .service(read)
        .service(change)
        .service(remove)
        .service(move_to);
}

/// Every rule as it is shown, from top to bottom.
async fn shown(conn: &mut Conn) -> Result<Vec<TaxRule>> {
    let rows = store::all(conn).await?;
    let rules = rows.iter().map(|(row, _)| row.rule()).collect::<Result<Vec<_>>>()?;
    let unreachable = rules::tax::unreachable_rules(&rules);
    (1_u32..)
        .zip(rows)
        .zip(unreachable)
        .map(|((position, (row, company_name)), why)| {
            Ok(TaxRule {
                id: row.id,
                position,
                rule: row.input()?,
                company_name,
                unreachable: why.map(explain::unreachable),
                updated_at: row.updated_at,
            })
        })
        .collect()
}

async fn one(conn: &mut Conn, id: TaxRuleId) -> Result<TaxRule> {
    let found = shown(conn).await?.into_iter().find(|rule| rule.id == id);
    found.ok_or_else(|| Refusal::not_found().into())
}

fn matches(rule: &TaxRule, words: &str) -> bool {
    let words = words.to_lowercase();
    let country = rule.rule.country.as_deref().and_then(crate::settings::countries::find);
    [
        rule.rule.country.as_deref().unwrap_or_default(),
        rule.rule.region.as_deref().unwrap_or_default(),
        country.map_or("", |country| country.name.as_str()),
        rule.company_name.as_deref().unwrap_or_default(),
        &rule.rule.note,
    ]
    .iter()
    .any(|text| text.to_lowercase().contains(&words))
        || rule.rule.rates.iter().any(|rate| rate.name.to_lowercase().contains(&words))
}

/// List tax rules from top to bottom, with marks on those that can never match.
#[utoipa::path(tag = "billing", operation_id = "listTaxRules", params(PageQuery),
    responses((status = 200, body = Page<TaxRule>)), extensions(("x-permission" = json!("taxes.view"))))]
#[get("/admin/tax-rules")]
async fn list(
    app: Data<App>,
    _who: May<rights::TaxesView>,
    page: Query<PageQuery>,
) -> Result<Json<Page<TaxRule>>> {
    let paging = Paging::read(&page, &["position"])?;
    let mut rules = shown(&mut *app.db.get().await?).await?;
    if let Some(words) = &paging.search {
        rules.retain(|rule| matches(rule, words));
    }
    if paging.descending {
        rules.reverse();
    }
    let total = i64::try_from(rules.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(paging.per_page).unwrap_or(usize::MAX);
    let items = rules.into_iter().skip(skip).take(take).collect();
    Ok(Json(paging.page(items, total)))
}

/// Create a tax rule at the bottom.
#[utoipa::path(tag = "billing", operation_id = "createTaxRule", request_body = TaxRuleInput,
    responses((status = 201, body = TaxRule)), extensions(("x-permission" = json!("taxes.edit"))))]
#[post("/admin/tax-rules")]
async fn create(
    app: Data<App>,
    who: May<rights::TaxesEdit>,
    input: Json<TaxRuleInput>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::create(&mut conn, app.clock.now(), &who.actor, &input).await?;
    Ok(Json(one(&mut conn, id).await?).customize().with_status(StatusCode::CREATED))
}

/// Add a ready set of tax rules; what exists is left alone.
#[utoipa::path(tag = "billing", operation_id = "addTaxPreset", params(DryRun), request_body = TaxPresetInput,
    responses((status = 200, body = TaxPresetResult)), extensions(("x-permission" = json!("taxes.edit"))))]
#[post("/admin/tax-rules/presets")]
async fn add_preset(
    app: Data<App>,
    who: May<rights::TaxesEdit>,
    run: Query<DryRun>,
    input: Json<TaxPresetInput>,
) -> Result<Json<TaxPresetResult>> {
    let mut conn = app.db.get().await?;
    Ok(Json(actions::add_preset(&mut conn, app.clock.now(), &who.actor, &input, run.dry_run).await?))
}

/// Try out which taxes a client would bear, and why.
#[utoipa::path(tag = "billing", operation_id = "testTaxRules", request_body = TaxTest,
    responses((status = 200, body = TaxDecision)), extensions(("x-permission" = json!("taxes.view"))))]
#[post("/admin/tax-rules/test")]
async fn test(
    app: Data<App>,
    _who: May<rights::TaxesView>,
    reads: Reads,
    input: Json<TaxTest>,
) -> Result<Json<TaxDecision>> {
    Ok(Json(actions::test(&mut *app.db.get().await?, app.clock.now(), &input, reads.0).await?))
}

/// Show a tax rule.
#[utoipa::path(tag = "billing", operation_id = "getTaxRule", params(("id" = TaxRuleId, Path)),
    responses((status = 200, body = TaxRule)), extensions(("x-permission" = json!("taxes.view"))))]
#[get("/admin/tax-rules/{id}")]
async fn read(app: Data<App>, _who: May<rights::TaxesView>, id: Path<TaxRuleId>) -> Result<Json<TaxRule>> {
    Ok(Json(one(&mut *app.db.get().await?, *id).await?))
}

/// Change a tax rule.
#[utoipa::path(tag = "billing", operation_id = "updateTaxRule", params(("id" = TaxRuleId, Path)),
    request_body = TaxRuleInput, responses((status = 200, body = TaxRule)),
    extensions(("x-permission" = json!("taxes.edit"))))]
#[put("/admin/tax-rules/{id}")]
async fn change(
    app: Data<App>,
    who: May<rights::TaxesEdit>,
    id: Path<TaxRuleId>,
    input: Json<TaxRuleInput>,
) -> Result<Json<TaxRule>> {
    let mut conn = app.db.get().await?;
    actions::change(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(one(&mut conn, *id).await?))
}

/// Delete a tax rule.
#[utoipa::path(tag = "billing", operation_id = "deleteTaxRule", params(("id" = TaxRuleId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)),
    extensions(("x-permission" = json!("taxes.edit"))))]
#[delete("/admin/tax-rules/{id}")]
async fn remove(
    app: Data<App>,
    who: May<rights::TaxesEdit>,
    id: Path<TaxRuleId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    if dry.dry_run {
        return Ok(HttpResponse::Ok().json(rehearsal::deletion(&mut conn, now, &who.actor, *id).await?));
    }
    actions::delete(&mut conn, now, &who.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Move a tax rule to another place.
#[utoipa::path(tag = "billing", operation_id = "moveTaxRule", params(("id" = TaxRuleId, Path), DryRun),
    request_body = TaxRuleMove, responses((status = 200, body = Tried<TaxRule>)),
    extensions(("x-permission" = json!("taxes.edit"))))]
#[post("/admin/tax-rules/{id}/move")]
async fn move_to(
    app: Data<App>,
    who: May<rights::TaxesEdit>,
    id: Path<TaxRuleId>,
    dry: Query<DryRun>,
    input: Json<TaxRuleMove>,
) -> Result<Json<Tried<TaxRule>>> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    if dry.dry_run {
        let would = rehearsal::moving(&mut conn, now, &who.actor, *id, &input).await?;
        return Ok(Json(Tried::Would(would)));
    }
    actions::move_to(&mut conn, now, &who.actor, *id, &input).await?;
    Ok(Json(Tried::Done(one(&mut conn, *id).await?)))
}
