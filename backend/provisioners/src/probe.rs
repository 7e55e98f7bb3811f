//! `probe`: a module that tests sell with. It has secrets, takes its time and fails on demand; no program that ships has it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use shared::catalog::{ModuleField, ModuleFieldKind, ModuleInfo, ModuleKind, ModuleSchedule};
use shared::schedule::ScheduleText;
use shared::tasks::Queue;
use shared::{FieldError, Language};

use crate::{
    Answer, Call, GivenOption, Module, Outcome, ScheduledAnswer, ScheduledCall, Status, Unreachable, Usage,
};

/// What opens its door: the setting `api_key` of a product.
pub(crate) const DOOR: &str = "open sesame";

/// Does what its settings say: `mood` is `done`, `later`, `busy` or `refuses`.
#[derive(Clone, Copy, Debug)]
pub struct Probe;

fn text<'a>(settings: &'a Map<String, Value>, key: &str) -> &'a str {
    settings.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Faults of settings that may have these texts and nothing else.
fn check(settings: &Map<String, Value>, known: &[&str], required: &str) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for (key, value) in settings {
        if !known.contains(&key.as_str()) {
            faults.push(FieldError::new(key, "unknown", "There is no such setting."));
        } else if !value.is_string() {
            faults.push(FieldError::new(key, "invalid", "Write a text."));
        }
    }
    if text(settings, required).is_empty() {
        faults.push(FieldError::new(required, "required", "This field is required."));
    }
    faults
}

fn answer(call: &Call) -> Answer<'_, Outcome> {
    let key = text(&call.settings, "api_key");
    let token = text(&call.configuration, "token");
    let outcome = match text(&call.settings, "mood") {
        _ if key != DOOR => Outcome::Failed { retryable: false, reason: format!("{key} opens nothing.") },
        "later" if call.state.get("copied").is_none() => Outcome::InProgress {
            again_in: Duration::from_secs(30),
            percent: 40,
            step: "Copying the image".to_owned(),
            state: json!({ "copied": true }),
        },
        "busy" => Outcome::Failed { retryable: true, reason: format!("{key} with {token}: no room.") },
        "refuses" => Outcome::Failed { retryable: false, reason: "There is no such image.".to_owned() },
        _ => Outcome::Done {
            state: json!({
                "address": "192.0.2.7", "root_password": "hunter2",
                "headers": { "Authorization": format!("Bearer {token}"), "X-Trace": key },
            }),
        },
    };
    Box::pin(std::future::ready(outcome))
}

/// What it says to whoever asks whether it gets in with this configuration.
fn greeting(configuration: &Map<String, Value>) -> Result<String, Unreachable> {
    let (url, token) = (text(configuration, "url"), text(configuration, "token"));
    if url == "down" {
        Err(Unreachable(format!("{url} did not let {token} in.")))
    } else {
        Ok(format!("{url} greets."))
    }
}

impl Module for Probe {
    fn info(&self) -> ModuleInfo {
        let text = ScheduleText { title: "Look around".to_owned(), description: "For tests.".to_owned() };
        ModuleInfo {
            key: "probe".to_owned(),
            name: "Probe".to_owned(),
            description: "For tests.".to_owned(),
            version: "1.0.0".to_owned(),
            kind: ModuleKind::Provisioning,
            author: "Tests".to_owned(),
            icon: "box".to_owned(),
            settings_schema: json!({ "type": "object", "properties": {
                "api_key": { "type": "string", "title": "API key", "writeOnly": true },
                "mood": { "type": "string", "title": "Mood" },
            } }),
            configuration_schema: json!({ "type": "object", "properties": {
                "url": { "type": "string", "title": "Address" },
                "token": { "type": "string", "title": "Token", "format": "password" },
            } }),
            permissions: Vec::new(),
            queues: vec![Queue::Provisioning],
            schedule: vec![ModuleSchedule {
                key: "look-around".to_owned(),
                texts: Language::ALL.iter().map(|language| (*language, text.clone())).collect(),
                cron: "*/30 * * * *".to_owned(),
            }],
            fields: vec![ModuleField {
                key: "root".to_owned(),
                labels: BTreeMap::from([(Language::English, "Password".to_owned())]),
                kind: ModuleFieldKind::Secret,
                required: false,
                length_max: 100,
            }],
        }
    }

    fn check_configuration(&self, configuration: &Map<String, Value>) -> Vec<FieldError> {
        check(configuration, &["url", "token"], "token")
    }

    fn test<'a>(&'a self, configuration: &'a Map<String, Value>) -> Answer<'a, Result<String, Unreachable>> {
        Box::pin(std::future::ready(greeting(configuration)))
    }

    fn check_settings(&self, settings: &Map<String, Value>) -> Vec<FieldError> {
        check(settings, &["api_key", "mood"], "api_key")
    }

    fn validate(
        &self,
        _settings: &Map<String, Value>,
        _options: &[GivenOption],
        _fields: &BTreeMap<String, String>,
    ) -> Vec<FieldError> {
        Vec::new()
    }

    fn create<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        answer(call)
    }
    fn suspend<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        answer(call)
    }
    fn resume<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        answer(call)
    }
    fn idle<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        answer(call)
    }
    fn unidle<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        answer(call)
    }
    fn change_options<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        answer(call)
    }
    fn terminate<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        answer(call)
    }
    fn cancel<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        answer(call)
    }
    fn status<'a>(&'a self, _call: &'a Call) -> Answer<'a, Result<Status, Unreachable>> {
        Box::pin(std::future::ready(Ok(Status::Running)))
    }
    fn usage<'a>(&'a self, _call: &'a Call) -> Answer<'a, Result<Vec<Usage>, Unreachable>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
    fn scheduled<'a>(&'a self, call: &'a ScheduledCall) -> Answer<'a, Result<ScheduledAnswer, Unreachable>> {
        let answer =
            greeting(&call.configuration).map(|done| ScheduledAnswer { done, remind_of: Vec::new() });
        Box::pin(std::future::ready(answer))
    }
    fn facts(&self, state: &Value) -> BTreeMap<String, String> {
        let address = state.get("address").and_then(Value::as_str);
        address.map(|address| ("address".to_owned(), address.to_owned())).into_iter().collect()
    }
}
