//! The ledger as files that other programs read: CSV and plain-text accounting. Streamed, so memory stays flat.

use actix_web::HttpResponse;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::billing::ledger::ExportFormat;
use uuid::Uuid;

use crate::App;
use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::http::csv::Download;
use crate::http::error::Result;

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

const BEANCOUNT_HEAD: &str =
    "option \"title\" \"Hostwright ledger\"\nplugin \"beancount.plugins.auto_accounts\"\n\n";

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

/// Movements from `from` on and before `to`.
pub(super) async fn answer(
    app: &App,
    format: ExportFormat,
    from: Timestamp,
    to: Timestamp,
) -> Result<HttpResponse> {
    let (file, media_type, head, line): (_, _, _, fn(&Line) -> String) = match format {
        ExportFormat::Csv => ("ledger.csv", "text/csv; charset=utf-8", CSV_HEAD, csv),
        ExportFormat::Beancount => {
            ("ledger.beancount", "text/plain; charset=utf-8", BEANCOUNT_HEAD, beancount)
        }
    };
    let mut download = Download::begin(app).await?;
    let query = diesel::sql_query(QUERY)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to));
    let rows: Cursor<Line> = Cursor::open(&mut download.tx, query).await?;
    let lines = async move |_tx: &mut Conn, rows: Vec<Line>| -> Result<Vec<String>> {
        Ok(rows.iter().map(line).collect())
    };
    download.answer_lines(file, media_type, head.to_owned(), rows, lines).await
}
