//! Tried sign-ins and codes: who tries too often waits longer and longer.
//!
//! One address of the network and one account together wait soonest; an account alone, whoever tries, at most half a
//! minute, so that nobody can lock its owner out. Of IPv6 the 64 bits count that one household is given.

use std::net::{IpAddr, Ipv6Addr};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::sign_in_attempts as attempts;
use shared::Code;

use crate::db::Conn;
use crate::http::cookies::Portal;
use crate::http::error::{Error, Refusal, Result};

/// Wrong tries of one account from one address before it waits.
const FREE_TRIES: i64 = 5;
/// Wrong tries of one account from anywhere within an hour before it waits.
const FREE_TRIES_ACCOUNT: i64 = 20;
/// Wrong tries from one address of the network within an hour before it waits.
const FREE_TRIES_NETWORK: i64 = 100;
const WAIT_MAX_SECONDS: i64 = 15 * 60;

#[derive(Debug, QueryableByName)]
struct Past {
    #[diesel(sql_type = BigInt)]
    in_a_minute: i64,
    #[diesel(sql_type = BigInt)]
    pair: i64,
    #[diesel(sql_type = BigInt)]
    account: i64,
    #[diesel(sql_type = BigInt)]
    network: i64,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    last_at: Option<Timestamp>,
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

async fn past(tx: &mut Conn, now: Timestamp, portal: &str, email: &str, ip: &str) -> QueryResult<Past> {
    diesel::sql_query(
        "WITH since AS (
             SELECT greatest(coalesce(max(at), '-infinity'), $4::timestamptz - interval '1 day') AS at
             FROM sign_in_attempts WHERE email = $2 AND portal = $1 AND succeeded),
         account AS (
             SELECT a.at, a.ip FROM sign_in_attempts a, since
             WHERE a.email = $2 AND a.portal = $1 AND NOT a.succeeded AND a.at > since.at AND a.at <= $4)
         SELECT
             (SELECT count(*) FROM sign_in_attempts
              WHERE ip = $3 AND at > $4::timestamptz - interval '1 minute' AND at <= $4) AS in_a_minute,
             (SELECT count(*) FROM account WHERE ip = $3) AS pair,
             (SELECT count(*) FROM account WHERE at > $4::timestamptz - interval '1 hour') AS account,
             (SELECT count(*) FROM sign_in_attempts
              WHERE ip = $3 AND NOT succeeded AND at > $4::timestamptz - interval '1 hour' AND at <= $4) AS network,
             (SELECT max(at) FROM sign_in_attempts WHERE (ip = $3 OR (email = $2 AND portal = $1)) AND NOT succeeded
              AND at > $4::timestamptz - interval '1 day' AND at <= $4) AS last_at",
    )
    .bind::<Text, _>(portal)
    .bind::<Text, _>(email)
    .bind::<Text, _>(ip)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(tx)
    .await
}

/// A try that is counted as failed until it is told otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    id: i64,
    /// Failures of this account from this address before this one.
    pub failures_before: i64,
}

/// Counts a try, or refuses it with `TooManyRequests` and how long to wait.
///
/// Written and committed before anything is compared, so that a hundred tries at once are a hundred tries.
pub async fn begin(
    conn: &mut Conn,
    now: Timestamp,
    portal: Portal,
    email: &str,
    ip: &str,
    per_minute: u32,
) -> Result<Attempt> {
    let ip = &place(ip);
    conn.transaction::<_, Error, _>(async |tx| {
        lock(tx, email, ip).await?;
        let past = past(tx, now, portal.as_str(), email, ip).await?;
        let waits = wait_seconds(past.pair, FREE_TRIES, WAIT_MAX_SECONDS)
            .max(wait_seconds(past.account, FREE_TRIES_ACCOUNT, 30))
            .max(wait_seconds(past.network, FREE_TRIES_NETWORK, WAIT_MAX_SECONDS));
        let passed = past.last_at.map_or(i64::MAX, |last| now.duration_since(last).as_secs());
        let mut left = (waits - passed).max(0);
        if past.in_a_minute >= i64::from(per_minute) {
            left = left.max(60);
        }
        if left > 0 {
            let seconds = u32::try_from(left).unwrap_or(u32::MAX);
            let detail = format!("Too many tries. Wait {seconds} seconds.");
            return Err(Refusal::because(Code::TooManyRequests, detail).retry_after(seconds).into());
        }
        let id = insert(tx, now, portal.as_str(), email, ip).await?;
        Ok(Attempt { id, failures_before: past.pair })
    })
    .await
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

/// A wrong code. Returns the seconds that the next sign-in has to wait.
pub async fn note_failure(
    conn: &mut Conn,
    now: Timestamp,
    portal: Portal,
    email: &str,
    ip: &str,
) -> QueryResult<u32> {
    let ip = &place(ip);
    insert(conn, now, portal.as_str(), email, ip).await?;
    let past = past(conn, now, portal.as_str(), email, ip).await?;
    Ok(u32::try_from(wait_seconds(past.pair, FREE_TRIES, WAIT_MAX_SECONDS)).unwrap_or(0))
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
    use super::{place, wait_seconds};

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
}
