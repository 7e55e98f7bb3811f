//! `/admin/users`: every login.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Permission;
use shared::identity::{UserDetail, UserSummary};
use ui::{Avatar, Badge, Column, Dialog, EmptyState, Icon, PageHead, Tone, lu, use_list};

use super::schemes::PasswordSchemes;
use crate::i18n::{t, ta};
use crate::parts::filters::{FilterSegment, FilterSelect};
use crate::parts::{AddLink, DataTable, Loaded, StateBadge};
use crate::portals::admin::person::person_name;
use crate::query::use_query;
use crate::{api, format};

fn columns(shown: RwSignal<Option<shared::UserId>>) -> Vec<Column<UserSummary>> {
    vec![
        Column::new("name", t().name, |user: &UserSummary| {
            let name = person_name(&user.first_name, &user.last_name, &user.email);
            view! {
                <div class="who">
                    <Avatar name=name.clone() />
                    <div>
                        <a class="row-link" href=format!("/admin/users/{}", user.id)>{name}</a>
                        <small>{user.email.clone()}</small>
                    </div>
                </div>
            }
        })
        .sorted_by("last_name"),
        Column::new(
            "status",
            t().status,
            |user: &UserSummary| view! { <StateBadge state=user.status.as_str() /> },
        )
        .sorted_by("status"),
        Column::new("verified", t().verified, |user: &UserSummary| {
            if user.email_verified {
                view! { <Badge text=t().verified tone=Tone::Ok /> }
            } else {
                view! { <Badge text=t().not_verified tone=Tone::Warn /> }
            }
        }),
        Column::new(
            "two_factor",
            ta().two_factor_short,
            |user: &UserSummary| if user.two_factor { t().on } else { t().off },
        ),
        Column::new("phone", t().phone, |user: &UserSummary| user.phone.clone()).hidden(),
        Column::new("clients", ta().clients, move |user: &UserSummary| {
            let id = user.id;
            view! {
                <span class="inline-flex items-center gap-2">
                    {user.clients}
                    <button
                        type="button"
                        class="btn btn-ghost btn-icon btn-sm"
                        aria-label=ta().show_clients
                        on:click=move |_| shown.set(Some(id))
                    >
                        <Icon icon=lu::LuEye />
                    </button>
                </span>
            }
        })
        .end()
        .sorted_by("clients"),
        Column::new("sign_in", ta().last_sign_in, |user: &UserSummary| {
            user.last_sign_in_at.map(format::date_time)
        })
        .sorted_by("last_sign_in_at"),
        Column::new("created", t().created_at, |user: &UserSummary| format::date(user.created_at))
            .sorted_by("created_at"),
    ]
}

/// The list of users.
#[component]
pub fn UsersPage() -> impl IntoView {
    let list = use_list("-created_at");
    let users = use_query(move || list.api_query(), api::people::users);
    let shown = RwSignal::new(None::<shared::UserId>);
    view! {
        <Title text=ta().users />
        <PageHead title=ta().users text=ta().users_text>
            <AddLink permission=Permission::UsersEdit text=ta().add_user_login href="/admin/users/new" />
        </PageHead>
        <DataTable
            query=users
            list
            columns=columns(shown)
            label=ta().users
            filters=Box::new(move || {
                view! {
                    <FilterSegment list name="status" label=t().status words=vec!["active", "new", "inactive"] />
                    <FilterSelect
                        list
                        name="two_factor"
                        label=ta().two_factor_short
                        options=vec![("true".to_owned(), t().on.to_owned()), ("false".to_owned(), t().off.to_owned())]
                    />
                }
                    .into_any()
            })
            empty=|| {
                view! {
                    <EmptyState icon=lu::LuUsers title=ta().no_users>
                        <AddLink permission=Permission::UsersEdit text=ta().add_user_login href="/admin/users/new" />
                    </EmptyState>
                }
            }
        />
        <div class="mt-5 max-w-4xl">
            <PasswordSchemes />
        </div>
        <Dialog open=shown title=ta().clients>
            {move || {
                shown
                    .get()
                    .map(|id| {
                        let user = use_query(move || id, api::people::user);
                        view! {
                            <Loaded query=user rows=3 let:user>
                                <UserClients user />
                            </Loaded>
                        }
                    })
            }}
        </Dialog>
    }
}

/// The clients that a user acts for.
#[component]
pub(super) fn UserClients(user: UserDetail) -> impl IntoView {
    if user.clients.is_empty() {
        return view! { <p class="muted">{t().none}</p> }.into_any();
    }
    user.clients
        .into_iter()
        .map(|client| {
            view! {
                <div class="flex flex-wrap items-center gap-3">
                    <a class="link flex-1" href=format!("/admin/clients/{}", client.id)>{client.name}</a>
                    <StateBadge state=client.role.as_str() />
                    <StateBadge state=client.status.as_str() />
                </div>
            }
        })
        .collect_view()
        .into_any()
}
