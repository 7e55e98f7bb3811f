//! What a monitor asks of a process, who may read the figures, and the headers that go with every answer.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use shared::{Code, Problem};

use crate::harness::Panel;

const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const POLICY_OF_DOCS: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Status, headers and text of a plain GET outside of the API's paths; `from` stands in `X-Forwarded-For`.
async fn get(panel: &Panel, path: &str, from: Option<&str>) -> (StatusCode, HeaderMap, String) {
    let mut request = panel.http.get(format!("{}{path}", panel.base));
    if let Some(from) = from {
        request = request.header("x-forwarded-for", from);
    }
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.text().await.unwrap())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_hears_that_the_process_lives_and_is_ready() {
    let panel = Panel::start().await;
    for (path, says) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let (status, headers, text) = get(&panel, path, None).await;
        assert_eq!((status.as_u16(), text.as_str()), (200, says), "{path}");
        assert!(
            header(&headers, "content-type").is_some_and(|kind| kind.starts_with("text/plain")),
            "{path}"
        );
    }
    for path in ["/healthz", "/readyz"] {
        let head = panel.http.head(format!("{}{path}", panel.base)).send().await.unwrap();
        assert_eq!(head.status().as_u16(), 200, "{path}");
        assert!(head.text().await.unwrap().is_empty(), "{path}");
    }
    // It lives on without what it needs, but is not ready.
    let last = "SELECT max(version) FROM __diesel_schema_migrations";
    panel.sql(&format!("DELETE FROM __diesel_schema_migrations WHERE version = ({last})")).await;
    assert_eq!(get(&panel, "/healthz", None).await.0.as_u16(), 200);
    let (status, headers, text) = get(&panel, "/readyz", None).await;
    assert_eq!(status.as_u16(), 503, "{text}");
    assert_eq!(header(&headers, "content-type"), Some("application/problem+json"));
    assert_eq!(serde_json::from_str::<Problem>(&text).unwrap().code, Code::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_without_a_free_connection_is_not_ready_and_says_so() {
    let panel = Panel::start().await;
    let mut taken = Vec::new();
    for _ in 0..panel.app.config.database.connections_max.get() {
        taken.push(panel.conn().await);
    }
    let (status, _, text) = get(&panel, "/readyz", None).await;
    assert_eq!(status.as_u16(), 503, "{text}");
    assert_eq!(serde_json::from_str::<Problem>(&text).unwrap().code, Code::Unavailable);
    drop(taken);
    assert_eq!(get(&panel, "/readyz", None).await.0.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_the_listed_networks_only() {
    // The address of the test itself is a proxy's, so that callers can come from anywhere.
    let panel = Panel::start_with_http(
        "public_url = 'http://localhost:8480', trusted_proxies = ['127.0.0.1'], \
         metrics_networks = ['10.1.0.0/16', '2001:db8::/32']",
    )
    .await;
    for from in ["10.1.0.1", "10.1.255.255", "2001:db8::7", "203.0.113.9, 10.1.2.3"] {
        assert_eq!(get(&panel, "/metrics", Some(from)).await.0.as_u16(), 200, "{from}");
    }
    for from in ["10.2.0.1", "203.0.113.9", "2001:db9::7", "10.1.2.3, 203.0.113.9", ""] {
        let (status, _, text) = get(&panel, "/metrics", Some(from)).await;
        assert_eq!(status.as_u16(), 404, "{from}");
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap().code, Code::NotFound, "{from}");
    }
    assert_eq!(get(&panel, "/healthz", Some("203.0.113.9")).await.0.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_writes_a_line_of_its_own_is_believed_and_not_what_the_caller_wrote() {
    let panel = Panel::start_with_http(
        "public_url = 'http://localhost:8480', trusted_proxies = ['127.0.0.1'], metrics_networks = ['10.1.0.0/16']",
    )
    .await;
    let ask = async |first: &str, second: &str| {
        let request = panel.http.get(format!("{}/metrics", panel.base));
        let request = request.header("x-forwarded-for", first).header("x-forwarded-for", second);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("203.0.113.9", "10.1.2.3").await, 200);
    assert_eq!(ask("10.1.2.3", "203.0.113.9").await, 404);
    assert_eq!(ask("10.1.2.3", "unknown").await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_reads_figures_unless_somebody_else_is_listed() {
    let panel = Panel::start().await;
    assert_eq!(get(&panel, "/metrics", None).await.0.as_u16(), 200);
    // Nobody who is no proxy is believed where he comes from.
    assert_eq!(get(&panel, "/metrics", Some("203.0.113.9")).await.0.as_u16(), 200);
}

/// The headers of every answer; `transport` is that of an installation behind https.
fn assert_guarded(headers: &HeaderMap, policy: &str, transport: Option<&str>, what: &str) {
    for (name, value) in [
        ("x-content-type-options", Some("nosniff")),
        ("referrer-policy", Some("same-origin")),
        ("x-frame-options", Some("DENY")),
        ("cross-origin-opener-policy", Some("same-origin")),
        ("permissions-policy", Some("camera=(), microphone=(), geolocation=()")),
        ("content-security-policy", Some(policy)),
        ("strict-transport-security", transport),
    ] {
        assert_eq!(header(headers, name), value, "{name} of {what}");
        assert!(headers.get_all(name).iter().count() <= 1, "{name} of {what} stands twice");
    }
    let id = header(headers, "x-request-id").unwrap_or_default();
    assert!(id.parse::<uuid::Uuid>().is_ok(), "request id of {what}: {id:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_that_guard_a_browser() {
    let plain = Panel::start().await;
    let secure = Panel::start_with_http("public_url = 'https://panel.example.com'").await;
    for (panel, transport) in [(&plain, None), (&secure, Some("max-age=31536000; includeSubDomains"))] {
        for (path, status, policy) in [
            ("/healthz", 200, POLICY),
            ("/api/v1/public/clock", 200, POLICY),
            ("/api/v1/admin/clients", 401, POLICY),
            ("/api/v1/public/nothing", 404, POLICY),
            ("/problems/credit-too-low", 200, POLICY),
            ("/api/openapi.json", 200, POLICY),
            ("/api/docs/", 200, POLICY_OF_DOCS),
        ] {
            let (answered, headers, _) = get(panel, path, None).await;
            assert_eq!(answered.as_u16(), status, "{path}");
            assert_guarded(&headers, policy, transport, path);
            if path.starts_with("/api/v1/") {
                assert_eq!(header(&headers, "cache-control"), Some("no-store"), "{path}");
            }
        }
    }
}
