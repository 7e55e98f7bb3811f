//! From where a client may be used, in both portals; for its owner also with what proof.

use leptos::prelude::*;
use shared::identity::{AllowedNetworks, AllowedNetworksChange};
use ui::{Button, Card, Form, FormErrors, SwitchField, TextArea, toast_ok};

use crate::api;
use crate::i18n::{fill, t, tp};
use crate::parts::{Loaded, submit};
use crate::query::{Query, use_query};
use crate::session::Portal;

/// Networks as people write them: one a line.
pub fn networks_text(networks: &[String]) -> String {
    networks.join("\n")
}

/// What stands between spaces, commas and line ends.
pub fn read_networks(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| c.is_whitespace() || c == ',');
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The networks of the client at `base`: `/admin/clients/{id}`, or `/clients/{id}`.
#[component]
pub fn Networks(
    #[prop(into)] base: String,
    /// May it be changed here? Else it is only shown.
    changes: bool,
    /// Runs after a change: it counts as one of the client.
    done: Callback<()>,
) -> impl IntoView {
    let base = StoredValue::new(base);
    let networks = use_query(|| (), move |()| base.with_value(|base| api::members::networks(base)));
    view! {
        <Card title=tp().networks.title text=tp().networks.text>
            <Loaded query=networks rows=2 let:before>
                <NetworksForm before networks base changes done />
            </Loaded>
        </Card>
    }
}

#[component]
fn NetworksForm(
    before: AllowedNetworks,
    networks: Query<AllowedNetworks>,
    base: StoredValue<String>,
    changes: bool,
    done: Callback<()>,
) -> impl IntoView {
    let words = &tp().networks;
    let text = RwSignal::new(networks_text(&before.networks));
    let version = before.version;
    // Staff have it in the profile.
    let of_owner = Portal::current() == Portal::Client;
    let enforce = RwSignal::new(before.enforce_two_factor);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = AllowedNetworksChange {
                version,
                networks: read_networks(&text.get_untracked()),
                enforce_two_factor: of_owner.then(|| enforce.get_untracked()),
            };
            base.with_value(|base| api::members::change_networks(base, &body))
        },
        move |kept| {
            networks.put(kept);
            toast_ok(t().saved);
            done.run(());
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <TextArea
                name="networks"
                label=words.title
                value=text
                help=words.help
                rows=3
                mono=true
                disabled=!changes
            />
            <p class="sub">{fill(words.yours, &[("ip", &before.ip)])}</p>
            {of_owner
                .then(|| {
                    view! {
                        <SwitchField
                            name="enforce_two_factor"
                            label=t().two_factor
                            help=words.two_factor
                            value=enforce
                            disabled=!changes
                        />
                    }
                })}
            {changes
                .then(|| {
                    view! {
                        <div class="form-bar">
                            <Button text=t().save class="btn-primary" submit=true busy=send.busy />
                        </div>
                    }
                })}
        </Form>
    }
}
