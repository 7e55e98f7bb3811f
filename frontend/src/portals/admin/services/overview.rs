//! `/admin/services/:id`: how a service is doing, what it costs, its tasks and its history.

use leptos::prelude::*;
use shared::services::{PriceAmounts, ServiceForStaff};
use shared::{Money, ServiceId};
use ui::{Badge, Card, EmptyState, Facts, ProgressSteps, Step, StepState, lu};

use crate::format;
use crate::format::short_id;
use crate::i18n::{t, ta, td, word};
use crate::parts::states::{event_word, state_tone, state_word};
use crate::parts::why::actor_word;
use crate::parts::{ChargesByDay, RecordId, StateBadge};
use crate::portals::admin::monitoring::History;

fn amounts(amounts: &PriceAmounts) -> [Option<Money>; 6] {
    [amounts.setup, amounts.base, amounts.idle, amounts.switch_up, amounts.switch_down, amounts.uninstall]
}

/// What happened, for people; the switch of automation is for staff only.
fn happened(what: &str) -> String {
    match what {
        "manual_on" => ta().hands_off.to_owned(),
        "manual_off" => ta().hands_on.to_owned(),
        other => event_word(other),
    }
}

/// What stands below the facts: the charges as a picture, and who changed what. It stays while the facts change.
#[component]
pub(super) fn Followed(service: ServiceId) -> impl IntoView {
    view! {
        <ChargesByDay client=None service />
        <div class="mt-5">
            <History subject=service.0 />
        </div>
    }
}

/// Everything about a service at a glance.
#[component]
pub(super) fn Overview(staff: ServiceForStaff) -> impl IntoView {
    let detail = staff.detail.clone();
    let service = detail.service.clone();
    let id = service.id;
    let at =
        |at: Option<jiff::Timestamp>| at.map(format::date_time).unwrap_or_else(|| "—".to_owned()).into_any();
    let facts = vec![
        (ta().client.to_owned(), view! { <a class="link" href=format!("/admin/clients/{}", service.client_id)>{service.client_name.clone()}</a> }.into_any()),
        (ta().product.to_owned(), view! { <a class="link" href=format!("/admin/products/{}", service.product_id)>{service.product_name.clone()}</a> }.into_any()),
        (ta().ordered.to_owned(), at(Some(service.created_at))),
        (ta().activated.to_owned(), at(service.activated_at)),
        (ta().paid_until.to_owned(), at(service.paid_until)),
        (ta().charged.to_owned(), word(service.charge_by.as_str()).into_any()),
        (t().held.to_owned(), staff.held.map(format::money).unwrap_or_else(|| "—".to_owned()).into_any()),
        (ta().past_due.to_owned(), at(service.past_due_since)),
        (ta().terminates_at.to_owned(), at(service.terminate_at)),
        (ta().module.to_owned(), staff.module.clone().into_any()),
        (
            td().service.order.to_owned(),
            detail
                .order_id
                .map(|order| view! { <a class="link mono" href=format!("/admin/orders/{order}")>{short_id(order.0)}</a> })
                .into_any(),
        ),
        ("ID".to_owned(), view! { <RecordId id=id.0 path=format!("/admin/services/{id}") /> }.into_any()),
    ];
    let progress = detail.progress.clone().map(|progress| {
        let by_staff = if progress.by_staff { ta().waits_for_staff } else { "" };
        let step = Step {
            text: progress.step.clone().unwrap_or_else(|| word(&progress.operation).to_owned()),
            detail: format!("{} % · {} {by_staff}", progress.percent, format::date_time(progress.since)),
            state: StepState::Now,
        };
        let done =
            Step { text: ta().active_at_end.to_owned(), detail: String::new(), state: StepState::Waiting };
        view! {
            <Card title=ta().in_progress>
                <ProgressSteps steps=vec![step, done] />
            </Card>
        }
    });
    let names = [
        ta().price_setup,
        ta().price_base,
        ta().price_idle,
        ta().price_switch_up,
        ta().price_switch_down,
        ta().price_uninstall,
    ];
    let cells = |row: [Option<Money>; 6]| {
        row.into_iter()
            .map(|amount| view! { <td class="end num">{amount.map(format::money).unwrap_or_else(|| "—".to_owned())}</td> })
            .collect_view()
    };
    let price_rows = detail
        .price
        .lines
        .iter()
        .map(|line| {
            view! {
                <tr>
                    <th scope="row">{line.name.clone()} {(line.quantity > 1).then(|| format!(" × {}", line.quantity))}</th>
                    {cells(amounts(&line.unit))}
                </tr>
            }
        })
        .collect_view();
    let total = cells(amounts(&detail.price.total));
    let fields: Vec<(String, AnyView)> = detail
        .fields
        .iter()
        .chain(&detail.facts)
        .map(|(key, value)| (key.clone(), value.clone().into_any()))
        .collect();
    let options: Vec<(String, AnyView)> = detail
        .options
        .iter()
        .map(|option| {
            let value = match (&option.option_name, &option.text) {
                (_, Some(text)) => text.clone(),
                (Some(name), None) if option.quantity > 1 => {
                    format!("{name} × {} {}", option.quantity, option.unit)
                }
                (Some(name), None) => name.clone(),
                (None, None) => format!("{} {}", option.quantity, option.unit),
            };
            (option.group_name.clone(), value.into_any())
        })
        .collect();
    let remembers = staff.module_state.as_object().is_some_and(|state| !state.is_empty());
    let module_state = remembers.then(|| {
        let text = serde_json::to_string_pretty(&staff.module_state).unwrap_or_default();
        view! { <Card title=td().service.module_state><pre class="json" tabindex="0">{text}</pre></Card> }
    });
    view! {
        <div class="grid-2">
            <div class="stack-y">
                {progress}
                <Card title=t().price text=format!("{} {} · {}", ta().version, detail.price.version, format::date_time(detail.price.valid_from)) flush=true>
                    <div class="table-wrap" tabindex="0" role="region" aria-label=t().price>
                        <table class="table">
                            <thead>
                                <tr>
                                    <th></th>
                                    {names.map(|name| view! { <th class="end">{name}</th> })}
                                </tr>
                            </thead>
                            <tbody>{price_rows}</tbody>
                            <tfoot>
                                <tr>
                                    <td>{t().total}</td>
                                    {total}
                                </tr>
                            </tfoot>
                        </table>
                    </div>
                </Card>
                <Card
                    title=ta().tasks
                    flush=true
                    tools=Box::new(move || {
                        view! { <a class="link text-sm" href=format!("/admin/tasks?service_id={id}")>{td().waiting.all}</a> }
                            .into_any()
                    })
                >
                    {if staff.tasks.is_empty() {
                        view! { <EmptyState icon=lu::LuListChecks title=ta().no_tasks /> }.into_any()
                    } else {
                        view! {
                            <div class="table-wrap" tabindex="0" role="region" aria-label=ta().tasks>
                                <table class="table">
                                    <tbody>
                                        {staff
                                            .tasks
                                            .iter()
                                            .map(|task| {
                                                view! {
                                                    <tr>
                                                        <th scope="row">
                                                            <a class="row-link" href=format!("/admin/tasks?task={}", task.id)>{task.name.clone()}</a>
                                                            {task.error.clone().map(|error| view! { <small class="sub neg">{error}</small> })}
                                                        </th>
                                                        <td><StateBadge state=task.state.as_str() /></td>
                                                        <td>{task.step.clone()}</td>
                                                        <td class="end">{format::date_time(task.created_at)}</td>
                                                    </tr>
                                                }
                                            })
                                            .collect_view()}
                                    </tbody>
                                </table>
                            </div>
                        }
                            .into_any()
                    }}
                </Card>
                <Card title=td().service.states flush=true>
                    <div class="table-wrap" tabindex="0" role="region" aria-label=td().service.states>
                        <table class="table">
                            <tbody>
                                {detail
                                    .events
                                    .iter()
                                    .map(|event| {
                                        view! {
                                            <tr>
                                                <td>{format::date_time_exact(event.at)}</td>
                                                <td><Badge text=state_word(event.state_to) tone=state_tone(event.state_to) /></td>
                                                <td class="strong">{happened(&event.what)}<small class="sub">{event.reason.clone()}</small></td>
                                                <td class="end muted">{actor_word(&event.actor)}</td>
                                            </tr>
                                        }
                                    })
                                    .collect_view()}
                            </tbody>
                        </table>
                    </div>
                </Card>
            </div>
            <div class="stack-y">
                <Card title=ta().facts>
                    <Facts rows=facts />
                </Card>
                {(!options.is_empty()).then(|| view! { <Card title=ta().options><Facts rows=options /></Card> })}
                {module_state}
                {(!fields.is_empty()).then(|| view! { <Card title=ta().module><Facts rows=fields /></Card> })}
            </div>
        </div>
    }
}
