//! Calls that move money are answered once: the same `Idempotency-Key` gets the stored answer for a day.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AnsiTransactionManager, RunQueryDsl, TransactionManager};
use jiff::Timestamp;
use schema::idempotency_keys;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use shared::Code;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::extract::behind_gate;

/// The `Idempotency-Key` header; a call without one is refused.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub String);

/// The header where it may be left out: a call that is made again without it is refused by the state that it finds.
#[derive(Clone, Debug)]
pub struct MaybeKey(pub Option<IdempotencyKey>);

fn read(request: &HttpRequest) -> Result<Option<IdempotencyKey>> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    match value.to_str().map(str::trim) {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(IdempotencyKey(key.to_owned()))),
        _ => {
            Err(Refusal::field("Idempotency-Key", "out_of_range", "1 to 255 visible ASCII characters.")
                .into())
        }
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let key =
            read(request).and_then(|key| key.ok_or_else(|| Refusal::new(Code::IdempotencyKeyMissing).into()));
        behind_gate(request, std::future::ready(key))
    }
}

impl FromRequest for MaybeKey {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        behind_gate(request, std::future::ready(read(request).map(Self)))
    }
}

fn documented(required: Required) -> Vec<Parameter> {
    let text =
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).build();
    let header = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some("The same key gets the same answer for a day."))
        .schema(Some(text))
        .build();
    vec![header]
}

impl IntoParams for IdempotencyKey {
    fn into_params(_within: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documented(Required::True)
    }
}

impl IntoParams for MaybeKey {
    fn into_params(_within: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documented(Required::False)
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

    /// The same for a call that may come without a key.
    pub fn maybe(
        principal: impl ToString,
        operation: &'static str,
        key: &MaybeKey,
        target: impl ToString,
        body: &impl Serialize,
    ) -> Result<Option<Self>> {
        key.0.as_ref().map(|key| Self::new(principal, operation, key, target, body)).transpose()
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

/// Does something in one transaction and stores its answer; the same key gets the stored one. Without a key it is just done.
pub async fn answer_once<T: Serialize + DeserializeOwned>(
    conn: &mut Conn,
    now: Timestamp,
    once: Option<&Once>,
    work: impl AsyncFnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    // `conn.transaction` takes only closures whose futures it can prove to be `Send`; a generic one it cannot.
    AnsiTransactionManager::begin_transaction(conn).await?;
    match answer(conn, now, once, work).await {
        Ok(answer) => {
            AnsiTransactionManager::commit_transaction(conn).await?;
            Ok(answer)
        }
        Err(error) => {
            AnsiTransactionManager::rollback_transaction(conn).await?;
            Err(error)
        }
    }
}

async fn answer<T: Serialize + DeserializeOwned>(
    tx: &mut Conn,
    now: Timestamp,
    once: Option<&Once>,
    work: impl AsyncFnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    let Some(once) = once else { return work(tx).await };
    if let Some(earlier) = once.earlier(tx).await? {
        return Ok(earlier);
    }
    let answer = work(tx).await?;
    once.keep(tx, now, &answer).await?;
    Ok(answer)
}
