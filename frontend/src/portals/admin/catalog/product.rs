//! `/admin/products/:id` and `/admin/products/new`: one product.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};
use send_wrapper::SendWrapper;
use shared::catalog::{ProductCopy, ProductDetail, ProductInput, ProductOptionGroup, ProductOptionGroups};
use shared::{OptionGroupId, Permission, ProductId};
use ui::{
    Badge, Breadcrumbs, Button, Card, Confirm, Crumb, Dialog, Facts, Form, FormErrors, Icon, Menu,
    MenuButton, NumberField, PageHead, SelectField, SwitchField, TextArea, TextField, Tone, lu, toast_ok,
    use_unsaved_guard,
};

use super::prices::{PriceGrid, Priced};
use super::texts::{TextsFields, TextsForm};
use crate::i18n::{self, t, ta};
use crate::parts::{Loaded, NotFound, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// A product being edited: its general data.
#[derive(Clone, Copy)]
struct ProductForm {
    before: StoredValue<Option<ProductInput>>,
    key: RwSignal<String>,
    texts: TextsForm,
    icon: RwSignal<String>,
    visible: RwSignal<bool>,
    direct_link: RwSignal<bool>,
    retired: RwSignal<bool>,
    stock_control: RwSignal<bool>,
    stock: RwSignal<String>,
    hourly_billing: RwSignal<bool>,
    allow_idle: RwSignal<bool>,
    convert_price: RwSignal<bool>,
    grace: RwSignal<String>,
    termination: RwSignal<String>,
    cancellation: RwSignal<String>,
    module: RwSignal<String>,
    notes: RwSignal<String>,
}

impl ProductForm {
    fn new(product: Option<ProductInput>) -> Self {
        let old = product.as_ref();
        let text = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
        let number = |number: Option<i32>| text(number.map(|number| number.to_string()));
        let on = |pick: fn(&ProductInput) -> bool, new: bool| RwSignal::new(old.map_or(new, pick));
        Self {
            key: text(old.map(|product| product.key.clone())),
            texts: TextsForm::new(old.map(|product| &product.texts)),
            icon: text(Some(old.map_or_else(|| "box".to_owned(), |product| product.icon.clone()))),
            visible: on(|product| product.visible, true),
            direct_link: on(|product| product.direct_link, false),
            retired: on(|product| product.retired, false),
            stock_control: on(|product| product.stock_control, false),
            stock: number(old.and_then(|product| product.stock)),
            hourly_billing: on(|product| product.hourly_billing, true),
            allow_idle: on(|product| product.allow_idle, false),
            convert_price: on(|product| product.convert_price, false),
            grace: number(old.and_then(|product| product.suspension_grace_hours)),
            termination: number(old.map_or(Some(48), |product| product.termination_delay_hours)),
            cancellation: number(Some(old.map_or(48, |product| product.cancellation_delay_hours))),
            module: text(Some(old.map_or_else(|| "manual".to_owned(), |product| product.module.clone()))),
            notes: text(old.map(|product| product.notes.clone())),
            before: StoredValue::new(product),
        }
    }

    fn read(self) -> ProductInput {
        let before = self.before.get_value();
        ProductInput {
            version: before.as_ref().and_then(|before| before.version),
            key: self.key.get().trim().to_owned(),
            texts: self.texts.read(),
            icon: self.icon.get(),
            visible: self.visible.get(),
            direct_link: self.direct_link.get(),
            retired: self.retired.get(),
            stock_control: self.stock_control.get(),
            stock: self.stock.get().parse().ok(),
            hourly_billing: self.hourly_billing.get(),
            allow_idle: self.allow_idle.get(),
            convert_price: self.convert_price.get(),
            suspension_grace_hours: self.grace.get().parse().ok(),
            termination_delay_hours: self.termination.get().parse().ok(),
            cancellation_delay_hours: self.cancellation.get().parse().unwrap_or(48),
            module: self.module.get(),
            module_settings: before.as_ref().map(|before| before.module_settings.clone()).unwrap_or_default(),
            attributes: before.map(|before| before.attributes).unwrap_or_default(),
            notes: self.notes.get(),
        }
    }
}

#[component]
fn ProductFields(form: ProductForm) -> impl IntoView {
    let modules = use_query(|| (), |()| api::catalog::modules());
    let options = Signal::derive(move || {
        modules.data().with(|modules| {
            modules
                .iter()
                .flatten()
                .map(|module| (module.key.clone(), module.name.clone()))
                .collect::<Vec<_>>()
        })
    });
    view! {
        <div class="form-grid">
            <TextField name="key" label=ta().key help=ta().key_help value=form.key required=true max_length=63 mono=true />
            <TextField name="icon" label=ta().icon value=form.icon max_length=50 />
            <TextsFields form=form.texts />
            <SelectField name="module" label=ta().module value=form.module options />
            <NumberField name="stock" label=ta().stock value=form.stock help=ta().stock_help />
            <SwitchField name="visible" label=ta().visible help=ta().visible_help value=form.visible wide=false />
            <SwitchField name="direct_link" label=ta().direct_link help=ta().direct_link_help value=form.direct_link wide=false />
            <SwitchField name="retired" label=ta().retired help=ta().retired_help value=form.retired wide=false />
            <SwitchField name="stock_control" label=ta().stock_control value=form.stock_control wide=false />
            <SwitchField name="hourly_billing" label=ta().hourly_billing help=ta().hourly_billing_help value=form.hourly_billing wide=false />
            <SwitchField name="allow_idle" label=ta().allow_idle value=form.allow_idle wide=false />
            <SwitchField name="convert_price" label=ta().convert_price help=ta().convert_price_help value=form.convert_price wide=false />
            <NumberField name="suspension_grace_hours" label=ta().grace_hours unit="h" value=form.grace help=ta().grace_help />
            <NumberField name="termination_delay_hours" label=ta().termination_hours unit="h" value=form.termination help=ta().empty_is_never />
            <NumberField name="cancellation_delay_hours" label=ta().cancellation_hours unit="h" value=form.cancellation />
            <TextArea name="notes" label=t().notes value=form.notes max_length=5000 />
        </div>
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
            <Card title=ta().general>
                <ProductFields form />
            </Card>
            <div class="form-bar">
                <Button text=ta().add_product class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// The page of a product.
#[component]
pub fn ProductPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id")).and_then(|id| id.parse::<ProductId>().ok())
    });
    move || match id.get() {
        None => view! { <NotFound /> }.into_any(),
        Some(id) => {
            let product = use_query(move || id, api::catalog::product);
            view! {
                <Loaded query=product rows=10 let:detail>
                    <Page detail product />
                </Loaded>
            }
            .into_any()
        }
    }
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
            <Form errors on_submit=save.run>
                <Card title=ta().general>
                    <ProductFields form />
                    <div class="form-bar mt-5">
                        <Button
                            text=t().save
                            class="btn-primary"
                            submit=true
                            busy=save.busy
                            disabled=Signal::derive(move || !editable || !dirty.get())
                        />
                    </div>
                </Card>
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
    let attached: RwSignal<Vec<(OptionGroupId, String, bool)>> = RwSignal::new(
        detail.option_groups.iter().map(|group| (group.id, group.name.clone(), group.required)).collect(),
    );
    let all = use_query(|| (), |()| api::catalog::option_groups("per_page=200".to_owned()));
    let chosen = RwSignal::new(String::new());
    let rest = Signal::derive(move || {
        all.data().with(|page| {
            let groups = page.iter().flat_map(|page| &page.items);
            groups
                .filter(|group| attached.with(|attached| attached.iter().all(|(id, ..)| *id != group.id)))
                .map(|group| (group.id.to_string(), group.name.clone()))
                .collect::<Vec<_>>()
        })
    });
    let save = submit_with(
        move || {
            let groups = attached.with_untracked(|attached| {
                attached
                    .iter()
                    .map(|(id, _, required)| ProductOptionGroup { id: *id, required: *required })
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
            <ul class="grid gap-2 mb-4">
                {move || {
                    attached
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, (id, name, required))| {
                            view! {
                                <li class="flex items-center gap-2">
                                    <a class="link flex-1 truncate" href=format!("/admin/option-groups/{id}")>{name}</a>
                                    <label class="check">
                                        <input
                                            type="checkbox"
                                            prop:checked=required
                                            on:change=move |event| {
                                                let on = event_target_checked(&event);
                                                attached.update(|attached| attached[index].2 = on);
                                            }
                                        />
                                        {ta().required}
                                    </label>
                                    <button
                                        type="button"
                                        class="btn btn-ghost btn-icon btn-sm"
                                        aria-label=ta().move_up
                                        disabled=index == 0
                                        on:click=move |_| attached.update(|attached| attached.swap(index, index - 1))
                                    >
                                        <Icon icon=lu::LuArrowUp />
                                    </button>
                                    <button
                                        type="button"
                                        class="btn btn-ghost btn-icon btn-sm"
                                        aria-label=t().remove
                                        on:click=move |_| {
                                            attached.update(|attached| {
                                                attached.remove(index);
                                            });
                                        }
                                    >
                                        <Icon icon=lu::LuTrash />
                                    </button>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <div class="flex items-end gap-2">
                <div class="flex-1">
                    <SelectField name="attach" label=t().add value=chosen options=rest />
                </div>
                <Button
                    text=t().add
                    disabled=Signal::derive(move || chosen.with(String::is_empty))
                    on_click=Callback::new(move |()| {
                        let id = chosen.get_untracked();
                        let name = rest.get_untracked().into_iter().find(|(other, _)| *other == id).map(|(_, name)| name);
                        if let (Ok(id), Some(name)) = (id.parse(), name) {
                            attached.update(|attached| attached.push((id, name, false)));
                            chosen.set(String::new());
                        }
                    })
                />
            </div>
            <div class="form-bar mt-4">
                <Button text=t().save class="btn-primary btn-sm" busy=save.busy disabled=!editable on_click=save.run />
            </div>
        </Card>
    }
}
