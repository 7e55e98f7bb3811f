//! Changing a service: its name, its options with a preview, and ending it.

use leptos::prelude::*;
use shared::catalog::ChosenOption;
use shared::services::{
    OptionsChange, OptionsChangePreview, ServiceAction, ServiceChange, ServiceDetail, ServiceOption,
    TerminateService, TerminationTime,
};
use shared::{Currency, Period, ServiceId};
use ui::{
    Button, Card, Confirm, Dialog, EmptyState, Form, FormErrors, Note, RadioCard, RadioCards, Skeleton,
    TextField, Tone, lu, settled, toast_ok,
};

use crate::api;
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::load::reason;
use crate::parts::{Loaded, WouldHappen, submit, submit_with};
use crate::portals::client::kit::{self, overview};
use crate::portals::client::shop::{OptionsForm, OptionsState, taken};
use crate::query::{Query, use_query};

#[component]
pub(super) fn RenameDialog(open: RwSignal<bool>, query: Query<ServiceDetail>) -> impl IntoView {
    view! {
        <Dialog open title=tc().service.rename>
            {move || untrack(|| query.data().get()).map(|detail| view! { <RenameForm open detail query /> })}
        </Dialog>
    }
}

#[component]
fn RenameForm(open: RwSignal<bool>, detail: ServiceDetail, query: Query<ServiceDetail>) -> impl IntoView {
    let words = &tc().service;
    let client = kit::client();
    let errors = FormErrors::new();
    let label = RwSignal::new(detail.service.label.clone());
    let (id, version) = (detail.service.id, detail.version);
    let send = submit(
        errors,
        move || {
            let change = ServiceChange { version, label: label.get_untracked().trim().to_owned() };
            api::own::rename_service(client, id, &change)
        },
        move |detail| {
            open.set(false);
            toast_ok(words.renamed);
            query.put(detail);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <TextField name="label" label=tc().order.label value=label required=true max_length=100 autofocus=true />
            <div class="form-bar">
                <Button text=tc().common.cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=tc().common.save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

#[component]
pub(super) fn TerminateDialog(
    open: RwSignal<bool>,
    label: String,
    query: Query<ServiceDetail>,
) -> impl IntoView {
    let words = &tc().service;
    let client = kit::client();
    let overview = overview();
    let when = RwSignal::new(TerminationTime::EndOfPeriod.as_str().to_owned());
    let id = move || query.data().with_untracked(|detail| detail.as_ref().map(|detail| detail.service.id));
    let send = submit_with(
        move || async move {
            let when = when.get_untracked().parse().unwrap_or(TerminationTime::EndOfPeriod);
            // The dialog is there only once the service is.
            let id = id().ok_or(api::ApiError::Network)?;
            api::own::request_termination(client, id, &TerminateService { when, note: String::new() }).await
        },
        move |detail| {
            open.set(false);
            toast_ok(words.termination_requested);
            query.put(detail);
            overview.refresh();
        },
    );
    let choice = |time: TerminationTime, title: &str, text: &str| RadioCard {
        value: time.as_str().to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        icon: None,
    };
    let choices = Signal::stored(vec![
        choice(TerminationTime::EndOfPeriod, words.end_period, words.end_period_text),
        choice(TerminationTime::Now, words.end_now, words.end_now_text),
    ]);
    view! {
        <Confirm
            open
            title=fill(words.terminate_title, &[("name", &label)])
            text=words.terminate_text
            action=words.terminate
            type_name=label
            busy=send.busy
            on_confirm=send.run
        >
            <RadioCards name="when" label=words.end_when value=when options=choices />
            {move || {
                id().map(|id| {
                    let when = move || when.get().parse().unwrap_or(TerminationTime::EndOfPeriod);
                    view! { <WouldHappen ask=move || api::own::rehearse_termination(client, id, when()) /> }
                })
            }}
        </Confirm>
    }
}

/// What the options tab is about. Other news of the service leave the form alone.
#[derive(Clone, PartialEq)]
struct Changeable {
    id: ServiceId,
    product_key: String,
    period: Period,
    currency: Currency,
    options: Vec<ServiceOption>,
    may_change: bool,
}

impl Changeable {
    fn of(detail: &ServiceDetail) -> Self {
        Self {
            id: detail.service.id,
            product_key: detail.service.product_key.clone(),
            period: detail.service.period,
            currency: detail.price.currency,
            options: detail.options.clone(),
            may_change: detail.actions.contains(&ServiceAction::ChangeOptions),
        }
    }
}

/// The options of the service, and what changing them would cost.
#[component]
pub(super) fn OptionsTab(query: Query<ServiceDetail>) -> impl IntoView {
    let shown = Memo::new(move |_| query.data().with(|detail| detail.as_ref().map(Changeable::of)));
    move || shown.get().map(|shown| view! { <Options shown query /> })
}

#[component]
fn Options(shown: Changeable, query: Query<ServiceDetail>) -> impl IntoView {
    let words = &tc().service;
    if shown.options.is_empty() {
        return view! { <section class="card"><EmptyState icon=lu::LuSlidersHorizontal title=words.options_none /></section> }
            .into_any();
    }
    if !shown.may_change {
        let rows = shown
            .options
            .iter()
            .map(|option| {
                let value = option.option_name.clone().or(option.text.clone()).unwrap_or_default();
                let value = if option.unit.is_empty() {
                    value
                } else {
                    format!("{} {}", option.quantity, option.unit)
                };
                (option.group_name.clone(), value.into_any())
            })
            .collect();
        return view! { <Card title=words.options><ui::Facts rows /></Card> }.into_any();
    }
    let key = shown.product_key.clone();
    let product = use_query(
        || (),
        move |()| {
            let key = key.clone();
            api::shop::product(&key)
        },
    );
    view! {
        <Loaded query=product rows=5 let:product>
            <ChangeForm shown=shown.clone() product query />
        </Loaded>
    }
    .into_any()
}

/// Only what is other than now.
fn changed(before: &[ChosenOption], now: Vec<ChosenOption>) -> Vec<ChosenOption> {
    let same = |choice: &ChosenOption| {
        before.iter().any(|before| {
            before.group == choice.group
                && match choice.quantity {
                    Some(_) => before.quantity == choice.quantity,
                    None => before.option == choice.option && before.text == choice.text,
                }
        })
    };
    now.into_iter().filter(|choice| !same(choice)).collect()
}

#[component]
fn ChangeForm(
    shown: Changeable,
    product: shared::catalog::PublicProductDetail,
    query: Query<ServiceDetail>,
) -> impl IntoView {
    let words = &tc().service;
    let client = kit::client();
    let overview = overview();
    let (id, period, currency) = (shown.id, shown.period, shown.currency);
    let state = OptionsState::new(&product.option_groups, &taken(&shown.options));
    let before = untrack(|| state.read());
    let errors = FormErrors::new();
    let wanted = Memo::new(move |_| changed(&before, state.read()));
    let asked = settled(move || wanted.get());
    let preview = use_query(
        move || asked.get(),
        move |options| async move {
            if options.is_empty() {
                return Ok(None);
            }
            api::own::preview_options(client, id, &OptionsChange { options }).await.map(Some)
        },
    );
    let asking = move || preview.loading().get() || wanted.with(|wanted| asked.with(|asked| wanted != asked));
    let problem = Memo::new(move |_| preview.error().with(|error| error.as_ref().map(reason)));
    let preview = Memo::new(move |_| {
        let nothing = wanted.with(Vec::is_empty) || problem.with(Option::is_some);
        preview.data().get().flatten().filter(|_| !nothing)
    });
    let send = submit(
        errors,
        move || {
            let change = OptionsChange { options: wanted.get_untracked() };
            api::own::change_options(client, id, &change)
        },
        move |detail| {
            toast_ok(words.changed);
            query.put(detail);
            overview.refresh();
        },
    );
    let lacks = Signal::derive(move || {
        asking()
            || preview.with(|preview| preview.as_ref().is_none_or(|preview| preview.missing.is_positive()))
    });
    view! {
        <div class="grid-2">
            <Card title=words.change_options>
                <Form errors on_submit=send.run>
                    <div class="form-grid">
                        <OptionsForm state currency period prefix="options" />
                    </div>
                    <div class="form-bar">
                        <Button text=words.apply class="btn-primary" submit=true busy=send.busy disabled=lacks />
                    </div>
                </Form>
            </Card>
            <Card title=words.preview>
                {move || match (preview.get(), problem.get()) {
                    (Some(preview), _) => view! { <Preview preview period /> }.into_any(),
                    (None, _) if wanted.with(Vec::is_empty) => {
                        view! { <p class="text-sm text-ink-3">{words.preview_same}</p> }.into_any()
                    }
                    (None, Some(problem)) if !asking() => view! { <Note tone=Tone::Warn>{problem}</Note> }.into_any(),
                    (None, _) => view! { <Skeleton rows=4 /> }.into_any(),
                }}
            </Card>
        </div>
    }
}

#[component]
fn Preview(preview: OptionsChangePreview, period: shared::Period) -> impl IntoView {
    let words = &tc().service;
    let per = format::per_period(period);
    view! {
        <dl class="facts">
            <div>
                <dt>{words.preview_before}</dt>
                <dd class="num">{format::money(preview.base_before)} " " {per}</dd>
            </div>
            <div>
                <dt>{words.preview_after}</dt>
                <dd class="num">{format::money(preview.base_after)} " " {per}</dd>
            </div>
            {(!preview.switch_fee.is_zero())
                .then(|| view! { <div><dt>{words.preview_fee}</dt><dd class="num">{format::money(preview.switch_fee)}</dd></div> })}
            {(!preview.rest_of_period.is_zero())
                .then(|| {
                    view! { <div><dt>{words.preview_rest}</dt><dd class="num">{format::money(preview.rest_of_period)}</dd></div> }
                })}
            <div class="pt-3 border-t border-line text-lg">
                <dt class="font-semibold text-ink">{words.preview_now}</dt>
                <dd class="num font-semibold">{format::money(preview.due_now)}</dd>
            </div>
        </dl>
        <ul class="mt-4 grid gap-1">
            {preview.why.iter().map(|line| view! { <li class="mono text-ink-2 break-words">{line.clone()}</li> }).collect_view()}
        </ul>
        {preview
            .missing
            .is_positive()
            .then(|| {
                view! {
                    <div class="mt-4">
                        <Note tone=Tone::Warn>
                            {tc().order.missing} ": " <b class="num">{format::money(preview.missing)}</b> " "
                            <a href=format!("/funds?amount={}", format::plain(preview.missing))>{tc().nav.add_funds}</a>
                        </Note>
                    </div>
                }
            })}
    }
}
