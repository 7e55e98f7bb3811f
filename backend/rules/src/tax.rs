//! Which taxes a document bears, and why.
//!
//! A pure function of frozen facts. Reverse charge is looked at first, because the law asks for it whatever the rules say;
//! then rules from top to bottom, the first match wins; then the home company's own rates.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use shared::billing::ClientClass;
use shared::{CompanyId, TaxRuleId};

/// A tax and its rate in percent: `VAT` 23.000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub name: String,
    pub rate: Decimal,
}

/// A rule as staff wrote it. `None` matches anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: TaxRuleId,
    pub company: Option<CompanyId>,
    /// ISO 3166-1: `CA`.
    pub country: Option<String>,
    /// ISO 3166-2: `CA-QC`.
    pub region: Option<String>,
    pub for_private: bool,
    pub for_company: bool,
    pub for_taxed_company: bool,
    /// At most three; none is "no tax".
    pub rates: Vec<Rate>,
    /// Printed on the document.
    pub note: String,
    pub valid_from: Option<Date>,
    /// The last day.
    pub valid_to: Option<Date>,
}

/// The answer of the last check of a client's VAT id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VatEvidence {
    pub valid: bool,
    pub checked_at: Timestamp,
    /// The office's number of the consultation, when it gave one.
    pub consultation: Option<String>,
    /// `vies`, `checksum`, `staff`.
    pub source: String,
}

/// The seller, frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    pub company: CompanyId,
    pub country: String,
    /// Its EU VAT id; empty outside the EU.
    pub vat_id: String,
    pub fallback_rates: Vec<Rate>,
}

/// The client, frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    pub country: String,
    pub region: Option<String>,
    pub class: ClientClass,
    pub vat_evidence: Option<VatEvidence>,
}

/// The class of a client by what its profile says.
pub fn client_class(company_name: &str, tax_id: &str) -> ClientClass {
    match (company_name.trim().is_empty(), tax_id.trim().is_empty()) {
        (true, true) => ClientClass::Private,
        (false, true) => ClientClass::Company,
        // A tax id makes a business of a person, too.
        (_, false) => ClientClass::TaxedCompany,
    }
}

/// Why a rule did not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mismatch {
    OtherCompany,
    OtherCountry,
    OtherRegion,
    OtherClass,
    NotYetValid,
    NoLongerValid,
}

/// A rule that was read before the one that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    pub rule: TaxRuleId,
    /// Its place from the top, from 1.
    pub position: usize,
    pub why: Mismatch,
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Basis {
    /// Article 196 of Directive 2006/112/EC: the buyer accounts for the tax.
    ReverseCharge {
        evidence: VatEvidence,
    },
    Rule {
        rule: TaxRuleId,
        position: usize,
    },
    /// No rule matched: the home company's own rates.
    Fallback,
    /// Paid from the balance: its tax was decided when the money was added.
    Balance,
}

/// Why a sale to a business in another EU country is taxed all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotReversed {
    /// Nobody has answered about its VAT id yet.
    NotChecked,
    Invalid {
        evidence: VatEvidence,
    },
}

/// A tax decision with its reasons, frozen on the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub basis: Basis,
    pub rates: Vec<Rate>,
    pub note: String,
    pub class: ClientClass,
    pub on: Date,
    /// The rules above it, each with the reason why it did not match.
    pub passed: Vec<Passed>,
    /// Why it is no reverse charge; `None`: it is, or the sale crosses no border to a business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_reversed: Option<NotReversed>,
}

/// The note that the law asks for.
pub const REVERSE_CHARGE_NOTE: &str = "Reverse charge";

/// The members of the EU by ISO 3166-1.
pub const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The decision about what is paid from the balance on a day: no tax, because that money has borne its own.
pub fn of_balance(class: ClientClass, on: Date) -> Decision {
    Decision {
        basis: Basis::Balance,
        rates: Vec::new(),
        note: String::new(),
        class,
        on,
        passed: Vec::new(),
        not_reversed: None,
    }
}

/// Decides the taxes of a sale on a day.
pub fn decide(seller: &Seller, buyer: &Buyer, rules: &[Rule], on: Date) -> Decision {
    let not_reversed = match reverse_charge(seller, buyer) {
        Some(Ok(evidence)) => {
            return Decision {
                basis: Basis::ReverseCharge { evidence: evidence.clone() },
                rates: Vec::new(),
                note: REVERSE_CHARGE_NOTE.to_owned(),
                class: buyer.class,
                on,
                passed: Vec::new(),
                not_reversed: None,
            };
        }
        Some(Err(why)) => Some(why),
        None => None,
    };
    let mut passed = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let position = index + 1;
        match mismatch(rule, seller, buyer, on) {
            Some(why) => passed.push(Passed { rule: rule.id, position, why }),
            None => {
                return Decision {
                    basis: Basis::Rule { rule: rule.id, position },
                    rates: rule.rates.clone(),
                    note: rule.note.clone(),
                    class: buyer.class,
                    on,
                    passed,
                    not_reversed,
                };
            }
        }
    }
    Decision {
        basis: Basis::Fallback,
        rates: seller.fallback_rates.clone(),
        note: String::new(),
        class: buyer.class,
        on,
        passed,
        not_reversed,
    }
}

/// Whether a sale goes from one EU country to another, by a seller with a VAT id: the buyer's VAT id decides its tax.
pub fn crosses(seller_country: &str, seller_vat_id: &str, buyer_country: &str) -> bool {
    let both = EU.contains(&seller_country) && EU.contains(&buyer_country);
    both && seller_country != buyer_country && !seller_vat_id.is_empty()
}

/// The evidence that the client's VAT id is valid, or what is in the way. `None`: the sale crosses no border to a business.
fn reverse_charge<'a>(seller: &Seller, buyer: &'a Buyer) -> Option<Result<&'a VatEvidence, NotReversed>> {
    let business = buyer.class == ClientClass::TaxedCompany;
    if !business || !crosses(&seller.country, &seller.vat_id, &buyer.country) {
        return None;
    }
    Some(match &buyer.vat_evidence {
        Some(evidence) if evidence.valid => Ok(evidence),
        Some(evidence) => Err(NotReversed::Invalid { evidence: evidence.clone() }),
        None => Err(NotReversed::NotChecked),
    })
}

/// The first reason why a rule does not match; `None` when it does.
pub fn mismatch(rule: &Rule, seller: &Seller, buyer: &Buyer, on: Date) -> Option<Mismatch> {
    if rule.company.is_some_and(|company| company != seller.company) {
        return Some(Mismatch::OtherCompany);
    }
    if rule.country.as_ref().is_some_and(|country| *country != buyer.country) {
        return Some(Mismatch::OtherCountry);
    }
    if rule.region.is_some() && rule.region != buyer.region {
        return Some(Mismatch::OtherRegion);
    }
    if !takes(rule, buyer.class) {
        return Some(Mismatch::OtherClass);
    }
    if rule.valid_from.is_some_and(|from| on < from) {
        return Some(Mismatch::NotYetValid);
    }
    if rule.valid_to.is_some_and(|to| on > to) {
        return Some(Mismatch::NoLongerValid);
    }
    None
}

fn takes(rule: &Rule, class: ClientClass) -> bool {
    match class {
        ClientClass::Private => rule.for_private,
        ClientClass::Company => rule.for_company,
        ClientClass::TaxedCompany => rule.for_taxed_company,
    }
}

/// Why a rule can never match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Unreachable {
    /// No client class is switched on.
    NoClass,
    /// Its last day is before its first.
    NoDay,
    /// Rules above it take everything it would: one for each client class.
    Shadowed { by: Vec<TaxRuleId> },
}

/// For each rule, why it can never match; `None` for rules that can.
pub fn unreachable_rules(rules: &[Rule]) -> Vec<Option<Unreachable>> {
    rules
        .iter()
        .enumerate()
        .map(|(index, rule)| {
            let classes: Vec<ClientClass> =
                ClientClass::ALL.iter().copied().filter(|class| takes(rule, *class)).collect();
            if classes.is_empty() {
                return Some(Unreachable::NoClass);
            }
            if matches!((rule.valid_from, rule.valid_to), (Some(from), Some(to)) if to < from) {
                return Some(Unreachable::NoDay);
            }
            let mut by: Vec<TaxRuleId> = Vec::new();
            for class in classes {
                let above = rules[..index].iter().find(|above| takes(above, class) && covers(above, rule))?;
                if !by.contains(&above.id) {
                    by.push(above.id);
                }
            }
            Some(Unreachable::Shadowed { by })
        })
        .collect()
}

/// Whether `above` takes every client and day of `below`, the classes aside.
fn covers(above: &Rule, below: &Rule) -> bool {
    // A region belongs to one country: naming it names the country.
    let country_of = |rule: &Rule| {
        rule.country
            .clone()
            .or_else(|| rule.region.as_ref().and_then(|region| region.get(..2).map(str::to_owned)))
    };
    let company = above.company.is_none() || above.company == below.company;
    let country = above.country.is_none() || above.country == country_of(below);
    let region = above.region.is_none() || above.region == below.region;
    let from = match (above.valid_from, below.valid_from) {
        (None, _) => true,
        (Some(above), Some(below)) => above <= below,
        (Some(_), None) => false,
    };
    let to = match (above.valid_to, below.valid_to) {
        (None, _) => true,
        (Some(above), Some(below)) => above >= below,
        (Some(_), None) => false,
    };
    company && country && region && from && to
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn rate(name: &str, rate: &str) -> Rate {
        Rate { name: name.to_owned(), rate: rate.parse().unwrap() }
    }
    fn seller(country: &str) -> Seller {
        Seller {
            company: CompanyId::generate(),
            country: country.to_owned(),
            vat_id: format!("{country}123"),
            fallback_rates: vec![rate("VAT", "23.000")],
        }
    }
    fn buyer(country: &str, class: ClientClass) -> Buyer {
        Buyer { country: country.to_owned(), region: None, class, vat_evidence: None }
    }
    fn rule(country: Option<&str>) -> Rule {
        Rule {
            id: TaxRuleId::generate(),
            company: None,
            country: country.map(str::to_owned),
            region: None,
            for_private: true,
            for_company: true,
            for_taxed_company: true,
            rates: vec![rate("VAT", "20.000")],
            note: String::new(),
            valid_from: None,
            valid_to: None,
        }
    }
    const DAY: Date = date(2026, 11, 21);

    #[test]
    fn the_first_match_wins_and_says_why_the_others_did_not() {
        let rules = [
            rule(Some("FR")),
            Rule { for_private: false, ..rule(Some("DE")) },
            Rule { valid_to: Some(date(2025, 12, 31)), ..rule(Some("DE")) },
            rule(Some("DE")),
            rule(None),
        ];
        let decision = decide(&seller("PL"), &buyer("DE", ClientClass::Private), &rules, DAY);
        assert_eq!(decision.basis, Basis::Rule { rule: rules[3].id, position: 4 });
        let why: Vec<Mismatch> = decision.passed.iter().map(|passed| passed.why).collect();
        assert_eq!(why, [Mismatch::OtherCountry, Mismatch::OtherClass, Mismatch::NoLongerValid]);
    }

    #[test]
    fn without_a_rule_the_company_has_its_own_rates() {
        let decision = decide(&seller("PL"), &buyer("PL", ClientClass::Company), &[rule(Some("FR"))], DAY);
        assert_eq!(decision.basis, Basis::Fallback);
        assert_eq!(decision.rates, [rate("VAT", "23.000")]);
    }

    #[test]
    fn reverse_charge_needs_a_valid_id_and_another_eu_country() {
        let evidence = VatEvidence {
            valid: true,
            checked_at: "2026-11-01T00:00:00Z".parse().unwrap(),
            consultation: None,
            source: "vies".to_owned(),
        };
        let with = |country: &str, class, valid| Buyer {
            vat_evidence: Some(VatEvidence { valid, ..evidence.clone() }),
            ..buyer(country, class)
        };
        let taxed = ClientClass::TaxedCompany;
        let reversed = |buyer: &Buyer| {
            matches!(decide(&seller("PL"), buyer, &[rule(None)], DAY).basis, Basis::ReverseCharge { .. })
        };
        assert!(reversed(&with("DE", taxed, true)));
        assert!(!reversed(&with("PL", taxed, true)), "at home");
        assert!(!reversed(&with("US", taxed, true)), "outside the EU");
        assert!(!reversed(&with("DE", taxed, false)), "not valid");
        assert!(!reversed(&with("DE", ClientClass::Private, true)), "a private person");
        assert!(!reversed(&buyer("DE", taxed)), "never checked");
    }

    #[test]
    fn a_tax_that_a_valid_id_would_lift_says_what_is_in_the_way() {
        let evidence = VatEvidence {
            valid: false,
            checked_at: "2026-11-01T00:00:00Z".parse().unwrap(),
            consultation: Some("WAPIAAAA".to_owned()),
            source: "vies".to_owned(),
        };
        let taxed = ClientClass::TaxedCompany;
        let why = |buyer: &Buyer, rules: &[Rule]| decide(&seller("PL"), buyer, rules, DAY).not_reversed;
        let invalid = Buyer { vat_evidence: Some(evidence.clone()), ..buyer("DE", taxed) };
        for rules in [vec![], vec![rule(None)]] {
            assert_eq!(why(&invalid, &rules), Some(NotReversed::Invalid { evidence: evidence.clone() }));
            assert_eq!(why(&buyer("DE", taxed), &rules), Some(NotReversed::NotChecked));
            assert_eq!(why(&buyer("PL", taxed), &rules), None, "at home");
            assert_eq!(why(&buyer("US", taxed), &rules), None, "outside the EU");
            assert_eq!(why(&buyer("DE", ClientClass::Company), &rules), None, "no business");
        }
        let valid =
            Buyer { vat_evidence: Some(VatEvidence { valid: true, ..evidence }), ..buyer("DE", taxed) };
        assert_eq!(why(&valid, &[]), None);
    }

    #[test]
    fn decisions_frozen_before_are_still_read() {
        let decision = decide(&seller("PL"), &buyer("PL", ClientClass::Private), &[], DAY);
        let frozen = serde_json::to_value(&decision).unwrap();
        assert!(frozen.get("not_reversed").is_none(), "{frozen}");
        assert_eq!(serde_json::from_value::<Decision>(frozen).unwrap(), decision);
    }

    #[test]
    fn rules_below_ones_that_take_everything_are_marked() {
        let quebec = Rule { country: None, region: Some("CA-QC".to_owned()), ..rule(None) };
        let people = Rule { for_company: false, for_taxed_company: false, ..rule(Some("DE")) };
        let business = Rule { for_private: false, ..rule(Some("DE")) };
        let rules = [
            rule(Some("CA")),
            quebec,
            people.clone(),
            business.clone(),
            rule(Some("DE")),
            Rule { for_private: false, ..people.clone() },
        ];
        let marks = unreachable_rules(&rules);
        assert_eq!(marks[0], None);
        assert_eq!(marks[1], Some(Unreachable::Shadowed { by: vec![rules[0].id] }));
        assert_eq!(marks[2], None);
        assert_eq!(marks[3], None);
        assert_eq!(marks[4], Some(Unreachable::Shadowed { by: vec![people.id, business.id] }));
        assert_eq!(marks[5], Some(Unreachable::NoClass));
    }

    #[test]
    fn a_tax_id_makes_a_business() {
        assert_eq!(client_class("", " "), ClientClass::Private);
        assert_eq!(client_class("ACME", ""), ClientClass::Company);
        assert_eq!(client_class("", "PL1"), ClientClass::TaxedCompany);
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        let country = prop::option::of(prop::sample::select(vec!["PL", "DE", "CA"]));
        let day = prop::option::of(1_i8..=20);
        (country, any::<[bool; 3]>(), day.clone(), day).prop_map(|(country, classes, from, to)| Rule {
            for_private: classes[0],
            for_company: classes[1],
            for_taxed_company: classes[2],
            valid_from: from.map(|day| date(2026, 11, day)),
            valid_to: to.map(|day| date(2026, 11, day)),
            ..rule(country)
        })
    }

    proptest! {
        #[test]
        fn a_marked_rule_really_never_matches(rules in prop::collection::vec(any_rule(), 1..7)) {
            let marks = unreachable_rules(&rules);
            for country in ["PL", "DE", "CA", "UA"] {
                for class in ClientClass::ALL {
                    for day in 1..=28 {
                        let decision = decide(&seller("UA"), &buyer(country, *class), &rules, date(2026, 11, day));
                        if let Basis::Rule { position, .. } = decision.basis {
                            prop_assert!(marks[position - 1].is_none());
                            prop_assert_eq!(decision.passed.len(), position - 1);
                        }
                    }
                }
            }
        }
    }
}
