//! What somebody wants to buy, checked against the catalogue: product, period, options, the module's fields.
//!
//! A price of another product, an option of another group, a hidden or retired product: each is refused with the name of the
//! field. What comes out can be sold; its snapshot is what a service keeps.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use provisioners::GivenOption;
use rules::pricing::{Amounts, PriceOf, PriceSnapshot, SnapshotRow};
use rules::starting;
use shared::catalog::{ChosenOption, OptionKind, OrderItem};
use shared::services::ChargeBy;
use shared::{Currency, FieldError, Language, OptionGroupId, OptionId, Period, ProductId};

use crate::catalog::option::store::{Attached, Choice, OptionGroup};
use crate::catalog::price::store::Price;
use crate::catalog::product::store::Product;
use crate::catalog::{option, price, product, text};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

/// Items of an order, services of an item, and its answers to the module's own fields.
pub const ITEMS_MAX: usize = 20;
pub const QUANTITY_MAX: i32 = 50;
pub const FIELDS_MAX: usize = 100;

/// Who buys: staff may sell what is hidden or retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buyer {
    Client,
    Staff,
}

/// A choice in an option group.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub group: OptionGroup,
    /// `None`: a free text without a price.
    pub option: Option<Choice>,
    pub quantity: i32,
    pub text: Option<String>,
}

/// An item that can be sold.
#[derive(Clone, Debug)]
pub struct Offer {
    pub product: Product,
    pub period: Period,
    pub charge_by: ChargeBy,
    pub quantity: i32,
    pub label: String,
    pub fields: BTreeMap<String, String>,
    pub chosen: Vec<Chosen>,
    pub snapshot: PriceSnapshot,
}

impl Chosen {
    /// As the module is given it.
    pub fn given(&self) -> GivenOption {
        GivenOption {
            group: self.group.key.clone(),
            option: self.option.as_ref().map(|option| option.key.clone()),
            value: match &self.text {
                Some(text) => text.clone(),
                None => self.option.as_ref().map(|option| option.value.clone()).unwrap_or_default(),
            },
            quantity: self.quantity,
        }
    }
}

/// Everything of the catalogue that some items need: five queries, however many items there are.
#[derive(Debug)]
pub struct Shelf {
    products: HashMap<ProductId, Product>,
    attached: Vec<Attached>,
    choices: Vec<Choice>,
    product_prices: Vec<Price>,
    option_prices: Vec<Price>,
}

impl Shelf {
    pub async fn of(conn: &mut Conn, products: &[ProductId]) -> Result<Self> {
        let found = product::store::find_all(conn, products).await?;
        let attached = option::store::attached(conn, products).await?;
        let groups: Vec<OptionGroupId> = attached.iter().map(|attached| attached.group.id).collect();
        let choices = option::store::choices(conn, &groups).await?;
        let options: Vec<OptionId> = choices.iter().map(|choice| choice.id).collect();
        Ok(Self {
            products: found.into_iter().map(|product| (product.id, product)).collect(),
            attached,
            choices,
            product_prices: price::store::of_products(conn, products).await?,
            option_prices: price::store::of_options(conn, &options).await?,
        })
    }

    pub fn product(&self, id: ProductId) -> Option<&Product> {
        self.products.get(&id)
    }

    pub fn groups(&self, product: ProductId) -> impl Iterator<Item = &Attached> {
        self.attached.iter().filter(move |attached| attached.product == product)
    }

    pub fn options(&self, group: OptionGroupId) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(move |choice| choice.group_id == group)
    }

    pub fn product_price(&self, product: ProductId, currency: Currency, period: Period) -> Option<&Price> {
        self.product_prices.iter().find(|price| {
            price.product_id == Some(product) && price.currency == currency && price.period == period
        })
    }

    pub fn option_price(&self, option: OptionId, currency: Currency, period: Period) -> Option<&Price> {
        self.option_prices.iter().find(|price| {
            price.option_id == Some(option) && price.currency == currency && price.period == period
        })
    }

    pub fn prices_of_product(&self, product: ProductId) -> impl Iterator<Item = &Price> {
        self.product_prices.iter().filter(move |price| price.product_id == Some(product))
    }

    pub fn prices_of_option(&self, option: OptionId) -> impl Iterator<Item = &Price> {
        self.option_prices.iter().filter(move |price| price.option_id == Some(option))
    }
}

/// Reads a pattern of staff for free texts; the whole text must match. The matcher runs in linear time.
pub fn pattern(pattern: &str) -> Result<regex::Regex, String> {
    regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(1 << 20)
        .build()
        .map_err(|_| "This is not a regular expression we can use.".to_owned())
}

/// Checks items, and says what each costs in `currency`. All faults are told at once.
pub async fn read(
    conn: &mut Conn,
    currency: Currency,
    items: &[OrderItem],
    buyer: Buyer,
    language: Language,
) -> Result<Vec<Offer>> {
    if !(1..=ITEMS_MAX).contains(&items.len()) {
        return Err(Refusal::field("items", "out_of_range", "Send 1 to 20 items.").into());
    }
    let (mut offers, mut faults) = (Vec::with_capacity(items.len()), Vec::new());
    for checked in read_each(conn, currency, items, buyer, language).await? {
        match checked {
            Ok(offer) => offers.push(offer),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(offers) } else { Err(Refusal::fields(faults).into()) }
}

/// What each item can be sold as, or why it cannot, with fields such as `items.0.period`.
pub async fn read_each(
    conn: &mut Conn,
    currency: Currency,
    items: &[OrderItem],
    buyer: Buyer,
    language: Language,
) -> Result<Vec<Result<Offer, Vec<FieldError>>>> {
    let wanted: Vec<ProductId> = items.iter().map(|item| item.product).collect();
    let shelf = Shelf::of(conn, &wanted).await?;
    let check = |(place, item)| {
        let mut fields = Fields::new();
        let offer = check(&mut fields, &shelf, &format!("items.{place}"), currency, item, buyer, language);
        match offer {
            Some(offer) if fields.is_empty() => Ok(offer),
            _ => Err(fields.into_faults()),
        }
    };
    Ok(items.iter().enumerate().map(check).collect())
}

/// The fault of an item that there are too few of.
pub fn out_of_stock(field: &str) -> FieldError {
    FieldError::new(field, "out_of_stock", "Not so many are left of this product.")
}

/// Checks one item; `at` is its path in the request. `None`: `fields` say why not.
fn check(
    fields: &mut Fields,
    shelf: &Shelf,
    at: &str,
    currency: Currency,
    item: &OrderItem,
    buyer: Buyer,
    language: Language,
) -> Option<Offer> {
    fields.range(&format!("{at}.quantity"), i64::from(item.quantity), 1, i64::from(QUANTITY_MAX));
    let at_product = format!("{at}.product");
    let Some(product) = shelf.product(item.product) else {
        fields.add(at_product, "unknown", "There is no such product.");
        return None;
    };
    if buyer == Buyer::Client {
        if product.retired {
            fields.add(at_product, "not_offered", "This product is not sold any more.");
            return None;
        }
        if !product.visible && !product.direct_link {
            fields.add(at_product, "unknown", "There is no such product.");
            return None;
        }
    }
    let label = match item.label.as_deref().map(str::trim).filter(|label| !label.is_empty()) {
        Some(label) => {
            fields.text(&format!("{at}.label"), label, 100);
            label.to_owned()
        }
        None => product.name(language).chars().take(100).collect(),
    };
    let row = shelf.product_price(product.id, currency, item.period);
    if let Some(wanted) = item.price
        && row.is_none_or(|row| row.id != wanted)
    {
        let message = "This price belongs to another product, currency or period.";
        fields.add(format!("{at}.price"), "invalid", message);
    }
    let offered = row.filter(|row| row.base.is_some());
    if offered.is_none() {
        let message = format!("Not offered in {currency} for this period.");
        fields.add(format!("{at}.period"), "not_offered", message);
    }
    let chosen = check_options(fields, shelf, at, currency, item, product.id, buyer);
    // The module would name each of them.
    if item.fields.len() > FIELDS_MAX {
        fields.add(format!("{at}.fields"), "too_long", format!("At most {FIELDS_MAX} fields."));
        return None;
    }
    let row = offered?;
    let given: Vec<GivenOption> = chosen.iter().map(Chosen::given).collect();
    match provisioners::find(&product.module) {
        Some(module) => {
            for fault in module.validate(&product.settings_masked(), &given, &item.fields) {
                fields.add(format!("{at}.{}", fault.field), &fault.code, fault.message);
            }
        }
        None => fields.add(at_product, "not_offered", "This product cannot be delivered right now."),
    }
    let product_row = SnapshotRow {
        of: PriceOf::Product { product_id: product.id },
        key: product.key.clone(),
        price_id: Some(row.id),
        price_version: Some(row.version),
        quantity: 1,
        amounts: row.amounts(),
    };
    let option_rows = option_rows(shelf, currency, item.period, &chosen);
    match PriceSnapshot::take(currency, item.period, product_row, option_rows) {
        Ok(snapshot) => Some(Offer {
            product: product.clone(),
            period: item.period,
            charge_by: starting::charge_by(item.period, product.hourly_billing),
            quantity: item.quantity,
            label,
            fields: item.fields.clone(),
            chosen,
            snapshot,
        }),
        Err(_) => {
            fields.add(at, "out_of_range", "This cannot be priced: ask us for an offer.");
            None
        }
    }
}

/// The price rows of chosen options; one without a row is free.
pub fn option_rows(shelf: &Shelf, currency: Currency, period: Period, chosen: &[Chosen]) -> Vec<SnapshotRow> {
    let row = |chosen: &Chosen| {
        let option = chosen.option.as_ref()?;
        let price = shelf.option_price(option.id, currency, period);
        Some(SnapshotRow {
            of: PriceOf::Option { option_id: option.id },
            key: option.key.clone(),
            price_id: price.map(|price| price.id),
            price_version: price.map(|price| price.version),
            quantity: u32::try_from(chosen.quantity).unwrap_or(0),
            amounts: price.map_or_else(Amounts::default, Price::amounts),
        })
    };
    chosen.iter().filter_map(row).collect()
}

/// Checks the choices of an item against the groups of its product.
fn check_options(
    fields: &mut Fields,
    shelf: &Shelf,
    at: &str,
    currency: Currency,
    item: &OrderItem,
    product: ProductId,
    buyer: Buyer,
) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    let mut seen = BTreeSet::new();
    if item.options.len() > 100 {
        fields.add(format!("{at}.options"), "too_long", "At most 100 options.");
        return chosen;
    }
    let open = |attached: &&Attached| attached.group.visible || buyer == Buyer::Staff;
    for (place, choice) in item.options.iter().enumerate() {
        let at = format!("{at}.options.{place}");
        let Some(attached) =
            shelf.groups(product).filter(open).find(|attached| attached.group.id == choice.group)
        else {
            fields.add(format!("{at}.group"), "unknown", "This product has no such option group.");
            continue;
        };
        if !seen.insert(choice.group) {
            fields.add(format!("{at}.group"), "taken", "This group is in the list twice.");
            continue;
        }
        if let Some(choice) = choose(fields, shelf, &at, &attached.group, choice, buyer) {
            let price = choice
                .option
                .as_ref()
                .and_then(|option| shelf.option_price(option.id, currency, item.period));
            if choice.quantity > 0 && price.is_some_and(|price| price.base.is_none()) {
                let message = format!("Not offered in {currency} for this period.");
                fields.add(format!("{at}.option"), "not_offered", message);
            }
            chosen.push(choice);
        }
    }
    for attached in shelf.groups(product).filter(|attached| attached.group.visible && attached.required) {
        if !seen.contains(&attached.group.id) {
            let message = format!("Choose an option of {}.", attached.group.key);
            fields.add(format!("{at}.options"), "required", message);
        }
    }
    chosen
}

/// Checks one choice against its group; `at` is its path in the request. `None`: `fields` say why not.
pub fn choose(
    fields: &mut Fields,
    shelf: &Shelf,
    at: &str,
    group: &OptionGroup,
    choice: &ChosenOption,
    buyer: Buyer,
) -> Option<Chosen> {
    let on_sale = |option: &&Choice| option.visible || buyer == Buyer::Staff;
    let named = match choice.option {
        None => None,
        Some(id) => {
            let found = shelf.options(group.id).filter(on_sale).find(|option| option.id == id);
            if found.is_none() {
                fields.add(format!("{at}.option"), "unknown", "This group has no such option.");
                return None;
            }
            found
        }
    };
    let not_for = |fields: &mut Fields, field: &str, given: bool| {
        if given {
            fields.add(format!("{at}.{field}"), "invalid", "This group does not take that.");
        }
        given
    };
    match group.kind {
        OptionKind::Dropdown | OptionKind::Radio => {
            let extra = not_for(fields, "text", choice.text.is_some())
                | not_for(fields, "quantity", choice.quantity.is_some_and(|quantity| quantity != 1));
            let Some(option) = named else {
                fields.add(format!("{at}.option"), "required", "Choose an option.");
                return None;
            };
            (!extra).then(|| Chosen {
                group: group.clone(),
                option: Some(option.clone()),
                quantity: 1,
                text: None,
            })
        }
        OptionKind::Quantity => {
            let extra = not_for(fields, "text", choice.text.is_some());
            let Some(quantity) = choice.quantity else {
                fields.add(format!("{at}.quantity"), "required", "Say how many.");
                return None;
            };
            let steps =
                quantity.checked_sub(group.quantity_min).is_some_and(|over| over % group.quantity_step == 0);
            if !(group.quantity_min..=group.quantity_max).contains(&quantity) || !steps {
                let message = format!(
                    "From {} to {} in steps of {}.",
                    group.quantity_min, group.quantity_max, group.quantity_step
                );
                fields.add(format!("{at}.quantity"), "out_of_range", message);
                return None;
            }
            let Some(option) = named.or_else(|| shelf.options(group.id).find(on_sale)) else {
                fields.add(format!("{at}.group"), "not_offered", "This group has no options.");
                return None;
            };
            (!extra).then(|| Chosen {
                group: group.clone(),
                option: Some(option.clone()),
                quantity,
                text: None,
            })
        }
        OptionKind::Text => {
            let extra = not_for(fields, "quantity", choice.quantity.is_some_and(|quantity| quantity != 1));
            let Some(text) = choice.text.as_deref() else {
                fields.add(format!("{at}.text"), "required", "Write a text.");
                return None;
            };
            fields.text(&format!("{at}.text"), text, 1000);
            let fits = match group.pattern.as_deref().map(pattern) {
                None => true,
                Some(Ok(pattern)) => pattern.is_match(text),
                Some(Err(_)) => false,
            };
            if text.chars().count() > 1000 || !fits {
                fields.add(format!("{at}.text"), "invalid", "This does not have the form that is asked for.");
                return None;
            }
            let option = named.or_else(|| shelf.options(group.id).find(on_sale)).cloned();
            (!extra).then(|| Chosen {
                group: group.clone(),
                option,
                quantity: 1,
                text: Some(text.to_owned()),
            })
        }
    }
}

/// The name of a snapshot's row, for people.
pub fn row_name(row: &SnapshotRow, product: &Product, chosen: &[Chosen], language: Language) -> String {
    match &row.of {
        PriceOf::Product { .. } => product.name(language),
        PriceOf::Option { option_id } => chosen
            .iter()
            .find_map(|chosen| {
                let option = chosen.option.as_ref().filter(|option| option.id == *option_id)?;
                let group = text::name(&chosen.group.texts, language, &chosen.group.key);
                let option = text::name(&option.texts, language, &option.key);
                Some(if group == option { group } else { format!("{group}: {option}") })
            })
            .unwrap_or_else(|| row.key.clone()),
    }
}
