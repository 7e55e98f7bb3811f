//! What search engines are told, as rows.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Diesel};
use diesel::sql_types::{Array, Bool, Integer, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use serde_json::Value;
use shared::catalog::{SeoText, SeoTexts};
use shared::{Language, ProductGroupId, ProductId};
use uuid::Uuid;

use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// What stands at an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Product(ProductId),
    Group(ProductGroupId),
}

impl Owner {
    pub const fn id(self) -> Uuid {
        match self {
            Self::Product(id) => id.0,
            Self::Group(id) => id.0,
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::Product(_) => "product_id",
            Self::Group(_) => "group_id",
        }
    }

    const fn table(self) -> &'static str {
        match self {
            Self::Product(_) => "products",
            Self::Group(_) => "product_groups",
        }
    }
}

#[derive(Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    owner: Uuid,
    #[diesel(sql_type = Text)]
    language: Language,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Bool)]
    indexable: bool,
}

/// Of several products and groups, by their ids.
pub async fn of_all(conn: &mut Conn, ids: &[Uuid]) -> QueryResult<HashMap<Uuid, SeoTexts>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT coalesce(product_id, group_id) AS owner, language, slug, title, description, indexable
         FROM seo_texts WHERE product_id = ANY($1) OR group_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(conn)
    .await?;
    let mut found: HashMap<Uuid, SeoTexts> = HashMap::new();
    for row in rows {
        let Row { owner, language, slug, title, description, indexable } = row;
        found.entry(owner).or_default().insert(language, SeoText { slug, title, description, indexable });
    }
    Ok(found)
}

/// Of one product or group.
pub async fn of(conn: &mut Conn, owner: Owner) -> QueryResult<SeoTexts> {
    Ok(of_all(conn, &[owner.id()]).await?.remove(&owner.id()).unwrap_or_default())
}

/// Who has a slug: one in this language before others. With the language that it is of.
async fn with_slug(
    conn: &mut Conn,
    column: &'static str,
    slug: &str,
    language: Language,
) -> QueryResult<Option<(Uuid, Language)>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        owner: Uuid,
        #[diesel(sql_type = Text)]
        language: Language,
    }
    let found: Option<Found> = diesel::sql_query(format!(
        "SELECT {column} AS owner, language FROM seo_texts WHERE slug = $1 AND {column} IS NOT NULL
         ORDER BY language <> $2, language LIMIT 1"
    ))
    .bind::<Text, _>(slug)
    .bind::<Text, _>(language)
    .get_result(conn)
    .await
    .optional()?;
    Ok(found.map(|found| (found.owner, found.language)))
}

/// The product with this slug, and the language of the slug.
pub async fn product_with(
    conn: &mut Conn,
    slug: &str,
    language: Language,
) -> QueryResult<Option<(ProductId, Language)>> {
    let found = with_slug(conn, "product_id", slug, language).await?;
    Ok(found.map(|(id, language)| (ProductId(id), language)))
}

/// The group with this slug, and the language of the slug.
pub async fn group_with(
    conn: &mut Conn,
    slug: &str,
    language: Language,
) -> QueryResult<Option<(ProductGroupId, Language)>> {
    let found = with_slug(conn, "group_id", slug, language).await?;
    Ok(found.map(|(id, language)| (ProductGroupId(id), language)))
}

/// Which of these slugs others of its kind have in this language, or have as their key. A group does not take the key of a
/// product either: it would stand at that product's address.
pub async fn taken(
    tx: &mut Conn,
    owner: Owner,
    language: Language,
    slugs: &[String],
) -> QueryResult<BTreeSet<String>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Text)]
        slug: String,
    }
    let (column, table) = (owner.column(), owner.table());
    let taken: Vec<Taken> = diesel::sql_query(format!(
        "SELECT slug FROM seo_texts WHERE {column} <> $1 AND language = $2 AND slug = ANY($3)
         UNION SELECT key FROM {table} WHERE id <> $1 AND key = ANY($3)
         UNION SELECT key FROM products WHERE id <> $1 AND key = ANY($3)"
    ))
    .bind::<SqlUuid, _>(owner.id())
    .bind::<Text, _>(language)
    .bind::<Array<Text>, _>(slugs)
    .load(tx)
    .await?;
    Ok(taken.into_iter().map(|taken| taken.slug).collect())
}

/// Replaces what is written of a product or group. Refuses a slug that another one got meanwhile.
pub async fn replace(tx: &mut Conn, owner: Owner, texts: &SeoTexts) -> Result<()> {
    let column = owner.column();
    diesel::sql_query(format!("DELETE FROM seo_texts WHERE {column} = $1"))
        .bind::<SqlUuid, _>(owner.id())
        .execute(tx)
        .await?;
    for (language, text) in texts {
        diesel::sql_query(format!(
            "INSERT INTO seo_texts (id, {column}, language, slug, title, description, indexable)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ))
        .bind::<SqlUuid, _>(Uuid::now_v7())
        .bind::<SqlUuid, _>(owner.id())
        .bind::<Text, _>(*language)
        .bind::<Text, _>(&text.slug)
        .bind::<Text, _>(&text.title)
        .bind::<Text, _>(&text.description)
        .bind::<Bool, _>(text.indexable)
        .execute(tx)
        .await
        .map_err(|error| match error {
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => slug_taken(*language),
            other => other.into(),
        })?;
    }
    Ok(())
}

/// What a slug of another one is refused with.
pub fn slug_taken(language: Language) -> crate::Error {
    Refusal::field(format!("texts.{language}.slug"), "taken", "Another one has this address.").into()
}

/// The key, the names and the version of a product or group, locked until the transaction ends.
#[derive(Debug, QueryableByName)]
pub struct Named {
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = Jsonb)]
    pub texts: Value,
    #[diesel(sql_type = Integer)]
    pub version: i32,
}

/// Locks a product or group until the transaction ends. `None`: there is no such one.
pub async fn lock(tx: &mut Conn, owner: Owner) -> QueryResult<Option<Named>> {
    let table = owner.table();
    diesel::sql_query(format!("SELECT key, texts, version FROM {table} WHERE id = $1 FOR UPDATE"))
        .bind::<SqlUuid, _>(owner.id())
        .get_result(tx)
        .await
        .optional()
}

/// Says that a product or group changed, and raises its version.
pub async fn touch(tx: &mut Conn, now: Timestamp, owner: Owner) -> QueryResult<()> {
    let table = owner.table();
    diesel::sql_query(format!("UPDATE {table} SET updated_at = $2, version = version + 1 WHERE id = $1"))
        .bind::<SqlUuid, _>(owner.id())
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .execute(tx)
        .await?;
    Ok(())
}
