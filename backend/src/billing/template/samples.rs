//! Documents made up to try templates with: the seller is the company, everything else is invented.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use pdf::{DocumentData, EpcPayment, Field, Kind, Line, Logo, Party, Related, Tax};
use shared::Language;
use shared::billing::company::Paper;
use shared::billing::template::TemplateSample;

use crate::billing::document::frozen;
use crate::billing::document::paper::{bank_fields, field, party, size};
use crate::words;

const ISSUED_ON: Date = date(2026, 3, 10);
const DUE_ON: Date = date(2026, 3, 24);

/// Who sells, and how it is printed.
#[derive(Clone, Debug)]
pub struct Setting {
    pub seller: frozen::Seller,
    pub logo: Option<Logo>,
    pub kind: Kind,
    pub language: Language,
    pub paper: Paper,
}

/// What distinguishes a sample: buyer, lines and sums, as they are on an invoice.
struct Case {
    buyer: Party,
    currency: &'static str,
    lines: Vec<Line>,
    taxes: Vec<Tax>,
    net: &'static str,
    tax: &'static str,
    total: &'static str,
    /// What a paid invoice leaves to pay.
    nothing: &'static str,
    notes: Vec<String>,
}

/// Every sample as the setting prints it, on both sheets; the short one in the other languages, too.
///
/// A template that prints all of them prints what it will meet.
pub fn all(setting: &Setting) -> Vec<DocumentData> {
    let mut made = Vec::new();
    for paper in Paper::ALL {
        let setting = Setting { paper: *paper, ..setting.clone() };
        made.extend(TemplateSample::ALL.iter().map(|sample| one(&setting, *sample)));
    }
    // It may stand in for a language that has no template of its own.
    for language in Language::ALL.iter().filter(|language| **language != setting.language) {
        made.push(one(&Setting { language: *language, ..setting.clone() }, TemplateSample::Short));
    }
    made
}

/// A sample as the setting prints it.
pub fn one(setting: &Setting, sample: TemplateSample) -> DocumentData {
    let mut case = case(setting.language, sample);
    let kind = setting.kind;
    if kind == Kind::CreditNote {
        turn(&mut case);
    }
    // A long invoice was written by hand and waits for its money; others come from a paid proforma.
    let born_paid = kind == Kind::Invoice && sample != TemplateSample::Long;
    let is_due = kind == Kind::Proforma || (kind == Kind::Invoice && !born_paid);
    let (number, related) = match kind {
        Kind::Proforma => ("PROFORMA/2026/03/1", None),
        Kind::Invoice => {
            ("INVOICE/2026/03/1", born_paid.then(|| related(Kind::Proforma, "PROFORMA/2026/03/1")))
        }
        Kind::CreditNote => ("CREDIT/2026/03/1", Some(related(Kind::Invoice, "INVOICE/2026/03/1"))),
    };
    let seller = &setting.seller;
    let payment_qr = (kind == Kind::Proforma && case.currency == "EUR").then(|| {
        pdf::epc_payload(&EpcPayment {
            name: &seller.party.name,
            iban: &seller.bank.iban,
            bic: &seller.bank.bic,
            amount: case.total,
            reference: number,
        })
    });
    DocumentData {
        language: setting.language.to_string(),
        paper: size(setting.paper),
        number: number.to_owned(),
        issued_at: Timestamp::UNIX_EPOCH,
        issued_on: ISSUED_ON,
        due_on: (kind == Kind::Proforma).then_some(DUE_ON),
        paid_on: born_paid.then_some(ISSUED_ON),
        currency: case.currency.to_owned(),
        seller: party(seller.party.clone()),
        buyer: case.buyer,
        bank: bank_fields(&seller.bank).into_iter().map(field).collect(),
        lines: case.lines,
        taxes: case.taxes,
        net: signed(kind, case.net),
        tax: signed(kind, case.tax),
        total: signed(kind, case.total),
        paid: born_paid.then(|| case.total.to_owned()),
        due: if is_due { case.total } else { case.nothing }.to_owned(),
        related,
        notes: case.notes,
        pay_to: seller.pay_to.clone(),
        payment_qr: payment_qr.flatten(),
        logo: setting.logo.clone(),
        footer: seller.footer.clone(),
    }
}

fn case(language: Language, sample: TemplateSample) -> Case {
    let said = &words::of(language).documents;
    let top_up = rules::numbering::fill_dates(said.funds, ISSUED_ON);
    let anna = || buyer("Anna Nowak", &["ul. Prosta 1/2", "00-950 Warszawa", "Poland"], None);
    match sample {
        TemplateSample::Short => Case {
            lines: vec![line(&top_up, "1", "100.00", "100.00")],
            taxes: vec![tax("VAT", "23.000", "100.00", "23.00")],
            net: "100.00",
            tax: "23.00",
            total: "123.00",
            ..euros(anna())
        },
        TemplateSample::Long => Case {
            lines: (1..=60).map(work).collect(),
            taxes: vec![tax("VAT", "23.000", "1440.00", "331.20")],
            net: "1440.00",
            tax: "331.20",
            total: "1771.20",
            ..euros(anna())
        },
        TemplateSample::ReverseCharge => Case {
            lines: vec![line(&top_up, "1", "250.00", "250.00")],
            net: "250.00",
            tax: "0.00",
            total: "250.00",
            notes: vec![said.reverse_charge.to_owned()],
            ..euros(buyer(
                "Musterfirma GmbH",
                &["Beispielstraße 12", "10115 Berlin", "Germany"],
                Some(("USt-IdNr.", "DE136695976")),
            ))
        },
        TemplateSample::LongNames => long_names(),
        TemplateSample::Cyrillic => Case {
            lines: vec![line("Поповнення рахунку – ґанок, їжак, єнот", "1", "1500.00", "1500.00")],
            taxes: vec![tax("ПДВ", "20.000", "1500.00", "300.00")],
            net: "1500.00",
            tax: "300.00",
            total: "1800.00",
            currency: "UAH",
            ..euros(buyer(
                "ТОВ «Їжак і Ґудзик»",
                &["вул. Хрещатик, 1", "01001 Київ", "Україна"],
                Some(("ІПН", "123456789012")),
            ))
        },
        TemplateSample::ZeroDecimals => Case {
            lines: vec![line(&top_up, "1", "12000", "12000")],
            taxes: vec![tax("JCT", "10.000", "12000", "1200")],
            net: "12000",
            tax: "1200",
            total: "13200",
            currency: "JPY",
            nothing: "0",
            ..euros(buyer("Sakura K.K.", &["1-1 Marunouchi", "Tokyo 100-0005", "Japan"], None))
        },
    }
}

/// Names, an address and descriptions that hardly fit.
fn long_names() -> Case {
    let name = "Przedsiębiorstwo Wielobranżowe Konstantynopolitańczykowianeczka i Wspólnicy Spółka z ograniczoną \
                odpowiedzialnością Spółka komandytowa w restrukturyzacji";
    let place = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch, County of the Isle of Anglesey";
    let description = "Installation, configuration and hand-over of a cluster of servers with replication between \
                       sites\nDonaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    Case {
        lines: vec![
            line(description, "1", "100.00", "100.00"),
            Line { exempt: true, ..line(description, "2.5", "40.0000", "100.00") },
        ],
        taxes: vec![tax("GST", "5.000", "100.00", "5.00"), tax("QST", "9.975", "100.00", "9.98")],
        net: "200.00",
        tax: "14.98",
        total: "214.98",
        currency: "CAD",
        ..euros(buyer(name, &[name, place, "Canada"], Some(("Federal business number", "123456789RT0001"))))
    }
}

/// Without lines and sums yet.
fn euros(buyer: Party) -> Case {
    Case {
        buyer,
        currency: "EUR",
        lines: Vec::new(),
        taxes: Vec::new(),
        net: "0.00",
        tax: "0.00",
        total: "0.00",
        nothing: "0.00",
        notes: Vec::new(),
    }
}

/// As a credit note shows it: what was asked for is given back.
fn turn(case: &mut Case) {
    let credit = Kind::CreditNote;
    for line in &mut case.lines {
        line.unit_price = signed(credit, &line.unit_price);
        line.discount = signed(credit, &line.discount);
        line.amount = signed(credit, &line.amount);
    }
    for tax in &mut case.taxes {
        tax.base = signed(credit, &tax.base);
        tax.amount = signed(credit, &tax.amount);
    }
}

fn signed(kind: Kind, amount: &str) -> String {
    let is_zero = amount.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if kind == Kind::CreditNote && !is_zero { format!("-{amount}") } else { amount.to_owned() }
}

fn related(kind: Kind, number: &str) -> Related {
    Related { kind, number: number.to_owned(), issued_on: ISSUED_ON }
}

fn buyer(name: &str, address: &[&str], tax_id: Option<(&str, &str)>) -> Party {
    let field = |(label, value): (&str, &str)| Field { label: label.to_owned(), value: value.to_owned() };
    Party {
        name: name.to_owned(),
        address: address.iter().map(|line| (*line).to_owned()).collect(),
        tax_ids: tax_id.into_iter().map(field).collect(),
        contacts: vec!["anna@example.com".to_owned()],
    }
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

/// 2.5 hours at 10.00 with 1.00 off.
fn work(number: u32) -> Line {
    Line {
        unit: "h".to_owned(),
        discount: "1.00".to_owned(),
        ..line(&format!("Task {number}"), "2.5", "10.00", "24.00")
    }
}

fn tax(name: &str, rate: &str, base: &str, amount: &str) -> Tax {
    Tax { name: name.to_owned(), rate: rate.to_owned(), base: base.to_owned(), amount: amount.to_owned() }
}
