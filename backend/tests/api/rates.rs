//! Exchange rates by their day, and the feed they can be taken from.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::{HttpResponse, HttpServer, web};
use hostwright::jobs::{self, schedule};
use serde_json::{Value, json};
use shared::settings::{CurrencyRate, FetchedRates, RateFault, RateStanding};
use shared::{Code, Page, ProductId};

use crate::harness::{Caller, Panel};
use crate::selling::{product, work};

/// A bank that publishes rates on this machine.
struct Bank {
    address: String,
    asked: Arc<AtomicUsize>,
    says: Arc<Mutex<(u16, String)>>,
    server: actix_web::dev::ServerHandle,
}

impl Bank {
    fn open() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let says = Arc::new(Mutex::new((200, String::new())));
        let (counted, spoken) = (asked.clone(), says.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/eurofxref-daily.xml", listener.local_addr().unwrap());
        let answer = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let (status, body) = spoken.lock().unwrap().clone();
            let status = actix_web::http::StatusCode::from_u16(status).unwrap();
            std::future::ready(HttpResponse::build(status).content_type("text/xml").body(body))
        };
        let app = move || actix_web::App::new().default_service(web::to(answer.clone()));
        let running = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        let server = running.handle();
        tokio::spawn(running);
        Self { address, asked, says, server }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn answers(&self, status: u16, body: impl Into<String>) {
        *self.says.lock().unwrap() = (status, body.into());
    }

    /// Publishes rates of a day in the form of the European Central Bank.
    fn publishes(&self, day: &str, rates: &[(&str, &str)]) {
        let cubes: String = rates
            .iter()
            .map(|(code, rate)| format!("\t\t\t<Cube currency='{code}' rate='{rate}'/>\n"))
            .collect();
        self.answers(
            200,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" \
                 xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\">\n\
                 \t<gesmes:subject>Reference rates</gesmes:subject>\n\
                 \t<gesmes:Sender>\n\t\t<gesmes:name>European Central Bank</gesmes:name>\n\t</gesmes:Sender>\n\
                 \t<Cube>\n\t\t<Cube time='{day}'>\n{cubes}\t\t</Cube>\n\t</Cube>\n</gesmes:Envelope>"
            ),
        );
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let stopping = self.server.stop(false);
        tokio::spawn(stopping);
    }
}

/// A panel whose feed is on, at a bank of its own.
async fn with_feed() -> (Panel, Caller, Bank) {
    let (panel, bank) = (Panel::start().await, Bank::open());
    let staff = panel.super_admin().await.calls;
    let mut settings = staff.get("/admin/settings").await.expect(200).json();
    assert_eq!(settings["finance"]["rates_feed"], false);
    settings["finance"]["rates_feed"] = json!(true);
    settings["finance"]["rates_feed_url"] = json!(bank.address);
    staff.put("/admin/settings", settings).await.expect(200);
    (panel, staff, bank)
}

async fn in_force(panel: &Panel, code: &str) -> String {
    let query = format!("SELECT rate AS value FROM currencies WHERE code = '{code}'");
    panel.amount(&query).await.normalize().to_string()
}

/// What the product costs a month in PLN.
async fn monthly(panel: &Panel, product: ProductId) -> String {
    let query = format!(
        "SELECT base AS value FROM prices WHERE product_id = '{product}' AND currency = 'PLN' AND period = 'monthly'"
    );
    panel.amount(&query).await.normalize().to_string()
}

async fn rates(staff: &Caller, code: &str) -> Vec<CurrencyRate> {
    let path = format!("/admin/currencies/{code}/rates");
    staff.get(&path).await.expect(200).read::<Page<CurrencyRate>>().items
}

/// Day, rate and source of each, as the list shows them.
async fn told(staff: &Caller, code: &str) -> Vec<String> {
    let rates = rates(staff, code).await;
    rates.into_iter().map(|rate| format!("{} {} {}", rate.on_date, rate.rate, rate.source)).collect()
}

/// Asks the feed and has the work done: what the task left.
async fn fetch(panel: &Panel, staff: &Caller) -> FetchedRates {
    let task = staff.post("/admin/currencies/rates/fetch", json!({})).await.expect(202).json();
    assert_eq!(task["task"]["name"], "fetch-rates");
    let drained = jobs::drain(&panel.app).await.unwrap();
    assert!(drained.failed.is_empty(), "{:?}", drained.failed);
    let id = task["task"]["id"].as_str().unwrap();
    let done = staff.get(&format!("/admin/tasks/{id}")).await.expect(200).json();
    assert_eq!(done["task"]["state"], "completed");
    serde_json::from_value(done["output"].clone()).unwrap()
}

async fn conversions(panel: &Panel) -> i64 {
    panel.count("SELECT count(*) AS value FROM tasks WHERE name = 'convert-prices'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_dated_ahead_comes_into_force_at_the_midnight_of_its_day() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let mut settings = staff.get("/admin/settings").await.expect(200).json();
    settings["general"]["time_zone"] = json!("Europe/Warsaw");
    staff.put("/admin/settings", settings).await.expect(200);
    let follows = product(&staff, "follows", json!({ "convert_price": true })).await.id;
    let planned = staff
        .put("/admin/currencies/PLN/rates/2026-03-12", json!({ "rate": "5.00" }))
        .await
        .expect(200)
        .read::<CurrencyRate>();
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
    staff.put("/admin/currencies/PLN/rates/2026-03-10", json!({ "rate": "4.5" })).await.expect(200);
    work(&panel).await;
    assert_eq!(
        (in_force(&panel, "PLN").await, monthly(&panel, follows).await),
        ("4.5".into(), "32.4".into())
    );
    staff.put("/admin/currencies/PLN/rates/2026-04-01", json!({ "rate": "4.75" })).await.expect(200);
    staff.put("/admin/currencies/PLN/rates/2026-04-01", json!({ "rate": "4.8" })).await.expect(200);
    assert_eq!(told(&staff, "PLN").await, ["2026-04-01 4.8 staff", "2026-03-10 4.5 staff"]);
    staff.delete("/admin/currencies/PLN/rates/2026-04-01").await.expect(204);
    staff.delete("/admin/currencies/PLN/rates/2026-04-01").await.expect(404);
    let kept = staff.delete("/admin/currencies/PLN/rates/2026-03-10").await.expect(409);
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
        let answer = staff.put(&format!("/admin/currencies/{path}"), json!({ "rate": rate })).await;
        assert_eq!(answer.expect(422).refused_fields(), refused, "{path} {rate}");
    }
    for path in
        ["CHF/rates/2026-03-11", "PLN/rates/2026-02-30", "PLN/rates/tomorrow", "XXXX/rates/2026-03-11"]
    {
        staff.put(&format!("/admin/currencies/{path}"), json!({ "rate": "4.3" })).await.expect(404);
    }
    let more = json!({ "rate": "4.3", "source": "feed" });
    let answer = staff.put("/admin/currencies/PLN/rates/2026-03-11", more).await.expect(422);
    assert_eq!(answer.refused_fields(), ["source"]);
    staff.get("/admin/currencies/CHF/rates").await.expect(404);
    assert_eq!(panel.count("SELECT count(*) AS value FROM exchange_rates").await, 0);
    assert_eq!(in_force(&panel, "PLN").await, "4.25");
    // A year ahead to the day is taken.
    staff.put("/admin/currencies/PLN/rates/2027-03-10", json!({ "rate": "4.3" })).await.expect(200);
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
async fn a_feed_that_is_off_is_never_asked() {
    let (panel, bank) = (Panel::start().await, Bank::open());
    let staff = panel.super_admin().await.calls;
    bank.publishes("2026-03-10", &[("PLN", "4.3")]);
    let mut settings = staff.get("/admin/settings").await.expect(200).json();
    settings["finance"]["rates_feed_url"] = json!(bank.address);
    staff.put("/admin/settings", settings).await.expect(200);
    let refused = staff.post("/admin/currencies/rates/fetch", json!({})).await.expect(409);
    assert_eq!(refused.problem().code, Code::Conflict);
    staff.post("/admin/schedules/fetch-rates/run", json!({})).await.expect(202);
    let drained = jobs::drain(&panel.app).await.unwrap();
    assert_eq!((drained.completed, drained.failed.len()), (1, 0));
    assert_eq!(bank.asked(), 0);
    assert_eq!((in_force(&panel, "PLN").await, conversions(&panel).await), ("4.25".into(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_of_the_feed_are_taken_and_prices_follow_them_once() {
    let (panel, staff, bank) = with_feed().await;
    let follows = product(&staff, "follows", json!({ "convert_price": true })).await.id;
    work(&panel).await;
    let before = conversions(&panel).await;
    bank.publishes("2026-03-10", &[("USD", "1.0893"), ("PLN", "4.3"), ("CAD", "1.55")]);
    let fetched = fetch(&panel, &staff).await;
    let taken: Vec<String> =
        fetched.taken.iter().map(|rate| format!("{} {}", rate.currency, rate.rate)).collect();
    assert_eq!(taken, ["CAD 1.55", "PLN 4.3"]);
    // The bank has no JPY that day: it keeps its rate, and staff read which.
    assert_eq!((fetched.missing, fetched.refused), (vec!["JPY".parse().unwrap()], vec![]));
    assert_eq!(fetched.on_date, Some("2026-03-10".parse().unwrap()));
    assert_eq!(
        (in_force(&panel, "PLN").await, monthly(&panel, follows).await),
        ("4.3".into(), "30.96".into())
    );
    assert_eq!(in_force(&panel, "JPY").await, "160");
    assert_eq!(told(&staff, "PLN").await, ["2026-03-10 4.3 feed"]);
    assert_eq!(conversions(&panel).await, before + 1);

    // The same again changes nothing; a corrected rate does.
    let again = fetch(&panel, &staff).await;
    assert_eq!((again.taken, again.unchanged.len(), bank.asked()), (vec![], 2, 2));
    assert_eq!(conversions(&panel).await, before + 1);
    bank.publishes("2026-03-10", &[("PLN", "4.31"), ("CAD", "1.55"), ("JPY", "161.5")]);
    assert_eq!(fetch(&panel, &staff).await.taken.len(), 2);
    assert_eq!(told(&staff, "PLN").await, ["2026-03-10 4.31 feed"]);
    assert_eq!((in_force(&panel, "JPY").await, conversions(&panel).await), ("161.5".into(), before + 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_worked_out_for_a_default_currency_other_than_the_euro() {
    let (panel, staff, bank) = with_feed().await;
    staff.post("/admin/currencies/PLN/default", json!({})).await.expect(200);
    bank.publishes("2026-03-10", &[("PLN", "4.3"), ("CAD", "1.55"), ("JPY", "161.5")]);
    let fetched = fetch(&panel, &staff).await;
    assert_eq!((fetched.taken.len(), fetched.refused.len(), fetched.kept.len()), (3, 0, 0));
    assert_eq!(in_force(&panel, "EUR").await, "0.23255814");
    assert_eq!(in_force(&panel, "CAD").await, "0.36046512");
    assert_eq!(in_force(&panel, "JPY").await, "37.55813953");
    assert_eq!(in_force(&panel, "PLN").await, "1");
    assert_eq!(told(&staff, "EUR").await, ["2026-03-10 0.23255814 feed"]);
    assert_eq!(told(&staff, "PLN").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_of_the_feed_is_not_taken_and_staffs_own_rate_of_the_day_stays() {
    let (panel, staff, bank) = with_feed().await;
    staff.put("/admin/currencies/PLN/rates/2026-03-10", json!({ "rate": "4.4" })).await.expect(200);
    for (code, rate) in [("CHF", "0.95"), ("GBP", "0.85"), ("SEK", "11.2")] {
        let new = json!({ "code": code, "format": "1,234.56", "rate": rate });
        staff.post("/admin/currencies", new).await.expect(201);
    }
    panel.sql("DELETE FROM exchange_rates WHERE currency IN ('CHF', 'GBP', 'SEK')").await;
    // A switched-off currency is not asked about.
    panel.sql("UPDATE currencies SET enabled = false WHERE code = 'SEK'").await;
    jobs::drain(&panel.app).await.unwrap();
    let before = conversions(&panel).await;
    let written =
        [("PLN", "4.3"), ("CAD", "0"), ("JPY", "240.01"), ("CHF", "-0.95"), ("GBP", "0,85"), ("SEK", "11")];
    bank.publishes("2026-03-10", &written);
    let fetched = fetch(&panel, &staff).await;
    let refused: Vec<_> = fetched
        .refused
        .iter()
        .map(|rate| (rate.currency.to_string(), rate.rate.as_str(), rate.fault))
        .collect();
    assert_eq!(
        refused,
        [
            ("CAD".to_owned(), "0", Some(RateFault::OutOfRange)),
            ("CHF".to_owned(), "-0.95", Some(RateFault::OutOfRange)),
            ("GBP".to_owned(), "0,85", Some(RateFault::NotANumber)),
            ("JPY".to_owned(), "240.01", Some(RateFault::Leap)),
        ]
    );
    assert_eq!((fetched.taken, fetched.kept), (vec![], vec!["PLN".parse().unwrap()]));
    assert_eq!(conversions(&panel).await, before);
    for (code, rate) in [("PLN", "4.4"), ("CAD", "1.5"), ("JPY", "160"), ("CHF", "0.95"), ("SEK", "11.2")] {
        assert_eq!(in_force(&panel, code).await, rate, "{code}");
    }
    // Half up is still a rate. The next day the feed has its say about PLN again.
    panel.advance_hours(24).await;
    bank.publishes("2026-03-11", &[("PLN", "4.3"), ("JPY", "240")]);
    assert_eq!(fetch(&panel, &staff).await.taken.len(), 2);
    assert_eq!(told(&staff, "PLN").await, ["2026-03-11 4.3 feed", "2026-03-10 4.4 staff"]);
    // What it says about a day that staff's newer rate followed is history.
    staff.put("/admin/currencies/JPY/rates/2026-03-11", json!({ "rate": "230" })).await.expect(200);
    bank.publishes("2026-03-10", &[("JPY", "235")]);
    assert_eq!(fetch(&panel, &staff).await.taken.len(), 1);
    assert_eq!(in_force(&panel, "JPY").await, "230");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_none_fails_its_task_and_changes_nothing() {
    let (panel, staff, bank) = with_feed().await;
    let ask = async || {
        staff.post("/admin/currencies/rates/fetch", json!({})).await.expect(202);
        let failed = jobs::drain(&panel.app).await.unwrap().failed;
        panel.sql("UPDATE tasks SET state = 'completed' WHERE state = 'queued'").await;
        assert_eq!(failed.len(), 1);
        failed.into_iter().next().unwrap().1
    };
    let long = format!("<E>{}</E>", " ".repeat(1024 * 1024));
    for (status, body, says) in [
        (500, "<E/>", "the feed answered 500"),
        (404, "<E/>", "the feed answered 404"),
        (200, "{\"rates\": {}}", "the feed is not XML"),
        (200, "<E/>", "no rates of any day"),
        (200, long.as_str(), "longer than 1048576 bytes"),
    ] {
        bank.answers(status, body);
        let said = ask().await;
        assert!(said.contains(says), "{says}: {said}");
    }
    bank.publishes("2026-03-11", &[("PLN", "4.3")]);
    assert!(ask().await.contains("a day to come"));
    staff.post("/admin/currencies/PLN/default", json!({})).await.expect(200);
    work(&panel).await;
    bank.publishes("2026-03-10", &[("CAD", "1.55")]);
    assert!(ask().await.contains("no rate of the default currency PLN"));
    bank.publishes("2026-03-10", &[("CAD", "1.55"), ("PLN", "0")]);
    assert!(ask().await.contains("0 is no rate of the default currency PLN"));
    assert_eq!(panel.count("SELECT count(*) AS value FROM exchange_rates WHERE source = 'feed'").await, 0);
    let fetched = "SELECT count(*) AS value FROM activity_log WHERE action = 'rates.fetched'";
    assert_eq!(panel.count(fetched).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_has_a_safe_address() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let settings = staff.get("/admin/settings").await.expect(200).json();
    let with = |address: &str| -> Value {
        let mut settings = settings.clone();
        settings["finance"]["rates_feed_url"] = json!(address);
        settings
    };
    for address in [
        "",
        "rates",
        "ftp://bank.test/rates.xml",
        "file:///etc/passwd",
        "http://bank.test/rates.xml",
        "http://10.0.0.1/rates.xml",
        "http://127.0.0.1.bank.test/",
        "https://user:secret@bank.test/rates.xml",
        &format!("https://bank.test/{}", "x".repeat(300)),
    ] {
        let refused = staff.put("/admin/settings", with(address)).await.expect(422).refused_fields();
        assert_eq!(refused, ["finance.rates_feed_url"], "{address}");
    }
    for (version, address) in
        ["http://localhost:8080/rates.xml", "http://[::1]/rates.xml", "https://bank.test/rates.xml"]
            .into_iter()
            .enumerate()
    {
        let mut settings = with(address);
        settings["version"] = json!(version);
        staff.put("/admin/settings", settings).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_default_currency_begins_another_history() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    staff.put("/admin/currencies/CAD/rates/2026-03-10", json!({ "rate": "1.6" })).await.expect(200);
    staff.put("/admin/currencies/CAD/rates/2026-03-20", json!({ "rate": "1.7" })).await.expect(200);
    panel.advance_hours(24).await;
    staff.post("/admin/currencies/PLN/default", json!({})).await.expect(200);
    // Worked out once, in force, and nothing is planned any more.
    assert_eq!(told(&staff, "CAD").await, ["2026-03-11 0.37647059 rescaled"]);
    assert_eq!(told(&staff, "EUR").await, ["2026-03-11 0.23529412 rescaled"]);
    assert_eq!(told(&staff, "PLN").await, Vec::<String>::new());
    panel.advance_hours(24 * 30).await;
    hostwright::catalog::price::convert::convert(&mut *panel.conn().await, panel.now()).await.unwrap();
    assert_eq!(in_force(&panel, "CAD").await, "0.37647059");
    // What was against the euro is there again with the euro.
    staff.post("/admin/currencies/EUR/default", json!({})).await.expect(200);
    let again = told(&staff, "CAD").await;
    assert_eq!(again, ["2026-04-10 1.59999999 rescaled", "2026-03-10 1.6 staff"]);
}
