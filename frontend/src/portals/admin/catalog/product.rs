//! `/admin/products/:id` and `/admin/products/new`: one product.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::catalog::{
    AttachedOptionGroup, ProductDetail, ProductInput, ProductOptionGroup, ProductOptionGroups,
};
use shared::{OptionGroupId, Permission, ProductId};
use ui::{Badge, Breadcrumbs, Button, Card, Crumb, Facts, Form, FormErrors, PageHead, Tone, toast_ok};

use super::apply_prices::PriceChanges;
use super::attached::{Attached, AttachedList};
use super::attributes::Attributes;
use super::head::CatalogHead;
use super::module_settings::ModuleSettings;
use super::pictures::Pictures;
use super::prices::{PriceGrid, Priced};
use super::product_form::{ProductFields, ProductForm};
use super::seo::Seo;
use crate::i18n::{self, t, ta};
use crate::parts::filters::options_of;
use crate::parts::{Arrived, Loaded, Part, by_id, submit};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// General data, attributes, settings of the module.
#[component]
fn ProductCards(form: ProductForm) -> impl IntoView {
    let modules = use_query(|| (), |()| api::catalog::modules("per_page=200".to_owned()));
    view! {
        <Card title=ta().general>
            <ProductFields form modules />
        </Card>
        <Attributes form=form.attributes />
        <ModuleSettings module=form.module settings=form.settings modules />
    }
}

/// The form of a new product.
#[component]
pub fn NewProductPage() -> impl IntoView {
    let form = ProductForm::new(None);
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let body = untrack(|| form.read());
            api::catalog::create_product(&body)
        },
        move |product: ProductDetail| {
            toast_ok(t().created);
            navigate(&format!("/admin/products/{}", product.id), Default::default());
        },
    );
    view! {
        <Title text=ta().add_product />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().products, "/admin/products"), Crumb::here(ta().add_product)] />
        <PageHead title=ta().add_product />
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            <ProductCards form />
            <div class="form-bar">
                <Button text=ta().add_product class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// The page of a product.
#[component]
pub fn ProductPage() -> impl IntoView {
    by_id(|id: ProductId| {
        let product = use_query(move || id, api::catalog::product);
        let editable = may(Permission::ProductsEdit);
        let refetch = Callback::new(move |()| product.refetch());
        let version = Signal::derive(move || product.data().with(|detail| detail.as_ref()?.product.version));
        view! {
            <Arrived query=product rows=10>
                <Loaded query=product let:detail>
                    <Head detail editable />
                </Loaded>
                <div class="grid-2">
                    <Part query=product pick=data let:before>
                        <EditProduct id before product />
                    </Part>
                    <div class="stack-y">
                        <Loaded query=product let:detail>
                            <ProductFacts detail />
                        </Loaded>
                        <Part query=product pick=|detail: &ProductDetail| detail.option_groups.clone() let:groups>
                            <OptionGroups id groups product editable />
                        </Part>
                        <Part query=product pick=|detail: &ProductDetail| detail.images.clone() let:images>
                            <Pictures path=format!("/admin/products/{id}") images done=refetch />
                        </Part>
                        <Part query=product pick=|detail: &ProductDetail| detail.seo.clone() let:texts>
                            <Seo path=format!("/admin/products/{id}") texts version done=refetch />
                        </Part>
                    </div>
                </div>
                <div class="stack-y mt-5">
                    <Part query=product pick=|detail: &ProductDetail| detail.prices.clone() let:prices>
                        <PriceGrid owner=Priced::Product(id) prices done=refetch editable />
                    </Part>
                    <PriceChanges id />
                    <History subject=id.0 />
                </div>
            </Arrived>
        }
    })
}

/// What the form edits. The version is that of the whole product, whose other parts are saved by themselves.
fn data(detail: &ProductDetail) -> ProductInput {
    ProductInput { version: None, ..detail.product.clone() }
}

#[component]
fn EditProduct(id: ProductId, before: ProductInput, product: Query<ProductDetail>) -> impl IntoView {
    let form = ProductForm::new(Some(before));
    let first = StoredValue::new(untrack(|| form.read()));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != form.read()));
    let errors = FormErrors::new();
    let save = submit(
        errors,
        move || {
            let version = product.data().with_untracked(|detail| detail.as_ref()?.product.version);
            let body = ProductInput { version, ..untrack(|| form.read()) };
            api::catalog::change_product(id, &body)
        },
        move |detail: ProductDetail| {
            form.settings.set(detail.product.module_settings.clone());
            first.set_value(untrack(|| form.read()));
            product.put(detail);
            toast_ok(t().saved);
        },
    );
    let disabled = Signal::derive(move || !may(Permission::ProductsEdit) || !dirty.get());
    view! {
        <Form errors on_submit=save.run class="stack-y">
            <ProductCards form />
            <div class="form-bar">
                <Button text=t().save class="btn-primary" submit=true busy=save.busy disabled />
            </div>
        </Form>
    }
}

#[component]
fn Head(detail: ProductDetail, editable: bool) -> impl IntoView {
    let id = detail.id;
    let name = shared::catalog::text_in(&detail.product.texts, i18n::language())
        .map_or_else(|| detail.product.key.clone(), |text| text.name.clone());
    let badges = view! {
        {detail.product.retired.then(|| view! { <Badge text=ta().retired /> })}
        {(!detail.product.visible).then(|| view! { <Badge text=ta().hidden tone=Tone::Warn /> })}
    }
    .into_any();
    let list = (ta().products, "/admin/products");
    let (key, delete_text) = (detail.product.key, ta().delete_product_text);
    view! { <CatalogHead list name id=id.0 key editable badges delete_text /> }
}

#[component]
fn ProductFacts(detail: ProductDetail) -> impl IntoView {
    let groups = detail.groups.iter().map(|group| {
        view! { <a class="link block" href=format!("/admin/product-groups/{}", group.id)>{group.name.clone()}</a> }
    });
    let stock = detail.product.stock.map(|stock| format!("{} / {stock}", detail.stock_used));
    let rows = vec![
        (ta().services.to_owned(), format::count(detail.services).into_any()),
        (ta().stock.to_owned(), stock.into_any()),
        (ta().product_groups.to_owned(), groups.collect_view().into_any()),
        (t().updated_at.to_owned(), format::date_time(detail.updated_at).into_any()),
    ];
    view! {
        <Card title=ta().facts>
            <Facts rows />
        </Card>
    }
}

/// Which option groups the product has, in order.
#[component]
fn OptionGroups(
    id: ProductId,
    groups: Vec<AttachedOptionGroup>,
    product: Query<ProductDetail>,
    editable: bool,
) -> impl IntoView {
    let attached = RwSignal::new(
        groups
            .into_iter()
            .map(|group| Attached { id: group.id.0, name: group.name, flag: group.required })
            .collect::<Vec<_>>(),
    );
    let errors = FormErrors::new();
    let all = use_query(|| (), |()| api::catalog::option_groups("per_page=200".to_owned()));
    let all = options_of(all, |group| (group.id.0, group.name.clone()));
    let save = submit(
        errors,
        move || {
            let version = product.data().with_untracked(|detail| detail.as_ref()?.product.version);
            let version = version.unwrap_or_default();
            let groups = attached.with_untracked(|attached| {
                attached
                    .iter()
                    .map(|one| ProductOptionGroup { id: OptionGroupId(one.id), required: one.flag })
                    .collect()
            });
            api::catalog::set_option_groups(id, &ProductOptionGroups { version, groups })
        },
        move |detail| {
            product.put(detail);
            toast_ok(t().saved);
        },
    );
    view! {
        <Card title=ta().option_groups text=ta().attach_text>
            <Form errors on_submit=save.run>
                <AttachedList attached all page="/admin/option-groups" flag=ta().required />
                <div class="form-bar">
                    <Button text=t().save class="btn-primary btn-sm" submit=true busy=save.busy disabled=!editable />
                </div>
            </Form>
        </Card>
    }
}
