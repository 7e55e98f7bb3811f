//! The list of products.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use shared::catalog::{ProductFilter, ProductSummary};
use shared::{Language, ProductId};

use crate::catalog::text;
use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::list::{self, List, Sql};
use crate::http::Paging;

/// States in which a service takes stock, as SQL.
const LIVING: &str = "('pending', 'provisioning', 'active', 'suspended', 'failed')";

/// A product of the list.
#[derive(Debug, QueryableByName)]
pub(super) struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: ProductId,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Text)]
    icon: String,
    #[diesel(sql_type = Nullable<Text>)]
    icon_image: Option<String>,
    #[diesel(sql_type = Bool)]
    visible: bool,
    #[diesel(sql_type = Bool)]
    retired: bool,
    #[diesel(sql_type = Bool)]
    stock_control: bool,
    #[diesel(sql_type = Nullable<Integer>)]
    stock: Option<i32>,
    #[diesel(sql_type = Integer)]
    stock_used: i32,
    #[diesel(sql_type = Text)]
    module: String,
    #[diesel(sql_type = BigInt)]
    groups: i64,
    #[diesel(sql_type = BigInt)]
    option_groups: i64,
    #[diesel(sql_type = BigInt)]
    prices: i64,
    #[diesel(sql_type = BigInt)]
    services: i64,
    #[diesel(sql_type = Integer)]
    sort: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    updated_at: jiff_diesel::Timestamp,
}

impl SummaryRow {
    pub(super) fn summary(self, language: Language) -> ProductSummary {
        ProductSummary {
            id: self.id,
            name: text::name(&self.texts, language, &self.key),
            key: self.key,
            icon: self.icon,
            icon_image: self.icon_image,
            visible: self.visible,
            retired: self.retired,
            stock_control: self.stock_control,
            stock: self.stock,
            stock_used: self.stock_used,
            module: self.module,
            groups: self.groups,
            option_groups: self.option_groups,
            prices: self.prices,
            services: self.services,
            sort: self.sort,
            created_at: self.created_at.to_jiff(),
            updated_at: self.updated_at.to_jiff(),
        }
    }
}

/// What the list sorts by; the first is the default.
pub(super) const SORTS: &[&str] = &["sort", "key", "name", "created_at", "updated_at", "services", "module"];

/// Tables and conditions of the list.
fn from() -> String {
    format!(
        "products p WHERE ($1::bool IS NULL OR p.visible = $1) AND ($2::bool IS NULL OR p.retired = $2)
         AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM product_group_products g WHERE g.product_id = p.id AND g.group_id = $3))
         AND ($4::text IS NULL OR p.module = $4) AND ($5::text IS NULL OR {})",
        text::found("p", text::SEARCHED, "$5")
    )
}

/// Columns of the list.
fn columns() -> String {
    format!(
        "p.id, p.key, p.texts, p.icon, p.icon_image, p.visible, p.retired, p.stock_control, p.stock, p.stock_used, p.module, p.sort,
         p.created_at, p.updated_at,
         (SELECT count(*) FROM product_group_products g WHERE g.product_id = p.id) AS groups,
         (SELECT count(*) FROM product_option_groups o WHERE o.product_id = p.id) AS option_groups,
         (SELECT count(*) FROM prices r WHERE r.product_id = p.id) AS prices,
         (SELECT count(*) FROM services s WHERE s.product_id = p.id AND s.state IN {LIVING}) AS services"
    )
}

fn order(paging: &Paging, language: Language) -> String {
    text::order(paging, language, "p", &["services"])
}

fn filtered<'q>(sql: String, paging: &Paging, filter: &'q ProductFilter) -> Sql<'q> {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Nullable<Bool>, _>(filter.visible)
        .bind::<Nullable<Bool>, _>(filter.retired)
        .bind::<Nullable<SqlUuid>, _>(filter.group)
        .bind::<Nullable<Text>, _>(&filter.module)
        .bind::<Nullable<Text>, _>(paging.pattern())
}

/// A page of products with their counts.
pub(super) async fn page(
    conn: &mut Conn,
    paging: &Paging,
    filter: &ProductFilter,
    language: Language,
) -> QueryResult<(Vec<ProductSummary>, i64)> {
    let list = List { columns: &columns(), from: &from(), order: &order(paging, language) };
    let (rows, total): (Vec<SummaryRow>, i64) =
        list::page(conn, paging, list, |sql| filtered(sql, paging, filter)).await?;
    Ok((rows.into_iter().map(|row| row.summary(language)).collect(), total))
}

/// All products that the filter lets through.
pub(super) async fn all(
    tx: &mut Conn,
    paging: &Paging,
    filter: &ProductFilter,
    language: Language,
) -> QueryResult<Cursor<SummaryRow>> {
    let list = List { columns: &columns(), from: &from(), order: &order(paging, language) };
    list::all(tx, list, |sql| filtered(sql, paging, filter)).await
}
