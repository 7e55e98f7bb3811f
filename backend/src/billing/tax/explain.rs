//! Tax decisions as they are shown.

use rules::tax::{self, Basis, Decision, Mismatch};
use shared::Language;
use shared::billing::ClientClass;
use shared::billing::tax::{
    NotReversed, PassedTaxRule, TaxBasis, TaxDecision, TaxMismatch, TaxRate, UnreachableRule, UnreachableWhy,
    VatEvidence,
};
use shared::billing::vat::VatSource;

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
    let class = match decision.class {
        ClientClass::Private => language.say("a private person", "osoby prywatnej", "приватної особи"),
        ClientClass::Company => language.say(
            "a company without a tax id",
            "firmy bez numeru podatkowego",
            "компанії без податкового номера",
        ),
        ClientClass::TaxedCompany => language.say(
            "a company with a tax id",
            "firmy z numerem podatkowym",
            "компанії з податковим номером",
        ),
    };
    let rates = if decision.rates.is_empty() {
        language.say("no tax", "bez podatku", "без податку").to_owned()
    } else {
        let rates = decision.rates.iter().map(|rate| format!("{} {} %", rate.name, rate.rate.normalize()));
        rates.collect::<Vec<_>>().join(language.say(" and ", " i ", " і "))
    };
    let decided = decided(decision, class, &rates, language);
    match &decision.not_reversed {
        Some(tax::NotReversed::NotChecked) => {
            let why = language.say(
                "No reverse charge: nobody had answered about the client's VAT id.",
                "Bez odwrotnego obciążenia: nikt nie odpowiedział o numerze VAT klienta.",
                "Без зворотного нарахування: відповіді про номер ПДВ клієнта не було.",
            );
            format!("{decided} {why}")
        }
        Some(tax::NotReversed::Invalid { evidence }) => {
            let why = language.say(
                "No reverse charge: the client's VAT id was found invalid",
                "Bez odwrotnego obciążenia: numer VAT klienta uznano za nieważny",
                "Без зворотного нарахування: номер ПДВ клієнта визнано недійсним",
            );
            format!("{decided} {why} {}.", found(evidence, language))
        }
        None => decided,
    }
}

/// What was decided, without why it is no reverse charge.
fn decided(decision: &Decision, class: &str, rates: &str, language: Language) -> String {
    let on = decision.on;
    match (&decision.basis, language) {
        (Basis::ReverseCharge { evidence }, _) => {
            let found = found(evidence, language);
            match language {
                Language::English => format!(
                    "Reverse charge on {on}: seller and client are in different EU countries and the client's VAT id was found valid {found}."
                ),
                Language::Polish => format!(
                    "Odwrotne obciążenie, {on}: sprzedawca i klient są w różnych krajach UE, a numer VAT klienta uznano za ważny {found}."
                ),
                Language::Ukrainian => format!(
                    "Зворотне нарахування ПДВ, {on}: продавець і клієнт у різних країнах ЄС, а номер ПДВ клієнта визнано дійсним {found}."
                ),
            }
        }
        (Basis::Rule { position, .. }, Language::English) => format!(
            "Rule {position} on {on}: {rates}, because it is the first that fits {class} at this address."
        ),
        (Basis::Rule { position, .. }, Language::Polish) => {
            format!("Reguła {position}, {on}: {rates}, bo jako pierwsza pasuje do {class} pod tym adresem.")
        }
        (Basis::Rule { position, .. }, Language::Ukrainian) => {
            format!("Правило {position}, {on}: {rates}, бо воно перше підходить для {class} за цією адресою.")
        }
        (Basis::Fallback, Language::English) => {
            format!("No rule fits {class} at this address on {on}: the home company's own rates, {rates}.")
        }
        (Basis::Fallback, Language::Polish) => format!(
            "Żadna reguła nie pasuje do {class} pod tym adresem, {on}: stawki firmy, która sprzedaje, {rates}."
        ),
        (Basis::Fallback, Language::Ukrainian) => format!(
            "Жодне правило не підходить для {class} за цією адресою, {on}: ставки компанії, що продає, {rates}."
        ),
        (Basis::Balance, Language::English) => {
            format!("Paid from the balance on {on}: no tax, because it was paid when the money was added.")
        }
        (Basis::Balance, Language::Polish) => {
            format!("Zapłacono z salda, {on}: bez podatku, bo zapłacono go przy wpłacie środków.")
        }
        (Basis::Balance, Language::Ukrainian) => {
            format!("Сплачено з балансу, {on}: без податку, бо його сплачено під час поповнення.")
        }
    }
}

/// When and by whom: `on 2026-11-21 by VIES (consultation WAPIAAAAW1)`.
fn found(evidence: &tax::VatEvidence, language: Language) -> String {
    let by = match evidence.source.parse() {
        Ok(VatSource::Vies) => language.say("by VIES", "przez VIES", "через VIES").to_owned(),
        Ok(VatSource::Checksum) => language
            .say("by its check digits", "na podstawie cyfr kontrolnych", "за контрольними цифрами")
            .to_owned(),
        Ok(VatSource::Staff) => language.say("by staff", "przez obsługę", "персоналом").to_owned(),
        Err(_) => format!("{} {}", language.say("by", "przez", "через"), evidence.source),
    };
    let on = evidence.checked_at.strftime("%Y-%m-%d");
    let on = format!("{}{on} {by}", language.say("on ", "", ""));
    match &evidence.consultation {
        Some(number) => {
            format!("{on} ({} {number})", language.say("consultation", "zapytanie", "запит"))
        }
        None => on,
    }
}
