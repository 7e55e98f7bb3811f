//! `/admin/scheduler`: a card for each scheduled task.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Permission;
use shared::schedule::{Schedule, ScheduleCategory, ScheduleChange};
use ui::{
    Badge, Button, Card, EmptyState, Form, FormErrors, PageHead, Segment, SwitchField, TextField, Tone, lu,
    toast_ok, use_list,
};

use super::tasks::milliseconds;
use crate::i18n::{self, t, ta, word};
use crate::parts::{Loaded, StateBadge, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// The scheduled tasks, a category at a time.
#[component]
pub fn SchedulerPage() -> impl IntoView {
    let list = use_list("");
    let schedules = use_query(|| (), |()| api::system::schedules());
    schedules.refresh_every(|| 15);
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
        <Loaded query=schedules rows=10 let:entries>
            {if entries.is_empty() {
                view! { <EmptyState icon=lu::LuCalendarClock title=ui::words().nothing_found /> }.into_any()
            } else {
                view! {
                    <div class="grid-even items-start">
                        {entries
                            .into_iter()
                            .map(|entry| {
                                let category = entry.category;
                                view! {
                                    <div hidden=move || {
                                        let wanted = list.filter("category");
                                        !wanted.is_empty() && wanted != category.as_str()
                                    }>
                                        <Entry entry schedules />
                                    </div>
                                }
                            })
                            .collect_view()}
                    </div>
                }
                    .into_any()
            }}
        </Loaded>
    }
}

#[component]
fn Entry(entry: Schedule, schedules: Query<Vec<Schedule>>) -> impl IntoView {
    let key = StoredValue::new(entry.key.clone());
    let (cron, zone) = (RwSignal::new(entry.cron.clone()), RwSignal::new(entry.time_zone.clone()));
    let enabled = RwSignal::new(entry.enabled);
    let version = entry.version;
    let errors = FormErrors::new();
    let saved = move || {
        schedules.refetch();
        toast_ok(t().saved);
    };
    let save = submit(
        errors,
        move || async move {
            let body = ScheduleChange {
                version,
                cron: cron.get_untracked().trim().to_owned(),
                time_zone: zone.get_untracked().trim().to_owned(),
                enabled: enabled.get_untracked(),
            };
            api::system::change_schedule(&key.get_value(), &body).await
        },
        move |_| saved(),
    );
    let run = submit_with(
        move || async move { api::system::run_schedule(&key.get_value()).await },
        move |_| {
            schedules.refetch();
            toast_ok(ta().run_queued);
        },
    );
    let reset = submit_with(
        move || async move { api::system::reset_schedule(&key.get_value()).await },
        move |_| saved(),
    );
    let editable = may(Permission::SchedulerEdit);
    let texts = entry.texts.get(&i18n::language()).or_else(|| entry.texts.values().next());
    let (title, description) = texts
        .map(|text| (text.title.clone(), text.description.clone()))
        .unwrap_or_else(|| (entry.key.clone(), String::new()));
    let changed = entry.cron != entry.default_cron || !entry.enabled;
    let last = entry.last_run.clone().map(|last| {
        view! {
            <div class="flex flex-wrap items-center gap-2">
                {last.state.map(|state| view! { <StateBadge state=state.as_str() /> })}
                <span>{format::date_time(last.at)}</span>
                <span class="muted">{last.duration_ms.map(milliseconds)}</span>
                {last.error.map(|error| view! { <span class="neg text-xs">{error}</span> })}
            </div>
        }
    });
    view! {
        <Card>
            <div class="flex items-start gap-3 mb-4">
                <div class="flex-1 min-w-0">
                    <h2>{title}</h2>
                    <p class="text-sm text-ink-2">{description}</p>
                </div>
                <Badge
                    text=if entry.enabled { t().on } else { t().off }
                    tone=if entry.enabled { Tone::Ok } else { Tone::Plain }
                />
            </div>
            <dl class="facts mb-4">
                <div>
                    <dt>{ta().last_run}</dt>
                    <dd>{last.map_or_else(|| t().never.into_any(), IntoAny::into_any)}</dd>
                </div>
                <div>
                    <dt>{ta().next_run}</dt>
                    <dd>{entry.next_run_at.map(format::date_time)}</dd>
                </div>
                <div>
                    <dt>{ta().cron_words}</dt>
                    <dd>{entry.words.clone()}</dd>
                </div>
            </dl>
            <Form errors on_submit=save.run class="grid gap-4">
                <div class="form-grid">
                    <TextField name="cron" label="Cron" value=cron max_length=100 mono=true disabled=!editable />
                    <TextField name="time_zone" label=ta().time_zone value=zone max_length=64 disabled=!editable />
                    <SwitchField name="enabled" label=t().on value=enabled disabled=!editable />
                </div>
                {editable
                    .then(|| {
                        view! {
                            <div class="form-bar">
                                <Button text=ta().reset class="btn-sm btn-ghost" disabled=!changed busy=reset.busy on_click=reset.run />
                                <Button text=ta().run_now icon=lu::LuPlay class="btn-sm" busy=run.busy on_click=run.run />
                                <Button text=t().save class="btn-sm btn-primary" submit=true busy=save.busy />
                            </div>
                        }
                    })}
            </Form>
        </Card>
    }
}
