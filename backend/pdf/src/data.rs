//! A frozen document, as its paper needs it. Amounts are plain decimals (`13478.50`); the templates' language decides how
//! they are written.

use serde::{Deserialize, Serialize};

/// Which paper it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Proforma,
    Invoice,
    CreditNote,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Proforma, Self::Invoice, Self::CreditNote];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proforma => "proforma",
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }
}

/// Size of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    A4,
    UsLetter,
}

/// Everything that is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentData {
    /// `en`, `pl` or `uk`; anything else is printed in English.
    pub language: String,
    pub paper: Paper,
    pub number: String,
    /// The PDF's own date: same document, same bytes.
    pub issued_at: jiff::Timestamp,
    pub issued_on: jiff::civil::Date,
    pub due_on: Option<jiff::civil::Date>,
    /// When it was paid in full; invoices only.
    pub paid_on: Option<jiff::civil::Date>,
    /// ISO 4217 code.
    pub currency: String,
    pub seller: Party,
    pub buyer: Party,
    /// Account to pay to: bank, IBAN, BIC …
    pub bank: Vec<Field>,
    pub lines: Vec<Line>,
    pub taxes: Vec<Tax>,
    pub net: String,
    pub tax: String,
    pub total: String,
    /// What was paid before it was issued; `None` prints nothing about it.
    pub paid: Option<String>,
    /// What is left to pay.
    pub due: String,
    /// The document it comes from: an invoice names its proforma, a credit note its invoice.
    pub related: Option<Related>,
    /// Sentences the law or the seller asks for, such as the one of reverse charge.
    pub notes: Vec<String>,
    /// How to pay, in the seller's words.
    pub pay_to: String,
    /// Content of the QR code for bank apps; see `epc_payload`.
    pub payment_qr: Option<String>,
    pub logo: Option<Logo>,
    pub footer: String,
}

/// One of the two sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub name: String,
    /// Address, line by line.
    pub address: Vec<String>,
    /// Tax ids with their labels: NIP, VAT …
    pub tax_ids: Vec<Field>,
    /// E-mail, phone, site.
    pub contacts: Vec<String>,
}

/// A value with its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub label: String,
    pub value: String,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub description: String,
    pub quantity: String,
    /// Empty when there is nothing to say.
    pub unit: String,
    pub unit_price: String,
    /// Taken off the line; `0` hides it.
    pub discount: String,
    /// It bears none of the taxes. Said only where other lines of a taxed document do.
    pub exempt: bool,
    pub amount: String,
}

/// A row of the tax summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    pub name: String,
    /// Percent: `23.000` is printed as 23 %.
    pub rate: String,
    pub base: String,
    pub amount: String,
}

/// Another document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    pub kind: Kind,
    pub number: String,
    pub issued_on: jiff::civil::Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogoType {
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/svg+xml")]
    Svg,
}

/// The seller's logo.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    pub media_type: LogoType,
    #[serde(with = "base64_text")]
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({:?}, {} bytes)", self.media_type, self.bytes.len())
    }
}

pub(crate) mod base64_text {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(de::Error::custom)
    }
}
