//! Choosing a client in a form.

use leptos::prelude::*;
use shared::ClientId;
use ui::{Note, SelectField, TextField, Tone, settled};

use crate::api;
use crate::i18n::ta;
use crate::parts::load::reason;
use crate::query::use_query;

/// A search and the clients that it found, with the one that is chosen already. `client` holds an id, or nothing.
#[component]
pub fn ClientPicker(name: &'static str, client: RwSignal<String>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let asked = settled(move || typed.get());
    let clients = use_query(
        move || (asked.get(), client.get_untracked()),
        |(typed, chosen)| async move {
            let mut options = Vec::new();
            if let Ok(id) = chosen.parse::<ClientId>() {
                let client = api::people::client(id).await?;
                options
                    .push((client.id, format!("{} · {} · {}", client.name, client.email, client.currency)));
            }
            let query =
                ui::list::encode(&[("search".to_owned(), typed), ("per_page".to_owned(), "20".to_owned())]);
            for client in api::people::clients(query).await?.items {
                if options.iter().all(|(id, _)| *id != client.id) {
                    options.push((
                        client.id,
                        format!("{} · {} · {}", client.name, client.email, client.balance.currency()),
                    ));
                }
            }
            Ok(options)
        },
    );
    let options = Signal::derive(move || {
        clients.data().with(|clients| {
            clients.iter().flatten().map(|(id, text)| (id.to_string(), text.clone())).collect::<Vec<_>>()
        })
    });
    view! {
        <div class="form-grid">
            <TextField name="search" label=ta().search_clients value=typed kind="search" max_length=200 />
            <SelectField name=name label=ta().client value=client options=options required=true />
        </div>
        {move || clients.error().get().map(|error| view! { <Note tone=Tone::Bad>{reason(&error)}</Note> })}
    }
}
