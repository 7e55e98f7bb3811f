//! Configuration: environment variables `HOSTWRIGHT__SECTION__KEY` over one optional TOML file. Read once, here.
//!
//! Every key is documented in `docs/operator.md`. An unknown key or a bad value stops the start and is named.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// All settings of the installation. What staff may change at run time is in the table `settings` instead.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub http: Http,
    pub database: Database,
    pub redis: Redis,
    pub secret_key: SecretKey,
    pub mail: Mail,
    pub clock: ClockConfig,
    pub log: Log,
    pub work: Work,
    pub vies: Vies,
    pub archive: Archive,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port to listen on.
    pub bind: String,
    /// Where people reach the installation; links in mails begin with it. `https` makes cookies secure.
    pub public_url: String,
    /// Folder with the built pages; without it only the API is served.
    pub frontend_dir: Option<PathBuf>,
    /// Threads that answer requests; 0: one per core.
    pub workers: usize,
    /// Proxies in front of us whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Networks (CIDR) that may read `/metrics`.
    pub metrics_networks: Vec<String>,
    /// Sign-in tries of one address per minute before it has to wait.
    pub sign_in_per_minute: NonZeroU32,
    /// Adds `X-Query-Count` to answers: how many statements the database was sent.
    pub count_queries: bool,
    /// Seconds after which a quiet stream of events says that it is there, and asks whether the caller is still let in.
    pub stream_heartbeat_seconds: NonZeroU32,
    /// Seconds after which a download that nobody reads on is broken off.
    pub download_stall_seconds: NonZeroU32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `postgres://user:password@host:port/name`
    pub url: SecretString,
    pub connections_max: NonZeroUsize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// `redis://:password@host:port/number`
    pub url: SecretString,
    /// Put before every key, so that installations can share a server.
    pub prefix: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretKey {
    /// File with 32 random bytes in base64; seals secrets at rest.
    pub file: Option<PathBuf>,
    /// The same, as a value.
    pub value: Option<SecretString>,
    /// Files with further keys that only open: what they seal is read until a rotation has sealed it anew.
    pub other_files: Vec<PathBuf>,
    /// The same, as values.
    pub other_values: Vec<SecretString>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtp://user:password@host:port` or `smtps://…`; without it mails wait in the queue.
    pub smtp_url: Option<SecretString>,
    /// Sender when a home company names none.
    pub from: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vies {
    /// Where the EU's VAT Information Exchange System is asked about VAT ids; `/check-vat-number` is added.
    pub url: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// How many of the months that are over keep their single charges in the database.
    pub keep_months: u16,
}

impl Archive {
    /// Statements of the last three months may still be made, out of single charges.
    const KEEP_MONTHS_MIN: u16 = 3;
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClockConfig {
    /// Lets the clock be moved: for development and demonstrations, never for real customers.
    pub adjustable: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// `text` or `json`.
    pub format: LogFormat,
    /// As of `RUST_LOG`, e.g. `info,hostwright=debug`.
    pub filter: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Address and port where a process that only works answers `/healthz`, `/readyz` and `/metrics`.
    pub bind: Option<String>,
    /// Tasks that one process works on at once; the queues share them by what waits.
    pub concurrency: NonZeroUsize,
    /// Whether this process may lead the schedule.
    pub scheduler: bool,
    /// Clients charged in one transaction.
    pub charge_batch: NonZeroU32,
    /// Database sessions that charge side by side.
    pub charge_sessions: NonZeroUsize,
}

impl Http {
    fn is_public_url(&self) -> bool {
        after_scheme(&self.public_url)
            .is_some_and(|rest| rest.parse::<actix_web::http::uri::Authority>().is_ok())
    }

    fn has_pages(&self) -> bool {
        self.frontend_dir.as_ref().is_none_or(|folder| folder.is_dir())
    }

    fn are_networks(&self) -> bool {
        self.metrics_networks.iter().all(|network| is_network(network))
    }
}

impl Vies {
    fn is_url(&self) -> bool {
        let found = after_scheme(&self.url).is_some_and(|rest| !rest.is_empty());
        found && self.url.parse::<actix_web::http::Uri>().is_ok()
    }
}

impl Mail {
    fn is_url(&self) -> bool {
        let after = |url: &str| {
            let rest = url.strip_prefix("smtp://").or_else(|| url.strip_prefix("smtps://"));
            rest.is_some_and(|rest| !rest.is_empty()) && url.parse::<actix_web::http::Uri>().is_ok()
        };
        self.smtp_url.as_ref().is_none_or(|url| after(url.expose_secret()))
    }

    fn is_from(&self) -> bool {
        self.from.parse::<lettre::message::Mailbox>().is_ok()
    }
}

impl Log {
    fn is_filter(&self) -> bool {
        tracing_subscriber::EnvFilter::try_new(&self.filter).is_ok()
    }
}

/// Whether it is a host and a port: `localhost:8480`, `[::1]:8480`.
fn is_bind(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

/// What follows `http://` or `https://`.
fn after_scheme(url: &str) -> Option<&str> {
    url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))
}

impl Redis {
    fn is_url(&self) -> bool {
        redis::parse_redis_url(self.url.expose_secret()).is_some()
    }
}

/// Whether it is an address, alone or with as many bits as it can have: `10.0.0.0/8`.
fn is_network(text: &str) -> bool {
    let (base, bits) = text.split_once('/').map_or((text, None), |(base, bits)| (base, Some(bits)));
    let Ok(base) = base.parse::<std::net::IpAddr>() else { return false };
    let width = if base.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u32>().is_ok_and(|bits| bits <= width))
}

impl Default for Work {
    fn default() -> Self {
        const EIGHT: NonZeroUsize = NonZeroUsize::new(8).expect("not zero");
        const TWO: NonZeroUsize = NonZeroUsize::new(2).expect("not zero");
        const TWO_THOUSAND: NonZeroU32 = NonZeroU32::new(2000).expect("not zero");
        Self {
            bind: None,
            concurrency: EIGHT,
            scheduler: true,
            charge_batch: TWO_THOUSAND,
            charge_sessions: TWO,
        }
    }
}

impl Config {
    /// The least connections of a process that works: each task and each session that charges has one while it runs; leases
    /// and the relay come on top.
    pub fn connections_min(&self) -> usize {
        self.work.concurrency.get().saturating_add(self.work.charge_sessions.get()).saturating_add(2)
    }

    /// Reads the file, when there is one, and the environment over it.
    pub fn read(file: Option<PathBuf>) -> Result<Self, Box<figment::Error>> {
        let mut figment = Self::defaults();
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        Self::checked(figment.merge(Env::prefixed("HOSTWRIGHT__").split("__")))
    }

    /// Reads TOML text alone, over the defaults.
    pub fn parse(toml: &str) -> Result<Self, Box<figment::Error>> {
        Self::checked(Self::defaults().merge(Toml::string(toml)))
    }

    /// Reads the values, and checks what their types do not say.
    fn checked(figment: Figment) -> Result<Self, Box<figment::Error>> {
        let config: Self = figment.extract().map_err(Box::new)?;
        let faults = [
            ("http.bind", "an address and a port such as 127.0.0.1:8480", is_bind(&config.http.bind)),
            (
                "work.bind",
                "an address and a port such as 127.0.0.1:8481",
                config.work.bind.as_deref().is_none_or(is_bind),
            ),
            ("mail.smtp_url", "smtp://user:password@host:port or smtps://…", config.mail.is_url()),
            ("mail.from", "an address such as Hostwright <billing@example.com>", config.mail.is_from()),
            ("log.filter", "levels such as info,hostwright=debug", config.log.is_filter()),
            (
                "http.public_url",
                "an address that begins with http:// or https://",
                config.http.is_public_url(),
            ),
            ("http.frontend_dir", "a folder that is there", config.http.has_pages()),
            ("http.metrics_networks", "networks such as 10.0.0.0/8", config.http.are_networks()),
            ("vies.url", "an address that begins with http:// or https://", config.vies.is_url()),
            ("redis.url", "redis://:password@host:port/number", config.redis.is_url()),
            ("archive.keep_months", "3 or more", config.archive.keep_months >= Archive::KEEP_MONTHS_MIN),
        ];
        match faults.iter().find(|(_, _, sound)| !sound) {
            Some((key, wanted, _)) => Err(Box::new(figment::Error::from(format!("{key}: write {wanted}")))),
            None => Ok(config),
        }
    }

    fn defaults() -> Figment {
        Figment::from(Serialized::defaults(serde_json::json!({
            "http": {
                "bind": "127.0.0.1:8480", "public_url": "http://localhost:8480", "frontend_dir": null, "workers": 0,
                "trusted_proxies": [], "metrics_networks": ["127.0.0.0/8", "::1/128"], "sign_in_per_minute": 20, "count_queries": false,
                "stream_heartbeat_seconds": 10, "download_stall_seconds": 60,
            },
            "database": { "connections_max": 16 },
            "redis": { "prefix": "hostwright" },
            "secret_key": { "file": null, "value": null, "other_files": [], "other_values": [] },
            "mail": { "smtp_url": null, "from": "Hostwright <no-reply@localhost>" },
            "clock": { "adjustable": false },
            "log": { "format": "text", "filter": "info" },
            "work": Work::default(),
            "vies": { "url": "https://ec.europa.eu/taxation_customs/vies/rest-api" },
            "archive": { "keep_months": 12 },
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENOUGH: &str =
        "database = { url = 'postgres://localhost/x' }\nredis = { url = 'redis://localhost/' }\n";

    fn fault(toml: &str) -> String {
        Config::parse(&format!("{ENOUGH}{toml}")).expect_err("refused").to_string()
    }

    #[test]
    fn defaults_are_enough_beside_the_two_addresses() {
        let config = Config::parse(ENOUGH).expect("sound");
        assert_eq!(config.http.bind, "127.0.0.1:8480");
        assert!(!config.clock.adjustable);
    }

    #[test]
    fn a_process_that_works_has_a_connection_for_each_of_its_tasks() {
        let config = Config::parse(ENOUGH).expect("sound");
        assert!(config.database.connections_max.get() >= config.connections_min());
        let more = Config::parse(&format!("{ENOUGH}[work]\nconcurrency = 20\ncharge_sessions = 3"));
        assert_eq!(more.expect("sound").connections_min(), 25);
    }

    #[test]
    fn every_key_is_documented() {
        let documented = include_str!("../../docs/operator.md");
        let all: serde_json::Value = Config::defaults().extract().expect("defaults are values");
        let mut keys = vec!["database.url".to_owned(), "redis.url".to_owned()];
        for (section, values) in all.as_object().expect("sections") {
            keys.extend(values.as_object().expect("keys").keys().map(|key| format!("{section}.{key}")));
        }
        assert!(keys.len() > 20);
        for key in keys {
            assert!(documented.contains(&format!("| `{key}` |")), "{key} is not in docs/operator.md");
        }
    }

    #[test]
    fn unknown_keys_and_bad_values_are_named() {
        assert!(fault("[http]\nbnid = '1.2.3.4:80'").contains("bnid"));
        assert!(fault("[mial]\nfrom = 'a@b'").contains("mial"));
        let bad = fault("[log]\nformat = 'xml'");
        assert!(bad.contains("xml") && bad.contains("log.format"), "{bad}");
        let bad = fault("[work]\nconcurrency = 'many'");
        assert!(bad.contains("work.concurrency"), "{bad}");
        for (toml, key) in [
            ("[http]\npublic_url = 'panel.example.com'", "http.public_url"),
            ("[http]\nfrontend_dir = '/nowhere/at/all'", "http.frontend_dir"),
            ("[http]\nmetrics_networks = ['10.0.0.0/64']", "http.metrics_networks"),
            ("[http]\nsign_in_per_minute = 0", "http.sign_in_per_minute"),
            ("[vies]\nurl = 'ec.europa.eu'", "vies.url"),
            ("[vies]\nurl = 'https://'", "vies.url"),
            ("[http]\nstream_heartbeat_seconds = 0", "http.stream_heartbeat_seconds"),
            ("[http]\ndownload_stall_seconds = 0", "http.download_stall_seconds"),
            ("[archive]\nkeep_months = 2", "archive.keep_months"),
            ("[http]\nbind = '127.0.0.1'", "http.bind"),
            ("[http]\nbind = ':http'", "http.bind"),
            ("[http]\ntrusted_proxies = ['proxy.example.com']", "http.trusted_proxies"),
            ("[work]\nbind = '127.0.0.1:99999'", "work.bind"),
            ("[mail]\nsmtp_url = 'mail.example.com:25'", "mail.smtp_url"),
            ("[mail]\nfrom = 'nobody'", "mail.from"),
            ("[log]\nfilter = 'hostwright=loud'", "log.filter"),
            ("[secret_key]\nfile = 7", "secret_key.file"),
            ("[secret_key]\nvalue = 7", "secret_key.value"),
            ("[secret_key]\nother_files = '/etc/key'", "secret_key.other_files"),
            ("[secret_key]\nother_values = 7", "secret_key.other_values"),
        ] {
            let bad = fault(toml);
            assert!(bad.contains(key), "{bad}");
        }
        let url = "[database]\nurl = 'postgres://localhost/x'\n[redis]\nurl = ";
        let bad = Config::parse(&format!("{url}'http://localhost'")).expect_err("refused").to_string();
        assert!(bad.contains("redis.url"), "{bad}");
        let bad = fault("[work]\ncharge_batch = 0");
        assert!(bad.contains("work.charge_batch"), "{bad}");
        let missing = Config::parse("").expect_err("refused").to_string();
        assert!(missing.contains("url"), "{missing}");
    }
}
