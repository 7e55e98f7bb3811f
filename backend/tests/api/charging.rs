//! Charging, in the database and in Rust; wallets that run dry; the audit.

use diesel_async::{AsyncConnection, RunQueryDsl};
use hostwright::billing::charging::{self, actions};
use hostwright::billing::ledger::{self, NewTransfer, Posted, Posting, Spending};
use hostwright::billing::wallet::holds;
use hostwright::billing::{audit, charging::store};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::{AccountKind, TransferKind};
use shared::{ClientId, Currency, Period, ServiceId};
use uuid::Uuid;

use crate::harness::{COMPANY, Panel};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Gives a client money, as a credit of staff.
pub(crate) async fn give(panel: &Panel, client: ClientId, amount: &str) {
    let now = panel.now();
    let mut conn = panel.conn().await;
    let goodwill = ledger::company_account(&mut conn, COMPANY, Currency::EUR, AccountKind::Goodwill, "", now)
        .await
        .unwrap();
    let transfer = NewTransfer {
        client: Some(client),
        ..NewTransfer::new(
            TransferKind::Credit,
            goodwill,
            client.wallet_account(),
            decimal(amount),
            Currency::EUR,
        )
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

async fn product(panel: &Panel) -> Uuid {
    let id = Uuid::now_v7();
    let now = panel.now();
    panel
        .sql(&format!(
            "INSERT INTO products (id, key, created_at, updated_at) VALUES ('{id}', 'p-{}', '{now}', '{now}')",
            &id.simple().to_string()[20..]
        ))
        .await;
    id
}

/// A service that was just delivered: active, not charged yet.
pub(crate) async fn delivered(
    panel: &Panel,
    client: ClientId,
    period: Period,
    charge_by: &str,
    base: &str,
    setup: &str,
) -> ServiceId {
    let (id, now, product) = (ServiceId::generate(), panel.now(), product(panel).await);
    panel
        .sql(&format!(
            "INSERT INTO services (id, client_id, product_id, company_id, label, state, currency, period, charge_by, setup, base,
                 suspension_grace_hours, module, created_at, updated_at)
             VALUES ('{id}', '{client}', '{product}', '{COMPANY}', 'box', 'active', 'EUR', '{period}', '{charge_by}', {setup}, {base},
                 0, 'manual', '{now}', '{now}')"
        ))
        .await;
    id
}

pub(crate) async fn activate(panel: &Panel, client: ClientId, service: ServiceId) -> Decimal {
    let now = panel.now();
    let mut conn = panel.conn().await;
    conn.transaction::<_, hostwright::Error, _>(async |tx| actions::activate(tx, now, client, service).await)
        .await
        .unwrap()
}

async fn charge(panel: &Panel) -> charging::Charged {
    charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap()
}

pub(crate) async fn balance(panel: &Panel, client: ClientId) -> Decimal {
    panel.amount(&format!("SELECT balance AS value FROM wallets WHERE client_id = '{client}'")).await
}

async fn money(panel: &Panel, client: ClientId, service: ServiceId) -> store::ServiceMoney {
    store::find(&mut *panel.conn().await, client, service).await.unwrap().unwrap()
}

async fn assert_books(panel: &Panel) {
    let report = audit::verify(&mut *panel.conn().await).await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_taken_as_they_begin_and_add_up_to_the_month() {
    let panel = Panel::start().await;
    panel.set_clock(at("2026-03-31T22:20:00Z")).await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "100").await;
    let service = delivered(&panel, ada.id, Period::Monthly, "hours", "20", "1.5").await;
    assert_eq!(activate(&panel, ada.id, service).await, decimal("1.5269"), "setup and hour 743 of 744");
    assert_eq!(activate(&panel, ada.id, service).await, Decimal::ZERO, "only once");
    // Runs that find one, two, three or five hours, until the month after is reached. One stands at 23:20 on the last day, so
    // that no charge reaches beyond the month.
    for hours in [1, 2, 3, 5].into_iter().cycle() {
        panel.advance_hours(hours).await;
        charge(&panel).await;
        if panel.now() > at("2026-05-01T00:00:00Z") {
            break;
        }
    }
    let april = panel
        .amount("SELECT sum(amount) AS value FROM charges WHERE period_from >= '2026-04-01Z' AND period_from < '2026-05-01Z'")
        .await;
    assert_eq!(april, decimal("20"));
    assert_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_began_without_an_hour_of_the_service_charges_nothing_in_it() {
    let panel = Panel::start().await;
    panel.set_clock(at("2026-03-31T23:02:00Z")).await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "10").await;
    let early = delivered(&panel, ada.id, Period::Hourly, "hours", "1", "0").await;
    activate(&panel, ada.id, early).await;
    panel.set_clock(at("2026-03-31T23:50:00Z")).await;
    let late = delivered(&panel, ada.id, Period::Hourly, "hours", "0.5", "0").await;
    activate(&panel, ada.id, late).await;
    // The early one is in its hour of 00:02, the late one still in the hour of 23:50.
    panel.set_clock(at("2026-04-01T00:05:00Z")).await;
    assert_eq!(charge(&panel).await.batch.charges, 1);
    assert_eq!(balance(&panel, ada.id).await, decimal("7.5"));
    panel.set_clock(at("2026-04-01T00:55:00Z")).await;
    assert_eq!(charge(&panel).await.batch.charges, 1);
    assert_eq!(balance(&panel, ada.id).await, decimal("7"));
    assert_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_away_for_a_day_catches_up_in_one_transfer() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "100").await;
    let service = delivered(&panel, ada.id, Period::Hourly, "hours", "0.5", "0").await;
    let daily = delivered(&panel, ada.id, Period::Daily, "periods", "2", "0").await;
    activate(&panel, ada.id, service).await;
    activate(&panel, ada.id, daily).await;
    panel.advance_hours(24).await;
    let charged = charge(&panel).await;
    assert_eq!(charged.batch.clients, 1);
    assert_eq!(balance(&panel, ada.id).await, decimal("83.5"), "25 hours and 2 days");
    let transfers = panel
        .count("SELECT count(*) AS value FROM ledger_transfers WHERE explanation->>'charges' = '2'")
        .await;
    assert_eq!(transfers, 1);
    assert_eq!(charge(&panel).await, charging::Charged::default());
    assert_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_charges_as_many_clients_as_the_configuration_says() {
    for (charge_batch, transactions) in [(1, 3), (2, 2), (3, 1)] {
        let panel = Panel::start_with(&format!("work = {{ charge_batch = {charge_batch} }}")).await;
        for number in 0..3 {
            let client = panel.client(&format!("Client{number}")).await;
            give(&panel, client.id, "50").await;
            let service = delivered(&panel, client.id, Period::Hourly, "hours", "0.1", "0").await;
            activate(&panel, client.id, service).await;
        }
        panel.sql_past_guards("TRUNCATE charges").await;
        panel.advance_hours(1).await;
        assert_eq!(charge(&panel).await.batch.clients, 3);
        let written = panel.count("SELECT count(DISTINCT xmin::text) AS value FROM charges").await;
        assert_eq!(written, transactions, "{charge_batch} clients in one");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_charge_everything_once() {
    let panel = Panel::start().await;
    let mut clients = Vec::new();
    for number in 0..12 {
        let client = panel.client(&format!("Client{number}")).await;
        give(&panel, client.id, "50").await;
        for _ in 0..3 {
            let service = delivered(&panel, client.id, Period::Hourly, "hours", "0.1", "0").await;
            activate(&panel, client.id, service).await;
        }
        clients.push(client.id);
    }
    panel.advance_hours(3).await;
    let now = panel.now();
    let runs =
        futures::future::join_all((0..4).map(|_| charging::charge_due(&panel.app.db, now, panel.portions())))
            .await;
    for run in runs {
        assert_eq!(run.unwrap().failed, 0);
    }
    // A wallet that one run found locked is left to the next.
    charge(&panel).await;
    for client in clients {
        assert_eq!(balance(&panel, client).await, decimal("48.8"));
    }
    assert_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_wallet_does_not_cover_becomes_past_due_and_recovers_with_money() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "9.9").await;
    let dear = delivered(&panel, ada.id, Period::Hourly, "hours", "3", "0").await;
    let cheap = delivered(&panel, ada.id, Period::Hourly, "hours", "0.5", "0").await;
    activate(&panel, ada.id, dear).await;
    activate(&panel, ada.id, cheap).await;
    let activated = panel.now();
    panel.advance_hours(3).await;
    // 6.40 is left for three hours of 3.00 and 0.50: the second dear hour does not fit, the cheap ones do.
    let charged = charge(&panel).await;
    assert_eq!(charged.batch.short, 1);
    assert_eq!(balance(&panel, ada.id).await, decimal("1.9"), "9.9 - 2 x 3 - 4 x 0.5");
    let stopped = money(&panel, ada.id, dear).await;
    assert_eq!(stopped.stream_from, None);
    assert_eq!(stopped.past_due_since.unwrap().as_second(), activated.as_second() + 2 * 3600);
    assert!(money(&panel, ada.id, cheap).await.stream_from.is_some());
    let told = format!(
        "SELECT count(*) AS value FROM tasks WHERE name = 'service-past-due' AND service_id = '{dear}'"
    );
    assert_eq!(panel.count(&told).await, 1);
    assert_books(&panel).await;

    give(&panel, ada.id, "100").await;
    let now = panel.now();
    let mut conn = panel.conn().await;
    conn.transaction::<_, hostwright::Error, _>(async |tx| actions::recover(tx, now, ada.id).await)
        .await
        .unwrap();
    let running = money(&panel, ada.id, dear).await;
    assert_eq!(running.past_due_since, None);
    assert!(running.stream_from.unwrap() > now);
    // The hours it ran unpaid are charged: two of 3.00.
    assert_eq!(balance(&panel, ada.id).await, decimal("95.9"));
    assert_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_suspended_is_not_charged_and_paid_time_is_not_lost() {
    let panel = Panel::start().await;
    panel.set_clock(at("2026-03-10T12:00:00Z")).await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "100").await;
    let service = delivered(&panel, ada.id, Period::Weekly, "periods", "7", "0").await;
    activate(&panel, ada.id, service).await;
    panel.advance_hours(24 * 2).await;
    let suspended_at = panel.now();
    let mut conn = panel.conn().await;
    conn.transaction::<_, hostwright::Error, _>(async |tx| {
        actions::stop(tx, suspended_at, ada.id, service).await?;
        diesel::sql_query(format!("UPDATE services SET state = 'suspended' WHERE id = '{service}'"))
            .execute(tx)
            .await?;
        Ok(())
    })
    .await
    .unwrap();
    panel.advance_hours(24 * 30).await;
    charge(&panel).await;
    assert_eq!(balance(&panel, ada.id).await, decimal("93"));
    let now = panel.now();
    let taken = conn
        .transaction::<_, hostwright::Error, _>(async |tx| {
            diesel::sql_query(format!("UPDATE services SET state = 'active' WHERE id = '{service}'"))
                .execute(tx)
                .await?;
            actions::resume(tx, now, ada.id, service, Some(suspended_at)).await
        })
        .await
        .unwrap();
    assert_eq!(taken, Decimal::ZERO);
    panel
        .sql(&format!(
            "INSERT INTO service_events (id, service_id, client_id, at, state_from, state_to, what, actor)
             VALUES ('{}', '{service}', '{}', '{now}', 'suspended', 'active', 'resumed', 'system')",
            Uuid::now_v7(),
            ada.id
        ))
        .await;
    panel.advance_hours(24 * 5 - 1).await;
    charge(&panel).await;
    assert_eq!(balance(&panel, ada.id).await, decimal("93"), "five of the seven paid days were left");
    panel.advance_hours(2).await;
    charge(&panel).await;
    assert_eq!(balance(&panel, ada.id).await, decimal("86"));
    assert_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_limit_what_can_be_spent() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "10").await;
    let service = delivered(&panel, ada.id, Period::Monthly, "periods", "4", "5").await;
    let other = delivered(&panel, ada.id, Period::Monthly, "periods", "4", "0").await;
    let now = panel.now();
    let mut conn = panel.conn().await;
    let hold = async |conn: &mut hostwright::db::Conn, service, amount: &str| {
        let amount = decimal(amount);
        conn.transaction::<_, hostwright::Error, _>(async |tx| {
            holds::place(tx, now, ada.id, service, amount).await
        })
        .await
    };
    let first = hold(&mut conn, service, "9").await.unwrap();
    assert_eq!(hold(&mut conn, service, "9").await.unwrap(), first, "once");
    let refused = hold(&mut conn, other, "4").await.unwrap_err();
    assert_eq!(refused.code(), shared::Code::CreditTooLow);
    assert_eq!(activate(&panel, ada.id, service).await, decimal("9"));
    assert_eq!(balance(&panel, ada.id).await, decimal("1"));
    hold(&mut conn, other, "1").await.unwrap();
    let back = conn
        .transaction::<_, hostwright::Error, _>(async |tx| holds::release(tx, now, ada.id, other).await)
        .await
        .unwrap();
    assert_eq!(back, Some(Decimal::ONE));
    assert_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cause_is_posted_once_however_often_it_is_tried_at_once() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let now = panel.now();
    let gateway = ledger::company_account(
        &mut *panel.conn().await,
        COMPANY,
        Currency::EUR,
        AccountKind::Gateway,
        "bank",
        now,
    )
    .await
    .unwrap();
    let posting = Posting {
        cause: "payment:1".to_owned(),
        at: now,
        actor: "system".to_owned(),
        spending: Spending::WithinLimits,
        transfers: vec![NewTransfer {
            client: Some(ada.id),
            explanation: json!({ "test": true }),
            ..NewTransfer::new(
                TransferKind::Payment,
                gateway,
                ada.id.wallet_account(),
                decimal("7.25"),
                Currency::EUR,
            )
        }],
    };
    let tries = (0..40).map(|_| async {
        let mut conn = panel.conn().await;
        conn.transaction::<_, hostwright::Error, _>(async |tx| ledger::post(tx, &posting).await)
            .await
            .unwrap()
    });
    let posted = futures::future::join_all(tries).await;
    assert_eq!(posted.iter().filter(|posted| matches!(posted, Posted::Now(..))).count(), 1);
    assert!(posted.iter().all(|one| one.id() == posted[0].id()));
    assert_eq!(balance(&panel, ada.id).await, decimal("7.25"));
    assert_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_refuses_to_be_changed_and_the_audit_finds_what_was() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "10").await;
    for statement in ["UPDATE ledger_transfers SET amount = 1", "DELETE FROM ledger_transfers"] {
        let mut conn = panel.conn().await;
        diesel::sql_query(statement).execute(&mut conn).await.expect_err(statement);
    }
    panel.advance_hours(48).await;
    audit::nightly(&panel.app).await.unwrap();
    assert_eq!(panel.count("SELECT count(*) AS value FROM ledger_seals").await, 2);
    assert_books(&panel).await;

    // Somebody with the rights of the database's owner goes around the triggers.
    panel.sql("ALTER TABLE ledger_transfers DISABLE TRIGGER ALL").await;
    panel.sql("UPDATE ledger_transfers SET amount = amount + 1").await;
    let report = audit::verify(&mut *panel.conn().await).await.unwrap();
    let broken: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.broken > 0)
        .map(|finding| finding.title.as_str())
        .collect();
    assert!(broken.contains(&"Every wallet's balance is the sum of its movements"), "{report}");
    assert!(broken.contains(&"The seal of every day fits its movements, documents and papers"), "{report}");
    assert!(audit::nightly(&panel.app).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_single_row_of_the_books_is_changed_or_deleted_by_the_owner_of_the_tables_either() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "10").await;
    let service = delivered(&panel, ada.id, Period::Hourly, "hours", "0.5", "0").await;
    activate(&panel, ada.id, service).await;
    panel.advance_hours(2).await;
    charge(&panel).await;
    let books = async || {
        let rows =
            "SELECT (SELECT sum(amount) FROM charges) + (SELECT sum(amount) FROM ledger_transfers) AS value";
        panel.amount(rows).await
    };
    let before = books().await;
    // The tests own the tables.
    let mut owner = panel.own_connection().await;
    for (table, one) in [
        ("charges", format!("service_id = '{service}'")),
        ("ledger_transfers", "id = (SELECT id FROM ledger_transfers LIMIT 1)".to_owned()),
    ] {
        assert!(panel.count(&format!("SELECT count(*) AS value FROM {table} WHERE {one}")).await > 0);
        for statement in [
            format!("UPDATE {table} SET amount = amount + 1 WHERE {one}"),
            format!("DELETE FROM {table} WHERE {one}"),
        ] {
            diesel::sql_query(&statement).execute(&mut owner).await.expect_err(&statement);
        }
    }
    assert_eq!(books().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_runs_dry_soon_is_told_once_for_each_threshold_until_money_comes_in() {
    let panel = Panel::start().await;
    let (ada, bob) = (panel.client("Ada").await, panel.client("Bob").await);
    give(&panel, ada.id, "25").await;
    give(&panel, bob.id, "1000").await;
    for client in [ada.id, bob.id] {
        let service = delivered(&panel, client, Period::Hourly, "hours", "0.5", "0").await;
        activate(&panel, client, service).await;
    }
    let told = "SELECT count(*) AS value FROM notifications WHERE event = 'wallet_low'";
    let warn = async || hostwright::billing::wallet::forecast::warn(&panel.app).await.unwrap();
    warn().await;
    warn().await;
    assert_eq!(panel.count(told).await, 1, "49 hours are left of 72, and Bob has plenty");
    panel.advance_hours(30).await;
    charge(&panel).await;
    warn().await;
    assert_eq!(panel.count(told).await, 2, "19 hours are left of 24");
    give(&panel, ada.id, "1").await;
    warn().await;
    assert_eq!(panel.count(told).await, 3, "money came in and is not enough");
}
