//! Copying a product or a group under another key.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::catalog::NewCopy;
use ui::{Button, Dialog, Form, FormErrors, MenuButton, TextField, lu, toast_ok};

use crate::api;
use crate::i18n::{t, ta};
use crate::parts::submit;

/// The entry in the menu of a record that asks for the key of its copy.
pub(super) fn duplicate_entry(open: RwSignal<bool>) -> ViewFn {
    let entry = move || {
        view! { <MenuButton text=ta().duplicate icon=lu::LuCopy on_click=Callback::new(move |()| open.set(true)) /> }
    };
    entry.into()
}

/// Asks for the key of the copy, and goes to it.
#[component]
pub(super) fn DuplicateDialog(
    open: RwSignal<bool>,
    /// The address of the list, which is the same in the API.
    list: &'static str,
    id: uuid::Uuid,
    /// The key of the original.
    key: String,
) -> impl IntoView {
    let navigate = SendWrapper::new(use_navigate());
    let key = RwSignal::new(format!("{key}-copy"));
    let errors = FormErrors::new();
    let copy = submit(
        errors,
        move || {
            let body = NewCopy { key: key.get_untracked().trim().to_owned() };
            api::catalog::duplicate(&format!("{list}/{id}"), &body)
        },
        move |made: api::catalog::Made| {
            toast_ok(t().created);
            navigate(&format!("{list}/{}", made.id), Default::default());
        },
    );
    view! {
        <Dialog open title=ta().duplicate>
            <Form errors on_submit=copy.run>
                <TextField name="key" label=ta().key value=key required=true max_length=63 mono=true />
                <div class="form-bar">
                    <Button text=ta().duplicate class="btn-primary" submit=true busy=copy.busy />
                </div>
            </Form>
        </Dialog>
    }
}
