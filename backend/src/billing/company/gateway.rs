//! Gateways of a home company as rows.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{gateways, payments};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::billing::company::{Gateway, GatewayInput, GatewayModule, GatewayText};
use shared::{CompanyId, Currency, GatewayId, Language};

use crate::db::Conn;
use crate::http::error::Result;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = gateways, check_for_backend(diesel::pg::Pg))]
pub struct GatewayRow {
    pub id: GatewayId,
    pub company_id: CompanyId,
    key: String,
    module: GatewayModule,
    currencies: Vec<String>,
    /// Name and description per language.
    texts: Value,
    /// `{"instructions": {"en": "…"}}`.
    settings: Value,
    sandbox: bool,
    enabled: bool,
    sort: i32,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    updated_at: Timestamp,
}

/// Name and description as stored.
#[derive(Debug, Default, Serialize, Deserialize)]
struct StoredText {
    name: String,
    #[serde(default)]
    description: String,
}

impl GatewayRow {
    /// As staff see it.
    pub fn shown(self) -> Result<Gateway> {
        let stored: BTreeMap<Language, StoredText> = serde_json::from_value(self.texts)?;
        let instructions: BTreeMap<Language, String> = self
            .settings
            .get("instructions")
            .cloned()
            .map(serde_json::from_value)
            .transpose()?
            .unwrap_or_default();
        let texts = stored
            .into_iter()
            .map(|(language, text)| {
                let instructions = instructions.get(&language).cloned().unwrap_or_default();
                (language, GatewayText { name: text.name, description: text.description, instructions })
            })
            .collect();
        let currencies =
            self.currencies.iter().map(|code| code.parse::<Currency>()).collect::<Result<Vec<_>, _>>()?;
        Ok(Gateway {
            id: self.id,
            company_id: self.company_id,
            profile: GatewayInput {
                version: Some(self.version),
                key: self.key,
                module: self.module,
                currencies,
                texts,
                sandbox: self.sandbox,
                enabled: self.enabled,
                sort: self.sort,
            },
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Texts and settings as stored.
fn stored(input: &GatewayInput) -> Result<(Value, Value)> {
    let texts: BTreeMap<Language, StoredText> = input
        .texts
        .iter()
        .map(|(language, text)| {
            (*language, StoredText { name: text.name.clone(), description: text.description.clone() })
        })
        .collect();
    let instructions: BTreeMap<Language, &str> =
        input.texts.iter().map(|(language, text)| (*language, text.instructions.as_str())).collect();
    Ok((serde_json::to_value(texts)?, json!({ "instructions": instructions })))
}

/// All gateways of a company, in the order that clients see them.
pub async fn of_company(conn: &mut Conn, company: CompanyId) -> QueryResult<Vec<GatewayRow>> {
    gateways::table
        .filter(gateways::company_id.eq(company))
        .order_by((gateways::sort, gateways::key))
        .select(GatewayRow::as_select())
        .load(conn)
        .await
}

pub async fn find(conn: &mut Conn, id: GatewayId) -> QueryResult<Option<GatewayRow>> {
    gateways::table.find(id).select(GatewayRow::as_select()).first(conn).await.optional()
}

/// Locks a gateway until the transaction ends.
pub async fn lock(tx: &mut Conn, id: GatewayId) -> QueryResult<Option<GatewayRow>> {
    gateways::table.find(id).select(GatewayRow::as_select()).for_update().first(tx).await.optional()
}

fn codes(input: &GatewayInput) -> Vec<String> {
    input.currencies.iter().map(|currency| currency.code().to_owned()).collect()
}

/// Writes a gateway; a key that the company has already is a unique violation.
pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    id: GatewayId,
    company: CompanyId,
    input: &GatewayInput,
) -> Result<()> {
    let at = jiff_diesel::Timestamp::from(now);
    let (texts, settings) = stored(input)?;
    diesel::insert_into(gateways::table)
        .values((
            gateways::id.eq(id),
            gateways::company_id.eq(company),
            gateways::key.eq(&input.key),
            gateways::module.eq(input.module),
            gateways::currencies.eq(codes(input)),
            gateways::texts.eq(texts),
            gateways::settings.eq(settings),
            gateways::sandbox.eq(input.sandbox),
            gateways::enabled.eq(input.enabled),
            gateways::sort.eq(input.sort),
            gateways::created_at.eq(at),
            gateways::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn update(tx: &mut Conn, now: Timestamp, id: GatewayId, input: &GatewayInput) -> Result<()> {
    let (texts, settings) = stored(input)?;
    diesel::update(gateways::table.find(id))
        .set((
            gateways::key.eq(&input.key),
            gateways::module.eq(input.module),
            gateways::currencies.eq(codes(input)),
            gateways::texts.eq(texts),
            gateways::settings.eq(settings),
            gateways::sandbox.eq(input.sandbox),
            gateways::enabled.eq(input.enabled),
            gateways::sort.eq(input.sort),
            gateways::version.eq(gateways::version + 1),
            gateways::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn has_payments(conn: &mut Conn, id: GatewayId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(payments::table.filter(payments::gateway_id.eq(id))))
        .get_result(conn)
        .await
}

/// Active clients who can pay through a gateway.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Reach {
    #[diesel(sql_type = BigInt)]
    pub clients: i64,
    /// Those of them who have no other.
    #[diesel(sql_type = BigInt)]
    pub stranded: i64,
}

/// Who can pay through a gateway: active clients of its company, in its currencies. Nobody while it is switched off.
pub async fn reach(conn: &mut Conn, id: GatewayId) -> QueryResult<Reach> {
    diesel::sql_query(
        "SELECT count(*) AS clients, count(*) FILTER (WHERE NOT has_other) AS stranded
         FROM (SELECT EXISTS (SELECT 1 FROM gateways o
                   WHERE o.company_id = g.company_id AND o.id <> g.id AND o.enabled
                       AND (cardinality(o.currencies) = 0 OR c.currency = ANY (o.currencies))) AS has_other
               FROM gateways g JOIN clients c ON c.company_id = g.company_id
               WHERE g.id = $1 AND g.enabled AND c.status = 'active'
                   AND (cardinality(g.currencies) = 0 OR c.currency = ANY (g.currencies))) reached",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn)
    .await
}

pub async fn delete(tx: &mut Conn, id: GatewayId) -> QueryResult<()> {
    diesel::delete(gateways::table.find(id)).execute(tx).await?;
    Ok(())
}
