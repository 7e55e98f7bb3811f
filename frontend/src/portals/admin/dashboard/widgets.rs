//! The widgets of the staff dashboard.

use leptos::prelude::*;
use shared::Money;
use shared::dashboard::{Dashboard, RevenueDay};
use shared::services::ServiceState;
use ui::{AreaChart, Badge, Card, EmptyState, Facts, Note, Series, Share, StackedBar, StatCard, Tone, lu};

use super::Widget;
use crate::format;
use crate::i18n::{fill, t, ta, word};
use crate::parts::StateBadge;
use crate::parts::states::state_word;
use crate::portals::admin::monitoring::described;
use crate::query::Query;

/// A widget, drawn anew only when its own figures have changed: figures come every few seconds, and somebody may be
/// reading a chart's table or answering a question.
pub(super) fn shown(widget: Widget, numbers: Query<Dashboard>) -> impl IntoView {
    let figures = Memo::new(move |_| numbers.data().get().map(|numbers| Figures { of: widget, numbers }));
    move || figures.with(|figures| figures.as_ref().map(|figures| draw(figures.of, &figures.numbers)))
}

/// What one widget shows of all figures.
#[derive(Clone)]
struct Figures {
    of: Widget,
    numbers: Dashboard,
}

impl PartialEq for Figures {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (&self.numbers, &other.numbers);
        match self.of {
            Widget::Clients => one.clients == two.clients,
            Widget::Services => one.services == two.services && one.clients == two.clients,
            Widget::ServiceStates => one.services == two.services,
            Widget::Recurring | Widget::Revenue => one.revenue == two.revenue,
            Widget::Overdue | Widget::OverdueList => one.documents == two.documents,
            Widget::Automation | Widget::Tasks => one.automation == two.automation,
            Widget::Wallets => one.wallets == two.wallets,
            Widget::Failing => one.failing_tasks == two.failing_tasks,
            Widget::Activity => one.activity == two.activity,
            Widget::Staff => one.staff_online == two.staff_online,
            Widget::System => one.at == two.at && one.system == two.system,
            Widget::Waiting => true,
        }
    }
}

/// Draws one widget.
fn draw(widget: Widget, numbers: &Dashboard) -> AnyView {
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
        Widget::Waiting => view! { <super::waiting::Waiting /> }.into_any(),
    }
}

fn clients(numbers: &Dashboard) -> AnyView {
    let clients = &numbers.clients;
    let remark = fill(
        ta().new_in_30_days,
        &[("n", &format::count(clients.new)), ("before", &format::count(clients.new_before))],
    );
    view! {
        <StatCard title=Widget::Clients.title() figure=format::count(clients.active) remark=remark href="/admin/clients" />
    }
    .into_any()
}

fn services(numbers: &Dashboard) -> AnyView {
    let active: i64 = numbers
        .services
        .iter()
        .filter(|count| count.state == ServiceState::Active)
        .map(|count| count.count)
        .sum();
    let remark = fill(
        ta().orders_in_30_days,
        &[
            ("n", &format::count(numbers.clients.orders)),
            ("before", &format::count(numbers.clients.orders_before)),
        ],
    );
    view! {
        <StatCard title=Widget::Services.title() figure=format::count(active) remark=remark href="/admin/services?state=active" />
    }
    .into_any()
}

fn recurring(numbers: &Dashboard) -> AnyView {
    let revenue = &numbers.revenue;
    let remark = format!("{}: {}", ta().today_charged, format::money_short(revenue.today));
    let spark: Vec<i64> = revenue.days.iter().map(|day| format::minor_units(day.amount)).collect();
    let figure = format::money_short(revenue.monthly_recurring);
    view! { <StatCard title=Widget::Recurring.title() figure=figure remark=remark spark=spark /> }.into_any()
}

fn overdue(numbers: &Dashboard) -> AnyView {
    let documents = &numbers.documents;
    let remark = format!(
        "{} · {} {}",
        format::money_short(documents.overdue_amount),
        format::count(documents.unpaid),
        ta().unpaid_in_all
    );
    view! {
        <StatCard
            title=Widget::Overdue.title()
            figure=format::count(documents.overdue)
            remark=remark
            href="/admin/documents?overdue=true"
        />
    }
    .into_any()
}

fn revenue(numbers: &Dashboard) -> AnyView {
    let revenue = &numbers.revenue;
    let currency = numbers.currency;
    let (month, before) = (format::money_short(revenue.month), format::money_short(revenue.month_before));
    let labels: Vec<String> = revenue.days.iter().map(|day| format::day_short(day.day)).collect();
    // The axis counts hundredths of whole units, whatever decimals the currency has.
    let values = |pick: fn(&RevenueDay) -> Money| {
        let scaled = |day: &RevenueDay| {
            (currency.decimals()..2).fold(format::minor_units(pick(day)), |value, _| value.saturating_mul(10))
        };
        revenue.days.iter().map(scaled).collect::<Vec<_>>()
    };
    let series = vec![
        Series { name: ta().this_period.to_owned(), values: values(|day| day.amount) },
        Series { name: ta().period_before.to_owned(), values: values(|day| day.before) },
    ];
    view! {
        <Card title=Widget::Revenue.title() class="card-plain">
            <div class="stat-figure">{month}</div>
            <p class="text-xs text-ink-3 mb-4">{ta().charged_this_month} " · " {ta().month_before} " " {before}</p>
            <AreaChart title=format!("{} ({currency})", Widget::Revenue.title()) labels series format=format::hundredths />
        </Card>
    }
    .into_any()
}

fn service_states(numbers: &Dashboard) -> AnyView {
    let total: i64 = numbers.services.iter().map(|count| count.count).sum();
    // What lives first; states that nothing is in are left out.
    let place = |state: ServiceState| {
        use ServiceState::{Active, Cancelled, Failed, Pending, Provisioning, Suspended, Terminated};
        let order = [Active, Provisioning, Pending, Suspended, Terminated, Cancelled, Failed];
        order.iter().position(|known| *known == state)
    };
    let mut counts = numbers.services.clone();
    counts.retain(|count| count.count > 0 || count.state == ServiceState::Active);
    counts.sort_by_key(|count| place(count.state));
    let shares: Vec<Share> = counts
        .iter()
        .map(|count| Share {
            name: state_word(count.state).to_owned(),
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
    let rows = vec![
        (ta().workers.to_owned(), format::count(status.workers).into_any()),
        (ta().leader.to_owned(), if status.has_leader { t().yes } else { t().no }.into_any()),
        (ta().last_charging.to_owned(), status.last_charge_at.map(format::date_time).into_any()),
        (
            ta().waiting_for_staff.to_owned(),
            view! { <a class="link" href="/admin/tasks?manual=true&state=processing">{format::count(status.waiting_for_staff)}</a> }.into_any(),
        ),
    ];
    let healthy = status.problems.is_empty();
    let (text, tone) = if healthy { (ta().all_well, Tone::Ok) } else { (ta().needs_attention, Tone::Bad) };
    let problems: Vec<&str> = status.problems.iter().map(|problem| word(problem.as_str())).collect();
    view! {
        <Card title=Widget::Automation.title() tools=Box::new(move || view! { <Badge text=text tone /> }.into_any())>
            {(!healthy)
                .then(|| {
                    view! {
                        <div class="mb-3">
                            <Note tone=Tone::Bad>{problems.join(" ")}</Note>
                        </div>
                    }
                })}
            <Facts rows />
        </Card>
    }
    .into_any()
}

fn tasks(numbers: &Dashboard) -> AnyView {
    let shares: Vec<Share> = numbers
        .automation
        .tasks
        .iter()
        .map(|count| Share {
            name: word(count.state.as_str()).to_owned(),
            value: count.count,
            href: Some(format!("/admin/tasks?state={}", count.state)),
        })
        .collect();
    view! {
        <Card title=Widget::Tasks.title() class="card-plain">
            <StackedBar shares format=format::count />
        </Card>
    }
    .into_any()
}

fn wallets(numbers: &Dashboard) -> AnyView {
    let wallets = &numbers.wallets;
    let debt = if wallets.debts.is_zero() { "link" } else { "neg hover:underline" };
    let rows = vec![
        (ta().in_wallets.to_owned(), format::money_short(wallets.balances).into_any()),
        (t().held.to_owned(), format::money_short(wallets.held).into_any()),
        (
            format!("{} ({})", ta().debts, format::count(wallets.clients_in_debt)),
            view! { <a class=debt href="/admin/clients?in_debt=true">{format::money_short(wallets.debts)}</a> }.into_any(),
        ),
    ];
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
                    <div class="table-wrap" tabindex="0" role="region" aria-label=Widget::Failing.title()>
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
                                                <td class="end">{format::date_time(task.at)}</td>
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
    let items = numbers.documents.longest_overdue.clone();
    view! {
        <Card title=Widget::OverdueList.title() flush=true>
            {if items.is_empty() {
                view! { <EmptyState icon=lu::LuCircleCheck title=ta().nothing_overdue /> }.into_any()
            } else {
                view! {
                    <div class="table-wrap" tabindex="0" role="region" aria-label=Widget::OverdueList.title()>
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
            <ul class="grid grid-cols-1 gap-3">
                {lines
                    .into_iter()
                    .map(|line| {
                        view! {
                            <li class="flex items-start gap-3 text-sm min-w-0">
                                <StateBadge state=line.level.as_str() />
                                <span class="flex-1 min-w-0 wrap-anywhere">
                                    {described(&line)} <small class="sub">{line.actor_name}</small>
                                </span>
                                <span class="muted text-right">{format::date_time(line.at)}</span>
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
                                    {person.name} <small>{format::date_time(person.seen_at)}</small>
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
        (ta().started.to_owned(), system.running_since.map(format::date_time).into_any()),
        (
            ta().database.to_owned(),
            format!("{} · {} MB", system.database, system.database_bytes / 1_000_000).into_any(),
        ),
        (ta().time_zone.to_owned(), system.time_zone.clone().into_any()),
        (ta().clock.to_owned(), format::date_time_exact(numbers.at).into_any()),
    ];
    if system.clock_moved {
        rows.push((String::new(), view! { <Badge text=t().development_clock tone=Tone::Warn /> }.into_any()));
    }
    view! { <Card title=Widget::System.title()><Facts rows /></Card> }.into_any()
}
