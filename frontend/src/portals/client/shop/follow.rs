//! The quote that follows what is chosen.

use leptos::prelude::*;
use shared::catalog::{OrderItem, Quote, QuoteRequest};
use shared::{ClientId, Currency};
use ui::{FormErrors, settled};

use super::options::mark_numbers;
use crate::api;
use crate::parts::load::reason;
use crate::query::use_query;

pub(super) type Followed = (Signal<Option<Quote>>, Signal<bool>, Signal<Option<String>>);

/// The quote of what is chosen, a moment after each change; whether it is old, and why there is none.
///
/// A number that it refuses is marked in the form.
pub(super) fn follow(
    client: Option<ClientId>,
    currency: Currency,
    item: Memo<OrderItem>,
    errors: FormErrors,
) -> Followed {
    // A quote needs no names, and fields are checked when ordering.
    let wanted = Memo::new(move |_| OrderItem { label: None, ..item.get() });
    let asked = settled(move || wanted.get());
    let quote = use_query(
        move || asked.get(),
        move |item| match client {
            Some(client) => api::own::quote(client, &QuoteRequest { items: vec![item], currency: None }),
            None => api::shop::quote(&QuoteRequest { items: vec![item], currency: Some(currency) }),
        },
    );
    mark_numbers(errors, quote.error());
    let stale = move || quote.loading().get() || wanted.with(|wanted| asked.with(|asked| wanted != asked));
    let problem = move || quote.error().with(|error| error.as_ref().map(reason));
    (quote.data().into(), Signal::derive(stale), Signal::derive(problem))
}
