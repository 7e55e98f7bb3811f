//! Turns an event and its parameters into subject, HTML and text. No files, no network, a step limit; what is missing is
//! an error.

use std::collections::HashMap;
use std::sync::OnceLock;

use anyhow::Context;
use figment::Figment;
use figment::providers::{Format, Toml};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use shared::Language;

use crate::notify::Event;
use crate::words;

/// Template steps of one message; the longest of ours takes a few hundred.
const FUEL: u64 = 50_000;

type Texts = HashMap<String, HashMap<String, String>>;

/// Shown in the history instead of links and codes.
pub const MASK: &str = "••••••";

/// What goes into a message besides its event's parameters.
#[derive(Debug, Clone)]
pub struct Frame {
    /// First name of the reader; may be empty.
    pub name: String,
    /// Who writes: name of the home company.
    pub brand: String,
    /// Where the portal of the reader begins: `https://…/` or `https://…/admin`.
    pub portal: String,
    pub language: Language,
    pub for_staff: bool,
}

/// A finished message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub html: String,
    pub text: String,
}

fn texts(language: Language) -> anyhow::Result<&'static Texts> {
    static ALL: OnceLock<Result<HashMap<Language, Texts>, String>> = OnceLock::new();
    let read = |language: &Language| {
        let texts = Figment::from(Toml::string(words::of(*language).mails.0)).extract::<Texts>();
        texts.map(|texts| (*language, texts)).map_err(|error| error.to_string())
    };
    let all = ALL.get_or_init(|| Language::ALL.iter().map(read).collect());
    let all = all.as_ref().map_err(|error| anyhow::anyhow!("the texts of messages: {error}"))?;
    all.get(&language).with_context(|| format!("there are no texts of messages in {language}"))
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
    });
    environment.add_filter("money", money);
    environment.add_filter("instant", instant);
    environment
}

/// `Money` as "12.30 EUR"; text stays as it is.
fn money(value: Value) -> String {
    let part = |name: &str| {
        value
            .get_attr(name)
            .ok()
            .filter(|part| !part.is_undefined() && !part.is_none())
            .map(|part| part.to_string())
    };
    match (part("amount"), part("currency")) {
        (Some(amount), Some(currency)) => format!("{amount} {currency}"),
        _ => value.to_string(),
    }
}

/// An instant as "2026-03-10 12:00 UTC"; other text stays as it is.
fn instant(value: String) -> String {
    value.parse::<jiff::Timestamp>().map_or(value, |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// The page of the portal that a message is about, and the name of the button's text.
pub fn page(params: &serde_json::Value) -> Option<(String, &'static str)> {
    let id = |name: &str| params.get(name).and_then(|value| value.as_str());
    if let Some(id) = id("document_id") {
        Some((format!("/documents/{id}"), "view_document"))
    } else if let Some(id) = id("service_id") {
        Some((format!("/services/{id}"), "view_service"))
    } else if let Some(month) = id("statement") {
        Some((format!("/statements/{month}"), "view_statement"))
    } else if let Some(id) = id("order_id") {
        Some((format!("/orders/{id}"), "view_order"))
    } else if id("task_id").is_some() {
        Some(("/tasks".to_owned(), "view_task"))
    } else if params.get("waiting").is_some() {
        Some(("/tasks?manual=true&state=processing".to_owned(), "view_tasks"))
    } else if params.get("balance").is_some() {
        Some(("/funds".to_owned(), "view_wallet"))
    } else if let Some(id) = id("client_id") {
        Some((format!("/clients/{id}"), "view_client"))
    } else if params.get("uninvited").is_some() {
        Some(("/company/support".to_owned(), "view_support"))
    } else if params.get("spent").is_some() {
        Some(("/transactions".to_owned(), "view_spending"))
    } else {
        None
    }
}

/// Renders a message. `secrets` holds link and code, or what to show in their place.
pub fn render(
    event: Event,
    params: &serde_json::Value,
    secrets: &serde_json::Value,
    frame: &Frame,
) -> anyhow::Result<Rendered> {
    let texts = texts(frame.language)?;
    let words = texts.get("frame").context("the texts have no frame")?;
    let word = |name: &str| words.get(name).with_context(|| format!("the frame has no text {name}"));
    let own = texts.get(event.as_str()).with_context(|| format!("the event {event} has no texts"))?;
    let environment = environment();
    let mut context: serde_json::Map<String, serde_json::Value> =
        params.as_object().cloned().unwrap_or_default();
    context.insert("name".into(), frame.name.clone().into());
    context.insert("brand".into(), frame.brand.clone().into());
    let fill = |name: &str, template: &str| {
        environment
            .render_named_str(name, template, Value::from(Serde(&context)))
            .with_context(|| format!("the text of {event}"))
    };
    let one_line = |text: String| text.replace(['\r', '\n'], " ");

    let subject = one_line(fill("subject.txt", own.get("subject").context("the event has no subject")?)?);
    let body = own.get("text").context("the event has no text")?;
    let greeting = word(if frame.name.is_empty() { "greeting_nobody" } else { "greeting" })?;
    let secret = |name: &str| secrets.get(name).and_then(|value| value.as_str());
    let code = secret("code");
    let (link, label) = match (secret("link"), page(params)) {
        (Some(link), _) => (Some(link.to_owned()), word("confirm")?),
        (None, Some((path, label))) => {
            (Some(format!("{}{path}", frame.portal.trim_end_matches('/'))), word(label)?)
        }
        (None, None) => (code.is_none().then(|| frame.portal.clone()), word("open")?),
    };
    // The reader is safe from what others wrote: parameters are escaped in the HTML body. Empty lines part its paragraphs,
    // also those of a parameter.
    let filled = fill("body.html", body)?;
    let paragraphs = filled.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let paragraphs = paragraphs.map(|paragraph| Value::from_safe_string(paragraph.replace('\n', "<br>\n")));
    let layout = minijinja::context! {
        subject => subject.clone(), greeting => fill("greeting.txt", greeting)?,
        paragraphs => paragraphs.collect::<Vec<_>>(),
        link => link.clone(), label => label, code => code, code_label => word("code")?, link_help => word("link_help")?,
        footer => fill("footer.txt", word("footer")?)?, brand => frame.brand.clone(), language => frame.language.as_str(),
    };
    let html = environment
        .render_named_str("layout.html", include_str!("layout.html"), layout)
        .context("the layout")?;
    let mut text = format!("{}\n\n{}\n", fill("greeting.txt", greeting)?, fill("body.txt", body)?);
    if let Some(code) = code {
        text.push_str(&format!("\n{}: {code}\n", word("code")?));
    }
    if let Some(link) = link {
        text.push_str(&format!("\n{label}: {link}\n"));
    }
    text.push_str(&format!("\n-- \n{}\n{}\n", frame.brand, fill("footer.txt", word("footer")?)?));
    Ok(Rendered { subject, html, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(language: Language) -> Frame {
        Frame {
            name: "Ada".to_owned(),
            brand: "Nordhost".to_owned(),
            portal: "https://panel.example/".to_owned(),
            language,
            for_staff: false,
        }
    }

    fn sample(event: Event) -> (serde_json::Value, serde_json::Value) {
        let fill =
            |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "<b>x</b>".into())).collect();
        (serde_json::Value::Object(fill(event.params())), serde_json::Value::Object(fill(event.secrets())))
    }

    #[test]
    fn every_event_has_its_texts_in_every_language() {
        for event in Event::ALL {
            for language in Language::ALL {
                let (params, secrets) = sample(*event);
                let rendered = render(*event, &params, &secrets, &frame(*language))
                    .unwrap_or_else(|error| panic!("{event} in {language}: {error:#}"));
                assert!(
                    !rendered.subject.is_empty() && !rendered.subject.contains('{'),
                    "{event}: {}",
                    rendered.subject
                );
                assert!(!rendered.html.contains("<b>x</b>"), "{event}: a parameter came in unescaped");
                for secret in event.secrets() {
                    assert!(rendered.text.contains("<b>x</b>"), "{event}: the {secret} is not shown");
                }
            }
        }
    }

    #[test]
    fn money_and_instants_are_written_for_people() {
        let params = serde_json::json!({
            "number": "FV/1", "total": { "amount": "123.00", "currency": "EUR" }, "due_on": "2026-03-17", "document_id": "d",
        });
        let rendered =
            render(Event::ProformaIssued, &params, &serde_json::json!({}), &frame(Language::English))
                .unwrap();
        assert_eq!(rendered.subject, "Proforma FV/1: 123.00 EUR");
        assert!(rendered.text.contains("https://panel.example/documents/d"));
        assert_eq!(instant("2026-03-10T12:00:00Z".to_owned()), "2026-03-10 12:00 UTC");
    }

    #[test]
    fn what_waits_is_a_list_that_leads_to_the_tasks() {
        let params = serde_json::json!({ "count": 7, "waiting": "Deliver A\nDeliver B" });
        let rendered =
            render(Event::DeliveriesWaiting, &params, &serde_json::json!({}), &frame(Language::English))
                .unwrap();
        assert!(rendered.subject.contains('7'), "{}", rendered.subject);
        assert!(rendered.html.contains("Deliver A<br>\nDeliver B"), "{}", rendered.html);
        assert!(rendered.text.contains("https://panel.example/tasks?manual=true&state=processing"));
    }

    #[test]
    fn lines_and_paragraphs_of_a_parameter_stay_in_html_and_nothing_in_it_is_html() {
        let params =
            serde_json::json!({ "subject": "A <i>subject</i>", "text": "One\ntwo <b>bold</b>\n\n\nthree" });
        let rendered =
            render(Event::StaffMessage, &params, &serde_json::json!({}), &frame(Language::English)).unwrap();
        assert_eq!(rendered.subject, "A <i>subject</i>");
        assert!(rendered.text.contains("One\ntwo <b>bold</b>\n\n\nthree"), "{}", rendered.text);
        for part in ["One<br>\ntwo &lt;b&gt;bold", ">three</p>", "A &lt;i&gt;subject"] {
            assert!(rendered.html.contains(part), "{part}: {}", rendered.html);
        }
        assert!(!rendered.html.contains("<b>bold") && !rendered.html.contains("<i>subject"));
    }

    #[test]
    fn a_missing_parameter_is_an_error() {
        let nothing = serde_json::json!({});
        assert!(render(Event::InvoiceIssued, &nothing, &nothing, &frame(Language::Polish)).is_err());
    }
}
