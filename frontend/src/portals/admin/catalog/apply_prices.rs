//! `/admin/products/:id/apply`: prices of the catalogue for running services; `/admin/price-changes/:id`: one such change.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::catalog::{
    NewPriceChange, PriceChange, PriceChangePreview, PriceChangeRow, PriceChangeService, PriceChangeTotal,
};
use shared::{Page, Permission, PriceChangeId, ProductId};
use ui::{
    Breadcrumbs, Button, Card, Column, Confirm, Crumb, EmptyState, Facts, Form, FormErrors, LinkButton,
    PageHead, TableWrap, TextField, lu, toast_ok, use_list,
};

use crate::api::{self, Key};
use crate::format;
use crate::i18n::{ta, td};
use crate::parts::amount::Signed;
use crate::parts::why::actor_word;
use crate::parts::{DataTable, Loaded, StateBadge, by_id, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;

/// The changes of a product's prices that reached its services, on the product's page.
#[component]
pub(super) fn PriceChanges(id: ProductId) -> impl IntoView {
    let words = &td().price_change;
    let changes = use_query(move || id, api::catalog::price_changes);
    changes.refresh_every(|| 30);
    let tools = Box::new(move || {
        may(Permission::ServicesView)
            .then(|| {
                view! { <LinkButton text=words.apply href=format!("/admin/products/{id}/apply") class="btn-sm" /> }
            })
            .into_any()
    });
    view! {
        <Card title=words.title text=words.text tools flush=true>
            <Loaded query=changes rows=2 let:page>
                {if page.items.is_empty() {
                    view! { <p class="card-body text-sm text-ink-3">{words.none}</p> }.into_any()
                } else {
                    view! { <ChangesTable changes=page.items /> }.into_any()
                }}
            </Loaded>
        </Card>
    }
}

#[component]
fn ChangesTable(changes: Vec<PriceChange>) -> impl IntoView {
    let words = &td().price_change;
    let rows = changes.into_iter().map(|change| {
        view! {
            <tr>
                <td>
                    <a class="row-link" href=format!("/admin/price-changes/{}", change.id)>{format::date_time(change.apply_at)}</a>
                </td>
                <td><StateBadge state=change.state.as_str() /></td>
                <td class="end num">{format::count(change.services)}</td>
                <td class="end num">{format::count(change.applied)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <TableWrap label=words.list>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{words.applies}</th>
                        <th scope="col">{words.state}</th>
                        <th scope="col" class="end">{words.reaches}</th>
                        <th scope="col" class="end">{words.applied}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableWrap>
    }
}

fn product_crumbs(id: ProductId, here: &str) -> Vec<Crumb> {
    vec![
        Crumb::to(ta().products, "/admin/products"),
        Crumb::to(ta().product, format!("/admin/products/{id}")),
        Crumb::here(here),
    ]
}

/// Preview and decision.
#[component]
pub fn ApplyPricesPage() -> impl IntoView {
    by_id(|id: ProductId| {
        let words = &td().price_change;
        let list = use_list("client");
        let sums = RwSignal::new(None::<PriceChangePreview>);
        let rows = use_query(
            move || list.api_query(),
            move |query| async move {
                let preview = api::catalog::preview_price_change(id, &query).await?;
                let PriceChangePreview { items, page, per_page, total, .. } = preview.clone();
                sums.set(Some(preview));
                Ok(Page { items, page, per_page, total })
            },
        );
        view! {
            <Title text=words.title />
            <Breadcrumbs crumbs=product_crumbs(id, words.title) />
            <PageHead title=words.title text=words.plan_text />
            <div class="grid-2 mb-5">
                {move || sums.get().map(|preview| view! { <Totals preview /> })}
                {may(Permission::ProductsEdit).then(|| view! { <PlanForm id sums /> })}
            </div>
            <DataTable
                query=rows
                list
                columns=preview_columns()
                label=words.preview
                searchable=false
                empty=ViewFn::from(|| {
                    let words = &td().price_change;
                    view! { <EmptyState icon=lu::LuTags title=words.nobody text=words.nobody_text /> }
                })
            />
        }
    })
}

fn preview_columns() -> Vec<Column<PriceChangeRow>> {
    columns(|row: &PriceChangeRow| row.clone())
}

/// Client, service, price now and then, and the difference, of whatever `row` finds them in.
fn columns<T: 'static>(row: fn(&T) -> PriceChangeRow) -> Vec<Column<T>> {
    let words = &td().price_change;
    vec![
        Column::new("client", ta().client, move |one: &T| {
            let row = row(one);
            view! { <a class="link" href=format!("/admin/clients/{}", row.client_id)>{row.client_name}</a> }
        }),
        Column::new("service", words.service, move |one: &T| {
            let row = row(one);
            view! { <a class="row-link" href=format!("/admin/services/{}", row.service_id)>{row.label}</a> }
        }),
        Column::new("before", words.before, move |one: &T| {
            let row = row(one);
            format!("{} {}", format::money(row.base_before), format::per_period(row.period))
        })
        .end(),
        Column::new("after", words.after, move |one: &T| {
            let row = row(one);
            format!("{} {}", format::money(row.base_after), format::per_period(row.period))
        })
        .end(),
        Column::new("difference", words.difference, move |one: &T| {
            let row = row(one);
            view! { <Signed amount=row.difference.amount() currency=row.difference.currency() /> }
        })
        .end(),
    ]
}

/// What all services come to, by currency, and who is left out.
#[component]
fn Totals(preview: PriceChangePreview) -> impl IntoView {
    let words = &td().price_change;
    let of_currency = |total: &PriceChangeTotal| {
        let together =
            format!("{} → {}", format::money(total.monthly_before), format::money(total.monthly_after));
        let more = total.monthly_difference;
        let more = view! { <Signed amount=more.amount() currency=more.currency() /> };
        [(words.total.to_owned(), together.into_any()), (words.more.to_owned(), more.into_any())]
    };
    let mut rows = vec![(words.reaches.to_owned(), format::count(preview.total).into_any())];
    rows.extend(preview.totals.iter().flat_map(of_currency));
    rows.push((words.unchanged.to_owned(), format::count(preview.unchanged).into_any()));
    if preview.kept > 0 {
        rows.push((words.kept.to_owned(), format::count(preview.kept).into_any()));
    }
    view! {
        <Card title=words.preview text=words.preview_text>
            <Facts rows />
        </Card>
    }
}

/// From when, and the decision.
#[component]
fn PlanForm(id: ProductId, sums: RwSignal<Option<PriceChangePreview>>) -> impl IntoView {
    let words = &td().price_change;
    let from = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let key = StoredValue::new(Key::new());
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let day = from.get_untracked();
            async move {
                let apply_at = format!("{day}T00:00:00Z").parse().ok();
                let body = NewPriceChange { apply_at };
                let answer = api::catalog::plan_price_change(id, &body, &key.get_value()).await;
                Key::after(key, &answer);
                answer
            }
        },
        move |change: PriceChange| {
            toast_ok(td().price_change.planned);
            navigate(&format!("/admin/price-changes/{}", change.id), Default::default());
        },
    );
    let nobody = Signal::derive(move || sums.with(|sums| sums.as_ref().is_none_or(|sums| sums.total == 0)));
    view! {
        <Card title=words.apply>
            <Form errors on_submit=send.run>
                <TextField name="apply_at" label=words.from kind="date" value=from help=words.from_help />
                <div class="form-bar">
                    <Button text=words.plan class="btn-primary" submit=true busy=send.busy disabled=nobody />
                </div>
            </Form>
        </Card>
    }
}

/// One change: how far it has come, and what became of each service.
#[component]
pub fn PriceChangePage() -> impl IntoView {
    by_id(|id: PriceChangeId| {
        let change = use_query(move || id, api::catalog::price_change);
        change.refresh_every(|| 10);
        view! {
            <Loaded query=change let:detail>
                <ChangeHead detail change />
            </Loaded>
            {may(Permission::ServicesView).then(|| view! { <ChangeServices id change /> })}
        }
    })
}

#[component]
fn ChangeHead(detail: PriceChange, change: Query<PriceChange>) -> impl IntoView {
    let words = &td().price_change;
    let id = detail.id;
    let open = RwSignal::new(false);
    let cancel = submit_with(
        move || api::catalog::cancel_price_change(id),
        move |cancelled| {
            open.set(false);
            change.put(cancelled);
            toast_ok(td().price_change.cancelled);
        },
    );
    let may_cancel = detail.state.can_be_cancelled() && may(Permission::ProductsEdit);
    let decided = format!("{}, {}", actor_word(&detail.created_by), format::date_time(detail.created_at));
    let rows = vec![
        (words.applies.to_owned(), format::date_time(detail.apply_at).into_any()),
        (words.reaches.to_owned(), format::count(detail.services).into_any()),
        (words.applied.to_owned(), format::count(detail.applied).into_any()),
        (words.decided_by.to_owned(), decided.into_any()),
    ];
    view! {
        <Title text=words.title />
        <Breadcrumbs crumbs=product_crumbs(detail.product_id, words.title) />
        <PageHead title=words.title>
            <StateBadge state=detail.state.as_str() />
            {may_cancel
                .then(|| view! { <Button text=words.cancel on_click=Callback::new(move |()| open.set(true)) /> })}
        </PageHead>
        <div class="mb-5">
            <Card>
                <Facts rows />
            </Card>
        </div>
        <Confirm
            open
            title=words.cancel
            text=words.cancel_text
            action=words.cancel
            busy=cancel.busy
            on_confirm=cancel.run
        />
    }
}

#[component]
fn ChangeServices(id: PriceChangeId, change: Query<PriceChange>) -> impl IntoView {
    let words = &td().price_change;
    let list = use_list("client");
    // Rows change with the whole.
    let applied = Memo::new(move |_| {
        change.data().with(|change| change.as_ref().map(|change| (change.state, change.applied)))
    });
    let rows = use_query(
        move || (list.api_query(), applied.get()),
        move |(query, _): (String, _)| api::catalog::price_change_services(id, &query),
    );
    let mut columns = columns(|row: &PriceChangeService| row.service.clone());
    columns.push(Column::new("outcome", words.outcome, |row: &PriceChangeService| {
        view! { <StateBadge state=row.outcome.as_str() /> }
    }));
    columns
        .push(Column::new("done", words.done, |row: &PriceChangeService| row.done_at.map(format::date_time)));
    view! {
        <DataTable
            query=rows
            list
            columns
            label=words.reaches
            searchable=false
            empty=ViewFn::from(|| view! { <EmptyState icon=lu::LuTags title=td().price_change.nobody /> })
        />
    }
}
