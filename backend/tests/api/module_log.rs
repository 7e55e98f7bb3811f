//! The log of calls of modules: every call is a row, no secret is in one, and old months go.

use hostwright::jobs::{Job, run};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::catalog::ProductDetail;
use shared::module_log::{ModuleLogDetail, ModuleLogLevel, ModuleLogSummary};
use shared::services::ServiceState;
use shared::{LogPage, Permission};

use crate::harness::{Caller, Panel};
use crate::modules::{DOOR, TOKEN, activated, detail, ordered, settings};
use crate::selling::{product, work};

async fn log(staff: &Caller, query: &str) -> Vec<ModuleLogSummary> {
    let page: LogPage<ModuleLogSummary> =
        staff.get(&format!("/admin/module-log?{query}")).await.expect(200).read();
    page.items
}

/// How many rows have this text anywhere.
async fn rows_with(panel: &Panel, text: &str) -> i64 {
    panel.count(&format!("SELECT count(*) AS value FROM module_log l WHERE l::text LIKE '%{text}%'")).await
}

#[actix_web::test]
async fn every_call_is_a_row_without_secrets() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let made = product(&staff, "vps", settings("done")).await;
    let (client, service) = ordered(&panel, &made, json!({ "root": "my own root" })).await;
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Active);
    let suspend = json!({ "reason": "abuse" });
    staff.post(&format!("/admin/services/{service}/suspend"), suspend).await.expect(200);
    work(&panel).await;
    staff.post("/admin/modules/probe/test", json!({})).await.expect(200);

    let calls = log(&staff, "").await;
    let actions: Vec<_> = calls.iter().map(|call| call.action.as_str()).collect();
    assert_eq!(actions, ["test", "suspend", "create"]);
    let create = &calls[2];
    assert_eq!((create.level, create.attempt, create.module.as_str()), (ModuleLogLevel::Info, 1, "probe"));
    assert_eq!((create.service_id, create.client_id), (Some(service), Some(client.id)));
    assert_eq!(create.service_label.as_deref(), Some("Product vps"));
    assert_eq!(create.client_name.as_deref(), Some("Ada Tester"));
    assert!(create.operation_id.is_some() && create.duration_ms >= 0);
    assert_eq!((calls[0].service_id, calls[0].operation_id), (None, None));

    let path = format!("/admin/module-log/{}", create.id);
    let one: ModuleLogDetail = staff.get(&path).await.expect(200).read();
    assert_eq!(&one.entry, create);
    let masked = json!("••••••");
    for (part, pointer) in [
        (&one.request, "/settings/api_key"),
        (&one.request, "/configuration/token"),
        (&one.request, "/fields/root"),
        (&one.response, "/state/root_password"),
        (&one.response, "/state/headers/Authorization"),
        (&one.response, "/state/headers/X-Trace"),
    ] {
        assert_eq!(part.pointer(pointer), Some(&masked), "{pointer}");
    }
    assert_eq!(one.request["settings"]["mood"], "done");
    assert_eq!(one.response["state"]["address"], "192.0.2.7");
    for secret in [DOOR, TOKEN, "my own root", "hunter2"] {
        assert_eq!(rows_with(&panel, secret).await, 0, "{secret}");
    }
    panel.staff(&[Permission::TasksView]).await.calls.get("/admin/module-log").await.expect(403);
}

#[actix_web::test]
async fn a_setting_that_the_module_knows_no_more_is_no_part_of_a_row() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let former =
        json!({ "module": "probe", "module_settings": { "api_key": "a former secret", "mood": "done" } });
    let made = product(&staff, "vps", former).await;
    panel.sql("CREATE TABLE kept AS SELECT module_settings -> 'api_key' AS value FROM products").await;
    let mut changed = serde_json::to_value(&made.product).unwrap();
    changed["module_settings"] = settings("done")["module_settings"].clone();
    let made: ProductDetail =
        staff.put(&format!("/admin/products/{}", made.id), changed).await.expect(200).read();
    // As if its key had been renamed since.
    panel
        .sql(
            "UPDATE products SET module_settings = module_settings
                 || jsonb_build_object('place', (SELECT value FROM kept))",
        )
        .await;
    let (client, service) = ordered(&panel, &made, json!({})).await;
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Active);
    let create = &log(&staff, "").await[0];
    let one: ModuleLogDetail =
        staff.get(&format!("/admin/module-log/{}", create.id)).await.expect(200).read();
    assert_eq!(one.request["settings"]["place"], "••••••");
    assert_eq!(rows_with(&panel, "a former secret").await, 0);
}

#[actix_web::test]
async fn a_module_that_takes_its_time_is_asked_again_and_each_call_is_a_row() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let made = product(&staff, "vps", settings("later")).await;
    let (client, service) = ordered(&panel, &made, json!({})).await;
    let progress = detail(&client, service).await.progress.expect("it goes on");
    assert_eq!((progress.percent, progress.step.as_deref()), (40, Some("Copying the image")));
    panel.set_clock(panel.now().checked_add(SignedDuration::from_secs(31)).unwrap()).await;
    work(&panel).await;
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Active);
    let calls = log(&staff, &format!("service_id={service}")).await;
    let told: Vec<_> = calls.iter().map(|call| (call.level, call.message.as_str())).collect();
    assert_eq!(told, [(ModuleLogLevel::Info, "Done."), (ModuleLogLevel::Debug, "40 %: Copying the image")]);
    assert_eq!(calls[0].operation_id, calls[1].operation_id, "the same thing was asked for");
}

#[actix_web::test]
async fn failures_are_warnings_until_the_module_is_given_up() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let made = product(&staff, "vps", settings("busy")).await;
    let (client, service) = ordered(&panel, &made, json!({})).await;
    for _ in 0..7 {
        panel.advance_hours(1).await;
        work(&panel).await;
    }
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Failed);
    let calls = log(&staff, "sort=created_at&level=warning").await;
    assert_eq!(calls.iter().map(|call| call.attempt).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    let last = log(&staff, "level=error").await;
    assert_eq!((last.len(), last[0].attempt), (1, 8));
    assert_eq!(last[0].message, "•••••• with ••••••: no room.");
    assert_eq!(rows_with(&panel, DOOR).await + rows_with(&panel, TOKEN).await, 0);
    // Neither the client nor staff read it anywhere else.
    for table in ["services", "service_events", "tasks", "notifications", "activity_log"] {
        let told = format!("SELECT count(*) AS value FROM {table} t WHERE t::text LIKE '%{DOOR}%'");
        assert_eq!(panel.count(&told).await, 0, "{table}");
    }
}

/// Seven calls of one instant and one of the day before.
async fn fill(panel: &Panel) {
    panel
        .sql(
            "INSERT INTO module_log (id, created_at, level, module, action, attempt, duration_ms, message, request, response)
             SELECT gen_random_uuid(), at, CASE n WHEN 3 THEN 'error' ELSE 'info' END, CASE n WHEN 4 THEN 'other' ELSE 'manual' END,
                 'create', 1, n, 'message ' || n, '{}', '{}'
             FROM generate_series(1, 8) n, LATERAL (SELECT timestamptz '2026-03-10 12:00:00.123456+00'
                 - CASE n WHEN 8 THEN interval '1 day' ELSE interval '0' END AS at) t",
        )
        .await;
}

#[actix_web::test]
async fn the_log_is_filtered_sorted_and_read_on_from_where_a_page_ended() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let empty = staff.get("/admin/module-log").await.expect(200).queries();
    fill(&panel).await;
    let full = staff.get("/admin/module-log").await.expect(200);
    assert_eq!(full.queries(), empty);
    let all: Vec<_> = full.read::<LogPage<ModuleLogSummary>>().items.iter().map(|call| call.id).collect();
    assert_eq!(all.len(), 8);
    let (mut read, mut after) = (Vec::new(), String::new());
    loop {
        let page: LogPage<ModuleLogSummary> =
            staff.get(&format!("/admin/module-log?per_page=3{after}")).await.expect(200).read();
        read.extend(page.items.iter().map(|call| call.id));
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
    }
    assert_eq!(read, all);
    assert_eq!(log(&staff, "level=error").await[0].message, "message 3");
    assert_eq!(log(&staff, "module=other").await[0].message, "message 4");
    assert_eq!(log(&staff, "search=message%205").await.len(), 1);
    assert_eq!(log(&staff, &format!("search={}", all[2])).await[0].id, all[2]);
    assert_eq!(log(&staff, "sort=created_at&per_page=1").await[0].message, "message 8");
    assert_eq!(log(&staff, "to=2026-03-10T00:00:00Z").await.len(), 1);
    for (query, field) in [
        ("sort=message", "sort"),
        ("sort=module", "sort"),
        ("sort=-duration_ms", "sort"),
        ("after=x", "after"),
        ("from=1890-01-01T00:00:00Z", "from"),
        ("sort=created_at&after=1.x", "after"),
    ] {
        let refused = staff.get(&format!("/admin/module-log?{query}")).await.expect(422);
        assert_eq!(refused.refused_fields(), [field], "{query}");
    }
    staff.get(&format!("/admin/module-log/{}", uuid::Uuid::now_v7())).await.expect(404);
}

#[actix_web::test]
async fn rows_are_counted_up_to_what_a_list_says() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    panel
        .sql(
            "INSERT INTO module_log (id, created_at, level, module, action, attempt, duration_ms, message, request, response)
             SELECT gen_random_uuid(), '2026-03-10 12:00:00+00', 'info', 'manual', 'create', 1, 1, 'one of many', '{}', '{}'
             FROM generate_series(1, 10001)",
        )
        .await;
    let page: Value = staff.get("/admin/module-log").await.expect(200).json();
    assert_eq!(page["total"], 10_000);
    let page: Value = staff.get("/admin/module-log?level=error").await.expect(200).json();
    assert_eq!(page["total"], 0);
}

#[actix_web::test]
async fn months_past_their_retention_are_dropped_whole() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    fill(&panel).await;
    let months = "SELECT count(*) AS value FROM pg_inherits WHERE inhparent = 'module_log'::regclass";
    assert_eq!(panel.count(months).await, 4, "this month and the next three");
    run::run(&panel.app, Job::Cleanup).await.unwrap();
    assert_eq!(log(&staff, "").await.len(), 8, "nothing of it is old");

    let mut changed: Value = staff.get("/admin/settings").await.expect(200).json();
    assert_eq!(changed["retention"]["module_log_days"], 90);
    changed["retention"]["module_log_days"] = json!(0);
    let refused = staff.put("/admin/settings", changed.clone()).await.expect(422);
    assert_eq!(refused.refused_fields(), ["retention.module_log_days"]);
    changed["retention"]["module_log_days"] = json!(30);
    staff.put("/admin/settings", changed).await.expect(200);
    // March is over for more than thirty days.
    panel.set_clock("2026-05-02T00:00:00Z".parse().unwrap()).await;
    run::run(&panel.app, Job::Cleanup).await.unwrap();
    assert_eq!(log(&staff, "").await.len(), 0);
    let left =
        "SELECT count(*) AS value FROM pg_class WHERE relname IN ('module_log_2026_03', 'module_log_2026_04')
        AND relkind = 'r'";
    assert_eq!(panel.count(left).await, 1, "April is kept");
}
