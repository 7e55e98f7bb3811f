//! Registering.

use actix_web::{HttpResponse, post, web};
use shared::identity::{NewRegistration, Registered};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions;
use crate::App;
use crate::http::Json;
use crate::http::access::Visitor;
use crate::http::error::Result;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(register);
}

/// Register: a user with his first client. The answer is the same for an address that is registered already.
#[utoipa::path(tag = "public", operation_id = "registerUser", request_body = NewRegistration,
    responses((status = 201, body = Registered)))]
#[post("/public/registration")]
async fn register(app: web::Data<App>, visitor: Visitor, new: Json<NewRegistration>) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(actions::register(&app, &visitor, &new).await?))
}
