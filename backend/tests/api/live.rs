//! Streams of events: what is followed arrives by itself, for those who may see it, as long as they may.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::Code;
use shared::services::{ServiceDetail, ServiceForStaff, ServiceState};
use shared::tasks::{TaskDetail, TaskState};

use crate::harness::{Caller, Panel};
use crate::selling::work;
use crate::services::Running;

/// A stream that is open.
struct Stream {
    response: reqwest::Response,
    text: String,
}

/// An event: its id, and its data.
type Event = (String, Value);

impl Stream {
    async fn open(caller: &Caller, path: &str) -> Self {
        Self::open_after(caller, path, "").await
    }

    async fn open_after(caller: &Caller, path: &str, last: &str) -> Self {
        let request = caller.request(Method::GET, path).header("last-event-id", last);
        let response = request.header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(response.headers().get("x-request-id").is_some());
        Self { response, text: String::new() }
    }

    /// The next event; `None` when the stream has ended. Comments and the interval are passed over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field =
                    |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let event = field("data: ")
                    .map(|data| (field("id: ").unwrap(), serde_json::from_str(&data).unwrap()));
                self.text = rest.to_owned();
                if event.is_some() {
                    return event;
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(25), self.response.chunk()).await;
            let chunk = chunk.expect("something within 25 seconds").ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Events until one holds what is wanted.
    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Event {
        for _ in 0..20 {
            let event = self.next().await.expect("the stream goes on");
            if wanted(&event.1) {
                return event;
            }
        }
        panic!("it never came");
    }
}

fn detail(event: &Event) -> ServiceDetail {
    serde_json::from_value(event.1.clone()).unwrap()
}

#[actix_web::test]
async fn a_stream_says_how_a_service_is_and_what_becomes_of_it() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let mut own = Stream::open(&it.client.calls, &it.own("/events")).await;
    let mut staff = Stream::open(&it.staff, &format!("/admin/services/{}/events", it.service)).await;
    let first = own.next().await.unwrap();
    assert_eq!(detail(&first), it.detail().await);
    let seen: ServiceForStaff = serde_json::from_value(staff.next().await.unwrap().1).unwrap();
    assert_eq!(seen.detail.service.state, ServiceState::Active);

    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    let asked = own.until(|service| !service["progress"].is_null()).await;
    assert_eq!(detail(&asked).progress.unwrap().operation, "suspend");
    staff.until(|service| service["tasks"][0]["state"] == "queued").await;
    work(&panel).await;
    let done = own.until(|service| service["service"]["state"] == "suspended").await;
    assert!(detail(&done).progress.is_none());
    staff.until(|service| service["tasks"][0]["state"] == "completed").await;
    assert_ne!(first.0, done.0);
}

#[actix_web::test]
async fn a_stream_that_broke_goes_on_where_it_was() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let path = it.own("/events");
    let (known, _) = Stream::open(&it.client.calls, &path).await.next().await.unwrap();
    // Nothing happened since: the first event is the next change.
    let mut again = Stream::open_after(&it.client.calls, &path, &known).await;
    let label = json!({ "version": it.detail().await.version, "label": "mail" });
    it.client.calls.patch(&it.own(""), label.clone()).await.expect(200);
    assert_eq!(again.next().await.unwrap().1["service"]["label"], "mail");
    // It happened meanwhile: the whole state comes first.
    let mut late = Stream::open_after(&it.client.calls, &path, &known).await;
    assert_eq!(late.next().await.unwrap().1["service"]["label"], "mail");
}

#[actix_web::test]
async fn a_task_is_followed_until_it_is_done() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    let seen: ServiceForStaff =
        it.staff.get(&format!("/admin/services/{}", it.service)).await.expect(200).read();
    let path = format!("/admin/tasks/{}/events", seen.tasks[0].id);
    let mut stream = Stream::open(&it.staff, &path).await;
    let first: TaskDetail = serde_json::from_value(stream.next().await.unwrap().1).unwrap();
    assert_eq!((first.task.state, first.task.progress), (TaskState::Queued, 0));
    let id = first.task.id;
    panel.sql(&format!("UPDATE tasks SET progress = 40, step = 'Halting' WHERE id = '{id}'")).await;
    let half = stream.until(|task| task["task"]["progress"] == 40).await;
    assert_eq!(half.1["task"]["step"], "Halting");
    work(&panel).await;
    stream.until(|task| task["task"]["state"] == "completed").await;
}

#[actix_web::test]
async fn nobody_follows_what_he_may_not_see() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let eve = panel.client("Eve").await;
    eve.calls.get(&it.own("/events")).await.expect(404);
    // Her own path does not help either.
    eve.calls.get(&format!("/clients/{}/services/{}/events", eve.id, it.service)).await.expect(404);
    panel.visitor().get(&it.own("/events")).await.expect(401);
    let missing = format!("/admin/tasks/{}/events", uuid::Uuid::now_v7());
    it.staff.get(&missing).await.expect(404);
}

#[actix_web::test]
async fn a_stream_ends_with_the_session_and_tells_nothing_more() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let mut stream = Stream::open(&it.client.calls, &it.own("/events")).await;
    stream.next().await.unwrap();
    it.client.calls.post("/auth/sign-out", json!({})).await.expect(204);
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    assert_eq!(stream.next().await, None);
}

#[actix_web::test]
async fn a_quiet_stream_ends_with_the_session_as_well() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let mut stream = Stream::open(&it.client.calls, &it.own("/events")).await;
    stream.next().await.unwrap();
    it.client.calls.post("/auth/sign-out", json!({})).await.expect(204);
    assert_eq!(stream.next().await, None);
}

#[actix_web::test]
async fn one_person_follows_only_so_much_at_once() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let path = it.own("/events");
    let mut open = Vec::new();
    for _ in 0..hostwright::live::STREAMS_MAX {
        open.push(Stream::open(&it.client.calls, &path).await);
    }
    let refused = it.client.calls.get(&path).await.expect(429);
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(refused.problem().code, Code::TooManyRequests);
    // Others are not in each other's way.
    Stream::open(&it.staff, &format!("/admin/services/{}/events", it.service)).await.next().await.unwrap();
    // The server notices at the next thing it has to say that somebody has gone.
    drop(open);
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    for _ in 0..50 {
        let answer = it.client.calls.request(Method::GET, &path).send().await.unwrap();
        if answer.status() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    panic!("the places were never given back");
}
