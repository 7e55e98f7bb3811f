//! Effects that share one piece of code.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

/// Runs `run` now and whenever what it read changes.
///
/// Like [`Effect::new`], which brings its own loop for every closure: a few hundred bytes each.
pub fn effect(run: impl FnMut() + 'static) {
    begin(Box::new(run));
}

fn begin(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

/// What `value` says once it has not changed for a quarter of a second: typing does not ask the server at every key.
pub fn settled<T>(value: impl Fn() -> T + 'static) -> RwSignal<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let out = RwSignal::new(untrack(&value));
    let turn = StoredValue::new(0_u32);
    effect(move || {
        let now = value();
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = turn.get_value();
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(250).await;
            if turn.try_get_value() == Some(mine) && out.with_untracked(|out| *out != now) {
                out.set(now);
            }
        });
    });
    out
}
