//! The ledger as files that other programs read: CSV and plain-text accounting. Streamed, so memory stays flat.

use actix_web::web::Bytes;
use async_stream::try_stream;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::{Stream, TryStreamExt};
use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::billing::ledger::ExportFormat;
use uuid::Uuid;

use crate::App;
use crate::http::error::Error;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: jiff_diesel::Timestamp,
    #[diesel(sql_type = SqlUuid)]
    posting_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    debit: String,
    #[diesel(sql_type = Text)]
    credit: String,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    client_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    document_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    cause: String,
    #[diesel(sql_type = Nullable<Numeric>)]
    balance_after: Option<Decimal>,
}

/// Account names as beancount takes them: `Liabilities:Wallet:C0192…`.
const QUERY: &str = "
    WITH names AS (
        SELECT id, CASE kind WHEN 'wallet' THEN 'Liabilities:Wallet' WHEN 'gateway' THEN 'Assets:Gateway'
                WHEN 'revenue' THEN 'Income:Revenue' WHEN 'tax' THEN 'Liabilities:Tax' WHEN 'fees' THEN 'Expenses:Fees'
                WHEN 'goodwill' THEN 'Expenses:Goodwill' WHEN 'suspense' THEN 'Liabilities:Suspense'
                ELSE 'Expenses:WriteOff' END || ':A' || replace(id::text, '-', '') AS name
        FROM ledger_accounts)
    SELECT t.id, t.at, t.posting_id, t.kind, d.name AS debit, c.name AS credit, t.amount, t.currency, t.client_id,
           t.document_id, t.cause, t.balance_after
    FROM ledger_transfers t JOIN names d ON d.id = t.debit_account JOIN names c ON c.id = t.credit_account
    WHERE t.at >= $1 AND t.at < $2 ORDER BY t.at, t.id";

const CSV_HEAD: &str =
    "id,at,posting_id,kind,debit,credit,amount,currency,client_id,document_id,cause,balance_after\n";

fn csv(line: &Line) -> String {
    let id = |id: Option<Uuid>| id.map_or_else(String::new, |id| id.to_string());
    let balance = line.balance_after.map_or_else(String::new, |balance| balance.to_string());
    // No field can hold a comma, a quote or a line break: ids, words, numbers; causes are checked when they are written.
    format!(
        "{},{},{},{},{},{},{},{},{},{},{},{balance}\n",
        line.id,
        line.at.to_jiff(),
        line.posting_id,
        line.kind,
        line.debit,
        line.credit,
        line.amount,
        line.currency,
        id(line.client_id),
        id(line.document_id),
        line.cause.replace([',', '"', '\n', '\r'], " "),
    )
}

fn beancount(line: &Line) -> String {
    let day = line.at.to_jiff().strftime("%Y-%m-%d");
    let cause = line.cause.replace(['"', '\\', '\n', '\r'], " ");
    format!(
        "{day} * \"{}\" \"{cause}\"\n  id: \"{}\"\n  {}  {} {}\n  {}  {} {}\n\n",
        line.kind, line.id, line.debit, line.amount, line.currency, line.credit, -line.amount, line.currency
    )
}

/// The file, in pieces. Movements from `from` on and before `to`.
pub fn stream(
    app: App,
    format: ExportFormat,
    from: Timestamp,
    to: Timestamp,
) -> impl Stream<Item = Result<Bytes, Error>> {
    try_stream! {
        let mut conn = app.db.get().await?;
        match format {
            ExportFormat::Csv => yield Bytes::from_static(CSV_HEAD.as_bytes()),
            ExportFormat::Beancount => {
                yield Bytes::from_static(b"option \"title\" \"Hostwright ledger\"\nplugin \"beancount.plugins.auto_accounts\"\n\n");
            }
        }
        let mut lines = diesel::sql_query(QUERY)
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to))
            .load_stream::<Line>(&mut conn)
            .await?;
        let mut piece = String::new();
        while let Some(line) = lines.try_next().await? {
            piece.push_str(&match format {
                ExportFormat::Csv => csv(&line),
                ExportFormat::Beancount => beancount(&line),
            });
            if piece.len() > 32 * 1024 {
                yield Bytes::from(std::mem::take(&mut piece));
            }
        }
        yield Bytes::from(piece);
    }
}
