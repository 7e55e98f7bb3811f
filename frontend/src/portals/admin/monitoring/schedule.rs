//! One scheduled task: when it runs, how it went, and changing it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::schedule::{CronQuestion, Schedule, ScheduleChange};
use shared::{Language, Permission};
use ui::{Badge, Button, Card, Form, FormErrors, SwitchField, TextField, Tone, lu, settled, toast_ok};

use crate::api::{self, ApiError};
use crate::format;
use crate::i18n::{self, t, ta, td};
use crate::parts::load::{failure, field_text};
use crate::parts::{StateBadge, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;

/// The fields of a schedule, and the schedule that they were filled from.
#[derive(Clone, Copy)]
struct Fields {
    before: RwSignal<Schedule>,
    cron: RwSignal<String>,
    zone: RwSignal<String>,
    enabled: RwSignal<bool>,
}

impl Fields {
    fn new(schedule: Schedule) -> Self {
        Self {
            cron: RwSignal::new(schedule.cron.clone()),
            zone: RwSignal::new(schedule.time_zone.clone()),
            enabled: RwSignal::new(schedule.enabled),
            before: RwSignal::new(schedule),
        }
    }

    fn fill(self, schedule: Schedule) {
        self.cron.set(schedule.cron.clone());
        self.zone.set(schedule.time_zone.clone());
        self.enabled.set(schedule.enabled);
        self.before.set(schedule);
    }

    fn question(self) -> CronQuestion {
        CronQuestion { cron: self.cron.get().trim().to_owned(), time_zone: self.zone.get().trim().to_owned() }
    }

    fn is_dirty(self) -> bool {
        let asked = self.question();
        let enabled = self.enabled.get();
        self.before.with(|before| {
            before.cron != asked.cron || before.time_zone != asked.time_zone || before.enabled != enabled
        })
    }
}

/// The card of one scheduled task.
#[component]
pub(super) fn ScheduleCard(key: String, schedules: Query<Vec<Schedule>>) -> impl IntoView {
    let entry = Memo::new(move |_| {
        schedules.data().with(|all| all.iter().flatten().find(|one| one.key == key).cloned())
    });
    let first = entry.get_untracked()?;
    Some(view! { <Body first entry schedules /> })
}

#[component]
fn Body(first: Schedule, entry: Memo<Option<Schedule>>, schedules: Query<Vec<Schedule>>) -> impl IntoView {
    let key = StoredValue::new(first.key.clone());
    let texts = first.texts.get(&i18n::language()).or_else(|| first.texts.values().next());
    let (title, description) = texts
        .map(|text| (text.title.clone(), text.description.clone()))
        .unwrap_or_else(|| (first.key.clone(), String::new()));
    let fields = Fields::new(first);
    let now = Memo::new(move |_| entry.get().unwrap_or_else(|| fields.before.get()));
    let dirty = Memo::new(move |_| fields.is_dirty());
    // What somebody else changed is taken over unless something is being typed.
    Effect::new(move || {
        let now = now.get();
        let changed = fields.before.with_untracked(|before| before.version != now.version);
        if changed && !dirty.get_untracked() {
            fields.fill(now);
        }
    });
    let errors = FormErrors::new();
    let saved = move |schedule: Schedule| {
        fields.fill(schedule);
        errors.settle();
        schedules.refetch();
        toast_ok(t().saved);
    };
    let save = submit(
        errors,
        move || {
            let asked = untrack(|| fields.question());
            let body = ScheduleChange {
                version: fields.before.with_untracked(|before| before.version),
                cron: asked.cron,
                time_zone: asked.time_zone,
                enabled: fields.enabled.get_untracked(),
            };
            api::system::change_schedule(&key.get_value(), &body)
        },
        saved,
    );
    let run = submit_with(
        move || api::system::run_schedule(&key.get_value()),
        move |_| {
            schedules.refetch();
            toast_ok(ta().run_queued);
        },
    );
    let reset = submit_with(move || api::system::reset_schedule(&key.get_value()), saved);
    let editable = may(Permission::SchedulerEdit);
    let is_default = Memo::new(move |_| {
        now.with(|now| now.cron == now.default_cron && now.time_zone == now.default_time_zone && now.enabled)
    });
    view! {
        <Card>
            <div class="flex items-start gap-3 mb-4">
                <div class="flex-1 min-w-0">
                    <h2>{title}</h2>
                    <p class="text-sm text-ink-2">{description}</p>
                </div>
                {move || {
                    let on = now.with(|now| now.enabled);
                    let (text, tone) = if on { (t().on, Tone::Ok) } else { (t().off, Tone::Plain) };
                    view! { <Badge text tone /> }
                }}
            </div>
            <Runs now />
            <Form errors on_submit=save.run class="grid gap-4">
                <div class="form-grid">
                    <TextField name="cron" label="Cron" value=fields.cron max_length=100 mono=true disabled=!editable />
                    <TextField name="time_zone" label=ta().time_zone value=fields.zone max_length=64 disabled=!editable />
                    <SwitchField name="enabled" label=t().on value=fields.enabled disabled=!editable />
                </div>
                <Meaning fields />
                {editable
                    .then(|| {
                        view! {
                            <div class="form-bar">
                                <Button
                                    text=ta().reset
                                    class="btn-sm btn-ghost"
                                    disabled=is_default
                                    busy=reset.busy
                                    on_click=reset.run
                                />
                                <Button text=ta().run_now icon=lu::LuPlay class="btn-sm" busy=run.busy on_click=run.run />
                                <Button
                                    text=t().save
                                    class="btn-sm btn-primary"
                                    submit=true
                                    busy=save.busy
                                    disabled=Signal::derive(move || !dirty.get())
                                />
                            </div>
                        }
                    })}
            </Form>
        </Card>
    }
}

/// Last and next run, and the expression in words.
#[component]
fn Runs(now: Memo<Schedule>) -> impl IntoView {
    move || {
        let now = now.get();
        let last = now.last_run.map(|last| {
            view! {
                <div class="flex flex-wrap items-center justify-end gap-2">
                    {last.state.map(|state| view! { <StateBadge state=state.as_str() /> })}
                    {match last.task {
                        Some(task) => {
                            view! { <a class="link" href=format!("/admin/tasks?task={task}")>{format::date_time(last.at)}</a> }
                                .into_any()
                        }
                        None => format::date_time(last.at).into_any(),
                    }}
                    <span class="muted">{last.duration_ms.map(format::milliseconds)}</span>
                    {last.error.map(|error| view! { <span class="neg text-xs">{error}</span> })}
                </div>
            }
        });
        view! {
            <dl class="facts mb-4">
                <div>
                    <dt>{ta().last_run}</dt>
                    <dd>{last.map_or_else(|| t().never.into_any(), IntoAny::into_any)}</dd>
                </div>
                <div>
                    <dt>{ta().next_run}</dt>
                    <dd>{now.next_run_at.map_or_else(|| "—".to_owned(), format::date_time)}</dd>
                </div>
                <div>
                    <dt>{ta().cron_words}</dt>
                    <dd>{said(&now.words)}</dd>
                </div>
            </dl>
        }
    }
}

/// A cron expression in words of the person's language.
fn said(words: &BTreeMap<Language, String>) -> String {
    words.get(&i18n::language()).cloned().unwrap_or_default()
}

/// What an expression means while it is being typed.
#[component]
fn Meaning(fields: Fields) -> impl IntoView {
    let asked = settled(move || {
        let asked = fields.question();
        let same =
            fields.before.with(|before| before.cron == asked.cron && before.time_zone == asked.time_zone);
        (!same).then_some((asked.cron, asked.time_zone))
    });
    let answer = use_query(
        move || asked.get(),
        |asked| async move {
            let Some((cron, time_zone)) = asked else { return Ok(None) };
            api::system::explain_cron(&CronQuestion { cron, time_zone }).await.map(Some)
        },
    );
    let said = move || match answer.error().get() {
        Some(ApiError::Problem(problem)) if !problem.fields.is_empty() => {
            let faults: Vec<String> = problem.fields.iter().map(field_text).collect();
            Some(view! { <p class="text-sm neg">{faults.join(" ")}</p> }.into_any())
        }
        Some(error) => Some(view! { <p class="text-sm neg">{failure(&error).0}</p> }.into_any()),
        None => answer.data().get().flatten().map(|answer| {
            let next: Vec<String> = answer.next.into_iter().map(format::date_time).collect();
            view! {
                <p class="text-sm text-ink-2">
                    {td().schedule.means} ": " <b>{said(&answer.words)}</b>
                    <small class="sub">{td().schedule.next_runs} ": " {next.join(" · ")}</small>
                </p>
            }
            .into_any()
        }),
    };
    view! { <div aria-live="polite">{said}</div> }
}
