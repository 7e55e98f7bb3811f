//! `/admin/products`: what is sold.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Permission;
use shared::catalog::ProductSummary;
use ui::{Badge, Column, EmptyState, ListState, PageHead, Tone, lu, use_list};

use super::order::{OrderHint, order_column};
use super::pictures::thumbnail;
use crate::i18n::{t, ta};
use crate::parts::filters::FilterSelect;
use crate::parts::rows::icon_links;
use crate::parts::{AddLink, DataTable};
use crate::query::{Query, use_query};
use crate::{api, format};

fn columns(products: Query<shared::Page<ProductSummary>>, list: ListState) -> Vec<Column<ProductSummary>> {
    vec![
        Column::new("name", t().name, |product: &ProductSummary| {
            view! {
                <a class="row-link" href=format!("/admin/products/{}", product.id)>
                    {thumbnail(product.icon_image.as_ref())} {product.name.clone()}
                </a>
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
        order_column("products", products, list, |product| product.id.0),
        Column::new("acts", "", |product: &ProductSummary| {
            let href = format!("/admin/services?product={}", product.id);
            icon_links(&product.name, vec![(Permission::ServicesView, href, lu::LuServer, ta().services)])
        })
        .end(),
    ]
}

/// The list of products.
#[component]
pub fn ProductsPage() -> impl IntoView {
    let list = use_list("sort");
    let products = use_query(move || list.api_query(), api::catalog::products);
    view! {
        <Title text=ta().products />
        <PageHead title=ta().products text=ta().products_text>
            <AddLink permission=Permission::ProductsEdit text=ta().add_product href="/admin/products/new" />
        </PageHead>
        <DataTable
            query=products
            list
            columns=columns(products, list)
            label=ta().products
            filters=Box::new(move || {
                let yes_no = || vec![("true".to_owned(), t().yes.to_owned()), ("false".to_owned(), t().no.to_owned())];
                view! {
                    <FilterSelect list name="visible" label=ta().visible options=yes_no() />
                    <FilterSelect list name="retired" label=ta().retired options=yes_no() />
                    <OrderHint rows=products list page="/admin/products" />
                }
                    .into_any()
            })
            empty=|| {
                view! {
                    <EmptyState icon=lu::LuPackage title=ta().no_products text=ta().products_text>
                        <AddLink permission=Permission::ProductsEdit text=ta().add_product href="/admin/products/new" />
                    </EmptyState>
                }
            }
        />
    }
}
