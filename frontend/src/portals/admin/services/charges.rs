//! `/admin/services/:id/charges`: what a service was charged, each with its arithmetic.

use leptos::prelude::*;
use shared::ServiceId;
use shared::billing::ledger::ChargeDetail;
use ui::{Column, EmptyState, lu, use_list};

use crate::i18n::{t, ta, td};
use crate::parts::DataTable;
use crate::parts::amount::exact;
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::query::use_query;
use crate::{api, format};

fn columns() -> Vec<Column<ChargeDetail>> {
    vec![
        Column::new("period", t().period, |row: &ChargeDetail| {
            view! {
                <span class="num">{format::date_time(row.period_from)} " – " {format::date_time(row.period_to)}</span>
            }
        }),
        Column::new("why", t().why, |row: &ChargeDetail| {
            view! { <span class="mono whitespace-normal">{row.why.clone()}</span> }
        }),
        Column::new("version", td().service.price_version, |row: &ChargeDetail| row.price_version).end(),
        Column::new("amount", t().amount, |row: &ChargeDetail| {
            view! { <span class="strong">{exact(row.amount, row.currency)}</span> }
        })
        .end(),
    ]
}

/// The charges of a service, latest first.
#[component]
pub(super) fn Charges(service: ServiceId) -> impl IntoView {
    let list = use_list("");
    let rows = use_query(
        move || with_instants(&list.api_query(), INSTANTS),
        move |query| api::services::charges(service, query),
    );
    rows.refresh_every(|| 30);
    view! {
        <DataTable
            query=rows
            list
            columns=columns()
            label=td().service.charges
            searchable=false
            filters=Box::new(move || {
                let href = format!("/admin/transactions?service={service}");
                view! {
                    <FilterRange list names=INSTANTS />
                    <a class="link text-sm" href=href>{ta().transactions}</a>
                }
                    .into_any()
            })
            empty=|| {
                view! { <EmptyState icon=lu::LuReceipt title=td().service.no_charges text=td().service.charges_text /> }
            }
        />
    }
}
