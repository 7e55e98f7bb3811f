//! `/admin/transactions`: the ledger as movements of wallets; each opens into "why?".

use leptos::prelude::*;
use leptos_meta::Title;
use shared::billing::TransferKind;
use shared::billing::ledger::TransactionSummary;
use shared::{ClientId, TransferId};
use ui::{Button, Column, Dialog, EmptyState, PageHead, lu, use_list};

use super::ledger_export::LedgerExport;
use crate::i18n::{t, ta, td};
use crate::parts::amount::{Signed, exact};
use crate::parts::filters::{FilterChip, FilterSelect, query_without, use_opened, word_options};
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::parts::why::{WhyLinks, WhyPanel};
use crate::parts::{DataTable, Loaded, StateBadge};
use crate::portals::admin::clients::{client_filter, of_client};
use crate::query::use_query;
use crate::{api, format};

/// The page of what moved the money.
fn record_of(row: &TransactionSummary) -> Option<String> {
    let service = row.service_id.map(|id| format!("/admin/services/{id}"));
    let payment = || row.payment_id.map(|id| format!("/admin/payments?payment={id}"));
    let document = || row.document_id.map(|id| format!("/admin/documents/{id}"));
    service.or_else(payment).or_else(document)
}

fn columns(with_client: bool, opened: Callback<TransferId>) -> Vec<Column<TransactionSummary>> {
    let mut columns = vec![
        Column::new("at", t().date, |row: &TransactionSummary| {
            view! { <span class="num">{format::date_time(row.at)}</span> }
        })
        .sorted_by("at"),
    ];
    if with_client {
        columns.push(Column::new("client", ta().client, |row: &TransactionSummary| {
            view! { <a class="link" href=format!("/admin/clients/{}/transactions", row.client_id)>{row.client_name.clone()}</a> }
        }));
    }
    columns.extend([
        Column::new(
            "kind",
            t().kind,
            |row: &TransactionSummary| view! { <StateBadge state=row.kind.as_str() /> },
        ),
        Column::new("description", t().description, |row: &TransactionSummary| {
            let period = row.period_from.zip(row.period_to).map(|(from, to)| {
                view! { <small class="sub">{format::date_time(from)} " – " {format::date_time(to)}</small> }
            });
            let description = row.description.clone();
            let description = match record_of(row) {
                Some(href) => view! { <a class="row-link" href=href>{description}</a> }.into_any(),
                None => view! { <span class="text-ink">{description}</span> }.into_any(),
            };
            view! { <div class="min-w-40">{description} {period}</div> }
        }),
        Column::new("amount", t().amount, |row: &TransactionSummary| {
            view! { <Signed amount=row.amount currency=row.currency /> }
        })
        .end(),
        Column::new("gross", ta().gross, |row: &TransactionSummary| {
            row.gross.map(|gross| exact(gross, row.currency))
        })
        .end()
        .hidden(),
        Column::new("fee", ta().fee, |row: &TransactionSummary| row.fee.map(|fee| exact(fee, row.currency)))
            .end()
            .hidden(),
        Column::new("before", ta().balance_before, |row: &TransactionSummary| {
            exact(row.balance_before, row.currency)
        })
        .end()
        .hidden(),
        Column::new("after", ta().balance_after, |row: &TransactionSummary| {
            exact(row.balance_after, row.currency)
        })
        .end(),
        Column::new("why", "", move |row: &TransactionSummary| {
            let id = row.id;
            view! {
                <button type="button" class="link text-sm" on:click=move |_| opened.run(id)>
                    {t().why}
                </button>
            }
        })
        .end(),
    ]);
    columns
}

/// Movements of all wallets, or of one client's.
#[component]
pub fn TransactionsTable(client: Option<ClientId>) -> impl IntoView {
    let list = use_list("-at");
    let rows = use_query(
        move || {
            let query = with_instants(&query_without(&list.api_query(), "transaction"), INSTANTS);
            of_client(query, client)
        },
        api::billing::transactions,
    );
    let (chosen, open, opened) = use_opened::<TransferId>(list, "transaction");
    view! {
        <DataTable
            query=rows
            list
            columns=columns(client.is_none(), opened)
            label=ta().transactions
            filters=Box::new(move || {
                let kinds = [
                    TransferKind::Payment,
                    TransferKind::Charge,
                    TransferKind::Refund,
                    TransferKind::Adjustment,
                    TransferKind::Credit,
                ];
                view! {
                    <FilterSelect list name="kind" label=t().kind options=word_options(&kinds, TransferKind::as_str) />
                    <FilterRange list names=INSTANTS />
                    {client.is_none().then(|| client_filter(list))}
                    <FilterChip list name="service" text=ta().service />
                    <FilterChip list name="document" text=ta().document />
                }
                    .into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuArrowLeftRight title=ta().no_transactions text=ta().transactions_text /> }
        />
        <Dialog open title=t().why class="dialog-wide">
            {move || chosen.get().map(|id| view! { <Why id /> })}
        </Dialog>
    }
}

#[component]
fn Why(id: TransferId) -> impl IntoView {
    let transaction = use_query(move || id, api::billing::transaction);
    view! {
        <Loaded query=transaction rows=5 let:detail>
            <WhyPanel detail links=WhyLinks { services: "/admin/services", documents: "/admin/documents" } />
        </Loaded>
    }
}

/// The global list of transactions.
#[component]
pub fn TransactionsPage() -> impl IntoView {
    let export_open = RwSignal::new(false);
    view! {
        <Title text=ta().transactions />
        <PageHead title=ta().transactions text=ta().transactions_text>
            <Button
                text=td().ledger.export
                icon=lu::LuDownload
                on_click=Callback::new(move |()| export_open.set(true))
            />
        </PageHead>
        <TransactionsTable client=None />
        <Dialog open=export_open title=td().ledger.export>
            <LedgerExport open=export_open />
        </Dialog>
    }
}
