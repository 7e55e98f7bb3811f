//! Moving a service to another client: to whom, and what that does to the money of both.

use leptos::prelude::*;
use shared::services::{MoveService, ServiceForStaff};
use shared::{ClientId, ServiceId};
use ui::{Button, CheckField, Form, FormErrors, Open, TextArea, toast_ok};

use crate::api;
use crate::i18n::{t, td};
use crate::parts::{WouldHappen, submit};
use crate::portals::admin::clients::ClientPicker;
use crate::query::Query;

#[component]
pub(super) fn MoveTo(id: ServiceId, service: Query<ServiceForStaff>, open: Open) -> impl IntoView {
    let words = &td().service;
    let (client, note) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let notify = RwSignal::new(true);
    let chosen = Memo::new(move |_| client.with(|client| client.parse::<ClientId>().ok()));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let client = chosen.get_untracked().unwrap_or(ClientId(uuid::Uuid::nil()));
            let note = note.get_untracked().trim().to_owned();
            api::services::move_to(id, &MoveService { client, notify: notify.get_untracked(), note }).await
        },
        move |staff| {
            open.close();
            service.put(staff);
            toast_ok(t().done);
        },
    );
    let nobody = Signal::derive(move || chosen.get().is_none());
    view! {
        <Form errors on_submit=send.run>
            <p class="text-ink-2">{words.move_text}</p>
            <ClientPicker name="client" client />
            {move || {
                chosen
                    .get()
                    .map(|client| {
                        let ask = move || {
                            let body = MoveService { client, notify: false, note: String::new() };
                            api::services::rehearse_move(id, &body)
                        };
                        view! { <WouldHappen ask /> }
                    })
            }}
            <TextArea name="note" label=t().note value=note rows=2 max_length=300 />
            <CheckField name="notify" label=words.move_notify value=notify />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.close()) />
                <Button text=words.move_to class="btn-danger" submit=true busy=send.busy disabled=nobody />
            </div>
        </Form>
    }
}
