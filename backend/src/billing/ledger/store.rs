//! Reading the ledger.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Numeric, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::{clients, documents, ledger_accounts, ledger_transfers, services};
use serde_json::Value;
use shared::billing::ledger::{LedgerAccount, TransactionFilter};
use shared::billing::{AccountKind, TransferKind};
use shared::{
    ClientId, CompanyId, Currency, DocumentId, LedgerAccountId, PaymentId, PostingId, ServiceId, TransferId,
};
use uuid::Uuid;

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::http::Paging;
use crate::http::paging::{After, COUNT_MAX};

/// A movement of a wallet.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = ledger_transfers)]
pub struct Transfer {
    pub id: TransferId,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub at: Timestamp,
    pub posting_id: PostingId,
    pub debit_account: LedgerAccountId,
    pub credit_account: LedgerAccountId,
    pub amount: Decimal,
    pub currency: Currency,
    pub kind: TransferKind,
    pub client_id: Option<ClientId>,
    pub service_id: Option<ServiceId>,
    pub document_id: Option<DocumentId>,
    pub payment_id: Option<PaymentId>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub period_from: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub period_to: Option<Timestamp>,
    pub actor: String,
    pub explanation: Value,
    pub balance_after: Option<Decimal>,
    pub reverses: Option<TransferId>,
}

/// Movements for charges in files, from archived months of services `a`: those whose period meets what the service was charged,
/// up to the day the month was taken by. Which of them charged the service and not only its neighbours is in the files.
const ARCHIVED: &str = "SELECT o.id FROM archived_charges a JOIN archived_months m ON m.month = a.month
    JOIN ledger_transfers o ON o.client_id = a.client_id
    AND o.at >= a.first_from AND o.at < (m.sealed_to + 1)::timestamp AT TIME ZONE 'UTC'
    AND o.period_from <= a.last_from AND o.period_to > a.first_from
    AND o.kind = 'charge' AND o.explanation ? 'charges' AND o.service_id IS NULL";

type Boxed<'a> = ledger_transfers::BoxedQuery<'a, Pg>;

fn filtered<'a>(client: Option<ClientId>, filter: &TransactionFilter, search: Option<&str>) -> Boxed<'a> {
    let mut query =
        ledger_transfers::table.filter(ledger_transfers::balance_after.is_not_null()).into_boxed();
    let client = client.or(filter.client);
    if let Some(client) = client {
        query = query.filter(ledger_transfers::client_id.eq(client));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(ledger_transfers::kind.eq(kind));
    }
    if let Some(service) = filter.service {
        // Charges of all clients that have or had it.
        let charged = sql::<Bool>("ledger_transfers.id IN (WITH holders AS (SELECT client_id FROM services WHERE id = ")
            .bind::<SqlUuid, _>(service)
            .sql(" UNION SELECT client_id FROM service_events WHERE service_id = ")
            .bind::<SqlUuid, _>(service)
            .sql(") SELECT transfer_id FROM charges WHERE client_id IN (SELECT client_id FROM holders) AND service_id = ")
            .bind::<SqlUuid, _>(service)
            .sql(&format!(
                " UNION ALL {ARCHIVED} WHERE a.client_id IN (SELECT client_id FROM holders) AND a.service_id = "
            ))
            .bind::<SqlUuid, _>(service)
            .sql(")");
        query = query.filter(ledger_transfers::service_id.eq(service).or(charged.nullable()));
    }
    if let Some(document) = filter.document {
        query = query.filter(ledger_transfers::document_id.eq(document));
    }
    if let Some(from) = filter.from {
        query = query.filter(ledger_transfers::at.ge(jiff_diesel::Timestamp::from(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(ledger_transfers::at.lt(jiff_diesel::Timestamp::from(to)));
    }
    match (search, client) {
        (None, _) => query,
        (Some(pattern), Some(client)) => query.filter(about(client, pattern)),
        (Some(pattern), None) => {
            let named = sql::<Bool>(
                "ledger_transfers.client_id IN (SELECT id FROM clients WHERE company_name ILIKE ",
            )
            .bind::<Text, _>(pattern.to_owned())
            .sql(" OR email ILIKE ")
            .bind::<Text, _>(pattern.to_owned())
            .sql(" OR (first_name || ' ' || last_name) ILIKE ")
            .bind::<Text, _>(pattern.to_owned())
            .sql(")");
            query.filter(named)
        }
    }
}

type Condition = Box<dyn BoxableExpression<ledger_transfers::table, Pg, SqlType = Bool>>;

/// What concerns a service of the client by its label, or a document by its number.
fn about(client: ClientId, pattern: &str) -> Condition {
    let label = || pattern.to_owned();
    Box::new(
        sql::<Bool>("(ledger_transfers.service_id IN (SELECT id FROM services WHERE client_id = ")
            .bind::<SqlUuid, _>(client)
            .sql(" AND label ILIKE ")
            .bind::<Text, _>(label())
            .sql(
                ") OR ledger_transfers.id IN (
                    SELECT c.transfer_id FROM charges c JOIN services s ON s.id = c.service_id
                    WHERE c.client_id = ",
            )
            .bind::<SqlUuid, _>(client)
            .sql(" AND s.label ILIKE ")
            .bind::<Text, _>(label())
            .sql(&format!(
                " UNION ALL {ARCHIVED} JOIN services s ON s.id = a.service_id WHERE a.client_id = "
            ))
            .bind::<SqlUuid, _>(client)
            .sql(" AND s.label ILIKE ")
            .bind::<Text, _>(label())
            .sql(") OR ledger_transfers.document_id IN (SELECT id FROM documents WHERE client_id = ")
            .bind::<SqlUuid, _>(client)
            .sql(" AND number ILIKE ")
            .bind::<Text, _>(label())
            .sql("))"),
    )
}

/// Newest first, or oldest, as `paging` says.
fn ordered<'a>(client: Option<ClientId>, filter: &TransactionFilter, paging: &Paging) -> Boxed<'a> {
    let query = filtered(client, filter, paging.pattern().as_deref());
    if paging.descending {
        query.order((ledger_transfers::at.desc(), ledger_transfers::id.desc()))
    } else {
        query.order((ledger_transfers::at, ledger_transfers::id))
    }
}

/// All movements of wallets that the filter lets through.
pub async fn all(
    tx: &mut Conn,
    client: Option<ClientId>,
    filter: &TransactionFilter,
    paging: &Paging,
) -> QueryResult<Cursor<Transfer>> {
    Cursor::open(tx, ordered(client, filter, paging).select(Transfer::as_select())).await
}

/// A page of movements of wallets.
pub async fn page(
    conn: &mut Conn,
    client: Option<ClientId>,
    filter: &TransactionFilter,
    paging: &Paging,
    after: Option<After>,
) -> QueryResult<Vec<Transfer>> {
    let mut query = ordered(client, filter, paging);
    if let Some(after) = after {
        let (at, id) = (jiff_diesel::Timestamp::from(after.at), TransferId(after.id));
        let same = ledger_transfers::at.eq(at);
        query = if paging.descending {
            query.filter(ledger_transfers::at.lt(at).or(same.and(ledger_transfers::id.lt(id))))
        } else {
            query.filter(ledger_transfers::at.gt(at).or(same.and(ledger_transfers::id.gt(id))))
        };
    } else {
        query = query.offset(paging.offset());
    }
    query.limit(paging.limit()).select(Transfer::as_select()).load(conn).await
}

/// How many movements there are, counted up to `COUNT_MAX`.
pub async fn count(
    conn: &mut Conn,
    client: Option<ClientId>,
    filter: &TransactionFilter,
    paging: &Paging,
) -> QueryResult<i64> {
    let pattern = paging.pattern();
    let ids: Vec<i32> = filtered(client, filter, pattern.as_deref())
        .limit(COUNT_MAX)
        .select(sql::<diesel::sql_types::Integer>("1"))
        .load(conn)
        .await?;
    Ok(i64::try_from(ids.len()).unwrap_or(COUNT_MAX))
}

/// One movement of this client's wallet.
pub async fn find(conn: &mut Conn, client: ClientId, id: TransferId) -> QueryResult<Option<Transfer>> {
    ledger_transfers::table
        .filter(ledger_transfers::id.eq(id).and(ledger_transfers::client_id.eq(client)))
        .filter(ledger_transfers::balance_after.is_not_null())
        .select(Transfer::as_select())
        .first(conn)
        .await
        .optional()
}

/// One movement of any wallet.
pub async fn find_for_staff(conn: &mut Conn, id: TransferId) -> QueryResult<Option<Transfer>> {
    ledger_transfers::table
        .filter(ledger_transfers::id.eq(id))
        .filter(ledger_transfers::balance_after.is_not_null())
        .select(Transfer::as_select())
        .first(conn)
        .await
        .optional()
}

/// All movements of one event.
pub async fn of_posting(conn: &mut Conn, posting: PostingId) -> QueryResult<Vec<Transfer>> {
    ledger_transfers::table
        .filter(ledger_transfers::posting_id.eq(posting))
        .order((ledger_transfers::at, ledger_transfers::id))
        .select(Transfer::as_select())
        .load(conn)
        .await
}

pub async fn accounts(
    conn: &mut Conn,
    ids: Vec<LedgerAccountId>,
) -> QueryResult<HashMap<LedgerAccountId, LedgerAccount>> {
    #[expect(clippy::type_complexity, reason = "a row as it is read, taken apart at once")]
    let rows: Vec<(LedgerAccountId, AccountKind, String, Option<CompanyId>, Option<ClientId>)> =
        ledger_accounts::table
            .filter(ledger_accounts::id.eq_any(ids))
            .select((
                ledger_accounts::id,
                ledger_accounts::kind,
                ledger_accounts::name,
                ledger_accounts::company_id,
                ledger_accounts::client_id,
            ))
            .load(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, name, company_id, client_id)| {
            (id, LedgerAccount { id, kind, name, company_id, client_id })
        })
        .collect())
}

/// What came in with an event, or went back (below zero), and what the gateway kept of it.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Intake {
    #[diesel(sql_type = SqlUuid)]
    posting_id: Uuid,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub gross: Option<Decimal>,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub fee: Option<Decimal>,
}

/// Names and numbers that rows of a list are told with.
#[derive(Debug, Default)]
pub struct Words {
    pub clients: HashMap<ClientId, String>,
    pub services: HashMap<ServiceId, String>,
    pub documents: HashMap<DocumentId, String>,
    pub intakes: HashMap<PostingId, Intake>,
}

/// Everything that these rows mention, in four queries.
pub async fn words(conn: &mut Conn, rows: &[Transfer]) -> QueryResult<Words> {
    fn distinct<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
        let mut ids: Vec<T> = ids.collect();
        ids.sort();
        ids.dedup();
        ids
    }
    let mut words = Words::default();
    let names: Vec<(ClientId, String, String, String)> = clients::table
        .filter(clients::id.eq_any(distinct(rows.iter().filter_map(|row| row.client_id))))
        .select((clients::id, clients::company_name, clients::first_name, clients::last_name))
        .load(conn)
        .await?;
    words.clients = names
        .into_iter()
        .map(|(id, company, first, last)| {
            (id, if company.is_empty() { format!("{first} {last}").trim().to_owned() } else { company })
        })
        .collect();
    let labels: Vec<(ServiceId, String)> = services::table
        .filter(services::id.eq_any(distinct(rows.iter().filter_map(|row| row.service_id))))
        .select((services::id, services::label))
        .load(conn)
        .await?;
    words.services = labels.into_iter().collect();
    let numbers: Vec<(DocumentId, Option<String>)> = documents::table
        .filter(documents::id.eq_any(distinct(rows.iter().filter_map(|row| row.document_id))))
        .select((documents::id, documents::number))
        .load(conn)
        .await?;
    words.documents = numbers.into_iter().filter_map(|(id, number)| Some((id, number?))).collect();
    let paid = distinct(rows.iter().filter(|row| row.payment_id.is_some()).map(|row| row.posting_id.0));
    if !paid.is_empty() {
        let intakes: Vec<Intake> = diesel::sql_query(
            "SELECT t.posting_id,
                    coalesce(sum(t.amount) FILTER (WHERE d.kind = 'gateway'),
                        -sum(t.amount) FILTER (WHERE c.kind = 'gateway' AND d.kind <> 'fees')) AS gross,
                    sum(t.amount) FILTER (WHERE d.kind = 'fees') AS fee
             FROM ledger_transfers t JOIN ledger_accounts d ON d.id = t.debit_account
             JOIN ledger_accounts c ON c.id = t.credit_account
             WHERE t.posting_id = ANY($1) GROUP BY 1",
        )
        .bind::<Array<SqlUuid>, _>(paid)
        .load(conn)
        .await?;
        words.intakes = intakes.into_iter().map(|one| (PostingId(one.posting_id), one)).collect();
    }
    Ok(words)
}
