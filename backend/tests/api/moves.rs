//! A service moves to another client: the money of both, and who is refused.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::ledger::{ChargeDetail, ServiceCharges, TransactionPage};
use shared::identity::StaffNote;
use shared::services::{ServiceDetail, ServiceForStaff};
use shared::{Code, Currency, Page, Permission, Rehearsal, ServiceId};

use crate::harness::{Answer, ClientAccount, Panel};
use crate::selling::{assert_books, balance, charge, decimal, give, work};
use crate::services::{Running, with_sizes};

async fn moves(it: &Running, to: &ClientAccount) -> Answer {
    it.staff_does("move", json!({ "client": to.id, "notify": true, "note": "Sold the shop" })).await
}

async fn detail_of(it: &Running, client: &ClientAccount) -> ServiceDetail {
    client.calls.get(&format!("/clients/{}/services/{}", client.id, it.service)).await.expect(200).read()
}

/// What left a client's wallet for services, by its charges.
async fn charged(panel: &Panel, client: &ClientAccount) -> Decimal {
    let sum = "SELECT coalesce(sum(amount), 0) AS value FROM charges WHERE client_id";
    panel.amount(&format!("{sum} = '{}'", client.id)).await
}

#[actix_web::test]
async fn every_hour_is_paid_once_by_the_client_whose_service_it_is() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "30", json!({}), "monthly").await;
    let eve = panel.client("Eve").await;
    give(&panel, eve.id, "30").await;
    panel.advance_hours(5).await;
    // Two hours are due when it moves: they are the first client's.
    panel.set_clock(panel.now().checked_add(jiff::SignedDuration::from_mins(20)).unwrap()).await;
    let would = it.staff_does("move?dry_run=true", json!({ "client": eve.id })).await.expect(200);
    let codes: Vec<String> =
        would.read::<Rehearsal>().effects.iter().map(|effect| effect.code.to_string()).collect();
    assert_eq!(codes, ["charged_now", "charges_stay", "paid_time_goes", "new_client_pays"]);
    assert_eq!(it.detail().await.service.client_id, it.client.id, "nothing was written");

    let moved: ServiceForStaff = moves(&it, &eve).await.expect(200).read();
    assert_eq!(moved.detail.service.client_id, eve.id);
    let until = moved.detail.service.paid_until.expect("it is paid");
    assert!(until > panel.now());
    let of_ada = (balance(&panel, it.client.id).await, charged(&panel, &it.client).await);
    assert_eq!(charged(&panel, &eve).await, Decimal::ZERO);
    assert_books(&panel).await;

    panel.advance_hours(10).await;
    charge(&panel).await;
    assert_eq!((balance(&panel, it.client.id).await, charged(&panel, &it.client).await), of_ada);
    assert_eq!(balance(&panel, eve.id).await, decimal("30") - charged(&panel, &eve).await);
    assert!(charged(&panel, &eve).await > Decimal::ZERO);
    assert_books(&panel).await;

    // And back, over the end of a month.
    let back = json!({ "client": it.client.id });
    it.staff_does("move", back).await.expect(200);
    panel.advance_hours(24 * 24).await;
    charge(&panel).await;
    let hours =
        "SELECT (extract(epoch FROM sum(period_to - period_from)) / 3600)::bigint AS value FROM charges";
    let span =
        "SELECT (extract(epoch FROM max(period_to) - min(period_from)) / 3600)::bigint AS value FROM charges";
    assert_eq!(panel.count(hours).await, panel.count(span).await);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_paid_period_goes_along_and_the_next_one_is_the_new_clients() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "30").await;
    let eve = panel.client("Eve").await;
    give(&panel, eve.id, "50").await;
    panel.advance_hours(48).await;
    let before = balance(&panel, it.client.id).await;
    moves(&it, &eve).await.expect(200);
    assert_books(&panel).await;
    // Nothing is taken from anybody until the month is over.
    panel.advance_hours(10 * 24).await;
    charge(&panel).await;
    assert_eq!((balance(&panel, it.client.id).await, balance(&panel, eve.id).await), (before, decimal("50")));
    panel.advance_hours(20 * 24).await;
    charge(&panel).await;
    assert_eq!(
        (balance(&panel, it.client.id).await, balance(&panel, eve.id).await),
        (before, decimal("42.80"))
    );
    // The new client changes and ends it as its own.
    let path = format!("/clients/{}/services/{}/options", eve.id, it.service);
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    eve.calls.post(&path, change).await.expect(200);
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    it.staff_does("terminate", json!({ "when": "now" })).await.expect(200);
    work(&panel).await;
    assert_eq!(balance(&panel, it.client.id).await, before);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn in_another_currency_it_gets_the_price_of_the_catalogue_or_stays() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "30", json!({}), "monthly").await;
    let pia = panel.client_in("Pia", "PLN", "PL").await;
    panel.sql(&format!("UPDATE wallets SET credit_limit = 100 WHERE client_id = '{}'", pia.id)).await;
    let refused = moves(&it, &pia).await.expect(409).problem();
    assert_eq!(refused.code, Code::Conflict);
    assert!(refused.detail.unwrap().contains("PLN"));
    let product = it.detail().await.service.product_id;
    let prices = json!({ "prices": [{ "currency": "PLN", "period": "monthly", "setup": "4.00", "base": "31.00", "idle": "15.00" }] });
    it.staff.put(&format!("/admin/products/{product}/prices"), prices).await.expect(200);
    let would = it.staff_does("move?dry_run=true", json!({ "client": pia.id })).await.expect(200);
    let effects = would.read::<Rehearsal>().effects;
    assert!(effects.iter().any(|effect| effect.code.as_str() == "price_of_currency"), "{effects:?}");

    moves(&it, &pia).await.expect(200);
    let detail = detail_of(&it, &pia).await;
    assert_eq!(detail.price.currency.to_string(), "PLN");
    assert_eq!(detail.price.total.base.unwrap().amount(), decimal("31"));
    panel.advance_hours(3).await;
    charge(&panel).await;
    // An hour of March costs 31/744.
    let taken = charged(&panel, &pia).await;
    assert_eq!(balance(&panel, pia.id).await, -taken);
    assert!(taken > decimal("0.08") && taken < decimal("0.17"), "{taken}");
    // What the first client was charged is still told in its currency.
    let list = it.client.calls.get(&format!("/clients/{}/transactions", it.client.id)).await.expect(200);
    assert!(!list.json().to_string().contains("PLN"));
    let other = format!(
        "SELECT count(*) AS value FROM ledger_transfers WHERE client_id = '{}' AND currency <> '{}'",
        it.client.id,
        Currency::EUR
    );
    assert_eq!(panel.count(&other).await, 0);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_is_not_at_rest_does_not_move() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "60").await;
    let eve = panel.client("Eve").await;
    let conflict = async |what: &str, to: &ClientAccount| {
        let problem = moves(&it, to).await.expect(409).problem();
        assert_eq!(problem.code, Code::Conflict, "{what}");
        let detail = problem.detail.unwrap();
        assert!(detail.contains(what), "{what}: {detail}");
    };
    let same = moves(&it, &it.client).await.expect(422);
    assert_eq!(same.refused_fields(), ["client"]);
    let nobody = json!({ "client": uuid::Uuid::now_v7() });
    assert_eq!(it.staff_does("move", nobody).await.expect(422).refused_fields(), ["client"]);

    for status in ["pending", "suspended", "closed", "banned"] {
        panel.sql(&format!("UPDATE clients SET status = '{status}' WHERE id = '{}'", eve.id)).await;
        conflict(status, &eve).await;
    }
    panel.sql(&format!("UPDATE clients SET status = 'active' WHERE id = '{}'", eve.id)).await;

    // Being worked on, with money set aside.
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    it.client.calls.post(&it.own("/options"), change).await.expect(200);
    conflict("worked on", &eve).await;
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    // Money that is set aside for it, in either wallet.
    let hold = uuid::Uuid::now_v7();
    panel
        .sql(&format!(
            "INSERT INTO holds (id, client_id, service_id, amount, created_at) VALUES ('{hold}', '{}', '{}', 0, '{}')",
            eve.id,
            it.service,
            panel.now()
        ))
        .await;
    conflict("set aside", &eve).await;
    panel.sql(&format!("DELETE FROM holds WHERE id = '{hold}'")).await;
    // About to end.
    it.staff_does("terminate", json!({ "when": "end_of_period" })).await.expect(200);
    conflict("about to end", &eve).await;
    it.staff_does("withdraw-termination", json!({})).await.expect(200);
    // Suspended.
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    work(&panel).await;
    conflict("suspended", &eve).await;
    it.staff_does("resume", json!({})).await.expect(200);
    work(&panel).await;
    // A cap of the new client.
    let guard = format!("/clients/{}/spend-guard", eve.id);
    eve.calls.put(&guard, json!({ "cap": "1.00", "version": 0 })).await.expect(200);
    assert_eq!(moves(&it, &eve).await.expect(409).problem().code, Code::SpendCapReached);
    eve.calls.put(&guard, json!({ "version": 1 })).await.expect(200);
    moves(&it, &eve).await.expect(200);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_a_client_owes_keeps_the_service_with_it() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "8.30", json!({ "hourly_billing": false }), "monthly").await;
    let eve = panel.client("Eve").await;
    panel.advance_hours(32 * 24).await;
    let problem = moves(&it, &eve).await.expect(409).problem();
    assert!(problem.detail.unwrap().contains("owes"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn the_clients_see_their_own_part_of_the_history_and_both_are_told() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "30", json!({}), "monthly").await;
    let eve = panel.client("Eve").await;
    let token = json!({ "name": "One", "scopes": ["services:read"], "service": it.service });
    let tokens = format!("/clients/{}/tokens", it.client.id);
    it.client.calls.post(&tokens, token).await.expect(201);
    moves(&it, &eve).await.expect(200);

    it.client.calls.get(&it.own("")).await.expect(404);
    let what: Vec<String> = detail_of(&it, &eve).await.events.into_iter().map(|event| event.what).collect();
    assert_eq!(what, ["moved"]);
    let all: ServiceForStaff =
        it.staff.get(&format!("/admin/services/{}", it.service)).await.expect(200).read();
    assert!(all.detail.events.len() > 1 && all.detail.order_id.is_none());
    for (client, action) in [(&it.client, "service.moved_away"), (&eve, "service.moved_here")] {
        let log =
            it.staff.get(&format!("/admin/activity?client={}&action={action}", client.id)).await.expect(200);
        let log: Value = log.json();
        assert_eq!(log["items"][0]["new"]["note"], "Sold the shop");
    }
    for event in ["service_moved_away", "service_moved_here"] {
        let told = format!("SELECT count(*) AS value FROM notifications WHERE event = '{event}'");
        assert_eq!(panel.count(&told).await, 1, "{event}");
    }
    let alive =
        "SELECT count(*) AS value FROM api_tokens WHERE service_id IS NOT NULL AND revoked_at IS NULL";
    assert_eq!(panel.count(alive).await, 0);
    // What was charged is still the first client's to read.
    let mine =
        it.client.calls.get(&format!("/clients/{}/transactions", it.client.id)).await.expect(200).json();
    assert!(mine["total"].as_i64() > Some(1) || mine["items"].as_array().unwrap().len() > 1);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_was_charged_stays_readable_to_whom_it_was_charged_and_to_staff() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "30", json!({}), "monthly").await;
    let (eve, mallory) = (panel.client("Eve").await, panel.client("Mallory").await);
    give(&panel, eve.id, "30").await;
    panel.advance_hours(5).await;
    moves(&it, &eve).await.expect(200);
    panel.advance_hours(5).await;
    charge(&panel).await;
    let charges = async |client: &ClientAccount| {
        let path = format!("/clients/{}/services/{}/charges?per_page=100", client.id, it.service);
        client.calls.get(&path).await.expect(200).read::<Page<ChargeDetail>>()
    };
    let sum = |page: &Page<ChargeDetail>| page.items.iter().map(|charge| charge.amount).sum::<Decimal>();
    let (of_ada, of_eve) = (charges(&it.client).await, charges(&eve).await);
    assert_eq!(sum(&of_ada), charged(&panel, &it.client).await);
    assert_eq!(sum(&of_eve), charged(&panel, &eve).await);
    assert!(of_ada.total > 0 && of_eve.total > 0);
    let by_day = format!("/services/{}/charges-by-day", it.service);
    for (client, page) in [(&it.client, &of_ada), (&eve, &of_eve)] {
        let path = format!("/clients/{}{by_day}", client.id);
        let told: ServiceCharges = client.calls.get(&path).await.expect(200).read();
        assert_eq!(told.total.amount(), sum(page));
    }
    mallory.calls.get(&format!("/clients/{}{by_day}", mallory.id)).await.expect(404);
    let told: ServiceCharges = it.staff.get(&format!("/admin{by_day}")).await.expect(200).read();
    assert_eq!(told.total.amount(), sum(&of_ada) + sum(&of_eve));
    let path = format!("/clients/{}/services/{}/charges", mallory.id, it.service);
    mallory.calls.get(&path).await.expect(404);
    // Staff see what all of them were charged, page by page as at once.
    let path = format!("/admin/services/{}/charges", it.service);
    let all: Page<ChargeDetail> = it.staff.get(&format!("{path}?per_page=100")).await.expect(200).read();
    assert_eq!((all.total, sum(&all)), (of_ada.total + of_eve.total, sum(&of_ada) + sum(&of_eve)));
    let mut paged = Vec::new();
    for page in 1..=all.total {
        let one: Page<ChargeDetail> =
            it.staff.get(&format!("{path}?per_page=1&page={page}")).await.expect(200).read();
        paged.extend(one.items);
    }
    assert_eq!(paged, all.items);
    it.staff.get(&format!("/admin/services/{}/charges", uuid::Uuid::now_v7())).await.expect(404);

    // So it is with the movements of the service.
    let movements = async |client: &ClientAccount| {
        let path = format!("/clients/{}/transactions?service={}&kind=charge", client.id, it.service);
        client.calls.get(&path).await.expect(200).read::<TransactionPage>().total
    };
    let (of_ada, of_eve) = (movements(&it.client).await, movements(&eve).await);
    assert!(of_ada > 0 && of_eve > 0);
    assert_eq!(movements(&mallory).await, 0);
    let path = format!("/admin/transactions?service={}&kind=charge", it.service);
    let all: TransactionPage = it.staff.get(&path).await.expect(200).read();
    assert_eq!(all.total, of_ada + of_eve);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn moving_needs_its_permission_and_happens_once_for_each_key() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "30", json!({}), "monthly").await;
    let (eve, path) = (panel.client("Eve").await, format!("/admin/services/{}/move", it.service));
    let others = panel.staff(&[Permission::ServicesOperate, Permission::ServicesForce]).await;
    others.calls.post(&path, json!({ "client": eve.id })).await.expect(403);
    let mover = panel.staff(&[Permission::ServicesMove]).await;
    let key = uuid::Uuid::now_v7().to_string();
    let first = mover.calls.post_with_key(&path, json!({ "client": eve.id }), &key).await.expect(200);
    let again = mover.calls.post_with_key(&path, json!({ "client": eve.id }), &key).await.expect(200);
    assert_eq!(first.json()["detail"]["version"], again.json()["detail"]["version"]);
    assert_eq!(panel.count("SELECT count(*) AS value FROM service_events WHERE what = 'moved'").await, 1);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn notes_about_a_service_stand_with_the_client_of_then_and_go_with_it() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "30", json!({}), "monthly").await;
    let root = panel.super_admin().await;
    let eve = panel.client("Eve").await;
    let of_service = format!("/admin/services/{}/notes", it.service);
    let of = |client: &ClientAccount| format!("/admin/clients/{}/notes", client.id);
    root.calls.post(&of(&it.client), json!({ "text": "Prefers calls." })).await.expect(201);
    panel.set_clock(panel.now().checked_add(jiff::SignedDuration::from_mins(1)).unwrap()).await;
    let note: StaffNote =
        root.calls.post(&of_service, json!({ "text": "Disk replaced." })).await.expect(201).read();
    assert_eq!(note.service.as_ref().map(|service| service.id), Some(it.service));
    moves(&it, &eve).await.expect(200);

    let first: Page<StaffNote> = root.calls.get(&of(&it.client)).await.expect(200).read();
    let texts: Vec<&str> = first.items.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["Disk replaced.", "Prefers calls."]);
    assert_eq!((&first.items[0], &first.items[1].service), (&note, &None));
    let of_its_own: Page<StaffNote> = root.calls.get(&of_service).await.expect(200).read();
    assert_eq!(of_its_own.items, [note]);
    let none: Page<StaffNote> = root.calls.get(&of(&eve)).await.expect(200).read();
    assert!(none.items.is_empty());

    let refused = root.calls.post(&of_service, json!({ "text": "x".repeat(10_001) })).await.expect(422);
    assert_eq!(refused.refused_fields(), ["text"]);
    let nowhere = format!("/admin/services/{}/notes", ServiceId::generate());
    root.calls.get(&nowhere).await.expect(404);
    root.calls.post(&nowhere, json!({ "text": "x" })).await.expect(404);
    let viewer = panel.staff(&[Permission::ServicesView]).await;
    viewer.calls.get(&of_service).await.expect(200);
    viewer.calls.post(&of_service, json!({ "text": "x" })).await.expect(403);
}
