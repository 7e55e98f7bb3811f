//! The cart of a client.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, get, post, put};
use shared::cart::{Cart, CartItemChange, CartOrder};
use shared::catalog::OrderItem;
use shared::services::OrderDetail;
use shared::{CartItemId, ClientId};

use super::{actions, show};
use crate::App;
use crate::catalog::offer::Buyer;
use crate::catalog::text::Reads;
use crate::http::error::Result;
use crate::http::idempotency::{Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{Acting, IdempotencyKey, Json, Path, client_rights};
use crate::services::order::actions::Placing;
use crate::services::show as services;

pub fn routes(cfg: &mut Routes) {
    cfg.service(read).service(add).service(replace).service(remove).service(clear).service(order_all);
}

/// Show the cart: what is in it, what it costs now, and what cannot be ordered any more.
#[utoipa::path(tag = "services", operation_id = "getCart", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = Cart)), extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/cart")]
async fn read(app: Data<App>, who: Acting<client_rights::Services>, reads: Reads) -> Result<Json<Cart>> {
    let mut conn = app.db.get().await?;
    Ok(Json(show::cart(&mut conn, app.clock.now(), who.client, reads.0).await?))
}

/// Put something into the cart; it must be on offer. Stock is taken only by ordering.
#[utoipa::path(tag = "services", operation_id = "addToCart", params(("client_id" = ClientId, Path)), request_body = OrderItem,
    responses((status = 201, body = Cart)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/cart")]
async fn add(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    item: Json<OrderItem>,
) -> Result<impl Responder> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    actions::add(&mut conn, now, who.client, &item, reads.0).await?;
    let cart = show::cart(&mut conn, now, who.client, reads.0).await?;
    Ok(Json(cart).customize().with_status(StatusCode::CREATED))
}

/// Put something else in the place of an item of the cart.
#[utoipa::path(tag = "services", operation_id = "changeCartItem", params(("client_id" = ClientId, Path), ("id" = CartItemId, Path)),
    request_body = CartItemChange,
    responses((status = 200, body = Cart)), extensions(("x-permission" = json!("client:services"))))]
#[put("/clients/{client_id}/cart/{id}")]
async fn replace(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: Path<(ClientId, CartItemId)>,
    change: Json<CartItemChange>,
) -> Result<Json<Cart>> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    actions::replace(&mut conn, who.client, path.1, &change, reads.0).await?;
    Ok(Json(show::cart(&mut conn, now, who.client, reads.0).await?))
}

/// Take an item out of the cart.
#[utoipa::path(tag = "services", operation_id = "removeFromCart", params(("client_id" = ClientId, Path), ("id" = CartItemId, Path)),
    responses((status = 204)), extensions(("x-permission" = json!("client:services"))))]
#[delete("/clients/{client_id}/cart/{id}")]
async fn remove(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    path: Path<(ClientId, CartItemId)>,
) -> Result<HttpResponse> {
    actions::remove(&mut *app.db.get().await?, who.client, path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Empty the cart.
#[utoipa::path(tag = "services", operation_id = "emptyCart", params(("client_id" = ClientId, Path)),
    responses((status = 204)), extensions(("x-permission" = json!("client:services"))))]
#[delete("/clients/{client_id}/cart")]
async fn clear(app: Data<App>, who: Acting<client_rights::Services>) -> Result<HttpResponse> {
    actions::clear(&mut *app.db.get().await?, who.client).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Order all that is in the cart, as one order, and empty it. Without enough money the order waits.
#[utoipa::path(tag = "services", operation_id = "orderCart", params(("client_id" = ClientId, Path), IdempotencyKey),
    request_body = CartOrder,
    responses((status = 201, body = OrderDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/cart/order")]
async fn order_all(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    key: IdempotencyKey,
    reads: Reads,
    wish: Json<CartOrder>,
) -> Result<impl Responder> {
    let mut wish = wish.0;
    // What was shown does not make it another order.
    let expected = wish.expected.take();
    let once = Once::new(&who.actor, "orderCart", &key, who.client, &wish)?;
    let placing = Placing {
        actor: &who.actor,
        client: who.client,
        buyer: Buyer::Client,
        language: reads.0,
        terms_version: wish.terms_version,
        expected,
    };
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    let answer = answer_once(&mut conn, now, Some(&once), async |tx| {
        let id = actions::order(tx, now, placing).await?;
        services::order(tx, Some(placing.client), id, placing.language).await
    })
    .await?;
    Ok(Json(answer).customize().with_status(StatusCode::CREATED))
}
