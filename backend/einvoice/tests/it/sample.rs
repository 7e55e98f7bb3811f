//! An invoice to begin with, and reading values out of XML.

use einvoice::{Account, Address, Corrected, Facts, Kind, Line, Party, Relief, Tax};
use jiff::civil::date;
use rules::document;
use rules::tax::Rate;
use rust_decimal::Decimal;
use shared::Currency;

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().expect("a plain decimal")
}

pub(crate) fn line(quantity: &str, unit_price: &str) -> document::Line {
    document::Line {
        quantity: decimal(quantity),
        unit_price: decimal(unit_price),
        discount: Decimal::ZERO,
        taxed: true,
    }
}

pub(crate) fn rate(name: &str, rate: &str) -> Rate {
    Rate { name: name.to_owned(), rate: decimal(rate) }
}

/// A paid invoice of a Polish seller to a Polish company, with these lines and rates.
pub(crate) fn invoice(lines: &[document::Line], rates: &[Rate], currency: Currency) -> Facts {
    let totals = document::totals(lines, rates, currency).expect("sums");
    let lines = lines.iter().zip(&totals.lines).map(|(line, amount)| Line {
        description: "Serwer wirtualny & <kopie>".to_owned(),
        quantity: line.quantity,
        unit: "godz.".to_owned(),
        unit_price: line.unit_price,
        discount: line.discount,
        amount: *amount,
        taxed: line.taxed && !rates.is_empty(),
    });
    let taxes = totals.taxes.iter().map(|tax| Tax {
        name: tax.name.clone(),
        rate: tax.rate,
        base: tax.base,
        amount: tax.amount,
    });
    Facts {
        kind: Kind::Invoice,
        number: "FAKTURA/2026/03/1".to_owned(),
        issued_at: "2026-03-10T09:30:00Z".parse().expect("an instant"),
        issued_on: date(2026, 3, 10),
        due_on: Some(date(2026, 3, 17)),
        currency,
        seller: party("Chmura Łódź sp. z o.o.", "PL", Some("PL5260250274")),
        buyer: party("Klient S.A.", "PL", Some("PL7740001454")),
        account: Some(Account {
            number: "PL61109010140000071219812874".to_owned(),
            is_iban: true,
            bic: "WBKPPLPP".to_owned(),
            bank: "Test Bank".to_owned(),
        }),
        lines: lines.collect(),
        taxes: taxes.collect(),
        relief: Relief::Exempt,
        net: totals.net,
        tax: totals.tax,
        total: totals.total,
        paid: totals.total,
        notes: Vec::new(),
        corrects: None,
    }
}

pub(crate) fn party(name: &str, country: &str, vat_id: Option<&str>) -> Party {
    Party {
        name: name.to_owned(),
        address: Address {
            line1: "ul. Długa 1".to_owned(),
            line2: "lok. 2".to_owned(),
            city: "Łódź".to_owned(),
            postcode: "90-001".to_owned(),
            region: String::new(),
            country: country.to_owned(),
        },
        vat_id: vat_id.map(str::to_owned),
        tax_id: vat_id.map(str::to_owned),
        email: Some("billing@example.com".to_owned()),
    }
}

/// The credit note that takes an invoice back.
pub(crate) fn credit_note(invoice: &Facts) -> Facts {
    Facts {
        kind: Kind::CreditNote,
        number: "KOREKTA/2026/03/1".to_owned(),
        due_on: None,
        corrects: Some(Corrected {
            number: invoice.number.clone(),
            issued_on: invoice.issued_on,
            reason: "Service not used".to_owned(),
        }),
        ..invoice.clone()
    }
}

/// What stands in the elements of this name, in order.
pub(crate) fn values<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    xml.match_indices(&open)
        .filter(|(at, _)| xml[at + open.len()..].starts_with(['>', ' ']))
        .filter_map(|(at, _)| {
            let (_, rest) = xml[at..].split_once('>')?;
            rest.split_once(&close).map(|(value, _)| value)
        })
        .collect()
}

pub(crate) fn amounts(xml: &str, name: &str) -> Vec<Decimal> {
    values(xml, name).into_iter().map(decimal).collect()
}

/// The only amount of this name.
pub(crate) fn amount(xml: &str, name: &str) -> Decimal {
    let found = amounts(xml, name);
    assert_eq!(found.len(), 1, "{name} in\n{xml}");
    found[0]
}
