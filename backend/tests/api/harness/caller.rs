//! Calls the API as somebody.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::Problem;
use uuid::Uuid;

use super::documented;

/// Somebody who calls: a visitor, a session or a token.
#[derive(Clone, Debug)]
pub struct Caller {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
    csrf: Option<String>,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
    what: String,
}

impl Caller {
    pub fn new(http: reqwest::Client, base: String) -> Self {
        Self { http, base, cookie: None, csrf: None, token: None }
    }

    pub fn with_session(self, cookie: String, csrf: String) -> Self {
        Self { cookie: Some(cookie), csrf: Some(csrf), ..self }
    }

    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// The same session without its CSRF token.
    pub fn without_csrf(&self) -> Self {
        Self { csrf: None, ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request
    }

    pub async fn send(&self, request: reqwest::RequestBuilder, what: String) -> Answer {
        let (http, request) = request.build_split();
        let request = request.unwrap_or_else(|error| panic!("{what}: {error}"));
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = http.execute(request).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        documented::check(&method, &path, status);
        let bytes = response.bytes().await.expect("a whole body").to_vec();
        Answer { status, headers, bytes, what }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path), format!("GET {path}")).await
    }

    /// What a browser that reads `language` gets at an address outside of the API.
    pub async fn page(&self, path: &str, language: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.base)).header("accept-language", language);
        self.send(request, format!("GET {path}")).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path), format!("DELETE {path}")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body), format!("POST {path}")).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body), format!("PUT {path}")).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body), format!("PATCH {path}")).await
    }

    /// A POST with a fresh `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, body: Value) -> Answer {
        self.post_with_key(path, body, &Uuid::now_v7().to_string()).await
    }

    pub async fn post_with_key(&self, path: &str, body: Value, key: &str) -> Answer {
        let request = self.request(Method::POST, path).header("idempotency-key", key).json(&body);
        self.send(request, format!("POST {path}")).await
    }
}

impl Answer {
    /// Panics with the answer unless it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, String::from_utf8_lossy(&self.bytes));
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| {
            panic!("{}: {error}: {}", self.what, String::from_utf8_lossy(&self.bytes))
        })
    }

    #[track_caller]
    pub fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| {
            panic!("{}: {error}: {}", self.what, String::from_utf8_lossy(&self.bytes))
        })
    }

    /// The problem of an answer that did not succeed; checks its shape.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        let kind = self.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
        assert_eq!(
            kind,
            "application/problem+json",
            "{}: {}",
            self.what,
            String::from_utf8_lossy(&self.bytes)
        );
        let problem: Problem = self.read();
        assert_eq!(problem.status, self.status);
        problem
    }

    /// The names of the fields that were refused.
    #[track_caller]
    pub fn refused_fields(&self) -> Vec<String> {
        self.problem().fields.into_iter().map(|field| field.field).collect()
    }

    /// Statements that the database was sent for it.
    pub fn queries(&self) -> u32 {
        self.headers.get("x-query-count").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
    }
}
