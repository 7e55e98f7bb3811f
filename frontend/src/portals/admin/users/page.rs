//! `/admin/users/:id` and `/admin/users/new`: one login.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::identity::{NewUser, Reason, UserChange, UserDetail, UserStatus};
use shared::{Permission, UserId};
use ui::{
    Breadcrumbs, Button, Card, Crumb, Form, FormErrors, MenuButton, PageHead, SelectField, SwitchField,
    TextArea, TextField, lu, toast_ok,
};

use super::list::UserClients;
use super::sessions::UserSessions;
use crate::api;
use crate::i18n::{t, ta};
use crate::parts::address::CountryField;
use crate::parts::filters::word_options;
use crate::parts::{Loaded, RecordHead, StateBadge, by_id, submit, submit_with};
use crate::portals::admin::monitoring::History;
use crate::portals::admin::person::{PersonFields, PersonForm, RemoveFactor, person_name};
use crate::query::{Query, use_query};
use crate::session::may;

/// The page of a user.
#[component]
pub fn UserPage() -> impl IntoView {
    by_id(|id: UserId| {
        let user = use_query(move || id, api::people::user);
        view! {
            <Loaded query=user rows=8 let:detail>
                <Page detail user />
            </Loaded>
        }
    })
}

#[component]
fn Page(detail: UserDetail, user: Query<UserDetail>) -> impl IntoView {
    let id = detail.id;
    let name = person_name(&detail.first_name, &detail.last_name, &detail.email);
    let factor_open = RwSignal::new(false);
    let reset = submit_with(move || api::people::send_user_reset(id), |_| toast_ok(ta().mail_sent));
    let badges = view! { <StateBadge state=detail.status.as_str() /> }.into_any();
    let delete_text = may(Permission::UsersEdit).then_some(ta().delete_user_text);
    let (list, may_reset) = ((ta().users, "/admin/users"), may(Permission::UsersReset));
    let button = may_reset.then(
        || view! { <Button text=ta().send_reset icon=lu::LuMail busy=reset.busy on_click=reset.run /> },
    );
    let head = if detail.two_factor && may_reset {
        let menu = move || {
            view! {
                <MenuButton
                    text=ta().remove_two_factor
                    icon=lu::LuShield
                    on_click=Callback::new(move |()| factor_open.set(true))
                />
            }
        };
        view! { <RecordHead list name id=id.0 badges delete_text rehearsed=true menu=menu.into()>{button}</RecordHead> }
            .into_any()
    } else {
        view! { <RecordHead list name id=id.0 badges delete_text rehearsed=true>{button}</RecordHead> }
            .into_any()
    };
    view! {
        {head}
        <div class="grid-2">
            <EditUser detail=detail.clone() user />
            <div class="stack-y">
                <Card title=ta().clients>
                    <div class="grid gap-3">
                        <UserClients user=detail />
                    </div>
                </Card>
                <UserSessions id />
                <History subject=id.0 />
            </div>
        </div>
        <RemoveFactor
            open=factor_open
            call=move |reason: &Reason| api::people::remove_user_factor(id, reason)
            done=Callback::new(move |()| user.refetch())
        />
    }
}

#[component]
fn EditUser(detail: UserDetail, user: Query<UserDetail>) -> impl IntoView {
    let id = detail.id;
    let text = |text: &str| RwSignal::new(text.to_owned());
    let form = PersonForm::new(&detail.first_name, &detail.last_name, &detail.email, detail.language);
    let phone_country = text(detail.phone_country.as_deref().unwrap_or_default());
    let phone = text(detail.phone.as_deref().unwrap_or_default());
    let (status, notes) = (text(detail.status.as_str()), text(&detail.notes));
    let email_verified = RwSignal::new(detail.email_verified);
    let phone_verified = RwSignal::new(detail.phone_verified);
    let version = detail.version;
    let read = move || UserChange {
        version,
        email: form.email(),
        first_name: form.first_name(),
        last_name: form.last_name(),
        phone_country: Some(phone_country.get()).filter(|text| !text.is_empty()),
        phone: Some(phone.get()).filter(|text| !text.is_empty()),
        language: form.language(),
        status: status.get().parse().unwrap_or(UserStatus::Active),
        email_verified: email_verified.get(),
        phone_verified: phone_verified.get(),
        notes: notes.get(),
    };
    let first = StoredValue::new(untrack(read));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != read()));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = untrack(read);
            api::people::change_user(id, &body)
        },
        move |detail| {
            first.set_value(untrack(read));
            user.put(detail);
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <Card title=ta().profile>
                <div class="form-grid">
                    <PersonFields form />
                    <CountryField name="phone_country" value=phone_country label=t().phone_country />
                    <TextField name="phone" label=t().phone value=phone kind="tel" max_length=30 />
                    <SelectField
                        name="status"
                        label=t().status
                        value=status
                        options=word_options(UserStatus::ALL, UserStatus::as_str)
                        wide=true
                    />
                    <SwitchField name="email_verified" label=ta().email_verified value=email_verified wide=false />
                    <SwitchField name="phone_verified" label=ta().phone_verified value=phone_verified wide=false />
                    <TextArea name="notes" label=t().notes value=notes max_length=5000 />
                </div>
                <div class="form-bar mt-5">
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=send.busy
                        disabled=Signal::derive(move || !may(Permission::UsersEdit) || !dirty.get())
                    />
                </div>
            </Card>
        </Form>
    }
}

/// The form of a new login.
#[component]
pub fn NewUserPage() -> impl IntoView {
    let form = PersonForm::empty();
    let verified = RwSignal::new(false);
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let body = untrack(|| NewUser {
                password_hash: None,
                email: form.email(),
                password: form.password(),
                first_name: form.first_name(),
                last_name: form.last_name(),
                phone_country: None,
                phone: None,
                language: form.language(),
                email_verified: verified.get(),
                notes: String::new(),
            });
            api::people::create_user(&body)
        },
        move |user: UserDetail| {
            toast_ok(t().created);
            navigate(&format!("/admin/users/{}", user.id), Default::default());
        },
    );
    view! {
        <Title text=ta().add_user_login />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().users, "/admin/users"), Crumb::here(ta().add_user_login)] />
        <PageHead title=ta().add_user_login />
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            <Card>
                <div class="form-grid">
                    <PersonFields form new=true />
                    <SwitchField name="email_verified" label=ta().email_verified value=verified wide=false />
                </div>
            </Card>
            <div class="form-bar">
                <Button text=ta().add_user_login class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
