//! Usage statements: the month's charges by service, equal to the ledger, frozen when the month is over.

use hostwright::billing::audit;
use hostwright::jobs::{Job, run};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::statement::{StatementDetail, StatementItem, StatementSummary};
use shared::services::OrderDetail;
use shared::{ClientId, Page};

use crate::harness::{Caller, ClientAccount, Panel};
use crate::selling::{assert_books, charge, decimal, give, product, work};
use crate::services::with_sizes;

/// Orders a service of each period, and has staff deliver it.
pub(crate) async fn buy(
    panel: &Panel,
    staff: &Caller,
    client: &ClientAccount,
    product: Value,
    periods: &[&str],
) {
    let items: Vec<Value> =
        periods.iter().map(|period| json!({ "product": product, "period": period })).collect();
    let path = format!("/clients/{}/orders", client.id);
    let placed: OrderDetail =
        client.calls.post_once(&path, json!({ "items": items })).await.expect(201).read();
    work(panel).await;
    for service in &placed.services {
        staff.post(&format!("/admin/services/{}/delivered", service.id), json!({})).await.expect(200);
    }
}

/// What the ledger took from a client in a month.
async fn ledger(panel: &Panel, client: ClientId, from: &str, to: &str) -> Decimal {
    panel
        .amount(&format!(
            "SELECT coalesce(sum(amount), 0) AS value FROM ledger_transfers
             WHERE client_id = '{client}' AND kind = 'charge' AND at >= '{from}' AND at < '{to}'"
        ))
        .await
}

fn listed(statement: &StatementDetail) -> Decimal {
    statement.services.iter().flat_map(|service| &service.lines).map(|line| line.amount.amount()).sum()
}

/// The amounts of the file, added up.
pub(crate) fn added(csv: &[u8]) -> Decimal {
    let text = String::from_utf8(csv.to_vec()).unwrap();
    text.lines().skip(1).map(|line| decimal(line.split(',').nth(8).unwrap())).sum()
}

async fn make(panel: &Panel) {
    run::run(&panel.app, Job::Statements).await.unwrap();
}

#[actix_web::test]
async fn a_statement_is_to_the_last_digit_what_the_ledger_charged_in_its_month() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    give(&panel, ada.id, "1000").await;
    let periods = ["monthly", "hourly", "annually", "one_time"];
    buy(&panel, &staff, &ada, json!(made.id), &periods).await;
    for day in 0..22 {
        // Some runs come late and find several hours; one of them in the next month.
        panel.advance_hours(24).await;
        if day % 3 != 1 {
            charge(&panel).await;
        }
    }
    let path = format!("/clients/{}/statements", ada.id);
    let own = async |rest: &str| ada.calls.get(&format!("{path}{rest}")).await;

    let (march, april) = (
        ledger(&panel, ada.id, "2026-03-01Z", "2026-04-01Z").await,
        ledger(&panel, ada.id, "2026-04-01Z", "2026-05-01Z").await,
    );
    assert!(march > decimal("160") && april > Decimal::ZERO, "{march}, {april}");
    let before: StatementDetail = own("/2026-03").await.expect(200).read();
    assert_eq!((before.made_at, before.charged.amount()), (None, march), "over, and not frozen yet");
    let began = panel.now();
    make(&panel).await;
    make(&panel).await;
    let frozen: StatementDetail = own("/2026-03").await.expect(200).read();
    assert!(frozen.made_at.is_some_and(|at| (began..=panel.now()).contains(&at)), "{:?}", frozen.made_at);
    assert_eq!((frozen.charged.amount(), listed(&frozen)), (march, march));
    assert_eq!(frozen.services, before.services);
    assert_eq!(frozen.services.len(), 4);
    let setup: Vec<_> = frozen
        .services
        .iter()
        .flat_map(|service| &service.lines)
        .filter(|line| line.what == StatementItem::Setup)
        .map(|line| line.amount.amount())
        .collect();
    assert_eq!(setup, [decimal("1")]);
    assert_eq!(added(&own("/2026-03/csv").await.expect(200).bytes), march);

    let running: StatementDetail = own("/2026-04").await.expect(200).read();
    assert_eq!((running.made_at, running.charged.amount(), listed(&running)), (None, april, april));
    assert_eq!(added(&own("/2026-04/csv").await.expect(200).bytes), april);

    let list: Page<StatementSummary> = own("").await.expect(200).read();
    assert_eq!((list.total, list.items[0].total.amount()), (1, march));
    let told = "SELECT count(*) AS value FROM notifications WHERE event = 'statement_ready'";
    assert_eq!(panel.count(told).await, 1);
    // Who was charged nothing gets none, and reads an empty month.
    let none: Page<StatementSummary> =
        eve.calls.get(&format!("/clients/{}/statements", eve.id)).await.expect(200).read();
    assert_eq!(none.total, 0);
    let empty: StatementDetail =
        eve.calls.get(&format!("/clients/{}/statements/2026-03", eve.id)).await.expect(200).read();
    assert!(empty.services.is_empty() && empty.total.is_zero());
    assert_books(&panel).await;
    // The audit of the books knows what a statement has to come to.
    panel.sql_past_guards("UPDATE statements SET charged = charged + 1").await;
    let report = audit::verify(&mut *panel.conn().await).await.unwrap();
    let broken: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.broken > 0)
        .map(|finding| finding.title.as_str())
        .collect();
    assert_eq!(broken, ["Every statement comes to what the ledger charged in its month"]);
}

#[actix_web::test]
async fn the_paper_of_a_finished_month_is_frozen_and_that_of_the_running_one_is_not() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let ada = panel.client("Ada").await;
    panel.sql(&format!("UPDATE clients SET language = 'uk' WHERE id = '{}'", ada.id)).await;
    give(&panel, ada.id, "100").await;
    buy(&panel, &staff, &ada, json!(made.id), &["monthly", "hourly"]).await;
    panel.advance_hours(22 * 24).await;
    charge(&panel).await;
    let staffs = format!("/admin/clients/{}/statements", ada.id);
    let running = staff.get(&format!("{staffs}/2026-04/pdf")).await.expect(200);
    let text = crate::documents::text_of(&running.bytes);
    assert!(text.contains("Місяць ще триває"), "{text}");
    let kept = "SELECT count(*) AS value FROM statement_files";
    assert_eq!(panel.count(kept).await, 0);

    make(&panel).await;
    run::run(&panel.app, Job::TypesetStatement { client: ada.id, month: "2026-03".parse().unwrap() })
        .await
        .unwrap();
    assert_eq!(panel.count(kept).await, 1);
    let first = staff.get(&format!("{staffs}/2026-03/pdf")).await.expect(200).bytes;
    let text = crate::documents::text_of(&first);
    for part in ["Звіт про використання", "Test Cloud sp. z o.o.", "Ada Tester", "Встановлення", "03.2026"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Whatever changes afterwards, the paper stays.
    panel.sql("UPDATE companies SET name = 'Another name'").await;
    panel.sql("UPDATE services SET label = 'renamed'").await;
    assert_eq!(staff.get(&format!("{staffs}/2026-03/pdf")).await.expect(200).bytes, first);
    let list: Page<StatementSummary> = staff.get(&staffs).await.expect(200).read();
    let sha256 = {
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(&first);
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    assert_eq!(list.items[0].pdf_sha256, Some(sha256));
    let detail: StatementDetail = staff.get(&format!("{staffs}/2026-03")).await.expect(200).read();
    assert!(detail.services.iter().all(|service| service.label != "renamed"));
    let refused = diesel_async::RunQueryDsl::execute(
        diesel::sql_query("UPDATE statements SET charged = 0"),
        &mut *panel.conn().await,
    )
    .await;
    assert!(refused.is_err(), "a frozen statement does not change");
}

#[actix_web::test]
async fn unused_time_that_was_given_back_stands_on_the_statement() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "30").await;
    panel.advance_hours(31 * 12).await;
    for option in [1, 0] {
        let change = json!({ "options": [{ "group": group.id, "option": group.options[option].id }] });
        it.client.calls.post(&it.own("/options"), change).await.expect(200);
        work(&panel).await;
        it.staff_does("delivered", json!({})).await.expect(200);
    }
    let path = format!("/clients/{}/statements/2026-03", it.client.id);
    let statement: StatementDetail = it.client.calls.get(&path).await.expect(200).read();
    // 1.00 setup, 7.20 a month, 9.20 for the larger size, and 7.20 back.
    assert_eq!(statement.charged.amount(), decimal("17.40"));
    assert_eq!(statement.returned.amount(), decimal("7.20"));
    assert_eq!(statement.total.amount(), decimal("10.20"));
    assert_eq!(listed(&statement), decimal("10.20"));
    let lines: Vec<_> =
        statement.services[0].lines.iter().map(|line| (line.what, line.amount.amount())).collect();
    assert!(lines.contains(&(StatementItem::UnusedTime, decimal("-7.20"))), "{lines:?}");
    assert!(lines.contains(&(StatementItem::OptionsChange, decimal("9.20"))), "{lines:?}");
}

#[actix_web::test]
async fn months_to_come_and_what_is_no_month_are_not_found() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let staff = panel.super_admin().await.calls;
    for month in ["2026-04", "2026-13", "2026-3", "march", "1999-12", "2026-03-01"] {
        for rest in ["", "/pdf", "/csv"] {
            ada.calls.get(&format!("/clients/{}/statements/{month}{rest}", ada.id)).await.expect(404);
            staff.get(&format!("/admin/clients/{}/statements/{month}{rest}", ada.id)).await.expect(404);
        }
    }
    let nobody = ClientId::generate();
    staff.get(&format!("/admin/clients/{nobody}/statements/2026-03")).await.expect(404);
    let refused = ada.calls.get(&format!("/clients/{}/statements?sort=total", ada.id)).await.expect(422);
    assert_eq!(refused.refused_fields(), ["sort"]);
}

#[actix_web::test]
async fn statements_list_with_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "100").await;
    buy(&panel, &staff, &ada, json!(made.id), &["hourly"]).await;
    let path = format!("/clients/{}/statements", ada.id);
    // The first call after a while also notes that the session was seen.
    let second = async || {
        ada.calls.get(&path).await.expect(200);
        ada.calls.get(&path).await.expect(200)
    };
    let none = second().await.queries();
    for _ in 0..3 {
        panel.advance_hours(31 * 24).await;
        charge(&panel).await;
        make(&panel).await;
    }
    let three = second().await;
    assert_eq!(three.read::<Page<StatementSummary>>().total, 3);
    assert_eq!(three.queries(), none);
}
