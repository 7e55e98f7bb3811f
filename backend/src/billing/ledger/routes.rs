//! `/admin/transactions`, `/clients/{client_id}/transactions`, charges of services, adjustments, the export.

use std::str::FromStr;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::billing::ledger::{
    ChargeDetail, ChargeFilter, LedgerExportQuery, NewAdjustment, ServiceCharges, TransactionDetail,
    TransactionFilter, TransactionPage,
};
use shared::{ClientId, DryRun, FileQuery, Language, Page, PageQuery, ServiceId, TransferId, Tried};

use super::store::{self, Transfer};
use super::{adjust, charges, daily, export, export_transactions, reasons, reversal, words};
use crate::App;
use crate::billing::archive::{self, Kept};
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::paging::After;
use crate::http::routes::Routes;
use crate::http::{Acting, Fields, Json, May, Paging, Path, Query, client_rights, rights};
use crate::identity::session::actions::need_sudo_in_browser;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_transactions)
        .service(export_all_transactions)
        .service(get_transaction)
        .service(list_service_charges)
        .service(list_service_charges_by_day)
        .service(adjust_balance)
        .service(export_ledger)
        .service(list_own_transactions)
        .service(export_own_transactions)
        .service(get_own_transaction)
        .service(list_own_service_charges)
        .service(list_own_service_charges_by_day);
}

const SORTS: &[&str] = &["-at"];

fn language(request: &HttpRequest) -> Language {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::from_header(wanted.unwrap_or("en"))
}

fn check(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<()> {
    let mut fields = Fields::new();
    for (field, value) in [("from", from), ("to", to)] {
        if let Some(value) = value {
            fields.instant(field, value);
        }
    }
    fields.finish()
}

async fn list(
    conn: &mut Conn,
    client: Option<ClientId>,
    query: &PageQuery,
    filter: &TransactionFilter,
    language: Language,
) -> Result<TransactionPage> {
    check(filter.from, filter.to)?;
    let paging = Paging::read(query, SORTS)?;
    let after = filter.after.as_deref().map(After::from_str).transpose()?;
    let rows = store::page(conn, client, filter, &paging, after).await?;
    let total = store::count(conn, client, filter, &paging).await?;
    let told = store::words(conn, &rows).await?;
    let full = i64::try_from(rows.len()).unwrap_or(0) == paging.limit();
    let next = rows.last().filter(|_| full).map(|row| After { at: row.at, id: row.id.0 }.to_string());
    let items = rows.iter().filter_map(|row| words::summary(row, &told, language)).collect();
    Ok(TransactionPage { items, page: paging.page, per_page: paging.per_page, total, next })
}

async fn detail(conn: &mut Conn, row: Transfer, language: Language) -> Result<TransactionDetail> {
    let client = row.client_id.ok_or_else(Refusal::not_found)?;
    let told = store::words(conn, std::slice::from_ref(&row)).await?;
    let summary = words::summary(&row, &told, language).ok_or_else(Refusal::not_found)?;
    let posting = store::of_posting(conn, row.posting_id).await?;
    let ids = posting.iter().flat_map(|row| [row.debit_account, row.credit_account]).collect();
    let accounts = store::accounts(conn, ids).await?;
    let charges = charges::of_transfer(conn, client, &row).await?;
    let made_of = row.explanation.get("charges").and_then(serde_json::Value::as_i64).unwrap_or_default();
    let archived = match i64::try_from(charges.len()) {
        Ok(shown) if shown < made_of => archive::kept_of_transfer(conn, client, row.id).await?,
        _ => Vec::new(),
    };
    let version = row.explanation.get("price_version").and_then(serde_json::Value::as_i64);
    let sold = match (row.service_id, version.and_then(|version| i32::try_from(version).ok())) {
        (Some(service), Some(version)) => charges::sold(conn, service, version).await?,
        _ => None,
    };
    let priced = charges.iter().filter_map(|charge| charge.snapshot.as_ref());
    let priced = priced.chain(sold.iter().map(|sold| &sold.snapshot));
    let names = charges::option_names(conn, priced, language).await?;
    let reversed_by = reversal::of(conn, row.id).await?;
    Ok(TransactionDetail {
        summary,
        lines: reasons::lines(&row, &posting, sold.as_ref(), &names, language),
        actor: row.actor,
        posting_id: row.posting_id,
        movements: posting.iter().filter_map(|row| words::movement(row, &accounts)).collect(),
        charges: charges.into_iter().map(|charge| words::explain(charge, &names, language)).collect(),
        archived: archived.iter().map(|part| words::archived_part(part, language)).collect(),
        explanation: row.explanation,
        reverses: row.reverses,
        reversed_by,
    })
}

/// What a service was charged to these clients.
async fn charges_page(
    conn: &mut Conn,
    clients: &[ClientId],
    service: ServiceId,
    query: &PageQuery,
    range: ChargeFilter,
    language: Language,
) -> Result<Page<ChargeDetail>> {
    check(range.from, range.to)?;
    let paging = Paging::read(query, &["-period_from"])?;
    let (single, archived) = charges::count_of_service(conn, clients, service, range).await?;
    let kept = match archived {
        0 => Vec::new(),
        _ => archive::kept_of_service(conn, clients, service, range).await?,
    };
    // Archived months stand among the single charges, each where it belongs.
    let (first, end) = (paging.offset(), paging.offset() + paging.limit());
    let placed = (0_i64..).zip(&kept).map(|(before, month)| (month.newer + before, month));
    let above = placed.clone().filter(|(place, _)| *place < first).count();
    let shown: Vec<&Kept> =
        placed.filter(|(place, _)| (first..end).contains(place)).map(|(_, month)| month).collect();
    let count = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
    let (limit, offset) = (paging.limit() - count(shown.len()), first - count(above));

    let rows = charges::of_service(conn, clients, service, range, limit, offset).await?;
    let priced = rows.iter().filter_map(|charge| charge.snapshot.as_ref());
    let names = charges::option_names(conn, priced, language).await?;
    let mut items: Vec<ChargeDetail> =
        rows.into_iter().map(|charge| words::explain(charge, &names, language)).collect();
    if !shown.is_empty() {
        let named = charges::named(conn, service).await?;
        items.extend(shown.into_iter().map(|month| words::archived_month(month, &named, language)));
        items.sort_by_key(|item| std::cmp::Reverse(item.period_from));
    }
    Ok(paging.page(items, single + archived))
}

/// Transactions of all wallets, newest first.
#[utoipa::path(tag = "billing", operation_id = "listTransactions", params(PageQuery, TransactionFilter),
    responses((status = 200, body = TransactionPage)), extensions(("x-permission" = json!("transactions.view"))))]
#[get("/admin/transactions")]
async fn list_transactions(
    app: web::Data<App>,
    _who: May<rights::TransactionsView>,
    page: Query<PageQuery>,
    filter: Query<TransactionFilter>,
    request: HttpRequest,
) -> Result<Json<TransactionPage>> {
    let mut conn = app.db.get().await?;
    Ok(Json(list(&mut conn, None, &page, &filter, language(&request)).await?))
}

/// Transactions of all wallets as CSV: all that the filter lets through.
#[utoipa::path(tag = "billing", operation_id = "exportTransactions", params(PageQuery, TransactionFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("transactions.view"))))]
#[get("/admin/transactions.csv")]
async fn export_all_transactions(
    app: web::Data<App>,
    _who: May<rights::TransactionsView>,
    page: Query<PageQuery>,
    filter: Query<TransactionFilter>,
    form: Query<FileQuery>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    check(filter.from, filter.to)?;
    let paging = Paging::read(&page, SORTS)?;
    export_transactions::answer(&app, None, &paging, &filter, language(&request), *form).await
}

/// One transaction with its "why?".
#[utoipa::path(tag = "billing", operation_id = "getTransaction", params(("id" = TransferId, Path)),
    responses((status = 200, body = TransactionDetail)), extensions(("x-permission" = json!("transactions.view"))))]
#[get("/admin/transactions/{id}")]
async fn get_transaction(
    app: web::Data<App>,
    _who: May<rights::TransactionsView>,
    id: Path<TransferId>,
    request: HttpRequest,
) -> Result<Json<TransactionDetail>> {
    let mut conn = app.db.get().await?;
    let row = store::find_for_staff(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(detail(&mut conn, row, language(&request)).await?))
}

/// What a service was charged, newest first.
#[utoipa::path(tag = "billing", operation_id = "listServiceCharges",
    params(("id" = ServiceId, Path), PageQuery, ChargeFilter),
    responses((status = 200, body = Page<ChargeDetail>)), extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/services/{id}/charges")]
async fn list_service_charges(
    app: web::Data<App>,
    _who: May<rights::ServicesView>,
    id: Path<ServiceId>,
    page: Query<PageQuery>,
    range: Query<ChargeFilter>,
    request: HttpRequest,
) -> Result<Json<Page<ChargeDetail>>> {
    let mut conn = app.db.get().await?;
    let clients = charges::clients_of_service(&mut conn, *id).await?;
    if clients.is_empty() {
        return Err(Refusal::not_found().into());
    }
    Ok(Json(charges_page(&mut conn, &clients, *id, &page, *range, language(&request)).await?))
}

/// What a service was charged on each of the last thirty days.
#[utoipa::path(tag = "billing", operation_id = "listServiceChargesByDay", params(("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceCharges)), extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/services/{id}/charges-by-day")]
async fn list_service_charges_by_day(
    app: web::Data<App>,
    _who: May<rights::ServicesView>,
    id: Path<ServiceId>,
) -> Result<Json<ServiceCharges>> {
    let mut conn = app.db.get().await?;
    let clients = charges::clients_of_service(&mut conn, *id).await?;
    Ok(Json(daily::of(&mut conn, app.clock.now(), &clients, *id).await?))
}

/// Give a client credit, or correct its balance, or learn what that would do. Asks browsers for the password again.
#[utoipa::path(tag = "billing", operation_id = "adjustBalance", request_body = NewAdjustment,
    params(("client_id" = ClientId, Path), DryRun,
        ("Idempotency-Key" = String, Header, description = "The same key gets the same answer for a day.",
            min_length = 1, max_length = 255)),
    responses((status = 200, body = Tried<TransactionDetail>)), extensions(("x-permission" = json!("funds.adjust"))))]
#[post("/admin/clients/{client_id}/adjustments")]
async fn adjust_balance(
    app: web::Data<App>,
    who: May<rights::FundsAdjust>,
    client: Path<ClientId>,
    key: IdempotencyKey,
    dry: Query<DryRun>,
    wanted: Json<NewAdjustment>,
    request: HttpRequest,
) -> Result<Json<Tried<TransactionDetail>>> {
    let (now, language) = (app.clock.now(), language(&request));
    if dry.dry_run {
        let mut conn = app.db.get().await?;
        return Ok(Json(Tried::Would(adjust::rehearse(&mut conn, now, &who.actor, *client, &wanted).await?)));
    }
    need_sudo_in_browser(&mut *app.db.get().await?, now, who.proof).await?;
    let once = Once::new(&who.actor, "adjustBalance", &key, *client, &wanted.0)?;
    let mut conn = app.db.get().await?;
    let answer = conn
        .transaction::<_, Error, _>(async |tx| {
            if let Some(earlier) = once.earlier::<TransactionDetail>(tx).await? {
                return Ok(earlier);
            }
            let id = adjust::adjust(tx, now, &who.actor, *client, &wanted.0).await?;
            let row = store::find(tx, *client, id).await?.ok_or_else(Refusal::not_found)?;
            let answer = detail(tx, row, language).await?;
            once.keep(tx, now, &answer).await?;
            Ok(answer)
        })
        .await?;
    Ok(Json(Tried::Done(answer)))
}

/// The ledger of a range of time as CSV or in beancount's syntax, streamed.
#[utoipa::path(tag = "billing", operation_id = "exportLedger", params(LedgerExportQuery),
    responses((status = 200, content((String = "text/csv"), (String = "text/plain"))), (status = 429)),
    extensions(("x-permission" = json!("transactions.view"))))]
#[get("/admin/ledger/export")]
async fn export_ledger(
    app: web::Data<App>,
    _who: May<rights::TransactionsView>,
    query: Query<LedgerExportQuery>,
) -> Result<HttpResponse> {
    let mut fields = Fields::new();
    fields.instant("from", query.from);
    fields.instant("to", query.to);
    fields.check(query.from < query.to, "to", "out_of_range", "Must be after `from`.");
    fields.finish()?;
    export::answer(&app, query.format, query.from, query.to).await
}

/// One's own transactions, newest first.
#[utoipa::path(tag = "billing", operation_id = "listOwnTransactions",
    params(("client_id" = ClientId, Path), PageQuery, TransactionFilter), responses((status = 200, body = TransactionPage)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/transactions")]
async fn list_own_transactions(
    app: web::Data<App>,
    who: Acting<client_rights::Documents>,
    page: Query<PageQuery>,
    filter: Query<TransactionFilter>,
    request: HttpRequest,
) -> Result<Json<TransactionPage>> {
    let mut conn = app.db.get().await?;
    Ok(Json(list(&mut conn, Some(who.client), &page, &filter, language(&request)).await?))
}

/// One's own transactions as CSV: all that the filter lets through.
#[utoipa::path(tag = "billing", operation_id = "exportOwnTransactions",
    params(("client_id" = ClientId, Path), PageQuery, TransactionFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/transactions.csv")]
async fn export_own_transactions(
    app: web::Data<App>,
    who: Acting<client_rights::Documents>,
    page: Query<PageQuery>,
    filter: Query<TransactionFilter>,
    form: Query<FileQuery>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    check(filter.from, filter.to)?;
    let paging = Paging::read(&page, SORTS)?;
    let client = Some(who.client);
    export_transactions::answer(&app, client, &paging, &filter, language(&request), *form).await
}

/// One of one's own transactions with its "why?".
#[utoipa::path(tag = "billing", operation_id = "getOwnTransaction",
    params(("client_id" = ClientId, Path), ("id" = TransferId, Path)), responses((status = 200, body = TransactionDetail)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/transactions/{id}")]
async fn get_own_transaction(
    app: web::Data<App>,
    who: Acting<client_rights::Documents>,
    path: Path<(ClientId, TransferId)>,
    request: HttpRequest,
) -> Result<Json<TransactionDetail>> {
    let mut conn = app.db.get().await?;
    let row = store::find(&mut conn, who.client, path.1).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(detail(&mut conn, row, language(&request)).await?))
}

/// What one's own service was charged, newest first.
#[utoipa::path(tag = "billing", operation_id = "listOwnServiceCharges",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path), PageQuery, ChargeFilter),
    responses((status = 200, body = Page<ChargeDetail>)),
    extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/services/{id}/charges")]
async fn list_own_service_charges(
    app: web::Data<App>,
    who: Acting<client_rights::Services>,
    path: Path<(ClientId, ServiceId)>,
    page: Query<PageQuery>,
    range: Query<ChargeFilter>,
    request: HttpRequest,
) -> Result<Json<Page<ChargeDetail>>> {
    let mut conn = app.db.get().await?;
    if !charges::concerns(&mut conn, who.client, path.1).await? {
        return Err(Refusal::not_found().into());
    }
    Ok(Json(charges_page(&mut conn, &[who.client], path.1, &page, *range, language(&request)).await?))
}

/// What one's own service was charged on each of the last thirty days.
#[utoipa::path(tag = "billing", operation_id = "listOwnServiceChargesByDay",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceCharges)),
    extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/services/{id}/charges-by-day")]
async fn list_own_service_charges_by_day(
    app: web::Data<App>,
    who: Acting<client_rights::Services>,
    path: Path<(ClientId, ServiceId)>,
) -> Result<Json<ServiceCharges>> {
    let mut conn = app.db.get().await?;
    if !charges::concerns(&mut conn, who.client, path.1).await? {
        return Err(Refusal::not_found().into());
    }
    Ok(Json(daily::of(&mut conn, app.clock.now(), &[who.client], path.1).await?))
}
