//! Tables whose paging, order and search happen on the server.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::list::PER_PAGE_CHOICES;
use crate::{Button, EmptyState, Icon, ListState, Menu, MenuButton, lu, words};

/// Which side a column leans to: figures to the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Start,
    End,
}

type Cell<T> = Arc<dyn Fn(&T) -> AnyView + Send + Sync>;

/// A column of a [`Table`]: built with [`Column::new`] and refined by its methods.
#[derive(Clone)]
pub struct Column<T: 'static> {
    key: &'static str,
    title: String,
    sort: Option<&'static str>,
    align: Align,
    hidden: bool,
    cell: Cell<T>,
}

impl<T: 'static> Column<T> {
    /// A column that draws `cell` of each row.
    pub fn new<V: IntoView + 'static>(
        key: &'static str,
        title: impl Into<String>,
        cell: impl Fn(&T) -> V + Send + Sync + 'static,
    ) -> Self {
        let cell: Cell<T> = Arc::new(move |row| cell(row).into_any());
        Self { key, title: title.into(), sort: None, align: Align::Start, hidden: false, cell }
    }

    /// Its header sorts by this column of the API.
    pub fn sorted_by(mut self, column: &'static str) -> Self {
        self.sort = Some(column);
        self
    }

    /// Figures: to the right.
    pub fn end(mut self) -> Self {
        self.align = Align::End;
        self
    }

    /// Not shown until chosen.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }
}

/// What a column looks like from outside, whatever its rows are.
#[derive(Clone)]
struct Head {
    index: usize,
    key: &'static str,
    title: String,
    sort: Option<&'static str>,
    align: Align,
}

fn class_of(align: Align) -> &'static str {
    match align {
        Align::Start => "",
        Align::End => "end num",
    }
}

/// A list: bar with search and filters (children), table, pages.
///
/// `rows` keeps the old rows while new ones are on their way (`loading`). The first column is the row's heading.
#[component]
pub fn Table<T>(
    columns: Vec<Column<T>>,
    list: ListState,
    /// `None` until something has arrived.
    rows: Signal<Option<Vec<T>>>,
    total: Signal<i64>,
    loading: Signal<bool>,
    /// Says to screen readers what the table holds.
    #[prop(into)]
    label: String,
    /// Drawn instead of the table when there is nothing at all.
    #[prop(optional, into)]
    empty: Option<ViewFn>,
    /// Filters, to the right of the search.
    #[prop(optional)]
    filters: Option<Children>,
    #[prop(default = true)] searchable: bool,
    #[prop(optional, into)] search_hint: Option<TextProp>,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let heads: Vec<Head> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| Head {
            index,
            key: column.key,
            title: column.title.clone(),
            sort: column.sort,
            align: column.align,
        })
        .collect();
    let hidden: Vec<&'static str> =
        columns.iter().filter(|column| column.hidden).map(|column| column.key).collect();
    let cells: Vec<(Cell<T>, Align)> =
        columns.into_iter().map(|column| (column.cell, column.align)).collect();
    let cells = StoredValue::new(cells);
    let hidden = RwSignal::new(hidden);
    let visible = {
        let heads = heads.clone();
        Memo::new(move |_| {
            hidden.with(|hidden| {
                heads
                    .iter()
                    .filter(|head| !hidden.contains(&head.key))
                    .map(|head| head.index)
                    .collect::<Vec<_>>()
            })
        })
    };
    let body = move || {
        let shown = visible.get();
        rows.with(|rows| {
            rows.as_ref().map(|rows| {
                rows.iter()
                    .map(|row| {
                        cells.with_value(|cells| {
                            let row = shown
                                .iter()
                                .map(|index| {
                                    let (cell, align) = &cells[*index];
                                    let class = class_of(*align);
                                    if *index == 0 {
                                        view! { <th scope="row" class=class>{cell(row)}</th> }.into_any()
                                    } else {
                                        view! { <td class=class>{cell(row)}</td> }.into_any()
                                    }
                                })
                                .collect_view();
                            view! { <tr>{row}</tr> }
                        })
                    })
                    .collect_view()
                    .into_any()
            })
        })
        .unwrap_or_else(|| ().into_any())
    };
    let is_empty = Memo::new(move |_| rows.with(|rows| rows.as_ref().is_some_and(Vec::is_empty)));
    let arrived = Memo::new(move |_| rows.with(Option::is_some));
    table_frame(TableFrame {
        heads,
        hidden,
        visible,
        list,
        total,
        loading,
        label,
        empty,
        filters: filters.map(|filters| filters().into_any()),
        searchable,
        search_hint,
        is_empty,
        arrived,
        body: ViewFn::from(body),
    })
}

struct TableFrame {
    heads: Vec<Head>,
    hidden: RwSignal<Vec<&'static str>>,
    visible: Memo<Vec<usize>>,
    list: ListState,
    total: Signal<i64>,
    loading: Signal<bool>,
    label: String,
    empty: Option<ViewFn>,
    filters: Option<AnyView>,
    searchable: bool,
    search_hint: Option<TextProp>,
    is_empty: Memo<bool>,
    arrived: Memo<bool>,
    body: ViewFn,
}

// Everything that does not depend on the type of the rows, so that it is compiled once.
fn table_frame(frame: TableFrame) -> AnyView {
    let TableFrame {
        heads,
        hidden,
        visible,
        list,
        total,
        loading,
        label,
        empty,
        filters,
        searchable,
        search_hint,
        is_empty,
        arrived,
        body,
    } = frame;
    let choosable = heads.clone();
    let empty = StoredValue::new(empty);
    let body = StoredValue::new(body);
    let heads = StoredValue::new(heads);
    let label = StoredValue::new(label);
    view! {
        <section class="card">
            <div class="table-bar">
                {searchable.then(|| view! { <SearchBox list hint=search_hint.unwrap_or_else(|| words().search.into()) /> })}
                {filters}
                <span class="flex-1"></span>
                <Menu
                    label=words().columns
                    class="btn btn-sm"
                    button=Box::new(move || {
                        view! {
                            <Icon icon=lu::LuSlidersHorizontal />
                            <span class="only-wide">{words().columns}</span>
                        }
                        .into_any()
                    })
                >
                    {choosable
                        .iter()
                        .skip(1)
                        .filter(|head| !head.title.is_empty())
                        .map(|head| {
                            let key = head.key;
                            view! {
                                <MenuButton
                                    text=head.title.clone()
                                    checked=Signal::derive(move || hidden.with(|hidden| !hidden.contains(&key)))
                                    on_click=Callback::new(move |()| {
                                        hidden
                                            .update(|hidden| {
                                                if hidden.contains(&key) {
                                                    hidden.retain(|other| *other != key);
                                                } else {
                                                    hidden.push(key);
                                                }
                                            });
                                    })
                                />
                            }
                        })
                        .collect_view()}
                </Menu>
            </div>
            {move || {
                if !arrived.get() {
                    return view! { <TableSkeleton /> }.into_any();
                }
                if is_empty.get() {
                    if list.is_filtered() {
                        return view! {
                            <EmptyState
                                icon=lu::LuSearch
                                title=words().nothing_found
                                text=words().nothing_found_hint
                            >
                                <Button
                                    text=words().clear_filters
                                    on_click=Callback::new(move |()| list.clear_filters())
                                />
                            </EmptyState>
                        }
                        .into_any();
                    }
                    return match empty.get_value() {
                        Some(empty) => empty.run().into_any(),
                        None => view! { <EmptyState title=words().nothing_found /> }.into_any(),
                    };
                }
                view! {
                    <div class="table-wrap" tabindex="0" role="region" aria-label=label.get_value()>
                        <table class="table" class:table-stale=move || loading.get()>
                            <caption class="sr-only">{label.get_value()}</caption>
                            <thead>
                                <tr>
                                    {move || {
                                        let shown = visible.get();
                                        heads
                                            .with_value(|heads| {
                                                shown
                                                    .iter()
                                                    .map(|index| head_cell(&heads[*index], list))
                                                    .collect_view()
                                            })
                                    }}
                                </tr>
                            </thead>
                            <tbody>{move || body.with_value(ViewFn::run)}</tbody>
                        </table>
                    </div>
                }
                    .into_any()
            }}
            <Pagination list total />
        </section>
    }
    .into_any()
}

fn head_cell(head: &Head, list: ListState) -> AnyView {
    let class = class_of(head.align);
    let title = head.title.clone();
    let Some(column) = head.sort else {
        return view! { <th scope="col" class=class>{title}</th> }.into_any();
    };
    let order = Memo::new(move |_| {
        let sort = list.sort();
        match sort.strip_prefix('-') {
            Some(down) if down == column => "descending",
            None if sort == column => "ascending",
            _ => "none",
        }
    });
    view! {
        <th scope="col" class=class aria-sort=move || order.get()>
            <button type="button" on:click=move |_| list.toggle_sort(column)>
                {title}
                {move || match order.get() {
                    "ascending" => view! { <Icon icon=lu::LuArrowUp class="icon-sm" /> },
                    "descending" => view! { <Icon icon=lu::LuArrowDown class="icon-sm" /> },
                    _ => view! { <Icon icon=lu::LuChevronsUpDown class="icon-sm" /> },
                }}
            </button>
        </th>
    }
    .into_any()
}

#[component]
fn TableSkeleton() -> impl IntoView {
    view! {
        <div class="grid gap-5 p-5" role="status" aria-label=words().loading>
            {(0..8)
                .map(|_| {
                    view! {
                        <div class="flex gap-6">
                            <div class="skeleton flex-2"></div>
                            <div class="skeleton flex-1"></div>
                            <div class="skeleton flex-1"></div>
                            <div class="skeleton flex-1"></div>
                        </div>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// Search of a list; waits a quarter of a second after typing.
#[component]
pub fn SearchBox(list: ListState, #[prop(into)] hint: TextProp) -> impl IntoView {
    let typed = StoredValue::new(0_u32);
    let label = hint.clone();
    view! {
        <div class="input-with w-full sm:w-72">
            <Icon icon=lu::LuSearch />
            <input
                class="input"
                type="search"
                maxlength="200"
                placeholder=move || hint.get().to_string()
                aria-label=move || label.get().to_string()
                prop:value=move || list.search()
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

/// Which rows are shown, how many a page has, and the way to the others.
#[component]
pub fn Pagination(list: ListState, total: Signal<i64>) -> impl IntoView {
    let pages = Memo::new(move |_| {
        let total = u32::try_from(total.get().max(0)).unwrap_or(u32::MAX);
        total.div_ceil(list.per_page()).max(1)
    });
    view! {
        <div class="table-foot">
            <span class="num">
                {move || {
                    let per_page = i64::from(list.per_page());
                    let total = total.get();
                    let from = (i64::from(list.page()) - 1) * per_page + 1;
                    let to = (from + per_page - 1).min(total);
                    words()
                        .range
                        .replace("{from}", &from.min(total).to_string())
                        .replace("{to}", &to.to_string())
                        .replace("{total}", &total.to_string())
                }}
            </span>
            <div class="flex items-center gap-3">
                <label class="flex items-center gap-2">
                    <span class="only-wide">{words().per_page}</span>
                    <select
                        class="input input-sm w-20"
                        aria-label=words().per_page
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
                <span class="num">
                    {move || {
                        words()
                            .page_of
                            .replace("{page}", &list.page().to_string())
                            .replace("{pages}", &pages.get().to_string())
                    }}
                </span>
                <button
                    type="button"
                    class="btn btn-icon btn-sm"
                    aria-label=words().previous_page
                    disabled=move || list.page() <= 1
                    on:click=move |_| list.set_page(list.page() - 1)
                >
                    <Icon icon=lu::LuChevronLeft />
                </button>
                <button
                    type="button"
                    class="btn btn-icon btn-sm"
                    aria-label=words().next_page
                    disabled=move || { list.page() >= pages.get() }
                    on:click=move |_| list.set_page(list.page() + 1)
                >
                    <Icon icon=lu::LuChevronRight />
                </button>
            </div>
        </div>
    }
}
