//! Registering.

use actix_web::{HttpResponse, post, web};
use shared::identity::{NewRegistration, Registered};

use super::actions;
use crate::App;
use crate::http::Json;
use crate::http::access::Visitor;
use crate::http::error::Result;
use crate::http::routes::Routes;

pub fn routes(cfg: &mut Routes) {
    cfg.service(register);
}

/// Register: a user with his first client. The answer is the same for an address that is registered already.
#[utoipa::path(tag = "public", operation_id = "registerUser", request_body = NewRegistration,
    responses((status = 201, body = Registered), (status = 403)))]
#[post("/public/registration")]
async fn register(app: web::Data<App>, visitor: Visitor, new: Json<NewRegistration>) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(actions::register(&app, &visitor, &new).await?))
}
