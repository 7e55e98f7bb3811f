//! What an order that staff place would cost the client: below the form, following it.

use leptos::prelude::*;
use shared::catalog::{OrderItem, Quote};
use shared::services::NewOrderByStaff;
use shared::{ClientId, Money};
use ui::{Card, Note, Tone, settled};

use crate::i18n::{t, ta, td, tp};
use crate::parts::load::reason;
use crate::query::use_query;
use crate::{api, format};

/// The quote of what is chosen, a moment after each change; nothing before there is a client.
#[component]
pub(super) fn QuoteCard(client: RwSignal<String>, item: Memo<OrderItem>) -> impl IntoView {
    let wanted = move || client.with(|client| client.parse::<ClientId>().ok()).zip(Some(item.get()));
    let asked = settled(wanted);
    let quote = use_query(
        move || asked.get(),
        |wanted| async move {
            match wanted {
                Some((client, item)) => {
                    api::services::quote_order(&NewOrderByStaff { client, items: vec![item] }).await.map(Some)
                }
                None => Ok(None),
            }
        },
    );
    let problem = Memo::new(move |_| quote.error().with(|error| error.as_ref().map(reason)));
    move || match (problem.get(), quote.data().get().flatten()) {
        (Some(problem), _) => Some(view! { <Note tone=Tone::Warn>{problem}</Note> }.into_any()),
        (None, Some(quote)) => Some(view! { <Lines quote /> }.into_any()),
        (None, None) => None,
    }
}

#[component]
fn Lines(quote: Quote) -> impl IntoView {
    let line = |name: String, class: &'static str, amount: String| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd class=class>{amount}</dd>
            </div>
        }
    };
    let items = quote.items.iter().map(move |item| {
        let name =
            if item.quantity > 1 { format!("{} × {}", item.quantity, item.name) } else { item.name.clone() };
        line(name, "num", format!("{} {}", format::money(item.base), format::per_period(item.period)))
    });
    let items = items.collect_view();
    let parts = quote.items.iter().flat_map(|item| &item.lines).filter(|part| part.quantity > 0).map(|part| {
        view! { <li class="flex justify-between gap-3 text-sm"><span>{part.name.clone()}</span><span class="sub num">{part.why.clone()}</span></li> }
    });
    let parts = parts.collect_view();
    let lacks = quote.missing.is_some_and(Money::is_positive);
    let above = quote.spending.as_ref().filter(|said| said.above_cap).and_then(|said| said.cap);
    view! {
        <Card title=td().orders.quote text=td().orders.quote_text>
            <div class="grid gap-4" aria-live="polite">
                <ul class="grid gap-1">{parts}</ul>
                <dl class="facts">
                    {items}
                    {line(ta().price_setup.to_owned(), "num", format::money(quote.setup))}
                    {line(td().orders.due_now.to_owned(), "num strong", format::money(quote.due_now))}
                    {quote.available.map(|available| line(t().balance.to_owned(), "num", format::money_short(available)))}
                    {quote
                        .missing
                        .map(|missing| {
                            line(td().orders.missing.to_owned(), if lacks { "num neg" } else { "num" }, format::money(missing))
                        })}
                </dl>
                {lacks.then(|| view! { <Note tone=Tone::Warn>{td().orders.quote_lacks}</Note> })}
                {above
                    .map(|cap| view! { <Note tone=Tone::Bad>{tp().spending.cap} ": " {format::money(cap)}</Note> })}
            </div>
        </Card>
    }
}
