//! Tried sign-ins and codes: who tries too often waits longer and longer.
//!
//! One address of the network and one account together wait soonest; an account alone, whoever tries, at most half a
//! minute, and not where it was signed in to lately, so that nobody can lock its owner out. Codes of the second step are
//! counted for the account alone: who gives wrong ones knows its password. Of IPv6 the 64 bits count that one household is
//! given.

use std::net::{IpAddr, Ipv6Addr};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use schema::sign_in_attempts as attempts;
use shared::Code;
use uuid::Uuid;

use crate::App;
use crate::db::Conn;
use crate::http::cookies::Portal;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::person::Person;

/// Wrong tries of one account from one address before it waits.
const FREE_TRIES: i64 = 5;
/// Wrong tries of one account from anywhere within an hour before it waits.
const FREE_TRIES_ACCOUNT: i64 = 20;
/// Wrong tries from one address of the network within an hour before it waits.
const FREE_TRIES_NETWORK: i64 = 100;
/// Wrong codes of the second step of one account, wherever from, before it waits.
const FREE_CODES: i64 = 10;
const WAIT_MAX_SECONDS: i64 = 15 * 60;
/// How long a place counts as its owner's after an account was signed in to from there.
const FAMILIAR_DAYS: i64 = 90;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    Password,
    /// A code of the second step.
    Code,
}

impl Tried {
    /// What its rows are marked with.
    fn mark(self, portal: Portal) -> &'static str {
        match (self, portal) {
            (Self::Password, portal) => portal.as_str(),
            (Self::Code, Portal::Admin) => "admin_code",
            (Self::Code, Portal::Client) => "client_code",
        }
    }
}

/// Failures so far. Wrong codes count as failed sign-ins, too.
#[derive(Debug, QueryableByName)]
struct Past {
    #[diesel(sql_type = BigInt)]
    in_a_minute: i64,
    #[diesel(sql_type = BigInt)]
    pair: i64,
    #[diesel(sql_type = BigInt)]
    account: i64,
    #[diesel(sql_type = BigInt)]
    codes: i64,
    #[diesel(sql_type = BigInt)]
    network: i64,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    last_of_account: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    last_of_codes: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    last_of_network: Option<Timestamp>,
}

impl Past {
    /// Seconds to wait still for what was done from this address of the network, and for wrong codes.
    fn left_here(&self, now: Timestamp, tried: Tried) -> i64 {
        let network = wait_seconds(self.network, FREE_TRIES_NETWORK, WAIT_MAX_SECONDS);
        let pair = wait_seconds(self.pair, FREE_TRIES, WAIT_MAX_SECONDS);
        match tried {
            Tried::Password => left(now, network.max(pair), self.last_of_network),
            Tried::Code => left(now, network, self.last_of_network).max(self.left_of_codes(now)),
        }
    }

    fn left_of_codes(&self, now: Timestamp) -> i64 {
        left(now, wait_seconds(self.codes, FREE_CODES, WAIT_MAX_SECONDS), self.last_of_codes)
    }

    /// Seconds to wait still for what was done to the account from anywhere.
    fn left_of_account(&self, now: Timestamp) -> i64 {
        left(now, wait_seconds(self.account, FREE_TRIES_ACCOUNT, 30), self.last_of_account)
    }
}

/// What is left of a wait that began with the `last` failure.
fn left(now: Timestamp, waits: i64, last: Option<Timestamp>) -> i64 {
    last.map_or(0, |last| (waits - now.duration_since(last).as_secs()).max(0))
}

/// Seconds to wait after the last of `failures`: nothing for the free ones, then 2, 4, 8 … seconds.
fn wait_seconds(failures: i64, free: i64, most: i64) -> i64 {
    let Ok(over) = u32::try_from(failures - free) else { return 0 };
    1_i64.checked_shl(over.min(20) + 1).unwrap_or(most).min(most)
}

/// What is counted as one address of the network: whoever has an address of IPv6 has 2⁶⁴ of them.
fn place(ip: &str) -> String {
    match ip.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(ip)) => {
            let household = u128::from(ip) & !u128::from(u64::MAX);
            format!("{}/64", Ipv6Addr::from(household))
        }
        Ok(ip) => ip.to_string(),
        Err(_) => ip.to_owned(),
    }
}

async fn lock(tx: &mut Conn, email: &str, ip: &str) -> QueryResult<()> {
    for name in [format!("ip|{ip}"), format!("account|{email}")] {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 8))")
            .bind::<Text, _>(name)
            .execute(tx)
            .await?;
    }
    Ok(())
}

async fn past(tx: &mut Conn, now: Timestamp, portal: Portal, email: &str, ip: &str) -> QueryResult<Past> {
    diesel::sql_query(
        "WITH since AS (
             SELECT greatest(coalesce(max(at) FILTER (WHERE portal = $1), '-infinity'), $4::timestamptz - interval '1 day') AS at,
                 greatest(coalesce(max(at) FILTER (WHERE portal = $5), '-infinity'), $4::timestamptz - interval '1 day') AS code_at
             FROM sign_in_attempts WHERE email = $2 AND portal IN ($1, $5) AND succeeded),
         failed AS (
             SELECT at, ip, portal FROM sign_in_attempts
             WHERE email = $2 AND portal IN ($1, $5) AND NOT succeeded AND at > $4::timestamptz - interval '1 day' AND at <= $4),
         account AS (SELECT f.at, f.ip FROM failed f, since WHERE f.at > since.at)
         SELECT
             (SELECT count(*) FROM sign_in_attempts
              WHERE ip = $3 AND at > $4::timestamptz - interval '1 minute' AND at <= $4) AS in_a_minute,
             (SELECT count(*) FROM account WHERE ip = $3) AS pair,
             (SELECT count(*) FROM account WHERE at > $4::timestamptz - interval '1 hour') AS account,
             (SELECT count(*) FROM failed f, since WHERE f.portal = $5 AND f.at > since.code_at) AS codes,
             (SELECT count(*) FROM sign_in_attempts
              WHERE ip = $3 AND NOT succeeded AND at > $4::timestamptz - interval '1 hour' AND at <= $4) AS network,
             (SELECT max(at) FROM failed) AS last_of_account,
             (SELECT max(at) FROM failed WHERE portal = $5) AS last_of_codes,
             (SELECT max(at) FROM sign_in_attempts WHERE ip = $3 AND NOT succeeded
              AND at > $4::timestamptz - interval '1 day' AND at <= $4) AS last_of_network",
    )
    .bind::<Text, _>(Tried::Password.mark(portal))
    .bind::<Text, _>(email)
    .bind::<Text, _>(ip)
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Text, _>(Tried::Code.mark(portal))
    .get_result(tx)
    .await
}

/// Whether the account was signed in to from that place lately.
async fn is_familiar(
    tx: &mut Conn,
    now: Timestamp,
    portal: Portal,
    email: &str,
    here: &str,
) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = Text)]
        ip: String,
    }
    let somebody = Person::of(portal, Uuid::nil());
    let since = now.checked_sub(SignedDuration::from_hours(24 * FAMILIAR_DAYS)).unwrap_or(now);
    let known: Vec<Known> = diesel::sql_query(format!(
        "SELECT DISTINCT s.ip FROM sessions s JOIN {} p ON p.id = s.{}
         WHERE p.email = $1 AND s.portal = $2 AND s.complete AND s.created_at > $3 AND s.created_at <= $4",
        somebody.table(),
        somebody.column()
    ))
    .bind::<Text, _>(email)
    .bind::<Text, _>(portal.as_str())
    .bind::<Timestamptz, _>(since.to_diesel())
    .bind::<Timestamptz, _>(now.to_diesel())
    .load(tx)
    .await?;
    Ok(known.iter().any(|known| !known.ip.is_empty() && place(&known.ip) == here))
}

/// A try that is counted as failed until it is told otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    id: i64,
    /// Failures before this one: of this account from this address, or wrong codes of this account.
    pub failures_before: i64,
}

/// Counts a try, or refuses it with `TooManyRequests` and how long to wait.
///
/// Written and committed before anything is compared, so that a hundred tries at once are a hundred tries.
pub async fn begin(
    conn: &mut Conn,
    now: Timestamp,
    tried: Tried,
    portal: Portal,
    email: &str,
    ip: &str,
    per_minute: u32,
) -> Result<Attempt> {
    let ip = &place(ip);
    conn.transaction::<_, Error, _>(async |tx| {
        lock(tx, email, ip).await?;
        let past = past(tx, now, portal, email, ip).await?;
        let mut left = past.left_here(now, tried);
        if tried == Tried::Password {
            let of_account = past.left_of_account(now);
            if of_account > left && !is_familiar(tx, now, portal, email, ip).await? {
                left = of_account;
            }
        }
        if past.in_a_minute >= i64::from(per_minute) {
            left = left.max(60);
        }
        if left > 0 {
            let seconds = u32::try_from(left).unwrap_or(u32::MAX);
            let detail = format!("Too many tries. Wait {seconds} seconds.");
            return Err(Refusal::because(Code::TooManyRequests, detail).retry_after(seconds).into());
        }
        let id = insert(tx, now, tried.mark(portal), email, ip).await?;
        let failures_before = match tried {
            Tried::Password => past.pair,
            Tried::Code => past.codes,
        };
        Ok(Attempt { id, failures_before })
    })
    .await
}

/// Seconds that the next sign-in from that address, with its second step, has to wait.
pub async fn left_to_wait(
    conn: &mut Conn,
    now: Timestamp,
    portal: Portal,
    email: &str,
    ip: &str,
) -> QueryResult<u32> {
    let past = past(conn, now, portal, email, &place(ip)).await?;
    let left = past.left_here(now, Tried::Password).max(past.left_of_codes(now));
    Ok(u32::try_from(left).unwrap_or(u32::MAX))
}

async fn insert(conn: &mut Conn, now: Timestamp, what: &str, email: &str, ip: &str) -> QueryResult<i64> {
    diesel::insert_into(attempts::table)
        .values((
            attempts::portal.eq(what),
            attempts::email.eq(email),
            attempts::ip.eq(ip),
            attempts::succeeded.eq(false),
            attempts::at.eq(now.to_diesel()),
        ))
        .returning(attempts::id)
        .get_result(conn)
        .await
}

/// It was right: earlier failures of the account count no more.
pub async fn succeeded(conn: &mut Conn, attempt: Attempt) -> QueryResult<()> {
    diesel::update(attempts::table.find(attempt.id)).set(attempts::succeeded.eq(true)).execute(conn).await?;
    Ok(())
}

/// It was half of it: neither a failure nor a success.
pub async fn forget(conn: &mut Conn, attempt: Attempt) -> QueryResult<()> {
    diesel::delete(attempts::table.find(attempt.id)).execute(conn).await?;
    Ok(())
}

/// A finished sign-in: earlier failures of the account count no more.
pub async fn note_success(
    conn: &mut Conn,
    now: Timestamp,
    portal: Portal,
    email: &str,
    ip: &str,
) -> QueryResult<()> {
    let ip = &place(ip);
    let id = insert(conn, now, portal.as_str(), email, ip).await?;
    succeeded(conn, Attempt { id, failures_before: 0 }).await
}

/// A wrong code of somebody who is signed in.
pub async fn note_failure(
    conn: &mut Conn,
    now: Timestamp,
    portal: Portal,
    email: &str,
    ip: &str,
) -> QueryResult<()> {
    insert(conn, now, portal.as_str(), email, &place(ip)).await?;
    Ok(())
}

/// Whether staff may be told of that address of the network: once an hour. Counted as told.
pub async fn may_tell(tx: &mut Conn, now: Timestamp, ip: &str) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Told {
        #[diesel(sql_type = Bool)]
        told: bool,
    }
    let ip = &place(ip);
    lock(tx, "", ip).await?;
    let Told { told } = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM sign_in_attempts WHERE ip = $1 AND portal = 'told'
             AND at > $2::timestamptz - interval '1 hour' AND at <= $2) AS told",
    )
    .bind::<Text, _>(ip)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(tx)
    .await?;
    if !told {
        let id = insert(tx, now, "told", "", ip).await?;
        succeeded(tx, Attempt { id, failures_before: 0 }).await?;
    }
    Ok(!told)
}

/// Counts a mail that somebody who is known asks for. Refuses with `TooManyRequests` when this address got enough of them.
pub async fn need_mail(app: &App, conn: &mut Conn, what: &str, email: &str, ip: Option<&str>) -> Result<()> {
    let per_minute = app.config.http.sign_in_per_minute.get();
    if may_mail(conn, app.clock.now(), what, email, ip.unwrap_or_default(), per_minute).await? {
        return Ok(());
    }
    let detail = "Several such mails were sent within the hour. Wait before you ask for another.";
    Err(Refusal::because(Code::TooManyRequests, detail).retry_after(3600).into())
}

/// Counts a mail that a visitor asks for. False: this address got enough of them; the visitor is not told.
///
/// Refuses a visitor who asks too often, whatever addresses he names.
pub async fn may_mail(
    conn: &mut Conn,
    now: Timestamp,
    what: &str,
    email: &str,
    ip: &str,
    per_minute: u32,
) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Enough {
        #[diesel(sql_type = Bool)]
        of_visitor: bool,
        #[diesel(sql_type = Bool)]
        of_address: bool,
    }
    let ip = &place(ip);
    conn.transaction::<_, Error, _>(async |tx| {
        lock(tx, email, ip).await?;
        let enough: Enough = diesel::sql_query(
            "SELECT (SELECT count(*) FROM sign_in_attempts WHERE ip = $3
                     AND at > $4::timestamptz - interval '1 minute' AND at <= $4) >= $5 AS of_visitor,
                    (SELECT count(*) FROM sign_in_attempts WHERE email = $2 AND portal = $1
                     AND at > $4::timestamptz - interval '1 hour' AND at <= $4) >= 5 AS of_address",
        )
        .bind::<Text, _>(what)
        .bind::<Text, _>(email)
        .bind::<Text, _>(ip)
        .bind::<Timestamptz, _>(now.to_diesel())
        .bind::<BigInt, _>(i64::from(per_minute))
        .get_result(tx)
        .await?;
        if enough.of_visitor {
            return Err(Refusal::new(Code::TooManyRequests).retry_after(60).into());
        }
        // Kept as a success: asking for a mail is no failed sign-in.
        let id = insert(tx, now, what, email, ip).await?;
        succeeded(tx, Attempt { id, failures_before: 0 }).await?;
        Ok(!enough.of_address)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{left, place, wait_seconds};

    #[test]
    fn addresses_of_one_household_are_one() {
        assert_eq!(place("203.0.113.7"), "203.0.113.7");
        assert_eq!(place("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(place("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(place("2001:db8:1:2::9"), "2001:db8:1:2::/64");
        assert_eq!(place(""), "");
    }

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<i64> = (3..9).map(|failures| wait_seconds(failures, 5, 900)).collect();
        assert_eq!(waits, [0, 0, 2, 4, 8, 16]);
        assert_eq!(wait_seconds(10_000, 5, 900), 900);
    }

    #[test]
    fn a_wait_begins_with_the_last_failure() {
        let last: jiff::Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        let after = |seconds| last.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        assert_eq!([0, 10, 40].map(|passed| left(after(passed), 30, Some(last))), [30, 20, 0]);
        assert_eq!(left(last, 30, None), 0);
    }
}
