//! `/public/catalog`, `/public/products/{key}`.

use std::collections::{BTreeSet, HashMap};

use actix_web::get;
use actix_web::web::Data;
use shared::catalog::{
    AttributeText, Images, Look, ProductAttribute, PublicAttribute, PublicAttributeGroup, PublicCatalog,
    PublicGroup, PublicGroupName, PublicOption, PublicOptionGroup, PublicPrice, PublicProduct,
    PublicProductDetail, PublicSeo, SeoTexts, slug_in, text_in,
};
use shared::{AttributeGroupId, Currency, Language, Money, Period, ProductId};
use uuid::Uuid;

use super::store;
use crate::App;
use crate::catalog::offer::Shelf;
use crate::catalog::price::store::Price;
use crate::catalog::product::store::Product;
use crate::catalog::text::{self, Reads};
use crate::catalog::{attribute, price, quote, seo};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, Path, Visitor};

pub fn routes(cfg: &mut Routes) {
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

/// What products and groups are told search engines with, by their ids.
type Written = HashMap<Uuid, SeoTexts>;

/// What visitors see of attribute groups at some products.
struct GroupAttributes {
    /// The visible groups, without attributes.
    groups: HashMap<AttributeGroupId, PublicAttributeGroup>,
    /// In each product's order, with the groups that they are in.
    of_products: HashMap<ProductId, Vec<(AttributeGroupId, PublicAttribute)>>,
}

impl GroupAttributes {
    /// At most two queries.
    async fn of(conn: &mut Conn, products: &[ProductId], language: Language) -> Result<Self> {
        let mut ids = BTreeSet::new();
        let mut of_products: HashMap<ProductId, Vec<(AttributeGroupId, PublicAttribute)>> = HashMap::new();
        for (product, row) in attribute::store::visible(conn, products).await? {
            let texts = serde_json::from_value(row.texts)?;
            let shown = PublicAttribute {
                id: row.id,
                text: text::attribute(&texts, language, &row.key),
                key: row.key,
                icon_image: row.icon_image,
            };
            ids.insert(row.group_id);
            of_products.entry(product).or_default().push((row.group_id, shown));
        }
        let mut groups = HashMap::with_capacity(ids.len());
        if !ids.is_empty() {
            let ids: Vec<AttributeGroupId> = ids.into_iter().collect();
            for row in attribute::store::visible_groups(conn, &ids).await? {
                let shown = PublicAttributeGroup {
                    id: row.id,
                    text: text::text(&text::read(row.texts)?, language, &row.key),
                    key: row.key,
                    icon_image: row.icon_image,
                    attributes: Vec::new(),
                };
                groups.insert(shown.id, shown);
            }
        }
        Ok(Self { groups, of_products })
    }

    /// As a list of products shows them: a description would stand there once for each product.
    fn without_descriptions(mut self) -> Self {
        for group in self.groups.values_mut() {
            group.text.description.clear();
        }
        self
    }

    /// What a product has: the groups stand in the order of their first attributes.
    fn of_product(&self, product: ProductId) -> Vec<PublicAttributeGroup> {
        let mut shown: Vec<PublicAttributeGroup> = Vec::new();
        for (group, attribute) in self.of_products.get(&product).into_iter().flatten() {
            let Some(group) = self.groups.get(group) else { continue };
            let attribute = attribute.clone();
            match shown.iter_mut().find(|other| other.id == group.id) {
                Some(other) => other.attributes.push(attribute),
                None => shown.push(PublicAttributeGroup { attributes: vec![attribute], ..group.clone() }),
            }
        }
        shown
    }
}

fn shown_product(
    product: &Product,
    shelf: &Shelf,
    attributes: &GroupAttributes,
    written: &Written,
    enabled: &[Currency],
    language: Language,
) -> Result<PublicProduct> {
    let own: Vec<ProductAttribute> = serde_json::from_value(product.attributes.clone())?;
    let shown = |attribute: &ProductAttribute| -> Option<AttributeText> {
        text_in(&attribute.texts, language).cloned()
    };
    let text = text::text(&text::read(product.texts.clone())?, language, &product.key);
    let none = SeoTexts::new();
    let mut seo = PublicSeo::of(written.get(&product.id.0).unwrap_or(&none), language, &product.key, &text);
    // Who has the link of a hidden one may see it; search engines give links to everybody.
    seo.indexable &= product.visible;
    Ok(PublicProduct {
        id: product.id,
        key: product.key.clone(),
        text,
        icon: product.icon.clone(),
        images: product.images(),
        seo,
        attributes: own.iter().filter(|attribute| attribute.visible).filter_map(shown).collect(),
        attribute_groups: attributes.of_product(product.id),
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
    let of_groups: Vec<ProductId> = ids.iter().copied().collect();
    let shelf = Shelf::of(&mut conn, &of_groups).await?;
    let attributes = GroupAttributes::of(&mut conn, &of_groups, reads.0).await?.without_descriptions();
    let enabled = price::store::currencies_enabled(&mut conn).await?;
    let owners: Vec<Uuid> = groups.iter().map(|group| group.id.0).chain(ids.iter().map(|id| id.0)).collect();
    let written = seo::store::of_all(&mut conn, &owners).await?;
    let none = SeoTexts::new();
    let mut shown = Vec::with_capacity(groups.len());
    let mut currencies = BTreeSet::new();
    for group in groups {
        let mut products = Vec::new();
        for (_, id) in members.iter().filter(|(of, _)| *of == group.id) {
            let Some(product) = shelf.product(*id) else { continue };
            let product = shown_product(product, &shelf, &attributes, &written, &enabled, reads.0)?;
            currencies.extend(product.prices.iter().map(|price| price.base.currency()));
            products.push(product);
        }
        let text = text::text(&text::read(group.texts)?, reads.0, &group.key);
        let seo = written.get(&group.id.0).unwrap_or(&none);
        shown.push(PublicGroup {
            id: group.id,
            seo: PublicSeo::of(seo, reads.0, &group.key, &text),
            slugs: seo.values().map(|text| text.slug.clone()).collect(),
            text,
            key: group.key,
            icon: group.icon,
            images: Images { icon: group.icon_image, background: group.background_image },
            list_look: group.list_look,
            products,
        });
    }
    Ok(Json(PublicCatalog { groups: shown, currencies: currencies.into_iter().collect() }))
}

/// Show a product with all that is chosen when ordering it, by its key or its slug in any language.
#[utoipa::path(tag = "public", operation_id = "getPublicProduct",
    params(("key" = String, Path, max_length = 63, example = "vps-s",
        description = "The product's key, or its part of the address in any language.")),
    responses((status = 200, body = PublicProductDetail)))]
#[get("/public/products/{key}")]
async fn show_product(
    app: Data<App>,
    _who: Visitor,
    reads: Reads,
    key: Path<String>,
) -> Result<Json<PublicProductDetail>> {
    let mut conn = app.db.get().await?;
    let (product, _) = store::product_at(&mut conn, &key, reads.0).await?.ok_or_else(Refusal::not_found)?;
    let shelf = Shelf::of(&mut conn, &[product.id]).await?;
    let attributes = GroupAttributes::of(&mut conn, &[product.id], reads.0).await?;
    let enabled = price::store::currencies_enabled(&mut conn).await?;
    let groups = store::groups(&mut conn).await?;
    let members = store::members(&mut conn).await?;
    let of_product: Vec<_> =
        groups.iter().filter(|group| members.contains(&(group.id, product.id))).collect();
    let owners: Vec<Uuid> = of_product.iter().map(|group| group.id.0).chain([product.id.0]).collect();
    let written = seo::store::of_all(&mut conn, &owners).await?;
    let none = SeoTexts::new();
    let names = of_product.iter().map(|group| {
        let texts = written.get(&group.id.0).unwrap_or(&none);
        PublicGroupName {
            id: group.id,
            slug: slug_in(texts, reads.0, &group.key).to_owned(),
            key: group.key.clone(),
            name: text::name(&group.texts, reads.0, &group.key),
        }
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
                icon_image: option.icon_image.clone(),
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
        product: shown_product(&product, &shelf, &attributes, &written, &enabled, reads.0)?,
        groups: names.collect(),
        order_look: of_product.first().map_or(Look::Cards, |group| group.order_look),
        option_groups,
        fields,
    }))
}
