//! Addresses of a client: the billing address, and others when they differ.

use leptos::prelude::*;
use shared::identity::{AddressKind, ClientDetail, PostalAddress};
use shared::{ClientId, Permission};
use ui::{Button, Card, Confirm, Form, FormErrors, lu, toast_ok};

use crate::api;
use crate::i18n::{fill, t, td, word};
use crate::parts::address::{AddressFields, AddressForm};
use crate::parts::{Part, submit, submit_with};
use crate::query::Query;
use crate::session::may;

/// A form for each address there is, and buttons for those that could be added.
#[component]
pub(super) fn Addresses(id: ClientId, client: Query<ClientDetail>) -> impl IntoView {
    let added = RwSignal::new(Vec::<AddressKind>::new());
    let of = |detail: &ClientDetail, kind: AddressKind| {
        let found = detail.addresses.iter().find(|address| address.kind == kind);
        found.map(|found| found.address.clone())
    };
    let is_there = move |kind| {
        client.data().with(|client| client.as_ref().is_some_and(|client| of(client, kind).is_some()))
    };
    let is_shown = move |kind: AddressKind| {
        kind == AddressKind::Billing || added.with(|added| added.contains(&kind)) || is_there(kind)
    };
    let forms = AddressKind::ALL.iter().copied().map(|kind| {
        view! {
            <Show when=move || is_shown(kind)>
                <Part query=client pick=move |client: &ClientDetail| of(client, kind) let:address>
                    <Address id kind address client />
                </Part>
            </Show>
        }
    });
    let forms = forms.collect_view();
    let missing = move || AddressKind::ALL.iter().copied().filter(move |kind| !is_shown(*kind));
    view! {
        {forms}
        {may(Permission::ClientsEdit)
            .then(|| {
                view! {
                    <div class="flex flex-wrap gap-3">
                        {move || {
                            missing()
                                .map(|kind| {
                                    let name = word(kind.as_str()).to_lowercase();
                                    view! {
                                        <Button
                                            text=fill(td().client.other_address, &[("kind", &name)])
                                            icon=lu::LuPlus
                                            class="btn-sm"
                                            on_click=Callback::new(move |()| added.update(|added| added.push(kind)))
                                        />
                                    }
                                })
                                .collect_view()
                        }}
                    </div>
                }
            })}
    }
}

#[component]
fn Address(
    id: ClientId,
    kind: AddressKind,
    address: Option<PostalAddress>,
    client: Query<ClientDetail>,
) -> impl IntoView {
    let exists = address.is_some();
    let form = AddressForm::new(address.as_ref());
    let first = StoredValue::new(untrack(|| form.read()));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != form.read()));
    let errors = FormErrors::new();
    let version = move || {
        let version = client.data().with_untracked(|client| client.as_ref().map(|client| client.version));
        version.unwrap_or_default()
    };
    let send = submit(
        errors,
        move || {
            let body = untrack(|| form.read());
            api::people::set_address(id, kind, version(), &body)
        },
        move |detail| {
            first.set_value(untrack(|| form.read()));
            client.put(detail);
            toast_ok(t().saved);
        },
    );
    let delete_open = RwSignal::new(false);
    let delete = submit_with(
        move || api::people::delete_address(id, kind, version()),
        move |detail| {
            delete_open.set(false);
            client.put(detail);
            toast_ok(t().deleted);
        },
    );
    let title = match kind {
        AddressKind::Billing => t().billing_address,
        other => word(other.as_str()),
    };
    let deletable = exists && kind != AddressKind::Billing && may(Permission::ClientsEdit);
    view! {
        <Form errors on_submit=send.run>
            <Card title=title>
                <div class="form-grid">
                    <AddressFields form prefix="" />
                </div>
                <div class="form-bar mt-5">
                    {deletable
                        .then(|| {
                            view! {
                                <Button
                                    text=td().client.delete_address
                                    class="btn-danger"
                                    on_click=Callback::new(move |()| delete_open.set(true))
                                />
                            }
                        })}
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=send.busy
                        disabled=Signal::derive(move || !may(Permission::ClientsEdit) || !dirty.get())
                    />
                </div>
            </Card>
        </Form>
        <Confirm
            open=delete_open
            title=td().client.delete_address
            text=td().client.delete_address_text
            action=t().delete
            busy=delete.busy
            on_confirm=delete.run
        />
    }
}
