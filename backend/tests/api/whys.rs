//! Why something costs what it costs, in the language that is read.

use serde_json::{Value, json};
use shared::billing::document::{DocumentDetail, FundsQuote};
use shared::billing::tax::TaxDecision;
use shared::catalog::Quote;
use shared::identity::ClientStatusEffect;
use shared::services::OptionsChangePreview;

use crate::documents::proforma;
use crate::harness::{Answer, Caller, Panel};
use crate::selling::product;
use crate::services::with_sizes;

async fn post_in(calls: &Caller, language: &str, path: &str, body: Value) -> Answer {
    let request = calls.request(reqwest::Method::POST, path).header("accept-language", language).json(&body);
    calls.send(request, format!("POST {path} in {language}")).await
}

#[actix_web::test]
async fn a_top_up_says_why_in_the_language_of_its_reader() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let path = format!("/clients/{}/funds/quote", ada.id);
    for (language, tax, sentence) in [
        ("en", "23 % of 100.00 = 23.00 EUR", "No rule fits a private person at this address on"),
        ("pl", "23 % z 100.00 = 23.00 EUR", "Żadna reguła nie pasuje do osoby prywatnej pod tym adresem"),
        ("uk", "23 % від 100.00 = 23.00 EUR", "Жодне правило не підходить для приватної особи"),
        ("de", "23 % of 100.00 = 23.00 EUR", "No rule fits a private person at this address on"),
    ] {
        let body = json!({ "amount": "100.00" });
        let quote: FundsQuote = post_in(&ada.calls, language, &path, body).await.expect(200).read();
        assert_eq!(quote.taxes[0].why, tax);
        let said = &quote.tax_decision.sentence;
        assert!(said.starts_with(sentence), "{said}");
    }

    let issued = proforma(&ada, "100.00").await.document.id;
    for path in [format!("/clients/{}/documents/{issued}", ada.id), format!("/admin/documents/{issued}")] {
        let calls = if path.starts_with("/admin") { &staff.calls } else { &ada.calls };
        let request = calls.request(reqwest::Method::GET, &path).header("accept-language", "pl");
        let read: DocumentDetail = calls.send(request, path.clone()).await.expect(200).read();
        assert_eq!(read.lines[0].why, "1 × 100 = 100.00 EUR netto", "{path}");
        assert_eq!(read.taxes[0].why, "23 % z 100.00 = 23.00 EUR", "{path}");
        assert!(read.tax_decision.sentence.starts_with("Żadna reguła"), "{path}");
    }
    let body = json!({ "client_id": ada.id });
    let tested = post_in(&staff.calls, "uk", "/admin/tax-rules/test", body).await.expect(200);
    assert!(tested.read::<TaxDecision>().sentence.starts_with("Жодне правило"));
}

#[actix_web::test]
async fn a_quote_says_why_in_the_language_of_its_reader() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let first = async |language: &str, period: &str| {
        let items = json!([{ "product": made.id, "period": period }]);
        let body = json!({ "currency": "EUR", "items": items });
        let quote = post_in(&panel.visitor(), language, "/public/quote", body).await.expect(200);
        quote.read::<Quote>().items[0].first_charge_why.clone()
    };
    assert_eq!(first("en", "one_time").await, "99.0000 EUR, once");
    assert_eq!(first("pl", "one_time").await, "99.0000 EUR, jednorazowo");
    assert_eq!(first("uk", "annually").await, "60.0000 EUR за перший період, наперед");
    let hour = first("pl", "monthly").await;
    assert!(hour.starts_with("godzina 229 z 744 w miesiącu: "), "{hour}");
}

#[actix_web::test]
async fn a_change_of_options_says_why_in_the_language_of_its_reader() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "30").await;
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    for (language, words) in [
        ("en", ["Switch fee: 2.00", " s left of ", "Due now: "]),
        ("pl", ["Opłata za zmianę: 2.00", "pozostałe ", "Do zapłaty teraz: "]),
        ("uk", ["Плата за зміну: 2.00", "решта ", "До сплати зараз: "]),
    ] {
        let answer = post_in(&it.client.calls, language, &it.own("/options/preview"), change.clone()).await;
        let why = answer.expect(200).read::<OptionsChangePreview>().why;
        assert!(why.iter().zip(words).all(|(line, word)| line.contains(word)), "{why:?}");
    }
}

#[actix_web::test]
async fn what_is_in_the_way_of_closing_is_counted_in_words() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await.calls);
    let path = format!("/admin/clients/{}/status?dry_run=true", ada.id);
    let in_the_way = async |language: &str| -> String {
        let body = json!({ "action": "close", "reason": "Asked for." });
        let effect: ClientStatusEffect = post_in(&staff, language, &path, body).await.expect(200).read();
        effect.in_the_way[0].message.clone()
    };
    proforma(&ada, "10").await;
    assert_eq!(in_the_way("en").await, "1 document is unpaid.");
    assert_eq!(in_the_way("pl").await, "1 dokument jest nieopłacony.");
    proforma(&ada, "10").await;
    assert_eq!(in_the_way("en").await, "2 documents are unpaid.");
    assert_eq!(in_the_way("pl").await, "2 dokumenty są nieopłacone.");
    assert_eq!(in_the_way("uk").await, "2 документи не сплачено.");
    for _ in 0..3 {
        proforma(&ada, "10").await;
    }
    assert_eq!(in_the_way("pl").await, "5 dokumentów jest nieopłaconych.");
    assert_eq!(in_the_way("uk").await, "5 документів не сплачено.");
}
