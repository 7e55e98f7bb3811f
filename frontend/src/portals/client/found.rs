//! What the palette finds beside pages.

use shared::ClientId;
use shared::identity::ClientPermission;
use ui::{Command, lu};

use super::icons;
use super::kit::may;
use crate::api;
use crate::i18n::{tc, word};

/// Services and documents that the palette finds by what was typed. What cannot be asked for is not found.
pub(super) async fn find(client: ClientId, typed: &str) -> Vec<Command> {
    let mut found = Vec::new();
    if typed.chars().count() < 2 {
        return found;
    }
    let query =
        ui::list::encode(&[("search".to_owned(), typed.to_owned()), ("per_page".to_owned(), "5".to_owned())]);
    if may(ClientPermission::Services)
        && let Ok(page) = api::own::services(client, &query).await
    {
        found.extend(page.items.into_iter().map(|service| Command {
            text: format!("{} · {}", service.label, service.product_name),
            hint: tc().service.name.to_owned(),
            href: format!("/services/{}", service.id),
            icon: icons::product(&service.icon),
        }));
    }
    if may(ClientPermission::Documents)
        && let Ok(page) = api::money::documents(client, &query).await
    {
        found.extend(page.items.into_iter().map(|document| Command {
            text: document.number.unwrap_or_else(|| word(document.kind.as_str()).to_owned()),
            hint: word(document.kind.as_str()).to_owned(),
            href: format!("/documents/{}", document.id),
            icon: lu::LuFileText,
        }));
    }
    found
}
