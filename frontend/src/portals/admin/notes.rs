//! Notes of staff, about a client or a service: written once, the newest on top.

use leptos::prelude::*;
use shared::identity::{NewStaffNote, StaffNote};
use ui::{Avatar, Button, Card, EmptyState, Form, FormErrors, Pagination, TextArea, lu, use_list};

use crate::i18n::{t, ta};
use crate::parts::{Loaded, submit};
use crate::query::use_query;
use crate::{api, format};

/// So many notes need no pages.
const FEW: i64 = 25;

#[component]
pub(super) fn Notes(
    /// Of the API: `/admin/clients/{id}/notes`.
    #[prop(into)]
    path: String,
    /// Who may write them.
    may_write: bool,
    /// Shows the service a note is about.
    #[prop(optional)]
    of_client: bool,
) -> impl IntoView {
    let list = use_list("");
    let path = StoredValue::new(path);
    let notes = use_query(
        move || (list.page(), list.per_page()),
        move |(page, rows)| api::people::notes(&path.get_value(), page, rows),
    );
    let total = Signal::derive(move || notes.data().with(|page| page.as_ref().map_or(0, |page| page.total)));
    let rows =
        Signal::derive(move || notes.data().with(|page| page.as_ref().map_or(0, |page| page.items.len())));
    let many = Memo::new(move |_| total.get() > FEW);
    let text = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let note = NewStaffNote { text: text.get_untracked().trim().to_owned() };
            api::people::add_note(&path.get_value(), &note)
        },
        move |_| {
            text.set(String::new());
            notes.refetch();
        },
    );
    view! {
        <Card title=t().notes>
            {may_write
                .then(|| {
                    view! {
                        <Form errors on_submit=send.run class="grid gap-3 mb-5">
                            <TextArea name="text" label=t().note value=text rows=2 max_length=10_000 />
                            <div class="form-bar">
                                <Button text=ta().add_note class="btn-sm" submit=true busy=send.busy />
                            </div>
                        </Form>
                    }
                })}
            <Loaded query=notes rows=2 let:notes>
                {if notes.items.is_empty() {
                    view! { <EmptyState icon=lu::LuStickyNote title=ta().no_notes /> }.into_any()
                } else {
                    let notes = notes.items.into_iter().map(|note| view! { <One note of_client /> }).collect_view();
                    view! { <ul class="grid gap-4">{notes}</ul> }.into_any()
                }}
            </Loaded>
            <Show when=move || many.get()>
                <Pagination list total rows />
            </Show>
        </Card>
    }
}

#[component]
fn One(note: StaffNote, of_client: bool) -> impl IntoView {
    let service = note.service.filter(|_| of_client).map(|service| {
        let href = format!("/admin/services/{}", service.id);
        view! { <span class="muted">" · "</span> <a class="link" href=href>{service.label}</a> }
    });
    view! {
        <li class="flex gap-3">
            <Avatar name=note.author_name.clone() />
            <div class="min-w-0">
                <div class="text-sm">
                    <b class="font-semibold">{note.author_name}</b>
                    <span class="muted">" · " {format::date_time(note.at)}</span>
                    {service}
                </div>
                <p class="whitespace-pre-wrap break-words text-ink-2">{note.text}</p>
            </div>
        </li>
    }
}
