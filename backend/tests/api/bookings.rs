//! Booking what came in: whole, in parts, twice, too much, too late, and whose it is.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::DocumentStatus;
use shared::billing::document::DocumentDetail;
use shared::billing::ledger::{TransactionDetail, TransactionPage};
use shared::billing::payment::{BookedPayment, PaymentRemark, PaymentSummary};
use shared::{Code, Page};

use crate::documents::{balance, book, decimal, expect_clean_books, proforma};
use crate::harness::{BANK, ClientAccount, Panel};

#[tokio::test(flavor = "multi_thread")]
async fn partial_payments_credit_their_net_share_and_the_last_one_issues_the_invoice() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let issued = proforma(&ada, "100.00").await;
    let id = issued.document.id;
    let mut net = Decimal::ZERO;
    for (amount, status) in [
        ("0.01", DocumentStatus::PartiallyPaid),
        ("61.49", DocumentStatus::PartiallyPaid),
        ("33.33", DocumentStatus::PartiallyPaid),
        ("28.17", DocumentStatus::Invoiced),
    ] {
        let booked: BookedPayment = book(&staff, id, json!({ "amount": amount })).await.expect(201).read();
        assert_eq!(booked.document.status, status, "{amount}");
        assert_eq!(booked.invoice.is_some(), status == DocumentStatus::Invoiced);
        net += booked.payment.to_wallet.amount();
        assert_eq!(balance(&panel, &ada).await, net);
    }
    assert_eq!(net, decimal("100.00"));
    let tax = "SELECT sum(amount) AS value FROM ledger_transfers WHERE kind = 'tax'";
    assert_eq!(panel.amount(tax).await, decimal("23.00"));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_matches_nothing_waits_in_suspense() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let first = proforma(&ada, "100.00").await.document;
    let over: BookedPayment = book(&staff, first.id, json!({ "amount": "130.00" })).await.expect(201).read();
    assert_eq!(over.remarks, [PaymentRemark::Overpaid]);
    assert_eq!(over.payment.to_suspense.amount(), decimal("7.00"));
    let twice: BookedPayment = book(&staff, first.id, json!({ "amount": "123.00" })).await.expect(201).read();
    assert_eq!(twice.remarks, [PaymentRemark::AlreadyPaid]);
    assert!(twice.invoice.is_none());

    let second = proforma(&ada, "20.00").await;
    let cancel = json!({ "version": second.version, "reason": "asked for" });
    let path = format!("/admin/documents/{}/cancel", second.document.id);
    let cancelled: DocumentDetail = staff.calls.post(&path, cancel).await.expect(200).read();
    assert_eq!(
        (cancelled.document.status, cancelled.document.due.amount()),
        (DocumentStatus::Cancelled, decimal("0"))
    );
    let late: BookedPayment =
        book(&staff, second.document.id, json!({ "amount": "24.60" })).await.expect(201).read();
    assert_eq!(late.remarks, [PaymentRemark::Cancelled]);

    assert_eq!(balance(&panel, &ada).await, decimal("100"));
    let waiting: Page<PaymentSummary> =
        staff.calls.get("/admin/payments?suspense=true&sort=gross").await.expect(200).read();
    assert_eq!(waiting.total, 3);
    assert_eq!(waiting.items[0].to_suspense.amount(), decimal("24.60"));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_say_whose_the_money_in_suspense_is() {
    let panel = Panel::start().await;
    let (ada, bob, staff) = (panel.client("Ada").await, panel.client("Bob").await, panel.super_admin().await);
    let pola = panel.client_in("Pola", "PLN", "PL").await;
    let first = proforma(&ada, "100.00").await.document;
    let exact: BookedPayment = book(&staff, first.id, json!({ "amount": "123.00" })).await.expect(201).read();
    let twice: BookedPayment = book(&staff, first.id, json!({ "amount": "123.00" })).await.expect(201).read();
    let path = format!("/admin/payments/{}/assign", twice.payment.id);
    let body = |client: &ClientAccount| json!({ "client_id": client.id, "reason": "Bob's transfer" });

    for (body, field) in [
        (body(&pola), "client_id"),
        (json!({ "client_id": uuid::Uuid::now_v7(), "reason": "x" }), "client_id"),
        (json!({ "client_id": bob.id, "reason": " " }), "reason"),
        (json!({ "client_id": bob.id, "reason": "x".repeat(301) }), "reason"),
    ] {
        assert_eq!(staff.calls.post_once(&path, body).await.expect(422).refused_fields(), [field]);
    }
    let nothing = format!("/admin/payments/{}/assign", exact.payment.id);
    assert_eq!(staff.calls.post_once(&nothing, body(&bob)).await.expect(409).problem().code, Code::Conflict);
    staff.calls.post_once(&format!("/admin/payments/{}/assign", bob.id), body(&bob)).await.expect(404);
    // Money that is not here, or not any more, is nobody's.
    for status in ["created", "pending", "failed", "refunded", "disputed"] {
        panel
            .sql(&format!("UPDATE payments SET status = '{status}' WHERE id = '{}'", twice.payment.id))
            .await;
        let problem = staff.calls.post_once(&path, body(&bob)).await.expect(409).problem();
        assert!(problem.detail.unwrap().contains(status), "{status}");
    }
    panel.sql(&format!("UPDATE payments SET status = 'succeeded' WHERE id = '{}'", twice.payment.id)).await;
    assert_eq!(balance(&panel, &bob).await, decimal("0"));

    let assigned: PaymentSummary =
        staff.calls.post_with_key(&path, body(&bob), "one").await.expect(200).read();
    assert_eq!((assigned.to_suspense.amount(), assigned.assigned.amount()), (decimal("123"), decimal("123")));
    let repeated: PaymentSummary =
        staff.calls.post_with_key(&path, body(&bob), "one").await.expect(200).read();
    assert_eq!(repeated, assigned);
    staff.calls.post_once(&path, body(&ada)).await.expect(409);
    assert_eq!((balance(&panel, &ada).await, balance(&panel, &bob).await), (decimal("100"), decimal("123")));
    let own = format!("/clients/{}/transactions", bob.id);
    let page: TransactionPage = bob.calls.get(&own).await.expect(200).read();
    let detail: TransactionDetail =
        bob.calls.get(&format!("{own}/{}", page.items[0].id)).await.expect(200).read();
    let [why] = &detail.lines[..] else { panic!("{detail:?}") };
    assert_eq!((why.text.as_str(), why.amount), ("Money kept aside: Bob's transfer", decimal("123")));
    let waiting: Page<PaymentSummary> =
        staff.calls.get("/admin/payments?suspense=true").await.expect(200).read();
    assert_eq!(waiting.total, 0);
    let trail = "SELECT count(*) AS value FROM activity_log WHERE action = 'payment.assigned'";
    assert_eq!(panel.count(trail).await, 1);
    let awake = format!(
        "SELECT count(*) AS value FROM tasks WHERE name = 'wallet-topped-up' AND client_id = '{}'",
        bob.id
    );
    assert_eq!(panel.count(&awake).await, 1);
    expect_clean_books(&panel).await;
    panel.sql("UPDATE payments SET assigned = 0").await;
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.expect("verified");
    assert!(!report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_are_booked_and_assigned_in_the_words_of_who_reads() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let texts = r#"{"en": {"name": "Bank transfer"}, "pl": {"name": "Przelew bankowy"}}"#;
    panel.sql(&format!("UPDATE gateways SET texts = '{texts}'")).await;
    let document = proforma(&ada, "100.00").await.document.id;
    let in_polish = async |path: String, body: Value| {
        let request = staff.calls.request(reqwest::Method::POST, &path).header("accept-language", "pl");
        let request = request.header("idempotency-key", uuid::Uuid::now_v7().to_string()).json(&body);
        staff.calls.send(request, path).await
    };
    let transfer = json!({ "gateway_id": BANK, "amount": "200.00" });
    let booked = in_polish(format!("/admin/documents/{document}/payments"), transfer).await.expect(201);
    let booked: BookedPayment = booked.read();
    assert_eq!(booked.payment.gateway_name, "Przelew bankowy");
    let whose = json!({ "client_id": ada.id, "reason": "hers" });
    let assigned =
        in_polish(format!("/admin/payments/{}/assign", booked.payment.id), whose).await.expect(200);
    assert_eq!(assigned.read::<PaymentSummary>().gateway_name, "Przelew bankowy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_bookings_of_one_payment_are_one_credit() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let id = proforma(&ada, "100.00").await.document.id;
    let path = format!("/admin/documents/{id}/payments");
    // Half of them repeat one Idempotency-Key, the others come with keys of their own.
    let calls = (0..100).map(|n| {
        let key = if n % 2 == 0 { "one".to_owned() } else { format!("key-{n}") };
        let body = json!({ "gateway_id": BANK, "amount": "123.00", "external_id": "BANK-7" });
        let (calls, path) = (staff.calls.clone(), path.clone());
        async move { calls.post_with_key(&path, body, &key).await.status }
    });
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(|status| matches!(status, 201 | 409)), "{answers:?}");
    assert!(answers.contains(&201));
    assert_eq!(panel.count("SELECT count(*) AS value FROM payments").await, 1);
    assert_eq!(panel.count("SELECT count(*) AS value FROM documents WHERE kind = 'invoice'").await, 1);
    assert_eq!(balance(&panel, &ada).await, decimal("100"));
    expect_clean_books(&panel).await;
}
