//! Clients and users as staff see them, and the client's own profile.

use serde_json::{Value, json};
use shared::identity::{ClientDetail, ClientProfile, ClientStatusEffect};
use shared::{Code, Permission};

use super::{PASSWORD, link_token, mails, session_of, sign_in};
use crate::harness::{COMPANY, Panel};

fn new_client(email: &str) -> Value {
    json!({
        "email": email, "first_name": "Bob", "last_name": "Kowal", "company_name": "Kowal, s.c.", "tax_id": "PL5260250274",
        "language": "pl", "currency": "PLN", "phone_country": "PL", "phone": "22 123 45 67",
        "billing_address": { "line1": "Długa 1", "city": "Kraków", "postcode": "30-001", "country": "PL", "region": "PL-12" },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_create_find_and_export_a_client() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let made: ClientDetail =
        root.calls.post("/admin/clients", new_client("bob@example.test")).await.expect(201).read();
    assert_eq!(
        (made.name.as_str(), made.currency.code(), made.status.as_str()),
        ("Kowal, s.c.", "PLN", "active")
    );
    assert_eq!(mails(&panel, "set_password", "bob@example.test").await, 1);
    for search in ["kowal", "bob@example", "5260250274", "123 45", &made.id.to_string()] {
        let page = root
            .calls
            .get(&format!("/admin/clients?search={}", search.replace(' ', "%20")))
            .await
            .expect(200);
        assert_eq!(page.json()["total"], 1, "{search}");
    }
    let none = root.calls.get("/admin/clients?search=%25&status=suspended").await.expect(200).json();
    assert_eq!(none["total"], 0);
    let csv = root.calls.get("/admin/clients.csv").await.expect(200);
    assert!(String::from_utf8(csv.bytes).unwrap().contains("\"Kowal, s.c.\""));
    // A second client of the same person: the same user.
    root.calls.post("/admin/clients", new_client("bob@example.test")).await.expect(201);
    assert_eq!(panel.count("SELECT count(*) AS value FROM users").await, 1);
    assert_eq!(
        panel.count("SELECT count(*) AS value FROM activity_log WHERE action = 'client.created'").await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_clients_costs_the_same_for_one_and_for_many() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    panel.client("Ada").await;
    let one = root.calls.get("/admin/clients").await.expect(200).queries();
    for name in ["Bea", "Cyd", "Dan", "Eve"] {
        panel.client(name).await;
    }
    let many = root.calls.get("/admin/clients?sort=name&per_page=3&page=2").await.expect(200);
    assert_eq!(many.queries(), one);
    assert_eq!(many.json()["items"].as_array().unwrap().len(), 2);
    // A page past the end is empty, and still says how many there are.
    let past = root.calls.get("/admin/users?page=9").await.expect(200).json();
    assert_eq!((&past["items"], &past["total"]), (&json!([]), &json!(5)));
    let bad = root.calls.get("/admin/clients?sort=password_hash").await.expect(422);
    assert_eq!(bad.refused_fields(), ["sort"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_clients_name_their_fields_and_write_nothing() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let mut bad = new_client("no address");
    bad["phone"] = json!("call me");
    bad["billing_address"]["region"] = json!("CA-QC");
    bad["tax_id"] = json!("x".repeat(51));
    let mut fields = root.calls.post("/admin/clients", bad).await.expect(422).refused_fields();
    fields.sort();
    assert_eq!(fields, ["billing_address.region", "email", "phone", "tax_id"]);
    let mut unknown = new_client("bob@example.test");
    unknown["currency"] = json!("USD");
    assert_eq!(root.calls.post("/admin/clients", unknown).await.expect(422).refused_fields(), ["currency"]);
    assert_eq!(panel.count("SELECT count(*) AS value FROM clients").await, 0);
    assert_eq!(panel.count("SELECT count(*) AS value FROM users").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_race_loses_nobodys_change() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let ada = panel.client("Ada").await;
    let path = format!("/clients/{}/profile", ada.id);
    let profile: ClientProfile = ada.calls.get(&path).await.expect(200).read();
    let change = |name: &str| {
        json!({
            "version": profile.version, "first_name": name, "last_name": "Tester", "email": ada.email, "language": "uk",
            "billing_address": { "line1": "Main 2", "city": "Town", "postcode": "1", "country": "PL" },
        })
    };
    let changed: ClientProfile = ada.calls.put(&path, change("Adela")).await.expect(200).read();
    assert!(changed.is_complete && changed.version == profile.version + 1);
    assert_eq!(
        ada.calls.put(&path, change("Amanda")).await.expect(412).problem().code,
        Code::VersionConflict
    );
    let staff = json!({
        "version": profile.version, "email": ada.email, "first_name": "A", "last_name": "B", "language": "en",
        "currency": "EUR", "company": COMPANY,
    });
    root.calls.put(&format!("/admin/clients/{}", ada.id), staff).await.expect(412);
    assert_eq!(ada.calls.get(&path).await.expect(200).json()["first_name"], "Adela");
    let empty = json!({
        "version": changed.version, "first_name": "", "last_name": "", "email": "x", "language": "en",
        "billing_address": { "line1": "", "city": "", "country": "QQ" },
    });
    let mut fields = ada.calls.put(&path, empty).await.expect(422).refused_fields();
    fields.sort();
    let wanted = [
        "billing_address.city",
        "billing_address.country",
        "billing_address.line1",
        "email",
        "first_name",
        "last_name",
    ];
    assert_eq!(fields, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_client_sees_and_a_banned_one_is_shut_out() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let ada = panel.client("Ada").await;
    let status = format!("/admin/clients/{}/status", ada.id);
    let suspend =
        json!({ "action": "suspend", "reason": "Unpaid invoice", "notify": true, "also_services": true });

    let dry: ClientStatusEffect =
        root.calls.post(&format!("{status}?dry_run=true"), suspend.clone()).await.expect(200).read();
    assert!(!dry.done && dry.to.as_str() == "suspended");
    ada.calls.get(&format!("/clients/{}/tokens", ada.id)).await.expect(200);

    root.calls.post(&status, suspend).await.expect(200);
    let refused = ada.calls.get(&format!("/clients/{}/tokens", ada.id)).await.expect(403).problem();
    assert_eq!((refused.code, refused.detail.as_deref()), (Code::AccountSuspended, Some("Unpaid invoice")));
    ada.calls.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    assert_eq!(mails(&panel, "account_suspended", &ada.email).await, 1);
    assert_eq!(panel.count("SELECT count(*) AS value FROM tasks WHERE name = 'client-services'").await, 1);

    let back: ClientStatusEffect =
        root.calls.post(&status, json!({ "action": "reactivate" })).await.expect(200).read();
    assert_eq!(back.earlier_reasons, ["Unpaid invoice"]);
    ada.calls.get(&format!("/clients/{}/tokens", ada.id)).await.expect(200);

    let missing = root.calls.post(&status, json!({ "action": "ban" })).await.expect(422);
    assert_eq!(missing.refused_fields(), ["reason"]);
    let ban: ClientStatusEffect =
        root.calls.post(&status, json!({ "action": "ban", "reason": "Abuse" })).await.expect(200).read();
    assert_eq!(ban.sessions, 1);
    ada.calls.get("/auth/session").await.expect(401);
    let history =
        root.calls.get(&format!("/admin/clients/{}/status-history", ada.id)).await.expect(200).json();
    assert_eq!(history["total"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_lists_what_is_in_the_way() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let ada = panel.client("Ada").await;
    let status = format!("/admin/clients/{}/status", ada.id);
    panel.sql("UPDATE wallets SET balance = 12.5").await;
    let close = json!({ "action": "close", "reason": "On request" });
    let dry: ClientStatusEffect =
        root.calls.post(&format!("{status}?dry_run=true"), close.clone()).await.expect(200).read();
    assert_eq!(dry.in_the_way.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["balance"]);
    root.calls.post(&status, close.clone()).await.expect(409);
    panel.sql("UPDATE wallets SET balance = 0").await;
    root.calls.post(&status, json!({ "action": "delete", "reason": "Too soon" })).await.expect(409);
    root.calls.post(&status, close).await.expect(200);
    root.calls.post(&status, json!({ "action": "delete", "reason": "On request" })).await.expect(200);
    assert_eq!(root.calls.get("/admin/clients").await.expect(200).json()["total"], 0);
    assert_eq!(root.calls.get("/admin/clients?status=deleted").await.expect(200).json()["total"], 1);
    // Its only user was signed out with it.
    ada.calls.get(&format!("/clients/{}/profile", ada.id)).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_keeps_exactly_one_owner() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let ada = panel.client("Ada").await;
    let bea = panel.client("Bea").await;
    let users = format!("/admin/clients/{}/users", ada.id);
    let owner = json!({ "user": bea.user, "role": "owner" });
    assert_eq!(root.calls.post(&users, owner).await.expect(422).refused_fields(), ["role"]);
    let custom = json!({ "user": bea.user, "role": "custom", "permissions": ["documents"] });
    root.calls.post(&users, custom.clone()).await.expect(201);
    assert_eq!(root.calls.post(&users, custom).await.expect(422).refused_fields(), ["user"]);
    bea.calls.get(&format!("/clients/{}/profile", ada.id)).await.expect(403);

    root.calls.delete(&format!("{users}/{}", ada.user)).await.expect(409);
    root.calls
        .post(&format!("/admin/clients/{}/owner", ada.id), json!({ "user": bea.user }))
        .await
        .expect(200);
    bea.calls.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    assert_eq!(panel.count("SELECT count(*) AS value FROM client_users WHERE role = 'owner'").await, 2);
    root.calls.delete(&format!("{users}/{}", ada.user)).await.expect(200);
    ada.calls.get(&format!("/clients/{}/profile", ada.id)).await.expect(404);
    let refused = root.calls.delete(&format!("/admin/users/{}", bea.user)).await.expect(409);
    assert_eq!(refused.problem().code, Code::InUse);
    root.calls.delete(&format!("/admin/users/{}", ada.user)).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_confirm_a_pending_client_and_write_notes() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let mut new = new_client("bob@example.test");
    new["status"] = json!("pending");
    new["password"] = json!(PASSWORD);
    let made: ClientDetail = root.calls.post("/admin/clients", new).await.expect(201).read();
    assert_eq!(mails(&panel, "confirm_email", "bob@example.test").await, 1);
    let before = link_token(&panel, "confirm_email", "bob@example.test").await;
    root.calls.post(&format!("/admin/clients/{}/resend-confirmation", made.id), json!({})).await.expect(204);
    let void = panel.visitor().post("/auth/email/confirm", json!({ "token": before })).await.expect(422);
    assert_eq!(void.problem().code, Code::LinkExpired);
    root.calls.post(&format!("/admin/clients/{}/confirm", made.id), json!({})).await.expect(204);
    root.calls.post(&format!("/admin/clients/{}/confirm", made.id), json!({})).await.expect(409);
    let bob = session_of(&panel, &sign_in(&panel, "/auth", "bob@example.test", PASSWORD).await.expect(200));
    assert_eq!(bob.get("/auth/session").await.expect(200).json()["clients"][0]["status"], "active");

    let notes = format!("/admin/clients/{}/notes", made.id);
    root.calls.post(&notes, json!({ "text": "Called: pays on Friday." })).await.expect(201);
    assert_eq!(root.calls.post(&notes, json!({ "text": " " })).await.expect(422).refused_fields(), ["text"]);
    assert_eq!(
        root.calls.get(&notes).await.expect(200).json()["items"][0]["text"],
        "Called: pays on Friday."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_action_on_a_client_needs_its_own_permission() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let viewer = panel.staff(&[Permission::ClientsView]).await;
    viewer.calls.get(&format!("/admin/clients/{}", ada.id)).await.expect(200);
    let suspend = json!({ "action": "suspend", "reason": "x" });
    viewer.calls.post(&format!("/admin/clients/{}/status", ada.id), suspend).await.expect(403);
    viewer.calls.post(&format!("/admin/clients/{}/notes", ada.id), json!({ "text": "x" })).await.expect(403);
    viewer.calls.post("/admin/users", json!({})).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_kept_bounded_and_ones_own() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let eve = panel.client("Eve").await;
    let value = json!({ "value": { "widgets": ["balance", "services"] } });
    ada.calls.put("/me/preferences/dashboard", value.clone()).await.expect(200);
    assert_eq!(ada.calls.get("/me/preferences/dashboard").await.expect(200).json(), value);
    assert_eq!(eve.calls.get("/me/preferences/dashboard").await.expect(200).json(), json!({ "value": null }));
    let large = json!({ "value": "x".repeat(70_000) });
    assert_eq!(
        ada.calls.put("/me/preferences/dashboard", large).await.expect(422).refused_fields(),
        ["value"]
    );
}
