//! The file for the One Stop Shop: what is in it, in euro, and what is not.

use serde_json::json;
use shared::billing::oss::{OssFile, OssLine, OssPart};
use shared::{Code, CompanyId};

use crate::documents::{proforma, vat_answer};
use crate::harness::{COMPANY, Panel, StaffMember};
use crate::rates;
use crate::refunds::{by_hand, invoice, refund};
use crate::selling::decimal;

async fn file(staff: &StaffMember, quarter: &str) -> OssFile {
    let path = format!("/admin/companies/{COMPANY}/oss?quarter={quarter}");
    staff.calls.get(&path).await.expect(200).read()
}

/// Part, quarter, country, rate, net and tax of a line.
fn told(line: &OssLine) -> String {
    let (net, tax) = (line.net.amount(), line.tax.amount());
    format!("{} {} {} {} {net:.2} {tax:.2}", line.part, line.quarter, line.country, line.rate)
}

/// The members' rates, as rules of the company.
async fn eu_rules(staff: &StaffMember) {
    let body = json!({ "preset": "eu", "company_id": COMPANY });
    staff.calls.post("/admin/tax-rules/presets", body).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_to_private_clients_abroad_are_told_by_country_and_rate_in_euro() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let hans = panel.client_in("Hans", "EUR", "DE").await;
    // Before there is a rule, a sale bears the company's own rates: taxed at home.
    invoice(&staff, &hans, "10.00").await;
    eu_rules(&staff).await;
    let ada = panel.client("Ada").await;
    let pierre = panel.client_in("Pierre", "PLN", "FR").await;
    let john = panel.client_in("John", "EUR", "US").await;
    let berta = panel.client_in("Berta", "EUR", "DE").await;
    panel
        .sql(&format!(
            "UPDATE clients SET company_name = 'Berta GmbH', tax_id = 'DE136695976' WHERE id = '{}'",
            berta.id
        ))
        .await;
    vat_answer(&staff, &berta, "DE136695976", true).await;
    let unpaid = proforma(&hans, "77.00").await;
    assert_eq!(unpaid.document.tax.amount(), decimal("14.63"), "19 %");
    for client in [&ada, &john, &berta] {
        invoice(&staff, client, "1000.00").await;
    }
    let (sold, _) = invoice(&staff, &hans, "100.00").await;
    let (in_zloty, _) = invoice(&staff, &pierre, "200.00").await;
    // Given back in the same quarter, it was not sold.
    refund(&staff, sold, by_hand(Some("11.90"))).await.expect(201);

    let path = format!("/admin/companies/{COMPANY}/oss?quarter=2026Q1");
    let problem = staff.calls.get(&path).await.expect(409).problem();
    assert!(problem.detail.is_some_and(|detail| detail.contains("PLN") && detail.contains("2026-03-31")));
    for (day, rate) in [("2026-03-20", "4.50"), ("2026-03-31", "4.00"), ("2026-06-30", "5.00")] {
        rates::write(&staff.calls, "PLN", day, rate).await;
    }
    let first = file(&staff, "2026Q1").await;
    assert_eq!(
        first.lines.iter().map(told).collect::<Vec<_>>(),
        ["supply 2026Q1 DE 19.000 90.00 17.10", "supply 2026Q1 FR 20.000 50.00 10.00"]
    );
    assert_eq!((first.net.amount(), first.tax.amount()), (decimal("140.00"), decimal("27.10")));
    assert_eq!((first.due.amount(), first.corrections.is_zero()), (decimal("27.10"), true));
    assert_eq!((first.at_home, first.complete), (1, false));
    assert_eq!(
        (first.from.to_string(), first.to.to_string()),
        ("2026-01-01".to_owned(), "2026-03-31".to_owned())
    );
    let zloty = &first.lines[1].amounts[0];
    assert_eq!((zloty.net.amount(), zloty.tax.amount()), (decimal("200.00"), decimal("40.00")));
    assert_eq!((zloty.euro_rate.as_str(), zloty.documents), ("4", 1));
    assert_eq!(zloty.euro_rate_on.map(|on| on.to_string()).as_deref(), Some("2026-03-31"));
    assert_eq!(first.lines[0].amounts[0].documents, 2, "the invoice and its credit note");

    // A credit note of the next quarter corrects the one of its invoice, at the rate of that quarter.
    panel.set_clock("2026-05-10T12:00:00Z".parse().unwrap()).await;
    refund(&staff, in_zloty, by_hand(None)).await.expect(201);
    invoice(&staff, &hans, "50.00").await;
    let second = file(&staff, "2026Q2").await;
    assert_eq!(
        second.lines.iter().map(told).collect::<Vec<_>>(),
        ["supply 2026Q2 DE 19.000 50.00 9.50", "correction 2026Q1 FR 20.000 -50.00 -10.00"]
    );
    assert_eq!(second.lines[1].part, OssPart::Correction);
    assert_eq!((second.net.amount(), second.tax.amount()), (decimal("50.00"), decimal("9.50")));
    assert_eq!((second.corrections.amount(), second.due.amount()), (decimal("-10.00"), decimal("-0.50")));
    let first = file(&staff, "2026Q1").await;
    assert_eq!((first.tax.amount(), first.complete), (decimal("27.10"), true), "what was declared stays");

    let path = format!("/admin/companies/{COMPANY}/oss/csv?quarter=2026Q2");
    let csv = staff.calls.get(&path).await.expect(200);
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        String::from_utf8(csv.bytes).unwrap().lines().collect::<Vec<_>>(),
        [
            "part,quarter,country,rate,currency,documents,net,tax,euro_rate,euro_rate_on,net_eur,tax_eur",
            "supply,2026Q2,DE,19.000,EUR,1,50.00,9.50,1,,50.00,9.50",
            "correction,2026Q1,FR,20.000,PLN,1,-200.00,-40.00,4,2026-03-31,-50.00,-10.00",
        ]
    );
    let none = file(&staff, "2025Q4").await;
    assert!(none.lines.is_empty() && none.due.is_zero());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_is_complete_once_no_rate_of_its_last_day_is_awaited() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    eu_rules(&staff).await;
    let pierre = panel.client_in("Pierre", "PLN", "FR").await;
    invoice(&staff, &pierre, "200.00").await;
    let write = async |day: &str, rate: &str| {
        rates::write(&staff.calls, "PLN", day, rate).await;
    };
    write("2026-03-20", "4.50").await;
    for (now, complete) in [
        ("2026-03-31T12:00:00Z", false),
        ("2026-04-01T12:00:00Z", false),
        ("2026-04-05T12:00:00Z", false),
        ("2026-04-06T12:00:00Z", true),
    ] {
        panel.set_clock(now.parse().unwrap()).await;
        let told = file(&staff, "2026Q1").await;
        assert_eq!((told.complete, told.tax.amount()), (complete, decimal("8.89")), "{now}");
    }
    // With a rate of the last day itself nothing is awaited.
    panel.set_clock("2026-04-07T12:00:00Z".parse().unwrap()).await;
    invoice(&staff, &pierre, "200.00").await;
    write("2026-06-30", "4.00").await;
    panel.set_clock("2026-07-01T12:00:00Z".parse().unwrap()).await;
    let told = file(&staff, "2026Q2").await;
    assert_eq!((told.complete, told.tax.amount()), (true, decimal("10.00")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_of_a_quarter_of_a_company_in_the_eu() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for bad in ["", "?quarter=2026Q5", "?quarter=2026-03"] {
        staff.calls.get(&format!("/admin/companies/{COMPANY}/oss{bad}")).await.expect(422);
    }
    let nobody = CompanyId::generate();
    staff.calls.get(&format!("/admin/companies/{nobody}/oss?quarter=2026Q1")).await.expect(404);
    panel.sql("UPDATE companies SET country = 'US'").await;
    let refused =
        staff.calls.get(&format!("/admin/companies/{COMPANY}/oss?quarter=2026Q1")).await.expect(409);
    assert_eq!(refused.problem().code, Code::Conflict);
}
