//! Marking a manual task done, with a note that is kept.

use leptos::prelude::*;
use shared::Permission;
use shared::tasks::{TaskDone, TaskSummary};
use ui::{Confirm, FormErrors, TextArea, toast_ok};

use crate::api;
use crate::i18n::{t, td};
use crate::parts::{WouldHappen, submit};
use crate::session::may;

/// The question for the task that was chosen. `done` runs afterwards.
#[component]
pub fn TaskDoneDialog(chosen: RwSignal<Option<TaskSummary>>, done: Callback<()>) -> impl IntoView {
    let words = &td().waiting;
    let note = RwSignal::new(String::new());
    Effect::new(move || {
        if chosen.with(Option::is_some) {
            note.set(String::new());
        }
    });
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = TaskDone { note: note.get_untracked().trim().to_owned() };
            match chosen.get_untracked() {
                Some(task) => api::system::task_done(task.id, &body).await,
                None => Err(api::ApiError::SignedOut),
            }
        },
        move |_| {
            chosen.set(None);
            done.run(());
            toast_ok(words.marked);
        },
    );
    let title = move || {
        chosen.with(|task| {
            task.as_ref().map_or_else(
                || words.mark.to_owned(),
                |task| task.step.clone().unwrap_or_else(|| task.name.clone()),
            )
        })
    };
    // The service that waits for it, whose side staff may ask about.
    let service = move || {
        let service = chosen.with_untracked(|task| task.as_ref().and_then(|task| task.service_id));
        service.filter(|_| may(Permission::ServicesOperate))
    };
    view! {
        <Confirm open=chosen title text=words.mark_text action=words.mark danger=false errors busy=send.busy on_confirm=send.run>
            {service().map(|id| view! { <WouldHappen ask=move || api::services::rehearse_delivered(id) /> })}
            <TextArea name="note" label=t().note value=note rows=2 max_length=2000 />
        </Confirm>
    }
}
