//! The search of a list and the way through its pages.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

use crate::list::PER_PAGE_CHOICES;
use crate::{Icon, ListState, lu, words};

/// Search of a list; waits a quarter of a second after typing.
#[component]
pub fn SearchBox(list: ListState, #[prop(into)] hint: TextProp) -> impl IntoView {
    let typed = StoredValue::new(0_u32);
    let label = hint.clone();
    let node = NodeRef::<leptos::html::Input>::new();
    view! {
        <div class="input-with w-full sm:w-72">
            <Icon icon=lu::LuSearch />
            <input
                class="input"
                type="search"
                maxlength="200"
                placeholder=move || hint.get().to_string()
                aria-label=move || label.get().to_string()
                node_ref=node
                prop:value=move || {
                    let search = list.search();
                    // A space at the end stays: another word may follow it.
                    let typed = node.get_untracked().map(|input| input.value());
                    typed.filter(|typed| typed.trim() == search).unwrap_or(search)
                }
                on:input=move |event| {
                    let text = event_target_value(&event);
                    typed.update_value(|typed| *typed = typed.wrapping_add(1));
                    let mine = typed.get_value();
                    leptos::task::spawn_local(async move {
                        gloo_timers::future::TimeoutFuture::new(250).await;
                        if typed.try_get_value() == Some(mine) {
                            list.set_search(text.trim());
                        }
                    });
                }
            />
        </div>
    }
}

/// Servers count no further: of so many rows there may be more.
const COUNTED_MAX: i64 = 10_000;

/// How many rows all pages have, for people.
fn counted(total: i64) -> String {
    if total == COUNTED_MAX { format!("{total}+") } else { total.to_string() }
}

/// How many pages a list has; of one that is not counted to its end, as many as were counted.
pub(crate) fn pages_of(list: ListState, total: Signal<i64>) -> u32 {
    let total = u32::try_from(total.get().max(0)).unwrap_or(u32::MAX);
    total.div_ceil(list.per_page()).max(1)
}

fn pages_text(pages: u32, total: i64) -> String {
    if total == COUNTED_MAX { format!("{pages}+") } else { pages.to_string() }
}

/// How many rows a page has.
#[component]
pub fn PerPage(list: ListState) -> impl IntoView {
    view! {
        <label class="flex items-center gap-2">
            <span class="only-wide">{words().per_page}</span>
            <select
                class="input input-sm w-20"
                aria-label=words().per_page
                prop:value=move || list.per_page().to_string()
                on:change=move |event| {
                    if let Ok(rows) = event_target_value(&event).parse() {
                        list.set_per_page(rows);
                    }
                }
            >
                {PER_PAGE_CHOICES
                    .map(|rows| {
                        view! {
                            <option value=rows.to_string() selected=move || list.per_page() == rows>
                                {rows}
                            </option>
                        }
                    })}
            </select>
        </label>
    }
}

/// Scrolls up to the list around an element, when its beginning is out of sight.
fn to_top(event: &web_sys::Event) {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    if let Some(card) = element.and_then(|element| element.closest(".card").ok().flatten())
        && card.get_bounding_client_rect().top() < 0.0
    {
        card.scroll_into_view();
    }
}

/// Which rows are shown, how many a page has, and the way to the others.
#[component]
pub fn Pagination(
    list: ListState,
    total: Signal<i64>,
    /// How many rows the page that is shown has.
    rows: Signal<usize>,
) -> impl IntoView {
    let pages = Memo::new(move |_| pages_of(list, total));
    let is_full = move || u32::try_from(rows.get()).is_ok_and(|rows| rows >= list.per_page());
    let is_last = move || list.page() >= pages.get() && !(total.get() == COUNTED_MAX && is_full());
    view! {
        <div class="table-foot">
            <span class="num">
                {move || {
                    let per_page = i64::from(list.per_page());
                    let total = total.get();
                    let from = (i64::from(list.page()) - 1) * per_page + 1;
                    let most = if total == COUNTED_MAX { i64::MAX } else { total };
                    let to = (from + i64::try_from(rows.get()).unwrap_or(per_page) - 1).min(most);
                    words()
                        .range
                        .replace("{from}", &from.min(most).to_string())
                        .replace("{to}", &to.to_string())
                        .replace("{total}", &counted(total))
                }}
            </span>
            <div class="flex items-center gap-3">
                <PerPage list />
                <span class="num">
                    {move || {
                        words()
                            .page_of
                            .replace("{page}", &list.page().to_string())
                            .replace("{pages}", &pages_text(pages.get(), total.get()))
                    }}
                </span>
                <button
                    type="button"
                    class="btn btn-icon btn-sm"
                    aria-label=words().previous_page
                    disabled=move || list.page() <= 1
                    on:click=move |event| {
                        to_top(&event);
                        list.set_page(list.page() - 1);
                    }
                >
                    <Icon icon=lu::LuChevronLeft />
                </button>
                <button
                    type="button"
                    class="btn btn-icon btn-sm"
                    aria-label=words().next_page
                    disabled=is_last
                    on:click=move |event| {
                        to_top(&event);
                        list.set_page(list.page() + 1);
                    }
                >
                    <Icon icon=lu::LuChevronRight />
                </button>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_not_counted_to_its_end_says_so() {
        assert_eq!((counted(9_999), pages_text(40, 9_999)), ("9999".to_owned(), "40".to_owned()));
        assert_eq!((counted(10_000), pages_text(400, 10_000)), ("10000+".to_owned(), "400+".to_owned()));
    }
}
