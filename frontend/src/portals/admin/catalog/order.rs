//! Rows with an order of their own, dragged or moved up and down: shared by everything in the catalogue.

use std::cell::Cell;

use leptos::prelude::*;
use shared::catalog::NewOrderOfRows;
use shared::{Page, Permission};
use ui::{Column, Icon, ListState, lu};
use uuid::Uuid;

use crate::api;
use crate::i18n::{ta, td};
use crate::parts::rows::begin_drag;
use crate::parts::submit_with;
use crate::query::Query;
use crate::session::may;

thread_local! {
    /// The row that is being dragged.
    static DRAGGED: Cell<Option<Uuid>> = const { Cell::new(None) };
}

/// The column whose handle and buttons move a row of `what`, while the list is whole and in its own order.
pub(super) fn order_column<T: Clone + Send + Sync + 'static>(
    what: &'static str,
    rows: Query<Page<T>>,
    list: ListState,
    id: fn(&T) -> Uuid,
) -> Column<T> {
    let ids = Memo::new(move |_| {
        let in_order = list.sort() == "sort" && !list.is_filtered() && may(Permission::ProductsEdit);
        rows.data().with(|page| {
            let whole = page.as_ref().filter(|page| {
                in_order && usize::try_from(page.total).is_ok_and(|total| total == page.items.len())
            });
            whole.map(|page| page.items.iter().map(id).collect::<Vec<_>>()).unwrap_or_default()
        })
    });
    let done = Callback::new(move |()| rows.refetch());
    Column::new("sort", ta().order_of_rows, move |row: &T| {
        let id = id(row);
        move || {
            let ids = ids.get();
            let index = ids.iter().position(|other| *other == id);
            index.map(|index| view! { <MoveRow what ids index done /> })
        }
    })
    .sorted_by("sort")
}

/// Beside the search: why no row can be moved now, and the way to where they can.
#[component]
pub(super) fn OrderHint<T: Clone + Send + Sync + 'static>(
    rows: Query<Page<T>>,
    list: ListState,
    /// Where the list is.
    page: &'static str,
) -> impl IntoView {
    let total = Signal::derive(move || {
        rows.data().with(|page| {
            let whole = page.as_ref().filter(|page| usize::try_from(page.total) == Ok(page.items.len()));
            (page.as_ref().map_or(0, |page| page.total), whole.is_some())
        })
    });
    order_hint(total, list, page)
}

/// Most rows of a page.
const ROWS_MAX: i64 = 200;

/// `told`: how many rows there are, and whether these are all of them.
fn order_hint(told: Signal<(i64, bool)>, list: ListState, page: &'static str) -> AnyView {
    let may_move = may(Permission::ProductsEdit);
    let hint = move || {
        let (total, whole) = told.get();
        let movable = whole && list.sort() == "sort" && !list.is_filtered();
        (may_move && !movable && (total > 1 || list.is_filtered())).then_some(total > ROWS_MAX)
    };
    let hint = Memo::new(move |_| hint());
    (move || {
        hint.get().map(|too_many| {
            if too_many {
                view! { <span class="sub">{td().product.order_too_many}</span> }.into_any()
            } else {
                view! { <a class="link text-sm" href=format!("{page}?per_page={ROWS_MAX}")>{td().product.order_hint}</a> }
                    .into_any()
            }
        })
    })
    .into_any()
}

/// A handle and two small buttons that move a row of a list; the list is loaded again afterwards.
#[component]
pub(super) fn MoveRow(
    what: &'static str,
    /// All ids in their present order.
    ids: Vec<Uuid>,
    index: usize,
    done: Callback<()>,
) -> impl IntoView {
    let last = ids.len().saturating_sub(1);
    let mine = ids.get(index).copied();
    // Names the buttons: the focus finds them again in the row's new place.
    let id = mine.unwrap_or_default();
    let wanted = StoredValue::new(ids.clone());
    let read = StoredValue::new(ids);
    let send = submit_with(
        move || {
            api::catalog::reorder(what, &NewOrderOfRows { ids: wanted.get_value(), read: read.get_value() })
        },
        move |_| done.run(()),
    );
    // The place of the dragged row, when it is one of this list.
    let dragged = move || {
        let id = DRAGGED.get()?;
        read.with_value(|ids| ids.iter().position(|other| *other == id))
    };
    let drop = move |event: web_sys::DragEvent| {
        event.prevent_default();
        if let Some(from) = dragged().filter(|from| *from != index) {
            let mut ids = read.get_value();
            let moved = ids.remove(from);
            ids.insert(index, moved);
            wanted.set_value(ids);
            send.run.run(());
        }
        DRAGGED.set(None);
    };
    let swap = move |with: usize| {
        let mut ids = read.get_value();
        ids.swap(index, with);
        wanted.set_value(ids);
        send.run.run(());
    };
    view! {
        <span
            class="inline-flex items-center"
            on:dragover=move |event| {
                if dragged().is_some() {
                    event.prevent_default();
                }
            }
            on:drop=drop
        >
            <span
                class="drag-handle"
                draggable="true"
                title=ta().drag_to_reorder
                on:dragstart=move |event| {
                    begin_drag(&event);
                    DRAGGED.set(mine);
                }
                on:dragend=move |_| DRAGGED.set(None)
            >
                <Icon icon=lu::LuGripVertical />
            </span>
            <button
                type="button"
                class="btn btn-ghost btn-icon btn-sm"
                name=format!("{id}-up")
                aria-label=ta().move_up
                disabled=index == 0
                on:click=move |_| swap(index - 1)
            >
                <Icon icon=lu::LuArrowUp />
            </button>
            <button
                type="button"
                class="btn btn-ghost btn-icon btn-sm"
                name=format!("{id}-down")
                aria-label=ta().move_down
                disabled={index >= last}
                on:click=move |_| swap(index + 1)
            >
                <Icon icon=lu::LuArrowDown />
            </button>
        </span>
    }
}
