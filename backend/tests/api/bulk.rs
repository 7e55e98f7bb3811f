//! One act on many rows: a result for each, and none stops another.

use std::io::Read;

use serde_json::{Value, json};
use shared::billing::document::DocumentDetail;
use shared::bulk::BulkResults;
use shared::services::{OrderDetail, ServiceState};
use shared::{ClientId, Code, Permission, ServiceId};
use uuid::Uuid;

use crate::harness::{Caller, Panel};
use crate::selling::{assert_books, give, product, work};

/// Services of one client, delivered.
async fn services(panel: &Panel, staff: &Caller, count: usize) -> (ClientId, Vec<ServiceId>) {
    let made = product(staff, "vps", json!({})).await;
    let ada = panel.client("Ada").await;
    give(panel, ada.id, "100").await;
    let item = json!({ "product": made.id, "period": "monthly", "quantity": count });
    let path = format!("/clients/{}/orders", ada.id);
    let order: OrderDetail = ada.calls.post_once(&path, json!({ "items": [item] })).await.expect(201).read();
    work(panel).await;
    let ids: Vec<ServiceId> = order.services.iter().map(|service| service.id).collect();
    for id in &ids {
        staff.post(&format!("/admin/services/{id}/delivered"), json!({})).await.expect(200);
    }
    (ada.id, ids)
}

async fn state(staff: &Caller, id: ServiceId) -> ServiceState {
    let read = staff.get(&format!("/admin/services/{id}")).await.expect(200).json();
    serde_json::from_value(read["detail"]["service"]["state"].clone()).unwrap()
}

fn outcomes(results: &BulkResults) -> Vec<Option<Code>> {
    results.results.iter().map(|result| result.problem.as_ref().map(|problem| problem.code)).collect()
}

#[actix_web::test]
async fn many_services_are_suspended_and_each_says_how_it_went() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (_, ids) = services(&panel, &staff, 3).await;
    staff
        .post(&format!("/admin/services/{}/suspend", ids[1]), json!({ "reason": "staff" }))
        .await
        .expect(200);
    work(&panel).await;
    let unknown = Uuid::now_v7();
    let body =
        json!({ "action": "suspend", "ids": [ids[0], ids[1], unknown, ids[2]], "note": "maintenance" });

    let would: BulkResults =
        staff.post("/admin/services/bulk?dry_run=true", body.clone()).await.expect(200).read();
    let expected = [None, Some(Code::Conflict), Some(Code::NotFound), None];
    assert_eq!((outcomes(&would), would.dry_run), (expected.to_vec(), true));
    work(&panel).await;
    assert_eq!(state(&staff, ids[0]).await, ServiceState::Active);

    let done: BulkResults = staff.post("/admin/services/bulk", body).await.expect(200).read();
    assert_eq!(outcomes(&done), expected);
    assert_eq!((done.done, done.refused, done.dry_run), (2, 2, false));
    assert_eq!(done.results[2].id, unknown);
    work(&panel).await;
    for id in &ids {
        assert_eq!(state(&staff, *id).await, ServiceState::Suspended);
    }
    let body = json!({ "action": "resume", "ids": ids });
    let done: BulkResults = staff.post("/admin/services/bulk", body).await.expect(200).read();
    assert_eq!(done.done, 3);
    work(&panel).await;
    assert_eq!(state(&staff, ids[1]).await, ServiceState::Active);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_act_on_many_that_is_sent_twice_is_done_once() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (_, ids) = services(&panel, &staff, 2).await;
    let body = json!({ "action": "terminate", "ids": ids, "when": "now" });
    let path = "/admin/services/bulk";
    let first: BulkResults = staff.post_with_key(path, body.clone(), "k").await.expect(200).read();
    assert_eq!(first.done, 2);
    // Without the key they would be refused: they are being worked on.
    let again: BulkResults = staff.post_with_key(path, body.clone(), "k").await.expect(200).read();
    assert_eq!(again, first);
    let plain: BulkResults = staff.post(path, body.clone()).await.expect(200).read();
    assert_eq!(plain.refused, 2);
    let other = json!({ "action": "terminate", "ids": [ids[0]], "when": "now" });
    let reused = staff.post_with_key(path, other, "k").await.expect(422).problem();
    assert_eq!(reused.code, Code::IdempotencyKeyReused);
    let long = staff.post_with_key(path, body, &"k".repeat(255)).await.expect(200);
    assert_eq!(long.read::<BulkResults>().refused, 2);
    work(&panel).await;
    assert_eq!(state(&staff, ids[0]).await, ServiceState::Terminated);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn lists_of_rows_are_checked_before_anything_is_done() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let id = Uuid::now_v7();
    let many: Vec<Uuid> = (0..201).map(|_| Uuid::now_v7()).collect();
    for (path, body) in [
        ("/admin/services/bulk", json!({ "action": "retry" })),
        ("/admin/tasks/bulk", json!({ "action": "cancel" })),
        ("/admin/documents/cancel", json!({})),
    ] {
        let with = |ids: Value| {
            let mut body = body.clone();
            body["ids"] = ids;
            body
        };
        assert_eq!(staff.post(path, with(json!([]))).await.expect(422).refused_fields(), ["ids"]);
        assert_eq!(staff.post(path, with(json!(many))).await.expect(422).refused_fields(), ["ids"]);
        assert_eq!(staff.post(path, with(json!([id, id]))).await.expect(422).refused_fields(), ["ids.1"]);
    }
    let bad = json!({ "action": "terminate", "ids": [id], "reason": "insufficient_funds", "note": "n".repeat(301) });
    let refused = staff.post("/admin/services/bulk", bad).await.expect(422);
    assert_eq!(refused.refused_fields(), ["note", "when", "reason"]);
    staff.post("/admin/services/bulk", json!({ "action": "delete", "ids": [id] })).await.expect(422);
}

#[actix_web::test]
async fn many_tasks_are_cancelled_and_run_again() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (_, ids) = services(&panel, &staff, 2).await;
    let body = json!({ "action": "suspend", "ids": ids });
    staff.post("/admin/services/bulk", body).await.expect(200);
    let waiting = staff.get("/admin/tasks?state=queued&name=module-suspend").await.expect(200).json();
    let tasks: Vec<Value> =
        waiting["items"].as_array().unwrap().iter().map(|task| task["id"].clone()).collect();
    assert_eq!(tasks.len(), 2);
    let act = async |action: &str| -> BulkResults {
        staff.post("/admin/tasks/bulk", json!({ "action": action, "ids": tasks })).await.expect(200).read()
    };
    assert_eq!(act("retry").await.refused, 2);
    assert_eq!(act("cancel").await.done, 2);
    assert_eq!(act("cancel").await.refused, 2);
    // What the module was to do is given up with its task: nothing waits for ever.
    let given_up = "SELECT count(*) AS value FROM service_events WHERE what = 'suspend_failed'";
    assert_eq!(panel.count(given_up).await, 2);
    assert_eq!(panel.count("SELECT count(*) AS value FROM services WHERE operation IS NOT NULL").await, 0);
    assert_eq!(act("retry").await.done, 2);
    work(&panel).await;
    assert_eq!(state(&staff, ids[1]).await, ServiceState::Active, "nobody wants it any more");
    let body = json!({ "action": "suspend", "ids": ids });
    staff.post("/admin/services/bulk", body).await.expect(200);
    work(&panel).await;
    assert_eq!(state(&staff, ids[1]).await, ServiceState::Suspended);
    let trail =
        "SELECT count(*) AS value FROM activity_log WHERE action IN ('task.cancelled', 'task.retried')";
    assert_eq!(panel.count(trail).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_proformas_are_cancelled_and_their_papers_packed() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let mut ids = Vec::new();
    for amount in ["10", "20", "30"] {
        let path = format!("/clients/{}/funds/proformas", ada.id);
        let made: DocumentDetail =
            ada.calls.post_once(&path, json!({ "amount": amount })).await.expect(201).read();
        ids.push(made.document.id);
    }
    let named =
        |ids: &[shared::DocumentId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let path = format!("/admin/documents/archive?ids={}", named(&ids));
    let packed = staff.get(&path).await.expect(200);
    assert_eq!(packed.headers["content-type"], "application/zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(packed.bytes)).unwrap();
    assert_eq!(archive.len(), 3);
    let mut first = Vec::new();
    archive.by_index(0).unwrap().read_to_end(&mut first).unwrap();
    let mut papers = Vec::new();
    for id in &ids {
        papers.push(staff.get(&format!("/admin/documents/{id}/pdf")).await.expect(200).bytes);
    }
    assert!(papers.contains(&first));

    let unknown = shared::DocumentId::generate();
    staff.get(&format!("{path},{unknown}")).await.expect(404);
    for bad in ["", "one", &named(&vec![unknown; 51])] {
        let refused = staff.get(&format!("/admin/documents/archive?ids={bad}")).await.expect(422);
        assert_eq!(refused.refused_fields(), ["ids"]);
    }
    let stranger = panel.staff(&[Permission::DocumentsCancel]).await;
    stranger.calls.get(&path).await.expect(403);

    let body = json!({ "ids": ids, "reason": "agreed" });
    let done: BulkResults =
        stranger.calls.post("/admin/documents/cancel", body.clone()).await.expect(200).read();
    assert_eq!(done.done, 3);
    let again: BulkResults = stranger.calls.post("/admin/documents/cancel", body).await.expect(200).read();
    assert_eq!(outcomes(&again), [Some(Code::Conflict); 3]);
}
