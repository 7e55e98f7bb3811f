//! The language of an answer.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{FromRequest, HttpRequest};
use shared::Language;

use crate::http::error::{Error, Result};

/// The language that the caller reads, by `Accept-Language`.
#[derive(Clone, Copy, Debug)]
pub struct Reads(pub Language);

impl Reads {
    pub fn of(request: &HttpRequest) -> Self {
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self(header.map_or(Language::English, Language::from_header))
    }
}

impl FromRequest for Reads {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
