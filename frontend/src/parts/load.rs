//! The faces of what is being loaded, for single things and for lists.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::{Code, Page};
use ui::{Column, EmptyState, FailedState, LinkButton, ListState, Skeleton, Table, lu};

use crate::api::ApiError;
use crate::i18n::t;
use crate::query::Query;
use crate::session::Portal;

/// What to say about a failed call, and its request id.
pub fn failure(error: &ApiError) -> (String, String) {
    match error {
        ApiError::Network => (t().network_error.to_owned(), String::new()),
        ApiError::SignedOut => (t().signed_out_error.to_owned(), String::new()),
        ApiError::Undecodable => (t().version_error.to_owned(), String::new()),
        ApiError::Problem(problem) => {
            let text = problem.detail.clone().unwrap_or_else(|| problem.title.clone());
            (text, problem.instance.clone())
        }
    }
}

/// The failed face of something that was loaded.
#[component]
pub fn FailedNote(error: ApiError, #[prop(optional)] retry: Option<Callback<()>>) -> impl IntoView {
    match error.code() {
        Some(Code::NotFound) => view! { <NotFound /> }.into_any(),
        Some(Code::NotAllowed) => view! {
            <EmptyState icon=lu::LuLock title=t().not_allowed_title text=t().not_allowed_text />
        }
        .into_any(),
        _ if error == ApiError::SignedOut => ().into_any(),
        _ => {
            let (text, request_id) = failure(&error);
            match retry {
                Some(retry) => view! { <FailedState text request_id retry /> }.into_any(),
                None => view! { <FailedState text request_id /> }.into_any(),
            }
        }
    }
}

/// There is no such page or record.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text=t().not_found_title />
        <EmptyState icon=lu::LuSearch title=t().not_found_title text=t().not_found_text>
            <LinkButton text=t().go_home href=Portal::current().home() />
        </EmptyState>
    }
}

/// Draws what a query brought: skeleton first, the failed face when it failed, else `children` of the data.
///
/// The children are drawn again only when the data has changed.
#[component]
pub fn Loaded<T, V>(
    query: Query<T>,
    #[prop(default = 6)] rows: u32,
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let data = Memo::new(move |_| query.data().get());
    let children = std::sync::Arc::new(move |data: T| children(data).into_any());
    move || match data.get() {
        Some(data) => children(data),
        None => waiting(query.error(), Callback::new(move |()| query.refetch()), rows),
    }
}

fn waiting(error: RwSignal<Option<ApiError>>, retry: Callback<()>, rows: u32) -> AnyView {
    (move || match error.get() {
        Some(error) => view! { <FailedNote error retry /> }.into_any(),
        None => view! { <Skeleton rows /> }.into_any(),
    })
    .into_any()
}

/// A list of the API: its table with the three faces, paging, order and search.
#[component]
pub fn DataTable<T>(
    query: Query<Page<T>>,
    list: ListState,
    columns: Vec<Column<T>>,
    #[prop(into)] label: String,
    #[prop(optional, into)] empty: Option<ViewFn>,
    #[prop(optional)] filters: Option<Children>,
    #[prop(default = true)] searchable: bool,
    #[prop(optional, into)] search_hint: Option<String>,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let rows = Signal::derive(move || query.data().with(|page| page.as_ref().map(|page| page.items.clone())));
    let total = Signal::derive(move || query.data().with(|page| page.as_ref().map_or(0, |page| page.total)));
    let loading = Signal::derive(move || query.loading().get());
    let failed = Memo::new(move |_| {
        query.error().get().filter(|_| query.data().with(Option::is_none) || !query.loading().get())
    });
    let hint = search_hint.unwrap_or_else(|| t().search.to_owned());
    let table =
        Table(
            ui::table::TableProps::builder()
                .columns(columns)
                .list(list)
                .rows(rows)
                .total(total)
                .loading(loading)
                .label(label)
                .empty(empty.unwrap_or_else(|| {
                    ViewFn::from(|| view! { <EmptyState title=ui::words().nothing_found /> })
                }))
                .filters(filters.unwrap_or_else(|| Box::new(|| ().into_any())))
                .searchable(searchable)
                .search_hint(hint)
                .build(),
        )
        .into_any();
    view! {
        {move || {
            failed
                .get()
                .map(|error| {
                    view! {
                        <div class="card mb-4">
                            <FailedNote error retry=Callback::new(move |()| query.refetch()) />
                        </div>
                    }
                })
        }}
        <div hidden=move || failed.get().is_some() && query.data().with(Option::is_none)>{table}</div>
    }
}
