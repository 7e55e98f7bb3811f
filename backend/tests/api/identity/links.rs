//! Links sent by mail: each works once, for a while.

use diesel_async::RunQueryDsl;
use serde_json::json;
use shared::Code;

use super::{PASSWORD, link_token, mails, member, registration, session_of, sign_in};
use crate::harness::Panel;

const NEW: &str = "seven lanterns on the river";

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_works_once() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    panel
        .visitor()
        .post("/auth/password/forgotten", json!({ "email": "ada@example.test" }))
        .await
        .expect(204);
    let token = link_token(&panel, "password_reset", "ada@example.test").await;

    // A bad password does not use the link up.
    let weak = json!({ "token": token, "password": "password1234" });
    assert_eq!(
        panel.visitor().post("/auth/password/reset", weak).await.expect(422).refused_fields(),
        ["password"]
    );

    let good = json!({ "token": token, "password": NEW });
    panel.visitor().post("/auth/password/reset", good.clone()).await.expect(200);
    let again = panel.visitor().post("/auth/password/reset", good).await.expect(422);
    assert_eq!((again.problem().code, again.refused_fields()), (Code::LinkExpired, vec!["token".to_owned()]));
    // All sessions are over, the old password too.
    ada.get("/auth/session").await.expect(401);
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(401);
    sign_in(&panel, "/auth", "ada@example.test", NEW).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_uses_at_once_one_counts() {
    let panel = Panel::start().await;
    member(&panel, "ada@example.test").await;
    panel
        .visitor()
        .post("/auth/password/forgotten", json!({ "email": "ada@example.test" }))
        .await
        .expect(204);
    let token = link_token(&panel, "password_reset", "ada@example.test").await;
    let visitor = panel.visitor();
    let uses = (0..8).map(|n| {
        visitor
            .post("/auth/password/reset", json!({ "token": token, "password": format!("{NEW} number {n}") }))
    });
    let mut statuses: Vec<u16> =
        futures::future::join_all(uses).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422, 422, 422, 422]);
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_foreign_and_replaced_links_are_refused() {
    let panel = Panel::start().await;
    member(&panel, "ada@example.test").await;
    let ask = json!({ "email": "ada@example.test" });
    panel.visitor().post("/auth/password/forgotten", ask.clone()).await.expect(204);
    let first = link_token(&panel, "password_reset", "ada@example.test").await;
    panel.visitor().post("/auth/password/forgotten", ask).await.expect(204);
    let second = link_token(&panel, "password_reset", "ada@example.test").await;
    let reset = async |token: &str| {
        panel.visitor().post("/auth/password/reset", json!({ "token": token, "password": NEW })).await
    };
    // A newer link voids the earlier ones.
    assert_eq!(reset(&first).await.expect(422).problem().code, Code::LinkExpired);
    // A link is for its purpose only.
    let confirm = panel.visitor().post("/auth/email/confirm", json!({ "token": second })).await.expect(422);
    assert_eq!(confirm.problem().code, Code::LinkExpired);
    assert_eq!(reset("made up").await.expect(422).problem().code, Code::LinkExpired);
    panel.set_clock(panel.now().checked_add(jiff::SignedDuration::from_mins(61)).unwrap()).await;
    assert_eq!(reset(&second).await.expect(422).problem().code, Code::LinkExpired);
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_mailed_to_an_address_that_is_no_longer_his_is_void() {
    let panel = Panel::start().await;
    member(&panel, "ada@example.test").await;
    let ask = json!({ "email": "ada@example.test" });
    panel.visitor().post("/auth/password/forgotten", ask).await.expect(204);
    let token = link_token(&panel, "password_reset", "ada@example.test").await;
    panel.sql("UPDATE users SET email = 'ada@new.test'").await;
    let reset = json!({ "token": token, "password": NEW });
    let refused = panel.visitor().post("/auth/password/reset", reset).await.expect(422);
    assert_eq!(refused.problem().code, Code::LinkExpired);
    sign_in(&panel, "/auth", "ada@new.test", PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_voids_the_links_that_wait() {
    let panel = Panel::start().await;
    let ada = member(&panel, "ada@example.test").await;
    let move_away = async |caller: &crate::harness::Caller, password: &str| {
        let account = caller.get("/me").await.expect(200).json();
        let change = json!({
            "version": account["version"], "email": "eve@new.test", "first_name": "Ada", "last_name": "Novak",
            "language": "en", "current_password": password,
        });
        caller.put("/me", change).await.expect(200);
        link_token(&panel, "confirm_new_email", "eve@new.test").await
    };
    let confirm = async |token: &str| {
        let refused =
            panel.visitor().post("/auth/email/confirm", json!({ "token": token })).await.expect(422);
        assert_eq!(refused.problem().code, Code::LinkExpired);
    };

    // By oneself, with the old password.
    let moved = move_away(&ada, PASSWORD).await;
    let change = json!({ "current_password": PASSWORD, "password": NEW });
    ada.put("/me/password", change).await.expect(200);
    confirm(&moved).await;

    // With a mailed link: also a first password that staff once sent.
    let moved = move_away(&ada, NEW).await;
    panel
        .visitor()
        .post("/auth/password/forgotten", json!({ "email": "ada@example.test" }))
        .await
        .expect(204);
    let token = link_token(&panel, "password_reset", "ada@example.test").await;
    panel.sql("UPDATE one_time_links SET purpose = 'set_password' WHERE purpose = 'reset_password'").await;
    panel
        .visitor()
        .post("/auth/password/forgotten", json!({ "email": "ada@example.test" }))
        .await
        .expect(204);
    let other = link_token(&panel, "password_reset", "ada@example.test").await;
    let reset = |token: &str| json!({ "token": token, "password": PASSWORD });
    panel.visitor().post("/auth/password/reset", reset(&token)).await.expect(200);
    confirm(&moved).await;
    panel.visitor().post("/auth/password/reset", reset(&other)).await.expect(422);
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(200);
}

/// Holds an address for another in a transaction that is not finished, lets `call` run into it, then finishes.
async fn while_taken<T: Send + 'static>(
    panel: &Panel,
    who: &str,
    address: &str,
    call: impl Future<Output = T> + Send + 'static,
) -> T {
    let mut other = panel.own_connection().await;
    let take = format!("UPDATE users SET email = '{address}' WHERE email = '{who}'");
    for statement in ["BEGIN", take.as_str()] {
        diesel::sql_query(statement).execute(&mut other).await.unwrap();
    }
    let calling = tokio::spawn(call);
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    diesel::sql_query("COMMIT").execute(&mut other).await.unwrap();
    calling.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_an_address_at_once_one_is_refused() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let ada = member(&panel, "ada@example.test").await;
    member(&panel, "eve@example.test").await;
    let account = ada.get("/me").await.expect(200).json();
    let change = json!({
        "version": account["version"], "email": "both@new.test", "first_name": "Ada", "last_name": "Novak", "language": "en",
        "current_password": PASSWORD,
    });
    ada.put("/me", change).await.expect(200);
    let token = link_token(&panel, "confirm_new_email", "both@new.test").await;
    let visitor = panel.visitor();
    let confirming = async move { visitor.post("/auth/email/confirm", json!({ "token": token })).await };
    let late = while_taken(&panel, "eve@example.test", "both@new.test", confirming).await;
    assert_eq!(late.expect(422).problem().code, Code::LinkExpired);

    let path = format!("/admin/users/{}", account["id"].as_str().unwrap());
    let user = root.calls.get(&path).await.expect(200).json();
    let change = json!({
        "version": user["version"], "email": "others@new.test", "first_name": "Ada", "last_name": "Novak",
        "language": "en", "status": "active", "email_verified": true, "phone_verified": false,
    });
    let changing = async move { root.calls.put(&path, change).await };
    let late = while_taken(&panel, "both@new.test", "others@new.test", changing).await;
    assert_eq!(late.expect(422).refused_fields(), ["email"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_send_links_as_seldom_as_people_ask_for_them() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    panel.visitor().post("/public/registration", registration("bob@example.test")).await.expect(201);
    let pending = root.get("/admin/clients?search=bob@example.test").await.expect(200).json();
    let pending = pending["items"][0]["id"].as_str().unwrap().to_owned();
    for (path, event, email, sent) in [
        (format!("/admin/users/{}/password-reset", ada.user), "password_reset", ada.email.as_str(), 5),
        (format!("/admin/clients/{pending}/resend-confirmation"), "confirm_email", "bob@example.test", 6),
    ] {
        for _ in 0..5 {
            root.post(&path, json!({})).await.expect(204);
        }
        let often = root.post(&path, json!({})).await.expect(429);
        assert!(often.problem().detail.is_some() && often.headers.get("retry-after").is_some());
        assert_eq!(mails(&panel, event, email).await, sent, "{path}");
        panel.advance_hours(2).await;
        root.post(&path, json!({})).await.expect(204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_says_nothing_and_mails_seldom() {
    let panel = Panel::start().await;
    member(&panel, "ada@example.test").await;
    for _ in 0..7 {
        panel
            .visitor()
            .post("/auth/password/forgotten", json!({ "email": "ada@example.test" }))
            .await
            .expect(204);
    }
    assert_eq!(mails(&panel, "password_reset", "ada@example.test").await, 5);
    panel
        .visitor()
        .post("/auth/password/forgotten", json!({ "email": "nobody@example.test" }))
        .await
        .expect(204);
    assert_eq!(mails(&panel, "password_reset", "nobody@example.test").await, 0);
    let bad =
        panel.visitor().post("/auth/password/forgotten", json!({ "email": "nobody" })).await.expect(422);
    assert_eq!(bad.refused_fields(), ["email"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_an_answer_does_not_tell_whether_an_address_is_known() {
    let panel = Panel::start().await;
    member(&panel, "ada@example.test").await;
    for area in ["/auth/password/forgotten", "/auth/admin/password/forgotten", "/auth/email/resend"] {
        for email in ["ada@example.test", "nobody@example.test"] {
            let started = std::time::Instant::now();
            panel.visitor().post(area, json!({ "email": email })).await.expect(204);
            assert!(started.elapsed().as_millis() >= 200, "{area} {email}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_staff_enter_sets_his_own_password() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await;
    let new =
        json!({ "email": "Bob@Example.test", "first_name": "Bob", "last_name": "Kowal", "language": "pl" });
    let user = root.calls.post("/admin/users", new).await.expect(201).json();
    assert_eq!((&user["email"], &user["status"]), (&json!("bob@example.test"), &json!("new")));
    sign_in(&panel, "/auth", "bob@example.test", "").await.expect(422);
    let token = link_token(&panel, "set_password", "bob@example.test").await;
    panel
        .visitor()
        .post("/auth/password/reset", json!({ "token": token, "password": NEW }))
        .await
        .expect(200);
    // Who reads the mail owns the address.
    let bob = session_of(&panel, &sign_in(&panel, "/auth", "bob@example.test", NEW).await.expect(200));
    assert_eq!(bob.get("/auth/session").await.expect(200).json()["user"]["status"], "active");
}
