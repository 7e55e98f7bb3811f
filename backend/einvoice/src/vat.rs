//! The categories of EN 16931 (UNTDID 5305): which lines and sums bear which tax, and why some bear none.

use rules::tax::{Basis, EU};
use rust_decimal::Decimal;
use shared::money::round_half_up;

use crate::Unfit;
use crate::facts::{Facts, Party};

/// Amounts of electronic invoices have at most this many decimals (BR-DEC).
const DECIMALS_MAX: u32 = 2;

/// Why a line bears no tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relief {
    /// The buyer accounts for it.
    ReverseCharge,
    /// It was paid from the balance: that money has borne its tax.
    PaidFromBalance,
    /// Sold where the seller's tax does not reach.
    OutOfScope,
    /// By a rule of the law.
    Exempt,
}

impl Relief {
    /// By what decided about the document's taxes and the countries of both sides. A seller outside the EU that counts no
    /// tax sells out of its scope, and so does one in the EU to a buyer outside.
    pub fn of(basis: &Basis, seller: &str, buyer: &str) -> Self {
        let reaches = EU.contains(&seller) && EU.contains(&buyer);
        match basis {
            Basis::ReverseCharge { .. } => Self::ReverseCharge,
            Basis::Balance => Self::PaidFromBalance,
            Basis::Rule { .. } | Basis::Fallback if reaches => Self::Exempt,
            Basis::Rule { .. } | Basis::Fallback => Self::OutOfScope,
        }
    }
}

/// A category with its letter in UNTDID 5305.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    Standard,
    ZeroRated,
    Exempt,
    ReverseCharge,
    OutOfScope,
}

impl Category {
    pub(crate) const fn letters(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::ZeroRated => "Z",
            Self::Exempt => "E",
            Self::ReverseCharge => "AE",
            Self::OutOfScope => "O",
        }
    }

    /// The code of the reason in the list of the European Commission; an exemption has words instead.
    pub(crate) const fn reason_code(self) -> Option<&'static str> {
        match self {
            Self::ReverseCharge => Some("VATEX-EU-AE"),
            Self::OutOfScope => Some("VATEX-EU-O"),
            Self::Standard | Self::ZeroRated | Self::Exempt => None,
        }
    }
}

/// The lines of one category and what they come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) category: Category,
    /// Percent; `None` out of scope, where there is no rate at all.
    pub(crate) rate: Option<Decimal>,
    pub(crate) base: Decimal,
    pub(crate) amount: Decimal,
    /// Why no tax is counted.
    pub(crate) reason: Option<String>,
}

/// The taxes of a document by category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breakdown {
    taxed: Option<Group>,
    untaxed: Option<Group>,
}

impl Breakdown {
    /// Several taxes on the same lines count as one, with the sum of their rates: EN 16931 knows one VAT on a line.
    pub(crate) fn of(facts: &Facts) -> Result<Self, Unfit> {
        check_decimals(facts)?;
        let sum = |taxed: bool| {
            let lines = facts.lines.iter().filter(|line| line.taxed == taxed);
            lines.map(|line| line.amount).sum::<Decimal>()
        };
        let any = |taxed: bool| facts.lines.iter().any(|line| line.taxed == taxed);
        let base = facts.taxes.first().map_or(Decimal::ZERO, |tax| tax.base);
        let sums_hold = sum(true) == base
            && sum(true) + sum(false) == facts.net
            && facts.taxes.iter().all(|tax| tax.base == base)
            && (any(true) || facts.tax.is_zero());
        if !sums_hold || (any(true) && facts.taxes.is_empty()) {
            return Err(Unfit::TaxedLines);
        }
        let taxed = if any(true) { Some(taxed(facts, base)?) } else { None };
        let untaxed = any(false).then(|| untaxed(facts, sum(false), taxed.is_some()));
        let breakdown = Self { taxed, untaxed };
        if breakdown.names_vat() && facts.seller.vat_id.is_none() && facts.seller.tax_id.is_none() {
            return Err(Unfit::SellerTaxId);
        }
        Ok(breakdown)
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.taxed.iter().chain(&self.untaxed)
    }

    /// The group that a line belongs to.
    pub(crate) fn of_line(&self, taxed: bool) -> &Group {
        let group = if taxed { &self.taxed } else { &self.untaxed };
        group.as_ref().expect("every line was counted into its group")
    }

    /// Out of scope no VAT id may be named (BR-O-02).
    pub(crate) fn names_vat(&self) -> bool {
        self.groups().all(|group| group.category != Category::OutOfScope)
    }
}

fn taxed(facts: &Facts, base: Decimal) -> Result<Group, Unfit> {
    let rate: Decimal = facts.taxes.iter().map(|tax| tax.rate).sum();
    // Validators count the tax from its rate and allow for less than one unit (BR-CO-17).
    let counted = round_half_up(base * rate / Decimal::ONE_HUNDRED, DECIMALS_MAX);
    if (counted - facts.tax).abs() >= Decimal::ONE {
        return Err(Unfit::Rounding(facts.currency));
    }
    let category = if rate.is_zero() { Category::ZeroRated } else { Category::Standard };
    Ok(Group { category, rate: Some(rate.normalize()), base, amount: facts.tax, reason: None })
}

fn untaxed(facts: &Facts, base: Decimal, beside_taxed: bool) -> Group {
    // Out of scope stands alone (BR-O-11); beside taxed lines a line without tax is exempt.
    let relief = if beside_taxed { Relief::Exempt } else { facts.relief };
    let (category, words) = match relief {
        Relief::ReverseCharge => (Category::ReverseCharge, "Reverse charge"),
        Relief::PaidFromBalance => (Category::OutOfScope, "Paid from the account balance"),
        Relief::OutOfScope => (Category::OutOfScope, "Not subject to VAT"),
        Relief::Exempt => (Category::Exempt, "Exempt from tax"),
    };
    let reason = if facts.notes.is_empty() { words.to_owned() } else { facts.notes.join(" ") };
    let rate = (category != Category::OutOfScope).then_some(Decimal::ZERO);
    Group { category, rate, base, amount: Decimal::ZERO, reason: Some(reason) }
}

fn check_decimals(facts: &Facts) -> Result<(), Unfit> {
    let sums = [facts.net, facts.tax, facts.total, facts.paid];
    let lines = facts.lines.iter().flat_map(|line| [line.amount, line.discount]);
    let fits = sums.into_iter().chain(lines).all(|amount| amount.normalize().scale() <= DECIMALS_MAX);
    if fits { Ok(()) } else { Err(Unfit::Decimals(facts.currency)) }
}

/// A VAT id the way it is exchanged: letters and digits after the prefix of its country, Greece's being EL.
pub fn vat_id(value: &str, country: &str) -> String {
    let prefix = if country == "GR" { "EL" } else { country };
    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_uppercase();
    if plain.starts_with(prefix) { plain } else { format!("{prefix}{plain}") }
}

/// The seller's number where no VAT id is named, or none is there.
pub(crate) fn registration(party: &Party) -> Option<&str> {
    party.tax_id.as_deref().or(party.vat_id.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vat_id_bears_the_prefix_of_its_country_once() {
        for (given, country, written) in [
            ("526-025-02-74", "PL", "PL5260250274"),
            ("PL 5260250274", "PL", "PL5260250274"),
            ("094259216", "GR", "EL094259216"),
            ("atu13585627", "AT", "ATU13585627"),
        ] {
            assert_eq!(vat_id(given, country), written);
        }
    }

    #[test]
    fn the_countries_decide_why_no_tax_is_counted() {
        assert_eq!(Relief::of(&Basis::Fallback, "PL", "PL"), Relief::Exempt);
        assert_eq!(Relief::of(&Basis::Fallback, "PL", "US"), Relief::OutOfScope);
        assert_eq!(Relief::of(&Basis::Fallback, "UA", "PL"), Relief::OutOfScope);
        assert_eq!(Relief::of(&Basis::Balance, "PL", "PL"), Relief::PaidFromBalance);
    }
}
