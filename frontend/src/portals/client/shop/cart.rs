//! `/cart`: what the client means to order, what it costs, and ordering all of it.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::ClientId;
use shared::cart::{Cart, CartItem, CartOrder};
use shared::catalog::Quote;
use shared::identity::ClientPermission;
use ui::{
    Button, Card, EmptyState, Form, FormErrors, Icon, LinkButton, ListState, Note, PageHead, Tone, lu,
    use_list,
};

use super::placing::{PayPlaced, after_placing, to_pay};
use super::summary::Summary;
use super::terms::{AcceptTerms, newest};
use crate::api::{self, Key};
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::load::field_text;
use crate::parts::{Loaded, submit, submit_with};
use crate::portals::client::kit::{client, may, overview};
use crate::query::{Query, use_query};

/// The cart as the frame keeps it. `None`: the person orders nothing for this client.
pub(in crate::portals::client) fn cart_of(client: ClientId) -> Query<Option<Cart>> {
    use_query(
        || (),
        move |()| async move {
            if !may(ClientPermission::Services) {
                return Ok(None);
            }
            api::own::cart(client).await.map(Some)
        },
    )
}

/// The way to the cart at the top, with how much is in it.
#[component]
pub(in crate::portals::client) fn CartLink() -> impl IntoView {
    let cart = overview().cart;
    let count = Memo::new(move |_| {
        cart.data().with(|cart| cart.iter().flatten().map(|cart| cart.items.len()).sum::<usize>())
    });
    may(ClientPermission::Services).then(|| {
        view! {
            <a class="btn btn-ghost" href="/cart" aria-label=move || format!("{}: {}", tc().cart.title, count.get())>
                <Icon icon=lu::LuShoppingCart />
                {move || Some(count.get()).filter(|count| *count > 0).map(|count| view! { <span class="num">{count}</span> })}
            </a>
        }
    })
}

/// The cart; once it is ordered and lacks money (`?pay=`), how to pay it.
#[component]
pub(in crate::portals::client) fn CartPage() -> impl IntoView {
    let words = &tc().cart;
    let list = use_list("");
    let proforma = to_pay(list);
    let cart = overview().cart;
    if cart.data().with_untracked(Option::is_some) {
        cart.refetch();
    }
    // What was refused stays to be read when the cart is drawn anew.
    let errors = FormErrors::new();
    move || match proforma.get() {
        Some(id) => view! { <PayPlaced id /> }.into_any(),
        None => view! {
            <Title text=words.title />
            <PageHead title=words.title text=words.text>
                <LinkButton text=tc().shop.back href="/shop" icon=lu::LuPlus />
            </PageHead>
            <Loaded query=cart rows=6 let:cart>
                <Filled cart errors list />
            </Loaded>
        }
        .into_any(),
    }
}

#[component]
fn Filled(cart: Option<Cart>, errors: FormErrors, list: ListState) -> impl IntoView {
    let words = &tc().cart;
    let Some(cart) = cart.filter(|cart| !cart.items.is_empty()) else {
        return view! {
            <section class="card">
                <EmptyState icon=lu::LuShoppingCart title=words.empty text=words.empty_hint>
                    <LinkButton text=tc().nav.order href="/shop" class="btn-primary" />
                </EmptyState>
            </section>
        }
        .into_any();
    };
    let (client, kept) = (client(), overview().cart);
    let accepted = RwSignal::new(false);
    let key = StoredValue::new(Key::new());
    ui::effect(move || {
        accepted.track();
        key.set_value(Key::new());
    });
    let expected = cart.quote.as_ref().map(Quote::expected);
    let go_on = after_placing(list);
    let place = submit(
        errors,
        move || async move {
            let terms_version = newest().filter(|_| accepted.get_untracked());
            let wish = CartOrder { terms_version, expected };
            let answer = api::own::order_cart(client, &wish, &key.get_value()).await;
            Key::after(key, &answer);
            if answer.is_err() {
                kept.refetch();
            }
            answer
        },
        go_on,
    );
    let text = match cart.quote.as_ref().and_then(|quote| quote.top_up.as_ref()) {
        Some(top_up) => fill(tc().order.order_pay, &[("total", &format::money(top_up.total))]),
        None => words.deploy.to_owned(),
    };
    let above =
        cart.quote.as_ref().and_then(|quote| quote.spending.as_ref()).is_some_and(|said| said.above_cap);
    let blocked = !cart.orderable || above;
    let (text, quote) = (StoredValue::new(text), StoredValue::new(cart.quote.clone()));
    let problem = cart.quote.is_none().then(|| words.nothing.to_owned());
    view! {
        <div class="grid-2">
            <Card>
                <ul class="grid gap-4">
                    {cart.items.into_iter().map(|item| view! { <Item item /> }).collect_view()}
                </ul>
            </Card>
            <Summary
                quote=Signal::derive(move || quote.get_value())
                stale=Signal::derive(|| false)
                problem=Signal::derive(move || problem.clone())
            >
                <Form errors on_submit=place.run>
                    <AcceptTerms accepted />
                    <p class="sub">{tc().order.net}</p>
                    <Button
                        text=text.get_value()
                        icon=lu::LuRocket
                        class="btn-primary btn-wide"
                        submit=true
                        busy=place.busy
                        disabled=Signal::derive(move || blocked)
                    />
                </Form>
            </Summary>
        </div>
    }
    .into_any()
}

#[component]
fn Item(item: CartItem) -> impl IntoView {
    let words = &tc().cart;
    let (client, kept, id) = (client(), overview().cart, item.id);
    let remove = submit_with(move || api::own::remove_from_cart(client, id), move |_| kept.refetch());
    let ordered = item.item;
    let label = ordered.label.unwrap_or_else(|| item.name.clone());
    let remove_label = format!("{}: {label}", words.remove);
    let times = (ordered.quantity > 1).then(|| format!("{} × ", ordered.quantity));
    let price =
        item.price.map(|price| format!("{} {}", format::money(price.base), format::per_period(price.period)));
    view! {
        <li class="grid gap-2 pb-4 border-b border-line">
            <div class="flex items-start justify-between gap-3">
                <div class="min-w-0">
                    <div class="font-medium truncate">{times} {label}</div>
                    <div class="sub">{item.name} " · " {format::period(ordered.period)}</div>
                </div>
                <div class="flex items-center gap-2">
                    <span class="num">{price}</span>
                    <button
                        type="button"
                        class="btn btn-ghost btn-icon"
                        aria-label=remove_label
                        disabled=move || remove.busy.get()
                        on:click=move |_| remove.run.run(())
                    >
                        <Icon icon=lu::LuTrash />
                    </button>
                </div>
            </div>
            {item
                .faults
                .iter()
                .map(|fault| {
                    let text = field_text(fault);
                    view! { <Note tone=Tone::Warn>{words.blocked} " " {text}</Note> }
                })
                .collect_view()}
        </li>
    }
}
