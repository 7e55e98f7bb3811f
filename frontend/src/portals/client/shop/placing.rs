//! Placing an order, putting it into the cart instead, and what follows.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::catalog::{OrderItem, Quote};
use shared::identity::ClientPermission;
use shared::services::{NewOrder, OrderDetail, OrderStatus};
use shared::{ClientId, Code, DocumentId};
use ui::{FormErrors, ListState, Note, Tone, effect, toast_ok};

use super::follow::Followed;
use super::terms::newest;
use crate::api::{self, ApiError, Key};
use crate::i18n::tc;
use crate::parts::{Submit, submit};
use crate::portals::client::finance::pay::Pay;
use crate::portals::client::kit::{Overview, may};

thread_local! {
    /// What a visitor has chosen, while he signs in.
    pub(super) static KEPT: RefCell<Option<OrderItem>> = const { RefCell::new(None) };
}

/// The proforma of the order that was just placed (`?pay=`). `None`: none waits to be paid.
pub(super) fn to_pay(list: ListState) -> Memo<Option<DocumentId>> {
    Memo::new(move |_| list.filter("pay").parse::<DocumentId>().ok())
}

/// How to pay the order that was just placed.
#[component]
pub(super) fn PayPlaced(id: DocumentId) -> impl IntoView {
    view! {
        <div class="mb-6">
            <Note tone=Tone::Ok>{tc().order.placed_pending}</Note>
        </div>
        <Pay id order=true />
    }
}

/// Goes on from an order that was placed: to its service, to all of its services, or to how it is paid.
pub(super) fn after_placing(list: ListState) -> impl Fn(OrderDetail) + 'static {
    let navigate = use_navigate();
    let overview = use_context::<Overview>();
    move |order: OrderDetail| {
        if let Some(overview) = overview {
            overview.refresh();
        }
        let words = &tc().order;
        let pays = order.proforma.filter(|_| may(ClientPermission::Documents));
        if let (OrderStatus::Pending, Some(proforma)) = (order.status, pays) {
            list.set_opened("pay", proforma.to_string());
            return;
        }
        let target = match order.services.as_slice() {
            [service] => format!("/services/{}", service.id),
            _ => format!("/orders/{}", order.id),
        };
        toast_ok(if order.status == OrderStatus::Pending { words.placed_pending } else { words.placed });
        navigate(&target, NavigateOptions::default());
    }
}

/// Places the order once, at what its quote says; goes on to the service, or shows how to pay when money is missing. When it
/// costs more by now, the quote is asked for again.
pub(super) fn ordering(
    client: Option<ClientId>,
    item: Memo<OrderItem>,
    followed: Followed,
    accepted: RwSignal<bool>,
    errors: FormErrors,
    list: ListState,
) -> Submit {
    let key = StoredValue::new(Key::new());
    effect(move || {
        item.track();
        accepted.track();
        key.set_value(Key::new());
    });
    let go_on = after_placing(list);
    submit(
        errors,
        move || async move {
            errors.clear();
            // The button is there only for somebody who acts for a client.
            let client = client.ok_or(ApiError::SignedOut)?;
            let order = NewOrder {
                items: vec![item.get_untracked()],
                terms_version: newest().filter(|_| accepted.get_untracked()),
                expected: followed.quote.with_untracked(|quote| quote.as_ref().map(Quote::expected)),
            };
            let answer = api::own::order(client, &order, &key.get_value()).await;
            if answer.as_ref().is_err_and(|error| error.code() == Some(Code::PriceChanged)) {
                followed.query.refetch();
            }
            answer
        },
        move |order| {
            KEPT.set(None);
            go_on(order);
        },
    )
}

/// Puts what was chosen into the cart, and goes there.
pub(super) fn adding(client: Option<ClientId>, item: Memo<OrderItem>, errors: FormErrors) -> Submit {
    let navigate = use_navigate();
    let overview = use_context::<Overview>();
    submit(
        errors,
        move || async move {
            errors.clear();
            let client = client.ok_or(ApiError::SignedOut)?;
            api::own::add_to_cart(client, &item.get_untracked()).await.map_err(in_form)
        },
        move |cart| {
            KEPT.set(None);
            if let Some(overview) = overview {
                overview.cart.put(Some(cart));
            }
            toast_ok(tc().cart.added);
            navigate("/cart", NavigateOptions::default());
        },
    )
}

/// The fields of an item, as this form names them: those of the first item of an order.
fn in_form(mut error: ApiError) -> ApiError {
    if let ApiError::Problem(problem) = &mut error {
        for field in &mut problem.fields {
            field.field = format!("items.0.{}", field.field);
        }
    }
    error
}
