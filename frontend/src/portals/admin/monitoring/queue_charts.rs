//! What the queues did over time: throughput, run times, waits, and every kind of task.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::tasks::{Queue, QueuePoint, QueueStatistics, TaskStatistics};
use ui::{AreaChart, Card, EmptyState, Segment, Series, lu};

use super::queues::queue_word;
use crate::i18n::{ta, td};
use crate::parts::filters::AnyOrOne;
use crate::parts::{Live, Loaded};
use crate::query::use_query;
use crate::{api, format};

/// The ranges to choose from: hours.
const RANGES: [i64; 4] = [1, 24, 7 * 24, 30 * 24];

#[component]
pub(super) fn QueueCharts(live: Live) -> impl IntoView {
    let words = &td().queues;
    let hours = RwSignal::new("24".to_owned());
    let name = RwSignal::new(String::new());
    let told = use_query(
        move || (hours.get(), name.get()),
        |(hours, name): (String, String)| api::system::queue_statistics(&hours, &name),
    );
    let names = Signal::derive(move || {
        told.data().with(|told| told.as_ref().map(kinds_to_choose).unwrap_or_default())
    });
    // A chart of a day does not change by the second.
    told.refresh_every(move || if live.seconds() == 0 { 0 } else { live.seconds().max(30) });
    let ranges = RANGES.map(|hours| (hours.to_string(), format::duration(hours * 3600))).to_vec();
    view! {
        <div class="flex flex-wrap items-center gap-3 mt-6 mb-4">
            <h2 class="flex-1">{words.over_time}</h2>
            <AnyOrOne
                label=words.kinds
                value=name
                options=names
                on_change=Callback::new(move |value: String| name.set(value))
            />
            <Segment
                label=words.over_time
                value=hours
                options=ranges
                on_change=move |value: String| hours.set(value)
            />
        </div>
        <Loaded query=told rows=6 let:told>
            {charts(&told)}
        </Loaded>
    }
}

/// The names of the tasks that ran in the range, each once: some run in several queues.
fn kinds_to_choose(told: &QueueStatistics) -> Vec<(String, String)> {
    let names: BTreeSet<&String> = told.names.iter().map(|kind| &kind.name).collect();
    names.into_iter().map(|name| (name.clone(), name.clone())).collect()
}

fn charts(told: &QueueStatistics) -> AnyView {
    let words = &td().queues;
    if told.points.is_empty() {
        return view! {
            <Card>
                <EmptyState icon=lu::LuChartLine title=words.nothing_finished />
            </Card>
        }
        .into_any();
    }
    let drawn = [
        chart(told, words.throughput, format::count, |point| point.completed + point.failed),
        chart(told, words.run_time, format::milliseconds, |point| point.average_ms),
        chart(told, words.longest_wait, format::duration, |point| point.longest_wait_seconds),
    ];
    let kinds = told.names.iter().map(kind).collect_view();
    view! {
        <div class="grid gap-5 lg:grid-cols-3 mb-5">{drawn.into_iter().collect_view()}</div>
        <Card title=words.kinds flush=true>
            <div class="table-wrap" tabindex="0" role="region" aria-label=words.kinds>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{ta().task}</th>
                            <th scope="col">{ta().queue}</th>
                            <th scope="col" class="end">{words.done}</th>
                            <th scope="col" class="end">{words.failed}</th>
                            <th scope="col" class="end">{words.run_time}</th>
                            <th scope="col" class="end">{words.longest}</th>
                        </tr>
                    </thead>
                    <tbody>{kinds}</tbody>
                </table>
            </div>
        </Card>
    }
    .into_any()
}

/// One figure of every queue over the points of the range; where nothing finished it is nought.
fn chart(
    told: &QueueStatistics,
    title: &'static str,
    axis: ui::chart::Format,
    pick: fn(&QueuePoint) -> i64,
) -> AnyView {
    let step = told.step_seconds.max(1);
    let first = told.from.as_second();
    let count = (told.to.as_second() - first + step - 1) / step;
    let at = |index: i64| {
        told.from.checked_add(jiff::SignedDuration::from_secs(index * step)).unwrap_or(told.from)
    };
    let long = step * count > 2 * 86_400;
    let label = |index: i64| if long { format::date_time(at(index)) } else { format::time(at(index)) };
    let series = Queue::ALL.iter().map(|queue| {
        let mut values = vec![0; usize::try_from(count).unwrap_or(0)];
        for point in told.points.iter().filter(|point| point.queue == *queue) {
            let index = usize::try_from((point.at.as_second() - first) / step).unwrap_or(0);
            if let Some(value) = values.get_mut(index) {
                *value = pick(point);
            }
        }
        Series { name: queue_word(*queue).to_owned(), values }
    });
    let labels: Vec<String> = (0..count).map(label).collect();
    let series: Vec<Series> = series.collect();
    view! {
        <Card title class="card-plain">
            <AreaChart title labels series format=axis />
        </Card>
    }
    .into_any()
}

fn kind(kind: &TaskStatistics) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=format!("/admin/tasks?name={}", kind.name)>{kind.name.clone()}</a>
            </th>
            <td>{queue_word(kind.queue)}</td>
            <td class="end num">{format::count(kind.completed)}</td>
            <td class="end num">{format::count(kind.failed)}</td>
            <td class="end num">{format::milliseconds(kind.average_ms)}</td>
            <td class="end num">{format::milliseconds(kind.longest_ms)}</td>
        </tr>
    }
}
