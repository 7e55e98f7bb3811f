//! The table of contents of the API.

use actix_web::App as ActixApp;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_actix_web::{AppExt, scope};

use crate::http::routes::Routes;
use crate::http::{examples, openapi};

/// Every operation under `/api/v1`.
pub fn api(cfg: &mut Routes) {
    crate::http::health::routes(cfg);
    crate::identity::routes(cfg);
    crate::settings::routes(cfg);
    crate::catalog::routes(cfg);
    crate::billing::routes(cfg);
    crate::services::routes(cfg);
    crate::dashboard::routes(cfg);
    crate::jobs::routes(cfg);
    crate::notify::routes(cfg);
}

/// The OpenAPI document of every operation.
pub fn document() -> Document {
    let (_, mut document) = ActixApp::new()
        .into_utoipa_app()
        .openapi(openapi::ApiDoc::openapi())
        .service(scope::scope("/api/v1").configure(|cfg| api(&mut Routes::Described(cfg))))
        .split_for_parts();
    openapi::complete(&mut document);
    openapi::prune(&mut document)
        .and_then(|()| examples::complete(&mut document))
        .expect("the document was made of values that are JSON");
    document
}
