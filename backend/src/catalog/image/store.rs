//! Pictures as rows, and what shows them.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::images;
use shared::catalog::ImageSlot;
use shared::{AttributeGroupId, AttributeId, OptionId, ProductGroupId, ProductId};
use uuid::Uuid;

use crate::db::Conn;

/// What a picture belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Product(ProductId),
    Group(ProductGroupId),
    AttributeGroup(AttributeGroupId),
    Attribute(AttributeId),
    Option(OptionId),
}

impl Owner {
    const fn table(self) -> &'static str {
        match self {
            Self::Product(_) => "products",
            Self::Group(_) => "product_groups",
            Self::AttributeGroup(_) => "attribute_groups",
            Self::Attribute(_) => "attributes",
            Self::Option(_) => "options",
        }
    }

    pub const fn id(self) -> Uuid {
        match self {
            Self::Product(id) => id.0,
            Self::Group(id) => id.0,
            Self::AttributeGroup(id) => id.0,
            Self::Attribute(id) => id.0,
            Self::Option(id) => id.0,
        }
    }
}

/// Attributes, their groups and options have icons only.
const fn column(slot: ImageSlot) -> &'static str {
    match slot {
        ImageSlot::Icon => "icon_image",
        ImageSlot::Background => "background_image",
    }
}

/// A picture as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = images, check_for_backend(diesel::pg::Pg))]
pub struct Image {
    pub hash: String,
    pub media_type: String,
    pub width: i32,
    pub height: i32,
    pub content: Vec<u8>,
}

pub async fn find(conn: &mut Conn, hash: &str) -> QueryResult<Option<Image>> {
    images::table.find(hash).select(Image::as_select()).first(conn).await.optional()
}

/// Stores a picture, or says of the same one that it was uploaded again.
pub async fn put(tx: &mut Conn, now: Timestamp, image: &Image) -> QueryResult<()> {
    diesel::insert_into(images::table)
        .values((image, images::stored_at.eq(jiff_diesel::Timestamp::from(now))))
        .on_conflict(images::hash)
        .do_update()
        .set(images::stored_at.eq(excluded(images::stored_at)))
        .execute(tx)
        .await?;
    Ok(())
}

/// The key of a record and the picture in one of its slots.
#[derive(Debug, QueryableByName)]
pub struct Shown {
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub hash: Option<String>,
}

/// Locks a record until the transaction ends. `None`: there is no such record.
pub async fn lock(tx: &mut Conn, owner: Owner, slot: ImageSlot) -> QueryResult<Option<Shown>> {
    let (table, column) = (owner.table(), column(slot));
    diesel::sql_query(format!("SELECT key, {column} AS hash FROM {table} WHERE id = $1 FOR UPDATE"))
        .bind::<SqlUuid, _>(owner.id())
        .get_result(tx)
        .await
        .optional()
}

/// Shows a picture that is stored, or none, in a slot of a record.
pub async fn show(
    tx: &mut Conn,
    now: Timestamp,
    owner: Owner,
    slot: ImageSlot,
    hash: Option<&str>,
) -> QueryResult<()> {
    let (table, column) = (owner.table(), column(slot));
    diesel::sql_query(format!("UPDATE {table} SET {column} = $2, updated_at = $3 WHERE id = $1"))
        .bind::<SqlUuid, _>(owner.id())
        .bind::<Nullable<Text>, _>(hash)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .execute(tx)
        .await?;
    Ok(())
}

/// Drops at most `$2` pictures that nothing shows and that were uploaded before `$1`. One that is uploaded again meanwhile
/// stays.
pub const DROP_UNSHOWN: &str = "DELETE FROM images WHERE stored_at < $1 AND hash IN (
         SELECT i.hash FROM images i
         WHERE i.stored_at < $1
           AND NOT EXISTS (SELECT 1 FROM products WHERE icon_image = i.hash OR background_image = i.hash)
           AND NOT EXISTS (SELECT 1 FROM product_groups WHERE icon_image = i.hash OR background_image = i.hash)
           AND NOT EXISTS (SELECT 1 FROM attribute_groups WHERE icon_image = i.hash)
           AND NOT EXISTS (SELECT 1 FROM attributes WHERE icon_image = i.hash)
           AND NOT EXISTS (SELECT 1 FROM options WHERE icon_image = i.hash)
         LIMIT $2)";
