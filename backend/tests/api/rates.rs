//! Exchange rates by their day.

use hostwright::jobs::{self, schedule};
use serde_json::json;
use shared::rates::{CurrencyRate, RateStanding};
use shared::settings::CurrencyDetail;
use shared::{Code, Page, ProductId};

use crate::harness::{Answer, Caller, Panel};
use crate::selling::{product, work};

pub(crate) async fn in_force(panel: &Panel, code: &str) -> String {
    let query = format!("SELECT rate AS value FROM currencies WHERE code = '{code}'");
    panel.amount(&query).await.normalize().to_string()
}

/// What the product costs a month in PLN.
pub(crate) async fn monthly(panel: &Panel, product: ProductId) -> String {
    let query = format!(
        "SELECT base AS value FROM prices WHERE product_id = '{product}' AND currency = 'PLN' AND period = 'monthly'"
    );
    panel.amount(&query).await.normalize().to_string()
}

async fn rates(staff: &Caller, code: &str) -> Vec<CurrencyRate> {
    let path = format!("/admin/currencies/{code}/rates");
    staff.get(&path).await.expect(200).read::<Page<CurrencyRate>>().items
}

/// The version of a currency.
pub(crate) async fn version(staff: &Caller, code: &str) -> i32 {
    let list: Page<CurrencyDetail> = staff.get("/admin/currencies?per_page=200").await.expect(200).read();
    list.items.iter().find(|currency| currency.code.to_string() == code).unwrap().version
}

/// Makes a currency the default.
pub(crate) async fn make_default(staff: &Caller, code: &str) -> Answer {
    let body = json!({ "version": version(staff, code).await });
    staff.post(&format!("/admin/currencies/{code}/default"), body).await
}

/// Writes the rate that a currency has from a day on.
pub(crate) async fn write(staff: &Caller, code: &str, day: &str, rate: &str) -> CurrencyRate {
    let body = json!({ "version": version(staff, code).await, "rate": rate });
    staff.put(&format!("/admin/currencies/{code}/rates/{day}"), body).await.expect(200).read()
}

/// Takes back the rate of a day.
async fn take_back(staff: &Caller, code: &str, day: &str) -> Answer {
    let version = version(staff, code).await;
    staff.delete(&format!("/admin/currencies/{code}/rates/{day}?version={version}")).await
}

/// Day, rate and source of each, as the list shows them.
pub(crate) async fn told(staff: &Caller, code: &str) -> Vec<String> {
    let rates = rates(staff, code).await;
    rates.into_iter().map(|rate| format!("{} {} {}", rate.on_date, rate.rate, rate.source)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_dated_ahead_comes_into_force_at_the_midnight_of_its_day() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let mut settings = staff.get("/admin/settings").await.expect(200).json();
    settings["general"]["time_zone"] = json!("Europe/Warsaw");
    staff.put("/admin/settings", settings).await.expect(200);
    let follows = product(&staff, "follows", json!({ "convert_price": true })).await.id;
    let planned = write(&staff, "PLN", "2026-03-12", "5.00").await;
    assert_eq!((planned.rate.as_str(), planned.standing), ("5", RateStanding::Planned));
    work(&panel).await;
    assert_eq!(
        (in_force(&panel, "PLN").await, monthly(&panel, follows).await),
        ("4.25".into(), "30.6".into())
    );

    // Midnight of the 12th in Warsaw is at 23:00 UTC of the day before.
    schedule::tick(&panel.app).await.unwrap();
    for (at, rate, price, standing) in [
        ("2026-03-11T22:59:59Z", "4.25", "30.6", RateStanding::Planned),
        ("2026-03-11T23:00:00Z", "5", "36", RateStanding::InForce),
    ] {
        panel.set_clock(at.parse().unwrap()).await;
        schedule::tick(&panel.app).await.unwrap();
        panel.sql("UPDATE tasks SET state = 'completed' WHERE name <> 'convert-prices'").await;
        assert_eq!(jobs::drain(&panel.app).await.unwrap().failed.len(), 0, "{at}");
        assert_eq!(
            (in_force(&panel, "PLN").await, monthly(&panel, follows).await),
            (rate.into(), price.into())
        );
        assert_eq!(rates(&staff, "PLN").await[0].standing, standing, "{at}");
    }
    assert_eq!(in_force(&panel, "CAD").await, "1.5");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_of_today_is_in_force_at_once_and_one_ahead_can_be_taken_back() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let follows = product(&staff, "follows", json!({ "convert_price": true })).await.id;
    write(&staff, "PLN", "2026-03-10", "4.5").await;
    work(&panel).await;
    assert_eq!(
        (in_force(&panel, "PLN").await, monthly(&panel, follows).await),
        ("4.5".into(), "32.4".into())
    );
    write(&staff, "PLN", "2026-04-01", "4.75").await;
    write(&staff, "PLN", "2026-04-01", "4.8").await;
    assert_eq!(told(&staff, "PLN").await, ["2026-04-01 4.8 staff", "2026-03-10 4.5 staff"]);
    take_back(&staff, "PLN", "2026-04-01").await.expect(204);
    take_back(&staff, "PLN", "2026-04-01").await.expect(404);
    let kept = take_back(&staff, "PLN", "2026-03-10").await.expect(409);
    assert_eq!(kept.problem().code, Code::Conflict);
    assert_eq!(told(&staff, "PLN").await, ["2026-03-10 4.5 staff"]);
    let trail = "SELECT count(*) AS value FROM activity_log WHERE action = 'currency.rate'";
    assert_eq!(panel.count(trail).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_changed_with_its_currency_is_noted_under_today() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let change = |version: i32, rate: &str, prefix: &str| json!({ "version": version, "prefix": prefix, "format": "1,234.56", "rate": rate, "enabled": true });
    staff.put("/admin/currencies/PLN", change(1, "4.25", "zł ")).await.expect(200);
    assert_eq!(told(&staff, "PLN").await, Vec::<String>::new());
    staff.put("/admin/currencies/PLN", change(2, "4.3", "zł ")).await.expect(200);
    panel.advance_hours(48).await;
    staff.put("/admin/currencies/PLN", change(3, "4.4", "zł ")).await.expect(200);
    let listed = rates(&staff, "PLN").await;
    let standings: Vec<RateStanding> = listed.iter().map(|rate| rate.standing).collect();
    assert_eq!(standings, [RateStanding::InForce, RateStanding::Past]);
    assert_eq!(told(&staff, "PLN").await, ["2026-03-12 4.4 staff", "2026-03-10 4.3 staff"]);
    let new = json!({ "code": "CHF", "format": "1,234.56", "rate": "0.95" });
    staff.post("/admin/currencies", new).await.expect(201);
    assert_eq!(told(&staff, "CHF").await, ["2026-03-12 0.95 staff"]);
    staff.delete("/admin/currencies/CHF").await.expect(204);
    assert_eq!(panel.count("SELECT count(*) AS value FROM exchange_rates WHERE currency = 'CHF'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_are_over_and_rates_that_are_none_are_refused() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    for (path, rate, refused) in [
        ("PLN/rates/2026-03-09", "4.3", vec!["date"]),
        ("PLN/rates/2027-03-11", "4.3", vec!["date"]),
        ("PLN/rates/2026-03-11", "0", vec!["rate"]),
        ("PLN/rates/2026-03-11", "-4", vec!["rate"]),
        ("PLN/rates/2026-03-11", "4.123456789", vec!["rate"]),
        ("PLN/rates/2026-03-11", "1000000000", vec!["rate"]),
        ("PLN/rates/2020-01-01", "four", vec!["rate", "date"]),
        ("EUR/rates/2026-03-11", "4.3", vec!["rate"]),
    ] {
        let answer =
            staff.put(&format!("/admin/currencies/{path}"), json!({ "version": 1, "rate": rate })).await;
        assert_eq!(answer.expect(422).refused_fields(), refused, "{path} {rate}");
    }
    for path in
        ["CHF/rates/2026-03-11", "PLN/rates/2026-02-30", "PLN/rates/tomorrow", "XXXX/rates/2026-03-11"]
    {
        staff
            .put(&format!("/admin/currencies/{path}"), json!({ "version": 1, "rate": "4.3" }))
            .await
            .expect(404);
    }
    let more = json!({ "version": 1, "rate": "4.3", "source": "feed" });
    let answer = staff.put("/admin/currencies/PLN/rates/2026-03-11", more).await.expect(422);
    assert_eq!(answer.refused_fields(), ["source"]);
    staff.get("/admin/currencies/CHF/rates").await.expect(404);
    assert_eq!(panel.count("SELECT count(*) AS value FROM exchange_rates").await, 0);
    assert_eq!(in_force(&panel, "PLN").await, "4.25");
    // A year ahead to the day is taken.
    write(&staff, "PLN", "2027-03-10", "4.3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_are_listed_by_page_at_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let path = "/admin/currencies/PLN/rates";
    let none = staff.get(path).await.expect(200).queries();
    panel
        .sql(
            "INSERT INTO exchange_rates (base, currency, on_date, rate, source, set_at)
             SELECT 'EUR', 'PLN', day::date, 4 + row_number() OVER (ORDER BY day) * 0.01, 'feed', day
             FROM generate_series(timestamptz '2026-02-20Z', '2026-03-10Z', '1 day') AS day",
        )
        .await;
    let newest = staff.get(path).await.expect(200);
    assert_eq!(newest.queries(), none);
    let newest: Page<CurrencyRate> = newest.read();
    assert_eq!((newest.total, newest.items.len()), (19, 19));
    assert_eq!(
        (newest.items[0].on_date.to_string(), newest.items[0].rate.as_str()),
        ("2026-03-10".into(), "4.19")
    );
    assert_eq!(
        (newest.items[0].standing, newest.items[1].standing),
        (RateStanding::InForce, RateStanding::Past)
    );
    let cheap: Page<CurrencyRate> =
        staff.get(&format!("{path}?sort=rate&per_page=2&page=2&search=2026-02")).await.expect(200).read();
    assert_eq!((cheap.total, cheap.items.len()), (9, 2));
    assert_eq!(
        (cheap.items[0].rate.as_str(), cheap.items[0].on_date.to_string()),
        ("4.03", "2026-02-22".into())
    );
    assert_eq!(staff.get(&format!("{path}?sort=base")).await.expect(422).refused_fields(), ["sort"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_default_currency_begins_another_history() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    write(&staff, "CAD", "2026-03-10", "1.6").await;
    write(&staff, "CAD", "2026-03-20", "1.7").await;
    panel.advance_hours(24).await;
    make_default(&staff, "PLN").await.expect(200);
    // Worked out once, in force, and nothing is planned any more.
    assert_eq!(told(&staff, "CAD").await, ["2026-03-11 0.37647059 rescaled"]);
    assert_eq!(told(&staff, "EUR").await, ["2026-03-11 0.23529412 rescaled"]);
    assert_eq!(told(&staff, "PLN").await, Vec::<String>::new());
    panel.advance_hours(24 * 30).await;
    hostwright::catalog::price::convert::convert(&mut *panel.conn().await, panel.now()).await.unwrap();
    assert_eq!(in_force(&panel, "CAD").await, "0.37647059");
    // What was against the euro is there again with the euro.
    make_default(&staff, "EUR").await.expect(200);
    let again = told(&staff, "CAD").await;
    assert_eq!(again, ["2026-04-10 1.59999999 rescaled", "2026-03-10 1.6 staff"]);
}
