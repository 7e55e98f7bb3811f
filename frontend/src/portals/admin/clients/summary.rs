//! The summary of a client: what he owes and costs, who he is, notes.

use leptos::prelude::*;
use shared::Money;
use shared::identity::ClientDetail;
use ui::{Card, Facts, StatCard};

use super::notes::{Notes, StatusHistory};
use crate::i18n::{native_name, t, ta};
use crate::query::use_query;
use crate::{api, format};

#[component]
pub(super) fn Summary(detail: ClientDetail) -> impl IntoView {
    let id = detail.id;
    let currency = detail.currency;
    let costs = use_query(move || id, api::billing::client_costs);
    let monthly = move || {
        costs.data().with(|costs| {
            costs.as_ref().map(|costs| format::money_short(Money::ledger(costs.monthly, currency)))
        })
    };
    let lasts = move || {
        costs.data().with(|costs| costs.as_ref().and_then(|costs| costs.lasts_until).map(format::date_time))
    };
    let billing =
        detail.addresses.iter().find(|address| address.kind == shared::identity::AddressKind::Billing);
    let address = billing.map(|address| {
        let address = &address.address;
        [
            address.line1.clone(),
            address.line2.clone(),
            format!("{} {}", address.postcode, address.city).trim().to_owned(),
            address.country.clone(),
        ]
        .into_iter()
        .filter(|line| !line.is_empty())
        .map(|line| view! { <div>{line}</div> })
        .collect_view()
    });
    let tax_id = (!detail.tax_id.is_empty()).then(|| {
        let checked =
            detail.tax_id_valid.map(|valid| if valid { ta().tax_id_valid } else { ta().tax_id_invalid });
        match checked {
            Some(checked) => format!("{} ({checked})", detail.tax_id),
            None => detail.tax_id.clone(),
        }
    });
    let text = |text: Option<String>| {
        text.filter(|text| !text.is_empty()).unwrap_or_else(|| "—".to_owned()).into_any()
    };
    let facts = vec![
        (
            t().name.to_owned(),
            text(Some(format!("{} {}", detail.first_name, detail.last_name).trim().to_owned())),
        ),
        (t().company_name.to_owned(), text(Some(detail.company_name.clone()))),
        (t().tax_id.to_owned(), text(tax_id)),
        (t().phone.to_owned(), text(detail.phone.clone())),
        (t().language.to_owned(), native_name(detail.language).into_any()),
        (t().currency.to_owned(), detail.currency.to_string().into_any()),
        (ta().home_company.to_owned(), detail.company_label.clone().into_any()),
        (t().billing_address.to_owned(), address.into_any()),
        (ta().client_since.to_owned(), format::date(detail.created_at).into_any()),
        (
            ta().last_sign_in.to_owned(),
            text(detail.last_sign_in_at.map(|at| {
                format!("{} · {}", format::date_time(at), detail.last_sign_in_ip.clone().unwrap_or_default())
            })),
        ),
    ];
    let base = format!("/admin/clients/{id}");
    view! {
        <div class="grid-4 mb-5">
            <StatCard
                title=t().balance
                figure=format::money(detail.balance)
                remark=format!("{}: {} · {}: {}", t().held, format::money(detail.held), t().credit_limit, format::money(detail.credit_limit))
                href=format!("{base}/transactions")
            />
            <StatCard
                title=ta().recurring_month
                figure=move || monthly().unwrap_or_else(|| "…".to_owned())
                remark=move || lasts().map(|lasts| format!("{}: {lasts}", ta().lasts_until)).unwrap_or_default()
            />
            <StatCard title=ta().services figure=format::count(detail.services) href=format!("{base}/services") />
            <StatCard
                title=ta().open_documents
                figure=format::count(detail.unpaid_documents)
                href=format!("{base}/documents?open=true")
            />
        </div>
        <div class="grid-2">
            <div class="stack-y">
                <Notes client=id />
                <StatusHistory client=id />
            </div>
            <Card title=ta().client_information>
                <Facts rows=facts />
            </Card>
        </div>
    }
}
