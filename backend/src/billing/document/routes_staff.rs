//! `/admin/documents`.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder, get, post};
use diesel_async::AsyncConnection;
use jiff::civil::Date;
use rust_decimal::Decimal;
use shared::billing::DocumentStatus;
use shared::billing::document::{
    CancelDocument, DocumentDetail, DocumentFilter, DocumentSummary, FundsQuote, FundsRequestByStaff,
    XmlFormat, XmlQuery,
};
use shared::{DocumentId, DryRun, FileQuery, Page, PageQuery, Tried};

use super::show::{self, Reader};
use super::store::{self, Document, Listing};
use super::{Terms, actions, einvoice, export, files, paper, rehearsal};
use crate::App;
use crate::billing::company::routes::{LOGO_POLICY, LogoFile};
use crate::db::Conn;
use crate::http::csv::Download;
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::Once;
use crate::http::routes::Routes;
use crate::http::{Fields, IdempotencyKey, Json, May, Paging, Path, Query, Reads, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(export_documents)
        .service(quote)
        .service(add_funds)
        .service(read)
        .service(file)
        .service(logo)
        .service(xml)
        .service(cancel);
}

/// A PDF file.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PdfFile(#[allow(dead_code, reason = "names the body in the API document")] Vec<u8>);

/// The number of a document as the name of a file.
pub fn file_name(number: &str) -> String {
    number.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// A PDF to be shown or kept.
pub fn pdf_answer(bytes: Vec<u8>, number: &str) -> HttpResponse {
    let name = file_name(number);
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("content-disposition", format!("inline; filename=\"{name}.pdf\"")))
        .insert_header(("cache-control", "private, no-cache"))
        .body(bytes)
}

/// The logo on a document, to be drawn. What a document froze never changes; a draft shows what its company has.
pub async fn logo_answer(conn: &mut Conn, row: &Document, request: &HttpRequest) -> Result<HttpResponse> {
    let shown = files::logo_of(conn, row).await?.ok_or_else(Refusal::not_found)?;
    let is_draft = row.status == DocumentStatus::Draft;
    let cache = if is_draft { "private, no-cache" } else { "private, max-age=31536000, immutable" };
    let tag = format!("\"{}\"", shown.name);
    let known = request.headers().get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or("");
    let is_known = known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    // Also where nothing is sent: browsers keep what they have under the headers that came last.
    answer.insert_header((CONTENT_SECURITY_POLICY, LOGO_POLICY));
    answer.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, cache));
    if is_known {
        return Ok(answer.finish());
    }
    Ok(answer.content_type(shown.media_type.as_str()).body(shown.bytes))
}

/// An XML file: its root element, in the format that was asked for.
#[derive(utoipa::ToSchema)]
#[schema(value_type = Object)]
pub struct XmlFile(#[allow(dead_code, reason = "names the body in the API document")] String);

/// An electronic invoice to be kept.
pub fn xml_answer(text: String, number: &str, format: XmlFormat) -> HttpResponse {
    let name = file_name(number);
    HttpResponse::Ok()
        .content_type("application/xml; charset=utf-8")
        .insert_header(("content-disposition", format!("attachment; filename=\"{name}.{format}.xml\"")))
        .insert_header(("cache-control", "private, no-cache"))
        .body(text)
}

fn listing(today: Date, filter: &DocumentFilter) -> Listing {
    Listing {
        today,
        drafts: true,
        client: filter.client,
        company: filter.company,
        kind: filter.kind,
        status: filter.status,
        issued_from: filter.issued_from,
        issued_to: filter.issued_to,
        open: filter.open,
        overdue: filter.overdue,
    }
}

/// List documents.
#[utoipa::path(tag = "billing", operation_id = "listDocuments", params(PageQuery, DocumentFilter),
    responses((status = 200, body = Page<DocumentSummary>)), extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/documents")]
async fn list(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    page: Query<PageQuery>,
    filter: Query<DocumentFilter>,
) -> Result<Json<Page<DocumentSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut conn = app.db.get().await?;
    let today = Terms::load(&mut conn).await?.today(app.clock.now());
    let (rows, total) = store::list(&mut conn, &paging, &listing(today, &filter)).await?;
    Ok(Json(paging.page(rows.iter().map(|row| show::summary(row, today)).collect(), total)))
}

/// Documents as CSV: all that the filter lets through.
#[utoipa::path(tag = "billing", operation_id = "exportDocuments", params(PageQuery, DocumentFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/documents.csv")]
async fn export_documents(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    page: Query<PageQuery>,
    filter: Query<DocumentFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut download = Download::begin(&app).await?;
    let today = Terms::load(&mut download.tx).await?.today(app.clock.now());
    export::answer(download, &paging, &listing(today, &filter), *form).await
}

/// What adding an amount would cost a client, with tax.
#[utoipa::path(tag = "billing", operation_id = "quoteFundsForClient", request_body = FundsRequestByStaff,
    responses((status = 200, body = FundsQuote), (status = 404)), extensions(("x-permission" = json!("documents.create"))))]
#[post("/admin/documents/funds/quote")]
async fn quote(
    app: Data<App>,
    _who: May<rights::DocumentsCreate>,
    reads: Reads,
    input: Json<FundsRequestByStaff>,
) -> Result<Json<FundsQuote>> {
    let mut conn = app.db.get().await?;
    let net = actions::read_amount(&mut conn, app.clock.now(), input.client_id, &input.amount).await?;
    Ok(Json(actions::quote(&mut conn, app.clock.now(), input.client_id, net, reads.0).await?))
}

/// Issue a proforma that adds funds to a client's wallet.
#[utoipa::path(tag = "billing", operation_id = "issueFundsProformaForClient", request_body = FundsRequestByStaff,
    params(("Idempotency-Key" = String, Header, description = "Repeats are answered without effect for a day.")),
    responses((status = 201, body = DocumentDetail), (status = 404)), extensions(("x-permission" = json!("documents.create"))))]
#[post("/admin/documents/funds")]
async fn add_funds(
    app: Data<App>,
    who: May<rights::DocumentsCreate>,
    key: IdempotencyKey,
    reads: Reads,
    input: Json<FundsRequestByStaff>,
) -> Result<impl Responder> {
    let now = app.clock.now();
    let once = Once::new(&who.actor, "issueFundsProformaForClient", &key, input.client_id, &input.0)?;
    let mut conn = app.db.get().await?;
    let detail = conn
        .transaction(async |tx| {
            if let Some(earlier) = once.earlier(tx).await? {
                return Ok::<DocumentDetail, crate::Error>(earlier);
            }
            let net = actions::read_amount(tx, now, input.client_id, &input.amount).await?;
            let row = actions::issue_funds(tx, now, &who.actor, input.client_id, net, None).await?;
            let today = Terms::load(tx).await?.today(now);
            let detail = show::detail(tx, row, today, Reader::Staff, reads.0).await?;
            once.keep(tx, now, &detail).await?;
            Ok(detail)
        })
        .await?;
    Ok(Json(detail).customize().with_status(StatusCode::CREATED))
}

/// Show a document.
#[utoipa::path(tag = "billing", operation_id = "getDocument", params(("id" = DocumentId, Path)),
    responses((status = 200, body = DocumentDetail)), extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/documents/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    reads: Reads,
    id: Path<DocumentId>,
) -> Result<Json<DocumentDetail>> {
    let mut conn = app.db.get().await?;
    let row = store::find_for_staff(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let today = Terms::load(&mut conn).await?.today(app.clock.now());
    Ok(Json(show::detail(&mut conn, row, today, Reader::Staff, reads.0).await?))
}

/// Download a document as PDF.
#[utoipa::path(tag = "billing", operation_id = "getDocumentPdf", params(("id" = DocumentId, Path)),
    responses((status = 200, description = "The frozen PDF.", content_type = "application/pdf", body = PdfFile), (status = 409)),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/documents/{id}/pdf")]
async fn file(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    id: Path<DocumentId>,
) -> Result<HttpResponse> {
    let row = store::find_for_staff(&mut *app.db.get().await?, *id).await?.ok_or_else(Refusal::not_found)?;
    Ok(pdf_answer(paper::of(&app, row.id).await?, row.number.as_deref().unwrap_or_default()))
}

/// The logo on a document: the one that it froze; of a draft, its home company's present one.
#[utoipa::path(tag = "billing", operation_id = "getDocumentLogo", params(("id" = DocumentId, Path)),
    responses((status = 200, description = "The logo. Its `ETag` is its SHA-256.",
            content((LogoFile = "image/png"), (LogoFile = "image/svg+xml"))),
        (status = 304, description = "The logo is the one that `If-None-Match` names.")),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/documents/{id}/logo")]
async fn logo(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    id: Path<DocumentId>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let mut conn = app.db.get().await?;
    let row = store::find_for_staff(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    logo_answer(&mut conn, &row, &request).await
}

/// Download an invoice or credit note as XML.
#[utoipa::path(tag = "billing", operation_id = "getDocumentXml", params(("id" = DocumentId, Path), XmlQuery),
    responses((status = 200, description = "The electronic invoice.", content_type = "application/xml", body = XmlFile), (status = 409)),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/documents/{id}/xml")]
async fn xml(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    id: Path<DocumentId>,
    query: Query<XmlQuery>,
) -> Result<HttpResponse> {
    let mut fields = Fields::new();
    let least = Decimal::new(1, 6);
    let pln_rate = query.pln_rate.as_deref();
    let pln_rate =
        pln_rate.and_then(|text| fields.decimal("pln_rate", text, 6, least, Decimal::ONE_THOUSAND));
    fields.finish()?;
    let mut conn = app.db.get().await?;
    let row = store::find_for_staff(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let text = einvoice::xml(&mut conn, &row, query.format, pln_rate).await?;
    Ok(xml_answer(text, row.number.as_deref().unwrap_or_default(), query.format))
}

/// Cancel an unpaid proforma or invoice, or learn what that would do. A credit note takes an invoice back.
#[utoipa::path(tag = "billing", operation_id = "cancelDocument", params(("id" = DocumentId, Path), DryRun),
    request_body = CancelDocument, responses((status = 200, body = Tried<DocumentDetail>)),
    extensions(("x-permission" = json!("documents.cancel"))))]
#[post("/admin/documents/{id}/cancel")]
async fn cancel(
    app: Data<App>,
    who: May<rights::DocumentsCancel>,
    id: Path<DocumentId>,
    dry: Query<DryRun>,
    reads: Reads,
    input: Json<CancelDocument>,
) -> Result<Json<Tried<DocumentDetail>>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    if dry.dry_run {
        let would = rehearsal::cancellation(&mut conn, now, &who.actor, *id, &input).await?;
        return Ok(Json(Tried::Would(would)));
    }
    actions::cancel(&mut conn, now, &who.actor, *id, &input).await?;
    let row = store::find_for_staff(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let today = Terms::load(&mut conn).await?.today(now);
    Ok(Json(Tried::Done(show::detail(&mut conn, row, today, Reader::Staff, reads.0).await?)))
}
