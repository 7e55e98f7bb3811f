//! What every request can rely on.

use serde_json::json;
use shared::{Code, Permission};

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
