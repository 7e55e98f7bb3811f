//! `manual`: staff deliver. For IT support, repair, licences, and machines without an interface.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use shared::catalog::{ModuleField, ModuleFieldKind, ModuleInfo, ModuleKind, ModuleSchedule};
use shared::schedule::ScheduleText;
use shared::tasks::Queue;
use shared::{FieldError, Language, Permission};

use crate::{
    Answer, Call, GivenOption, Module, Operation, Outcome, ScheduledAnswer, ScheduledCall, Status,
    Unreachable, Usage, Waiting,
};

/// Characters of what a client may tell staff.
const NOTE_MAX: u32 = 2000;
/// For all products in the configuration, for one in its settings.
const STAFF_DOES: &str = "staff_does";
/// Only in the configuration.
const REMIND_AFTER: &str = "remind_after_hours";
const REMIND_AFTER_HOURS: RangeInclusive<i64> = 1..=720;
/// When the configuration says nothing.
const REMIND_AFTER_DEFAULT: i64 = 24;

/// Asks staff by a task; what needs no hands is done at once.
#[derive(Clone, Copy, Debug)]
pub struct Manual;

impl Manual {
    /// Whether staff do this for a product with these settings: what the product says, else what the configuration does, else
    /// creating and changing.
    fn asks(settings: &Map<String, Value>, configuration: &Map<String, Value>, operation: Operation) -> bool {
        let said = settings.get(STAFF_DOES).or_else(|| configuration.get(STAFF_DOES));
        match said.and_then(Value::as_array) {
            Some(list) => list.iter().any(|word| word.as_str() == Some(operation.as_str())),
            None => matches!(operation, Operation::Create | Operation::ChangeOptions),
        }
    }

    fn schema(help: &str) -> Value {
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                STAFF_DOES: {
                    "type": "array",
                    "title": "What staff do by hand",
                    "description": help,
                    "items": { "type": "string", "enum": Operation::ALL.map(Operation::as_str) },
                    "uniqueItems": true
                }
            }
        })
    }

    fn configuration_schema() -> Value {
        let mut schema = Self::schema(
            "Of products that do not say it themselves. Everything else is done at once. Creating and changing options \
             when left out.",
        );
        schema["properties"][REMIND_AFTER] = json!({
            "type": "integer",
            "title": "Remind staff after so many hours",
            "description": format!(
                "From {} to {}; {REMIND_AFTER_DEFAULT} when left out. They are reminded as the schedule says.",
                REMIND_AFTER_HOURS.start(),
                REMIND_AFTER_HOURS.end(),
            ),
            "minimum": REMIND_AFTER_HOURS.start(),
            "maximum": REMIND_AFTER_HOURS.end(),
            "default": REMIND_AFTER_DEFAULT,
        });
        schema
    }

    /// What staff are reminded of: everything that has waited for so many hours.
    fn remind(call: &ScheduledCall) -> ScheduledAnswer {
        let said = call.configuration.get(REMIND_AFTER).and_then(Value::as_i64);
        let hours = said.unwrap_or(REMIND_AFTER_DEFAULT);
        let long =
            |waiting: &&Waiting| call.now.duration_since(waiting.since) >= SignedDuration::from_hours(hours);
        let remind_of: Vec<_> = call.waiting.iter().filter(long).map(|waiting| waiting.service).collect();
        let (late, all) = (remind_of.len(), call.waiting.len());
        let done = format!("{late} of {all} deliveries have waited for {hours} hours or longer.");
        ScheduledAnswer { done, remind_of }
    }

    fn answer(call: &Call, operation: Operation) -> Answer<'_, Outcome> {
        let outcome = if Self::asks(&call.settings, &call.configuration, operation) {
            let verb = match operation {
                Operation::Create => "Deliver",
                Operation::Suspend => "Suspend",
                Operation::Resume => "Resume",
                Operation::Idle => "Put to idle",
                Operation::Unidle => "Bring back from idle",
                Operation::ChangeOptions => "Change the options of",
                Operation::Terminate => "Terminate",
                Operation::Cancel => "Clean up after",
            };
            Outcome::AskStaff { what: format!("{verb} {}", call.label) }
        } else {
            Outcome::Done { state: call.state.clone() }
        };
        Box::pin(std::future::ready(outcome))
    }
}

impl Module for Manual {
    fn info(&self) -> ModuleInfo {
        let label = |language, text: &str| (language, text.to_owned());
        let task = |language, title: &str, description: &str| {
            (language, ScheduleText { title: title.to_owned(), description: description.to_owned() })
        };
        ModuleInfo {
            key: "manual".to_owned(),
            name: "Manual delivery".to_owned(),
            description: "Staff get a task, deliver, and mark it done.".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: ModuleKind::Provisioning,
            author: "Hostwright".to_owned(),
            icon: "hand".to_owned(),
            settings_schema: Self::schema(
                "Everything else is done at once. As the module is configured when left out.",
            ),
            configuration_schema: Self::configuration_schema(),
            permissions: vec![Permission::TasksOperate, Permission::ServicesOperate],
            queues: vec![Queue::Provisioning],
            schedule: vec![ModuleSchedule {
                key: "waiting-deliveries".to_owned(),
                texts: BTreeMap::from([
                    task(
                        Language::English,
                        "Reminder of deliveries",
                        "Reminds staff of what has waited for them longer than the module allows.",
                    ),
                    task(
                        Language::Polish,
                        "Przypomnienie o dostawach",
                        "Przypomina personelowi o tym, co czeka na niego dłużej, niż dopuszcza moduł.",
                    ),
                    task(
                        Language::Ukrainian,
                        "Нагадування про доставки",
                        "Нагадує персоналу про те, що чекає на нього довше, ніж допускає модуль.",
                    ),
                ]),
                cron: "0 8 * * 1-5".to_owned(),
            }],
            fields: vec![ModuleField {
                key: "note".to_owned(),
                labels: BTreeMap::from([
                    label(Language::English, "What should we know?"),
                    label(Language::Polish, "Co powinniśmy wiedzieć?"),
                    label(Language::Ukrainian, "Що нам слід знати?"),
                ]),
                kind: ModuleFieldKind::Paragraph,
                required: false,
                length_max: NOTE_MAX,
            }],
        }
    }

    fn check_configuration(&self, configuration: &Map<String, Value>) -> Vec<FieldError> {
        let mut rest = configuration.clone();
        let hours = rest.remove(REMIND_AFTER);
        let mut faults = self.check_settings(&rest);
        let fails = |hours: Value| hours.as_i64().is_none_or(|hours| !REMIND_AFTER_HOURS.contains(&hours));
        if hours.is_some_and(fails) {
            let (first, last) = (REMIND_AFTER_HOURS.start(), REMIND_AFTER_HOURS.end());
            let message = format!("Write whole hours from {first} to {last}.");
            faults.push(FieldError::new(REMIND_AFTER, "out_of_range", message));
        }
        faults
    }

    fn test<'a>(&'a self, _configuration: &'a Map<String, Value>) -> Answer<'a, Result<String, Unreachable>> {
        Box::pin(std::future::ready(Ok("Staff deliver: there is nothing to reach.".to_owned())))
    }

    fn check_settings(&self, settings: &Map<String, Value>) -> Vec<FieldError> {
        let mut faults = Vec::new();
        for (key, value) in settings {
            if key != STAFF_DOES {
                faults.push(FieldError::new(key, "unknown", "There is no such setting."));
                continue;
            }
            let known = |word: &Value| {
                Operation::ALL.iter().any(|operation| word.as_str() == Some(operation.as_str()))
            };
            if !value
                .as_array()
                .is_some_and(|list| list.len() <= Operation::ALL.len() && list.iter().all(known))
            {
                faults.push(FieldError::new(
                    key,
                    "invalid",
                    "Write a list of operations, e.g. [\"create\"].",
                ));
            }
        }
        faults
    }

    fn validate(
        &self,
        _settings: &Map<String, Value>,
        _options: &[GivenOption],
        fields: &BTreeMap<String, String>,
    ) -> Vec<FieldError> {
        let mut faults = Vec::new();
        for (key, value) in fields {
            let field = format!("fields.{key}");
            if key != "note" {
                faults.push(FieldError::new(field, "unknown", "There is no such field."));
            } else if value.chars().count() > usize::try_from(NOTE_MAX).unwrap_or(usize::MAX) {
                faults.push(FieldError::new(field, "too_long", format!("At most {NOTE_MAX} characters.")));
            } else if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                faults.push(FieldError::new(field, "invalid", "Control characters are not allowed."));
            }
        }
        faults
    }

    fn create<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        Self::answer(call, Operation::Create)
    }
    fn suspend<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        Self::answer(call, Operation::Suspend)
    }
    fn resume<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        Self::answer(call, Operation::Resume)
    }
    fn idle<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        Self::answer(call, Operation::Idle)
    }
    fn unidle<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        Self::answer(call, Operation::Unidle)
    }
    fn change_options<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        Self::answer(call, Operation::ChangeOptions)
    }
    fn terminate<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        Self::answer(call, Operation::Terminate)
    }
    fn cancel<'a>(&'a self, call: &'a Call) -> Answer<'a, Outcome> {
        Self::answer(call, Operation::Cancel)
    }
    fn status<'a>(&'a self, _call: &'a Call) -> Answer<'a, Result<Status, Unreachable>> {
        Box::pin(std::future::ready(Ok(Status::Unknown)))
    }
    fn usage<'a>(&'a self, _call: &'a Call) -> Answer<'a, Result<Vec<Usage>, Unreachable>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
    fn scheduled<'a>(&'a self, call: &'a ScheduledCall) -> Answer<'a, Result<ScheduledAnswer, Unreachable>> {
        Box::pin(std::future::ready(Ok(Self::remind(call))))
    }
    fn facts(&self, _state: &Value) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn staff_deliver_unless_the_product_says_otherwise() {
        let none = Map::new();
        assert!(Manual::asks(&none, &none, Operation::Create));
        assert!(!Manual::asks(&none, &none, Operation::Suspend));
        let other = settings(json!({ "staff_does": ["terminate"] }));
        for (product, configured) in [(&other, &none), (&none, &other)] {
            assert!(!Manual::asks(product, configured, Operation::Create));
            assert!(Manual::asks(product, configured, Operation::Terminate));
        }
        let nothing = settings(json!({ "staff_does": [] }));
        assert!(!Manual::asks(&nothing, &other, Operation::Terminate), "the product has the last word");
    }

    #[test]
    fn settings_are_read_strictly() {
        assert!(Manual.check_settings(&settings(json!({ "staff_does": ["create"] }))).is_empty());
        let faults = Manual.check_settings(&settings(json!({ "staff_does": ["dance"], "speed": 9 })));
        assert_eq!(
            faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(),
            ["speed", "staff_does"]
        );
    }

    #[test]
    fn staff_are_reminded_after_hours_that_only_the_configuration_has() {
        for good in [1, 24, 720] {
            let configuration = settings(json!({ "remind_after_hours": good, "staff_does": ["create"] }));
            assert!(Manual.check_configuration(&configuration).is_empty(), "{good}");
        }
        for bad in [json!(0), json!(721), json!(-1), json!(1.5), json!("24"), Value::Null] {
            let configuration = settings(json!({ "remind_after_hours": bad }));
            let faults = Manual.check_configuration(&configuration);
            assert_eq!(faults.len(), 1, "{bad}");
            assert_eq!((faults[0].field.as_str(), faults[0].code.as_str()), (REMIND_AFTER, "out_of_range"));
        }
        let product = settings(json!({ "remind_after_hours": 24 }));
        assert_eq!(Manual.check_settings(&product)[0].code, "unknown");
    }

    #[test]
    fn only_what_waits_for_long_is_reminded_of() {
        let now: jiff::Timestamp = "2026-03-11T08:00:00Z".parse().unwrap();
        let waits_for = |hours| Waiting {
            service: shared::ServiceId::generate(),
            label: "VPS".to_owned(),
            client: "Ada".to_owned(),
            what: "Deliver VPS".to_owned(),
            since: now - SignedDuration::from_hours(hours),
        };
        let waiting = vec![waits_for(48), waits_for(24), waits_for(23)];
        let ids: Vec<_> = waiting.iter().map(|waiting| waiting.service).collect();
        let reminded = |configuration: Value| {
            let configuration = settings(configuration);
            let entry = "waiting-deliveries".to_owned();
            Manual::remind(&ScheduledCall { entry, now, configuration, waiting: waiting.clone() }).remind_of
        };
        assert_eq!(reminded(json!({})), ids[..2]);
        assert_eq!(reminded(json!({ "remind_after_hours": 25 })), ids[..1]);
        assert!(reminded(json!({ "remind_after_hours": 49 })).is_empty());
    }

    #[test]
    fn a_client_answers_only_what_was_asked() {
        let fields = BTreeMap::from([("hostname".to_owned(), "a".to_owned())]);
        assert_eq!(Manual.validate(&Map::new(), &[], &fields)[0].field, "fields.hostname");
    }
}
