//! The price grid: rows of currency and period with the six amounts inline. Empty is "not offered", 0 is "free".

use leptos::prelude::*;
use shared::catalog::{PriceChanges, PriceInput, PriceRow};
use shared::{Currency, Money, OptionId, Period, PriceId, ProductId};
use ui::{Button, Card, Confirm, Form, FormErrors, Icon, NumberField, SelectField, lu, toast_ok};

use crate::api;
use crate::format;
use crate::i18n::{t, ta, td, word};
use crate::parts::{submit, submit_with};
use crate::portals::admin::clients::currency_options;

/// Whose prices they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Priced {
    Product(ProductId),
    Option(OptionId),
}

#[derive(Clone, Copy)]
struct Row {
    id: Option<PriceId>,
    number: u32,
    currency: RwSignal<String>,
    period: RwSignal<String>,
    amounts: [RwSignal<String>; 6],
    /// As it was read; 0: there was none.
    version: i32,
}

impl Row {
    fn old(number: u32, row: &PriceRow) -> Self {
        let price = &row.price;
        let text = |amount: &Option<String>| {
            let amount = amount.as_deref().unwrap_or_default();
            let plain = shared::money::parse_decimal(amount).map_or_else(
                |_| amount.to_owned(),
                |amount| format::plain(Money::ledger(amount, price.currency)),
            );
            RwSignal::new(plain)
        };
        Self {
            id: Some(row.id),
            number,
            currency: RwSignal::new(price.currency.to_string()),
            period: RwSignal::new(price.period.to_string()),
            amounts: [
                text(&price.setup),
                text(&price.base),
                text(&price.idle),
                text(&price.switch_up),
                text(&price.switch_down),
                text(&price.uninstall),
            ],
            version: row.version,
        }
    }

    fn new(number: u32) -> Self {
        let currency = currency_options().first().map(|(code, _)| code.clone()).unwrap_or_default();
        Self {
            id: None,
            number,
            currency: RwSignal::new(currency),
            period: RwSignal::new(Period::Monthly.to_string()),
            amounts: std::array::from_fn(|_| RwSignal::new(String::new())),
            version: 0,
        }
    }

    fn read(&self) -> PriceInput {
        let amount =
            |index: usize| Some(self.amounts[index].get().trim().to_owned()).filter(|text| !text.is_empty());
        PriceInput {
            currency: self.currency.get().parse().unwrap_or(Currency::EUR),
            period: self.period.get().parse().unwrap_or(Period::Monthly),
            setup: amount(0),
            base: amount(1),
            idle: amount(2),
            switch_up: amount(3),
            switch_down: amount(4),
            uninstall: amount(5),
            version: Some(self.version),
        }
    }
}

const AMOUNT_NAMES: [&str; 6] = ["setup", "base", "idle", "switch_up", "switch_down", "uninstall"];

/// The grid of a product's or an option's prices.
#[component]
pub(super) fn PriceGrid(
    owner: Priced,
    prices: Vec<PriceRow>,
    done: Callback<()>,
    #[prop(optional)] editable: bool,
) -> impl IntoView {
    let next = StoredValue::new(u32::try_from(prices.len()).unwrap_or(0));
    let rows: RwSignal<Vec<Row>> =
        RwSignal::new(prices.iter().zip(0..).map(|(row, number)| Row::old(number, row)).collect());
    let errors = FormErrors::new();
    let save = submit(
        errors,
        move || {
            let body =
                untrack(|| PriceChanges { prices: rows.with(|rows| rows.iter().map(Row::read).collect()) });
            async move {
                match owner {
                    Priced::Product(id) => api::catalog::set_product_prices(id, &body).await,
                    Priced::Option(id) => api::catalog::set_option_prices(id, &body).await,
                }
            }
        },
        move |_| {
            toast_ok(t().saved);
            done.run(());
        },
    );
    let delete_open = RwSignal::new(false);
    let doomed = StoredValue::new(None::<PriceId>);
    let delete = submit_with(
        move || async move {
            match doomed.get_value() {
                Some(id) => api::catalog::delete_price(id).await,
                None => Ok(serde::de::IgnoredAny),
            }
        },
        move |_| {
            delete_open.set(false);
            toast_ok(t().deleted);
            done.run(());
        },
    );
    let titles = [
        ta().price_setup,
        ta().price_base,
        ta().price_idle,
        ta().price_switch_up,
        ta().price_switch_down,
        ta().price_uninstall,
    ];
    let codes: Vec<(String, String)> =
        currency_options().into_iter().map(|(code, _)| (code.clone(), code)).collect();
    let periods: Vec<(String, String)> =
        Period::ALL.iter().map(|period| (period.to_string(), format::period(*period).to_owned())).collect();
    let choices = StoredValue::new((codes, periods));
    let row_view = move |index: usize, row: Row| {
        let (codes, periods) = choices.get_value();
        let fixed = row.id.is_some();
        let at = format!("prices.{index}");
        let cells = AMOUNT_NAMES.iter().zip(titles).enumerate().map(|(place, (name, title))| {
            // `one_time` takes only setup and base.
            let unused = move || place > 1 && row.period.with(|period| period == Period::OneTime.as_str());
            let label = move || format!("{title}, {} {}", row.currency.get(), word(&row.period.get()));
            view! {
                <td>
                    <NumberField
                        cell=true
                        name=format!("{at}.{name}")
                        label
                        value=row.amounts[place]
                        decimals=4
                        placeholder="—"
                        disabled=Signal::derive(move || !editable || unused())
                    />
                </td>
            }
        });
        let cells = cells.collect_view();
        view! {
            <tr>
                <td>
                    <SelectField cell=true name=format!("{at}.currency") label=t().currency value=row.currency options=codes disabled=fixed />
                </td>
                <td>
                    <SelectField cell=true name=format!("{at}.period") label=t().period value=row.period options=periods disabled=fixed />
                </td>
                {cells}
                <td class="end">
                    <button
                        type="button"
                        class="btn btn-ghost btn-icon btn-sm"
                        aria-label=t().remove
                        disabled=!editable
                        on:click=move |_| match row.id {
                            Some(id) => {
                                doomed.set_value(Some(id));
                                delete_open.set(true);
                            }
                            None => rows.update(|rows| rows.retain(|other| other.number != row.number)),
                        }
                    >
                        <Icon icon=lu::LuTrash />
                    </button>
                </td>
            </tr>
        }
    };
    view! {
        <Form errors on_submit=save.run>
            <Card title=ta().prices text=ta().prices_text flush=true>
                <div class="table-wrap" tabindex="0" role="region" aria-label=ta().prices>
                    <table class="table">
                        <thead>
                            <tr>
                                <th>{t().currency}</th>
                                <th>{t().period}</th>
                                {titles.map(|title| view! { <th class="end">{title}</th> })}
                                <th>
                                    <span class="sr-only">{t().actions}</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || rows.get().into_iter().enumerate().map(|(index, row)| row_view(index, row)).collect_view()}
                        </tbody>
                    </table>
                </div>
                <div class="card-foot form-bar">
                    <Button
                        text=ta().add_price
                        icon=lu::LuPlus
                        disabled=!editable
                        on_click=Callback::new(move |()| {
                            let number = next.get_value();
                            next.set_value(number + 1);
                            rows.update(|rows| rows.push(Row::new(number)));
                            errors.touch();
                        })
                    />
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=save.busy
                        disabled=Signal::derive(move || !editable || rows.with(Vec::is_empty))
                    />
                </div>
            </Card>
        </Form>
        <Confirm
            open=delete_open
            title=t().delete
            text=move || {
                let words = &td().product;
                if errors.typed() {
                    format!("{} {}", words.delete_price, words.delete_price_typed)
                } else {
                    words.delete_price.to_owned()
                }
            }
            action=t().delete
            busy=delete.busy
            on_confirm=delete.run
        />
    }
}
