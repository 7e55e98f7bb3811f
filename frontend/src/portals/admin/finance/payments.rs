//! `/admin/payments`: money that came in or went back, and where it went.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::billing::payment::{PaymentStatus, PaymentSummary};
use ui::{Column, EmptyState, PageHead, lu, use_list};

use crate::i18n::{t, ta};
use crate::parts::filters::{FilterSelect, word_options};
use crate::parts::{DataTable, StateBadge};
use crate::query::use_query;
use crate::{api, format};

fn columns() -> Vec<Column<PaymentSummary>> {
    vec![
        Column::new("received", ta().received_on, |payment: &PaymentSummary| {
            format::day(payment.received_on)
        })
        .sorted_by("received_on"),
        Column::new("client", ta().client, |payment: &PaymentSummary| {
            view! { <a class="link" href=format!("/admin/clients/{}", payment.client_id)>{payment.client_name.clone()}</a> }
        }),
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
            let class = if payment.to_suspense.is_zero() { "" } else { "neg font-semibold" };
            view! { <span class=class>{format::money(payment.to_suspense)}</span> }
        })
        .end(),
        Column::new("booked_by", ta().booked_by, |payment: &PaymentSummary| payment.booked_by.clone())
            .hidden(),
        Column::new("note", t().note, |payment: &PaymentSummary| payment.note.clone()).hidden(),
    ]
}

/// The list of payments.
#[component]
pub fn PaymentsPage() -> impl IntoView {
    let list = use_list("-created_at");
    let payments = use_query(move || list.api_query(), api::billing::payments);
    view! {
        <Title text=ta().payments />
        <PageHead title=ta().payments text=ta().payments_text />
        <DataTable
            query=payments
            list
            columns=columns()
            label=ta().payments
            filters=Box::new(move || {
                view! {
                    <FilterSelect
                        list
                        name="status"
                        label=t().status
                        options=word_options(PaymentStatus::ALL, PaymentStatus::as_str)
                    />
                    <FilterSelect
                        list
                        name="suspense"
                        label=ta().to_suspense
                        options=vec![("true".to_owned(), t().yes.to_owned())]
                    />
                }
                    .into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuCreditCard title=ta().no_payments text=ta().no_payments_text /> }
        />
    }
}
