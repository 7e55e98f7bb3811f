//! Who looked at the clock first does not matter: no hour is lost, and movements follow each other. Periods keep their anchor.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, RunQueryDsl};
use hostwright::billing::charging::{self, actions, store};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::{ClientId, Period, ServiceId};
use uuid::Uuid;

use crate::charging::{activate, delivered};
use crate::harness::Panel;
use crate::selling::{assert_books, balance, charge, decimal, give, work};
use crate::services::{Running, top_up, with_sizes};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn seconds_after(than: Timestamp, seconds: i64) -> Timestamp {
    than.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

async fn money(panel: &Panel, client: ClientId, service: ServiceId) -> store::ServiceMoney {
    store::find(&mut *panel.conn().await, client, service).await.unwrap().unwrap()
}

/// Two services by the hour of one client with so much money, active since the same instant.
async fn two_by_the_hour(panel: &Panel, amount: &str) -> (ClientId, ServiceId, ServiceId) {
    let ada = panel.client("Ada").await;
    give(panel, ada.id, amount).await;
    let dear = delivered(panel, ada.id, Period::Hourly, "hours", "3", "0").await;
    let cheap = delivered(panel, ada.id, Period::Hourly, "hours", "0.5", "0").await;
    activate(panel, ada.id, dear).await;
    activate(panel, ada.id, cheap).await;
    (ada.id, dear, cheap)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_recovers_owes_the_hours_up_to_the_watermark_however_early_somebody_looked_at_the_clock() {
    let panel = Panel::start().await;
    let (ada, dear, _) = two_by_the_hour(&panel, "9.9").await;
    panel.advance_hours(2).await;
    charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
    let since = money(&panel, ada, dear).await.past_due_since.unwrap();
    // Somebody looks at the clock, and waits for the wallet while the run charges the hour after.
    let early = seconds_after(since, 3598);
    panel.set_clock(seconds_after(since, 3610)).await;
    charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
    give(&panel, ada, "100").await;
    let mut conn = panel.conn().await;
    conn.transaction::<_, hostwright::Error, _>(async |tx| actions::recover(tx, early, ada).await)
        .await
        .unwrap();
    let running = money(&panel, ada, dear).await;
    assert_eq!((running.past_due_since, running.stream_from), (None, Some(seconds_after(since, 7200))));
    assert_eq!(balance(&panel, ada).await, decimal("95.9"), "109.9 - 4 x 3 - 4 x 0.5");
    assert_books(&panel).await;
    assert_chained(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_resumes_begins_behind_the_watermark_however_early_somebody_looked_at_the_clock() {
    let panel = Panel::start().await;
    let (ada, one, _) = two_by_the_hour(&panel, "50").await;
    let until = money(&panel, ada, one).await.stream_from.unwrap();
    panel.set_clock(seconds_after(until, -5)).await;
    let suspended_at = panel.now();
    let mut conn = panel.conn().await;
    conn.transaction::<_, hostwright::Error, _>(async |tx| {
        actions::stop(tx, suspended_at, ada, one).await?;
        diesel::sql_query(format!("UPDATE services SET state = 'suspended' WHERE id = '{one}'"))
            .execute(tx)
            .await?;
        Ok(())
    })
    .await
    .unwrap();
    // A few seconds were left: those end before the watermark of a run that came in between.
    let early = seconds_after(until, 3600);
    panel.set_clock(seconds_after(until, 3630)).await;
    charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
    conn.transaction::<_, hostwright::Error, _>(async |tx| {
        diesel::sql_query(format!("UPDATE services SET state = 'active' WHERE id = '{one}'"))
            .execute(tx)
            .await?;
        actions::resume(tx, early, ada, one, Some(suspended_at)).await
    })
    .await
    .unwrap();
    panel
        .sql(&format!(
            "INSERT INTO service_events (id, service_id, client_id, at, state_from, state_to, what, actor)
             VALUES ('{}', '{one}', '{ada}', '{early}', 'suspended', 'active', 'resumed', 'system')",
            Uuid::now_v7()
        ))
        .await;
    let charged_to = panel.count("SELECT whole_second(max(charged_to)) AS value FROM wallets").await;
    assert!(money(&panel, ada, one).await.stream_from.unwrap().as_second() > charged_to);
    assert_books(&panel).await;
    panel.advance_hours(2).await;
    charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
    assert_books(&panel).await;
}

/// In the order of lists every movement goes on from the balance after the one before, and the last one is the wallet's.
async fn assert_chained(panel: &Panel) {
    let broken = "SELECT count(*) AS value FROM (
            SELECT t.client_id, t.balance_after - CASE WHEN t.credit_account = t.client_id THEN t.amount ELSE -t.amount END AS before,
                   lag(t.balance_after) OVER chain AS expected, lead(t.id) OVER chain AS next, t.balance_after, w.balance
            FROM ledger_transfers t JOIN wallets w ON w.client_id = t.client_id
            WHERE t.balance_after IS NOT NULL
            WINDOW chain AS (PARTITION BY t.client_id ORDER BY t.at, t.id)) m
        WHERE before <> coalesce(expected, 0) OR (next IS NULL AND balance_after <> balance)";
    assert_eq!(panel.count(broken).await, 0);
}

#[actix_web::test]
async fn movements_follow_each_other_in_the_order_of_lists() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "8.20", json!({ "hourly_billing": false }), "monthly").await;
    panel.advance_hours(31 * 24).await;
    charge(&panel).await;
    assert!(it.detail().await.service.past_due_since.is_some());
    // The charge that money brings comes after the money.
    top_up(&panel, &it, "7.20").await;
    assert_eq!(balance(&panel, it.client.id).await, decimal("0"));
    assert_chained(&panel).await;
    // A posting of somebody who looked at the clock before.
    let early = panel.now();
    panel.set_clock(seconds_after(early, 60)).await;
    give(&panel, it.client.id, "5").await;
    panel.set_clock(early).await;
    give(&panel, it.client.id, "6").await;
    assert_chained(&panel).await;
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_a_change_of_options_sets_free_pays_after_it_in_the_order_of_lists() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "30").await;
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    it.client.calls.post(&it.own("/options"), change).await.expect(200);
    work(&panel).await;
    panel.advance_hours(31 * 24).await;
    charge(&panel).await;
    assert!(it.detail().await.service.past_due_since.is_some());
    give(&panel, it.client.id, "5").await;
    it.staff_does("delivered", json!({})).await.expect(200);
    assert!(it.detail().await.service.past_due_since.is_none());
    assert_eq!(balance(&panel, it.client.id).await, decimal("3.20"), "26.80 - 2.00 - 21.60");
    assert_chained(&panel).await;
    assert_books(&panel).await;
}

/// The days that the periods of a service begin on, in order.
async fn begins(panel: &Panel, service: ServiceId) -> String {
    #[derive(QueryableByName)]
    struct Days {
        #[diesel(sql_type = Text)]
        days: String,
    }
    let row: Days = diesel::sql_query(format!(
        "SELECT string_agg(to_char(period_from AT TIME ZONE 'UTC', 'YYYY-MM-DD'), ' ' ORDER BY period_from) AS days
         FROM charges WHERE service_id = '{service}'"
    ))
    .get_result(&mut *panel.conn().await)
    .await
    .unwrap();
    row.days
}

#[tokio::test(flavor = "multi_thread")]
async fn periods_begin_on_the_day_of_their_anchor_or_the_last_of_a_shorter_month() {
    for (start, months, expected) in [
        (
            "2027-01-31T10:00:00Z",
            ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"],
            "2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31",
        ),
        (
            "2028-01-31T10:00:00Z",
            ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"],
            "2028-01-31 2028-02-29 2028-03-31 2028-04-30 2028-05-31",
        ),
    ] {
        let panel = Panel::start().await;
        panel.set_clock(at(start)).await;
        let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
        let mut services = Vec::new();
        for client in [&ada, &eve] {
            give(&panel, client.id, "100").await;
            let service = delivered(&panel, client.id, Period::Monthly, "periods", "10", "0").await;
            activate(&panel, client.id, service).await;
            services.push(service);
        }
        // One is charged month by month: not before its hour, and once. The other waits and catches up in the end.
        panel.sql(&format!("UPDATE wallets SET next_due_at = NULL WHERE client_id = '{}'", eve.id)).await;
        for month in months {
            panel.set_clock(at(&format!("{month}T09:59:00Z"))).await;
            let before = balance(&panel, ada.id).await;
            let run = async || {
                charging::charge_due(&panel.app.db, panel.now(), panel.portions())
                    .await
                    .unwrap()
                    .batch
                    .charges
            };
            assert_eq!(run().await, 0, "{month}");
            panel.set_clock(at(&format!("{month}T10:30:00Z"))).await;
            assert_eq!((run().await, run().await), (1, 0), "{month}");
            assert_eq!(before - balance(&panel, ada.id).await, decimal("10"), "{month}");
        }
        let due = format!("UPDATE wallets SET next_due_at = charged_to WHERE client_id = '{}'", eve.id);
        panel.sql(&due).await;
        charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
        for service in services {
            assert_eq!(begins(&panel, service).await, expected);
        }
        assert_books(&panel).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_movement_spans_its_own_charges_and_nothing_that_is_not_due() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "100").await;
    let first = delivered(&panel, ada.id, Period::Hourly, "hours", "3", "0").await;
    let second = delivered(&panel, ada.id, Period::Hourly, "hours", "0.5", "0").await;
    activate(&panel, ada.id, first).await;
    panel.set_clock(seconds_after(panel.now(), 1800)).await;
    activate(&panel, ada.id, second).await;
    for _ in 0..6 {
        panel.set_clock(seconds_after(panel.now(), 1800)).await;
        charging::charge_due(&panel.app.db, panel.now(), panel.portions()).await.unwrap();
    }
    let movements = "SELECT count(*) AS value FROM ledger_transfers t CROSS JOIN LATERAL (
             SELECT min(period_from) AS first, max(period_to) AS last FROM charges WHERE transfer_id = t.id) c
         WHERE t.kind = 'charge'";
    assert_eq!(panel.count(movements).await, 8);
    let others = format!("{movements} AND (t.period_from, t.period_to) IS DISTINCT FROM (c.first, c.last)");
    assert_eq!(panel.count(&others).await, 0);
    assert_books(&panel).await;
}
