//! Adding funds: proforma, payment, invoice, and what goes wrong on the way.

use std::io::Write;
use std::process::{Command, Stdio};

use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::document::{DocumentDetail, DocumentSummary, FundsQuote};
use shared::billing::ledger::{TransactionDetail, TransactionPage};
use shared::billing::payment::{BookedPayment, PaymentPage};
use shared::billing::tax::{NotReversed, TaxBasis};
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{Code, DocumentId, Page};

use crate::harness::{Answer, BANK, COMPANY, ClientAccount, Panel, StaffMember};

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().expect("a plain decimal")
}

pub(crate) async fn proforma(client: &ClientAccount, amount: &str) -> DocumentDetail {
    let path = format!("/clients/{}/funds/proformas", client.id);
    client.calls.post_once(&path, json!({ "amount": amount })).await.expect(201).read()
}

/// Staff record an answer about the number that the client has.
pub(crate) async fn vat_answer(staff: &StaffMember, client: &ClientAccount, tax_id: &str, valid: bool) {
    let body = json!({ "tax_id": tax_id, "valid": valid, "reason": "Looked up." });
    staff.calls.post(&format!("/admin/clients/{}/vat-checks", client.id), body).await.expect(201);
}

pub(crate) async fn book(staff: &StaffMember, document: DocumentId, body: Value) -> Answer {
    let mut body = body;
    body["gateway_id"] = json!(BANK);
    staff.calls.post_once(&format!("/admin/documents/{document}/payments"), body).await
}

pub(crate) async fn balance(panel: &Panel, client: &ClientAccount) -> Decimal {
    panel.amount(&format!("SELECT balance AS value FROM wallets WHERE client_id = '{}'", client.id)).await
}

/// Every document that is paid has a paper, and the books are right.
pub(crate) async fn expect_clean_books(panel: &Panel) {
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.expect("verified");
    assert!(report.is_clean(), "{report:?}");
}

/// What stands on a paper, as a reader would see it.
pub(crate) fn text_of(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext (poppler-utils) is installed");
    let mut input = reader.stdin.take().expect("piped");
    let bytes = pdf.to_vec();
    let writing = std::thread::spawn(move || input.write_all(&bytes));
    let output = reader.wait_with_output().expect("read");
    writing.join().expect("joined").expect("written");
    String::from_utf8(output.stdout).expect("UTF-8").replace(['\u{a0}', '\u{202f}'], " ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_top_up_goes_from_proforma_to_invoice() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);

    let quote: FundsQuote = ada
        .calls
        .post(&format!("/clients/{}/funds/quote", ada.id), json!({ "amount": "100.00" }))
        .await
        .expect(200)
        .read();
    assert_eq!((quote.tax.amount(), quote.total.amount()), (decimal("23.00"), decimal("123.00")));
    assert_eq!(quote.balance_after.amount(), decimal("100"));
    assert_eq!(quote.tax_decision.basis, TaxBasis::Fallback);

    assert_eq!(quote.taxes[0].why, "23 % of 100.00 = 23.00 EUR");

    let issued = proforma(&ada, "100.00").await;
    assert_eq!(issued.document.number.as_deref(), Some("PROFORMA/2026/03/1"));
    assert_eq!(issued.lines[0].why, "1 × 100 = 100.00 EUR net");
    assert_eq!(
        (issued.document.kind, issued.document.status),
        (DocumentKind::Proforma, DocumentStatus::Unpaid)
    );
    assert_eq!(issued.document.due.amount(), decimal("123.00"));

    let page: PaymentPage = ada
        .calls
        .get(&format!("/clients/{}/documents/{}/payment-methods", ada.id, issued.document.id))
        .await
        .expect(200)
        .read();
    assert_eq!(page.methods.len(), 1);
    assert_eq!(page.methods[0].instructions, "Send 123.00 EUR, title PROFORMA/2026/03/1.");
    assert!(page.methods[0].qr_svg.as_deref().is_some_and(|svg| svg.starts_with("<svg")));

    let body = json!({ "amount": "123.00", "external_id": "BANK-1" });
    let booked: BookedPayment = book(&staff, issued.document.id, body).await.expect(201).read();
    assert_eq!(booked.document.status, DocumentStatus::Invoiced);
    assert!(booked.remarks.is_empty(), "{:?}", booked.remarks);
    assert_eq!(booked.payment.to_wallet.amount(), decimal("100.00"));
    assert_eq!(booked.payment.to_tax.amount(), decimal("23.00"));
    assert_eq!(balance(&panel, &ada).await, decimal("100"));
    let path = format!("/clients/{}/documents/{}/payment-methods", ada.id, issued.document.id);
    let page: PaymentPage = ada.calls.get(&path).await.expect(200).read();
    assert_eq!((page.document.status, page.methods.len()), (DocumentStatus::Invoiced, 0));
    let path = format!("/clients/{}/transactions", ada.id);
    let listed: TransactionPage = ada.calls.get(&path).await.expect(200).read();
    let paid: TransactionDetail =
        ada.calls.get(&format!("{path}/{}", listed.items[0].id)).await.expect(200).read();
    let lines = paid.lines.iter().map(|line| (line.text.as_str(), line.amount));
    assert_eq!(lines.collect::<Vec<_>>(), [("Came in, gross", decimal("123")), ("Tax: VAT", decimal("-23"))]);

    let invoice = booked.invoice.expect("an invoice was issued");
    assert_eq!(invoice.number.as_deref(), Some("FAKTURA/2026/03/1"));
    let path = format!("/clients/{}/documents/{}", ada.id, invoice.id);
    let detail: DocumentDetail = ada.calls.get(&path).await.expect(200).read();
    assert_eq!(detail.document.status, DocumentStatus::Paid);
    assert_eq!(detail.proforma.map(|link| link.id), Some(issued.document.id));
    assert_eq!(detail.payments.len(), 1);

    let pdf = ada.calls.get(&format!("{path}/pdf")).await.expect(200);
    let text = text_of(&pdf.bytes);
    for part in [
        "FAKTURA/2026/03/1",
        "PROFORMA/2026/03/1",
        "Test Cloud sp. z o.o.",
        "Ada Tester",
        "VAT 23 %",
        "23.00 EUR",
        "123.00 EUR",
    ] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
    let again = staff.calls.get(&format!("/admin/documents/{}/pdf", invoice.id)).await.expect(200);
    assert!(again.bytes == pdf.bytes, "a frozen paper changed");
    let jobs = "SELECT count(*) AS value FROM tasks WHERE name = 'wallet-topped-up'";
    assert_eq!(panel.count(jobs).await, 1);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_issued_stays_when_company_and_client_change() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let issued = proforma(&ada, "50").await;
    panel.sql("UPDATE companies SET name = 'Renamed', fallback_rates = '[]'").await;
    panel.sql("UPDATE clients SET first_name = 'Renamed'").await;
    let pdf = staff.calls.get(&format!("/admin/documents/{}/pdf", issued.document.id)).await.expect(200);
    let text = text_of(&pdf.bytes);
    assert!(
        text.contains("Test Cloud") && text.contains("Ada Tester") && !text.contains("Renamed"),
        "{text}"
    );
    let booked: BookedPayment =
        book(&staff, issued.document.id, json!({ "amount": "61.50" })).await.expect(201).read();
    let path = format!("/admin/documents/{}", booked.invoice.expect("issued").id);
    let invoice: DocumentDetail = staff.calls.get(&path).await.expect(200).read();
    assert_eq!(
        (invoice.seller.name.as_str(), invoice.document.tax.amount()),
        ("Test Cloud sp. z o.o.", decimal("11.50"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn how_to_pay_and_the_footer_stay_as_they_were_issued() {
    const BANK_FIELDS: [(&str, &str); 3] =
        [("Bank", "Test Bank"), ("IBAN", "PL61109010140000071219812874"), ("BIC", "WBKPPLPP")];
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    panel.sql("UPDATE companies SET pay_to = 'Please pay in time.', footer = 'KRS 0000123456'").await;
    let issued = proforma(&ada, "50").await;
    panel.sql("UPDATE companies SET pay_to = 'Changed', footer = 'Changed', bank = '{}'").await;
    let expect_frozen = |detail: &DocumentDetail| {
        assert_eq!(detail.pay_to, "Please pay in time.");
        assert_eq!(detail.footer, "KRS 0000123456");
        let bank = detail.bank.iter().map(|field| (field.label.as_str(), field.value.as_str()));
        assert_eq!(bank.collect::<Vec<_>>(), BANK_FIELDS);
    };
    let path = format!("/clients/{}/documents/{}", ada.id, issued.document.id);
    let seen: DocumentDetail = ada.calls.get(&path).await.expect(200).read();
    expect_frozen(&seen);
    let said = "A proforma is a request for payment. The invoice follows when it is paid.";
    assert_eq!(seen.notes, [said]);
    let text = text_of(&ada.calls.get(&format!("{path}/pdf")).await.expect(200).bytes);
    for part in ["Please pay in time.", "KRS 0000123456", "Test Bank", BANK_FIELDS[1].1, said] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }

    let booked: BookedPayment =
        book(&staff, issued.document.id, json!({ "amount": "61.50" })).await.expect(201).read();
    let path = format!("/admin/documents/{}", booked.invoice.expect("issued").id);
    let invoice: DocumentDetail = staff.calls.get(&path).await.expect(200).read();
    expect_frozen(&invoice);
    assert_eq!(invoice.notes, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_whatever_happens_at_once() {
    let panel = Panel::start().await;
    let clients = [panel.client("Ada").await, panel.client("Bob").await, panel.client("Cyd").await];
    // The profile of one lacks its address: it fails between numbers and takes none.
    panel.sql(&format!("UPDATE client_addresses SET line1 = '' WHERE client_id = '{}'", clients[2].id)).await;
    let calls = (0..30).map(|n| {
        let client = &clients[n % 3];
        let (calls, path) = (client.calls.clone(), format!("/clients/{}/funds/proformas", client.id));
        async move { calls.post_once(&path, json!({ "amount": "10" })).await.status }
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 20, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 10);
    let last = "SELECT max(substring(number from '[0-9]+$')::bigint) AS value FROM documents";
    assert_eq!(panel.count(last).await, 20);
    assert_eq!(panel.count("SELECT count(DISTINCT number) AS value FROM documents").await, 20);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reverse_charge_needs_a_valid_vat_id_and_says_so_on_the_paper() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let berta = panel.client_in("Berta", "EUR", "DE").await;
    panel.sql("UPDATE clients SET company_name = 'Berta GmbH', tax_id = 'DE136695977'").await;
    vat_answer(&staff, &berta, "DE136695977", false).await;
    let wrong = proforma(&berta, "100").await;
    assert_eq!(wrong.document.tax.amount(), decimal("23.00"), "the check digits are wrong");
    panel.sql("UPDATE clients SET tax_id = 'DE136695976'").await;
    let unknown = proforma(&berta, "100").await;
    assert_eq!(unknown.document.tax.amount(), decimal("23.00"), "right check digits are no answer");
    vat_answer(&staff, &berta, "DE136695976", true).await;
    let free = proforma(&berta, "100").await;
    assert_eq!(
        (free.document.tax.amount(), free.tax_decision.basis),
        (decimal("0"), TaxBasis::ReverseCharge)
    );
    assert!(free.tax_decision.evidence.is_some_and(|evidence| evidence.valid));
    let pdf = staff.calls.get(&format!("/admin/documents/{}/pdf", free.document.id)).await.expect(200);
    assert!(text_of(&pdf.bytes).contains("Reverse charge"));

    let kept = "SELECT count(*) AS value FROM clients WHERE tax_id_valid AND tax_id_evidence->>'tax_id' = 'DE136695976'";
    assert_eq!(panel.count(kept).await, 1);

    panel.sql("UPDATE clients SET tax_id = 'DE136695970'").await;
    let changed = proforma(&berta, "100").await;
    assert_eq!(changed.document.tax.amount(), decimal("23.00"), "a changed number loses its validity");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vat_id_counts_only_in_the_country_it_is_of() {
    let panel = Panel::start().await;
    let (staff, klara) = (panel.super_admin().await, panel.client("Klara").await);
    panel.sql("UPDATE clients SET company_name = 'Klara sp. z o.o.', tax_id = 'PL5260250274'").await;
    let tax = async || proforma(&klara, "100").await.document.tax.amount();
    let checked = async |valid: &str, country: &str| {
        let query = format!(
            "SELECT count(*) AS value FROM clients
             WHERE tax_id_valid = {valid} AND tax_id_evidence->>'country' = '{country}'"
        );
        panel.count(&query).await == 1
    };
    vat_answer(&staff, &klara, "PL5260250274", true).await;
    assert_eq!(tax().await, decimal("23.00"), "at home");
    assert!(checked("true", "PL").await);

    let address = json!({ "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE" });
    let path = format!("/admin/clients/{}/addresses/billing?version=1", klara.id);
    staff.calls.put(&path, address).await.expect(200);
    let unchecked =
        "SELECT count(*) AS value FROM clients WHERE tax_id_valid IS NULL AND tax_id_evidence IS NULL";
    assert_eq!(panel.count(unchecked).await, 1, "what was found out is void");
    assert_eq!(tax().await, decimal("23.00"), "a Polish number in Germany");
    vat_answer(&staff, &klara, "PL5260250274", false).await;
    assert_eq!(tax().await, decimal("23.00"), "a Polish number in Germany");
    assert!(checked("false", "DE").await);

    // However the country changed: evidence of another country counts neither for nor against.
    panel.sql("UPDATE clients SET tax_id = 'DE136695976'").await;
    panel.sql("UPDATE client_addresses SET country = 'PL'").await;
    vat_answer(&staff, &klara, "DE136695976", false).await;
    assert_eq!(tax().await, decimal("23.00"));
    assert!(checked("false", "PL").await, "a German number in Poland");
    panel.sql("UPDATE client_addresses SET country = 'DE'").await;
    let path = format!("/clients/{}/funds/quote", klara.id);
    let quote: FundsQuote = klara.calls.post(&path, json!({ "amount": "100" })).await.expect(200).read();
    assert_eq!(quote.tax_decision.not_reversed, Some(NotReversed::NotChecked), "not against it");
    vat_answer(&staff, &klara, "DE136695976", true).await;
    assert_eq!(tax().await, decimal("0"), "it is valid where it is from");
    assert!(checked("true", "DE").await);
    panel.sql("UPDATE client_addresses SET country = 'CZ'").await;
    assert_eq!(tax().await, decimal("23.00"), "nor for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_amounts_are_refused_by_field() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let long = "1".repeat(40);
    for bad in ["-1", "0", "NaN", "1e3", "", "10.001", "1,5", "4.99", "10000.01", "99999999999999", &long] {
        for path in ["quote", "proformas"] {
            let path = format!("/clients/{}/funds/{path}", ada.id);
            let answer = ada.calls.post_once(&path, json!({ "amount": bad })).await.expect(422);
            assert_eq!(answer.refused_fields(), ["amount"], "{bad:?} at {path}");
        }
    }
    assert_eq!(panel.count("SELECT count(*) AS value FROM documents").await, 0, "nothing was issued");
    let id = proforma(&ada, "100").await.document.id;
    for bad in ["-1", "0", "0.00", "NaN", "inf", "1e3", "", " ", "10.001", "1,5", "100000000000", &long] {
        let amount = book(&staff, id, json!({ "amount": bad })).await.expect(422);
        assert_eq!(amount.refused_fields(), ["amount"], "{bad:?}");
        // A gateway may keep nothing.
        if !matches!(bad, "0" | "0.00") {
            let fee = book(&staff, id, json!({ "amount": "123.00", "fee": bad })).await.expect(422);
            assert_eq!(fee.refused_fields(), ["fee"], "{bad:?}");
        }
    }
    for (body, field) in [
        (json!({ "amount": "10", "fee": "11" }), "fee"),
        (json!({ "amount": "10", "external_id": "x".repeat(201) }), "external_id"),
        (json!({ "amount": "10", "external_id": " " }), "external_id"),
        (json!({ "amount": "10", "received_on": "2026-03-11" }), "received_on"),
        (json!({ "amount": "10", "note": "x".repeat(301) }), "note"),
    ] {
        assert_eq!(book(&staff, id, body.clone()).await.expect(422).refused_fields(), [field], "{body}");
    }
    let foreign = json!({ "amount": "10", "gateway_id": uuid::Uuid::now_v7() });
    let path = format!("/admin/documents/{id}/payments");
    assert_eq!(staff.calls.post_once(&path, foreign).await.expect(422).refused_fields(), ["gateway_id"]);
    assert_eq!(panel.count("SELECT count(*) AS value FROM payments").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_quote_and_add_funds_beyond_the_client_s_limits() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let body = |amount: &str| json!({ "client_id": ada.id, "amount": amount });
    // Staff may go beyond the limits of clients: 10 to 1000.
    for (amount, total) in [("2.00", "2.46"), ("20000.00", "24600.00")] {
        let quote: FundsQuote =
            staff.calls.post("/admin/documents/funds/quote", body(amount)).await.expect(200).read();
        assert_eq!((quote.net.amount(), quote.total.amount()), (decimal(amount), decimal(total)));
    }
    assert_eq!(panel.count("SELECT count(*) AS value FROM documents").await, 0, "a quote issues nothing");

    let key = "one";
    let issued: DocumentDetail =
        staff.calls.post_with_key("/admin/documents/funds", body("2.00"), key).await.expect(201).read();
    assert_eq!(issued.document.status, DocumentStatus::Unpaid);
    assert_eq!(issued.document.total.amount(), decimal("2.46"));
    let again: DocumentDetail =
        staff.calls.post_with_key("/admin/documents/funds", body("2.00"), key).await.expect(201).read();
    assert_eq!(again.document.id, issued.document.id);

    let long = "1".repeat(40);
    for path in ["/admin/documents/funds", "/admin/documents/funds/quote"] {
        for bad in ["-1", "0", "NaN", "1e3", "", "10.001", "1,5", "100000000000", &long] {
            let answer = staff.calls.post_once(path, body(bad)).await.expect(422);
            assert_eq!(answer.refused_fields(), ["amount"], "{bad:?} at {path}");
        }
        let nobody = json!({ "client_id": uuid::Uuid::now_v7(), "amount": "10" });
        staff.calls.post_once(path, nobody).await.expect(404);
    }
    panel.sql("UPDATE client_addresses SET line1 = ''").await;
    let incomplete = staff.calls.post_once("/admin/documents/funds", body("10")).await.expect(409);
    assert_eq!(incomplete.problem().code, Code::Conflict);
    assert_eq!(
        panel.count("SELECT count(*) AS value FROM documents").await,
        1,
        "refused: nothing was issued"
    );
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_the_documents_of_another_client() {
    let panel = Panel::start().await;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    let id = proforma(&ada, "100").await.document.id;
    for path in ["", "/pdf", "/payment-methods"] {
        eve.calls.get(&format!("/clients/{}/documents/{id}{path}", eve.id)).await.expect(404);
    }
    let own: Page<DocumentSummary> =
        eve.calls.get(&format!("/clients/{}/documents", eve.id)).await.expect(200).read();
    assert_eq!(own.total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_listed_filtered_and_sorted_by_the_server() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    for amount in ["10", "30", "20"] {
        proforma(&ada, amount).await;
    }
    let list = async |query: &str| -> Page<DocumentSummary> {
        staff.calls.get(&format!("/admin/documents?{query}")).await.expect(200).read()
    };
    let by_total = list("sort=-total&per_page=2").await;
    assert_eq!((by_total.total, by_total.items.len()), (3, 2));
    assert_eq!(by_total.items[0].net.amount(), decimal("30.00"));
    assert_eq!(list("search=ada").await.total, 3);
    assert_eq!(list("search=PROFORMA/2026/03/2").await.total, 1);
    assert_eq!(list("search=%25").await.total, 0);
    assert_eq!(list("kind=invoice").await.total, 0);
    assert_eq!(list(&format!("company={COMPANY}&status=unpaid&overdue=false")).await.total, 3);
    assert_eq!(list("overdue=true").await.total, 0);
    panel.advance_hours(24 * 20).await;
    assert_eq!(list("overdue=true").await.total, 3);
    assert_eq!(staff.calls.get("/admin/documents?sort=seller").await.expect(422).refused_fields(), ["sort"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_paid_in_part_is_listed_with_those_that_wait_for_money() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let mut ids = Vec::new();
    for amount in ["10", "20", "30"] {
        ids.push(proforma(&ada, amount).await.document.id);
    }
    book(&staff, ids[1], json!({ "amount": "1.00" })).await.expect(201);
    book(&staff, ids[2], json!({ "amount": "36.90" })).await.expect(201);
    for (open, wanted) in [(true, &ids[..2]), (false, &ids[2..])] {
        let query = format!("documents?kind=proforma&open={open}&sort=total");
        let own: Page<DocumentSummary> =
            ada.calls.get(&format!("/clients/{}/{query}", ada.id)).await.expect(200).read();
        let all: Page<DocumentSummary> = staff.calls.get(&format!("/admin/{query}")).await.expect(200).read();
        for page in [own, all] {
            let found: Vec<DocumentId> = page.items.iter().map(|row| row.id).collect();
            assert_eq!((page.total, &*found), (i64::try_from(wanted.len()).unwrap(), wanted), "open={open}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_cancelled_once_and_only_when_unpaid() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let issued = proforma(&ada, "100").await;
    let path = format!("/admin/documents/{}/cancel", issued.document.id);
    let stale = json!({ "version": issued.version + 1 });
    assert_eq!(staff.calls.post(&path, stale).await.expect(412).problem().code, Code::VersionConflict);
    book(&staff, issued.document.id, json!({ "amount": "1.00" })).await.expect(201);
    let partly: DocumentDetail =
        staff.calls.get(&format!("/admin/documents/{}", issued.document.id)).await.expect(200).read();
    let answer = staff.calls.post(&path, json!({ "version": partly.version })).await.expect(409);
    assert_eq!(answer.problem().code, Code::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn client_and_staff_are_told_once() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let told = async |event: &str| {
        panel.count(&format!("SELECT count(*) AS value FROM notifications WHERE event = '{event}'")).await
    };
    let id = proforma(&ada, "100").await.document.id;
    assert_eq!(told("proforma_issued").await, 1);
    panel.advance_hours(24 * 15 + 1).await;
    for _ in 0..2 {
        hostwright::billing::document::reminders::run(&panel.app).await.expect("reminded");
    }
    assert_eq!((told("proforma_overdue").await, told("document_overdue").await), (1, 1));
    book(&staff, id, json!({ "amount": "130.00" })).await.expect(201);
    for event in ["payment_received", "invoice_issued", "payment_booked", "payment_unmatched"] {
        assert_eq!(told(event).await, 1, "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proforma_that_nobody_pays_is_cancelled() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let forgotten = proforma(&ada, "100").await.document.id;
    let begun = proforma(&ada, "50").await.document.id;
    book(&staff, begun, json!({ "amount": "1.00" })).await.expect(201);
    panel.advance_hours(24 * 36).await;
    hostwright::billing::document::reminders::run(&panel.app).await.expect("looked through");
    let status = async |id: DocumentId| {
        let detail: DocumentDetail =
            staff.calls.get(&format!("/admin/documents/{id}")).await.expect(200).read();
        detail.document.status
    };
    assert_eq!(status(forgotten).await, DocumentStatus::Unpaid, "30 days after it was due are not over");
    panel.advance_hours(24 * 2).await;
    hostwright::billing::document::reminders::run(&panel.app).await.expect("cancelled");
    assert_eq!(status(forgotten).await, DocumentStatus::Cancelled);
    assert_eq!(status(begun).await, DocumentStatus::PartiallyPaid, "a part was paid: staff decide");
}
