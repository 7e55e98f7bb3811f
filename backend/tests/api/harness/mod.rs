//! A whole installation for one test: its own database, a clock we set, a server on a free port.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test uses the part of the harness that it needs"
)]

mod caller;
mod database;
mod documented;

use std::net::TcpListener;
use std::path::Path;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use hostwright::App;
use hostwright::billing::charging::Portions;
use hostwright::config::Config;
use hostwright::http::server;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use shared::{AdminId, ClientId, CompanyId, GatewayId, Permission, UserId};
use uuid::Uuid;

pub use caller::{Answer, Caller};

/// The home company that sells unless a test says otherwise: Poland, EUR, VAT 23 %.
pub const COMPANY: CompanyId = CompanyId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001));
/// Its bank transfer.
pub const BANK: GatewayId = GatewayId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002));
/// The secret key that it is started with.
pub const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// When every test begins.
pub const START: &str = "2026-03-10T12:00:00Z";

/// One installation.
pub struct Panel {
    pub app: App,
    pub base: String,
    pub http: reqwest::Client,
    database: database::Database,
    server: actix_web::dev::ServerHandle,
}

/// Signed-in staff.
pub struct StaffMember {
    pub id: AdminId,
    pub calls: Caller,
}

/// A client with its owner signed in.
pub struct ClientAccount {
    pub id: ClientId,
    pub user: UserId,
    pub email: String,
    pub calls: Caller,
}

/// The pages as they are before they are built: enough to see what the server makes of their shell.
const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../frontend");

impl Panel {
    /// A fresh installation at `START`, with one home company and EUR, PLN and CAD.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// As `start`, with more configuration (TOML sections that do not stand in the default one).
    pub async fn start_with(toml: &str) -> Self {
        Self::build("public_url = \"http://localhost:8480\"", toml).await
    }

    /// As `start`, with its own `public_url` and other keys of the section `http`, separated by commas.
    pub async fn start_with_http(http: &str) -> Self {
        Self::build(http, "").await
    }

    async fn build(http: &str, toml: &str) -> Self {
        // A second test of the same process finds it installed.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let database = database::Database::create().await;
        let redis = std::env::var_os("TEST_REDIS_URL")
            .map_or_else(|| "redis://127.0.0.1:6379/".to_owned(), |url| url.to_string_lossy().into_owned());
        // Nobody outside is asked anything; a test that asks brings its own office.
        let vies = if toml.contains("vies =") { "" } else { "vies = { url = \"http://127.0.0.1:9\" }" };
        let pages = if http.contains("frontend_dir") {
            String::new()
        } else {
            format!("frontend_dir = \"{PAGES}\",")
        };
        let config = Config::parse(&format!(
            "database = {{ url = \"{}\", connections_max = 12 }}
             redis = {{ url = \"{redis}\", prefix = \"{}\" }}
             secret_key = {{ value = \"{KEY}\" }}
             clock = {{ adjustable = true }}
             http = {{ workers = 1, count_queries = true, stream_heartbeat_seconds = 1, {pages} {http} }}
             {vies}
             {toml}",
            database.url, database.name,
        ))
        .expect("the test configuration is sound");
        let (app, base, server) = Self::serve(config).await;
        // A kept connection may be closed by the server just when it is used again.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("an HTTP client");
        let panel = Self { app, base, http, database, server };
        panel.set_clock(START.parse().unwrap()).await;
        panel.seed().await;
        panel
    }

    /// The program with this configuration, on a free port.
    async fn serve(config: Config) -> (App, String, actix_web::dev::ServerHandle) {
        let mut app = App::build(config).await.expect("PostgreSQL answers");
        // The program, not the tests.
        app.typesetter = Path::new(env!("CARGO_BIN_EXE_hostwright")).into();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let running = server::run(app.clone(), listener, metrics).expect("the server starts");
        let server = running.handle();
        tokio::spawn(running);
        (app, base, server)
    }

    /// Ends the program and starts it with another secret key; `others` only open. Who was signed in calls in vain.
    pub async fn restart_with_keys(&mut self, key: &str, others: &[&str]) {
        let mut config = (*self.app.config).clone();
        config.secret_key.value = Some(key.into());
        config.secret_key.other_values = others.iter().map(|other| (*other).into()).collect();
        let (app, base, server) = Self::serve(config).await;
        let before = std::mem::replace(&mut self.server, server);
        (self.app, self.base) = (app, base);
        before.stop(false).await;
    }

    /// How its charging runs share out their work.
    pub fn portions(&self) -> Portions {
        Portions::of(&self.app.config.work)
    }

    pub async fn conn(&self) -> hostwright::db::Pooled {
        self.app.db.get().await.expect("a connection")
    }

    /// Runs SQL for its effect.
    pub async fn sql(&self, statement: &str) {
        diesel::sql_query(statement)
            .execute(&mut *self.conn().await)
            .await
            .unwrap_or_else(|e| panic!("{e}: {statement}"));
    }

    /// Runs SQL past the triggers, as only a superuser of the database can.
    pub async fn sql_past_guards(&self, statement: &str) {
        let mut conn = self.own_connection().await;
        for statement in ["SET session_replication_role = replica", statement] {
            diesel::sql_query(statement)
                .execute(&mut conn)
                .await
                .unwrap_or_else(|e| panic!("{e}: {statement}"));
        }
    }

    /// One number out of SQL: `SELECT … AS value`, a bigint.
    pub async fn count(&self, query: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            value: i64,
        }
        let row: Row = diesel::sql_query(query)
            .get_result(&mut *self.conn().await)
            .await
            .unwrap_or_else(|e| panic!("{e}: {query}"));
        row.value
    }

    /// One amount out of SQL: `SELECT … AS value`, a numeric.
    pub async fn amount(&self, query: &str) -> Decimal {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Numeric)]
            value: Decimal,
        }
        let row: Row = diesel::sql_query(query)
            .get_result(&mut *self.conn().await)
            .await
            .unwrap_or_else(|e| panic!("{e}: {query}"));
        row.value
    }

    pub fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    pub async fn set_clock(&self, to: Timestamp) {
        self.app.clock.set(&mut *self.conn().await, to).await.expect("the clock moves");
    }

    pub async fn advance_hours(&self, hours: i64) {
        let to = self.now().checked_add(SignedDuration::from_hours(hours)).unwrap();
        self.set_clock(to).await;
    }

    /// A caller without any sign-in.
    pub fn visitor(&self) -> Caller {
        Caller::new(self.http.clone(), self.base.clone())
    }

    /// Staff that may do everything.
    pub async fn super_admin(&self) -> StaffMember {
        self.staff_in_group("true", &[]).await
    }

    /// Staff with just these permissions.
    pub async fn staff(&self, permissions: &[Permission]) -> StaffMember {
        self.staff_in_group("false", permissions).await
    }

    async fn staff_in_group(&self, grants_all: &str, permissions: &[Permission]) -> StaffMember {
        let id = AdminId::generate();
        let group = Uuid::now_v7();
        let now = self.now();
        self.sql(&format!(
            "INSERT INTO admins (id, email, first_name, last_name, created_at, updated_at)
             VALUES ('{id}', 'staff-{id}@provider.test', 'Staff', 'Member', '{now}', '{now}')"
        ))
        .await;
        self.sql(&format!(
            "INSERT INTO admin_groups (id, name, kind, grants_all, created_at, updated_at)
             VALUES ('{group}', 'group {group}', 'system', {grants_all}, '{now}', '{now}')"
        ))
        .await;
        self.sql(&format!("INSERT INTO admin_group_members VALUES ('{id}', '{group}')")).await;
        for permission in permissions {
            self.sql(&format!("INSERT INTO admin_group_permissions VALUES ('{group}', '{permission}')"))
                .await;
        }
        let calls = self.signed_in("admin", id.0).await;
        StaffMember { id, calls }
    }

    /// A client in EUR of the default company, private, in Poland, with its owner signed in.
    pub async fn client(&self, name: &str) -> ClientAccount {
        self.client_in(name, "EUR", "PL").await
    }

    /// Another user of a client, with just these rights.
    pub async fn colleague(&self, client: ClientId, rights: &[&str]) -> Caller {
        let user = UserId::generate();
        let now = self.now();
        self.sql(&format!(
            "INSERT INTO users (id, email, first_name, last_name, status, email_verified_at, created_at, updated_at)
             VALUES ('{user}', 'colleague-{user}@example.test', 'Col', 'League', 'active', '{now}', '{now}', '{now}')"
        ))
        .await;
        let rights = rights.join(",");
        self.sql(&format!(
            "INSERT INTO client_users (client_id, user_id, role, permissions, created_at)
             VALUES ('{client}', '{user}', 'custom', '{{{rights}}}', '{now}')"
        ))
        .await;
        self.signed_in("client", user.0).await
    }

    pub async fn client_in(&self, name: &str, currency: &str, country: &str) -> ClientAccount {
        let id = ClientId::generate();
        let user = UserId::generate();
        let now = self.now();
        let email = format!("{}-{}@example.test", name.to_lowercase(), user.0.simple());
        self.sql(&format!(
            "INSERT INTO users (id, email, first_name, last_name, status, email_verified_at, created_at, updated_at)
             VALUES ('{user}', '{email}', '{name}', 'Tester', 'active', '{now}', '{now}', '{now}')"
        ))
        .await;
        self.sql(&format!(
            "INSERT INTO clients (id, status, first_name, last_name, email, currency, company_id, created_at, updated_at)
             VALUES ('{id}', 'active', '{name}', 'Tester', '{email}', '{currency}', '{COMPANY}', '{now}', '{now}')"
        ))
        .await;
        self.sql(&format!(
            "INSERT INTO client_addresses (id, client_id, kind, line1, city, postcode, country, updated_at)
             VALUES ('{}', '{id}', 'billing', 'Main Street 1', 'Town', '00-001', '{country}', '{now}')",
            Uuid::now_v7()
        ))
        .await;
        self.sql(&format!("INSERT INTO client_users (client_id, user_id, role, created_at) VALUES ('{id}', '{user}', 'owner', '{now}')"))
            .await;
        self.sql(&format!(
            "INSERT INTO ledger_accounts (id, kind, client_id, currency, created_at) VALUES ('{id}', 'wallet', '{id}', '{currency}', '{now}')"
        ))
        .await;
        self.sql(&format!(
            "INSERT INTO wallets (client_id, company_id, currency, charged_to, updated_at)
             VALUES ('{id}', '{COMPANY}', '{currency}', '{now}', '{now}')"
        ))
        .await;
        let calls = self.signed_in("client", user.0).await;
        ClientAccount { id, user, email, calls }
    }

    /// A finished session of the person, as the sign-in would have made it.
    async fn signed_in(&self, portal: &str, person: Uuid) -> Caller {
        use sha2::{Digest, Sha256};
        let token = Uuid::now_v7().simple().to_string();
        let hash: String =
            Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let csrf = Uuid::now_v7().simple().to_string();
        let column = if portal == "admin" { "admin_id" } else { "user_id" };
        let now = self.now();
        self.sql(&format!(
            "INSERT INTO sessions (id, token_hash, portal, {column}, csrf_token, complete, sudo_until, created_at, last_seen_at, expires_at)
             VALUES ('{}', '\\x{hash}', '{portal}', '{person}', '{csrf}', true, '2199-01-01Z', '{now}', '{now}', '2199-01-01Z')",
            Uuid::now_v7()
        ))
        .await;
        let name = if portal == "admin" { "hw_admin_session" } else { "hw_session" };
        self.visitor().with_session(format!("{name}={token}"), csrf)
    }

    async fn seed(&self) {
        let now = self.now();
        for (code, rate, default) in
            [("EUR", "1", true), ("PLN", "4.25", false), ("CAD", "1.5", false), ("JPY", "160", false)]
        {
            self.sql(&format!(
                "INSERT INTO currencies (code, rate, is_default, created_at, updated_at) VALUES ('{code}', {rate}, {default}, '{now}', '{now}')"
            ))
            .await;
        }
        self.sql(&format!(
            "INSERT INTO companies (id, name, line1, city, postcode, country, is_default, currency, vat_id, tax_ids, fallback_rates, bank,
                 created_at, updated_at)
             VALUES ('{COMPANY}', 'Test Cloud sp. z o.o.', 'Prosta 1', 'Warszawa', '00-001', 'PL', true, 'EUR', 'PL5260250274',
                 '[{{\"label\": \"NIP\", \"value\": \"5260250274\"}}]', '[{{\"name\": \"VAT\", \"rate\": \"23.000\"}}]',
                 '{{\"bank\": \"Test Bank\", \"iban\": \"PL61109010140000071219812874\", \"bic\": \"WBKPPLPP\"}}', '{now}', '{now}')"
        ))
        .await;
        for (kind, format) in [
            ("proforma", "PROFORMA/{YEAR}/{MONTH}/{NUMBER}"),
            ("invoice", "FAKTURA/{YEAR}/{MONTH}/{NUMBER}"),
            ("credit_note", "KOREKTA/{YEAR}/{MONTH}/{NUMBER}"),
        ] {
            self.sql(&format!("INSERT INTO number_series (company_id, kind, format) VALUES ('{COMPANY}', '{kind}', '{format}')"))
                .await;
        }
        self.sql(&format!(
            "INSERT INTO gateways (id, company_id, key, module, texts, settings, created_at, updated_at)
             VALUES ('{BANK}', '{COMPANY}', 'bank', 'bank_transfer', '{{\"en\": {{\"name\": \"Bank transfer\"}}}}',
                 '{{\"instructions\": {{\"en\": \"Send {{AMOUNT}} {{CURRENCY}}, title {{NUMBER}}.\"}}}}', '{now}', '{now}')"
        ))
        .await;
    }

    /// A connection string to this installation's database.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// A connection of its own, outside the pool.
    pub async fn own_connection(&self) -> AsyncPgConnection {
        use diesel_async::AsyncConnection;
        AsyncPgConnection::establish(&self.database.url).await.expect("a connection")
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        // The handle's future only sends a message; the database is dropped with its connections by force.
        let stopping = self.server.stop(false);
        tokio::spawn(stopping);
    }
}
