//! One tax rule: where and for whom it holds, and its rates.

use leptos::prelude::*;
use shared::billing::tax::{TaxRule, TaxRuleInput};
use ui::{Button, CheckField, Form, FormErrors, Open, SelectField, TextField, toast_ok};

use super::company_parts::{Rates, rate_pairs, read_rates};
use crate::api;
use crate::i18n::{t, ta};
use crate::parts::address::{CountryField, RegionField};
use crate::parts::{RecordId, submit};
use crate::portals::admin::clients::use_company_options;
use crate::portals::admin::monitoring::History;
use crate::query::Query;

/// The form of a rule, new or old.
#[component]
pub(super) fn RuleForm(rule: Option<TaxRule>, rules: Query<Vec<TaxRule>>, open: Open) -> impl IntoView {
    let id = rule.as_ref().map(|rule| rule.id);
    let before = rule.map(|rule| rule.rule);
    let old = before.as_ref();
    let text = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
    let company = text(old.and_then(|rule| rule.company_id).map(|id| id.to_string()));
    let country = text(old.and_then(|rule| rule.country.clone()));
    let region = text(old.and_then(|rule| rule.region.clone()));
    let private = RwSignal::new(old.is_none_or(|rule| rule.for_private));
    let plain_company = RwSignal::new(old.is_none_or(|rule| rule.for_company));
    let taxed = RwSignal::new(old.is_none_or(|rule| rule.for_taxed_company));
    let rates = rate_pairs(old.map(|rule| rule.rates.as_slice()).unwrap_or_default());
    let note = text(old.map(|rule| rule.note.clone()));
    let valid_from = text(old.and_then(|rule| rule.valid_from).map(|day| day.to_string()));
    let valid_to = text(old.and_then(|rule| rule.valid_to).map(|day| day.to_string()));
    let version = old.and_then(|rule| rule.version);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = untrack(|| TaxRuleInput {
                version,
                company_id: company.get().parse().ok(),
                country: Some(country.get()).filter(|text| !text.is_empty()),
                region: Some(region.get()).filter(|text| !text.is_empty()),
                for_private: private.get(),
                for_company: plain_company.get(),
                for_taxed_company: taxed.get(),
                rates: read_rates(rates),
                note: note.get().trim().to_owned(),
                valid_from: valid_from.get().parse().ok(),
                valid_to: valid_to.get().parse().ok(),
            });
            async move {
                match id {
                    Some(id) => api::billing::change_tax_rule(id, &body).await,
                    None => api::billing::create_tax_rule(&body).await,
                }
            }
        },
        move |_| {
            open.close();
            rules.refetch();
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <div class="form-grid">
                <SelectField
                    name="company_id"
                    label=ta().home_company
                    value=company
                    options=use_company_options()
                    empty=ta().all_companies
                    wide=true
                />
                <CountryField name="country" value=country />
                <RegionField name="region" country value=region empty=t().all />
                <div class="wide flex flex-wrap gap-6">
                    <CheckField name="for_private" label=ta().class_private value=private />
                    <CheckField name="for_company" label=ta().class_company value=plain_company />
                    <CheckField name="for_taxed_company" label=ta().class_taxed value=taxed />
                </div>
                <Rates title=ta().rates prefix="rates" pairs=rates />
                <TextField name="note" label=ta().note_on_documents value=note max_length=300 wide=true />
                <TextField name="valid_from" label=ta().valid_from value=valid_from kind="date" />
                <TextField name="valid_to" label=ta().valid_to value=valid_to kind="date" />
            </div>
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.close()) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
        {id.map(|id| {
            view! {
                <RecordId id=id.0 path=format!("/admin/tax-rules/{id}") />
                <History subject=id.0 />
            }
        })}
    }
}
