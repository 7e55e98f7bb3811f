//! Checks of VAT ids as rows, and the answer that stands on a client.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::{clients, vat_checks};
use serde_json::Value;
use shared::billing::vat::{VatCheck, VatOutcome, VatSource};
use shared::{AdminId, ClientId};
use uuid::Uuid;

use super::vies::Reply;
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;

pub(super) const SORTS: &[&str] = &["-asked_at"];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    vat_id: String,
    #[diesel(sql_type = Text)]
    requester_vat_id: String,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    asked_at: Timestamp,
    #[diesel(sql_type = Text)]
    outcome: VatOutcome,
    #[diesel(sql_type = Text)]
    source: VatSource,
    #[diesel(sql_type = Nullable<Text>)]
    consultation: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    address: String,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = Nullable<Text>)]
    recorded_by: Option<String>,
}

impl From<Row> for VatCheck {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            vat_id: row.vat_id,
            requester_vat_id: row.requester_vat_id,
            asked_at: row.asked_at,
            outcome: row.outcome,
            source: row.source,
            consultation: row.consultation,
            name: row.name,
            address: row.address,
            note: row.note,
            recorded_by: row.recorded_by,
        }
    }
}

const COLUMNS: &str =
    "v.id, v.vat_id, v.requester_vat_id, v.asked_at, v.outcome, v.source, v.consultation, v.name, v.address, v.note,
     coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), a.email) AS recorded_by";
const FROM: &str = "vat_checks v LEFT JOIN admins a ON a.id = v.admin_id WHERE v.client_id = $1";

/// The checks of a client's VAT ids, newest first unless asked otherwise.
pub(super) async fn list(
    conn: &mut Conn,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<VatCheck>, i64)> {
    let direction = paging.direction();
    let from = format!("{FROM} AND ($2::text IS NULL OR v.vat_id ILIKE $2 OR v.consultation ILIKE $2)");
    let order = format!("v.asked_at {direction}, v.id {direction}");
    let list = List { columns: COLUMNS, from: &from, order: &order };
    let (rows, total) = list::page::<Row>(conn, paging, list, |sql| {
        diesel::sql_query(sql)
            .into_boxed()
            .bind::<SqlUuid, _>(client)
            .bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    Ok((rows.into_iter().map(VatCheck::from).collect(), total))
}

/// One check of a client.
pub(super) async fn find(conn: &mut Conn, client: ClientId, id: Uuid) -> QueryResult<VatCheck> {
    let row: Row = diesel::sql_query(format!("SELECT {COLUMNS} FROM {FROM} AND v.id = $2"))
        .bind::<SqlUuid, _>(client)
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await?;
    Ok(row.into())
}

/// A check to be written.
#[derive(Debug)]
pub(super) struct NewCheck<'a> {
    pub(super) vat_id: &'a str,
    pub(super) requester_vat_id: &'a str,
    pub(super) source: VatSource,
    pub(super) reply: &'a Reply,
    /// Who recorded the answer; of the source `staff` only.
    pub(super) admin: Option<AdminId>,
}

pub(super) async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    new: &NewCheck<'_>,
) -> QueryResult<Uuid> {
    let id = Uuid::now_v7();
    diesel::insert_into(vat_checks::table)
        .values((
            vat_checks::client_id.eq(client),
            vat_checks::id.eq(id),
            vat_checks::vat_id.eq(new.vat_id),
            vat_checks::requester_vat_id.eq(new.requester_vat_id),
            vat_checks::asked_at.eq(now.to_diesel()),
            vat_checks::outcome.eq(new.reply.outcome),
            vat_checks::source.eq(new.source),
            vat_checks::consultation.eq(&new.reply.consultation),
            vat_checks::name.eq(&new.reply.name),
            vat_checks::address.eq(&new.reply.address),
            vat_checks::note.eq(&new.reply.note),
            vat_checks::admin_id.eq(new.admin),
            vat_checks::answer.eq(&new.reply.answer),
        ))
        .execute(tx)
        .await?;
    Ok(id)
}

/// Lets an answer stand on the client, in place of the one before. Returns what that said.
pub(super) async fn keep_answer(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    valid: bool,
    evidence: &Value,
) -> QueryResult<Option<bool>> {
    let before = clients::table.find(client).select(clients::tax_id_valid).first(tx).await?;
    diesel::update(clients::table.find(client))
        .set((
            clients::tax_id_valid.eq(valid),
            clients::tax_id_checked_at.eq(now.to_diesel()),
            clients::tax_id_evidence.eq(evidence),
        ))
        .execute(tx)
        .await?;
    Ok(before)
}

/// Clients whose tax id decides taxes and was answered about before `before`, or never and not asked about since `lately`;
/// those that a task is to ask about left out. The longest unanswered first.
pub(super) async fn due(
    conn: &mut Conn,
    before: Timestamp,
    lately: Timestamp,
    limit: i64,
) -> QueryResult<Vec<ClientId>> {
    #[derive(QueryableByName)]
    struct Due {
        #[diesel(sql_type = SqlUuid)]
        id: ClientId,
    }
    let rows: Vec<Due> = diesel::sql_query(
        "SELECT c.id FROM clients c JOIN companies h ON h.id = c.company_id
         JOIN client_addresses a ON a.client_id = c.id AND a.kind = 'billing'
         WHERE c.tax_id <> '' AND c.status IN ('pending', 'active', 'suspended')
           AND h.vat_id <> '' AND h.country <> a.country AND h.country = ANY($1) AND a.country = ANY($1)
           AND (c.tax_id_checked_at IS NULL OR c.tax_id_checked_at < $2
                OR c.tax_id_valid AND c.tax_id_evidence ->> 'source' = 'checksum')
           AND NOT EXISTS (SELECT FROM vat_checks v WHERE v.client_id = c.id AND v.asked_at >= $3)
           AND NOT EXISTS (SELECT FROM tasks t WHERE t.client_id = c.id AND t.name = 'vat-check'
                           AND t.state IN ('queued', 'pending', 'processing'))
         ORDER BY c.tax_id_checked_at NULLS FIRST, c.id LIMIT $4",
    )
    .bind::<Array<Text>, _>(rules::tax::EU.as_slice())
    .bind::<Timestamptz, _>(before.to_diesel())
    .bind::<Timestamptz, _>(lately.to_diesel())
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
