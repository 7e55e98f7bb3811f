//! `/admin/settings`: settings of the installation. Sent whole, with the version that was read.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::settings::Settings;
use shared::{Language, Permission};
use ui::{
    Button, Card, Form, FormErrors, NumberField, PageHead, SelectField, SwitchField, TextArea, TextField,
    toast_ok,
};

use super::clock::DevelopmentClock;
use super::limits::{Limit, Limits};
use crate::api;
use crate::i18n::{t, ta, td, word};
use crate::parts::networks::{networks_text, read_networks};
use crate::parts::{Loaded, submit};
use crate::portals::admin::clients::language_options;
use crate::query::{Query, use_query};
use crate::session::may;

/// The general settings.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let settings = use_query(|| (), |()| api::settings::settings());
    view! {
        <Title text=ta().general />
        <PageHead title=ta().general text=ta().settings_text />
        <Loaded query=settings rows=12 let:before>
            <SettingsForm before settings />
        </Loaded>
        <div class="mt-5 max-w-4xl">
            <DevelopmentClock />
        </div>
    }
}

/// Numbers of the settings as texts of fields.
fn list_text<T: ToString>(numbers: &[T]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn read_list<T: std::str::FromStr>(text: &str) -> Vec<T> {
    text.split([',', ' ']).filter_map(|part| part.trim().parse().ok()).collect()
}

#[component]
fn SettingsForm(before: Settings, settings: Query<Settings>) -> impl IntoView {
    let text = |text: &str| RwSignal::new(text.to_owned());
    let number = |number: u32| RwSignal::new(number.to_string());
    let general = &before.general;
    let (brand, language) = (text(&general.brand_name), text(general.language.as_str()));
    let (zone, terms) = (text(&general.time_zone), text(&general.terms_url));
    let open = RwSignal::new(before.registration.open);
    let automatic = RwSignal::new(before.registration.automatic_confirmation);
    let security = &before.security;
    let password_min = number(security.password_length_min);
    let composition = RwSignal::new(security.password_composition);
    let enforce = RwSignal::new(security.enforce_staff_two_factor);
    let staff_networks = RwSignal::new(networks_text(&security.staff_networks));
    let security_numbers = [
        ("link_minutes", ta().link_minutes, word("unit_min"), number(security.link_minutes)),
        ("set_password_days", ta().set_password_days, word("unit_d"), number(security.set_password_days)),
        (
            "staff_idle_minutes",
            ta().staff_idle_minutes,
            word("unit_min"),
            number(security.staff_idle_minutes),
        ),
        (
            "staff_session_hours",
            ta().staff_session_hours,
            word("unit_h"),
            number(security.staff_session_hours),
        ),
        ("user_idle_minutes", ta().user_idle_minutes, word("unit_min"), number(security.user_idle_minutes)),
        ("user_session_hours", ta().user_session_hours, word("unit_h"), number(security.user_session_hours)),
        ("remember_days", ta().remember_days, word("unit_d"), number(security.remember_days)),
        ("sudo_minutes", ta().sudo_minutes, word("unit_min"), number(security.sudo_minutes)),
    ];
    let finance = &before.finance;
    let (funds_min, funds_max, balance_max) =
        (text(&finance.add_funds_min), text(&finance.add_funds_max), text(&finance.balance_max));
    let (due_days, cancel_days) = (number(finance.due_days), number(finance.proforma_cancel_days));
    let limits = RwSignal::new(finance.limits.iter().map(Limit::new).collect::<Vec<_>>());
    let wallet_low = RwSignal::new(list_text(&finance.wallet_low_hours));
    let reminders = RwSignal::new(list_text(&finance.reminder_days));
    let retention_numbers = [
        ("tasks_days", ta().tasks_days, number(before.retention.tasks_days)),
        ("sessions_days", ta().sessions_days, number(before.retention.sessions_days)),
        ("notifications_days", ta().notifications_days, number(before.retention.notifications_days)),
        ("module_log_days", ta().module_log_days, number(before.retention.module_log_days)),
    ];
    let before = StoredValue::new(before);
    let read = move || {
        let whole = |signal: RwSignal<String>| signal.get().parse::<u32>().unwrap_or(0);
        let mut settings = before.get_value();
        settings.general.brand_name = brand.get().trim().to_owned();
        settings.general.language = language.get().parse().unwrap_or(Language::English);
        settings.general.time_zone = zone.get().trim().to_owned();
        settings.general.terms_url = terms.get().trim().to_owned();
        settings.registration.open = open.get();
        settings.registration.automatic_confirmation = automatic.get();
        settings.security.password_length_min = whole(password_min);
        settings.security.password_composition = composition.get();
        settings.security.enforce_staff_two_factor = enforce.get();
        settings.security.staff_networks = read_networks(&staff_networks.get());
        let security = &mut settings.security;
        let targets = [
            &mut security.link_minutes,
            &mut security.set_password_days,
            &mut security.staff_idle_minutes,
            &mut security.staff_session_hours,
            &mut security.user_idle_minutes,
            &mut security.user_session_hours,
            &mut security.remember_days,
            &mut security.sudo_minutes,
        ];
        for (target, (.., signal)) in targets.into_iter().zip(security_numbers) {
            *target = whole(signal);
        }
        settings.finance.add_funds_min = funds_min.get();
        settings.finance.add_funds_max = funds_max.get();
        settings.finance.balance_max = balance_max.get();
        settings.finance.limits = limits.with(|limits| limits.iter().filter_map(Limit::read).collect());
        settings.finance.due_days = whole(due_days);
        settings.finance.proforma_cancel_days = whole(cancel_days);
        settings.finance.wallet_low_hours = read_list(&wallet_low.get());
        settings.finance.reminder_days = read_list(&reminders.get());
        let retention = &mut settings.retention;
        let targets = [
            &mut retention.tasks_days,
            &mut retention.sessions_days,
            &mut retention.notifications_days,
            &mut retention.module_log_days,
        ];
        for (target, (.., signal)) in targets.into_iter().zip(retention_numbers) {
            *target = whole(signal);
        }
        settings
    };
    let first = StoredValue::new(untrack(read));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != read()));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = untrack(read);
            api::settings::change(&body)
        },
        move |changed| {
            first.set_value(untrack(read));
            settings.put(changed);
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            <Card title=ta().general>
                <div class="form-grid">
                    <TextField name="general.brand_name" label=ta().brand_name value=brand required=true max_length=100 />
                    <SelectField name="general.language" label=t().language value=language options=language_options() />
                    <TextField name="general.time_zone" label=ta().time_zone value=zone max_length=64 help="Europe/Warsaw" />
                    <TextField name="general.terms_url" label=ta().terms_url value=terms kind="url" max_length=300 />
                </div>
            </Card>
            <Card title=ta().registration>
                <div class="form-grid">
                    <SwitchField name="registration.open" label=ta().registration_open value=open />
                    <SwitchField
                        name="registration.automatic_confirmation"
                        label=ta().automatic_confirmation
                        help=ta().automatic_confirmation_help
                        value=automatic
                    />
                </div>
            </Card>
            <Card title=t().security>
                <div class="form-grid">
                    <NumberField name="security.password_length_min" label=ta().password_min value=password_min />
                    <div></div>
                    <SwitchField name="security.password_composition" label=ta().password_composition value=composition />
                    <SwitchField name="security.enforce_staff_two_factor" label=ta().enforce_staff value=enforce />
                    {security_numbers
                        .map(|(name, label, unit, value)| {
                            view! { <NumberField name=format!("security.{name}") label unit value /> }
                        })}
                    <TextArea
                        name="security.staff_networks"
                        label=td().access.staff_networks
                        help=td().access.staff_networks_help
                        value=staff_networks
                        rows=3
                        mono=true
                    />
                </div>
            </Card>
            <Card title=ta().finance>
                <div class="form-grid">
                    <NumberField name="finance.add_funds_min" label=ta().funds_min value=funds_min decimals=4 />
                    <NumberField name="finance.add_funds_max" label=ta().funds_max value=funds_max decimals=4 />
                    <NumberField name="finance.balance_max" label=ta().balance_max value=balance_max decimals=4 />
                    <Limits limits />
                    <NumberField name="finance.due_days" label=ta().due_days unit=word("unit_d") value=due_days />
                    <NumberField name="finance.proforma_cancel_days" label=ta().cancel_days unit=word("unit_d") value=cancel_days />
                    <TextField name="finance.wallet_low_hours" label=ta().wallet_low_hours value=wallet_low />
                    <TextField name="finance.reminder_days" label=ta().reminder_days value=reminders />
                </div>
            </Card>
            <Card title=ta().retention>
                <div class="form-grid">
                    {retention_numbers
                        .map(|(name, label, value)| {
                            view! { <NumberField name=format!("retention.{name}") label unit=word("unit_d") value /> }
                        })}
                </div>
            </Card>
            <Show when=move || dirty.get()>
                <div class="savebar">
                    <span class="flex-1 text-ink-2">{t().unsaved_changes}</span>
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=send.busy
                        disabled=!may(Permission::SettingsEdit)
                    />
                </div>
            </Show>
        </Form>
    }
}
