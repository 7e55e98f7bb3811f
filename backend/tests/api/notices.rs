//! Messages: written at once, sent when there is a server to send them.

use hostwright::jobs::{Job, run};
use hostwright::{App, config::Config};
use serde_json::{Value, json};
use shared::NotificationId;
use uuid::Uuid;

use crate::harness::Panel;
use crate::identity::{PASSWORD, member, sign_in};

async fn waiting(panel: &Panel) -> (NotificationId, String) {
    let list = panel.super_admin().await.calls.get("/admin/notifications").await.expect(200).json();
    let item = &list["items"][0];
    (item["id"].as_str().unwrap().parse().unwrap(), item["state"].as_str().unwrap().to_owned())
}

/// The same installation with a mail server.
pub(crate) async fn mailing(panel: &Panel) -> App {
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
    App::build(config).await.unwrap()
}

/// The letters that the mail server has for an address, oldest first.
pub(crate) async fn received(to: &str) -> Vec<Value> {
    let server = std::env::var_os("TEST_SMTP_API").expect("TEST_SMTP_API tells what the mail server got");
    let found = reqwest::get(format!("{}/mails?to={to}", server.to_string_lossy())).await.unwrap();
    serde_json::from_str(&found.text().await.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_letter_that_arrived_sets_a_new_password() {
    const NEW: &str = "seven lanterns on the river";
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    // The server is one for all tests.
    let email = format!("ada-{}@example.test", Uuid::now_v7().simple());
    let ada = member(&panel, &email).await;
    panel.visitor().post("/auth/password/forgotten", json!({ "email": email })).await.expect(204);
    let listed = root.calls.get("/admin/notifications?event=password_reset").await.expect(200).json();
    let notification: NotificationId = listed["items"][0]["id"].as_str().unwrap().parse().unwrap();
    run::run(&mailing(&panel).await, Job::SendNotification { notification }).await.unwrap();

    let letters = received(&email).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let text = letters[0]["text"].as_str().unwrap();
    let (_, rest) = text.split_once("http://localhost:8480/reset?token=").expect("a link to the page for it");
    let token = rest.split(|sign: char| sign.is_whitespace() || "\"'<>)".contains(sign)).next().unwrap();
    let reset = json!({ "token": token, "password": NEW });
    panel.visitor().post("/auth/password/reset", reset).await.expect(200);
    ada.get("/auth/session").await.expect(401);
    sign_in(&panel, "/auth", &email, PASSWORD).await.expect(401);
    sign_in(&panel, "/auth", &email, NEW).await.expect(200);
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

    let mailing = mailing(&panel).await;
    run::run(&mailing, Job::WaitingMail).await.unwrap();
    assert_eq!(panel.count(asked).await, 1);
    run::run(&mailing, Job::SendNotification { notification }).await.unwrap();
    assert_eq!(waiting(&panel).await.1, "sent");
}
