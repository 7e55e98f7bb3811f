//! One act on many rows of a list: chosen, asked for with what would happen, done, with the result at each row.

use std::rc::Rc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use shared::Problem;
use shared::bulk::BulkResults;
use ui::{Button, Chosen, Confirm, Note, Selection, Skeleton, Tone, effect, toast_ok};
use uuid::Uuid;

use crate::api::ApiError;
use crate::api::client::{Key, Reply};
use crate::i18n::{fill, tp};
use crate::parts::load::failure;
use crate::parts::submit_with;
use crate::query::use_query;

type Call = Rc<dyn Fn(Vec<Uuid>, bool, &Key) -> Reply<BulkResults>>;

/// An act on the chosen rows.
#[derive(Clone)]
pub struct BulkAct {
    title: &'static str,
    danger: bool,
    fields: Option<ViewFn>,
    call: SendWrapper<Call>,
}

impl BulkAct {
    /// `call` is given the rows, whether it only asks what would happen, and the key that makes it happen once.
    pub fn new(
        title: &'static str,
        call: impl Fn(Vec<Uuid>, bool, &Key) -> Reply<BulkResults> + 'static,
    ) -> Self {
        let call: Call = Rc::new(call);
        Self { title, danger: false, fields: None, call: SendWrapper::new(call) }
    }

    /// Takes something from clients.
    pub fn dangerous(self) -> Self {
        Self { danger: true, ..self }
    }

    /// What is asked beside the question; what it changes is asked for anew.
    pub fn with(self, fields: impl Into<ViewFn>) -> Self {
        Self { fields: Some(fields.into()), ..self }
    }
}

/// Further offers in the bar, given the chosen rows.
pub type More = fn(Signal<Vec<Uuid>>) -> AnyView;

/// What can be done with many rows of a list.
pub struct Bulk<T: 'static> {
    /// The id of a row.
    pub key: fn(&T) -> String,
    /// What a row is called.
    pub name: fn(&T) -> String,
    pub acts: Vec<BulkAct>,
    pub more: Option<More>,
}

impl<T: 'static> Bulk<T> {
    /// The choice of rows with its bar; `done` is told when something was done.
    pub(super) fn selection(self, done: Callback<()>) -> Selection<T> {
        let chosen = Chosen::new();
        Selection { chosen, key: self.key, name: self.name, bar: bar(chosen, self.acts, self.more, done) }
    }
}

fn bar(chosen: Chosen, acts: Vec<BulkAct>, more: Option<More>, done: Callback<()>) -> ViewFn {
    (move || view! { <BulkBar chosen acts=acts.clone() more done /> }).into()
}

fn ids(chosen: Chosen) -> Vec<Uuid> {
    chosen.keys.with(|keys| keys.iter().filter_map(|key| key.parse().ok()).collect())
}

/// Says how many rows are chosen, and offers what can be done with them.
#[component]
fn BulkBar(chosen: Chosen, acts: Vec<BulkAct>, more: Option<More>, done: Callback<()>) -> impl IntoView {
    let words = &tp().bulk;
    let count = Memo::new(move |_| chosen.keys.with(|keys| keys.len()));
    let results = Memo::new(move |_| {
        chosen.outcomes.with(|outcomes| {
            let refused = outcomes.values().filter(|why| why.is_some()).count();
            (outcomes.len().saturating_sub(refused), refused)
        })
    });
    let idle = move || count.get() == 0 && results.get() == (0, 0);
    let said = move || match (count.get(), results.get()) {
        (0, (0, 0)) => String::new(),
        (0, (done, refused)) => {
            fill(words.result, &[("done", &done.to_string()), ("refused", &refused.to_string())])
        }
        (count, _) => fill(words.chosen, &[("n", &count.to_string())]),
    };
    let clear = Callback::new(move |()| {
        chosen.keys.update(|keys| keys.clear());
        chosen.outcomes.update(|outcomes| outcomes.clear());
    });
    let offers = acts.into_iter().map(|act| view! { <Offer act chosen count done /> }).collect_view();
    view! {
        <div class="bulk-bar" hidden=idle>
            <span role="status" class="strong">{said}</span>
            <span class="flex-1"></span>
            {offers}
            {more.map(|more| more(Signal::derive(move || ids(chosen))))}
            <Button text=words.clear class="btn-ghost btn-sm" on_click=clear />
        </div>
    }
}

/// The button of an act, and its question.
#[component]
fn Offer(act: BulkAct, chosen: Chosen, count: Memo<usize>, done: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    let key = StoredValue::new(Key::new());
    effect(move || {
        if open.get() {
            key.set_value(Key::new());
        }
    });
    let call = act.call.clone();
    let send = submit_with(
        move || call(untrack(|| ids(chosen)), false, &key.get_value()),
        move |results: BulkResults| {
            open.set(false);
            let numbers = [("done", results.done.to_string()), ("refused", results.refused.to_string())];
            let numbers = numbers.each_ref().map(|(name, number)| (*name, number.as_str()));
            toast_ok(fill(tp().bulk.result, &numbers));
            note(chosen, &results);
            done.run(());
        },
    );
    let (title, danger) = (act.title, act.danger);
    let class = if danger { "btn-sm btn-danger" } else { "btn-sm" };
    let act = StoredValue::new(act);
    view! {
        <Button
            text=title
            class=class
            disabled=Signal::derive(move || count.get() == 0)
            on_click=Callback::new(move |()| open.set(true))
        />
        <Confirm
            open
            title
            text=move || fill(tp().bulk.chosen, &[("n", &count.get().to_string())])
            action=title
            danger
            busy=send.busy
            on_confirm=send.run
        >
            {act.with_value(|act| act.fields.as_ref().map(ViewFn::run))}
            <Prospect act=act.get_value() chosen />
        </Confirm>
    }
}

/// How many rows it can be done with, and why not with the others.
#[component]
fn Prospect(act: BulkAct, chosen: Chosen) -> impl IntoView {
    let asked = untrack(|| ids(chosen));
    let would = use_query(|| (), move |()| (act.call)(asked.clone(), true, &Key::new()));
    let shown = move || match (would.error().get(), would.data().get()) {
        (Some(error), _) => view! { <Note tone=Tone::Bad>{failure(&error).0}</Note> }.into_any(),
        (None, Some(results)) => view! { <Counts results /> }.into_any(),
        (None, None) => view! { <Skeleton rows=2 /> }.into_any(),
    };
    view! { <div role="status">{shown}</div> }
}

#[component]
fn Counts(results: BulkResults) -> impl IntoView {
    let words = &tp().bulk;
    let mut reasons: Vec<String> =
        results.results.iter().filter_map(|row| row.problem.as_ref()).map(why).collect();
    reasons.sort();
    reasons.dedup();
    let tone = if results.refused > 0 { Tone::Warn } else { Tone::Info };
    view! {
        <Note tone>
            <div>{fill(words.would, &[("n", &results.done.to_string())])}</div>
            {(results.refused > 0)
                .then(|| {
                    view! {
                        <div>{fill(words.would_not, &[("n", &results.refused.to_string())])}</div>
                        <ul class="list-disc pl-4">
                            {reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view()}
                        </ul>
                    }
                })}
        </Note>
    }
}

fn why(problem: &Problem) -> String {
    failure(&ApiError::Problem(Box::new(problem.clone()))).0
}

/// Keeps what became of each row; what was refused stays chosen.
fn note(chosen: Chosen, results: &BulkResults) {
    let outcomes = results.results.iter().map(|row| (row.id.to_string(), row.problem.as_ref().map(why)));
    chosen.outcomes.set(outcomes.collect());
    let refused = results.results.iter().filter(|row| !row.ok).map(|row| row.id.to_string());
    chosen.keys.set(refused.collect());
}
