//! The feed that exchange rates can be taken from.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::{HttpResponse, HttpServer, web};
use hostwright::jobs;
use serde_json::{Value, json};
use shared::Code;
use shared::rates::{FetchedRates, RateFault};

use crate::harness::{Caller, Panel};
use crate::rates::{self, in_force, monthly, told};
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
    rates::make_default(&staff, "PLN").await.expect(200);
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
    rates::write(&staff, "PLN", "2026-03-10", "4.4").await;
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
    rates::write(&staff, "JPY", "2026-03-11", "230").await;
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
    rates::make_default(&staff, "PLN").await.expect(200);
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
