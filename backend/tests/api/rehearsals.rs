//! Dry runs: what would happen is said, what would be refused is refused, and nothing is written.

use serde_json::{Value, json};
use shared::identity::UserDetail;
use shared::services::{OrderDetail, ServiceState};
use shared::{Effect, EffectKind, Rehearsal};

use crate::harness::{Answer, COMPANY, Panel};
use crate::selling::{assert_books, balance, decimal, held, product, sizes};
use crate::services::Running;

fn kinds(effects: &[Effect]) -> Vec<EffectKind> {
    effects.iter().map(|effect| effect.code).collect()
}

fn would(answer: Answer) -> Vec<Effect> {
    answer.expect(200).read::<Rehearsal>().effects
}

/// What is there, to be compared afterwards.
async fn everything(panel: &Panel) -> i64 {
    panel
        .count(
            "SELECT (SELECT count(*) FROM tasks) * 1000003 + (SELECT count(*) FROM activity_log) * 1009
                 + (SELECT count(*) FROM service_events) * 101 + (SELECT count(*) FROM ledger_transfers)
                 + (SELECT coalesce(sum(version), 0) FROM services) AS value",
        )
        .await
}

#[actix_web::test]
async fn terminating_says_what_it_charges_and_what_is_lost() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({ "hourly_billing": false }), "monthly").await;
    let before = (everything(&panel).await, balance(&panel, it.client.id).await);
    let now = would(it.staff_does("terminate?dry_run=true", json!({ "when": "now" })).await);
    use EffectKind::{ChargingStops, EndsLater, ModuleDeletes, PaidTimeLost, UninstallFee};
    assert_eq!(kinds(&now), [ModuleDeletes, ChargingStops, PaidTimeLost, UninstallFee]);
    let detail = it.detail().await;
    assert_eq!(now[2].at, detail.service.paid_until);
    assert_eq!(now[3].amount.unwrap().amount(), decimal("0.5"));
    // Its owner is told the same.
    let path = it.own("/termination?dry_run=true");
    let later = would(it.client.calls.post(&path, json!({ "when": "end_of_period" })).await);
    assert_eq!(kinds(&later), [EndsLater, UninstallFee]);
    assert_eq!(later[0].at, detail.service.paid_until);
    assert_eq!((everything(&panel).await, balance(&panel, it.client.id).await), before);
    assert_eq!(it.detail().await, detail);

    let eve = panel.client("Eve").await;
    eve.calls.post(&path, json!({ "when": "now" })).await.expect(404);
    it.staff_does("terminate", json!({ "when": "now" })).await.expect(200);
    it.staff_does("terminate?dry_run=true", json!({ "when": "now" })).await.expect(409);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn terminating_by_the_hour_says_what_was_used() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    panel.advance_hours(5).await;
    let (before, money) = (everything(&panel).await, balance(&panel, it.client.id).await);
    let now = would(it.staff_does("terminate?dry_run=true", json!({ "when": "now" })).await);
    let charged = now.iter().find(|effect| effect.code == EffectKind::ChargedNow).unwrap();
    let charged = charged.amount.unwrap().amount();
    assert_eq!((everything(&panel).await, balance(&panel, it.client.id).await), (before, money));
    it.staff_does("terminate", json!({ "when": "now" })).await.expect(200);
    assert_eq!(balance(&panel, it.client.id).await, money - charged);
}

#[actix_web::test]
async fn suspending_says_that_only_staff_resume_it() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let before = everything(&panel).await;
    let effects = would(it.staff_does("suspend?dry_run=true", json!({ "reason": "abuse" })).await);
    use EffectKind::{ChargingStops, ModuleStops, StaysSuspended};
    assert_eq!(kinds(&effects), [ModuleStops, ChargingStops, StaysSuspended]);
    assert_eq!(everything(&panel).await, before);
    assert_eq!(it.state().await, ServiceState::Active);
    let bad =
        it.staff_does("suspend?dry_run=true", json!({ "reason": "insufficient_funds" })).await.expect(422);
    assert_eq!(bad.refused_fields(), ["reason"]);
}

#[actix_web::test]
async fn cancelling_an_order_says_what_becomes_of_its_services_and_its_proforma() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let ada = panel.client("Ada").await;
    let item = json!({ "product": made.id, "period": "monthly", "quantity": 2 });
    let path = format!("/clients/{}/orders", ada.id);
    let order: OrderDetail = ada.calls.post_once(&path, json!({ "items": [item] })).await.expect(201).read();
    let cancel = format!("{path}/{}/cancel", order.id);
    let effects = would(ada.calls.post(&format!("{cancel}?dry_run=true"), json!({})).await);
    assert_eq!(kinds(&effects), [EffectKind::ServicesCancelled, EffectKind::ProformaCancelled]);
    assert_eq!(effects[0].count, Some(2));
    let by_staff = format!("/admin/orders/{}/cancel?dry_run=true", order.id);
    assert_eq!(would(staff.post(&by_staff, json!({})).await), effects);
    let still: OrderDetail = ada.calls.get(&format!("{path}/{}", order.id)).await.expect(200).read();
    assert_eq!(still, order);
    assert_eq!(held(&panel, ada.id).await, decimal("0"));
    ada.calls.post(&cancel, json!({})).await.expect(200);
    ada.calls.post(&format!("{cancel}?dry_run=true"), json!({})).await.expect(409);
}

#[actix_web::test]
async fn deleting_from_the_catalogue_says_what_goes_with_it() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let group = sizes(&staff, "size", made.id).await;
    let try_delete = async |path: String| staff.delete(&format!("{path}?dry_run=true")).await;
    let counts =
        |effects: &[Effect]| -> Vec<Option<i64>> { effects.iter().map(|effect| effect.count).collect() };

    let effects = would(try_delete(format!("/admin/products/{}", made.id)).await);
    assert_eq!(kinds(&effects), [EffectKind::Deleted, EffectKind::PricesDeleted]);
    assert_eq!(counts(&effects), [None, Some(4)]);
    let effects = would(try_delete(format!("/admin/options/{}", group.options[0].id)).await);
    assert_eq!(counts(&effects), [None, Some(1)]);
    // A product uses it.
    try_delete(format!("/admin/option-groups/{}", group.id)).await.expect(409);
    staff.delete(&format!("/admin/products/{}", made.id)).await.expect(204);
    let effects = would(try_delete(format!("/admin/option-groups/{}", group.id)).await);
    assert_eq!(kinds(&effects), [EffectKind::Deleted, EffectKind::OptionsDeleted, EffectKind::PricesDeleted]);
    assert_eq!(counts(&effects), [None, Some(2), Some(2)]);

    let body = json!({ "key": "servers", "texts": { "en": { "name": "Servers" } } });
    let shelf: Value = staff.post("/admin/product-groups", body).await.expect(201).json();
    let path = format!("/admin/product-groups/{}", shelf["id"].as_str().unwrap());
    assert_eq!(kinds(&would(try_delete(path.clone()).await)), [EffectKind::Deleted]);
    staff.get(&path).await.expect(200);
}

#[actix_web::test]
async fn deleting_a_user_says_which_ways_in_are_closed() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let path = format!("/admin/users/{}", ada.user);
    staff.delete(&format!("{path}?dry_run=true")).await.expect(409);
    panel.sql(&format!("DELETE FROM client_users WHERE user_id = '{}'", ada.user)).await;
    let effects = would(staff.delete(&format!("{path}?dry_run=true")).await);
    assert_eq!(kinds(&effects), [EffectKind::Deleted, EffectKind::SessionsEnded]);
    assert_eq!(effects[1].count, Some(1));
    let still: UserDetail = staff.get(&path).await.expect(200).read();
    assert_eq!(still.id, ada.user);
    ada.calls.get("/me").await.expect(200);
}

#[actix_web::test]
async fn deleting_or_archiving_a_company_says_what_becomes_of_it() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let profile = json!({ "name": "Second", "line1": "King Street 1", "city": "Toronto", "postcode": "M5H 1A1",
        "country": "CA", "region": "CA-ON", "currency": "CAD" });
    let made: Value = staff.post("/admin/companies", profile).await.expect(201).json();
    let path = format!("/admin/companies/{}", made["id"].as_str().unwrap());
    let before = everything(&panel).await;
    let effects = would(staff.delete(&format!("{path}?dry_run=true")).await);
    assert_eq!(kinds(&effects), [EffectKind::Deleted, EffectKind::NumberingDeleted]);
    assert_eq!(effects[1].count, Some(3));
    let effects = would(staff.post(&format!("{path}/archive?dry_run=true"), json!({})).await);
    assert_eq!(kinds(&effects), [EffectKind::SellsNoMore]);
    assert_eq!(everything(&panel).await, before);
    assert_eq!(staff.get(&path).await.expect(200).json(), made);
    // The default one stays.
    let default = format!("/admin/companies/{COMPANY}");
    staff.delete(&format!("{default}?dry_run=true")).await.expect(409);
    staff.post(&format!("{default}/archive?dry_run=true"), json!({})).await.expect(409);
    staff.post(&format!("{path}/archive"), json!({})).await.expect(200);
    staff.delete(&path).await.expect(204);
    staff.delete(&format!("{path}?dry_run=true")).await.expect(404);
}

#[actix_web::test]
async fn deleting_staff_and_groups_says_which_ways_in_are_closed() {
    let panel = Panel::start().await;
    let (root, other) = (panel.super_admin().await, panel.staff(&[]).await);
    let path = format!("/admin/admins/{}", other.id);
    let before = everything(&panel).await;
    let effects = would(root.calls.delete(&format!("{path}?dry_run=true")).await);
    assert_eq!(kinds(&effects), [EffectKind::Deleted, EffectKind::SessionsEnded]);
    assert_eq!(effects[1].count, Some(1));
    let own = format!("/admin/admins/{}?dry_run=true", root.id);
    root.calls.delete(&own).await.expect(409);

    let group = async |body: Value| -> String {
        let made = root.calls.post("/admin/admin-groups", body).await.expect(201).json();
        made["id"].as_str().unwrap().to_owned()
    };
    let inner = group(json!({ "name": "Inner", "kind": "system", "permissions": ["clients.view"] })).await;
    group(json!({ "name": "Outer", "kind": "groups", "groups": [inner] })).await;
    let path_of_group = format!("/admin/admin-groups/{inner}");
    let effects = would(root.calls.delete(&format!("{path_of_group}?dry_run=true")).await);
    assert_eq!(kinds(&effects), [EffectKind::Deleted, EffectKind::StaffGroupsDetached]);
    assert_eq!(effects[1].count, Some(1));
    assert_eq!(everything(&panel).await, before + 2 * 1009, "two groups were created");
    root.calls.get(&path_of_group).await.expect(200);
    root.calls.get(&path).await.expect(200);

    root.calls.delete(&path_of_group).await.expect(204);
    root.calls.delete(&path).await.expect(204);
    root.calls.delete(&format!("{path}?dry_run=true")).await.expect(404);
}

#[actix_web::test]
async fn deleting_a_currency_is_refused_beforehand_while_anything_is_in_it() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let effects = would(staff.delete("/admin/currencies/PLN?dry_run=true").await);
    assert_eq!(kinds(&effects), [EffectKind::Deleted]);
    staff.delete("/admin/currencies/EUR?dry_run=true").await.expect(409);
    // Books are enough, also when nobody has the currency any more.
    panel
        .sql(&format!(
            "INSERT INTO ledger_accounts (id, kind, company_id, currency, created_at)
             VALUES (gen_random_uuid(), 'goodwill', '{COMPANY}', 'PLN', '{}')",
            panel.now()
        ))
        .await;
    for path in ["/admin/currencies/PLN?dry_run=true", "/admin/currencies/PLN"] {
        staff.delete(path).await.expect(409);
    }
    assert_eq!(panel.count("SELECT count(*) AS value FROM currencies WHERE code = 'PLN'").await, 1);
}
