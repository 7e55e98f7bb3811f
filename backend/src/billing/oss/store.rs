//! What documents and dated rates say for the file. The only file here that speaks diesel.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date as SqlDate, Numeric, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use rules::oss::DatedRate;
use rust_decimal::Decimal;
use schema::companies;
use shared::rates::RateSource;
use shared::{CompanyId, Currency, Quarter};

use crate::db::Conn;

/// The country of a home company. `None`: there is no such company.
pub(super) async fn country(conn: &mut Conn, company: CompanyId) -> QueryResult<Option<String>> {
    companies::table.find(company).select(companies::country).first(conn).await.optional()
}

/// Documents of one quarter of sale, country, rate and currency, added up.
#[derive(Clone, Debug, QueryableByName)]
pub(super) struct Sold {
    /// The first day of the quarter of the invoice.
    #[diesel(sql_type = SqlDate)]
    quarter: jiff_diesel::Date,
    #[diesel(sql_type = Text)]
    pub(super) country: String,
    #[diesel(sql_type = Numeric)]
    pub(super) rate: Decimal,
    #[diesel(sql_type = Text)]
    pub(super) currency: Currency,
    #[diesel(sql_type = BigInt)]
    pub(super) documents: i64,
    #[diesel(sql_type = Numeric)]
    pub(super) net: Decimal,
    #[diesel(sql_type = Numeric)]
    pub(super) tax: Decimal,
}

impl Sold {
    pub(super) fn quarter(&self) -> Quarter {
        Quarter::containing(self.quarter.to_jiff())
    }
}

/// Documents of a company ($1) that were issued from $2 to $3 to clients of other countries among $4 without a valid VAT id, as
/// they were frozen. A credit note belongs to the quarter of its invoice.
const ISSUED: &str = "documents d
    LEFT JOIN documents i ON i.id = d.invoice_id AND d.kind = 'credit_note'
    JOIN document_taxes t ON t.document_id = d.id AND t.rate > 0
    WHERE d.company_id = $1 AND d.kind IN ('invoice', 'credit_note') AND d.number IS NOT NULL
        AND d.issued_on BETWEEN $2 AND $3
        AND d.seller->'facts'->>'country' = ANY ($4) AND d.buyer->'facts'->>'country' = ANY ($4)
        AND d.seller->'facts'->>'country' <> d.buyer->'facts'->>'country'
        AND NOT coalesce((d.buyer->'facts'->'vat_evidence'->>'valid')::boolean, false)";

/// What was sold where, at which rate.
pub(super) async fn sold(
    conn: &mut Conn,
    company: CompanyId,
    quarter: Quarter,
    members: &[&str],
) -> QueryResult<Vec<Sold>> {
    diesel::sql_query(format!(
        "SELECT date_trunc('quarter', coalesce(i.issued_on, d.issued_on))::date AS quarter,
                d.buyer->'facts'->>'country' AS country, t.rate, d.currency, count(DISTINCT d.id) AS documents,
                sum(t.base) AS net, sum(t.amount) AS tax
         FROM {ISSUED} AND d.tax_decision->'basis'->>'kind' = 'rule'
         GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    ))
    .bind::<SqlUuid, _>(company)
    .bind::<SqlDate, _>(jiff_diesel::Date::from(quarter.first_day()))
    .bind::<SqlDate, _>(jiff_diesel::Date::from(quarter.last_day()))
    .bind::<Array<Text>, _>(members)
    .load(conn)
    .await
}

/// How many such documents bear the company's own rates.
pub(super) async fn at_home(
    conn: &mut Conn,
    company: CompanyId,
    quarter: Quarter,
    members: &[&str],
) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let counted: Count = diesel::sql_query(format!(
        "SELECT count(DISTINCT d.id) AS count FROM {ISSUED} AND d.tax_decision->'basis'->>'kind' = 'fallback'"
    ))
    .bind::<SqlUuid, _>(company)
    .bind::<SqlDate, _>(jiff_diesel::Date::from(quarter.first_day()))
    .bind::<SqlDate, _>(jiff_diesel::Date::from(quarter.last_day()))
    .bind::<Array<Text>, _>(members)
    .get_result(conn)
    .await?;
    Ok(counted.count)
}

/// The days after the end of a quarter on which the bank publishes again, at the latest: over Easter or Christmas.
pub(super) const NEXT_PUBLISHED: i32 = 5;

/// The rate of every pair of currencies on a day: its own, else the next one that the bank published, else the one in force.
pub(super) async fn rates(conn: &mut Conn, day: Date) -> QueryResult<Vec<DatedRate>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        base: Currency,
        #[diesel(sql_type = Text)]
        currency: Currency,
        #[diesel(sql_type = SqlDate)]
        on_date: jiff_diesel::Date,
        #[diesel(sql_type = Numeric)]
        rate: Decimal,
    }
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT DISTINCT ON (base, currency) base, currency, on_date, rate FROM exchange_rates
         WHERE on_date <= $1 OR (on_date <= $1 + {NEXT_PUBLISHED} AND source = $2)
         ORDER BY base, currency, on_date <> $1, on_date < $1, CASE WHEN on_date > $1 THEN on_date END, on_date DESC"
    ))
    .bind::<SqlDate, _>(jiff_diesel::Date::from(day))
    .bind::<Text, _>(RateSource::Feed)
    .load(conn)
    .await?;
    let dated = |row: Row| DatedRate {
        base: row.base,
        currency: row.currency,
        on: row.on_date.to_jiff(),
        rate: row.rate,
    };
    Ok(rows.into_iter().map(dated).collect())
}
