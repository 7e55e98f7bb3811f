//! `/admin/products/:id` and `/admin/products/new`: one product.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::catalog::{ProductCopy, ProductDetail, ProductOptionGroup, ProductOptionGroups};
use shared::{OptionGroupId, Permission, ProductId};
use ui::{
    Badge, Breadcrumbs, Button, Card, Confirm, Crumb, Dialog, Facts, Form, FormErrors, Menu, MenuButton,
    PageHead, TextField, Tone, lu, toast_ok, use_unsaved_guard,
};

use super::attached::{Attached, AttachedList};
use super::attributes::Attributes;
use super::module_settings::ModuleSettings;
use super::prices::{PriceGrid, Priced};
use super::product_form::{ProductFields, ProductForm};
use crate::i18n::{self, t, ta};
use crate::parts::{Loaded, RecordId, by_id, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// General data, attributes, settings of the module.
#[component]
fn ProductCards(form: ProductForm) -> impl IntoView {
    let modules = use_query(|| (), |()| api::catalog::modules());
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
            async move { api::catalog::create_product(&body).await }
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
        view! {
            <Loaded query=product rows=10 let:detail>
                <Page detail product />
            </Loaded>
        }
    })
}

#[component]
fn Page(detail: ProductDetail, product: Query<ProductDetail>) -> impl IntoView {
    let id = detail.id;
    let editable = may(Permission::ProductsEdit);
    let name = shared::catalog::text_in(&detail.product.texts, i18n::language())
        .map_or_else(|| detail.product.key.clone(), |text| text.name.clone());
    let form = ProductForm::new(Some(detail.product.clone()));
    let first = StoredValue::new(untrack(|| form.read()));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != form.read()));
    use_unsaved_guard(dirty.into());
    let errors = FormErrors::new();
    let save = submit(
        errors,
        move || {
            let body = untrack(|| form.read());
            async move { api::catalog::change_product(id, &body).await }
        },
        move |detail| {
            first.set_value(untrack(|| form.read()));
            product.put(detail);
            toast_ok(t().saved);
        },
    );
    let (copy_open, delete_open) = (RwSignal::new(false), RwSignal::new(false));
    let navigate = SendWrapper::new(use_navigate());
    let leave = navigate.clone();
    let delete = submit_with(
        move || api::catalog::delete_product(id),
        move |_| {
            toast_ok(t().deleted);
            leave("/admin/products", Default::default());
        },
    );
    let copy_key = RwSignal::new(format!("{}-copy", detail.product.key));
    let copy_errors = FormErrors::new();
    let copy = submit(
        copy_errors,
        move || async move {
            api::catalog::duplicate_product(
                id,
                &ProductCopy { key: copy_key.get_untracked().trim().to_owned() },
            )
            .await
        },
        move |product: ProductDetail| {
            toast_ok(t().created);
            navigate(&format!("/admin/products/{}", product.id), Default::default());
        },
    );
    let facts = vec![
        (ta().services.to_owned(), format::count(detail.services).into_any()),
        (ta().stock.to_owned(), detail.product.stock.map(|stock| format!("{} / {stock}", detail.stock_used)).into_any()),
        (
            ta().product_groups.to_owned(),
            detail
                .groups
                .iter()
                .map(|group| view! { <a class="link block" href=format!("/admin/product-groups/{}", group.id)>{group.name.clone()}</a> })
                .collect_view()
                .into_any(),
        ),
        (t().updated_at.to_owned(), format::date_time(detail.updated_at).into_any()),
        ("ID".to_owned(), view! { <RecordId id=id.0 path=format!("/admin/products/{id}") /> }.into_any()),
    ];
    let refetch = Callback::new(move |()| product.refetch());
    view! {
        <Title text=name.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().products, "/admin/products"), Crumb::here(name.clone())] />
        <header class="page-head">
            <div class="flex flex-wrap items-center gap-3">
                <h1>{name}</h1>
                {detail.product.retired.then(|| view! { <Badge text=ta().retired /> })}
                {(!detail.product.visible).then(|| view! { <Badge text=ta().hidden tone=Tone::Warn /> })}
            </div>
            {editable
                .then(|| {
                    view! {
                        <Menu label=t().actions class="btn btn-icon">
                            <MenuButton text=ta().duplicate icon=lu::LuCopy on_click=Callback::new(move |()| copy_open.set(true)) />
                            <MenuButton
                                text=t().delete
                                icon=lu::LuTrash
                                danger=true
                                on_click=Callback::new(move |()| delete_open.set(true))
                            />
                        </Menu>
                    }
                })}
        </header>
        <div class="grid-2">
            <Form errors on_submit=save.run class="stack-y">
                <ProductCards form />
                <div class="form-bar">
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=save.busy
                        disabled=Signal::derive(move || !editable || !dirty.get())
                    />
                </div>
            </Form>
            <div class="stack-y">
                <Card title=ta().facts>
                    <Facts rows=facts />
                </Card>
                <OptionGroups detail=detail.clone() product editable />
            </div>
        </div>
        <div class="mt-5">
            <PriceGrid owner=Priced::Product(id) prices=detail.prices done=refetch editable />
        </div>
        <Dialog open=copy_open title=ta().duplicate>
            <Form errors=copy_errors on_submit=copy.run>
                <TextField name="key" label=ta().key value=copy_key required=true max_length=63 mono=true />
                <div class="form-bar">
                    <Button text=ta().duplicate class="btn-primary" submit=true busy=copy.busy />
                </div>
            </Form>
        </Dialog>
        <Confirm open=delete_open title=t().delete text=ta().delete_product_text action=t().delete busy=delete.busy on_confirm=delete.run />
    }
}

/// Which option groups the product has, in order.
#[component]
fn OptionGroups(detail: ProductDetail, product: Query<ProductDetail>, editable: bool) -> impl IntoView {
    let id = detail.id;
    let version = detail.product.version.unwrap_or_default();
    let attached = RwSignal::new(
        detail
            .option_groups
            .iter()
            .map(|group| Attached { id: group.id.0, name: group.name.clone(), flag: group.required })
            .collect::<Vec<_>>(),
    );
    let all = use_query(|| (), |()| api::catalog::option_groups("per_page=200".to_owned()));
    let all = Signal::derive(move || {
        all.data().with(|page| {
            let groups = page.iter().flat_map(|page| &page.items);
            groups.map(|group| (group.id.0, group.name.clone())).collect::<Vec<_>>()
        })
    });
    let save = submit_with(
        move || {
            let groups = attached.with_untracked(|attached| {
                attached
                    .iter()
                    .map(|one| ProductOptionGroup { id: OptionGroupId(one.id), required: one.flag })
                    .collect()
            });
            async move { api::catalog::set_option_groups(id, &ProductOptionGroups { version, groups }).await }
        },
        move |detail| {
            product.put(detail);
            toast_ok(t().saved);
        },
    );
    view! {
        <Card title=ta().option_groups text=ta().attach_text>
            <AttachedList attached all page="/admin/option-groups" flag=ta().required />
            <div class="form-bar mt-4">
                <Button text=t().save class="btn-primary btn-sm" busy=save.busy disabled=!editable on_click=save.run />
            </div>
        </Card>
    }
}
