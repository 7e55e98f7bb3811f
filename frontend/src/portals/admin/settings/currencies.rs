//! `/admin/currencies`: what is sold in, how it is written, its rate, and the feed of rates.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::settings::{CurrencyChange, CurrencyDetail, NewCurrency, NumberFormat};
use shared::{Page, Permission};
use ui::{
    Badge, Button, Column, Confirm, Dialog, Drawer, EmptyState, Form, FormErrors, Menu, MenuButton,
    NumberField, Open, PageHead, SelectField, SwitchField, TextField, Tone, lu, toast_ok, use_list,
};

use super::rates::{Feed, Rates};
use crate::api;
use crate::i18n::{t, ta, td, word};
use crate::parts::{DataTable, DeleteItem, WouldHappen, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;

/// What the page shows, and what is open beside it.
#[derive(Clone, Copy)]
struct Desk {
    currencies: Query<Page<CurrencyDetail>>,
    /// A new one when `None` inside.
    edited: RwSignal<Option<Option<CurrencyDetail>>>,
    /// Whose dated rates are shown.
    dated: RwSignal<Option<CurrencyDetail>>,
}

/// The currencies.
#[component]
pub fn CurrenciesPage() -> impl IntoView {
    let list = use_list("code");
    let currencies = use_query(move || list.api_query(), api::settings::currencies);
    let desk = Desk { currencies, edited: RwSignal::new(None), dated: RwSignal::new(None) };
    let Desk { edited, dated, .. } = desk;
    let again = Callback::new(move |()| currencies.refetch());
    view! {
        <Title text=ta().currencies />
        <PageHead title=ta().currencies text=ta().currencies_text>
            {may(Permission::SettingsEdit)
                .then(|| {
                    view! {
                        <Button
                            text=ta().add_currency
                            icon=lu::LuPlus
                            class="btn-primary"
                            on_click=Callback::new(move |()| edited.set(Some(None)))
                        />
                    }
                })}
        </PageHead>
        <DataTable
            query=currencies
            list
            columns=columns(desk)
            label=ta().currencies
            empty=|| view! { <EmptyState icon=lu::LuCoins title=ui::words().nothing_found text=ta().currencies_text /> }
        />
        <div class="mt-5 max-w-4xl">
            <Feed again />
        </div>
        <Dialog open=edited title=t().currency>
            {move || edited.get().map(|currency| view! { <CurrencyForm currency currencies open=edited.into() /> })}
        </Dialog>
        <Drawer open=dated title=td().rates.title>
            {move || {
                dated
                    .get()
                    .map(|currency| {
                        let version = version_in(currencies, &currency);
                        view! { <Rates currency version again /> }
                    })
            }}
        </Drawer>
    }
}

/// The version that the list has read of a currency.
fn version_in(currencies: Query<Page<CurrencyDetail>>, currency: &CurrencyDetail) -> Signal<i32> {
    let (code, before) = (currency.code, currency.version);
    Signal::derive(move || {
        currencies.data().with(|page| {
            let listed = page.iter().flat_map(|page| &page.items).find(|listed| listed.code == code);
            listed.map_or(before, |listed| listed.version)
        })
    })
}

fn columns(desk: Desk) -> Vec<Column<CurrencyDetail>> {
    vec![
        Column::new("code", t().currency, |currency: &CurrencyDetail| {
            view! {
                <span class="mono">{currency.code.to_string()}</span>
                <small class="sub">{currency.name.clone()}</small>
            }
        })
        .sorted_by("code"),
        Column::new("example", ta().example, example),
        Column::new("decimals", ta().decimals, |currency: &CurrencyDetail| currency.decimals).end(),
        Column::new("rate", ta().exchange_rate, |currency: &CurrencyDetail| currency.rate.clone())
            .end()
            .sorted_by("rate"),
        Column::new("status", t().status, |currency: &CurrencyDetail| {
            let (text, tone) = if currency.enabled { (t().on, Tone::Ok) } else { (t().off, Tone::Plain) };
            view! {
                {currency.is_default.then(|| view! { <Badge text=word("default") tone=Tone::Brand /> " " })}
                <Badge text tone />
            }
        }),
        Column::new("actions", "", move |currency: &CurrencyDetail| {
            let currency = currency.clone();
            view! { <Acts currency desk /> }
        })
        .end(),
    ]
}

/// A number as the currency writes it. The format is told as `1,234.56`; a currency without small units ends before them.
fn example(currency: &CurrencyDetail) -> String {
    let digits = currency.format.to_string();
    let digits = if currency.decimals == 0 {
        digits.get(..digits.len().saturating_sub(3)).unwrap_or_default()
    } else {
        &digits
    };
    format!("{}{digits}{}", currency.prefix, currency.suffix)
}

/// What can be done with a currency.
#[component]
fn Acts(currency: CurrencyDetail, desk: Desk) -> impl IntoView {
    let (code, version) = (currency.code, currency.version);
    let open = RwSignal::new(false);
    let again = move |text: &'static str| {
        open.set(false);
        desk.currencies.refetch();
        toast_ok(text);
    };
    let default =
        submit_with(move || api::settings::make_currency_default(code, version), move |_| again(t().saved));
    let delete = submit_with(move || api::settings::delete_currency(code), move |_| again(t().deleted));
    let changes = may(Permission::SettingsEdit);
    let is_default = currency.is_default;
    if is_default && !changes {
        return ().into_any();
    }
    let stored = StoredValue::new(currency);
    view! {
        <Menu label=t().actions>
            {(!is_default)
                .then(|| {
                    view! {
                        <MenuButton
                            text=td().rates.title
                            icon=lu::LuCalendarClock
                            on_click=Callback::new(move |()| desk.dated.set(Some(stored.get_value())))
                        />
                    }
                })}
            {changes
                .then(|| {
                    view! {
                        <MenuButton
                            text=t().edit
                            icon=lu::LuPencil
                            on_click=Callback::new(move |()| desk.edited.set(Some(Some(stored.get_value()))))
                        />
                    }
                })}
            {(changes && !is_default)
                .then(|| {
                    view! {
                        <MenuButton text=t().make_default icon=lu::LuCheck on_click=default.run />
                        <DeleteItem open />
                    }
                })}
        </Menu>
        <Confirm
            open
            title=t().delete
            text=ta().delete_currency_text
            action=t().delete
            type_name=code.to_string()
            busy=delete.busy
            on_confirm=delete.run
        >
            <WouldHappen ask=move || api::settings::rehearse_delete_currency(code) />
        </Confirm>
    }
    .into_any()
}

#[component]
fn CurrencyForm(
    currency: Option<CurrencyDetail>,
    currencies: Query<Page<CurrencyDetail>>,
    open: Open,
) -> impl IntoView {
    let old = currency.as_ref();
    let text = |text: Option<&String>| RwSignal::new(text.cloned().unwrap_or_default());
    let code = RwSignal::new(old.map(|old| old.code.to_string()).unwrap_or_default());
    let (prefix, suffix) = (text(old.map(|old| &old.prefix)), text(old.map(|old| &old.suffix)));
    let number_format = RwSignal::new(old.map_or(NumberFormat::English, |old| old.format).to_string());
    let rate = RwSignal::new(old.map_or_else(|| "1".to_owned(), |old| old.rate.clone()));
    let enabled = RwSignal::new(old.is_none_or(|old| old.enabled));
    let existing = old.map(|old| (old.code, old.version));
    let is_default = old.is_some_and(|old| old.is_default);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let format = number_format.get_untracked().parse().unwrap_or(NumberFormat::English);
            let (prefix, suffix, rate) =
                (prefix.get_untracked(), suffix.get_untracked(), rate.get_untracked());
            match existing {
                Some((code, version)) => {
                    let body = CurrencyChange {
                        version,
                        prefix,
                        suffix,
                        format,
                        rate,
                        enabled: enabled.get_untracked(),
                    };
                    api::settings::change_currency(code, &body).await
                }
                None => match code.get_untracked().trim().to_uppercase().parse() {
                    Ok(code) => {
                        api::settings::create_currency(&NewCurrency { code, prefix, suffix, format, rate })
                            .await
                    }
                    Err(_) => {
                        let message = ta().unknown_currency.to_owned();
                        let problem = ui::FieldProblem { field: "code".to_owned(), message: message.clone() };
                        errors.refuse(message, vec![problem]);
                        Err(api::ApiError::SignedOut)
                    }
                },
            }
        },
        move |_| {
            open.close();
            currencies.refetch();
            toast_ok(t().saved);
        },
    );
    let formats =
        NumberFormat::ALL.iter().map(|format| (format.to_string(), format.to_string())).collect::<Vec<_>>();
    view! {
        <Form errors on_submit=send.run>
            <div class="form-grid">
                <TextField name="code" label=ta().code help="ISO 4217" value=code required=true max_length=3 mono=true disabled=existing.is_some() />
                <NumberField name="rate" label=ta().exchange_rate help=ta().exchange_rate_help value=rate decimals=8 required=true disabled=is_default />
                <TextField name="prefix" label=ta().prefix value=prefix max_length=10 />
                <TextField name="suffix" label=ta().suffix value=suffix max_length=10 />
                <SelectField name="format" label=ta().number_format value=number_format options=formats />
                {existing.map(|_| view! { <SwitchField name="enabled" label=t().on value=enabled wide=false disabled=is_default /> })}
            </div>
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.close()) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
