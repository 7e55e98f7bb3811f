//! API tokens.

use serde_json::json;
use shared::Code;
use shared::identity::TokenCreated;

use crate::harness::Panel;

fn new_token(scopes: &[&str]) -> serde_json::Value {
    json!({ "name": "Script", "scopes": scopes })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_what_its_scopes_allow_for_its_client_only() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let eve = panel.client("Eve").await;
    let path = format!("/clients/{}/tokens", ada.id);
    let made: TokenCreated = ada.calls.post(&path, new_token(&["profile:read"])).await.expect(201).read();
    assert!(made.secret.starts_with("hw_") && made.secret.len() == 46);
    assert_eq!(
        panel
            .count("SELECT count(*) AS value FROM api_tokens WHERE prefix LIKE 'hw_%' AND length(prefix) = 9")
            .await,
        1
    );

    let script = panel.visitor().with_token(&made.secret);
    script.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    script.get(&format!("/clients/{}/profile", eve.id)).await.expect(404);
    let write = script.put(&format!("/clients/{}/profile", ada.id), json!({})).await.expect(403);
    assert_eq!(write.problem().code, Code::NotAllowed);
    // A token makes no tokens, and is no session.
    script.post(&path, new_token(&["profile:read"])).await.expect(403);
    script.get("/me").await.expect(401);
    script.get("/admin/clients").await.expect(401);

    ada.calls.delete(&format!("{path}/{}", made.token.id)).await.expect(204);
    script.get(&format!("/clients/{}/profile", ada.id)).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_clients_token_cannot_be_seen_or_revoked() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let eve = panel.client("Eve").await;
    let path = format!("/clients/{}/tokens", ada.id);
    let made: TokenCreated = ada.calls.post(&path, new_token(&["api:read"])).await.expect(201).read();
    eve.calls.delete(&format!("/clients/{}/tokens/{}", eve.id, made.token.id)).await.expect(404);
    eve.calls.get(&path).await.expect(404);
    let own = eve.calls.get(&format!("/clients/{}/tokens", eve.id)).await.expect(200).json();
    assert_eq!(own["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_tokens_and_foreign_networks_are_refused() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let path = format!("/clients/{}/tokens", ada.id);
    let body =
        json!({ "name": "Soon over", "scopes": ["profile:read"], "expires_at": "2026-03-10T13:00:00Z" });
    let made: TokenCreated = ada.calls.post(&path, body).await.expect(201).read();
    let script = panel.visitor().with_token(&made.secret);
    script.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    panel.advance_hours(2).await;
    script.get(&format!("/clients/{}/profile", ada.id)).await.expect(401);

    let body = json!({ "name": "Far away", "scopes": ["profile:read"], "networks": ["203.0.113.0/24"] });
    let made: TokenCreated = ada.calls.post(&path, body).await.expect(201).read();
    panel.visitor().with_token(&made.secret).get(&format!("/clients/{}/profile", ada.id)).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_names_its_fields() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let eve = panel.client("Eve").await;
    let path = format!("/clients/{}/tokens", ada.id);
    let bad = json!({
        "name": "", "scopes": ["profile:read", "everything"], "networks": ["10.0.0.0/40"], "expires_at": "2020-01-01T00:00:00Z",
    });
    let fields = ada.calls.post(&path, bad).await.expect(422).refused_fields();
    assert_eq!(fields, ["name", "scopes.1", "networks.0", "expires_at"]);
    let foreign = json!({ "name": "One", "scopes": ["services:read"], "service": eve.id });
    assert_eq!(ada.calls.post(&path, foreign).await.expect(422).refused_fields(), ["service"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_staff_does_what_its_owner_may_and_ends_with_him() {
    let panel = Panel::start().await;
    let staff = panel.staff(&[shared::Permission::ClientsView]).await;
    let made: TokenCreated = staff
        .calls
        .post("/admin/me/tokens", new_token(&["clients:read", "finance:write"]))
        .await
        .expect(201)
        .read();
    let script = panel.visitor().with_token(&made.secret);
    script.get("/admin/clients").await.expect(200);
    script.get("/admin/users").await.expect(403);
    panel.sql(&format!("UPDATE admins SET status = 'disabled' WHERE id = '{}'", staff.id)).await;
    script.get("/admin/clients").await.expect(401);
    staff.calls.get("/admin/clients").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_staff_changes_nothing_of_its_owners_own() {
    let panel = Panel::start().await;
    let staff = panel.staff(&[shared::Permission::ClientsView]).await;
    let made: TokenCreated =
        staff.calls.post("/admin/me/tokens", new_token(&["clients:write"])).await.expect(201).read();
    let script = panel.visitor().with_token(&made.secret);
    script.get("/admin/me").await.expect(200);
    script.get("/admin/bell").await.expect(200);
    let refused = [
        script.delete("/admin/me/sessions").await,
        script.put("/admin/me/preferences/columns", json!({ "value": [] })).await,
        script.post("/admin/bell/read", json!({})).await,
        script.post("/admin/me/tokens", new_token(&["clients:write"])).await,
    ];
    for answer in refused {
        assert_eq!(answer.expect(403).problem().code, Code::NotAllowed);
    }
    // The owner is still signed in, and may do all of that.
    staff.calls.put("/admin/me/preferences/columns", json!({ "value": [] })).await.expect(200);
    staff.calls.post("/admin/bell/read", json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_and_revoke_the_tokens_of_a_client() {
    let panel = Panel::start().await;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    let mut made = Vec::new();
    for (client, name) in [(&ada, "Backup"), (&ada, "Monitor"), (&eve, "Backup")] {
        let new = json!({ "name": name, "scopes": ["profile:read"] });
        let token = client.calls.post(&format!("/clients/{}/tokens", client.id), new).await.expect(201);
        made.push(token.read::<TokenCreated>());
    }
    let viewer = panel.staff(&[shared::Permission::ClientsView]).await.calls;
    let path = format!("/admin/clients/{}/tokens", ada.id);
    let names = async |query: &str| -> Vec<String> {
        let page: shared::Page<shared::identity::TokenSummary> =
            viewer.get(&format!("{path}{query}")).await.expect(200).read();
        page.items.into_iter().map(|token| token.name).collect()
    };
    assert_eq!(names("?sort=name").await, ["Backup", "Monitor"]);
    assert_eq!(names("?search=moni").await, ["Monitor"]);
    assert_eq!(names("?sort=name&per_page=1&page=2").await, ["Monitor"]);
    assert_eq!(viewer.get(&format!("{path}?sort=secret")).await.expect(422).refused_fields(), ["sort"]);
    let answer = viewer.get(&path).await.expect(200);
    assert!(!String::from_utf8_lossy(&answer.bytes).contains(&made[0].secret));
    viewer.get(&format!("/admin/clients/{}/tokens", shared::ClientId::generate())).await.expect(404);

    let one = format!("{path}/{}", made[0].token.id);
    viewer.delete(&one).await.expect(403);
    let staff = panel.staff(&[shared::Permission::UsersEdit]).await.calls;
    // Only of the client that is named.
    staff.delete(&format!("{path}/{}", made[2].token.id)).await.expect(404);
    let script = panel.visitor().with_token(&made[0].secret);
    script.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    staff.delete(&one).await.expect(204);
    script.get(&format!("/clients/{}/profile", ada.id)).await.expect(401);
    staff.delete(&one).await.expect(404);
    assert_eq!(names("").await, ["Monitor"]);
    let left = format!(
        "SELECT count(*) AS value FROM activity_log WHERE action = 'token.revoked' AND client_id = '{}'
         AND description = 'Revoked the API token Backup of {}'",
        ada.id, ada.email
    );
    assert_eq!(panel.count(&left).await, 1);
}
