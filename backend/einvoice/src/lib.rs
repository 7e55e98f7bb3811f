//! Electronic invoices as XML, from what a document froze.
//!
//! Three formats: UN/CEFACT CII D16B in the Factur-X profile EN 16931, UBL 2.1 with the rules of EN 16931, and the Polish
//! FA(3). The same facts give the same bytes. Amounts are the document's own: nothing is counted anew, and what a format
//! cannot say is refused with a sentence that names it.

mod cii;
mod fa3;
mod facts;
mod ubl;
mod unit;
mod vat;
mod xml;

pub use facts::{Account, Address, Corrected, Facts, Kind, Line, Party, Tax, sorted_by_base};
pub use vat::{Relief, vat_id};

/// The name that readers of Factur-X look for in the PDF.
pub const FACTURX_FILE: &str = "factur-x.xml";

/// Why a document cannot be said in a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("Electronic invoices have at most two decimals; amounts in {0} have more.")]
    Decimals(shared::Currency),
    #[error("The lines do not say which of them bear tax.")]
    TaxedLines,
    #[error(
        "The taxes differ too much from their rate: amounts in {0} are too coarse for electronic invoices."
    )]
    Rounding(shared::Currency),
    #[error("The seller had no tax id when the document was issued; an electronic invoice has to name one.")]
    SellerTaxId,
    #[error("FA(3) is for sellers in Poland; the seller needs a country PL and a NIP as its VAT id.")]
    NotPolish,
    #[error("FA(3) exists since 1 September 2025; the document is older.")]
    BeforeFa3,
    #[error("FA(3) knows one VAT on a line; the document bears {0} taxes.")]
    SeveralTaxes(usize),
    #[error("FA(3) has no field for a domestic rate of {0} %.")]
    Rate(rust_decimal::Decimal),
    #[error("It was paid from the balance: its tax is in the FA(3) of the top-ups.")]
    PaidFromBalance,
    #[error("FA(3) names the law of an exemption: the tax rule that decided had no note.")]
    ExemptionBasis,
    #[error(
        "FA(3) states the tax in PLN as well: give `pln_rate`, what one {0} was worth in PLN on the day before."
    )]
    PlnRate(shared::Currency),
}

/// UN/CEFACT Cross Industry Invoice, Factur-X profile EN 16931.
pub fn cii(facts: &Facts) -> Result<String, Unfit> {
    Ok(cii::write(facts, &vat::Breakdown::of(facts)?))
}

/// UBL 2.1: an Invoice or a CreditNote.
pub fn ubl(facts: &Facts) -> Result<String, Unfit> {
    Ok(ubl::write(facts, &vat::Breakdown::of(facts)?))
}

/// The Polish structured invoice FA(3), schema version 1-0E. `pln_rate`: what one unit of the document's currency was
/// worth in PLN on the working day before, needed where Polish tax is stated in another currency.
pub fn fa3(facts: &Facts, pln_rate: Option<rust_decimal::Decimal>) -> Result<String, Unfit> {
    fa3::write(facts, pln_rate)
}
