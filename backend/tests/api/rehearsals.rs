//! Dry runs: what would happen is said, what would be refused is refused, and nothing is written.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::identity::UserDetail;
use shared::services::{OrderDetail, ServiceState};
use shared::{Code, Effect, EffectKind, Rehearsal};

use crate::harness::{Answer, BANK, COMPANY, Panel};
use crate::selling::{assert_books, balance, charge, decimal, give, held, product, sizes, work};
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

/// The amount of an effect of this kind; nothing where there is none.
fn amount_of(effects: &[Effect], code: EffectKind) -> Decimal {
    let found = effects.iter().find(|effect| effect.code == code);
    found.map_or(Decimal::ZERO, |effect| effect.amount.unwrap().amount())
}

#[actix_web::test]
async fn resuming_says_what_is_set_aside_until_the_service_runs() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0390", json!({}), "monthly").await;
    it.staff_does("resume?dry_run=true", json!({})).await.expect(409);
    for hours in [3, 1] {
        panel.advance_hours(hours).await;
        charge(&panel).await;
    }
    assert_eq!(it.state().await, ServiceState::Suspended);
    let poor = it.staff_does("resume?dry_run=true", json!({})).await;
    assert_eq!(poor.problem().code, Code::CreditTooLow);
    give(&panel, it.client.id, "5").await;
    let before = (everything(&panel).await, held(&panel, it.client.id).await);
    let effects = would(it.staff_does("resume?dry_run=true", json!({})).await);
    use EffectKind::{ChargedAgain, ModuleStarts, MoneySetAside};
    assert_eq!(kinds(&effects), [ModuleStarts, MoneySetAside, ChargedAgain]);
    assert_eq!((everything(&panel).await, held(&panel, it.client.id).await), before);
    assert_eq!(it.state().await, ServiceState::Suspended);
    it.staff_does("resume", json!({})).await.expect(200);
    let set_aside = held(&panel, it.client.id).await - before.1;
    assert_eq!(amount_of(&effects, MoneySetAside), set_aside);
    assert!(set_aside > Decimal::ZERO);
    // It is being worked on.
    it.staff_does("resume?dry_run=true", json!({})).await.expect(409);
    work(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn resuming_within_paid_time_sets_nothing_aside() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({ "hourly_billing": false }), "monthly").await;
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    work(&panel).await;
    let effects = would(it.staff_does("resume?dry_run=true", json!({})).await);
    assert_eq!(kinds(&effects), [EffectKind::ModuleStarts, EffectKind::ChargedAgain]);
    it.staff_does("resume", json!({})).await.expect(200);
    assert_eq!(held(&panel, it.client.id).await, decimal("0"));
}

#[actix_web::test]
async fn delivering_says_what_the_wallet_pays() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({ "hourly_billing": false })).await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "20").await;
    let path = format!("/clients/{}/orders", ada.id);
    let item = json!({ "product": made.id, "period": "monthly" });
    let order: OrderDetail = ada.calls.post_once(&path, json!({ "items": [item] })).await.expect(201).read();
    let service = order.services[0].id;
    let path = format!("/admin/services/{service}/delivered");
    staff.post(&format!("{path}?dry_run=true"), json!({})).await.expect(409);
    work(&panel).await;
    let shown = async || staff.get(&format!("/admin/services/{service}")).await.expect(200).json();
    let (before, counted) = (shown().await, everything(&panel).await);
    let money = (balance(&panel, ada.id).await, held(&panel, ada.id).await);
    let effects = would(staff.post_once(&format!("{path}?dry_run=true"), json!({})).await);
    assert_eq!(kinds(&effects), [EffectKind::RunsNow, EffectKind::WalletPays]);
    assert_eq!((shown().await, everything(&panel).await), (before, counted));
    assert_eq!((balance(&panel, ada.id).await, held(&panel, ada.id).await), money);
    let calls = "SELECT count(*) AS value FROM idempotency_keys WHERE operation = 'markServiceDelivered'";
    assert_eq!(panel.count(calls).await, 0);

    staff.post(&path, json!({})).await.expect(200);
    assert_eq!(shown().await["detail"]["service"]["state"], "active");
    let paid = money.0 - balance(&panel, ada.id).await;
    assert_eq!(amount_of(&effects, EffectKind::WalletPays), paid);
    assert_eq!((paid, held(&panel, ada.id).await), (money.1, decimal("0")), "what was set aside for it");
    assert!(paid > decimal("1"), "the setup and a month");
    staff.post(&format!("{path}?dry_run=true"), json!({})).await.expect(409);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn switching_the_owner_names_both_and_asks_for_no_password() {
    let panel = Panel::start().await;
    let (root, ada) = (panel.super_admin().await.calls, panel.client("Ada").await);
    panel.colleague(ada.id, &["documents"]).await;
    let path = format!("/admin/clients/{}", ada.id);
    let members = async || root.get(&format!("{path}/users?sort=email")).await.expect(200).json();
    let before = members().await;
    let other = before["items"].as_array().unwrap().iter().find(|user| user["role"] == "custom").unwrap();
    let (other, email) = (other["user"].clone(), other["email"].as_str().unwrap().to_owned());
    let owner = format!("{path}/owner");
    let dry = format!("{owner}?dry_run=true");
    panel.sql("UPDATE sessions SET sudo_until = NULL").await;
    let counted = everything(&panel).await;
    let effects = would(root.post(&dry, json!({ "user": other })).await);
    let told = |effect: &Effect| (effect.code, effect.name.clone().unwrap());
    let told: Vec<(EffectKind, String)> = effects.iter().map(told).collect();
    use EffectKind::{OwnerBecomes, OwnerStaysManager};
    assert_eq!(told, [(OwnerBecomes, email), (OwnerStaysManager, ada.email.clone())]);
    let effects = would(root.post(&dry, json!({ "user": ada.user })).await);
    assert_eq!(effects, [], "she is the owner already");
    let refused = root.post(&dry, json!({ "user": uuid::Uuid::now_v7() })).await.expect(422);
    assert_eq!(refused.refused_fields(), ["user"]);
    assert_eq!((members().await, everything(&panel).await), (before, counted));

    let refused = root.post(&owner, json!({ "user": other })).await.expect(403);
    assert_eq!(refused.problem().code, Code::PasswordNeeded);
    panel.sql("UPDATE sessions SET sudo_until = '2199-01-01Z'").await;
    let after = root.post(&owner, json!({ "user": other })).await.expect(200).json();
    let roles: Vec<(&Value, &Value)> =
        after.as_array().unwrap().iter().map(|user| (&user["user"], &user["role"])).collect();
    assert_eq!(roles, [(&other, &json!("owner")), (&json!(ada.user), &json!("manager"))]);
    assert_eq!(would(root.post(&dry, json!({ "user": other })).await), []);
}

#[actix_web::test]
async fn another_default_company_says_instead_of_which() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let profile = json!({ "name": "Second", "line1": "King Street 1", "city": "Toronto", "postcode": "M5H 1A1",
        "country": "CA", "region": "CA-ON", "currency": "CAD" });
    let made: Value = staff.post("/admin/companies", profile).await.expect(201).json();
    let path = format!("/admin/companies/{}", made["id"].as_str().unwrap());
    let (default, dry) = (format!("{path}/default"), format!("{path}/default?dry_run=true"));
    let before = everything(&panel).await;
    let effects = would(staff.post(&dry, json!({})).await);
    assert_eq!(kinds(&effects), [EffectKind::DefaultInsteadOf, EffectKind::NewClientsComeHere]);
    assert_eq!(effects[0].name.as_deref(), Some("Test Cloud sp. z o.o."));
    let present = format!("/admin/companies/{COMPANY}/default?dry_run=true");
    assert_eq!(would(staff.post(&present, json!({})).await), []);
    assert_eq!(everything(&panel).await, before);
    assert_eq!(staff.get(&path).await.expect(200).json(), made);

    let after = staff.post(&default, json!({})).await.expect(200).json();
    assert_eq!(after["is_default"], true);
    assert_eq!(would(staff.post(&dry, json!({})).await), []);
    let effects = would(staff.post(&present, json!({})).await);
    assert_eq!(effects[0].name.as_deref(), Some("Second"));
    staff.post(&format!("/admin/companies/{COMPANY}/archive"), json!({})).await.expect(200);
    staff.post(&present, json!({})).await.expect(409);
}

#[actix_web::test]
async fn deleting_a_gateway_says_who_can_pay_no_more() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let gateways = format!("/admin/companies/{COMPANY}/gateways");
    let second = json!({ "key": "sepa", "module": "bank_transfer", "currencies": ["EUR"], "enabled": true,
        "texts": { "en": { "name": "SEPA", "instructions": "Pay." } } });
    let second = staff.post(&gateways, second).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let counts = |effects: &[Effect]| -> Vec<(EffectKind, Option<i64>)> {
        effects.iter().map(|effect| (effect.code, effect.count)).collect()
    };
    let of_second = format!("/admin/gateways/{second}?dry_run=true");
    let of_bank = format!("/admin/gateways/{BANK}?dry_run=true");
    use EffectKind::{Deleted, NoPaymentWayLeft, PaymentWayLost};
    assert_eq!(counts(&would(staff.delete(&of_bank).await)), [(Deleted, None)], "there are no clients");
    for name in ["Ada", "Bea"] {
        panel.client(name).await;
    }
    panel.client_in("Ola", "PLN", "PL").await;
    let closed = panel.client("Eve").await;
    panel.sql(&format!("UPDATE clients SET status = 'closed' WHERE id = '{}'", closed.id)).await;
    let before = everything(&panel).await;
    let effects = would(staff.delete(&of_second).await);
    assert_eq!(counts(&effects), [(Deleted, None), (PaymentWayLost, Some(2))]);
    let effects = would(staff.delete(&of_bank).await);
    assert_eq!(counts(&effects), [(Deleted, None), (PaymentWayLost, Some(3)), (NoPaymentWayLeft, Some(1))]);
    assert_eq!(everything(&panel).await, before);
    assert_eq!(staff.get(&gateways).await.expect(200).json().as_array().unwrap().len(), 2);

    staff.delete(&format!("/admin/gateways/{BANK}")).await.expect(204);
    staff.delete(&of_bank).await.expect(404);
    let effects = would(staff.delete(&of_second).await);
    assert_eq!(counts(&effects), [(Deleted, None), (PaymentWayLost, Some(2)), (NoPaymentWayLeft, Some(2))]);
    // What is switched off takes nothing from anybody.
    panel.sql(&format!("UPDATE gateways SET enabled = false WHERE id = '{second}'")).await;
    assert_eq!(counts(&would(staff.delete(&of_second).await)), [(Deleted, None)]);
}
