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
async fn who_makes_addresses_up_does_not_have_staff_told_of_each() {
    let panel = Panel::start().await;
    panel.super_admin().await;
    let told = "SELECT count(*) AS value FROM notifications WHERE event = 'sign_in_failed'";
    let made_up = async |numbers: std::ops::Range<u32>| {
        for number in numbers {
            let email = format!("nobody-{number}@provider.test");
            sign_in(&panel, "/auth/admin", &email, "not the password").await.expect(401);
        }
        let failed = jobs::drain(&panel.app).await.unwrap().failed;
        assert!(failed.is_empty(), "{failed:?}");
        panel.count(told).await
    };
    assert_eq!(made_up(0..3).await, 1);
    panel.advance_hours(2).await;
    assert_eq!(made_up(3..5).await, 2);
    // The trail has them all.
    let left = "SELECT count(*) AS value FROM activity_log WHERE action = 'admin.sign_in_failed'";
    assert_eq!(panel.count(left).await, 5);
}

/// Wrong passwords of an account, each from another address of the network.
async fn attacked(panel: &Panel, email: &str) {
    panel
        .sql(&format!(
            "INSERT INTO sign_in_attempts (portal, email, ip, succeeded, at)
             SELECT 'client', '{email}', '203.0.113.' || n, false, '{}' FROM generate_series(1, 60) n",
            panel.now()
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_attacked_from_everywhere_comes_in_from_where_he_was_before() {
    let panel = Panel::start().await;
    member(&panel, "ada@example.test").await;
    member(&panel, "eve@example.test").await;
    panel.advance_hours(24 * 60).await;
    attacked(&panel, "ada@example.test").await;
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(200);

    // From somewhere else the account waits, and so does he who was here long ago.
    panel.sql("UPDATE sessions SET ip = '198.51.100.7'").await;
    attacked(&panel, "ada@example.test").await;
    let waits = sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(429);
    assert!(waits.headers.get("retry-after").is_some());
    panel.sql("UPDATE sessions SET ip = '127.0.0.1'").await;
    panel.advance_hours(24 * 31).await;
    attacked(&panel, "eve@example.test").await;
    sign_in(&panel, "/auth", "eve@example.test", PASSWORD).await.expect(429);

    // Of the familiar place itself the wrong passwords count.
    attacked(&panel, "ada@example.test").await;
    panel
        .sql(&format!(
            "INSERT INTO sign_in_attempts (portal, email, ip, succeeded, at)
             SELECT 'client', 'ada@example.test', '127.0.0.1', false, '{}' FROM generate_series(1, 12)",
            panel.now()
        ))
        .await;
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn which_terms_were_accepted_is_kept() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    panel.visitor().post("/public/registration", registration("ada@example.test")).await.expect(201);
    panel
        .sql(&format!(
            "INSERT INTO terms (version, texts, published_by, published_at)
             VALUES (1, '{{\"en\": \"Be kind.\"}}', 'system', '{0}'), (2, '{{\"en\": \"Be kinder.\"}}', 'system', '{0}')",
            panel.now()
        ))
        .await;
    panel.visitor().post("/public/registration", registration("bob@example.test")).await.expect(201);
    let new =
        json!({ "email": "cyd@example.test", "first_name": "Cyd", "last_name": "Kowal", "language": "pl" });
    root.post("/admin/users", new).await.expect(201);
    for (name, version, at) in
        [("ada", json!(null), true), ("bob", json!(2), true), ("cyd", json!(null), false)]
    {
        let found = root.get(&format!("/admin/users?search={name}@")).await.expect(200).json();
        let id = found["items"][0]["id"].as_str().unwrap().to_owned();
        let user = root.get(&format!("/admin/users/{id}")).await.expect(200).json();
        assert_eq!((&user["terms_version"], user["terms_accepted_at"].is_string()), (&version, at), "{name}");
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn new_addresses_are_mailed_seldom() {
    let panel = Panel::start().await;
    let (ada, bob) = (member(&panel, "ada@example.test").await, member(&panel, "bob@example.test").await);
    let change = async |caller: &crate::harness::Caller, email: &str| {
        let account = caller.get("/me").await.expect(200).json();
        let change = json!({
            "version": account["version"], "email": email, "first_name": "Ada", "last_name": "Novak", "language": "en",
            "current_password": PASSWORD,
        });
        caller.put("/me", change).await
    };
    for stranger in 0..5 {
        change(&ada, &format!("stranger-{stranger}@example.test")).await.expect(200);
    }
    let often = change(&ada, "stranger-5@example.test").await.expect(429).problem();
    assert_eq!(often.code, Code::TooManyRequests);
    assert!(often.detail.is_some());
    assert_eq!(mails(&panel, "confirm_new_email", "stranger-5@example.test").await, 0);
    // Another may, and his own address stays free of it.
    change(&bob, "stranger-0@example.test").await.expect(200);
    change(&ada, "ada@example.test").await.expect(200);
}
