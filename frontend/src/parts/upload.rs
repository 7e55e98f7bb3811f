//! Choosing a file to send.

use leptos::prelude::*;
use ui::toast_bad;
use wasm_bindgen::JsCast;

use crate::i18n::t;

/// A file as the API takes it.
#[derive(Clone)]
pub struct Chosen {
    /// What the browser takes it for: `image/png`.
    pub media_type: String,
    /// Its bytes, in Base64.
    pub content: String,
}

/// A button that reads a file. `accept` are the media types that it offers.
#[component]
pub fn ChooseFile(
    text: &'static str,
    accept: &'static str,
    #[prop(default = "btn")] class: &'static str,
    on_chosen: Callback<Chosen>,
) -> impl IntoView {
    let choose = move |event: web_sys::Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // The same file may be chosen again, after it was changed.
        let read = file.array_buffer();
        input.set_value("");
        leptos::task::spawn_local(async move {
            let Ok(bytes) = wasm_bindgen_futures::JsFuture::from(read).await else {
                toast_bad(t().network_error);
                return;
            };
            let bytes = js_sys::Uint8Array::new(&bytes.unchecked_into::<js_sys::ArrayBuffer>()).to_vec();
            // Latin-1 text of the bytes is what btoa encodes.
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            if let Ok(content) = window().btoa(&text) {
                on_chosen.run(Chosen { media_type: file.type_(), content });
            }
        });
    };
    view! {
        <label class=format!("{class} focus-within:outline-2")>
            {text}
            <input class="sr-only" type="file" accept=accept on:change=choose />
        </label>
    }
}
