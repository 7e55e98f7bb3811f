//! The life of a service: delivered, charged, suspended, resumed, changed, ended.

use diesel_async::AsyncConnection;
use hostwright::jobs::{Job, run};
use hostwright::services::{operation, store};
use provisioners::Outcome;
use serde_json::{Value, json};
use shared::billing::ledger::{TransactionDetail, TransactionPage, WhyLine};
use shared::catalog::{OptionGroupDetail, ProductDetail};
use shared::services::{
    OptionsChangePreview, OrderDetail, ServiceCounters, ServiceDetail, ServiceForStaff, ServiceState,
    ServiceSummary,
};
use shared::{Code, Page, ServiceId};

use crate::harness::{Caller, ClientAccount, Panel};
use crate::selling::{assert_books, assert_near, balance, charge, decimal, give, held, product, sizes, work};

/// A client with money and a service that was ordered and delivered.
pub(crate) struct Running {
    pub(crate) staff: Caller,
    pub(crate) client: ClientAccount,
    pub(crate) service: ServiceId,
}

impl Running {
    pub(crate) async fn start(panel: &Panel, money: &str, more: Value, period: &str) -> Self {
        let staff = panel.super_admin().await.calls;
        let made = product(&staff, "vps", more).await;
        let client = panel.client("Ada").await;
        give(panel, client.id, money).await;
        Self::order(panel, staff, client, json!({ "product": made.id, "period": period })).await
    }

    pub(crate) async fn order(panel: &Panel, staff: Caller, client: ClientAccount, item: Value) -> Self {
        let path = format!("/clients/{}/orders", client.id);
        let placed: OrderDetail =
            client.calls.post_once(&path, json!({ "items": [item] })).await.expect(201).read();
        let service = placed.services[0].id;
        work(panel).await;
        staff.post(&format!("/admin/services/{service}/delivered"), json!({})).await.expect(200);
        Self { staff, client, service }
    }

    pub(crate) fn own(&self, rest: &str) -> String {
        format!("/clients/{}/services/{}{rest}", self.client.id, self.service)
    }

    pub(crate) async fn detail(&self) -> ServiceDetail {
        self.client.calls.get(&self.own("")).await.expect(200).read()
    }

    pub(crate) async fn state(&self) -> ServiceState {
        self.detail().await.service.state
    }

    pub(crate) async fn staff_does(&self, action: &str, body: Value) -> crate::harness::Answer {
        self.staff.post(&format!("/admin/services/{}/{action}", self.service), body).await
    }
}

pub(crate) async fn top_up(panel: &Panel, running: &Running, amount: &str) {
    give(panel, running.client.id, amount).await;
    run::run(&panel.app, Job::WalletToppedUp { client: running.client.id }).await.unwrap();
    work(panel).await;
}

pub(crate) async fn deadlines(panel: &Panel) {
    run::run(&panel.app, Job::ServiceDeadlines).await.unwrap();
    work(panel).await;
}

/// The module answers to what it was asked last.
pub(crate) async fn module_answers(panel: &Panel, service: ServiceId, outcome: Outcome) {
    let (conn, now) = (&mut *panel.conn().await, panel.now());
    let asked = store::find_for_staff(conn, service).await.unwrap().unwrap();
    let pending = asked.pending().unwrap().expect("the module was asked");
    conn.transaction(async |tx| operation::apply(tx, now, service, pending.id, outcome.clone()).await)
        .await
        .unwrap();
}

#[actix_web::test]
async fn a_wallet_that_runs_dry_suspends_and_a_top_up_resumes_at_once() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0390", json!({}), "monthly").await;
    // 1.00 setup and one hour: 0.0293 are left, enough for three hours of 0.0097.
    panel.advance_hours(3).await;
    charge(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    let left = balance(&panel, it.client.id).await;
    assert!(left < decimal("0.0096"), "{left}");
    panel.advance_hours(1).await;
    charge(&panel).await;
    let detail = it.detail().await;
    assert_eq!(detail.service.state, ServiceState::Suspended);
    assert_eq!(detail.service.suspension_reason, Some(shared::services::SuspensionReason::InsufficientFunds));
    assert!(detail.service.terminate_at.is_some());
    // Time suspended is not charged.
    panel.advance_hours(10).await;
    charge(&panel).await;
    assert_eq!(balance(&panel, it.client.id).await, left);
    // Too little changes nothing; enough resumes at once.
    top_up(&panel, &it, "0.0001").await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    top_up(&panel, &it, "5").await;
    let detail = it.detail().await;
    assert_eq!((detail.service.state, detail.service.terminate_at), (ServiceState::Active, None));
    let what: Vec<&str> = detail.events.iter().rev().map(|event| event.what.as_str()).collect();
    assert_eq!(what, ["ordered", "provisioning", "activated", "suspended", "resumed"]);
    assert_eq!(held(&panel, it.client.id).await, decimal("0"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_staff_suspended_is_not_resumed_by_money() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let bad = it.staff_does("suspend", json!({ "reason": "insufficient_funds" })).await.expect(422);
    assert_eq!(bad.refused_fields(), ["reason"]);
    it.staff_does("suspend", json!({ "reason": "abuse", "note": "spam" })).await.expect(200);
    // One operation at a time.
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(409);
    work(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    top_up(&panel, &it, "5").await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    it.staff_does("resume", json!({})).await.expect(200);
    work(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_suspended_service_ends_after_its_delay_and_pays_its_uninstall_fee_into_debt() {
    let panel = Panel::start().await;
    let more = json!({ "termination_delay_hours": 48, "stock_control": true, "stock": 3 });
    let it = Running::start(&panel, "1.0096", more, "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    panel.advance_hours(25).await;
    deadlines(&panel).await;
    let soon = it.detail().await;
    assert_eq!(soon.events[0].what, "terminating_soon");
    deadlines(&panel).await;
    assert_eq!(it.detail().await.events.len(), soon.events.len(), "told once");
    panel.advance_hours(23).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Terminated);
    assert_eq!(balance(&panel, it.client.id).await, decimal("-0.5"));
    assert_eq!(panel.count("SELECT stock_used::bigint AS value FROM products").await, 0);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn the_grace_of_whole_periods_is_kept() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "60", json!({ "hourly_billing": false }), "annually").await;
    panel.advance_hours(365 * 24).await;
    charge(&panel).await;
    let detail = it.detail().await;
    assert_eq!(detail.service.state, ServiceState::Active);
    assert!(detail.service.past_due_since.is_some());
    panel.advance_hours(71).await;
    work(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    panel.advance_hours(1).await;
    work(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    top_up(&panel, &it, "60").await;
    assert_eq!(it.state().await, ServiceState::Active);
    assert_eq!(balance(&panel, it.client.id).await, decimal("0"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn the_manual_flag_keeps_automation_off() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({}), "monthly").await;
    it.staff_does("manual", json!({ "manual": true, "note": "VIP" })).await.expect(200);
    panel.advance_hours(5).await;
    charge(&panel).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    it.staff_does("manual", json!({ "manual": false })).await.expect(200);
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended);
}

#[actix_web::test]
async fn a_termination_is_requested_and_taken_back() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({ "hourly_billing": false }), "annually").await;
    let path = it.own("/termination");
    let paid_until = it.detail().await.service.paid_until;
    let asked: ServiceDetail =
        it.client.calls.post(&path, json!({ "when": "end_of_period" })).await.expect(200).read();
    let year_on = "2027-03-10T12:00:00Z".parse().unwrap().."2027-03-10T12:01:00Z".parse().unwrap();
    assert!(paid_until.is_some_and(|until| year_on.contains(&until)), "{paid_until:?}");
    assert_eq!(asked.service.terminate_at, paid_until);
    let counters: ServiceCounters =
        it.client.calls.get(&format!("/clients/{}/service-counters", it.client.id)).await.expect(200).read();
    assert_eq!((counters.total, counters.active, counters.termination_requested), (1, 1, 1));
    it.client.calls.delete(&path).await.expect(200);
    it.client.calls.delete(&path).await.expect(409);
    it.client.calls.post(&path, json!({ "when": "end_of_period" })).await.expect(200);
    panel.advance_hours(365 * 24).await;
    charge(&panel).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Terminated);
    assert_eq!(balance(&panel, it.client.id).await, decimal("40"), "the next year was not charged");
    assert_books(&panel).await;
}

#[actix_web::test]
async fn idling_pays_the_other_price_from_the_next_charge_on() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    it.client.calls.post(&it.own("/idle"), json!({})).await.expect(409);
    it.staff_does("idle", json!({})).await.expect(200);
    work(&panel).await;
    let before = balance(&panel, it.client.id).await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    // Half of the base price: 3.60 a month.
    assert_eq!(before - balance(&panel, it.client.id).await, decimal("0.0048"));
    it.client.calls.post(&it.own("/unidle"), json!({})).await.expect(200);
    work(&panel).await;
    assert!(!it.detail().await.service.idle);
    assert_books(&panel).await;
}

pub(crate) async fn with_sizes(panel: &Panel, money: &str) -> (Running, OptionGroupDetail, ProductDetail) {
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({ "hourly_billing": false })).await;
    let group = sizes(&staff, "size", made.id).await;
    let client = panel.client("Ada").await;
    give(panel, client.id, money).await;
    let item = json!({ "product": made.id, "period": "monthly", "options": [{ "group": group.id, "option": group.options[0].id }] });
    (Running::order(panel, staff, client, item).await, group, made)
}

#[actix_web::test]
async fn options_change_by_exact_seconds_once_the_module_has_done_it() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "30").await;
    // 31 days of March were paid: 1.00 + 7.20. Half of them later:
    panel.advance_hours(31 * 12).await;
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    let preview: OptionsChangePreview =
        it.client.calls.post(&it.own("/options/preview"), change.clone()).await.expect(200).read();
    assert_eq!(preview.switch_fee.amount(), decimal("2"));
    assert_near(preview.rest_of_period.amount(), "7.20");
    assert_near(preview.due_now.amount(), "9.20");
    assert_eq!(preview.base_after.amount(), decimal("21.60"));
    assert_eq!(preview.why.len(), 3);

    it.client.calls.post(&it.own("/options"), change.clone()).await.expect(200);
    assert_near(held(&panel, it.client.id).await, "9.20");
    assert_eq!(balance(&panel, it.client.id).await, decimal("21.80"));
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    assert_near(balance(&panel, it.client.id).await, "12.60");
    assert_eq!(held(&panel, it.client.id).await, decimal("0"));
    let detail = it.detail().await;
    assert_eq!(detail.price.version, 2);
    assert_eq!(detail.options[0].option, Some(group.options[1].id));

    let paid = why(&it, 0).await;
    let parts = lines(&paid.lines);
    let [fee, rest] = &parts[..] else { panic!("{parts:?}") };
    assert_eq!(*fee, ("Fee for the change", "-2".to_owned()));
    assert_rest(rest, "(21.6 − 7.2) × 1339", "-7.2");

    // Back again at the same instant gives the rest of the period back.
    let back = json!({ "options": [{ "group": group.id, "option": group.options[0].id }] });
    it.client.calls.post(&it.own("/options"), back).await.expect(200);
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    assert_near(balance(&panel, it.client.id).await, "19.80");
    let back = why(&it, 0).await;
    let parts = lines(&back.lines);
    let [rest] = &parts[..] else { panic!("{parts:?}") };
    assert_rest(rest, "(7.2 − 21.6) × 1339", "7.2");
    assert_books(&panel).await;
}

/// One of the client's transactions with its "why?", the newest first.
async fn why(it: &Running, place: usize) -> TransactionDetail {
    let path = format!("/clients/{}/transactions", it.client.id);
    let page: TransactionPage = it.client.calls.get(&path).await.expect(200).read();
    it.client.calls.get(&format!("{path}/{}", page.items[place].id)).await.expect(200).read()
}

/// Some seconds of half of March, 1339200 s, may have passed while the test ran.
fn assert_rest((text, amount): &(&str, String), begins: &str, makes: &str) {
    assert!(text.starts_with(begins) && text.ends_with(" s / 2678400 s"), "{text}");
    assert_near(decimal(amount), makes);
}

fn lines(lines: &[WhyLine]) -> Vec<(&str, String)> {
    lines.iter().map(|line| (line.text.as_str(), line.amount.normalize().to_string())).collect()
}

#[actix_web::test]
async fn fees_and_charges_say_which_rows_of_the_price_they_are_made_of() {
    let panel = Panel::start().await;
    let (it, group, made) = with_sizes(&panel, "60").await;
    let large = json!({ "group": group.id, "option": group.options[1].id });
    let item = json!({ "product": made.id, "period": "monthly", "options": [large] });
    let it = Running::order(&panel, it.staff, it.client, item).await;

    let charge = why(&it, 0).await;
    let parts = lines(&charge.charges[0].lines);
    assert_eq!(parts, [("Product vps", "7.2".to_owned()), ("Size: large", "14.4".to_owned())]);
    assert_eq!(charge.charges[0].price, Some(decimal("21.60")));
    assert!(charge.lines.is_empty(), "its charges say it");
    let setup = why(&it, 1).await;
    assert_eq!(setup.summary.amount, decimal("-1"));
    assert_eq!(lines(&setup.lines), [("Product vps", "-1".to_owned())]);

    it.staff_does("terminate", json!({ "when": "now" })).await.expect(200);
    work(&panel).await;
    let removal = why(&it, 0).await;
    assert_eq!(removal.summary.amount, decimal("-0.50"));
    assert_eq!(lines(&removal.lines), [("Product vps", "-0.5".to_owned())]);
}

#[actix_web::test]
async fn a_change_that_the_wallet_does_not_cover_is_refused_and_touches_nothing() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "9").await;
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    let refused = it.client.calls.post(&it.own("/options"), change).await.expect(409).problem();
    assert_eq!(refused.code, Code::CreditTooLow);
    assert!(it.detail().await.progress.is_none());
    assert_eq!(held(&panel, it.client.id).await, decimal("0"));
    let unknown = json!({ "options": [{ "group": ServiceId::generate(), "option": group.options[1].id }] });
    let refused = it.client.calls.post(&it.own("/options"), unknown).await.expect(422);
    assert_eq!(refused.refused_fields(), ["options.0.group"]);
}

#[actix_web::test]
async fn a_later_price_does_not_reach_a_running_service() {
    let panel = Panel::start().await;
    let (it, _, made) = with_sizes(&panel, "30").await;
    let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": "70.00" }] });
    it.staff.put(&format!("/admin/products/{}/prices", made.id), prices).await.expect(200);
    panel.advance_hours(31 * 24).await;
    charge(&panel).await;
    assert_eq!(balance(&panel, it.client.id).await, decimal("14.60"));
    assert_eq!(it.detail().await.price.total.base.unwrap().amount(), decimal("7.20"));
}

#[actix_web::test]
async fn forcing_a_state_is_labelled_and_ends_nothing_twice() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let empty = it.staff_does("force", json!({ "state": "suspended", "reason": " " })).await.expect(422);
    assert_eq!(empty.refused_fields(), ["reason"]);
    it.staff_does("force", json!({ "state": "suspended", "reason": "moved by hand" })).await.expect(200);
    assert_eq!(it.detail().await.events[0].what, "forced");
    it.staff_does("force", json!({ "state": "active", "reason": "back" })).await.expect(200);
    it.staff_does("force", json!({ "state": "terminated", "reason": "gone" })).await.expect(200);
    // One row for each, the end too.
    let events = it.detail().await.events;
    let what: Vec<&str> = events.iter().rev().map(|event| event.what.as_str()).collect();
    assert_eq!(what, ["ordered", "provisioning", "activated", "forced", "forced", "forced"]);
    assert_eq!((events[0].state_to, events[0].reason.as_str()), (ServiceState::Terminated, "gone"));
    it.staff_does("force", json!({ "state": "active", "reason": "again" })).await.expect(409);
    let operator = panel.staff(&[shared::Permission::ServicesOperate]).await.calls;
    let path = format!("/admin/services/{}/force", it.service);
    operator.post(&path, json!({ "state": "active", "reason": "x" })).await.expect(403);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn lists_page_sort_and_search_with_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({}), "monthly").await;
    let shown: ServiceForStaff =
        it.staff.get(&format!("/admin/services/{}", it.service)).await.expect(200).read();
    assert_eq!(shown.module, "manual");
    let one = it.staff.get("/admin/services").await.expect(200);
    let product = shown.detail.service.product_id;
    let order =
        json!({ "items": [{ "product": product, "period": "hourly", "quantity": 20, "label": "node" }] });
    it.client.calls.post_once(&format!("/clients/{}/orders", it.client.id), order).await.expect(201);
    let many = it.staff.get("/admin/services?search=node&sort=-label&per_page=5&page=2").await.expect(200);
    let page: Page<ServiceSummary> = many.read();
    assert_eq!((page.items.len(), page.total, page.page), (5, 20, 2));
    assert_eq!(one.queries(), many.queries());
    let found = async |text: &str| -> i64 {
        let path = format!("/admin/services?search={text}");
        it.staff.get(&path).await.expect(200).read::<Page<ServiceSummary>>().total
    };
    let id = it.service.to_string();
    assert_eq!(found(&id).await, 1);
    assert!(found(&id[..8]).await >= 1, "by the beginning of its id");
    assert_eq!(found(&id[1..12]).await, 0, "ids are not searched in the middle");
    assert_eq!(found("Ada").await, 21, "by the name of the client");
    it.staff.get("/admin/services?sort=secret").await.expect(422);
    it.staff.get("/admin/services?state=asleep").await.expect(422);
    let own: Page<ServiceSummary> = it
        .client
        .calls
        .get(&format!("/clients/{}/services?state=active", it.client.id))
        .await
        .expect(200)
        .read();
    assert_eq!(own.total, 1);
    let charges: Page<Value> = it.client.calls.get(&it.own("/charges")).await.expect(200).read();
    assert_eq!(charges.total, 1);
}

#[actix_web::test]
async fn a_task_of_staff_is_found_and_done_from_the_queue() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    give(&panel, client.id, "20").await;
    let path = format!("/clients/{}/orders", client.id);
    let order = json!({ "items": [{ "product": made.id, "period": "monthly" }] });
    let placed: OrderDetail = client.calls.post_once(&path, order).await.expect(201).read();
    work(&panel).await;
    let waiting = staff.get("/admin/tasks?manual=true&state=processing").await.expect(200).json();
    assert_eq!(waiting["total"], 1);
    let done = format!("/admin/tasks/{}/done", waiting["items"][0]["id"].as_str().unwrap());
    staff.post(&done, json!({})).await.expect(200);
    let detail: ServiceDetail = client
        .calls
        .get(&format!("/clients/{}/services/{}", client.id, placed.services[0].id))
        .await
        .expect(200)
        .read();
    assert_eq!(detail.service.state, ServiceState::Active);
    staff.post(&done, json!({})).await.expect(409);
    assert_books(&panel).await;
}
