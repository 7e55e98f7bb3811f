//! Signing in and out, registration, and who tries too often.

use hostwright::jobs::{self, Job};
use serde_json::json;
use shared::Code;
use shared::identity::{Registered, UserSession};

use super::{PASSWORD, link_token, mails, member, registration, session_of, sign_in};
use crate::harness::Panel;

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_confirms_and_signs_in_has_a_client_of_his_own() {
    let panel = Panel::start().await;
    let email = "ada@example.test";
    let answer = panel.visitor().post("/public/registration", registration(email)).await.expect(201);
    assert!(answer.read::<Registered>().confirmation_needed);

    let pending = session_of(&panel, &sign_in(&panel, "/auth", email, PASSWORD).await.expect(200));
    let session: UserSession = pending.get("/auth/session").await.expect(200).read();
    assert_eq!(session.clients[0].status.as_str(), "pending");
    let order = pending.post_once(&format!("/clients/{}/tokens", session.clients[0].id), json!({})).await;
    assert_eq!(order.expect(403).problem().code, Code::EmailNotConfirmed);

    let token = link_token(&panel, "confirm_email", email).await;
    panel.visitor().post("/auth/email/confirm", json!({ "token": token })).await.expect(200);
    let session: UserSession = pending.get("/auth/session").await.expect(200).read();
    assert_eq!((session.clients[0].status.as_str(), session.user.status.as_str()), ("active", "active"));
    assert_eq!(session.clients[0].permissions.len(), 7);
    assert_eq!(panel.count("SELECT count(*) AS value FROM wallets").await, 1);

    pending.post("/auth/sign-out", json!({})).await.expect(204);
    pending.get("/auth/session").await.expect(401);
}

/// The cookies that signing in to both portals sets, each with what the browser is told of it.
async fn cookies(panel: &Panel) -> Vec<String> {
    let (root, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let hash = panel.app.passwords.hash(&shared::identity::SecretText::new(PASSWORD)).await.unwrap();
    panel.sql(&format!("UPDATE admins SET password_hash = '{hash}'")).await;
    panel.sql(&format!("UPDATE users SET password_hash = '{hash}'")).await;
    let staff = format!("staff-{}@provider.test", root.id);
    let mut cookies = Vec::new();
    for (area, email) in [("/auth/admin", &staff), ("/auth", &ada.email)] {
        let answer = sign_in(panel, area, email, PASSWORD).await.expect(200);
        let set = answer.headers.get_all("set-cookie").iter();
        cookies.extend(set.map(|cookie| cookie.to_str().unwrap().to_owned()));
    }
    cookies
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_of_sessions_are_for_this_host_alone_and_out_of_reach_of_scripts() {
    let secure = Panel::start_with_http("public_url = 'https://panel.example.com'").await;
    let plain = Panel::start().await;
    for (panel, is_secure) in [(&secure, true), (&plain, false)] {
        let cookies = cookies(panel).await;
        let prefix = if is_secure { "__Host-" } else { "" };
        for (name, of_session) in [
            (format!("{prefix}hw_admin_session"), true),
            ("hw_admin_csrf".to_owned(), false),
            (format!("{prefix}hw_session"), true),
            ("hw_csrf".to_owned(), false),
        ] {
            let begin = format!("{name}=");
            let found: Vec<_> = cookies.iter().filter(|cookie| cookie.starts_with(&begin)).collect();
            assert_eq!(found.len(), 1, "{name}: {cookies:?}");
            let told: Vec<&str> = found[0].split("; ").skip(1).collect();
            assert!(told.contains(&"SameSite=Lax") && told.contains(&"Path=/"), "{told:?}");
            assert_eq!(told.contains(&"Secure"), is_secure, "{name}: {told:?}");
            assert_eq!(told.contains(&"HttpOnly"), of_session, "{name}: {told:?}");
            assert!(!told.iter().any(|part| part.starts_with("Domain")), "{name}: {told:?}");
        }
        assert_eq!(cookies.len(), 4, "{cookies:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_address_gets_the_same_answer_and_no_second_account() {
    let panel = Panel::start().await;
    let first =
        panel.visitor().post("/public/registration", registration("ada@example.test")).await.expect(201);
    let again =
        panel.visitor().post("/public/registration", registration(" ADA@example.test ")).await.expect(201);
    assert_eq!(first.json(), again.json());
    assert_eq!(panel.count("SELECT count(*) AS value FROM users").await, 1);
    assert_eq!(panel.count("SELECT count(*) AS value FROM clients").await, 1);
    assert_eq!(mails(&panel, "password_reset", "ada@example.test").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_registration_names_every_field_and_writes_nothing() {
    let panel = Panel::start().await;
    let bad = json!({
        "email": "no address", "password": "password1234", "first_name": "", "last_name": "x".repeat(101), "country": "XX",
        "language": "en", "terms_accepted": false,
    });
    let mut fields = panel.visitor().post("/public/registration", bad).await.expect(422).refused_fields();
    fields.sort();
    assert_eq!(fields, ["country", "email", "first_name", "last_name", "password", "terms_accepted"]);

    let mut currency = registration("ada@example.test");
    currency["currency"] = json!("USD");
    let answer = panel.visitor().post("/public/registration", currency).await.expect(422);
    assert_eq!(answer.refused_fields(), ["currency"]);
    let mut unknown = registration("ada@example.test");
    unknown["is_admin"] = json!(true);
    let answer = panel.visitor().post("/public/registration", unknown).await.expect(422);
    assert_eq!(answer.refused_fields(), ["is_admin"]);
    assert_eq!(panel.count("SELECT count(*) AS value FROM users").await, 0);

    let huge = json!({ "email": "a".repeat(3 * 1024 * 1024) });
    panel.visitor().post("/auth/sign-in", huge).await.expect(413);
    let long = json!({ "email": "ada@example.test", "password": "x".repeat(2000) });
    assert_eq!(panel.visitor().post("/auth/sign-in", long).await.expect(422).refused_fields(), ["password"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_address_and_wrong_password_get_the_same_answer() {
    let panel = Panel::start().await;
    member(&panel, "ada@example.test").await;
    let wrong = sign_in(&panel, "/auth", "ada@example.test", "not the password").await.expect(401).problem();
    let unknown =
        sign_in(&panel, "/auth", "eve@example.test", "not the password").await.expect(401).problem();
    assert_eq!(wrong.code, Code::WrongCredentials);
    assert_eq!((wrong.detail, wrong.title), (unknown.detail, unknown.title));
    // A user is no member of staff.
    sign_in(&panel, "/auth/admin", "ada@example.test", PASSWORD).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_often_waits_longer_and_longer() {
    let panel = Panel::start_with("").await;
    member(&panel, "ada@example.test").await;
    let mut waiting = None;
    for _ in 0..15 {
        let answer = sign_in(&panel, "/auth", "ada@example.test", "not the password").await;
        if answer.status == 429 {
            waiting = Some(answer);
            break;
        }
        answer.expect(401);
    }
    let waiting = waiting.expect("after some failures there is a wait");
    assert!(waiting.headers.get("retry-after").is_some());
    panel.advance_hours(1).await;
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(200);
    // A success wipes the failures out.
    sign_in(&panel, "/auth", "ada@example.test", "not the password").await.expect(401);
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_his_address_within_his_own_network_waits_all_the_same() {
    let panel = Panel::start_with_http(
        "public_url = 'http://localhost:8480', trusted_proxies = ['127.0.0.1'], sign_in_per_minute = 3",
    )
    .await;
    let visitor = panel.visitor();
    let try_from = async |ip: &str| {
        let body = json!({ "email": format!("{}@example.test", ip.replace(':', "-")), "password": "not the password" });
        let request = visitor.request(reqwest::Method::POST, "/auth/sign-in").header("x-forwarded-for", ip);
        visitor.send(request.json(&body), ip.to_owned()).await.status
    };
    for last in 1..4 {
        assert_eq!(try_from(&format!("2001:db8:1:2::{last}")).await, 401);
    }
    assert_eq!(try_from("2001:db8:1:2:ffff::4").await, 429);
    assert_eq!(try_from("2001:db8:1:3::1").await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_sign_ins_to_the_admin_portal_are_told_to_staff_with_address_and_name() {
    let panel = Panel::start().await;
    panel.super_admin().await;
    sign_in(&panel, "/auth/admin", "root@provider.test", "not the password").await.expect(401);
    let told = "SELECT count(*) AS value FROM notifications WHERE event = 'sign_in_failed'
        AND params->>'ip' = '127.0.0.1' AND params->>'email' = 'root@provider.test' AND params ? 'host'";
    assert_eq!(panel.count(told).await, 0);
    let failed = jobs::drain(&panel.app).await.unwrap().failed;
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(panel.count(told).await, 1);
    // The same task run twice tells once.
    let again = Job::SignInFailed {
        email: "root@provider.test".to_owned(),
        ip: "127.0.0.1".to_owned(),
        failures: 1,
        at: panel.now(),
    };
    jobs::run::run(&panel.app, again.clone()).await.unwrap();
    let before = panel.count(told).await;
    jobs::run::run(&panel.app, again).await.unwrap();
    assert_eq!(panel.count(told).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_a_session_need_its_csrf_token() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let refused = ada.without_csrf().post("/auth/sign-out", json!({})).await.expect(403);
    assert_eq!(refused.problem().code, Code::CsrfFailed);
    ada.get("/auth/session").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_sessions_end() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    panel.advance_hours(23).await;
    ada.get("/auth/session").await.expect(200);
    panel.advance_hours(25).await;
    ada.get("/auth/session").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let other = session_of(&panel, &sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(200));
    let wrong = json!({ "current_password": "not the password", "password": "another quiet harbour" });
    assert_eq!(ada.put("/me/password", wrong).await.expect(422).refused_fields(), ["current_password"]);
    let change = json!({ "current_password": PASSWORD, "password": "another quiet harbour" });
    ada.put("/me/password", change).await.expect(200);
    ada.get("/auth/session").await.expect(200);
    other.get("/auth/session").await.expect(401);
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(401);
    sign_in(&panel, "/auth", "ada@example.test", "another quiet harbour").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_counts_once_it_is_confirmed() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let account = ada.get("/me").await.expect(200).json();
    let change = json!({
        "version": account["version"], "email": "ada@new.test", "first_name": "Ada", "last_name": "Novak", "language": "pl",
        "current_password": PASSWORD,
    });
    let changed = ada.put("/me", change.clone()).await.expect(200).json();
    assert_eq!(
        (&changed["email"], &changed["email_pending"]),
        (&json!("ada@example.test"), &json!("ada@new.test"))
    );
    assert_eq!(ada.put("/me", change).await.expect(412).problem().code, Code::VersionConflict);
    let token = link_token(&panel, "confirm_new_email", "ada@new.test").await;
    panel.visitor().post("/auth/email/confirm", json!({ "token": token })).await.expect(200);
    assert_eq!(ada.get("/me").await.expect(200).json()["email"], "ada@new.test");
    sign_in(&panel, "/auth", "ada@new.test", PASSWORD).await.expect(200);
}
