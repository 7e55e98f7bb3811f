//! Filters of lists, kept in the URL.

use std::str::FromStr;

use leptos::prelude::*;
use shared::Page;
use ui::{Icon, ListState, Open, Segment, lu};

use crate::format::short_id;
use crate::i18n::{t, word};
use crate::query::Query;

/// A filter with a few values as a row of buttons; the first takes it off.
#[component]
pub fn FilterSegment(
    list: ListState,
    name: &'static str,
    #[prop(into)] label: String,
    words: Vec<&'static str>,
) -> impl IntoView {
    let mut options = vec![(String::new(), t().all.to_owned())];
    options.extend(words.into_iter().map(|value| (value.to_owned(), word(value).to_owned())));
    view! {
        <Segment
            label
            value=Signal::derive(move || list.filter(name))
            options
            on_change=move |value: String| list.set_filter(name, &value)
        />
    }
}

/// A filter with many values as a select. `options` are (value, text).
#[component]
pub fn FilterSelect(
    list: ListState,
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let value = Signal::derive(move || list.filter(name));
    view! { <AnyOrOne label value options on_change=Callback::new(move |value: String| list.set_filter(name, &value)) /> }
}

/// A filter for the rows of which something is so (`overdue=true`).
pub fn filter_yes(list: ListState, name: &'static str, label: &'static str) -> AnyView {
    let options = vec![("true".to_owned(), t().yes.to_owned())];
    view! { <FilterSelect list name label options /> }.into_any()
}

/// A select whose first choice is all of them. `options` are (value, text); `value` is empty for all.
#[component]
pub fn AnyOrOne(
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    on_change: Callback<String>,
) -> impl IntoView {
    let title = label.clone();
    view! {
        <select
            class="input input-sm w-auto max-w-52"
            aria-label=label
            prop:value=move || value.get()
            on:change=move |event| on_change.run(event_target_value(&event))
        >
            {move || {
                let chosen = value.get();
                view! {
                    <option value="" selected=chosen.is_empty()>
                        {format!("{title}: {}", t().all.to_lowercase())}
                    </option>
                    {options
                        .get()
                        .into_iter()
                        .map(|(value, text)| {
                            let selected = value == chosen;
                            view! { <option value=value selected=selected>{text}</option> }
                        })
                        .collect_view()}
                }
            }}
        </select>
    }
}

/// Says that the list holds only what belongs to one record (`service=`) or has one word (`name=`), and takes that off.
#[component]
pub fn FilterChip(list: ListState, name: &'static str, text: &'static str) -> impl IntoView {
    let chosen = Memo::new(move |_| list.filter(name));
    move || {
        let chosen = chosen.get();
        let shown = chosen.parse().map_or_else(|_| chosen.clone(), short_id);
        (!chosen.is_empty())
            .then(|| filter_chip(list, name, text, view! { <span class="mono">{shown}</span> }.into_any()))
    }
}

/// What a list is narrowed to, and taking it off.
pub fn filter_chip(list: ListState, name: &'static str, text: &'static str, shown: AnyView) -> AnyView {
    view! {
        <button type="button" class="btn btn-sm" on:click=move |_| list.set_filter(name, "")>
            {text} " " {shown}
            <Icon icon=lu::LuX class="icon-sm" />
        </button>
    }
    .into_any()
}

/// Which row of a list is open in a dialog, by its parameter in the URL (`?task=`): the id, the dialog, and opening it.
pub fn use_opened<Id>(list: ListState, name: &'static str) -> (Memo<Option<Id>>, Open, Callback<Id>)
where
    Id: FromStr + ToString + Copy + PartialEq + Send + Sync + 'static,
{
    let chosen = Memo::new(move |_| list.filter(name).parse::<Id>().ok());
    let open = Open::new(move || chosen.with(Option::is_some), move || list.set_opened(name, String::new()));
    (chosen, open, Callback::new(move |id: Id| list.set_opened(name, id.to_string())))
}

/// The values of a fixed list as options of a select.
pub fn word_options<T: Copy>(all: &[T], as_str: fn(T) -> &'static str) -> Vec<(String, String)> {
    all.iter().map(|value| (as_str(*value).to_owned(), word(as_str(*value)).to_owned())).collect()
}

/// The rows that a query brought as options of a select; none before.
pub fn options_of<T, V>(query: Query<Page<T>>, option: fn(&T) -> (V, String)) -> Signal<Vec<(V, String)>>
where
    T: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    Signal::derive(move || {
        query.data().with(|page| page.iter().flat_map(|page| &page.items).map(option).collect())
    })
}

/// A query without the parameter of a dialog that is open (`task=`): the list stays as it is.
pub fn query_without(query: &str, name: &str) -> String {
    let parts: Vec<&str> = query.split('&').filter(|part| part.split('=').next() != Some(name)).collect();
    parts.join("&")
}
