//! `/admin/attribute-groups`: what distinguishes products, written once for all that have it.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::catalog::{
    AttributeDetail, AttributeGroupDetail, AttributeGroupInput, AttributeGroupSummary, AttributeInput,
};
use shared::{AttributeGroupId, Page, Permission};
use ui::{
    Button, Card, Column, Dialog, EmptyState, Form, FormErrors, ListState, Open, SwitchField, TextField, lu,
    toast_ok, use_list,
};

use super::attributes::{AttributeForm, AttributeTexts};
use super::head::{CatalogHead, name_and_key};
use super::listing::{GroupList, Kind, Named, NewGroup, named};
use super::order::order_column;
use super::part::{PartHead, Shown};
use super::pictures::Picture;
use super::texts::{LanguageSegment, TextsFields, TextsForm, shown_language};
use crate::i18n::{t, ta, td};
use crate::parts::{Arrived, Part, by_id, submit};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

const PAGE: &str = "/admin/attribute-groups";

fn kind() -> Kind {
    let (title, text) = (ta().attribute_groups, ta().attribute_groups_text);
    Kind { title, text, page: PAGE, icon: lu::LuTags }
}

fn columns(
    groups: Query<Page<AttributeGroupSummary>>,
    list: ListState,
) -> Vec<Column<AttributeGroupSummary>> {
    let mut columns = Vec::from(named(PAGE, |group: &AttributeGroupSummary| Named {
        id: group.id.0,
        name: &group.name,
        key: &group.key,
        icon: group.icon_image.as_ref(),
        visible: group.visible,
    }));
    columns.extend([
        Column::new("attributes", td().product.attributes, |group: &AttributeGroupSummary| {
            format::count(group.attributes)
        })
        .end()
        .sorted_by("attributes"),
        Column::new("products", ta().products, |group: &AttributeGroupSummary| format::count(group.products))
            .end()
            .sorted_by("products"),
        Column::new("updated", t().updated_at, |group: &AttributeGroupSummary| {
            format::date(group.updated_at)
        }),
        order_column("attribute-groups", groups, list, |group| group.id.0),
    ]);
    columns
}

/// The list of attribute groups.
#[component]
pub fn AttributeGroupsPage() -> impl IntoView {
    let list = use_list("sort");
    let groups = use_query(move || list.api_query(), api::catalog::attribute_groups);
    view! { <GroupList kind=kind() groups list columns=columns(groups, list) /> }
}

/// The form of a new attribute group.
#[component]
pub fn NewAttributeGroupPage() -> impl IntoView {
    view! {
        <NewGroup kind=kind()>
            <GroupForm old=None query=None />
        </NewGroup>
    }
}

/// The page of an attribute group: its data, its attributes, the products that have some of them.
#[component]
pub fn AttributeGroupPage() -> impl IntoView {
    by_id(|id: AttributeGroupId| {
        let group = use_query(move || id, api::catalog::attribute_group);
        view! { <GroupPage id group /> }
    })
}

#[component]
fn GroupPage(id: AttributeGroupId, group: Query<AttributeGroupDetail>) -> impl IntoView {
    let editable = may(Permission::ProductsEdit);
    let edited = RwSignal::new(None::<Option<AttributeDetail>>);
    let refetch = Callback::new(move |()| group.refetch());
    let names = |detail: &AttributeGroupDetail| name_and_key(&detail.group.key, &detail.group.texts);
    let data = |detail: &AttributeGroupDetail| AttributeGroupInput { version: None, ..detail.group.clone() };
    let add = Callback::new(move |()| edited.set(Some(None)));
    let head = move |(name, key): (String, String)| {
        let (list, delete_text) = ((ta().attribute_groups, PAGE), ta().delete_group_text);
        view! {
            <CatalogHead list name id=id.0 key editable delete_text>
                <Button text=td().product.add_attribute icon=lu::LuPlus class="btn-primary" on_click=add />
            </CatalogHead>
        }
    };
    let users = |detail: &AttributeGroupDetail| {
        let users = detail.products.iter();
        users.map(|product| (product.id, product.name.clone())).collect::<Vec<_>>()
    };
    view! {
        <Arrived query=group rows=8>
            <Part query=group pick=names children=head />
            <div class="stack-y max-w-4xl">
                <Part query=group pick=data let:data>
                    <GroupForm old=Some((id, data)) query=Some(group) />
                </Part>
                <Part query=group pick=|detail: &AttributeGroupDetail| detail.icon_image.clone() let:hash>
                    <Card title=td().shop.pictures text=td().shop.pictures_text>
                        <Picture path=format!("{PAGE}/{id}/images/icon") hash label=ta().icon done=refetch />
                    </Card>
                </Part>
                <Card title=td().product.attributes>
                    <Part query=group pick=|detail: &AttributeGroupDetail| detail.attributes.clone() let:attributes>
                        {attribute_rows(attributes, edited, refetch, editable)}
                    </Part>
                </Card>
                <Card title=ta().products>
                    <Part query=group pick=users let:users>
                        {users
                            .is_empty()
                            .then(|| view! { <EmptyState icon=lu::LuPackage title=ta().no_products /> })}
                        {users
                            .into_iter()
                            .map(|(id, name)| {
                                view! { <a class="link block py-1" href=format!("/admin/products/{id}")>{name}</a> }
                            })
                            .collect_view()}
                    </Part>
                </Card>
                <History subject=id.0 />
            </div>
        </Arrived>
        <Dialog open=edited title=ta().attribute class="dialog-wide">
            {move || {
                edited
                    .get()
                    .map(|attribute| view! { <EditAttribute group=id attribute open=edited.into() done=refetch /> })
            }}
        </Dialog>
    }
}

/// The attributes of a group in order.
fn attribute_rows(
    attributes: Vec<AttributeDetail>,
    edited: RwSignal<Option<Option<AttributeDetail>>>,
    done: Callback<()>,
    editable: bool,
) -> AnyView {
    if attributes.is_empty() {
        return view! { <EmptyState icon=lu::LuTags title=td().product.no_attributes /> }.into_any();
    }
    let all: Vec<uuid::Uuid> = attributes.iter().map(|attribute| attribute.id.0).collect();
    let rows = attributes.into_iter().enumerate().map(|(index, attribute)| {
        let part = Shown {
            id: attribute.id.0,
            name: format!("{}: {}", attribute.text.name, attribute.text.value),
            about: attribute.attribute.key.clone(),
            visible: attribute.attribute.visible,
            icon_image: attribute.icon_image.clone(),
        };
        let attribute = StoredValue::new(attribute);
        let edit = Callback::new(move |()| edited.set(Some(Some(attribute.get_value()))));
        let (all, delete_text) = (all.clone(), ta().delete_attribute_text);
        view! { <PartHead what="attributes" part all index editable edit delete_text done /> }
    });
    view! { <div class="stack-y">{rows.collect_view()}</div> }.into_any()
}

#[component]
fn EditAttribute(
    group: AttributeGroupId,
    attribute: Option<AttributeDetail>,
    open: Open,
    done: Callback<()>,
) -> impl IntoView {
    let id = attribute.as_ref().map(|attribute| attribute.id);
    let old = attribute.map(|attribute| attribute.attribute);
    let version = old.as_ref().and_then(|old| old.version);
    let form =
        old.map_or_else(AttributeForm::empty, |old| AttributeForm::new(&old.key, &old.texts, old.visible));
    let language = shown_language();
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let (key, texts, visible) = untrack(|| (form.key(), form.texts(), form.visible.get()));
            let body = AttributeInput { version, key, texts, visible };
            match id {
                Some(id) => api::catalog::change_attribute(id, &body),
                None => api::catalog::create_attribute(group, &body),
            }
        },
        move |_| {
            open.close();
            toast_ok(t().saved);
            done.run(());
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <div class="form-grid">
                <TextField name="key" label=ta().key value=form.key required=true max_length=63 mono=true />
                <div class="wide">
                    <LanguageSegment language />
                </div>
                <AttributeTexts form at="texts" language />
                <SwitchField name="visible" label=ta().visible value=form.visible />
            </div>
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.close()) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

#[component]
fn GroupForm(
    old: Option<(AttributeGroupId, AttributeGroupInput)>,
    query: Option<Query<AttributeGroupDetail>>,
) -> impl IntoView {
    let id = old.as_ref().map(|(id, _)| *id);
    let old = old.map(|(_, group)| group);
    let key = RwSignal::new(old.as_ref().map(|group| group.key.clone()).unwrap_or_default());
    let texts = TextsForm::new(old.as_ref().map(|group| &group.texts));
    let visible = RwSignal::new(old.as_ref().is_none_or(|group| group.visible));
    let version = move || query?.data().with_untracked(|group| group.as_ref()?.group.version);
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let body = untrack(|| AttributeGroupInput {
                version: version(),
                key: key.get().trim().to_owned(),
                texts: texts.read(),
                visible: visible.get(),
            });
            match id {
                Some(id) => api::catalog::change_attribute_group(id, &body),
                None => api::catalog::create_attribute_group(&body),
            }
        },
        move |detail: AttributeGroupDetail| {
            toast_ok(t().saved);
            match query {
                Some(query) => query.put(detail),
                None => navigate(&format!("{PAGE}/{}", detail.id), Default::default()),
            }
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <Card title=ta().general>
                <div class="form-grid">
                    <TextField name="key" label=ta().key help=ta().key_help value=key required=true max_length=63 mono=true />
                    <TextsFields form=texts />
                    <SwitchField name="visible" label=ta().visible value=visible />
                </div>
                <div class="form-bar mt-5">
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=send.busy
                        disabled=!may(Permission::ProductsEdit)
                    />
                </div>
            </Card>
        </Form>
    }
}
