//! What the demo provider sells: twelve products in four groups.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use serde_json::{Value, json};
use shared::catalog::{
    AttributeGroupDetail, AttributeGroupInput, AttributeInput, AttributeOfProduct, AttributeText,
    CatalogText, Look, OptionGroupDetail, OptionGroupInput, OptionInput, OptionKind, PriceChanges,
    PriceInput, ProductAttribute, ProductAttributes, ProductDetail, ProductGroupInput, ProductInGroup,
    ProductInput, ProductOptionGroup, ProductOptionGroups, Texts,
};
use shared::{AttributeGroupId, Currency, Language, OptionGroupId, OptionId, Period, ProductId};

use super::api::Api;
use super::pictures;

/// Ids of what was made, by key.
pub(super) struct Catalogue {
    pub(super) products: HashMap<&'static str, ProductId>,
    pub(super) groups: HashMap<&'static str, OptionGroupId>,
    pub(super) options: HashMap<&'static str, OptionId>,
    /// What every cloud server has.
    attributes: Vec<AttributeOfProduct>,
}

/// English, Polish, Ukrainian.
type Names = [&'static str; 3];

struct Sold {
    key: &'static str,
    group: &'static str,
    icon: &'static str,
    names: Names,
    short: Names,
    attributes: &'static [(&'static str, Names, &'static str)],
    /// Period, and base prices in EUR, PLN and CAD.
    prices: &'static [(Period, [&'static str; 3])],
    setup: Option<[&'static str; 3]>,
    hourly: bool,
    options: &'static [&'static str],
}

const LANGUAGES: [Language; 3] = [Language::English, Language::Polish, Language::Ukrainian];
const CURRENCIES: [Currency; 3] = [Currency::EUR, Currency::PLN, Currency::CAD];
const VPS_OPTIONS: &[&str] = &["cpu", "ram", "disk", "location"];
const CPU: Names = ["CPU", "Procesor", "Процесор"];
const MEMORY: Names = ["Memory", "Pamięć", "Пам’ять"];
const DISK: Names = ["Disk", "Dysk", "Диск"];
const TRAFFIC: Names = ["Traffic", "Transfer", "Трафік"];
const SITES: Names = ["Websites", "Strony", "Сайти"];

/// Keys and names of attribute groups; keys, names and values of their attributes.
type Distinctions = (&'static str, Names, &'static [(&'static str, Names, Names)]);

const ATTRIBUTE_GROUPS: &[Distinctions] = &[
    (
        "network",
        ["Network", "Sieć", "Мережа"],
        &[
            ("ipv4", ["IPv4 addresses", "Adresy IPv4", "Адреси IPv4"], ["1", "1", "1"]),
            ("port", ["Port", "Łącze", "Порт"], ["1 Gbit/s", "1 Gbit/s", "1 Гбіт/с"]),
        ],
    ),
    (
        "care",
        ["Included", "W cenie", "Включено"],
        &[
            (
                "backups",
                ["Backups", "Kopie zapasowe", "Резервні копії"],
                ["daily, kept for a week", "codziennie, przez tydzień", "щодня, зберігаються тиждень"],
            ),
            ("availability", ["Availability", "Dostępność", "Доступність"], ["99.9 %", "99,9 %", "99,9 %"]),
        ],
    ),
];

const GROUPS: &[(&str, &str, Names, Names)] = &[
    (
        "vps",
        "server",
        ["Cloud servers", "Serwery w chmurze", "Хмарні сервери"],
        [
            "Virtual servers, charged by the hour.",
            "Serwery wirtualne rozliczane co godzinę.",
            "Віртуальні сервери з погодинною оплатою.",
        ],
    ),
    (
        "hosting",
        "globe",
        ["Web hosting", "Hosting WWW", "Вебхостинг"],
        [
            "Websites and mail, looked after by us.",
            "Strony i poczta pod naszą opieką.",
            "Сайти та пошта під нашою опікою.",
        ],
    ),
    (
        "storage",
        "hard-drive",
        ["Storage", "Przestrzeń dyskowa", "Сховище"],
        ["Room for backups and files.", "Miejsce na kopie i pliki.", "Місце для копій і файлів."],
    ),
    (
        "support",
        "wrench",
        ["IT services", "Usługi IT", "ІТ-послуги"],
        [
            "People who help, by the job.",
            "Pomoc specjalistów, na zlecenie.",
            "Допомога фахівців за замовленням.",
        ],
    ),
];

const PRODUCTS: &[Sold] = &[
    Sold {
        key: "vps-s",
        group: "vps",
        icon: "server",
        names: ["VPS S", "VPS S", "VPS S"],
        short: [
            "For a website or a small service.",
            "Na stronę lub małą usługę.",
            "Для сайту чи невеликого сервісу.",
        ],
        attributes: &[
            ("cpu", CPU, "1 vCPU"),
            ("memory", MEMORY, "2 GB"),
            ("disk", DISK, "20 GB NVMe"),
            ("traffic", TRAFFIC, "10 TB"),
        ],
        prices: &[(Period::Monthly, ["5.00", "21.50", "7.50"])],
        setup: None,
        hourly: true,
        options: VPS_OPTIONS,
    },
    Sold {
        key: "vps-m",
        group: "vps",
        icon: "server",
        names: ["VPS M", "VPS M", "VPS M"],
        short: ["For shops and applications.", "Dla sklepów i aplikacji.", "Для магазинів і застосунків."],
        attributes: &[
            ("cpu", CPU, "2 vCPU"),
            ("memory", MEMORY, "4 GB"),
            ("disk", DISK, "40 GB NVMe"),
            ("traffic", TRAFFIC, "20 TB"),
        ],
        prices: &[(Period::Monthly, ["12.00", "51.60", "18.00"])],
        setup: None,
        hourly: true,
        options: VPS_OPTIONS,
    },
    Sold {
        key: "vps-l",
        group: "vps",
        icon: "server",
        names: ["VPS L", "VPS L", "VPS L"],
        short: [
            "For databases and heavy traffic.",
            "Dla baz danych i dużego ruchu.",
            "Для баз даних і великого трафіку.",
        ],
        attributes: &[
            ("cpu", CPU, "4 vCPU"),
            ("memory", MEMORY, "8 GB"),
            ("disk", DISK, "80 GB NVMe"),
            ("traffic", TRAFFIC, "30 TB"),
        ],
        prices: &[(Period::Monthly, ["24.00", "103.20", "36.00"])],
        setup: None,
        hourly: true,
        options: VPS_OPTIONS,
    },
    Sold {
        key: "cloud-hour",
        group: "vps",
        icon: "zap",
        names: ["Burst server", "Serwer na godziny", "Погодинний сервер"],
        short: [
            "Eight cores for as long as a job takes.",
            "Osiem rdzeni na czas zadania.",
            "Вісім ядер на час завдання.",
        ],
        attributes: &[("cpu", CPU, "8 vCPU"), ("memory", MEMORY, "16 GB"), ("disk", DISK, "80 GB NVMe")],
        prices: &[(Period::Hourly, ["0.0900", "0.3900", "0.1350"])],
        setup: None,
        hourly: true,
        options: &["location"],
    },
    Sold {
        key: "hosting-start",
        group: "hosting",
        icon: "globe",
        names: ["Hosting Start", "Hosting Start", "Хостинг Start"],
        short: ["One website with mail.", "Jedna strona z pocztą.", "Один сайт із поштою."],
        attributes: &[("sites", SITES, "1"), ("disk", DISK, "10 GB")],
        prices: &[
            (Period::Annually, ["36.00", "155.00", "54.00"]),
            (Period::Monthly, ["3.60", "15.50", "5.40"]),
        ],
        setup: None,
        hourly: false,
        options: &[],
    },
    Sold {
        key: "hosting-business",
        group: "hosting",
        icon: "globe",
        names: ["Hosting Business", "Hosting Business", "Хостинг Business"],
        short: [
            "Ten websites and daily backups.",
            "Dziesięć stron i codzienne kopie.",
            "Десять сайтів і щоденні копії.",
        ],
        attributes: &[("sites", SITES, "10"), ("disk", DISK, "50 GB")],
        prices: &[
            (Period::Annually, ["96.00", "413.00", "144.00"]),
            (Period::Monthly, ["9.60", "41.30", "14.40"]),
        ],
        setup: None,
        hourly: false,
        options: &[],
    },
    Sold {
        key: "hosting-pro",
        group: "hosting",
        icon: "globe",
        names: ["Hosting Pro", "Hosting Pro", "Хостинг Pro"],
        short: [
            "Own resources for busy websites.",
            "Własne zasoby dla dużych stron.",
            "Власні ресурси для великих сайтів.",
        ],
        attributes: &[("sites", SITES, "100"), ("disk", DISK, "200 GB")],
        prices: &[(Period::Annually, ["240.00", "1032.00", "360.00"])],
        setup: Some(["20.00", "86.00", "30.00"]),
        hourly: false,
        options: &[],
    },
    Sold {
        key: "backup-space",
        group: "storage",
        icon: "archive",
        names: ["Backup space", "Przestrzeń na kopie", "Місце для копій"],
        short: ["500 GB in another building.", "500 GB w innym budynku.", "500 ГБ в іншій будівлі."],
        attributes: &[("disk", DISK, "500 GB")],
        prices: &[(Period::Monthly, ["8.00", "34.40", "12.00"])],
        setup: None,
        hourly: false,
        options: &[],
    },
    Sold {
        key: "team-files",
        group: "storage",
        icon: "folder-open",
        names: ["Team files", "Pliki zespołu", "Файли команди"],
        short: [
            "Files, calendars and chat for ten people.",
            "Pliki, kalendarze i czat dla dziesięciu osób.",
            "Файли, календарі та чат для десятьох.",
        ],
        attributes: &[("disk", DISK, "1 TB")],
        prices: &[
            (Period::Monthly, ["19.00", "81.70", "28.50"]),
            (Period::Quarterly, ["54.00", "232.20", "81.00"]),
        ],
        setup: None,
        hourly: false,
        options: &[],
    },
    Sold {
        key: "it-support",
        group: "support",
        icon: "life-buoy",
        names: ["IT support, one hour", "Wsparcie IT, godzina", "ІТ-підтримка, година"],
        short: [
            "An engineer looks at your problem.",
            "Inżynier zajmie się problemem.",
            "Інженер розбереться з проблемою.",
        ],
        attributes: &[],
        prices: &[(Period::OneTime, ["45.00", "190.00", "68.00"])],
        setup: None,
        hourly: false,
        options: &[],
    },
    Sold {
        key: "migration",
        group: "support",
        icon: "truck",
        names: ["Migration", "Migracja", "Перенесення"],
        short: [
            "We move your websites and mail.",
            "Przeniesiemy strony i pocztę.",
            "Перенесемо сайти й пошту.",
        ],
        attributes: &[],
        prices: &[(Period::OneTime, ["90.00", "385.00", "135.00"])],
        setup: None,
        hourly: false,
        options: &[],
    },
    Sold {
        key: "managed-care",
        group: "support",
        icon: "shield-check",
        names: ["Managed care", "Opieka administratora", "Адміністрування"],
        short: [
            "Updates, monitoring and a phone number.",
            "Aktualizacje, monitoring i telefon.",
            "Оновлення, моніторинг і телефон.",
        ],
        attributes: &[],
        prices: &[
            (Period::Weekly, ["15.00", "64.50", "22.50"]),
            (Period::Monthly, ["55.00", "236.50", "82.50"]),
        ],
        setup: None,
        hourly: false,
        options: &[],
    },
];

struct Choice {
    key: &'static str,
    value: &'static str,
    names: Names,
    /// Base for a month in EUR, PLN and CAD; none is free.
    monthly: Option<[&'static str; 3]>,
}

struct Choices {
    key: &'static str,
    kind: OptionKind,
    unit: &'static str,
    max: i32,
    step: i32,
    names: Names,
    choices: &'static [Choice],
}

const OPTION_GROUPS: &[Choices] = &[
    Choices {
        key: "cpu",
        kind: OptionKind::Dropdown,
        unit: "",
        max: 1,
        step: 1,
        names: ["Extra CPU", "Dodatkowe rdzenie", "Додаткові ядра"],
        choices: &[
            Choice {
                key: "cpu-0",
                value: "0",
                names: ["As the plan", "Jak w planie", "Як у плані"],
                monthly: None,
            },
            Choice {
                key: "cpu-1",
                value: "1",
                names: ["+1 vCPU", "+1 vCPU", "+1 vCPU"],
                monthly: Some(["2.50", "10.75", "3.75"]),
            },
            Choice {
                key: "cpu-2",
                value: "2",
                names: ["+2 vCPU", "+2 vCPU", "+2 vCPU"],
                monthly: Some(["5.00", "21.50", "7.50"]),
            },
        ],
    },
    Choices {
        key: "ram",
        kind: OptionKind::Quantity,
        unit: "GB",
        max: 64,
        step: 1,
        names: ["Extra memory", "Dodatkowa pamięć", "Додаткова пам’ять"],
        choices: &[Choice {
            key: "ram-gb",
            value: "1024",
            names: ["1 GB", "1 GB", "1 ГБ"],
            monthly: Some(["1.20", "5.16", "1.80"]),
        }],
    },
    Choices {
        key: "disk",
        kind: OptionKind::Quantity,
        unit: "GB",
        max: 1000,
        step: 10,
        names: ["Extra disk", "Dodatkowy dysk", "Додатковий диск"],
        choices: &[Choice {
            key: "disk-gb",
            value: "1",
            names: ["1 GB", "1 GB", "1 ГБ"],
            monthly: Some(["0.08", "0.3440", "0.12"]),
        }],
    },
    Choices {
        key: "location",
        kind: OptionKind::Radio,
        unit: "",
        max: 1,
        step: 1,
        names: ["Location", "Lokalizacja", "Розташування"],
        choices: &[
            Choice {
                key: "waw", value: "waw", names: ["Warsaw", "Warszawa", "Варшава"], monthly: None
            },
            Choice {
                key: "fra",
                value: "fra",
                names: ["Frankfurt", "Frankfurt", "Франкфурт"],
                monthly: None,
            },
            Choice {
                key: "yul", value: "yul", names: ["Montréal", "Montreal", "Монреаль"], monthly: None
            },
        ],
    },
];

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
