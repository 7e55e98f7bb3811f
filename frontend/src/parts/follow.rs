//! Following a record by a stream of events, where browser and server have one left.

use std::rc::Rc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;
use ui::effect;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

use crate::api::client;
use crate::query::Query;

/// A stream that is open; closed when it is dropped.
struct Stream {
    source: EventSource,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _broken: Closure<dyn FnMut()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

/// Opens a stream. `hear` gets the data of each event; `standing` says whether news arrive by themselves.
///
/// A stream that broke is opened again by the browser, and tells the whole state first; one that was refused is not.
fn open(path: &str, standing: RwSignal<bool>, hear: Rc<dyn Fn(&str)>) -> Option<Stream> {
    let source = EventSource::new(&client::file(path)).ok()?;
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(data) = event.data().as_string() {
            standing.try_set(true);
            hear(&data);
        }
    });
    let broken = Closure::<dyn FnMut()>::new(move || {
        standing.try_set(false);
    });
    source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    source.set_onerror(Some(broken.as_ref().unchecked_ref()));
    Some(Stream { source, _heard: heard, _broken: broken })
}

/// Puts into `query` what the stream at `path` tells, as long as it is `wanted` and the tab is in sight. Returns whether
/// the stream stands: without it the page asks now and then.
pub fn follow<T>(query: Query<T>, path: &str, wanted: Signal<bool>) -> Signal<bool>
where
    T: DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    let hear = move |data: &str| {
        if let Some(news) = client::event::<T>(data) {
            query.put(news);
        }
    };
    keep_open(path.to_owned(), wanted, Rc::new(hear))
}

fn keep_open(path: String, wanted: Signal<bool>, hear: Rc<dyn Fn(&str)>) -> Signal<bool> {
    let in_sight = || document().visibility_state() == web_sys::VisibilityState::Visible;
    let (standing, visible) = (RwSignal::new(false), RwSignal::new(in_sight()));
    let seen = window_event_listener_untyped("visibilitychange", move |_| {
        visible.try_set(in_sight());
    });
    on_cleanup(move || seen.remove());
    let stream = StoredValue::new_local(None::<Stream>);
    let mut before = false;
    effect(move || {
        let now = wanted.get() && visible.get();
        if now != before {
            before = now;
            standing.set(false);
            stream.set_value(if now { open(&path, standing, hear.clone()) } else { None });
        }
    });
    standing.into()
}
