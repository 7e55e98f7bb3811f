//! Calls that move money are answered once: the same `Idempotency-Key` gets the stored answer for a day.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::idempotency_keys;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use shared::Code;

use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::extract::behind_gate;

/// The `Idempotency-Key` header; a call without one is refused.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub String);

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let key =
            request.headers().get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::trim);
        let read = match key {
            Some(key) if (1..=255).contains(&key.len()) => Ok(Self(key.to_owned())),
            Some(_) => Err(Refusal::field("Idempotency-Key", "out_of_range", "1 to 255 characters.").into()),
            None => Err(Refusal::new(Code::IdempotencyKeyMissing).into()),
        };
        behind_gate(request, std::future::ready(read))
    }
}

/// One call by one principal.
#[derive(Clone, Debug)]
pub struct Once {
    principal: String,
    operation: &'static str,
    key: String,
    fingerprint: Vec<u8>,
}

impl Once {
    /// `principal` is the actor's text; `target` what the path names; `body` the request.
    pub fn new(
        principal: impl ToString,
        operation: &'static str,
        key: &IdempotencyKey,
        target: impl ToString,
        body: &impl Serialize,
    ) -> Result<Self> {
        let mut hash = Sha256::new();
        hash.update(target.to_string().as_bytes());
        hash.update([0]);
        hash.update(serde_json::to_vec(body)?);
        Ok(Self {
            principal: principal.to_string(),
            operation,
            key: key.0.clone(),
            fingerprint: hash.finalize().to_vec(),
        })
    }

    /// The stored answer of an earlier call, if there is one. Waits for one in flight: call it first in the transaction.
    ///
    /// Refuses a key that was used for something else.
    pub async fn earlier<T: DeserializeOwned>(&self, tx: &mut Conn) -> Result<Option<T>> {
        let lock = format!("{}\0{}\0{}", self.principal, self.operation, self.key);
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))")
            .bind::<Text, _>(lock.replace('\0', "|"))
            .execute(tx)
            .await?;
        let found: Option<(Vec<u8>, serde_json::Value)> = idempotency_keys::table
            .find((&self.principal, self.operation, &self.key))
            .select((idempotency_keys::fingerprint, idempotency_keys::answer))
            .first(tx)
            .await
            .optional()?;
        match found {
            None => Ok(None),
            Some((fingerprint, _)) if fingerprint != self.fingerprint => {
                Err(Refusal::new(Code::IdempotencyKeyReused).into())
            }
            Some((_, answer)) => Ok(Some(serde_json::from_value(answer)?)),
        }
    }

    /// Stores the answer in the transaction of its effect.
    pub async fn keep(&self, tx: &mut Conn, now: Timestamp, answer: &impl Serialize) -> Result<()> {
        diesel::insert_into(idempotency_keys::table)
            .values((
                idempotency_keys::principal.eq(&self.principal),
                idempotency_keys::operation.eq(self.operation),
                idempotency_keys::key.eq(&self.key),
                idempotency_keys::fingerprint.eq(&self.fingerprint),
                idempotency_keys::status.eq(200_i16),
                idempotency_keys::answer.eq(serde_json::to_value(answer)?),
                idempotency_keys::created_at.eq(jiff_diesel::Timestamp::from(now)),
            ))
            .execute(tx)
            .await?;
        Ok(())
    }
}
