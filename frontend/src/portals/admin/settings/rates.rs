//! Exchange rates on the page of currencies: those of one by their day, and the feed they can be taken from.

use leptos::prelude::*;
use serde_json::Value;
use shared::rates::{CurrencyRate, NewCurrencyRate, RateStanding};
use shared::settings::{CurrencyDetail, Settings};
use shared::tasks::{TaskDetail, TaskState};
use shared::{Currency, Page, Permission, TaskId};
use ui::{
    Button, Card, EmptyState, Facts, FieldProblem, Form, FormErrors, Note, NumberField, SwitchField,
    TableWrap, TextField, Tone, lu, toast_ok,
};

use crate::i18n::{t, ta, td, word};
use crate::parts::{Loaded, StateBadge, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// The rates of a currency by their day, and writing one.
#[component]
pub(super) fn Rates(
    currency: CurrencyDetail,
    /// Of the currency: every rate that is written raises it.
    version: Signal<i32>,
    /// Runs when a rate has changed.
    again: Callback<()>,
) -> impl IntoView {
    let code = currency.code;
    let page = RwSignal::new(1);
    let rates = use_query(move || page.get(), move |page| api::settings::rates(code, page));
    let changed = Callback::new(move |()| {
        rates.refetch();
        again.run(());
    });
    view! {
        <p>
            <span class="mono">{code.to_string()}</span>
            " "
            {currency.name}
        </p>
        <p class="text-ink-2 mb-4">{td().rates.text}</p>
        {may(Permission::SettingsEdit).then(|| view! { <SetRate code version changed /> })}
        <div class="mt-4">
            <Loaded query=rates rows=4 let:list>
                <Days list code version page changed />
            </Loaded>
        </div>
    }
}

#[component]
fn SetRate(code: Currency, version: Signal<i32>, changed: Callback<()>) -> impl IntoView {
    let words = &td().rates;
    let (day, rate) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = NewCurrencyRate { version: version.get_untracked(), rate: rate.get_untracked() };
            api::settings::set_rate(code, &day.get_untracked(), &body)
        },
        move |_: CurrencyRate| {
            day.set(String::new());
            rate.set(String::new());
            changed.run(());
            toast_ok(t().saved);
        },
    );
    // The day is a part of the address: there is none to ask without it.
    let on_submit = Callback::new(move |()| {
        if day.with_untracked(String::is_empty) {
            let message = td().rates.day_help.to_owned();
            errors.refuse(message.clone(), vec![FieldProblem { field: "date".to_owned(), message }]);
        } else {
            send.run.run(());
        }
    });
    view! {
        <Form errors on_submit>
            <div class="form-grid">
                <TextField name="date" label=words.day help=words.day_help kind="date" value=day required=true />
                <NumberField name="rate" label=ta().exchange_rate value=rate decimals=8 required=true />
            </div>
            <div class="form-bar">
                <Button text=words.set class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

#[component]
fn Days(
    list: Page<CurrencyRate>,
    code: Currency,
    version: Signal<i32>,
    page: RwSignal<u32>,
    changed: Callback<()>,
) -> impl IntoView {
    let words = &td().rates;
    if list.total == 0 {
        return view! { <EmptyState title=words.none text=words.day_help /> }.into_any();
    }
    let (newer, older) = (list.page > 1, i64::from(list.page) * i64::from(list.per_page) < list.total);
    let turn = move |to: u32| Callback::new(move |()| page.set(to));
    view! {
        <TableWrap label=words.title>
            <table class="table">
                <thead>
                    <tr>
                        <th>{words.day}</th>
                        <th class="end">{ta().exchange_rate}</th>
                        <th>{t().status}</th>
                        <th>{words.source}</th>
                        <th></th>
                    </tr>
                </thead>
                <tbody>
                    {list
                        .items
                        .into_iter()
                        .map(|rate| {
                            view! {
                                <tr>
                                    <th scope="row">{format::day(rate.on_date)}</th>
                                    <td class="end num">{rate.rate}</td>
                                    <td><StateBadge state=rate.standing.as_str() /></td>
                                    <td>{word(rate.source.as_str())}</td>
                                    <td class="end">
                                        {(rate.standing == RateStanding::Planned && may(Permission::SettingsEdit))
                                            .then(|| view! { <TakeBack code day=rate.on_date version changed /> })}
                                    </td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </TableWrap>
        <div class="form-bar">
            {newer.then(|| view! { <Button text=words.newer class="btn-sm" on_click=turn(list.page - 1) /> })}
            {older.then(|| view! { <Button text=ta().older class="btn-sm" on_click=turn(list.page + 1) /> })}
        </div>
    }
    .into_any()
}

#[component]
fn TakeBack(
    code: Currency,
    day: jiff::civil::Date,
    version: Signal<i32>,
    changed: Callback<()>,
) -> impl IntoView {
    let delete = submit_with(
        move || api::settings::delete_rate(code, day, version.get_untracked()),
        move |_| {
            changed.run(());
            toast_ok(td().rates.taken_back);
        },
    );
    view! { <Button text=t().delete class="btn-sm btn-danger" busy=delete.busy on_click=delete.run /> }
}

/// The feed: whether it is on, where it is, and asking it now. `again` runs when it has been asked.
#[component]
pub(super) fn Feed(again: Callback<()>) -> impl IntoView {
    let settings = use_query(|| (), |()| api::settings::settings());
    view! {
        <Loaded query=settings rows=3 let:before>
            <FeedForm before settings again />
        </Loaded>
    }
}

#[component]
fn FeedForm(before: Settings, settings: Query<Settings>, again: Callback<()>) -> impl IntoView {
    let words = &td().rates;
    let is_on = before.finance.rates_feed;
    let on = RwSignal::new(is_on);
    let address = RwSignal::new(before.finance.rates_feed_url.clone());
    let asked = RwSignal::new(None::<TaskId>);
    let before = StoredValue::new(before);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let mut body = before.get_value();
            body.finance.rates_feed = on.get_untracked();
            body.finance.rates_feed_url = address.get_untracked().trim().to_owned();
            api::settings::change(&body)
        },
        move |changed| {
            settings.put(changed);
            toast_ok(t().saved);
        },
    );
    let fetch = submit_with(api::settings::fetch_rates, move |task: TaskDetail| {
        // Without the right to see tasks there is nothing more to show.
        if may(Permission::TasksView) {
            asked.set(Some(task.task.id));
        } else {
            toast_ok(td().rates.asked);
        }
    });
    let changes = may(Permission::SettingsEdit);
    view! {
        <Card title=words.feed text=words.feed_text>
            <Form errors on_submit=send.run>
                <div class="form-grid">
                    <SwitchField name="finance.rates_feed" label=words.feed_on value=on disabled=!changes />
                    <TextField
                        name="finance.rates_feed_url"
                        label=words.feed_url
                        help=words.feed_url_help
                        value=address
                        kind="url"
                        required=true
                        wide=true
                        max_length=300
                        disabled=!changes
                    />
                </div>
                {changes
                    .then(|| {
                        view! {
                            <div class="form-bar">
                                <Button text=words.fetch icon=lu::LuRefreshCw busy=fetch.busy disabled=!is_on on_click=fetch.run />
                                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
                            </div>
                        }
                    })}
            </Form>
            {move || asked.get().map(|id| view! { <Asked id again /> })}
        </Card>
    }
}

/// What came of asking the feed, as soon as the task is at its end.
#[component]
fn Asked(id: TaskId, again: Callback<()>) -> impl IntoView {
    let task = use_query(move || id, api::system::task);
    let ended = Memo::new(move |_| {
        task.data().with(|task| task.as_ref().is_some_and(|task| task.task.finished_at.is_some()))
    });
    task.refresh_every(move || if ended.get() { 0 } else { 2 });
    ui::effect(move || {
        if ended.get() {
            again.run(());
        }
    });
    view! {
        <div class="mt-4">
            <Loaded query=task rows=2 let:detail>
                <Outcome detail />
            </Loaded>
        </div>
    }
}

#[component]
fn Outcome(detail: TaskDetail) -> impl IntoView {
    let words = &td().rates;
    if let Some(error) = detail.task.error.filter(|_| detail.task.state != TaskState::Completed) {
        let text = format!("{}: {error}", words.failed);
        return view! { <Note tone=Tone::Bad>{text}</Note> }.into_any();
    }
    let Some(output) = detail.output else {
        return view! { <Note tone=Tone::Info>{words.asked}</Note> }.into_any();
    };
    let rows = [
        ("taken", words.taken),
        ("refused", words.refused),
        ("unchanged", words.unchanged),
        ("kept", words.kept),
        ("missing", words.missing),
    ];
    let rows = rows
        .into_iter()
        .map(|(key, name)| (name.to_owned(), said(&output[key])))
        .filter(|(_, said)| !said.is_empty())
        .map(|(name, said)| (name, said.into_any()))
        .collect();
    view! { <Facts rows /> }.into_any()
}

/// Currencies of the task's output, with rate and fault where they have one.
fn said(list: &Value) -> String {
    let one = |one: &Value| match one.as_str() {
        Some(code) => code.to_owned(),
        None => {
            let text = |key: &str| one[key].as_str().unwrap_or_default();
            let rate = format!("{} {}", text("currency"), text("rate"));
            if text("fault").is_empty() { rate } else { format!("{rate} ({})", word(text("fault"))) }
        }
    };
    list.as_array().into_iter().flatten().map(one).collect::<Vec<_>>().join(", ")
}
