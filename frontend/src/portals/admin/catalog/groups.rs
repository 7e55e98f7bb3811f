//! `/admin/product-groups`: how products are shown.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::catalog::{
    Images, Look, ProductGroupDetail, ProductGroupInput, ProductGroupSummary, ProductInGroup, SeoTexts,
};
use shared::{Page, Permission, ProductGroupId, ProductId};
use ui::{
    Button, Card, Column, Form, FormErrors, ListState, SelectField, SwitchField, TextField, lu, toast_ok,
    use_list,
};

use super::attached::{Attached, AttachedList};
use super::head::{CatalogHead, name_and_key};
use super::listing::{GroupList, Kind, Named, NewGroup, named};
use super::order::order_column;
use super::pictures::Pictures;
use super::seo::Seo;
use super::texts::{TextsFields, TextsForm};
use crate::i18n::{t, ta, td};
use crate::parts::filters::options_of;
use crate::parts::filters::word_options;
use crate::parts::{Arrived, Part, by_id, submit};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

const PAGE: &str = "/admin/product-groups";

fn kind() -> Kind {
    let (title, text) = (ta().product_groups, ta().product_groups_text);
    Kind { title, text, page: PAGE, icon: lu::LuLayers }
}

fn columns(groups: Query<Page<ProductGroupSummary>>, list: ListState) -> Vec<Column<ProductGroupSummary>> {
    let mut columns = Vec::from(named(PAGE, |group: &ProductGroupSummary| Named {
        id: group.id.0,
        name: &group.name,
        key: &group.key,
        icon: group.icon_image.as_ref(),
        visible: group.visible,
    }));
    columns.extend([
        Column::new("products", ta().products, |group: &ProductGroupSummary| format::count(group.products))
            .end()
            .sorted_by("products"),
        Column::new("updated", t().updated_at, |group: &ProductGroupSummary| format::date(group.updated_at)),
        order_column("product-groups", groups, list, |group| group.id.0),
    ]);
    columns
}

/// The list of product groups.
#[component]
pub fn ProductGroupsPage() -> impl IntoView {
    let list = use_list("sort");
    let groups = use_query(move || list.api_query(), api::catalog::product_groups);
    view! { <GroupList kind=kind() groups list columns=columns(groups, list) /> }
}

/// The form of a new product group.
#[component]
pub fn NewProductGroupPage() -> impl IntoView {
    view! {
        <NewGroup kind=kind()>
            <GroupForm detail=None />
        </NewGroup>
    }
}

/// The page of a product group.
#[component]
pub fn ProductGroupPage() -> impl IntoView {
    by_id(|id: ProductGroupId| {
        let group = use_query(move || id, api::catalog::product_group);
        let names = |detail: &ProductGroupDetail| name_and_key(&detail.group.key, &detail.group.texts);
        let list = (ta().product_groups, PAGE);
        let head = move |(name, key): (String, String)| {
            let (editable, delete_text) = (may(Permission::ProductsEdit), ta().delete_group_text);
            view! { <CatalogHead list name id=id.0 key editable delete_text /> }
        };
        let refetch = Callback::new(move |()| group.refetch());
        let version = Signal::derive(move || group.data().with(|detail| detail.as_ref()?.group.version));
        view! {
            <Arrived query=group rows=8>
                <Part query=group pick=names children=head />
                <div class="stack-y max-w-4xl">
                    <Part query=group pick=data let:detail>
                        <GroupForm detail=Some((detail, group)) />
                    </Part>
                    <Part query=group pick=|detail: &ProductGroupDetail| detail.images.clone() let:images>
                        <Pictures path=format!("{PAGE}/{id}") images done=refetch />
                    </Part>
                    <Part query=group pick=|detail: &ProductGroupDetail| detail.seo.clone() let:texts>
                        <Seo path=format!("{PAGE}/{id}") texts version done=refetch />
                    </Part>
                    <History subject=id.0 />
                </div>
            </Arrived>
        }
    })
}

/// What the form edits; pictures and what search engines are told are saved by themselves.
fn data(detail: &ProductGroupDetail) -> ProductGroupDetail {
    ProductGroupDetail {
        group: ProductGroupInput { version: None, ..detail.group.clone() },
        images: Images::default(),
        seo: SeoTexts::new(),
        updated_at: detail.created_at,
        ..detail.clone()
    }
}

#[component]
fn GroupForm(detail: Option<(ProductGroupDetail, Query<ProductGroupDetail>)>) -> impl IntoView {
    let old = detail.as_ref().map(|(detail, _)| detail.group.clone());
    let id = detail.as_ref().map(|(detail, _)| detail.id);
    let query = detail.as_ref().map(|(_, query)| *query);
    let key = RwSignal::new(old.as_ref().map(|group| group.key.clone()).unwrap_or_default());
    let icon = RwSignal::new(old.as_ref().map_or_else(|| "folder".to_owned(), |group| group.icon.clone()));
    let texts = TextsForm::new(old.as_ref().map(|group| &group.texts));
    let visible = RwSignal::new(old.as_ref().is_none_or(|group| group.visible));
    let looks = [
        ("list_look", td().shop.list_look, old.as_ref().map_or(Look::Cards, |group| group.list_look)),
        ("order_look", td().shop.order_look, old.as_ref().map_or(Look::Cards, |group| group.order_look)),
        ("manage_look", td().shop.manage_look, old.as_ref().map_or(Look::Table, |group| group.manage_look)),
    ]
    .map(|(name, label, look)| (name, label, RwSignal::new(look.to_string())));
    let look = move |at: usize, other: Look| {
        looks.get(at).and_then(|(_, _, look)| look.get().parse().ok()).unwrap_or(other)
    };
    let version = move || query?.data().with_untracked(|detail| detail.as_ref()?.group.version);
    let products = RwSignal::new(
        detail
            .iter()
            .flat_map(|(detail, _)| &detail.products)
            .map(|product| Attached { id: product.id.0, name: product.name.clone(), flag: product.visible })
            .collect::<Vec<_>>(),
    );
    let all = use_query(|| (), |()| api::catalog::products("per_page=200&sort=sort".to_owned()));
    let all = options_of(all, |product| (product.id.0, product.name.clone()));
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let body = untrack(|| ProductGroupInput {
                version: version(),
                key: key.get().trim().to_owned(),
                texts: texts.read(),
                icon: icon.get(),
                visible: visible.get(),
                list_look: look(0, Look::Cards),
                order_look: look(1, Look::Cards),
                manage_look: look(2, Look::Table),
                products: Some(products.with(|products| {
                    products
                        .iter()
                        .map(|one| ProductInGroup { id: ProductId(one.id), visible: one.flag })
                        .collect()
                })),
            });
            async move {
                match id {
                    Some(id) => api::catalog::change_product_group(id, &body).await,
                    None => api::catalog::create_product_group(&body).await,
                }
            }
        },
        move |detail: ProductGroupDetail| {
            toast_ok(t().saved);
            match query {
                Some(query) => query.put(detail),
                None => navigate(&format!("{PAGE}/{}", detail.id), Default::default()),
            }
        },
    );
    view! {
        <Form errors on_submit=send.run class="stack-y">
            <Card title=ta().general>
                <div class="form-grid">
                    <TextField name="key" label=ta().key help=ta().key_help value=key required=true max_length=63 mono=true />
                    <TextField name="icon" label=ta().icon value=icon max_length=50 />
                    <TextsFields form=texts />
                    <SwitchField name="visible" label=ta().visible value=visible />
                </div>
            </Card>
            <Card title=td().shop.looks>
                <div class="form-grid">
                    {looks
                        .map(|(name, label, value)| {
                            view! { <SelectField name label value options=word_options(Look::ALL, Look::as_str) /> }
                        })}
                </div>
            </Card>
            <Card title=ta().products>
                <AttachedList attached=products all page=Some("/admin/products") flag=Some(ta().visible) flagged=true />
            </Card>
            <div class="form-bar">
                <Button
                    text=t().save
                    class="btn-primary"
                    submit=true
                    busy=send.busy
                    disabled=!may(Permission::ProductsEdit)
                />
            </div>
        </Form>
    }
}
