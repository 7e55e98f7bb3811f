//! `/admin/scheduler`: a card for each scheduled task.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::schedule::ScheduleCategory;
use ui::{EmptyState, PageHead, Segment, lu, use_list};

use super::schedule::ScheduleCard;
use crate::api;
use crate::i18n::{t, ta, word};
use crate::parts::{Loaded, Stale};
use crate::query::use_query;

/// The scheduled tasks, a category at a time.
#[component]
pub fn SchedulerPage() -> impl IntoView {
    let list = use_list("");
    let schedules = use_query(|| (), |()| api::system::schedules());
    schedules.refresh_every(|| 15);
    // Cards stay while their numbers change, so that nobody's typing is lost.
    let keys = Memo::new(move |_| {
        schedules.data().with(|all| {
            all.as_ref().map(|all| all.iter().map(|one| (one.key.clone(), one.category)).collect::<Vec<_>>())
        })
    });
    let mut options = vec![(String::new(), t().all.to_owned())];
    options.extend(
        ScheduleCategory::ALL
            .iter()
            .map(|category| (category.to_string(), word(category.as_str()).to_owned())),
    );
    view! {
        <Title text=ta().scheduler />
        <PageHead title=ta().scheduler text=ta().scheduler_text />
        <div class="mb-5">
            <Segment
                label=ta().scheduler
                value=Signal::derive(move || list.filter("category"))
                options
                on_change=move |category: String| list.set_filter("category", &category)
            />
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
                            .map(|(key, category)| {
                                view! {
                                    <div hidden=move || {
                                        let wanted = list.filter("category");
                                        !wanted.is_empty() && wanted != category.as_str()
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
