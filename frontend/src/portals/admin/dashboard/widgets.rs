//! The widgets of the staff dashboard.

use leptos::prelude::*;
use shared::dashboard::Dashboard;
use ui::{AreaChart, Badge, Card, EmptyState, Facts, Series, Share, StackedBar, StatCard, Tone, lu};

use super::Widget;
use crate::format;
use crate::i18n::{fill, t, ta, word};
use crate::parts::StateBadge;

/// Draws one widget.
pub(super) fn draw(widget: Widget, numbers: &Dashboard) -> AnyView {
    match widget {
        Widget::Clients => clients(numbers),
        Widget::Services => services(numbers),
        Widget::Recurring => recurring(numbers),
        Widget::Overdue => overdue(numbers),
        Widget::Revenue => revenue(numbers),
        Widget::ServiceStates => service_states(numbers),
        Widget::Automation => automation(numbers),
        Widget::Tasks => tasks(numbers),
        Widget::Wallets => wallets(numbers),
        Widget::Failing => failing(numbers),
        Widget::OverdueList => overdue_list(numbers),
        Widget::Activity => activity(numbers),
        Widget::Staff => staff(numbers),
        Widget::System => system(numbers),
    }
}

fn clients(numbers: &Dashboard) -> AnyView {
    let growth = &numbers.growth;
    let remark = fill(ta().new_this_month, &[("n", &format::count(growth.clients_month))]);
    view! {
        <StatCard title=Widget::Clients.title() figure=format::count(growth.clients) remark=remark href="/admin/clients" />
    }
    .into_any()
}

fn services(numbers: &Dashboard) -> AnyView {
    let active: i64 =
        numbers.services.iter().filter(|count| count.state == "active").map(|count| count.count).sum();
    let remark = fill(ta().orders_pending, &[("n", &format::count(numbers.growth.orders_pending))]);
    view! {
        <StatCard
            title=Widget::Services.title()
            figure=format::count(active)
            remark=remark
            href="/admin/services?state=active"
        />
    }
    .into_any()
}

fn recurring(numbers: &Dashboard) -> AnyView {
    let mut amounts = numbers.revenue.iter().map(|revenue| format::money_short(revenue.monthly_recurring));
    let first = amounts.next().unwrap_or_else(|| "—".to_owned());
    let rest = amounts.collect::<Vec<_>>().join(" · ");
    let spark: Vec<i64> = numbers
        .revenue
        .first()
        .map(|revenue| revenue.days.iter().map(|day| format::minor_units(day.amount)).collect())
        .unwrap_or_default();
    view! { <StatCard title=Widget::Recurring.title() figure=first remark=rest spark=spark /> }.into_any()
}

fn overdue(numbers: &Dashboard) -> AnyView {
    let totals: Vec<String> =
        numbers.overdue.totals.iter().map(|total| format::money_short(*total)).collect();
    view! {
        <StatCard
            title=Widget::Overdue.title()
            figure=format::count(numbers.overdue.count)
            remark=totals.join(" · ")
            href="/admin/documents?overdue=true"
        />
    }
    .into_any()
}

/// Smallest units as a whole amount, for the axis of a chart.
fn axis(minor: i64) -> String {
    format::count(minor / 100)
}

fn revenue(numbers: &Dashboard) -> AnyView {
    let Some(revenue) = numbers.revenue.first() else {
        return view! { <Card title=Widget::Revenue.title()><EmptyState icon=lu::LuActivity title=ta().no_revenue /></Card> }
            .into_any();
    };
    let labels: Vec<String> = revenue.days.iter().map(|day| format::day_short(day.day)).collect();
    let currency = revenue.month.currency();
    // The axis counts whole units of a currency with two decimals, whatever its own are.
    let values: Vec<i64> = revenue
        .days
        .iter()
        .map(|day| {
            let minor = format::minor_units(day.amount);
            (currency.decimals()..2).fold(minor, |value, _| value.saturating_mul(10))
        })
        .collect();
    let others: Vec<(String, AnyView)> = numbers
        .revenue
        .iter()
        .map(|revenue| {
            let text = format!(
                "{} · {} {}",
                format::money_short(revenue.month),
                ta().received.to_lowercase(),
                format::money_short(revenue.received_month)
            );
            (revenue.month.currency().to_string(), text.into_any())
        })
        .collect();
    view! {
        <Card title=Widget::Revenue.title() class="card-plain">
            <div class="stat-figure">{format::money_short(revenue.month)}</div>
            <p class="text-xs text-ink-3 mb-4">
                {ta().charged_this_month} " · " {ta().today} " " {format::money_short(revenue.today)}
            </p>
            <AreaChart
                title=format!("{} ({currency})", Widget::Revenue.title())
                labels
                series=vec![Series { name: currency.to_string(), values }]
                format=axis
            />
            {(others.len() > 1).then(|| view! { <div class="mt-4"><Facts rows=others /></div> })}
        </Card>
    }
    .into_any()
}

fn service_states(numbers: &Dashboard) -> AnyView {
    let total: i64 = numbers.services.iter().map(|count| count.count).sum();
    let shares: Vec<Share> = numbers
        .services
        .iter()
        .map(|count| Share {
            name: word(&count.state).to_owned(),
            value: count.count,
            href: Some(format!("/admin/services?state={}", count.state)),
        })
        .collect();
    view! {
        <Card title=Widget::ServiceStates.title() class="card-plain">
            <div class="stat-figure mb-4">{format::count(total)}</div>
            <StackedBar shares format=format::count />
        </Card>
    }
    .into_any()
}

fn automation(numbers: &Dashboard) -> AnyView {
    let status = &numbers.automation;
    let at =
        |at: Option<jiff::Timestamp>| at.map(format::date_time).unwrap_or_else(|| "—".to_owned()).into_any();
    let rows = vec![
        (ta().heartbeat.to_owned(), at(status.heartbeat_at)),
        (ta().last_run.to_owned(), at(status.last_run_at)),
        (ta().workers.to_owned(), format::count(status.workers_alive).into_any()),
        (ta().leader.to_owned(), if status.has_leader { t().yes } else { t().no }.into_any()),
    ];
    let (text, tone) =
        if status.healthy { (ta().all_well, Tone::Ok) } else { (ta().needs_attention, Tone::Bad) };
    let problems = status.problems.clone();
    view! {
        <Card title=Widget::Automation.title() tools=Box::new(move || view! { <Badge text=text tone /> }.into_any())>
            {problems.into_iter().map(|problem| view! { <p class="neg text-sm mb-2">{problem}</p> }).collect_view()}
            <Facts rows />
        </Card>
    }
    .into_any()
}

fn tasks(numbers: &Dashboard) -> AnyView {
    let tasks = &numbers.tasks;
    let share = |state: &str, value: i64| Share {
        name: word(state).to_owned(),
        value,
        href: Some(format!("/admin/tasks?state={state}")),
    };
    let mut shares = vec![
        share("completed", tasks.completed),
        share("processing", tasks.processing),
        share("queued", tasks.queued + tasks.pending),
        share("failed", tasks.failed),
    ];
    shares.push(Share {
        name: ta().by_hand.to_owned(),
        value: tasks.manual,
        href: Some("/admin/tasks?manual=true&state=processing".to_owned()),
    });
    view! {
        <Card title=Widget::Tasks.title() class="card-plain">
            <StackedBar shares format=format::count />
        </Card>
    }
    .into_any()
}

fn wallets(numbers: &Dashboard) -> AnyView {
    let rows = numbers
        .wallets
        .iter()
        .flat_map(|totals| {
            let currency = totals.credit.currency();
            [
                (format!("{} {currency}", ta().in_wallets), format::money_short(totals.credit).into_any()),
                (
                    format!("{} {currency} ({})", ta().debts, totals.debtors),
                    view! { <span class="neg">{format::money_short(totals.debt)}</span> }.into_any(),
                ),
            ]
        })
        .collect::<Vec<_>>();
    view! { <Card title=Widget::Wallets.title()><Facts rows /></Card> }.into_any()
}

fn failing(numbers: &Dashboard) -> AnyView {
    let tasks = numbers.failing_tasks.clone();
    view! {
        <Card title=Widget::Failing.title() flush=true>
            {if tasks.is_empty() {
                view! { <EmptyState icon=lu::LuCircleCheck title=ta().nothing_fails /> }.into_any()
            } else {
                view! {
                    <div class="table-wrap">
                        <table class="table">
                            <tbody>
                                {tasks
                                    .into_iter()
                                    .map(|task| {
                                        view! {
                                            <tr>
                                                <th scope="row">
                                                    <a class="row-link" href=format!("/admin/tasks?task={}", task.id)>{task.name}</a>
                                                    <small class="sub neg">{task.error}</small>
                                                </th>
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
    }
    .into_any()
}

fn overdue_list(numbers: &Dashboard) -> AnyView {
    let items = numbers.overdue.items.clone();
    view! {
        <Card title=Widget::OverdueList.title() flush=true>
            {if items.is_empty() {
                view! { <EmptyState icon=lu::LuCircleCheck title=ta().nothing_overdue /> }.into_any()
            } else {
                view! {
                    <div class="table-wrap">
                        <table class="table">
                            <tbody>
                                {items
                                    .into_iter()
                                    .map(|item| {
                                        view! {
                                            <tr>
                                                <th scope="row">
                                                    <a class="row-link" href=format!("/admin/documents/{}", item.id)>{item.number}</a>
                                                    <small class="sub">{item.client_name}</small>
                                                </th>
                                                <td>{format::day(item.due_on)}</td>
                                                <td class="end num strong">{format::money(item.due)}</td>
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
    }
    .into_any()
}

fn activity(numbers: &Dashboard) -> AnyView {
    let lines = numbers.activity.clone();
    view! {
        <Card title=Widget::Activity.title()>
            <ul class="grid gap-3">
                {lines
                    .into_iter()
                    .map(|line| {
                        view! {
                            <li class="flex items-start gap-3 text-sm">
                                <StateBadge state=line.level />
                                <span class="flex-1 min-w-0">
                                    {line.description} <small class="sub">{line.actor_name.unwrap_or(line.actor)}</small>
                                </span>
                                <span class="muted num">{format::date_time(line.at)}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </Card>
    }
    .into_any()
}

fn staff(numbers: &Dashboard) -> AnyView {
    let online = numbers.staff_online.clone();
    view! {
        <Card title=Widget::Staff.title()>
            <ul class="grid gap-3">
                {online
                    .into_iter()
                    .map(|person| {
                        view! {
                            <li class="who">
                                <ui::Avatar name=person.name.clone() />
                                <div>
                                    {person.name} <small>{person.ip} " · " {format::date_time(person.last_seen_at)}</small>
                                </div>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </Card>
    }
    .into_any()
}

fn system(numbers: &Dashboard) -> AnyView {
    let system = &numbers.system;
    let mut rows = vec![
        (ta().version.to_owned(), system.version.clone().into_any()),
        (ta().started.to_owned(), format::date_time(system.started_at).into_any()),
        (
            ta().database.to_owned(),
            format!("{} · {} MB", system.database_version, system.database_bytes / 1_000_000).into_any(),
        ),
        (
            "Redis".to_owned(),
            if system.redis_connected { ta().connected } else { ta().not_connected }.into_any(),
        ),
        (ta().time_zone.to_owned(), system.time_zone.clone().into_any()),
        (ta().clock.to_owned(), format::date_time_exact(numbers.now).into_any()),
    ];
    if system.clock_moved {
        rows.push((String::new(), view! { <Badge text=t().development_clock tone=Tone::Warn /> }.into_any()));
    }
    view! { <Card title=Widget::System.title()><Facts rows /></Card> }.into_any()
}
