//! Icons that staff chose for products and groups, by name.

use icondata_core::IconData;
use ui::lu;

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
