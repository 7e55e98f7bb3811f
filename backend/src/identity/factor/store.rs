//! Factors and recovery codes as rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::{factors, recovery_codes, users};
use shared::FactorId;
use shared::identity::{FactorKind, FactorSummary, SecondFactorMethod};
use uuid::Uuid;

use crate::db::Conn;
use crate::identity::person::Person;

/// A method of the second factor.
#[derive(Debug, QueryableByName)]
pub struct Factor {
    #[diesel(sql_type = SqlUuid)]
    pub id: FactorId,
    #[diesel(sql_type = Text)]
    pub kind: FactorKind,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// TOTP: sealed for the factor's id.
    #[diesel(sql_type = Nullable<Binary>)]
    pub secret_sealed: Option<Vec<u8>>,
    /// TOTP: the last accepted step.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub last_step: Option<i64>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub code_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub code_expires_at: Option<Timestamp>,
    #[diesel(sql_type = Int4)]
    pub code_tries: i32,
    #[diesel(sql_type = Bool)]
    pub is_default: bool,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub verified_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_used_at: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

impl From<Factor> for FactorSummary {
    fn from(row: Factor) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            verified: row.verified_at.is_some(),
            is_default: row.is_default,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
        }
    }
}

const FACTOR: &str =
    "SELECT id, kind, name, secret_sealed, last_step, code_hash, code_expires_at, code_tries, is_default,
     verified_at, last_used_at, created_at FROM factors WHERE";

/// All methods of a person, the default first.
pub async fn list(conn: &mut Conn, person: Person) -> QueryResult<Vec<Factor>> {
    diesel::sql_query(format!("{FACTOR} {} = $1 ORDER BY is_default DESC, created_at", person.column()))
        .bind::<SqlUuid, _>(person.uuid())
        .load(conn)
        .await
}

/// Locks all methods of a person, the default first.
pub async fn lock_all(tx: &mut Conn, person: Person) -> QueryResult<Vec<Factor>> {
    diesel::sql_query(format!(
        "{FACTOR} {} = $1 ORDER BY is_default DESC, created_at FOR UPDATE",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .load(tx)
    .await
}

/// Whether a person's address is known to be his. That of staff is: others of the staff entered it.
pub async fn has_confirmed_address(conn: &mut Conn, person: Person) -> QueryResult<bool> {
    match person {
        Person::Admin(_) => Ok(true),
        Person::User(id) => {
            let confirmed = users::table.find(id).select(users::email_verified_at.is_not_null());
            Ok(confirmed.first(conn).await.optional()?.unwrap_or(false))
        }
    }
}

pub async fn codes_left(conn: &mut Conn, person: Person) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        left: i64,
    }
    let row: Row = diesel::sql_query(format!(
        "SELECT count(*) AS left FROM recovery_codes WHERE {} = $1 AND used_at IS NULL",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .get_result(conn)
    .await?;
    Ok(row.left)
}

/// What a second step can be now, the preferred method first.
pub async fn methods(conn: &mut Conn, person: Person) -> QueryResult<Vec<SecondFactorMethod>> {
    let mut methods = Vec::new();
    for factor in list(conn, person).await?.iter().filter(|factor| factor.verified_at.is_some()) {
        let method = match factor.kind {
            FactorKind::Totp => SecondFactorMethod::Totp,
            FactorKind::Email => SecondFactorMethod::Email,
        };
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    if codes_left(conn, person).await? > 0 {
        methods.push(SecondFactorMethod::Recovery);
    }
    Ok(methods)
}

pub async fn is_on(conn: &mut Conn, person: Person) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        two_factor: bool,
    }
    let row: Option<Row> =
        diesel::sql_query(format!("SELECT two_factor FROM {} WHERE id = $1", person.table()))
            .bind::<SqlUuid, _>(person.uuid())
            .get_result(conn)
            .await
            .optional()?;
    Ok(row.is_some_and(|row| row.two_factor))
}

pub async fn set_on(tx: &mut Conn, now: Timestamp, person: Person, on: bool) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE {} SET two_factor = $2, updated_at = $3 WHERE id = $1",
        person.table()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Bool, _>(on)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    Ok(())
}

/// A method to be written, not yet verified.
#[derive(Debug)]
pub struct NewFactor<'a> {
    pub id: FactorId,
    pub kind: FactorKind,
    pub name: &'a str,
    pub secret_sealed: Option<Vec<u8>>,
}

pub async fn insert(tx: &mut Conn, now: Timestamp, person: Person, new: NewFactor<'_>) -> QueryResult<()> {
    let (admin, user) = match person {
        Person::Admin(id) => (Some(id), None),
        Person::User(id) => (None, Some(id)),
    };
    diesel::insert_into(factors::table)
        .values((
            factors::id.eq(new.id),
            factors::admin_id.eq(admin),
            factors::user_id.eq(user),
            factors::kind.eq(new.kind),
            factors::name.eq(new.name),
            factors::secret_sealed.eq(new.secret_sealed),
            factors::created_at.eq(now.to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes an accepted code of an authenticator app.
pub async fn note_step(tx: &mut Conn, now: Timestamp, id: FactorId, step: i64) -> QueryResult<()> {
    diesel::update(factors::table.find(id))
        .set((factors::last_step.eq(step), factors::last_used_at.eq(now.to_diesel())))
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps the hash of a code just mailed.
pub async fn keep_code(tx: &mut Conn, id: FactorId, hash: Vec<u8>, expires_at: Timestamp) -> QueryResult<()> {
    diesel::update(factors::table.find(id))
        .set((
            factors::code_hash.eq(hash),
            factors::code_expires_at.eq(expires_at.to_diesel()),
            factors::code_tries.eq(0),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn count_try(tx: &mut Conn, id: FactorId) -> QueryResult<()> {
    diesel::update(factors::table.find(id))
        .set(factors::code_tries.eq(factors::code_tries + 1))
        .execute(tx)
        .await?;
    Ok(())
}

/// A mailed code was right: it is gone.
pub async fn use_code(tx: &mut Conn, now: Timestamp, id: FactorId) -> QueryResult<()> {
    diesel::update(factors::table.find(id))
        .set((factors::code_hash.eq(None::<Vec<u8>>), factors::last_used_at.eq(now.to_diesel())))
        .execute(tx)
        .await?;
    Ok(())
}

/// The method counts from now on.
pub async fn verify(tx: &mut Conn, now: Timestamp, id: FactorId) -> QueryResult<()> {
    diesel::update(factors::table.find(id)).set(factors::verified_at.eq(now.to_diesel())).execute(tx).await?;
    Ok(())
}

/// Makes one method the default of its person.
pub async fn make_default(tx: &mut Conn, person: Person, id: FactorId) -> QueryResult<()> {
    diesel::sql_query(format!("UPDATE factors SET is_default = (id = $2) WHERE {} = $1", person.column()))
        .bind::<SqlUuid, _>(person.uuid())
        .bind::<SqlUuid, _>(id)
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn delete(tx: &mut Conn, id: FactorId) -> QueryResult<()> {
    diesel::delete(factors::table.find(id)).execute(tx).await?;
    Ok(())
}

/// Takes away every method and recovery code.
pub async fn delete_all(tx: &mut Conn, person: Person) -> QueryResult<()> {
    for table in ["factors", "recovery_codes"] {
        diesel::sql_query(format!("DELETE FROM {table} WHERE {} = $1", person.column()))
            .bind::<SqlUuid, _>(person.uuid())
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Replaces all recovery codes.
pub async fn replace_codes(
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    hashes: Vec<Vec<u8>>,
) -> QueryResult<()> {
    diesel::sql_query(format!("DELETE FROM recovery_codes WHERE {} = $1", person.column()))
        .bind::<SqlUuid, _>(person.uuid())
        .execute(tx)
        .await?;
    let ids: Vec<Uuid> = hashes.iter().map(|_| Uuid::now_v7()).collect();
    diesel::sql_query(format!(
        "INSERT INTO recovery_codes (id, {}, code_hash, created_at)
         SELECT id, $1, hash, $4 FROM unnest($2::uuid[], $3::bytea[]) AS codes (id, hash)",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Binary>, _>(hashes)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    Ok(())
}

/// Uses up a recovery code. False when there is no such unused one.
pub async fn use_recovery(tx: &mut Conn, now: Timestamp, person: Person, hash: Vec<u8>) -> QueryResult<bool> {
    let own = recovery_codes::code_hash.eq(hash).and(recovery_codes::used_at.is_null());
    let set = recovery_codes::used_at.eq(now.to_diesel());
    let used = match person {
        Person::Admin(id) => {
            let mine = recovery_codes::table.filter(own.and(recovery_codes::admin_id.eq(id)));
            diesel::update(mine).set(set).execute(tx).await?
        }
        Person::User(id) => {
            let mine = recovery_codes::table.filter(own.and(recovery_codes::user_id.eq(id)));
            diesel::update(mine).set(set).execute(tx).await?
        }
    };
    Ok(used > 0)
}
