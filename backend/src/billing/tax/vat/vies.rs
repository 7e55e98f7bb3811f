//! The VAT Information Exchange System of the European Commission, by its REST API.
//!
//! <https://ec.europa.eu/taxation_customs/vies/#/technical-information>: `POST /check-vat-number`. A number is known there or
//! not; an office that is away, busy or slow says so by a code, also in answers of status 200.

use std::time::Duration;

use rules::vat::VatNumber;
use serde::{Deserialize, Serialize};
use shared::billing::vat::VatOutcome;

use crate::config;

/// Offices need seconds; VIES itself gives up on them after about ten.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// More than any answer has.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// What is kept of an answer and of its parts, in characters.
const KEPT_MAX: usize = 4000;
const CONSULTATION_MAX: usize = 100;
const NAME_MAX: usize = 300;
const ADDRESS_MAX: usize = 1000;
const CODE_MAX: usize = 100;

/// What asking again cannot mend; anything else may pass.
const FINAL: [&str; 4] = ["INVALID_INPUT", "INVALID_REQUESTER_INFO", "VAT_BLOCKED", "IP_BLOCKED"];

/// Asks VIES.
#[derive(Clone, Debug)]
pub struct Vies {
    url: String,
}

/// What was answered, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub outcome: VatOutcome,
    pub consultation: Option<String>,
    /// Empty: the office keeps it to itself.
    pub name: String,
    pub address: String,
    /// What failed: a code of VIES, or what happened on the way to it. Of staff: their reason.
    pub note: String,
    /// The beginning of the answer as it came.
    pub answer: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    country_code: &'a str,
    vat_number: &'a str,
    requester_member_state_code: &'a str,
    requester_number: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    valid: Option<bool>,
    #[serde(default)]
    request_identifier: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    error_wrappers: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    error: String,
}

impl Reply {
    /// An answer with nothing to it.
    pub fn plain(outcome: VatOutcome) -> Self {
        Self {
            outcome,
            consultation: None,
            name: String::new(),
            address: String::new(),
            note: String::new(),
            answer: String::new(),
        }
    }

    fn failed(outcome: VatOutcome, code: &str, answer: &str) -> Self {
        Self { note: kept(code, CODE_MAX), answer: kept(answer, KEPT_MAX), ..Self::plain(outcome) }
    }

    /// Reads what came with this status. What is no answer of VIES counts as VIES being away.
    fn read(status: u16, body: &str) -> Self {
        let Ok(answer) = serde_json::from_str::<Answer>(body) else {
            return Self::failed(VatOutcome::Unavailable, &format!("HTTP {status}"), body);
        };
        if let Some(fault) = answer.error_wrappers.first() {
            let code = fault.error.trim();
            let last = FINAL.contains(&code);
            let outcome = if last { VatOutcome::Failed } else { VatOutcome::Unavailable };
            return Self::failed(outcome, code, body);
        }
        match answer.valid {
            Some(valid) if status == 200 => Self {
                outcome: if valid { VatOutcome::Valid } else { VatOutcome::Invalid },
                consultation: Some(said(answer.request_identifier, CONSULTATION_MAX))
                    .filter(|number| !number.is_empty()),
                name: said(answer.name, NAME_MAX),
                address: said(answer.address, ADDRESS_MAX),
                note: String::new(),
                answer: kept(body, KEPT_MAX),
            },
            _ => Self::failed(VatOutcome::Unavailable, &format!("HTTP {status}"), body),
        }
    }
}

/// Text of VIES. Three dashes stand for nothing.
fn said(text: Option<String>, length_max: usize) -> String {
    let text = text.unwrap_or_default();
    let text = text.trim();
    if text == "---" { String::new() } else { kept(text, length_max) }
}

/// The beginning of a text, without what the database takes in no text.
fn kept(text: &str, length_max: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(length_max).collect()
}

impl Vies {
    pub fn from_config(config: &config::Vies) -> Self {
        Self { url: format!("{}/check-vat-number", config.url.trim_end_matches('/')) }
    }

    /// Asks about a number, in the name of the requester: without one there is no consultation number.
    pub async fn ask(&self, number: &VatNumber, requester: Option<&VatNumber>) -> Reply {
        let question = Question {
            country_code: number.prefix,
            vat_number: &number.number,
            requester_member_state_code: requester.map_or("", |requester| requester.prefix),
            requester_number: requester.map_or("", |requester| requester.number.as_str()),
        };
        match self.send(&question).await {
            Ok((status, body)) => Reply::read(status, &body),
            Err(error) => {
                tracing::warn!(%error, "VIES did not answer");
                let failure = if error.is_timeout() { "TIMEOUT" } else { "NO_CONNECTION" };
                Reply::failed(VatOutcome::Unavailable, failure, "")
            }
        }
    }

    /// Status and body, at most `ANSWER_BYTES_MAX` of it: what is longer is no answer of VIES and is not read on.
    async fn send(&self, question: &Question<'_>) -> reqwest::Result<(u16, String)> {
        // Questions are rare, and a machine without certificates of authorities must start all the same.
        let http = reqwest::Client::builder()
            .timeout(ANSWERS_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let mut response = http.post(&self.url).json(question).send().await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_BYTES_MAX {
                body.truncate(ANSWER_BYTES_MAX);
                break;
            }
        }
        Ok((response.status().as_u16(), String::from_utf8_lossy(&body).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_with_what_they_keep_to_themselves() {
        let valid = r#"{"countryCode":"DE","vatNumber":"136695976","requestDate":"2026-11-21T10:00:00Z","valid":true,
            "requestIdentifier":"WAPIAAAAW1","name":"---","address":" Hauptstr. 1\n10115 Berlin ","userError":"VALID"}"#;
        let reply = Reply::read(200, valid);
        assert_eq!(reply.outcome, VatOutcome::Valid);
        assert_eq!(reply.consultation.as_deref(), Some("WAPIAAAAW1"));
        assert_eq!((reply.name.as_str(), reply.address.as_str()), ("", "Hauptstr. 1\n10115 Berlin"));
        assert_eq!(reply.answer, valid);
        let invalid = Reply::read(200, r#"{"valid":false,"requestIdentifier":""}"#);
        assert_eq!((invalid.outcome, invalid.consultation), (VatOutcome::Invalid, None));
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        for (status, body, outcome, failure) in [
            (200, wrapped("MS_UNAVAILABLE"), VatOutcome::Unavailable, "MS_UNAVAILABLE"),
            (500, wrapped("MS_MAX_CONCURRENT_REQ"), VatOutcome::Unavailable, "MS_MAX_CONCURRENT_REQ"),
            (500, wrapped("SOMETHING_NEW"), VatOutcome::Unavailable, "SOMETHING_NEW"),
            (400, wrapped("INVALID_INPUT"), VatOutcome::Failed, "INVALID_INPUT"),
            (400, wrapped("INVALID_REQUESTER_INFO"), VatOutcome::Failed, "INVALID_REQUESTER_INFO"),
            (502, "<html>Bad gateway</html>".to_owned(), VatOutcome::Unavailable, "HTTP 502"),
            (200, "{}".to_owned(), VatOutcome::Unavailable, "HTTP 200"),
            (503, r#"{"valid":true}"#.to_owned(), VatOutcome::Unavailable, "HTTP 503"),
        ] {
            let reply = Reply::read(status, &body);
            assert_eq!((reply.outcome, reply.note.as_str()), (outcome, failure), "{status} {body}");
        }
        let long = format!(r#"{{"valid":true,"name":"{}\u0000"}}"#, "x".repeat(5000));
        let reply = Reply::read(200, &long);
        assert_eq!((reply.name.len(), reply.answer.len()), (NAME_MAX, KEPT_MAX));
    }

    fn wrapped(code: &str) -> String {
        format!(r#"{{"actionSucceed":false,"errorWrappers":[{{"error":"{code}"}}]}}"#)
    }
}
