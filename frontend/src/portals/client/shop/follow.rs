//! The quote that follows what is chosen.

use leptos::prelude::*;
use shared::catalog::{OrderItem, Quote, QuoteRequest};
use shared::{ClientId, Currency};
use ui::{FormErrors, settled};

use super::options::mark_numbers;
use crate::api;
use crate::parts::load::reason;
use crate::query::{Query, use_query};

/// The quote of what is chosen; whether it is old, and why there is none.
#[derive(Clone, Copy)]
pub(super) struct Followed {
    pub quote: Signal<Option<Quote>>,
    pub stale: Signal<bool>,
    pub problem: Signal<Option<String>>,
    /// Where it comes from.
    pub query: Query<Quote>,
}

/// The quote of what is chosen, a moment after each change. A number that it refuses is marked in the form.
pub(super) fn follow(
    client: Option<ClientId>,
    currency: Currency,
    item: Memo<OrderItem>,
    errors: FormErrors,
) -> Followed {
    // A quote needs no names, and fields are checked when ordering.
    let wanted = Memo::new(move |_| OrderItem { label: None, ..item.get() });
    let asked = settled(move || wanted.get());
    let query = use_query(
        move || asked.get(),
        move |item| match client {
            Some(client) => api::own::quote(client, &QuoteRequest { items: vec![item], currency: None }),
            None => api::shop::quote(&QuoteRequest { items: vec![item], currency: Some(currency) }),
        },
    );
    mark_numbers(errors, query.error());
    let stale = move || query.loading().get() || wanted.with(|wanted| asked.with(|asked| wanted != asked));
    let problem = move || query.error().with(|error| error.as_ref().map(reason));
    Followed {
        quote: query.data().into(),
        stale: Signal::derive(stale),
        problem: Signal::derive(problem),
        query,
    }
}
