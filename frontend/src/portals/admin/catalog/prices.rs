//! The price grid: rows of currency and period with the six amounts inline. Empty is "not offered", 0 is "free".

use leptos::prelude::*;
use shared::catalog::{PriceChanges, PriceInput, PriceRow};
use shared::{Currency, Money, OptionId, Period, PriceId, ProductId};
use ui::{Button, Card, Form, FormErrors, Icon, lu, toast_ok};

use crate::api;
use crate::format;
use crate::i18n::{t, ta};
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
    let doomed = StoredValue::new(None::<PriceId>);
    let delete = submit_with(
        move || async move {
            match doomed.get_value() {
                Some(id) => api::catalog::delete_price(id).await,
                None => Ok(serde::de::IgnoredAny),
            }
        },
        move |_| {
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
    let row_view = move |index: usize, row: Row| {
        view! {
            <tr>
                <td>
                    <select
                        class="input input-sm w-24"
                        id=ui::form::field_id(&format!("prices.{index}.currency"))
                        aria-label=t().currency
                        disabled=row.id.is_some()
                        on:change=move |event| row.currency.set(event_target_value(&event))
                    >
                        {currency_options()
                            .into_iter()
                            .map(|(code, _)| {
                                let selected = row.currency.with_untracked(|chosen| *chosen == code);
                                view! { <option value=code.clone() selected=selected>{code.clone()}</option> }
                            })
                            .collect_view()}
                    </select>
                </td>
                <td>
                    <select
                        class="input input-sm w-36"
                        id=ui::form::field_id(&format!("prices.{index}.period"))
                        aria-label=t().period
                        disabled=row.id.is_some()
                        on:change=move |event| row.period.set(event_target_value(&event))
                    >
                        {Period::ALL
                            .iter()
                            .map(|period| {
                                let selected = row.period.with_untracked(|chosen| chosen == period.as_str());
                                view! { <option value=period.as_str() selected=selected>{format::period(*period)}</option> }
                            })
                            .collect_view()}
                    </select>
                </td>
                {row
                    .amounts
                    .iter()
                    .enumerate()
                    .map(|(at, amount)| {
                        let amount = *amount;
                        // `one_time` takes only setup and base.
                        let unused = move || at > 1 && row.period.with(|period| period == Period::OneTime.as_str());
                        view! {
                            <td>
                                <input
                                    class="input input-sm input-num w-24"
                                    inputmode="decimal"
                                    maxlength="16"
                                    id=ui::form::field_id(&format!("prices.{index}.{}", AMOUNT_NAMES[at]))
                                    aria-label=titles[at]
                                    placeholder="—"
                                    disabled=unused
                                    prop:value=move || amount.get()
                                    on:input=move |event| {
                                        amount.set(ui::field::clean_number(&event_target_value(&event), 4));
                                    }
                                />
                            </td>
                        }
                    })
                    .collect_view()}
                <td class="end">
                    <button
                        type="button"
                        class="btn btn-ghost btn-icon btn-sm"
                        aria-label=t().remove
                        disabled=!editable
                        on:click=move |_| match row.id {
                            Some(id) => {
                                doomed.set_value(Some(id));
                                delete.run.run(());
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
    }
}
