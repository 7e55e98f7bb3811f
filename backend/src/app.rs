//! Everything that requests and jobs need, built once and handed down.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::Semaphore;

use crate::billing::tax::vat::Vies;
use crate::billing::template::sandbox;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Pool;
use crate::http::csv::Turns;
use crate::identity::password::Hasher;
use crate::live::Live;
use crate::notify::transport::Mailer;
use crate::seal::Sealer;

/// The program's parts. Cheap to clone; requests get it as `web::Data<App>`.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub db: Pool,
    pub clock: Clock,
    pub sealer: Sealer,
    /// Hashes and verifies passwords, a few at once.
    pub passwords: Hasher,
    pub mailer: Mailer,
    /// Asks the tax offices of the EU about VAT ids.
    pub vies: Vies,
    /// Who follows which record.
    pub live: Live,
    /// Places for lists that are downloaded at once: each holds a connection.
    pub downloads: Arc<Semaphore>,
    /// Who has one of them: nobody has two.
    pub downloading: Turns,
    /// The program whose hidden command typesets templates of staff: this one.
    pub typesetter: Arc<Path>,
}

impl App {
    /// Connects to what the configuration names. Fails when the database is away or the key file unreadable.
    pub async fn build(config: Config) -> anyhow::Result<Self> {
        let sealer = Sealer::from_config(&config).context("reading the secret key")?;
        let mailer = Mailer::from_config(&config.mail)?;
        let vies = Vies::from_config(&config.vies);
        if config.http.count_queries {
            crate::db::count::start().context("http.count_queries")?;
        }
        let db = crate::db::pool(&config.database)?;
        let clock = Clock::real(config.clock.adjustable);
        clock.reload(&db).await.context("connecting to PostgreSQL (database.url)")?;
        let at_once = std::thread::available_parallelism().map_or(2, usize::from);
        let passwords = Hasher::new(at_once);
        let live = Live::new(db.clone());
        let downloads = Arc::new(Semaphore::new((config.database.connections_max.get() / 4).max(1)));
        let downloading = Turns::default();
        let typesetter = sandbox::program()?.into();
        let config = Arc::new(config);
        Ok(Self {
            config,
            db,
            clock,
            sealer,
            passwords,
            mailer,
            vies,
            live,
            downloads,
            downloading,
            typesetter,
        })
    }
}
