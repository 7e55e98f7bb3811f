//! Booking money that came in: once, however often it is sent.

use leptos::prelude::*;
use shared::billing::document::DocumentDetail;
use shared::billing::payment::{BookedPayment, NewPayment};
use ui::{Button, EmptyState, Form, FormErrors, NumberField, SelectField, TextArea, TextField, lu, toast_ok};

use crate::api::{self, Key};
use crate::format;
use crate::i18n::{fill, t, ta, word};
use crate::parts::{Loaded, submit};
use crate::query::{Query, use_query};

/// The form that books a payment for a document.
#[component]
pub(super) fn BookPayment(
    detail: DocumentDetail,
    document: Query<DocumentDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let company = detail.document.company_id;
    let company = use_query(move || company, api::billing::company);
    let detail = StoredValue::new(detail);
    view! {
        <Loaded query=company rows=4 let:company>
            {
                let currency = detail.with_value(|detail| detail.document.total.currency());
                let gateways: Vec<(String, String)> = company
                    .gateways
                    .iter()
                    .filter(|gateway| {
                        let takes = &gateway.profile.currencies;
                        gateway.profile.enabled && (takes.is_empty() || takes.contains(&currency))
                    })
                    .map(|gateway| {
                        let texts = &gateway.profile.texts;
                        let text = texts
                            .get(&crate::i18n::language())
                            .or_else(|| texts.values().next())
                            .map_or_else(|| gateway.profile.key.clone(), |text| text.name.clone());
                        (gateway.id.to_string(), text)
                    })
                    .collect();
                if gateways.is_empty() {
                    view! { <EmptyState icon=lu::LuCreditCard title=ta().no_gateway text=ta().no_gateway_text /> }
                        .into_any()
                } else {
                    view! { <Fields detail=detail.get_value() gateways document open /> }.into_any()
                }
            }
        </Loaded>
    }
}

#[component]
fn Fields(
    detail: DocumentDetail,
    gateways: Vec<(String, String)>,
    document: Query<DocumentDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let id = detail.document.id;
    let currency = detail.document.total.currency();
    let gateway = RwSignal::new(gateways.first().map(|(id, _)| id.clone()).unwrap_or_default());
    let amount = RwSignal::new(format::plain(detail.document.due));
    let (fee, external_id) = (RwSignal::new("0".to_owned()), RwSignal::new(String::new()));
    let (received_on, note) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let gateway_id = gateway.get_untracked().parse().unwrap_or(shared::GatewayId(uuid::Uuid::nil()));
            let body = NewPayment {
                gateway_id,
                amount: amount.get_untracked(),
                fee: Some(fee.get_untracked())
                    .filter(|fee| !fee.is_empty())
                    .unwrap_or_else(|| "0".to_owned()),
                external_id: Some(external_id.get_untracked().trim().to_owned())
                    .filter(|text| !text.is_empty()),
                received_on: received_on.get_untracked().parse().ok(),
                note: note.get_untracked().trim().to_owned(),
            };
            let answer = api::billing::book_payment(id, &body, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |booked: BookedPayment| {
            open.set(false);
            document.refetch();
            let said: Vec<&str> = booked.remarks.iter().map(|remark| word(remark.as_str())).collect();
            let number = booked.invoice.and_then(|invoice| invoice.number);
            let mut text = ta().payment_booked.to_owned();
            if let Some(number) = number {
                text = format!("{text} {}", fill(ta().invoice_issued, &[("number", &number)]));
            }
            toast_ok(format!("{text} {}", said.join(", ")));
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <SelectField name="gateway_id" label=ta().gateway value=gateway options=gateways />
            <div class="form-grid">
                <NumberField
                    name="amount"
                    label=ta().gross
                    value=amount
                    unit=currency.to_string()
                    decimals=currency.decimals()
                    required=true
                />
                <NumberField name="fee" label=ta().fee value=fee unit=currency.to_string() decimals=currency.decimals() />
                <TextField
                    name="external_id"
                    label=ta().external_id
                    help=ta().external_id_help
                    value=external_id
                    max_length=200
                />
                <TextField name="received_on" label=ta().received_on value=received_on kind="date" help=ta().empty_is_today />
            </div>
            <TextArea name="note" label=t().note value=note rows=2 max_length=300 />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=ta().add_payment class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
