//! Tax decisions as they are shown.

use rules::tax::{self, Basis, Decision, Mismatch};
use shared::billing::ClientClass;
use shared::billing::tax::{
    NotReversed, PassedTaxRule, TaxBasis, TaxDecision, TaxMismatch, TaxRate, UnreachableRule, UnreachableWhy,
    VatEvidence,
};
use shared::billing::vat::VatSource;

/// A decision with its sentence.
pub fn decision(decision: Decision) -> TaxDecision {
    let sentence = sentence(&decision);
    let (basis, rule_id, position, evidence) = match decision.basis {
        Basis::ReverseCharge { evidence } => (TaxBasis::ReverseCharge, None, None, Some(evidence)),
        Basis::Rule { rule, position } => (TaxBasis::Rule, Some(rule), Some(place(position)), None),
        Basis::Fallback => (TaxBasis::Fallback, None, None, None),
        Basis::Balance => (TaxBasis::Balance, None, None, None),
    };
    let (not_reversed, against) = match decision.not_reversed {
        Some(tax::NotReversed::Invalid { evidence }) => (Some(NotReversed::InvalidVatId), Some(evidence)),
        Some(tax::NotReversed::NotChecked) => (Some(NotReversed::NotChecked), None),
        None => (None, None),
    };
    TaxDecision {
        basis,
        rule_id,
        position,
        rates: decision.rates.into_iter().map(rate).collect(),
        note: decision.note,
        class: decision.class,
        on: decision.on,
        sentence,
        passed: decision
            .passed
            .into_iter()
            .map(|passed| PassedTaxRule {
                rule_id: passed.rule,
                position: place(passed.position),
                why: mismatch(passed.why),
            })
            .collect(),
        not_reversed,
        evidence: evidence.or(against).map(|evidence| VatEvidence {
            valid: evidence.valid,
            checked_at: evidence.checked_at,
            consultation: evidence.consultation,
            source: evidence.source,
        }),
    }
}

pub fn rate(rate: tax::Rate) -> TaxRate {
    TaxRate { name: rate.name, rate: rate.rate }
}

/// Why a rule can never match.
pub fn unreachable(why: tax::Unreachable) -> UnreachableRule {
    match why {
        tax::Unreachable::NoClass => UnreachableRule { why: UnreachableWhy::NoClass, by: Vec::new() },
        tax::Unreachable::NoDay => UnreachableRule { why: UnreachableWhy::NoDay, by: Vec::new() },
        tax::Unreachable::Shadowed { by } => UnreachableRule { why: UnreachableWhy::Shadowed, by },
    }
}

fn place(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

const fn mismatch(why: Mismatch) -> TaxMismatch {
    match why {
        Mismatch::OtherCompany => TaxMismatch::OtherCompany,
        Mismatch::OtherCountry => TaxMismatch::OtherCountry,
        Mismatch::OtherRegion => TaxMismatch::OtherRegion,
        Mismatch::OtherClass => TaxMismatch::OtherClass,
        Mismatch::NotYetValid => TaxMismatch::NotYetValid,
        Mismatch::NoLongerValid => TaxMismatch::NoLongerValid,
    }
}

fn sentence(decision: &Decision) -> String {
    let class = match decision.class {
        ClientClass::Private => "a private person",
        ClientClass::Company => "a company without a tax id",
        ClientClass::TaxedCompany => "a company with a tax id",
    };
    let rates = if decision.rates.is_empty() {
        "no tax".to_owned()
    } else {
        let rates = decision.rates.iter().map(|rate| format!("{} {} %", rate.name, rate.rate.normalize()));
        rates.collect::<Vec<_>>().join(" and ")
    };
    let on = decision.on;
    let decided = match &decision.basis {
        Basis::ReverseCharge { evidence } => format!(
            "Reverse charge on {on}: seller and client are in different EU countries and the client's VAT id was found valid {}.",
            found(evidence)
        ),
        Basis::Rule { position, .. } => {
            format!(
                "Rule {position} on {on}: {rates}, because it is the first that fits {class} at this address."
            )
        }
        Basis::Fallback => {
            format!("No rule fits {class} at this address on {on}: the home company's own rates, {rates}.")
        }
        Basis::Balance => {
            format!("Paid from the balance on {on}: no tax, because it was paid when the money was added.")
        }
    };
    match &decision.not_reversed {
        Some(tax::NotReversed::NotChecked) => {
            format!("{decided} No reverse charge: nobody had answered about the client's VAT id.")
        }
        Some(tax::NotReversed::Invalid { evidence }) => {
            format!("{decided} No reverse charge: the client's VAT id was found invalid {}.", found(evidence))
        }
        None => decided,
    }
}

/// When and by whom: `on 2026-11-21 by VIES (consultation WAPIAAAAW1)`.
fn found(evidence: &tax::VatEvidence) -> String {
    let by = match evidence.source.parse() {
        Ok(VatSource::Vies) => "VIES",
        Ok(VatSource::Checksum) => "its check digits",
        Ok(VatSource::Staff) => "staff",
        Err(_) => &evidence.source,
    };
    let on = evidence.checked_at.strftime("%Y-%m-%d");
    match &evidence.consultation {
        Some(number) => format!("on {on} by {by} (consultation {number})"),
        None => format!("on {on} by {by}"),
    }
}
