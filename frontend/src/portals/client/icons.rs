//! Icons that staff chose for products and groups: by name, or uploaded.

use icondata_core::IconData;
use leptos::prelude::*;
use ui::{Icon, lu};

use crate::api;

/// The icon of this name; a box when the name is not among them.
pub(crate) fn product(name: &str) -> &'static IconData {
    match name {
        "server" | "vps" => lu::LuServer,
        "cpu" => lu::LuCpu,
        "globe" | "hosting" | "web" => lu::LuGlobe,
        "database" => lu::LuDatabase,
        "hard-drive" | "storage" | "disk" => lu::LuHardDrive,
        "cloud" => lu::LuCloud,
        "life-buoy" | "support" => lu::LuLifeBuoy,
        "headphones" => lu::LuHeadphones,
        "shield" | "backup" => lu::LuShield,
        "mail" => lu::LuMail,
        "key" | "licence" | "license" => lu::LuKeyRound,
        "wrench" | "repair" => lu::LuWrench,
        "network" => lu::LuNetwork,
        "gamepad" => lu::LuGamepad2,
        _ => lu::LuBox,
    }
}

/// The icon of a product or group: the uploaded one, else the one of that name on a tile.
#[component]
pub(super) fn ProductIcon(
    name: String,
    image: Option<String>,
    #[prop(default = "tile")] class: &'static str,
) -> impl IntoView {
    match image {
        Some(hash) => {
            let (src, class) = (api::shop::image(&hash), format!("{class} bg-transparent object-contain"));
            view! { <img class=class src=src alt="" loading="lazy" /> }.into_any()
        }
        None => view! { <span class=class><Icon icon=product(&name) /></span> }.into_any(),
    }
}
