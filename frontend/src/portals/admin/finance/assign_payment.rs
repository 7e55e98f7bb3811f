//! Saying whose the money is that matches nothing.

use leptos::prelude::*;
use shared::billing::payment::{AssignPayment, PaymentSummary};
use shared::{ClientId, Money};
use ui::{Button, Form, FormErrors, Note, TextArea, Tone, toast_ok};

use crate::api::{self, Key};
use crate::format;
use crate::i18n::{fill, t, td};
use crate::parts::submit;
use crate::portals::admin::clients::ClientPicker;

/// What of a payment waits to be assigned.
pub(super) fn waiting(payment: &PaymentSummary) -> Money {
    payment.to_suspense.checked_sub(payment.assigned).unwrap_or(payment.to_suspense)
}

/// The form that credits a client with it; the payment's own client is chosen first.
#[component]
pub(super) fn Assign(
    payment: PaymentSummary,
    #[prop(into)] done: Callback<()>,
    #[prop(into)] cancel: Callback<()>,
) -> impl IntoView {
    let words = &td().assign;
    let id = payment.id;
    let amount = format::money(waiting(&payment));
    let text = fill(words.text, &[("amount", &amount)]);
    let client = RwSignal::new(payment.client_id.to_string());
    let reason = RwSignal::new(String::new());
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let client_id = client.get_untracked().parse().unwrap_or(ClientId(uuid::Uuid::nil()));
            let body = AssignPayment { client_id, reason: reason.get_untracked().trim().to_owned() };
            let answer = api::billing::assign_payment(id, &body, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |_: PaymentSummary| {
            toast_ok(fill(td().assign.done, &[("amount", &amount)]));
            done.run(());
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <Note tone=Tone::Warn>{text}</Note>
            <ClientPicker name="client_id" client />
            <TextArea name="reason" label=t().reason value=reason rows=2 required=true max_length=300 />
            <div class="form-bar">
                <Button text=t().cancel on_click=cancel />
                <Button text=words.action class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
