//! The faces of what is being loaded, for single things and for lists.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::{Code, FieldError, Language, Page, Problem};
use ui::{
    Button, Column, EmptyState, FailedState, Icon, LinkButton, ListState, Note, Skeleton, Table, Tone, lu,
};

use super::CsvButton;
use super::bulk::Bulk;
use crate::api::ApiError;
use crate::i18n::{self, fill, t};
use crate::query::Query;
use crate::session::Portal;

/// What to say about a failed call, and its request id.
pub fn failure(error: &ApiError) -> (String, String) {
    match error {
        ApiError::Network => (t().network_error.to_owned(), String::new()),
        ApiError::SignedOut => (t().signed_out_error.to_owned(), String::new()),
        ApiError::Undecodable => (t().version_error.to_owned(), String::new()),
        ApiError::Problem(problem) => (problem_text(problem), problem.instance.clone()),
    }
}

/// What happened. The server says it in English and in detail; in other languages the kind of problem comes first.
fn problem_text(problem: &Problem) -> String {
    let english = problem.detail.as_ref().unwrap_or(&problem.title);
    if i18n::language() == Language::English {
        return english.clone();
    }
    match (i18n::known_word(&format!("problem_{}", problem.code.as_str())), &problem.detail) {
        // Why it is not possible now is only in the detail.
        (Some(text), Some(detail))
            if matches!(problem.code, Code::Conflict | Code::InUse | Code::SpendCapReached) =>
        {
            format!("{text} ({detail})")
        }
        (Some(text), _) => text.to_owned(),
        (None, _) => english.clone(),
    }
}

/// Why a call was refused, in one sentence: what is wrong with the first field that it names, else what happened.
pub fn reason(error: &ApiError) -> String {
    let field = match error {
        ApiError::Problem(problem) => problem.fields.first().map(field_text),
        _ => None,
    };
    field.unwrap_or_else(|| failure(error).0)
}

/// What is wrong with a field, in the person's language where its code says enough.
pub fn field_text(field: &FieldError) -> String {
    let said = &field.message;
    if i18n::language() == Language::English {
        return said.clone();
    }
    let word = |key: &str| i18n::known_word(&format!("field_{key}"));
    if let Some((least, most)) =
        said.strip_prefix("Must be between ").and_then(|rest| rest.trim_end_matches('.').split_once(" and "))
        && let Some(text) = word("between")
    {
        return fill(text, &[("a", least), ("b", most)]);
    }
    match word(&field.code) {
        Some(text) if text.contains("{n}") => {
            let number = said.split_whitespace().find(|part| part.parse::<u32>().is_ok());
            number.map_or_else(|| said.clone(), |number| fill(text, &[("n", number)]))
        }
        Some(text) => text.to_owned(),
        None => said.clone(),
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
        <div class="empty">
            <span class="tile">
                <Icon icon=lu::LuSearch class="icon-lg" />
            </span>
            <h1>{t().not_found_title}</h1>
            <p>{t().not_found_text}</p>
            <div class="mt-3">
                <LinkButton text=t().go_home href=Portal::current().home() />
            </div>
        </div>
    }
}

/// Draws what a query brought: skeleton first, the failed face when it failed, else `children` of the data. A note stands above
/// them when newer data did not come.
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
    let data = query.data();
    let face = Face::of(query);
    let shown = move || match data.get() {
        Some(data) => children(data).into_any(),
        None => face.waiting(rows),
    };
    face.above(Box::new(shown))
}

/// Draws its children once what was asked for has arrived. They stay when it changes: what is to follow is a [`Part`].
#[component]
pub fn Arrived<T>(query: Query<T>, #[prop(default = 6)] rows: u32, children: ChildrenFn) -> impl IntoView
where
    T: Send + Sync + 'static,
{
    let face = Face::of(query);
    face.above(Box::new(move || if face.arrived.get() { children() } else { face.waiting(rows) }))
}

/// A part of a record, drawn anew only when what `pick` takes out of it has changed: saving one part leaves what was
/// typed in the others.
#[component]
pub fn Part<T, P, V>(
    query: Query<T>,
    pick: impl Fn(&T) -> P + Send + Sync + 'static,
    children: impl Fn(P) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Send + Sync + 'static,
    P: Clone + PartialEq + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let part = Memo::new(move |_| query.data().with(|data| data.as_ref().map(&pick)));
    move || part.get().map(|part| children(part).into_any())
}

/// Says that what a page draws by itself is old: loading it again has failed.
#[component]
pub fn Stale<T: Send + Sync + 'static>(query: Query<T>) -> impl IntoView {
    Face::of(query).stale()
}

/// How a query is doing, whatever it asks for: what is drawn of it is compiled once.
#[derive(Clone, Copy)]
struct Face {
    arrived: Memo<bool>,
    error: RwSignal<Option<ApiError>>,
    loading: RwSignal<bool>,
    asked: RwSignal<String>,
    again: Callback<()>,
}

impl Face {
    fn of<T: Send + Sync + 'static>(query: Query<T>) -> Self {
        let data = query.data();
        Self::new(
            Box::new(move || data.with(Option::is_some)),
            query.error(),
            query.loading(),
            query.asked(),
            query.again(),
        )
    }

    fn new(
        arrived: Box<dyn Fn() -> bool + Send + Sync>,
        error: RwSignal<Option<ApiError>>,
        loading: RwSignal<bool>,
        asked: RwSignal<String>,
        again: Callback<()>,
    ) -> Self {
        Self { arrived: Memo::new(move |_| arrived()), error, loading, asked, again }
    }

    /// Says that what is shown is old: loading it again has failed.
    fn stale(self) -> AnyView {
        let failed = Memo::new(move |_| {
            let error = self.error.get().filter(|error| *error != ApiError::SignedOut)?;
            self.arrived.get().then_some(error)
        });
        (move || failed.get().map(|error| stale_note(&error, self.again))).into_any()
    }

    /// What is shown, with the note that it is old above it.
    fn above(self, shown: Box<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
        view! {
            {self.stale()}
            {shown}
        }
        .into_any()
    }

    fn waiting(self, rows: u32) -> AnyView {
        (move || match self.error.get() {
            Some(error) => view! { <FailedNote error retry=self.again /> }.into_any(),
            None => view! { <Skeleton rows /> }.into_any(),
        })
        .into_any()
    }

    /// Whether a list fades. Only what was asked for fades what is shown: the list that is loaded anew by itself stays as it is.
    fn fading(self) -> Signal<bool> {
        let shown = RwSignal::new(String::new());
        ui::effect(move || {
            if !self.loading.get() {
                shown.set(self.asked.get_untracked());
            }
        });
        Signal::derive(move || self.loading.get() && shown.get() != self.asked.get())
    }

    /// A table, below the failed face when it could not be loaded.
    fn listed(self, table: AnyView) -> AnyView {
        let failed =
            Memo::new(move |_| self.error.get().filter(|_| !self.arrived.get() || !self.loading.get()));
        view! {
            {move || {
                failed
                    .get()
                    .map(|error| {
                        view! {
                            <div class="card mb-4">
                                <FailedNote error retry=self.again />
                            </div>
                        }
                    })
            }}
            <div hidden=move || failed.get().is_some() && !self.arrived.get()>{table}</div>
        }
        .into_any()
    }
}

fn stale_note(error: &ApiError, retry: Callback<()>) -> AnyView {
    let (text, _) = failure(error);
    view! {
        <div class="mb-4">
            <Note tone=Tone::Warn>
                <div class="flex flex-wrap items-center gap-3" role="status">
                    <span>{text}</span>
                    <Button text=ui::words().retry class="btn-sm" on_click=retry />
                </div>
            </Note>
        </div>
    }
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
    /// What can be done with many rows at once.
    #[prop(default = None)]
    bulk: Option<Bulk<T>>,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let selection = bulk.map(|bulk| bulk.selection(Callback::new(move |()| query.refetch())));
    let rows = Signal::derive(move || query.data().with(|page| page.as_ref().map(|page| page.items.clone())));
    let total = Signal::derive(move || query.data().with(|page| page.as_ref().map_or(0, |page| page.total)));
    let face = Face::of(query);
    let hint = search_hint.unwrap_or_else(|| t().search.to_owned());
    let table =
        Table(
            ui::table::TableProps::builder()
                .columns(columns)
                .list(list)
                .rows(rows)
                .total(total)
                .loading(face.fading())
                .label(label)
                .empty(empty.unwrap_or_else(|| {
                    ViewFn::from(|| view! { <EmptyState title=ui::words().nothing_found /> })
                }))
                .filters(filters.unwrap_or_else(|| Box::new(|| ().into_any())))
                .tools(view! { <CsvButton asked=query.asked() /> }.into_any())
                .searchable(searchable)
                .search_hint(hint)
                .selection(selection)
                .build(),
        )
        .into_any();
    face.listed(table)
}
