//! What a service was charged on each of the last thirty days, as a picture with its table: on the page of a service.

use leptos::prelude::*;
use rust_decimal::Decimal;
use shared::billing::ledger::ServiceCharges;
use shared::{ClientId, ServiceId};
use ui::{BarChart, Card};

use super::Loaded;
use crate::api;
use crate::format;
use crate::i18n::{fill, tp};
use crate::query::use_query;

/// Parts of a cent count as well: the chart is drawn from ten-thousandths.
const PLACES: u32 = 4;

fn ten_thousandths(amount: Decimal) -> i64 {
    let scaled = amount.checked_mul(Decimal::from(10_i64.pow(PLACES))).unwrap_or(Decimal::MAX);
    scaled.trunc().try_into().unwrap_or(i64::MAX)
}

fn written(value: i64) -> String {
    format::decimal(Decimal::new(value, PLACES))
}

/// The card with the picture. `client`: of whose charges; `None`: staff ask, of everybody's.
#[component]
pub fn ChargesByDay(client: Option<ClientId>, service: ServiceId) -> impl IntoView {
    let charges = use_query(|| (), move |()| api::spending::by_day(client, service));
    charges.refresh_every(|| 60);
    view! {
        <div class="mt-5">
            <Loaded query=charges rows=4 let:charges>
                <Picture charges />
            </Loaded>
        </div>
    }
}

#[component]
fn Picture(charges: ServiceCharges) -> impl IntoView {
    let words = &tp().spending;
    let total = charges.total;
    if total.is_zero() {
        return view! { <Card title=words.by_day><p class="sub">{words.by_day_none}</p></Card> }.into_any();
    }
    let mut day = charges.from;
    let mut labels = Vec::with_capacity(charges.days.len());
    for _ in &charges.days {
        labels.push(format::day_short(day));
        day = day.tomorrow().unwrap_or(day);
    }
    let values = charges.days.into_iter().map(ten_thousandths).collect();
    let text = fill(words.by_day_text, &[("total", &format::money(total))]);
    let title = format!("{} ({})", words.by_day, total.currency());
    view! {
        <Card title=words.by_day text>
            <BarChart title labels values format=written />
        </Card>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_cent_are_in_the_picture() {
        assert_eq!(ten_thousandths("0.0807".parse().unwrap()), 807);
        assert_eq!(ten_thousandths("12.3".parse().unwrap()), 123_000);
        assert_eq!(ten_thousandths(Decimal::MAX), i64::MAX);
    }
}
