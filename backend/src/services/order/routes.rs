//! Orders and quotes of a client; orders as staff see them.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, get, post};
use shared::catalog::{OrderItem, Quote, QuoteRequest};
use shared::services::{
    NewOrder, NewOrderByStaff, OrderDetail, OrderFilter, OrderSummary, OwnOrderFilter, ServiceNote,
};
use shared::{ClientId, DryRun, FileQuery, OrderId, Page, PageQuery, Tried};

use super::actions::{self, Placing};
use super::{export, quote, store};
use crate::App;
use crate::billing::wallet;
use crate::catalog::offer::{self, Buyer};
use crate::catalog::text::Reads;
use crate::http::csv::Download;
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::{Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{Acting, Fields, IdempotencyKey, Json, May, Paging, Path, Query, client_rights, rights};
use crate::services::{rehearsal, show};

pub fn routes(cfg: &mut Routes) {
    cfg.service(quote_own)
        .service(place)
        .service(list_own)
        .service(read_own)
        .service(cancel_own)
        .service(quote_for_client)
        .service(place_for_client)
        .service(list)
        .service(export_orders)
        .service(read)
        .service(cancel);
}

/// Places an order once for each key; the same key gets the stored answer.
async fn place_once(
    app: &App,
    once: &Once,
    placing: Placing<'_>,
    items: &[OrderItem],
) -> Result<OrderDetail> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    answer_once(&mut conn, now, Some(once), async |tx| {
        let id = actions::place(tx, now, placing, items).await?;
        show::order(tx, Some(placing.client), id, placing.language).await
    })
    .await
}

/// Say what an order would cost this client, what the wallet lacks for it, what topping that up would cost with tax, and what
/// the spend guard says.
#[utoipa::path(tag = "services", operation_id = "quoteOrder", params(("client_id" = ClientId, Path)), request_body = QuoteRequest,
    responses((status = 200, body = Quote)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/quote")]
async fn quote_own(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    request: Json<QuoteRequest>,
) -> Result<Json<Quote>> {
    let mut conn = app.db.get().await?;
    let wallet = wallet::store::find(&mut conn, who.client).await?.ok_or_else(Refusal::not_found)?;
    if request.currency.is_some_and(|currency| currency != wallet.currency) {
        let message = format!("This account pays in {}.", wallet.currency);
        return Err(Refusal::field("currency", "invalid", message).into());
    }
    let offers = offer::read(&mut conn, wallet.currency, &request.items, Buyer::Client, reads.0).await?;
    Ok(Json(quote::of(&mut conn, app.clock.now(), &wallet, &offers, reads.0).await?))
}

/// Order services. Without enough money the order waits; it goes on by itself once the wallet covers it.
#[utoipa::path(tag = "services", operation_id = "placeOrder", params(("client_id" = ClientId, Path), IdempotencyKey),
    request_body = NewOrder,
    responses((status = 201, body = OrderDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/orders")]
async fn place(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    key: IdempotencyKey,
    reads: Reads,
    order: Json<NewOrder>,
) -> Result<impl Responder> {
    let mut order = order.0;
    // What was shown does not make it another order.
    let expected = order.expected.take();
    let once = Once::new(&who.actor, "placeOrder", &key, who.client, &order)?;
    let placing = Placing {
        actor: &who.actor,
        client: who.client,
        buyer: Buyer::Client,
        language: reads.0,
        terms_version: order.terms_version,
        expected,
    };
    let answer = place_once(&app, &once, placing, &order.items).await?;
    Ok(Json(answer).customize().with_status(StatusCode::CREATED))
}

/// List the client's orders.
#[utoipa::path(tag = "services", operation_id = "listOwnOrders",
    params(("client_id" = ClientId, Path), PageQuery, OwnOrderFilter),
    responses((status = 200, body = Page<OrderSummary>)), extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/orders")]
async fn list_own(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    page: Query<PageQuery>,
    filter: Query<OwnOrderFilter>,
) -> Result<Json<Page<OrderSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let filter = OrderFilter { client: Some(who.client), status: filter.status };
    let (items, total) = store::list(&mut *app.db.get().await?, &paging, &filter).await?;
    Ok(Json(paging.page(items, total)))
}

/// Show an order of the client.
#[utoipa::path(tag = "services", operation_id = "getOwnOrder", params(("client_id" = ClientId, Path), ("id" = OrderId, Path)),
    responses((status = 200, body = OrderDetail)), extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/orders/{id}")]
async fn read_own(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: Path<(ClientId, OrderId)>,
) -> Result<Json<OrderDetail>> {
    let id = path.1;
    Ok(Json(show::order(&mut *app.db.get().await?, Some(who.client), id, reads.0).await?))
}

/// Cancel an order that waits for money.
#[utoipa::path(tag = "services", operation_id = "cancelOwnOrder", params(("client_id" = ClientId, Path), ("id" = OrderId, Path), DryRun),
    responses((status = 200, body = Tried<OrderDetail>)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/orders/{id}/cancel")]
async fn cancel_own(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: Path<(ClientId, OrderId)>,
    dry: Query<DryRun>,
) -> Result<Json<Tried<OrderDetail>>> {
    let id = path.1;
    let mut conn = app.db.get().await?;
    let client = Some(who.client);
    if dry.dry_run {
        let now = app.clock.now();
        return Ok(Json(Tried::Would(
            rehearsal::cancellation(&mut conn, now, &who.actor, client, id).await?,
        )));
    }
    actions::cancel_on_wish(&mut conn, app.clock.now(), &who.actor, client, id, "by the client").await?;
    Ok(Json(Tried::Done(show::order(&mut conn, client, id, reads.0).await?)))
}

/// Say what an order that staff place would cost this client, what the wallet lacks for it, and what the spend guard says.
#[utoipa::path(tag = "services", operation_id = "quoteOrderForClient", request_body = NewOrderByStaff,
    responses((status = 200, body = Quote)), extensions(("x-permission" = json!("services.create"))))]
#[post("/admin/orders/quote")]
async fn quote_for_client(
    app: Data<App>,
    _who: May<rights::ServicesCreate>,
    reads: Reads,
    order: Json<NewOrderByStaff>,
) -> Result<Json<Quote>> {
    let mut conn = app.db.get().await?;
    let Some(wallet) = wallet::store::find(&mut conn, order.client).await? else {
        return Err(Refusal::field("client", "unknown", "There is no such client.").into());
    };
    let offers = offer::read(&mut conn, wallet.currency, &order.items, Buyer::Staff, reads.0).await?;
    Ok(Json(quote::of(&mut conn, app.clock.now(), &wallet, &offers, reads.0).await?))
}

/// Create services for a client. Hidden and retired products are allowed.
#[utoipa::path(tag = "services", operation_id = "placeOrderForClient", params(IdempotencyKey), request_body = NewOrderByStaff,
    responses((status = 201, body = OrderDetail)), extensions(("x-permission" = json!("services.create"))))]
#[post("/admin/orders")]
async fn place_for_client(
    app: Data<App>,
    who: May<rights::ServicesCreate>,
    key: IdempotencyKey,
    reads: Reads,
    order: Json<NewOrderByStaff>,
) -> Result<impl Responder> {
    let once = Once::new(&who.actor, "placeOrderForClient", &key, order.client, &order.0)?;
    let known = store::customer(&mut *app.db.get().await?, order.client).await?;
    if known.is_none() {
        return Err(Refusal::field("client", "unknown", "There is no such client.").into());
    }
    let placing = Placing {
        actor: &who.actor,
        client: order.client,
        buyer: Buyer::Staff,
        language: reads.0,
        terms_version: None,
        expected: None,
    };
    let answer = place_once(&app, &once, placing, &order.items).await?;
    Ok(Json(answer).customize().with_status(StatusCode::CREATED))
}

/// List orders.
#[utoipa::path(tag = "services", operation_id = "listOrders", params(PageQuery, OrderFilter),
    responses((status = 200, body = Page<OrderSummary>)), extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/orders")]
async fn list(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    page: Query<PageQuery>,
    filter: Query<OrderFilter>,
) -> Result<Json<Page<OrderSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let (items, total) = store::list(&mut *app.db.get().await?, &paging, &filter).await?;
    Ok(Json(paging.page(items, total)))
}

/// Orders as CSV: all that the filter lets through.
#[utoipa::path(tag = "services", operation_id = "exportOrders", params(PageQuery, OrderFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/orders.csv")]
async fn export_orders(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    page: Query<PageQuery>,
    filter: Query<OrderFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut download = Download::begin(&app).await?;
    let rows = store::all(&mut download.tx, &paging, &filter).await?;
    let told = download.answer("orders", *form, export::COLUMNS, rows, async |_, rows| {
        Ok(rows.into_iter().map(OrderSummary::from).collect())
    });
    told.await
}

/// Show an order.
#[utoipa::path(tag = "services", operation_id = "getOrder", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderDetail)), extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/orders/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    reads: Reads,
    id: Path<OrderId>,
) -> Result<Json<OrderDetail>> {
    Ok(Json(show::order(&mut *app.db.get().await?, None, *id, reads.0).await?))
}

/// Cancel an order that waits for money.
#[utoipa::path(tag = "services", operation_id = "cancelOrder", params(("id" = OrderId, Path), DryRun), request_body = ServiceNote,
    responses((status = 200, body = Tried<OrderDetail>)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/orders/{id}/cancel")]
async fn cancel(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<OrderId>,
    dry: Query<DryRun>,
    note: Json<ServiceNote>,
) -> Result<Json<Tried<OrderDetail>>> {
    let mut fields = Fields::new();
    fields.text("note", &note.note, 300);
    fields.finish()?;
    let mut conn = app.db.get().await?;
    if dry.dry_run {
        let now = app.clock.now();
        return Ok(Json(Tried::Would(rehearsal::cancellation(&mut conn, now, &who.actor, None, *id).await?)));
    }
    actions::cancel_on_wish(&mut conn, app.clock.now(), &who.actor, None, *id, &note.note).await?;
    Ok(Json(Tried::Done(show::order(&mut conn, None, *id, reads.0).await?)))
}
