//! Rows with an order of their own, moved up and down: shared by everything in the catalogue.

use leptos::prelude::*;
use shared::catalog::NewOrderOfRows;
use shared::{Page, Permission};
use ui::{Column, Icon, ListState, lu};
use uuid::Uuid;

use crate::api;
use crate::i18n::ta;
use crate::parts::submit_with;
use crate::query::Query;
use crate::session::may;

/// The column whose buttons move a row of `what`, while the list is whole and in that order.
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

/// Two small buttons that move a row of a list; the list is loaded again afterwards.
#[component]
pub(super) fn MoveRow(
    what: &'static str,
    /// All ids in their present order.
    ids: Vec<Uuid>,
    index: usize,
    done: Callback<()>,
) -> impl IntoView {
    let last = ids.len().saturating_sub(1);
    let wanted = StoredValue::new(ids.clone());
    let read = StoredValue::new(ids);
    let send = submit_with(
        move || {
            api::catalog::reorder(what, &NewOrderOfRows { ids: wanted.get_value(), read: read.get_value() })
        },
        move |_| done.run(()),
    );
    let swap = move |with: usize| {
        let mut ids = read.get_value();
        ids.swap(index, with);
        wanted.set_value(ids);
        send.run.run(());
    };
    view! {
        <span class="inline-flex">
            <button
                type="button"
                class="btn btn-ghost btn-icon btn-sm"
                aria-label=ta().move_up
                disabled=index == 0
                on:click=move |_| swap(index - 1)
            >
                <Icon icon=lu::LuArrowUp />
            </button>
            <button
                type="button"
                class="btn btn-ghost btn-icon btn-sm"
                aria-label=ta().move_down
                disabled={index >= last}
                on:click=move |_| swap(index + 1)
            >
                <Icon icon=lu::LuArrowDown />
            </button>
        </span>
    }
}
