//! What moving or deleting a tax rule would do, told before it is done: whose taxes are decided otherwise today, by what, and
//! which rules can match no more, or again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rules::tax::{self, Basis, Decision, Rule, Seller, Unreachable};
use shared::billing::tax::TaxRuleMove;
use shared::{CompanyId, Effect, EffectKind, Rehearsal, TaxRuleId};

use super::{actions, store};
use crate::audit::Actor;
use crate::billing::document::{Terms, frozen};
use crate::db::{self, Conn};
use crate::http::error::Result;

/// How many rules are told one by one, those with the most clients; the others are in the sum.
const TOLD_MAX: usize = 10;

/// Says what deleting a rule would do. Refuses what `actions::delete` refuses.
pub async fn deletion(conn: &mut Conn, now: Timestamp, actor: &Actor, id: TaxRuleId) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let before = store::rules(tx).await?;
        actions::delete(tx, now, actor, id).await?;
        let mut effects = vec![Effect::deleted()];
        effects.extend(differences(tx, now, &before).await?);
        Ok(Rehearsal { effects })
    })
    .await
}

/// Says what moving a rule would do: nothing when it stands there already. Refuses what `actions::move_to` refuses.
pub async fn moving(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: TaxRuleId,
    input: &TaxRuleMove,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let before = store::rules(tx).await?;
        actions::move_to(tx, now, actor, id, input).await?;
        let after = store::rules(tx).await?;
        let place = |rules: &[Rule]| rules.iter().position(|rule| rule.id == id);
        let mut effects = Vec::new();
        if let Some(to) = place(&after).filter(|to| place(&before) != Some(*to)) {
            let to = i64::try_from(to + 1).unwrap_or(i64::MAX);
            let message = format!("The rule goes to place {to}.");
            effects.push(Effect::new(EffectKind::RuleMoved, message).counted(to));
            effects.extend(differences(tx, now, &before).await?);
        }
        Ok(Rehearsal { effects })
    })
    .await
}

/// What is decided otherwise by the present rules than by those before.
async fn differences(tx: &mut Conn, now: Timestamp, before: &[Rule]) -> Result<Vec<Effect>> {
    let after = store::rules(tx).await?;
    let mut effects = of_clients(tx, now, before, &after).await?;
    effects.extend(of_rules(before, &after));
    Ok(effects)
}

/// The rule that decided. `None`: none did.
fn decided_by(decision: &Decision) -> Option<TaxRuleId> {
    match &decision.basis {
        Basis::Rule { rule, .. } => Some(*rule),
        _ => None,
    }
}

/// Active clients whose taxes another rule decides today, and which.
async fn of_clients(tx: &mut Conn, now: Timestamp, before: &[Rule], after: &[Rule]) -> Result<Vec<Effect>> {
    let on = Terms::load(tx).await?.today(now);
    let all = store::alike(tx).await?;
    let companies: BTreeSet<CompanyId> = all.iter().map(|alike| alike.company_id).collect();
    let mut sellers: BTreeMap<CompanyId, Seller> = BTreeMap::new();
    for company in companies {
        sellers.insert(company, frozen::selling(tx, company).await?.seller.facts);
    }
    let (mut otherwise, mut other_rates) = (0_i64, 0_i64);
    let mut falls: BTreeMap<Option<TaxRuleId>, i64> = BTreeMap::new();
    for alike in all {
        let (seller, clients) = (&sellers[&alike.company_id], alike.clients);
        let buyer = alike.buyer(now)?;
        let old = tax::decide(seller, &buyer, before, on);
        let new = tax::decide(seller, &buyer, after, on);
        if decided_by(&old) == decided_by(&new) {
            continue;
        }
        otherwise += clients;
        if old.rates != new.rates {
            other_rates += clients;
        }
        *falls.entry(decided_by(&new)).or_default() += clients;
    }
    if otherwise == 0 {
        let message = "Taxes of no active client are decided otherwise today.";
        return Ok(vec![Effect::new(EffectKind::TaxesStay, message)]);
    }
    let what = "active clients have their taxes decided otherwise today.";
    let mut effects: Vec<Effect> =
        Effect::some(EffectKind::TaxesDecidedOtherwise, otherwise, what).into_iter().collect();
    let what = "of them bear other taxes or rates.";
    effects.extend(Effect::some(EffectKind::TaxRatesDiffer, other_rates, what));
    let mut falls: Vec<(Option<TaxRuleId>, i64)> = falls.into_iter().collect();
    falls.sort_by_key(|(_, clients)| std::cmp::Reverse(*clients));
    effects.extend(falls.into_iter().take(TOLD_MAX).filter_map(|(id, clients)| falls_to(id, clients, after)));
    Ok(effects)
}

/// So many clients fall to a rule, or without one to their home company's own rates.
fn falls_to(id: Option<TaxRuleId>, clients: i64, after: &[Rule]) -> Option<Effect> {
    let Some(id) = id else {
        let what = "of them bear their home company's own rates instead.";
        return Effect::some(EffectKind::FallToCompany, clients, what);
    };
    let name = named(after, id)?;
    let what = format!("of them fall to rule {name} instead.");
    Effect::some(EffectKind::FallToRule, clients, &what).map(|effect| effect.named(name))
}

/// Place, country or region, and rates of a rule: `3 · PL · VAT 23 %`.
fn named(rules: &[Rule], id: TaxRuleId) -> Option<String> {
    let place = rules.iter().position(|rule| rule.id == id)?;
    let rule = &rules[place];
    let whose = rule.region.as_deref().or(rule.country.as_deref()).unwrap_or("*");
    let rates = rule.rates.iter().map(|rate| format!("{} {} %", rate.name, rate.rate.normalize()));
    let rates: Vec<String> = rates.collect();
    let rates = if rates.is_empty() { "0 %".to_owned() } else { rates.join(" + ") };
    Some(format!("{} · {whose} · {rates}", place + 1))
}

/// The rules that others above them take everything from.
fn shadowed(rules: &[Rule]) -> BTreeSet<TaxRuleId> {
    let why = tax::unreachable_rules(rules);
    let shadowed = rules.iter().zip(why).filter(|(_, why)| matches!(why, Some(Unreachable::Shadowed { .. })));
    shadowed.map(|(rule, _)| rule.id).collect()
}

/// Rules that can match no more, and those that can again; by their places afterwards.
fn of_rules(before: &[Rule], after: &[Rule]) -> Vec<Effect> {
    let (was, is) = (shadowed(before), shadowed(after));
    let told = |code: EffectKind, what: &str, ids: BTreeSet<TaxRuleId>| {
        let places = (1_usize..).zip(after).filter(|(_, rule)| ids.contains(&rule.id));
        let places: Vec<String> = places.map(|(place, _)| place.to_string()).collect();
        let count = i64::try_from(places.len()).unwrap_or(i64::MAX);
        Effect::some(code, count, what).map(|effect| effect.named(places.join(", ")))
    };
    let hidden = told(EffectKind::RulesShadowed, "rules can never match any more.", &is - &was);
    let freed = told(EffectKind::RulesFreed, "rules can match again.", &was - &is);
    hidden.into_iter().chain(freed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(country: Option<&str>, rate: i64) -> Rule {
        Rule {
            id: TaxRuleId::generate(),
            company: None,
            country: country.map(str::to_owned),
            region: None,
            for_private: true,
            for_company: true,
            for_taxed_company: true,
            rates: vec![tax::Rate { name: "VAT".to_owned(), rate: rate.into() }],
            note: String::new(),
            valid_from: None,
            valid_to: None,
        }
    }

    fn told(before: &[Rule], after: &[Rule]) -> Vec<(EffectKind, Option<i64>, Option<String>)> {
        of_rules(before, after).into_iter().map(|effect| (effect.code, effect.count, effect.name)).collect()
    }

    #[test]
    fn rules_that_others_hide_or_free_are_told_by_their_places() {
        let (everywhere, poland, germany) = (rule(None, 20), rule(Some("PL"), 8), rule(Some("DE"), 19));
        let apart = [poland.clone(), germany.clone(), everywhere.clone()];
        let hidden = [everywhere, poland.clone(), germany.clone()];
        let two = |code, places: &str| vec![(code, Some(2_i64), Some(places.to_owned()))];
        assert_eq!(told(&apart, &hidden), two(EffectKind::RulesShadowed, "2, 3"));
        assert_eq!(told(&hidden, &apart), two(EffectKind::RulesFreed, "1, 2"));
        // One that is gone is neither.
        assert_eq!(told(&hidden, &[poland, germany]), two(EffectKind::RulesFreed, "1, 2"));
        assert!(told(&apart, &apart).is_empty());
    }

    #[test]
    fn a_rule_is_named_by_what_it_says() {
        let region = Rule { region: Some("CA-QC".to_owned()), ..rule(Some("CA"), 5) };
        let free = Rule { rates: Vec::new(), ..rule(None, 0) };
        let rules = [region, free];
        assert_eq!(named(&rules, rules[0].id).as_deref(), Some("1 · CA-QC · VAT 5 %"));
        assert_eq!(named(&rules, rules[1].id).as_deref(), Some("2 · * · 0 %"));
        assert_eq!(named(&rules, TaxRuleId::generate()), None);
    }
}
