//! What decides a document before it is issued: limits of its currency, texts and days of its company; and how it is found.

use serde_json::{Value, json};
use shared::billing::company::CompanyDetail;
use shared::billing::document::{DocumentDetail, DocumentSummary, FundsOverview};
use shared::{DocumentId, Page};

use crate::documents::{decimal, proforma, text_of};
use crate::harness::{COMPANY, Caller, ClientAccount, Panel};

/// The ids of a list, sorted.
async fn listed(caller: &Caller, path: &str) -> Vec<DocumentId> {
    let page: Page<DocumentSummary> = caller.get(path).await.expect(200).read();
    assert_eq!(page.total, i64::try_from(page.items.len()).unwrap(), "{path}");
    let mut ids: Vec<DocumentId> = page.items.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_found_by_their_client_and_the_days_they_were_issued_on() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (ada, bob) = (panel.client("Ada").await, panel.client("Bob").await);
    let first = proforma(&ada, "10").await.document.id;
    panel.set_clock("2026-03-12T12:00:00Z".parse().unwrap()).await;
    let second = proforma(&ada, "20").await.document.id;
    let bobs = proforma(&bob, "30").await.document.id;
    let all = format!("client={}&", ada.id);
    for (days, of_ada, of_bob) in [
        ("", vec![first, second], true),
        ("issued_from=2026-03-10", vec![first, second], true),
        ("issued_from=2026-03-11", vec![second], true),
        ("issued_from=2026-03-12", vec![second], true),
        ("issued_from=2026-03-13", vec![], false),
        ("issued_to=2026-03-09", vec![], false),
        ("issued_to=2026-03-10", vec![first], false),
        ("issued_to=2026-03-12", vec![first, second], true),
        ("issued_from=2026-03-10&issued_to=2026-03-10", vec![first], false),
        ("issued_from=2026-03-12&issued_to=2026-03-10", vec![], false),
    ] {
        let mut everybodys = of_ada.clone();
        everybodys.extend(of_bob.then_some(bobs));
        everybodys.sort_unstable();
        assert_eq!(listed(&staff, &format!("/admin/documents?{days}")).await, everybodys, "{days}");
        assert_eq!(listed(&staff, &format!("/admin/documents?{all}{days}")).await, of_ada, "{days}");
        let own = format!("/clients/{}/documents?{days}", ada.id);
        assert_eq!(listed(&ada.calls, &own).await, of_ada, "{days}");
    }
    let none = format!("/admin/documents?client={}", uuid::Uuid::now_v7());
    assert_eq!(listed(&staff, &none).await, []);
    for bad in ["issued_from=yesterday", "issued_to=2026-02-30", "client=Ada"] {
        staff.get(&format!("/admin/documents?{bad}")).await.expect(422);
    }

    // What was found by its day is packed as it was found.
    let found = listed(&staff, &format!("/admin/documents?{all}issued_from=2026-03-11")).await;
    let [id] = found[..] else { panic!("{found:?}") };
    let packed = staff.get(&format!("/admin/documents/archive?ids={id}")).await.expect(200);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(packed.bytes)).unwrap();
    let names: Vec<String> =
        (0..archive.len()).map(|n| archive.by_index(n).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(names.len(), 1);
    assert!(names[0].contains("PROFORMA-2026-03-2"), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn funds_keep_to_the_limits_of_their_own_currency() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (ada, jan) = (panel.client("Ada").await, panel.client_in("Jan", "PLN", "PL").await);
    let limits = |currency: &str, min: &str, max: &str| json!({ "currency": currency, "add_funds_min": min, "add_funds_max": max, "balance_max": "500.00" });
    let mut settings = staff.get("/admin/settings").await.expect(200).json();
    for (bad, field) in [
        (json!([limits("PLN", "20", "19.99")]), "finance.limits.0.add_funds_max"),
        (json!([limits("EUR", "1", "2"), limits("PLN", "-1", "2")]), "finance.limits.1.add_funds_min"),
        (json!([limits("PLN", "1", "2"), limits("PLN", "1", "2")]), "finance.limits"),
        (json!([limits("PLN", "1", "2.005")]), "finance.limits.0.add_funds_max"),
        (json!([limits("JPY", "1.5", "2")]), "finance.limits.0.add_funds_min"),
    ] {
        let mut changed = settings.clone();
        changed["finance"]["limits"] = bad;
        assert_eq!(staff.put("/admin/settings", changed).await.expect(422).refused_fields(), [field]);
    }
    settings["finance"]["limits"] = json!([limits("PLN", "20.00", "400.00")]);
    staff.put("/admin/settings", settings).await.expect(200);

    for (client, min, max, balance) in [(&ada, "10", "1000", "5000"), (&jan, "20", "400", "500")] {
        let path = format!("/clients/{}/funds", client.id);
        let shown: FundsOverview = client.calls.get(&path).await.expect(200).read();
        assert_eq!(shown.minimum.amount(), decimal(min));
        assert_eq!(shown.maximum.amount(), decimal(max));
        assert_eq!(shown.balance_maximum.amount(), decimal(balance));
    }
    let asks = async |client: &ClientAccount, amount: &str| -> bool {
        let path = format!("/clients/{}/funds", client.id);
        let body = json!({ "amount": amount });
        let quoted = client.calls.post(&format!("{path}/quote"), body.clone()).await;
        let issued = client.calls.post_once(&format!("{path}/proformas"), body).await;
        if quoted.status == 200 {
            issued.expect(201);
            return true;
        }
        assert_eq!(quoted.expect(422).refused_fields(), ["amount"]);
        assert_eq!(issued.expect(422).refused_fields(), ["amount"]);
        false
    };
    for (client, amount, may) in [
        (&ada, "9.99", false),
        (&ada, "10.00", true),
        (&ada, "400.01", true),
        (&jan, "10.00", false),
        (&jan, "19.99", false),
        (&jan, "20.00", true),
        (&jan, "400.00", true),
        (&jan, "400.01", false),
    ] {
        assert_eq!(asks(client, amount).await, may, "{amount}");
    }
    panel.sql(&format!("UPDATE wallets SET balance = 400 WHERE client_id = '{}'", jan.id)).await;
    assert!(asks(&jan, "100.00").await, "up to what the balance may be");
    assert!(!asks(&jan, "100.01").await);
}

/// Changes some fields of the home company.
async fn change_company(staff: &Caller, change: Value) {
    let path = format!("/admin/companies/{COMPANY}");
    let detail: CompanyDetail = staff.get(&path).await.expect(200).read();
    let mut whole = serde_json::to_value(&detail.profile).unwrap();
    for (name, value) in change.as_object().unwrap() {
        whole[name] = value.clone();
    }
    staff.put(&path, whole).await.expect(200);
}

fn due_on(document: &DocumentDetail) -> String {
    document.document.due_on.expect("issued").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_says_in_its_own_words_what_was_sold_in_the_clients_language() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let texts = json!({ "item_texts": {
        "en": { "funds": "Hosting credit of {DAY}.{MONTH}.{YEAR}" },
        "pl": { "funds": "Doładowanie {YEAR}/{MONTH}" },
    }});
    change_company(&staff, texts).await;
    let mut said = Vec::new();
    let mut papers = Vec::new();
    for language in ["en", "pl", "uk"] {
        panel.sql(&format!("UPDATE clients SET language = '{language}'")).await;
        let issued = proforma(&ada, "50.00").await;
        let path = format!("/admin/documents/{}/pdf", issued.document.id);
        papers.push(text_of(&staff.get(&path).await.expect(200).bytes));
        said.push(issued.lines[0].description.clone());
    }
    assert_eq!(said[0], "Hosting credit of 10.03.2026");
    assert_eq!(said[1], "Doładowanie 2026/03");
    assert_eq!(said[2], "Поповнення рахунку 2026/03/10", "the program's words where the company has none");
    for (text, paper) in said.iter().zip(&papers) {
        assert!(paper.contains(text.as_str()), "{text}: {paper}");
    }
    let long = json!({ "en": { "funds": "x".repeat(201) } });
    let path = format!("/admin/companies/{COMPANY}");
    let detail: CompanyDetail = staff.get(&path).await.expect(200).read();
    let mut whole = serde_json::to_value(&detail.profile).unwrap();
    whole["item_texts"] = long;
    assert_eq!(staff.put(&path, whole).await.expect(422).refused_fields(), ["item_texts.en.funds"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_due_when_its_company_says_or_else_the_settings() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let first = proforma(&ada, "50").await;
    assert_eq!(due_on(&first), "2026-03-17", "seven days, as delivered");
    let mut settings = staff.get("/admin/settings").await.expect(200).json();
    settings["finance"]["due_days"] = json!(14);
    staff.put("/admin/settings", settings).await.expect(200);
    assert_eq!(due_on(&proforma(&ada, "50").await), "2026-03-24");
    for (days, due) in [(json!(3), "2026-03-13"), (json!(0), "2026-03-10"), (Value::Null, "2026-03-24")] {
        change_company(&staff, json!({ "due_days": days })).await;
        assert_eq!(due_on(&proforma(&ada, "50").await), due, "{days}");
    }
    // What was issued stays as it is.
    let path = format!("/admin/documents/{}", first.document.id);
    let again: DocumentDetail = staff.get(&path).await.expect(200).read();
    assert_eq!(due_on(&again), "2026-03-17");
}
