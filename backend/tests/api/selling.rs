//! What tests of selling have in common: a shop with products, money for clients, the work of the workers.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use hostwright::billing::audit;
use hostwright::billing::ledger::{self, NewTransfer, Posting, Spending};
use hostwright::jobs::{Job, run};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::{AccountKind, TransferKind};
use shared::catalog::{OptionGroupDetail, ProductDetail};
use shared::services::OrderDetail;
use shared::{ClientId, Currency, DocumentId, ProductId};
use uuid::Uuid;

use crate::harness::{BANK, COMPANY, Caller, ClientAccount, Panel};

/// Gives a client money, as a credit of staff.
pub(crate) async fn give(panel: &Panel, client: ClientId, amount: &str) {
    let now = panel.now();
    let mut conn = panel.conn().await;
    let goodwill = ledger::company_account(&mut conn, COMPANY, Currency::EUR, AccountKind::Goodwill, "", now)
        .await
        .unwrap();
    let amount: Decimal = amount.parse().unwrap();
    let wallet = client.wallet_account();
    let transfer = NewTransfer {
        client: Some(client),
        ..NewTransfer::new(TransferKind::Credit, goodwill, wallet, amount, Currency::EUR)
    };
    let posting = Posting {
        cause: format!("gift:{}", Uuid::now_v7()),
        at: now,
        actor: "system".to_owned(),
        spending: Spending::WithinLimits,
        transfers: vec![transfer],
    };
    conn.transaction::<_, hostwright::Error, _>(async |tx| ledger::post(tx, &posting).await).await.unwrap();
}

/// Books a payment for a document, and does the work that follows.
pub(crate) async fn pay(panel: &Panel, staff: &Caller, document: DocumentId, gross: &str) {
    let body = json!({ "gateway_id": BANK, "amount": gross });
    staff.post_once(&format!("/admin/documents/{document}/payments"), body).await.expect(201);
    work(panel).await;
}

/// Runs every task that is due, and those that they leave, until nothing is. Mail and paper are left out.
pub(crate) async fn work(panel: &Panel) {
    use schema::tasks;
    for _ in 0..100 {
        let now = jiff_diesel::Timestamp::from(panel.now());
        let found: Option<(Uuid, Value)> = tasks::table
            .filter(tasks::state.eq("queued").and(tasks::run_at.le(now)))
            .order((tasks::run_at, tasks::id))
            .select((tasks::id, tasks::input))
            .first(&mut *panel.conn().await)
            .await
            .optional()
            .unwrap();
        let Some((id, input)) = found else { return };
        let job: Job = serde_json::from_value(input).unwrap();
        if !matches!(
            job,
            Job::SendNotification { .. } | Job::TypesetDocument { .. } | Job::TypesetStatement { .. }
        ) {
            run::run(&panel.app, job.clone()).await.unwrap_or_else(|error| panic!("{job:?}: {error}"));
        }
        panel.sql(&format!("UPDATE tasks SET state = 'completed' WHERE id = '{id}'")).await;
    }
    panic!("the tasks never end");
}

/// Charges what is due, and does the work that follows.
pub(crate) async fn charge(panel: &Panel) {
    hostwright::billing::charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
    work(panel).await;
}

/// Creates a product with monthly (7.20), hourly, yearly and one-time prices in EUR. `more` overrides its fields.
pub(crate) async fn product(staff: &Caller, key: &str, more: Value) -> ProductDetail {
    let mut input = json!({ "key": key, "texts": { "en": { "name": format!("Product {key}") } } });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let made: ProductDetail = staff.post("/admin/products", input).await.expect(201).read();
    let prices = json!({ "prices": [
        { "currency": "EUR", "period": "monthly", "setup": "1.00", "base": "7.20", "idle": "3.60", "uninstall": "0.50" },
        { "currency": "EUR", "period": "hourly", "base": "0.0100" },
        { "currency": "EUR", "period": "annually", "setup": "0", "base": "60.00" },
        { "currency": "EUR", "period": "one_time", "base": "99.00" },
    ]});
    staff.put(&format!("/admin/products/{}/prices", made.id), prices).await.expect(200);
    staff.get(&format!("/admin/products/{}", made.id)).await.expect(200).read()
}

/// Creates a dropdown group with a small and a large option, priced monthly, and attaches it to a product.
pub(crate) async fn sizes(staff: &Caller, key: &str, product: ProductId) -> OptionGroupDetail {
    let group = json!({ "key": key, "kind": "dropdown", "texts": { "en": { "name": "Size" } } });
    let mut made: OptionGroupDetail = staff.post("/admin/option-groups", group).await.expect(201).read();
    for (option, value) in [("small", "1"), ("large", "8")] {
        let input = json!({ "key": option, "value": value, "texts": { "en": { "name": option } } });
        let path = format!("/admin/option-groups/{}/options", made.id);
        made = staff.post(&path, input).await.expect(201).read();
    }
    for (place, base) in ["0", "14.40"].into_iter().enumerate() {
        let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": base, "switch_up": "2.00", "switch_down": "0" }] });
        staff.put(&format!("/admin/options/{}/prices", made.options[place].id), prices).await.expect(200);
    }
    let read: ProductDetail = staff.get(&format!("/admin/products/{product}")).await.expect(200).read();
    let attach = json!({ "version": read.product.version, "groups": [{ "id": made.id }] });
    staff.put(&format!("/admin/products/{product}/option-groups"), attach).await.expect(200);
    made
}

pub(crate) async fn balance(panel: &Panel, client: ClientId) -> Decimal {
    panel.amount(&format!("SELECT balance AS value FROM wallets WHERE client_id = '{client}'")).await
}

pub(crate) async fn held(panel: &Panel, client: ClientId) -> Decimal {
    panel.amount(&format!("SELECT held AS value FROM wallets WHERE client_id = '{client}'")).await
}

/// The books must be clean when a test of money ends.
pub(crate) async fn assert_books(panel: &Panel) {
    let report = audit::verify(&mut *panel.conn().await).await.unwrap();
    assert!(report.is_clean(), "{report}");
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A price by the second, of seconds that pass while the test runs: the amount within 0.01.
#[track_caller]
pub(crate) fn assert_near(actual: Decimal, expected: &str) {
    let apart = (actual - decimal(expected)).abs();
    assert!(apart <= decimal("0.01"), "{actual} instead of about {expected}");
}

/// A provider that sells one product, and a client without money.
pub(crate) struct Shop {
    pub(crate) staff: Caller,
    pub(crate) client: ClientAccount,
    pub(crate) vps: ProductDetail,
}

impl Shop {
    pub(crate) async fn open(panel: &Panel) -> Self {
        let staff = panel.super_admin().await.calls;
        let vps = product(&staff, "vps", json!({})).await;
        Self { staff, client: panel.client("Ada").await, vps }
    }

    /// The order as its client sees it now.
    pub(crate) async fn again(&self, order: &OrderDetail) -> OrderDetail {
        let path = format!("/clients/{}/orders/{}", self.client.id, order.id);
        self.client.calls.get(&path).await.expect(200).read()
    }
}
