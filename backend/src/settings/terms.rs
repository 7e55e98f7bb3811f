//! Terms of service: published versions, of which the newest is accepted with every order.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Jsonb, Text, Timestamptz};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use schema::terms;
use shared::Language;
use shared::settings::{NewTerms, TERMS_MAX, TermsText, TermsVersion};

use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::error::{Refusal, Result};
use crate::http::{Fields, Paging};

/// What the list sorts by; the first is the default.
pub(super) const SORTS: &[&str] = &["-version", "published_at", "orders"];

#[derive(Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Jsonb)]
    texts: serde_json::Value,
    #[diesel(sql_type = Text)]
    published_by: String,
    #[diesel(sql_type = Timestamptz)]
    published_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = BigInt)]
    orders: i64,
}

impl Row {
    fn read(self) -> Result<TermsVersion> {
        Ok(TermsVersion {
            version: self.version,
            texts: serde_json::from_value(self.texts)?,
            published_by: self.published_by,
            published_at: self.published_at.to_jiff(),
            orders: self.orders,
        })
    }
}

/// What is read of a version.
const COLUMNS: &str = "t.version, t.texts, t.published_at,
     coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), a.email, t.published_by) AS published_by,
     (SELECT count(*) FROM orders o WHERE o.terms_version = t.version) AS orders";
/// With whoever published it, as long as he is there.
const FROM: &str = "terms t LEFT JOIN admins a ON 'admin:' || a.id = t.published_by";

/// A page of versions, found by what they say and by who published them.
pub(super) async fn list(conn: &mut Conn, paging: &Paging) -> Result<(Vec<TermsVersion>, i64)> {
    let from = format!(
        "{FROM} WHERE ($1::text IS NULL OR t.texts::text ILIKE $1 OR t.published_by ILIKE $1
             OR a.first_name || ' ' || a.last_name ILIKE $1 OR a.email ILIKE $1)"
    );
    let order = format!("{} {}, t.version", paging.sort, if paging.descending { "DESC" } else { "ASC" });
    let list = List { columns: COLUMNS, from: &from, order: &order };
    let (rows, total) = list::page::<Row>(conn, paging, list, |sql| {
        diesel::sql_query(sql).into_boxed().bind::<diesel::sql_types::Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    Ok((rows.into_iter().map(Row::read).collect::<Result<_>>()?, total))
}

async fn find(conn: &mut Conn, version: i32) -> Result<TermsVersion> {
    let found = diesel::sql_query(format!("SELECT {COLUMNS} FROM {FROM} WHERE t.version = $1"))
        .bind::<Integer, _>(version)
        .get_result::<Row>(conn)
        .await
        .optional()?;
    found.ok_or_else(Refusal::not_found)?.read()
}

/// The newest version; `None` when nothing was ever published.
pub async fn current(conn: &mut Conn) -> QueryResult<Option<i32>> {
    terms::table.select(diesel::dsl::max(terms::version)).first(conn).await
}

/// A version, or the newest, as somebody reads it: in `language`, else in English, else in any.
pub(super) async fn text(conn: &mut Conn, version: Option<i32>, language: Language) -> Result<TermsText> {
    let version = match version {
        Some(version) => version,
        None => current(conn).await?.ok_or_else(Refusal::not_found)?,
    };
    let (texts, at): (serde_json::Value, jiff_diesel::Timestamp) = terms::table
        .find(version)
        .select((terms::texts, terms::published_at))
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Refusal::not_found)?;
    let mut texts: BTreeMap<Language, String> = serde_json::from_value(texts)?;
    let language = [language, Language::English]
        .into_iter()
        .find(|wanted| texts.contains_key(wanted))
        .or_else(|| texts.keys().next().copied())
        .ok_or_else(|| anyhow::anyhow!("version {version} of the terms says nothing"))?;
    let text = texts.remove(&language).unwrap_or_default();
    Ok(TermsText { version, language, text, published_at: at.to_jiff() })
}

/// Publishes a new version: orders accept it from now on. Two at once get a version each.
pub(super) async fn publish(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    new: NewTerms,
) -> Result<TermsVersion> {
    let mut fields = Fields::new();
    fields.check(!new.texts.is_empty(), "texts", "required", "Write the terms in at least one language.");
    for (language, text) in &new.texts {
        fields.required(&format!("texts.{language}"), text, TERMS_MAX);
    }
    fields.finish()?;
    conn.transaction(async |tx| {
        diesel::sql_query("LOCK TABLE terms IN SHARE ROW EXCLUSIVE MODE").execute(tx).await?;
        let version = current(tx).await?.unwrap_or(0) + 1;
        diesel::insert_into(terms::table)
            .values((
                terms::version.eq(version),
                terms::texts.eq(serde_json::to_value(&new.texts)?),
                terms::published_by.eq(actor.to_string()),
                terms::published_at.eq(jiff_diesel::Timestamp::from(now)),
            ))
            .execute(tx)
            .await?;
        let entry = Entry {
            action: "terms.published",
            description: format!("Published version {version} of the terms"),
            new: Some(serde_json::to_value(&new.texts)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        find(tx, version).await
    })
    .await
}

/// The version that an order is placed under: what the buyer accepted must be the newest.
pub async fn accept(tx: &mut Conn, accepted: Option<i32>) -> Result<Option<i32>> {
    let current = current(tx).await?;
    if accepted == current {
        return Ok(current);
    }
    let message = match current {
        Some(version) => format!("Accept version {version} of the terms."),
        None => "There are no terms to accept.".to_owned(),
    };
    Err(Refusal { detail: Some(message.clone()), ..Refusal::field("terms_version", "outdated", message) }
        .into())
}
