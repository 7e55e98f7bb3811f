//! Papers that carry their electronic invoice, read back with poppler's tools.

use std::process::Command;

use jiff::civil::date;
use pdf::{DocumentData, Kind, Line, Paper, Party, render, render_with_einvoice};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>Łódź</a>";

fn invoice(buyer: &str) -> DocumentData {
    let party = |name: &str| Party { name: name.to_owned(), ..Party::default() };
    DocumentData {
        language: "pl".to_owned(),
        paper: Paper::A4,
        number: "FAKTURA/2026/03/1".to_owned(),
        issued_at: "2026-03-10T09:30:00Z".parse().expect("an instant"),
        issued_on: date(2026, 3, 10),
        due_on: None,
        paid_on: Some(date(2026, 3, 10)),
        currency: "EUR".to_owned(),
        seller: party("Chmura Łódź sp. z o.o."),
        buyer: party(buyer),
        bank: Vec::new(),
        lines: vec![Line {
            description: "VPS".to_owned(),
            quantity: "1".to_owned(),
            unit: String::new(),
            unit_price: "100.00".to_owned(),
            discount: "0".to_owned(),
            exempt: false,
            amount: "100.00".to_owned(),
        }],
        taxes: Vec::new(),
        net: "100.00".to_owned(),
        tax: "0.00".to_owned(),
        total: "100.00".to_owned(),
        paid: Some("100.00".to_owned()),
        due: "0.00".to_owned(),
        related: None,
        notes: Vec::new(),
        pay_to: String::new(),
        payment_qr: None,
        logo: None,
        footer: String::new(),
    }
}

/// What one of poppler's tools says about a file.
fn ask(tool: &str, arguments: &[&str], pdf: &[u8], name: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, pdf).expect("written");
    let output = Command::new(tool).args(arguments).arg(&file).output().expect("poppler-utils is installed");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_file_is_attached_and_the_metadata_name_it() {
    let bytes = render_with_einvoice(Kind::Invoice, &invoice("Ada"), XML).expect("typeset");
    let list = ask("pdfdetach", &["-list"], &bytes, "listed.pdf");
    assert!(list.contains("1: factur-x.xml"), "{list}");
    let meta = ask("pdfinfo", &["-meta"], &bytes, "described.pdf");
    for part in [
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>",
        "<fx:DocumentType>INVOICE</fx:DocumentType>",
        "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
    ] {
        assert!(meta.contains(part), "{part} is missing in:\n{meta}");
    }
    let info = ask("pdfinfo", &[], &bytes, "counted.pdf");
    assert!(info.lines().any(|line| line.split_whitespace().eq(["Pages:", "1"])), "{info}");
    let again = render_with_einvoice(Kind::Invoice, &invoice("Ada"), XML).expect("typeset");
    assert!(bytes == again, "the same document gives the same bytes");
}

#[test]
fn a_letter_that_no_font_has_is_refused_by_pdf_a_alone() {
    assert!(render_with_einvoice(Kind::Invoice, &invoice("東京"), XML).is_err());
    assert!(render(Kind::Invoice, &invoice("東京")).is_ok());
}
