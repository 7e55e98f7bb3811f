//! The summary of a client: what he owes and costs, who he is, notes; in widgets that each member of staff arranges.

use leptos::prelude::*;
use shared::billing::wallet::CostSummary;
use shared::identity::{AddressKind, ClientDetail};
use shared::{ClientId, Currency, Money, Permission};
use ui::{Card, Facts, StatCard};

use super::status_history::StatusHistory;
use crate::i18n::{native_name, t, ta};
use crate::parts::Part;
use crate::portals::admin::grid::{Grid, GridTools, Widget, Widgets};
use crate::portals::admin::notes::Notes;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// What is typed and arranged here stays when the client changes.
#[component]
pub(super) fn Summary(id: ClientId, client: Query<ClientDetail>) -> impl IntoView {
    let ask = move || {
        client.data().track();
        id
    };
    let costs = use_query(ask, api::billing::client_costs);
    let widget = |key, title, width, view: ViewFn| Widget { key, title, width, view };
    let of = move |draw: fn(&ClientDetail) -> AnyView| {
        ViewFn::from(move || move || client.data().with(|detail| detail.as_ref().map(draw)))
    };
    let status = move || {
        view! {
            <Part query=client pick=|client: &ClientDetail| client.status let:_status>
                <StatusHistory client=id />
            </Part>
        }
    };
    let currency = client
        .data()
        .with_untracked(|client| client.as_ref().map_or(Currency::EUR, |client| client.currency));
    let notes = move || view! { <Notes path=format!("/admin/clients/{id}/notes") may_write=may(Permission::ClientsEdit) of_client=true /> };
    let grid = Grid::new(
        "client-summary",
        vec![
            widget("balance", t().balance, 3, of(balance)),
            widget("recurring", ta().recurring_month, 3, (move || recurring(costs, currency)).into()),
            widget("services", ta().services, 3, of(services)),
            widget("documents", ta().open_documents, 3, of(documents)),
            widget("notes", t().notes, 6, notes.into()),
            widget("information", ta().client_information, 6, of(information)),
            widget("status", ta().status_history, 6, status.into()),
            widget("sign_in", ta().last_sign_in, 6, of(last_sign_in)),
        ],
    );
    view! {
        <div class="form-bar mb-4">
            <GridTools grid />
        </div>
        <Widgets grid />
    }
}

fn balance(detail: &ClientDetail) -> AnyView {
    let (held, limit) = (format::money(detail.held), format::money(detail.credit_limit));
    view! {
        <StatCard
            title=t().balance
            figure=format::money(detail.balance)
            remark=format!("{}: {held} · {}: {limit}", t().held, t().credit_limit)
            href=format!("/admin/clients/{}/transactions", detail.id)
        />
    }
    .into_any()
}

fn recurring(costs: Query<CostSummary>, currency: Currency) -> AnyView {
    let of = move |say: fn(&CostSummary, Currency) -> Option<String>| {
        costs.data().with(|costs| costs.as_ref().map(|costs| say(costs, currency)))
    };
    let monthly =
        move || of(|costs, currency| Some(format::money_short(Money::ledger(costs.monthly, currency))));
    let lasts = move || {
        of(|costs, _| Some(format!("{}: {}", ta().lasts_until, format::date_time(costs.lasts_until?))))
    };
    view! {
        <StatCard
            title=ta().recurring_month
            figure=move || monthly().flatten().unwrap_or_else(|| "…".to_owned())
            remark=move || lasts().flatten().unwrap_or_default()
        />
    }
    .into_any()
}

fn services(detail: &ClientDetail) -> AnyView {
    let href = format!("/admin/clients/{}/services", detail.id);
    view! { <StatCard title=ta().services figure=format::count(detail.services) href /> }.into_any()
}

fn documents(detail: &ClientDetail) -> AnyView {
    let href = format!("/admin/clients/{}/documents?open=true", detail.id);
    view! { <StatCard title=ta().open_documents figure=format::count(detail.unpaid_documents) href /> }
        .into_any()
}

fn last_sign_in(detail: &ClientDetail) -> AnyView {
    let at = detail.last_sign_in_at.map_or_else(|| "—".to_owned(), format::date_time);
    let remark = detail.last_sign_in_ip.clone().unwrap_or_default();
    view! { <StatCard title=ta().last_sign_in figure=at remark /> }.into_any()
}

/// Something that may be missing.
fn text(text: Option<String>) -> AnyView {
    text.filter(|text| !text.is_empty()).unwrap_or_else(|| "—".to_owned()).into_any()
}

fn information(detail: &ClientDetail) -> AnyView {
    let billing = detail.addresses.iter().find(|address| address.kind == AddressKind::Billing);
    let address = billing.map(|billing| {
        let address = &billing.address;
        let town = format!("{} {}", address.postcode, address.city).trim().to_owned();
        let lines = [address.line1.clone(), address.line2.clone(), town, format::country(&address.country)];
        lines
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
    let name = format!("{} {}", detail.first_name, detail.last_name).trim().to_owned();
    let rows = vec![
        (t().name.to_owned(), text(Some(name))),
        (t().company_name.to_owned(), text(Some(detail.company_name.clone()))),
        (t().tax_id.to_owned(), text(tax_id)),
        (t().phone.to_owned(), text(detail.phone.clone())),
        (t().language.to_owned(), native_name(detail.language).into_any()),
        (t().currency.to_owned(), detail.currency.to_string().into_any()),
        (ta().home_company.to_owned(), detail.company_label.clone().into_any()),
        (t().billing_address.to_owned(), address.into_any()),
        (ta().client_since.to_owned(), format::date(detail.created_at).into_any()),
    ];
    view! {
        <Card title=ta().client_information>
            <Facts rows />
        </Card>
    }
    .into_any()
}
