//! The spend guard: what a month may cost before people are told, and before orders are refused.

use leptos::prelude::*;
use shared::billing::spending::{SpendGuard, SpendGuardChange};
use shared::{ClientId, Money};
use ui::{Button, Form, FormErrors, NumberField, toast_ok};

use super::{Loaded, submit};
use crate::i18n::{fill, t, tp};
use crate::query::use_query;
use crate::session::Portal;
use crate::{api, format};

/// Shows and sets the guard of a client; each portal sets the cap of its own side.
#[component]
pub fn SpendGuardForm(portal: Portal, client: ClientId, open: RwSignal<bool>) -> impl IntoView {
    let guard = use_query(|| (), move |()| api::spending::guard(portal, client));
    view! {
        <Loaded query=guard rows=4 let:guard>
            <Guarded portal client guard open />
        </Loaded>
    }
}

#[component]
fn Guarded(portal: Portal, client: ClientId, guard: SpendGuard, open: RwSignal<bool>) -> impl IntoView {
    let words = &tp().spending;
    let currency = guard.monthly.currency();
    let (mine, other, theirs) = match portal {
        Portal::Admin => (guard.cap_by_staff, guard.cap, words.cap_of_client),
        Portal::Client => (guard.cap, guard.cap_by_staff, words.cap_of_staff),
    };
    let typed = |money: Option<Money>| RwSignal::new(money.map(format::plain).unwrap_or_default());
    let (alert, cap) = (typed(guard.alert), typed(mine));
    let help = other.map(|other| fill(theirs, &[("cap", &format::money(other))]));
    let version = guard.version;
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let given = |typed: RwSignal<String>| Some(typed.get_untracked()).filter(|text| !text.is_empty());
            let change = SpendGuardChange { alert: given(alert), cap: given(cap), version };
            api::spending::set_guard(portal, client, &change)
        },
        move |_| {
            open.set(false);
            toast_ok(t().saved);
        },
    );
    let fact = |name: &'static str, value: Money| view! { <div><dt>{name}</dt><dd class="num">{format::money(value)}</dd></div> };
    view! {
        <Form errors on_submit=send.run>
            <p class="text-ink-2">{words.text}</p>
            <dl class="facts">{fact(words.monthly, guard.monthly)} {fact(words.this_month, guard.this_month)}</dl>
            <NumberField
                name="alert"
                label=words.alert
                help=words.alert_help
                value=alert
                unit=currency.to_string()
                decimals=currency.decimals()
            />
            <NumberField
                name="cap"
                label=words.cap
                help=help.unwrap_or_else(|| words.cap_help.to_owned())
                value=cap
                unit=currency.to_string()
                decimals=currency.decimals()
            />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
