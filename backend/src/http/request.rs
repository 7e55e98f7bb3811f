//! What goes with every request: its id, where it came from, how many statements it cost, the headers of its answer.

use std::borrow::Cow;
use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use tracing::Instrument;
use uuid::Uuid;

use crate::App;
use crate::audit::Who;
use crate::http::pages;
use crate::identity::support;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const QUERY_COUNT: HeaderName = HeaderName::from_static("x-query-count");

tokio::task_local! {
    static CURRENT_ID: String;
    static QUERIES: Cell<u32>;
    static CALLER: Cell<Option<Who>>;
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

/// Notes who makes the present request, once it is known.
pub fn note_caller(who: Who) {
    let _outside = CALLER.try_with(|caller| caller.set(Some(who)));
}

/// Who makes the present request. `None` while that is not known, and outside of any.
pub fn caller() -> Option<Who> {
    CALLER.try_with(Cell::get).ok().flatten()
}

/// Where a request came from.
#[derive(Clone, Debug)]
pub struct Origin(pub String);

/// The address of the caller; believes `X-Forwarded-For` only from configured proxies, from the right.
pub fn origin(request: &HttpRequest) -> String {
    request.extensions().get::<Origin>().map_or_else(String::new, |origin| origin.0.clone())
}

fn find_origin(request: &ServiceRequest, trusted: &[IpAddr]) -> String {
    let Some(peer) = request.peer_addr() else { return String::new() };
    let lines = forwarded(request.headers());
    let hops: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).collect();
    first_stranger(peer.ip().to_canonical(), &hops, trusted).to_string()
}

/// What was said of where a request came from. A proxy adds what it saw to the line that it got, or as a line of its own: all
/// of them are one list. Whatever stands in a line, none is left out: the end of it is the proxy's.
fn forwarded(headers: &HeaderMap) -> Vec<Cow<'_, str>> {
    headers.get_all("x-forwarded-for").map(|line| String::from_utf8_lossy(line.as_bytes())).collect()
}

/// Who called, as the trusted proxies saw it: from the right, the first address that is none of theirs. What stands left of
/// that, or of something that is no address, anybody may have written.
fn first_stranger(peer: IpAddr, hops: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == address);
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(nearest) {
            break;
        }
        let Some(address) = address(hop.trim()) else { break };
        nearest = address;
    }
    nearest
}

/// An address as proxies write it, alone or with its port.
fn address(hop: &str) -> Option<IpAddr> {
    let alone = IpAddr::from_str(hop.trim_start_matches('[').trim_end_matches(']'));
    let read = alone.or_else(|_| SocketAddr::from_str(hop).map(|address| address.ip()));
    read.ok().map(|address| address.to_canonical())
}

/// The methods that figures are counted by; whatever else callers make up is one.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
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
        CALLER.scope(
            Cell::new(None),
            QUERIES.scope(Cell::new(0), async {
                let mut response = match next.call(request).await {
                    Ok(response) => response.map_into_boxed_body(),
                    Err(error) => return Err(error),
                };
                let noted = response.request().extensions().get::<support::Noted>().copied();
                if let (Some(app), Some(noted)) = (&app, noted) {
                    support::answered(app, noted, response.status().as_u16()).await;
                }
                if counting {
                    let count = QUERIES.with(Cell::get);
                    response.headers_mut().insert(QUERY_COUNT, HeaderValue::from(count));
                }
                Ok(response)
            }),
        ),
    );
    let mut response = answered.await?;
    let status = response.status().as_u16();
    metrics::counter!("http_requests_total", "method" => label(&method), "status" => status.to_string())
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

    #[test]
    fn made_up_methods_make_no_figures_of_their_own() {
        assert_eq!(label(&Method::PATCH), "PATCH");
        for made_up in ["BREW", "get", "X1"] {
            assert_eq!(label(&Method::from_bytes(made_up.as_bytes()).unwrap()), "other");
        }
    }

    fn origin_of(peer: &str, hops: &[&str]) -> String {
        let trusted: [IpAddr; 2] = ["127.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        first_stranger(peer.parse().unwrap(), hops, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_say_where_a_request_came_from() {
        assert_eq!(origin_of("198.51.100.1", &["203.0.113.7"]), "198.51.100.1");
        assert_eq!(origin_of("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(origin_of("127.0.0.1", &["1.1.1.1", " 203.0.113.7"]), "203.0.113.7");
        assert_eq!(origin_of("127.0.0.1", &["1.1.1.1", "203.0.113.7", "10.0.0.2"]), "203.0.113.7");
        assert_eq!(origin_of("127.0.0.1", &["203.0.113.7:41000"]), "203.0.113.7");
        assert_eq!(origin_of("127.0.0.1", &["[2001:db8::1]:41000", "::ffff:10.0.0.2"]), "2001:db8::1");
        // What nobody can read ends the search: what stands before it may be made up.
        assert_eq!(origin_of("127.0.0.1", &["1.1.1.1", "unknown"]), "127.0.0.1");
        assert_eq!(origin_of("127.0.0.1", &["1.1.1.1", "unknown", "10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn a_line_that_is_no_text_still_ends_with_what_the_proxy_saw() {
        let origin_of_lines = |lines: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                let name = HeaderName::from_static("x-forwarded-for");
                headers.append(name, HeaderValue::from_bytes(line).unwrap());
            }
            let lines = forwarded(&headers);
            let hops: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).collect();
            origin_of("127.0.0.1", &hops)
        };
        assert_eq!(origin_of_lines(&[b"\xff, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(origin_of_lines(&[b"1.1.1.1, caf\xc3\xa9", b"203.0.113.7"]), "203.0.113.7");
        assert_eq!(origin_of_lines(&[b"1.1.1.1, \xff, 203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        assert_eq!(origin_of_lines(&[b"1.1.1.1", b"\xff"]), "127.0.0.1");
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
