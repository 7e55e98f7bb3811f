//! Passwords that were hashed elsewhere.

use serde_json::{Value, json};
use shared::identity::PasswordSchemeCount;
use shared::{Code, Permission};

use super::{PASSWORD, link_token, mails, member, session_of, sign_in};
use crate::harness::Panel;

/// "correct horse", hashed by others: libxcrypt, OpenSSL.
const BCRYPT: &str = "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
const PBKDF2: &str =
    "$pbkdf2-sha256$i=2000,l=32$c2FsdFNBTFRzYWx0U0FMVA$Hl/fICa4nKWqDzp7OkGr91b1KlrDLiJJgAMuygigm90";
const SCRYPT: &str =
    "$scrypt$ln=10,r=8,p=1$c2FsdFNBTFRzYWx0U0FMVA$OgdwnDMpl2f2hsrcL9KLP+6Z1R1X1HLfNp24pxtvLbY";

fn new_user(email: &str, hash: &str) -> Value {
    json!({
        "email": email, "password_hash": hash, "first_name": "Old", "last_name": "Hand", "language": "en",
        "email_verified": true,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_with_a_hash_of_another_system_signs_in_and_is_kept_in_ours() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    for (index, hash) in [BCRYPT, PBKDF2, SCRYPT].into_iter().enumerate() {
        let email = format!("old-{index}@example.test");
        root.post("/admin/users", new_user(&email, hash)).await.expect(201);
        let kept = format!(
            "SELECT count(*) AS value FROM users WHERE email = '{email}' AND password_hash LIKE '$argon2id$v=19$m=65536,t=3,p=1$%'"
        );
        sign_in(&panel, "/auth", &email, "Correct horse").await.expect(401);
        assert_eq!(panel.count(&kept).await, 0);
        sign_in(&panel, "/auth", &email, "correct horse").await.expect(200);
        assert_eq!(panel.count(&kept).await, 1, "{hash}");
        sign_in(&panel, "/auth", &email, "correct horse").await.expect(200);
        assert_eq!(mails(&panel, "set_password", &email).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_taken_over_with_the_hash_of_its_owner() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    let new = json!({
        "email": "bob@example.test", "password_hash": BCRYPT, "first_name": "Bob", "last_name": "Kowal", "language": "pl",
        "billing_address": { "line1": "Main 1", "city": "Town", "country": "PL" },
    });
    root.post("/admin/clients", new.clone()).await.expect(201);
    let bob =
        session_of(&panel, &sign_in(&panel, "/auth", "bob@example.test", "correct horse").await.expect(200));
    assert_eq!(bob.get("/auth/session").await.expect(200).json()["clients"].as_array().unwrap().len(), 1);
    // He knows the place already.
    assert_eq!(mails(&panel, "welcome", "bob@example.test").await, 0);
    let again = root.post("/admin/clients", new).await.expect(422);
    assert_eq!(again.refused_fields(), ["password_hash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hashes_that_cannot_be_verified_or_cost_too_much_are_refused() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    let tail = "c2FsdFNBTFRzYWx0U0FMVA$Hl/fICa4nKWqDzp7OkGr91b1KlrDLiJJgAMuygigm90";
    for bad in [
        "",
        "correct horse",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$2b$31$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
        &format!("$argon2id$v=19$m=4194304,t=3,p=1${tail}"),
        &format!("$scrypt$ln=30,r=8,p=1${tail}"),
        &format!("$pbkdf2-sha256$i=4000000000,l=32${tail}"),
        &"$2b$".repeat(500),
    ] {
        let answer = root.post("/admin/users", new_user("old@example.test", bad)).await.expect(422);
        assert_eq!(answer.refused_fields(), ["password_hash"], "{bad}");
    }
    let mut both = new_user("old@example.test", BCRYPT);
    both["password"] = json!(PASSWORD);
    assert_eq!(root.post("/admin/users", both).await.expect(422).refused_fields(), ["password_hash"]);
    assert_eq!(panel.count("SELECT count(*) AS value FROM users").await, 0);
    // Nobody without the permission brings hashes in.
    let viewer = panel.staff(&[Permission::UsersView]).await.calls;
    viewer.post("/admin/users", new_user("old@example.test", BCRYPT)).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_of_an_unknown_system_asks_for_a_reset_and_is_no_error() {
    let panel = Panel::start().await;
    member(&panel, "ada@example.test").await;
    for hash in ["$1$salt$qJH7.N4xYta3aEG/dfqo/0", "5f4dcc3b5aa765d61d8327deb882cf99", "$2b$31$x"] {
        panel.sql(&format!("UPDATE users SET password_hash = '{hash}'")).await;
        let answer = sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(401);
        assert_eq!(answer.problem().code, Code::PasswordResetNeeded, "{hash}");
    }
    // One that would take hours is not even tried.
    panel
        .sql("UPDATE users SET password_hash = '$pbkdf2-sha256$i=4294967295$c2FsdFNBTFRzYWx0$Hl/fICa4nKWqDzp7OkGr91b1KlrDLiJJgAMuygigm90'")
        .await;
    panel.advance_hours(1).await;
    sign_in(&panel, "/auth", "ada@example.test", PASSWORD).await.expect(401);
    let ask = json!({ "email": "ada@example.test" });
    panel.visitor().post("/auth/password/forgotten", ask).await.expect(204);
    let token = link_token(&panel, "password_reset", "ada@example.test").await;
    let reset = json!({ "token": token, "password": "seven lanterns on the river" });
    panel.visitor().post("/auth/password/reset", reset).await.expect(200);
    sign_in(&panel, "/auth", "ada@example.test", "seven lanterns on the river").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_how_many_accounts_are_kept_in_which_scheme() {
    let panel = Panel::start().await;
    let root = panel.super_admin().await.calls;
    root.post("/admin/users", new_user("one@example.test", BCRYPT)).await.expect(201);
    root.post("/admin/users", new_user("two@example.test", &BCRYPT.replacen("2b", "2y", 1)))
        .await
        .expect(201);
    root.post("/admin/users", new_user("three@example.test", SCRYPT)).await.expect(201);
    member(&panel, "ada@example.test").await;
    panel.sql("UPDATE users SET password_hash = 'plain' WHERE email = 'three@example.test'").await;
    let counts: Vec<PasswordSchemeCount> = root.get("/admin/password-schemes").await.expect(200).read();
    let counts: Vec<(&str, i64, i64)> =
        counts.iter().map(|count| (count.scheme.as_str(), count.users, count.staff)).collect();
    assert_eq!(counts, [("argon2id", 1, 0), ("bcrypt", 2, 0), ("unknown", 1, 0), ("none", 0, 1)]);
}
