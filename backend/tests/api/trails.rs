//! What led to what: the id of a call in the history of a service and in the tasks that it caused, and tasks found again.

use hostwright::jobs::{self, Job, outbox};
use reqwest::Method;
use serde_json::{Value, json};
use shared::Page;
use shared::tasks::{TaskDetail, TaskSummary};
use uuid::Uuid;

use crate::documents::proforma;
use crate::harness::{Caller, Panel};
use crate::selling::work;
use crate::services::Running;

/// Posts under an id of the caller's own; gives the id that the answer names.
async fn post_under(caller: &Caller, path: &str, body: Value, id: &str) -> String {
    let request = caller.request(Method::POST, path).header("x-request-id", id).json(&body);
    let request = request.header("idempotency-key", Uuid::now_v7().to_string());
    let answer = caller.send(request, format!("POST {path}")).await;
    assert!(answer.status < 300, "{path}: {}", answer.status);
    answer.headers["x-request-id"].to_str().unwrap().to_owned()
}

async fn tasks(staff: &Caller, query: &str) -> Vec<TaskSummary> {
    let page: Page<TaskSummary> =
        staff.get(&format!("/admin/tasks?per_page=100&{query}")).await.expect(200).read();
    page.items
}

fn names(tasks: &[TaskSummary]) -> Vec<&str> {
    tasks.iter().map(|task| task.name.as_str()).collect()
}

#[actix_web::test]
async fn the_id_of_a_call_stands_in_the_history_and_in_the_tasks_that_it_caused() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let id = Uuid::now_v7().to_string();
    let path = format!("/admin/services/{}/suspend", it.service);
    let named = post_under(&it.staff, &path, json!({ "reason": "abuse" }), &id).await;
    assert_eq!(named, id);
    let asked = tasks(&it.staff, &format!("search={id}")).await;
    assert_eq!(names(&asked), ["module-suspend"]);
    let tags = (asked[0].client_id, asked[0].service_id, asked[0].request_id.as_deref());
    assert_eq!(tags, (Some(it.client.id), Some(it.service), Some(id.as_str())));

    // Whatever the task does is due to the same call.
    jobs::drain(&panel.app).await.unwrap();
    let suspended = &it.detail().await.events[0];
    assert_eq!((suspended.what.as_str(), suspended.request_id.as_deref()), ("suspended", Some(id.as_str())));
    let followed = tasks(&it.staff, &format!("search={id}")).await;
    assert!(names(&followed).contains(&"send-notification"), "{followed:?}");
    assert!(followed.iter().all(|task| task.request_id.as_deref() == Some(id.as_str())));
    let logged = format!("SELECT count(*) AS value FROM activity_log WHERE request_id = '{id}'");
    assert!(panel.count(&logged).await > 0, "the log names it");

    // What is written at once has it, too.
    let other = Uuid::now_v7().to_string();
    let path = format!("/admin/services/{}/force", it.service);
    post_under(&it.staff, &path, json!({ "state": "active", "reason": "back" }), &other).await;
    let forced = &it.detail().await.events[0];
    assert_eq!((forced.what.as_str(), forced.request_id.as_deref()), ("forced", Some(other.as_str())));
}

#[actix_web::test]
async fn an_id_that_is_none_is_replaced() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let path = format!("/admin/services/{}/suspend", it.service);
    let given = post_under(&it.staff, &path, json!({ "reason": "staff" }), "'; DROP TABLE tasks").await;
    given.parse::<Uuid>().expect("an id of the server's own");
    assert_eq!(names(&tasks(&it.staff, &format!("search={given}")).await), ["module-suspend"]);
}

#[actix_web::test]
async fn tasks_are_found_by_what_they_are_about() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let eve = panel.client("Eve").await;
    let document = proforma(&it.client, "100").await.document.id;
    for of in [format!("document_id={document}"), format!("search={document}")] {
        assert_eq!(names(&tasks(&it.staff, &of).await), ["typeset-document"], "{of}");
    }
    for of in [format!("service_id={}", it.service), format!("search={}", it.service)] {
        let found = tasks(&it.staff, &of).await;
        assert!(names(&found).contains(&"provision"), "{of}: {found:?}");
        assert!(found.iter().all(|task| task.service_id == Some(it.service)), "{of}");
    }
    for of in [format!("client_id={}", it.client.id), format!("search={}", it.client.id)] {
        let found = tasks(&it.staff, &of).await;
        assert!(names(&found).contains(&"typeset-document") && names(&found).contains(&"provision"), "{of}");
        assert!(found.iter().all(|task| task.client_id == Some(it.client.id)), "{of}");
        let named = found.iter().all(|task| task.client_name.as_deref() == Some("Ada Tester"));
        assert!(named, "{found:?}");
    }
    for of in [format!("client_id={}", eve.id), format!("search={}", Uuid::now_v7())] {
        assert_eq!(tasks(&it.staff, &of).await, [], "{of}");
    }
    it.staff.get("/admin/tasks?client_id=Ada").await.expect(422);
}

#[actix_web::test]
async fn secrets_that_went_into_a_task_are_not_shown() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    work(&panel).await;
    outbox::send(&mut *panel.conn().await, panel.now(), &Job::Cleanup, outbox::Tags::default())
        .await
        .unwrap();
    panel
        .sql(
            "UPDATE tasks SET input = input || '{\"host\": \"node-1\", \"root_password\": \"hunter2\",
                 \"accounts\": [{\"user\": \"ada\", \"apiToken\": \"t0p\"}]}' WHERE state = 'queued'",
        )
        .await;
    let [task] = &tasks(&staff, "state=queued").await[..] else { panic!("one task waits") };
    let shown: TaskDetail = staff.get(&format!("/admin/tasks/{}", task.id)).await.expect(200).read();
    let hidden = "••••••";
    let expected = json!({
        "job": "cleanup", "host": "node-1", "root_password": hidden,
        "accounts": [{ "user": "ada", "apiToken": hidden }],
    });
    assert_eq!(shown.input, expected);
}

#[actix_web::test]
async fn a_link_that_is_mailed_stands_in_no_task() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    staff.post(&format!("/admin/users/{}/password-reset", ada.user), json!({})).await.expect(204);
    let mails = tasks(&staff, "name=send-notification").await;
    assert!(!mails.is_empty());
    jobs::drain(&panel.app).await.unwrap();
    for task in mails {
        let shown: TaskDetail = staff.get(&format!("/admin/tasks/{}", task.id)).await.expect(200).read();
        let keys: Vec<&String> = shown.input.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["job", "notification"], "ids only");
        let kept = format!("{} {:?}", shown.input, shown.output);
        assert!(!kept.contains("http") && !kept.contains(&ada.email), "{kept}");
    }
}
