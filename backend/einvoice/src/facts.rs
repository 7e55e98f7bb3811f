//! What a document says, as electronic invoices need it.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use shared::Currency;

use crate::vat::Relief;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Invoice,
    CreditNote,
}

/// An invoice or credit note.
///
/// Amounts are in the currency's own decimals and never negative: of a credit note they are what goes back. Only a line that takes
/// something back among others has a negative quantity and amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub kind: Kind,
    pub number: String,
    pub issued_at: Timestamp,
    pub issued_on: Date,
    pub due_on: Option<Date>,
    pub currency: Currency,
    pub seller: Party,
    pub buyer: Party,
    /// Where to pay to; `None`: nothing is said.
    pub account: Option<Account>,
    pub lines: Vec<Line>,
    /// All counted on the same net, that of the taxed lines.
    pub taxes: Vec<Tax>,
    /// Why lines bear no tax.
    pub relief: Relief,
    pub net: Decimal,
    pub tax: Decimal,
    pub total: Decimal,
    /// What was paid when it was issued.
    pub paid: Decimal,
    /// Sentences of law, such as the one of reverse charge.
    pub notes: Vec<String>,
    /// Of a credit note: what it corrects.
    pub corrects: Option<Corrected>,
}

/// One of the two sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    pub name: String,
    pub address: Address,
    /// With the prefix of its country, as `vat_id` writes it.
    pub vat_id: Option<String>,
    /// Another number that the side is known by.
    pub tax_id: Option<String>,
    pub email: Option<String>,
}

/// Empty is unknown, the country excepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub postcode: String,
    /// In words.
    pub region: String,
    /// ISO 3166-1.
    pub country: String,
}

/// A bank account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub number: String,
    /// Whether `number` is an IBAN.
    pub is_iban: bool,
    /// Empty: unknown.
    pub bic: String,
    /// Name of the bank; empty: unknown.
    pub bank: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub description: String,
    pub quantity: Decimal,
    /// In the seller's words; empty: pieces.
    pub unit: String,
    pub unit_price: Decimal,
    /// An amount.
    pub discount: Decimal,
    /// Net.
    pub amount: Decimal,
    pub taxed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    pub name: String,
    /// Percent.
    pub rate: Decimal,
    pub base: Decimal,
    pub amount: Decimal,
}

/// The invoice that a credit note corrects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    pub number: String,
    pub issued_on: Date,
    /// Why; empty when nobody said.
    pub reason: String,
}

impl Facts {
    /// What is left to pay.
    pub(crate) fn due(&self) -> Decimal {
        self.total - self.paid
    }

    /// The reason of a correction, then the sentences of law.
    pub(crate) fn remarks(&self) -> Vec<&str> {
        let reason = self.corrects.as_ref().map(|corrected| corrected.reason.as_str());
        let notes = self.notes.iter().map(String::as_str);
        reason.into_iter().chain(notes).filter(|note| !note.is_empty()).collect()
    }
}

/// One line over goods of which only `base` bears tax becomes two; other lines stay as they are.
pub fn sorted_by_base(lines: Vec<Line>, base: Decimal) -> Vec<Line> {
    match lines.as_slice() {
        [line] if base > Decimal::ZERO && base < line.amount => {
            let part = |amount: Decimal, taxed: bool| Line {
                quantity: Decimal::ONE,
                unit_price: amount,
                discount: Decimal::ZERO,
                amount,
                taxed,
                ..line.clone()
            };
            vec![part(base, true), part(line.amount - base, false)]
        }
        _ => lines,
    }
}

impl Account {
    /// UNTDID 4461: a SEPA credit transfer for euro to an IBAN, otherwise a credit transfer.
    pub(crate) fn means(&self, currency: Currency) -> &'static str {
        if self.is_iban && currency == Currency::EUR { "58" } else { "30" }
    }
}
