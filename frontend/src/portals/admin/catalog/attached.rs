//! What is attached to a record of the catalogue, in order; each may have a flag.

use leptos::prelude::*;
use ui::{Button, SelectField};
use uuid::Uuid;

use crate::i18n::t;
use crate::parts::rows::{Remove, UpDown};

/// One attached thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Attached {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) flag: bool,
}

/// The attached things: flag, move up and down, take off, and add one of the others.
#[component]
pub(super) fn AttachedList(
    attached: RwSignal<Vec<Attached>>,
    /// Everything that can be attached: id and name.
    #[prop(into)]
    all: Signal<Vec<(Uuid, String)>>,
    /// Where such a thing has its page: `/admin/products`. `None`: it has none.
    page: Option<&'static str>,
    /// What the flag says. `None`: there is none.
    flag: Option<&'static str>,
    /// The flag of something new.
    #[prop(optional)]
    flagged: bool,
) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    let rest = Signal::derive(move || {
        let all = all.get().into_iter();
        let free = all.filter(|(id, _)| attached.with(|attached| attached.iter().all(|one| one.id != *id)));
        free.map(|(id, name)| (id.to_string(), name)).collect::<Vec<_>>()
    });
    let add = move |()| {
        let id = chosen.get_untracked();
        let name = rest.get_untracked().into_iter().find(|(other, _)| *other == id).map(|(_, name)| name);
        if let (Ok(id), Some(name)) = (id.parse(), name) {
            attached.update(|attached| attached.push(Attached { id, name, flag: flagged }));
            chosen.set(String::new());
        }
    };
    let row = move |index: ReadSignal<usize>, one: Attached| {
        let id = one.id;
        let put = move |on: bool| {
            attached.update(|attached| {
                if let Some(one) = attached.iter_mut().find(|one| one.id == id) {
                    one.flag = on;
                }
            });
        };
        let name = match page {
            Some(page) => {
                view! { <a class="link flex-1 truncate" href=format!("{page}/{id}")>{one.name}</a> }
                    .into_any()
            }
            None => view! { <span class="flex-1">{one.name}</span> }.into_any(),
        };
        view! {
            <li class="flex items-center gap-2">
                {name}
                {flag
                    .map(|flag| {
                        view! {
                            <label class="check">
                                <input
                                    type="checkbox"
                                    prop:checked=one.flag
                                    on:change=move |event| put(event_target_checked(&event))
                                />
                                {flag}
                            </label>
                        }
                    })}
                <UpDown rows=attached index />
                <Remove rows=attached index />
            </li>
        }
    };
    view! {
        <ul class="grid gap-2 mb-4">
            <ForEnumerate each=move || attached.get() key=|one: &Attached| one.id children=row />
        </ul>
        <div class="flex items-end gap-2">
            <div class="flex-1">
                <SelectField name="attach" label=t().add value=chosen options=rest />
            </div>
            <Button
                text=t().add
                disabled=Signal::derive(move || chosen.with(String::is_empty))
                on_click=Callback::new(add)
            />
        </div>
    }
}
