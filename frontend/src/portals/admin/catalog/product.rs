//! `/admin/products/:id` and `/admin/products/new`: one product.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::catalog::{
    AttachedOptionGroup, AttributeOfProduct, AttributeSummary, AttributeText, ProductAttributes,
    ProductDetail, ProductInput, ProductOptionGroup, ProductOptionGroups,
};
use shared::{AttributeId, OptionGroupId, Permission, ProductId};
use ui::{Badge, Breadcrumbs, Button, Card, Crumb, Facts, Form, FormErrors, PageHead, Tone, toast_ok};
use uuid::Uuid;

use super::apply_prices::PriceChanges;
use super::attached::{Attached, AttachedList};
use super::attributes::Attributes;
use super::head::{CatalogHead, name_and_key};
use super::module_settings::ModuleSettings;
use super::pictures::Pictures;
use super::prices::{PriceGrid, Priced};
use super::product_form::{ProductFields, ProductForm};
use super::seo::Seo;
use crate::api::client::Reply;
use crate::i18n::{t, ta, td};
use crate::parts::filters::options_of;
use crate::parts::{Arrived, Loaded, Part, by_id, submit};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// General data, its own attributes, settings of the module.
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
                        <Part query=product pick=|detail: &ProductDetail| detail.group_attributes.clone() let:attributes>
                            <GroupAttributes id attributes product editable />
                        </Part>
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
    let (name, key) = name_and_key(&detail.product.key, &detail.product.texts);
    let badges = view! {
        {detail.product.retired.then(|| view! { <Badge text=ta().retired /> })}
        {(!detail.product.visible).then(|| view! { <Badge text=ta().hidden tone=Tone::Warn /> })}
    }
    .into_any();
    let list = (ta().products, "/admin/products");
    let delete_text = ta().delete_product_text;
    view! { <CatalogHead list name id=id.0 key editable badges delete_text /> }
}

#[component]
fn ProductFacts(detail: ProductDetail) -> impl IntoView {
    let groups = detail.groups.iter().map(|group| {
        view! { <a class="link block py-1" href=format!("/admin/product-groups/{}", group.id)>{group.name.clone()}</a> }
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
    let groups = groups.into_iter();
    let attached = groups
        .map(|group| Attached { id: group.id.0, name: group.name, flag: group.required })
        .collect::<Vec<_>>();
    let all = use_query(|| (), |()| api::catalog::option_groups("per_page=200".to_owned()));
    let all = options_of(all, |group| (group.id.0, group.name.clone()));
    let save = move |version: i32, attached: Vec<Attached>| {
        let groups = attached
            .iter()
            .map(|one| ProductOptionGroup { id: OptionGroupId(one.id), required: one.flag })
            .collect();
        api::catalog::set_option_groups(id, &ProductOptionGroups { version, groups })
    };
    let (title, text) = (ta().option_groups, ta().attach_text);
    let (page, flag) = (Some("/admin/option-groups"), Some(ta().required));
    view! { <AttachedCard title text attached all page flag product editable save=Box::new(save) /> }
}

/// What the product has of attribute groups, in order.
#[component]
fn GroupAttributes(
    id: ProductId,
    attributes: Vec<AttributeSummary>,
    product: Query<ProductDetail>,
    editable: bool,
) -> impl IntoView {
    let name = |attribute: &AttributeSummary| {
        let AttributeText { name, value } = &attribute.text;
        format!("{} · {name}: {value}", attribute.group_name)
    };
    let attached = attributes
        .iter()
        .map(|attribute| Attached { id: attribute.id.0, name: name(attribute), flag: false })
        .collect::<Vec<_>>();
    let all = use_query(
        || (),
        |()| async {
            let mut all = api::catalog::attributes("per_page=200".to_owned()).await?;
            while i64::try_from(all.items.len()).is_ok_and(|read| read < all.total) {
                let page = all.items.len() / 200 + 1;
                let more = api::catalog::attributes(format!("per_page=200&page={page}")).await?.items;
                if more.is_empty() {
                    break;
                }
                all.items.extend(more);
            }
            Ok(all)
        },
    );
    let all = Signal::derive(move || {
        all.data().with(|page| {
            let all = page.iter().flat_map(|page| &page.items);
            all.map(|attribute| (attribute.id.0, name(attribute))).collect::<Vec<_>>()
        })
    });
    let save = move |version: i32, attached: Vec<Attached>| {
        let attributes = attached.iter().map(|one| AttributeOfProduct { id: AttributeId(one.id) }).collect();
        api::catalog::set_product_attributes(id, &ProductAttributes { version, attributes })
    };
    let (title, text) = (td().product.attributes, td().product.group_attributes_text);
    view! { <AttachedCard title text attached all page=None flag=None product editable save=Box::new(save) /> }
}

/// What is attached to the product, saved by itself.
#[component]
fn AttachedCard(
    title: &'static str,
    text: &'static str,
    attached: Vec<Attached>,
    all: Signal<Vec<(Uuid, String)>>,
    page: Option<&'static str>,
    flag: Option<&'static str>,
    product: Query<ProductDetail>,
    editable: bool,
    /// Sends it, with the version of the product that was read.
    save: Box<dyn Fn(i32, Vec<Attached>) -> Reply<ProductDetail>>,
) -> impl IntoView {
    let attached = RwSignal::new(attached);
    let errors = FormErrors::new();
    let save = submit(
        errors,
        move || {
            let version = product.data().with_untracked(|detail| detail.as_ref()?.product.version);
            save(version.unwrap_or_default(), attached.get_untracked())
        },
        move |detail| {
            product.put(detail);
            toast_ok(t().saved);
        },
    );
    view! {
        <Card title text>
            <Form errors on_submit=save.run>
                <fieldset class="min-w-0" disabled=!editable>
                    <AttachedList attached all page flag />
                </fieldset>
                <div class="form-bar">
                    <Button text=t().save class="btn-primary btn-sm" submit=true busy=save.busy disabled=!editable />
                </div>
            </Form>
        </Card>
    }
}
