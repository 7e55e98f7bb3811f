//! The users who act for a client: associate, role and permissions, owner, detach.

use leptos::prelude::*;
use shared::identity::{
    ClientDetail, ClientPermission, ClientRole, ClientUser, ClientUserChange, NewClientUser, OwnerSwitch,
};
use shared::{ClientId, Permission, UserId};
use ui::{
    Avatar, Button, Card, CheckList, Confirm, Dialog, Form, FormErrors, Menu, MenuButton, SelectField,
    TableWrap, TextField, lu, settled, toast_ok,
};

use crate::i18n::{fill, t, ta, word};
use crate::parts::{StateBadge, submit, submit_with};
use crate::portals::admin::person::person_name;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

#[component]
pub(super) fn ClientUsers(detail: ClientDetail, client: Query<ClientDetail>) -> impl IntoView {
    let id = detail.id;
    let add_open = RwSignal::new(false);
    let rows = detail.users.into_iter().map(|user| view! { <UserRow id user client /> }).collect_view();
    view! {
        <Card
            title=ta().users
            flush=true
            tools=Box::new(move || {
                may(Permission::ClientsUsers)
                    .then(|| {
                        view! {
                            <Button
                                text=ta().add_user
                                icon=lu::LuPlus
                                class="btn-sm"
                                on_click=Callback::new(move |()| add_open.set(true))
                            />
                        }
                    })
                    .into_any()
            })
        >
            <TableWrap label=ta().users>
                <table class="table">
                    <thead>
                        <tr>
                            <th>{t().name}</th>
                            <th>{ta().role}</th>
                            <th>{t().status}</th>
                            <th>{ta().two_factor_short}</th>
                            <th>{ta().last_sign_in}</th>
                            <th>
                                <span class="sr-only">{t().actions}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableWrap>
        </Card>
        <Dialog open=add_open title=ta().add_user>
            <AddUser id client open=add_open />
        </Dialog>
    }
}

#[component]
fn UserRow(id: ClientId, user: ClientUser, client: Query<ClientDetail>) -> impl IntoView {
    let user_id = user.user;
    let name = person_name(&user.first_name, &user.last_name, &user.email);
    let (role_open, owner_open, detach_open) =
        (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let put = move |_: Vec<ClientUser>| {
        client.refetch();
        toast_ok(t().saved);
    };
    let owner = submit_with(
        move || async move { api::people::switch_owner(id, &OwnerSwitch { user: user_id }).await },
        put,
    );
    let detach = submit_with(move || api::people::detach_client_user(id, user_id), put);
    let is_owner = user.role == ClientRole::Owner;
    let stored = StoredValue::new(user.clone());
    view! {
        <tr>
            <td>
                <div class="who">
                    <Avatar name=name.clone() />
                    <div>
                        <a class="row-link" href=format!("/admin/users/{user_id}")>{name.clone()}</a>
                        <small>{user.email.clone()}</small>
                    </div>
                </div>
            </td>
            <td>
                <StateBadge state=user.role.as_str() />
                {(user.role == ClientRole::Custom)
                    .then(|| {
                        let permissions: Vec<&str> = user.permissions.iter().map(|p| word(p.as_str())).collect();
                        view! { <span class="sub">{permissions.join(", ")}</span> }
                    })}
            </td>
            <td><StateBadge state=user.status.as_str() /></td>
            <td>{if user.two_factor { t().on } else { t().off }}</td>
            <td>{user.last_sign_in_at.map(format::date_time)}</td>
            <td class="end">
                {(!is_owner && may(Permission::ClientsUsers))
                    .then(|| {
                        view! {
                            <Menu label=t().actions>
                                <MenuButton
                                    text=ta().role
                                    icon=lu::LuPencil
                                    on_click=Callback::new(move |()| role_open.set(true))
                                />
                                <MenuButton
                                    text=ta().make_owner
                                    icon=lu::LuShieldCheck
                                    on_click=Callback::new(move |()| owner_open.set(true))
                                />
                                <MenuButton
                                    text=ta().detach
                                    icon=lu::LuTrash
                                    danger=true
                                    on_click=Callback::new(move |()| detach_open.set(true))
                                />
                            </Menu>
                        }
                    })}
                <Dialog open=role_open title=ta().role>
                    <ChangeRole id user=stored.get_value() client open=role_open />
                </Dialog>
                <Confirm
                    open=owner_open
                    title=ta().make_owner
                    text=fill(ta().make_owner_text, &[("name", &name)])
                    action=ta().make_owner
                    busy=owner.busy
                    on_confirm=owner.run
                />
                <Confirm
                    open=detach_open
                    title=ta().detach
                    text=fill(ta().detach_text, &[("name", &name)])
                    action=ta().detach
                    busy=detach.busy
                    on_confirm=detach.run
                />
            </td>
        </tr>
    }
}

/// Role, and the permissions of the role `custom`.
#[component]
fn RoleFields(role: RwSignal<String>, permissions: RwSignal<Vec<ClientPermission>>) -> impl IntoView {
    let roles = [ClientRole::Manager, ClientRole::Custom];
    let options: Vec<(String, String)> =
        roles.iter().map(|role| (role.to_string(), word(role.as_str()).to_owned())).collect();
    view! {
        <SelectField name="role" label=ta().role value=role options />
        <Show when=move || role.with(|role| role == ClientRole::Custom.as_str())>
            <CheckList
                name="permissions"
                label=ta().permissions
                chosen=permissions
                options=ClientPermission::ALL
                    .iter()
                    .map(|permission| (*permission, view! { <span>{word(permission.as_str())}</span> }.into_any()))
                    .collect()
                class="grid gap-2"
            />
        </Show>
    }
}

#[component]
fn ChangeRole(
    id: ClientId,
    user: ClientUser,
    client: Query<ClientDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let user_id = user.user;
    let role = RwSignal::new(user.role.to_string());
    let permissions = RwSignal::new(user.permissions);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = ClientUserChange {
                role: role.get_untracked().parse().unwrap_or(ClientRole::Manager),
                permissions: permissions.get_untracked(),
            };
            api::people::change_client_user(id, user_id, &body).await
        },
        move |_| {
            open.set(false);
            client.refetch();
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <RoleFields role permissions />
            <div class="form-bar">
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

#[component]
fn AddUser(id: ClientId, client: Query<ClientDetail>, open: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<UserId>);
    let role = RwSignal::new(ClientRole::Manager.to_string());
    let permissions = RwSignal::new(Vec::<ClientPermission>::new());
    let asked = settled(move || typed.get());
    let found = use_query(
        move || asked.get(),
        |typed| async move {
            if typed.trim().chars().count() < 2 {
                return Ok(Vec::new());
            }
            let query =
                ui::list::encode(&[("search".to_owned(), typed), ("per_page".to_owned(), "10".to_owned())]);
            Ok(api::people::users(query).await?.items)
        },
    );
    // Only somebody who is seen among the hits is chosen.
    let is_found = move || {
        let chosen = chosen.get();
        found.data().with(|users| users.iter().flatten().any(|user| Some(user.id) == chosen))
    };
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = NewClientUser {
                user: chosen.get_untracked().unwrap_or(UserId(uuid::Uuid::nil())),
                role: role.get_untracked().parse().unwrap_or(ClientRole::Manager),
                permissions: permissions.get_untracked(),
            };
            api::people::add_client_user(id, &body).await
        },
        move |_| {
            open.set(false);
            client.refetch();
            toast_ok(t().saved);
        },
    );
    let hits = move || {
        found
            .data()
            .get()
            .unwrap_or_default()
            .into_iter()
            .map(|user| {
                let user_id = user.id;
                let name = person_name(&user.first_name, &user.last_name, &user.email);
                view! {
                    <button
                        type="button"
                        class="choice"
                        aria-checked=move || (chosen.get() == Some(user_id)).to_string()
                        role="radio"
                        on:click=move |_| chosen.set(Some(user_id))
                    >
                        <Avatar name=name.clone() />
                        <span>
                            <b class="block">{name}</b>
                            <span class="sub">{user.email}</span>
                        </span>
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <Form errors on_submit=send.run>
            <TextField name="user" label=ta().user help=ta().add_user_text value=typed max_length=200 autofocus=true />
            <div class="grid gap-2" role="radiogroup" aria-label=ta().users>{hits}</div>
            <RoleFields role permissions />
            <div class="form-bar">
                <Button
                    text=ta().add_user
                    class="btn-primary"
                    submit=true
                    busy=send.busy
                    disabled=Signal::derive(move || !is_found())
                />
            </div>
        </Form>
    }
}
