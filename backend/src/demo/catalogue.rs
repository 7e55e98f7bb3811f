//! Makes what the demo provider sells.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use serde_json::{Value, json};
use shared::catalog::{
    AttributeGroupDetail, AttributeGroupInput, AttributeInput, AttributeOfProduct, AttributeText,
    CatalogText, Look, OptionGroupDetail, OptionGroupInput, OptionInput, PriceChanges, PriceInput,
    ProductAttribute, ProductAttributes, ProductDetail, ProductGroupInput, ProductInGroup, ProductInput,
    ProductOptionGroup, ProductOptionGroups, Texts,
};
use shared::{AttributeGroupId, Currency, Language, OptionGroupId, OptionId, Period, ProductId};

use super::api::Api;
use super::pictures;
use super::range::{ATTRIBUTE_GROUPS, GROUPS, Names, OPTION_GROUPS, PRODUCTS, Sold};

/// Ids of what was made, by key.
pub(super) struct Catalogue {
    pub(super) products: HashMap<&'static str, ProductId>,
    pub(super) groups: HashMap<&'static str, OptionGroupId>,
    pub(super) options: HashMap<&'static str, OptionId>,
    /// What every cloud server has.
    attributes: Vec<AttributeOfProduct>,
}

const LANGUAGES: [Language; 3] = [Language::English, Language::Polish, Language::Ukrainian];
const CURRENCIES: [Currency; 3] = [Currency::EUR, Currency::PLN, Currency::CAD];
fn texts(names: Names, short: Names) -> Texts {
    let text = |(language, (name, short)): (Language, (&str, &str))| {
        (language, CatalogText { name: name.to_owned(), short: short.to_owned(), description: String::new() })
    };
    LANGUAGES.into_iter().zip(names.into_iter().zip(short)).map(text).collect()
}

fn price(currency: Currency, period: Period, base: &str, setup: Option<&str>) -> PriceInput {
    let switch = (period != Period::OneTime).then(|| "0".to_owned());
    PriceInput {
        currency,
        period,
        setup: setup.map(str::to_owned),
        base: Some(base.to_owned()),
        idle: None,
        switch_up: switch.clone(),
        switch_down: switch,
        uninstall: None,
        version: None,
    }
}

/// The id that an answer names.
fn id<T: std::str::FromStr>(answer: &Value) -> anyhow::Result<T> {
    answer["id"].as_str().and_then(|text| text.parse().ok()).context("an answer without id")
}

/// Makes the whole catalogue.
pub(super) async fn fill(api: &Api) -> anyhow::Result<Catalogue> {
    let mut made = Catalogue {
        products: HashMap::new(),
        groups: HashMap::new(),
        options: HashMap::new(),
        attributes: attributes(api).await?,
    };
    for group in OPTION_GROUPS {
        let input = OptionGroupInput {
            version: None,
            key: group.key.to_owned(),
            texts: texts(group.names, ["", "", ""]),
            kind: group.kind,
            unit: group.unit.to_owned(),
            quantity_min: 0,
            quantity_max: group.max,
            quantity_step: group.step,
            pattern: None,
            visible: true,
            convert_price: false,
        };
        let group_id: OptionGroupId = id(&api.post("/admin/option-groups", &input).await?)?;
        made.groups.insert(group.key, group_id);
        for choice in group.choices {
            let input = OptionInput {
                version: None,
                key: choice.key.to_owned(),
                value: choice.value.to_owned(),
                texts: texts(choice.names, ["", "", ""]),
                visible: true,
            };
            let group: OptionGroupDetail =
                api.post(&format!("/admin/option-groups/{group_id}/options"), &input).await?;
            let option = group.options.iter().find(|option| option.option.key == choice.key);
            let option = option.with_context(|| format!("the option {} is not in its group", choice.key))?;
            made.options.insert(choice.key, option.id);
            if let Some(monthly) = choice.monthly {
                let prices = CURRENCIES
                    .into_iter()
                    .zip(monthly)
                    .map(|(currency, base)| price(currency, Period::Monthly, base, None))
                    .collect();
                let _stored: Value = api
                    .put(&format!("/admin/options/{}/prices", option.id), &PriceChanges { prices })
                    .await?;
            }
        }
    }
    for product in PRODUCTS {
        let created = product_of(api, product, &made).await?;
        made.products.insert(product.key, created);
    }
    for (key, icon, names, short) in GROUPS {
        let products = PRODUCTS.iter().filter(|product| product.group == *key);
        let products =
            products.map(|product| ProductInGroup { id: made.products[product.key], visible: true });
        let input = ProductGroupInput {
            version: None,
            key: (*key).to_owned(),
            texts: texts(*names, *short),
            icon: (*icon).to_owned(),
            visible: true,
            list_look: Look::Cards,
            order_look: if *key == "storage" { Look::Table } else { Look::Cards },
            manage_look: Look::Table,
            products: Some(products.collect()),
        };
        let created: Value = api.post("/admin/product-groups", &input).await?;
        pictures::of_group(api, key, id(&created)?).await?;
    }
    pictures::of_products(api, &made).await?;
    Ok(made)
}

/// Name and value of an attribute in every language.
fn attribute_texts(names: Names, values: Names) -> BTreeMap<Language, AttributeText> {
    let text = |(language, (name, value)): (Language, (&str, &str))| {
        (language, AttributeText { name: name.to_owned(), value: value.to_owned() })
    };
    LANGUAGES.into_iter().zip(names.into_iter().zip(values)).map(text).collect()
}

/// Makes the attribute groups; gives their attributes in order.
async fn attributes(api: &Api) -> anyhow::Result<Vec<AttributeOfProduct>> {
    let mut made = Vec::new();
    for (key, names, attributes) in ATTRIBUTE_GROUPS {
        let input = AttributeGroupInput {
            version: None,
            key: (*key).to_owned(),
            texts: texts(*names, ["", "", ""]),
            visible: true,
        };
        let group_id: AttributeGroupId = id(&api.post("/admin/attribute-groups", &input).await?)?;
        for (key, names, values) in *attributes {
            let input = AttributeInput {
                version: None,
                key: (*key).to_owned(),
                texts: attribute_texts(*names, *values),
                visible: true,
            };
            let path = format!("/admin/attribute-groups/{group_id}/attributes");
            let _stored: Value = api.post(&path, &input).await?;
        }
        let group: AttributeGroupDetail = api.get(&format!("/admin/attribute-groups/{group_id}")).await?;
        made.extend(group.attributes.iter().map(|attribute| AttributeOfProduct { id: attribute.id }));
    }
    Ok(made)
}

/// The version that a product has now.
async fn version_of(api: &Api, id: ProductId) -> anyhow::Result<i32> {
    let read: ProductDetail = api.get(&format!("/admin/products/{id}")).await?;
    read.product.version.context("a product without version")
}

async fn product_of(api: &Api, product: &Sold, made: &Catalogue) -> anyhow::Result<ProductId> {
    let attributes = product.attributes.iter().map(|(key, names, value)| ProductAttribute {
        key: (*key).to_owned(),
        texts: attribute_texts(*names, [*value; 3]),
        visible: true,
    });
    let input = ProductInput {
        version: None,
        key: product.key.to_owned(),
        texts: texts(product.names, product.short),
        icon: product.icon.to_owned(),
        visible: true,
        direct_link: false,
        retired: false,
        stock_control: product.key == "vps-l",
        stock: (product.key == "vps-l").then_some(40),
        hourly_billing: product.hourly,
        allow_idle: false,
        convert_price: false,
        suspension_grace_hours: None,
        // A month: the demo shows a suspended client, not a terminated one.
        termination_delay_hours: Some(30 * 24),
        cancellation_delay_hours: 48,
        module: "manual".to_owned(),
        module_settings: serde_json::Map::new(),
        attributes: attributes.collect(),
        notes: String::new(),
    };
    let created: ProductDetail = api.post("/admin/products", &input).await?;
    let mut prices = Vec::new();
    for (period, bases) in product.prices {
        for (index, currency) in CURRENCIES.into_iter().enumerate() {
            prices.push(price(currency, *period, bases[index], product.setup.map(|setup| setup[index])));
        }
    }
    let _stored: Value =
        api.put(&format!("/admin/products/{}/prices", created.id), &PriceChanges { prices }).await?;
    if !product.options.is_empty() {
        let groups = product
            .options
            .iter()
            .map(|key| ProductOptionGroup { id: made.groups[key], required: *key == "location" });
        let version = version_of(api, created.id).await?;
        let attached = ProductOptionGroups { version, groups: groups.collect() };
        let _stored: Value =
            api.put(&format!("/admin/products/{}/option-groups", created.id), &attached).await?;
    }
    if product.group == "vps" {
        let version = version_of(api, created.id).await?;
        let attached = ProductAttributes { version, attributes: made.attributes.clone() };
        let _stored: Value =
            api.put(&format!("/admin/products/{}/attributes", created.id), &attached).await?;
    }
    Ok(created.id)
}

/// The chosen options of a cloud server, for an order.
pub(super) fn vps_options(made: &Catalogue, location: &str, extra_memory: i32, extra_disk: i32) -> Value {
    let mut chosen = vec![json!({ "group": made.groups["location"], "option": made.options[location] })];
    if extra_memory > 0 {
        chosen.push(json!({ "group": made.groups["ram"], "quantity": extra_memory }));
    }
    if extra_disk > 0 {
        chosen.push(json!({ "group": made.groups["disk"], "quantity": extra_disk }));
    }
    Value::Array(chosen)
}
