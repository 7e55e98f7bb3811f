//! The demo provider: two companies, twelve products, forty clients and three months that the engine lived through.
//!
//! Everything is made through the program's own API, served in this process on a port of its own, while the clock is moved
//! from three months ago to now. Filled once; a second call finds it and does nothing.

mod api;
mod catalogue;
mod companies;
mod history;
mod people;
mod pictures;
mod range;

use std::net::TcpListener;

use anyhow::{Context, ensure};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use schema::settings as settings_table;
use secrecy::ExposeSecret;
use shared::AdminId;
use shared::identity::SecretText;

use crate::App;
use crate::config::Config;
use crate::http::server;
use crate::identity::{staff, token};
use crate::{Error, db};

/// The demo's staff and clients all have it: it is printed by the command that fills the demo.
pub const PASSWORD: &str = "correct-horse-battery-42";
pub const ADMIN_EMAIL: &str = "admin@demo.example";
/// Name of the token that the demo is filled with; revoked afterwards.
const TOKEN: &str = "Fills the demo";
const FILLED: &str = "demo.filled";
const BEGUN: &str = "demo.begun";

/// Who can sign in to the demo.
#[derive(Clone, Debug)]
pub struct SignIns {
    pub admin: String,
    pub client: String,
    pub debtor: String,
    pub password: String,
}

fn sign_ins() -> SignIns {
    SignIns {
        admin: ADMIN_EMAIL.to_owned(),
        client: history::email(1),
        debtor: history::email(history::DEBTOR),
        password: PASSWORD.to_owned(),
    }
}

/// Whether this database holds the demo, and how to sign in to it.
pub async fn is_filled(conn: &mut db::Conn) -> QueryResult<Option<SignIns>> {
    let found: Option<serde_json::Value> =
        settings_table::table.find(FILLED).select(settings_table::value).first(conn).await.optional()?;
    Ok(found.map(|_| sign_ins()))
}

/// Writes down how far this has come.
async fn note(conn: &mut db::Conn, key: &str, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(settings_table::table)
        .values((
            settings_table::key.eq(key),
            settings_table::value.eq(serde_json::json!({ "at": at })),
            settings_table::updated_at.eq(jiff_diesel::Timestamp::from(at)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Fills an empty database with the demo. `None`: it holds somebody's own data. Fails where it was interrupted before:
/// what is there then is neither a demo nor anybody's data.
///
/// Moves the clock on the way, whatever the configuration says of it, and leaves it at real time.
pub async fn fill(config: Config) -> anyhow::Result<Option<SignIns>> {
    let mut config = config;
    config.clock.adjustable = true;
    // Mails of the demo's months go nowhere.
    config.mail.smtp_url = None;
    let mut lock = db::connect(config.database.url.expose_secret()).await?;
    ensure!(
        db::try_session_lock(&mut lock, db::locks::DEMO).await?,
        "another process is filling the demo; wait until it is done"
    );
    let app = App::build(config).await?;
    let mut conn = app.db.get().await?;
    if let Some(sign_ins) = is_filled(&mut conn).await? {
        return Ok(Some(sign_ins));
    }
    let begun = settings_table::table.find(BEGUN);
    ensure!(
        !diesel::select(diesel::dsl::exists(begun)).get_result::<bool>(&mut conn).await?,
        "the demo was begun in this database and interrupted: give it an empty database, and Redis one without keys"
    );
    let companies: i64 = schema::companies::table.count().get_result(&mut conn).await?;
    if companies > 0 {
        return Ok(None);
    }
    let end = app.clock.real_now();
    note(&mut conn, BEGUN, end).await?;
    let start = history::begin(end)?;
    app.clock.set(&mut conn, start).await?;
    let (admin, token) = first_admin(&app, start).await?;
    drop(conn);

    let listener = TcpListener::bind("127.0.0.1:0").context("a free port")?;
    let base = format!("http://{}", listener.local_addr()?);
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
    let running = server::run(app.clone(), listener, metrics)?;
    let handle = running.handle();
    let serving = tokio::spawn(running);
    let lived = live(&app, base, token, end).await;
    handle.stop(true).await;
    serving.await.context("the demo's server")??;
    lived?;

    let mut conn = app.db.get().await?;
    app.clock.set(&mut conn, app.clock.real_now()).await?;
    token::actions::revoke_setup(&mut conn, app.clock.now(), admin, TOKEN).await?;
    diesel::update(schema::clock::table).set(schema::clock::offset_ms.eq(0_i64)).execute(&mut conn).await?;
    note(&mut conn, FILLED, end).await?;
    Ok(Some(sign_ins()))
}

async fn live(app: &App, base: String, token: String, end: Timestamp) -> anyhow::Result<()> {
    let api = api::Api::new(base, token)?;
    companies::currencies(&api).await.context("currencies")?;
    let companies = companies::fill(&api).await.context("home companies")?;
    let catalogue = catalogue::fill(&api).await.context("catalogue")?;
    publish_terms(&api).await.context("terms of service")?;
    history::History::new(app, &api, &catalogue, &companies).live(end).await
}

async fn publish_terms(api: &api::Api) -> anyhow::Result<()> {
    let texts = serde_json::json!({
        "en": include_str!("terms/en.md"), "pl": include_str!("terms/pl.md"), "uk": include_str!("terms/uk.md"),
    });
    let _published: serde_json::Value =
        api.post("/admin/terms", &serde_json::json!({ "texts": texts })).await?;
    Ok(())
}

/// The demo's super administrator, and a token with which the demo is filled.
async fn first_admin(app: &App, now: Timestamp) -> anyhow::Result<(AdminId, String)> {
    let hash = app.passwords.hash(&SecretText::new(PASSWORD)).await?;
    let mut conn = app.db.get().await?;
    let made = conn
        .transaction::<_, Error, _>(async |tx| {
            let admin = staff::create_super(tx, now, ADMIN_EMAIL, ("Ada", "Admin"), &hash).await?;
            Ok((admin, token::actions::issue_for_setup(tx, now, admin, TOKEN).await?))
        })
        .await?;
    Ok(made)
}
