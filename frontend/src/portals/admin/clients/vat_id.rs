//! The VAT id of a client: what is known of it, every check of it, and having it checked.

use leptos::prelude::*;
use shared::billing::vat::{VatAnswer, VatCheck, VatCheckTask};
use shared::identity::ClientDetail;
use shared::{ClientId, Page, Permission, TaskId};
use ui::{
    Badge, Button, Card, Column, Dialog, EmptyState, Form, FormErrors, Note, SelectField, TextArea,
    TextField, Tone, effect, lu, toast_ok, use_list,
};

use crate::api::{self, Key};
use crate::format;
use crate::i18n::{t, ta, td, word};
use crate::parts::{DataTable, Part, StateBadge, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;

/// What of a client the card shows: the number, and what is known of it.
#[derive(Clone, PartialEq)]
struct Known {
    tax_id: String,
    valid: Option<bool>,
    /// When it was answered about, and the number of that consultation.
    answered: String,
    awaited: bool,
}

fn known(detail: &ClientDetail) -> Known {
    let answered = [detail.tax_id_checked_at.map(format::date_time), detail.tax_id_consultation.clone()];
    Known {
        tax_id: detail.tax_id.clone(),
        valid: detail.tax_id_valid,
        answered: answered.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        awaited: detail.tax_id_awaited,
    }
}

#[component]
pub(super) fn VatId(id: ClientId, client: Query<ClientDetail>) -> impl IntoView {
    view! {
        <Part query=client pick=known let:known>
            {(!known.tax_id.is_empty()).then(|| view! { <Checks id known client /> })}
        </Part>
    }
}

fn columns() -> Vec<Column<VatCheck>> {
    let words = &td().vat;
    vec![
        Column::new("asked", words.asked, |check: &VatCheck| format::date_time(check.asked_at))
            .sorted_by("asked_at"),
        Column::new("number", t().tax_id, |check: &VatCheck| {
            view! { <span class="num">{check.vat_id.clone()}</span> }
        }),
        Column::new("outcome", t().status, |check: &VatCheck| {
            let by = check.recorded_by.clone().unwrap_or_else(|| word(check.source.as_str()).to_owned());
            view! {
                <StateBadge state=check.outcome.as_str() />
                <small class="sub">{by}</small>
            }
        }),
        Column::new("consultation", words.consultation, |check: &VatCheck| check.consultation.clone()),
        Column::new("answer", words.answer, |check: &VatCheck| {
            let said = [&check.name, &check.address, &check.note].map(String::as_str);
            let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
            view! { <span class="whitespace-pre-line">{said.join("\n")}</span> }
        }),
    ]
}

#[component]
fn Checks(id: ClientId, known: Known, client: Query<ClientDetail>) -> impl IntoView {
    let words = &td().vat;
    let list = use_list("-asked_at");
    let checks = use_query(move || list.api_query(), move |query| api::billing::vat_checks(id, query));
    // The task that is followed, and how many checks there were before it: another one is what came of it.
    let asked = RwSignal::new(None::<(TaskId, Option<i64>)>);
    let count = move || checks.data().with(|page| page.as_ref().map(|page| page.total));
    let waiting = move || asked.get().filter(|(_, before)| *before == count());
    checks.refresh_every(move || if waiting().is_some() { 2 } else { 0 });
    let mut before = None;
    effect(move || {
        let now = count();
        if before.is_some() && before != now {
            client.refetch();
        }
        before = now;
    });
    let ask = submit_with(
        move || api::billing::check_vat_id(id),
        move |task: VatCheckTask| asked.set(Some((task.task_id, untrack(count)))),
    );
    let open = RwSignal::new(false);
    let (text, tone) = match known.valid {
        Some(true) => (ta().tax_id_valid, Tone::Ok),
        Some(false) => (ta().tax_id_invalid, Tone::Bad),
        None => (words.not_checked, Tone::Plain),
    };
    let tax_id = known.tax_id.clone();
    view! {
        <Card title=words.title text=words.text>
            <div class="flex flex-wrap items-center gap-3 mb-4">
                <span class="num font-semibold text-ink">{known.tax_id}</span>
                <Badge text tone />
                <span class="sub">{known.answered}</span>
                <span class="flex flex-wrap gap-2 ml-auto">
                    {may(Permission::TaxesEdit)
                        .then(|| {
                            view! {
                                <Button text=words.record class="btn-sm" on_click=Callback::new(move |()| open.set(true)) />
                            }
                        })}
                    {may(Permission::ClientsEdit)
                        .then(|| {
                            view! {
                                <Button text=words.check icon=lu::LuSearchCheck class="btn-sm" busy=ask.busy on_click=ask.run />
                            }
                        })}
                </span>
            </div>
            {known.awaited.then(|| view! { <Note tone=Tone::Warn>{words.awaited}</Note> })}
            <div aria-live="polite">
                {move || {
                    waiting()
                        .map(|(task, _)| {
                            view! {
                                <Note tone=Tone::Info>
                                    {words.checking} " "
                                    <a class="link" href=format!("/admin/tasks?task={task}")>{words.task}</a>
                                </Note>
                            }
                        })
                }}
            </div>
            <DataTable
                query=checks
                list
                columns=columns()
                label=words.title
                searchable=false
                empty=|| view! { <EmptyState icon=lu::LuSearchCheck title=td().vat.none /> }
            />
        </Card>
        <Dialog open title=words.record>
            <Record id tax_id=tax_id.clone() checks client open />
        </Dialog>
    }
}

/// Records an answer that was got in another way.
#[component]
fn Record(
    id: ClientId,
    tax_id: String,
    checks: Query<Page<VatCheck>>,
    client: Query<ClientDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = &td().vat;
    let text = || RwSignal::new(String::new());
    let (valid, reason, consultation) = (RwSignal::new("valid".to_owned()), text(), text());
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = VatAnswer {
                tax_id: tax_id.clone(),
                valid: valid.get_untracked() == "valid",
                reason: reason.get_untracked().trim().to_owned(),
                consultation: Some(consultation.get_untracked()).filter(|text| !text.trim().is_empty()),
            };
            async move {
                let answer = api::billing::record_vat_answer(id, &body, &key.get_value()).await;
                Key::after(key, &answer);
                answer
            }
        },
        move |_| {
            open.set(false);
            checks.refetch();
            client.refetch();
            toast_ok(t().saved);
        },
    );
    let verdicts: Vec<_> = ["valid", "invalid"]
        .iter()
        .map(|verdict| ((*verdict).to_owned(), word(verdict).to_owned()))
        .collect();
    view! {
        <Form errors on_submit=send.run>
            <Note>{words.record_text}</Note>
            <SelectField name="valid" label=words.answer value=valid options=verdicts />
            <TextField name="consultation" label=words.consultation value=consultation max_length=100 />
            <TextArea name="reason" label=t().reason value=reason rows=2 required=true max_length=300 />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
