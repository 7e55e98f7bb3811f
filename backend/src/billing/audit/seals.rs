//! Seals: each day's movements, issued documents and papers, hashed into a chain.
//!
//! The seal of a day is SHA-256 over the seal before it and the day's rows in the order of their ids: movements, documents
//! with lines and taxes as they were frozen, and the SHA-256 of papers. A row that is changed, added or lost later breaks
//! the chain at its day.

use anyhow::anyhow;
use diesel::prelude::*;
use diesel::sql_types::{Date as SqlDate, Nullable, Text, Timestamptz};
use diesel_async::{AsyncConnection, RunQueryDsl};
use futures::TryStreamExt;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use schema::ledger_seals;
use sha2::{Digest, Sha256};

use super::Finding;
use crate::db::Conn;
use crate::http::error::Result;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = ledger_seals)]
struct Seal {
    #[diesel(deserialize_as = jiff_diesel::Date)]
    day: Date,
    previous: Vec<u8>,
    hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The rows of a day, each as one text in which no value can pass for its neighbour. Columns are named one by one: those
/// that a later migration adds must not break the chain.
///
/// A paper is typeset after its document is issued, so it is sealed with the day it was made on.
const ROWS: [&str; 3] = [TRANSFERS, DOCUMENTS, PAPERS];

const TRANSFERS: &str =
    "SELECT ROW(id, extract(epoch FROM at), posting_id, debit_account, credit_account, amount, currency, kind,
        client_id, service_id, document_id, payment_id, extract(epoch FROM period_from), extract(epoch FROM period_to),
        actor, explanation, balance_after, cause, reverses)::text AS line
    FROM ledger_transfers
    WHERE at >= $1::timestamp AT TIME ZONE 'UTC' AND at < ($1 + 1)::timestamp AT TIME ZONE 'UTC' ORDER BY id";
const DOCUMENTS: &str =
    "SELECT ROW(d.id, d.company_id, d.client_id, d.kind, d.purpose, d.number, d.currency, d.net, d.tax, d.total, d.language,
        extract(epoch FROM d.issued_at), extract(epoch FROM d.issued_on), extract(epoch FROM d.due_on), d.seller, d.buyer,
        d.tax_decision, d.texts, d.template_version, d.proforma_id, d.order_id, d.created_by,
        (SELECT jsonb_agg(jsonb_build_array(l.position, l.description, l.quantity, l.unit, l.unit_price, l.discount,
             l.amount, l.explanation) ORDER BY l.position) FROM document_lines l WHERE l.document_id = d.id),
        (SELECT jsonb_agg(jsonb_build_array(t.position, t.name, t.rate, t.base, t.amount) ORDER BY t.position)
             FROM document_taxes t WHERE t.document_id = d.id))::text AS line
    FROM documents d
    WHERE d.issued_at >= $1::timestamp AT TIME ZONE 'UTC' AND d.issued_at < ($1 + 1)::timestamp AT TIME ZONE 'UTC'
    ORDER BY d.id";
const PAPERS: &str = "SELECT ROW(document_id, encode(sha256, 'hex'))::text AS line FROM document_files
    WHERE created_at >= $1::timestamp AT TIME ZONE 'UTC' AND created_at < ($1 + 1)::timestamp AT TIME ZONE 'UTC'
    ORDER BY document_id";

/// Hash of a day, with the numbers of movements and documents in it.
async fn hash(conn: &mut Conn, previous: &[u8], day: Date) -> Result<(Vec<u8>, i64, i64)> {
    let mut hash = Sha256::new();
    hash.update(previous);
    let mut counts = [0_i64; 3];
    for (query, count) in ROWS.into_iter().zip(&mut counts) {
        let mut lines = diesel::sql_query(query)
            .bind::<SqlDate, _>(jiff_diesel::Date::from(day))
            .load_stream::<Line>(conn)
            .await?;
        while let Some(line) = lines.try_next().await? {
            hash.update(line.line.as_bytes());
            hash.update(b"\n");
            *count += 1;
        }
        hash.update(b"--\n");
    }
    Ok((hash.finalize().to_vec(), counts[0], counts[1]))
}

/// What began before midnight may commit after it: a day is sealed when it is over for so long.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Seals every day that is over for an hour and not sealed yet, from the first with anything to seal on. Returns how many.
pub async fn seal_until(conn: &mut Conn, now: Timestamp) -> Result<i64> {
    let settled = now.checked_sub(SETTLED_AFTER).map_err(|error| anyhow!(error))?;
    let today = settled.to_zoned(TimeZone::UTC).date();
    let last: Option<Seal> = ledger_seals::table
        .order(ledger_seals::day.desc())
        .select(Seal::as_select())
        .first(conn)
        .await
        .optional()?;
    let (mut day, mut previous) = match last {
        Some(seal) => (seal.day.tomorrow().map_err(|error| anyhow!(error))?, seal.hash),
        None => match first_day(conn).await? {
            Some(day) => (day, Vec::new()),
            None => return Ok(0),
        },
    };
    let mut sealed = 0;
    while day < today {
        previous =
            conn.transaction::<_, crate::Error, _>(async |tx| seal(tx, now, &previous, day).await).await?;
        day = day.tomorrow().map_err(|error| anyhow!(error))?;
        sealed += 1;
    }
    Ok(sealed)
}

/// Seals one day: its hash.
async fn seal(tx: &mut Conn, now: Timestamp, previous: &[u8], day: Date) -> Result<Vec<u8>> {
    let (hashed, transfers, documents) = hash(tx, previous, day).await?;
    diesel::insert_into(ledger_seals::table)
        .values((
            ledger_seals::day.eq(jiff_diesel::Date::from(day)),
            ledger_seals::previous.eq(previous),
            ledger_seals::hash.eq(&hashed),
            ledger_seals::transfers.eq(transfers),
            ledger_seals::documents.eq(documents),
            ledger_seals::sealed_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    snapshot(tx, day).await?;
    Ok(hashed)
}

/// Balances of the accounts that keep no running total, at the end of a day.
async fn snapshot(conn: &mut Conn, day: Date) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO ledger_snapshots (account_id, day, balance)
         SELECT a.id, $1, coalesce(s.balance, 0) + coalesce(m.sum, 0)
         FROM ledger_accounts a
         LEFT JOIN ledger_snapshots s ON s.account_id = a.id AND s.day = $1 - 1
         LEFT JOIN (SELECT account, sum(amount) AS sum FROM (
                 SELECT credit_account AS account, amount, at FROM ledger_transfers
                 UNION ALL SELECT debit_account, -amount, at FROM ledger_transfers) sides
             WHERE at >= $1::timestamp AT TIME ZONE 'UTC' AND at < ($1 + 1)::timestamp AT TIME ZONE 'UTC'
             GROUP BY account) m ON m.account = a.id
         WHERE a.kind <> 'wallet' AND (s.balance IS NOT NULL OR m.sum IS NOT NULL)
         ON CONFLICT (account_id, day) DO NOTHING",
    )
    .bind::<SqlDate, _>(jiff_diesel::Date::from(day))
    .execute(conn)
    .await?;
    Ok(())
}

/// The day of the first movement, document or paper.
async fn first_day(conn: &mut Conn) -> QueryResult<Option<Date>> {
    #[derive(QueryableByName)]
    struct First {
        #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
        at: Option<Timestamp>,
    }
    let first: First = diesel::sql_query(
        "SELECT least((SELECT min(at) FROM ledger_transfers), (SELECT min(issued_at) FROM documents),
             (SELECT min(created_at) FROM document_files)) AS at",
    )
    .get_result(conn)
    .await?;
    Ok(first.at.map(|at| at.to_zoned(TimeZone::UTC).date()))
}

/// Hashes every sealed day again.
pub(super) async fn unbroken(tx: &mut Conn) -> Result<Finding> {
    let seals: Vec<Seal> =
        ledger_seals::table.order(ledger_seals::day).select(Seal::as_select()).load(tx).await?;
    let mut finding = Finding {
        title: "The seal of every day fits its movements, documents and papers".to_owned(),
        seen: i64::try_from(seals.len()).unwrap_or(i64::MAX),
        broken: 0,
        samples: Vec::new(),
    };
    let mut previous: Vec<u8> = Vec::new();
    for seal in seals {
        let (hashed, _, _) = hash(tx, &seal.previous, seal.day).await?;
        if seal.previous != previous || hashed != seal.hash {
            finding.broken += 1;
            if finding.samples.len() < 5 {
                finding.samples.push(format!("{}", seal.day));
            }
        }
        previous = seal.hash;
    }
    Ok(finding)
}
