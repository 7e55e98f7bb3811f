//! `/admin/documents/new` and what is done with a draft: edit, issue, delete.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};
use send_wrapper::SendWrapper;
use shared::ClientId;
use shared::billing::document::DocumentDetail;
use shared::billing::draft::{DraftChange, IssueDraft, IssuedAs, NewDraft};
use ui::{
    Breadcrumbs, Button, Card, Confirm, Crumb, Dialog, Form, FormErrors, Note, NumberField, PageHead,
    RadioCard, RadioCards, Tone, lu, toast_ok,
};

use super::draft_lines::{Lines, LinesEditor};
use crate::api::{self, Key};
use crate::i18n::{fill, t, ta, td, word};
use crate::parts::{submit, submit_with};
use crate::portals::admin::clients::ClientPicker;
use crate::query::Query;

/// The form of a new draft; `?client=` chooses whose.
#[component]
pub fn NewDocumentPage() -> impl IntoView {
    let words = &td().draft;
    let preset = use_query_map().with_untracked(|query| query.get("client")).unwrap_or_default();
    let client = RwSignal::new(preset);
    let chosen = Signal::derive(move || client.get().parse::<ClientId>().ok());
    let lines = Lines::new();
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let client_id = chosen.get_untracked().unwrap_or(ClientId(uuid::Uuid::nil()));
            let body = NewDraft { client_id, lines: untrack(|| lines.read()) };
            async move {
                let answer = api::billing::create_draft(&body, &key.get_value()).await;
                Key::after(key, &answer);
                answer
            }
        },
        move |detail: DocumentDetail| {
            navigate(&format!("/admin/documents/{}", detail.document.id), Default::default());
        },
    );
    view! {
        <Title text=words.new />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().documents, "/admin/documents"), Crumb::here(words.new)] />
        <PageHead title=words.new text=words.new_text />
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            <Card>
                <ClientPicker name="client_id" client />
            </Card>
            <Card title=words.lines>
                <LinesEditor lines client=chosen />
            </Card>
            <div class="form-bar">
                <Button text=words.save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// The lines of a draft being edited, in place of its sheet.
#[component]
pub(super) fn EditDraft(
    detail: DocumentDetail,
    document: Query<DocumentDetail>,
    editing: RwSignal<bool>,
) -> impl IntoView {
    let words = &td().draft;
    let (id, version) = (detail.document.id, detail.version);
    let client = detail.document.client_id;
    let lines = Lines::of(&detail.lines);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = DraftChange { version, lines: untrack(|| lines.read()) };
            api::billing::change_draft(id, &body)
        },
        move |detail: DocumentDetail| {
            editing.set(false);
            document.put(detail);
            toast_ok(t().saved);
        },
    );
    view! {
        <Card title=words.lines>
            <Form errors on_submit=send.run>
                <LinesEditor lines client=Signal::stored(Some(client)) />
                <div class="form-bar">
                    <Button text=t().cancel on_click=Callback::new(move |()| editing.set(false)) />
                    <Button text=words.save class="btn-primary" submit=true busy=send.busy />
                </div>
            </Form>
        </Card>
    }
}

/// The buttons of a draft, with their dialogs.
#[component]
pub(super) fn DraftActions(
    detail: DocumentDetail,
    document: Query<DocumentDetail>,
    editing: RwSignal<bool>,
) -> impl IntoView {
    let words = &td().draft;
    let (id, version) = (detail.document.id, detail.version);
    let (issue_open, delete_open) = (RwSignal::new(false), RwSignal::new(false));
    let navigate = SendWrapper::new(use_navigate());
    let delete = submit_with(
        move || api::billing::delete_draft(id, version),
        move |_| navigate("/admin/documents", Default::default()),
    );
    view! {
        <Button
            text=words.delete
            class="btn-danger"
            icon=lu::LuTrash
            on_click=Callback::new(move |()| delete_open.set(true))
        />
        <Button
            text=words.edit
            icon=lu::LuPencil
            disabled=Signal::from(editing)
            on_click=Callback::new(move |()| editing.set(true))
        />
        <Button
            text=words.issue
            class="btn-primary"
            icon=lu::LuSend
            disabled=Signal::from(editing)
            on_click=Callback::new(move |()| issue_open.set(true))
        />
        <Dialog open=issue_open title=words.issue>
            <Issue id version document open=issue_open />
        </Dialog>
        <Confirm
            open=delete_open
            title=words.delete
            text=words.delete_text
            action=words.delete
            busy=delete.busy
            on_confirm=delete.run
        />
    }
}

#[component]
fn Issue(
    id: shared::DocumentId,
    version: i32,
    document: Query<DocumentDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = &td().draft;
    let due_days = RwSignal::new(String::new());
    let kind = RwSignal::new(IssuedAs::Proforma.to_string());
    let card = |kind: IssuedAs, text: &str| RadioCard {
        value: kind.to_string(),
        title: word(kind.as_str()).to_owned(),
        text: text.to_owned(),
        icon: None,
    };
    let kinds = vec![card(IssuedAs::Proforma, words.as_proforma), card(IssuedAs::Invoice, words.as_invoice)];
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let kind = kind.with_untracked(|kind| kind.parse()).unwrap_or(IssuedAs::Proforma);
            let body = IssueDraft { version, kind, due_days: due_days.get_untracked().trim().parse().ok() };
            let answer = api::billing::issue_draft(id, &body, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |detail: DocumentDetail| {
            open.set(false);
            let number = detail.document.number.clone().unwrap_or_default();
            document.put(detail);
            toast_ok(fill(td().draft.issued, &[("number", &number)]));
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <Note tone=Tone::Warn>{words.issue_text}</Note>
            <RadioCards name="kind" label=words.issue_as value=kind options=kinds />
            <NumberField name="due_days" label=words.due_days value=due_days help=words.due_days_help />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=words.issue class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
