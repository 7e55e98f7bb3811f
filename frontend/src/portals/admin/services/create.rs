//! `/admin/services/new`: an order that staff place for a client.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};
use send_wrapper::SendWrapper;
use shared::catalog::{ModuleField, ModuleFieldKind, OrderItem, ProductDetail};
use shared::services::{NewOrderByStaff, OrderDetail};
use shared::{ClientId, Period, ProductId};
use ui::{
    Breadcrumbs, Button, Card, Crumb, Form, FormErrors, NumberField, PageHead, PasswordField, SelectField,
    TextArea, TextField, toast_ok,
};

use super::options::{Choices, Offered, OptionFields, offered};
use super::quote::QuoteCard;
use crate::api::{self, Key};
use crate::format;
use crate::i18n::{self, t, ta};
use crate::parts::filters::options_of;
use crate::parts::{Loaded, submit};
use crate::portals::admin::clients::ClientPicker;
use crate::query::use_query;

/// The form of the order.
#[component]
pub fn NewServicePage() -> impl IntoView {
    let preset = use_query_map().with_untracked(|query| query.get("client")).unwrap_or_default();
    let client = RwSignal::new(preset);
    let product = RwSignal::new(String::new());
    let products =
        use_query(|| (), |()| api::catalog::products("per_page=200&retired=false&sort=sort".to_owned()));
    let product_options = options_of(products, |product| (product.id.to_string(), product.name.clone()));
    view! {
        <Title text=ta().create_service />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().services, "/admin/services"), Crumb::here(ta().create_service)] />
        <PageHead title=ta().create_service text=ta().create_service_text />
        <div class="stack-y max-w-4xl">
            <Card>
                <div class="grid gap-5">
                    <ClientPicker name="client" client />
                    <SelectField name="product" label=ta().product value=product options=product_options required=true wide=true />
                </div>
            </Card>
            {move || {
                product.get().parse::<ProductId>().ok().map(|id| view! { <OrderForm id client /> })
            }}
        </div>
    }
}

#[component]
fn OrderForm(id: ProductId, client: RwSignal<String>) -> impl IntoView {
    let product = use_query(
        move || id,
        |id| async move {
            let product = api::catalog::product(id).await?;
            let groups = offered(&product).await?;
            Ok((product, groups))
        },
    );
    view! {
        <Loaded query=product rows=4 let:loaded>
            <Item product=loaded.0 groups=loaded.1 client />
        </Loaded>
    }
}

#[component]
fn Item(product: ProductDetail, groups: Vec<Offered>, client: RwSignal<String>) -> impl IntoView {
    let id = product.id;
    let periods: Vec<(String, String)> = Period::ALL
        .iter()
        .filter(|period| {
            product.prices.iter().any(|price| price.price.period == **period && price.price.base.is_some())
        })
        .map(|period| (period.to_string(), format::period(*period).to_owned()))
        .collect();
    let period = RwSignal::new(periods.first().map(|(period, _)| period.clone()).unwrap_or_default());
    let (label, quantity) = (RwSignal::new(String::new()), RwSignal::new("1".to_owned()));
    let choices = Choices::new(&groups, &[]);
    let fields = use_query(
        {
            let module = product.product.module.clone();
            move || module.clone()
        },
        |module| async move {
            let modules = api::catalog::modules("per_page=200".to_owned()).await?;
            let known = modules.items.into_iter().find(|known| known.info.key == module);
            Ok(known.map(|known| known.info.fields).unwrap_or_default())
        },
    );
    let answers = RwSignal::new(BTreeMap::<String, RwSignal<String>>::new());
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let item = Memo::new(move |_| OrderItem {
        product: id,
        period: period.with(|period| period.parse().unwrap_or(Period::Monthly)),
        price: None,
        options: choices.read(),
        fields: answers.with(|answers| {
            let given = answers.iter().map(|(key, value)| (key.clone(), value.get()));
            given.filter(|(_, value)| !value.is_empty()).collect()
        }),
        label: Some(label.get().trim().to_owned()).filter(|label| !label.is_empty()),
        quantity: quantity.with(|quantity| quantity.parse().unwrap_or(0)),
    });
    let send = submit(
        errors,
        move || {
            let item = item.get_untracked();
            async move {
                let client = client.get_untracked().parse().unwrap_or(ClientId(uuid::Uuid::nil()));
                let body = NewOrderByStaff { client, items: vec![item] };
                let answer = api::services::create_order(&body, &key.get_value()).await;
                Key::after(key, &answer);
                answer
            }
        },
        move |order: OrderDetail| {
            toast_ok(t().created);
            let to = order.services.first().map_or_else(
                || "/admin/services".to_owned(),
                |service| format!("/admin/services/{}", service.id),
            );
            navigate(&to, Default::default());
        },
    );
    view! {
        <Form errors on_submit=send.run class="stack-y">
            <Card title=ta().order>
                <div class="form-grid">
                    <SelectField name="items.0.period" label=t().period value=period options=periods required=true />
                    <NumberField name="items.0.quantity" label=t().quantity value=quantity required=true />
                    <TextField name="items.0.label" label=ta().label value=label max_length=100 wide=true />
                    <OptionFields groups choices prefix="items.0.options" />
                    {move || {
                        fields
                            .data()
                            .get()
                            .unwrap_or_default()
                            .into_iter()
                            .map(|field| {
                                let value = RwSignal::new(String::new());
                                answers.update(|answers| {
                                    answers.insert(field.key.clone(), value);
                                });
                                view! { <Answer field value /> }
                            })
                            .collect_view()
                    }}
                </div>
            </Card>
            <QuoteCard client item />
            <div class="form-bar">
                <Button
                    text=ta().create_service
                    class="btn-primary"
                    submit=true
                    busy=send.busy
                    disabled=Signal::derive(move || client.with(String::is_empty))
                />
            </div>
        </Form>
    }
}

/// A question of the module.
#[component]
fn Answer(field: ModuleField, value: RwSignal<String>) -> impl IntoView {
    let label = field
        .labels
        .get(&i18n::language())
        .or_else(|| field.labels.values().next())
        .cloned()
        .unwrap_or_else(|| field.key.clone());
    let name = format!("items.0.fields.{}", field.key);
    let (required, max_length) = (field.required, field.length_max);
    match field.kind {
        ModuleFieldKind::Line => view! { <TextField name label value required max_length /> }.into_any(),
        ModuleFieldKind::Paragraph => {
            view! { <TextArea name label value required max_length rows=3 /> }.into_any()
        }
        ModuleFieldKind::Secret => {
            view! { <PasswordField name label value required autocomplete="off" /> }.into_any()
        }
    }
}
