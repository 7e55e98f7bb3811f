//! `/clients/{client_id}/statements` and `/admin/clients/{client_id}/statements`.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use shared::billing::statement::{StatementDetail, StatementSummary};
use shared::{ClientId, Month, Page, PageQuery};

use super::{content, csv, paper, store};
use crate::App;
use crate::billing::document::routes_staff::{PdfFile, pdf_answer};
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Acting, Json, May, Paging, Path, Query, client_rights, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(read)
        .service(file)
        .service(charges)
        .service(list_own)
        .service(read_own)
        .service(file_own)
        .service(charges_own);
}

async fn page(app: &App, client: ClientId, query: &PageQuery) -> Result<Json<Page<StatementSummary>>> {
    let paging = Paging::read(query, store::SORTS)?;
    let (items, total) = store::list(&mut *app.db.get().await?, client, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

async fn detail(app: &App, client: ClientId, month: Month) -> Result<Json<StatementDetail>> {
    let mut conn = app.db.get().await?;
    let whole = content::require(&mut conn, app.clock.now(), client, month).await?;
    let sha256 = store::file_hash(&mut conn, client, month).await?;
    let archived = content::is_archived(&mut conn, &whole).await?;
    Ok(Json(whole.detail(archived, sha256)?))
}

async fn pdf(app: &App, client: ClientId, month: Month) -> Result<HttpResponse> {
    Ok(pdf_answer(paper::of(app, client, month).await?, &format!("statement-{month}")))
}

async fn csv_file(app: &App, client: ClientId, month: Month) -> Result<HttpResponse> {
    let (whole, archived) = {
        let mut conn = app.db.get().await?;
        let whole = content::require(&mut conn, app.clock.now(), client, month).await?;
        let archived = content::is_archived(&mut conn, &whole).await?;
        (whole, archived)
    };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"statement-{month}.csv\"")));
    if archived {
        return Ok(answer.body(csv::lines(&whole)));
    }
    Ok(answer.streaming(csv::stream(app.clone(), whole)))
}

/// List a client's usage statements, the newest month first.
#[utoipa::path(tag = "billing", operation_id = "listClientStatements",
    params(("client_id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<StatementSummary>)),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/clients/{client_id}/statements")]
async fn list(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    client: Path<ClientId>,
    query: Query<PageQuery>,
) -> Result<Json<Page<StatementSummary>>> {
    page(&app, *client, &query).await
}

/// Show what a client's services were charged in a month, the running one included.
#[utoipa::path(tag = "billing", operation_id = "getClientStatement",
    params(("client_id" = ClientId, Path), ("month" = Month, Path)),
    responses((status = 200, body = StatementDetail)), extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/clients/{client_id}/statements/{month}")]
async fn read(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    path: Path<(ClientId, Month)>,
) -> Result<Json<StatementDetail>> {
    detail(&app, path.0.0, path.0.1).await
}

/// Download a client's usage statement as PDF.
#[utoipa::path(tag = "billing", operation_id = "getClientStatementPdf",
    params(("client_id" = ClientId, Path), ("month" = Month, Path)),
    responses((status = 200, description = "The PDF; frozen once the month is over.", content_type = "application/pdf",
        body = PdfFile)),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/clients/{client_id}/statements/{month}/pdf")]
async fn file(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    path: Path<(ClientId, Month)>,
) -> Result<HttpResponse> {
    pdf(&app, path.0.0, path.0.1).await
}

/// Download every charge of a client's month as CSV; where single charges are in files, the lines of the statement, without `at`.
#[utoipa::path(tag = "billing", operation_id = "getClientStatementCsv",
    params(("client_id" = ClientId, Path), ("month" = Month, Path)),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/clients/{client_id}/statements/{month}/csv")]
async fn charges(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    path: Path<(ClientId, Month)>,
) -> Result<HttpResponse> {
    csv_file(&app, path.0.0, path.0.1).await
}

/// List one's own usage statements, the newest month first.
#[utoipa::path(tag = "billing", operation_id = "listOwnStatements",
    params(("client_id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<StatementSummary>)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/statements")]
async fn list_own(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    query: Query<PageQuery>,
) -> Result<Json<Page<StatementSummary>>> {
    page(&app, who.client, &query).await
}

/// Show what one's own services were charged in a month, the running one included.
#[utoipa::path(tag = "billing", operation_id = "getOwnStatement",
    params(("client_id" = ClientId, Path), ("month" = Month, Path)),
    responses((status = 200, body = StatementDetail)), extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/statements/{month}")]
async fn read_own(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    path: Path<(ClientId, Month)>,
) -> Result<Json<StatementDetail>> {
    detail(&app, who.client, path.0.1).await
}

/// Download one's own usage statement as PDF.
#[utoipa::path(tag = "billing", operation_id = "getOwnStatementPdf",
    params(("client_id" = ClientId, Path), ("month" = Month, Path)),
    responses((status = 200, description = "The PDF; frozen once the month is over.", content_type = "application/pdf",
        body = PdfFile)),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/statements/{month}/pdf")]
async fn file_own(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    path: Path<(ClientId, Month)>,
) -> Result<HttpResponse> {
    pdf(&app, who.client, path.0.1).await
}

/// Download every charge of one's own month as CSV; where single charges are in files, the lines of the statement, without `at`.
#[utoipa::path(tag = "billing", operation_id = "getOwnStatementCsv",
    params(("client_id" = ClientId, Path), ("month" = Month, Path)),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/statements/{month}/csv")]
async fn charges_own(
    app: Data<App>,
    who: Acting<client_rights::Documents>,
    path: Path<(ClientId, Month)>,
) -> Result<HttpResponse> {
    csv_file(&app, who.client, path.0.1).await
}
