//! Queues as staff steer them: paused, shared out, tried again, measured; and processes that stop without a word.

use std::time::Duration;

use diesel_async::SimpleAsyncConnection;
use hostwright::jobs::{self, Job, outbox};
use serde_json::{Value, json};
use shared::Code;

use crate::harness::{Panel, StaffMember};

/// The queue as the staff's page shows it.
async fn queue(staff: &StaffMember, name: &str) -> Value {
    let status = staff.calls.get("/admin/automation/status").await.expect(200).json();
    status["queues"].as_array().unwrap().iter().find(|one| one["queue"] == name).unwrap().clone()
}

async fn send(panel: &Panel, job: &Job) {
    outbox::send(&mut *panel.conn().await, panel.now(), job, outbox::Tags::default()).await.unwrap();
}

async fn control(staff: &StaffMember, change: Value) -> Value {
    staff.calls.put("/admin/queues/default", change).await.expect(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_queue_begins_nothing_until_it_is_resumed() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    jobs::drain(&panel.app).await.unwrap();
    let paused = json!({ "paused": true, "concurrency_min": 1, "concurrency_max": 4, "version": 1 });
    assert_eq!(control(&staff, paused.clone()).await["version"], 2);
    send(&panel, &Job::Cleanup).await;
    assert_eq!(jobs::drain(&panel.app).await.unwrap().completed, 0);
    let now = queue(&staff, "default").await;
    assert_eq!((&now["waiting"], &now["control"]["paused"]), (&json!(1), &json!(true)));
    // Another queue goes on.
    send(&panel, &Job::Charge).await;
    assert_eq!(jobs::drain(&panel.app).await.unwrap().completed, 1);
    // A paused queue is no fault of the automation, however long it waits.
    panel.advance_hours(2).await;
    let status = staff.calls.get("/admin/automation/status").await.expect(200).json();
    assert!(!status["problems"].as_array().unwrap().contains(&json!("long_wait")), "{status}");

    let conflict = staff.calls.put("/admin/queues/default", paused).await.expect(412).problem();
    assert_eq!(conflict.code, Code::VersionConflict);
    control(&staff, json!({ "paused": false, "concurrency_min": 1, "concurrency_max": 4, "version": 2 }))
        .await;
    assert_eq!(jobs::drain(&panel.app).await.unwrap().completed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_of_a_queue_are_checked() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    for (min, max, field) in
        [(0, 4, "concurrency_min"), (1, 65, "concurrency_max"), (5, 4, "concurrency_max")]
    {
        let change = json!({ "paused": false, "concurrency_min": min, "concurrency_max": max, "version": 1 });
        assert_eq!(staff.put("/admin/queues/mail", change).await.expect(422).refused_fields(), [field]);
    }
    let change = json!({ "paused": false, "concurrency_min": 1, "concurrency_max": 2, "version": 1 });
    staff.put("/admin/queues/nothing", change).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_failed_is_put_back_but_nothing_twice() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    // Two that failed, of one key; and one of a key of which another waits.
    for state in ["failed", "failed"] {
        send(&panel, &Job::Cleanup).await;
        panel
            .sql(&format!(
                "UPDATE tasks SET state = '{state}', finished_at = created_at WHERE state = 'queued'"
            ))
            .await;
    }
    send(&panel, &Job::ConvertPrices).await;
    panel.sql("UPDATE tasks SET state = 'failed', finished_at = created_at WHERE state = 'queued'").await;
    send(&panel, &Job::ConvertPrices).await;

    let path = "/admin/queues/default/retry";
    let would = staff.calls.post(&format!("{path}?dry_run=true"), json!({})).await.expect(200).json();
    assert_eq!(would, json!({ "tasks": 1, "skipped": 2, "dry_run": true }));
    assert_eq!(panel.count("SELECT count(*) AS value FROM tasks WHERE state = 'failed'").await, 3);
    let did = staff.calls.post(path, json!({})).await.expect(200).json();
    assert_eq!(did, json!({ "tasks": 1, "skipped": 2, "dry_run": false }));
    assert_eq!(jobs::drain(&panel.app).await.unwrap().completed, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_tell_throughput_run_times_and_waits() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    send(&panel, &Job::Cleanup).await;
    panel.advance_hours(1).await;
    jobs::drain(&panel.app).await.unwrap();
    panel.sql("UPDATE tasks SET duration_ms = 250 WHERE name = 'cleanup'").await;
    panel.advance_hours(1).await;
    let told = staff.calls.get("/admin/queues/statistics").await.expect(200).json();
    let points = told["points"].as_array().unwrap();
    let point = points.iter().find(|point| point["queue"] == "default").unwrap();
    assert_eq!((&point["completed"], &point["failed"]), (&json!(1), &json!(0)));
    assert_eq!((&point["average_ms"], &point["longest_wait_seconds"]), (&json!(250), &json!(3600)));
    let names = told["names"].as_array().unwrap();
    let cleanup = names.iter().find(|name| name["name"] == "cleanup").unwrap();
    assert_eq!((&cleanup["completed"], &cleanup["longest_ms"]), (&json!(1), &json!(250)));

    // One kind of task over time; another had nothing to do.
    send(&panel, &Job::Charge).await;
    jobs::drain(&panel.app).await.unwrap();
    panel.advance_hours(1).await;
    for (name, queue) in [("cleanup", "default"), ("charge", "billing")] {
        let of_one = format!("/admin/queues/statistics?name={name}");
        let told = staff.calls.get(&of_one).await.expect(200).json();
        let points = told["points"].as_array().unwrap();
        assert_eq!(points.len(), 1, "{name}: {points:?}");
        assert_eq!((&points[0]["queue"], &points[0]["completed"]), (&json!(queue), &json!(1)));
        assert!(told["names"].as_array().unwrap().len() >= 2);
    }
    let nothing = staff.calls.get("/admin/queues/statistics?name=nothing").await.expect(200).json();
    assert_eq!(nothing["points"], json!([]));

    let before = "/admin/queues/statistics?hours=48&to=2026-03-01T00:00:00Z";
    assert_eq!(staff.calls.get(before).await.expect(200).json()["points"], json!([]));
    for hours in ["0", "2209"] {
        let refused = staff.calls.get(&format!("/admin/queues/statistics?hours={hours}")).await.expect(422);
        assert_eq!(refused.refused_fields(), ["hours"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stopped_without_a_word_is_shown_and_told_of() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    panel
        .sql(
            "INSERT INTO processes (id, host, role, app_version, started_at, seen_at)
             VALUES (gen_random_uuid(), 'elsewhere:7', 'work', '1', now() - interval '1 day', now() - interval '5 minutes')",
        )
        .await;
    // A process that only answers requests notices it.
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let beating = tokio::spawn(jobs::process::beat_of_server(panel.app.clone(), stopped));
    let told = "SELECT count(*) AS value FROM notifications WHERE event = 'heartbeat_lost'";
    for _ in 0..600 {
        if panel.count(told).await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(panel.count(told).await, 1);
    let status = staff.calls.get("/admin/automation/status").await.expect(200).json();
    assert_eq!(status["problems"], json!(["no_worker", "no_leader", "process_lost"]));
    assert_eq!(status["workers_alive"], 0);
    let lost =
        status["processes"].as_array().unwrap().iter().find(|one| one["host"] == "elsewhere:7").unwrap();
    assert_eq!(lost["alive"], false);
    stop.send_replace(true);
    beating.await.unwrap();
    assert_eq!(panel.count("SELECT count(*) AS value FROM processes").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_queue_may_run_at_once_is_told_as_it_is_in_force() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    assert_eq!(queue(&staff, "default").await["in_force"], 0, "nobody works");
    for (host, role, slots) in [("one:1", "work", 8), ("two:2", "all", 16), ("three:3", "serve", 0)] {
        panel
            .sql(&format!(
                "INSERT INTO processes (id, host, role, app_version, started_at, seen_at, concurrency)
                 VALUES (gen_random_uuid(), '{host}', '{role}', '1', now(), now(), {slots})"
            ))
            .await;
    }
    // A process that is gone does nothing, whatever it had.
    panel
        .sql(
            "INSERT INTO processes (id, host, role, app_version, started_at, seen_at, lost_at, concurrency)
             VALUES (gen_random_uuid(), 'gone:4', 'work', '1', now(), now() - interval '5 minutes', now(), 64)",
        )
        .await;
    panel.sql("UPDATE queues SET concurrency_min = 1, concurrency_max = 8").await;
    let wide = json!({ "paused": false, "concurrency_min": 1, "concurrency_max": 64, "version": 1 });
    control(&staff, wide).await;
    // Three queues beside it keep one slot each.
    assert_eq!(queue(&staff, "default").await["in_force"], (8 - 3) + (16 - 3));
    assert_eq!(queue(&staff, "mail").await["in_force"], (8 - 3) + 8);
    let status = staff.calls.get("/admin/automation/status").await.expect(200).json();
    let two = status["processes"].as_array().unwrap().iter().find(|one| one["host"] == "two:2").unwrap();
    assert_eq!(two["concurrency"], 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_says_what_it_came_to() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for (job, output) in [
        (Job::Charge, json!({ "clients": 0, "charges": 0, "short": 0 })),
        (Job::Statements, json!({ "statements": 0 })),
        (Job::DocumentReminders, json!({ "due": 0, "cancelled": 0 })),
        (
            Job::ServiceDeadlines,
            json!({ "covered": 0, "unpaid": 0, "ended": 0, "orders": 0, "ending_soon": 0 }),
        ),
    ] {
        let name = job.name();
        send(&panel, &job).await;
        assert_eq!(jobs::drain(&panel.app).await.unwrap().failed, [], "{name}");
        let list = staff.calls.get(&format!("/admin/tasks?name={name}")).await.expect(200).json();
        let path = format!("/admin/tasks/{}", list["items"][0]["id"].as_str().unwrap());
        assert_eq!(staff.calls.get(&path).await.expect(200).json()["output"], output, "{name}");
    }
    send(&panel, &Job::BooksAudit).await;
    jobs::drain(&panel.app).await.unwrap();
    let checked = "SELECT (output ->> 'checks')::bigint AS value FROM tasks WHERE name = 'books-audit'";
    assert!(panel.count(checked).await > 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_knows_its_way_says_how_far_it_is() {
    let panel = Panel::start().await;
    let before = "CREATE TABLE seen (task uuid, progress smallint, step text);
        CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN INSERT INTO seen VALUES (NEW.id, NEW.progress, NEW.step); RETURN NEW; END$$;
        CREATE TRIGGER see AFTER UPDATE OF progress ON tasks FOR EACH ROW EXECUTE FUNCTION see()";
    panel.conn().await.batch_execute(before).await.unwrap();
    send(&panel, &Job::Statements).await;
    jobs::drain(&panel.app).await.unwrap();
    let walked =
        "SELECT count(*) AS value FROM seen WHERE step = 'finished months' AND progress IN (33, 66, 99)";
    assert_eq!(panel.count(walked).await, 3);
    assert_eq!(panel.count("SELECT progress::bigint AS value FROM tasks").await, 100);
}
