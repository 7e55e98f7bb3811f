//! What closes when somebody is deleted: the browsers where he is signed in, and his tokens.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use shared::{Effect, EffectKind};

use super::person::Person;
use crate::db::Conn;

/// What deleting a person would do, in order.
pub(super) async fn closed(conn: &mut Conn, now: Timestamp, person: Person) -> QueryResult<Vec<Effect>> {
    #[derive(QueryableByName)]
    struct Open {
        #[diesel(sql_type = BigInt)]
        sessions: i64,
        #[diesel(sql_type = BigInt)]
        tokens: i64,
    }
    let column = person.column();
    let open: Open = diesel::sql_query(format!(
        "SELECT (SELECT count(*) FROM sessions WHERE {column} = $1 AND ended_at IS NULL AND expires_at > $2) AS sessions,
                (SELECT count(*) FROM api_tokens WHERE {column} = $1 AND revoked_at IS NULL) AS tokens"
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await?;
    let counted = [
        (EffectKind::SessionsEnded, open.sessions, "browsers are signed out."),
        (EffectKind::TokensRevoked, open.tokens, "API tokens stop working."),
    ];
    let mut effects = vec![Effect::deleted()];
    effects.extend(counted.into_iter().filter_map(|(code, count, what)| Effect::some(code, count, what)));
    Ok(effects)
}
