//! One-time links as rows.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use schema::one_time_links as links;
use shared::{AdminId, UserId};

use crate::db::{self, Conn};
use crate::identity::access::fingerprint;
use crate::identity::person::Person;
use crate::identity::random;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    ConfirmEmail,
    ResetPassword,
    /// A first password, for somebody whom staff entered.
    SetPassword,
    /// A new address of one's own.
    ChangeEmail,
}

impl Purpose {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm_email",
            Self::ResetPassword => "reset_password",
            Self::SetPassword => "set_password",
            Self::ChangeEmail => "change_email",
        }
    }

    const ALL: [Self; 4] = [Self::ConfirmEmail, Self::ResetPassword, Self::SetPassword, Self::ChangeEmail];
}

/// A link that holds.
#[derive(Debug)]
pub struct Link {
    pub person: Person,
    pub purpose: Purpose,
    pub email: String,
}

/// Makes a link and voids the earlier ones of its kind. Returns the token that goes into the mail.
pub async fn issue(
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    purpose: Purpose,
    email: &str,
    lasts: SignedDuration,
) -> anyhow::Result<String> {
    let token = random::token()?;
    diesel::sql_query(format!(
        "UPDATE one_time_links SET used_at = $3 WHERE {} = $1 AND purpose = $2 AND used_at IS NULL",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Text, _>(purpose.as_str())
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    let (admin, user) = match person {
        Person::Admin(id) => (Some(id), None),
        Person::User(id) => (None, Some(id)),
    };
    diesel::insert_into(links::table)
        .values((
            links::token_hash.eq(fingerprint(&token)),
            links::purpose.eq(purpose.as_str()),
            links::admin_id.eq(admin),
            links::user_id.eq(user),
            links::email.eq(email),
            links::created_at.eq(now.to_diesel()),
            links::expires_at.eq(now.checked_add(lasts).unwrap_or(now).to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(token)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    admin_id: Option<AdminId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    user_id: Option<UserId>,
    #[diesel(sql_type = Text)]
    email: String,
}

fn read(row: Option<Row>) -> Option<Link> {
    let row = row?;
    let person = row.admin_id.map(Person::Admin).or(row.user_id.map(Person::User))?;
    let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.as_str() == row.purpose)?;
    Some(Link { person, purpose, email: row.email })
}

/// The link of a token, unless it is unknown, used or expired.
pub async fn find(conn: &mut Conn, now: Timestamp, token: &str) -> QueryResult<Option<Link>> {
    let row = diesel::sql_query(
        "SELECT purpose, admin_id, user_id, email FROM one_time_links
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
    )
    .bind::<diesel::sql_types::Binary, _>(fingerprint(token))
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await
    .optional()?;
    Ok(read(row))
}

/// Uses a link up. `None`: unknown, used or expired; of two at once only one gets it.
pub async fn take(tx: &mut Conn, now: Timestamp, token: &str) -> QueryResult<Option<Link>> {
    let row = diesel::sql_query(
        "UPDATE one_time_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
         RETURNING purpose, admin_id, user_id, email",
    )
    .bind::<diesel::sql_types::Binary, _>(fingerprint(token))
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(tx)
    .await
    .optional()?;
    Ok(read(row))
}

/// Voids what waits of a person: resets, first passwords, new addresses. Whoever asked for them may not be he who has the
/// password now.
pub async fn void_all(tx: &mut Conn, now: Timestamp, person: Person) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE one_time_links SET used_at = $2 WHERE {} = $1 AND purpose <> 'confirm_email' AND used_at IS NULL",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    Ok(())
}

/// A new address that waits for its confirmation.
pub async fn pending_email(conn: &mut Conn, now: Timestamp, person: Person) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Pending {
        #[diesel(sql_type = Text)]
        email: String,
    }
    let row: Option<Pending> = diesel::sql_query(format!(
        "SELECT email FROM one_time_links WHERE {} = $1 AND purpose = 'change_email' AND used_at IS NULL AND expires_at > $2
         ORDER BY created_at DESC LIMIT 1",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| row.email))
}

/// Whether an account has that address already.
pub async fn is_taken(conn: &mut Conn, person: Person, email: &str) -> QueryResult<bool> {
    let found =
        diesel::sql_query(format!("SELECT 1 AS one FROM {} WHERE email = $1 AND id <> $2", person.table()))
            .bind::<Text, _>(email)
            .bind::<SqlUuid, _>(person.uuid())
            .execute(conn)
            .await?;
    Ok(found > 0)
}

/// Gives a person a new, confirmed address, with what follows it. False: another got it meanwhile.
pub async fn set_email(tx: &mut Conn, now: Timestamp, person: Person, email: &str) -> QueryResult<bool> {
    let verified = if matches!(person, Person::User(_)) { ", email_verified_at = $3" } else { "" };
    let written = diesel::sql_query(format!(
        "UPDATE {} SET email = $2, version = version + 1, updated_at = $3{verified} WHERE id = $1",
        person.table()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Text, _>(email)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await;
    if db::unless_taken(written, &format!("{}_email", person.table()))?.is_none() {
        return Ok(false);
    }
    follow_email(tx, now, person, email).await?;
    Ok(true)
}

/// What follows a new address: the method "codes by e-mail" names it, and links that were mailed to the old one are void.
pub async fn follow_email(tx: &mut Conn, now: Timestamp, person: Person, email: &str) -> QueryResult<()> {
    void_all(tx, now, person).await?;
    diesel::sql_query(format!(
        "UPDATE factors SET name = $2 WHERE {} = $1 AND kind = 'email'",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Text, _>(email)
    .execute(tx)
    .await?;
    Ok(())
}

/// Confirms the address of a user: he becomes active. False when it was confirmed before.
pub async fn confirm_user(tx: &mut Conn, now: Timestamp, user: UserId) -> QueryResult<bool> {
    let changed = diesel::sql_query(
        "UPDATE users SET email_verified_at = $2, updated_at = $2, version = version + 1,
             status = CASE status WHEN 'new' THEN 'active' ELSE status END
         WHERE id = $1 AND email_verified_at IS NULL",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    Ok(changed > 0)
}
