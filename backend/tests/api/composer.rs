//! E-mails that staff write to users of a client themselves.

use hostwright::jobs::{Job, run};
use serde_json::{Value, json};
use shared::identity::{ClientMessageSent, ClientUser};
use shared::{Code, EffectKind, Page, Permission, Rehearsal, UserId};
use uuid::Uuid;

use crate::harness::{Caller, ClientAccount, Panel};
use crate::notices::{mailing, received};

fn path(client: &ClientAccount) -> String {
    format!("/admin/clients/{}/messages", client.id)
}

fn to(recipients: Value) -> Value {
    json!({ "recipients": recipients, "subject": "News", "text": "There are some." })
}

/// Another user of a client.
async fn colleague(panel: &Panel, staff: &Caller, client: &ClientAccount) -> UserId {
    panel.colleague(client.id, &["documents"]).await;
    let users: Page<ClientUser> =
        staff.get(&format!("/admin/clients/{}/users", client.id)).await.expect(200).read();
    users.items.iter().find(|user| user.user != client.user).unwrap().user
}

async fn written(panel: &Panel) -> i64 {
    panel.count("SELECT count(*) AS value FROM notifications WHERE event = 'staff_message'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_by_staff_arrives_as_it_was_written_and_stands_in_the_history() {
    let panel = Panel::start().await;
    let rights = [Permission::ClientsMessage, Permission::NotificationsView, Permission::LogsView];
    let staff = panel.staff(&rights).await.calls;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    panel.colleague(ada.id, &["documents"]).await;
    let mail = json!({
        "subject": " Your <i>server</i> ",
        "text": "It moves tonight.\r\nNothing <b>changes</b>.\n\nWrite to us.\n",
    });
    let sent: ClientMessageSent = staff.post_once(&path(&ada), mail).await.expect(201).read();
    assert_eq!(sent.messages.len(), 1, "its owner alone");
    let notification = sent.messages[0];
    run::run(&mailing(&panel).await, Job::SendNotification { notification }).await.unwrap();

    let letters = received(&ada.email).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0]["subject"], "Your <i>server</i>");
    let as_written = "\n\nIt moves tonight.\nNothing <b>changes</b>.\n\nWrite to us.\n";
    let text = letters[0]["text"].as_str().unwrap().replace("\r\n", "\n");
    assert!(text.contains(as_written), "{text}");
    let html = letters[0]["html"].as_str().unwrap();
    assert!(html.contains("Nothing &lt;b&gt;changes") && html.contains(">Write to us.</p>"), "{html}");
    assert!(!html.contains("<b>changes") && !html.contains("<i>server"), "{html}");

    let history = |client: &ClientAccount| format!("/admin/notifications?client_id={}", client.id);
    let listed = staff.get(&history(&ada)).await.expect(200).json();
    assert_eq!(listed["total"], 1);
    let item = &listed["items"][0];
    for (field, value) in [
        ("event", "staff_message"),
        ("subject", "Your <i>server</i>"),
        ("state", "sent"),
        ("email", ada.email.as_str()),
    ] {
        assert_eq!(item[field], value, "{field}");
    }
    assert_eq!(staff.get(&history(&eve)).await.expect(200).json()["total"], 0);
    let detail = staff.get(&format!("/admin/notifications/{notification}")).await.expect(200).json();
    assert!(detail["text"].as_str().unwrap().contains(as_written), "{detail}");
    assert_eq!(detail["can_resend"], true);
    let sealed = "SELECT count(*) AS value FROM notifications WHERE secrets_sealed IS NOT NULL";
    assert_eq!(panel.count(sealed).await, 0);

    let bell = ada.calls.get("/me/bell").await.expect(200).json();
    assert_eq!(bell["items"][0]["title"], "Your <i>server</i>");
    let trail = format!("/admin/activity?client={}&action=client.message_sent", ada.id);
    let trail = staff.get(&trail).await.expect(200).json();
    assert_eq!(
        trail["items"][0]["new"],
        json!({ "subject": "Your <i>server</i>", "recipients": [ada.email] })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_got_himself_stands_among_the_messages_of_the_clients_that_he_acts_for() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    staff.post(&format!("/admin/users/{}/password-reset", ada.user), json!({})).await.expect(204);
    let events = async |client: &ClientAccount| {
        let path = format!("/admin/notifications?client_id={}", client.id);
        let listed: Value = staff.get(&path).await.expect(200).json();
        let events = listed["items"].as_array().unwrap().iter();
        events.map(|item| item["event"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(events(&ada).await, ["password_reset"]);
    assert_eq!(events(&eve).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_goes_to_users_who_act_for_the_client_and_to_nobody_else() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    let other = colleague(&panel, &staff, &ada).await;
    let both = to(json!([ada.user, other, ada.user]));
    let sent: ClientMessageSent = staff.post_once(&path(&ada), both).await.expect(201).read();
    assert_eq!(sent.messages.len(), 2, "each once");

    let with = |field: &str, value: String| {
        let mut mail = to(json!([ada.user]));
        mail[field] = json!(value);
        mail
    };
    let many: Vec<UserId> = (0..201).map(|_| UserId::generate()).collect();
    for (mail, field) in [
        (to(json!([eve.user])), "recipients"),
        (to(json!([ada.user, eve.user])), "recipients"),
        (to(json!([])), "recipients"),
        (to(json!(many)), "recipients"),
        (with("subject", " ".to_owned()), "subject"),
        (with("subject", "x".repeat(201)), "subject"),
        (with("subject", "two\nlines".to_owned()), "subject"),
        (with("text", "\n".to_owned()), "text"),
        (with("text", "x".repeat(10_001)), "text"),
        (with("html", "<p>".to_owned()), "html"),
    ] {
        let refused = staff.post_once(&path(&ada), mail).await.expect(422);
        assert_eq!(refused.refused_fields(), [field]);
    }
    // Who is kept from acting for the client is told nothing of it.
    let disable = format!("/admin/clients/{}/users/{other}/disable", ada.id);
    staff.post(&disable, json!({})).await.expect(200);
    let refused = staff.post_once(&path(&ada), to(json!([other]))).await.expect(422);
    assert_eq!(refused.refused_fields(), ["recipients"]);
    let nowhere = format!("/admin/clients/{}/messages", Uuid::now_v7());
    staff.post_once(&nowhere, to(Value::Null)).await.expect(404);
    panel.sql(&format!("UPDATE clients SET status = 'deleted' WHERE id = '{}'", ada.id)).await;
    staff.post_once(&path(&ada), to(Value::Null)).await.expect(409);
    assert_eq!(written(&panel).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_sends_an_email_once_and_a_dry_run_sends_none() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let other = colleague(&panel, &staff, &ada).await;
    let both = to(json!([ada.user, other]));
    let would = staff.post_once(&format!("{}?dry_run=true", path(&ada)), both.clone()).await.expect(200);
    let would: Rehearsal = would.read();
    assert_eq!((would.effects[0].code, would.effects[0].count), (EffectKind::MessagesSent, Some(2)));
    assert_eq!(written(&panel).await, 0);

    let once = async |mail: Value| staff.post_with_key(&path(&ada), mail, "news of March").await;
    let first: ClientMessageSent = once(both.clone()).await.expect(201).read();
    let again: ClientMessageSent = once(both).await.expect(201).read();
    assert_eq!(first, again);
    let reused = once(to(json!([other]))).await.expect(422).problem();
    assert_eq!(reused.code, Code::IdempotencyKeyReused);
    assert_eq!(written(&panel).await, 2);
    let tasks = "SELECT count(*) AS value FROM tasks WHERE name = 'send-notification'";
    assert_eq!(panel.count(tasks).await, 2);
    let trail = "SELECT count(*) AS value FROM activity_log WHERE action = 'client.message_sent'";
    assert_eq!(panel.count(trail).await, 1);

    let others: Vec<Permission> =
        Permission::ALL.iter().copied().filter(|key| *key != Permission::ClientsMessage).collect();
    let others = panel.staff(&others).await.calls;
    others.post_once(&path(&ada), to(Value::Null)).await.expect(403);
}
