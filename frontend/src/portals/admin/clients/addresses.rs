//! Addresses of a client: the billing address, and others when they differ.

use leptos::prelude::*;
use shared::Permission;
use shared::identity::{AddressKind, ClientDetail, PostalAddress};
use ui::{Button, Card, Confirm, Form, FormErrors, lu, toast_ok, use_unsaved_guard};

use crate::api;
use crate::i18n::{fill, t, td, word};
use crate::parts::address::{AddressFields, AddressForm};
use crate::parts::{submit, submit_with};
use crate::query::Query;
use crate::session::may;

/// A form for each address there is, and buttons for those that could be added.
#[component]
pub(super) fn Addresses(detail: ClientDetail, client: Query<ClientDetail>) -> impl IntoView {
    let shown = RwSignal::new(
        AddressKind::ALL
            .iter()
            .copied()
            .filter(|kind| {
                *kind == AddressKind::Billing || detail.addresses.iter().any(|address| address.kind == *kind)
            })
            .collect::<Vec<_>>(),
    );
    let detail = StoredValue::new(detail);
    let forms = move || {
        let address = |kind: AddressKind| {
            detail.with_value(|detail| {
                let found = detail.addresses.iter().find(|address| address.kind == kind);
                found.map(|found| found.address.clone())
            })
        };
        shown
            .get()
            .into_iter()
            .map(|kind| {
                let id = detail.with_value(|detail| detail.id);
                view! { <Address id kind address=address(kind) client /> }
            })
            .collect_view()
    };
    let missing = move || {
        AddressKind::ALL.iter().copied().filter(move |kind| !shown.with(|shown| shown.contains(kind)))
    };
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
                                            on_click=Callback::new(move |()| shown.update(|shown| shown.push(kind)))
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
    id: shared::ClientId,
    kind: AddressKind,
    address: Option<PostalAddress>,
    client: Query<ClientDetail>,
) -> impl IntoView {
    let exists = address.is_some();
    let form = AddressForm::new(address.as_ref());
    let first = StoredValue::new(untrack(|| form.read()));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != form.read()));
    use_unsaved_guard(dirty.into());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = untrack(|| form.read());
            async move { api::people::set_address(id, kind, &body).await }
        },
        move |detail| {
            first.set_value(untrack(|| form.read()));
            client.put(detail);
            toast_ok(t().saved);
        },
    );
    let delete_open = RwSignal::new(false);
    let delete = submit_with(
        move || api::people::delete_address(id, kind),
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
