//! Templates that staff wrote, without the process that confines them.

use jiff::civil::date;
use pdf::{DocumentData, Fault, Kind, Line, Made, Output, Paper, Party, Work, render, start_source};

fn document() -> DocumentData {
    DocumentData {
        language: "en".to_owned(),
        paper: Paper::A4,
        number: "INVOICE/2026/03/1".to_owned(),
        issued_at: "2026-03-10T12:00:00Z".parse().expect("an instant"),
        issued_on: date(2026, 3, 10),
        due_on: None,
        paid_on: None,
        currency: "EUR".to_owned(),
        seller: Party { name: "Chmura".to_owned(), ..Party::default() },
        buyer: Party { name: "Anna".to_owned(), ..Party::default() },
        bank: Vec::new(),
        lines: vec![Line {
            description: "Work".to_owned(),
            quantity: "1".to_owned(),
            unit: String::new(),
            unit_price: "10.00".to_owned(),
            discount: "0".to_owned(),
            exempt: false,
            amount: "10.00".to_owned(),
        }],
        taxes: Vec::new(),
        net: "10.00".to_owned(),
        tax: "0.00".to_owned(),
        total: "10.00".to_owned(),
        paid: None,
        due: "10.00".to_owned(),
        related: None,
        notes: Vec::new(),
        pay_to: String::new(),
        payment_qr: None,
        logo: None,
        footer: String::new(),
    }
}

fn run(kind: Kind, source: &str, output: Output) -> Made {
    Work { kind, source: source.to_owned(), documents: vec![document()], output, einvoice: None }
        .run()
        .expect("data is sound")
}

fn faults(source: &str) -> Vec<Fault> {
    match run(Kind::Invoice, source, Output::Nothing) {
        Made::Faults(faults) => faults,
        made => panic!("{source}: {made:?}"),
    }
}

#[test]
fn what_an_editor_begins_with_prints_what_the_built_in_template_prints() {
    for kind in Kind::ALL {
        let Made::Pdf { bytes: own, .. } = run(kind, &start_source(kind), Output::Pdf) else {
            panic!("no PDF of {kind:?}")
        };
        assert!(own == render(kind, &document()).expect("printed"), "{kind:?}");
    }
}

#[test]
fn a_fault_names_line_and_column_in_characters() {
    let told = faults("Привіт, світе\nґанок #sys.inputs.data.colour");
    assert_eq!(told[0].at, Some((2, 24)), "{told:?}");
    assert!(told[0].to_string().starts_with("2:24: "), "{told:?}");
}

#[test]
fn a_fault_in_one_of_our_files_is_told_where_the_template_called_it() {
    let told = faults("#import \"/layout.typ\": sheet\n\n#sheet(sys.inputs.data, \"receipt\")");
    assert_eq!(told[0].at.map(|(line, _)| line), Some(3), "{told:?}");
    assert!(told[0].message.starts_with("/layout.typ: "), "{told:?}");
}

#[test]
fn a_template_reaches_no_files_and_no_packages() {
    for source in ["#read(\"/etc/passwd\")", "#import \"@preview/cetz:0.3.0\"", "#include \"/own.typ\""] {
        assert_eq!(faults(source)[0].at.map(|(line, _)| line), Some(1), "{source}");
    }
}

#[test]
fn a_document_has_a_bounded_number_of_pages() {
    let told = faults("#for _ in range(200) { pagebreak() }");
    assert_eq!(told, [Fault::nowhere("it gives 201 pages: at most 200")]);
}

#[test]
fn a_preview_draws_the_first_pages_and_counts_all() {
    let made = run(
        Kind::Invoice,
        "#for _ in range(4) { [A]; pagebreak() }\n#text(font: \"Arial\")[B]",
        Output::Pages { most: 2 },
    );
    let Made::Pages { pages, total, warnings } = made else { panic!("{made:?}") };
    assert_eq!((pages.len(), total), (2, 5));
    assert!(pages.iter().all(|page| page.starts_with("<svg")));
    assert_eq!(warnings.len(), 1, "{warnings:?}");
}
