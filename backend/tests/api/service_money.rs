//! The module has done it: the money is booked, whatever became of the wallet meanwhile.

use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::document::FundsQuote;
use shared::billing::ledger::{ChargeDetail, ServiceCharges};
use shared::billing::wallet::{ClientCharges, CostSummary};
use shared::services::ServiceState;
use shared::{ClientId, Code, Page};

use crate::harness::Panel;
use crate::selling::{assert_books, balance, charge, decimal, held, work};
use crate::services::{Running, deadlines, top_up, with_sizes};

#[actix_web::test]
async fn a_change_of_options_is_booked_though_charges_fell_due_meanwhile() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "30").await;
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    it.client.calls.post(&it.own("/options"), change).await.expect(200);
    work(&panel).await;
    assert_eq!(held(&panel, it.client.id).await, decimal("16.40"));
    // The next month costs 7.20, and only 5.40 are free. What is set aside is not touched by it.
    panel.advance_hours(31 * 24).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    let detail = it.detail().await;
    assert!(detail.progress.is_none());
    assert_eq!((detail.price.version, detail.options[0].option), (2, Some(group.options[1].id)));
    // Nothing was left of the paid month: the switch fee alone.
    assert_eq!(balance(&panel, it.client.id).await, decimal("19.80"));
    assert_eq!(held(&panel, it.client.id).await, Decimal::ZERO);
    assert!(detail.service.past_due_since.is_some(), "the month at its new price is not covered");
    top_up(&panel, &it, "1.80").await;
    assert!(it.detail().await.service.past_due_since.is_none());
    assert_eq!(balance(&panel, it.client.id).await, Decimal::ZERO);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_resumption_is_booked_though_the_hour_became_dearer_meanwhile() {
    let panel = Panel::start().await;
    let more = json!({ "module_settings": { "staff_does": ["create", "resume"] } });
    let it = Running::start(&panel, "1.0096", more, "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    // Of 7.20 for 744 hours the 233rd costs 0.0096, the next one 0.0097.
    panel.advance_hours(3).await;
    top_up(&panel, &it, "0.0096").await;
    assert_eq!(held(&panel, it.client.id).await, decimal("0.0096"));
    panel.advance_hours(1).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    assert_eq!(it.state().await, ServiceState::Active);
    assert_eq!(balance(&panel, it.client.id).await, decimal("-0.0001"));
    assert_eq!(held(&panel, it.client.id).await, Decimal::ZERO);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn money_set_aside_for_resuming_is_not_recommended_again() {
    let panel = Panel::start().await;
    let more = json!({ "module_settings": { "staff_does": ["create", "resume"] } });
    let it = Running::start(&panel, "60", more, "annually").await;
    panel.advance_hours(365 * 24).await;
    charge(&panel).await;
    panel.advance_hours(73).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    let costs = async || -> (Decimal, Decimal) {
        let path = format!("/clients/{}/costs", it.client.id);
        let costs: CostSummary = it.client.calls.get(&path).await.expect(200).read();
        (costs.next_30_days, costs.recommended)
    };
    assert_eq!(costs().await, (decimal("60"), decimal("60")));
    top_up(&panel, &it, "60").await;
    assert_eq!(held(&panel, it.client.id).await, decimal("60"));
    assert_eq!(costs().await, (decimal("60"), Decimal::ZERO), "staff are at it");
    it.staff_does("delivered", json!({})).await.expect(200);
    assert_eq!(costs().await, (Decimal::ZERO, Decimal::ZERO));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn the_balance_is_foretold_with_the_year_that_falls_due() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({}), "annually").await;
    // The next year, 60.00, is due in fifteen days, and 40.00 are there.
    panel.advance_hours(350 * 24).await;
    let due = it.detail().await.service.paid_until;
    let costs = async || -> CostSummary {
        it.client.calls.get(&format!("/clients/{}/costs", it.client.id)).await.expect(200).read()
    };
    let quote = async |amount: &str| -> FundsQuote {
        let path = format!("/clients/{}/funds/quote", it.client.id);
        it.client.calls.post(&path, json!({ "amount": amount })).await.expect(200).read()
    };
    let told = costs().await;
    assert_eq!(told.forecast.len(), 31);
    assert!(told.forecast[..15].iter().all(|balance| *balance == decimal("40")), "{:?}", told.forecast);
    assert!(told.forecast[15..].iter().all(|balance| *balance == decimal("-20")), "{:?}", told.forecast);
    assert!(due.is_some() && told.lasts_until == due, "{:?}", told.lasts_until);
    // Ten more do not cover the year, twenty do; staff are told the same.
    let little = quote("10.00").await;
    assert_eq!((little.balance_after.amount(), little.lasts_until), (decimal("50"), due));
    assert_eq!(quote("20.00").await.lasts_until, None);
    let body = json!({ "client_id": it.client.id, "amount": "10.00" });
    let by_staff: FundsQuote = it.staff.post("/admin/documents/funds/quote", body).await.expect(200).read();
    assert_eq!(by_staff.lasts_until, due);
    // What may be owed lasts, too; what is set aside does not.
    panel.sql("UPDATE wallets SET credit_limit = 20").await;
    assert_eq!(costs().await.lasts_until, None);
    panel.sql("UPDATE wallets SET held = 5").await;
    let told = costs().await;
    assert_eq!((told.forecast[0], told.forecast[30]), (decimal("35"), decimal("-25")));
    assert_eq!((told.lasts_until, quote("10.00").await.lasts_until), (due, None));
}

#[actix_web::test]
async fn forcing_a_service_to_run_again_needs_its_money() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({}), "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    let force = json!({ "state": "active", "reason": "moved by hand" });
    let refused = it.staff_does("force", force.clone()).await.expect(409).problem();
    assert_eq!(refused.code, Code::CreditTooLow);
    crate::selling::give(&panel, it.client.id, "1").await;
    it.staff_does("force", force).await.expect(200);
    assert_eq!(it.state().await, ServiceState::Active);
    assert_eq!(balance(&panel, it.client.id).await, decimal("0.9903"));
    assert_eq!(held(&panel, it.client.id).await, Decimal::ZERO);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_clients_were_charged_is_told_day_by_day_in_one_statement() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "60", json!({}), "monthly").await;
    let eve = panel.client("Eve").await;
    let path = |clients: &[ClientId]| {
        let ids: Vec<String> = clients.iter().map(ToString::to_string).collect();
        format!("/admin/client-charges?clients={}", ids.join(","))
    };
    let before = balance(&panel, it.client.id).await;
    panel.advance_hours(3).await;
    charge(&panel).await;
    let first = before - balance(&panel, it.client.id).await;
    panel.advance_hours(24).await;
    charge(&panel).await;
    let both = before - balance(&panel, it.client.id).await;

    let nobody = ClientId::generate();
    // The first call of an hour also notes that the session is in use.
    it.staff.get(&path(&[nobody])).await.expect(200);
    let answer = it.staff.get(&path(&[it.client.id, eve.id, nobody])).await.expect(200);
    let told: Vec<ClientCharges> = answer.read();
    let of = |client: ClientId| told.iter().find(|one| one.client_id == client);
    let hers = of(it.client.id).unwrap();
    let (yesterday, today) = (hers.days[28], hers.days[29]);
    assert!(first > Decimal::ZERO && both > first, "{first} {both}");
    assert_eq!(today, both - first);
    // What was taken when it was delivered is of the first day as well.
    assert!(yesterday >= first, "{hers:?}");
    assert_eq!(hers.days.iter().sum::<Decimal>(), hers.total.amount());
    assert_eq!(hers.from.to_string(), "2026-02-10");
    let none = of(eve.id).unwrap();
    assert_eq!((none.days.len(), none.total.is_zero()), (30, true));
    assert!(of(nobody).is_none());
    assert_eq!(it.staff.get(&path(&[eve.id])).await.expect(200).queries(), answer.queries());
    // What was charged more than thirty days ago is not told any more.
    panel.advance_hours(40 * 24).await;
    let later: Vec<ClientCharges> = it.staff.get(&path(&[it.client.id])).await.expect(200).read();
    assert!(later[0].total.is_zero(), "{later:?}");

    for bad in ["", "x", &path(&vec![nobody; 201])["/admin/client-charges?clients=".len()..]] {
        let refused = it.staff.get(&format!("/admin/client-charges?clients={bad}")).await.expect(422);
        assert_eq!(refused.refused_fields(), ["clients"]);
    }
}

#[actix_web::test]
async fn a_service_tells_day_by_day_what_it_was_charged_in_a_constant_number_of_statements() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "60", json!({}), "monthly").await;
    let (own, staff) = (it.own("/charges-by-day"), format!("/admin/services/{}/charges-by-day", it.service));
    // The first call of an hour also notes that the session is in use.
    it.client.calls.get(&own).await.expect(200);
    let one = it.client.calls.get(&own).await.expect(200).queries();
    panel.advance_hours(3).await;
    charge(&panel).await;
    // Hours that are charged together are one charge, on the day on which they begin.
    for _ in 0..3 {
        panel.advance_hours(8).await;
        charge(&panel).await;
    }

    let list: Page<ChargeDetail> =
        it.client.calls.get(&it.own("/charges?per_page=100")).await.expect(200).read();
    let answer = it.client.calls.get(&own).await.expect(200);
    let told: ServiceCharges = answer.read();
    for (place, charged) in told.days.iter().enumerate() {
        let day = told.from.checked_add(jiff::Span::new().days(i64::try_from(place).unwrap())).unwrap();
        let on_it =
            list.items.iter().filter(|charge| charge.period_from.to_zoned(TimeZone::UTC).date() == day);
        assert_eq!(*charged, on_it.map(|charge| charge.amount).sum::<Decimal>(), "{day}");
    }
    assert_eq!(told.days.len(), 30);
    assert!(told.days[28] > Decimal::ZERO && told.days[29] > Decimal::ZERO, "{told:?}");
    assert_eq!(told.days.iter().sum::<Decimal>(), told.total.amount());
    assert_eq!(it.client.calls.get(&own).await.expect(200).queries(), one);
    assert_eq!(it.staff.get(&staff).await.expect(200).read::<ServiceCharges>(), told);

    // The list of a range holds the same.
    let today = told.from.checked_add(jiff::Span::new().days(29)).unwrap();
    for (range, place) in [(format!("from={today}T00:00:00Z"), 29), (format!("to={today}T00:00:00Z"), 28)] {
        for path in [it.own("/charges"), format!("/admin/services/{}/charges", it.service)] {
            let calls = if path.starts_with("/admin") { &it.staff } else { &it.client.calls };
            let part: Page<ChargeDetail> = calls.get(&format!("{path}?{range}")).await.expect(200).read();
            assert_eq!(part.items.iter().map(|charge| charge.amount).sum::<Decimal>(), told.days[place]);
            assert_eq!(part.total, i64::try_from(part.items.len()).unwrap());
        }
    }
    let refused = it.client.calls.get(&it.own("/charges?from=yesterday")).await.status;
    assert!((400..500).contains(&refused), "{refused}");

    let eve = panel.client("Eve").await;
    let path = format!("/clients/{}/services/{}/charges-by-day", eve.id, it.service);
    assert_eq!(eve.calls.get(&path).await.expect(404).problem().code, Code::NotFound);
    let unknown = format!("/admin/services/{}/charges-by-day", uuid::Uuid::now_v7());
    it.staff.get(&unknown).await.expect(404);
    // What was charged more than thirty days ago is not told any more.
    panel.advance_hours(40 * 24).await;
    let later: ServiceCharges = it.staff.get(&staff).await.expect(200).read();
    assert!(later.total.is_zero(), "{later:?}");
}
