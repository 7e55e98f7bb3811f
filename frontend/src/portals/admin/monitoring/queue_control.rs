//! Steering a queue: pausing it, how much of it runs at once, and putting everything that failed back.

use leptos::prelude::*;
use shared::tasks::{Queue, QueueControl};
use ui::{Button, Confirm, Dialog, Form, FormErrors, NumberField, SwitchField, toast_ok};

use super::queues::queue_word;
use crate::api;
use crate::i18n::{fill, t, td};
use crate::parts::submit::refuse;
use crate::parts::{submit, submit_with};

/// Which queue is being steered, and what was asked of it.
#[derive(Clone, Copy)]
pub(super) struct Steering {
    queue: RwSignal<Queue>,
    version: RwSignal<i32>,
    changing: RwSignal<bool>,
    paused: RwSignal<bool>,
    least: RwSignal<String>,
    most: RwSignal<String>,
    retrying: RwSignal<bool>,
    effect: RwSignal<String>,
}

impl Steering {
    pub(super) fn new() -> Self {
        Self {
            queue: RwSignal::new(Queue::Default),
            version: RwSignal::new(0),
            changing: RwSignal::new(false),
            paused: RwSignal::new(false),
            least: RwSignal::default(),
            most: RwSignal::default(),
            retrying: RwSignal::new(false),
            effect: RwSignal::default(),
        }
    }

    pub(super) fn change(self, queue: Queue, control: QueueControl) {
        self.queue.set(queue);
        self.version.set(control.version);
        self.paused.set(control.paused);
        self.least.set(control.concurrency_min.to_string());
        self.most.set(control.concurrency_max.to_string());
        self.changing.set(true);
    }

    /// Asks, once it is known what would happen.
    pub(super) fn retry(self, queue: Queue) {
        leptos::task::spawn_local(async move {
            match api::system::retry_queue(queue, true).await {
                Ok(would) => {
                    let numbers = [("n", would.tasks.to_string()), ("skipped", would.skipped.to_string())];
                    let numbers = numbers.each_ref().map(|(name, number)| (*name, number.as_str()));
                    self.queue.try_set(queue);
                    self.effect.try_set(fill(td().queues.retry_effect, &numbers));
                    self.retrying.try_set(true);
                }
                Err(error) => refuse(None, &error),
            }
        });
    }
}

/// The two dialogs. `done` runs after a change.
#[component]
pub(super) fn QueueControls(steering: Steering, done: Callback<()>) -> impl IntoView {
    let words = &td().queues;
    let errors = FormErrors::new();
    let finished = move || {
        steering.changing.set(false);
        steering.retrying.set(false);
        toast_ok(t().saved);
        done.run(());
    };
    let save = submit(
        errors,
        move || {
            let number = |text: RwSignal<String>| text.get_untracked().trim().parse().unwrap_or(0);
            let body = QueueControl {
                paused: steering.paused.get_untracked(),
                concurrency_min: number(steering.least),
                concurrency_max: number(steering.most),
                version: steering.version.get_untracked(),
            };
            api::system::change_queue(steering.queue.get_untracked(), &body)
        },
        move |_| finished(),
    );
    let retry = submit_with(
        move || api::system::retry_queue(steering.queue.get_untracked(), false),
        move |_| finished(),
    );
    let title = move || queue_word(steering.queue.get());
    view! {
        <Dialog open=steering.changing title>
            <Form errors on_submit=save.run class="grid gap-4">
                <SwitchField name="paused" label=words.pause help=words.pause_help value=steering.paused />
                <div class="form-grid">
                    <NumberField name="concurrency_min" label=words.least value=steering.least />
                    <NumberField name="concurrency_max" label=words.most value=steering.most />
                </div>
                <p class="text-sm text-ink-2">{words.share_help}</p>
                <div class="form-bar">
                    <Button text=t().save class="btn-primary" submit=true busy=save.busy />
                </div>
            </Form>
        </Dialog>
        <Confirm
            open=steering.retrying
            title=words.retry_all
            text=steering.effect
            action=words.retry_all
            danger=false
            busy=retry.busy
            on_confirm=retry.run
        />
    }
}
