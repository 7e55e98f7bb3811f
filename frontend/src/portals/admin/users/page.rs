//! `/admin/users/:id` and `/admin/users/new`: one login.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::identity::{NewUser, Reason, SecretText, UserChange, UserDetail, UserStatus};
use shared::{Language, Permission, UserId};
use ui::{
    Breadcrumbs, Button, Card, Confirm, Crumb, Form, FormErrors, Menu, MenuButton, PageHead, PasswordField,
    SelectField, SwitchField, TextArea, TextField, lu, toast_ok, use_unsaved_guard,
};

use super::list::UserClients;
use super::sessions::UserSessions;
use crate::api;
use crate::i18n::{self, t, ta};
use crate::parts::address::CountryField;
use crate::parts::filters::word_options;
use crate::parts::{Loaded, RecordId, StateBadge, by_id, submit, submit_with};
use crate::portals::admin::clients::language_options;
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
    let name = format!("{} {}", detail.first_name, detail.last_name);
    let (delete_open, factor_open) = (RwSignal::new(false), RwSignal::new(false));
    let reason = RwSignal::new(String::new());
    let navigate = SendWrapper::new(use_navigate());
    let reset = submit_with(move || api::people::send_user_reset(id), |_| toast_ok(ta().mail_sent));
    let factor = submit_with(
        move || async move {
            let body = Reason { reason: reason.get_untracked().trim().to_owned() };
            api::people::remove_user_factor(id, &body).await
        },
        move |_| {
            factor_open.set(false);
            user.refetch();
            toast_ok(t().saved);
        },
    );
    let delete = submit_with(
        move || api::people::delete_user(id),
        move |_| {
            toast_ok(t().deleted);
            navigate("/admin/users", Default::default());
        },
    );
    let two_factor = detail.two_factor;
    view! {
        <Title text=name.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().users, "/admin/users"), Crumb::here(name.clone())] />
        <header class="page-head">
            <div class="flex flex-wrap items-center gap-3">
                <h1>{name}</h1>
                <StateBadge state=detail.status.as_str() />
                <RecordId id=id.0 path=format!("/admin/users/{id}") />
            </div>
            <div class="page-actions">
                {may(Permission::UsersReset)
                    .then(|| view! { <Button text=ta().send_reset icon=lu::LuMail busy=reset.busy on_click=reset.run /> })}
                {(may(Permission::UsersEdit) || two_factor && may(Permission::UsersReset))
                    .then(|| {
                        view! {
                            <Menu label=t().actions class="btn btn-icon">
                                {(two_factor && may(Permission::UsersReset))
                                    .then(|| {
                                        view! {
                                            <MenuButton
                                                text=ta().remove_two_factor
                                                icon=lu::LuShield
                                                on_click=Callback::new(move |()| factor_open.set(true))
                                            />
                                        }
                                    })}
                                {may(Permission::UsersEdit)
                                    .then(|| {
                                        view! {
                                            <MenuButton
                                                text=t().delete
                                                icon=lu::LuTrash
                                                danger=true
                                                on_click=Callback::new(move |()| delete_open.set(true))
                                            />
                                        }
                                    })}
                            </Menu>
                        }
                    })}
            </div>
        </header>
        <div class="grid-2">
            <EditUser detail=detail.clone() user />
            <div class="stack-y">
                <Card title=ta().clients>
                    <div class="grid gap-3">
                        <UserClients user=detail />
                    </div>
                </Card>
                <UserSessions id />
            </div>
        </div>
        <Confirm open=delete_open title=t().delete text=ta().delete_user_text action=t().delete busy=delete.busy on_confirm=delete.run />
        <Confirm
            open=factor_open
            title=ta().remove_two_factor
            text=ta().remove_two_factor_text
            action=ta().remove_two_factor
            busy=factor.busy
            on_confirm=factor.run
        >
            <TextArea name="reason" label=t().reason value=reason rows=2 required=true max_length=1000 />
        </Confirm>
    }
}

#[component]
fn EditUser(detail: UserDetail, user: Query<UserDetail>) -> impl IntoView {
    let id = detail.id;
    let text = |text: &str| RwSignal::new(text.to_owned());
    let (email, first_name, last_name) =
        (text(&detail.email), text(&detail.first_name), text(&detail.last_name));
    let phone_country = text(detail.phone_country.as_deref().unwrap_or_default());
    let phone = text(detail.phone.as_deref().unwrap_or_default());
    let (language, status, notes) =
        (text(detail.language.as_str()), text(detail.status.as_str()), text(&detail.notes));
    let email_verified = RwSignal::new(detail.email_verified);
    let phone_verified = RwSignal::new(detail.phone_verified);
    let version = detail.version;
    let read = move || UserChange {
        version,
        email: email.get().trim().to_owned(),
        first_name: first_name.get().trim().to_owned(),
        last_name: last_name.get().trim().to_owned(),
        phone_country: Some(phone_country.get()).filter(|text| !text.is_empty()),
        phone: Some(phone.get()).filter(|text| !text.is_empty()),
        language: language.get().parse().unwrap_or(Language::English),
        status: status.get().parse().unwrap_or(UserStatus::Active),
        email_verified: email_verified.get(),
        phone_verified: phone_verified.get(),
        notes: notes.get(),
    };
    let first = StoredValue::new(untrack(read));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != read()));
    use_unsaved_guard(dirty.into());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = untrack(read);
            async move { api::people::change_user(id, &body).await }
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
                    <TextField name="first_name" label=t().first_name value=first_name max_length=100 />
                    <TextField name="last_name" label=t().last_name value=last_name max_length=100 />
                    <TextField name="email" label=t().email value=email kind="email" required=true max_length=254 />
                    <SelectField name="language" label=t().language value=language options=language_options() />
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
    let text = || RwSignal::new(String::new());
    let (email, password, first_name, last_name) = (text(), text(), text(), text());
    let language = RwSignal::new(i18n::language().to_string());
    let verified = RwSignal::new(false);
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || async move {
            let body = NewUser {
                email: email.get_untracked().trim().to_owned(),
                password: Some(password.get_untracked()).filter(|text| !text.is_empty()).map(SecretText::new),
                first_name: first_name.get_untracked().trim().to_owned(),
                last_name: last_name.get_untracked().trim().to_owned(),
                phone_country: None,
                phone: None,
                language: language.get_untracked().parse().unwrap_or(Language::English),
                email_verified: verified.get_untracked(),
                notes: String::new(),
            };
            api::people::create_user(&body).await
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
                    <TextField name="first_name" label=t().first_name value=first_name max_length=100 />
                    <TextField name="last_name" label=t().last_name value=last_name max_length=100 />
                    <TextField name="email" label=t().email value=email kind="email" required=true max_length=254 />
                    <PasswordField
                        name="password"
                        label=t().password
                        value=password
                        required=false
                        autocomplete="new-password"
                        help=ta().empty_password_help
                    />
                    <SelectField name="language" label=t().language value=language options=language_options() />
                    <SwitchField name="email_verified" label=ta().email_verified value=verified wide=false />
                </div>
            </Card>
            <div class="form-bar">
                <Button text=ta().add_user_login class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
