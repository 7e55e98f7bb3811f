//! `/admin/products`: what is sold.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Permission;
use shared::catalog::ProductSummary;
use ui::{Badge, Column, EmptyState, LinkButton, PageHead, Tone, lu, use_list};

use super::texts::MoveRow;
use crate::i18n::{t, ta};
use crate::parts::DataTable;
use crate::parts::filters::FilterSelect;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// The ids of the rows shown, while they are in their own order.
pub(super) fn ids_in_order<T: Send + Sync>(
    query: Query<shared::Page<T>>,
    sorted: bool,
    id: fn(&T) -> uuid::Uuid,
) -> Vec<uuid::Uuid> {
    if !sorted {
        return Vec::new();
    }
    query.data().with(|page| {
        let whole = page
            .as_ref()
            .filter(|page| usize::try_from(page.total).is_ok_and(|total| total == page.items.len()));
        whole.map(|page| page.items.iter().map(id).collect()).unwrap_or_default()
    })
}

fn columns(
    products: Query<shared::Page<ProductSummary>>,
    in_order: Signal<bool>,
) -> Vec<Column<ProductSummary>> {
    vec![
        Column::new("name", t().name, |product: &ProductSummary| {
            view! {
                <a class="row-link" href=format!("/admin/products/{}", product.id)>{product.name.clone()}</a>
                <small class="sub mono">{product.key.clone()}</small>
            }
        })
        .sorted_by("name"),
        Column::new("visible", t().status, |product: &ProductSummary| {
            match (product.retired, product.visible) {
                (true, _) => view! { <Badge text=ta().retired /> },
                (_, true) => view! { <Badge text=ta().visible tone=Tone::Ok /> },
                (_, false) => view! { <Badge text=ta().hidden tone=Tone::Warn /> },
            }
        }),
        Column::new("stock", ta().stock, |product: &ProductSummary| {
            product.stock.map(|stock| format!("{} / {stock}", product.stock_used))
        })
        .end(),
        Column::new("module", ta().module, |product: &ProductSummary| product.module.clone())
            .sorted_by("module"),
        Column::new("prices", ta().prices, |product: &ProductSummary| format::count(product.prices)).end(),
        Column::new("option_groups", ta().option_groups, |product: &ProductSummary| {
            format::count(product.option_groups)
        })
        .end(),
        Column::new("services", ta().services, |product: &ProductSummary| format::count(product.services))
            .end()
            .sorted_by("services"),
        Column::new("sort", ta().order_of_rows, move |product: &ProductSummary| {
            let id = product.id.0;
            move || {
                let ids = ids_in_order(products, in_order.get(), |product| product.id.0);
                ids.iter().position(|other| *other == id).map(|index| {
                    let done = Callback::new(move |()| products.refetch());
                    view! { <MoveRow what="products" ids=ids.clone() index done /> }
                })
            }
        })
        .sorted_by("sort"),
    ]
}

/// The list of products.
#[component]
pub fn ProductsPage() -> impl IntoView {
    let list = use_list("sort");
    let products = use_query(move || list.api_query(), api::catalog::products);
    let in_order =
        Signal::derive(move || list.sort() == "sort" && !list.is_filtered() && may(Permission::ProductsEdit));
    view! {
        <Title text=ta().products />
        <PageHead title=ta().products text=ta().products_text>
            {may(Permission::ProductsEdit)
                .then(|| {
                    view! { <LinkButton text=ta().add_product href="/admin/products/new" icon=lu::LuPlus class="btn-primary" /> }
                })}
        </PageHead>
        <DataTable
            query=products
            list
            columns=columns(products, in_order)
            label=ta().products
            filters=Box::new(move || {
                let yes_no = || vec![("true".to_owned(), t().yes.to_owned()), ("false".to_owned(), t().no.to_owned())];
                view! {
                    <FilterSelect list name="visible" label=ta().visible options=yes_no() />
                    <FilterSelect list name="retired" label=ta().retired options=yes_no() />
                }
                    .into_any()
            })
            empty=|| {
                view! {
                    <EmptyState icon=lu::LuPackage title=ta().no_products text=ta().products_text>
                        <LinkButton text=ta().add_product href="/admin/products/new" class="btn-primary" />
                    </EmptyState>
                }
            }
        />
    }
}
