//! Icons of the demo's groups and of some products, uploaded as staff would.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use shared::ProductGroupId;
use shared::catalog::ImageInput;

use super::api::Api;
use super::catalogue::Catalogue;

const OF_GROUPS: &[(&str, &[u8])] = &[
    ("vps", include_bytes!("icons/server.png")),
    ("hosting", include_bytes!("icons/globe.png")),
    ("storage", include_bytes!("icons/drive.png")),
    ("support", include_bytes!("icons/lifebuoy.png")),
];
const OF_PRODUCTS: &[(&str, &[u8])] = &[
    ("cloud-hour", include_bytes!("icons/cloud.png")),
    ("hosting-business", include_bytes!("icons/window.png")),
    ("backup-space", include_bytes!("icons/archive.png")),
    ("team-files", include_bytes!("icons/folder.png")),
    ("migration", include_bytes!("icons/arrows.png")),
    ("managed-care", include_bytes!("icons/shield.png")),
];

async fn upload(api: &Api, path: String, file: &[u8]) -> anyhow::Result<()> {
    let input = ImageInput { content: STANDARD.encode(file), read: None };
    let _stored: Value = api.put(&format!("{path}/images/icon"), &input).await?;
    Ok(())
}

/// The icon of a group, if it has one.
pub(super) async fn of_group(api: &Api, key: &str, id: ProductGroupId) -> anyhow::Result<()> {
    let Some((_, file)) = OF_GROUPS.iter().find(|(of, _)| *of == key) else { return Ok(()) };
    upload(api, format!("/admin/product-groups/{id}"), file).await
}

pub(super) async fn of_products(api: &Api, made: &Catalogue) -> anyhow::Result<()> {
    for (key, file) in OF_PRODUCTS {
        upload(api, format!("/admin/products/{}", made.products[key]), file).await?;
    }
    Ok(())
}
