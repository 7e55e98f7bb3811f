//! Settings of a product for its module, and of the module itself, drawn from the module's JSON Schema.

use leptos::prelude::*;
use serde_json::{Map, Value};
use shared::Page;
use shared::catalog::{ModuleSummary, SECRET_KEPT};
use ui::{Card, NumberField, SelectField, TextArea, TextField};

use crate::i18n::{t, ta, td, word};
use crate::query::Query;

pub(super) type Settings = RwSignal<Map<String, Value>>;

/// The fields that the chosen module asks for.
#[component]
pub(super) fn ModuleSettings(
    module: RwSignal<String>,
    settings: Settings,
    modules: Query<Page<ModuleSummary>>,
) -> impl IntoView {
    // Settings of one module mean nothing to another.
    let (first, kept) = (module.get_untracked(), settings.get_untracked());
    Effect::new(move |before: Option<String>| {
        let now = module.get();
        if before.is_some_and(|before| before != now) {
            settings.set(if now == first { kept.clone() } else { Map::new() });
        }
        now
    });
    let schema = Memo::new(move |_| {
        modules.data().with(|modules| {
            let mut all = modules.iter().flat_map(|page| &page.items);
            let known = all.find(|known| module.with(|module| known.info.key == *module))?;
            Some(known.info.settings_schema.clone())
        })
    });
    let fields = move || schema_fields(schema.get().as_ref(), settings, "module_settings");
    view! { <Card title=td().product.module_settings>{fields}</Card> }
}

/// The fields of a JSON Schema, whose names in the answers of the API begin with `prefix`.
pub(super) fn schema_fields(schema: Option<&Value>, settings: Settings, prefix: &'static str) -> AnyView {
    let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    let fields: Vec<_> = properties
        .into_iter()
        .flatten()
        .map(|(key, schema)| {
            let name = format!("{prefix}.{key}");
            view! { <Field key=key.clone() name schema=schema.clone() settings /> }
        })
        .collect();
    if fields.is_empty() {
        return view! { <p class="text-ink-2">{td().product.no_settings}</p> }.into_any();
    }
    view! { <div class="grid gap-5">{fields}</div> }.into_any()
}

fn text_of(schema: &Value, name: &str) -> String {
    schema.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn choices(schema: &Value) -> Vec<String> {
    let values = schema.get("enum").and_then(Value::as_array);
    values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Writes a setting, or leaves it out.
fn put(settings: Settings, key: &str, value: Option<Value>) {
    settings.update(|settings| match value {
        Some(value) => {
            settings.insert(key.to_owned(), value);
        }
        None => {
            settings.remove(key);
        }
    });
}

#[component]
fn Field(key: String, name: String, schema: Value, settings: Settings) -> impl IntoView {
    let title = text_of(&schema, "title");
    let title = if title.is_empty() { key.clone() } else { title };
    let help = text_of(&schema, "description");
    let kind = text_of(&schema, "type");
    let items = schema.get("items").map(choices).unwrap_or_default();
    let values = choices(&schema);
    let secret = schema.get("writeOnly").and_then(Value::as_bool).unwrap_or(false)
        || text_of(&schema, "format") == "password";
    match kind.as_str() {
        _ if secret => view! { <Secret key name title help settings /> }.into_any(),
        "array" if !items.is_empty() => view! { <Several key title help items settings /> }.into_any(),
        "boolean" => view! { <Tick key name title settings /> }.into_any(),
        "string" | "integer" | "number" => {
            view! { <Line key name title help kind values settings /> }.into_any()
        }
        _ => view! { <Json key name title help settings /> }.into_any(),
    }
}

/// A list of fixed words. Leaving it out is something else than an empty list.
#[component]
fn Several(
    key: String,
    title: String,
    help: String,
    items: Vec<String>,
    settings: Settings,
) -> impl IntoView {
    let key = StoredValue::new(key);
    let chosen = Memo::new(move |_| {
        settings.with(|settings| {
            let list = key.with_value(|key| settings.get(key).and_then(Value::as_array).cloned())?;
            Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
        })
    });
    let write = move |list: Option<Vec<String>>| {
        let value = list.map(|list| Value::Array(list.into_iter().map(Value::String).collect()));
        key.with_value(|key| put(settings, key, value));
    };
    let boxes = items
        .into_iter()
        .map(|item| {
            let (mine, set) = (item.clone(), item.clone());
            let text = match word(&item) {
                "—" => item.replace('_', " "),
                known => known.to_owned(),
            };
            view! {
                <label class="check">
                    <input
                        type="checkbox"
                        disabled=move || chosen.with(Option::is_none)
                        prop:checked=move || chosen.with(|chosen| chosen.iter().flatten().any(|other| *other == mine))
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            let mut list = chosen.get_untracked().unwrap_or_default();
                            list.retain(|other| *other != set);
                            if on {
                                list.push(set.clone());
                            }
                            write(Some(list));
                        }
                    />
                    <span>{text}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="grid gap-2">
            <legend class="field-label mb-2">{title}</legend>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || chosen.with(Option::is_some)
                    on:change=move |event| write(event_target_checked(&event).then(Vec::new))
                />
                <span>{td().product.set}</span>
            </label>
            <div class="grid gap-2 sm:grid-cols-2 pl-6">{boxes}</div>
            <p class="field-help">{help}</p>
        </fieldset>
    }
}

#[component]
fn Tick(key: String, name: String, title: String, settings: Settings) -> impl IntoView {
    let options = vec![("true".to_owned(), t().yes.to_owned()), ("false".to_owned(), t().no.to_owned())];
    let begin = settings.with_untracked(|settings| settings.get(&key).and_then(Value::as_bool));
    let value = RwSignal::new(begin.map(|on| on.to_string()).unwrap_or_default());
    Effect::new(move || put(settings, &key, value.get().parse().ok().map(Value::Bool)));
    view! { <SelectField name label=title value options empty=td().product.left_out /> }
}

/// A secret: it can be replaced or kept, but nobody reads it back.
#[component]
fn Secret(key: String, name: String, title: String, help: String, settings: Settings) -> impl IntoView {
    let kept = RwSignal::new(settings.with_untracked(|settings| settings.contains_key(&key)));
    let value = RwSignal::new(String::new());
    // What was typed is forgotten once the server keeps it.
    let held = key.clone();
    let stored = Memo::new(move |_| {
        settings.with(|settings| settings.get(&held).and_then(Value::as_str) == Some(SECRET_KEPT))
    });
    Effect::new(move || {
        if stored.get() {
            kept.set(true);
            value.set(String::new());
        }
    });
    Effect::new(move || {
        let typed = value.get();
        let kept = kept.get_untracked();
        let written = if typed.is_empty() { kept.then(|| SECRET_KEPT.to_owned()) } else { Some(typed) };
        put(settings, &key, written.map(Value::String));
    });
    let help = move || {
        if kept.get() {
            format!("{help} {}", td().modules.secret_kept).trim().to_owned()
        } else {
            help.clone()
        }
    };
    view! { <TextField name label=title help value kind="password" autocomplete="new-password" max_length=4000 /> }
}

#[component]
fn Line(
    key: String,
    name: String,
    title: String,
    help: String,
    kind: String,
    values: Vec<String>,
    settings: Settings,
) -> impl IntoView {
    let begin = settings.with_untracked(|settings| match settings.get(&key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    });
    let value = RwSignal::new(begin);
    let is_text = kind == "string";
    Effect::new(move || {
        let text = value.get();
        let written = match (text.is_empty(), is_text) {
            (true, _) => None,
            (false, true) => Some(Value::String(text)),
            (false, false) => serde_json::from_str(&text).ok(),
        };
        put(settings, &key, written);
    });
    if !values.is_empty() {
        let options: Vec<(String, String)> = values.into_iter().map(|value| (value.clone(), value)).collect();
        view! { <SelectField name label=title help value options empty=td().product.left_out /> }.into_any()
    } else if is_text {
        view! { <TextField name label=title help value max_length=1000 /> }.into_any()
    } else {
        let decimals = if kind == "integer" { 0 } else { 6 };
        view! { <NumberField name label=title help value decimals /> }.into_any()
    }
}

/// Whatever has no field of its own is written as JSON.
#[component]
fn Json(key: String, name: String, title: String, help: String, settings: Settings) -> impl IntoView {
    let begin = settings.with_untracked(|settings| settings.get(&key).map(ToString::to_string));
    let value = RwSignal::new(begin.unwrap_or_default());
    Effect::new(move || {
        let text = value.get();
        // What is not JSON yet goes to the server as text, and its answer names the field.
        let written = serde_json::from_str(&text).unwrap_or(Value::String(text.clone()));
        put(settings, &key, (!text.trim().is_empty()).then_some(written));
    });
    view! { <TextArea name label=format!("{title} ({})", ta().value) help value rows=3 mono=true /> }
}
