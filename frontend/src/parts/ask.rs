//! A button that asks before it acts.

use icondata_core::IconData;
use leptos::prelude::*;
use ui::{Button, Confirm, effect};

use super::Submit;

/// A button whose act is asked for first: for what is done at once and not taken back.
#[component]
pub fn AskButton(
    /// On the button, on the question and on its answer.
    text: &'static str,
    /// What will happen.
    question: &'static str,
    act: Submit,
    #[prop(optional)] class: &'static str,
    #[prop(optional)] icon: Option<&'static IconData>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    // Answered: whatever came of it is said elsewhere.
    effect(move || {
        if act.busy.get() {
            return;
        }
        open.set(false);
    });
    view! {
        <Button text nostrip:icon=icon class disabled busy=act.busy on_click=Callback::new(move |()| open.set(true)) />
        <Confirm open title=text text=question action=text busy=act.busy on_confirm=act.run />
    }
}
