//! Messages: written at once, sent when there is a server to send them.

use hostwright::jobs::{Job, run};
use hostwright::{App, config::Config};
use serde_json::json;
use shared::NotificationId;

use crate::harness::Panel;

async fn waiting(panel: &Panel) -> (NotificationId, String) {
    let list = panel.super_admin().await.calls.get("/admin/notifications").await.expect(200).json();
    let item = &list["items"][0];
    (item["id"].as_str().unwrap().parse().unwrap(), item["state"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_without_a_mail_server_is_sent_once_there_is_one() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let ada = panel.client("Ada").await;
    root.calls.post(&format!("/admin/users/{}/password-reset", ada.user), json!({})).await.expect(204);
    let (notification, state) = waiting(&panel).await;
    assert_eq!(state, "queued");
    run::run(&panel.app, Job::SendNotification { notification }).await.unwrap();
    assert_eq!(waiting(&panel).await.1, "queued");
    panel.sql("UPDATE tasks SET state = 'completed'").await;
    run::run(&panel.app, Job::WaitingMail).await.unwrap();
    let asked = "SELECT count(*) AS value FROM tasks WHERE name = 'send-notification' AND state = 'queued'";
    assert_eq!(panel.count(asked).await, 0, "there is still no server");

    let server = std::env::var_os("TEST_SMTP").expect("TEST_SMTP names a mail server");
    let server = server.to_string_lossy();
    let config = Config::parse(&format!(
        "database = {{ url = \"{}\", connections_max = 2 }}
         redis = {{ url = \"redis://127.0.0.1:1/\" }}
         secret_key = {{ value = \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\" }}
         clock = {{ adjustable = true }}
         mail = {{ smtp_url = \"smtp://{server}\" }}",
        panel.database_url(),
    ))
    .unwrap();
    let mailing = App::build(config).await.unwrap();
    run::run(&mailing, Job::WaitingMail).await.unwrap();
    assert_eq!(panel.count(asked).await, 1);
    run::run(&mailing, Job::SendNotification { notification }).await.unwrap();
    assert_eq!(waiting(&panel).await.1, "sent");
}
