//! The quote that follows what is chosen.

use leptos::prelude::*;
use shared::catalog::{OrderItem, Quote, QuoteRequest};
use shared::{ClientId, Currency};
use ui::effect;

use crate::api;
use crate::parts::failure;
use crate::parts::load::field_text;

pub(super) type Followed = (Signal<Option<Quote>>, Signal<bool>, Signal<Option<String>>);

/// The quote of what is chosen, a moment after each change.
pub(super) fn follow(client: Option<ClientId>, currency: Currency, item: Memo<OrderItem>) -> Followed {
    let quote = RwSignal::new(None::<Quote>);
    let stale = RwSignal::new(true);
    let problem = RwSignal::new(None::<String>);
    let turn = StoredValue::new(0_u32);
    effect(move || {
        let item = item.get();
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = turn.get_value();
        stale.set(true);
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(200).await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            // A quote needs no names, and fields are checked when ordering.
            let item = OrderItem { label: None, ..item };
            let answer = match client {
                Some(client) => {
                    api::own::quote(client, &QuoteRequest { items: vec![item], currency: None }).await
                }
                None => api::shop::quote(&QuoteRequest { items: vec![item], currency: Some(currency) }).await,
            };
            if turn.try_get_value() != Some(mine) {
                return;
            }
            stale.set(false);
            match answer {
                Ok(answer) => {
                    problem.set(None);
                    quote.set(Some(answer));
                }
                Err(error) => {
                    let named = match &error {
                        api::ApiError::Problem(said) => said.fields.first().map(field_text),
                        _ => None,
                    };
                    problem.set(Some(named.unwrap_or_else(|| failure(&error).0)));
                }
            }
        });
    });
    (quote.into(), stale.into(), problem.into())
}
