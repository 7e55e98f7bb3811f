//! The password again, before what changes identity or access, or moves money.

use reqwest::Method;
use serde_json::{Value, json};
use shared::identity::TokenCreated;
use shared::{Code, DocumentId, PaymentId, ServiceId};
use uuid::Uuid;

use crate::harness::{Answer, BANK, COMPANY, Caller, ClientAccount, Panel, StaffMember};

async fn call(caller: &Caller, (method, path, body): &(Method, String, Value)) -> Answer {
    let request = caller.request(method.clone(), path).header("idempotency-key", Uuid::now_v7().to_string());
    caller.send(request.json(body), format!("{method} {path}")).await
}

/// What staff do to people, access and money.
async fn guarded(panel: &Panel, root: &StaffMember, ada: &ClientAccount) -> Vec<(Method, String, Value)> {
    panel.colleague(ada.id, &["documents"]).await;
    let client = format!("/admin/clients/{}", ada.id);
    let members = root.calls.get(&format!("{client}/users")).await.expect(200).json();
    let others = members["items"].as_array().unwrap().iter().find(|user| user["role"] == "custom").unwrap();
    let other = others["user"].as_str().unwrap().to_owned();
    let (document, payment) = (DocumentId::generate(), PaymentId::generate());
    let mut settings = root.calls.get("/admin/settings").await.expect(200).json();
    settings["security"]["staff_idle_minutes"] = json!(60);
    let user = json!({
        "version": 1, "email": "other@example.test", "first_name": "O", "last_name": "T", "language": "en",
        "status": "active", "email_verified": true, "phone_verified": false,
    });
    let adjustment = json!({ "kind": "goodwill", "amount": "5.00", "currency": "EUR", "reason": "Sorry" });
    let suspended = json!({ "action": "suspend", "reason": "Looking into it" });
    let company = format!("/admin/companies/{COMPANY}");
    let mut paid_elsewhere = root.calls.get(&company).await.expect(200).json()["profile"].clone();
    paid_elsewhere["bank"] = json!({ "bank": "Another", "account": "1" });
    let gateway = format!("/admin/gateways/{BANK}");
    let mut reworded = root.calls.get(&gateway).await.expect(200).json()["profile"].clone();
    reworded["texts"]["en"]["instructions"] = json!("Pay to account 1.");
    vec![
        (Method::PUT, company, paid_elsewhere),
        (Method::PUT, gateway, reworded),
        (Method::PUT, format!("/admin/users/{other}"), user),
        (Method::POST, format!("/admin/users/{other}/remove-two-factor"), json!({ "reason": "Lost it" })),
        (Method::POST, format!("{client}/users"), json!({ "user": other, "role": "manager" })),
        (Method::PUT, format!("{client}/users/{other}"), json!({ "version": 1, "role": "manager" })),
        (Method::POST, format!("{client}/users/{other}/disable"), json!({})),
        (Method::POST, format!("{client}/users/{other}/enable"), json!({})),
        (Method::POST, format!("{client}/owner"), json!({ "user": other })),
        (Method::DELETE, format!("{client}/users/{other}"), json!({})),
        (Method::DELETE, format!("/admin/users/{other}"), json!({})),
        (Method::DELETE, format!("{client}/tokens/{}", Uuid::now_v7()), json!({})),
        (Method::POST, format!("{client}/status"), suspended),
        (Method::PUT, format!("{client}/credit-limit"), json!({ "credit_limit": "10.00" })),
        (Method::POST, format!("{client}/adjustments"), adjustment),
        (
            Method::POST,
            format!("/admin/documents/{document}/payments"),
            json!({ "gateway_id": BANK, "amount": "1.00" }),
        ),
        (Method::POST, format!("/admin/documents/{document}/pay-from-wallet"), json!({})),
        (
            Method::POST,
            format!("/admin/documents/{document}/refunds"),
            json!({ "method": "by_hand", "reason": "Sent back" }),
        ),
        (
            Method::POST,
            format!("/admin/payments/{payment}/assign"),
            json!({ "client_id": ada.id, "reason": "It is hers" }),
        ),
        (
            Method::POST,
            format!("/admin/services/{}/move", ServiceId::generate()),
            json!({ "client": ada.id }),
        ),
        (Method::PUT, "/admin/settings".to_owned(), settings),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_access_or_moves_money_asks_browsers_for_the_password_and_tokens_for_none() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let ada = panel.client("Ada").await;
    let scopes = ["clients:write", "users:write", "finance:write", "services:write", "settings:write"];
    let token = json!({ "name": "Script", "scopes": scopes });
    let made: TokenCreated = root.calls.post("/admin/me/tokens", token).await.expect(201).read();
    let script = panel.visitor().with_token(&made.secret);

    let guarded = guarded(&panel, &root, &ada).await;
    panel.sql("UPDATE sessions SET sudo_until = NULL").await;
    for what in &guarded {
        let refused = call(&root.calls, what).await.expect(403);
        assert_eq!(refused.problem().code, Code::PasswordNeeded, "{what:?}");
    }
    assert_eq!(panel.count("SELECT count(*) AS value FROM ledger_transfers").await, 0);

    // What only says what would happen asks nobody, nor does what leaves alone who comes in.
    let suspended = json!({ "action": "suspend", "reason": "Looking into it" });
    root.calls.post(&format!("/admin/clients/{}/status?dry_run=true", ada.id), suspended).await.expect(200);
    let mut settings = root.calls.get("/admin/settings").await.expect(200).json();
    settings["general"]["brand_name"] = json!("Northern Cloud");
    root.calls.put("/admin/settings", settings).await.expect(200);
    let company = format!("/admin/companies/{COMPANY}");
    let mut profile = root.calls.get(&company).await.expect(200).json()["profile"].clone();
    profile["phone"] = json!("+48 22 123 45 67");
    root.calls.put(&company, profile).await.expect(200);

    // A script has no password to give again.
    for what in &guarded {
        let answer = call(&script, what).await;
        let code = (answer.status >= 400).then(|| answer.problem().code);
        assert_ne!(code, Some(Code::PasswordNeeded), "{what:?}");
    }
    assert!(
        panel.count("SELECT count(*) AS value FROM ledger_transfers").await > 0,
        "the script's adjustment"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_client_needs_a_second_factor_is_for_browsers_with_the_password_alone() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let ada = panel.client("Ada").await;
    let token = json!({ "name": "Script", "scopes": ["clients:write"] });
    let made: TokenCreated = root.calls.post("/admin/me/tokens", token).await.expect(201).read();
    let script = panel.visitor().with_token(&made.secret);
    let path = format!("/admin/clients/{}", ada.id);
    let change = async |caller: &Caller, enforce: bool| {
        let before = root.calls.get(&path).await.expect(200).json();
        let mut change = json!({ "enforce_two_factor": enforce });
        for field in [
            "version",
            "first_name",
            "last_name",
            "company_name",
            "tax_id",
            "email",
            "language",
            "currency",
            "company",
        ] {
            change[field] = before[field].clone();
        }
        caller.put(&path, change).await
    };
    change(&root.calls, true).await.expect(200);
    panel.sql("UPDATE sessions SET sudo_until = NULL").await;
    assert_eq!(change(&root.calls, false).await.expect(403).problem().code, Code::PasswordNeeded);
    assert_eq!(change(&script, false).await.expect(403).problem().code, Code::NotAllowed);
    // What leaves it alone asks nobody.
    change(&root.calls, true).await.expect(200);
    change(&script, true).await.expect(200);
    assert_eq!(root.calls.get(&path).await.expect(200).json()["enforce_two_factor"], true);
}
