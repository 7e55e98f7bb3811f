//! The users of a client: what they may do to each other.

use serde_json::{Value, json};
use shared::identity::{ClientUser, TokenCreated};
use shared::{Code, Page};
use uuid::Uuid;

use crate::harness::{Caller, ClientAccount, Panel};

async fn users(caller: &Caller, client: &ClientAccount, query: &str) -> Page<ClientUser> {
    caller.get(&format!("/clients/{}/users{query}", client.id)).await.expect(200).read()
}

/// The users of a client but its owner.
async fn others(caller: &Caller, client: &ClientAccount) -> Vec<ClientUser> {
    users(caller, client, "?sort=created_at")
        .await
        .items
        .into_iter()
        .filter(|user| user.user != client.user)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_changes_disables_and_removes_users() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let colleague = panel.colleague(ada.id, &["documents", "api"]).await;
    let profile = format!("/clients/{}/profile", ada.id);
    let other = others(&ada.calls, &ada).await.remove(0);
    let path = format!("/clients/{}/users/{}", ada.id, other.user);

    colleague.get(&profile).await.expect(403);
    let role = |role: &str, version: i32| json!({ "version": version, "role": role });
    let changed: ClientUser = ada.calls.put(&path, role("manager", 1)).await.expect(200).read();
    assert_eq!((changed.role.as_str(), changed.permissions.len()), ("manager", 6));
    colleague.get(&profile).await.expect(200);
    colleague.get(&format!("/clients/{}/users", ada.id)).await.expect(403);
    let owner = ada.calls.put(&path, role("owner", 2)).await.expect(422);
    assert_eq!(owner.refused_fields(), ["role"]);

    let token = json!({ "name": "Script", "scopes": ["profile:read"] });
    let made: TokenCreated =
        colleague.post(&format!("/clients/{}/tokens", ada.id), token).await.expect(201).read();
    let script = panel.visitor().with_token(&made.secret);
    let disabled: ClientUser = ada.calls.post(&format!("{path}/disable"), json!({})).await.expect(200).read();
    assert!(disabled.disabled_at.is_some());
    colleague.get(&profile).await.expect(404);
    script.get(&profile).await.expect(404);
    assert_eq!(colleague.get("/auth/session").await.expect(200).json()["clients"], json!([]));
    // Twice is as good as once.
    ada.calls.post(&format!("{path}/disable"), json!({})).await.expect(200);
    let enabled: ClientUser = ada.calls.post(&format!("{path}/enable"), json!({})).await.expect(200).read();
    assert!(enabled.disabled_at.is_none());
    colleague.get(&profile).await.expect(200);
    script.get(&profile).await.expect(200);

    ada.calls.delete(&path).await.expect(204);
    colleague.get(&profile).await.expect(404);
    script.get(&profile).await.expect(401);
    for action in
        ["client.user_changed", "client.user_disabled", "client.user_enabled", "client.user_removed"]
    {
        let rows = format!(
            "SELECT count(*) AS value FROM activity_log WHERE action = '{action}' AND client_id = '{}'",
            ada.id
        );
        assert_eq!(panel.count(&rows).await, 1, "{action}");
    }
    ada.calls.delete(&path).await.expect(404);
    ada.calls.put(&path, role("manager", 2)).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_touches_the_owner_himself_or_who_may_do_more() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let clerk = panel.colleague(ada.id, &["users", "documents"]).await;
    let clerk_id = others(&ada.calls, &ada).await.remove(0).user;
    panel.colleague(ada.id, &["services"]).await;
    panel.colleague(ada.id, &["documents"]).await;
    let of = |user: shared::UserId| format!("/clients/{}/users/{user}", ada.id);
    let role = |permissions: &[&str]| json!({ "version": 1, "role": "custom", "permissions": permissions });
    for answer in [
        clerk.put(&of(ada.user), role(&["documents"])).await,
        clerk.post(&format!("{}/disable", of(ada.user)), json!({})).await,
        clerk.delete(&of(ada.user)).await,
        clerk.put(&of(clerk_id), role(&["users", "documents", "api"])).await,
        clerk.delete(&of(clerk_id)).await,
        // The owner cannot leave his own account ownerless either.
        ada.calls.put(&of(ada.user), role(&["documents"])).await,
        ada.calls.post(&format!("{}/disable", of(ada.user)), json!({})).await,
        ada.calls.delete(&of(ada.user)).await,
    ] {
        assert_eq!(answer.expect(409).problem().code, Code::Conflict);
    }
    let people = others(&ada.calls, &ada).await;
    let with = |permission: &str| {
        let found = people.iter().find(|user| {
            user.user != clerk_id && user.permissions.iter().any(|held| held.as_str() == permission)
        });
        found.unwrap().user
    };
    let above = clerk.put(&of(with("services")), role(&["documents"])).await.expect(403);
    assert_eq!(above.problem().code, Code::NotAllowed);
    let more = clerk.put(&of(with("documents")), role(&["documents", "services"])).await.expect(422);
    assert_eq!(more.refused_fields(), ["permissions"]);
    let manager = json!({ "version": 1, "role": "manager" });
    let manager = clerk.put(&of(with("documents")), manager).await.expect(422);
    assert_eq!(manager.refused_fields(), ["role"]);
    clerk.put(&of(with("documents")), role(&["users", "documents"])).await.expect(200);
    clerk.post(&format!("/clients/{}/owner", ada.id), json!({ "user": clerk_id })).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_users_ask_for_the_password_and_are_not_for_tokens() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    panel.colleague(ada.id, &["documents"]).await;
    let other = others(&ada.calls, &ada).await.remove(0).user;
    let path = format!("/clients/{}/users/{other}", ada.id);
    let token = json!({ "name": "Script", "scopes": ["users:write"] });
    let made: TokenCreated =
        ada.calls.post(&format!("/clients/{}/tokens", ada.id), token).await.expect(201).read();
    let script = panel.visitor().with_token(&made.secret);
    assert_eq!(users(&script, &ada, "").await.total, 2);
    script.delete(&path).await.expect(403);
    panel.sql("UPDATE sessions SET sudo_until = NULL").await;
    for answer in [
        ada.calls.put(&path, json!({ "version": 1, "role": "manager" })).await,
        ada.calls.post(&format!("{path}/disable"), json!({})).await,
        ada.calls.post(&format!("{path}/enable"), json!({})).await,
        ada.calls.delete(&path).await,
        ada.calls.post(&format!("/clients/{}/owner", ada.id), json!({ "user": other })).await,
    ] {
        assert_eq!(answer.expect(403).problem().code, Code::PasswordNeeded);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_hands_the_account_over() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let heir = panel.colleague(ada.id, &["documents"]).await;
    let other = others(&ada.calls, &ada).await.remove(0).user;
    let owner = format!("/clients/{}/owner", ada.id);
    let stranger = ada.calls.post(&owner, json!({ "user": Uuid::now_v7() })).await.expect(422);
    assert_eq!(stranger.refused_fields(), ["user"]);
    ada.calls.post(&format!("/clients/{}/users/{other}/disable", ada.id), json!({})).await.expect(200);
    let disabled = ada.calls.post(&owner, json!({ "user": other })).await.expect(422);
    assert_eq!(disabled.refused_fields(), ["user"]);
    ada.calls.post(&format!("/clients/{}/users/{other}/enable", ada.id), json!({})).await.expect(200);
    ada.calls.post(&owner, json!({ "user": other })).await.expect(204);
    // From now on the heir decides, and the one before is a manager.
    ada.calls.get(&format!("/clients/{}/users", ada.id)).await.expect(403);
    assert_eq!(users(&heir, &ada, "").await.items[0].user, other);
    let owners = format!(
        "SELECT count(*) AS value FROM client_users WHERE client_id = '{}' AND role = 'owner'",
        ada.id
    );
    assert_eq!(panel.count(&owners).await, 1);
    heir.delete(&format!("/clients/{}/users/{}", ada.id, ada.user)).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_listed_by_page_at_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let (own, staff) = (format!("/clients/{}/users", ada.id), format!("/admin/clients/{}/users", ada.id));
    let (one, one_staff) =
        (ada.calls.get(&own).await.expect(200).queries(), root.get(&staff).await.expect(200).queries());
    for _ in 0..4 {
        panel.colleague(ada.id, &["documents"]).await;
    }
    let many = ada.calls.get(&format!("{own}?per_page=2&sort=-email&search=example")).await.expect(200);
    assert_eq!(many.queries(), one);
    let page: Page<ClientUser> = many.read();
    assert_eq!((page.items.len(), page.total), (2, 5));
    let many = root.get(&format!("{staff}?page=3&per_page=2")).await.expect(200);
    assert_eq!(many.queries(), one_staff);
    assert_eq!(many.json()["items"].as_array().unwrap().len(), 1);
    let first: Value = root.get(&staff).await.expect(200).json();
    assert_eq!(first["items"][0]["role"], "owner");
    // A page past the end is empty, and still says how many there are.
    assert_eq!(root.get(&format!("{staff}?page=9")).await.expect(200).json()["total"], 5);
    for path in [own, staff] {
        let caller = if path.starts_with("/admin") { &root } else { &ada.calls };
        assert_eq!(
            caller.get(&format!("{path}?sort=password_hash")).await.expect(422).refused_fields(),
            ["sort"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_keep_users_out_and_let_them_in_again() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let colleague = panel.colleague(ada.id, &["profile"]).await;
    let other = others(&ada.calls, &ada).await.remove(0).user;
    let path = format!("/admin/clients/{}/users/{other}", ada.id);
    root.post(&format!("{path}/disable"), json!({})).await.expect(200);
    colleague.get(&format!("/clients/{}/profile", ada.id)).await.expect(404);
    let switch = root.post(&format!("/admin/clients/{}/owner", ada.id), json!({ "user": other })).await;
    assert_eq!(switch.expect(422).refused_fields(), ["user"]);
    root.post(&format!("{path}/enable"), json!({})).await.expect(200);
    colleague.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    let owner = format!("/admin/clients/{}/users/{}/disable", ada.id, ada.user);
    root.post(&owner, json!({})).await.expect(409);
}
