//! Transactions with their "why?", corrections by staff, credit limits, costs and exports, over the API.

use diesel_async::AsyncConnection;
use hostwright::audit::Actor;
use hostwright::billing::charging::{self, actions};
use hostwright::billing::ledger::adjust;
use rules::pricing::{Amounts, PriceOf, PriceSnapshot, SnapshotRow};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::ledger::{NewAdjustment, TransactionDetail, TransactionPage, WhyLine};
use shared::billing::wallet::{CostSummary, WalletSummary};
use shared::{ClientId, Code, Currency, Period, Permission, PriceId, ProductId, ServiceId};
use uuid::Uuid;

use crate::harness::{BANK, COMPANY, Panel, StaffMember};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

async fn credit(staff: &StaffMember, client: ClientId, amount: &str) -> TransactionDetail {
    let body = json!({ "kind": "goodwill", "amount": amount, "currency": "EUR", "reason": "Welcome" });
    staff.calls.post_once(&format!("/admin/clients/{client}/adjustments"), body).await.expect(200).read()
}

/// An hourly-billed service of 20.00 a month, running since now.
async fn running(panel: &Panel, client: ClientId) -> ServiceId {
    let (id, product, now) = (ServiceId::generate(), ProductId::generate(), panel.now());
    let amounts = Amounts { base: Some(decimal("20")), ..Amounts::default() };
    let row = SnapshotRow {
        of: PriceOf::Product { product_id: product },
        key: "vps".to_owned(),
        price_id: Some(PriceId::generate()),
        price_version: Some(1),
        quantity: 1,
        amounts,
    };
    let snapshot = PriceSnapshot::take(Currency::EUR, Period::Monthly, row, Vec::new()).unwrap();
    let snapshot = serde_json::to_string(&snapshot).unwrap();
    panel
        .sql(&format!(
            "INSERT INTO products (id, key, texts, created_at, updated_at)
             VALUES ('{product}', 'p-{}', '{{\"en\": {{\"name\": \"VPS S\"}}}}', '{now}', '{now}')",
            &product.0.simple().to_string()[20..]
        ))
        .await;
    panel
        .sql(&format!(
            "INSERT INTO services (id, client_id, product_id, company_id, label, state, currency, period, charge_by, setup, base,
                 suspension_grace_hours, module, created_at, updated_at)
             VALUES ('{id}', '{client}', '{product}', '{COMPANY}', 'web', 'active', 'EUR', 'monthly', 'hours', 0, 20,
                 0, 'manual', '{now}', '{now}')"
        ))
        .await;
    panel
        .sql(&format!("INSERT INTO service_prices (service_id, version, snapshot, valid_from) VALUES ('{id}', 1, '{snapshot}', '{now}')"))
        .await;
    let mut conn = panel.conn().await;
    conn.transaction::<_, hostwright::Error, _>(async |tx| actions::activate(tx, now, client, id).await)
        .await
        .unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn every_charge_says_why_it_is_that_much() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    credit(&staff, ada.id, "10.00").await;
    let service = running(&panel, ada.id).await;
    panel.advance_hours(3).await;
    charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();

    let path = format!("/clients/{}/transactions", ada.id);
    let page: TransactionPage = ada.calls.get(&path).await.expect(200).read();
    assert_eq!(page.total, 3);
    let newest = &page.items[0];
    // Hours 230 to 232 of the 744 of March, from 13:00 on: 20 x 232/744 - 20 x 229/744.
    assert_eq!(newest.amount, decimal("-0.0807"));
    assert_eq!(newest.balance_before + newest.amount, newest.balance_after);
    assert_eq!(page.items[1].balance_after, newest.balance_before);
    assert_eq!(page.items[2].description, "Credit: Welcome");

    let why: TransactionDetail = ada.calls.get(&format!("{path}/{}", newest.id)).await.expect(200).read();
    assert_eq!(why.charges.len(), 1);
    let charge = &why.charges[0];
    assert_eq!((charge.label.as_str(), charge.product.as_str()), ("web", "VPS S"));
    assert_eq!(charge.price, Some(decimal("20")));
    let hours = charge.hours.as_ref().unwrap();
    assert_eq!((hours.first, hours.last, hours.of_month, hours.month.as_str()), (230, 232, 744, "2026-03"));
    assert!(charge.why.contains("232/744"), "{}", charge.why);
    assert_eq!(charge.lines, [WhyLine { text: "VPS S".to_owned(), amount: decimal("20") }]);
    assert_eq!(why.movements.len(), 1);

    let polish = ada.calls.request(reqwest::Method::GET, &path).header("accept-language", "pl");
    let polish: TransactionPage = ada.calls.send(polish, "polish".to_owned()).await.expect(200).read();
    assert_eq!(polish.items[0].description, "Działające usługi");

    for query in [format!("service={service}"), "search=WEB".to_owned()] {
        let found: TransactionPage = ada.calls.get(&format!("{path}?{query}")).await.expect(200).read();
        assert_eq!(found.total, 2, "{query}: the first hour, then two");
    }
    let none: TransactionPage = ada.calls.get(&format!("{path}?search=mail")).await.expect(200).read();
    assert_eq!(none.total, 0);

    let charges =
        ada.calls.get(&format!("/clients/{}/services/{service}/charges", ada.id)).await.expect(200).json();
    assert_eq!(charges["total"], 2);
    let for_staff: TransactionDetail =
        staff.calls.get(&format!("/admin/transactions/{}", newest.id)).await.expect(200).read();
    assert_eq!(for_staff, why);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_the_transactions_of_another_client() {
    let panel = Panel::start().await;
    let (staff, ada, eve) = (panel.super_admin().await, panel.client("Ada").await, panel.client("Eve").await);
    let given = credit(&staff, ada.id, "10.00").await;
    assert_eq!(given.lines, [WhyLine { text: "Welcome".to_owned(), amount: decimal("10") }]);
    let service = running(&panel, ada.id).await;
    let id = given.summary.id;
    eve.calls.get(&format!("/clients/{}/transactions/{id}", eve.id)).await.expect(404);
    eve.calls.get(&format!("/clients/{}/transactions", ada.id)).await.expect(404);
    eve.calls.get(&format!("/clients/{}/services/{service}/charges", eve.id)).await.expect(404);
    let page: TransactionPage = eve
        .calls
        .get(&format!("/clients/{}/transactions?client={}", eve.id, ada.id))
        .await
        .expect(200)
        .read();
    assert_eq!(page.total, 0, "a filter does not open another wallet");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_and_read_on_from_where_it_ended() {
    let panel = Panel::start().await;
    let (staff, ada, bob) = (panel.super_admin().await, panel.client("Ada").await, panel.client("Bob").await);
    for number in 1..=5 {
        credit(&staff, ada.id, &format!("{number}.00")).await;
    }
    credit(&staff, bob.id, "7.00").await;
    let all: TransactionPage = staff.calls.get("/admin/transactions").await.expect(200).read();
    assert_eq!(all.total, 6);
    let mut seen = Vec::new();
    let mut query = format!("client={}&per_page=2", ada.id);
    loop {
        let page: TransactionPage =
            staff.calls.get(&format!("/admin/transactions?{query}")).await.expect(200).read();
        seen.extend(page.items.iter().map(|item| item.amount));
        let Some(next) = page.next else { break };
        query = format!("client={}&per_page=2&after={next}", ada.id);
    }
    assert_eq!(seen, ["5", "4", "3", "2", "1"].map(decimal));
    let found: TransactionPage = staff.calls.get("/admin/transactions?search=bob").await.expect(200).read();
    assert_eq!(found.total, 1);
    let none: TransactionPage = staff.calls.get("/admin/transactions?kind=charge").await.expect(200).read();
    assert_eq!(none.total, 0);
    assert_eq!(staff.calls.get("/admin/transactions?kind=gift").await.expect(422).refused_fields(), ["kind"]);
    assert_eq!(staff.calls.get("/admin/transactions?after=x").await.expect(422).refused_fields(), ["after"]);
    assert_eq!(
        staff.calls.get("/admin/transactions?sort=amount").await.expect(422).refused_fields(),
        ["sort"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_made_once_for_each_key_and_bad_ones_are_refused() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let path = format!("/admin/clients/{}/adjustments", ada.id);
    let good =
        json!({ "kind": "correct_down", "amount": "3.50", "currency": "EUR", "reason": "Booked twice" });
    let first = staff.calls.post_with_key(&path, good.clone(), "key-1").await.expect(200).json();
    let again = staff.calls.post_with_key(&path, good.clone(), "key-1").await.expect(200).json();
    assert_eq!(first, again);
    let other = json!({ "kind": "goodwill", "amount": "3.50", "currency": "EUR", "reason": "Booked twice" });
    let reused = staff.calls.post_with_key(&path, other, "key-1").await.expect(422);
    assert_eq!(reused.problem().code, Code::IdempotencyKeyReused);
    assert_eq!(
        staff.calls.post(&path, good.clone()).await.expect(400).problem().code,
        Code::IdempotencyKeyMissing
    );
    let wallet: WalletSummary =
        ada.calls.get(&format!("/clients/{}/wallet", ada.id)).await.expect(200).read();
    assert_eq!(wallet.balance, decimal("-3.5"), "a correction may lead into debt");

    let bad: [(&str, Value, &str); 7] = [
        ("amount", json!("0"), "amount"),
        ("amount", json!("-1"), "amount"),
        ("amount", json!("NaN"), "amount"),
        ("amount", json!("1.001"), "amount"),
        ("amount", json!("100000000000"), "amount"),
        ("currency", json!("PLN"), "currency"),
        ("reason", json!(" "), "reason"),
    ];
    for (field, value, refused) in bad {
        let mut body = good.clone();
        body[field] = value.clone();
        assert_eq!(
            staff.calls.post_once(&path, body).await.expect(422).refused_fields(),
            [refused],
            "{value}"
        );
    }
    assert_eq!(panel.count("SELECT count(*) AS value FROM ledger_transfers").await, 1);
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_can_take_a_transaction_back_whole_and_once() {
    let panel = Panel::start().await;
    let (staff, ada, bob) = (panel.super_admin().await, panel.client("Ada").await, panel.client("Bob").await);
    let gift = credit(&staff, ada.id, "10.00").await.summary.id;
    running(&panel, ada.id).await;
    let path = format!("/admin/clients/{}/adjustments", ada.id);
    let page: TransactionPage =
        ada.calls.get(&format!("/clients/{}/transactions?kind=charge", ada.id)).await.expect(200).read();
    let charge = page.items[0].clone();
    assert_eq!(charge.amount, decimal("-0.0269"), "finer than the currency");
    let body = |id: Uuid, kind: &str, amount: &str| json!({ "kind": kind, "amount": amount, "currency": "EUR", "reason": "Taken back", "reverses": id });
    for (id, kind, amount, field) in [
        (charge.id.0, "correct_down", "0.0269", "kind"),
        (charge.id.0, "goodwill", "0.0269", "kind"),
        (charge.id.0, "correct_up", "0.0268", "amount"),
        (charge.id.0, "correct_up", "0", "amount"),
        (charge.id.0, "correct_up", "NaN", "amount"),
        (charge.id.0, "correct_up", "0.02690001", "amount"),
        (gift.0, "correct_up", "10.00", "kind"),
        (Uuid::now_v7(), "correct_up", "0.0269", "reverses"),
    ] {
        let refused = staff.calls.post_once(&path, body(id, kind, amount)).await.expect(422);
        assert_eq!(refused.refused_fields(), [field], "{kind} {amount}");
    }
    let of_bob = format!("/admin/clients/{}/adjustments", bob.id);
    let foreign = staff.calls.post_once(&of_bob, body(gift.0, "correct_down", "10.00")).await.expect(422);
    assert_eq!(foreign.refused_fields(), ["reverses"], "the transaction of another client");
    assert_eq!(panel.count("SELECT count(*) AS value FROM ledger_transfers").await, 2);

    for (original, kind, amount) in [(charge.id, "correct_up", "0.0269"), (gift, "correct_down", "10.00")] {
        let made: TransactionDetail =
            staff.calls.post_once(&path, body(original.0, kind, amount)).await.expect(200).read();
        assert_eq!(made.reverses, Some(original));
        let before: TransactionDetail =
            ada.calls.get(&format!("/clients/{}/transactions/{original}", ada.id)).await.expect(200).read();
        assert_eq!(before.reversed_by, Some(made.summary.id));
        let (there, back) = (&before.movements[0], &made.movements[0]);
        assert_eq!((&there.debit, &there.credit), (&back.credit, &back.debit), "the same accounts");
        let again = staff.calls.post_once(&path, body(original.0, kind, amount)).await.expect(409);
        assert_eq!(again.problem().code, Code::Conflict);
    }
    let wallet: WalletSummary =
        ada.calls.get(&format!("/clients/{}/wallet", ada.id)).await.expect(200).read();
    assert_eq!(wallet.balance, Decimal::ZERO);
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.unwrap();
    assert!(report.is_clean(), "{report}");
    panel
        .sql_past_guards("UPDATE ledger_transfers SET reverses = posting_id WHERE reverses IS NOT NULL")
        .await;
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.unwrap();
    assert!(report.to_string().contains("BROKEN  A movement that takes another back"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_not_taken_back_by_a_correction() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let funds = format!("/clients/{}/funds/proformas", ada.id);
    let issued = ada.calls.post_once(&funds, json!({ "amount": "10.00" })).await.expect(201).json();
    let pay = format!("/admin/documents/{}/payments", issued["document"]["id"].as_str().unwrap());
    staff.calls.post_once(&pay, json!({ "gateway_id": BANK, "amount": "12.30" })).await.expect(201);
    let page: TransactionPage = staff.calls.get("/admin/transactions").await.expect(200).read();
    let body = json!({ "kind": "correct_down", "amount": "10.00", "currency": "EUR", "reason": "Never came",
        "reverses": page.items[0].id });
    let path = format!("/admin/clients/{}/adjustments", ada.id);
    assert_eq!(staff.calls.post_once(&path, body).await.expect(409).problem().code, Code::Conflict);
}

/// A client as it is, in zloty.
async fn in_zloty(staff: &StaffMember, path: &str) -> serde_json::Value {
    let read = staff.calls.get(path).await.expect(200).json();
    let mut change = json!({ "currency": "PLN", "enforce_two_factor": false });
    for field in
        ["first_name", "last_name", "company_name", "tax_id", "email", "language", "company", "version"]
    {
        change[field] = read[field].clone();
    }
    change
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_limit_does_not_become_one_of_another_currency() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let path = format!("/admin/clients/{}", ada.id);
    let limit = format!("{path}/credit-limit");
    staff.calls.put(&limit, json!({ "credit_limit": "25.00" })).await.expect(200);
    let change = in_zloty(&staff, &path).await;
    assert_eq!(staff.calls.put(&path, change.clone()).await.expect(422).refused_fields(), ["currency"]);
    staff.calls.put(&limit, json!({ "credit_limit": "0" })).await.expect(200);
    staff.calls.put(&path, change).await.expect(200);
    assert_eq!(panel.count("SELECT count(*) AS value FROM wallets WHERE currency = 'PLN'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_while_the_currency_changes_is_not_overlooked() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let path = format!("/admin/clients/{}", ada.id);
    let change = in_zloty(&staff, &path).await;

    let mut conn = panel.own_connection().await;
    let now = panel.now();
    let answer = conn
        .transaction::<_, hostwright::Error, _>(async |tx| {
            let gift: NewAdjustment = serde_json::from_value(
                json!({ "kind": "goodwill", "amount": "5.00", "currency": "EUR", "reason": "Welcome" }),
            )?;
            adjust::adjust(tx, now, &Actor::system(), ada.id, &gift).await?;
            let (calls, path, change) = (staff.calls.clone(), path.clone(), change.clone());
            let answer = tokio::spawn(async move { calls.put(&path, change).await });
            let waiting = "SELECT count(*) AS value FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while panel.count(waiting).await == 0 && !answer.is_finished() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            Ok(answer)
        })
        .await
        .unwrap();
    assert_eq!(answer.await.unwrap().expect(422).refused_fields(), ["currency"]);
    let wallets = "SELECT count(*) AS value FROM wallets WHERE currency = 'EUR' AND balance = 5 AND used";
    assert_eq!(panel.count(wallets).await, 1);
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_limit_opens_the_way_into_debt_and_wakes_what_lacked_money() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.staff(&[Permission::ClientsCredit]).await, panel.client("Ada").await);
    let path = format!("/admin/clients/{}/credit-limit", ada.id);
    let set: WalletSummary =
        staff.calls.put(&path, json!({ "credit_limit": "25.00" })).await.expect(200).read();
    assert_eq!(set.available, decimal("25"));
    assert_eq!(panel.count("SELECT count(*) AS value FROM tasks WHERE name = 'wallet-topped-up'").await, 1);
    // Two members of staff who read the same limit: the second one learns that it is another one by now.
    let lost = staff.calls.put(&path, json!({ "credit_limit": "30.00", "was": "0.00" })).await.expect(412);
    assert_eq!(lost.problem().code, Code::VersionConflict);
    let won = json!({ "credit_limit": "30.00", "was": "25.00" });
    let set: WalletSummary = staff.calls.put(&path, won).await.expect(200).read();
    assert_eq!(set.available, decimal("30"));
    let bad = staff.calls.put(&path, json!({ "credit_limit": "30.00", "was": "a lot" })).await.expect(422);
    assert_eq!(bad.refused_fields(), ["was"]);
    let long = "1".repeat(40);
    for bad in ["-1", "1.005", "1e3", "", "NaN", "inf", "100000000000", &long] {
        let refused = staff.calls.put(&path, json!({ "credit_limit": bad })).await.expect(422);
        assert_eq!(refused.refused_fields(), ["credit_limit"], "{bad}");
    }
    staff
        .calls
        .put(&format!("/admin/clients/{}/credit-limit", Uuid::now_v7()), json!({ "credit_limit": "1" }))
        .await
        .expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn costs_tell_what_runs_and_how_long_the_wallet_lasts() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    credit(&staff, ada.id, "10.00").await;
    running(&panel, ada.id).await;
    let costs: CostSummary = ada.calls.get(&format!("/clients/{}/costs", ada.id)).await.expect(200).read();
    assert_eq!(
        (costs.hourly, costs.daily, costs.monthly),
        (decimal("0.0278"), decimal("0.67"), decimal("20.02"))
    );
    assert_eq!(costs.recommended, decimal("10"), "{costs:?}");
    let days = (costs.lasts_until.unwrap().as_second() - panel.now().as_second()) / 86_400;
    assert!((14..=16).contains(&days), "{days}");
    let for_staff: CostSummary =
        staff.calls.get(&format!("/admin/clients/{}/costs", ada.id)).await.expect(200).read();
    assert_eq!(for_staff.wallet, costs.wallet);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recommended_top_up_wakes_what_an_empty_wallet_stopped() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    credit(&staff, ada.id, "1.00").await;
    let service = running(&panel, ada.id).await;
    let recommended = async || {
        let costs: CostSummary =
            ada.calls.get(&format!("/clients/{}/costs", ada.id)).await.expect(200).read();
        costs.recommended
    };
    // 515 hours of March and 205 of April: 20 × 515/744 + 20 × 205/720 = 19.54, and 0.97 is there.
    assert_eq!(recommended().await, decimal("19"));
    let now = panel.now();
    let stop = |reason: &str| {
        format!(
            "UPDATE services SET state = 'suspended', suspension_reason = '{reason}', suspended_at = '{now}',
                 stream_from = NULL, paid_until = '{now}' WHERE id = '{service}'"
        )
    };
    panel.sql(&stop("insufficient_funds")).await;
    assert_eq!(recommended().await, decimal("19"), "money would wake it");
    panel.sql(&stop("staff")).await;
    assert_eq!(recommended().await, Decimal::ZERO, "money would not");
    panel.sql(&stop("insufficient_funds")).await;
    panel.sql(&format!("UPDATE services SET termination_requested_at = '{now}'")).await;
    assert_eq!(recommended().await, Decimal::ZERO, "it ends");
    panel.sql("UPDATE services SET termination_requested_at = NULL, idle = true, idle_price = 2").await;
    assert_eq!(recommended().await, decimal("10"), "idle it costs less than the smallest top-up");
    panel.sql("UPDATE services SET idle = false").await;

    let mut settings = staff.calls.get("/admin/settings").await.expect(200).json();
    settings["finance"]["balance_max"] = json!("15.50");
    staff.calls.put("/admin/settings", settings).await.expect(200);
    assert_eq!(recommended().await, decimal("14"), "the wallet takes 14.52 more");
    let quote = format!("/clients/{}/funds/proformas", ada.id);
    ada.calls.post_once(&quote, json!({ "amount": "14" })).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_export_balances_in_every_currency() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    credit(&staff, ada.id, "10.00").await;
    running(&panel, ada.id).await;
    let range = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z";
    let csv = staff.calls.get(&format!("/admin/ledger/export?format=csv&{range}")).await.expect(200);
    let csv = String::from_utf8(csv.bytes).unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(csv.lines().nth(1).unwrap().contains(",credit,Expenses:Goodwill:A"), "{csv}");
    let journal =
        staff.calls.get(&format!("/admin/ledger/export?format=beancount&{range}")).await.expect(200);
    let journal = String::from_utf8(journal.bytes).unwrap();
    let sum: Decimal = journal
        .lines()
        .filter_map(|line| line.strip_suffix(" EUR")?.rsplit_once(' '))
        .map(|(_, amount)| decimal(amount))
        .sum();
    assert_eq!(sum, Decimal::ZERO);
    assert_eq!(journal.matches(" * \"").count(), 2, "{journal}");
    let refused = staff
        .calls
        .get("/admin/ledger/export?format=csv&from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z")
        .await;
    assert_eq!(refused.expect(422).refused_fields(), ["to"]);
}
