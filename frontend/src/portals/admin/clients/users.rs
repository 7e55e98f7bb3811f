//! The users who act for a client: associate, role and permissions, owner, detach; and from where it may be used.

use leptos::prelude::*;
use shared::identity::{ClientDetail, ClientPermission, ClientRole, NewClientUser};
use shared::{ClientId, Permission, UserId};
use ui::{Avatar, Button, Dialog, Form, FormErrors, TextField, lu, settled, toast_ok, use_list};

use crate::api;
use crate::i18n::{t, ta};
use crate::parts::networks::Networks;
use crate::parts::submit;
use crate::parts::users::{RoleFields, UserActs, Users, chosen_role};
use crate::query::{Query, use_query};
use crate::session::may;

#[component]
pub(super) fn ClientUsers(id: ClientId, client: Query<ClientDetail>) -> impl IntoView {
    let base = StoredValue::new(format!("/admin/clients/{id}"));
    let list = use_list("role");
    let users = use_query(
        move || list.api_query(),
        move |query| base.with_value(|base| api::members::users(base, &query)),
    );
    // The summary tells of users as well.
    let changed = Callback::new(move |()| {
        users.refetch();
        client.refetch();
    });
    let add_open = RwSignal::new(false);
    let acts = UserActs {
        base: base.get_value(),
        changes: may(Permission::ClientsUsers),
        hands_over: true,
        hands_over_rehearsed: true,
        gives: ClientPermission::ALL.to_vec(),
        me: None,
        links: may(Permission::UsersView),
        done: changed,
        handed_over: changed,
    };
    view! {
        <div class="stack-y">
            {may(Permission::ClientsUsers)
                .then(|| {
                    view! {
                        <div>
                            <Button
                                text=ta().add_user
                                icon=lu::LuPlus
                                class="btn-sm"
                                on_click=Callback::new(move |()| add_open.set(true))
                            />
                        </div>
                    }
                })}
            <Users users list acts />
            <Networks base=base.get_value() changes=may(Permission::ClientsEdit) done=changed />
        </div>
        <Dialog open=add_open title=ta().add_user>
            <AddUser id changed open=add_open />
        </Dialog>
    }
}

#[component]
fn AddUser(id: ClientId, changed: Callback<()>, open: RwSignal<bool>) -> impl IntoView {
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
        move || {
            let user = chosen.get_untracked().unwrap_or(UserId(uuid::Uuid::nil()));
            let (role, permissions) = chosen_role(role, permissions);
            api::people::add_client_user(id, &NewClientUser { user, role, permissions })
        },
        move |_| {
            open.set(false);
            changed.run(());
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
                view! {
                    <button
                        type="button"
                        class="choice"
                        aria-checked=move || (chosen.get() == Some(user_id)).to_string()
                        role="radio"
                        on:click=move |_| chosen.set(Some(user_id))
                    >
                        <Avatar name=format!("{} {}", user.first_name, user.last_name) />
                        <span>
                            <b class="block">{format!("{} {}", user.first_name, user.last_name)}</b>
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
            <RoleFields role permissions gives=ClientPermission::ALL.to_vec() />
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
