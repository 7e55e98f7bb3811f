//! `/public/catalog`, `/public/products/{key}`.

use std::collections::BTreeSet;

use actix_web::get;
use actix_web::web::Data;
use shared::catalog::{
    AttributeText, ProductAttribute, PublicCatalog, PublicGroup, PublicGroupName, PublicOption,
    PublicOptionGroup, PublicPrice, PublicProduct, PublicProductDetail,
};
use shared::{Currency, Language, Money, Period, ProductId};
use utoipa_actix_web::service_config::ServiceConfig;

use super::store;
use crate::App;
use crate::catalog::offer::Shelf;
use crate::catalog::price::store::Price;
use crate::catalog::product::store::Product;
use crate::catalog::text::{self, Reads};
use crate::catalog::{price, quote};
use crate::http::error::{Refusal, Result};
use crate::http::{Json, Path, Visitor};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_catalog).service(show_product);
}

/// Prices that are offered, currency by currency, the shortest period first.
fn shown_prices<'a>(
    prices: impl Iterator<Item = &'a Price>,
    enabled: &[Currency],
) -> Result<Vec<PublicPrice>> {
    let mut shown = Vec::new();
    for row in prices.filter(|row| enabled.contains(&row.currency)) {
        let Some(base) = row.base else { continue };
        shown.push(PublicPrice {
            id: row.id,
            period: row.period,
            setup: Money::ledger(row.setup.unwrap_or_default(), row.currency),
            base: Money::ledger(base, row.currency),
            hourly: quote::hourly(base, row.period, row.currency)?,
        });
    }
    let place = |period: Period| Period::ALL.iter().position(|other| *other == period);
    shown.sort_by_key(|price| (price.base.currency(), place(price.period)));
    Ok(shown)
}

fn shown_product(
    product: &Product,
    shelf: &Shelf,
    enabled: &[Currency],
    language: Language,
) -> Result<PublicProduct> {
    let attributes: Vec<ProductAttribute> = serde_json::from_value(product.attributes.clone())?;
    let shown = |attribute: &ProductAttribute| -> Option<AttributeText> {
        let texts = &attribute.texts;
        texts
            .get(&language)
            .or_else(|| texts.get(&Language::English))
            .or_else(|| texts.values().next())
            .cloned()
    };
    Ok(PublicProduct {
        id: product.id,
        key: product.key.clone(),
        text: text::text(&text::read(product.texts.clone())?, language, &product.key),
        icon: product.icon.clone(),
        attributes: attributes.iter().filter(|attribute| attribute.visible).filter_map(shown).collect(),
        in_stock: product.left().is_none_or(|left| left > 0),
        hourly_billing: product.hourly_billing,
        prices: shown_prices(shelf.prices_of_product(product.id), enabled)?,
    })
}

/// Show what is sold.
#[utoipa::path(tag = "public", operation_id = "getPublicCatalog", responses((status = 200, body = PublicCatalog)))]
#[get("/public/catalog")]
async fn show_catalog(app: Data<App>, _who: Visitor, reads: Reads) -> Result<Json<PublicCatalog>> {
    let mut conn = app.db.get().await?;
    let groups = store::groups(&mut conn).await?;
    let members = store::members(&mut conn).await?;
    let ids: BTreeSet<ProductId> = members.iter().map(|(_, product)| *product).collect();
    let shelf = Shelf::of(&mut conn, &ids.into_iter().collect::<Vec<_>>()).await?;
    let enabled = price::store::currencies_enabled(&mut conn).await?;
    let mut shown = Vec::with_capacity(groups.len());
    let mut currencies = BTreeSet::new();
    for group in groups {
        let mut products = Vec::new();
        for (_, id) in members.iter().filter(|(of, _)| *of == group.id) {
            let Some(product) = shelf.product(*id) else { continue };
            let product = shown_product(product, &shelf, &enabled, reads.0)?;
            currencies.extend(product.prices.iter().map(|price| price.base.currency()));
            products.push(product);
        }
        shown.push(PublicGroup {
            id: group.id,
            text: text::text(&text::read(group.texts)?, reads.0, &group.key),
            key: group.key,
            icon: group.icon,
            products,
        });
    }
    Ok(Json(PublicCatalog { groups: shown, currencies: currencies.into_iter().collect() }))
}

/// Show a product with all that is chosen when ordering it.
#[utoipa::path(tag = "public", operation_id = "getPublicProduct",
    params(("key" = String, Path, max_length = 63, example = "vps-s")),
    responses((status = 200, body = PublicProductDetail)))]
#[get("/public/products/{key}")]
async fn show_product(
    app: Data<App>,
    _who: Visitor,
    reads: Reads,
    key: Path<String>,
) -> Result<Json<PublicProductDetail>> {
    let mut conn = app.db.get().await?;
    if key.len() > 63 || key.contains('\0') {
        return Err(Refusal::not_found().into());
    }
    let product = store::product_by_key(&mut conn, &key).await?.ok_or_else(Refusal::not_found)?;
    let shelf = Shelf::of(&mut conn, &[product.id]).await?;
    let enabled = price::store::currencies_enabled(&mut conn).await?;
    let groups = store::groups(&mut conn).await?;
    let members = store::members(&mut conn).await?;
    let of_product = members.iter().filter(|(_, member)| *member == product.id);
    let names = of_product.filter_map(|(id, _)| {
        let group = groups.iter().find(|group| group.id == *id)?;
        let name = text::name(&group.texts, reads.0, &group.key);
        Some(PublicGroupName { id: group.id, key: group.key.clone(), name })
    });
    let mut option_groups = Vec::new();
    for attached in shelf.groups(product.id).filter(|attached| attached.group.visible) {
        let group = &attached.group;
        let mut options = Vec::new();
        for option in shelf.options(group.id).filter(|option| option.visible) {
            options.push(PublicOption {
                id: option.id,
                key: option.key.clone(),
                text: text::text(&text::read(option.texts.clone())?, reads.0, &option.key),
                prices: shown_prices(shelf.prices_of_option(option.id), &enabled)?,
            });
        }
        option_groups.push(PublicOptionGroup {
            id: group.id,
            key: group.key.clone(),
            text: text::text(&text::read(group.texts.clone())?, reads.0, &group.key),
            kind: group.kind,
            required: attached.required,
            unit: group.unit.clone(),
            quantity_min: group.quantity_min,
            quantity_max: group.quantity_max,
            quantity_step: group.quantity_step,
            pattern: group.pattern.clone(),
            options,
        });
    }
    let fields = provisioners::find(&product.module).map(|module| module.info().fields).unwrap_or_default();
    Ok(Json(PublicProductDetail {
        product: shown_product(&product, &shelf, &enabled, reads.0)?,
        groups: names.collect(),
        option_groups,
        fields,
    }))
}
