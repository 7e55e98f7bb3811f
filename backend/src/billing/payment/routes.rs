//! Booking and listing payments, and the payment page.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, get, post};
use diesel_async::AsyncConnection;
use shared::billing::payment::{
    AssignPayment, BookedPayment, NewPayment, PaidFromWallet, PayFromWallet, PaymentFilter, PaymentPage,
    PaymentSummary,
};
use shared::{ClientId, DocumentId, DryRun, FileQuery, Page, PageQuery, PaymentId, Rehearsal, Tried};

use super::{actions, export, from_wallet, methods, rehearsal, store};
use crate::App;
use crate::billing::document;
use crate::catalog::text::Reads;
use crate::http::csv::Download;
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::{Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{Acting, IdempotencyKey, Json, May, Paging, Path, Query, client_rights, rights};
use crate::identity::session::actions::need_sudo_in_browser;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(export_payments)
        .service(read)
        .service(book)
        .service(assign)
        .service(payment_methods);
    cfg.service(pay_from_wallet).service(pay_own_from_wallet);
}

/// List payments.
#[utoipa::path(tag = "billing", operation_id = "listPayments", params(PageQuery, PaymentFilter),
    responses((status = 200, body = Page<PaymentSummary>)), extensions(("x-permission" = json!("payments.view"))))]
#[get("/admin/payments")]
async fn list(
    app: Data<App>,
    _who: May<rights::PaymentsView>,
    reads: Reads,
    page: Query<PageQuery>,
    filter: Query<PaymentFilter>,
) -> Result<Json<Page<PaymentSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = store::list(&mut conn, &paging, &filter, reads.0).await?;
    Ok(Json(paging.page(items, total)))
}

/// Payments as CSV: all that the filter lets through.
#[utoipa::path(tag = "billing", operation_id = "exportPayments", params(PageQuery, PaymentFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("payments.view"))))]
#[get("/admin/payments.csv")]
async fn export_payments(
    app: Data<App>,
    _who: May<rights::PaymentsView>,
    reads: Reads,
    page: Query<PageQuery>,
    filter: Query<PaymentFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, store::SORTS)?;
    let language = form.language.unwrap_or(reads.0);
    let mut download = Download::begin(&app).await?;
    let rows = store::all(&mut download.tx, &paging, &filter, language).await?;
    let told = download.answer("payments", *form, export::COLUMNS, rows, async |_, rows| {
        Ok(rows.into_iter().map(PaymentSummary::from).collect())
    });
    told.await
}

/// Show a payment.
#[utoipa::path(tag = "billing", operation_id = "getPayment", params(("id" = PaymentId, Path)),
    responses((status = 200, body = PaymentSummary)), extensions(("x-permission" = json!("payments.view"))))]
#[get("/admin/payments/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::PaymentsView>,
    reads: Reads,
    id: Path<PaymentId>,
) -> Result<Json<PaymentSummary>> {
    let mut conn = app.db.get().await?;
    Ok(Json(store::find_for_staff(&mut conn, *id, reads.0).await?.ok_or_else(Refusal::not_found)?))
}

/// Book a payment that came in for a document, or learn what that would do. Asks browsers for the password again.
#[utoipa::path(tag = "billing", operation_id = "bookPayment",
    params(("id" = DocumentId, Path), DryRun,
        ("Idempotency-Key" = String, Header, description = "Repeats are answered without effect for a day.")),
    request_body = NewPayment,
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal),
        (status = 201, body = BookedPayment)),
    extensions(("x-permission" = json!("payments.book"))))]
#[post("/admin/documents/{id}/payments")]
async fn book(
    app: Data<App>,
    who: May<rights::PaymentsBook>,
    key: IdempotencyKey,
    reads: Reads,
    id: Path<DocumentId>,
    dry: Query<DryRun>,
    input: Json<NewPayment>,
) -> Result<impl Responder> {
    let now = app.clock.now();
    if dry.dry_run {
        let mut conn = app.db.get().await?;
        let would = rehearsal::booking(&mut conn, now, &who.actor, *id, &input, reads.0).await?;
        return Ok(Json(Tried::Would(would)).customize());
    }
    need_sudo_in_browser(&mut *app.db.get().await?, now, who.proof).await?;
    let once = Once::new(&who.actor, "bookPayment", &key, *id, &input.0)?;
    let mut conn = app.db.get().await?;
    let booked = conn
        .transaction(async |tx| {
            if let Some(earlier) = once.earlier(tx).await? {
                return Ok::<BookedPayment, crate::Error>(earlier);
            }
            let booked = actions::book(tx, now, &who.actor, *id, &input, reads.0).await?;
            once.keep(tx, now, &booked).await?;
            Ok(booked)
        })
        .await?;
    Ok(Json(Tried::Done(booked)).customize().with_status(StatusCode::CREATED))
}

/// Credit a client's wallet with what of a payment was kept aside, or learn what that would do. Asks browsers for the password
/// again.
#[utoipa::path(tag = "billing", operation_id = "assignPayment",
    params(("id" = PaymentId, Path), DryRun,
        ("Idempotency-Key" = String, Header, description = "Repeats are answered without effect for a day.")),
    request_body = AssignPayment, responses((status = 200, body = Tried<PaymentSummary>)),
    extensions(("x-permission" = json!("payments.book"))))]
#[post("/admin/payments/{id}/assign")]
async fn assign(
    app: Data<App>,
    who: May<rights::PaymentsBook>,
    key: IdempotencyKey,
    reads: Reads,
    id: Path<PaymentId>,
    dry: Query<DryRun>,
    input: Json<AssignPayment>,
) -> Result<Json<Tried<PaymentSummary>>> {
    let now = app.clock.now();
    if dry.dry_run {
        let mut conn = app.db.get().await?;
        let would = rehearsal::assignment(&mut conn, now, &who.actor, *id, &input, reads.0).await?;
        return Ok(Json(Tried::Would(would)));
    }
    need_sudo_in_browser(&mut *app.db.get().await?, now, who.proof).await?;
    let once = Once::new(&who.actor, "assignPayment", &key, *id, &input.0)?;
    let mut conn = app.db.get().await?;
    let assigned = conn
        .transaction(async |tx| {
            if let Some(earlier) = once.earlier(tx).await? {
                return Ok::<PaymentSummary, crate::Error>(earlier);
            }
            let assigned = super::assign::assign(tx, now, &who.actor, *id, &input, reads.0).await?;
            once.keep(tx, now, &assigned).await?;
            Ok(assigned)
        })
        .await?;
    Ok(Json(Tried::Done(assigned)))
}

/// How a document can be paid.
#[utoipa::path(tag = "billing", operation_id = "getPaymentMethods",
    params(("client_id" = ClientId, Path), ("id" = DocumentId, Path)), responses((status = 200, body = PaymentPage)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/documents/{id}/payment-methods")]
async fn payment_methods(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    reads: Reads,
    path: Path<(ClientId, DocumentId)>,
) -> Result<Json<PaymentPage>> {
    let mut conn = app.db.get().await?;
    Ok(Json(methods::page(&mut conn, app.clock.now(), who.client, path.1, reads.0).await?))
}

/// Pay a document out of its client's wallet, whole or in part, or learn what that would do. Asks browsers for the password
/// again.
#[utoipa::path(tag = "billing", operation_id = "payDocumentFromWallet", request_body = PayFromWallet,
    params(("id" = DocumentId, Path), DryRun, IdempotencyKey), responses((status = 200, body = Tried<PaidFromWallet>)),
    extensions(("x-permission" = json!("payments.book"))))]
#[post("/admin/documents/{id}/pay-from-wallet")]
async fn pay_from_wallet(
    app: Data<App>,
    who: May<rights::PaymentsBook>,
    key: IdempotencyKey,
    id: Path<DocumentId>,
    dry: Query<DryRun>,
    input: Json<PayFromWallet>,
) -> Result<Json<Tried<PaidFromWallet>>> {
    let now = app.clock.now();
    if !dry.dry_run {
        need_sudo_in_browser(&mut *app.db.get().await?, now, who.proof).await?;
    }
    let mut conn = app.db.get().await?;
    let found = document::store::find_for_staff(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    if dry.dry_run {
        let client = found.client_id;
        let would = rehearsal::payment_from_wallet(&mut conn, now, &who.actor, client, *id, &input);
        return Ok(Json(Tried::Would(would.await?)));
    }
    let once = Once::new(&who.actor, "payDocumentFromWallet", &key, *id, &input.0)?;
    let paid = answer_once(&mut conn, now, Some(&once), async |tx| {
        from_wallet::pay(tx, now, &who.actor, found.client_id, *id, &input).await
    })
    .await?;
    Ok(Json(Tried::Done(paid)))
}

/// Pay one of one's own documents out of the wallet, whole or in part, or learn what that would do.
#[utoipa::path(tag = "billing", operation_id = "payOwnDocumentFromWallet", request_body = PayFromWallet,
    params(("client_id" = ClientId, Path), ("id" = DocumentId, Path), DryRun, IdempotencyKey),
    responses((status = 200, body = Tried<PaidFromWallet>)), extensions(("x-permission" = json!("client:documents"))))]
#[post("/clients/{client_id}/documents/{id}/pay-from-wallet")]
async fn pay_own_from_wallet(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    key: IdempotencyKey,
    path: Path<(ClientId, DocumentId)>,
    dry: Query<DryRun>,
    input: Json<PayFromWallet>,
) -> Result<Json<Tried<PaidFromWallet>>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    if dry.dry_run {
        let would =
            rehearsal::payment_from_wallet(&mut conn, now, &who.actor, who.client, path.1, &input).await?;
        return Ok(Json(Tried::Would(would)));
    }
    let once = Once::new(&who.actor, "payOwnDocumentFromWallet", &key, path.1, &input.0)?;
    let paid = answer_once(&mut conn, now, Some(&once), async |tx| {
        from_wallet::pay(tx, now, &who.actor, who.client, path.1, &input).await
    })
    .await?;
    Ok(Json(Tried::Done(paid)))
}
