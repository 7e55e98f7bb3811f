//! The figures, read from the tables of all domains. The only file here that speaks diesel.
//!
//! Amounts of several currencies are brought to the default one by today's rates: for looking at, not for books.

use std::collections::BTreeMap;
use std::ops::Range;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date as SqlDate, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rust_decimal::Decimal;
use schema::{companies, currencies, prices, products};
use shared::dashboard::{
    AutomationFigures, ClientFigures, DocumentFigures, FailingTask, FirstStep, OverdueDocument, RevenueDay,
    RevenueFigures, ServicesInState, StaffOnline, SystemInformation, TasksInState, WalletFigures,
};
use shared::identity::ActivityEntry;
use shared::services::ServiceState;
use shared::tasks::{AutomationStatus, TaskState};
use shared::{Currency, DocumentId, Money, TaskId};

use crate::db::Conn;
use crate::identity::activity;

fn at(instant: Timestamp) -> jiff_diesel::Timestamp {
    jiff_diesel::Timestamp::from(instant)
}

const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) async fn default_currency(conn: &mut Conn) -> QueryResult<Option<Currency>> {
    currencies::table.filter(currencies::is_default).select(currencies::code).first(conn).await.optional()
}

/// What an installation lacks before it can sell.
pub(super) async fn first_steps(conn: &mut Conn) -> QueryResult<Vec<FirstStep>> {
    let (currency, company, product): (bool, bool, bool) = diesel::select((
        exists(currencies::table.filter(currencies::is_default)),
        exists(companies::table.filter(companies::archived_at.is_null())),
        exists(
            products::table
                .inner_join(prices::table.inner_join(currencies::table))
                .filter(products::visible.or(products::direct_link))
                .filter(not(products::retired))
                .filter(prices::base.is_not_null().and(currencies::enabled)),
        ),
    ))
    .get_result(conn)
    .await?;
    let steps =
        [(FirstStep::Currency, currency), (FirstStep::HomeCompany, company), (FirstStep::Product, product)];
    Ok(steps.into_iter().filter(|(_, made)| !made).map(|(step, _)| step).collect())
}

pub(super) async fn system(
    conn: &mut Conn,
    time_zone: String,
    clock_moved: bool,
) -> QueryResult<SystemInformation> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        version: String,
        #[diesel(sql_type = BigInt)]
        bytes: i64,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        since: jiff_diesel::NullableTimestamp,
    }
    let row: Row = diesel::sql_query(
        "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes,
                (SELECT min(started_at) FROM processes) AS since",
    )
    .get_result(conn)
    .await?;
    Ok(SystemInformation {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: format!("PostgreSQL {}", row.version.split(' ').next().unwrap_or_default()),
        database_bytes: row.bytes,
        time_zone,
        running_since: row.since.to_jiff(),
        clock_moved,
    })
}

/// `status`: of the processes and queues, which `jobs` knows.
pub(super) async fn automation(
    conn: &mut Conn,
    now: Timestamp,
    status: AutomationStatus,
) -> QueryResult<AutomationFigures> {
    #[derive(QueryableByName)]
    struct Due {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        last_charge_at: jiff_diesel::NullableTimestamp,
        #[diesel(sql_type = BigInt)]
        waiting_for_staff: i64,
    }
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = Text)]
        state: TaskState,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let due: Due = diesel::sql_query(
        "SELECT (SELECT last_run_at FROM schedules WHERE key = 'charge') AS last_charge_at,
                (SELECT count(*) FROM tasks WHERE state = 'processing' AND manual) AS waiting_for_staff",
    )
    .get_result(conn)
    .await?;
    let tasks: Vec<Counted> = diesel::sql_query(
        "SELECT state, count(*) AS count FROM (
             SELECT state FROM tasks WHERE state IN ('queued', 'pending', 'processing') AND NOT manual
             UNION ALL SELECT state FROM tasks WHERE state NOT IN ('queued', 'pending', 'processing') AND created_at > $1) t
         GROUP BY state ORDER BY state",
    )
    .bind::<Timestamptz, _>(at(now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now)))
    .load(conn)
    .await?;
    Ok(AutomationFigures {
        workers: status.workers_alive,
        has_leader: status.has_leader,
        problems: status.problems,
        last_charge_at: due.last_charge_at.to_jiff(),
        tasks: tasks.into_iter().map(|row| TasksInState { state: row.state, count: row.count }).collect(),
        waiting_for_staff: due.waiting_for_staff,
    })
}

pub(super) async fn revenue(
    conn: &mut Conn,
    now: Timestamp,
    currency: Currency,
) -> QueryResult<RevenueFigures> {
    #[derive(QueryableByName)]
    struct Recurring {
        #[diesel(sql_type = Numeric)]
        amount: Decimal,
    }
    let recurring: Recurring = diesel::sql_query(
        "SELECT coalesce(sum(s.rate / c.rate / h.hours * 720), 0)::numeric AS amount
         FROM services s JOIN currencies c ON c.code = s.currency
         JOIN (VALUES ('hourly', 1), ('daily', 24), ('weekly', 168), ('biweekly', 336), ('monthly', 720),
                      ('quarterly', 2160), ('semiannually', 4320), ('annually', 8760), ('biennially', 17520),
                      ('triennially', 26280)) AS h (period, hours) ON h.period = s.period
         WHERE s.state = 'active'",
    )
    .get_result(conn)
    .await?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let month = today.first_of_month();
    let month_before = month.saturating_sub(1.month());
    let first = month_before.min(today.saturating_sub(59.days()));
    let taken = revenue_by_day(conn, first, now).await?;
    let on = |day: Date| taken.get(&day).copied().unwrap_or_default();
    let sum = |days: Range<Date>| taken.range(days).map(|(_, amount)| *amount).sum();
    let money = |amount| Money::rounded(amount, currency);
    let day = |ago: i64| today.saturating_sub(ago.days());
    Ok(RevenueFigures {
        today: money(on(today)),
        month: money(sum(month..today.saturating_add(1.day()))),
        month_before: money(sum(month_before..month)),
        monthly_recurring: money(recurring.amount),
        days: (0..30)
            .rev()
            .map(|ago| RevenueDay {
                day: day(ago),
                amount: money(on(day(ago))),
                before: money(on(day(ago + 30))),
            })
            .collect(),
    })
}

/// What the revenue accounts took, less what they gave back, on each day of UTC from `first` until `now`. Days that are sealed
/// have their balances; only the movements after them are added up.
async fn revenue_by_day(
    conn: &mut Conn,
    first: Date,
    now: Timestamp,
) -> QueryResult<BTreeMap<Date, Decimal>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlDate)]
        day: jiff_diesel::Date,
        #[diesel(sql_type = Numeric)]
        amount: Decimal,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "WITH kept AS MATERIALIZED (SELECT max(day) AS day FROM ledger_snapshots),
         revenue AS (
             SELECT a.id, c.rate FROM ledger_accounts a JOIN currencies c ON c.code = a.currency WHERE a.kind = 'revenue'),
         moved AS (
             SELECT s.day, (s.balance - coalesce(before.balance, 0)) / r.rate AS amount
             FROM revenue r JOIN ledger_snapshots s ON s.account_id = r.id AND s.day >= $1
             LEFT JOIN ledger_snapshots before ON before.account_id = r.id AND before.day = s.day - 1
             UNION ALL
             SELECT (t.at AT TIME ZONE 'UTC')::date, CASE WHEN t.credit_account = r.id THEN t.amount ELSE -t.amount END / r.rate
             FROM ledger_transfers t JOIN revenue r ON r.id IN (t.credit_account, t.debit_account)
             WHERE t.at >= greatest($1, (SELECT day + 1 FROM kept))::timestamp AT TIME ZONE 'UTC' AND t.at <= $2)
         SELECT day, sum(amount)::numeric AS amount FROM moved GROUP BY day",
    )
    .bind::<SqlDate, _>(jiff_diesel::Date::from(first))
    .bind::<Timestamptz, _>(at(now))
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.day.to_jiff(), row.amount)).collect())
}

pub(super) async fn wallets(conn: &mut Conn, currency: Currency) -> QueryResult<WalletFigures> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Numeric)]
        balances: Decimal,
        #[diesel(sql_type = Numeric)]
        held: Decimal,
        #[diesel(sql_type = Numeric)]
        debts: Decimal,
        #[diesel(sql_type = BigInt)]
        in_debt: i64,
    }
    let row: Row = diesel::sql_query(
        "SELECT coalesce(sum(w.balance / c.rate) FILTER (WHERE w.balance > 0), 0)::numeric AS balances,
                coalesce(sum(w.held / c.rate), 0)::numeric AS held,
                coalesce(-sum(w.balance / c.rate) FILTER (WHERE w.balance < 0), 0)::numeric AS debts,
                count(*) FILTER (WHERE w.balance < 0) AS in_debt
         FROM wallets w JOIN currencies c ON c.code = w.currency",
    )
    .get_result(conn)
    .await?;
    let money = |amount| Money::rounded(amount, currency);
    Ok(WalletFigures {
        balances: money(row.balances),
        held: money(row.held),
        debts: money(row.debts),
        clients_in_debt: row.in_debt,
    })
}

pub(super) async fn clients(conn: &mut Conn, now: Timestamp) -> QueryResult<ClientFigures> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        total: i64,
        #[diesel(sql_type = BigInt)]
        active: i64,
        #[diesel(sql_type = BigInt)]
        new: i64,
        #[diesel(sql_type = BigInt)]
        new_before: i64,
        #[diesel(sql_type = BigInt)]
        orders: i64,
        #[diesel(sql_type = BigInt)]
        orders_before: i64,
    }
    let since = now.checked_sub(MONTH).unwrap_or(now);
    let row: Row = diesel::sql_query(
        "SELECT count(*) AS total, count(*) FILTER (WHERE status = 'active') AS active,
                count(*) FILTER (WHERE created_at > $1) AS new,
                count(*) FILTER (WHERE created_at > $2 AND created_at <= $1) AS new_before,
                (SELECT count(*) FROM orders WHERE created_at > $1) AS orders,
                (SELECT count(*) FROM orders WHERE created_at > $2 AND created_at <= $1) AS orders_before
         FROM clients WHERE status <> 'deleted'",
    )
    .bind::<Timestamptz, _>(at(since))
    .bind::<Timestamptz, _>(at(since.checked_sub(MONTH).unwrap_or(since)))
    .get_result(conn)
    .await?;
    Ok(ClientFigures {
        total: row.total,
        active: row.active,
        new: row.new,
        new_before: row.new_before,
        orders: row.orders,
        orders_before: row.orders_before,
    })
}

pub(super) async fn services(conn: &mut Conn) -> QueryResult<Vec<ServicesInState>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        state: ServiceState,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let rows: Vec<Row> =
        diesel::sql_query("SELECT state, count(*) AS count FROM services GROUP BY state").load(conn).await?;
    let count = |state| rows.iter().find(|row| row.state == state).map_or(0, |row| row.count);
    Ok(ServiceState::ALL
        .iter()
        .map(|state| ServicesInState { state: *state, count: count(*state) })
        .collect())
}

pub(super) async fn documents(
    conn: &mut Conn,
    now: Timestamp,
    currency: Currency,
) -> QueryResult<DocumentFigures> {
    #[derive(QueryableByName)]
    struct Sums {
        #[diesel(sql_type = BigInt)]
        unpaid: i64,
        #[diesel(sql_type = Numeric)]
        unpaid_amount: Decimal,
        #[diesel(sql_type = BigInt)]
        overdue: i64,
        #[diesel(sql_type = Numeric)]
        overdue_amount: Decimal,
    }
    #[derive(QueryableByName)]
    struct Late {
        #[diesel(sql_type = SqlUuid)]
        id: DocumentId,
        #[diesel(sql_type = Text)]
        number: String,
        #[diesel(sql_type = Text)]
        client_name: String,
        #[diesel(sql_type = Numeric)]
        due: Decimal,
        #[diesel(sql_type = Text)]
        currency: Currency,
        #[diesel(sql_type = SqlDate)]
        due_on: jiff_diesel::Date,
    }
    let today = jiff_diesel::Date::from(now.to_zoned(jiff::tz::TimeZone::UTC).date());
    let sums: Sums = diesel::sql_query(
        "SELECT count(*) AS unpaid, coalesce(sum((d.total - d.paid - d.waived) / c.rate), 0)::numeric AS unpaid_amount,
                count(*) FILTER (WHERE d.due_on < $1) AS overdue,
                coalesce(sum((d.total - d.paid - d.waived) / c.rate) FILTER (WHERE d.due_on < $1), 0)::numeric AS overdue_amount
         FROM documents d JOIN currencies c ON c.code = d.currency WHERE d.status IN ('unpaid', 'partially_paid')",
    )
    .bind::<SqlDate, _>(today)
    .get_result(conn)
    .await?;
    let late: Vec<Late> = diesel::sql_query(
        "SELECT id, number, coalesce(buyer->>'name', '') AS client_name, total - paid - waived AS due, currency, due_on FROM documents
         WHERE status IN ('unpaid', 'partially_paid') AND due_on < $1 AND number IS NOT NULL ORDER BY due_on, id LIMIT 5",
    )
    .bind::<SqlDate, _>(today)
    .load(conn)
    .await?;
    Ok(DocumentFigures {
        unpaid: sums.unpaid,
        unpaid_amount: Money::rounded(sums.unpaid_amount, currency),
        overdue: sums.overdue,
        overdue_amount: Money::rounded(sums.overdue_amount, currency),
        longest_overdue: late
            .into_iter()
            .map(|row| OverdueDocument {
                id: row.id,
                number: row.number,
                client_name: row.client_name,
                due: Money::rounded(row.due, row.currency),
                due_on: row.due_on.to_jiff(),
            })
            .collect(),
    })
}

pub(super) async fn staff_online(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<StaffOnline>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Timestamptz)]
        seen_at: jiff_diesel::Timestamp,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), a.email) AS name, max(s.last_seen_at) AS seen_at
         FROM sessions s JOIN admins a ON a.id = s.admin_id
         WHERE s.ended_at IS NULL AND s.complete AND s.last_seen_at > $1 AND s.expires_at > $2
         GROUP BY a.id ORDER BY seen_at DESC LIMIT 20",
    )
    .bind::<Timestamptz, _>(at(now.checked_sub(SignedDuration::from_mins(15)).unwrap_or(now)))
    .bind::<Timestamptz, _>(at(now))
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| StaffOnline { name: row.name, seen_at: row.seen_at.to_jiff() }).collect())
}

pub(super) async fn failing_tasks(conn: &mut Conn) -> QueryResult<Vec<FailingTask>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: TaskId,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        error: String,
        #[diesel(sql_type = Timestamptz)]
        at: jiff_diesel::Timestamp,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT id, name, coalesce(error, '') AS error, coalesce(finished_at, created_at) AS at FROM tasks
         WHERE state = 'failed' ORDER BY created_at DESC LIMIT 10",
    )
    .load(conn)
    .await?;
    let task = |row: Row| FailingTask { id: row.id, name: row.name, error: row.error, at: row.at.to_jiff() };
    Ok(rows.into_iter().map(task).collect())
}

pub(super) async fn activity(conn: &mut Conn) -> QueryResult<Vec<ActivityEntry>> {
    activity::latest(conn, 10).await
}
