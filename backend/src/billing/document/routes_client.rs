//! `/clients/{client_id}/documents` and `/clients/{client_id}/funds`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder, get, post};
use diesel_async::AsyncConnection;
use jiff::civil::Date;
use shared::billing::document::{
    DocumentDetail, DocumentSummary, FundsOverview, FundsQuote, FundsRequest, OwnDocumentFilter, OwnXmlQuery,
};
use shared::{ClientId, DocumentId, FileQuery, Page, PageQuery};

use super::routes_staff::{PdfFile, XmlFile, logo_answer, pdf_answer, xml_answer};
use super::show::{self, Reader};
use super::store::{self, Listing};
use super::{Terms, actions, einvoice, export, paper};
use crate::App;
use crate::billing::company::routes::LogoFile;
use crate::http::csv::Download;
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::Once;
use crate::http::routes::Routes;
use crate::http::{Acting, IdempotencyKey, Json, Paging, Path, Query, Reads, client_rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(funds)
        .service(quote)
        .service(add_funds)
        .service(list)
        .service(export_own_documents)
        .service(read)
        .service(file)
        .service(logo)
        .service(xml);
}

/// What can be added to the wallet.
#[utoipa::path(tag = "billing", operation_id = "getFunds", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = FundsOverview)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/funds")]
async fn funds(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    reads: Reads,
) -> Result<Json<FundsOverview>> {
    let mut conn = app.db.get().await?;
    Ok(Json(actions::overview(&mut conn, app.clock.now(), who.client, reads.0).await?))
}

/// What adding an amount costs, with tax.
#[utoipa::path(tag = "billing", operation_id = "quoteFunds", params(("client_id" = ClientId, Path)),
    request_body = FundsRequest, responses((status = 200, body = FundsQuote)),
    extensions(("x-permission" = json!("client:documents"))))]
#[post("/clients/{client_id}/funds/quote")]
async fn quote(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    reads: Reads,
    input: Json<FundsRequest>,
) -> Result<Json<FundsQuote>> {
    let mut conn = app.db.get().await?;
    let terms = Terms::load(&mut conn).await?;
    let net = actions::read_amount(&mut conn, app.clock.now(), who.client, &input.amount).await?;
    actions::check_limits(&mut conn, &terms, who.client, net).await?;
    Ok(Json(actions::quote(&mut conn, app.clock.now(), who.client, net, reads.0).await?))
}

/// Issue a proforma that adds funds to the wallet.
#[utoipa::path(tag = "billing", operation_id = "issueFundsProforma",
    params(("client_id" = ClientId, Path),
        ("Idempotency-Key" = String, Header, description = "Repeats are answered without effect for a day.")),
    request_body = FundsRequest, responses((status = 201, body = DocumentDetail)),
    extensions(("x-permission" = json!("client:documents"))))]
#[post("/clients/{client_id}/funds/proformas")]
async fn add_funds(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    key: IdempotencyKey,
    reads: Reads,
    input: Json<FundsRequest>,
) -> Result<impl Responder> {
    let now = app.clock.now();
    let once = Once::new(&who.actor, "issueFundsProforma", &key, who.client, &input.0)?;
    let mut conn = app.db.get().await?;
    let detail = conn
        .transaction(async |tx| {
            if let Some(earlier) = once.earlier(tx).await? {
                return Ok::<DocumentDetail, crate::Error>(earlier);
            }
            let terms = Terms::load(tx).await?;
            let net = actions::read_amount(tx, now, who.client, &input.amount).await?;
            actions::check_limits(tx, &terms, who.client, net).await?;
            actions::check_waiting(tx, who.client).await?;
            let row = actions::issue_funds(tx, now, &who.actor, who.client, net, None).await?;
            let detail = show::detail(tx, row, terms.today(now), Reader::Client, reads.0).await?;
            once.keep(tx, now, &detail).await?;
            Ok(detail)
        })
        .await?;
    Ok(Json(detail).customize().with_status(StatusCode::CREATED))
}

/// A client's own documents.
fn own(client: ClientId, today: Date, filter: &OwnDocumentFilter) -> Listing {
    Listing {
        today,
        drafts: false,
        client: Some(client),
        company: None,
        kind: filter.kind,
        status: filter.status,
        issued_from: filter.issued_from,
        issued_to: filter.issued_to,
        open: filter.open,
        overdue: filter.overdue,
    }
}

/// List one's own documents.
#[utoipa::path(tag = "billing", operation_id = "listOwnDocuments",
    params(("client_id" = ClientId, Path), PageQuery, OwnDocumentFilter),
    responses((status = 200, body = Page<DocumentSummary>)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/documents")]
async fn list(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    page: Query<PageQuery>,
    filter: Query<OwnDocumentFilter>,
) -> Result<Json<Page<DocumentSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut conn = app.db.get().await?;
    let today = Terms::load(&mut conn).await?.today(app.clock.now());
    let (rows, total) = store::list(&mut conn, &paging, &own(who.client, today, &filter)).await?;
    Ok(Json(paging.page(rows.iter().map(|row| show::summary(row, today)).collect(), total)))
}

/// One's own documents as CSV: all that the filter lets through.
#[utoipa::path(tag = "billing", operation_id = "exportOwnDocuments",
    params(("client_id" = ClientId, Path), PageQuery, OwnDocumentFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/documents.csv")]
async fn export_own_documents(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    page: Query<PageQuery>,
    filter: Query<OwnDocumentFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut download = Download::begin(&app).await?;
    let today = Terms::load(&mut download.tx).await?.today(app.clock.now());
    export::answer(download, &paging, &own(who.client, today, &filter), *form).await
}

/// Show one of one's own documents.
#[utoipa::path(tag = "billing", operation_id = "getOwnDocument",
    params(("client_id" = ClientId, Path), ("id" = DocumentId, Path)), responses((status = 200, body = DocumentDetail)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/documents/{id}")]
async fn read(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    reads: Reads,
    path: Path<(ClientId, DocumentId)>,
) -> Result<Json<DocumentDetail>> {
    let mut conn = app.db.get().await?;
    let row = store::find(&mut conn, who.client, path.1).await?.ok_or_else(Refusal::not_found)?;
    let today = Terms::load(&mut conn).await?.today(app.clock.now());
    Ok(Json(show::detail(&mut conn, row, today, Reader::Client, reads.0).await?))
}

/// Download one of one's own documents as PDF.
#[utoipa::path(tag = "billing", operation_id = "getOwnDocumentPdf",
    params(("client_id" = ClientId, Path), ("id" = DocumentId, Path)),
    responses((status = 200, description = "The frozen PDF.", content_type = "application/pdf", body = PdfFile), (status = 409)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/documents/{id}/pdf")]
async fn file(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    path: Path<(ClientId, DocumentId)>,
) -> Result<HttpResponse> {
    let row =
        store::find(&mut *app.db.get().await?, who.client, path.1).await?.ok_or_else(Refusal::not_found)?;
    Ok(pdf_answer(paper::of(&app, row.id).await?, row.number.as_deref().unwrap_or_default()))
}

/// The logo on one of one's own documents, as it was frozen.
#[utoipa::path(tag = "billing", operation_id = "getOwnDocumentLogo",
    params(("client_id" = ClientId, Path), ("id" = DocumentId, Path)),
    responses((status = 200, description = "The logo. Its `ETag` is its SHA-256.",
            content((LogoFile = "image/png"), (LogoFile = "image/svg+xml"))),
        (status = 304, description = "The logo is the one that `If-None-Match` names.")),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/documents/{id}/logo")]
async fn logo(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    path: Path<(ClientId, DocumentId)>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let mut conn = app.db.get().await?;
    let row = store::find(&mut conn, who.client, path.1).await?.ok_or_else(Refusal::not_found)?;
    logo_answer(&mut conn, &row, &request).await
}

/// Download one of one's own invoices or credit notes as XML.
#[utoipa::path(tag = "billing", operation_id = "getOwnDocumentXml",
    params(("client_id" = ClientId, Path), ("id" = DocumentId, Path), OwnXmlQuery),
    responses((status = 200, description = "The electronic invoice.", content_type = "application/xml", body = XmlFile), (status = 409)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/documents/{id}/xml")]
async fn xml(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    path: Path<(ClientId, DocumentId)>,
    query: Query<OwnXmlQuery>,
) -> Result<HttpResponse> {
    let mut conn = app.db.get().await?;
    let row = store::find(&mut conn, who.client, path.1).await?.ok_or_else(Refusal::not_found)?;
    let text = einvoice::xml(&mut conn, &row, query.format, None).await?;
    Ok(xml_answer(text, row.number.as_deref().unwrap_or_default(), query.format))
}
