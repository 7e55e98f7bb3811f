//! `/admin/admin-groups`: what staff may do.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::identity::{
    AdminGroupChange, AdminGroupDetail, AdminGroupKind, AdminGroupSummary, NewAdminGroup, PermissionCatalogue,
};
use shared::{AdminGroupId, Permission};
use ui::{
    Badge, Breadcrumbs, Button, Card, CheckList, Column, Crumb, EmptyState, Form, FormErrors, Note, PageHead,
    SelectField, TextField, Tone, lu, toast_ok, use_list,
};

use crate::i18n::{known_word, t, ta, word};
use crate::parts::filters::word_options;
use crate::parts::{AddLink, DataTable, Loaded, RecordHead, by_id, submit};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// What an area of permissions is called.
fn area_word(area: &str) -> &'static str {
    if area == "staff" { ta().admins } else { word(area) }
}

/// What a permission allows, in the person's language; `english` is what the API says.
pub(super) fn permission_title(key: Permission, english: String) -> String {
    known_word(key.as_str()).map_or(english, str::to_owned)
}

fn columns() -> Vec<Column<AdminGroupSummary>> {
    vec![
        Column::new("name", t().name, |group: &AdminGroupSummary| {
            view! {
                <a class="row-link" href=format!("/admin/admin-groups/{}", group.id)>{group.name.clone()}</a>
                <small class="sub">{group.description.clone()}</small>
            }
        })
        .sorted_by("name"),
        Column::new("kind", t().kind, |group: &AdminGroupSummary| word(group.kind.as_str()))
            .sorted_by("kind"),
        Column::new("permissions", ta().permissions, |group: &AdminGroupSummary| {
            if group.grants_all { t().all.to_owned() } else { format::count(group.permissions) }
        })
        .end(),
        Column::new("members", ta().admins, |group: &AdminGroupSummary| format::count(group.members)).end(),
        Column::new("created", t().created_at, |group: &AdminGroupSummary| format::date(group.created_at))
            .sorted_by("created_at"),
    ]
}

/// The list of groups.
#[component]
pub fn AdminGroupsPage() -> impl IntoView {
    let list = use_list("name");
    let groups = use_query(move || list.api_query(), api::staff::groups);
    view! {
        <Title text=ta().admin_groups />
        <PageHead title=ta().admin_groups text=ta().admin_groups_text>
            <AddLink permission=Permission::StaffEdit text=ta().add_group href="/admin/admin-groups/new" />
        </PageHead>
        <DataTable
            query=groups
            list
            columns=columns()
            label=ta().admin_groups
            empty=|| view! { <EmptyState icon=lu::LuShield title=ui::words().nothing_found text=ta().admin_groups_text /> }
        />
    }
}

/// The form of a new group.
#[component]
pub fn NewAdminGroupPage() -> impl IntoView {
    let catalogue = use_query(|| (), |()| api::staff::permissions());
    view! {
        <Title text=ta().add_group />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().admin_groups, "/admin/admin-groups"), Crumb::here(ta().add_group)] />
        <PageHead title=ta().add_group />
        <Loaded query=catalogue rows=8 let:catalogue>
            <GroupForm old=None catalogue />
        </Loaded>
    }
}

/// The page of a group.
#[component]
pub fn AdminGroupPage() -> impl IntoView {
    by_id(|id: AdminGroupId| {
        let group = use_query(move || id, api::staff::group);
        let catalogue = use_query(|| (), |()| api::staff::permissions());
        view! {
            <Loaded query=group rows=8 let:detail>
                {
                    let delete_text =
                        (may(Permission::StaffEdit) && !detail.grants_all).then_some(ta().delete_staff_group_text);
                    let (name, grants_all) = (detail.name.clone(), detail.grants_all);
                    let detail = StoredValue::new(detail);
                    view! {
                        <RecordHead list=(ta().admin_groups, "/admin/admin-groups") name id=id.0 delete_text rehearsed=true />
                        {grants_all.then(|| view! { <div class="mb-5"><Note tone=Tone::Info>{ta().grants_all_text}</Note></div> })}
                        <div class="stack-y">
                            <Loaded query=catalogue rows=8 let:catalogue>
                                <GroupForm old=Some((detail.get_value(), group)) catalogue />
                            </Loaded>
                            <History subject=id.0 />
                        </div>
                    }
                }
            </Loaded>
        }
    })
}

#[component]
fn GroupForm(
    old: Option<(AdminGroupDetail, Query<AdminGroupDetail>)>,
    catalogue: PermissionCatalogue,
) -> impl IntoView {
    let query = old.as_ref().map(|(_, query)| *query);
    let old = old.map(|(detail, _)| detail);
    let existing = old.as_ref().map(|detail| (detail.id, detail.version));
    let grants_all = old.as_ref().is_some_and(|detail| detail.grants_all);
    let name = RwSignal::new(old.as_ref().map(|detail| detail.name.clone()).unwrap_or_default());
    let description =
        RwSignal::new(old.as_ref().map(|detail| detail.description.clone()).unwrap_or_default());
    let kind = RwSignal::new(old.as_ref().map_or(AdminGroupKind::System, |detail| detail.kind).to_string());
    let held = RwSignal::new(old.as_ref().map(|detail| detail.permissions.clone()).unwrap_or_default());
    let inside = RwSignal::new(
        old.as_ref()
            .map(|detail| detail.groups.iter().map(|group| group.id).collect::<Vec<_>>())
            .unwrap_or_default(),
    );
    let members = old.map(|detail| detail.members).unwrap_or_default();
    let others = use_query(|| (), |()| api::staff::groups("per_page=200".to_owned()));
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || async move {
            let (name, description) = (name.get_untracked().trim().to_owned(), description.get_untracked());
            let (permissions, groups) = (held.get_untracked(), inside.get_untracked());
            match existing {
                Some((id, version)) => {
                    let body = AdminGroupChange { version, name, description, permissions, groups };
                    api::staff::change_group(id, &body).await
                }
                None => {
                    let kind = kind.get_untracked().parse().unwrap_or(AdminGroupKind::System);
                    api::staff::create_group(&NewAdminGroup { name, description, kind, permissions, groups })
                        .await
                }
            }
        },
        move |detail: AdminGroupDetail| {
            toast_ok(t().saved);
            match query {
                Some(query) => query.put(detail),
                None => navigate(&format!("/admin/admin-groups/{}", detail.id), Default::default()),
            }
        },
    );
    let ticked = if grants_all {
        RwSignal::new(
            catalogue.areas.iter().flat_map(|area| &area.permissions).map(|entry| entry.key).collect(),
        )
    } else {
        held
    };
    let areas = catalogue
        .areas
        .into_iter()
        .map(|area| {
            let options = area
                .permissions
                .into_iter()
                .map(|entry| {
                    let title = permission_title(entry.key, entry.title);
                    let shown =
                        view! { <span>{title} <small class="sub mono">{entry.key.as_str()}</small></span> };
                    (entry.key, shown.into_any())
                })
                .collect();
            view! {
                <CheckList
                    name=format!("permissions.{}", area.area)
                    label=area_word(&area.area)
                    chosen=ticked
                    options
                    class="grid gap-2"
                    disabled=grants_all
                />
            }
        })
        .collect_view();
    let nested = move || kind.with(|kind| kind == AdminGroupKind::Groups.as_str());
    let own_id = existing.map(|(id, _)| id);
    view! {
        <Form errors on_submit=send.run class="stack-y">
            <Card title=ta().general>
                <div class="form-grid">
                    <TextField name="name" label=t().name value=name required=true max_length=100 />
                    <SelectField
                        name="kind"
                        label=t().kind
                        value=kind
                        options=word_options(AdminGroupKind::ALL, AdminGroupKind::as_str)
                        disabled=existing.is_some()
                    />
                    <TextField name="description" label=t().description value=description max_length=1000 wide=true />
                </div>
            </Card>
            <Card title=ta().permissions>
                <div hidden=nested class="grid gap-6 sm:grid-cols-2 lg:grid-cols-3">{areas}</div>
                <div hidden=move || !nested()>
                    {move || {
                        let page = others.data().get();
                        let options = page
                            .into_iter()
                            .flat_map(|page| page.items)
                            .filter(|group| Some(group.id) != own_id)
                            .map(|group| (group.id, view! { <span>{group.name}</span> }.into_any()))
                            .collect();
                        view! { <CheckList name="groups" label=ta().admin_groups chosen=inside options class="grid gap-2" /> }
                    }}
                </div>
            </Card>
            {(!members.is_empty())
                .then(|| {
                    view! {
                        <Card title=ta().admins>
                            <div class="flex flex-wrap gap-2">
                                {members
                                    .into_iter()
                                    .map(|member| {
                                        view! {
                                            <a href=format!("/admin/admins/{}", member.id)>
                                                <Badge text=member.name />
                                            </a>
                                        }
                                    })
                                    .collect_view()}
                            </div>
                        </Card>
                    }
                })}
            <div class="form-bar">
                <Button
                    text=t().save
                    class="btn-primary"
                    submit=true
                    busy=send.busy
                    disabled=!may(Permission::StaffEdit)
                />
            </div>
        </Form>
    }
}
