//! What modules bring to the schedule: there while the module is active, run like everything else there.

use hostwright::jobs::worker::{self, Ran};
use hostwright::jobs::{self, Job, run, schedule};
use serde_json::{Value, json};
use shared::Permission;
use shared::schedule::{Schedule, ScheduleCategory, ScheduleModule};
use shared::tasks::{TaskDetail, TaskState};

use crate::harness::{Caller, Panel};
use crate::modules::{TOKEN, activated, module, ordered};
use crate::selling::product;

const PROBE: &str = "probe.look-around";
const MANUAL: &str = "manual.waiting-deliveries";

async fn shown(staff: &Caller, key: &str) -> Option<Schedule> {
    let all: Vec<Schedule> = staff.get("/admin/schedules").await.expect(200).read();
    all.into_iter().find(|one| one.key == key)
}

async fn tick(panel: &Panel) {
    schedule::tick(&panel.app).await.unwrap();
}

/// Tasks of the probe's entry, those left out that would have run beside another one.
async fn runs(panel: &Panel) -> i64 {
    let of_probe = "FROM tasks WHERE name = 'module-schedule' AND input->>'module' = 'probe'";
    panel.count(&format!("SELECT count(*) AS value {of_probe} AND state <> 'duplicate'")).await
}

/// Calls of the probe that are in the log of modules.
async fn calls(panel: &Panel) -> i64 {
    panel.count("SELECT count(*) AS value FROM module_log WHERE action = 'look-around'").await
}

async fn work(panel: &Panel) {
    assert_eq!(jobs::drain(&panel.app).await.unwrap().failed, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_of_a_module_is_there_and_runs_only_while_the_module_is_active() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    tick(&panel).await;
    assert_eq!(shown(&staff, PROBE).await, None);
    for act in ["run", "reset"] {
        staff.post(&format!("/admin/schedules/{PROBE}/{act}"), json!({})).await.expect(404);
    }
    let change = json!({ "version": 1, "cron": "0 6 * * *", "time_zone": "UTC", "enabled": true });
    staff.put(&format!("/admin/schedules/{PROBE}"), change).await.expect(404);
    panel.advance_hours(3).await;
    tick(&panel).await;
    assert_eq!(runs(&panel).await, 0);

    activated(&staff).await;
    let fresh = shown(&staff, PROBE).await.expect("it is active");
    let probe = ScheduleModule { key: "probe".to_owned(), name: "Probe".to_owned() };
    assert_eq!((fresh.category, fresh.module), (ScheduleCategory::Module, Some(probe)));
    assert!(fresh.last_run.is_none() && fresh.next_run_at > Some(panel.now()));
    tick(&panel).await;
    assert_eq!(runs(&panel).await, 0, "what fell due before is not made up");
    panel.advance_hours(1).await;
    tick(&panel).await;
    assert_eq!(runs(&panel).await, 1);
    panel.advance_hours(1).await;
    tick(&panel).await;
    assert_eq!(runs(&panel).await, 1, "the one before it is unfinished");
    work(&panel).await;
    assert_eq!(calls(&panel).await, 1);
    let last = shown(&staff, PROBE).await.and_then(|one| one.last_run).expect("it ran");
    assert_eq!((last.state, last.error), (Some(TaskState::Completed), None));

    staff.post("/admin/modules/probe/deactivate?version=2", json!({})).await.expect(200);
    assert_eq!(shown(&staff, PROBE).await, None);
    panel.advance_hours(1).await;
    tick(&panel).await;
    assert_eq!(runs(&panel).await, 1);
    // A task that is left over finds nothing to do.
    let job = Job::ModuleSchedule { module: "probe".to_owned(), entry: "look-around".to_owned() };
    run::run(&panel.app, job).await.unwrap();
    assert_eq!(calls(&panel).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_change_run_and_reset_a_task_of_a_module() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    assert_eq!(shown(&staff, PROBE).await.map(|one| one.version), Some(1));
    let path = format!("/admin/schedules/{PROBE}");
    let change = json!({ "version": 1, "cron": "0 6 * * *", "time_zone": "UTC", "enabled": true });
    let changed: Schedule = staff.put(&path, change).await.expect(200).read();
    assert_eq!(changed.next_run_at, Some("2026-03-11T06:00:00Z".parse().unwrap()));
    assert_eq!((changed.cron.as_str(), changed.default_cron.as_str()), ("0 6 * * *", "*/30 * * * *"));
    for _ in 0..2 {
        let run: Schedule = staff.post(&format!("{path}/run"), json!({})).await.expect(202).read();
        assert_eq!(run.last_run.and_then(|last| last.state), Some(TaskState::Queued));
    }
    assert_eq!(runs(&panel).await, 1, "it does not run beside itself");
    work(&panel).await;
    let task = shown(&staff, PROBE).await.and_then(|one| one.last_run?.task).expect("it ran");
    let task: TaskDetail = staff.get(&format!("/admin/tasks/{task}")).await.expect(200).read();
    assert_eq!(task.output, Some(json!({ "done": "up greets.", "reminded_of": 0 })));
    let reset: Schedule = staff.post(&format!("{path}/reset"), json!({})).await.expect(200).read();
    assert_eq!((reset.cron, reset.version), ("*/30 * * * *".to_owned(), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_module_could_not_do_is_the_error_of_the_task_without_its_secrets() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let down = json!({ "version": 0, "configuration": { "url": "down", "token": TOKEN } });
    staff.put("/admin/modules/probe/configuration", down).await.expect(200);
    staff.post("/admin/modules/probe/activate?version=1", json!({})).await.expect(200);
    staff.post(&format!("/admin/schedules/{PROBE}/run"), json!({})).await.expect(202);
    let why = "down did not let •••••• in.";
    for state in [TaskState::Queued, TaskState::Queued, TaskState::Failed] {
        let failed = jobs::drain(&panel.app).await.unwrap().failed;
        assert_eq!(failed.iter().map(|(_, error)| error.as_str()).collect::<Vec<_>>(), [why]);
        let last = shown(&staff, PROBE).await.and_then(|one| one.last_run).expect("it was run");
        assert_eq!((last.state, last.error.as_deref()), (Some(state), Some(why)));
        panel.advance_hours(1).await;
    }
    let warned =
        "SELECT count(*) AS value FROM module_log WHERE action = 'look-around' AND level = 'warning'";
    assert_eq!(panel.count(warned).await, 3);
    for table in ["tasks", "module_log", "notifications"] {
        let told = format!("SELECT count(*) AS value FROM {table} t WHERE t::text LIKE '%{TOKEN}%'");
        assert_eq!(panel.count(&told).await, 0, "{table}");
    }
}

/// Runs the reminder of manual delivery now, and nothing else.
async fn remind(panel: &Panel, staff: &Caller) {
    let path = format!("/admin/schedules/{MANUAL}/run");
    let run: Schedule = staff.post(&path, json!({})).await.expect(202).read();
    let task = run.last_run.and_then(|last| last.task).expect("it waits for a worker");
    assert_eq!(worker::run_task(&panel.app, task, "here").await.unwrap(), Ran::Completed);
}

/// Reminders that were written, to whomever.
async fn reminders(panel: &Panel) -> i64 {
    panel.count("SELECT count(*) AS value FROM notifications WHERE event = 'deliveries_waiting'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_reminded_once_a_run_of_what_waits_long_and_of_nothing_else() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    // Those who may only look are not written to.
    panel.staff(&[Permission::TasksView]).await;
    let entry = shown(&staff, MANUAL).await.expect("manual delivery is active from the start");
    assert_eq!(entry.next_run_at, Some("2026-03-11T08:00:00Z".parse().unwrap()));
    assert_eq!(module(&staff, "manual").await.module.info.schedule[0].cron, entry.cron);
    remind(&panel, &staff).await;
    let made = product(&staff, "vps", json!({})).await;
    let (_, service) = ordered(&panel, &made, json!({})).await;
    remind(&panel, &staff).await;
    assert_eq!(reminders(&panel).await, 0, "it was asked for just now");

    panel.advance_hours(25).await;
    remind(&panel, &staff).await;
    work(&panel).await;
    let told = "SELECT count(*) AS value FROM notifications WHERE event = 'deliveries_waiting'
        AND params->>'count' = '1' AND params->>'waiting' LIKE 'Deliver Product vps — Ada Tester, 2026-03-10%'
        AND subject IS NOT NULL";
    assert_eq!((panel.count(told).await, reminders(&panel).await), (1, 1));
    // A run that is made again, as after a crash, tells nobody twice.
    panel
        .sql("UPDATE tasks SET state = 'queued', finished_at = NULL WHERE output->>'reminded_of' = '1'")
        .await;
    work(&panel).await;
    assert_eq!(reminders(&panel).await, 1);
    remind(&panel, &staff).await;
    assert_eq!(reminders(&panel).await, 2, "the next run tells of what still waits");
    staff.post(&format!("/admin/services/{service}/delivered"), json!({})).await.expect(200);
    remind(&panel, &staff).await;
    assert_eq!(reminders(&panel).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_it_waits_before_a_reminder_is_configured() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let version = module(&staff, "manual").await.version;
    let configure = async |hours: Value| {
        let body = json!({ "version": version, "configuration": { "remind_after_hours": hours } });
        staff.put("/admin/modules/manual/configuration", body).await
    };
    for bad in [json!(0), json!(721), json!("24")] {
        let refused = configure(bad).await.expect(422);
        assert_eq!(refused.refused_fields(), ["configuration.remind_after_hours"]);
    }
    configure(json!(48)).await.expect(200);
    let wanted = json!({
        "key": "own", "texts": { "en": { "name": "Own" } }, "module_settings": { "remind_after_hours": 48 },
    });
    let refused = staff.post("/admin/products", wanted).await.expect(422);
    assert_eq!(refused.refused_fields(), ["module_settings.remind_after_hours"]);
    let made = product(&staff, "vps", json!({})).await;
    ordered(&panel, &made, json!({})).await;
    assert!(shown(&staff, MANUAL).await.is_some());
    for (hours, written) in [(25, 0), (24, 1)] {
        panel.advance_hours(hours).await;
        remind(&panel, &staff).await;
        assert_eq!(reminders(&panel).await, written);
    }
}
