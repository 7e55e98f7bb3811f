//! Why a request did not succeed. `?` gets here from everywhere.

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use shared::{Code, FieldError, Problem};

use crate::http::request;

/// The most fields that one answer names: whoever sent more faults than that mends these first.
pub const FIELDS_NAMED_MAX: usize = 100;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// We understood and said no. The client may show `detail` and act on `code`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", detail.as_deref().unwrap_or(code.title()))]
pub struct Refusal {
    pub code: Code,
    pub detail: Option<String>,
    pub fields: Vec<FieldError>,
    /// Seconds after which it makes sense to try again.
    pub retry_after: Option<u32>,
}

impl Refusal {
    pub fn new(code: Code) -> Self {
        Self { code, detail: None, fields: Vec::new(), retry_after: None }
    }

    pub fn because(code: Code, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(code) }
    }

    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// One bad field: 422.
    pub fn field(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(field, code, message)])
    }

    /// Bad fields, of which the first 100 are named: 422.
    pub fn fields(mut fields: Vec<FieldError>) -> Self {
        fields.truncate(FIELDS_NAMED_MAX);
        Self { fields, ..Self::new(Code::Invalid) }
    }

    /// Refuses a change that was made from another version than the `present` one.
    pub fn if_changed(present: i32, given: i32) -> Result<(), Self> {
        if present == given { Ok(()) } else { Err(Self::new(Code::VersionConflict)) }
    }

    /// Names a field of a refusal that has a code of its own.
    pub fn naming(mut self, field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        self.fields.push(FieldError::new(field, code, message));
        self
    }

    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A bug, or something we need is away. The client learns the request id and nothing else.
    #[error("internal error: {0:#}")]
    Internal(anyhow::Error),
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        // A refusal that went through `anyhow` is still a refusal.
        match error.downcast::<Refusal>() {
            Ok(refusal) => Self::Refused(refusal),
            Err(error) => Self::Internal(error),
        }
    }
}
impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Internal(anyhow::Error::new(error))
    }
}
impl From<diesel_async::pooled_connection::deadpool::PoolError> for Error {
    fn from(error: diesel_async::pooled_connection::deadpool::PoolError) -> Self {
        tracing::error!(%error, "there is no connection to the database");
        Self::Refused(Refusal::new(Code::Unavailable).retry_after(5))
    }
}
impl From<actix_web::error::BlockingError> for Error {
    fn from(error: actix_web::error::BlockingError) -> Self {
        Self::Internal(anyhow::Error::new(error))
    }
}
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(anyhow::Error::new(error))
    }
}
impl From<shared::MoneyError> for Error {
    fn from(error: shared::MoneyError) -> Self {
        Self::Internal(anyhow::Error::new(error))
    }
}

impl Error {
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Internal(_) => Code::Internal,
        }
    }

    /// What is sent.
    pub fn problem(&self) -> Problem {
        let code = self.code();
        let (detail, fields) = match self {
            Self::Refused(refusal) => {
                (refusal.detail.clone(), refusal.fields.iter().take(FIELDS_NAMED_MAX).cloned().collect())
            }
            Self::Internal(_) => (None, Vec::new()),
        };
        Problem {
            kind: format!("/problems/{}", code.as_str().replace('_', "-")),
            title: code.title().to_owned(),
            status: code.status(),
            detail,
            instance: request::current_id(),
            code,
            fields,
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Internal(error) = self {
            tracing::error!(error = format!("{error:#}"), "a request failed");
        }
        let mut response = HttpResponse::build(self.status_code());
        if let Self::Refused(Refusal { retry_after: Some(seconds), .. }) = self {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"hostwright\""));
        }
        response.content_type("application/problem+json").json(self.problem())
    }
}
