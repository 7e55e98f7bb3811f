//! New prices for running services: previewed, announced, exact to the hour, applied once, or cancelled.

use hostwright::billing::charging;
use serde_json::{Value, json};
use shared::catalog::{
    OptionGroupDetail, PriceChange, PriceChangeOutcome, PriceChangePreview, PriceChangeService,
    PriceChangeState,
};
use shared::services::ServiceState;
use shared::{Code, Page, ProductId};

use crate::harness::{Caller, Panel};
use crate::selling::{assert_books, balance, charge, decimal, give, product, sizes, work};
use crate::services::{Running, deadlines, top_up};

pub(crate) async fn product_of(it: &Running) -> ProductId {
    it.detail().await.service.product_id
}

/// Services of one product that two clients have.
async fn two_of_a_product(panel: &Panel) -> (Running, Running, ProductId) {
    let first = Running::start(panel, "50", json!({}), "monthly").await;
    let id = product_of(&first).await;
    let eve = panel.client("Eve").await;
    give(panel, eve.id, "50").await;
    let item = json!({ "product": id, "period": "monthly" });
    let second = Running::order(panel, first.staff.clone(), eve, item).await;
    (first, second, id)
}

/// Sets the monthly price of a product.
pub(crate) async fn raise(staff: &Caller, product: ProductId, base: &str) {
    let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "setup": "1.00", "base": base, "idle": "3.60", "uninstall": "0.50" }] });
    staff.put(&format!("/admin/products/{product}/prices"), prices).await.expect(200);
}

pub(crate) async fn plan(staff: &Caller, product: ProductId, body: Value) -> PriceChange {
    staff.post_once(&format!("/admin/products/{product}/price-changes"), body).await.expect(201).read()
}

pub(crate) async fn newest(staff: &Caller, product: ProductId) -> PriceChange {
    let path = format!("/admin/products/{product}/price-changes");
    let page: Page<PriceChange> = staff.get(&path).await.expect(200).read();
    page.items[0].clone()
}

async fn outcomes(staff: &Caller, change: &PriceChange) -> Vec<PriceChangeService> {
    let path = format!("/admin/price-changes/{}/services", change.id);
    staff.get(&path).await.expect(200).read::<Page<PriceChangeService>>().items
}

async fn told(panel: &Panel, event: &str) -> i64 {
    panel.count(&format!("SELECT count(*) AS value FROM notifications WHERE event = '{event}'")).await
}

#[actix_web::test]
async fn a_raise_in_the_middle_of_a_month_is_exact_to_the_hour() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({}), "monthly").await;
    let id = product_of(&it).await;
    raise(&it.staff, id, "14.40").await;
    let planned = plan(&it.staff, id, json!({ "apply_at": "2026-03-20T12:00:00Z" })).await;
    assert_eq!(planned.state, PriceChangeState::Preparing);
    work(&panel).await;
    let planned = newest(&it.staff, id).await;
    assert_eq!((planned.state, planned.services, planned.open), (PriceChangeState::Planned, 1, 1));
    assert_eq!(told(&panel, "price_change_ahead").await, 1);

    // Nobody works when the instant comes. The charging run does not run ahead of the new price.
    panel.advance_hours(244).await;
    charge(&panel).await;
    assert_eq!(panel.count("SELECT count(*) AS value FROM charges").await, 1);
    deadlines(&panel).await;
    charge(&panel).await;
    let paid = async |version: i32| {
        let sum = "SELECT sum(amount) AS value FROM charges WHERE price_version";
        panel.amount(&format!("{sum} = {version}")).await
    };
    // Hours 229 to 468 of 744 at 7.20, hours 469 to 473 at 14.40.
    assert_eq!((paid(1).await, paid(2).await), (decimal("2.3225"), decimal("0.0967")));
    assert_eq!(balance(&panel, it.client.id).await, decimal("96.5808"));
    let done = newest(&it.staff, id).await;
    assert_eq!((done.state, done.applied, done.open), (PriceChangeState::Applied, 1, 0));
    let detail = it.detail().await;
    assert_eq!(detail.price.version, 2);
    assert!(detail.events.iter().any(|event| event.what == "price_changed"));

    // Once is enough, however often somebody looks.
    deadlines(&panel).await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    assert_eq!(it.detail().await.price.version, 2);
    let path = format!("/admin/products/{id}/price-changes");
    let again = it.staff.post_once(&path, json!({})).await.expect(409).problem();
    assert_eq!(again.code, Code::Conflict);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_suspended_service_wakes_at_the_new_price_and_an_ended_one_is_left_alone() {
    let panel = Panel::start().await;
    let (first, second, id) = two_of_a_product(&panel).await;
    let staff = first.staff.clone();
    raise(&staff, id, "14.40").await;
    plan(&staff, id, json!({ "apply_at": "2026-03-11T12:00:00Z" })).await;
    work(&panel).await;
    first.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    second.staff_does("terminate", json!({ "when": "now" })).await.expect(200);
    work(&panel).await;
    assert_eq!(
        (first.state().await, second.state().await),
        (ServiceState::Suspended, ServiceState::Terminated)
    );

    panel.advance_hours(24).await;
    deadlines(&panel).await;
    let change = newest(&staff, id).await;
    assert_eq!((change.state, change.services, change.applied), (PriceChangeState::Applied, 2, 1));
    let outcome = async |of: &Running| {
        let rows = outcomes(&staff, &change).await;
        rows.into_iter().find(|row| row.service.service_id == of.service).unwrap().outcome
    };
    assert_eq!(outcome(&first).await, PriceChangeOutcome::Applied);
    assert_eq!(outcome(&second).await, PriceChangeOutcome::Ended);
    // A whole hour of the old price was paid and not used; after it the new price is charged.
    let before = balance(&panel, first.client.id).await;
    first.staff_does("resume", json!({})).await.expect(200);
    work(&panel).await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    // Hour 254 of 744 begins now: 14.40 × 254/744 − 14.40 × 253/744.
    assert_eq!(before - balance(&panel, first.client.id).await, decimal("0.0193"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_change_that_is_cancelled_changes_nothing_and_its_clients_are_told() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "50", json!({}), "monthly").await;
    let id = product_of(&it).await;
    raise(&it.staff, id, "14.40").await;
    let change = plan(&it.staff, id, json!({ "apply_at": "2026-03-11T12:00:00Z" })).await;
    work(&panel).await;
    let second = it.staff.post_once(&format!("/admin/products/{id}/price-changes"), json!({})).await;
    assert_eq!(second.expect(409).problem().code, Code::Conflict);
    let path = format!("/admin/price-changes/{}/cancel", change.id);
    let cancelled: PriceChange = it.staff.post(&path, json!({})).await.expect(200).read();
    assert_eq!(cancelled.state, PriceChangeState::Cancelled);
    it.staff.post(&path, json!({})).await.expect(409);
    work(&panel).await;
    assert_eq!(told(&panel, "price_change_cancelled").await, 1);
    panel.advance_hours(48).await;
    deadlines(&panel).await;
    charge(&panel).await;
    assert_eq!(it.detail().await.price.version, 1);
    assert_eq!(outcomes(&it.staff, &cancelled).await[0].outcome, PriceChangeOutcome::Cancelled);
    // Another one can be decided on afterwards; from now on.
    plan(&it.staff, id, json!({})).await;
    work(&panel).await;
    assert_eq!(newest(&it.staff, id).await.state, PriceChangeState::Applied);
    assert_eq!(it.detail().await.price.total.base.unwrap().amount(), decimal("14.40"));
    it.staff.post(&path, json!({})).await.expect(409);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn options_follow_and_one_without_a_price_stays_free() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({ "hourly_billing": false })).await;
    let group = sizes(&staff, "size", made.id).await;
    let free = json!({ "key": "free", "value": "2", "texts": { "en": { "name": "free" } } });
    let path = format!("/admin/option-groups/{}/options", group.id);
    let group: OptionGroupDetail = staff.post(&path, free).await.expect(201).read();
    let option = |key: &str| group.options.iter().find(|one| one.option.key == key).unwrap().id;
    let mut running = Vec::new();
    for (name, key) in [("Ada", "free"), ("Eve", "large")] {
        let client = panel.client(name).await;
        give(&panel, client.id, "200").await;
        let item = json!({ "product": made.id, "period": "monthly", "options": [{ "group": group.id, "option": option(key) }] });
        running.push(Running::order(&panel, staff.clone(), client, item).await);
    }
    raise(&staff, made.id, "10.00").await;
    let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": "20.00" }] });
    staff.put(&format!("/admin/options/{}/prices", option("large")), prices).await.expect(200);

    let path = format!("/admin/products/{}/price-changes", made.id);
    let preview: PriceChangePreview = staff.get(&format!("{path}/preview")).await.expect(200).read();
    let mut bases: Vec<_> =
        preview.items.iter().map(|row| (row.base_before.amount(), row.base_after.amount())).collect();
    bases.sort();
    let expected = [("7.20", "10.00"), ("21.60", "30.00")];
    assert_eq!(bases, expected.map(|(before, after)| (decimal(before), decimal(after))));
    assert_eq!((preview.total, preview.unchanged, preview.kept), (2, 0, 0));
    let [total] = &preview.totals[..] else { panic!("{preview:?}") };
    // 720 hours of a cost that is rounded by the hour: 28.80 before, 720 × 0.0556 after.
    assert_eq!(total.monthly_difference.amount(), decimal("11.23"));
    let page: PriceChangePreview =
        staff.get(&format!("{path}/preview?per_page=1&page=2")).await.expect(200).read();
    assert_eq!((page.items.len(), page.total, &page.totals), (1, 2, &preview.totals));
    assert_eq!(page.items[0], preview.items[1]);

    plan(&staff, made.id, json!({})).await;
    work(&panel).await;
    let bases_after = [decimal("10.00"), decimal("30.00")];
    for (it, base) in running.iter().zip(bases_after) {
        let before = balance(&panel, it.client.id).await;
        assert_eq!(it.detail().await.price.total.base.unwrap().amount(), base);
        // What is paid stays as it is; the next period costs the new price.
        panel.advance_hours(31 * 24).await;
        charge(&panel).await;
        let paid = before - balance(&panel, it.client.id).await;
        assert_eq!(paid % base, decimal("0"), "{paid}");
        assert!(paid >= base);
    }
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_is_past_due_is_owed_at_the_old_price_and_gets_the_new_one_afterwards() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "8.20", json!({ "hourly_billing": false }), "monthly").await;
    let id = product_of(&it).await;
    panel.advance_hours(31 * 24).await;
    charge(&panel).await;
    assert!(it.detail().await.service.past_due_since.is_some());
    raise(&it.staff, id, "9.00").await;
    plan(&it.staff, id, json!({})).await;
    work(&panel).await;
    let change = newest(&it.staff, id).await;
    assert_eq!((change.state, change.open), (PriceChangeState::Applying, 1));
    assert_eq!(outcomes(&it.staff, &change).await[0].outcome, PriceChangeOutcome::Waiting);
    deadlines(&panel).await;
    let tasks = "SELECT count(*) AS value FROM tasks WHERE name = 'price-change'";
    let asked = panel.count(tasks).await;
    top_up(&panel, &it, "7.20").await;
    assert_eq!(balance(&panel, it.client.id).await, decimal("0"));
    deadlines(&panel).await;
    assert_eq!(panel.count(tasks).await, asked + 1, "it is looked at again once it is paid");
    assert_eq!(newest(&it.staff, id).await.state, PriceChangeState::Applied);
    assert_eq!(it.detail().await.price.total.base.unwrap().amount(), decimal("9.00"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_change_of_prices_that_makes_no_sense_is_refused() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "50", json!({}), "monthly").await;
    let id = product_of(&it).await;
    let path = format!("/admin/products/{id}/price-changes");
    let same = it.staff.post_once(&path, json!({})).await.expect(409).problem();
    assert_eq!(same.code, Code::Conflict);
    raise(&it.staff, id, "14.40").await;
    for at in ["2026-03-10T11:59:59Z", "2029-01-01T00:00:00Z"] {
        let refused = it.staff.post_once(&path, json!({ "apply_at": at })).await.expect(422);
        assert_eq!(refused.refused_fields(), ["apply_at"]);
    }
    it.staff.post_once(&path, json!({ "apply_at": "soon" })).await.expect(422);
    it.staff.post_once(&path, json!({ "from": null })).await.expect(422);
    it.staff.post(&path, json!({})).await.expect(400);
    let unknown = format!("/admin/products/{}/price-changes", ProductId::generate());
    it.staff.post_once(&unknown, json!({})).await.expect(404);
    it.staff.get(&format!("{unknown}/preview")).await.expect(404);
    let refused = it.staff.get(&format!("{path}/preview?sort=base")).await.expect(422);
    assert_eq!(refused.refused_fields(), ["sort"]);
    assert_eq!(panel.count("SELECT count(*) AS value FROM price_changes").await, 0);
    // The same key decides once.
    let first: PriceChange = it.staff.post_with_key(&path, json!({}), "k").await.expect(201).read();
    let again: PriceChange = it.staff.post_with_key(&path, json!({}), "k").await.expect(201).read();
    assert_eq!(first.id, again.id);
}

#[actix_web::test]
async fn changes_of_prices_list_with_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "50", json!({}), "monthly").await;
    let id = product_of(&it).await;
    let path = format!("/admin/products/{id}/price-changes");
    let none = it.staff.get(&path).await.expect(200).queries();
    for base in ["8.00", "9.00", "10.00"] {
        raise(&it.staff, id, base).await;
        plan(&it.staff, id, json!({})).await;
        work(&panel).await;
    }
    let three = it.staff.get(&path).await.expect(200);
    assert_eq!(three.read::<Page<PriceChange>>().total, 3);
    assert_eq!(three.queries(), none);
    assert_eq!(it.detail().await.price.version, 4);
}

#[actix_web::test]
async fn a_change_whose_instant_has_come_is_not_cancelled_whoever_has_begun_with_it() {
    let panel = Panel::start().await;
    let (first, second, id) = two_of_a_product(&panel).await;
    let staff = first.staff.clone();
    raise(&staff, id, "14.40").await;
    let change = plan(&staff, id, json!({ "apply_at": "2026-03-11T12:00:00Z" })).await;
    work(&panel).await;
    panel.advance_hours(25).await;
    let path = format!("/admin/price-changes/{}/cancel", change.id);
    staff.post(&path, json!({})).await.expect(409);
    assert_eq!(newest(&staff, id).await.state, PriceChangeState::Planned);
    // Somebody works with one of the services before the worker comes: it is moved first, and the change has begun.
    first.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    assert_eq!(first.detail().await.price.version, 2);
    assert_eq!(second.detail().await.price.version, 1);
    assert_eq!(newest(&staff, id).await.state, PriceChangeState::Applying);
    staff.post(&path, json!({})).await.expect(409);
    deadlines(&panel).await;
    let done = newest(&staff, id).await;
    assert_eq!((done.state, done.applied, done.open), (PriceChangeState::Applied, 2, 0));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_cancelled_change_takes_back_what_waits_too() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "8.20", json!({ "hourly_billing": false }), "monthly").await;
    let id = product_of(&it).await;
    panel.advance_hours(31 * 24).await;
    charge(&panel).await;
    raise(&it.staff, id, "9.00").await;
    plan(&it.staff, id, json!({})).await;
    work(&panel).await;
    let change = newest(&it.staff, id).await;
    assert_eq!(outcomes(&it.staff, &change).await[0].outcome, PriceChangeOutcome::Waiting);
    top_up(&panel, &it, "7.20").await;
    // As it was left when the cancellation came between.
    panel.sql("UPDATE price_changes SET state = 'cancelled'").await;
    deadlines(&panel).await;
    assert_eq!(outcomes(&it.staff, &change).await[0].outcome, PriceChangeOutcome::Cancelled);
    assert_eq!(panel.count("SELECT count(*) AS value FROM price_changes WHERE finished_at IS NULL").await, 0);
    assert_eq!(told(&panel, "price_change_cancelled").await, 1);
    assert_eq!(it.detail().await.price.version, 1);
}

#[actix_web::test]
async fn the_run_waits_while_it_is_written_whom_prices_from_now_on_reach() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({}), "monthly").await;
    let id = product_of(&it).await;
    let eve = panel.client("Eve").await;
    give(&panel, eve.id, "100").await;
    let other = product(&it.staff, "other", json!({})).await;
    let item = json!({ "product": other.id, "period": "monthly" });
    Running::order(&panel, it.staff.clone(), eve, item).await;
    raise(&it.staff, id, "14.40").await;
    plan(&it.staff, id, json!({})).await;
    panel.advance_hours(1).await;
    let run = async || {
        let charged = charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
        charged.batch.charges
    };
    assert_eq!(run().await, 1, "the client without the product alone");
    assert_eq!(newest(&it.staff, id).await.state, PriceChangeState::Preparing);
    work(&panel).await;
    assert_eq!(newest(&it.staff, id).await.state, PriceChangeState::Applied);
    assert_eq!(run().await, 1);
    let charged_at = "SELECT count(*) AS value FROM charges WHERE price_version = 2";
    assert_eq!(panel.count(charged_at).await, 1);
    assert_books(&panel).await;
}
