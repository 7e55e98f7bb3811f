//! What every request can rely on.

use std::net::TcpListener;

use hostwright::http::{router, server};
use serde_json::{Value, json};
use shared::{Code, Permission, Problem};

use crate::harness::Panel;

#[tokio::test(flavor = "multi_thread")]
async fn staff_with_the_permission_moves_the_clock() {
    let panel = Panel::start().await;
    let staff = panel.staff(&[Permission::ClockMove]).await;
    staff.calls.post("/admin/clock", json!({ "now": "2026-05-01T00:00:00Z" })).await.expect(200);
    let shown = panel.visitor().get("/public/clock").await.expect(200).json();
    assert!(shown["now"].as_str().unwrap().starts_with("2026-05-01T00:00:0"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_needs_sign_in_permission_and_csrf_token() {
    let panel = Panel::start().await;
    let body = json!({ "now": "2026-05-01T00:00:00Z" });
    let unsigned = panel.visitor().post("/admin/clock", body.clone()).await.expect(401);
    assert_eq!(unsigned.problem().code, Code::NotSignedIn);
    let other = panel.staff(&[Permission::ClientsView]).await;
    assert_eq!(
        other.calls.post("/admin/clock", body.clone()).await.expect(403).problem().code,
        Code::NotAllowed
    );
    let staff = panel.staff(&[Permission::ClockMove]).await;
    let forged = staff.calls.without_csrf().post("/admin/clock", body).await.expect(403);
    assert_eq!(forged.problem().code, Code::CsrfFailed);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_json_is_refused_by_field() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let unknown =
        staff.calls.post("/admin/clock", json!({ "now": "2026-05-01T00:00:00Z", "zone": "UTC" })).await;
    assert_eq!(unknown.expect(422).refused_fields(), ["zone"]);
    let missing = staff.calls.post("/admin/clock", json!({})).await;
    assert_eq!(missing.expect(422).refused_fields(), ["now"]);
    let wild = staff.calls.post("/admin/clock", json!({ "now": "yesterday" })).await;
    assert_eq!(wild.expect(422).refused_fields(), ["now"]);
    let broken =
        staff.calls.request(reqwest::Method::POST, "/admin/clock").header("content-type", "application/json");
    let broken = staff.calls.send(broken.body("{"), "broken".to_owned()).await;
    assert_eq!(broken.expect(400).problem().code, Code::BadRequest);
    let twice =
        staff.calls.request(reqwest::Method::POST, "/admin/clock").header("content-type", "application/json");
    let twice = twice.body(r#"{ "now": "2026-05-01T00:00:00Z", "now": "2026-06-01T00:00:00Z" }"#);
    let twice = staff.calls.send(twice, "twice".to_owned()).await;
    assert_eq!(twice.expect(422).refused_fields(), ["now"]);
    let large = staff.calls.post("/admin/clock", json!({ "now": "x".repeat(3_000_000) })).await;
    assert_eq!(large.expect(413).problem().code, Code::TooLarge);
    let plain = staff.calls.request(reqwest::Method::POST, "/admin/clock").body("now");
    assert_eq!(
        staff.calls.send(plain, "plain".to_owned()).await.expect(415).problem().code,
        Code::UnsupportedMediaType
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_operation_does_not_take_is_refused_with_those_it_takes() {
    let panel = Panel::start().await;
    let answer = panel.visitor().delete("/public/clock").await.expect(405);
    assert_eq!(answer.problem().code, Code::MethodNotAllowed);
    assert_eq!(answer.headers["allow"], "GET, HEAD");
    assert_eq!(panel.visitor().get("/public/nothing").await.expect(404).problem().code, Code::NotFound);
}

#[test]
fn the_document_promises_the_refusals_that_come_and_no_others() {
    let document = serde_json::to_value(router::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations: Vec<&Value> = paths.flat_map(|item| item.as_object().unwrap().values()).collect();
    let promises = |id: &str, status: &str| {
        let operation = operations.iter().find(|operation| operation["operationId"] == id);
        operation.unwrap_or_else(|| panic!("{id}"))["responses"].get(status).is_some()
    };
    let come = [
        ("403", "registerUser"),
        ("404", "quoteDraft"),
        ("409", "getOssCsv previewSignInAs getDocumentsArchive"),
        ("412", "updateProduct orderAttributes moveTaxRule setCreditLimit deleteProductImage activateModule"),
        ("412", "makeCurrencyDefault"),
        // Who sends a password may find all places taken where one is hashed.
        ("429", "createAdmin createUser createClient registerUser registerInvited changeUserAccount"),
        ("429", "inviteUser resendInvitation sendAdminPasswordReset sendUserPasswordReset verifyAdminFactor"),
        ("429", "exportClients exportOwnServices exportLedger followTask"),
    ];
    let never_come = [
        ("412", "createProduct createAttribute createOption createCompany createGateway createTaxRule"),
        ("429", "changeAdmin changeUser changeClient changeClientProfile"),
        ("429", "createCompany updateCompany createCurrency"),
        ("429", "getOssCsv getClientStatementCsv getOwnStatementCsv"),
    ];
    for (table, promised) in [(&come[..], true), (&never_come[..], false)] {
        for (status, ids) in table {
            for id in ids.split(' ') {
                assert_eq!(promises(id, status), promised, "{id} {status}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_only_works_refuses_what_no_monitor_asks() {
    let panel = Panel::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
    let running = server::run_monitored(panel.app.clone(), listener, metrics).unwrap();
    let handle = running.handle();
    tokio::spawn(running);
    let healthy = panel.http.get(format!("{base}/healthz")).send().await.unwrap();
    assert_eq!(healthy.status().as_u16(), 200);
    for path in ["/", "/nothing", "/api/v1/public/clock"] {
        let answer = panel.http.get(format!("{base}{path}")).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        let problem: Problem = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(problem.code, Code::NotFound, "{path}");
    }
    handle.stop(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_cannot_hold_is_refused_by_the_name_of_the_parameter() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for (path, field) in [
        ("/admin/clients?country=%00", "country"),
        ("/admin/clients?created_from=-004800-01-01T00:00:00Z", "created_from"),
        ("/admin/services?module=%00", "module"),
        ("/admin/products?module=%00", "module"),
        ("/admin/activity?from=-004800-01-01T00:00:00Z", "from"),
        ("/admin/documents?issued_from=-009999-01-01", "issued_from"),
        ("/admin/payments?received_to=-009999-01-01", "received_to"),
    ] {
        assert_eq!(staff.calls.get(path).await.expect(422).refused_fields(), [field], "{path}");
    }
    // Who may not call learns nothing about his input.
    panel.visitor().get("/admin/clients?country=%00").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_cannot_be_undone_is_named_and_those_before_it_are_counted() {
    let panel = Panel::start().await;
    let undo = async |steps: usize| hostwright::db::revert(panel.database_url(), steps).await;
    // As if another program had been here before the last one.
    panel
        .sql(
            "INSERT INTO __diesel_schema_migrations (version)
             SELECT version || 'a' FROM __diesel_schema_migrations ORDER BY version DESC OFFSET 1 LIMIT 1",
        )
        .await;
    for others in ["after 1 others", "after 0 others"] {
        let told = undo(5).await.expect_err("refused").to_string();
        assert!(told.contains("a failed") && told.contains(others), "{told}");
    }
    panel.sql("DELETE FROM __diesel_schema_migrations").await;
    assert_eq!(undo(5).await.unwrap(), 0, "nothing is left to undo");
}
