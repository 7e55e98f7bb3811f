//! What goes with every request: its id, where it came from, how many statements it cost, the headers of its answer.

use std::cell::Cell;
use std::net::IpAddr;
use std::str::FromStr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use tracing::Instrument;
use uuid::Uuid;

use crate::App;
use crate::http::pages;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const QUERY_COUNT: HeaderName = HeaderName::from_static("x-query-count");

tokio::task_local! {
    static CURRENT_ID: String;
    static QUERIES: Cell<u32>;
}

/// The id of the request being answered, or of the task being run; `None` outside of any.
pub fn ongoing_id() -> Option<String> {
    CURRENT_ID.try_with(Clone::clone).ok()
}

/// The id of the request being answered; a new one outside of any.
pub fn current_id() -> String {
    ongoing_id().unwrap_or_else(|| Uuid::now_v7().to_string())
}

/// Runs background work under the id of the request that caused it.
pub async fn under<T>(id: String, work: impl Future<Output = T>) -> T {
    let span = tracing::info_span!("request", request.id = id);
    CURRENT_ID.scope(id, work).instrument(span).await
}

/// Counts one statement sent to the database for the present request.
pub fn count_query() {
    // Outside of a request nobody counts.
    let _outside = QUERIES.try_with(|count| count.set(count.get() + 1));
}

/// Where a request came from.
#[derive(Clone, Debug)]
pub struct Origin(pub String);

/// The address of the caller; believes `X-Forwarded-For` only from configured proxies, from the right.
pub fn origin(request: &HttpRequest) -> String {
    request.extensions().get::<Origin>().map_or_else(String::new, |origin| origin.0.clone())
}

fn find_origin(request: &ServiceRequest, trusted: &[IpAddr]) -> String {
    let Some(peer) = request.peer_addr().map(|address| address.ip()) else { return String::new() };
    if !trusted.contains(&peer) {
        return peer.to_string();
    }
    let forwarded =
        request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok()).unwrap_or("");
    forwarded
        .rsplit(',')
        .filter_map(|part| IpAddr::from_str(part.trim()).ok())
        .find(|address| !trusted.contains(address))
        .unwrap_or(peer)
        .to_string()
}

/// Gives the request its id and origin, and the answer its headers.
pub async fn surround(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let id = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| Uuid::parse_str(value).ok())
        .unwrap_or_else(Uuid::now_v7)
        .to_string();
    let trusted = app.as_ref().map_or(&[][..], |app| &app.config.http.trusted_proxies);
    let origin = find_origin(&request, trusted);
    request.extensions_mut().insert(Origin(origin));
    let counting = app.as_ref().is_some_and(|app| app.config.http.count_queries);
    let secure = app.as_ref().is_some_and(|app| app.config.http.public_url.starts_with("https:"));
    let is_api = request.path().starts_with("/api");
    let is_docs = request.path().starts_with("/api/docs");
    let method = request.method().clone();
    let path = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let started = std::time::Instant::now();

    let answered = under(
        id.clone(),
        QUERIES.scope(Cell::new(0), async {
            let mut response = match next.call(request).await {
                Ok(response) => response.map_into_boxed_body(),
                Err(error) => return Err(error),
            };
            if counting {
                let count = QUERIES.with(Cell::get);
                response.headers_mut().insert(QUERY_COUNT, HeaderValue::from(count));
            }
            Ok(response)
        }),
    );
    let mut response = answered.await?;
    let status = response.status().as_u16();
    metrics::counter!("http_requests_total", "method" => method.to_string(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_seconds").record(started.elapsed());
    tracing::info!(request.id = id, %method, path, status, duration_ms = started.elapsed().as_millis(), "answered");

    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("")));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = if is_docs { pages::DOCS_SECURITY_POLICY } else { pages::CONTENT_SECURITY_POLICY };
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn lines_of_the_log_name_the_request_as_task_and_client_are_named() {
        let sink = Sink::default();
        let writer = sink.clone();
        let logs = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(logs);
        under("0192".to_owned(), async { tracing::info!(task.id = "7", "done") }).await;
        drop(guard);
        let line: serde_json::Value = serde_json::from_slice(&sink.0.lock().unwrap()).unwrap();
        assert_eq!(line["span"]["request.id"], "0192", "{line}");
        assert_eq!(line["fields"]["task.id"], "7", "{line}");
    }
}
