//! Tax decisions as they are shown.

use rules::tax::{self, Basis, Decision, Mismatch};
use shared::Language;
use shared::billing::ClientClass;
use shared::billing::tax::{
    NotReversed, PassedTaxRule, TaxBasis, TaxDecision, TaxMismatch, TaxRate, UnreachableRule, UnreachableWhy,
    VatEvidence,
};
use shared::billing::vat::VatSource;

use crate::words::{self, Tax, fill};

/// A decision with its sentence.
pub fn decision(decision: Decision, language: Language) -> TaxDecision {
    let sentence = sentence(&decision, language);
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

fn sentence(decision: &Decision, language: Language) -> String {
    let texts = &words::of(language).tax;
    let decided = decided(decision, texts);
    match &decision.not_reversed {
        Some(tax::NotReversed::NotChecked) => format!("{decided} {}", texts.not_checked),
        Some(tax::NotReversed::Invalid { evidence }) => {
            format!("{decided} {}", fill(texts.invalid, &[("found", &found(evidence, texts))]))
        }
        None => decided,
    }
}

/// What was decided, without why it is no reverse charge.
fn decided(decision: &Decision, texts: &Tax) -> String {
    let class = match decision.class {
        ClientClass::Private => texts.private,
        ClientClass::Company => texts.company,
        ClientClass::TaxedCompany => texts.taxed_company,
    };
    let (on, rates) = (decision.on, rates(decision, texts));
    match &decision.basis {
        Basis::ReverseCharge { evidence } => {
            fill(texts.reverse_charge, &[("on", &on), ("found", &found(evidence, texts))])
        }
        Basis::Rule { position, .. } => {
            fill(texts.rule, &[("position", position), ("on", &on), ("rates", &rates), ("class", &class)])
        }
        Basis::Fallback => fill(texts.fallback, &[("class", &class), ("on", &on), ("rates", &rates)]),
        Basis::Balance => fill(texts.balance, &[("on", &on)]),
    }
}

/// `VAT 23 %`
fn rates(decision: &Decision, texts: &Tax) -> String {
    if decision.rates.is_empty() {
        return texts.no_tax.to_owned();
    }
    let rates = decision.rates.iter().map(|rate| format!("{} {} %", rate.name, rate.rate.normalize()));
    rates.collect::<Vec<_>>().join(texts.and)
}

/// When and by whom: `on 2026-11-21 by VIES (consultation WAPIAAAAW1)`.
fn found(evidence: &tax::VatEvidence, texts: &Tax) -> String {
    let by = match evidence.source.parse() {
        Ok(VatSource::Vies) => texts.by_vies.to_owned(),
        Ok(VatSource::Checksum) => texts.by_checksum.to_owned(),
        Ok(VatSource::Staff) => texts.by_staff.to_owned(),
        Err(_) => fill(texts.by_source, &[("source", &evidence.source)]),
    };
    let on = evidence.checked_at.strftime("%Y-%m-%d");
    match &evidence.consultation {
        Some(number) => fill(texts.found_consulted, &[("on", &on), ("by", &by), ("number", number)]),
        None => fill(texts.found, &[("on", &on), ("by", &by)]),
    }
}
