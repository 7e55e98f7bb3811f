//! Changing a service: its label, and its options with what that costs.

use leptos::prelude::*;
use shared::Period;
use shared::services::{OptionsChange, OptionsChangePreview, ServiceChange, ServiceForStaff};
use ui::{Button, Form, FormErrors, Note, Open, Skeleton, TextField, Tone, settled, toast_ok};

use super::options::{Choices, Offered, OptionFields, offered};
use crate::i18n::{fill, t, ta, td, word};
use crate::parts::load::reason;
use crate::parts::{Loaded, submit};
use crate::query::{Query, use_query};
use crate::{api, format};

#[component]
pub(super) fn Rename(staff: ServiceForStaff, service: Query<ServiceForStaff>, open: Open) -> impl IntoView {
    let (id, version) = (staff.detail.service.id, staff.detail.version);
    let label = RwSignal::new(staff.detail.service.label);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = ServiceChange { version, label: label.get_untracked().trim().to_owned() };
            api::services::rename(id, &body)
        },
        move |staff| {
            open.close();
            service.put(staff);
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <TextField name="label" label=ta().label value=label required=true max_length=100 autofocus=true />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.close()) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// The options as they are, and what other ones cost, while they are chosen.
#[component]
pub(super) fn ChangeOptions(
    staff: ServiceForStaff,
    service: Query<ServiceForStaff>,
    open: Open,
) -> impl IntoView {
    let product = staff.detail.service.product_id;
    let groups = use_query(
        move || product,
        |product| async move { offered(&api::catalog::product(product).await?).await },
    );
    let staff = StoredValue::new(staff);
    view! {
        <Loaded query=groups rows=5 let:groups>
            <OptionsForm staff=staff.get_value() groups service open />
        </Loaded>
    }
}

#[component]
fn OptionsForm(
    staff: ServiceForStaff,
    groups: Vec<Offered>,
    service: Query<ServiceForStaff>,
    open: Open,
) -> impl IntoView {
    let (id, period) = (staff.detail.service.id, staff.detail.service.period);
    let choices = Choices::new(&groups, &staff.detail.options);
    let before = StoredValue::new(untrack(|| choices.read()));
    let wanted = Memo::new(move |_| choices.read());
    let changed = Memo::new(move |_| wanted.with(|wanted| before.with_value(|before| wanted != before)));
    let errors = FormErrors::new();
    let asked = settled(move || wanted.get());
    let preview = use_query(
        move || asked.get(),
        move |options| {
            let same = before.with_value(|before| *before == options);
            async move {
                if same {
                    return Ok(None);
                }
                api::services::preview_options(id, &OptionsChange { options }).await.map(Some)
            }
        },
    );
    let asking = move || preview.loading().get() || wanted.with(|wanted| asked.with(|asked| wanted != asked));
    let shown = move || {
        if !changed.get() {
            return view! { <p class="text-ink-2">{td().service.nothing_changed}</p> }.into_any();
        }
        if asking() {
            return view! { <Skeleton rows=3 /> }.into_any();
        }
        match (preview.error().get(), preview.data().get().flatten()) {
            (Some(error), _) => view! { <Note tone=Tone::Warn>{reason(&error)}</Note> }.into_any(),
            (None, Some(preview)) => view! { <Preview preview period /> }.into_any(),
            (None, None) => ().into_any(),
        }
    };
    let send = submit(
        errors,
        move || api::services::change_options(id, &OptionsChange { options: wanted.get_untracked() }),
        move |staff| {
            open.close();
            service.put(staff);
            toast_ok(t().done);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <div class="form-grid">
                <OptionFields groups choices prefix="options" />
            </div>
            <section class="border-t border-line pt-4" aria-live="polite">
                <h3 class="mb-3">{td().service.preview}</h3>
                {shown}
            </section>
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.close()) />
                <Button
                    text=word("change_options")
                    class="btn-primary"
                    submit=true
                    busy=send.busy
                    disabled=Signal::derive(move || !changed.get() || asking())
                />
            </div>
        </Form>
    }
}

#[component]
fn Preview(preview: OptionsChangePreview, period: Period) -> impl IntoView {
    let words = &td().service;
    let per = format::per_period(period);
    let row =
        |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd class="num">{value}</dd></div> };
    view! {
        <dl class="facts">
            {row(words.before, format!("{} {per}", format::money(preview.base_before)))}
            {row(words.after, format!("{} {per}", format::money(preview.base_after)))}
            {(!preview.switch_fee.is_zero()).then(|| row(words.switch_fee, format::money(preview.switch_fee)))}
            {(!preview.rest_of_period.is_zero()).then(|| row(words.rest, format::money(preview.rest_of_period)))}
            {row(words.due_now, format::money(preview.due_now))}
        </dl>
        <ul class="mt-3 grid gap-1">
            {preview.why.iter().map(|line| view! { <li class="mono text-ink-2 break-words">{line.clone()}</li> }).collect_view()}
        </ul>
        {preview
            .missing
            .is_positive()
            .then(|| {
                let amount = format::money(preview.missing);
                view! { <div class="mt-3"><Note tone=Tone::Warn>{fill(ta().wallet_lacks, &[("amount", &amount)])}</Note></div> }
            })}
    }
}
