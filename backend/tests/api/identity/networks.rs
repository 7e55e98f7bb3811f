//! From where the portals and the API may be used.

use serde_json::{Value, json};
use shared::identity::{AllowedNetworks, TokenCreated};
use shared::{Code, Permission};

use super::{PASSWORD, member, session_of, sign_in, sudo};
use crate::harness::Panel;

async fn staff_only_from(panel: &Panel, networks: &str) {
    panel
        .sql("INSERT INTO settings (key, value, updated_at) VALUES ('settings', '{}', now()) ON CONFLICT DO NOTHING")
        .await;
    panel
        .sql(&format!(
            "UPDATE settings SET value = jsonb_set(jsonb_set(value, '{{security}}', coalesce(value->'security', '{{}}')),
                 '{{security,staff_networks}}', '{networks}')"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_come_in_only_from_the_listed_networks() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let made: TokenCreated = root
        .calls
        .post("/admin/me/tokens", json!({ "name": "Script", "scopes": ["clients:read"] }))
        .await
        .expect(201)
        .read();
    let script = panel.visitor().with_token(&made.secret);
    let ada = panel.client("Ada").await;
    let mut settings = root.calls.get("/admin/settings").await.expect(200).json();
    settings["security"]["staff_networks"] = json!(["10.0.0.0/8", "127.0.0.0/8", "2001:db8::/32"]);
    root.calls.put("/admin/settings", settings).await.expect(200);
    root.calls.get("/admin/clients").await.expect(200);
    script.get("/admin/clients").await.expect(200);

    staff_only_from(&panel, r#"["203.0.113.0/24", "2001:db8::/32"]"#).await;
    for answer in [
        root.calls.get("/admin/clients").await,
        root.calls.get("/admin/me").await,
        root.calls.get("/auth/admin/session").await,
        script.get("/admin/clients").await,
        sign_in(&panel, "/auth/admin", "root@provider.test", PASSWORD).await,
    ] {
        assert_eq!(answer.expect(403).problem().code, Code::NetworkNotAllowed);
    }
    // Clients are not meant; and who gets out, gets out.
    ada.calls.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    root.calls.post("/auth/admin/sign-out", json!({})).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_locks_staff_out_by_himself_and_bad_networks_are_named() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    let settings = root.get("/admin/settings").await.expect(200).json();
    let put = async |networks: Value| {
        let mut changed = settings.clone();
        changed["security"]["staff_networks"] = networks;
        root.put("/admin/settings", changed).await
    };
    let outside = put(json!(["203.0.113.0/24"])).await.expect(422).problem();
    assert_eq!(
        (outside.fields[0].field.as_str(), outside.fields[0].code.as_str()),
        ("security.staff_networks", "locks_out")
    );
    let bad = put(json!(["127.0.0.0/8", "10.0.0.0/33", "home", "2001:db8::/129"]))
        .await
        .expect(422)
        .refused_fields();
    assert_eq!(bad, ["security.staff_networks.1", "security.staff_networks.2", "security.staff_networks.3"]);
    let many: Vec<String> = (0..51).map(|n| format!("127.0.0.{n}")).collect();
    assert_eq!(put(json!(many)).await.expect(422).refused_fields(), ["security.staff_networks"]);
    root.get("/admin/clients").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_used_only_from_its_networks_and_staff_open_it_again() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let own = format!("/clients/{}/networks", ada.id);
    let profile = format!("/clients/{}/profile", ada.id);
    let tokens = format!("/clients/{}/tokens", ada.id);
    let made: TokenCreated = ada
        .calls
        .post(&tokens, json!({ "name": "Script", "scopes": ["profile:read", "users:write"] }))
        .await
        .expect(201)
        .read();
    let script = panel.visitor().with_token(&made.secret);

    let before: AllowedNetworks = ada.calls.get(&own).await.expect(200).read();
    assert_eq!((before.networks.len(), before.ip.as_str()), (0, "127.0.0.1"));
    let change = |version: i32, networks: Value| json!({ "version": version, "networks": networks });
    // Whoever sets it must stay inside.
    let outside = ada.calls.put(&own, change(before.version, json!(["203.0.113.0/24"]))).await.expect(422);
    assert_eq!(outside.problem().fields[0].code, "locks_out");
    let bad = ada.calls.put(&own, change(before.version, json!(["127.0.0.1/64"]))).await.expect(422);
    assert_eq!(bad.refused_fields(), ["networks.0"]);
    script.put(&own, change(before.version, json!(["127.0.0.1"]))).await.expect(403);
    let set: AllowedNetworks =
        ada.calls.put(&own, change(before.version, json!(["127.0.0.0/8"]))).await.expect(200).read();
    assert_eq!(set.networks, ["127.0.0.0/8"]);
    let lost = ada.calls.put(&own, change(before.version, json!([]))).await.expect(412);
    assert_eq!(lost.problem().code, Code::VersionConflict);
    ada.calls.get(&profile).await.expect(200);

    // Staff are asked for no address of their own; from here the client is closed then.
    let theirs = format!("/admin/clients/{}/networks", ada.id);
    let closed: AllowedNetworks =
        root.put(&theirs, change(set.version, json!(["203.0.113.0/24"]))).await.expect(200).read();
    for answer in [ada.calls.get(&profile).await, script.get(&profile).await, ada.calls.get(&own).await] {
        assert_eq!(answer.expect(403).problem().code, Code::NetworkNotAllowed);
    }
    // The person himself is not shut out, only this client is.
    ada.calls.get("/me").await.expect(200);
    root.put(&theirs, change(closed.version, json!([]))).await.expect(200);
    ada.calls.get(&profile).await.expect(200);
    script.get(&profile).await.expect(200);
    let rows = "SELECT count(*) AS value FROM activity_log WHERE action = 'client.networks_changed' AND client_id IS NOT NULL";
    assert_eq!(panel.count(rows).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn networks_are_set_by_the_owner_with_his_password() {
    let panel = Panel::start().await;
    let owner = member(&panel, "ada@example.test").await;
    let session = owner.get("/auth/session").await.expect(200).json();
    let client: shared::ClientId = session["clients"][0]["id"].as_str().unwrap().parse().unwrap();
    let own = format!("/clients/{client}/networks");
    let version = owner.get(&own).await.expect(200).json()["version"].clone();
    let change = json!({ "version": version, "networks": ["127.0.0.1"] });
    assert_eq!(owner.put(&own, change.clone()).await.expect(403).problem().code, Code::PasswordNeeded);
    let other = panel.colleague(client, &["users"]).await;
    assert_eq!(other.put(&own, change.clone()).await.expect(403).problem().code, Code::NotAllowed);
    sudo(&owner).await;
    owner.put(&own, change).await.expect(200);
    // Staff give theirs too, and need the permission.
    let viewer = panel.staff(&[Permission::ClientsView]).await.calls;
    viewer.put(&format!("/admin/clients/{client}/networks"), json!({})).await.expect(403);
    viewer.get(&format!("/admin/clients/{client}/networks")).await.expect(200);
    viewer.get(&format!("/admin/clients/{}/networks", uuid::Uuid::now_v7())).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_staff_is_kept_with_its_first_and_last_time() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let new = json!({
        "email": "bea@provider.test", "password": PASSWORD, "first_name": "Bea", "last_name": "Staff", "language": "en", "groups": [],
    });
    let bea = root.calls.post("/admin/admins", new).await.expect(201).json();
    let path = format!("/admin/admins/{}", bea["id"].as_str().unwrap());
    let signed_in = sign_in(&panel, "/auth/admin", "bea@provider.test", PASSWORD).await.expect(200);
    let calls = session_of(&panel, &signed_in);
    panel.advance_hours(3).await;
    calls.get("/admin/me").await.expect(200);
    // Sessions are dropped after a while; what is known of addresses stays.
    panel.sql("DELETE FROM sessions WHERE admin_id IN (SELECT id FROM admins WHERE email = 'bea@provider.test')").await;
    let known = root.calls.get(&path).await.expect(200).json()["addresses"].clone();
    assert_eq!(known.as_array().unwrap().len(), 1);
    let hour = |field: &str| known[0][field].as_str().unwrap()[..13].to_owned();
    assert_eq!(
        (&known[0]["ip"], hour("first_at"), hour("last_at")),
        (&json!("127.0.0.1"), "2026-03-10T12".to_owned(), "2026-03-10T15".to_owned())
    );
}
