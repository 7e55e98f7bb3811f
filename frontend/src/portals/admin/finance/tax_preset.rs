//! Adding a ready set of tax rules: first what it would add, then adding.

use leptos::prelude::*;
use shared::billing::tax::{TaxPreset, TaxPresetInput, TaxPresetResult, TaxRule};
use ui::{Button, Form, FormErrors, Note, SelectField, Tone, toast_ok};

use crate::api;
use crate::i18n::{fill, t, ta, td};
use crate::parts::filters::word_options;
use crate::parts::submit;
use crate::portals::admin::clients::use_company_options;
use crate::query::Query;

fn said(text: &str, result: &TaxPresetResult) -> String {
    fill(text, &[("added", &result.added.to_string()), ("skipped", &result.skipped.to_string())])
}

#[component]
pub(super) fn Preset(rules: Query<Vec<TaxRule>>, open: RwSignal<bool>) -> impl IntoView {
    let preset = RwSignal::new(TaxPreset::Eu.to_string());
    let company = RwSignal::new(String::new());
    let preview = RwSignal::new(None::<TaxPresetResult>);
    Effect::new(move || {
        preset.track();
        company.track();
        preview.set(None);
    });
    let read = move || TaxPresetInput {
        preset: preset.get_untracked().parse().unwrap_or(TaxPreset::Eu),
        company_id: company.get_untracked().parse().unwrap_or(shared::CompanyId(uuid::Uuid::nil())),
    };
    let errors = FormErrors::new();
    let look = submit::preview(
        errors,
        move || api::billing::add_tax_preset(&read(), true),
        move |result| preview.set(Some(result)),
    );
    let add = submit(
        errors,
        move || api::billing::add_tax_preset(&read(), false),
        move |result| {
            open.set(false);
            rules.refetch();
            toast_ok(said(ta().preset_added, &result));
        },
    );
    let on_submit = Callback::new(move |()| {
        if preview.with_untracked(Option::is_some) { add.run.run(()) } else { look.run.run(()) }
    });
    view! {
        <Form errors on_submit>
            <p class="text-ink-2">{ta().preset_text}</p>
            <SelectField
                name="preset"
                label=ta().preset
                value=preset
                options=word_options(TaxPreset::ALL, TaxPreset::as_str)
            />
            <SelectField name="company_id" label=ta().home_company value=company options=use_company_options() required=true />
            {move || {
                preview
                    .get()
                    .map(|result| view! { <Note tone=Tone::Info>{said(td().money.would_add, &result)}</Note> })
            }}
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                {move || {
                    if preview.with(Option::is_some) {
                        view! { <Button text=ta().add_preset class="btn-primary" submit=true busy=add.busy /> }
                    } else {
                        view! { <Button text=ta().what_happens class="btn-primary" submit=true busy=look.busy /> }
                    }
                }}
            </div>
        </Form>
    }
}
