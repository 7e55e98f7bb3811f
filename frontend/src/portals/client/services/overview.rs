//! The first tab of a service: how it is doing, its facts and its price.

use leptos::prelude::*;
use shared::services::{ServiceDetail, ServiceState};
use ui::{Card, CopyId, Icon, ProgressSteps, Step, StepState, lu};

use super::ahead::{Ahead, DateAhead};
use super::tabs::PriceCard;
use crate::format;
use crate::i18n::tc;

/// The way of an order to a running service.
fn steps(detail: &ServiceDetail) -> Vec<Step> {
    let words = &tc().service;
    let state = detail.service.state;
    let paid = state != ServiceState::Pending;
    let delivered = matches!(state, ServiceState::Active | ServiceState::Suspended);
    let progress = detail.progress.as_ref();
    let step = |text: &str, detail: String, state: StepState| Step { text: text.to_owned(), detail, state };
    let money = if paid { StepState::Done } else { StepState::Now };
    let missing = if paid || detail.missing.is_zero() {
        String::new()
    } else {
        format!("{} {}: {}", words.waits_money, tc().order.missing, format::money(detail.missing))
    };
    let delivery = match state {
        _ if delivered => StepState::Done,
        ServiceState::Failed => StepState::Failed,
        ServiceState::Provisioning => StepState::Now,
        _ => StepState::Waiting,
    };
    let doing = match progress {
        Some(progress) if progress.by_staff => words.waits_delivery.to_owned(),
        Some(progress) => {
            let step = progress.step.clone().map(|step| format!(" · {step}")).unwrap_or_default();
            format!("{} %{step}", progress.percent)
        }
        None => String::new(),
    };
    vec![
        step(words.step_ordered, format::date_time(detail.service.created_at), StepState::Done),
        step(words.step_money, missing, money),
        step(words.step_delivery, doing, delivery),
        step(words.step_active, String::new(), if delivered { StepState::Done } else { StepState::Waiting }),
    ]
}

#[component]
pub(super) fn OverviewTab(detail: ServiceDetail) -> impl IntoView {
    let words = &tc().service;
    let row = detail.service.clone();
    let on_the_way =
        matches!(row.state, ServiceState::Pending | ServiceState::Provisioning | ServiceState::Failed);
    let running = row.state == ServiceState::Active;
    let percent =
        detail.progress.as_ref().filter(|progress| !progress.by_staff).map(|progress| progress.percent);
    let pay = detail.proforma.filter(|_| row.state == ServiceState::Pending);
    let facts: Vec<(String, AnyView)> = [
        (words.product, Some(row.product_name.clone().into_any())),
        (words.ordered, Some(format::date_time(row.created_at).into_any())),
        (words.since, row.activated_at.map(|at| format::date_time(at).into_any())),
        (words.terminates, row.terminate_at.map(|at| view! { <DateAhead at /> }.into_any())),
        (words.cancels, detail.cancel_at.map(|at| view! { <DateAhead at /> }.into_any())),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
    .chain(detail.options.iter().map(|option| {
        let value = match (&option.option_name, &option.text) {
            (_, Some(text)) => text.clone(),
            (Some(name), None) if option.quantity == 1 && option.unit.is_empty() => name.clone(),
            (_, None) => format!("{} {}", option.quantity, option.unit),
        };
        (option.group_name.clone(), value.into_any())
    }))
    .collect();
    let price = detail.price.clone();
    let given = detail.facts.clone().into_iter().chain(detail.fields.clone()).collect::<Vec<_>>();
    view! {
        <div class="grid-2">
            <div class="stack-y">
                {on_the_way
                    .then(|| {
                        view! {
                            <Card title=words.provisioning>
                                <ProgressSteps steps=steps(&detail) />
                                {percent
                                    .map(|percent| {
                                        view! {
                                            <div class="meter" role="progressbar"
                                                aria-label=words.provisioning aria-valuenow=percent.to_string() aria-valuemin="0" aria-valuemax="100">
                                                <i style:width=format!("{}%", percent.clamp(0, 100))></i>
                                            </div>
                                        }
                                    })}
                                {pay
                                    .map(|proforma| {
                                        view! {
                                            <a class="btn btn-primary" href=format!("/documents/{proforma}/pay")>
                                                <Icon icon=lu::LuCreditCard />
                                                {tc().home.pay_now}
                                            </a>
                                        }
                                    })}
                            </Card>
                        }
                    })}
                <Card title=words.facts>
                    <ui::Facts rows=facts />
                </Card>
                {(!given.is_empty())
                    .then(|| {
                        view! {
                            <Card title=words.settings>
                                <dl class="facts">
                                    {given
                                        .into_iter()
                                        .map(|(name, value)| view! { <div><dt>{name}</dt><dd><CopyId id=value /></dd></div> })
                                        .collect_view()}
                                </dl>
                            </Card>
                        }
                    })}
            </div>
            <div class="stack-y">
                <section class="card stat">
                    <div class="text-sm text-ink-2">{words.price}</div>
                    <div class="flex items-baseline gap-1.5 flex-wrap">
                        <span class="stat-figure">{format::money(row.rate)}</span>
                        <span class="text-ink-3">{format::per_period(row.period)}</span>
                    </div>
                    <div class="sub num">
                        {row.hourly.map(|hourly| format!("{} {}", format::money(hourly), format::per_period(shared::Period::Hourly)))}
                    </div>
                    {row
                        .paid_until
                        .filter(|_| running)
                        .map(|until| {
                            view! {
                                <div class="pt-3 mt-2 border-t border-line flex items-center justify-between gap-3 text-sm">
                                    <span class="text-ink-2">{words.next_charge}</span>
                                    <span class="text-right">
                                        <b class="block"><Ahead at=until /></b>
                                        <span class="sub">{format::date_time(until)}</span>
                                    </span>
                                </div>
                            }
                        })}
                </section>
                <PriceCard price period=row.period />
            </div>
        </div>
    }
}
