//! Electronic invoices: three formats of what was frozen, and papers that carry theirs. That the formats hold against the
//! published schemas is proved by `e2e/einvoice`.

use std::process::Command;

use serde_json::json;
use shared::billing::company::CompanyDetail;
use shared::billing::document::XmlFormat;
use shared::billing::payment::{BookedPayment, PaidFromWallet};
use shared::billing::refund::RefundEffect;
use shared::{Code, DocumentId};

use crate::documents::{book, proforma, vat_answer};
use crate::drafts::{draft, issue};
use crate::harness::{COMPANY, ClientAccount, Panel, StaffMember};
use crate::refunds::{by_hand, detail, invoice, refund};

async fn xml(staff: &StaffMember, id: DocumentId, format: &str) -> String {
    let answer = staff.calls.get(&format!("/admin/documents/{id}/xml?format={format}")).await.expect(200);
    assert_eq!(answer.headers["content-type"], "application/xml; charset=utf-8");
    String::from_utf8(answer.bytes).expect("UTF-8")
}

/// Why a document cannot be had in a format.
async fn refused(staff: &StaffMember, id: DocumentId, query: &str) -> String {
    let problem = staff.calls.get(&format!("/admin/documents/{id}/xml?{query}")).await.expect(409).problem();
    assert_eq!(problem.code, Code::Conflict);
    problem.detail.expect("a reason")
}

fn expect_all(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

/// A company of another country whose VAT id has right check digits.
async fn business(panel: &Panel, country: &str, tax_id: &str) -> ClientAccount {
    let client = panel.client_in("Bob", "EUR", country).await;
    panel
        .sql(&format!(
            "UPDATE clients SET company_name = 'Kunde GmbH', tax_id = '{tax_id}' WHERE id = '{}'",
            client.id
        ))
        .await;
    client
}

/// Whether the papers of the company carry electronic invoices from now on.
async fn set_embedding(staff: &StaffMember, embed: bool) {
    let path = format!("/admin/companies/{COMPANY}");
    let company: CompanyDetail = staff.calls.get(&path).await.expect(200).read();
    let mut body = serde_json::to_value(&company.profile).expect("JSON");
    body["embed_einvoice"] = json!(embed);
    let changed: CompanyDetail = staff.calls.put(&path, body).await.expect(200).read();
    assert_eq!(changed.profile.embed_einvoice, embed);
}

async fn paper(staff: &StaffMember, id: DocumentId) -> Vec<u8> {
    staff.calls.get(&format!("/admin/documents/{id}/pdf")).await.expect(200).bytes
}

/// What a PDF carries as `factur-x.xml`, as `pdfdetach` (poppler-utils) finds it, and its XMP metadata.
fn carried(pdf: &[u8]) -> Option<(String, String)> {
    let folder = std::env::temp_dir().join(format!("hostwright-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (file, out) = (folder.join("paper.pdf"), folder.join("out.xml"));
    std::fs::write(&file, pdf).expect("written");
    let took =
        Command::new("pdfdetach").args(["-savefile", "factur-x.xml", "-o"]).arg(&out).arg(&file).output();
    took.expect("pdfdetach (poppler-utils) is installed");
    let xml = std::fs::read_to_string(&out).ok();
    let meta = Command::new("pdfinfo").arg("-meta").arg(&file).output().expect("pdfinfo");
    std::fs::remove_dir_all(&folder).expect("removed");
    xml.map(|xml| (xml, String::from_utf8(meta.stdout).expect("UTF-8")))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_and_its_credit_note_are_told_in_three_formats() {
    let panel = Panel::start().await;
    let (eva, staff) = (panel.client_in("Eva", "PLN", "PL").await, panel.super_admin().await);
    let (id, _) = invoice(&staff, &eva, "100.00").await;
    let shown = detail(&staff, id).await;
    assert_eq!(shown.xml_formats, [XmlFormat::Cii, XmlFormat::Ubl, XmlFormat::Fa3]);

    let cii = xml(&staff, id, "cii").await;
    expect_all(
        &cii,
        &[
            "<ram:ID>FAKTURA/2026/03/1</ram:ID>",
            "<ram:GrandTotalAmount>123.00</ram:GrandTotalAmount>",
            "<ram:TotalPrepaidAmount>123.00</ram:TotalPrepaidAmount>",
            "<ram:DuePayableAmount>0.00</ram:DuePayableAmount>",
            "<ram:IBANID>PL61109010140000071219812874</ram:IBANID>",
            "<ram:LineOne>Main Street 1</ram:LineOne>",
            "<ram:CityName>Town</ram:CityName>",
        ],
    );
    let ubl = xml(&staff, id, "ubl").await;
    expect_all(&ubl, &["<Invoice ", "<cbc:PayableAmount currencyID=\"PLN\">0.00</cbc:PayableAmount>"]);
    let fa3 = xml(&staff, id, "fa3").await;
    expect_all(&fa3, &["<NIP>5260250274</NIP>", "<P_14_1>23.00</P_14_1>", "<BrakID>1</BrakID>"]);

    let own = format!("/clients/{}/documents/{id}/xml?format=cii", eva.id);
    let told = eva.calls.get(&own).await.expect(200);
    assert_eq!(told.bytes, cii.as_bytes(), "the client reads what staff read");
    let name = told.headers["content-disposition"].to_str().expect("text").to_owned();
    assert_eq!(name, "attachment; filename=\"FAKTURA-2026-03-1.cii.xml\"");

    let done: RefundEffect = refund(&staff, id, by_hand(Some("61.50"))).await.expect(201).read();
    let note = done.credit_note.expect("a credit note").id;
    assert_eq!(detail(&staff, note).await.xml_formats.len(), 3);
    expect_all(
        &xml(&staff, note, "cii").await,
        &[
            "<ram:TypeCode>381</ram:TypeCode>",
            "<ram:IssuerAssignedID>FAKTURA/2026/03/1</ram:IssuerAssignedID>",
            "<ram:GrandTotalAmount>61.50</ram:GrandTotalAmount>",
        ],
    );
    expect_all(
        &xml(&staff, note, "fa3").await,
        &[
            "<RodzajFaktury>KOR</RodzajFaktury>",
            "<P_13_1>-50.00</P_13_1>",
            "<P_15>-61.50</P_15>",
            "Sent back",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_stays_when_company_and_client_change() {
    let panel = Panel::start().await;
    let (eva, staff) = (panel.client_in("Eva", "PLN", "PL").await, panel.super_admin().await);
    let (id, _) = invoice(&staff, &eva, "100.00").await;
    let mut before = Vec::new();
    for format in ["cii", "ubl", "fa3"] {
        before.push(xml(&staff, id, format).await);
    }
    panel.sql("UPDATE companies SET name = 'Renamed', vat_id = '', bank = '{}', fallback_rates = '[]'").await;
    panel.sql("UPDATE clients SET first_name = 'Renamed'").await;
    panel.sql("UPDATE client_addresses SET city = 'Elsewhere'").await;
    refund(&staff, id, by_hand(None)).await.expect(201);
    for (format, before) in ["cii", "ubl", "fa3"].into_iter().zip(&before) {
        assert_eq!(&xml(&staff, id, format).await, before, "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reverse_charge_is_told_with_both_vat_ids() {
    let panel = Panel::start().await;
    let (bob, staff) = (business(&panel, "DE", "DE136695976").await, panel.super_admin().await);
    vat_answer(&staff, &bob, "DE136695976", true).await;
    let (id, _) = invoice(&staff, &bob, "100.00").await;
    assert_eq!(
        detail(&staff, id).await.xml_formats.len(),
        3,
        "without Polish tax no rate of exchange is needed"
    );
    let cii = xml(&staff, id, "cii").await;
    expect_all(
        &cii,
        &[
            "<ram:CategoryCode>AE</ram:CategoryCode>",
            "<ram:ExemptionReasonCode>VATEX-EU-AE</ram:ExemptionReasonCode>",
            "Article 196",
            ">PL5260250274</ram:ID>",
            ">DE136695976</ram:ID>",
        ],
    );
    let fa3 = xml(&staff, id, "fa3").await;
    expect_all(&fa3, &["<P_13_9>100.00</P_13_9>", "<P_18>1</P_18>", "<NrVatUE>136695976</NrVatUE>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn discounts_and_exempt_lines_are_told_and_told_apart_when_a_part_comes_back() {
    let panel = Panel::start().await;
    let (eva, staff) = (panel.client_in("Eva", "PLN", "PL").await, panel.super_admin().await);
    let lines = json!([
        { "description": "Repair", "quantity": "2", "unit": "h", "unit_price": "50.00", "discount": "10.00" },
        { "description": "Stamps", "quantity": "1", "unit_price": "10.00", "tax_class": "exempt" },
    ]);
    let asked = issue(&staff, &draft(&staff, &eva, lines).await).await.document;
    let body = json!({ "amount": asked.total.amount().to_string() });
    let booked: BookedPayment = book(&staff, asked.id, body).await.expect(201).read();
    let id = booked.invoice.expect("issued").id;
    // No law is named for the exemption, which only FA(3) asks for.
    assert_eq!(detail(&staff, id).await.xml_formats, [XmlFormat::Cii, XmlFormat::Ubl]);
    assert!(refused(&staff, id, "format=fa3").await.contains("exemption"));
    let ubl = xml(&staff, id, "ubl").await;
    expect_all(
        &ubl,
        &[
            "<cbc:Amount currencyID=\"PLN\">10.00</cbc:Amount>",
            "<cbc:TaxableAmount currencyID=\"PLN\">90.00</cbc:TaxableAmount>",
            "<cbc:TaxableAmount currencyID=\"PLN\">10.00</cbc:TaxableAmount>",
        ],
    );
    for (amount, lines) in [(Some("60.35"), 2), (None, 2)] {
        let done: RefundEffect = refund(&staff, id, by_hand(amount)).await.expect(201).read();
        let note = xml(&staff, done.credit_note.expect("issued").id, "ubl").await;
        assert_eq!(note.matches("<cac:CreditNoteLine>").count(), lines, "{note}");
        expect_all(&note, &["<cbc:ID>E</cbc:ID>", "<cbc:ID>S</cbc:ID>"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_invoice_that_comes_back_keeps_what_its_lines_said_about_tax() {
    let panel = Panel::start().await;
    let (eva, staff) = (panel.client_in("Eva", "PLN", "PL").await, panel.super_admin().await);
    let lines = json!([
        { "description": "Repair", "quantity": "1", "unit_price": "50.00" },
        { "description": "Stamps", "quantity": "3", "unit_price": "10.00", "tax_class": "exempt" },
    ]);
    let asked = issue(&staff, &draft(&staff, &eva, lines).await).await.document;
    let body = json!({ "amount": asked.total.amount().to_string() });
    let booked: BookedPayment = book(&staff, asked.id, body).await.expect(201).read();
    let id = booked.invoice.expect("issued").id;
    let done: RefundEffect = refund(&staff, id, by_hand(None)).await.expect(201).read();
    let note = xml(&staff, done.credit_note.expect("issued").id, "ubl").await;
    expect_all(&note, &["unitCode=\"C62\">3</cbc:CreditedQuantity>", ">Stamps</cbc:Name>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_invoice_or_does_not_fit_is_refused_with_the_reason() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let asked = proforma(&ada, "10").await;
    assert!(asked.xml_formats.is_empty());
    assert!(refused(&staff, asked.document.id, "format=cii").await.contains("invoices and credit notes"));
    let lines = json!([{ "description": "Repair", "quantity": "1", "unit_price": "5.00" }]);
    let written = draft(&staff, &ada, lines).await.document.id;
    refused(&staff, written, "format=ubl").await;

    let (id, _) = invoice(&staff, &ada, "100.00").await;
    assert_eq!(detail(&staff, id).await.xml_formats, [XmlFormat::Cii, XmlFormat::Ubl]);
    assert!(refused(&staff, id, "format=fa3").await.contains("pln_rate"));
    let told = xml(&staff, id, "fa3&pln_rate=4.2512").await;
    expect_all(&told, &["<P_14_1W>97.78</P_14_1W>", "<KursWaluty>4.2512</KursWaluty>"]);
    let path = format!("/admin/documents/{id}/xml");
    for rate in ["0", "-1", "x", "4.12345678", "1001"] {
        let answer = staff.calls.get(&format!("{path}?format=fa3&pln_rate={rate}")).await.expect(422);
        assert_eq!(answer.refused_fields(), ["pln_rate"], "{rate}");
    }
    staff.calls.get(&format!("{path}?format=edifact")).await.expect(422);
    staff.calls.get(&path).await.expect(422);
    let other = panel.client("Bob").await;
    other.calls.get(&format!("/clients/{}/documents/{id}/xml?format=cii", other.id)).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_carry_their_invoice_from_when_the_company_wants_it() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let (plain, _) = invoice(&staff, &ada, "10.00").await;
    assert!(carried(&paper(&staff, plain).await).is_none(), "it is off until somebody switches it on");

    let asked = proforma(&ada, "100.00").await.document;
    set_embedding(&staff, true).await;
    let booked: BookedPayment =
        book(&staff, asked.id, json!({ "amount": "123.00" })).await.expect(201).read();
    let id = booked.invoice.expect("issued").id;
    let (inside, meta) = carried(&paper(&staff, id).await).expect("a Factur-X invoice");
    assert_eq!(inside, xml(&staff, id, "cii").await);
    expect_all(
        &meta,
        &[
            "<pdfaid:part>3</pdfaid:part>",
            "<pdfaid:conformance>B</pdfaid:conformance>",
            "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
            "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
        ],
    );
    assert!(carried(&paper(&staff, asked.id).await).is_none(), "a proforma is no invoice");

    let done: RefundEffect = refund(&staff, id, by_hand(None)).await.expect(201).read();
    let note = done.credit_note.expect("issued").id;
    let (inside, _) = carried(&paper(&staff, note).await).expect("a Factur-X credit note");
    expect_all(&inside, &["<ram:TypeCode>381</ram:TypeCode>"]);

    set_embedding(&staff, false).await;
    let (later, _) = invoice(&staff, &ada, "10.00").await;
    assert!(carried(&paper(&staff, later).await).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_that_pdf_a_cannot_hold_is_an_ordinary_one() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    set_embedding(&staff, true).await;
    // No font of ours has these letters.
    panel.sql("UPDATE clients SET last_name = '東京'").await;
    let (id, _) = invoice(&staff, &ada, "10.00").await;
    let bytes = paper(&staff, id).await;
    assert!(bytes.starts_with(b"%PDF-") && carried(&bytes).is_none());
    expect_all(&xml(&staff, id, "cii").await, &["東京"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_from_the_balance_bears_no_tax_anew() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    invoice(&staff, &ada, "200.00").await;
    let lines = json!([{ "description": "Repair", "quantity": "1", "unit_price": "50.00" }]);
    let asked = issue(&staff, &draft(&staff, &ada, lines).await).await.document.id;
    let path = format!("/admin/documents/{asked}/pay-from-wallet");
    let paid: PaidFromWallet = staff.calls.post_once(&path, json!({})).await.expect(200).read();
    let id = paid.invoice.as_ref().expect("paid whole").id;
    let cii = xml(&staff, id, "cii").await;
    expect_all(&cii, &["<ram:CategoryCode>O</ram:CategoryCode>", "Paid from the account balance."]);
    assert!(refused(&staff, id, "format=fa3").await.contains("top-ups"));
}
