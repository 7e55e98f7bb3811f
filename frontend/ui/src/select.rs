//! Choosing rows of a table, and what became of them.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;

use crate::{effect, words};

/// Which rows are chosen, and what the last act on them came to.
#[derive(Clone, Copy)]
pub struct Chosen {
    pub keys: RwSignal<BTreeSet<String>>,
    /// By row: what was refused, and why; `None` was done.
    pub outcomes: RwSignal<BTreeMap<String, Option<String>>>,
}

impl Chosen {
    pub fn new() -> Self {
        Self { keys: RwSignal::default(), outcomes: RwSignal::default() }
    }

    fn put(self, key: &str, on: bool) {
        self.keys.update(|keys| {
            if on {
                keys.insert(key.to_owned());
            } else {
                keys.remove(key);
            }
        });
    }
}

impl Default for Chosen {
    fn default() -> Self {
        Self::new()
    }
}

/// Lets rows of a [`Table`](crate::Table) be chosen.
pub struct Selection<T: 'static> {
    pub chosen: Chosen,
    /// What tells rows apart.
    pub key: fn(&T) -> String,
    /// What a row is called, for screen readers.
    pub name: fn(&T) -> String,
    /// Stands above the rows.
    pub bar: ViewFn,
}

impl<T: 'static> Clone for Selection<T> {
    fn clone(&self) -> Self {
        Self { chosen: self.chosen, key: self.key, name: self.name, bar: self.bar.clone() }
    }
}

/// The rows that a table shows, as its head chooses them.
#[derive(Clone)]
pub(crate) struct Picks {
    pub(crate) chosen: Chosen,
    pub(crate) shown: Memo<Vec<String>>,
    pub(crate) bar: ViewFn,
}

impl Picks {
    /// Rows that are not shown any more are not chosen any more: nothing happens to what nobody sees.
    pub(crate) fn new(
        chosen: Chosen,
        shown: Box<dyn Fn() -> Vec<String> + Send + Sync>,
        bar: ViewFn,
    ) -> Self {
        let shown = Memo::new(move |_| shown());
        effect(move || {
            let there = shown.get();
            let gone = chosen.keys.with_untracked(|keys| keys.iter().any(|key| !there.contains(key)));
            if gone {
                chosen.keys.update(|keys| keys.retain(|key| there.contains(key)));
            }
        });
        Self { chosen, shown, bar }
    }

    /// The box that chooses every row.
    pub(crate) fn head(&self) -> AnyView {
        let (chosen, shown) = (self.chosen, self.shown);
        let count = Memo::new(move |_| chosen.keys.with(BTreeSet::len));
        let any = move || count.get() > 0;
        let all = move || any() && shown.with(Vec::len) == count.get();
        view! {
            <th scope="col" class="pick">
                <label class="check">
                    <input
                        type="checkbox"
                        aria-label=words().select_all
                        prop:checked=all
                        prop:indeterminate=move || any() && !all()
                        on:change=move |_| {
                            let on = !untrack(all);
                            chosen.keys.set(if on { shown.get_untracked().into_iter().collect() } else { BTreeSet::new() });
                        }
                    />
                </label>
            </th>
        }
        .into_any()
    }
}

/// What chooses a row, and what became of it.
pub(crate) fn picked(chosen: Chosen, key: String, name: &str) -> (AnyView, AnyView) {
    let outcome = outcome(chosen, key.clone());
    (pick(chosen, key, name), outcome)
}

/// The box that chooses one row.
fn pick(chosen: Chosen, key: String, name: &str) -> AnyView {
    let asked = key.clone();
    view! {
        <td class="pick">
            <label class="check">
                <input
                    type="checkbox"
                    aria-label=format!("{}: {name}", words().select_row)
                    prop:checked=move || chosen.keys.with(|keys| keys.contains(&asked))
                    on:change=move |event| chosen.put(&key, event_target_checked(&event))
                />
            </label>
        </td>
    }
    .into_any()
}

/// What became of a row, below its heading.
fn outcome(chosen: Chosen, key: String) -> AnyView {
    (move || {
        chosen.outcomes.with(|outcomes| {
            outcomes.get(&key).map(|refused| match refused {
                Some(why) => view! { <small class="sub neg">{why.clone()}</small> }.into_any(),
                None => view! { <small class="sub pos">{words().row_done}</small> }.into_any(),
            })
        })
    })
    .into_any()
}
