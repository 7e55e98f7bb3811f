//! Loading: keeps what was shown while newer data is on its way, loads again on demand or every few seconds.

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use ui::effect;

use crate::api::{ApiError, Call, Work, client};

/// What a call answered, and how the next one is doing.
pub struct Query<T: Send + Sync + 'static> {
    data: RwSignal<Option<T>>,
    error: RwSignal<Option<ApiError>>,
    loading: RwSignal<bool>,
    again: RwSignal<u32>,
    asked: RwSignal<String>,
    /// Which call is the latest; answers to others are dropped.
    turn: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Send + Sync + 'static> Copy for Query<T> {}

/// Calls `fetch` with `key()` now and whenever the key changes. An answer that was overtaken is dropped.
///
/// The same answer again changes nothing: what shows it is not drawn anew.
pub fn use_query<K, C>(key: impl Fn() -> K + 'static, fetch: impl Fn(K) -> C + 'static) -> Query<C::Answer>
where
    C: Call,
    C::Answer: PartialEq + Send + Sync,
{
    let query = Query {
        data: RwSignal::new(None),
        error: RwSignal::new(None),
        loading: RwSignal::new(true),
        again: RwSignal::new(0),
        asked: RwSignal::default(),
        turn: StoredValue::new(0),
    };
    let ask = Box::new(move || {
        let key = key();
        client::forget_asked();
        let call = fetch(key);
        query.asked.set(client::asked());
        call.reply().then(move |data| query.keep(data))
    });
    follow(ask, query.again, query.turn, query.loading, query.error);
    query
}

/// Asks now and whenever what was read changes or `again` does.
fn follow(
    ask: Box<dyn Fn() -> Work>,
    again: RwSignal<u32>,
    turn: StoredValue<u32>,
    loading: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
) {
    effect(move || {
        again.track();
        let answer = ask();
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = turn.get_value();
        loading.set(true);
        leptos::task::spawn_local(async move {
            let arrived = answer.arrive().await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            error.try_set(arrived.and_then(|put| put()).err());
            loading.try_set(false);
        });
    });
}

fn raise(count: RwSignal<u32>) {
    count.try_update(|count| *count = count.wrapping_add(1));
}

/// Asks again every `seconds` while the tab is visible; 0 stops.
fn repeat(seconds: Box<dyn Fn() -> u32>, loading: RwSignal<bool>, again: RwSignal<u32>) {
    let running = StoredValue::new_local(None::<Interval>);
    effect(move || {
        let seconds = seconds();
        running.set_value((seconds > 0).then(|| {
            Interval::new(seconds.saturating_mul(1000), move || {
                let visible = document().visibility_state() == web_sys::VisibilityState::Visible;
                if visible && !loading.try_get_untracked().unwrap_or(true) {
                    raise(again);
                }
            })
        }));
    });
}

impl<T: Send + Sync + 'static> Query<T> {
    /// What has arrived; `None` until the first answer.
    pub const fn data(self) -> RwSignal<Option<T>> {
        self.data
    }

    pub const fn error(self) -> RwSignal<Option<ApiError>> {
        self.error
    }

    pub const fn loading(self) -> RwSignal<bool> {
        self.loading
    }

    /// The path of the API that was asked, with its query. Empty when `fetch` asks only once its future runs: it is to hand
    /// over the call itself.
    pub const fn asked(self) -> RwSignal<String> {
        self.asked
    }

    /// Does what `refetch` does.
    pub fn again(self) -> Callback<()> {
        let again = self.again;
        Callback::new(move |()| raise(again))
    }

    /// Loads again; what is shown stays until the answer.
    pub fn refetch(self) {
        raise(self.again);
    }

    /// Loads again every `seconds` while the tab is visible; 0 stops.
    pub fn refresh_every(self, seconds: impl Fn() -> u32 + 'static) {
        repeat(Box::new(seconds), self.loading, self.again);
    }
}

impl<T: PartialEq + Send + Sync + 'static> Query<T> {
    /// Puts in what a write has just answered. A call that is under way may answer with what was before: it is dropped.
    pub fn put(self, data: T) {
        if self.loading.try_get_untracked() == Some(true) {
            self.turn.try_update_value(|turn| *turn = turn.wrapping_add(1));
            self.loading.try_set(false);
        }
        self.keep(data);
    }

    fn keep(self, data: T) {
        let same = self.data.try_with_untracked(|old| old.as_ref() == Some(&data));
        if same == Some(false) {
            self.data.set(Some(data));
        }
    }
}
