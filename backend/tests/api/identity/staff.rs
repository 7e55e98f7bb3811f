//! Staff among themselves: resets, second factors, permissions.

use hostwright::jobs::{Job, run};
use serde_json::{Value, json};
use shared::{Code, Permission};

use super::mails;
use crate::harness::Panel;

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
