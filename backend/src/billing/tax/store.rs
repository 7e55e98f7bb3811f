//! Tax rules as rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use rules::tax::{self, Buyer, Rate, Rule};
use schema::{companies, tax_rules};
use serde_json::Value;
use shared::billing::tax::{TaxRate, TaxRuleInput};
use shared::{CompanyId, TaxRuleId};

use crate::billing::tax::vat::evidence::Standing;
use crate::db::Conn;
use crate::http::error::Result;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tax_rules, check_for_backend(diesel::pg::Pg))]
pub struct TaxRule {
    pub id: TaxRuleId,
    pub company_id: Option<CompanyId>,
    pub country: Option<String>,
    pub region: Option<String>,
    pub for_private: bool,
    pub for_company: bool,
    pub for_taxed_company: bool,
    /// `TaxRate`s.
    rates: Value,
    pub note: String,
    #[diesel(deserialize_as = jiff_diesel::NullableDate)]
    pub valid_from: Option<Date>,
    #[diesel(deserialize_as = jiff_diesel::NullableDate)]
    pub valid_to: Option<Date>,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl TaxRule {
    /// As staff edit it.
    pub fn input(&self) -> Result<TaxRuleInput> {
        Ok(TaxRuleInput {
            version: Some(self.version),
            company_id: self.company_id,
            country: self.country.clone(),
            region: self.region.clone(),
            for_private: self.for_private,
            for_company: self.for_company,
            for_taxed_company: self.for_taxed_company,
            rates: serde_json::from_value::<Vec<TaxRate>>(self.rates.clone())?,
            note: self.note.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }

    /// As `rules::tax` takes it.
    pub fn rule(&self) -> Result<Rule> {
        Ok(Rule {
            id: self.id,
            company: self.company_id,
            country: self.country.clone(),
            region: self.region.clone(),
            for_private: self.for_private,
            for_company: self.for_company,
            for_taxed_company: self.for_taxed_company,
            rates: serde_json::from_value::<Vec<Rate>>(self.rates.clone())?,
            note: self.note.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}

/// Every rule with the name of its company, from top to bottom. There are at most `RULES_MAX`.
pub async fn all(conn: &mut Conn) -> QueryResult<Vec<(TaxRule, Option<String>)>> {
    tax_rules::table
        .left_join(companies::table)
        .order_by((tax_rules::sort, tax_rules::id))
        .select((TaxRule::as_select(), companies::name.nullable()))
        .load(conn)
        .await
}

/// Every rule as `rules::tax` takes it, from top to bottom.
pub async fn rules(conn: &mut Conn) -> Result<Vec<Rule>> {
    let rows: Vec<TaxRule> = tax_rules::table
        .order_by((tax_rules::sort, tax_rules::id))
        .select(TaxRule::as_select())
        .load(conn)
        .await?;
    rows.iter().map(TaxRule::rule).collect()
}

/// Active clients whose taxes are decided alike, as one of them stands. One whose VAT id is valid may stand alone.
#[derive(Debug, QueryableByName)]
pub struct Alike {
    #[diesel(sql_type = SqlUuid)]
    pub company_id: CompanyId,
    /// Empty: there is no address.
    #[diesel(sql_type = Text)]
    country: String,
    #[diesel(sql_type = Nullable<Text>)]
    region: Option<String>,
    #[diesel(sql_type = Text)]
    company_name: String,
    #[diesel(sql_type = Text)]
    tax_id: String,
    /// When the VAT id was found valid. `None`: it was not.
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    checked_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    evidence: Option<Value>,
    /// How many they are.
    #[diesel(sql_type = BigInt)]
    pub clients: i64,
}

impl Alike {
    /// As `rules::tax` takes them, with the answer about their VAT id that stands at `now`.
    pub fn buyer(self, now: Timestamp) -> Result<Buyer> {
        let valid = self.checked_at.map(|_| true);
        let standing = Standing { valid, checked_at: self.checked_at, stored: self.evidence };
        let vat_evidence = standing.evidence(&self.tax_id, &self.country, now)?;
        let class = tax::client_class(&self.company_name, &self.tax_id);
        Ok(Buyer { country: self.country, region: self.region, class, vat_evidence })
    }
}

/// All active clients, by what their taxes are decided by. An answer that a VAT id is not valid decides nothing.
pub async fn alike(conn: &mut Conn) -> QueryResult<Vec<Alike>> {
    diesel::sql_query(
        "SELECT c.company_id, coalesce(a.country, '') AS country, a.region,
                max(c.company_name) AS company_name, max(c.tax_id) AS tax_id,
                answer.checked_at, answer.evidence, count(*) AS clients
         FROM clients c
         LEFT JOIN client_addresses a ON a.client_id = c.id AND a.kind = 'billing'
         LEFT JOIN LATERAL (SELECT c.tax_id, c.tax_id_checked_at AS checked_at, c.tax_id_evidence AS evidence
                            WHERE c.tax_id_valid) answer ON true
         WHERE c.status = 'active'
         GROUP BY c.company_id, coalesce(a.country, ''), a.region, c.company_name ~ '\\S', c.tax_id ~ '\\S',
                  answer.tax_id, answer.checked_at, answer.evidence",
    )
    .load(conn)
    .await
}

/// Keeps others from adding or moving rules until the transaction ends.
pub async fn lock_order(tx: &mut Conn) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('tax_rules', 0))").execute(tx).await?;
    Ok(())
}

pub async fn lock(tx: &mut Conn, id: TaxRuleId) -> QueryResult<Option<TaxRule>> {
    tax_rules::table.find(id).select(TaxRule::as_select()).for_update().first(tx).await.optional()
}

pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    id: TaxRuleId,
    sort: i32,
    input: &TaxRuleInput,
) -> Result<()> {
    let at = jiff_diesel::Timestamp::from(now);
    diesel::insert_into(tax_rules::table)
        .values((
            tax_rules::id.eq(id),
            tax_rules::sort.eq(sort),
            tax_rules::company_id.eq(input.company_id),
            tax_rules::country.eq(&input.country),
            tax_rules::region.eq(&input.region),
            tax_rules::for_private.eq(input.for_private),
            tax_rules::for_company.eq(input.for_company),
            tax_rules::for_taxed_company.eq(input.for_taxed_company),
            tax_rules::rates.eq(serde_json::to_value(&input.rates)?),
            tax_rules::note.eq(&input.note),
            tax_rules::valid_from.eq(input.valid_from.map(jiff_diesel::Date::from)),
            tax_rules::valid_to.eq(input.valid_to.map(jiff_diesel::Date::from)),
            tax_rules::created_at.eq(at),
            tax_rules::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn update(tx: &mut Conn, now: Timestamp, id: TaxRuleId, input: &TaxRuleInput) -> Result<()> {
    diesel::update(tax_rules::table.find(id))
        .set((
            tax_rules::company_id.eq(input.company_id),
            tax_rules::country.eq(&input.country),
            tax_rules::region.eq(&input.region),
            tax_rules::for_private.eq(input.for_private),
            tax_rules::for_company.eq(input.for_company),
            tax_rules::for_taxed_company.eq(input.for_taxed_company),
            tax_rules::rates.eq(serde_json::to_value(&input.rates)?),
            tax_rules::note.eq(&input.note),
            tax_rules::valid_from.eq(input.valid_from.map(jiff_diesel::Date::from)),
            tax_rules::valid_to.eq(input.valid_to.map(jiff_diesel::Date::from)),
            tax_rules::version.eq(tax_rules::version + 1),
            tax_rules::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn delete(tx: &mut Conn, id: TaxRuleId) -> QueryResult<()> {
    diesel::delete(tax_rules::table.find(id)).execute(tx).await?;
    Ok(())
}

/// The place below all others.
pub async fn last_sort(tx: &mut Conn) -> QueryResult<i32> {
    let last: Option<i32> = tax_rules::table.select(diesel::dsl::max(tax_rules::sort)).first(tx).await?;
    Ok(last.unwrap_or(0))
}

/// Numbers the rules in this order, in one statement.
pub async fn reorder(tx: &mut Conn, ids: &[TaxRuleId]) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE tax_rules SET sort = place.sort
         FROM unnest($1, $2) AS place (id, sort) WHERE tax_rules.id = place.id AND tax_rules.sort <> place.sort",
    )
    .bind::<diesel::sql_types::Array<SqlUuid>, _>(ids)
    .bind::<diesel::sql_types::Array<Integer>, _>((1_i32..).take(ids.len()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn company_exists(conn: &mut Conn, id: CompanyId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(companies::table.find(id))).get_result(conn).await
}
