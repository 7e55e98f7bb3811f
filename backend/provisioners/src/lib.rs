//! The servers and panels that deliver services: one trait, a file for each.
//!
//! A module is asked to create, suspend, resume, idle, change or terminate what a client bought. Every call carries an
//! operation id; a module answers the same id the same way, so a call that broke off is simply made again. Modules keep
//! nothing in memory: what they must remember of a service is its `state`, which travels with every call.
//!
//! A module may bring tasks of its own to the schedule. While it is active they are run by the clock: it is told what waits for
//! staff, and says what it did and what staff are to be reminded of.
//!
//! Modules describe their settings by JSON Schema. A setting marked `writeOnly`, or of the format `password`, is a secret: it
//! is sealed where it is stored, and only calls are given it opened. Secrets stand at the top of a schema.

mod manual;
#[cfg(feature = "probe")]
mod probe;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::catalog::ModuleInfo;
use shared::{ClientId, FieldError, ServiceId};
use uuid::Uuid;

pub use manual::Manual;
#[cfg(feature = "probe")]
pub use probe::Probe;

/// What a module is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Create,
    Suspend,
    Resume,
    Idle,
    Unidle,
    ChangeOptions,
    Terminate,
    /// Take back what a failed `create` left behind.
    Cancel,
}

impl Operation {
    pub const ALL: [Self; 8] = [
        Self::Create,
        Self::Suspend,
        Self::Resume,
        Self::Idle,
        Self::Unidle,
        Self::ChangeOptions,
        Self::Terminate,
        Self::Cancel,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Idle => "idle",
            Self::Unidle => "unidle",
            Self::ChangeOptions => "change_options",
            Self::Terminate => "terminate",
            Self::Cancel => "cancel",
        }
    }
}

/// An option as the module is given it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenOption {
    /// Key of the option group, e.g. `ram`.
    pub group: String,
    /// Key of the chosen option; `None` for free text.
    pub option: Option<String>,
    /// The option's machine value, or the text.
    pub value: String,
    pub quantity: i32,
}

/// One call of a module.
#[derive(Clone, Debug)]
pub struct Call {
    /// The same for every attempt at the same thing.
    pub operation: Uuid,
    pub service: ServiceId,
    pub client: ClientId,
    pub product: String,
    pub label: String,
    /// What is configured for the module as a whole, secrets opened.
    pub configuration: Map<String, Value>,
    /// The product's settings for this module, secrets opened.
    pub settings: Map<String, Value>,
    /// Chosen options; for `change_options` the new ones.
    pub options: Vec<GivenOption>,
    /// The client's answers to the module's fields.
    pub fields: BTreeMap<String, String>,
    /// What the module remembered of this service.
    pub state: Value,
}

/// What a module answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is so. `state` is remembered instead of the earlier one.
    Done {
        state: Value,
    },
    /// Ask again with the same operation id in `again_in`.
    InProgress {
        again_in: Duration,
        percent: u8,
        step: String,
        state: Value,
    },
    /// A person of the provider has to do it; marking the task done is the answer.
    AskStaff {
        what: String,
    },
    Failed {
        retryable: bool,
        reason: String,
    },
}

/// How a service is doing, by the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Running,
    Stopped,
    Absent,
    /// The module cannot tell.
    Unknown,
}

/// A measured amount, e.g. traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    pub what: String,
    pub amount: u64,
    pub unit: String,
}

/// A service of the module that waits for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub service: ServiceId,
    pub label: String,
    /// What its client is called.
    pub client: String,
    /// What staff were asked to do.
    pub what: String,
    /// When they were asked.
    pub since: Timestamp,
}

/// One run of a task that the module brings to the schedule.
#[derive(Clone, Debug)]
pub struct ScheduledCall {
    /// The key of one of `ModuleInfo::schedule`.
    pub entry: String,
    pub now: Timestamp,
    /// What is configured for the module as a whole, secrets opened.
    pub configuration: Map<String, Value>,
    /// What waits for staff, the longest first.
    pub waiting: Vec<Waiting>,
}

/// What a module answers to a scheduled run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledAnswer {
    /// What was done, in a sentence.
    pub done: String,
    /// Of what waits, that which staff are to be reminded of. Nobody is written to when there is none.
    pub remind_of: Vec<ServiceId>,
}

/// The module could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// An answer that takes its time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The contract of every module.
pub trait Module: Send + Sync {
    fn info(&self) -> ModuleInfo;

    /// Faults of what is configured for the module as a whole; fields are named below the configuration.
    fn check_configuration(&self, configuration: &Map<String, Value>) -> Vec<FieldError>;

    /// Whether what it needs can be reached with this configuration, in a sentence.
    fn test<'a>(&'a self, configuration: &'a Map<String, Value>) -> Answer<'a, Result<String, Unreachable>>;

    /// Faults of a product's settings; fields are named below the settings.
    fn check_settings(&self, settings: &Map<String, Value>) -> Vec<FieldError>;

    /// Faults of a client's choice before it is ordered; fields are named as the client sent them (`fields.hostname`). Secrets
    /// of the settings are not opened for it.
    fn validate(
        &self,
        settings: &Map<String, Value>,
        options: &[GivenOption],
        fields: &BTreeMap<String, String>,
    ) -> Vec<FieldError>;

    fn create<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome>;
    fn suspend<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome>;
    fn resume<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome>;
    fn idle<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome>;
    fn unidle<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome>;
    fn change_options<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome>;
    fn terminate<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome>;
    fn cancel<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome>;

    fn status<'a>(&'a self, call: &'a Call) -> Answer<'a, Result<Status, Unreachable>>;
    fn usage<'a>(&'a self, call: &'a Call) -> Answer<'a, Result<Vec<Usage>, Unreachable>>;

    /// Does a task that the module brings to the schedule. An error is tried again soon.
    fn scheduled<'a>(&'a self, call: &'a ScheduledCall) -> Answer<'a, Result<ScheduledAnswer, Unreachable>>;

    /// What the client may read of the module's state: addresses, user names. Never secrets.
    fn facts(&self, state: &Value) -> BTreeMap<String, String>;
}

/// Asks a module for one operation.
pub async fn run(module: &dyn Module, operation: Operation, call: &Call) -> Outcome {
    match operation {
        Operation::Create => module.create(call).await,
        Operation::Suspend => module.suspend(call).await,
        Operation::Resume => module.resume(call).await,
        Operation::Idle => module.idle(call).await,
        Operation::Unidle => module.unidle(call).await,
        Operation::ChangeOptions => module.change_options(call).await,
        Operation::Terminate => module.terminate(call).await,
        Operation::Cancel => module.cancel(call).await,
    }
}

/// The keys of a schema's fields that are secrets.
pub fn secret_keys(schema: &Value) -> Vec<&str> {
    let is_secret = |field: &Value| {
        field.get("writeOnly").and_then(Value::as_bool) == Some(true)
            || field.get("format").and_then(Value::as_str) == Some("password")
    };
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties.filter(|(_, field)| is_secret(field)).map(|(key, _)| key.as_str()).collect()
}

/// Every module that ships.
#[cfg(not(feature = "probe"))]
pub fn all() -> &'static [&'static dyn Module] {
    &[&Manual]
}

/// Every module that ships, and the one that only tests have.
#[cfg(feature = "probe")]
pub fn all() -> &'static [&'static dyn Module] {
    &[&Manual, &Probe]
}

/// The module of a key.
pub fn find(key: &str) -> Option<&'static dyn Module> {
    all().iter().copied().find(|module| module.info().key == key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::Language;

    use super::*;

    #[test]
    fn secrets_are_what_the_schema_says() {
        let schema = json!({ "properties": {
            "host": { "type": "string" },
            "token": { "type": "string", "writeOnly": true },
            "login": { "type": "string", "format": "password" },
            "shown": { "type": "string", "writeOnly": false }
        } });
        assert_eq!(secret_keys(&schema), ["login", "token"]);
        assert!(secret_keys(&json!({})).is_empty());
    }

    /// How often a schema marks secrets, at any depth.
    fn marks(schema: &Value) -> usize {
        let own = usize::from(schema["writeOnly"] == true || schema["format"] == "password");
        let below: usize = match schema {
            Value::Object(fields) => fields.values().map(marks).sum(),
            Value::Array(list) => list.iter().map(marks).sum(),
            _ => 0,
        };
        own + below
    }

    #[test]
    fn every_module_keeps_its_secrets_where_they_are_found() {
        for module in all() {
            let info = module.info();
            for schema in [&info.settings_schema, &info.configuration_schema] {
                assert_eq!(secret_keys(schema).len(), marks(schema), "{}", info.key);
            }
        }
    }

    #[test]
    fn scheduled_tasks_have_keys_for_addresses_and_texts_in_every_language() {
        let plain = |key: &str| key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        for info in all().iter().map(|module| module.info()) {
            assert!(plain(&info.key), "{}", info.key);
            for entry in &info.schedule {
                assert!(!entry.key.is_empty() && plain(&entry.key), "{}", entry.key);
                for language in Language::ALL {
                    let text = entry.texts.get(language).unwrap_or_else(|| panic!("{}", entry.key));
                    assert!(!text.title.is_empty() && !text.description.is_empty(), "{}", entry.key);
                }
            }
        }
    }
}
