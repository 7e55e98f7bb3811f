//! People: signing in, links, second factors, tokens, clients.

mod clients;
pub(crate) mod factors;
mod imports;
mod invitations;
mod links;
mod networks;
mod sign_in;
mod staff;
mod sudo;
mod support;
mod tokens;
mod users;

use diesel::QueryableByName;
use diesel::sql_types::{Binary, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use shared::identity::SignedIn;
use uuid::Uuid;

use crate::harness::{Answer, Caller, Panel};

pub(crate) const PASSWORD: &str = "a quiet harbour at dawn";

/// What a visitor sends to register.
pub(crate) fn registration(email: &str) -> Value {
    json!({
        "email": email, "password": PASSWORD, "first_name": "Ada", "last_name": "Novak", "country": "PL", "currency": "EUR",
        "language": "en", "terms_accepted": true,
    })
}

/// The sealed part of the newest message of an event: the link or code that was mailed.
pub(crate) async fn mailed(panel: &Panel, event: &str, email: &str) -> Value {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Binary)]
        secrets_sealed: Vec<u8>,
    }
    let row: Row = diesel::sql_query(
        "SELECT id, secrets_sealed FROM notifications WHERE event = $1 AND email = $2 ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind::<Text, _>(event)
    .bind::<Text, _>(email)
    .get_result(&mut *panel.conn().await)
    .await
    .unwrap_or_else(|error| panic!("no {event} was written to {email}: {error}"));
    serde_json::from_slice(&panel.app.sealer.open(row.id, &row.secrets_sealed).unwrap()).unwrap()
}

/// The token of the newest link of an event.
pub(crate) async fn link_token(panel: &Panel, event: &str, email: &str) -> String {
    let secrets = mailed(panel, event, email).await;
    let link = secrets["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with("http://localhost:8480/"), "{link}");
    link.split_once("?token=").expect("links carry their token").1.to_owned()
}

/// How many messages of an event were written to an address.
pub(crate) async fn mails(panel: &Panel, event: &str, email: &str) -> i64 {
    panel
        .count(&format!(
            "SELECT count(*) AS value FROM notifications WHERE event = '{event}' AND email = '{email}'"
        ))
        .await
}

/// The caller that a sign-in made, from its cookies.
pub(crate) fn session_of(panel: &Panel, answer: &Answer) -> Caller {
    let cookies: Vec<String> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
        .collect();
    let signed_in: SignedIn = answer.read();
    panel.visitor().with_session(cookies.join("; "), signed_in.csrf_token)
}

pub(crate) async fn sign_in(panel: &Panel, area: &str, email: &str, password: &str) -> Answer {
    panel.visitor().post(&format!("{area}/sign-in"), json!({ "email": email, "password": password })).await
}

/// Registers, confirms and signs in.
pub(crate) async fn member(panel: &Panel, email: &str) -> Caller {
    panel.visitor().post("/public/registration", registration(email)).await.expect(201);
    let token = link_token(panel, "confirm_email", email).await;
    panel.visitor().post("/auth/email/confirm", json!({ "token": token })).await.expect(200);
    session_of(panel, &sign_in(panel, "/auth", email, PASSWORD).await.expect(200))
}

/// Gives the password again.
pub(crate) async fn sudo(caller: &Caller) {
    caller.post("/auth/sudo", json!({ "password": PASSWORD })).await.expect(200);
}
