//! The server: one port for API, documentation and pages.

use std::net::TcpListener;
use std::sync::OnceLock;

use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::App;
use crate::catalog::seo::sitemap;
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{health, network, pages, request, router, unknown};

async fn metrics(
    request: HttpRequest,
    app: web::Data<App>,
    handle: web::Data<PrometheusHandle>,
) -> Result<String, Error> {
    let origin = request::origin(&request);
    if !app.config.http.metrics_networks.iter().any(|network| network::contains(network, &origin)) {
        return Err(Refusal::not_found().into());
    }
    Ok(handle.render())
}

/// What a monitor asks of any process.
fn monitored(cfg: &mut web::ServiceConfig) {
    cfg.route("/healthz", web::get().to(health::healthz))
        .route("/healthz", web::head().to(health::healthz))
        .route("/readyz", web::get().to(health::readyz))
        .route("/readyz", web::head().to(health::readyz))
        .route("/metrics", web::get().to(metrics));
}

/// The refusal of what no monitor asks.
async fn refuse() -> Result<HttpResponse> {
    Err(Refusal::not_found().into())
}

/// Serves only what a monitor asks: for a process that works and answers nobody else.
pub fn run_monitored(
    app: App,
    listener: TcpListener,
    handle: PrometheusHandle,
) -> std::io::Result<actix_web::dev::Server> {
    let (data, handle) = (web::Data::new(app), web::Data::new(handle));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .app_data(handle.clone())
            .configure(monitored)
            .default_service(web::to(refuse))
            .wrap(from_fn(request::surround))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}

/// The interactive documentation: operations by tag, closed at first, as there are hundreds; a link opens one.
fn interactive() -> Config<'static> {
    Config::from("/api/openapi.json")
        .validator_url("none")
        .doc_expansion("none")
        .default_models_expand_depth(-1)
        .deep_linking(true)
        .display_operation_id(true)
        .filter(true)
}

fn json(written: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(written)
}

/// What the document of the API is used for while serving.
struct Described {
    known: web::Data<unknown::KnownPaths>,
    written: web::Bytes,
}

/// Made once for all servers of this process: it is the same for all, and takes a while.
fn described() -> std::io::Result<&'static Described> {
    static DESCRIBED: OnceLock<Described> = OnceLock::new();
    if let Some(made) = DESCRIBED.get() {
        return Ok(made);
    }
    let document = router::document();
    let known = web::Data::new(unknown::KnownPaths::of(&document));
    let written = web::Bytes::from(serde_json::to_vec(&document)?);
    Ok(DESCRIBED.get_or_init(|| Described { known, written }))
}

/// Serves on `listener` until told to stop (SIGTERM or ctrl-c), then finishes what it has begun.
pub fn run(
    app: App,
    listener: TcpListener,
    handle: PrometheusHandle,
) -> std::io::Result<actix_web::dev::Server> {
    let api = described()?;
    let workers = match app.config.http.workers {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        workers => workers,
    };
    let data = web::Data::new(app);
    let handle = web::Data::new(handle);
    let server = HttpServer::new(move || {
        let written = api.written.clone();
        ActixApp::new()
            .service(web::scope("/api/v1").configure(|cfg| router::api(&mut Routes::Served(cfg))))
            .app_data(data.clone())
            .app_data(handle.clone())
            .app_data(api.known.clone())
            .app_data(web::PayloadConfig::new(4 * 1024 * 1024))
            .service(SwaggerUi::new("/api/docs/{_:.*}").config(interactive()))
            .route("/api/openapi.json", web::get().to(move || std::future::ready(json(written.clone()))))
            .route("/api/docs", web::get().to(|| async { web::Redirect::to("/api/docs/") }))
            .route("/sitemap.xml", web::get().to(sitemap::sitemap))
            .route("/robots.txt", web::get().to(sitemap::robots))
            .route("/problems/{code}", web::get().to(unknown::explain))
            .configure(monitored)
            .service(web::scope("/api").default_service(web::to(unknown::refuse)))
            .default_service(web::to(pages::serve))
            .wrap(Compress::default())
            .wrap(from_fn(request::surround))
    })
    .workers(workers)
    .shutdown_timeout(20)
    .listen(listener)?
    .run();
    Ok(server)
}
