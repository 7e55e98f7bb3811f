//! `/admin/payments`: money that came in or went back, and where it went.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::billing::payment::{PaymentStatus, PaymentSummary};
use shared::{ClientId, Page, PaymentId, Permission};
use ui::{Button, Column, CopyId, Dialog, EmptyState, Facts, PageHead, lu, use_list};

use super::assign_payment::{Assign, waiting};
use crate::i18n::{t, ta, td, word};
use crate::parts::filters::{FilterSelect, filter_yes, query_without, use_opened, word_options};
use crate::parts::range::{FilterRange, RangeNames};
use crate::parts::why::actor_word;
use crate::parts::{DataTable, Loaded, RecordId, StateBadge};
use crate::portals::admin::clients::{client_filter, client_link, of_client};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// Payments are found by the day on which they came in.
const RECEIVED: RangeNames = RangeNames { from: "received_from", to: "received_to" };

fn columns(with_client: bool, opened: Callback<PaymentId>) -> Vec<Column<PaymentSummary>> {
    let mut columns = vec![
        Column::new("received", ta().received_on, move |payment: &PaymentSummary| {
            let id = payment.id;
            view! {
                <button type="button" class="link num" on:click=move |_| opened.run(id)>
                    {format::day(payment.received_on)}
                </button>
            }
        })
        .sorted_by("received_on"),
    ];
    if with_client {
        columns.push(Column::new("client", ta().client, |payment: &PaymentSummary| {
            client_link(payment.client_id, payment.client_name.clone())
        }));
    }
    columns.extend([
        Column::new("document", ta().document, |payment: &PaymentSummary| {
            payment.document_id.map(|id| {
                let number = payment.document_number.clone().unwrap_or_default();
                view! { <a class="link" href=format!("/admin/documents/{id}")>{number}</a> }
            })
        }),
        Column::new("gateway", ta().gateway, |payment: &PaymentSummary| payment.gateway_name.clone()),
        Column::new("external", ta().external_id, |payment: &PaymentSummary| {
            view! { <span class="mono">{payment.external_id.clone()}</span> }
        }),
        Column::new(
            "status",
            t().status,
            |payment: &PaymentSummary| view! { <StateBadge state=payment.status.as_str() /> },
        ),
        Column::new("gross", ta().gross, |payment: &PaymentSummary| {
            view! { <span class="strong">{format::money(payment.gross)}</span> }
        })
        .end()
        .sorted_by("gross"),
        Column::new("fee", ta().fee, |payment: &PaymentSummary| format::money(payment.fee)).end().hidden(),
        Column::new("wallet", ta().to_wallet, |payment: &PaymentSummary| format::money(payment.to_wallet))
            .end(),
        Column::new("tax", ta().to_tax, |payment: &PaymentSummary| format::money(payment.to_tax)).end(),
        Column::new("suspense", ta().to_suspense, |payment: &PaymentSummary| {
            let class = if payment.to_suspense == payment.assigned { "" } else { "neg font-semibold" };
            view! { <span class=class>{format::money(payment.to_suspense)}</span> }
        })
        .end(),
        Column::new("waits", td().assign.waits, |payment: &PaymentSummary| format::money(waiting(payment)))
            .end()
            .hidden(),
        Column::new("refunded", word("refunded"), |payment: &PaymentSummary| format::money(payment.refunded))
            .end()
            .hidden(),
        Column::new("booked_by", ta().booked_by, |payment: &PaymentSummary| actor_word(&payment.booked_by))
            .hidden(),
        Column::new("note", t().note, |payment: &PaymentSummary| payment.note.clone()).hidden(),
    ]);
    columns
}

/// Payments of all clients, or of one; one of them in a dialog (`?payment=`).
#[component]
pub fn PaymentsTable(client: Option<ClientId>) -> impl IntoView {
    let list = use_list("-created_at");
    let payments = use_query(
        move || of_client(query_without(&list.api_query(), "payment"), client),
        api::billing::payments,
    );
    let (chosen, open, opened) = use_opened::<PaymentId>(list, "payment");
    view! {
        <DataTable
            query=payments
            list
            columns=columns(client.is_none(), opened)
            label=ta().payments
            filters=Box::new(move || {
                view! {
                    <FilterSelect
                        list
                        name="status"
                        label=t().status
                        options=word_options(PaymentStatus::ALL, PaymentStatus::as_str)
                    />
                    {filter_yes(list, "suspense", td().assign.waits)}
                    <FilterRange list names=RECEIVED />
                    {client.is_none().then(|| client_filter(list))}
                }
                    .into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuCreditCard title=ta().no_payments text=ta().no_payments_text /> }
        />
        <Dialog open title=td().money.payment>
            {move || chosen.get().map(|id| view! { <Details id payments /> })}
        </Dialog>
    }
}

/// One payment; what of it matches nothing can be assigned.
#[component]
fn Details(id: PaymentId, payments: Query<Page<PaymentSummary>>) -> impl IntoView {
    let payment = use_query(move || id, api::billing::payment);
    let assigning = RwSignal::new(false);
    let done = Callback::new(move |()| {
        assigning.set(false);
        payment.refetch();
        payments.refetch();
    });
    let cancel = Callback::new(move |()| assigning.set(false));
    view! {
        <Loaded query=payment rows=8 let:payment>
            {
                // A refund gives back what an invoice took; what nobody asked for is still here.
                let here = matches!(payment.status, PaymentStatus::Succeeded | PaymentStatus::Refunded);
                let can = here && !waiting(&payment).is_zero() && may(Permission::PaymentsBook);
                let kept = StoredValue::new(payment.clone());
                view! {
                    <Facts rows=facts(&payment) />
                    {move || match (can, assigning.get()) {
                        (false, _) => ().into_any(),
                        (true, false) => {
                            view! {
                                <div class="form-bar">
                                    <Button
                                        text=td().assign.title
                                        class="btn-primary"
                                        on_click=Callback::new(move |()| assigning.set(true))
                                    />
                                </div>
                            }
                                .into_any()
                        }
                        (true, true) => view! { <Assign payment=kept.get_value() done cancel /> }.into_any(),
                    }}
                }
            }
        </Loaded>
        <div class="mt-5">
            <History subject=id.0 />
        </div>
    }
}

fn facts(payment: &PaymentSummary) -> Vec<(String, AnyView)> {
    let mut rows = vec![
        (t().status.to_owned(), view! { <StateBadge state=payment.status.as_str() /> }.into_any()),
        (ta().client.to_owned(), client_link(payment.client_id, payment.client_name.clone())),
    ];
    if let (Some(id), Some(number)) = (payment.document_id, payment.document_number.clone()) {
        let link = view! { <a class="link" href=format!("/admin/documents/{id}")>{number}</a> };
        rows.push((ta().document.to_owned(), link.into_any()));
    }
    rows.extend([
        (ta().gateway.to_owned(), payment.gateway_name.clone().into_any()),
        (
            ta().external_id.to_owned(),
            view! { <CopyId id=payment.external_id.clone() text=payment.external_id.clone() /> }.into_any(),
        ),
        (ta().received_on.to_owned(), format::day(payment.received_on).into_any()),
        (ta().gross.to_owned(), format::money(payment.gross).into_any()),
        (ta().fee.to_owned(), format::money(payment.fee).into_any()),
        (ta().to_wallet.to_owned(), format::money(payment.to_wallet).into_any()),
        (ta().to_tax.to_owned(), format::money(payment.to_tax).into_any()),
        (ta().to_suspense.to_owned(), format::money(payment.to_suspense).into_any()),
        (td().assign.waits.to_owned(), format::money(waiting(payment)).into_any()),
        (word("refunded").to_owned(), format::money(payment.refunded).into_any()),
        (
            ta().booked_by.to_owned(),
            format!("{} · {}", actor_word(&payment.booked_by), format::date_time(payment.created_at))
                .into_any(),
        ),
    ]);
    if !payment.note.is_empty() {
        rows.push((t().note.to_owned(), payment.note.clone().into_any()));
    }
    rows.push((
        "ID".to_owned(),
        view! { <RecordId id=payment.id.0 path=format!("/admin/payments/{}", payment.id) /> }.into_any(),
    ));
    rows
}

/// The global list of payments.
#[component]
pub fn PaymentsPage() -> impl IntoView {
    view! {
        <Title text=ta().payments />
        <PageHead title=ta().payments text=ta().payments_text />
        <PaymentsTable client=None />
    }
}
