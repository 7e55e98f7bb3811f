//! States in a word and a colour.

use leptos::prelude::*;
use shared::billing::DocumentStatus;
use shared::services::{ServiceState, ServiceSummary};
use ui::{Badge, Tone};

use crate::i18n::{self, tp};

/// How a service is doing: its state, or what matters more (past due, ending, idle).
pub(crate) fn service_state(service: &ServiceSummary) -> (&'static str, Tone) {
    let words = &tp().state;
    match service.state {
        ServiceState::Active if service.past_due_since.is_some() => (words.past_due, Tone::Bad),
        ServiceState::Active if service.termination_requested_at.is_some() => (words.ending, Tone::Warn),
        ServiceState::Active if service.idle => (words.idle, Tone::Plain),
        state => (state_word(state), state_tone(state)),
    }
}

/// What the state of a service is called: in many languages a service is not a "he", as a client is.
pub(crate) fn state_word(state: ServiceState) -> &'static str {
    let word = state.as_str();
    i18n::known_word(&format!("service_{word}")).unwrap_or_else(|| i18n::word(word))
}

/// The states of a service as options of a select.
pub(crate) fn state_options() -> Vec<(String, String)> {
    ServiceState::ALL.iter().map(|state| (state.to_string(), state_word(*state).to_owned())).collect()
}

/// The colour of a state by itself.
pub(crate) fn state_tone(state: ServiceState) -> Tone {
    match state {
        ServiceState::Pending | ServiceState::Suspended => Tone::Warn,
        ServiceState::Provisioning => Tone::Info,
        ServiceState::Active => Tone::Ok,
        ServiceState::Terminated | ServiceState::Cancelled => Tone::Plain,
        ServiceState::Failed => Tone::Bad,
    }
}

/// The state of a service as a badge.
#[component]
pub(crate) fn ServiceBadge(service: ServiceSummary) -> impl IntoView {
    let (text, tone) = service_state(&service);
    view! { <Badge text=text tone=tone /> }
}

/// The status of a document as a badge; `overdue` is derived by the server.
#[component]
pub(crate) fn DocumentBadge(status: DocumentStatus, #[prop(optional)] overdue: bool) -> impl IntoView {
    let open = matches!(status, DocumentStatus::Unpaid | DocumentStatus::PartiallyPaid);
    let tone = match status {
        _ if open && overdue => Tone::Bad,
        DocumentStatus::Unpaid => Tone::Warn,
        DocumentStatus::PartiallyPaid => Tone::Info,
        DocumentStatus::Paid | DocumentStatus::Invoiced => Tone::Ok,
        DocumentStatus::Draft | DocumentStatus::Refunded | DocumentStatus::Cancelled => Tone::Plain,
    };
    let text = i18n::word(if open && overdue { "overdue" } else { status.as_str() });
    view! { <Badge text=text tone=tone /> }
}

/// What happened to a service, for people.
pub(crate) fn event_word(what: &str) -> String {
    let words = &tp().event;
    let known = match what {
        "ordered" => words.ordered,
        "provisioning" => words.provisioning,
        "activated" => words.activated,
        "create_failed" => words.create_failed,
        "suspended" => words.suspended,
        "resumed" => words.resumed,
        "terminated" => words.terminated,
        "cancelled" => words.cancelled,
        "idled" => words.idle,
        "unidled" => words.unidle,
        "options_changed" => words.options_changed,
        "past_due" => words.past_due,
        "termination_requested" => words.termination_requested,
        "termination_withdrawn" => words.termination_withdrawn,
        "terminating_soon" => words.terminating_soon,
        "renamed" => words.renamed,
        "forced" => words.forced,
        "price_changed" => words.price_changed,
        "moved" => words.moved,
        other => return other.replace('_', " "),
    };
    known.to_owned()
}
