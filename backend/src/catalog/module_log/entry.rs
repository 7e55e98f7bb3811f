//! A call of a module as a row. No secret gets past here.

use std::time::Duration;

use provisioners::{Call, Outcome, ScheduledAnswer, ScheduledCall};
use serde_json::{Value, json};
use shared::catalog::{ModuleFieldKind, ModuleInfo};
use shared::module_log::ModuleLogLevel;
use shared::{ClientId, ServiceId};
use uuid::Uuid;

use crate::catalog::module::settings::{self, Settings};
use crate::seal::{MASKED, masked};

/// Characters of a message.
const MESSAGE_MAX: usize = 1000;
/// A shorter secret is masked only where it stands alone: it could be part of any word.
const SECRET_MIN: usize = 4;

/// What is written of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub level: ModuleLogLevel,
    pub module: String,
    pub action: String,
    pub about: Option<About>,
    pub attempt: i32,
    pub took: Duration,
    pub message: String,
    pub request: Value,
    pub response: Value,
}

/// The operation that a call belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    pub operation: Uuid,
    pub service: ServiceId,
    pub client: ClientId,
}

/// What a module was asked for, and how often before.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    pub action: &'a str,
    /// From 1.
    pub number: u32,
    /// When it fails, the operation is given up.
    pub is_last: bool,
}

/// Whatever must not be read: values that are known to be secret, and whatever is called one.
struct Secrets(Vec<String>);

impl Secrets {
    fn new(mut values: Vec<String>) -> Self {
        values.retain(|value| !value.is_empty());
        // The longer ones first: one secret may begin with another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self(values)
    }

    fn of_call(info: &ModuleInfo, call: &Call) -> Self {
        let mut known = settings::secrets(&info.settings_schema, &call.settings);
        known.extend(settings::secrets(&info.configuration_schema, &call.configuration));
        let hidden =
            |key: &str| info.fields.iter().any(|f| f.key == key && f.kind == ModuleFieldKind::Secret);
        known.extend(call.fields.iter().filter(|(key, _)| hidden(key)).map(|(_, value)| value.clone()));
        Self::new(known)
    }

    fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| {
            if text == *secret {
                MASKED.to_owned()
            } else if secret.len() >= SECRET_MIN {
                text.replace(secret, MASKED)
            } else {
                text
            }
        })
    }

    fn hide_in(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.hide(&text)),
            Value::Array(list) => list.into_iter().map(|value| self.hide_in(value)).collect(),
            Value::Object(map) => {
                map.into_iter().map(|(key, value)| (self.hide(&key), self.hide_in(value))).collect()
            }
            other => other,
        }
    }

    fn cleaned(&self, value: Value) -> Value {
        self.hide_in(masked(value))
    }

    fn message(&self, text: &str) -> String {
        self.hide(text).chars().take(MESSAGE_MAX).collect()
    }
}

/// An answer whose sentences tell no secret: they are shown to staff and clients. What the module remembers stays as it is.
pub fn told(info: &ModuleInfo, call: &Call, outcome: Outcome) -> Outcome {
    let secrets = Secrets::of_call(info, call);
    match outcome {
        Outcome::Done { state } => Outcome::Done { state },
        Outcome::InProgress { again_in, percent, step, state } => {
            Outcome::InProgress { again_in, percent, step: secrets.hide(&step), state }
        }
        Outcome::AskStaff { what } => Outcome::AskStaff { what: secrets.hide(&what) },
        Outcome::Failed { retryable, reason } => Outcome::Failed { retryable, reason: secrets.hide(&reason) },
    }
}

/// The row of a call about a service.
pub fn of_call(
    info: &ModuleInfo,
    call: &Call,
    attempt: Attempt<'_>,
    took: Duration,
    outcome: &Outcome,
) -> Entry {
    let (settings, configuration) = (&info.settings_schema, &info.configuration_schema);
    let secrets = Secrets::of_call(info, call);
    let request = json!({
        "product": call.product,
        "label": call.label,
        "configuration": settings::masked_opened(configuration, &call.configuration),
        "settings": settings::masked_opened(settings, &call.settings),
        "options": call.options,
        "fields": call.fields,
        "state": call.state,
    });
    let (level, message, response) = match outcome {
        Outcome::Done { state } => {
            (ModuleLogLevel::Info, "Done.".to_owned(), json!({ "outcome": "done", "state": state }))
        }
        Outcome::InProgress { again_in, percent, step, state } => (
            ModuleLogLevel::Debug,
            format!("{percent} %: {step}"),
            json!({
                "outcome": "in_progress", "again_in_seconds": again_in.as_secs(), "percent": percent, "step": step,
                "state": state,
            }),
        ),
        Outcome::AskStaff { what } => {
            (ModuleLogLevel::Info, what.clone(), json!({ "outcome": "ask_staff", "what": what }))
        }
        Outcome::Failed { retryable, reason } => {
            let goes_on = *retryable && !attempt.is_last;
            let level = if goes_on { ModuleLogLevel::Warning } else { ModuleLogLevel::Error };
            let response = json!({ "outcome": "failed", "retryable": retryable, "reason": reason });
            (level, reason.clone(), response)
        }
    };
    Entry {
        level,
        module: info.key.clone(),
        action: attempt.action.to_owned(),
        about: Some(About { operation: call.operation, service: call.service, client: call.client }),
        attempt: i32::try_from(attempt.number).unwrap_or(i32::MAX),
        took,
        message: secrets.message(&message),
        request: secrets.cleaned(request),
        response: secrets.cleaned(response),
    }
}

/// The row of a run of what a module brings to the schedule. Its message is what staff may read of the answer.
pub fn of_scheduled(
    info: &ModuleInfo,
    call: &ScheduledCall,
    took: Duration,
    answer: &Result<ScheduledAnswer, String>,
) -> Entry {
    let schema = &info.configuration_schema;
    let secrets = Secrets::new(settings::secrets(schema, &call.configuration));
    let (level, message, response) = match answer {
        Ok(ScheduledAnswer { done, remind_of }) => (
            ModuleLogLevel::Info,
            done,
            json!({ "outcome": "done", "done": done, "remind_of": remind_of.len() }),
        ),
        // Its task is tried again, and so is the whole run when its time comes.
        Err(reason) => (ModuleLogLevel::Warning, reason, json!({ "outcome": "failed", "reason": reason })),
    };
    let request = json!({
        "configuration": settings::masked_opened(schema, &call.configuration),
        "waiting": call.waiting.len(),
    });
    Entry {
        level,
        module: info.key.clone(),
        action: call.entry.clone(),
        about: None,
        attempt: 1,
        took,
        message: secrets.message(message),
        request: secrets.cleaned(request),
        response: secrets.cleaned(response),
    }
}

/// The row of a test of a module.
pub fn of_test(
    info: &ModuleInfo,
    configuration: &Settings,
    took: Duration,
    answer: &Result<String, String>,
) -> Entry {
    let schema = &info.configuration_schema;
    let secrets = Secrets::new(settings::secrets(schema, configuration));
    let (level, message) = match answer {
        Ok(message) => (ModuleLogLevel::Info, message),
        Err(message) => (ModuleLogLevel::Error, message),
    };
    let request = json!({ "configuration": settings::masked_opened(schema, configuration) });
    Entry {
        level,
        module: info.key.clone(),
        action: "test".to_owned(),
        about: None,
        attempt: 1,
        took,
        message: secrets.message(message),
        request: secrets.cleaned(request),
        response: secrets.cleaned(json!({ "ok": answer.is_ok(), "message": message })),
    }
}
