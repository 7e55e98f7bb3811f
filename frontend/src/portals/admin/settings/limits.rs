//! How much clients add, in currencies that have limits of their own.

use leptos::prelude::*;
use shared::Currency;
use shared::settings::FundsLimits;
use ui::{Button, FormErrors, NumberField, SelectField, lu};

use crate::i18n::{t, ta, word};
use crate::parts::rows::Remove;
use crate::portals::admin::clients::currency_options;

/// The limits of one currency: smallest and largest top-up, largest balance.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    currency: RwSignal<String>,
    amounts: [RwSignal<String>; 3],
}

impl Limit {
    pub(super) fn new(limits: &FundsLimits) -> Self {
        let amounts = [&limits.add_funds_min, &limits.add_funds_max, &limits.balance_max];
        Self {
            currency: RwSignal::new(limits.currency.to_string()),
            amounts: amounts.map(|amount| RwSignal::new(amount.clone())),
        }
    }

    pub(super) fn read(&self) -> Option<FundsLimits> {
        let [add_funds_min, add_funds_max, balance_max] = self.amounts.map(|amount| amount.get());
        let currency = self.currency.get().parse().ok()?;
        Some(FundsLimits { currency, add_funds_min, add_funds_max, balance_max })
    }

    fn decimals(self) -> u32 {
        self.currency.with(|code| code.parse::<Currency>().map_or(4, |currency| currency.decimals()))
    }
}

/// A row for each currency that has limits of its own.
#[component]
pub(super) fn Limits(limits: RwSignal<Vec<Limit>>) -> impl IntoView {
    let form = use_context::<FormErrors>();
    // The first currency that has none yet.
    let free = Memo::new(move |_| {
        let taken = limits.with(|all| all.iter().map(|one| one.currency.get()).collect::<Vec<_>>());
        currency_options().into_iter().map(|(code, _)| code).find(|code| !taken.contains(code))
    });
    let add = move |()| {
        let Some(code) = free.get_untracked() else { return };
        let amounts = std::array::from_fn(|_| RwSignal::new(String::new()));
        limits.update(|all| all.push(Limit { currency: RwSignal::new(code), amounts }));
        if let Some(form) = form {
            form.touch();
        }
    };
    let fields = [
        ("add_funds_min", ta().funds_min),
        ("add_funds_max", ta().funds_max),
        ("balance_max", ta().balance_max),
    ];
    let row = move |(index, limit): (usize, Limit)| {
        let decimals = Signal::derive(move || limit.decimals());
        let amounts = fields.into_iter().zip(limit.amounts).map(|((field, label), value)| {
            let name = format!("finance.limits.{index}.{field}");
            view! {
                <div class="flex-1 min-w-32">
                    <NumberField name label value decimals required=true />
                </div>
            }
        });
        let (name, options) = (format!("finance.limits.{index}.currency"), currency_options());
        view! {
            <div class="flex flex-wrap items-end gap-3">
                <div class="flex-1 min-w-32">
                    <SelectField name label=t().currency value=limit.currency options />
                </div>
                {amounts.collect_view()}
                <Remove rows=limits index />
            </div>
        }
    };
    view! {
        <fieldset class="wide grid gap-3">
            <legend class="field-label mb-2">{word("funds_limits")}</legend>
            {move || limits.get().into_iter().enumerate().map(row).collect_view()}
            <div>
                <Button
                    text=t().add
                    icon=lu::LuPlus
                    class="btn-sm"
                    disabled=Signal::derive(move || free.with(Option::is_none))
                    on_click=Callback::new(add)
                />
            </div>
        </fieldset>
    }
}
