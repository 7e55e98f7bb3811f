//! The papers are read back as a reader would: with `pdftotext`.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use jiff::civil::date;
use pdf::{
    DocumentData, EpcPayment, Field, Kind, Line, Logo, LogoType, Paper, Party, Related, Tax, epc_payload,
    render,
};

/// What a program of poppler-utils makes of a PDF.
fn read_with(program: &str, options: &[&str], pdf: &[u8]) -> Vec<u8> {
    let mut reader = Command::new(program)
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} (poppler-utils) is installed: {error}"));
    let mut input = reader.stdin.take().expect("piped");
    let bytes = pdf.to_vec();
    let writing = std::thread::spawn(move || input.write_all(&bytes));
    let output = reader.wait_with_output().expect("read");
    writing.join().expect("joined").expect("written");
    assert!(output.status.success());
    output.stdout
}

fn text_of(pdf: &[u8]) -> String {
    let text = read_with("pdftotext", &["-layout", "-enc", "UTF-8", "-", "-"], pdf);
    String::from_utf8(text).expect("UTF-8").replace(['\u{a0}', '\u{202f}'], " ")
}

/// Width and height of each page in points, as the file states them.
fn media_boxes(pdf: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(pdf);
    let boxes = text.split("/MediaBox[0 0 ").skip(1);
    boxes.map(|rest| rest.split_once(']').expect("closed").0.to_owned()).collect()
}

/// How many points of the first page have this colour, at 72 to the inch. Profiles may round it.
fn points_of(pdf: &[u8], colour: [u8; 3]) -> usize {
    let picture = read_with("pdftoppm", &["-r", "72", "-singlefile", "-"], pdf);
    let head = picture.windows(4).position(|four| four == b"255\n").expect("a picture") + 4;
    let alike = |point: &&[u8]| point.iter().zip(colour).all(|(one, other)| one.abs_diff(other) <= 3);
    picture[head..].chunks_exact(3).filter(alike).count()
}

fn field(label: &str, value: &str) -> Field {
    Field { label: label.to_owned(), value: value.to_owned() }
}

fn line(description: &str, quantity: &str, unit_price: &str, amount: &str) -> Line {
    Line {
        description: description.to_owned(),
        quantity: quantity.to_owned(),
        unit: String::new(),
        unit_price: unit_price.to_owned(),
        discount: "0".to_owned(),
        exempt: false,
        amount: amount.to_owned(),
    }
}

fn sample(language: &str) -> DocumentData {
    let logo = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 30"><rect width="30" height="30" rx="6" fill="#1f4fbf"/><path d="M40 22h70" stroke="#172033" stroke-width="6"/></svg>"##;
    DocumentData {
        language: language.to_owned(),
        paper: Paper::A4,
        number: "PROFORMA/2025/09/1".to_owned(),
        issued_at: "2025-09-01T10:20:30Z".parse().expect("an instant"),
        issued_on: date(2025, 9, 1),
        due_on: Some(date(2025, 9, 8)),
        paid_on: None,
        currency: "EUR".to_owned(),
        seller: Party {
            name: "Chmura Łódź sp. z o.o.".to_owned(),
            address: vec!["ul. Żeligowskiego 12/3".to_owned(), "90-001 Łódź".to_owned(), "Polska".to_owned()],
            tax_ids: vec![field("NIP", "5260250274"), field("VAT UE", "PL5260250274")],
            contacts: vec!["billing@chmura.example".to_owned()],
        },
        buyer: Party {
            name: "ТОВ «Їжак і Ґудзик»".to_owned(),
            address: vec!["вул. Хрещатик, 1".to_owned(), "01001 Київ".to_owned()],
            tax_ids: vec![field("ІПН", "123456789012")],
            contacts: Vec::new(),
        },
        bank: vec![field("Bank", "Test Bank"), field("IBAN", "PL61109010140000071219812874")],
        lines: vec![line("Zasilenie konta 2025/09 – ąćęłńóśźż", "1.0000", "13478.50", "13478.50")],
        taxes: vec![Tax {
            name: "VAT".to_owned(),
            rate: "23.000".to_owned(),
            base: "13478.50".to_owned(),
            amount: "3100.06".to_owned(),
        }],
        net: "13478.50".to_owned(),
        tax: "3100.06".to_owned(),
        total: "16578.56".to_owned(),
        paid: None,
        due: "16578.56".to_owned(),
        related: None,
        notes: vec!["Mechanizm podzielonej płatności".to_owned()],
        pay_to: "Prosimy o przelew w terminie.".to_owned(),
        payment_qr: epc_payload(&EpcPayment {
            name: "Chmura Łódź sp. z o.o.",
            iban: "PL61109010140000071219812874",
            bic: "",
            amount: "16578.56",
            reference: "PROFORMA/2025/09/1",
        }),
        logo: Some(Logo { media_type: LogoType::Svg, bytes: logo.as_bytes().to_vec() }),
        footer: "KRS 0000123456, kapitał zakładowy 5000 zł".to_owned(),
    }
}

fn invoice() -> DocumentData {
    DocumentData {
        number: "FAKTURA/2025/09/1".to_owned(),
        paid_on: Some(date(2025, 9, 3)),
        paid: Some("16578.56".to_owned()),
        due: "0.00".to_owned(),
        related: Some(Related {
            kind: Kind::Proforma,
            number: "PROFORMA/2025/09/1".to_owned(),
            issued_on: date(2025, 9, 1),
        }),
        ..sample("pl")
    }
}

/// Writes what was made beside the build when somebody wants to look at it.
fn keep(name: &str, bytes: &[u8]) {
    std::fs::write(format!("{}/{name}.pdf", env!("CARGO_TARGET_TMPDIR")), bytes).expect("written");
}

#[track_caller]
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn a_proforma_says_who_pays_whom_how_much() {
    for (language, words) in [
        (
            "en",
            [
                "Proforma invoice",
                "13,478.50 EUR",
                "3,100.06 EUR",
                "16,578.56 EUR",
                "1 September 2025",
                "Seller",
            ],
        ),
        (
            "pl",
            ["Faktura pro forma", "13 478,50 EUR", "3 100,06 EUR", "16 578,56 EUR", "01.09.2025", "Nabywca"],
        ),
        (
            "uk",
            ["Рахунок-проформа", "13 478,50 EUR", "3 100,06 EUR", "16 578,56 EUR", "01.09.2025", "Продавець"],
        ),
    ] {
        let bytes = render(Kind::Proforma, &sample(language)).unwrap();
        keep(&format!("proforma-{language}"), &bytes);
        let text = text_of(&bytes);
        assert_says(&text, &words[..5]);
        // Captions are set in capitals.
        assert_says(&text, &[words[5].to_uppercase().as_str()]);
        assert_says(
            &text,
            &[
                "PROFORMA/2025/09/1",
                "Chmura Łódź sp. z o.o.",
                "ul. Żeligowskiego 12/3",
                "ТОВ «Їжак і Ґудзик»",
                "вул. Хрещатик, 1",
                "ąćęłńóśźż",
                "5260250274",
                "VAT 23 %",
                "PL61109010140000071219812874",
            ],
        );
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let first = render(Kind::Proforma, &sample("pl")).unwrap();
    let again = render(Kind::Proforma, &sample("pl")).unwrap();
    assert!(first == again, "the bytes differ");
    let stored: DocumentData = serde_json::from_str(&serde_json::to_string(&sample("pl")).unwrap()).unwrap();
    assert!(first == render(Kind::Proforma, &stored).unwrap(), "the bytes differ after storing");
    let other =
        render(Kind::Proforma, &DocumentData { number: "PROFORMA/2025/09/2".to_owned(), ..sample("pl") });
    assert!(first != other.unwrap(), "another number is another paper");
}

#[test]
fn an_invoice_names_its_proforma_and_says_it_is_paid() {
    let bytes = render(Kind::Invoice, &invoice()).unwrap();
    keep("invoice-pl", &bytes);
    assert_says(
        &text_of(&bytes),
        &["FAKTURA/2025/09/1", "PROFORMA/2025/09/1 z dnia 01.09.2025", "Zapłacono", "Do zapłaty", "0,00 EUR"],
    );
}

#[test]
fn a_credit_note_carries_negative_amounts() {
    let data = DocumentData {
        language: "en".to_owned(),
        number: "KOREKTA/2025/10/1".to_owned(),
        lines: vec![line("Refund", "1", "-100.00", "-100.00")],
        taxes: Vec::new(),
        net: "-100.00".to_owned(),
        tax: "0.00".to_owned(),
        total: "-100.00".to_owned(),
        due: "0.00".to_owned(),
        paper: Paper::UsLetter,
        logo: None,
        payment_qr: None,
        ..invoice()
    };
    let bytes = render(Kind::CreditNote, &data).unwrap();
    keep("credit-note-en", &bytes);
    assert_says(&text_of(&bytes), &["Credit note", "KOREKTA/2025/10/1", "-100.00 EUR"]);
}

#[test]
fn the_tax_class_of_a_line_is_named_where_classes_differ() {
    let exempt = |description: &str| Line { exempt: true, ..line(description, "1", "5.00", "5.00") };
    let taxed = || line("Work", "1", "13478.50", "13478.50");
    for (language, marks) in [
        ("en", ["Taxed", "Exempt from tax"]),
        ("pl", ["Opodatkowane", "Zwolnione z podatku"]),
        ("uk", ["Оподатковується", "Звільнено від податку"]),
    ] {
        let text_with = |lines, taxes| {
            let data = DocumentData { lines, taxes, ..sample(language) };
            text_of(&render(Kind::Proforma, &data).unwrap())
        };
        let taxes = || sample(language).taxes;
        assert_says(&text_with(vec![taxed(), exempt("Stamps")], taxes()), &marks);
        let silent = [
            text_with(vec![taxed(), taxed()], taxes()),
            text_with(vec![exempt("Stamps"), exempt("Fees")], taxes()),
            text_with(vec![taxed(), exempt("Stamps")], Vec::new()),
        ];
        for text in silent {
            assert!(!marks.iter().any(|mark| text.contains(mark)), "{text}");
        }
    }
}

#[test]
fn a_long_table_repeats_its_head_and_counts_pages() {
    let lines = (1..=90)
        .map(|n| Line {
            unit: "h".to_owned(),
            discount: "1.00".to_owned(),
            ..line(&format!("Work item {n}"), "2.5", "10.00", "24.00")
        })
        .collect();
    let data = DocumentData { lines, language: "en".to_owned(), ..invoice() };
    let bytes = render(Kind::Invoice, &data).unwrap();
    keep("invoice-long", &bytes);
    let text = text_of(&bytes);
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() >= 3, "{} pages", pages.len());
    for page in pages.iter().filter(|page| page.contains("Work item")) {
        assert_says(page, &["Unit price", "Discount"]);
    }
    let last = format!("Page {} of {}", pages.len(), pages.len());
    assert_says(&text, &["Page 1 of", last.as_str(), "Work item 90"]);
}

#[test]
fn markup_in_a_text_stays_text() {
    let evil = r#"#read("/etc/passwd") *bold* $x$ @preview <b> \ // "quoted""#;
    let mut data = sample("en");
    data.lines = vec![line(evil, "1", "1.00", "1.00")];
    data.payment_qr = None;
    let text = text_of(&render(Kind::Proforma, &data).unwrap());
    assert_says(&text, &["#read(\"/etc/passwd\")", "*bold*"]);
}

#[test]
fn a_logo_that_cannot_be_drawn_is_refused() {
    let logo = |media_type, bytes: &[u8]| Logo { media_type, bytes: bytes.to_vec() };
    assert!(pdf::check_logo(&sample("en").logo.unwrap()).is_ok());
    assert!(pdf::check_logo(&logo(LogoType::Png, b"\x89PNG\r\n\x1a\nbroken")).is_err());
    assert!(pdf::check_logo(&logo(LogoType::Svg, b"<svg")).is_err());
    assert!(pdf::check_logo(&logo(LogoType::Svg, b"GIF89a")).is_err());
}

#[test]
fn a_logo_that_asks_for_too_much_is_refused_before_it_is_drawn() {
    let refused = |media_type, bytes: Vec<u8>| {
        pdf::check_logo(&Logo { media_type, bytes }).expect_err("refused").to_string()
    };
    let png = |width: u32, height: u32| {
        let (signature, header) = (b"\x89PNG\r\n\x1a\n", b"\0\0\0\x0dIHDR");
        [&signature[..], header, &width.to_be_bytes(), &height.to_be_bytes()].concat()
    };
    for (width, height) in [(4001, 1), (3000, 3000), (u32::MAX, u32::MAX)] {
        assert!(refused(LogoType::Png, png(width, height)).contains("pixels"), "{width} x {height}");
    }
    let svg = |inside: &str| {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">{inside}</svg>").into_bytes()
    };
    // Every level draws the one before it ten times: ten thousand million circles in all.
    let mut copies = "<g id=\"l0\"><circle r=\"1\"/></g>".to_owned();
    for level in 1..=10 {
        let before = format!("<use href=\"#l{}\"/>", level - 1).repeat(10);
        copies += &format!("<g id=\"l{level}\">{before}</g>");
    }
    for (inside, why) in [
        (copies, "copies"),
        ("<circle r=\"1\"/>".repeat(5_001), "elements"),
        (" ".repeat(300_000), "KiB"),
        ("<image href=\"data:image/png;base64,AAAA\"/>".to_owned(), "pictures"),
        ("<svg:filter id=\"f\"/>".to_owned(), "filters"),
        ("<!ENTITY a \"aaaa\">".to_owned(), "entities"),
    ] {
        let message = refused(LogoType::Svg, svg(&inside));
        assert!(message.contains(why), "{message}");
    }
}

#[test]
fn the_paper_is_as_large_as_its_seller_says() {
    let lines: Vec<Line> = (1..=60).map(|n| line(&format!("Item {n}"), "1", "1.00", "1.00")).collect();
    for (paper, size) in [(Paper::A4, "595.2756 841.8898"), (Paper::UsLetter, "612 792")] {
        for kind in [Kind::Proforma, Kind::Invoice, Kind::CreditNote] {
            let data = DocumentData { paper, lines: lines.clone(), ..invoice() };
            let boxes = media_boxes(&render(kind, &data).unwrap());
            assert!(boxes.len() >= 2, "{kind:?}: {boxes:?}");
            assert!(boxes.iter().all(|one| one == size), "{kind:?} on {paper:?}: {boxes:?}");
        }
    }
}

#[test]
fn the_logo_is_drawn_on_the_paper() {
    const COLOUR: [u8; 3] = [0xff, 0x00, 0xaa];
    // 24 × 12 points of that colour.
    const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAABgAAAAMCAIAAAD3UuoiAAAAF0lEQVR42mP4z7CKKohh1KBRg0YNwocAnbreMI+c4VkAAAAASUVORK5CYII=";
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 12"><rect width="24" height="12" fill="#ff00aa"/></svg>"##;
    let png = base64::engine::general_purpose::STANDARD.decode(PNG).unwrap();
    let drawn = |logo| render(Kind::Invoice, &DocumentData { logo, ..invoice() }).unwrap();
    let pictures = |pdf: &[u8]| String::from_utf8(read_with("pdfimages", &["-list", "-"], pdf)).unwrap();

    let without = drawn(None);
    assert_eq!(points_of(&without, COLOUR), 0);
    assert!(!pictures(&without).contains(" image "), "{}", pictures(&without));
    for (media_type, bytes) in [(LogoType::Svg, svg.as_bytes().to_vec()), (LogoType::Png, png)] {
        let paper = drawn(Some(Logo { media_type, bytes }));
        // 1.5 cm high and twice as wide: 42.5 × 85 points; those at its edges are mixed with white.
        let points = points_of(&paper, COLOUR);
        assert!((3_300..=4_000).contains(&points), "{media_type:?}: {points}");
        if media_type == LogoType::Png {
            let listed = pictures(&paper);
            let row: Vec<&str> = listed
                .lines()
                .find(|row| row.contains(" image "))
                .expect("a picture")
                .split_whitespace()
                .collect();
            assert_eq!(row[2..5], ["image", "24", "12"], "{listed}");
        }
    }
}
