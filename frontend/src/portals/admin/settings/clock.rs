//! The development clock: time moved forward, so that charges and reminders can be watched.

use jiff::Timestamp;
use leptos::prelude::*;
use shared::Permission;
use ui::{Button, Card, Facts, toast_ok};

use crate::api::system::ClockState;
use crate::i18n::td;
use crate::parts::submit_with;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// Nothing where the clock cannot be moved.
#[component]
pub(super) fn DevelopmentClock() -> impl IntoView {
    let clock = use_query(|| (), |()| api::system::clock());
    clock.refresh_every(|| 30);
    let shown = Memo::new(move |_| {
        clock.data().with(|clock| clock.as_ref().filter(|clock| clock.adjustable).map(|clock| clock.now))
    });
    move || {
        let now = shown.get().filter(|_| may(Permission::ClockMove));
        now.map(|now| view! { <ClockCard now clock /> })
    }
}

#[component]
fn ClockCard(now: Timestamp, clock: Query<ClockState>) -> impl IntoView {
    let words = &td().clock;
    let steps = [(words.hour, 3_600_i64), (words.day, 86_400), (words.month, 30 * 86_400)];
    let buttons = steps.map(|(text, seconds)| {
        let forward = submit_with(
            move || async move {
                let now = api::system::clock().await?.now;
                // Beyond the calendar the server would refuse it; the clock stays.
                let later = now.as_second().saturating_add(seconds);
                api::system::move_clock(Timestamp::from_second(later).unwrap_or(now)).await
            },
            move |state| {
                crate::clock::set(state.now);
                clock.put(state);
                toast_ok(td().clock.moved);
            },
        );
        view! { <Button text class="btn-sm" busy=forward.busy on_click=forward.run /> }
    });
    let rows = vec![(words.now.to_owned(), format::date_time_exact(now).into_any())];
    view! {
        <Card title=words.title text=words.text>
            <Facts rows />
            <div class="flex flex-wrap gap-3 mt-4">{buttons}</div>
        </Card>
    }
}
