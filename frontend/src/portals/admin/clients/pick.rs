//! Choosing a client: in a form, or for a list.

use leptos::prelude::*;
use shared::{ClientId, Permission};
use ui::{Button, Confirm, ListState, Note, SelectField, TextField, Tone, not_typed, settled};

use crate::api;
use crate::format::short_id;
use crate::i18n::{fill, t, ta, td};
use crate::parts::filters::filter_chip;
use crate::parts::load::reason;
use crate::query::use_query;
use crate::session::may;

/// The name of a client, which leads to its page.
pub fn client_link(id: ClientId, name: String) -> AnyView {
    view! { <a class="link" href=format!("/admin/clients/{id}")>{name}</a> }.into_any()
}

/// The query of a list that stands on the page of a client, if it does.
pub fn of_client(query: String, client: Option<ClientId>) -> String {
    match client {
        Some(client) => format!("{query}&client={client}"),
        None => query,
    }
}

/// A list's filter for one client (`client=`): picking it, and its name, which takes that off.
pub fn client_filter(list: ListState) -> AnyView {
    let chosen = Memo::new(move |_| list.filter("client").parse::<ClientId>().ok());
    let chip = move || {
        chosen.get().map(|id| {
            let client = use_query(move || id, api::people::client);
            let name = move || {
                client.data().with(|client| {
                    client.as_ref().map_or_else(|| short_id(id.0), |client| client.name.clone())
                })
            };
            filter_chip(list, "client", ta().client, name.into_any())
        })
    };
    let (open, client) = (RwSignal::new(false), RwSignal::new(String::new()));
    let choose = Callback::new(move |()| {
        let id = client.get_untracked();
        if !id.is_empty() {
            open.set(false);
            list.set_filter("client", &id);
        }
    });
    view! {
        {may(Permission::ClientsView)
            .then(|| {
                view! {
                    <Button
                        text=format!("{}: {}", ta().client, ui::words().choose.to_lowercase())
                        class="btn-sm font-normal"
                        on_click=Callback::new(move |()| open.set(true))
                    />
                    <Confirm
                        open
                        title=ta().client
                        text=fill(td().queues.only_of, &[("what", ta().client)])
                        action=t().confirm
                        danger=false
                        on_confirm=choose
                    >
                        // Nobody misses what was searched for.
                        <div on:input=move |event| not_typed(&event)>
                            <ClientPicker name="client" client />
                        </div>
                    </Confirm>
                }
            })}
        {chip}
    }
    .into_any()
}

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
