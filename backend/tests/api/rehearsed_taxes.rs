//! Dry runs of moving and deleting tax rules: whose taxes are decided otherwise is said, and nothing is written.

use serde_json::{Value, json};
use shared::billing::tax::{TaxDecision, TaxRule};
use shared::{ClientId, Code, Effect, EffectKind, Page, Rehearsal, TaxRuleId};

use crate::documents::vat_answer;
use crate::harness::{Caller, Panel};

async fn create(staff: &Caller, body: Value) -> TaxRuleId {
    staff.post("/admin/tax-rules", body).await.expect(201).read::<TaxRule>().id
}

fn rule(country: Option<&str>, rate: &str) -> Value {
    json!({ "country": country, "rates": [{ "name": "VAT", "rate": rate }] })
}

async fn order(staff: &Caller) -> Vec<TaxRuleId> {
    let rules: Page<TaxRule> = staff.get("/admin/tax-rules?per_page=200").await.expect(200).read();
    rules.items.into_iter().map(|rule| rule.id).collect()
}

/// The rule that decides for a client now.
async fn decides(staff: &Caller, client: ClientId) -> Option<TaxRuleId> {
    let body = json!({ "client_id": client });
    staff.post("/admin/tax-rules/test", body).await.expect(200).read::<TaxDecision>().rule_id
}

/// The rules and what was logged of them.
async fn everything(panel: &Panel) -> i64 {
    panel
        .count(
            "SELECT (SELECT count(*) FROM activity_log) * 1000003 + (SELECT count(*) FROM tax_rules) * 1009
                 + (SELECT coalesce(sum(sort * version), 0) FROM tax_rules) AS value",
        )
        .await
}

/// What deleting a rule would do; nothing is written.
async fn would_delete(panel: &Panel, staff: &Caller, id: TaxRuleId) -> Vec<Effect> {
    let before = (order(staff).await, everything(panel).await);
    let answer = staff.delete(&format!("/admin/tax-rules/{id}?dry_run=true")).await.expect(200);
    assert_eq!((order(staff).await, everything(panel).await), before);
    answer.read::<Rehearsal>().effects
}

/// What moving a rule would do; nothing is written.
async fn would_move(panel: &Panel, staff: &Caller, id: TaxRuleId, position: usize) -> Vec<Effect> {
    let before = (order(staff).await, everything(panel).await);
    let body = json!({ "position": position, "read": before.0 });
    let answer = staff.post(&format!("/admin/tax-rules/{id}/move?dry_run=true"), body).await.expect(200);
    assert_eq!((order(staff).await, everything(panel).await), before);
    answer.read::<Rehearsal>().effects
}

async fn moves(staff: &Caller, id: TaxRuleId, position: usize) {
    let body = json!({ "position": position, "read": order(staff).await });
    staff.post(&format!("/admin/tax-rules/{id}/move"), body).await.expect(200);
}

type Told = (EffectKind, Option<i64>, Option<String>);

fn told(effects: Vec<Effect>) -> Vec<Told> {
    effects.into_iter().map(|effect| (effect.code, effect.count, effect.name)).collect()
}

fn counted(code: EffectKind, count: i64) -> Told {
    (code, Some(count), None)
}

fn named(code: EffectKind, count: i64, name: &str) -> Told {
    (code, Some(count), Some(name.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_rule_says_which_rule_its_clients_fall_to() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let poland = create(&staff.calls, rule(Some("PL"), "8")).await;
    let same = create(&staff.calls, rule(Some("PL"), "8")).await;
    let germany = create(&staff.calls, rule(Some("DE"), "19")).await;
    let (ada, bea) = (panel.client("Ada").await, panel.client("Bea").await);
    let otto = panel.client_in("Otto", "EUR", "DE").await;
    let closed = panel.client("Eve").await;
    panel.sql(&format!("UPDATE clients SET status = 'closed' WHERE id = '{}'", closed.id)).await;
    use EffectKind::{Deleted, FallToCompany, FallToRule, RulesFreed, TaxRatesDiffer};
    use EffectKind::{TaxesDecidedOtherwise, TaxesStay};
    let gone: Told = (Deleted, None, None);

    // Another rule says the same: other rule, same rates.
    let effects = told(would_delete(&panel, &staff.calls, poland).await);
    let expected = [
        gone.clone(),
        counted(TaxesDecidedOtherwise, 2),
        named(FallToRule, 2, "1 · PL · VAT 8 %"),
        named(RulesFreed, 1, "1"),
    ];
    assert_eq!(effects, expected);
    let effects = told(would_delete(&panel, &staff.calls, same).await);
    assert_eq!(effects, [gone.clone(), (TaxesStay, None, None)], "it is read by nobody");
    let effects = told(would_delete(&panel, &staff.calls, germany).await);
    let expected = [
        gone.clone(),
        counted(TaxesDecidedOtherwise, 1),
        counted(TaxRatesDiffer, 1),
        counted(FallToCompany, 1),
    ];
    assert_eq!(effects, expected);

    for id in [poland, germany] {
        staff.calls.delete(&format!("/admin/tax-rules/{id}")).await.expect(204);
    }
    assert_eq!(decides(&staff.calls, ada.id).await, Some(same));
    assert_eq!(decides(&staff.calls, bea.id).await, Some(same));
    assert_eq!(decides(&staff.calls, otto.id).await, None);
    staff.calls.delete(&format!("/admin/tax-rules/{poland}?dry_run=true")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_a_rule_says_whose_taxes_it_takes_and_which_rules_it_hides() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    create(&staff.calls, rule(Some("PL"), "8")).await;
    create(&staff.calls, rule(Some("DE"), "19")).await;
    let everywhere = create(&staff.calls, rule(None, "20")).await;
    panel.client("Ada").await;
    let otto = panel.client_in("Otto", "EUR", "DE").await;
    panel.client_in("Carla", "EUR", "IT").await;
    use EffectKind::{
        FallToRule, RuleMoved, RulesShadowed, TaxRatesDiffer, TaxesDecidedOtherwise, TaxesStay,
    };
    let expected = [
        counted(RuleMoved, 1),
        counted(TaxesDecidedOtherwise, 2),
        counted(TaxRatesDiffer, 2),
        named(FallToRule, 2, "1 · * · VAT 20 %"),
        named(RulesShadowed, 2, "2, 3"),
    ];
    assert_eq!(told(would_move(&panel, &staff.calls, everywhere, 1).await), expected);
    assert!(would_move(&panel, &staff.calls, everywhere, 3).await.is_empty(), "it stands there");
    assert!(would_move(&panel, &staff.calls, everywhere, 9).await.is_empty(), "beyond the end is the end");
    let first = order(&staff.calls).await[0];
    let effects = told(would_move(&panel, &staff.calls, first, 2).await);
    assert_eq!(effects, [counted(RuleMoved, 2), (TaxesStay, None, None)]);

    // A business in another EU country with a valid VAT id accounts for its tax itself, whatever the rules say.
    panel.sql(&format!("UPDATE clients SET tax_id = 'DE136695976' WHERE id = '{}'", otto.id)).await;
    vat_answer(&staff, &otto, "DE136695976", true).await;
    let effects = told(would_move(&panel, &staff.calls, everywhere, 1).await);
    assert_eq!(effects[1], counted(TaxesDecidedOtherwise, 1));

    moves(&staff.calls, everywhere, 1).await;
    assert_eq!(order(&staff.calls).await[0], everywhere);
    let lost = json!({ "position": 1, "read": [everywhere] });
    let path = format!("/admin/tax-rules/{everywhere}/move?dry_run=true");
    assert_eq!(staff.calls.post(&path, lost).await.expect(412).problem().code, Code::VersionConflict);
    let effects = told(would_move(&panel, &staff.calls, everywhere, 3).await);
    assert_eq!(effects[1], counted(TaxesDecidedOtherwise, 1));
    assert_eq!(effects.last(), Some(&named(EffectKind::RulesFreed, 2, "1, 2")));
}
