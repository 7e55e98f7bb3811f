//! `hostwright serve | work | migrate | openapi | …`

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use diesel_async::AsyncConnection;
use hostwright::billing::archive;
use hostwright::catalog::module;
use hostwright::config::{Config, LogFormat};
use hostwright::demo;
use hostwright::http::{Fields, router, server};
use hostwright::identity::{password, staff};
use hostwright::settings;
use hostwright::{App, db, jobs, rotation};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret;
use shared::Month;
use shared::identity::SecretText;
use tokio::sync::watch;
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
    /// Work on the queues and the schedule.
    Work,
    /// Bring the database up to date.
    Migrate {
        /// Undo this many migrations instead.
        #[arg(long)]
        revert: Option<usize>,
    },
    /// Members of staff.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Fill an empty database with a demo provider and three months of its history; a second call does nothing.
    Demo,
    /// Audit the books; exit code 1 when anything is broken.
    Verify,
    /// Move a month of single charges into files, prove such files, or read them back. Takes the owner of the tables.
    Archive {
        #[command(flatten)]
        what: ArchiveWhat,
        /// Where the folder of the month is made.
        #[arg(long, requires = "month", value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// What is sealed in the database, after the secret key was changed.
    Secrets {
        #[command(subcommand)]
        command: SecretsCommand,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Typeset a template of staff, in a process of its own; the program starts it.
    #[command(hide = true)]
    Typeset,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct ArchiveWhat {
    /// The month to archive: 2026-01.
    #[arg(long, requires = "to")]
    month: Option<Month>,
    /// A folder to prove: that it is whole, and what left this database.
    #[arg(long, value_name = "FOLDER")]
    check: Option<PathBuf>,
    /// A folder to read back into the database.
    #[arg(long, value_name = "FOLDER")]
    read: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Create a super administrator. Without --password-stdin a password is made up and printed once.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long, default_value = "Admin")]
        first_name: String,
        #[arg(long, default_value = "")]
        last_name: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Subcommand)]
enum SecretsCommand {
    /// Seal by the secret key what other keys of the configuration sealed; exit code 1 when no key opens something.
    Rotate,
    /// Count what each key seals; exit code 1 when the secret key does not open everything.
    Check,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = if matches!(cli.command, Command::Typeset) {
        // Confines itself: no other thread runs, no configuration is read.
        pdf::confined().map(|()| ExitCode::SUCCESS)
    } else {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("starting the runtime")
            .and_then(|runtime| runtime.block_on(run(cli)))
    };
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
        Command::Work => work(config).await,
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
        Command::Archive { what, to } => archive_month(config, what, to).await,
        Command::Secrets { command } => secrets(config, command).await,
        Command::Admin { command: AdminCommand::Create { email, first_name, last_name, password_stdin } } => {
            create_admin(config, &email, (&first_name, &last_name), password_stdin).await
        }
        Command::Demo => fill_demo(config).await,
        Command::Openapi | Command::Typeset => Ok(ExitCode::SUCCESS),
    }
}

/// actix answers 400 to what is not HTTP and logs it as an error of the server: it is one of whoever sent it.
const NOT_OUR_ERRORS: &str = "actix_http::h1::dispatcher=off";

fn start_logs(config: &Config) -> anyhow::Result<()> {
    let mut filter = EnvFilter::try_new(&config.log.filter).context("log.filter")?;
    if !config.log.filter.contains("actix_http") {
        filter = filter.add_directive(NOT_OUR_ERRORS.parse().context("log.filter")?);
    }
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}

async fn start(config: Config) -> anyhow::Result<App> {
    let app = App::build(config).await?;
    db::ensure_partitions(&mut *app.db.get().await?, app.clock.now())
        .await
        .context("is the database migrated?")?;
    module::actions::meet(&app).await?;
    Ok(app)
}

/// The figures that `/metrics` shows. What they hold on to between two readings is tidied up by itself.
fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    const TIDY_EVERY: Duration = Duration::from_secs(5);
    let handle = PrometheusBuilder::new().install_recorder().context("metrics")?;
    let kept = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(TIDY_EVERY).await;
            kept.run_upkeep();
        }
    });
    Ok(handle)
}

fn listen(address: &str, key: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("listening on {address} ({key})"))
}

async fn serve(config: Config, with_worker: bool) -> anyhow::Result<ExitCode> {
    let metrics = start_metrics()?;
    let listener = listen(&config.http.bind, "http.bind")?;
    let app = start(config).await?;
    let (stop, stopped) = watch::channel(false);
    let following = app.clock.is_adjustable().then(|| tokio::spawn(follow_clock(app.clone())));
    let mut beside = tokio::spawn(beside_server(app.clone(), with_worker, stopped));
    // The server listens for SIGTERM and ctrl-c itself; the workers end after it.
    let server = server::run(app, listener, metrics)?;
    let handle = server.handle();
    let mut serving = std::pin::pin!(server);
    let (served, worked) = tokio::select! {
        served = &mut serving => {
            stop.send_replace(true);
            (served, beside.await)
        }
        // A server whose workers are gone is worse than one that is started anew.
        worked = &mut beside => {
            handle.stop(true).await;
            (serving.await, worked)
        }
    };
    if let Some(following) = following {
        following.abort();
    }
    worked.context("the worker")??;
    served?;
    Ok(ExitCode::SUCCESS)
}

/// What runs next to the server until it stops: the workers, or only the heartbeat.
async fn beside_server(app: App, with_worker: bool, stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
    if with_worker {
        return jobs::work(app, "all", stopped).await;
    }
    jobs::process::beat_of_server(app, stopped).await;
    Ok(())
}

/// Another process may move the development clock.
async fn follow_clock(app: App) {
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        if let Err(error) = app.clock.reload(&app.db).await {
            tracing::warn!(error = format!("{error:#}"), "the clock could not be read");
        }
    }
}

async fn work(config: Config) -> anyhow::Result<ExitCode> {
    let metrics = start_metrics()?;
    let monitor = config.work.bind.as_deref().map(|address| listen(address, "work.bind")).transpose()?;
    let app = start(config).await?;
    let (stop, stopped) = watch::channel(false);
    let monitored =
        monitor.map(|listener| server::run_monitored(app.clone(), listener, metrics)).transpose()?;
    let monitor = monitored.as_ref().map(actix_web::dev::Server::handle);
    if let Some(server) = monitored {
        tokio::spawn(server);
    }
    let mut worker = tokio::spawn(jobs::work(app, "work", stopped));
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).context("SIGTERM")?;
    let ended = tokio::select! {
        ended = &mut worker => Some(ended),
        _ = terminate.recv() => None,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted.context("ctrl-c")?;
            None
        }
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            tracing::info!("finishing what was begun");
            stop.send_replace(true);
            worker.await
        }
    };
    if let Some(monitor) = monitor {
        monitor.stop(false).await;
    }
    ended.context("the worker")??;
    Ok(ExitCode::SUCCESS)
}

async fn verify(config: Config) -> anyhow::Result<ExitCode> {
    let pool = db::pool(&config.database)?;
    let mut conn = pool.get().await.context("connecting to PostgreSQL (database.url)")?;
    let report = hostwright::billing::audit::verify(&mut conn).await?;
    println!("{report}");
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn archive_month(config: Config, what: ArchiveWhat, to: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let keep_months = config.archive.keep_months;
    let app = App::build(config).await?;
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    if let (Some(month), Some(to)) = (what.month, to) {
        let manifest = archive::archive(&mut conn, now, month, keep_months, &to).await?;
        let folder = archive::folder(&to, month);
        println!(
            "{} charges of {month} are in {} and no longer in the database",
            manifest.rows,
            folder.display()
        );
        println!("rows have the SHA-256 {}", manifest.rows_sha256);
    }
    if let Some(folder) = what.check {
        let (manifest, archived) = archive::check(&mut conn, &folder).await?;
        println!("{} charges of {}: the folder is whole", manifest.rows, manifest.month);
        match archived {
            Some(at) => println!("they are those that left this database on {at}"),
            None => println!("the month is not archived in this database"),
        }
    }
    if let Some(folder) = what.read {
        let manifest = archive::read(&mut conn, now, &folder).await?;
        println!("{} charges of {} are back in the database", manifest.rows, manifest.month);
    }
    Ok(ExitCode::SUCCESS)
}

async fn secrets(config: Config, command: SecretsCommand) -> anyhow::Result<ExitCode> {
    let app = App::build(config).await?;
    let mut conn = app.db.get().await?;
    let report = match command {
        SecretsCommand::Rotate => rotation::rotate(&mut conn, &app.sealer, app.clock.now()).await?,
        SecretsCommand::Check => rotation::check(&mut conn, &app.sealer).await?,
    };
    println!("{report}");
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn create_admin(
    config: Config,
    email: &str,
    names: (&str, &str),
    password_stdin: bool,
) -> anyhow::Result<ExitCode> {
    let app = App::build(config).await?;
    let given = if password_stdin {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("reading the password")?;
        Some(line.trim_end_matches(['\r', '\n']).to_owned())
    } else {
        None
    };
    let password = match &given {
        Some(password) => password.clone(),
        None => staff::first_password()?,
    };
    let security = settings::load(&mut *app.db.get().await?).await?.security;
    let mut fields = Fields::new();
    password::check(&mut fields, "password", &SecretText::new(&*password), &security, &[email]);
    fields.finish()?;
    let hash = app.passwords.hash(&SecretText::new(&*password)).await?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, hostwright::Error, _>(async |tx| {
        staff::create_super(tx, now, email, names, &hash).await
    })
    .await?;
    println!("created the super administrator {email}");
    if given.is_none() {
        println!("password: {password}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn fill_demo(config: Config) -> anyhow::Result<ExitCode> {
    match demo::fill(config).await? {
        Some(demo::SignIns { admin, client, debtor, password }) => {
            println!("staff    {admin}");
            println!("client   {client}");
            println!("in debt  {debtor}");
            println!("password {password}");
        }
        None => println!("the database holds data of its own: no demo"),
    }
    Ok(ExitCode::SUCCESS)
}
