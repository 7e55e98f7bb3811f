//! Usage statements, as both portals show them. `area` is whose they are in the API, `page` where their list is on pages.

use jiff::Timestamp;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use shared::Month;
use shared::billing::statement::{StatementDetail, StatementLine, StatementService, StatementSummary};
use ui::{Badge, Card, Column, EmptyState, Facts, Icon, LinkButton, PageHead, TableWrap, Tone, lu, use_list};

use super::{DataTable, Loaded, NotFound};
use crate::i18n::{fill, tp, word};
use crate::query::use_query;
use crate::{api, format};

/// The month that runs, by the browser's clock.
fn running() -> Option<Month> {
    Timestamp::from_second(format::now_seconds()).ok().map(Month::of)
}

/// Links to both files of a month.
fn files(area: &str, month: Month, class: &'static str) -> AnyView {
    let words = &tp().statement;
    let (pdf, csv) = (api::statements::file(area, month, "pdf"), api::statements::file(area, month, "csv"));
    let name = format::month(month);
    view! {
        <a class=class href=pdf download="" aria-label=format!("PDF: {name}")>
            <Icon icon=lu::LuDownload />
            "PDF"
        </a>
        <a class=class href=csv download="" title=words.download_csv aria-label=format!("{}: {name}", words.download_csv)>
            <Icon icon=lu::LuDownload />
            "CSV"
        </a>
    }
    .into_any()
}

/// The statements of finished months, and the way to the running one.
#[component]
pub(crate) fn StatementsTable(#[prop(into)] area: String, #[prop(into)] page: String) -> impl IntoView {
    let words = &tp().statement;
    let list = use_list("-month");
    let asked = area.clone();
    let rows =
        use_query(move || list.api_query(), move |query: String| api::statements::list(&asked, &query));
    let to_running = running().map(|month| format!("{page}/{month}"));
    let columns = vec![
        Column::new("month", words.month, move |row: &StatementSummary| {
            view! { <a class="row-link" href=format!("{page}/{}", row.month)>{format::month(row.month)}</a> }
        })
        .sorted_by("month"),
        Column::new("services", words.services, |row: &StatementSummary| {
            format::count(i64::from(row.services))
        })
        .end(),
        Column::new("charged", words.charged, |row: &StatementSummary| format::money(row.charged))
            .end()
            .hidden(),
        Column::new("returned", words.returned, |row: &StatementSummary| format::money(row.returned))
            .end()
            .hidden(),
        Column::new("total", words.total, |row: &StatementSummary| {
            view! { <span class="strong">{format::money(row.total)}</span> }
        })
        .end(),
        Column::new("made_at", words.frozen, |row: &StatementSummary| format::date(row.made_at)).hidden(),
        Column::new("files", "", move |row: &StatementSummary| {
            view! {
                <div class="flex justify-end gap-1.5">{files(&area, row.month, "btn btn-sm btn-ghost")}</div>
            }
        })
        .end(),
    ];
    view! {
        {to_running
            .map(|href| {
                view! {
                    <div class="mb-4">
                        <LinkButton text=words.running href icon=lu::LuCalendarClock class="btn-sm" />
                    </div>
                }
            })}
        <DataTable
            query=rows
            list
            columns
            label=words.title
            searchable=false
            empty=ViewFn::from(|| {
                let words = &tp().statement;
                view! { <EmptyState icon=lu::LuReceipt title=words.empty text=words.empty_hint /> }
            })
        />
    }
}

/// The statement of the month in the path.
#[component]
pub(crate) fn StatementOfMonth(#[prop(into)] area: String) -> impl IntoView {
    let params = use_params_map();
    let month = Memo::new(move |_| {
        params.with(|params| params.get("month")).and_then(|month| month.parse::<Month>().ok())
    });
    move || match month.get() {
        Some(month) => view! { <Statement area=area.clone() month /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn Statement(area: String, month: Month) -> impl IntoView {
    let asked = area.clone();
    let detail = use_query(
        || (),
        move |()| {
            let area = asked.clone();
            api::statements::one(&area, month)
        },
    );
    view! {
        <Loaded query=detail rows=10 let:statement>
            <Sheet statement area=area.clone() />
        </Loaded>
    }
}

#[component]
fn Sheet(statement: StatementDetail, area: String) -> impl IntoView {
    let words = &tp().statement;
    let month = statement.month;
    let title = format!("{} · {}", words.one, format::month(month));
    let amount = |amount| view! { <span class="num">{format::money_exact(amount)}</span> }.into_any();
    let mut facts = vec![(words.charged.to_owned(), amount(statement.charged))];
    if !statement.returned.is_zero() {
        facts.push((words.returned.to_owned(), amount(statement.returned.negated())));
    }
    facts.push((words.total.to_owned(), amount(statement.total)));
    match statement.made_at {
        Some(at) => facts.push((words.frozen.to_owned(), format::date(at).into_any())),
        None => facts.push((words.frozen.to_owned(), words.running_text.into_any())),
    }
    if statement.archived {
        facts.push(("CSV".to_owned(), words.archived.into_any()));
    }
    let open = statement.made_at.is_none();
    view! {
        <Title text=title.clone() />
        <PageHead title=title>
            {open.then(|| view! { <Badge text=words.running tone=Tone::Info /> })}
            {files(&area, month, "btn")}
        </PageHead>
        <div class="stack-y">
            <Card title=words.total>
                <Facts rows=facts />
            </Card>
            {if statement.services.is_empty() {
                view! { <Card><EmptyState icon=lu::LuReceipt title=words.nothing /></Card> }.into_any()
            } else {
                view! { <Services services=statement.services /> }.into_any()
            }}
        </div>
    }
}

#[component]
fn Services(services: Vec<StatementService>) -> impl IntoView {
    let words = &tp().statement;
    view! {
        <Card title=words.services flush=true>
            <TableWrap label=words.services>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{words.what}</th>
                            <th scope="col">{words.period}</th>
                            <th scope="col" class="end">{words.count}</th>
                            <th scope="col" class="end">{words.amount}</th>
                        </tr>
                    </thead>
                    <tbody>{services.into_iter().map(service_rows).collect_view()}</tbody>
                </table>
            </TableWrap>
        </Card>
    }
}

fn service_rows(service: StatementService) -> AnyView {
    let lines = service.lines.into_iter().map(line_row).collect_view();
    view! {
        <tr class="bg-sunken">
            <th scope="rowgroup" colspan="3" class="strong">
                {service.label}
                <small class="sub">{service.product}</small>
            </th>
            <td class="end num strong">{format::money_exact(service.total)}</td>
        </tr>
        {lines}
    }
    .into_any()
}

fn line_row(line: StatementLine) -> AnyView {
    let from = format::date_time(line.period_from);
    let period = if line.period_to > line.period_from {
        format!("{from} – {}", format::date_time(line.period_to))
    } else {
        from
    };
    let count = match line.hours {
        Some(hours) => fill(tp().statement.hours, &[("n", &format::count(hours))]),
        None => format::count(line.charges),
    };
    view! {
        <tr>
            <td>{word(line.what.as_str())}</td>
            <td class="num">{period}</td>
            <td class="end num">{count}</td>
            <td class="end num">{format::money_exact(line.amount)}</td>
        </tr>
    }
    .into_any()
}
