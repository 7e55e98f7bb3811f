//! The database: pool, transactions, lock order, migrations.
//!
//! Locks are taken in this order, from anywhere: client, wallet (in id order), document, payment, order, service (in id
//! order), number series, task. Nothing is called outside, mailed or slept on while a transaction is open.
//!
//! A machine that vanishes says no goodbye: both ends ask whether the other one is there, and the server ends a session that
//! sits in a transaction. So nobody keeps locks for longer than a minute after he is gone.

pub mod count;
pub mod cursor;
pub mod keyset;
pub mod list;

use std::time::Duration;

use anyhow::Context;
use deadpool::Runtime;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Timestamptz};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::pooled_connection::deadpool::{Object, Pool as DeadPool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
    TransactionManager,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use jiff::{Timestamp, ToSpan};
use secrecy::ExposeSecret;

use crate::config::Database;

pub type Pool = DeadPool<AsyncPgConnection>;
/// A connection out of the pool.
pub type Pooled = Object<AsyncPgConnection>;
/// What stores take: `tx` inside a transaction, `conn` anywhere.
pub type Conn = AsyncPgConnection;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// Advisory locks, by number.
pub mod locks {
    pub const MIGRATE: i64 = 727_274;
    /// Taken in SQL by `ensure_partitions` and what makes and drops those of logs.
    pub const PARTITIONS: i64 = 727_275;
    /// Held by the process that leads the schedule.
    pub const SCHEDULER: i64 = 727_276;
    pub const DEMO: i64 = 727_277;
    pub const AUDIT: i64 = 727_278;
}

/// How long a request waits for a connection that others have.
const WAIT_MAX: Duration = Duration::from_secs(15);
/// How long PostgreSQL may take to let a connection in, or to say that an old one still lives.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// The pool; connects when first used. Fails as unavailable while all connections are taken, or PostgreSQL does not answer.
pub fn pool(config: &Database) -> anyhow::Result<Pool> {
    let mut setup = ManagerConfig::<Conn>::default();
    setup.custom_setup = Box::new(|url| {
        let url = url.to_owned();
        Box::pin(async move { connect(&url).await })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(config.url.expose_secret(), setup);
    Pool::builder(manager)
        .max_size(config.connections_max.get())
        .wait_timeout(Some(WAIT_MAX))
        .create_timeout(Some(ANSWERS_WITHIN))
        .recycle_timeout(Some(ANSWERS_WITHIN))
        .runtime(Runtime::Tokio1)
        .build()
        .context("building the pool")
}

/// Asked for after 15 silent seconds, every 5 seconds; after 30 the machine on this side takes the server for gone.
const ASKING: [(&str, &str); 4] = [
    ("keepalives_idle", "15"),
    ("keepalives_interval", "5"),
    ("keepalives_retries", "3"),
    ("tcp_user_timeout", "30"),
];
/// The same on the server's side. Downloads, whose readers are slow, give their transaction a longer time.
const SESSION: &str = "SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5;
    SET tcp_keepalives_count = 3; SET tcp_user_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'";

/// A session that does not outlive its machine for long.
pub async fn connect(url: &str) -> ConnectionResult<Conn> {
    let mut conn = Conn::establish(&asking(url)).await?;
    conn.batch_execute(SESSION).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// The address, with what it does not say of `ASKING` itself.
fn asking(url: &str) -> String {
    let parameters = url.split_once('@').map_or(url, |(_, rest)| rest);
    let (first, following) = match (url.contains("://"), parameters.contains('?')) {
        (true, false) => ('?', '&'),
        (true, true) => ('&', '&'),
        (false, _) => (' ', ' '),
    };
    let mut asking = url.to_owned();
    for (key, value) in ASKING.into_iter().filter(|(key, _)| !parameters.contains(&format!("{key}="))) {
        asking.push(if asking.len() == url.len() { first } else { following });
        asking.push_str(&format!("{key}={value}"));
    }
    asking
}

/// A connection for what diesel does only without async: migrations.
type BlockingConn = AsyncConnectionWrapper<AsyncPgConnection>;

/// Brings the tables up to date; safe to call from several processes at once. Returns how many migrations were applied.
pub async fn migrate(url: &str) -> anyhow::Result<usize> {
    blocking(url, |conn| {
        // The lock goes with the session, whatever happens.
        diesel::RunQueryDsl::execute(
            diesel::sql_query("SELECT pg_advisory_lock($1)").bind::<BigInt, _>(locks::MIGRATE),
            conn,
        )?;
        let applied = conn
            .run_pending_migrations(MIGRATIONS)
            .map_err(|error| anyhow::anyhow!("a migration failed: {error}"))?;
        Ok(applied.len())
    })
    .await
}

/// Undoes the last `steps` migrations, or as many as there are. Returns how many; the first that fails ends it, and is named.
pub async fn revert(url: &str, steps: usize) -> anyhow::Result<usize> {
    blocking(url, move |conn| {
        for undone in 0..steps {
            let applied = MigrationHarness::<Pg>::applied_migrations(conn)
                .map_err(|error| anyhow::anyhow!("reading which migrations are applied: {error}"))?;
            let Some(last) = applied.as_slice().first() else { return Ok(undone) };
            conn.revert_last_migration(MIGRATIONS).map_err(|error| {
                anyhow::anyhow!(
                    "undoing the migration {} failed, after {undone} others: {error}",
                    named(last)
                )
            })?;
        }
        Ok(steps)
    })
    .await
}

/// What a migration is called: its folder, as far as this program has it.
fn named(version: &MigrationVersion<'_>) -> String {
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS).unwrap_or_default();
    let name = known.iter().map(|migration| migration.name()).find(|name| name.version() == *version);
    name.map_or_else(|| version.to_string(), ToString::to_string)
}

/// Runs `work` on a thread of its own with a new connection.
async fn blocking<T: Send + 'static>(
    url: &str,
    work: impl FnOnce(&mut BlockingConn) -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let url = url.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut conn = <BlockingConn as diesel::Connection>::establish(&url)
            .context("connecting to PostgreSQL (database.url)")?;
        work(&mut conn)
    })
    .await?
}

/// Whether every migration of this program is applied.
pub async fn is_migrated(conn: &mut Conn) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_or(0, |list| list.len());
    let applied: Count = diesel::sql_query("SELECT count(*) AS count FROM __diesel_schema_migrations")
        .get_result(conn)
        .await?;
    Ok(usize::try_from(applied.count).is_ok_and(|applied| applied >= known))
}

/// Makes sure that the ledger has partitions from a month before `around` to three months after it, and the logs from then on.
pub async fn ensure_partitions(conn: &mut Conn, around: Timestamp) -> QueryResult<()> {
    let first = around.checked_sub((31 * 24).hours()).unwrap_or(around);
    let last = around.checked_add((93 * 24).hours()).unwrap_or(around);
    for (statement, first) in
        [("SELECT ensure_partitions($1, $2)", first), ("SELECT ensure_log_partitions($1, $2)", around)]
    {
        diesel::sql_query(statement)
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(first))
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(last))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// What a write gave; `None` when another row has the value that this unique index keeps apart. The transaction is lost then.
pub fn unless_taken<T>(written: QueryResult<T>, index: &str) -> QueryResult<Option<T>> {
    use diesel::result::{DatabaseErrorKind, Error};
    match written {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info))
            if info.constraint_name() == Some(index) =>
        {
            Ok(None)
        }
        written => written.map(Some),
    }
}

/// Does `work` for its answer and its refusals, and takes everything back.
pub async fn rehearse<T>(
    conn: &mut Conn,
    work: impl AsyncFnOnce(&mut Conn) -> crate::http::error::Result<T>,
) -> crate::http::error::Result<T> {
    AnsiTransactionManager::begin_transaction(conn).await?;
    let answer = work(conn).await;
    AnsiTransactionManager::rollback_transaction(conn).await?;
    answer
}

/// Tries to take an advisory lock for this session; false when another session has it.
pub async fn try_session_lock(conn: &mut Conn, lock: i64) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = Bool)]
        locked: bool,
    }
    let row: Locked = diesel::sql_query("SELECT pg_try_advisory_lock($1) AS locked")
        .bind::<BigInt, _>(lock)
        .get_result(conn)
        .await?;
    Ok(row.locked)
}

/// Gives a session lock back.
pub async fn session_unlock(conn: &mut Conn, lock: i64) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_unlock($1)").bind::<BigInt, _>(lock).execute(conn).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::asking;

    #[test]
    fn an_address_keeps_what_it_says_itself() {
        let all = "keepalives_idle=15&keepalives_interval=5&keepalives_retries=3&tcp_user_timeout=30";
        let plain = "postgres://hostwright:a?b@db:5432/hostwright";
        assert_eq!(asking(plain), format!("{plain}?{all}"));
        let own = "postgres://db/x?application_name=panel&keepalives_idle=60";
        assert_eq!(asking(own), format!("{own}{}", all.replace("keepalives_idle=15", "")));
        assert_eq!(asking("host=db dbname=x"), format!("host=db dbname=x {}", all.replace('&', " ")));
    }
}
