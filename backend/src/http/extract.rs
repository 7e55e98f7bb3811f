//! Bodies, paths and queries, read strictly: what does not fit is a problem that names the field.

use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder, web};
use futures::future::Shared;
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use shared::{Code, FieldError};
use tokio::sync::oneshot;

use crate::http::error::{Error, Refusal};

/// Who may not call learns nothing about his input: what else a handler takes waits with its faults for the access check.
#[derive(Clone, Debug)]
pub struct Gate(Shared<oneshot::Receiver<()>>);

/// Opens the gate; kept by the access check until it has passed.
#[derive(Debug)]
pub struct Opener(oneshot::Sender<()>);

impl Opener {
    /// Called by access extractors, which stand first among a handler's parameters.
    pub fn install(request: &HttpRequest) -> Self {
        let (sender, receiver) = oneshot::channel();
        request.extensions_mut().insert(Gate(receiver.shared()));
        Self(sender)
    }

    pub fn open(self) {
        // Nobody waits when the handler takes nothing else.
        let _nobody_waits = self.0.send(());
    }
}

/// Gives `outcome`, faults only behind the access check.
pub(super) fn behind_gate<T: 'static>(
    request: &HttpRequest,
    outcome: impl Future<Output = Result<T, Error>> + 'static,
) -> Pin<Box<dyn Future<Output = Result<T, Error>>>> {
    let gate = request.extensions().get::<Gate>().cloned();
    Box::pin(async move {
        let outcome = outcome.await;
        if outcome.is_err()
            && let Some(Gate(opened)) = gate
        {
            // An access check that failed has answered already.
            let _answered = opened.await;
        }
        outcome
    })
}

/// The most bytes of a JSON body.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The most bytes of a JSON body that brings a file along.
pub const UPLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;

/// JSON, in and out.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// The path of a field as our checks write it: `items.0.period`. `.`: the value as a whole.
fn dotted(path: &serde_path_to_error::Path) -> String {
    let parts: Vec<String> = path
        .iter()
        .map(|segment| match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => "?".to_owned(),
        })
        .collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join(".") }
}

/// Names the field that serde stumbled over.
pub fn decode<'de, D: serde::Deserializer<'de>, T: serde::Deserialize<'de>>(
    deserializer: D,
) -> Result<T, FieldError>
where
    D::Error: std::fmt::Display,
{
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let message = error.inner().to_string();
        let mut field = dotted(error.path());
        for (prefix, code, what) in [
            ("missing field `", "required", "This field is required."),
            ("unknown field `", "unknown", "There is no such field."),
            ("duplicate field `", "invalid", "This field is given twice."),
        ] {
            if let Some(name) = message.strip_prefix(prefix).and_then(|rest| rest.split('`').next()) {
                if field == "." || field == "?" {
                    field = name.to_owned();
                } else if !field.ends_with(name) {
                    field = format!("{field}.{name}");
                }
                return FieldError::new(field, code, what);
            }
        }
        let message = message.split(" at line ").next().unwrap_or("does not fit").to_owned();
        FieldError::new(field, "invalid", message)
    })
}

/// Reads a JSON body of at most `bytes_max` bytes.
fn read_json<T: DeserializeOwned + 'static>(
    request: &HttpRequest,
    payload: &mut Payload,
    bytes_max: usize,
) -> Pin<Box<dyn Future<Output = Result<T, Error>>>> {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let is_json =
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let mut payload = payload.take();
    behind_gate(request, async move {
        if !is_json {
            return Err(Refusal::new(Code::UnsupportedMediaType).into());
        }
        let mut body = web::BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Refusal::because(Code::BadRequest, "The body broke off."))?;
            if body.len() + chunk.len() > bytes_max {
                return Err(Refusal::new(Code::TooLarge).into());
            }
            body.extend_from_slice(&chunk);
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&body);
        let value = match decode(&mut deserializer) {
            Ok(value) => value,
            Err(field) => {
                // Text that is no JSON at all has no fields to name.
                return Err(match serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
                    Ok(_) => Refusal::fields(vec![field]).into(),
                    Err(_) => Refusal::because(Code::BadRequest, "The body is not valid JSON.").into(),
                });
            }
        };
        deserializer
            .end()
            .map_err(|_| Refusal::because(Code::BadRequest, "The body goes on after the JSON."))?;
        Ok(value)
    })
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read_json(request, payload, BODY_BYTES_MAX);
        Box::pin(async move { read.await.map(Self) })
    }
}

/// JSON that brings a file along: more of it is read than of others.
#[derive(Debug)]
pub struct Upload<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Upload<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read_json(request, payload, UPLOAD_BYTES_MAX);
        Box::pin(async move { read.await.map(Self) })
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = actix_web::body::BoxBody;
    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

/// Parameters of the path. What does not fit is "not found": such a thing cannot exist.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T> Deref for Path<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let read = web::Path::<T>::extract(request);
        let read = read.now_or_never().and_then(Result::ok);
        let read = read.map(|path| Self(path.into_inner())).ok_or_else(|| Refusal::not_found().into());
        behind_gate(request, std::future::ready(read))
    }
}

/// What no column of the database holds, whichever parameter it is given for: a zero byte, a day before our era.
fn unheld(query: &str) -> Option<FieldError> {
    form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| {
        let message = if value.contains('\0') {
            "Control characters are not allowed."
        } else if value.starts_with('-')
            && (value.parse::<Date>().is_ok() || value.parse::<Timestamp>().is_ok())
        {
            "Must be between the years 2000 and 2200."
        } else {
            return None;
        };
        Some(FieldError::new(name, "invalid", message))
    })
}

/// Parameters of the query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let query = request.query_string();
        let read = match unheld(query) {
            Some(field) => Err(field),
            None => decode(serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()))),
        };
        let read = read.map(Self).map_err(|field| Refusal::fields(vec![field]).into());
        behind_gate(request, std::future::ready(read))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{decode, unheld};

    #[test]
    fn a_field_is_named_as_our_checks_name_it() {
        let field = |json: &str| {
            let read: Result<BTreeMap<String, Vec<shared::Money>>, _> =
                decode(&mut serde_json::Deserializer::from_str(json));
            read.unwrap_err().field
        };
        let money = r#"{ "amount": "1", "currency": "EUR" }"#;
        assert_eq!(
            field(&format!(r#"{{ "a": [{money}, {{ "amount": "x", "currency": "EUR" }}] }}"#)),
            "a.1.amount"
        );
        assert_eq!(field(r#"{ "a": [{ "amount": "1" }] }"#), "a.0.currency");
        assert_eq!(field(r#"{ "a": [{ "amount": "1", "price": "2" }] }"#), "a.0.price");
        assert_eq!(field(r#"{ "a": [1] }"#), "a.0");
        assert_eq!(field("[]"), ".");
    }

    #[test]
    fn what_no_column_holds_is_refused_by_its_name() {
        let field = |query: &str| unheld(query).map(|fault| fault.field);
        assert_eq!(field("page=1&module=a%00b").as_deref(), Some("module"));
        assert_eq!(field("from=-004800-01-01T00:00:00Z").as_deref(), Some("from"));
        assert_eq!(field("issued_from=-004800-01-01").as_deref(), Some("issued_from"));
        for sound in
            ["", "sort=-created_at", "search=-12.50", "from=2026-03-10T12:00:00Z", "issued_from=2026-03-10"]
        {
            assert_eq!(field(sound), None, "{sound}");
        }
    }
}
