//! `/company/users`: who acts for the account, who is invited, and from where it may be used.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::identity::{ClientInvitation, ClientPermission, ClientRole, NewInvitation};
use shared::{InvitationId, Page};
use ui::{Badge, Button, Card, Dialog, Form, FormErrors, PageHead, TextField, Tone, lu, toast_ok, use_list};

use crate::i18n::{t, tp};
use crate::parts::networks::Networks;
use crate::parts::users::{RoleFields, UserActs, Users, chosen_role};
use crate::parts::{AskButton, FailedNote, StateBadge, submit, submit_with};
use crate::portals::client::kit;
use crate::query::{Query, use_query};
use crate::session::{self, Portal};
use crate::{api, format};

#[component]
pub(in crate::portals::client) fn UsersPage() -> impl IntoView {
    let words = &tp().people;
    let access = untrack(kit::access);
    let owner = access.as_ref().is_some_and(|access| access.role == ClientRole::Owner);
    let gives = access.map(|access| access.permissions).unwrap_or_default();
    let base = format!("/clients/{}", kit::client());
    let list = use_list("role");
    let kept = StoredValue::new(base.clone());
    let users = use_query(
        move || list.api_query(),
        move |query| kept.with_value(|base| api::members::users(base, &query)),
    );
    let waiting = use_query(|| (), move |()| kept.with_value(|base| api::members::invitations(base)));
    let profile = kit::overview().profile;
    let open = RwSignal::new(false);
    let navigate = SendWrapper::new(use_navigate());
    let acts = UserActs {
        base: base.clone(),
        changes: true,
        hands_over: owner,
        hands_over_rehearsed: false,
        gives: gives.clone(),
        me: untrack(kit::signed_in).map(|session| session.user.id),
        links: false,
        done: Callback::new(move |()| users.refetch()),
        handed_over: Callback::new(move |()| {
            // This page is for the new owner now.
            navigate("/", leptos_router::NavigateOptions::default());
            leptos::task::spawn_local(session::load(Portal::Client));
        }),
    };
    let gives = StoredValue::new(gives);
    if !kit::may(ClientPermission::Users) {
        return view! { <Refused /> }.into_any();
    }
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text>
            <Button
                text=tp().invite.new
                icon=lu::LuUserPlus
                class="btn-primary"
                on_click=Callback::new(move |()| open.set(true))
            />
        </PageHead>
        <div class="stack-y">
            <Users users list acts />
            <Waiting waiting base=kept />
            <Networks base changes=owner done=Callback::new(move |()| profile.refetch()) />
        </div>
        <Dialog open title=tp().invite.title>
            <Invite base=kept gives=gives.get_value() waiting open />
        </Dialog>
    }
    .into_any()
}

/// The page is not for this person.
#[component]
pub(super) fn Refused() -> impl IntoView {
    view! { <ui::EmptyState icon=lu::LuLock title=t().not_allowed_title text=t().not_allowed_text /> }
}

#[component]
fn Invite(
    base: StoredValue<String>,
    gives: Vec<ClientPermission>,
    waiting: Query<Page<ClientInvitation>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = &tp().invite;
    let email = RwSignal::new(String::new());
    let role = RwSignal::new(ClientRole::Custom.to_string());
    let permissions = RwSignal::new(Vec::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let (role, permissions) = chosen_role(role, permissions);
            let email = email.get_untracked().trim().to_owned();
            let body = NewInvitation { email, role, permissions };
            base.with_value(|base| api::members::invite(base, &body))
        },
        move |_| {
            open.set(false);
            toast_ok(words.sent);
            waiting.refetch();
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <TextField
                name="email"
                label=t().email
                value=email
                kind="email"
                help=words.help
                required=true
                max_length=254
                autofocus=true
            />
            <RoleFields role permissions gives />
            <div class="form-bar">
                <Button text=words.new class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// Invitations that wait; nothing when there are none.
#[component]
fn Waiting(waiting: Query<Page<ClientInvitation>>, base: StoredValue<String>) -> impl IntoView {
    let words = &tp().invite;
    move || {
        if let Some(error) = waiting.error().get() {
            return view! { <FailedNote error retry=Callback::new(move |()| waiting.refetch()) /> }
                .into_any();
        }
        let rows =
            waiting.data().with(|page| page.as_ref().map(|page| page.items.clone())).unwrap_or_default();
        if rows.is_empty() {
            return ().into_any();
        }
        view! {
            <Card title=words.waiting flush=true>
                <div class="table-wrap" tabindex="0" role="region" aria-label=words.waiting>
                    <table class="table">
                        <thead>
                            <tr>
                                <th>{t().email}</th>
                                <th>{tp().people.role}</th>
                                <th>{words.by}</th>
                                <th>{words.expires}</th>
                                <th>
                                    <span class="sr-only">{t().actions}</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody>
                            {rows.into_iter().map(|row| view! { <WaitingRow row waiting base /> }).collect_view()}
                        </tbody>
                    </table>
                </div>
            </Card>
        }
        .into_any()
    }
}

#[component]
fn WaitingRow(
    row: ClientInvitation,
    waiting: Query<Page<ClientInvitation>>,
    base: StoredValue<String>,
) -> impl IntoView {
    let words = &tp().invite;
    let id: InvitationId = row.id;
    let resend = submit_with(
        move || base.with_value(|base| api::members::resend(base, id)),
        move |_| {
            toast_ok(words.sent);
            waiting.refetch();
        },
    );
    let withdraw = submit_with(
        move || base.with_value(|base| api::members::withdraw(base, id)),
        move |_| {
            toast_ok(words.withdrawn);
            waiting.refetch();
        },
    );
    let late = row.expires_at.as_second() <= format::now_seconds();
    view! {
        <tr>
            <th scope="row">{row.email}</th>
            <td><StateBadge state=row.role.as_str() /></td>
            <td>{row.invited_by}</td>
            <td>
                {format::date_time(row.expires_at)}
                {late.then(|| view! { " " <Badge text=words.expired tone=Tone::Warn /> })}
            </td>
            <td class="end">
                <Button text=words.resend class="btn-sm" busy=resend.busy on_click=resend.run />
                " "
                <AskButton
                    text=words.withdraw
                    question=words.withdraw_text
                    act=withdraw
                    class="btn-sm btn-danger"
                />
            </td>
        </tr>
    }
}
