//! The one place that knows the HTTP crate, credentials, the CSRF header and problems.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use reqwasm::http::{Method, Request, RequestCredentials, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::{Code, Problem};
use wasm_bindgen::JsCast;

use super::read::{Mismatch, read, same_version};
pub use super::reply::Reply;
use crate::session;

const BASE: &str = "/api/v1";

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The server was not reached.
    #[error("network")]
    Network,
    /// The server said no, and why.
    #[error("{}", .0.title)]
    Problem(Box<Problem>),
    /// Nobody is signed in (any more). Handled once, by the portal's guard: pages show nothing.
    #[error("signed out")]
    SignedOut,
    /// The answer was not understood: pages and server are of different versions.
    #[error("undecodable")]
    Undecodable,
}

impl ApiError {
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }
}

/// An answer whose content does not matter.
pub type Nothing = serde::de::IgnoredAny;

/// Makes a call that moves money or creates machines happen once, however often it is sent.
///
/// Make one for each intention (a form that was opened), not for each try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    pub fn new() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }

    /// Takes a new key after a refusal: what is sent next is something else. Without an answer it may have happened,
    /// and the same key is sent again.
    pub fn after<T>(key: StoredValue<Self>, answer: &Result<T, ApiError>) {
        if matches!(answer, Err(ApiError::Problem(problem)) if problem.status < 500) {
            key.try_set_value(Self::new());
        }
    }
}

thread_local! {
    static ASKED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What was read last: for a query that wants to read it again in another shape.
pub fn asked() -> String {
    ASKED.with_borrow(Clone::clone)
}

/// Forgets what was read last: what is read next is told from what was read before.
pub fn forget_asked() {
    ASKED.set(String::new());
}

pub fn get<T: DeserializeOwned + 'static>(path: &str) -> Reply<T> {
    ASKED.set(path.to_owned());
    Reply::to(send(Method::GET, path, None, None))
}

pub fn post<B: Serialize, T: DeserializeOwned + 'static>(path: &str, body: &B) -> Reply<T> {
    Reply::to(send(Method::POST, path, Some(encode(body)), None))
}

/// A `post` that happens once for each `key`.
pub fn post_once<B: Serialize, T: DeserializeOwned + 'static>(path: &str, body: &B, key: &Key) -> Reply<T> {
    Reply::to(send(Method::POST, path, Some(encode(body)), Some(key)))
}

/// A `post` without a body.
pub fn act<T: DeserializeOwned + 'static>(path: &str) -> Reply<T> {
    Reply::to(send(Method::POST, path, None, None))
}

pub fn put<B: Serialize, T: DeserializeOwned + 'static>(path: &str, body: &B) -> Reply<T> {
    Reply::to(send(Method::PUT, path, Some(encode(body)), None))
}

pub fn patch<B: Serialize, T: DeserializeOwned + 'static>(path: &str, body: &B) -> Reply<T> {
    Reply::to(send(Method::PATCH, path, Some(encode(body)), None))
}

pub fn delete<T: DeserializeOwned + 'static>(path: &str) -> Reply<T> {
    Reply::to(send(Method::DELETE, path, None, None))
}

/// Where a file of the API is downloaded from: for links.
pub fn file(path: &str) -> String {
    format!("{BASE}{path}")
}

/// A query string from names and values; empty values are left out.
pub fn with_query(path: &str, params: &[(&str, String)]) -> String {
    let params: Vec<(String, String)> = params
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    if params.is_empty() { path.to_owned() } else { format!("{path}?{}", ui::list::encode(&params)) }
}

fn encode<B: Serialize>(body: &B) -> String {
    serde_json::to_string(body).expect("our request types have string keys only")
}

/// Reads an answer; `Nothing` is read from an empty one.
pub(super) fn decode<T: DeserializeOwned>(body: &str) -> Result<T, ApiError> {
    let body = if body.is_empty() { "null" } else { body };
    same_version().and_then(|()| read(body)).map_err(|error| undecodable(&error))
}

/// What an event of a stream says; `None` when pages and server are of different versions.
pub fn event<T: DeserializeOwned>(data: &str) -> Option<T> {
    same_version().and_then(|()| read(data)).map_err(|error| undecodable(&error)).ok()
}

fn undecodable(error: &Mismatch) -> ApiError {
    leptos::logging::error!("undecodable answer: {error}");
    ApiError::Undecodable
}

/// A call on its way. Boxed: one piece of code for all of them.
type Sent = Pin<Box<dyn Future<Output = Result<String, ApiError>>>>;

fn send(method: Method, path: &str, body: Option<String>, key: Option<&Key>) -> Sent {
    Box::pin(call(method, format!("{BASE}{path}"), body, key.cloned()))
}

async fn call(
    method: Method,
    url: String,
    body: Option<String>,
    key: Option<Key>,
) -> Result<String, ApiError> {
    let writes = !matches!(method, Method::GET);
    let portal = session::Portal::current();
    let mut request = Request::new(&url)
        .method(method)
        .credentials(RequestCredentials::SameOrigin)
        .header("Accept", "application/json")
        .header("Accept-Language", crate::i18n::language().as_str());
    if writes && let Some(token) = cookie(portal.csrf_cookie()) {
        request = request.header("X-CSRF-Token", &token);
    }
    if let Some(key) = key {
        request = request.header("Idempotency-Key", &key.0);
    }
    if let Some(body) = body {
        request = request.header("Content-Type", "application/json").body(body);
    }
    let response = request.send().await.map_err(|_| ApiError::Network)?;
    if response.ok() {
        return response.text().await.map_err(|_| ApiError::Network);
    }
    Err(refusal(response, portal).await)
}

async fn refusal(response: Response, portal: session::Portal) -> ApiError {
    let status = response.status();
    let Ok(text) = response.text().await else { return ApiError::Network };
    let Ok(problem) = read::<Problem>(&text) else {
        return if status >= 500 { ApiError::Network } else { ApiError::Undecodable };
    };
    if problem.code == Code::NotSignedIn {
        session::ended(portal);
        return ApiError::SignedOut;
    }
    ApiError::Problem(Box::new(problem))
}

fn cookie(name: &str) -> Option<String> {
    let cookies = document().dyn_into::<web_sys::HtmlDocument>().ok()?.cookie().ok()?;
    cookies.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}
