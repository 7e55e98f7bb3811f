//! Effects that share one piece of code.

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
