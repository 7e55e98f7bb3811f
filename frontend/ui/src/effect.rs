//! Effects that share one piece of code.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

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

/// Runs something whenever an element gets another size, until it is dropped.
pub struct Resized {
    observer: JsValue,
    _run: Closure<dyn FnMut()>,
}

impl Resized {
    /// `None` in a browser that does not tell.
    pub fn new(
        elements: impl Iterator<Item = web_sys::Element>,
        run: impl FnMut() + 'static,
    ) -> Option<Self> {
        let run = Closure::<dyn FnMut()>::new(run);
        let make: Function = Reflect::get(&window(), &"ResizeObserver".into()).ok()?.dyn_into().ok()?;
        let observer = Reflect::construct(&make, &Array::of1(run.as_ref())).ok()?;
        let observe = method(&observer, "observe")?;
        for element in elements {
            observe.call1(&observer, &element).ok()?;
        }
        Some(Self { observer, _run: run })
    }
}

impl Drop for Resized {
    fn drop(&mut self) {
        if let Some(disconnect) = method(&self.observer, "disconnect") {
            disconnect.call0(&self.observer).ok();
        }
    }
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}
