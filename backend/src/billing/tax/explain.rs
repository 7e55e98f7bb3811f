//! Tax decisions as they are shown.

use rules::tax::{self, Basis, Decision, Mismatch};
use shared::billing::ClientClass;
use shared::billing::tax::{
    PassedTaxRule, TaxBasis, TaxDecision, TaxMismatch, TaxRate, UnreachableRule, UnreachableWhy, VatEvidence,
};

/// A decision with its sentence.
pub fn decision(decision: Decision) -> TaxDecision {
    let sentence = sentence(&decision);
    let (basis, rule_id, position, evidence) = match decision.basis {
        Basis::ReverseCharge { evidence } => (TaxBasis::ReverseCharge, None, None, Some(evidence)),
        Basis::Rule { rule, position } => (TaxBasis::Rule, Some(rule), Some(place(position)), None),
        Basis::Fallback => (TaxBasis::Fallback, None, None, None),
        Basis::Balance => (TaxBasis::Balance, None, None, None),
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
        evidence: evidence.map(|evidence| VatEvidence {
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
    match &decision.basis {
        Basis::ReverseCharge { evidence } => format!(
            "Reverse charge on {on}: seller and client are in different EU countries and the client's VAT id was found valid on {} by {}.",
            evidence.checked_at.strftime("%Y-%m-%d"),
            evidence.source
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
    }
}
