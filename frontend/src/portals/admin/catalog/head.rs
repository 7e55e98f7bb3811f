//! The head of a product or a group: it is deleted, and copied under another key.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::Language;
use shared::catalog::{CatalogText, NewCopy, text_in};
use ui::{Button, Dialog, Form, FormErrors, MenuButton, TextField, lu, toast_ok};

use crate::api;
use crate::i18n::{self, t, ta};
use crate::parts::{RecordHead, submit};

/// The name of a record in the language of the page, and its key.
pub(super) fn name_and_key(key: &str, texts: &BTreeMap<Language, CatalogText>) -> (String, String) {
    let text = text_in(texts, i18n::language());
    (text.map_or_else(|| key.to_owned(), |text| text.name.clone()), key.to_owned())
}

/// The head of what has a key; who may not edit it sees only where it stands.
#[component]
pub(super) fn CatalogHead(
    /// Title and address of its list, which is at the same path in the API.
    list: (&'static str, &'static str),
    name: String,
    id: uuid::Uuid,
    key: String,
    editable: bool,
    /// What happens when it is deleted.
    delete_text: &'static str,
    /// Behind the name.
    #[prop(default = ().into_any())]
    badges: AnyView,
    /// The main acts of who may edit it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    if !editable {
        return view! { <RecordHead list name id badges delete_text=None /> }.into_any();
    }
    let open = RwSignal::new(false);
    let entry = move || {
        view! { <MenuButton text=ta().duplicate icon=lu::LuCopy on_click=Callback::new(move |()| open.set(true)) /> }
    };
    view! {
        <RecordHead list name id badges delete_text=Some(delete_text) rehearsed=true menu=ViewFn::from(entry)>
            {children.map(|children| children())}
        </RecordHead>
        <DuplicateDialog open list=list.1 id key />
    }
    .into_any()
}

/// Asks for the key of the copy, and goes to it.
#[component]
fn DuplicateDialog(
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
