//! Tables whose paging, order and search happen on the server.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::paging::pages_of;
use crate::select::{self, Picks, Selection};
use crate::wrap::{TableSkeleton, TableWrap};
use crate::{
    Button, EmptyState, Icon, ListState, Menu, MenuButton, Pagination, SearchBox, keep, kept, lu, words,
};

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

    /// Not shown until chosen where the window has no room for it beside the others.
    pub fn roomy(mut self) -> Self {
        let room = window().match_media("(min-width: 1440px)").ok().flatten();
        self.hidden = !room.is_some_and(|room| room.matches());
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

/// Where this browser keeps which columns of such a table are hidden.
fn kept_as(heads: &[Head]) -> String {
    let keys: Vec<_> = heads.iter().map(|head| head.key).collect();
    format!("hw_columns {}", keys.join(" "))
}

fn chosen_before(heads: &[Head]) -> Option<Vec<&'static str>> {
    let hidden = kept(&kept_as(heads))?;
    let keys = heads.iter().map(|head| head.key);
    Some(keys.filter(|key| hidden.split(' ').any(|hidden| hidden == *key)).collect())
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
    /// Beside the choice of columns.
    #[prop(optional)]
    tools: Option<AnyView>,
    #[prop(default = true)] searchable: bool,
    #[prop(optional, into)] search_hint: Option<TextProp>,
    /// Lets rows be chosen.
    #[prop(default = None)]
    selection: Option<Selection<T>>,
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
    let hidden = chosen_before(&heads).unwrap_or(hidden);
    let cells: Vec<(Cell<T>, Align)> =
        columns.into_iter().map(|column| (column.cell, column.align)).collect();
    let cells = StoredValue::new(cells);
    let hidden = RwSignal::new(hidden);
    let visible = visible_of(&heads, hidden);
    let picks = selection.clone().map(|selection| {
        let keys = move || rows.with(|rows| rows.iter().flatten().map(selection.key).collect());
        Picks::new(selection.chosen, Box::new(keys), selection.bar)
    });
    let body = move || {
        let shown = visible.get();
        let drawn = rows.with(|rows| {
            let drawn = rows.iter().flatten().map(|row| {
                let pick = selection.as_ref().map(|selection| {
                    select::picked(selection.chosen, (selection.key)(row), &(selection.name)(row))
                });
                let cell = |(cell, align): &(Cell<T>, Align)| (cell(row), *align);
                let cells =
                    cells.with_value(|cells| shown.iter().map(|index| cell(&cells[*index])).collect());
                (pick, cells)
            });
            drawn.collect::<Vec<_>>()
        });
        table_rows(shown.first() == Some(&0), drawn)
    };
    let shown = Signal::derive(move || rows.with(|rows| rows.as_ref().map(Vec::len)));
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
        tools,
        searchable,
        search_hint,
        shown,
        body: ViewFn::from(body),
        picks,
    })
}

/// Which columns are shown, in order.
fn visible_of(heads: &[Head], hidden: RwSignal<Vec<&'static str>>) -> Memo<Vec<usize>> {
    let columns: Vec<(usize, &'static str)> = heads.iter().map(|head| (head.index, head.key)).collect();
    Memo::new(move |_| {
        hidden.with(|hidden| {
            columns.iter().filter(|(_, key)| !hidden.contains(key)).map(|(index, _)| *index).collect()
        })
    })
}

/// What chooses a row, with what became of it, and its cells.
type Row = (Option<(AnyView, AnyView)>, Vec<(AnyView, Align)>);

/// Rows; the first cell is the heading of each unless its column is hidden.
fn table_rows(headed: bool, rows: Vec<Row>) -> AnyView {
    let rows = rows.into_iter().map(|(pick, cells)| {
        let (pick, mut outcome) = pick.unzip();
        let cells = cells.into_iter().enumerate().map(|(at, (cell, align))| {
            let class = class_of(align);
            if headed && at == 0 {
                view! { <th scope="row" class=class>{cell} {outcome.take()}</th> }.into_any()
            } else {
                view! { <td class=class>{cell}</td> }.into_any()
            }
        });
        let cells = cells.collect_view();
        view! { <tr>{pick} {cells}</tr> }
    });
    rows.collect_view().into_any()
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
    tools: Option<AnyView>,
    searchable: bool,
    search_hint: Option<TextProp>,
    /// How many rows are shown. `None` until something has arrived.
    shown: Signal<Option<usize>>,
    body: ViewFn,
    picks: Option<Picks>,
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
        tools,
        searchable,
        search_hint,
        shown,
        body,
        picks,
    } = frame;
    let shown = Memo::new(move |_| shown.get());
    let is_empty = Memo::new(move |_| shown.get() == Some(0));
    let arrived = Memo::new(move |_| shown.get().is_some());
    let count = Signal::derive(move || shown.get().unwrap_or_default());
    let choosable = heads.clone();
    let columns = kept_as(&heads);
    let again = Signal::derive(move || {
        visible.track();
        loading.track();
    });
    let empty = StoredValue::new(empty);
    let body = StoredValue::new(body);
    let heads = StoredValue::new(heads);
    let label = StoredValue::new(label);
    let bar = picks.as_ref().map(|picks| picks.bar.run());
    let picks = StoredValue::new(picks);
    view! {
        <section class="card">
            <div class="table-bar">
                {searchable.then(|| view! { <SearchBox list hint=search_hint.unwrap_or_else(|| words().search.into()) /> })}
                {filters}
                <div class="flex items-center gap-3 ml-auto">
                    {tools}
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
                                let columns = columns.clone();
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
                                            keep(&columns, &hidden.get_untracked().join(" "));
                                        })
                                    />
                                }
                            })
                            .collect_view()}
                    </Menu>
                </div>
            </div>
            {bar}
            {move || {
                if !arrived.get() {
                    return view! { <TableSkeleton /> }.into_any();
                }
                if is_empty.get() {
                    if list.page() > 1 {
                        return view! {
                            <EmptyState icon=lu::LuSearch title=words().nothing_found>
                                <Button
                                    text=words().previous_page
                                    on_click=Callback::new(move |()| {
                                        list.set_page((list.page() - 1).min(pages_of(list, total)));
                                    })
                                />
                            </EmptyState>
                        }
                        .into_any();
                    }
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
                    <TableWrap label=label.get_value() again>
                        <table class="table" class:table-stale=move || loading.get()>
                            <caption class="sr-only">{label.get_value()}</caption>
                            <thead>
                                <tr>
                                    {picks.with_value(|picks| picks.as_ref().map(Picks::head))}
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
                    </TableWrap>
                }
                    .into_any()
            }}
            <Pagination list total rows=count />
        </section>
    }
    .into_any()
}

fn head_cell(head: &Head, list: ListState) -> AnyView {
    let class = class_of(head.align);
    let title = head.title.clone();
    let Some(column) = head.sort else {
        if title.is_empty() {
            return view! { <th scope="col" class=class><span class="sr-only">{words().actions}</span></th> }
                .into_any();
        }
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
