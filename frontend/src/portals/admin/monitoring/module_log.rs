//! `/admin/module-log`: what modules were asked, and what they answered.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::module_log::{ModuleLogDetail, ModuleLogLevel, ModuleLogSummary};
use shared::{ModuleLogId, Permission, ServiceId};
use ui::{Column, CopyId, Dialog, EmptyState, Facts, PageHead, lu, use_list};

use super::task::pretty;
use crate::i18n::{t, ta, td};
use crate::parts::filters::{FilterSelect, options_of, query_without, use_opened, word_options};
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::parts::{DataTable, Live, LiveSwitch, Loaded, RecordId, StateBadge};
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

fn service_link(call: &ModuleLogSummary) -> Option<AnyView> {
    let href = format!("/admin/services/{}", call.service_id?);
    Some(view! { <a class="link" href=href>{call.service_label.clone()}</a> }.into_any())
}

fn columns(with_service: bool, opened: Callback<ModuleLogId>) -> Vec<Column<ModuleLogSummary>> {
    let mut columns = vec![
        Column::new("created", t().time, |call: &ModuleLogSummary| format::date_time_exact(call.created_at))
            .sorted_by("created_at"),
        Column::new("level", t().kind, |call: &ModuleLogSummary| {
            view! { <StateBadge state=call.level.as_str() /> }
        }),
        Column::new("module", ta().module, |call: &ModuleLogSummary| {
            view! { <span class="mono">{call.module.clone()} " · " {call.action.clone()}</span> }
        }),
        Column::new("message", td().module_log.what, move |call: &ModuleLogSummary| {
            let id = call.id;
            view! {
                <button type="button" class="link text-left whitespace-normal" on:click=move |_| opened.run(id)>
                    {call.message.clone()}
                </button>
            }
        }),
    ];
    if with_service {
        columns.push(Column::new("service", ta().service, |call: &ModuleLogSummary| {
            view! {
                {service_link(call)}
                <small class="sub">{call.client_name.clone()}</small>
            }
        }));
    }
    columns.extend([
        Column::new("attempt", ta().attempts, |call: &ModuleLogSummary| call.attempt).end(),
        Column::new("duration", ta().duration, |call: &ModuleLogSummary| {
            format::milliseconds(call.duration_ms)
        })
        .end(),
    ]);
    columns
}

/// Calls of all modules, or about one service; one of them in a dialog (`?call=`).
#[component]
pub fn ModuleLogTable(service: Option<ServiceId>) -> impl IntoView {
    let words = &td().module_log;
    let list = use_list("-created_at");
    let calls = use_query(
        move || {
            let query = with_instants(&query_without(&list.api_query(), "call"), INSTANTS);
            match service {
                Some(service) => format!("{query}&service_id={service}"),
                None => query,
            }
        },
        api::system::module_log,
    );
    let live = Live::every(10);
    calls.refresh_every(move || live.seconds());
    let (chosen, open, opened) = use_opened::<ModuleLogId>(list, "call");
    // Whoever reads the log need not see the catalogue.
    let modules = (service.is_none() && may(Permission::ProductsView))
        .then(|| use_query(|| (), |()| api::catalog::modules("per_page=200".to_owned())));
    let options = modules
        .map(|modules| options_of(modules, |module| (module.info.key.clone(), module.info.name.clone())));
    view! {
        <DataTable
            query=calls
            list
            columns=columns(service.is_none(), opened)
            label=words.title
            search_hint=words.search
            filters=Box::new(move || {
                view! {
                    {options.map(|options| view! { <FilterSelect list name="module" label=ta().module options /> })}
                    <FilterSelect
                        list
                        name="level"
                        label=t().kind
                        options=word_options(ModuleLogLevel::ALL, ModuleLogLevel::as_str)
                    />
                    <FilterRange list names=INSTANTS />
                    <LiveSwitch live />
                }
                    .into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuFileText title=td().module_log.none text=td().module_log.text /> }
        />
        <Dialog open title=words.title class="dialog-wide">
            {move || {
                chosen
                    .get()
                    .map(|id| {
                        let call = use_query(move || id, api::system::module_call);
                        view! {
                            <Loaded query=call rows=6 let:detail>
                                <Details detail />
                            </Loaded>
                        }
                    })
            }}
        </Dialog>
    }
}

#[component]
fn Details(detail: ModuleLogDetail) -> impl IntoView {
    let call = detail.entry;
    let id = call.id;
    let copied = |id: String| {
        let text = id.get(id.len().saturating_sub(8)..).unwrap_or_default().to_owned();
        view! { <CopyId text id /> }.into_any()
    };
    let mut facts = vec![
        (t().time.to_owned(), format::date_time_exact(call.created_at).into_any()),
        (t().kind.to_owned(), view! { <StateBadge state=call.level.as_str() /> }.into_any()),
        (ta().service.to_owned(), service_link(&call).into_any()),
        (ta().client.to_owned(), call.client_name.clone().into_any()),
        (ta().attempts.to_owned(), call.attempt.into_any()),
        (ta().duration.to_owned(), format::milliseconds(call.duration_ms).into_any()),
        ("ID".to_owned(), view! { <RecordId id=id.0 path=format!("/admin/module-log/{id}") /> }.into_any()),
    ];
    if let Some(request) = detail.request_id {
        facts.push((td().module_log.request.to_owned(), copied(request)));
    }
    let part = |title: &'static str, value| {
        view! {
            <div>
                <h3 class="mb-2">{title}</h3>
                <pre class="json" tabindex="0">{pretty(value)}</pre>
            </div>
        }
    };
    view! {
        <h3 class="mono">{call.module} " · " {call.action}</h3>
        <p>{call.message}</p>
        <Facts rows=facts />
        {part(ta().input, &detail.request)}
        {part(ta().output, &detail.response)}
    }
}

/// The log of all modules.
#[component]
pub fn ModuleLogPage() -> impl IntoView {
    let words = &td().module_log;
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <ModuleLogTable service=None />
    }
}
