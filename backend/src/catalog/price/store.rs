//! Price rows.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::pricing::Amounts;
use rust_decimal::Decimal;
use schema::{currencies, prices};
use shared::catalog::{PriceInput, PriceRow};
use shared::{Currency, OptionId, Period, PriceId, ProductId};

use crate::db::Conn;

/// A price row as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = prices, check_for_backend(diesel::pg::Pg))]
pub struct Price {
    pub id: PriceId,
    pub product_id: Option<ProductId>,
    pub option_id: Option<OptionId>,
    pub currency: Currency,
    pub period: Period,
    pub setup: Option<Decimal>,
    pub base: Option<Decimal>,
    pub idle: Option<Decimal>,
    pub switch_up: Option<Decimal>,
    pub switch_down: Option<Decimal>,
    pub uninstall: Option<Decimal>,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl Price {
    pub fn amounts(&self) -> Amounts {
        Amounts {
            setup: self.setup,
            base: self.base,
            idle: self.idle,
            switch_up: self.switch_up,
            switch_down: self.switch_down,
            uninstall: self.uninstall,
        }
    }

    /// As staff see it.
    pub fn row(&self) -> PriceRow {
        let text = |amount: Option<Decimal>| amount.map(|amount| amount.to_string());
        PriceRow {
            id: self.id,
            price: PriceInput {
                currency: self.currency,
                period: self.period,
                setup: text(self.setup),
                base: text(self.base),
                idle: text(self.idle),
                switch_up: text(self.switch_up),
                switch_down: text(self.switch_down),
                uninstall: text(self.uninstall),
                version: Some(self.version),
            },
            version: self.version,
            updated_at: self.updated_at,
        }
    }
}

/// Whose prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Product(ProductId),
    Option(OptionId),
}

impl Owner {
    fn ids(self) -> (Option<ProductId>, Option<OptionId>) {
        match self {
            Self::Product(id) => (Some(id), None),
            Self::Option(id) => (None, Some(id)),
        }
    }
}

pub async fn of_product(conn: &mut Conn, product: ProductId) -> QueryResult<Vec<Price>> {
    of_products(conn, &[product]).await
}

/// The prices of several products.
pub async fn of_products(conn: &mut Conn, products: &[ProductId]) -> QueryResult<Vec<Price>> {
    prices::table
        .filter(prices::product_id.eq_any(products))
        .order((prices::currency, prices::id))
        .select(Price::as_select())
        .load(conn)
        .await
}

/// The prices of several options.
pub async fn of_options(conn: &mut Conn, options: &[OptionId]) -> QueryResult<Vec<Price>> {
    prices::table
        .filter(prices::option_id.eq_any(options))
        .order((prices::currency, prices::id))
        .select(Price::as_select())
        .load(conn)
        .await
}

/// The row of an owner for a currency and period.
pub async fn find(
    conn: &mut Conn,
    owner: Owner,
    currency: Currency,
    period: Period,
) -> QueryResult<Option<Price>> {
    let (product, option) = owner.ids();
    prices::table
        .filter(prices::product_id.is_not_distinct_from(product))
        .filter(prices::option_id.is_not_distinct_from(option))
        .filter(prices::currency.eq(currency).and(prices::period.eq(period)))
        .select(Price::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn find_by_id(conn: &mut Conn, id: PriceId) -> QueryResult<Option<Price>> {
    prices::table.find(id).select(Price::as_select()).first(conn).await.optional()
}

/// Codes of the currencies that can be sold in.
pub async fn currencies_enabled(conn: &mut Conn) -> QueryResult<Vec<Currency>> {
    currencies::table
        .filter(currencies::enabled)
        .order(currencies::code)
        .select(currencies::code)
        .load(conn)
        .await
}

/// Writes a row; the version rises only when an amount changes.
pub async fn upsert(
    tx: &mut Conn,
    now: Timestamp,
    owner: Owner,
    currency: Currency,
    period: Period,
    amounts: &Amounts,
) -> QueryResult<()> {
    let before = find(tx, owner, currency, period).await?;
    let set = (
        prices::setup.eq(amounts.setup),
        prices::base.eq(amounts.base),
        prices::idle.eq(amounts.idle),
        prices::switch_up.eq(amounts.switch_up),
        prices::switch_down.eq(amounts.switch_down),
        prices::uninstall.eq(amounts.uninstall),
        prices::updated_at.eq(jiff_diesel::Timestamp::from(now)),
    );
    match before {
        Some(before) if before.amounts() == *amounts => {}
        Some(before) => {
            diesel::update(prices::table.find(before.id))
                .set((set, prices::version.eq(prices::version + 1)))
                .execute(tx)
                .await?;
        }
        None => {
            let (product, option) = owner.ids();
            diesel::insert_into(prices::table)
                .values((
                    prices::id.eq(PriceId::generate()),
                    prices::product_id.eq(product),
                    prices::option_id.eq(option),
                    prices::currency.eq(currency),
                    prices::period.eq(period),
                    set,
                ))
                .execute(tx)
                .await?;
        }
    }
    Ok(())
}

/// Whether living services were sold at this row.
pub async fn is_used(conn: &mut Conn, price: &Price) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = Bool)]
        used: bool,
    }
    let (sql, owner) = match (price.product_id, price.option_id) {
        (Some(product), _) => (
            "SELECT EXISTS (SELECT 1 FROM services s WHERE s.product_id = $1 AND s.ended_at IS NULL
                 AND s.currency = $2 AND s.period = $3) AS used",
            product.0,
        ),
        (None, option) => (
            "SELECT EXISTS (SELECT 1 FROM service_options o JOIN services s ON s.id = o.service_id
                 WHERE o.option_id = $1 AND s.ended_at IS NULL AND s.currency = $2 AND s.period = $3) AS used",
            option.map_or_else(uuid::Uuid::nil, |option| option.0),
        ),
    };
    let row: Used = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(owner)
        .bind::<Text, _>(price.currency)
        .bind::<Text, _>(price.period)
        .get_result(conn)
        .await?;
    Ok(row.used)
}

/// The rows of other currencies that are converted from this one; none when nothing is converted from it.
pub async fn converted(conn: &mut Conn, price: &Price) -> QueryResult<Vec<Price>> {
    let follows = sql::<Bool>(
        "(EXISTS (SELECT FROM products t WHERE t.id = prices.product_id AND t.convert_price)
             OR EXISTS (SELECT FROM options o JOIN option_groups g ON g.id = o.group_id
                 WHERE o.id = prices.option_id AND g.convert_price))",
    );
    let source = currencies::table.find(price.currency).filter(currencies::is_default);
    prices::table
        .filter(prices::product_id.is_not_distinct_from(price.product_id))
        .filter(prices::option_id.is_not_distinct_from(price.option_id))
        .filter(prices::period.eq(price.period).and(prices::currency.ne(price.currency)))
        .filter(diesel::dsl::exists(source).and(follows))
        .order(prices::currency)
        .select(Price::as_select())
        .load(conn)
        .await
}

pub async fn delete(tx: &mut Conn, id: PriceId) -> QueryResult<()> {
    diesel::delete(prices::table.find(id)).execute(tx).await?;
    Ok(())
}
