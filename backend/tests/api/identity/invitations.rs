//! Invitations: how people come to act for a client.

use serde_json::{Value, json};
use shared::identity::{ClientInvitation, InvitationAccepted, InvitationOffer};
use shared::{Code, Page};

use super::{PASSWORD, link_token, mails, member, session_of, sign_in};
use crate::harness::{Answer, ClientAccount, Panel};

async fn invite(ada: &ClientAccount, email: &str, role: &str, permissions: &[&str]) -> Answer {
    let new = json!({ "email": email, "role": role, "permissions": permissions });
    ada.calls.post(&format!("/clients/{}/invitations", ada.id), new).await
}

fn registration(token: &str) -> Value {
    json!({
        "token": token, "password": PASSWORD, "first_name": "Bob", "last_name": "Novak", "language": "uk", "terms_accepted": true,
    })
}

async fn token(panel: &Panel, email: &str) -> String {
    link_token(panel, "client_invitation", email).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_login_registers_with_the_link_and_acts_at_once() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let made: ClientInvitation =
        invite(&ada, " Bob@Example.test", "custom", &["documents"]).await.expect(201).read();
    assert_eq!((made.email.as_str(), made.invited_by.as_deref()), ("bob@example.test", Some("Ada Tester")));
    let left = made.expires_at.duration_since(panel.now()).as_secs();
    assert!((7 * 86_400 - 60..=7 * 86_400).contains(&left), "{left} s");
    let link = token(&panel, "bob@example.test").await;
    let offer: InvitationOffer =
        panel.visitor().post("/auth/invitation", json!({ "token": link })).await.expect(200).read();
    assert_eq!(
        (offer.has_login, offer.client_name.as_str(), offer.role.as_str()),
        (false, "Ada Tester", "custom")
    );

    // Bad fields do not use the link up, and registration may be closed otherwise.
    panel
        .sql("INSERT INTO settings (key, value, updated_at) VALUES ('settings', '{\"general\": {}, \"registration\": {\"open\": false}, \"security\": {}, \"finance\": {}, \"retention\": {}}', now())")
        .await;
    let mut bad = registration(&link);
    bad["password"] = json!("password1234");
    bad["first_name"] = json!("");
    bad["terms_accepted"] = json!(false);
    let mut fields =
        panel.visitor().post("/auth/invitation/register", bad).await.expect(422).refused_fields();
    fields.sort();
    assert_eq!(fields, ["first_name", "password", "terms_accepted"]);
    let accepted: InvitationAccepted =
        panel.visitor().post("/auth/invitation/register", registration(&link)).await.expect(201).read();
    assert_eq!(accepted.client, ada.id);

    let bob = session_of(&panel, &sign_in(&panel, "/auth", "bob@example.test", PASSWORD).await.expect(200));
    let session = bob.get("/auth/session").await.expect(200).json();
    assert_eq!(
        (&session["user"]["email_verified"], &session["clients"][0]["role"]),
        (&json!(true), &json!("custom"))
    );
    bob.get(&format!("/clients/{}/documents", ada.id)).await.expect(200);
    bob.get(&format!("/clients/{}/profile", ada.id)).await.expect(403);
    // Used is used.
    for path in ["/auth/invitation/register", "/auth/invitation"] {
        let body = if path.ends_with("register") { registration(&link) } else { json!({ "token": link }) };
        let expired = panel.visitor().post(path, body).await.expect(422);
        assert_eq!(
            (expired.problem().code, expired.refused_fields()),
            (Code::LinkExpired, vec!["token".to_owned()])
        );
    }
    let waiting: Page<Value> =
        ada.calls.get(&format!("/clients/{}/invitations", ada.id)).await.expect(200).read();
    assert_eq!(waiting.total, 0);
    assert_eq!(
        invite(&ada, "bob@example.test", "manager", &[]).await.expect(422).refused_fields(),
        ["email"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_login_that_owns_the_address_accepts() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let bob = member(&panel, "bob@example.test").await;
    let eve = panel.client("Eve").await;
    invite(&ada, "bob@example.test", "manager", &[]).await.expect(201);
    let link = json!({ "token": token(&panel, "bob@example.test").await });
    let offer: InvitationOffer =
        panel.visitor().post("/auth/invitation", link.clone()).await.expect(200).read();
    assert!(offer.has_login);

    panel.visitor().post("/me/invitation", link.clone()).await.expect(401);
    assert_eq!(
        eve.calls.post("/me/invitation", link.clone()).await.expect(403).problem().code,
        Code::NotAllowed
    );
    let taken = registration(link["token"].as_str().unwrap());
    panel.visitor().post("/auth/invitation/register", taken).await.expect(409);
    let accepted: InvitationAccepted = bob.post("/me/invitation", link.clone()).await.expect(200).read();
    assert_eq!(accepted.client, ada.id);
    bob.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    assert_eq!(bob.get("/auth/session").await.expect(200).json()["clients"].as_array().unwrap().len(), 2);
    assert_eq!(bob.post("/me/invitation", link).await.expect(422).problem().code, Code::LinkExpired);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_uses_of_a_link_at_once_one_counts() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let bob = member(&panel, "bob@example.test").await;
    invite(&ada, "bob@example.test", "manager", &[]).await.expect(201);
    let link = token(&panel, "bob@example.test").await;
    let uses = (0..6).map(|_| bob.post("/me/invitation", json!({ "token": link })));
    let mut statuses: Vec<u16> =
        futures::future::join_all(uses).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422, 422]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_sent_again_has_another_link_and_one_withdrawn_has_none() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let made: ClientInvitation = invite(&ada, "bob@example.test", "manager", &[]).await.expect(201).read();
    let path = format!("/clients/{}/invitations/{}", ada.id, made.id);
    let first = token(&panel, "bob@example.test").await;
    let again = invite(&ada, "bob@example.test", "manager", &[]).await.expect(422);
    assert_eq!(again.refused_fields(), ["email"]);
    panel.advance_hours(24).await;
    let sent: ClientInvitation =
        ada.calls.post(&format!("{path}/resend"), json!({})).await.expect(200).read();
    assert_eq!(sent.expires_at.duration_since(made.expires_at).as_hours(), 24);
    let second = token(&panel, "bob@example.test").await;
    let read = async |token: &str| panel.visitor().post("/auth/invitation", json!({ "token": token })).await;
    assert_eq!(read(&first).await.expect(422).problem().code, Code::LinkExpired);
    read(&second).await.expect(200);
    read("made up").await.expect(422);
    panel.advance_hours(7 * 24).await;
    assert_eq!(read(&second).await.expect(422).problem().code, Code::LinkExpired);
    // Late ones are still there to be sent again.
    ada.calls.post(&format!("{path}/resend"), json!({})).await.expect(200);
    let third = token(&panel, "bob@example.test").await;
    read(&third).await.expect(200);
    ada.calls.delete(&path).await.expect(204);
    read(&third).await.expect(422);
    ada.calls.delete(&path).await.expect(404);
    ada.calls.post(&format!("{path}/resend"), json!({})).await.expect(404);
    invite(&ada, "bob@example.test", "manager", &[]).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_invitation_is_refused_by_field() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let mut fields = invite(&ada, "no address", "owner", &[]).await.expect(422).refused_fields();
    fields.sort();
    assert_eq!(fields, ["email", "role"]);
    invite(&ada, "bob@example.test", "king", &[]).await.expect(422);
    invite(&ada, "bob@example.test", "custom", &["everything"]).await.expect(422);
    assert_eq!(invite(&ada, &ada.email, "manager", &[]).await.expect(422).refused_fields(), ["email"]);
    // Who may manage users gives no more than he has.
    let clerk = panel.colleague(ada.id, &["users", "documents"]).await;
    let path = format!("/clients/{}/invitations", ada.id);
    let more =
        json!({ "email": "bob@example.test", "role": "custom", "permissions": ["documents", "services"] });
    assert_eq!(clerk.post(&path, more).await.expect(422).refused_fields(), ["permissions"]);
    let manager = json!({ "email": "bob@example.test", "role": "manager" });
    assert_eq!(clerk.post(&path, manager.clone()).await.expect(422).refused_fields(), ["role"]);
    let made: ClientInvitation = ada.calls.post(&path, manager).await.expect(201).read();
    clerk.delete(&format!("{path}/{}", made.id)).await.expect(403);
    clerk.post(&format!("{path}/{}/resend", made.id), json!({})).await.expect(403);
    panel.sql("UPDATE sessions SET sudo_until = NULL").await;
    let asked = invite(&ada, "cyd@example.test", "manager", &[]).await.expect(403);
    assert_eq!(asked.problem().code, Code::PasswordNeeded);
    assert_eq!(mails(&panel, "client_invitation", "cyd@example.test").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_are_mailed_seldom_listed_by_page_and_not_for_other_clients() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let eve = panel.client("Eve").await;
    let path = format!("/clients/{}/invitations", ada.id);
    let made: ClientInvitation = invite(&ada, "bob@example.test", "manager", &[]).await.expect(201).read();
    let one = ada.calls.get(&path).await.expect(200).queries();
    for n in 0..4 {
        ada.calls.post(&format!("{path}/{}/resend", made.id), json!({})).await.expect(200);
        invite(&ada, &format!("cyd-{n}@example.test"), "manager", &[]).await.expect(201);
    }
    let often = ada.calls.post(&format!("{path}/{}/resend", made.id), json!({})).await.expect(429);
    assert_eq!(often.problem().code, Code::TooManyRequests);
    assert_eq!(mails(&panel, "client_invitation", "bob@example.test").await, 5);
    let many = ada.calls.get(&format!("{path}?per_page=2&page=2&sort=email")).await.expect(200);
    assert_eq!(many.queries(), one);
    let page: Page<ClientInvitation> = many.read();
    assert_eq!((page.items.len(), page.total), (2, 5));
    assert_eq!(ada.calls.get(&format!("{path}?search=CYD-1")).await.expect(200).json()["total"], 1);
    assert_eq!(
        ada.calls.get(&format!("{path}?sort=token_hash")).await.expect(422).refused_fields(),
        ["sort"]
    );
    let foreign = format!("/clients/{}/invitations/{}", eve.id, made.id);
    eve.calls.delete(&foreign).await.expect(404);
    eve.calls.post(&format!("{foreign}/resend"), json!({})).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_ends_with_its_client() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let bob = member(&panel, "bob@example.test").await;
    invite(&ada, "bob@example.test", "manager", &[]).await.expect(201);
    let link = json!({ "token": token(&panel, "bob@example.test").await });
    panel.sql(&format!("UPDATE clients SET status = 'banned' WHERE id = '{}'", ada.id)).await;
    assert_eq!(
        panel.visitor().post("/auth/invitation", link.clone()).await.expect(422).problem().code,
        Code::LinkExpired
    );
    bob.post("/me/invitation", link).await.expect(422);
}
