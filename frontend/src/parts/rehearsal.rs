//! What an act would do, read out in the dialog that asks for it.

use leptos::prelude::*;
use shared::{Effect, Rehearsal};
use ui::{Note, Skeleton, Tone};

use crate::api::client::Reply;
use crate::format;
use crate::i18n::{fill, known_word};
use crate::parts::load::failure;
use crate::query::use_query;

/// An effect as a sentence of the person's language.
fn sentence(effect: &Effect) -> String {
    let Some(text) = known_word(&format!("effect_{}", effect.code)) else { return effect.message.clone() };
    let amount = effect.amount.map(format::money).unwrap_or_default();
    let at = effect.at.map(format::date_time).unwrap_or_default();
    let count = effect.count.map(|count| count.to_string()).unwrap_or_default();
    let name = effect.name.clone().unwrap_or_default();
    fill(text, &[("amount", &amount), ("at", &at), ("n", &count), ("name", &name)])
}

/// Asks with `dry_run` and lists the effects; says why not when it would be refused. Asks again when what `ask` read changes.
#[component]
pub fn WouldHappen(ask: impl Fn() -> Reply<Rehearsal> + 'static) -> impl IntoView {
    let would = use_query(|| (), move |()| ask());
    let shown = move || match (would.error().get(), would.data().get()) {
        (Some(error), _) => view! { <Note tone=Tone::Bad>{failure(&error).0}</Note> }.into_any(),
        (None, Some(rehearsal)) => {
            let effects = rehearsal.effects.iter().map(sentence);
            let effects = effects.map(|effect| view! { <li>{effect}</li> }).collect_view();
            view! {
                <Note tone=Tone::Info>
                    <ul class="list-disc pl-4">{effects}</ul>
                </Note>
            }
            .into_any()
        }
        (None, None) => view! { <Skeleton rows=2 /> }.into_any(),
    };
    view! { <div role="status">{shown}</div> }
}
