//! `manual`: staff deliver. For IT support, repair, licences, and machines without an interface.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::catalog::{ModuleField, ModuleFieldKind, ModuleInfo, ModuleKind};
use shared::tasks::Queue;
use shared::{FieldError, Language, Permission};

use crate::{Answer, Call, GivenOption, Module, Operation, Outcome, Status, Unreachable, Usage};

/// Characters of what a client may tell staff.
const NOTE_MAX: u32 = 2000;
/// The one setting there is: for all products in the configuration, for one in its settings.
const STAFF_DOES: &str = "staff_does";

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
            configuration_schema: Self::schema(
                "Of products that do not say it themselves. Everything else is done at once. Creating and changing options \
                 when left out.",
            ),
            permissions: vec![Permission::TasksOperate, Permission::ServicesOperate],
            queues: vec![Queue::Provisioning],
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
        self.check_settings(configuration)
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
    fn a_client_answers_only_what_was_asked() {
        let fields = BTreeMap::from([("hostname".to_owned(), "a".to_owned())]);
        assert_eq!(Manual.validate(&Map::new(), &[], &fields)[0].field, "fields.hostname");
    }
}
