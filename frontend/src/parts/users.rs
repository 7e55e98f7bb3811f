//! The users of a client, in both portals: role, disabling, removing, owner.

use leptos::prelude::*;
use shared::identity::{ClientPermission, ClientRole, ClientUser, ClientUserChange};
use shared::{Page, UserId};
use ui::{
    Avatar, Badge, Button, CheckList, Column, Confirm, Dialog, EmptyState, Form, FormErrors, ListState, Menu,
    MenuButton, SelectField, Tone, lu, toast_ok,
};

use crate::api::client::Reply;
use crate::i18n::{fill, t, tp, word};
use crate::parts::{DataTable, DeleteItem, StateBadge, Submit, WouldHappen, submit, submit_with};
use crate::query::Query;
use crate::{api, format};

/// What the one who looks may do here.
#[derive(Clone)]
pub struct UserActs {
    /// `/admin/clients/{id}`, or `/clients/{id}`.
    pub base: String,
    /// He may change users at all.
    pub changes: bool,
    /// He may make another the owner.
    pub hands_over: bool,
    /// The API says beforehand what that would do.
    pub hands_over_rehearsed: bool,
    /// What he may give.
    pub gives: Vec<ClientPermission>,
    /// His own login: he does not change himself.
    pub me: Option<UserId>,
    /// Names lead to the staff's page of the user.
    pub links: bool,
    /// Runs after every change.
    pub done: Callback<()>,
    /// Runs after the account has another owner.
    pub handed_over: Callback<()>,
}

/// His name, or his address as long as he has none.
pub fn name_of(user: &ClientUser) -> String {
    let name = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
    if name.is_empty() { user.email.clone() } else { name }
}

#[component]
fn Name(user: ClientUser, acts: StoredValue<UserActs>) -> impl IntoView {
    let name = name_of(&user);
    let (links, me) = acts.with_value(|acts| (acts.links, acts.me));
    let shown = if links {
        view! { <a class="row-link" href=format!("/admin/users/{}", user.user)>{name.clone()}</a> }.into_any()
    } else {
        view! { <b class="font-medium">{name.clone()}</b> }.into_any()
    };
    view! {
        <div class="who">
            <Avatar name />
            <div>
                {shown}
                {(me == Some(user.user)).then(|| view! { " " <Badge text=tp().people.you tone=Tone::Ok /> })}
                <small>{user.email}</small>
            </div>
        </div>
    }
}

fn columns(acts: StoredValue<UserActs>) -> Vec<Column<ClientUser>> {
    let words = &tp().people;
    vec![
        Column::new("name", t().name, move |user: &ClientUser| view! { <Name user=user.clone() acts /> })
            .sorted_by("name"),
        Column::new("role", words.role, |user: &ClientUser| {
            let permissions: Vec<&str> = user.permissions.iter().map(|p| word(p.as_str())).collect();
            let listed = (user.role == ClientRole::Custom).then(|| permissions.join(", "));
            view! {
                <StateBadge state=user.role.as_str() />
                {listed.map(|listed| view! { <span class="sub block whitespace-normal">{listed}</span> })}
            }
        })
        .sorted_by("role"),
        Column::new("status", t().status, |user: &ClientUser| {
            let state = if user.disabled_at.is_some() { "disabled" } else { user.status.as_str() };
            view! { <StateBadge state /> }
        }),
        Column::new(
            "two_factor",
            words.two_factor,
            |user: &ClientUser| if user.two_factor { t().on } else { t().off },
        ),
        Column::new("sign_in", words.last_sign_in, |user: &ClientUser| {
            user.last_sign_in_at.map_or_else(|| t().never.to_owned(), format::date_time)
        })
        .sorted_by("last_sign_in_at"),
        Column::new("since", t().created_at, |user: &ClientUser| format::date(user.created_at))
            .sorted_by("created_at")
            .hidden(),
        Column::new("actions", "", move |user: &ClientUser| {
            let (changes, me) = acts.with_value(|acts| (acts.changes, acts.me));
            let may = changes && me != Some(user.user) && user.role != ClientRole::Owner;
            may.then(|| view! { <Acts user=user.clone() acts /> })
        })
        .end(),
    ]
}

/// The list.
#[component]
pub fn Users(users: Query<Page<ClientUser>>, list: ListState, acts: UserActs) -> impl IntoView {
    view! {
        <DataTable
            query=users
            list
            columns=columns(StoredValue::new(acts))
            label=tp().people.title
            empty=|| view! { <EmptyState icon=lu::LuUsers title=ui::words().nothing_found /> }
        />
    }
}

/// A call below the client; its confirmation closes when it is done.
fn act(
    acts: StoredValue<UserActs>,
    open: RwSignal<bool>,
    call: impl Fn(&str) -> Reply<api::client::Nothing> + 'static,
    then: fn(&UserActs) -> Callback<()>,
) -> Submit {
    submit_with(
        move || acts.with_value(|acts| call(&acts.base)),
        move |_| {
            open.set(false);
            toast_ok(t().saved);
            acts.with_value(then).run(());
        },
    )
}

#[component]
fn Acts(user: ClientUser, acts: StoredValue<UserActs>) -> impl IntoView {
    let words = &tp().people;
    let id = user.user;
    let name = name_of(&user);
    let disabled = user.disabled_at.is_some();
    let closed = || RwSignal::new(false);
    let (role_open, disable_open, remove_open, owner_open) = (closed(), closed(), closed(), closed());
    let done = |acts: &UserActs| acts.done;
    let disable = act(acts, disable_open, move |base| api::members::set_acting(base, id, "disable"), done);
    let enable = act(acts, disable_open, move |base| api::members::set_acting(base, id, "enable"), done);
    let remove = act(acts, remove_open, move |base| api::members::remove(base, id), done);
    let owner =
        act(acts, owner_open, move |base| api::members::make_owner(base, id), |acts| acts.handed_over);
    let hands_over = acts.with_value(|acts| acts.hands_over) && !disabled;
    let rehearsed = acts.with_value(|acts| acts.hands_over_rehearsed);
    let user = StoredValue::new(user);
    let titled = |text: &str| fill(text, &[("name", &name)]);
    let opens = |open: RwSignal<bool>| Callback::new(move |()| open.set(true));
    let (role_item, disable_item) = (opens(role_open), opens(disable_open));
    let owner_item = opens(owner_open);
    view! {
        <Menu label=t().actions>
            <MenuButton text=words.role icon=lu::LuPencil on_click=role_item />
            {if disabled {
                view! { <MenuButton text=words.enable icon=lu::LuUserCheck on_click=enable.run /> }.into_any()
            } else {
                view! { <MenuButton text=words.disable icon=lu::LuUserX on_click=disable_item /> }.into_any()
            }}
            {hands_over
                .then(|| view! { <MenuButton text=words.hand_over icon=lu::LuShieldCheck on_click=owner_item /> })}
            <DeleteItem open=remove_open text=words.remove />
        </Menu>
        <Dialog open=role_open title=words.role>
            <ChangeRole user=user.get_value() acts open=role_open />
        </Dialog>
        <Confirm
            open=disable_open
            title=titled(words.disable_title)
            text=words.disable_text
            action=words.disable
            busy=disable.busy
            on_confirm=disable.run
        />
        <Confirm
            open=remove_open
            title=titled(words.remove_title)
            text=words.remove_text
            action=words.remove
            busy=remove.busy
            on_confirm=remove.run
        />
        <Confirm
            open=owner_open
            title=titled(words.hand_over_title)
            text=words.hand_over_text
            action=words.hand_over
            busy=owner.busy
            on_confirm=owner.run
        >
            {rehearsed
                .then(|| {
                    let ask = move || acts.with_value(|acts| api::members::rehearse_owner(&acts.base, id));
                    view! { <WouldHappen ask /> }
                })}
        </Confirm>
    }
}

/// Role, and the permissions of the role `custom`; only what may be given.
#[component]
pub fn RoleFields(
    role: RwSignal<String>,
    permissions: RwSignal<Vec<ClientPermission>>,
    gives: Vec<ClientPermission>,
) -> impl IntoView {
    let words = &tp().people;
    let manager = ClientPermission::ALL
        .iter()
        .all(|permission| *permission == ClientPermission::Users || gives.contains(permission));
    let roles = [ClientRole::Manager, ClientRole::Custom];
    let options: Vec<(String, String)> = roles
        .iter()
        .filter(|role| manager || **role == ClientRole::Custom)
        .map(|role| (role.to_string(), word(role.as_str()).to_owned()))
        .collect();
    view! {
        <SelectField name="role" label=words.role value=role options />
        <Show when=move || role.with(|role| role == ClientRole::Custom.as_str())>
            <CheckList
                name="permissions"
                label=words.permissions
                chosen=permissions
                options=gives
                    .iter()
                    .map(|permission| (*permission, view! { <span>{word(permission.as_str())}</span> }.into_any()))
                    .collect()
                class="grid gap-2"
            />
        </Show>
    }
}

/// What was chosen in [`RoleFields`].
pub fn chosen_role(
    role: RwSignal<String>,
    permissions: RwSignal<Vec<ClientPermission>>,
) -> (ClientRole, Vec<ClientPermission>) {
    let role = role.get_untracked().parse().unwrap_or(ClientRole::Custom);
    let permissions = if role == ClientRole::Custom { permissions.get_untracked() } else { Vec::new() };
    (role, permissions)
}

#[component]
fn ChangeRole(user: ClientUser, acts: StoredValue<UserActs>, open: RwSignal<bool>) -> impl IntoView {
    let (id, version) = (user.user, user.version);
    let role = RwSignal::new(user.role.to_string());
    let permissions = RwSignal::new(user.permissions);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let (role, permissions) = chosen_role(role, permissions);
            let body = ClientUserChange { version, role, permissions };
            acts.with_value(|acts| api::members::change_role(&acts.base, id, &body))
        },
        move |_| {
            open.set(false);
            toast_ok(t().saved);
            acts.with_value(|acts| acts.done).run(());
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <RoleFields role permissions gives=acts.with_value(|acts| acts.gives.clone()) />
            <div class="form-bar">
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
