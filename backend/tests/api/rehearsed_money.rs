//! Dry runs of what moves money, documents and rates: what would happen is said, and nothing is written.

use serde_json::{Value, json};
use shared::billing::payment::BookedPayment;
use shared::services::ServiceState;
use shared::{Effect, EffectKind, Money, Rehearsal};

use crate::documents::proforma;
use crate::drafts::{draft, issue};
use crate::harness::{BANK, Caller, Panel};
use crate::rates;
use crate::selling::{assert_books, balance, decimal, give};
use crate::services::Running;

/// Calls for what would happen; whatever is counted is as it was before.
async fn would(panel: &Panel, staff: &Caller, path: &str, body: Value) -> Vec<Effect> {
    let before = everything(panel).await;
    let answer = staff.post_once(&format!("{path}?dry_run=true"), body).await.expect(200);
    assert_eq!(everything(panel).await, before, "{path}");
    answer.read::<Rehearsal>().effects
}

async fn everything(panel: &Panel) -> i64 {
    let tables = [
        "tasks",
        "activity_log",
        "service_events",
        "ledger_transfers",
        "documents",
        "payments",
        "idempotency_keys",
    ];
    let mut sum = 0;
    for (place, table) in (1..).zip(tables) {
        sum += place * 1_000_003 * panel.count(&format!("SELECT count(*) AS value FROM {table}")).await;
    }
    let versions = "SELECT (SELECT coalesce(sum(version), 0) FROM services) + (SELECT coalesce(sum(version), 0) FROM documents)
        + (SELECT sum(version) FROM currencies) AS value";
    sum + panel.count(versions).await
}

fn amounts(effects: &[Effect]) -> Vec<(EffectKind, Option<String>)> {
    let amount = |amount: Money| amount.amount().normalize().to_string();
    effects.iter().map(|effect| (effect.code, effect.amount.map(amount))).collect()
}

fn of(code: EffectKind, amount: &str) -> (EffectKind, Option<String>) {
    (code, Some(amount.to_owned()))
}

#[actix_web::test]
async fn booking_and_assigning_a_payment_say_what_they_credit_and_keep_aside() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await.calls, panel.client("Ada").await);
    let asked = proforma(&ada, "100.00").await.document.id;
    let path = format!("/admin/documents/{asked}/payments");
    let booking = json!({ "gateway_id": BANK, "amount": "130.00" });
    let effects = would(&panel, &staff, &path, booking.clone()).await;
    use EffectKind::{DocumentIssued, KeptAside, PaymentBooked, WalletCredited};
    assert_eq!(
        amounts(&effects),
        [of(PaymentBooked, "130"), of(WalletCredited, "100"), of(KeptAside, "7"), of(DocumentIssued, "123")]
    );
    let part = would(&panel, &staff, &path, json!({ "gateway_id": BANK, "amount": "12.30" })).await;
    assert_eq!(amounts(&part), [of(PaymentBooked, "12.3"), of(WalletCredited, "10")]);
    let dry = format!("{path}?dry_run=true");
    staff.post_once(&dry, json!({ "gateway_id": BANK, "amount": "0" })).await.expect(422);
    let booked: BookedPayment = staff.post_once(&path, booking).await.expect(201).read();

    let path = format!("/admin/payments/{}/assign", booked.payment.id);
    let assign = json!({ "client_id": ada.id, "reason": "hers" });
    let effects = would(&panel, &staff, &path, assign.clone()).await;
    assert_eq!(amounts(&effects), [of(WalletCredited, "7")]);
    staff.post_once(&path, assign.clone()).await.expect(200);
    staff.post_once(&format!("{path}?dry_run=true"), assign).await.expect(409);
    assert_eq!(balance(&panel, ada.id).await, decimal("107"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn issuing_paying_and_cancelling_a_document_say_what_they_do() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    give(&panel, ada.id, "100").await;
    let lines = json!([{ "description": "Repair", "quantity": "2", "unit_price": "50.00" }]);
    let written = draft(&staff, &ada, lines).await;
    let record = format!("/admin/documents/{}", written.document.id);
    let read = json!({ "version": written.version });
    use EffectKind::{DocumentIssued, ProformaCancelled, WalletPays};
    let effects = would(&panel, &staff.calls, &format!("{record}/issue"), read).await;
    assert_eq!(amounts(&effects), [of(DocumentIssued, "123")]);
    staff
        .calls
        .post_once(&format!("{record}/issue?dry_run=true"), json!({ "version": 99 }))
        .await
        .expect(412);
    let issued = issue(&staff, &written).await;
    assert!(issued.document.number.unwrap().ends_with("/1"), "no number was used up");

    let pay = format!("{record}/pay-from-wallet");
    let part = would(&panel, &staff.calls, &pay, json!({ "amount": "40.00" })).await;
    assert_eq!(amounts(&part), [of(WalletPays, "40")]);
    let whole = would(&panel, &staff.calls, &pay, json!({})).await;
    assert_eq!(amounts(&whole), [of(WalletPays, "100"), of(DocumentIssued, "100")]);
    // Its owner is told the same.
    let id = written.document.id;
    let own = format!("/clients/{}/documents/{id}/pay-from-wallet", ada.id);
    assert_eq!(would(&panel, &ada.calls, &own, json!({})).await, whole);
    let dry = format!("{own}?dry_run=true");
    ada.calls.post_once(&dry, json!({ "amount": "100.01" })).await.expect(422);
    let eve = panel.client("Eve").await;
    eve.calls.post_once(&dry, json!({})).await.expect(404);
    let of_eve = format!("/clients/{}/documents/{id}/pay-from-wallet?dry_run=true", eve.id);
    eve.calls.post_once(&of_eve, json!({})).await.expect(404);

    let cancel = format!("{record}/cancel");
    let wanted = json!({ "version": issued.version, "reason": "" });
    let effects = would(&panel, &staff.calls, &cancel, wanted.clone()).await;
    assert_eq!(amounts(&effects), [of(ProformaCancelled, "123")]);
    staff.calls.post(&cancel, wanted).await.expect(200);
    let now = staff.calls.get(&record).await.expect(200).json()["version"].clone();
    let again = json!({ "version": now, "reason": "" });
    staff.calls.post(&format!("{cancel}?dry_run=true"), again).await.expect(409);
    assert_eq!(balance(&panel, ada.id).await, decimal("100"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn forcing_a_service_says_that_the_module_is_not_told_and_what_is_charged() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    panel.advance_hours(2).await;
    let path = format!("/admin/services/{}/force", it.service);
    let force = |state: &str| json!({ "state": state, "reason": "by hand" });
    use EffectKind::{ChargedNow, ChargingStops, StateSet};
    let effects = would(&panel, &it.staff, &path, force("suspended")).await;
    let kinds: Vec<EffectKind> = effects.iter().map(|effect| effect.code).collect();
    assert_eq!(kinds, [StateSet, ChargedNow, ChargingStops]);
    assert_eq!(it.state().await, ServiceState::Active);
    it.staff.post(&format!("{path}?dry_run=true"), force("pending")).await.expect(409);
    it.staff
        .post(&format!("{path}?dry_run=true"), json!({ "state": "suspended", "reason": "" }))
        .await
        .expect(422);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn another_default_currency_says_which_rates_change() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    rates::write(&staff, "CAD", "2026-04-01", "1.6").await;
    let path = "/admin/currencies/PLN/default";
    let read = async |code: &str| json!({ "version": rates::version(&staff, code).await });
    let effects = would(&panel, &staff, path, read("PLN").await).await;
    let told: Vec<_> = effects.iter().map(|effect| (effect.code, effect.count)).collect();
    assert_eq!(told, [(EffectKind::RatesRescaled, Some(3)), (EffectKind::RatesDropped, Some(1))]);
    assert_eq!(would(&panel, &staff, "/admin/currencies/EUR/default", read("EUR").await).await, []);
    staff.post(path, read("PLN").await).await.expect(200);
    assert_eq!(would(&panel, &staff, path, read("PLN").await).await, []);
}

#[actix_web::test]
async fn adjusting_a_balance_says_what_the_wallet_gains_or_pays() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await.calls, panel.client("Ada").await);
    let path = format!("/admin/clients/{}/adjustments", ada.id);
    let dry = format!("{path}?dry_run=true");
    let adjust = |kind: &str, amount: &str| json!({ "kind": kind, "amount": amount, "currency": "EUR", "reason": "Welcome" });
    use EffectKind::{WalletCredited, WalletPays};
    let effects = would(&panel, &staff, &path, adjust("goodwill", "25.00")).await;
    assert_eq!(amounts(&effects), [of(WalletCredited, "25")]);
    let effects = would(&panel, &staff, &path, adjust("correct_down", "5.00")).await;
    assert_eq!(amounts(&effects), [of(WalletPays, "5")]);
    assert_eq!(balance(&panel, ada.id).await, decimal("0"));
    let refused = staff.post_once(&dry, adjust("goodwill", "0")).await.expect(422);
    assert_eq!(refused.refused_fields(), ["amount"]);

    let given = staff.post_once(&path, adjust("goodwill", "25.00")).await.expect(200).json();
    let mut back = adjust("correct_down", "25.00");
    back["reverses"] = given["id"].clone();
    assert_eq!(amounts(&would(&panel, &staff, &path, back.clone()).await), [of(WalletPays, "25")]);
    staff.post_once(&path, back.clone()).await.expect(200);
    staff.post_once(&dry, back).await.expect(409);
    assert_eq!(balance(&panel, ada.id).await, decimal("0"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn setting_a_credit_limit_says_what_it_becomes() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await.calls, panel.client("Ada").await);
    let path = format!("/admin/clients/{}/credit-limit", ada.id);
    let dry = format!("{path}?dry_run=true");
    let before = everything(&panel).await;
    let would = async |limit: &str| -> Vec<Effect> {
        let answer = staff.put(&dry, json!({ "credit_limit": limit })).await.expect(200);
        answer.read::<Rehearsal>().effects
    };
    assert_eq!(amounts(&would("30.00").await), [of(EffectKind::CreditLimitSet, "30")]);
    assert_eq!(would("0").await, [], "it is that already");
    staff.put(&dry, json!({ "credit_limit": "30.00", "was": "1.00" })).await.expect(412);
    let refused = staff.put(&dry, json!({ "credit_limit": "-1" })).await.expect(422);
    assert_eq!(refused.refused_fields(), ["credit_limit"]);
    assert_eq!(everything(&panel).await, before);
    let limits = "SELECT sum(credit_limit) AS value FROM wallets";
    assert_eq!(panel.amount(limits).await, decimal("0"));

    staff.put(&path, json!({ "credit_limit": "30.00", "was": "0.00" })).await.expect(200);
    assert_eq!(panel.amount(limits).await, decimal("30"));
    assert_eq!(would("30.00").await, []);
}
