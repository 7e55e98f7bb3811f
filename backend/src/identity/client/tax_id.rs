//! The tax id of a client: what it decides, and having it checked anew.

use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::clients;
use serde_json::Value;
use shared::{ClientId, TaskId};

use crate::db::Conn;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};

/// A tax id with what it is judged by.
#[derive(Clone, Debug, QueryableByName)]
pub struct TaxId {
    /// Empty: there is none.
    #[diesel(sql_type = Text)]
    pub tax_id: String,
    /// Of the billing address; empty: there is none.
    #[diesel(sql_type = Text)]
    pub country: String,
    /// Of the home company.
    #[diesel(sql_type = Text)]
    pub seller_country: String,
    /// Of the home company; empty: it has none.
    #[diesel(sql_type = Text)]
    pub seller_vat_id: String,
    /// When the last answer was given. `None`: none about the present number.
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub checked_at: Option<Timestamp>,
    /// What that answer was about.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub evidence: Option<Value>,
}

impl TaxId {
    /// Whether an answer about it decides taxes.
    pub fn decides(&self) -> bool {
        !self.tax_id.is_empty()
            && rules::tax::crosses(&self.seller_country, &self.seller_vat_id, &self.country)
    }

    /// Whether this is the same number of the same country.
    pub fn is_still(&self, other: &Self) -> bool {
        self.tax_id == other.tax_id && self.country == other.country
    }
}

/// The tax id of a client. `None`: there is no such client.
pub async fn find(conn: &mut Conn, client: ClientId) -> QueryResult<Option<TaxId>> {
    diesel::sql_query(
        "SELECT c.tax_id, coalesce(a.country, '') AS country, h.country AS seller_country, h.vat_id AS seller_vat_id,
             c.tax_id_checked_at AS checked_at, c.tax_id_evidence AS evidence
         FROM clients c JOIN companies h ON h.id = c.company_id
         LEFT JOIN client_addresses a ON a.client_id = c.id AND a.kind = 'billing' WHERE c.id = $1",
    )
    .bind::<SqlUuid, _>(client)
    .get_result(conn)
    .await
    .optional()
}

/// What was found out about the tax id is void: the number or the country it belongs to is another one.
pub async fn forget(tx: &mut Conn, client: ClientId) -> QueryResult<()> {
    diesel::update(clients::table.find(client))
        .set((
            clients::tax_id_valid.eq(None::<bool>),
            clients::tax_id_checked_at.eq(None::<jiff_diesel::Timestamp>),
            clients::tax_id_evidence.eq(None::<Value>),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Has a tax id checked that is new, or of another country or home company than before, if it decides taxes.
pub async fn ask_anew(tx: &mut Conn, now: Timestamp, client: ClientId) -> QueryResult<()> {
    if find(tx, client).await?.is_some_and(|tax_id| tax_id.decides()) {
        ask(tx, now, now, client).await?;
    }
    Ok(())
}

/// Writes the task that has a tax id checked at `run_at`, unless it was answered about from `now` on.
pub async fn ask(tx: &mut Conn, now: Timestamp, run_at: Timestamp, client: ClientId) -> QueryResult<TaskId> {
    let tags = Tags { client: Some(client), ..Tags::default() };
    let task = outbox::send_at(tx, now, run_at, &Job::VatCheck { client, since: now }, tags).await?;
    task.ok_or_else(|| diesel::result::Error::QueryBuilderError("a check of a VAT id has no key".into()))
}
