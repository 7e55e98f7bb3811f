//! Modules: which may be sold with, how they are configured, and what becomes of their secrets.

use hostwright::billing::charging::charge_due;
use hostwright::catalog::module::actions::meet;
use hostwright::jobs::{self, Job, run};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use shared::catalog::{ModuleDetail, ModuleStatus, ModuleSummary, ModuleTest, ProductDetail};
use shared::services::{OrderDetail, ServiceDetail, ServiceState};
use shared::{Code, Page, Permission};

use crate::harness::{Caller, ClientAccount, Panel};
use crate::selling::{assert_books, charge, give, product, work};
use crate::services::{Running, top_up};

/// What the configuration of the probe is kept secret by.
pub(crate) const TOKEN: &str = "token-of-the-probe";
/// The setting that opens the probe.
pub(crate) const DOOR: &str = "open sesame";

pub(crate) async fn module(staff: &Caller, key: &str) -> ModuleDetail {
    staff.get(&format!("/admin/modules/{key}")).await.expect(200).read()
}

async fn configure(staff: &Caller, version: i32, configuration: Value) -> crate::harness::Answer {
    let body = json!({ "version": version, "configuration": configuration });
    staff.put("/admin/modules/probe/configuration", body).await
}

/// The probe, configured and active.
pub(crate) async fn activated(staff: &Caller) -> ModuleDetail {
    configure(staff, 0, json!({ "url": "up", "token": TOKEN })).await.expect(200);
    staff.post("/admin/modules/probe/activate?version=1", json!({})).await.expect(200).read()
}

pub(crate) fn settings(mood: &str) -> Value {
    json!({ "module": "probe", "module_settings": { "api_key": DOOR, "mood": mood } })
}

/// A client with money, and an order of the product by it that was worked on.
pub(crate) async fn ordered(
    panel: &Panel,
    product: &ProductDetail,
    fields: Value,
) -> (ClientAccount, shared::ServiceId) {
    ordered_with(panel, product, fields, "50").await
}

/// As `ordered`, with so much money.
async fn ordered_with(
    panel: &Panel,
    product: &ProductDetail,
    fields: Value,
    money: &str,
) -> (ClientAccount, shared::ServiceId) {
    let client = panel.client("Ada").await;
    give(panel, client.id, money).await;
    let item = json!({ "product": product.id, "period": "monthly", "fields": fields });
    let path = format!("/clients/{}/orders", client.id);
    let placed: OrderDetail =
        client.calls.post_once(&path, json!({ "items": [item] })).await.expect(201).read();
    work(panel).await;
    (client, placed.services[0].id)
}

pub(crate) async fn detail(client: &ClientAccount, service: shared::ServiceId) -> ServiceDetail {
    let path = format!("/clients/{}/services/{service}", client.id);
    client.calls.get(&path).await.expect(200).read()
}

/// The clock of a test goes on by itself.
fn just_now(panel: &Panel, at: Timestamp) -> bool {
    panel.now().duration_since(at).unsigned_abs() < std::time::Duration::from_secs(60)
}

/// How often a text stands in what staff can read of the database.
async fn seen(panel: &Panel, text: &str) -> i64 {
    panel
        .count(&format!(
            "SELECT (SELECT count(*) FROM products t WHERE t::text LIKE '%{text}%')
                  + (SELECT count(*) FROM modules t WHERE t::text LIKE '%{text}%')
                  + (SELECT count(*) FROM module_log t WHERE t::text LIKE '%{text}%')
                  + (SELECT count(*) FROM activity_log t WHERE t::text LIKE '%{text}%') AS value"
        ))
        .await
}

/// A product as it was read, with another setting, to be written back.
fn with_settings(product: &ProductDetail, settings: Value) -> Value {
    let mut input = serde_json::to_value(&product.product).unwrap();
    input["module_settings"] = settings;
    input
}

#[actix_web::test]
async fn no_product_is_made_with_a_module_that_is_not_active() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let mut wanted = settings("done");
    wanted["key"] = json!("vps");
    wanted["texts"] = json!({ "en": { "name": "VPS" } });
    let before = module(&staff, "probe").await;
    assert_eq!((before.module.status, before.version, before.id), (ModuleStatus::Inactive, 0, None));
    assert_eq!(staff.post("/admin/products", wanted.clone()).await.expect(422).refused_fields(), ["module"]);
    // Nobody has said how it is reached.
    let early = staff.post("/admin/modules/probe/activate?version=0", json!({})).await.expect(409).problem();
    assert!(early.detail.unwrap().contains("token"));
    let active = activated(&staff).await;
    assert_eq!(active.module.status, ModuleStatus::Active);
    assert!(active.activated_at.is_some_and(|at| just_now(&panel, at)));
    staff.post("/admin/products", wanted).await.expect(201);
    assert_eq!(module(&staff, "probe").await.module.selling, 1);
    let who = panel.staff(&[Permission::ProductsView, Permission::ProductsEdit]).await.calls;
    who.get("/admin/modules/probe").await.expect(200);
    who.post("/admin/modules/probe/test", json!({})).await.expect(403);
    staff.get("/admin/modules/nothing").await.expect(404);
}

#[actix_web::test]
async fn a_module_is_not_deactivated_while_products_are_sold_with_it() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let manual = module(&staff, "manual").await;
    assert_eq!((manual.module.status, manual.module.selling), (ModuleStatus::Active, 1));
    assert_eq!(manual.products.iter().map(|product| product.key.as_str()).collect::<Vec<_>>(), ["vps"]);
    let path = format!("/admin/modules/manual/deactivate?version={}", manual.version);
    let refused = staff.post(&path, json!({})).await.expect(409).problem();
    assert_eq!(refused.code, Code::InUse);
    assert!(refused.detail.unwrap().contains("vps"));

    let mut retired = serde_json::to_value(&made.product).unwrap();
    retired["retired"] = json!(true);
    let path_of = format!("/admin/products/{}", made.id);
    let made: ProductDetail = staff.put(&path_of, retired).await.expect(200).read();
    let off: ModuleDetail = staff.post(&path, json!({})).await.expect(200).read();
    assert_eq!((off.module.status, off.products[0].retired), (ModuleStatus::Inactive, true));
    assert_eq!(off.version, manual.version + 1);
    // What is retired can still be edited, but neither sold again nor copied.
    let mut edited = serde_json::to_value(&made.product).unwrap();
    edited["notes"] = json!("gone");
    let made: ProductDetail = staff.put(&path_of, edited).await.expect(200).read();
    let mut again = serde_json::to_value(&made.product).unwrap();
    again["retired"] = json!(false);
    assert_eq!(staff.put(&path_of, again).await.expect(422).refused_fields(), ["module"]);
    let copy = staff.post(&format!("{path_of}/duplicate"), json!({ "key": "copy" })).await.expect(422);
    assert_eq!(copy.refused_fields(), ["module"]);
    let lost = staff.post("/admin/modules/manual/activate?version=0", json!({})).await.expect(412);
    assert_eq!(lost.problem().code, Code::VersionConflict);
    let logged = "SELECT count(*) AS value FROM activity_log WHERE action = 'module.deactivated'";
    assert_eq!(panel.count(logged).await, 1);
}

#[actix_web::test]
async fn services_go_on_with_a_module_that_is_not_active_any_more() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let made = product(&staff, "vps", settings("done")).await;
    let (client, service) = ordered(&panel, &made, json!({})).await;
    let mut retired = serde_json::to_value(&made.product).unwrap();
    retired["retired"] = json!(true);
    staff.put(&format!("/admin/products/{}", made.id), retired).await.expect(200);
    let off: ModuleDetail =
        staff.post("/admin/modules/probe/deactivate?version=2", json!({})).await.expect(200).read();
    assert_eq!(off.services, 1);
    let suspend = json!({ "reason": "abuse" });
    staff.post(&format!("/admin/services/{service}/suspend"), suspend).await.expect(200);
    work(&panel).await;
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Suspended);
}

#[actix_web::test]
async fn a_secret_of_a_product_is_sealed_kept_and_replaced_but_never_read_back() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let made = product(&staff, "vps", settings("done")).await;
    let masked = json!({ "api_key": "••••••", "mood": "done" });
    assert_eq!(Value::Object(made.product.module_settings.clone()), masked);
    assert_eq!(seen(&panel, DOOR).await, 0);

    // As it was read, it is kept: the service below is delivered with it.
    let path = format!("/admin/products/{}", made.id);
    let kept: ProductDetail = staff.put(&path, with_settings(&made, masked.clone())).await.expect(200).read();
    assert_eq!(Value::Object(kept.product.module_settings.clone()), masked);
    let copy: ProductDetail =
        staff.post(&format!("{path}/duplicate"), json!({ "key": "copy" })).await.expect(201).read();
    let mut shown = with_settings(&copy, masked);
    shown["visible"] = json!(true);
    let copy: ProductDetail =
        staff.put(&format!("/admin/products/{}", copy.id), shown).await.expect(200).read();
    for product in [&kept, &copy] {
        let (client, service) = ordered(&panel, product, json!({})).await;
        assert_eq!(detail(&client, service).await.service.state, ServiceState::Active);
    }

    let now: ProductDetail = staff.get(&path).await.expect(200).read();
    let replaced = json!({ "api_key": "another key", "mood": "done" });
    staff.put(&path, with_settings(&now, replaced)).await.expect(200);
    assert_eq!(seen(&panel, "another key").await, 0);
    let (client, service) = ordered(&panel, &now, json!({})).await;
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Failed, "it opens nothing");
    assert_eq!(seen(&panel, "another key").await, 0, "the module said it, and the log did not");
}

#[actix_web::test]
async fn a_secret_that_nobody_gave_cannot_be_kept() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let new = |settings: Value| json!({ "key": "vps", "texts": { "en": { "name": "A" } }, "module": "probe", "module_settings": settings });
    for (given, field) in [
        (json!({ "api_key": "••••••" }), "module_settings.api_key"),
        (json!({ "mood": "done" }), "module_settings.api_key"),
        (json!({ "api_key": DOOR, "mood": { "$sealed": "AAAA" } }), "module_settings.mood"),
    ] {
        let refused = staff.post("/admin/products", new(given.clone())).await.expect(422);
        assert_eq!(refused.refused_fields(), [field], "{given}");
    }
    // Another module's secret is not there to be kept, either.
    let made = product(&staff, "manual", json!({})).await;
    let mut input = serde_json::to_value(&made.product).unwrap();
    input["module"] = json!("probe");
    input["module_settings"] = json!({ "api_key": "••••••" });
    let refused = staff.put(&format!("/admin/products/{}", made.id), input).await.expect(422);
    assert_eq!(refused.refused_fields(), ["module_settings.api_key"]);
}

#[actix_web::test]
async fn a_configuration_is_checked_sealed_and_shown_without_its_secrets() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let refused = configure(&staff, 0, json!({ "url": 7, "colour": "red" })).await.expect(422);
    let mut fields = refused.refused_fields();
    fields.sort();
    assert_eq!(fields, ["configuration.colour", "configuration.token", "configuration.url"]);
    let first: ModuleDetail =
        configure(&staff, 0, json!({ "url": "up", "token": TOKEN })).await.expect(200).read();
    assert_eq!((first.version, first.module.status), (1, ModuleStatus::Inactive));
    assert_eq!(Value::Object(first.configuration), json!({ "url": "up", "token": "••••••" }));
    let lost = configure(&staff, 0, json!({ "url": "down", "token": TOKEN })).await.expect(412).problem();
    assert_eq!(lost.code, Code::VersionConflict);
    let kept = configure(&staff, 1, json!({ "url": "far", "token": "••••••" })).await.expect(200);
    assert_eq!(kept.json()["configuration"]["url"], "far");
    let tested: ModuleTest = staff.post("/admin/modules/probe/test", json!({})).await.expect(200).read();
    assert_eq!((tested.ok, tested.message.as_str()), (true, "far greets."));
    assert_eq!(seen(&panel, TOKEN).await, 0);
    let logged = "SELECT count(*) AS value FROM activity_log WHERE subject_kind = 'module' AND action IN
        ('module.configured', 'module.tested')";
    assert_eq!(panel.count(logged).await, 3);
}

#[actix_web::test]
async fn a_secret_whose_key_has_another_name_by_now_is_not_told_when_it_is_replaced() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    configure(&staff, 0, json!({ "url": "up", "token": TOKEN })).await.expect(200);
    panel
        .sql(
            "UPDATE modules SET configuration = configuration - 'token' || jsonb_build_object('door', configuration -> 'token')
             WHERE key = 'probe'",
        )
        .await;
    configure(&staff, 1, json!({ "url": "up", "token": "another one" })).await.expect(200);
    assert_eq!(seen(&panel, TOKEN).await + seen(&panel, "another one").await, 0);
    let masked = "SELECT count(*) AS value FROM activity_log WHERE action = 'module.configured'
        AND old ->> 'door' = '••••••'";
    assert_eq!(panel.count(masked).await, 1);
}

#[actix_web::test]
async fn what_is_configured_for_manual_delivery_holds_for_products_that_say_nothing() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let manual = module(&staff, "manual").await;
    let body = json!({ "version": manual.version, "configuration": { "staff_does": ["terminate"] } });
    staff.put("/admin/modules/manual/configuration", body).await.expect(200);
    let made = product(&staff, "vps", json!({})).await;
    let (client, service) = ordered(&panel, &made, json!({})).await;
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Active, "nobody had to deliver");
}

#[actix_web::test]
async fn a_test_that_fails_is_the_status_of_a_module_until_it_succeeds() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    staff.post("/admin/modules/probe/test", json!({})).await.expect(409);
    activated(&staff).await;
    let test = async || -> ModuleTest {
        staff.post("/admin/modules/probe/test", json!({})).await.expect(200).read()
    };
    assert!(test().await.ok);
    configure(&staff, 2, json!({ "url": "down", "token": TOKEN })).await.expect(200);
    let failed = test().await;
    assert_eq!((failed.ok, failed.message.as_str()), (false, "down did not let •••••• in."));
    let now = module(&staff, "probe").await;
    assert_eq!((now.module.status, now.error), (ModuleStatus::Error, Some(failed.message)));
    assert_eq!(now.version, 3, "nobody's edit is lost by a test");
    assert!(now.tested_at.is_some_and(|at| just_now(&panel, at)));
    configure(&staff, 3, json!({ "url": "up", "token": "••••••" })).await.expect(200);
    assert!(test().await.ok);
    let now = module(&staff, "probe").await;
    assert_eq!((now.module.status, now.error), (ModuleStatus::Active, None));
}

#[actix_web::test]
async fn a_newer_module_that_asks_for_more_needs_an_update() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let of_probe = "UPDATE modules SET module_version = '0.9.0'";
    // What was configured is enough for the new version: only the version is noted.
    panel.sql(&format!("{of_probe} WHERE key = 'probe'")).await;
    meet(&panel.app).await.unwrap();
    assert_eq!(module(&staff, "probe").await.module.status, ModuleStatus::Active);
    let noted = "SELECT count(*) AS value FROM modules WHERE key = 'probe' AND module_version = '1.0.0'";
    assert_eq!(panel.count(noted).await, 1);

    panel.sql(&format!("{of_probe}, configuration = '{{}}' WHERE key = 'probe'")).await;
    meet(&panel.app).await.unwrap();
    meet(&panel.app).await.unwrap();
    let old = module(&staff, "probe").await;
    assert_eq!(old.module.status, ModuleStatus::NeedsUpdate);
    assert!(old.error.unwrap().contains("token"));
    let mut wanted = settings("done");
    wanted["key"] = json!("vps");
    wanted["texts"] = json!({ "en": { "name": "VPS" } });
    assert_eq!(staff.post("/admin/products", wanted).await.expect(422).refused_fields(), ["module"]);
    let updated: ModuleDetail =
        configure(&staff, old.version, json!({ "token": TOKEN })).await.expect(200).read();
    assert_eq!((updated.module.status, updated.error), (ModuleStatus::Active, None));
    let logged =
        "SELECT count(*) AS value FROM activity_log WHERE action = 'module.updated' AND actor = 'system'";
    assert_eq!(panel.count(logged).await, 2);
}

#[actix_web::test]
async fn modules_are_listed_by_page_at_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let path = "/admin/modules?per_page=1&sort=-key";
    let none = staff.get(path).await.expect(200).queries();
    activated(&staff).await;
    product(&staff, "vps", settings("done")).await;
    product(&staff, "hands", json!({})).await;
    let answer = staff.get(path).await.expect(200);
    assert_eq!(answer.queries(), none);
    let page: Page<ModuleSummary> = answer.read();
    assert_eq!((page.total, page.items[0].info.key.as_str(), page.items[0].selling), (2, "probe", 1));
    let keys = async |query: &str| -> Vec<String> {
        let page: Page<ModuleSummary> =
            staff.get(&format!("/admin/modules?{query}")).await.expect(200).read();
        page.items.into_iter().map(|module| module.info.key).collect()
    };
    assert_eq!(keys("").await, ["manual", "probe"]);
    assert_eq!(keys("search=TESTS").await, ["probe"]);
    assert_eq!(keys("status=inactive").await, Vec::<String>::new());
    assert_eq!(keys("kind=provisioning&sort=-name").await, ["probe", "manual"]);
    assert_eq!(staff.get("/admin/modules?sort=colour").await.expect(422).refused_fields(), ["sort"]);
    let unread = staff.request(Method::POST, "/admin/modules/probe/activate").json(&json!({}));
    let answer = staff.send(unread, "activate without a version".to_owned()).await.expect(422);
    assert_eq!(answer.refused_fields(), ["version"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_takes_its_time_is_asked_again_and_says_how_far_it_is() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let made = product(&staff, "vps", settings("later")).await;
    let client = panel.client("Ada").await;
    give(&panel, client.id, "50").await;
    let items = json!({ "items": [{ "product": made.id, "period": "monthly" }] });
    let path = format!("/clients/{}/orders", client.id);
    let placed: OrderDetail = client.calls.post_once(&path, items).await.expect(201).read();
    let service = placed.services[0].id;
    jobs::drain(&panel.app).await.unwrap();

    let waiting = detail(&client, service).await;
    assert_eq!(waiting.service.state, ServiceState::Provisioning);
    let progress = waiting.progress.expect("it is on its way");
    assert_eq!((progress.percent, progress.step.as_deref()), (40, Some("Copying the image")));
    let of = |state: &str| format!("/admin/tasks?service_id={service}&name=provision&state={state}");
    let next = staff.get(&of("queued")).await.expect(200).json();
    assert_eq!((&next["total"], &next["items"][0]["progress"]), (&json!(1), &json!(40)), "{next}");
    assert_eq!(next["items"][0]["step"], "Copying the image");
    let asked = staff.get(&of("completed")).await.expect(200).json();
    let asked = asked["items"][0]["id"].as_str().unwrap().to_owned();
    let asked = staff.get(&format!("/admin/tasks/{asked}")).await.expect(200).json();
    let answer = json!({ "answer": "in_progress", "percent": 40, "step": "Copying the image" });
    assert_eq!(asked["output"], json!({ "operation": "create", "attempt": 1, "module": answer }));
    // Not before its time; then it goes on where it was.
    jobs::drain(&panel.app).await.unwrap();
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Provisioning);
    panel.advance_hours(1).await;
    jobs::drain(&panel.app).await.unwrap();
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Active);
    let calls = format!("SELECT count(*) AS value FROM module_log WHERE service_id = '{service}'");
    assert_eq!(panel.count(&calls).await, 2);
}

/// A service of the probe whose money is used up, and that the module was asked to suspend.
async fn dry(panel: &Panel) -> (ClientAccount, shared::ServiceId) {
    let staff = panel.super_admin().await.calls;
    activated(&staff).await;
    let made = product(&staff, "vps", settings("later")).await;
    let (client, service) = ordered_with(panel, &made, json!({}), "1.0390").await;
    minute(panel).await;
    assert_eq!(detail(&client, service).await.service.state, ServiceState::Active);
    panel.advance_hours(5).await;
    charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
    run::run(&panel.app, Job::ServicePastDue { service }).await.unwrap();
    assert_eq!(detail(&client, service).await.progress.unwrap().operation, "suspend");
    (client, service)
}

/// A minute passes, and the module is asked what is due.
async fn minute(panel: &Panel) {
    panel.set_clock(panel.now().checked_add(jiff::SignedDuration::from_mins(1)).unwrap()).await;
    work(panel).await;
}

async fn pays(panel: &Panel, client: &ClientAccount) {
    give(panel, client.id, "20").await;
    run::run(&panel.app, Job::WalletToppedUp { client: client.id }).await.unwrap();
}

/// What became of the service since it was activated, after the module has been asked as often as it likes.
async fn whats(panel: &Panel, client: &ClientAccount, service: shared::ServiceId) -> Vec<String> {
    for _ in 0..4 {
        minute(panel).await;
    }
    let now = detail(client, service).await;
    assert_eq!(now.service.state, ServiceState::Active);
    assert!(now.progress.is_none());
    assert_books(panel).await;
    let whats = now.events.into_iter().rev().map(|event| event.what);
    whats.skip_while(|what| what != "activated").skip(1).collect()
}

#[actix_web::test]
async fn a_suspension_that_the_module_began_is_finished_before_money_resumes_the_service() {
    let panel = Panel::start().await;
    let (client, service) = dry(&panel).await;
    work(&panel).await;
    assert_eq!(detail(&client, service).await.progress.unwrap().percent, 40);
    pays(&panel, &client).await;
    assert_eq!(whats(&panel, &client, service).await, ["suspended", "resumed"]);
}

#[actix_web::test]
async fn a_call_that_broke_off_may_have_suspended_the_service() {
    let panel = Panel::start().await;
    let (client, service) = dry(&panel).await;
    // The worker was killed while the module was at it: nobody knows its answer.
    panel.sql("UPDATE services SET operation = operation || '{\"begun\": true}'").await;
    pays(&panel, &client).await;
    assert_eq!(whats(&panel, &client, service).await, ["suspended", "resumed"]);
}

#[actix_web::test]
async fn a_suspension_that_nobody_began_is_taken_back_when_money_comes() {
    let panel = Panel::start().await;
    let (client, service) = dry(&panel).await;
    pays(&panel, &client).await;
    assert!(whats(&panel, &client, service).await.is_empty());
    let calls = "SELECT count(*) AS value FROM module_log WHERE action = 'suspend'";
    assert_eq!(panel.count(calls).await, 0);
}

#[actix_web::test]
async fn staff_are_not_asked_any_more_to_suspend_what_is_paid() {
    let panel = Panel::start().await;
    let more = json!({ "module_settings": { "staff_does": ["create", "suspend"] } });
    let it = Running::start(&panel, "1.0390", more, "monthly").await;
    panel.advance_hours(5).await;
    charge(&panel).await;
    let waiting = async || it.staff.get("/admin/tasks?manual=true&state=processing").await.expect(200).json();
    let asked = waiting().await;
    assert_eq!((&asked["total"], &asked["items"][0]["name"]), (&json!(1), &json!("module-suspend")));
    // Too little money takes nothing back.
    top_up(&panel, &it, "0.0001").await;
    assert_eq!(waiting().await["total"], 1);
    top_up(&panel, &it, "20").await;
    assert_eq!(waiting().await["total"], 0);
    let task = format!("/admin/tasks/{}", asked["items"][0]["id"].as_str().unwrap());
    assert_eq!(it.staff.get(&task).await.expect(200).json()["task"]["state"], "cancelled");
    it.staff.post(&format!("{task}/done"), json!({})).await.expect(409);
    let now = it.detail().await;
    assert_eq!((now.service.state, now.progress), (ServiceState::Active, None));
    assert!(now.events.iter().all(|event| event.what != "suspended"));
    // Dry again, it is asked for again.
    panel.advance_hours(24 * 120).await;
    charge(&panel).await;
    assert_eq!(waiting().await["total"], 1);
    assert_books(&panel).await;
}
