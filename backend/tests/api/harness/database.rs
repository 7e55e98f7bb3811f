//! A database for each test, copied from a template that is built once for each state of the migrations.

use std::hash::{DefaultHasher, Hash, Hasher};

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio::sync::OnceCell;
use uuid::Uuid;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// Dropped when the test ends.
pub struct Database {
    pub name: String,
    pub url: String,
}

fn server_url() -> String {
    std::env::var_os("TEST_DATABASE_URL")
        .expect("set TEST_DATABASE_URL to a PostgreSQL superuser's URL of the database postgres")
        .to_string_lossy()
        .into_owned()
}

fn url_of(name: &str) -> String {
    let server = server_url();
    let (head, _) = server.rsplit_once('/').expect("the URL names a database");
    format!("{head}/{name}")
}

async fn connect() -> AsyncPgConnection {
    AsyncPgConnection::establish(&server_url()).await.expect("PostgreSQL of TEST_DATABASE_URL answers")
}

/// Name of the template for these migrations; builds it when it is not there.
async fn template() -> String {
    use diesel::migration::MigrationSource;
    let mut hash = DefaultHasher::new();
    let mut folders: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations"))
        .expect("migrations are there")
        .map(|entry| entry.expect("readable").path().join("up.sql"))
        .collect();
    folders.sort();
    for file in folders {
        std::fs::read_to_string(&file).expect("readable").hash(&mut hash);
    }
    let known =
        MigrationSource::<diesel::pg::Pg>::migrations(&hostwright::db::MIGRATIONS).expect("listed").len();
    known.hash(&mut hash);
    let name = format!("hw_template_{:016x}", hash.finish());
    let mut conn = connect().await;
    conn.batch_execute("SELECT pg_advisory_lock(727299)").await.expect("the lock");
    let found: usize = diesel::sql_query(format!(
        "SELECT 1 AS one FROM pg_database WHERE datname = '{name}' AND datistemplate"
    ))
    .execute(&mut conn)
    .await
    .expect("listed");
    if found == 0 {
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await.expect("dropped");
        conn.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("created");
        hostwright::db::migrate(&url_of(&name)).await.expect("migrated");
        conn.batch_execute(&format!("ALTER DATABASE {name} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false"))
            .await
            .expect("marked");
    }
    conn.batch_execute("SELECT pg_advisory_unlock(727299)").await.expect("unlocked");
    name
}

impl Database {
    pub async fn create() -> Self {
        let template = TEMPLATE.get_or_init(template).await;
        let name = format!("hw_test_{}", Uuid::now_v7().simple());
        connect()
            .await
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .await
            .expect("copied");
        Self { url: url_of(&name), name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = self.name.clone();
        // The test's own runtime is going down: drop the database on one of ours.
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                connect().await.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await
            })
        });
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("{error}: database {} stays behind", self.name);
        }
    }
}
