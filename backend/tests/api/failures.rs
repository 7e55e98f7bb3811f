//! Modules that fail: what was set aside comes back, nothing is taken, and what may succeed later is tried again.

use provisioners::Outcome;
use serde_json::{Value, json};
use shared::ServiceId;
use shared::services::{OrderDetail, OrderStatus, ServiceDetail, ServiceState};

use crate::harness::{Caller, ClientAccount, Panel};
use crate::selling::{assert_books, balance, decimal, give, held, product, work};
use crate::services::{module_answers, with_sizes};

fn failed(retryable: bool) -> Outcome {
    Outcome::Failed { retryable, reason: "No server is left.".to_owned() }
}

/// An order of one service over 1.0096 that the module was asked to create, of a client with 20.00.
struct Ordered {
    staff: Caller,
    client: ClientAccount,
    order: OrderDetail,
    service: ServiceId,
}

impl Ordered {
    async fn place(panel: &Panel) -> Self {
        let staff = panel.super_admin().await.calls;
        let made = product(&staff, "vps", json!({})).await;
        let client = panel.client("Ada").await;
        give(panel, client.id, "20").await;
        let items = json!({ "items": [{ "product": made.id, "period": "monthly" }] });
        let path = format!("/clients/{}/orders", client.id);
        let order: OrderDetail = client.calls.post_once(&path, items).await.expect(201).read();
        let service = order.services[0].id;
        Self { staff, client, order, service }
    }

    async fn detail(&self) -> ServiceDetail {
        let path = format!("/clients/{}/services/{}", self.client.id, self.service);
        self.client.calls.get(&path).await.expect(200).read()
    }

    async fn order_status(&self) -> OrderStatus {
        let path = format!("/clients/{}/orders/{}", self.client.id, self.order.id);
        self.client.calls.get(&path).await.expect(200).read::<OrderDetail>().status
    }

    async fn staff_does(&self, action: &str) {
        let path = format!("/admin/services/{}/{action}", self.service);
        self.staff.post(&path, json!({})).await.expect(200);
    }

    /// What is in the wallet, and how much of it is set aside.
    async fn wallet(&self, panel: &Panel) -> (String, String) {
        let (balance, held) = (balance(panel, self.client.id).await, held(panel, self.client.id).await);
        (balance.normalize().to_string(), held.normalize().to_string())
    }
}

fn money(balance: &str, held: &str) -> (String, String) {
    (balance.to_owned(), held.to_owned())
}

async fn told(panel: &Panel, event: &str, audience: &str) -> i64 {
    let of = format!("event = '{event}' AND audience = '{audience}'");
    panel.count(&format!("SELECT count(*) AS value FROM notifications WHERE {of}")).await
}

#[actix_web::test]
async fn a_delivery_that_fails_takes_nothing_and_can_be_tried_again() {
    let panel = Panel::start().await;
    let it = Ordered::place(&panel).await;
    assert_eq!(it.wallet(&panel).await, money("20", "1.0096"));
    assert_eq!(it.order_status().await, OrderStatus::Processing);

    module_answers(&panel, it.service, failed(false)).await;
    let detail = it.detail().await;
    assert_eq!(detail.service.state, ServiceState::Failed);
    assert!(detail.progress.is_none());
    let event = &detail.events[0];
    assert_eq!((event.what.as_str(), event.reason.as_str()), ("create_failed", "No server is left."));
    assert_eq!(event.state_from, Some(ServiceState::Provisioning));
    assert_eq!(it.wallet(&panel).await, money("20", "0"));
    assert_eq!(it.order_status().await, OrderStatus::Completed, "nothing of it is on its way");
    assert_eq!(told(&panel, "service_failed", "client").await, 1);
    assert_eq!(told(&panel, "service_operation_failed", "staff").await, 1);
    // The task that was written for it finds nothing to do any more.
    work(&panel).await;
    assert_eq!(it.detail().await.service.state, ServiceState::Failed);
    assert_books(&panel).await;

    it.staff_does("retry").await;
    assert_eq!(it.wallet(&panel).await, money("20", "1.0096"));
    assert_eq!(it.order_status().await, OrderStatus::Processing);
    work(&panel).await;
    it.staff_does("delivered").await;
    assert_eq!(it.detail().await.service.state, ServiceState::Active);
    assert_eq!(it.wallet(&panel).await, money("18.9904", "0"));
    assert_eq!(it.order_status().await, OrderStatus::Completed);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_retry_that_the_wallet_does_not_cover_is_refused() {
    let panel = Panel::start().await;
    let it = Ordered::place(&panel).await;
    module_answers(&panel, it.service, failed(false)).await;
    panel.sql("UPDATE wallets SET held = 19").await;
    let path = format!("/admin/services/{}/retry", it.service);
    let refused = it.staff.post(&path, json!({})).await.expect(409);
    assert_eq!(refused.problem().code, shared::Code::CreditTooLow);
    assert_eq!(it.wallet(&panel).await, money("20", "19"));
    assert_eq!(it.detail().await.service.state, ServiceState::Failed);
}

#[actix_web::test]
async fn a_change_of_options_that_fails_leaves_options_price_and_money_as_they_were() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "30").await;
    let before = it.detail().await;
    let had = balance(&panel, it.client.id).await;
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    it.client.calls.post(&it.own("/options"), change.clone()).await.expect(200);
    assert!(held(&panel, it.client.id).await > decimal("2"), "fee and rest of the period");

    module_answers(&panel, it.service, failed(false)).await;
    let after = it.detail().await;
    assert_eq!((&after.options, &after.price), (&before.options, &before.price));
    assert_eq!((after.service.state, after.price.version), (ServiceState::Active, 1));
    assert!(after.progress.is_none());
    assert_eq!(after.events[0].what, "change_options_failed");
    assert_eq!(held(&panel, it.client.id).await, decimal("0"));
    assert_eq!(balance(&panel, it.client.id).await, had);
    assert_eq!(told(&panel, "service_operation_failed", "staff").await, 1);
    assert_books(&panel).await;

    // The same change can be asked for again, and holds money again.
    work(&panel).await;
    it.client.calls.post(&it.own("/options"), change).await.expect(200);
    assert!(held(&panel, it.client.id).await > decimal("2"));
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    let changed = it.detail().await;
    assert_eq!((changed.price.version, changed.options[0].option), (2, Some(group.options[1].id)));
    assert!(balance(&panel, it.client.id).await < had);
    assert_books(&panel).await;
}

/// Seconds from now until the last task of this name that waits for its time.
async fn waits_for(panel: &Panel, name: &str) -> i64 {
    let now = panel.now();
    panel
        .count(&format!(
            "SELECT round(extract(epoch FROM max(run_at) - '{now}'))::bigint AS value FROM tasks WHERE name = '{name}'"
        ))
        .await
}

#[actix_web::test]
async fn what_may_succeed_later_is_tried_again_with_growing_delay_and_then_given_up() {
    let panel = Panel::start().await;
    let it = Ordered::place(&panel).await;
    // Each time the last try's own wait is over before the module fails again.
    for (attempt, wait) in [60, 120, 240, 480, 960, 1920, 3600].into_iter().enumerate() {
        let asked = panel.now();
        module_answers(&panel, it.service, failed(true)).await;
        let seconds = waits_for(&panel, "provision").await;
        assert!(
            (wait - 10..=wait).contains(&seconds),
            "{seconds} s instead of {wait} after try {}",
            attempt + 1
        );
        let progress = it.detail().await.progress.expect("it is still on its way");
        assert_eq!(progress.step.as_deref(), Some("Trying again after: No server is left."));
        assert_eq!(it.wallet(&panel).await, money("20", "1.0096"), "kept for the next try");
        panel.set_clock(asked.checked_add(jiff::SignedDuration::from_secs(wait)).unwrap()).await;
    }
    assert_eq!(told(&panel, "service_failed", "client").await, 0);
    module_answers(&panel, it.service, failed(true)).await;
    assert_eq!(it.detail().await.service.state, ServiceState::Failed);
    assert_eq!(it.wallet(&panel).await, money("20", "0"));
    assert_eq!(told(&panel, "service_failed", "client").await, 1);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_second_try_that_succeeds_takes_what_was_set_aside() {
    let panel = Panel::start().await;
    let it = Ordered::place(&panel).await;
    module_answers(&panel, it.service, failed(true)).await;
    module_answers(&panel, it.service, Outcome::Done { state: Value::Null }).await;
    assert_eq!(it.detail().await.service.state, ServiceState::Active);
    assert_eq!(it.wallet(&panel).await, money("18.9904", "0"));
    assert_books(&panel).await;
}
