//! Staff among themselves: resets, second factors, permissions.

use hostwright::jobs::{Job, run};
use serde_json::{Value, json};
use shared::{AdminId, Code, Permission};

use super::mails;
use crate::harness::{Caller, Panel};

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_helped_by_those_who_have_no_less_than_they() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let colleague = panel.staff(&[Permission::StaffEdit, Permission::StaffView]).await;
    let address = format!("staff-{}@provider.test", colleague.id);
    let path = format!("/admin/admins/{}/password-reset", colleague.id);
    root.calls.post(&path, json!({})).await.expect(204);
    assert_eq!(mails(&panel, "password_reset", &address).await, 1);

    let above = format!("/admin/admins/{}", root.id);
    let refused = colleague.calls.post(&format!("{above}/password-reset"), json!({})).await.expect(403);
    assert_eq!(refused.problem().code, Code::NotAllowed);
    let reason = json!({ "reason": "Lost his phone, seen in person" });
    panel.sql("UPDATE sessions SET sudo_until = now() + interval '100 years'").await;
    colleague.calls.post(&format!("{above}/remove-two-factor"), reason.clone()).await.expect(403);
    let remove = format!("/admin/admins/{}/remove-two-factor", colleague.id);
    assert_eq!(
        root.calls.post(&remove, json!({ "reason": " " })).await.expect(422).refused_fields(),
        ["reason"]
    );
    root.calls.post(&remove, reason).await.expect(204);
    assert_eq!(mails(&panel, "two_factor_changed", &address).await, 1);
    colleague.calls.get("/auth/admin/session").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_permissions_change_is_told_what_and_by_whom() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    panel.sql("UPDATE sessions SET sudo_until = now() + interval '100 years'").await;
    let colleague = panel.staff(&[Permission::StaffView]).await;
    let address = format!("staff-{}@provider.test", colleague.id);
    let path = format!("/admin/admins/{}", colleague.id);
    let detail = root.calls.get(&path).await.expect(200).json();
    let group = detail["groups"][0]["id"].as_str().unwrap().to_owned();
    let held = root.calls.get(&format!("/admin/admin-groups/{group}")).await.expect(200).json();
    let change = json!({
        "name": held["name"], "description": "", "permissions": ["clients.view"], "groups": [],
        "version": held["version"],
    });
    root.calls.put(&format!("/admin/admin-groups/{group}"), change).await.expect(200);
    assert_eq!(mails(&panel, "permissions_changed", &address).await, 1);
    let listed = root.calls.get("/admin/notifications?event=permissions_changed").await.expect(200).json();
    let notification = listed["items"][0]["id"].as_str().unwrap().parse().unwrap();
    run::run(&panel.app, Job::SendNotification { notification }).await.unwrap();
    let bell: Value = colleague.calls.get("/admin/bell").await.expect(200).json();
    assert_eq!(bell["unread"], 1);
    let told = panel
        .count("SELECT count(*) AS value FROM notifications WHERE event = 'permissions_changed' AND params->>'what' = '+ clients.view, - staff.view'")
        .await;
    assert_eq!(told, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_people_leave_what_was_and_what_is() {
    let panel = Panel::start().await;
    let (root, other) = (panel.super_admin().await, panel.super_admin().await);
    let detail = root.calls.get(&format!("/admin/admins/{}", other.id)).await.expect(200).json();
    let groups: Vec<Value> =
        detail["groups"].as_array().unwrap().iter().map(|group| group["id"].clone()).collect();
    let change = json!({
        "version": detail["version"], "email": "zofia@provider.test", "first_name": "Zofia", "last_name": "Nowak",
        "language": "pl", "status": "active", "groups": groups, "notes": "",
    });
    root.calls.put(&format!("/admin/admins/{}", other.id), change).await.expect(200);
    let left = format!(
        "SELECT count(*) AS value FROM activity_log WHERE action = 'admin.changed' AND subject_id = '{0}'
         AND old->>'email' = 'staff-{0}@provider.test' AND new->>'email' = 'zofia@provider.test'
         AND old->>'language' = 'en' AND new->>'language' = 'pl' AND old->'groups' = new->'groups'",
        other.id
    );
    assert_eq!(panel.count(&left).await, 1);

    let ada = super::member(&panel, "ada@example.test").await;
    let account = ada.get("/me").await.expect(200).json();
    let change = json!({
        "version": account["version"], "email": "ada@example.test", "first_name": "Adela", "last_name": "Novak",
        "language": "pl", "current_password": super::PASSWORD,
    });
    ada.put("/me", change).await.expect(200);
    let left = "SELECT count(*) AS value FROM activity_log WHERE action = 'account.changed'
        AND old->>'first_name' = 'Ada' AND new->>'first_name' = 'Adela' AND new->>'language' = 'pl' AND new ? 'phone_country'";
    assert_eq!(panel.count(left).await, 1);

    ada.delete("/me/sessions").await.expect(200);
    let left =
        "SELECT count(*) AS value FROM activity_log WHERE action = 'sessions.ended' AND user_id IS NOT NULL";
    assert_eq!(panel.count(left).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_by_staff_is_told_to_the_old_one_and_voids_what_waits() {
    let panel = Panel::start().await;
    let (root, other) = (panel.super_admin().await, panel.super_admin().await);
    let ada = super::member(&panel, "ada@example.test").await;
    super::sudo(&ada).await;
    ada.post("/me/factors/email", json!({})).await.expect(201);
    let account = ada.get("/me").await.expect(200).json();
    let own = json!({
        "version": account["version"], "email": "eve@new.test", "first_name": "Ada", "last_name": "Novak",
        "language": "en", "current_password": super::PASSWORD,
    });
    ada.put("/me", own).await.expect(200);
    let waits = super::link_token(&panel, "confirm_new_email", "eve@new.test").await;

    let path = format!("/admin/users/{}", account["id"].as_str().unwrap());
    let user = root.calls.get(&path).await.expect(200).json();
    let change = |version: &Value, email: &str| {
        json!({
            "version": version, "email": email, "first_name": "Ada", "last_name": "Novak", "language": "en",
            "status": "active", "email_verified": false, "phone_verified": false,
        })
    };
    let user = root.calls.put(&path, change(&user["version"], "ada@typo.test")).await.expect(200).json();
    assert_eq!(mails(&panel, "email_changed", "ada@example.test").await, 1);
    let void = panel.visitor().post("/auth/email/confirm", json!({ "token": waits })).await.expect(422);
    assert_eq!(void.problem().code, Code::LinkExpired);
    assert_eq!(ada.get("/me/factors").await.expect(200).json()["factors"][0]["name"], "ada@typo.test");
    // An address that nobody confirmed may be a stranger's: he is told nothing.
    root.calls.put(&path, change(&user["version"], "ada@right.test")).await.expect(200);
    assert_eq!(mails(&panel, "email_changed", "ada@typo.test").await, 0);

    let path = format!("/admin/admins/{}", other.id);
    let detail = root.calls.get(&path).await.expect(200).json();
    let groups: Vec<Value> =
        detail["groups"].as_array().unwrap().iter().map(|group| group["id"].clone()).collect();
    let change = json!({
        "version": detail["version"], "email": "zofia@provider.test", "first_name": "Zofia", "last_name": "Nowak",
        "language": "en", "status": "active", "groups": groups,
    });
    root.calls.put(&path, change).await.expect(200);
    assert_eq!(mails(&panel, "email_changed", &format!("staff-{}@provider.test", other.id)).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_super_administrator_stays() {
    let panel = Panel::start().await;
    let (root, other) = (panel.super_admin().await, panel.super_admin().await);
    let path = |id: AdminId| format!("/admin/admins/{id}");
    // Each deletes the other at once: one of them is late.
    let (of_other, of_root) = (path(other.id), path(root.id));
    let (first, second) = tokio::join!(root.calls.delete(&of_other), other.calls.delete(&of_root));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 204, "{statuses:?}");
    assert!((400..500).contains(&statuses[1]), "{statuses:?}");
    let last = if first.status == 204 { root } else { other };
    assert_eq!(panel.count("SELECT count(*) AS value FROM admins").await, 1);

    let held = last.calls.get(&path(last.id)).await.expect(200).json();
    let change = |status: &str, groups: Value| {
        json!({
            "version": held["version"], "email": held["email"], "first_name": "Staff", "last_name": "Member",
            "language": "en", "status": status, "groups": groups,
        })
    };
    let groups = json!([held["groups"][0]["id"]]);
    for body in [change("disabled", groups), change("active", json!([]))] {
        let refused = last.calls.put(&path(last.id), body.clone()).await.expect(409).problem();
        assert_eq!(refused.code, Code::Conflict, "{body}");
    }
    last.calls.delete(&path(last.id)).await.expect(409);
    let now = last.calls.get(&path(last.id)).await.expect(200).json();
    assert_eq!((&now["version"], &now["status"]), (&held["version"], &json!("active")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_group_holds_itself() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    let make = async |name: &str, groups: Value| -> Value {
        let new = json!({ "name": name, "kind": "groups", "groups": groups });
        root.post("/admin/admin-groups", new).await.expect(201).json()
    };
    let inner = make("Inner", json!([])).await;
    let middle = make("Middle", json!([inner["id"]])).await;
    let outer = make("Outer", json!([middle["id"]])).await;
    let path = format!("/admin/admin-groups/{}", inner["id"].as_str().unwrap());
    for held in [&inner, &middle, &outer] {
        let change = json!({ "version": inner["version"], "name": "Inner", "groups": [held["id"]] });
        let refused = root.put(&path, change).await.expect(422).problem();
        let faults: Vec<_> =
            refused.fields.iter().map(|fault| (fault.field.as_str(), fault.code.as_str())).collect();
        assert_eq!(faults, [("groups", "cycle")], "{}", held["name"]);
    }
    assert_eq!(root.get(&path).await.expect(200).json()["version"], inner["version"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_through_a_group_what_he_has_not_himself() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let colleague = panel.staff(&[Permission::StaffEdit, Permission::StaffView]).await;
    let make = async |calls: &Caller, name: &str, kind: &str, permissions: Value, groups: Value| {
        let new = json!({ "name": name, "kind": kind, "permissions": permissions, "groups": groups });
        calls.post("/admin/admin-groups", new).await
    };
    let more =
        make(&root.calls, "More", "system", json!(["clients.view"]), json!([])).await.expect(201).json();
    let nested =
        make(&root.calls, "Nested", "groups", json!([]), json!([more["id"]])).await.expect(201).json();
    let all = root.calls.get(&format!("/admin/admins/{}", root.id)).await.expect(200).json();

    let refused = make(&colleague.calls, "A", "system", json!(["clients.view"]), json!([])).await;
    assert_eq!(refused.expect(422).refused_fields(), ["permissions"]);
    for group in [&more["id"], &nested["id"], &all["groups"][0]["id"]] {
        let refused = make(&colleague.calls, "B", "groups", json!([]), json!([group])).await;
        assert_eq!(refused.expect(422).refused_fields(), ["groups"]);
        let new = json!({
            "email": "eve@provider.test", "first_name": "Eve", "last_name": "", "language": "en", "groups": [group],
        });
        let refused = colleague.calls.post("/admin/admins", new).await.expect(422);
        assert_eq!(refused.refused_fields(), ["groups"]);
    }
    // What he has he may give.
    let own = make(&colleague.calls, "C", "system", json!(["staff.view"]), json!([])).await;
    let own = own.expect(201).json();
    make(&colleague.calls, "D", "groups", json!([]), json!([own["id"]])).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_through_a_group_what_he_has_not_himself() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let colleague = panel.staff(&[Permission::StaffEdit, Permission::StaffView]).await;
    let above = panel.staff(&[Permission::ClientsView, Permission::StaffView]).await;
    let held = root.calls.get(&format!("/admin/admins/{}", above.id)).await.expect(200).json();
    let make = async |name: &str, kind: &str, permissions: Value, groups: Value| -> Value {
        let new = json!({ "name": name, "kind": kind, "permissions": permissions, "groups": groups });
        root.calls.post("/admin/admin-groups", new).await.expect(201).json()
    };
    let empty = make("Nobody's", "system", json!(["clients.view"]), json!([])).await;
    let nested = make("Nested", "groups", json!([]), json!([empty["id"]])).await;
    let all = root.calls.get(&format!("/admin/admins/{}", root.id)).await.expect(200).json();
    for group in [&held["groups"][0]["id"], &empty["id"], &nested["id"], &all["groups"][0]["id"]] {
        let path = format!("/admin/admin-groups/{}", group.as_str().unwrap());
        let before = colleague.calls.get(&path).await.expect(200).json();
        let stripped = json!({
            "version": before["version"], "name": before["name"], "description": "", "permissions": [], "groups": [],
        });
        let refused = colleague.calls.put(&path, stripped).await.expect(403).problem();
        assert_eq!(refused.code, Code::NotAllowed, "{}", before["name"]);
        colleague.calls.delete(&path).await.expect(403);
        assert_eq!(colleague.calls.get(&path).await.expect(200).json(), before);
    }
    above.calls.get("/admin/clients").await.expect(200);
    // What he has himself he may take.
    let own = make("Own", "system", json!(["staff.view"]), json!([])).await;
    let path = format!("/admin/admin-groups/{}", own["id"].as_str().unwrap());
    let change = json!({ "version": own["version"], "name": "Own", "permissions": [], "groups": [] });
    colleague.calls.put(&path, change).await.expect(200);
    colleague.calls.delete(&path).await.expect(204);
}
