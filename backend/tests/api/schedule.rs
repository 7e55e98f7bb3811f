//! The schedule: due tasks are sent once, missed ones made up once, changes checked.

use hostwright::jobs::{self, schedule};
use serde_json::json;
use shared::Code;

use crate::harness::Panel;

async fn charge_tasks(panel: &Panel) -> i64 {
    panel.count("SELECT count(*) AS value FROM tasks WHERE name = 'charge' AND state <> 'duplicate'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_due_task_is_sent_once_and_missed_runs_are_made_up_once() {
    let panel = Panel::start().await;
    schedule::tick(&panel.app).await.unwrap();
    assert_eq!(charge_tasks(&panel).await, 0);
    panel.advance_hours(24).await;
    let looks = (0..8).map(|_| schedule::tick(&panel.app));
    let sent: usize = futures::future::join_all(looks).await.into_iter().map(|sent| sent.unwrap()).sum();
    assert!(sent >= 5, "{sent}");
    assert_eq!(charge_tasks(&panel).await, 1);
    // Unfinished work is not doubled, and staff see that it was wanted.
    panel.advance_hours(1).await;
    schedule::tick(&panel.app).await.unwrap();
    assert_eq!(charge_tasks(&panel).await, 1);
    assert_eq!(panel.count("SELECT count(*) AS value FROM tasks WHERE name = 'charge'").await, 2);
    panel.sql("UPDATE tasks SET state = 'completed' WHERE state = 'queued'").await;
    panel.advance_hours(1).await;
    schedule::tick(&panel.app).await.unwrap();
    assert_eq!(charge_tasks(&panel).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_task_never_runs_beside_itself() {
    let panel = Panel::start().await;
    schedule::tick(&panel.app).await.unwrap();
    panel.advance_hours(1).await;
    schedule::tick(&panel.app).await.unwrap();
    // Wherever the one before it is: not begun, given to a worker, in work, or put back after a failure.
    for state in ["queued", "pending", "processing", "queued"] {
        panel
            .sql(&format!(
                "UPDATE tasks SET state = '{state}' WHERE name = 'charge' AND state <> 'duplicate'"
            ))
            .await;
        panel.advance_hours(1).await;
        schedule::tick(&panel.app).await.unwrap();
        assert_eq!(charge_tasks(&panel).await, 1, "{state}");
    }
    // Many workers that find it at the same time begin it once.
    let workers = (0..4).map(|_| jobs::drain(&panel.app));
    for drained in futures::future::join_all(workers).await {
        assert_eq!(drained.unwrap().failed, []);
    }
    let begun =
        "SELECT sum(attempts)::bigint AS value FROM tasks WHERE name = 'charge' AND state <> 'duplicate'";
    assert_eq!(panel.count(begun).await, 1);
    // What has ended makes room for the next one, however it ended.
    for (state, all) in [("completed", 2), ("failed", 3)] {
        panel
            .sql(&format!(
                "UPDATE tasks SET state = '{state}' WHERE name = 'charge' AND state <> 'duplicate'"
            ))
            .await;
        panel.advance_hours(1).await;
        schedule::tick(&panel.app).await.unwrap();
        assert_eq!(charge_tasks(&panel).await, all, "{state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_moved_back_does_not_stop_the_schedule() {
    let panel = Panel::start().await;
    schedule::tick(&panel.app).await.unwrap();
    let begin = panel.now();
    panel.advance_hours(24 * 30).await;
    schedule::tick(&panel.app).await.unwrap();
    panel.sql("UPDATE tasks SET state = 'completed'").await;
    panel.set_clock(begin).await;
    schedule::tick(&panel.app).await.unwrap();
    panel.advance_hours(1).await;
    schedule::tick(&panel.app).await.unwrap();
    assert_eq!(charge_tasks(&panel).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_change_run_and_reset_a_schedule() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let list = staff.get("/admin/schedules").await.expect(200).json();
    let charge = list.as_array().unwrap().iter().find(|one| one["key"] == "charge").unwrap().clone();
    assert_eq!(charge["words"], json!({ "en": "Every minute.", "pl": "Co minutę.", "uk": "Щохвилини." }));
    let change = json!({ "version": 1, "cron": "0 4 * * *", "time_zone": "Europe/Warsaw", "enabled": true });
    let changed = staff.put("/admin/schedules/charge", change.clone()).await.expect(200).json();
    assert_eq!(changed["next_run_at"], "2026-03-11T03:00:00Z");
    assert_eq!(
        staff.put("/admin/schedules/charge", change).await.expect(412).problem().code,
        Code::VersionConflict
    );
    let bad = json!({ "version": 2, "cron": "61 * * * *", "time_zone": "Nowhere", "enabled": true });
    assert_eq!(
        staff.put("/admin/schedules/charge", bad).await.expect(422).refused_fields(),
        ["cron", "time_zone"]
    );
    let run = staff.post("/admin/schedules/charge/run", json!({})).await.expect(202).json();
    assert_eq!(run["last_run"]["state"], "queued");
    let reset = staff.post("/admin/schedules/charge/reset", json!({})).await.expect(200).json();
    assert_eq!((&reset["cron"], &reset["time_zone"]), (&json!("* * * * *"), &reset["default_time_zone"]));
    // As delivered again, it keeps to the zone of the installation.
    let settings = staff.get("/admin/settings").await.expect(200).json();
    let mut moved = settings.clone();
    moved["general"]["time_zone"] = json!("Europe/Kyiv");
    staff.put("/admin/settings", moved).await.expect(200);
    schedule::tick(&panel.app).await.unwrap();
    let list = staff.get("/admin/schedules").await.expect(200).json();
    let charge = list.as_array().unwrap().iter().find(|one| one["key"] == "charge").unwrap().clone();
    assert_eq!(charge["time_zone"], "Europe/Kyiv");
    let off = json!({ "version": 3, "cron": "* * * * *", "time_zone": "UTC", "enabled": false });
    assert!(staff.put("/admin/schedules/charge", off).await.expect(200).json()["next_run_at"].is_null());
    let question = json!({ "cron": "30 2 * * 1-5", "time_zone": "UTC" });
    let answer = staff.post("/admin/schedules/explain", question).await.expect(200).json();
    assert_eq!(answer["next"].as_array().unwrap().len(), 5);
    staff.post("/admin/schedules/nothing/run", json!({})).await.expect(404);
}
