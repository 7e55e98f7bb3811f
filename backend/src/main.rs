//! `hostwright serve | work | migrate | openapi | …`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use hostwright::config::{Config, LogFormat};
use hostwright::http::{router, server};
use hostwright::{App, db};
use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;

/// Billing and automation for cloud and hosting providers.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// A TOML file with settings; environment variables `HOSTWRIGHT__SECTION__KEY` go before it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer the API and serve the pages.
    Serve {
        /// Also work on the queues and the schedule in this process.
        #[arg(long)]
        with_worker: bool,
    },
    /// Bring the database up to date.
    Migrate {
        /// Undo this many migrations instead.
        #[arg(long)]
        revert: Option<usize>,
    },
    /// Audit the books; exit code 1 when anything is broken.
    Verify,
    /// Print the OpenAPI document.
    Openapi,
}

fn main() -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")
        .and_then(|runtime| runtime.block_on(run(Cli::parse())));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hostwright: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if matches!(cli.command, Command::Openapi) {
        println!("{}", router::document().to_pretty_json()?);
        return Ok(ExitCode::SUCCESS);
    }
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("a TLS provider was installed twice"))?;
    let config = Config::read(cli.config).map_err(|error| anyhow::anyhow!("configuration: {error}"))?;
    start_logs(&config)?;
    match cli.command {
        Command::Serve { with_worker } => serve(config, with_worker).await,
        Command::Migrate { revert: None } => {
            let applied = db::migrate(config.database.url.expose_secret()).await?;
            println!("{applied} migrations applied");
            Ok(ExitCode::SUCCESS)
        }
        Command::Migrate { revert: Some(steps) } => {
            let undone = db::revert(config.database.url.expose_secret(), steps).await?;
            println!("{undone} migrations undone");
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify => verify(config).await,
        Command::Openapi => Ok(ExitCode::SUCCESS),
    }
}

fn start_logs(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log.filter).context("log.filter")?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}

async fn serve(config: Config, _with_worker: bool) -> anyhow::Result<ExitCode> {
    let handle =
        metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().context("metrics")?;
    let listener = std::net::TcpListener::bind(&config.http.bind)
        .with_context(|| format!("listening on {} (http.bind)", config.http.bind))?;
    let app = App::build(config).await?;
    db::ensure_partitions(&mut *app.db.get().await?, app.clock.now())
        .await
        .context("is the database migrated?")?;
    server::run(app, listener, handle)?.await?;
    Ok(ExitCode::SUCCESS)
}

async fn verify(config: Config) -> anyhow::Result<ExitCode> {
    let pool = db::pool(&config.database)?;
    let mut conn = pool.get().await.context("connecting to PostgreSQL (database.url)")?;
    let report = hostwright::billing::audit::verify(&mut conn).await?;
    println!("{report}");
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
