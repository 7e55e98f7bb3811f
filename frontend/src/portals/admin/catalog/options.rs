//! `/admin/option-groups`: choices with their own prices.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::catalog::{
    OptionDetail, OptionGroupDetail, OptionGroupInput, OptionGroupSummary, OptionInput, OptionKind,
};
use shared::{OptionGroupId, OptionId, Page, Permission};
use ui::{
    Button, Card, Column, Dialog, Form, FormErrors, ListState, NumberField, Open, SelectField, SwitchField,
    TextField, lu, toast_ok, use_list,
};

use super::head::{CatalogHead, name_and_key};
use super::listing::{GroupList, Kind, Named, NewGroup, named};
use super::order::order_column;
use super::part::{PartHead, Shown};
use super::prices::{PriceGrid, Priced};
use super::texts::{TextsFields, TextsForm};
use crate::i18n::{t, ta, word};
use crate::parts::filters::word_options;
use crate::parts::{Arrived, Part, by_id, submit};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

const PAGE: &str = "/admin/option-groups";

fn kind() -> Kind {
    let (title, text) = (ta().option_groups, ta().option_groups_text);
    Kind { title, text, page: PAGE, icon: lu::LuSlidersHorizontal }
}

fn columns(groups: Query<Page<OptionGroupSummary>>, list: ListState) -> Vec<Column<OptionGroupSummary>> {
    let mut columns = Vec::from(named(PAGE, |group: &OptionGroupSummary| Named {
        id: group.id.0,
        name: &group.name,
        key: &group.key,
        icon: None,
        visible: group.visible,
    }));
    columns.extend([
        Column::new("kind", t().kind, |group: &OptionGroupSummary| word(group.kind.as_str()))
            .sorted_by("kind"),
        Column::new("options", ta().options, |group: &OptionGroupSummary| format::count(group.options))
            .end()
            .sorted_by("options"),
        Column::new("products", ta().products, |group: &OptionGroupSummary| format::count(group.products))
            .end()
            .sorted_by("products"),
        Column::new("updated", t().updated_at, |group: &OptionGroupSummary| format::date(group.updated_at)),
        order_column("option-groups", groups, list, |group| group.id.0),
    ]);
    columns
}

/// The list of option groups.
#[component]
pub fn OptionGroupsPage() -> impl IntoView {
    let list = use_list("sort");
    let groups = use_query(move || list.api_query(), api::catalog::option_groups);
    view! { <GroupList kind=kind() groups list columns=columns(groups, list) /> }
}

/// The form of a new option group.
#[component]
pub fn NewOptionGroupPage() -> impl IntoView {
    view! {
        <NewGroup kind=kind()>
            <GroupForm old=None query=None />
        </NewGroup>
    }
}

/// The page of an option group: its data, then its options with their prices.
#[component]
pub fn OptionGroupPage() -> impl IntoView {
    by_id(|id: OptionGroupId| {
        let group = use_query(move || id, api::catalog::option_group);
        view! { <GroupPage id group /> }
    })
}

#[component]
fn GroupPage(id: OptionGroupId, group: Query<OptionGroupDetail>) -> impl IntoView {
    let editable = may(Permission::ProductsEdit);
    let edited = RwSignal::new(None::<Option<OptionDetail>>);
    let refetch = Callback::new(move |()| group.refetch());
    let names = |group: &OptionGroupDetail| name_and_key(&group.group.key, &group.group.texts);
    let data = |group: &OptionGroupDetail| OptionGroupInput { version: None, ..group.group.clone() };
    let ids: Memo<Vec<OptionId>> = Memo::new(move |_| {
        let ids = |group: &OptionGroupDetail| group.options.iter().map(|option| option.id).collect();
        group.data().with(|group| group.as_ref().map(ids).unwrap_or_default())
    });
    let list = (ta().option_groups, PAGE);
    let add = Callback::new(move |()| edited.set(Some(None)));
    let head = move |(name, key): (String, String)| {
        let delete_text = ta().delete_group_text;
        view! {
            <CatalogHead list name id=id.0 key editable delete_text>
                <Button text=ta().add_option icon=lu::LuPlus class="btn-primary" on_click=add />
            </CatalogHead>
        }
    };
    view! {
        <Arrived query=group rows=8>
            <Part query=group pick=names children=head />
            <div class="stack-y">
                <div class="max-w-4xl">
                    <Part query=group pick=data let:data>
                        <GroupForm old=Some((id, data)) query=Some(group) />
                    </Part>
                </div>
                // Prices that were typed stay when an option is added, moved or deleted.
                <For each=move || ids.get() key=|id: &OptionId| *id let:id>
                    <OptionSection id group edited />
                </For>
                <History subject=id.0 />
            </div>
        </Arrived>
        <Dialog open=edited title=ta().option class="dialog-wide">
            {move || edited.get().map(|option| view! { <OptionForm group=id option open=edited.into() done=refetch /> })}
        </Dialog>
    }
}

/// An option with its prices.
#[component]
fn OptionSection(
    id: OptionId,
    group: Query<OptionGroupDetail>,
    edited: RwSignal<Option<Option<OptionDetail>>>,
) -> impl IntoView {
    let editable = may(Permission::ProductsEdit);
    let refetch = Callback::new(move |()| group.refetch());
    let this = move |group: &OptionGroupDetail| group.options.iter().find(|option| option.id == id).cloned();
    // With the options of the group in order, and its place among them.
    let placed = move |group: &OptionGroupDetail| {
        let all: Vec<uuid::Uuid> = group.options.iter().map(|option| option.id.0).collect();
        let index = all.iter().position(|other| *other == id.0)?;
        Some((this(group)?, all, index))
    };
    let head = move |placed: Option<(OptionDetail, Vec<uuid::Uuid>, usize)>| {
        let (option, all, index) = placed?;
        let part = Shown {
            id: id.0,
            name: option.name.clone(),
            about: format!("{} = {}", option.option.key, option.option.value),
            visible: option.option.visible,
            icon_image: option.icon_image.clone(),
        };
        let option = StoredValue::new(option);
        let edit = Callback::new(move |()| edited.set(Some(Some(option.get_value()))));
        let delete_text = ta().delete_option_text;
        Some(view! { <PartHead what="options" part all index editable edit delete_text done=refetch /> })
    };
    view! {
        <section class="stack-y gap-3">
            <Part query=group pick=placed children=head />
            <Part
                query=group
                pick=move |group: &OptionGroupDetail| this(group).map(|option| option.prices).unwrap_or_default()
                let:prices
            >
                <PriceGrid owner=Priced::Option(id) prices done=refetch editable />
            </Part>
        </section>
    }
}

#[component]
fn OptionForm(
    group: OptionGroupId,
    option: Option<OptionDetail>,
    open: Open,
    done: Callback<()>,
) -> impl IntoView {
    let id = option.as_ref().map(|option| option.id);
    let old = option.map(|option| option.option);
    let key = RwSignal::new(old.as_ref().map(|option| option.key.clone()).unwrap_or_default());
    let value = RwSignal::new(old.as_ref().map(|option| option.value.clone()).unwrap_or_default());
    let texts = TextsForm::new(old.as_ref().map(|option| &option.texts));
    let visible = RwSignal::new(old.as_ref().is_none_or(|option| option.visible));
    let version = old.as_ref().and_then(|option| option.version);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = untrack(|| OptionInput {
                version,
                key: key.get().trim().to_owned(),
                value: value.get(),
                texts: texts.read(),
                visible: visible.get(),
            });
            async move {
                match id {
                    Some(id) => api::catalog::change_option(id, &body).await,
                    None => api::catalog::create_option(group, &body).await,
                }
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
                <TextField name="key" label=ta().key value=key required=true max_length=63 mono=true />
                <TextField name="value" label=ta().machine_value help=ta().machine_value_help value=value max_length=500 mono=true />
                <TextsFields form=texts name_only=true />
                <SwitchField name="visible" label=ta().visible value=visible />
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
    old: Option<(OptionGroupId, OptionGroupInput)>,
    query: Option<Query<OptionGroupDetail>>,
) -> impl IntoView {
    let id = old.as_ref().map(|(id, _)| *id);
    let old = old.map(|(_, group)| group);
    let text = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
    let key = text(old.as_ref().map(|group| group.key.clone()));
    let texts = TextsForm::new(old.as_ref().map(|group| &group.texts));
    let kind = RwSignal::new(old.as_ref().map_or(OptionKind::Dropdown, |group| group.kind).to_string());
    let unit = text(old.as_ref().map(|group| group.unit.clone()));
    let least = text(Some(old.as_ref().map_or(0, |group| group.quantity_min).to_string()));
    let most = text(Some(old.as_ref().map_or(100, |group| group.quantity_max).to_string()));
    let step = text(Some(old.as_ref().map_or(1, |group| group.quantity_step).to_string()));
    let pattern = text(old.as_ref().and_then(|group| group.pattern.clone()));
    let visible = RwSignal::new(old.as_ref().is_none_or(|group| group.visible));
    let convert_price = RwSignal::new(old.as_ref().is_some_and(|group| group.convert_price));
    let version = move || query?.data().with_untracked(|group| group.as_ref()?.group.version);
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let body = untrack(|| OptionGroupInput {
                version: version(),
                key: key.get().trim().to_owned(),
                texts: texts.read(),
                kind: kind.get().parse().unwrap_or(OptionKind::Dropdown),
                unit: unit.get(),
                quantity_min: least.get().parse().unwrap_or(0),
                quantity_max: most.get().parse().unwrap_or(100),
                quantity_step: step.get().parse().unwrap_or(1),
                pattern: Some(pattern.get()).filter(|pattern| !pattern.is_empty()),
                visible: visible.get(),
                convert_price: convert_price.get(),
            });
            async move {
                match id {
                    Some(id) => api::catalog::change_option_group(id, &body).await,
                    None => api::catalog::create_option_group(&body).await,
                }
            }
        },
        move |detail: OptionGroupDetail| {
            toast_ok(t().saved);
            match query {
                Some(query) => query.put(detail),
                None => navigate(&format!("{PAGE}/{}", detail.id), Default::default()),
            }
        },
    );
    let is = move |wanted: OptionKind| move || kind.with(|kind| kind == wanted.as_str());
    view! {
        <Form errors on_submit=send.run>
            <Card title=ta().general>
                <div class="form-grid">
                    <TextField name="key" label=ta().key help=ta().key_help value=key required=true max_length=63 mono=true />
                    <SelectField
                        name="kind"
                        label=t().kind
                        value=kind
                        options=word_options(OptionKind::ALL, OptionKind::as_str)
                        disabled=id.is_some()
                    />
                    <TextsFields form=texts name_only=true />
                    <Show when=is(OptionKind::Quantity)>
                        <TextField name="unit" label=ta().unit value=unit max_length=20 />
                        <NumberField name="quantity_min" label=ta().quantity_min value=least />
                        <NumberField name="quantity_max" label=ta().quantity_max value=most />
                        <NumberField name="quantity_step" label=ta().quantity_step value=step />
                    </Show>
                    <Show when=is(OptionKind::Text)>
                        <TextField name="pattern" label=ta().pattern value=pattern max_length=500 wide=true mono=true />
                    </Show>
                    <SwitchField name="visible" label=ta().visible value=visible />
                    <SwitchField name="convert_price" label=ta().convert_price help=ta().convert_price_help value=convert_price />
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
