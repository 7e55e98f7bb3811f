//! The range of the demo provider, as data: four groups, twelve products, their options and attributes.

use shared::Period;
use shared::catalog::OptionKind;

/// English, Polish, Ukrainian.
pub(super) type Names = [&'static str; 3];

pub(super) struct Sold {
    pub(super) key: &'static str,
    pub(super) group: &'static str,
    pub(super) icon: &'static str,
    pub(super) names: Names,
    pub(super) short: Names,
    pub(super) attributes: &'static [(&'static str, Names, &'static str)],
    /// Period, and base prices in EUR, PLN and CAD.
    pub(super) prices: &'static [(Period, [&'static str; 3])],
    pub(super) setup: Option<[&'static str; 3]>,
    pub(super) hourly: bool,
    pub(super) options: &'static [&'static str],
}

const VPS_OPTIONS: &[&str] = &["cpu", "ram", "disk", "location"];
const CPU: Names = ["CPU", "Procesor", "Процесор"];
const MEMORY: Names = ["Memory", "Pamięć", "Пам’ять"];
const DISK: Names = ["Disk", "Dysk", "Диск"];
const TRAFFIC: Names = ["Traffic", "Transfer", "Трафік"];
const SITES: Names = ["Websites", "Strony", "Сайти"];

/// Keys and names of attribute groups; keys, names and values of their attributes.
pub(super) type Distinctions = (&'static str, Names, &'static [(&'static str, Names, Names)]);

pub(super) const ATTRIBUTE_GROUPS: &[Distinctions] = &[
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

pub(super) const GROUPS: &[(&str, &str, Names, Names)] = &[
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

pub(super) const PRODUCTS: &[Sold] = &[
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

pub(super) struct Choice {
    pub(super) key: &'static str,
    pub(super) value: &'static str,
    pub(super) names: Names,
    /// Base for a month in EUR, PLN and CAD; none is free.
    pub(super) monthly: Option<[&'static str; 3]>,
}

pub(super) struct Choices {
    pub(super) key: &'static str,
    pub(super) kind: OptionKind,
    pub(super) unit: &'static str,
    pub(super) max: i32,
    pub(super) step: i32,
    pub(super) names: Names,
    pub(super) choices: &'static [Choice],
}

pub(super) const OPTION_GROUPS: &[Choices] = &[
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
