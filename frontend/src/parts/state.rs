//! States in their colours.

use leptos::prelude::*;
use shared::identity::ClientStatus;
use ui::{Badge, Tone};

use crate::i18n::word;

/// The colour of a state, by its word in the API.
pub fn tone_of(state: &str) -> Tone {
    match state {
        "active" | "paid" | "completed" | "succeeded" | "invoiced" | "verified" | "applied" | "valid" => {
            Tone::Ok
        }
        "pending" | "suspended" | "unpaid" | "partially_paid" | "created" | "warning" | "past_due"
        | "new" | "waiting" | "unavailable" | "needs_update" => Tone::Warn,
        "banned" | "fraud" | "failed" | "overdue" | "disputed" | "error" | "invalid" => Tone::Bad,
        "provisioning" | "processing" | "queued" | "info" | "preparing" | "planned" | "applying" => {
            Tone::Info
        }
        "proforma" | "owner" => Tone::Brand,
        _ => Tone::Plain,
    }
}

/// A state of the API as a badge in the person's language.
#[component]
pub fn StateBadge(#[prop(into)] state: String) -> impl IntoView {
    let tone = tone_of(&state);
    view! { <Badge text=word(&state) tone /> }
}

/// The status of a client.
#[component]
pub fn ClientBadge(status: ClientStatus) -> impl IntoView {
    view! { <StateBadge state=status.as_str() /> }
}
