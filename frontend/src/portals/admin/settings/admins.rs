//! `/admin/admins`: members of staff.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::identity::{AdminChange, AdminDetail, AdminStatus, AdminSummary, NewAdmin, Reason};
use shared::{AdminGroupId, AdminId, Permission};
use ui::{
    Avatar, Badge, Breadcrumbs, Button, Card, CheckList, Column, Crumb, EmptyState, Form, FormErrors,
    MenuButton, PageHead, SelectField, TextArea, TextField, lu, toast_ok, use_list,
};

use super::groups::permission_title;
use crate::i18n::{t, ta};
use crate::parts::filters::{FilterSegment, word_options};
use crate::parts::{AddLink, DataTable, Loaded, RecordHead, StateBadge, by_id, submit, submit_with};
use crate::portals::admin::monitoring::History;
use crate::portals::admin::person::{PersonFields, PersonForm, RemoveFactor, person_name};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

fn columns() -> Vec<Column<AdminSummary>> {
    vec![
        Column::new("name", t().name, |admin: &AdminSummary| {
            let name = person_name(&admin.first_name, &admin.last_name, &admin.email);
            view! {
                <div class="who">
                    <Avatar name=name.clone() />
                    <div>
                        <a class="row-link" href=format!("/admin/admins/{}", admin.id)>{name}</a>
                        <small>{admin.email.clone()}</small>
                    </div>
                </div>
            }
        })
        .sorted_by("last_name"),
        Column::new(
            "status",
            t().status,
            |admin: &AdminSummary| view! { <StateBadge state=admin.status.as_str() /> },
        )
        .sorted_by("status"),
        Column::new("groups", ta().admin_groups, |admin: &AdminSummary| {
            admin.groups.iter().map(|group| group.name.clone()).collect::<Vec<_>>().join(", ")
        }),
        Column::new(
            "two_factor",
            ta().two_factor_short,
            |admin: &AdminSummary| if admin.two_factor { t().on } else { t().off },
        ),
        Column::new("sign_in", ta().last_sign_in, |admin: &AdminSummary| {
            admin.last_sign_in_at.map(format::date_time)
        })
        .sorted_by("last_sign_in_at"),
        Column::new("created", t().created_at, |admin: &AdminSummary| format::date(admin.created_at))
            .sorted_by("created_at"),
    ]
}

/// The list of staff.
#[component]
pub fn AdminsPage() -> impl IntoView {
    let list = use_list("-created_at");
    let admins = use_query(move || list.api_query(), api::staff::admins);
    view! {
        <Title text=ta().admins />
        <PageHead title=ta().admins text=ta().admins_text>
            <AddLink permission=Permission::StaffEdit text=ta().add_admin href="/admin/admins/new" />
        </PageHead>
        <DataTable
            query=admins
            list
            columns=columns()
            label=ta().admins
            filters=Box::new(move || {
                view! { <FilterSegment list name="status" label=t().status words=vec!["active", "disabled"] /> }.into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuUserCog title=ui::words().nothing_found text=ta().admins_text /> }
        />
    }
}

/// Which groups somebody is in.
#[component]
fn GroupChoice(chosen: RwSignal<Vec<AdminGroupId>>) -> impl IntoView {
    let groups = use_query(|| (), |()| api::staff::groups("per_page=200".to_owned()));
    view! {
        <Loaded query=groups rows=2 let:page>
            {
                let options = page
                    .items
                    .into_iter()
                    .map(|group| {
                        let shown = view! { <span>{group.name} <small class="sub">{group.description}</small></span> };
                        (group.id, shown.into_any())
                    })
                    .collect();
                view! { <CheckList name="groups" label=ta().admin_groups chosen options /> }
            }
        </Loaded>
    }
}

/// The form of a new member of staff.
#[component]
pub fn NewAdminPage() -> impl IntoView {
    let form = PersonForm::empty();
    let (phone, notes) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let groups = RwSignal::new(Vec::<AdminGroupId>::new());
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let body = untrack(|| NewAdmin {
                email: form.email(),
                password: form.password(),
                first_name: form.first_name(),
                last_name: form.last_name(),
                phone: Some(phone.get()).filter(|text| !text.is_empty()),
                language: form.language(),
                groups: groups.get(),
                notes: notes.get(),
            });
            api::staff::create_admin(&body)
        },
        move |admin: AdminDetail| {
            toast_ok(t().created);
            navigate(&format!("/admin/admins/{}", admin.id), Default::default());
        },
    );
    view! {
        <Title text=ta().add_admin />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().admins, "/admin/admins"), Crumb::here(ta().add_admin)] />
        <PageHead title=ta().add_admin />
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            <Card>
                <div class="form-grid">
                    <PersonFields form new=true />
                    <TextField name="phone" label=t().phone value=phone kind="tel" max_length=30 />
                    <GroupChoice chosen=groups />
                    <TextArea name="notes" label=t().notes value=notes max_length=5000 />
                </div>
            </Card>
            <div class="form-bar">
                <Button text=ta().add_admin class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// The page of a member of staff.
#[component]
pub fn AdminPage() -> impl IntoView {
    by_id(|id: AdminId| {
        let admin = use_query(move || id, api::staff::admin);
        view! {
            <Loaded query=admin rows=8 let:detail>
                <Page detail admin />
            </Loaded>
        }
    })
}

#[component]
fn Page(detail: AdminDetail, admin: Query<AdminDetail>) -> impl IntoView {
    let id = detail.id;
    let name = person_name(&detail.first_name, &detail.last_name, &detail.email);
    let text = |text: &str| RwSignal::new(text.to_owned());
    let form = PersonForm::new(&detail.first_name, &detail.last_name, &detail.email, detail.language);
    let (phone, notes) = (text(detail.phone.as_deref().unwrap_or_default()), text(&detail.notes));
    let status = text(detail.status.as_str());
    let groups = RwSignal::new(detail.groups.iter().map(|group| group.id).collect::<Vec<_>>());
    let version = detail.version;
    let read = move || AdminChange {
        version,
        email: form.email(),
        first_name: form.first_name(),
        last_name: form.last_name(),
        phone: Some(phone.get()).filter(|text| !text.is_empty()),
        language: form.language(),
        status: status.get().parse().unwrap_or(AdminStatus::Active),
        groups: groups.get(),
        notes: notes.get(),
    };
    let first = StoredValue::new(untrack(read));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != read()));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = untrack(read);
            api::staff::change_admin(id, &body)
        },
        move |detail| {
            first.set_value(untrack(read));
            admin.put(detail);
            toast_ok(t().saved);
        },
    );
    let reset = submit_with(move || api::staff::send_admin_reset(id), |_| toast_ok(ta().mail_sent));
    let factor_open = RwSignal::new(false);
    let two_factor = detail.two_factor;
    let editable = may(Permission::StaffEdit);
    let badges = view! { <StateBadge state=detail.status.as_str() /> }.into_any();
    let list = (ta().admins, "/admin/admins");
    let head = if editable {
        let menu = move || {
            view! {
                <MenuButton text=ta().send_reset icon=lu::LuMail on_click=reset.run />
                {two_factor
                    .then(|| {
                        view! {
                            <MenuButton
                                text=ta().remove_two_factor
                                icon=lu::LuShield
                                on_click=Callback::new(move |()| factor_open.set(true))
                            />
                        }
                    })}
            }
        };
        view! { <RecordHead list name id=id.0 badges delete_text=Some(ta().delete_admin_text) rehearsed=true menu=menu.into() /> }
            .into_any()
    } else {
        view! { <RecordHead list name id=id.0 badges delete_text=None /> }.into_any()
    };
    view! {
        {head}
        <div class="grid-2">
            <Form errors on_submit=send.run>
                <Card title=ta().profile>
                    <div class="form-grid">
                        <PersonFields form />
                        <TextField name="phone" label=t().phone value=phone kind="tel" max_length=30 />
                        <SelectField
                            name="status"
                            label=t().status
                            value=status
                            options=word_options(AdminStatus::ALL, AdminStatus::as_str)
                        />
                        <GroupChoice chosen=groups />
                        <TextArea name="notes" label=t().notes value=notes max_length=5000 />
                    </div>
                    <div class="form-bar mt-5">
                        <Button
                            text=t().save
                            class="btn-primary"
                            submit=true
                            busy=send.busy
                            disabled=Signal::derive(move || !editable || !dirty.get())
                        />
                    </div>
                </Card>
            </Form>
            <div class="stack-y">
                <Card title=ta().permissions text=ta().permissions_text>
                    <ul class="grid gap-2 max-h-96 overflow-auto" tabindex="0">
                        {detail
                            .permissions
                            .into_iter()
                            .map(|origin| {
                                view! {
                                    <li class="text-sm">
                                        <span class="block">{permission_title(origin.key, origin.title)}</span>
                                        {origin.groups.into_iter().map(|group| view! { <Badge text=group /> " " }).collect_view()}
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                </Card>
                <Card title=ta().known_addresses>
                    <ul class="grid gap-2 text-sm">
                        {detail
                            .addresses
                            .into_iter()
                            .map(|address| {
                                view! {
                                    <li class="flex justify-between gap-3">
                                        <span class="mono">{address.ip}</span>
                                        <span class="muted">{format::date(address.first_at)} " – " {format::date(address.last_at)}</span>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                </Card>
                <History subject=id.0 />
            </div>
        </div>
        <RemoveFactor
            open=factor_open
            call=move |reason: &Reason| api::staff::remove_admin_factor(id, reason)
            done=Callback::new(move |()| admin.refetch())
        />
    }
}
