//! A stand-in for VIES: it knows some numbers, may be away, and remembers what it was asked.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{App, HttpResponse, HttpServer, post};
use serde_json::{Value, json};

#[derive(Default)]
struct Books {
    /// Numbers with their prefix.
    valid: BTreeSet<String>,
    /// What it answers instead, as long as it is away.
    away: Option<(u16, String)>,
    asked: Vec<Value>,
}

#[derive(Clone)]
pub(super) struct Office {
    pub(super) url: String,
    books: Arc<Mutex<Books>>,
    /// Whoever holds it keeps answers back.
    pub(super) door: Arc<tokio::sync::Mutex<()>>,
}

#[post("/rest-api/check-vat-number")]
async fn answer(office: Data<Office>, question: Json<Value>) -> HttpResponse {
    let known = |books: &Books| {
        let text = |name: &str| question[name].as_str().unwrap_or_default().to_owned();
        (books.valid.contains(&(text("countryCode") + &text("vatNumber"))), text("requesterNumber"))
    };
    let (away, valid, requester, count) = {
        let mut books = office.books.lock().unwrap();
        books.asked.push(question.0.clone());
        let (valid, requester) = known(&books);
        (books.away.clone(), valid, requester, books.asked.len())
    };
    let _open = office.door.lock().await;
    if let Some((status, body)) = away {
        return HttpResponse::build(StatusCode::from_u16(status).unwrap())
            .content_type("application/json")
            .body(body);
    }
    HttpResponse::Ok().json(json!({
        "countryCode": question["countryCode"], "vatNumber": question["vatNumber"],
        "requestDate": "2026-03-10T12:00:00.000Z", "valid": valid,
        "requestIdentifier": if requester.is_empty() { String::new() } else { format!("WAPI{count:04}") },
        "name": if valid { "Berta GmbH" } else { "---" }, "address": if valid { "Hauptstr. 1\n10115 Berlin" } else { "---" },
    }))
}

impl Office {
    /// An office that knows these numbers as valid.
    pub(super) fn open(valid: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/rest-api", listener.local_addr().expect("bound"));
        let books =
            Books { valid: valid.iter().map(|number| (*number).to_owned()).collect(), ..Books::default() };
        let office = Self { url, books: Arc::new(Mutex::new(books)), door: Arc::default() };
        let served = office.clone();
        let server = HttpServer::new(move || App::new().app_data(Data::new(served.clone())).service(answer));
        let running = server.workers(1).disable_signals().listen(listener).expect("it listens").run();
        tokio::spawn(running);
        office
    }

    /// The configuration of an installation that asks here.
    pub(super) fn config(&self) -> String {
        // With a slash at its end, as people write addresses, too.
        format!("vies = {{ url = \"{}/\" }}", self.url)
    }

    /// It answers with this code of VIES and this status from now on.
    pub(super) fn go_away(&self, status: u16, code: &str) {
        let body = json!({ "actionSucceed": false, "errorWrappers": [{ "error": code }] });
        self.answer_with(status, body.to_string());
    }

    /// It answers with just this from now on.
    pub(super) fn answer_with(&self, status: u16, body: String) {
        self.books.lock().unwrap().away = Some((status, body));
    }

    pub(super) fn come_back(&self) {
        self.books.lock().unwrap().away = None;
    }

    pub(super) fn strike_off(&self, number: &str) {
        assert!(self.books.lock().unwrap().valid.remove(number), "{number} was known");
    }

    /// What it was asked so far, prefix and number: `DE136695976`.
    pub(super) fn asked(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let books = self.books.lock().unwrap();
        books
            .asked
            .iter()
            .map(|question| text(&question["countryCode"]) + &text(&question["vatNumber"]))
            .collect()
    }

    /// The last question as it came.
    pub(super) fn last_question(&self) -> Value {
        self.books.lock().unwrap().asked.last().cloned().expect("it was asked")
    }
}
