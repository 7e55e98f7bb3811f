//! The second factor.

use data_encoding::BASE32_NOPAD;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use shared::Code;
use shared::identity::{TotpSetup, TwoFactorState};
use totp_rs::Builder;

use super::{PASSWORD, mailed, member, session_of, sign_in, sudo};
use crate::harness::{Answer, Caller, Panel};

/// The code that the app shows `steps` from now, in real time; not within a moment of its change.
pub(crate) async fn code(panel: &Panel, secret: &str, steps: i64) -> String {
    let mut now = panel.app.clock.real_now().as_second();
    if now % 30 > 25 {
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        now = panel.app.clock.real_now().as_second();
    }
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(now + steps * 30).unwrap()).to_string()
}

/// Turns the second factor on with an authenticator app; uses the code of the step before.
pub(crate) async fn turn_on(panel: &Panel, caller: &Caller) -> (TotpSetup, TwoFactorState) {
    sudo(caller).await;
    let setup: TotpSetup =
        caller.post("/me/factors/totp", json!({ "name": "Phone" })).await.expect(201).read();
    assert!(setup.qr_svg.starts_with("<svg") && setup.uri.contains(&setup.secret));
    let change = json!({ "enabled": true, "factor": setup.id, "code": code(panel, &setup.secret, -1).await });
    let state: TwoFactorState = caller.post("/me/two-factor", change).await.expect(200).read();
    assert_eq!(state.recovery_codes.len(), 10);
    (setup, state)
}

pub(crate) async fn step(half: &Caller, method: &str, code: &str) -> Answer {
    half.post("/auth/second-factor", json!({ "method": method, "code": code })).await
}

pub(crate) async fn half_signed_in(panel: &Panel, email: &str) -> Caller {
    let answer = sign_in(panel, "/auth", email, PASSWORD).await.expect(200);
    assert_ne!(answer.json()["second_factor"], json!([]));
    session_of(panel, &answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_sign_in_opens_nothing_and_a_code_works_once() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let (setup, _) = turn_on(&panel, &ada).await;

    let half = half_signed_in(&panel, "ada@example.test").await;
    assert_eq!(half.get("/auth/session").await.expect(401).problem().code, Code::SecondFactorNeeded);
    assert_eq!(half.get("/me").await.expect(401).problem().code, Code::SecondFactorNeeded);
    let right = code(&panel, &setup.secret, 0).await;
    let whole = step(&half, "totp", &right).await.expect(200);
    let whole = session_of(&panel, &whole);
    whole.get("/me").await.expect(200);
    // The half session's bits are void, and so is the code.
    half.get("/auth/session").await.expect(401);
    let other = half_signed_in(&panel, "ada@example.test").await;
    assert_eq!(step(&other, "totp", &right).await.expect(422).problem().code, Code::WrongCode);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_codes_end_the_session_and_make_the_next_sign_in_wait() {
    let panel = Panel::start_with("").await;
    let ada = member(&panel, "ada@example.test").await;
    turn_on(&panel, &ada).await;
    let half = half_signed_in(&panel, "ada@example.test").await;
    for _ in 0..9 {
        assert_eq!(step(&half, "totp", "000000").await.expect(422).problem().code, Code::WrongCode);
    }
    let ended = step(&half, "totp", "000000").await.expect(429);
    assert!(ended.headers.get("retry-after").is_some());
    step(&half, "totp", "000000").await.expect(401);
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(429);
    panel.advance_hours(1).await;
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_count_for_the_person_however_often_he_half_signs_in() {
    let panel =
        Panel::start_with_http("public_url = 'http://localhost:8480', sign_in_per_minute = 200").await;
    let ada = member(&panel, "ada@example.test").await;
    let (setup, _) = turn_on(&panel, &ada).await;
    let mut halves = Vec::new();
    for _ in 0..3 {
        halves.push(half_signed_in(&panel, "ada@example.test").await);
    }
    for half in halves.iter().cycle().take(9) {
        let wrong = step(half, "totp", "000000").await.expect(422);
        assert_eq!(
            (wrong.problem().code, wrong.refused_fields()),
            (Code::WrongCode, vec!["code".to_owned()])
        );
    }
    step(&halves[0], "totp", "000000").await.expect(429);
    for half in &halves {
        step(half, "totp", "000000").await.expect(401);
    }

    // Each further one waits, also in a sign-in of its own.
    panel.advance_hours(1).await;
    let half = half_signed_in(&panel, "ada@example.test").await;
    let other = half_signed_in(&panel, "ada@example.test").await;
    step(&half, "totp", "000000").await.expect(422);
    let waits = step(&other, "totp", "000000").await.expect(429);
    assert!(waits.headers.get("retry-after").is_some());

    // The right one wipes the wrong ones out.
    panel.set_clock(panel.now().checked_add(jiff::SignedDuration::from_secs(10)).unwrap()).await;
    let right = code(&panel, &setup.secret, 0).await;
    step(&half, "totp", &right).await.expect(200);
    let half = half_signed_in(&panel, "ada@example.test").await;
    for _ in 0..3 {
        step(&half, "totp", "000000").await.expect(422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_mailed_seldom_and_to_confirmed_addresses_alone() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    sudo(&ada).await;
    for _ in 0..5 {
        let factor = ada.post("/me/factors/email", json!({})).await.expect(201).json();
        ada.delete(&format!("/me/factors/{}", factor["id"].as_str().unwrap())).await.expect(204);
    }
    let often = ada.post("/me/factors/email", json!({})).await.expect(429);
    assert!(often.problem().detail.is_some() && often.headers.get("retry-after").is_some());
    assert_eq!(super::mails(&panel, "passcode", "ada@example.test").await, 5);

    let bob = member(&panel, "bob@example.test").await;
    sudo(&bob).await;
    panel.sql("UPDATE users SET email_verified_at = NULL WHERE email = 'bob@example.test'").await;
    let refused = bob.post("/me/factors/email", json!({})).await.expect(403);
    assert_eq!(refused.problem().code, Code::EmailNotConfirmed);
    assert_eq!(super::mails(&panel, "passcode", "bob@example.test").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_asks_a_second_factor_of_everybody_once_he_has_one() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let session = ada.get("/auth/session").await.expect(200).json();
    let client: shared::ClientId = session["clients"][0]["id"].as_str().unwrap().parse().unwrap();
    let colleague = panel.colleague(client, &["documents"]).await;
    let (own, documents) = (format!("/clients/{client}/networks"), format!("/clients/{client}/documents"));
    let change = async |enforce: Value| {
        let before = ada.get(&own).await.expect(200).json();
        ada.put(&own, json!({ "version": before["version"], "networks": [], "enforce_two_factor": enforce }))
            .await
    };
    sudo(&ada).await;
    let refused = change(json!(true)).await.expect(422);
    assert_eq!(refused.problem().fields[0].code, "locks_out");
    turn_on(&panel, &ada).await;
    assert_eq!(change(json!(true)).await.expect(200).json()["enforce_two_factor"], true);
    ada.get(&documents).await.expect(200);
    assert_eq!(colleague.get(&documents).await.expect(403).problem().code, Code::SecondFactorRequired);
    // What is not said stays as it is.
    assert_eq!(change(Value::Null).await.expect(200).json()["enforce_two_factor"], true);
    assert_eq!(change(json!(false)).await.expect(200).json()["enforce_two_factor"], false);
    colleague.get(&documents).await.expect(200);
    let told = "SELECT count(*) AS value FROM activity_log WHERE action = 'client.networks_changed'
        AND (old->>'enforce_two_factor')::boolean <> (new->>'enforce_two_factor')::boolean";
    assert_eq!(panel.count(told).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_in_with_the_code_of_their_app() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let email = format!("staff-{}@provider.test", root.id);
    let hash = panel.app.passwords.hash(&shared::identity::SecretText::new(PASSWORD)).await.unwrap();
    panel.sql(&format!("UPDATE admins SET password_hash = '{hash}'")).await;
    let new = json!({ "name": "Phone" });
    let setup: TotpSetup = root.calls.post("/admin/me/factors/totp", new).await.expect(201).read();
    let change =
        json!({ "enabled": true, "factor": setup.id, "code": code(&panel, &setup.secret, -1).await });
    root.calls.post("/admin/me/two-factor", change).await.expect(200);

    let answer = sign_in(&panel, "/auth/admin", &email, PASSWORD).await.expect(200);
    assert!(answer.json()["second_factor"].as_array().unwrap().contains(&json!("totp")));
    let half = session_of(&panel, &answer);
    for path in ["/auth/admin/session", "/admin/clients"] {
        assert_eq!(half.get(path).await.expect(401).problem().code, Code::SecondFactorNeeded, "{path}");
    }
    let right = json!({ "method": "totp", "code": code(&panel, &setup.secret, 0).await });
    let whole = half.post("/auth/admin/second-factor", right.clone()).await.expect(200);
    let whole = session_of(&panel, &whole);
    whole.get("/auth/admin/session").await.expect(200);
    whole.get("/admin/clients").await.expect(200);
    half.get("/auth/admin/session").await.expect(401);
    let again = session_of(&panel, &sign_in(&panel, "/auth/admin", &email, PASSWORD).await.expect(200));
    let used = again.post("/auth/admin/second-factor", right).await.expect(422);
    assert_eq!(used.problem().code, Code::WrongCode);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_told_of_ten_wrong_codes_for_one_of_them() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let email = format!("staff-{}@provider.test", root.id);
    let hash = panel.app.passwords.hash(&shared::identity::SecretText::new(PASSWORD)).await.unwrap();
    panel.sql(&format!("UPDATE admins SET password_hash = '{hash}', two_factor = true")).await;
    let half = session_of(&panel, &sign_in(&panel, "/auth/admin", &email, PASSWORD).await.expect(200));
    let wrong = json!({ "method": "totp", "code": "000000" });
    for _ in 0..9 {
        half.post("/auth/admin/second-factor", wrong.clone()).await.expect(422);
    }
    half.post("/auth/admin/second-factor", wrong).await.expect(429);
    let drained = hostwright::jobs::drain(&panel.app).await.unwrap();
    assert!(drained.failed.is_empty(), "{:?}", drained.failed);
    let told = format!(
        "SELECT count(*) AS value FROM notifications WHERE event = 'sign_in_failed'
         AND params->>'email' = '{email}' AND params->>'ip' = '127.0.0.1' AND params->>'failures' = '10'"
    );
    assert_eq!(panel.count(&told).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_step_does_not_lock_itself_up_with_who_turns_the_factor_off() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    turn_on(&panel, &ada).await;
    let half = half_signed_in(&panel, "ada@example.test").await;
    // As the other one does it: the methods, then the sessions.
    let mut other = panel.own_connection().await;
    for statement in ["BEGIN", "SELECT 1 FROM factors FOR UPDATE"] {
        diesel::sql_query(statement).execute(&mut other).await.unwrap();
    }
    let giving = tokio::spawn(async move { step(&half, "totp", "000000").await.status });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    for statement in ["UPDATE sessions SET ended_at = now() WHERE NOT complete", "COMMIT"] {
        diesel::sql_query(statement).execute(&mut other).await.unwrap();
    }
    assert_eq!(giving.await.unwrap(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_works_once() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let (_, state) = turn_on(&panel, &ada).await;
    let half = half_signed_in(&panel, "ada@example.test").await;
    let code = state.recovery_codes[3].to_uppercase();
    step(&half, "recovery", &code).await.expect(200);
    let half = half_signed_in(&panel, "ada@example.test").await;
    step(&half, "recovery", &code).await.expect(422);
    assert_eq!(ada.get("/me/factors").await.expect(200).json()["recovery_codes_left"], 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_works_once_and_for_ten_minutes() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    sudo(&ada).await;
    let factor = ada.post("/me/factors/email", json!({})).await.expect(201).json();
    let code = mailed(&panel, "passcode", "ada@example.test").await["code"].as_str().unwrap().to_owned();
    let change = json!({ "enabled": true, "factor": factor["id"], "code": code });
    ada.post("/me/two-factor", change).await.expect(200);

    let half = half_signed_in(&panel, "ada@example.test").await;
    step(&half, "email", &code).await.expect(422);
    half.post("/auth/second-factor/send", json!({})).await.expect(204);
    let late = mailed(&panel, "passcode", "ada@example.test").await["code"].as_str().unwrap().to_owned();
    panel.set_clock(panel.now().checked_add(jiff::SignedDuration::from_mins(11)).unwrap()).await;
    step(&half, "email", &late).await.expect(422);
    half.post("/auth/second-factor/send", json!({})).await.expect(204);
    let fresh = mailed(&panel, "passcode", "ada@example.test").await["code"].as_str().unwrap().to_owned();
    step(&half, "email", &fresh).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_method_stays_while_the_second_factor_is_on() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let (setup, state) = turn_on(&panel, &ada).await;
    let refused = ada.delete(&format!("/me/factors/{}", setup.id)).await.expect(409);
    assert_eq!(refused.problem().code, Code::Conflict);
    let wrong = json!({ "enabled": false, "factor": setup.id, "code": "123123" });
    assert_eq!(ada.post("/me/two-factor", wrong).await.expect(422).refused_fields(), ["code"]);
    let off = json!({ "enabled": false, "code": state.recovery_codes[0] });
    ada.post("/me/two-factor", off).await.expect(200);
    ada.delete(&format!("/me/factors/{}", setup.id)).await.expect(204);
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_factors_asks_for_the_password() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let refused = ada.post("/me/factors/totp", json!({ "name": "Phone" })).await.expect(403);
    assert_eq!(refused.problem().code, Code::PasswordNeeded);
    let wrong = ada.post("/auth/sudo", json!({ "password": "not the password" })).await.expect(422);
    assert_eq!(wrong.refused_fields(), ["password"]);
    sudo(&ada).await;
    ada.post("/me/factors/totp", json!({ "name": "Phone" })).await.expect(201);
    panel.set_clock(panel.now().checked_add(jiff::SignedDuration::from_mins(11)).unwrap()).await;
    ada.post("/me/factors/totp", json!({ "name": "Tablet" })).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn obliged_staff_set_up_a_second_factor_before_anything_else() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let mut settings: Value = root.calls.get("/admin/settings").await.expect(200).json();
    settings["security"]["enforce_staff_two_factor"] = json!(true);
    root.calls.put("/admin/settings", settings).await.expect(200);

    let refused = root.calls.get("/admin/clients").await.expect(403);
    assert_eq!(refused.problem().code, Code::SecondFactorRequired);
    let session = root.calls.get("/auth/admin/session").await.expect(200).json();
    assert_eq!(session["second_factor_required"], true);
    let setup: TotpSetup =
        root.calls.post("/admin/me/factors/totp", json!({ "name": "Key" })).await.expect(201).read();
    let change = json!({ "enabled": true, "factor": setup.id, "code": code(&panel, &setup.secret, 0).await });
    root.calls.post("/admin/me/two-factor", change).await.expect(200);
    root.calls.get("/admin/clients").await.expect(200);
}
