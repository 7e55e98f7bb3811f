//! Support access: staff in a client's portal, let in by the client and watched by it.

use hostwright::jobs::{Job, run};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::identity::{SupportAccess, SupportRequest, SupportVisit, UserSession};
use shared::{Code, Page, Permission};

use super::{mails, session_of};
use crate::harness::{Caller, ClientAccount, Panel, StaffMember};

fn door(client: &ClientAccount) -> String {
    format!("/clients/{}/support-access", client.id)
}

fn way_in(client: &ClientAccount) -> String {
    format!("/admin/clients/{}/sign-in-as", client.id)
}

/// Staff signed in as the owner of a client.
async fn inside(panel: &Panel, staff: &StaffMember, client: &ClientAccount) -> Caller {
    let body = json!({ "reason": "The invoice of May" });
    session_of(panel, &staff.calls.post(&way_in(client), body).await.expect(200))
}

/// A client that lets support in, and staff with these permissions inside it.
async fn visited(panel: &Panel, permissions: &[Permission]) -> (ClientAccount, StaffMember, Caller) {
    let ada = panel.client("Ada").await;
    ada.calls.post(&door(&ada), json!({})).await.expect(200);
    let staff = panel.staff(permissions).await;
    let visit = inside(panel, &staff, &ada).await;
    (ada, staff, visit)
}

async fn visits(client: &ClientAccount) -> Vec<SupportVisit> {
    let page: Page<SupportVisit> =
        client.calls.get(&format!("{}/visits", door(client))).await.expect(200).read();
    page.items
}

async fn requests(client: &ClientAccount, query: &str) -> Vec<SupportRequest> {
    let visit = visits(client).await[0].id;
    let path = format!("{}/visits/{visit}/requests?{query}", door(client));
    client.calls.get(&path).await.expect(200).read::<Page<SupportRequest>>().items
}

#[tokio::test(flavor = "multi_thread")]
async fn support_is_let_in_for_a_day_extended_and_put_out_by_the_owner() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let staff = panel.staff(&[Permission::ClientsSignInAs]).await;
    let closed: SupportAccess = ada.calls.get(&door(&ada)).await.expect(200).read();
    assert_eq!((closed.allowed_until, closed.inside), (None, 0));
    for answer in [
        staff.calls.get(&way_in(&ada)).await,
        staff.calls.post(&way_in(&ada), json!({ "reason": "A look" })).await,
    ] {
        assert_eq!(answer.expect(403).problem().code, Code::SupportAccessNeeded);
    }
    ada.calls.post(&format!("{}/extend", door(&ada)), json!({})).await.expect(409);
    ada.calls.delete(&door(&ada)).await.expect(409);

    let opened: SupportAccess = ada.calls.post(&door(&ada), json!({})).await.expect(200).read();
    let hours =
        |access: &SupportAccess| access.allowed_until.unwrap().duration_since(panel.now()).as_secs() / 3600;
    assert!((23..=24).contains(&hours(&opened)), "{opened:?}");
    assert_eq!(opened.allowed_by.as_deref(), Some("Ada Tester"));
    ada.calls.post(&door(&ada), json!({})).await.expect(409);
    let mut longest = opened;
    while hours(&longest) < 6 * 24 {
        longest = ada.calls.post(&format!("{}/extend", door(&ada)), json!({})).await.expect(200).read();
    }
    let far = ada.calls.post(&format!("{}/extend", door(&ada)), json!({})).await;
    assert!(far.status == 409 || hours(&far.read()) <= 7 * 24);
    // Others who manage users put support out, but do not let it in; a token does neither.
    let colleague = panel.colleague(ada.id, &["users"]).await;
    colleague.get(&door(&ada)).await.expect(200);
    colleague.post(&door(&ada), json!({})).await.expect(403);

    let visit = inside(&panel, &staff, &ada).await;
    visit.get("/auth/session").await.expect(200);
    let ended: SupportAccess = colleague.delete(&door(&ada)).await.expect(200).read();
    assert_eq!((ended.allowed_until, ended.inside), (None, 0));
    assert_eq!(visit.get("/auth/session").await.expect(401).problem().code, Code::NotSignedIn);
    visit.get(&format!("/clients/{}/profile", ada.id)).await.expect(401);
    staff.calls.post(&way_in(&ada), json!({ "reason": "Again" })).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_ends_after_an_hour_and_with_what_it_came_by() {
    let panel = Panel::start().await;
    let (ada, staff, visit) = visited(&panel, &[Permission::ClientsSignInAs]).await;
    let session: UserSession = visit.get("/auth/session").await.expect(200).read();
    assert!(session.expires_at.duration_since(panel.now()).as_secs() <= 3600);
    assert_eq!(session.sudo_until, None);
    panel.advance_hours(1).await;
    visit.get("/auth/session").await.expect(401);

    // The end of the access is the end of a visit that began shortly before it.
    panel.advance_hours(22).await;
    let visit = inside(&panel, &staff, &ada).await;
    panel.sql("UPDATE support_access SET expires_at = allowed_at + interval '1 second'").await;
    visit.get("/auth/session").await.expect(401);

    // So is that of the session in the admin portal, of the permission, and of the member of staff.
    for sql in [
        format!("UPDATE admins SET status = 'disabled' WHERE id = '{}'", staff.id),
        format!("DELETE FROM admin_group_members WHERE admin_id = '{}'", staff.id),
    ] {
        let (bea, other) = (panel.client("Bea").await, panel.staff(&[Permission::ClientsSignInAs]).await);
        bea.calls.post(&door(&bea), json!({})).await.expect(200);
        let visit = inside(&panel, &other, &bea).await;
        visit.get("/auth/session").await.expect(200);
        panel.sql(&sql.replace(&staff.id.to_string(), &other.id.to_string())).await;
        visit.get("/auth/session").await.expect(401);
    }
    let (cyd, other, visit) = visited(&panel, &[Permission::ClientsSignInAs]).await;
    other.calls.post("/auth/admin/sign-out", json!({})).await.expect(204);
    visit.get("/auth/session").await.expect(401);
    assert!(visits(&cyd).await.iter().all(|visit| !visit.inside));
}

#[tokio::test(flavor = "multi_thread")]
async fn support_only_looks_and_is_refused_every_write_but_signing_out() {
    let panel = Panel::start().await;
    let (ada, _, visit) = visited(&panel, &[Permission::ClientsSignInAs]).await;
    let own = |rest: &str| format!("/clients/{}{rest}", ada.id);
    for path in [own("/profile"), own("/wallet"), own("/services"), own("/users"), own("/tokens"), door(&ada)]
    {
        visit.get(&path).await.expect(200);
    }
    for answer in [
        visit.put(&own("/spend-guard"), json!({ "alert": "5.00", "version": 0 })).await,
        visit.post(&own("/funds/quote"), json!({ "amount": "10.00" })).await,
        visit.post_once(&own("/orders"), json!({ "items": [] })).await,
        visit.post("/auth/sudo", json!({ "password": "x" })).await,
        visit.post(&own("/tokens"), json!({ "name": "x", "scopes": ["overview:read"] })).await,
        visit.delete(&door(&ada)).await,
        visit.put("/me/password", json!({})).await,
    ] {
        if answer.status != 404 {
            assert_eq!(answer.expect(403).problem().code, Code::SupportReadOnly);
        }
    }
    let changed = requests(&ada, "changes=true").await;
    assert!(changed.len() >= 6 && changed.iter().all(|request| request.status == Some(403)), "{changed:?}");
    assert_eq!(visits(&ada).await[0].changed, 0);
    // Without the token of the session it is not even heard.
    visit.without_csrf().post("/auth/sign-out", json!({})).await.expect(403);
    visit.post("/auth/sign-out", json!({})).await.expect(204);
    visit.get("/auth/session").await.expect(401);
    let left = &visits(&ada).await[0];
    assert!(!left.inside && left.ends_at <= panel.now());
}

#[tokio::test(flavor = "multi_thread")]
async fn support_that_may_act_does_so_in_both_names_and_never_on_identity() {
    let panel = Panel::start().await;
    let rights = [Permission::ClientsSignInAs, Permission::ClientsActAs];
    let (ada, staff, visit) = visited(&panel, &rights).await;
    let own = |rest: &str| format!("/clients/{}{rest}", ada.id);
    visit.put(&own("/spend-guard"), json!({ "alert": "5.00", "version": 0 })).await.expect(200);
    let rows = format!(
        "SELECT count(*) AS value FROM activity_log WHERE action = 'spend_guard.changed' AND client_id = '{}'
             AND admin_id = '{}' AND user_id = '{}' AND actor = 'admin:{}'",
        ada.id, staff.id, ada.user, staff.id
    );
    assert_eq!(panel.count(&rows).await, 1);
    let root = panel.super_admin().await;
    let log = root.calls.get(&format!("/admin/activity?client={}", ada.id)).await.expect(200).json();
    assert_eq!(
        (&log["items"][0]["actor_name"], &log["items"][0]["on_behalf_of"]),
        (&json!("Staff Member"), &json!("Ada Tester"))
    );
    // The client reads the same, with what was changed in words.
    let done = requests(&ada, "changes=true").await;
    assert_eq!((done.len(), done[0].method.as_str(), done[0].status), (1, "PUT", Some(200)));
    assert_eq!(done[0].did.as_deref(), Some("Spend guard in EUR"));
    assert!(done[0].path.ends_with("/spend-guard"));

    let networks = visit.get(&own("/networks")).await.expect(200).json();
    for answer in [
        visit.put(&own("/networks"), json!({ "networks": [], "version": networks["version"] })).await,
        visit.post(&own("/tokens"), json!({ "name": "x", "scopes": ["overview:read"] })).await,
        visit.post(&own("/invitations"), json!({ "email": "eve@example.test", "role": "manager" })).await,
        visit.post(&door(&ada), json!({})).await,
        visit.post(&format!("{}/extend", door(&ada)), json!({})).await,
        visit.delete(&door(&ada)).await,
        visit.post("/auth/sudo", json!({ "password": "x" })).await,
        visit.get("/me").await,
        visit.get("/me/bell").await,
        visit.post("/auth/second-factor/send", json!({})).await,
    ] {
        assert_eq!(answer.expect(403).problem().code, Code::NotForSupport);
    }
    assert!(ada.calls.get(&door(&ada)).await.expect(200).json()["allowed_until"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_kept_as_long_as_sessions_are() {
    let panel = Panel::start().await;
    let (_, _, visit) = visited(&panel, &[Permission::ClientsSignInAs]).await;
    visit.get("/auth/session").await.expect(200);
    let rows = async || {
        let visits = panel.count("SELECT count(*) AS value FROM support_visits").await;
        (visits, panel.count("SELECT count(*) AS value FROM support_requests").await)
    };
    assert_eq!(rows().await, (1, 1));
    for (days, left) in [(179, (1, 1)), (2, (0, 0))] {
        panel.set_clock(panel.now().checked_add(SignedDuration::from_hours(24 * days)).unwrap()).await;
        run::run(&panel.app, Job::Cleanup).await.unwrap();
        assert_eq!(rows().await, left, "{days}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_inside_whose_session_of_the_admin_portal_was_ended() {
    let panel = Panel::start().await;
    let (ada, _, visit) = visited(&panel, &[Permission::ClientsSignInAs]).await;
    visit.get("/auth/session").await.expect(200);
    let access: SupportAccess = ada.calls.get(&door(&ada)).await.expect(200).read();
    assert_eq!((access.inside, visits(&ada).await[0].inside), (1, true));
    // By another browser, or by a new password.
    panel.sql(&format!("UPDATE sessions SET ended_at = '{}' WHERE portal = 'admin'", panel.now())).await;
    visit.get("/auth/session").await.expect(401);
    let access: SupportAccess = ada.calls.get(&door(&ada)).await.expect(200).read();
    assert_eq!(access.inside, 0);
    let left = &visits(&ada).await[0];
    assert!(!left.inside && left.ends_at <= panel.now(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_is_told_and_sees_who_came_in_why_and_what_he_viewed() {
    let panel = Panel::start().await;
    let (ada, _, visit) = visited(&panel, &[Permission::ClientsSignInAs]).await;
    assert_eq!(mails(&panel, "support_access_used", &ada.email).await, 1);
    let session: UserSession = visit.get("/auth/session").await.expect(200).read();
    let support = session.support.expect("it says who is inside");
    assert_eq!((support.staff.as_str(), support.acts), ("Staff Member", false));
    assert_eq!((session.user.id, session.clients.len()), (ada.user, 1));
    visit.get(&format!("/clients/{}/services?page=1", ada.id)).await.expect(200);
    let seen = &visits(&ada).await[0];
    assert_eq!(
        (seen.staff.as_str(), seen.reason.as_str(), seen.inside, seen.viewed, seen.changed, seen.uninvited),
        ("Staff Member", "The invoice of May", true, 2, 0, false)
    );
    let viewed: Vec<String> =
        requests(&ada, "sort=at").await.into_iter().map(|request| request.path).collect();
    assert_eq!(viewed, ["/api/v1/auth/session".to_owned(), format!("/api/v1/clients/{}/services", ada.id)]);
    // Owner's own sessions are his own: the visit is none of them, and the owner's requests are not written down.
    ada.calls.get(&format!("/clients/{}/services", ada.id)).await.expect(200);
    assert_eq!(requests(&ada, "").await.len(), 2);
    let own: Value = ada.calls.get("/me/sessions").await.expect(200).json();
    assert_eq!(own["total"], 1);
    ada.calls.get("/auth/session").await.expect(200).read::<UserSession>();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_opens_one_client_and_nothing_of_its_owners_others() {
    let panel = Panel::start().await;
    let (ada, staff, visit) = visited(&panel, &[Permission::ClientsSignInAs]).await;
    let other = panel.client("Other").await;
    panel
        .sql(&format!("UPDATE client_users SET user_id = '{}' WHERE client_id = '{}'", ada.user, other.id))
        .await;
    ada.calls.get(&format!("/clients/{}/profile", other.id)).await.expect(200);
    visit.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    visit.get(&format!("/clients/{}/profile", other.id)).await.expect(404);
    let session: UserSession = visit.get("/auth/session").await.expect(200).read();
    assert_eq!(session.clients.iter().map(|client| client.id).collect::<Vec<_>>(), [ada.id]);
    // It is no session of staff, and nobody else reads what it did.
    visit.get("/admin/clients").await.expect(401);
    let eve = panel.client("Eve").await;
    let id = visits(&ada).await[0].id;
    eve.calls.get(&format!("{}/visits/{id}/requests", door(&eve))).await.expect(404);
    // The client's networks are for its own people: support comes from where staff may come from.
    panel.sql(&format!("UPDATE clients SET networks = '{{203.0.113.0/24}}' WHERE id = '{}'", ada.id)).await;
    ada.calls.get(&format!("/clients/{}/profile", ada.id)).await.expect(403);
    visit.get(&format!("/clients/{}/profile", ada.id)).await.expect(200);
    // A second one takes the place of the first in the same browser; a banned client is closed to it too.
    panel.sql(&format!("UPDATE clients SET status = 'banned' WHERE id = '{}'", ada.id)).await;
    visit.get(&format!("/clients/{}/profile", ada.id)).await.expect(404);
    staff.calls.post(&way_in(&ada), json!({ "reason": "A look" })).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_support_access_it_takes_a_permission_of_its_own_and_says_so() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let staff = panel.staff(&[Permission::ClientsSignInAs, Permission::ClientsSignInUninvited]).await;
    let preview = staff.calls.get(&way_in(&ada)).await.expect(200).json();
    assert_eq!((&preview["uninvited"], &preview["acts"]), (&json!(true), &json!(false)));
    assert_eq!(preview["owner"]["email"], json!(ada.email));
    for reason in ["", "   "] {
        let refused = staff.calls.post(&way_in(&ada), json!({ "reason": reason })).await.expect(422);
        assert_eq!(refused.refused_fields(), ["reason"]);
    }
    let visit = inside(&panel, &staff, &ada).await;
    visit.get("/auth/session").await.expect(200);
    assert!(visits(&ada).await[0].uninvited);
    let warned = "SELECT count(*) AS value FROM activity_log WHERE action = 'client.signed_in_as' AND level = 'warning'";
    assert_eq!(panel.count(warned).await, 1);
    assert_eq!(mails(&panel, "support_access_used", &ada.email).await, 1);
    // The permission is asked for at every request.
    panel.sql("DELETE FROM admin_group_permissions WHERE permission = 'clients.sign_in_uninvited'").await;
    visit.get("/auth/session").await.expect(401);
    // The right to sign in as somebody alone opens nobody; nor does the other one alone.
    let half = panel.staff(&[Permission::ClientsSignInUninvited, Permission::ClientsActAs]).await;
    half.calls.post(&way_in(&ada), json!({ "reason": "A look" })).await.expect(403);
    let nobody = uuid::Uuid::now_v7();
    staff
        .calls
        .post(&format!("/admin/clients/{nobody}/sign-in-as"), json!({ "reason": "x" }))
        .await
        .expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_of_support_cost_the_same_for_one_and_for_many() {
    let panel = Panel::start().await;
    let (ada, staff, visit) = visited(&panel, &[Permission::ClientsSignInAs]).await;
    visit.get("/auth/session").await.expect(200);
    let list = format!("{}/visits?search=invoice&sort=-ends_at", door(&ada));
    let of_visit = format!("{}/visits/{}/requests?search=session", door(&ada), visits(&ada).await[0].id);
    let one = (ada.calls.get(&list).await.queries(), ada.calls.get(&of_visit).await.queries());
    for _ in 0..3 {
        inside(&panel, &staff, &ada).await;
        visit.get("/auth/session").await.expect(200);
    }
    let (visits, requests) =
        (ada.calls.get(&list).await.expect(200), ada.calls.get(&of_visit).await.expect(200));
    assert_eq!((visits.queries(), requests.queries()), one);
    assert_eq!((&visits.json()["total"], &requests.json()["total"]), (&json!(4), &json!(4)));
}
