//! `/admin/scheduler`: a card for each scheduled task.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::schedule::{Schedule, ScheduleCategory};
use ui::{EmptyState, PageHead, Segment, lu, use_list};

use super::schedule::ScheduleCard;
use crate::api;
use crate::i18n::{t, ta, word};
use crate::parts::{Loaded, Stale};
use crate::query::use_query;

/// The tab of a task: its category, or the module that brings it.
fn tab(schedule: &Schedule) -> String {
    match &schedule.module {
        Some(module) => format!("module.{}", module.key),
        None => schedule.category.to_string(),
    }
}

/// Value and name of every tab: all, the categories, and a tab for each module that brings tasks.
fn tabs(schedules: &[Schedule]) -> Vec<(String, String)> {
    let mut tabs = vec![(String::new(), t().all.to_owned())];
    let own = ScheduleCategory::ALL.iter().filter(|category| **category != ScheduleCategory::Module);
    tabs.extend(own.map(|category| (category.to_string(), word(category.as_str()).to_owned())));
    for schedule in schedules {
        let mine = tab(schedule);
        if let Some(module) = &schedule.module
            && tabs.iter().all(|(tab, _)| *tab != mine)
        {
            tabs.push((mine, module.name.clone()));
        }
    }
    tabs
}

/// The scheduled tasks, a category or a module at a time.
#[component]
pub fn SchedulerPage() -> impl IntoView {
    let list = use_list("");
    let schedules = use_query(|| (), |()| api::system::schedules());
    schedules.refresh_every(|| 15);
    // Cards stay while their numbers change, so that nobody's typing is lost.
    let keys = Memo::new(move |_| {
        schedules.data().with(|all| {
            all.as_ref().map(|all| all.iter().map(|one| (one.key.clone(), tab(one))).collect::<Vec<_>>())
        })
    });
    let tabs = Memo::new(move |_| schedules.data().with(|all| tabs(all.as_deref().unwrap_or_default())));
    view! {
        <Title text=ta().scheduler />
        <PageHead title=ta().scheduler text=ta().scheduler_text />
        <div class="mb-5">
            {move || {
                view! {
                    <Segment
                        label=ta().scheduler
                        value=Signal::derive(move || list.filter("category"))
                        options=tabs.get()
                        on_change=move |category: String| list.set_filter("category", &category)
                    />
                }
            }}
        </div>
        {move || match keys.get() {
            None => view! { <Loaded query=schedules rows=10 let:_entries>{""}</Loaded> }.into_any(),
            Some(keys) if keys.is_empty() => {
                view! { <EmptyState icon=lu::LuCalendarClock title=ui::words().nothing_found /> }.into_any()
            }
            Some(keys) => {
                view! {
                    <Stale query=schedules />
                    <div class="grid-even items-start">
                        {keys
                            .into_iter()
                            .map(|(key, tab)| {
                                view! {
                                    <div hidden=move || {
                                        let wanted = list.filter("category");
                                        !wanted.is_empty() && wanted != tab
                                    }>
                                        <ScheduleCard key schedules />
                                    </div>
                                }
                            })
                            .collect_view()}
                    </div>
                }
                    .into_any()
            }
        }}
    }
}
