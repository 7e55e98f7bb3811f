//! Measures the charging run against the bare SQL of the same rows, A-B-A, and audits what it leaves.
//!
//! `hostwright-bench --server postgres://…/postgres [--sizes 10000,100000,1000000] [--json results.json]`
//!
//! A: `INSERT … SELECT` of the rows that a run writes (charges and transfers), into empty partitions with the same indexes.
//! B: the charging run, from the start to the commit of its last batch. Each is repeated; medians count. A sample whose two A
//! differ by more than 15 %, or during which others took more than a quarter of a core, is disturbed: it is measured again, a
//! bounded number of times. When that gave too few undisturbed ones, disturbed ones count as well, and the figures say so.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Parser;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use hostwright::billing::{audit, charging};
use hostwright::config::{Database, Work};
use hostwright::db;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;

/// Measures the charging run.
#[derive(Debug, Parser)]
struct Cli {
    /// URL of a database that a superuser may create others from.
    #[arg(long)]
    server: String,
    /// Due hourly services, one measurement for each number.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    sizes: Vec<i64>,
    /// Clients that own them: a tenth of the services belongs to one, a tenth is spread evenly, the others follow Zipf's law.
    #[arg(long, default_value_t = 100_000)]
    clients: i64,
    /// Samples that count, for each size.
    #[arg(long, default_value_t = 5)]
    repeat: usize,
    /// Samples that are measured at most, disturbed ones among them; four for each that counts, unless given.
    #[arg(long)]
    tries: Option<usize>,
    /// Fails when disturbed samples had to count.
    #[arg(long)]
    undisturbed: bool,
    /// Fails when the ratio at the largest size is lower, in percent.
    #[arg(long, default_value_t = 50)]
    ratio_min: u128,
    /// Where to write the figures.
    #[arg(long)]
    json: Option<std::path::PathBuf>,
    /// What is measured, as the file with the figures names it.
    #[arg(long, default_value = "")]
    commit: String,
}

/// What one size came to. Times in milliseconds.
#[derive(Debug, Serialize)]
struct Measured {
    services: i64,
    clients: i64,
    raw_ms: u128,
    run_ms: u128,
    /// How many samples were asked for.
    wanted: usize,
    /// The undisturbed ones, in order.
    samples: Vec<Sample>,
    /// The disturbed ones, in order.
    disturbed: Vec<Sample>,
    /// So many disturbed ones, from the first on, count beside the others: as many as those lack.
    disturbed_counted: usize,
    /// What PostgreSQL was set to.
    settings: String,
    /// Raw over run, in hundredths: 100 is as fast as the bare SQL.
    ratio_percent: u128,
    services_per_second: u128,
    idle_ms: u128,
    catch_up_24_hours_ms: u128,
    /// 24 missed hours in one pass, against 24 single runs, in hundredths.
    catch_up_percent: u128,
    worker_memory_kb: u64,
}

impl Measured {
    /// The samples that the medians are of.
    fn counted(&self) -> impl Iterator<Item = &Sample> + Clone {
        self.samples.iter().chain(self.disturbed.iter().take(self.disturbed_counted))
    }
}

/// The run between the bare SQL before and after it.
#[derive(Debug, Serialize)]
struct Sample {
    raw_ms: [u128; 2],
    run_ms: u128,
    /// What others took of the machine meanwhile, in percent of one core. `None`: it cannot be told.
    others_percent: Option<u64>,
}

impl Sample {
    fn is_disturbed(&self) -> bool {
        let [before, after] = self.raw_ms;
        let differs = before.abs_diff(after) * 100 > before.max(after) * 15;
        differs || self.others_percent.is_some_and(|percent| percent > 25)
    }
}

/// The hour that everything is charged for; services run since the beginning of its month.
const HOUR: &str = "2026-11-10T01:00:00Z";
const NAME: &str = "hostwright_bench";

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(bench(cli))
}

async fn bench(cli: Cli) -> anyhow::Result<()> {
    let (head, _) = cli.server.rsplit_once('/').context("--server names a database")?;
    let url = format!("{head}/{NAME}");
    let mut results = Vec::new();
    for services in &cli.sizes {
        let mut server = AsyncPgConnection::establish(&cli.server).await.context("connecting to --server")?;
        server.batch_execute(&format!("DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")).await?;
        server.batch_execute(&format!("CREATE DATABASE {NAME}")).await?;
        db::migrate(&url).await?;
        let measured = measure(&url, *services, &cli).await?;
        println!("{}", row(&measured));
        if measured.disturbed_counted > 0 {
            println!("          {}", too_disturbed(&measured));
        }
        results.push(measured);
        server.batch_execute(&format!("DROP DATABASE {NAME} WITH (FORCE)")).await?;
    }
    if let Some(path) = &cli.json {
        let figures = serde_json::json!({ "commit": cli.commit, "sizes": results });
        std::fs::write(path, serde_json::to_vec_pretty(&figures)?)
            .with_context(|| format!("writing {}", path.display()))?;
    }
    judge(&cli, &results)
}

fn row(measured: &Measured) -> String {
    format!(
        "{:>9} services of {} clients: run {:>6} ms ({}), bare SQL {:>6} ms ({}), ratio {}.{:02}, {:>7} services/s, \
         idle {} ms, 24 hours late {} ms, worker {} kB, {} samples and {} disturbed, {}",
        measured.services,
        measured.clients,
        measured.run_ms,
        extremes(measured.counted().map(|sample| sample.run_ms)),
        measured.raw_ms,
        extremes(measured.counted().flat_map(|sample| sample.raw_ms)),
        measured.ratio_percent / 100,
        measured.ratio_percent % 100,
        measured.services_per_second,
        measured.idle_ms,
        measured.catch_up_24_hours_ms,
        measured.worker_memory_kb,
        measured.samples.len(),
        measured.disturbed.len(),
        match measured.counted().filter_map(|sample| sample.others_percent).max() {
            Some(percent) => format!("others took up to {percent} % of a core"),
            None => "what others took cannot be told".to_owned(),
        },
    )
}

/// Says that fewer samples were undisturbed than were asked for.
fn too_disturbed(measured: &Measured) -> String {
    format!(
        "DISTURBED: only {} of {} samples of {} services were undisturbed; {} disturbed ones count as well",
        measured.samples.len(),
        measured.wanted,
        measured.services,
        measured.disturbed_counted
    )
}

/// The best and the worst.
fn extremes(values: impl Iterator<Item = u128> + Clone) -> String {
    format!("{}–{}", values.clone().min().unwrap_or(0), values.max().unwrap_or(0))
}

fn judge(cli: &Cli, results: &[Measured]) -> anyhow::Result<()> {
    let Some(last) = results.last() else { return Ok(()) };
    if let Some(measured) = results.iter().find(|one| cli.undisturbed && one.disturbed_counted > 0) {
        bail!("{}", too_disturbed(measured));
    }
    ensure!(last.ratio_percent >= cli.ratio_min, "the ratio is below {} %", cli.ratio_min);
    ensure!(last.idle_ms < 50, "a tick with nothing due takes {} ms", last.idle_ms);
    ensure!(last.worker_memory_kb < 150 * 1024, "the worker holds {} kB", last.worker_memory_kb);
    if let Some(first) = results.first().filter(|first| first.services < last.services) {
        // Ten times the services may take at most eleven times as long.
        let growth = u128::try_from(last.services / first.services)?;
        let allowed = first.run_ms.max(1) * growth * 11 / 10;
        ensure!(last.run_ms <= allowed, "{} ms is more than linear from {} ms", last.run_ms, first.run_ms);
    }
    Ok(())
}

async fn measure(url: &str, services: i64, cli: &Cli) -> anyhow::Result<Measured> {
    let clients = cli.clients;
    let config = Database {
        url: SecretString::from(url.to_owned()),
        connections_max: NonZeroUsize::MIN.saturating_add(3),
    };
    let pool = db::pool(&config)?;
    let mut conn = AsyncPgConnection::establish(url).await?;
    let settings = seed(&mut conn, services, clients).await?;
    println!("PostgreSQL: {settings}");
    let hour: Timestamp = HOUR.parse()?;
    let portions = charging::Portions::of(&Work::default());

    // A first run shows which rows are written; they are kept for A.
    let first = charging::charge_due(&pool, hour, portions).await?;
    ensure!(first.batch.charges == services, "{} of {services} services were charged", first.batch.charges);
    conn.batch_execute(
        "CREATE UNLOGGED TABLE kept_charges AS SELECT * FROM charges ORDER BY client_id, service_id;
         CREATE UNLOGGED TABLE kept_transfers AS SELECT * FROM ledger_transfers_2026_11 ORDER BY client_id;
         ANALYZE kept_charges; ANALYZE kept_transfers",
    )
    .await?;

    let wanted = cli.repeat.max(1);
    let tries = cli.tries.unwrap_or(4 * wanted).max(wanted);
    let postmaster = postmaster(&mut conn).await?;
    let (mut samples, mut disturbed) = (Vec::new(), Vec::new());
    while samples.len() < wanted && samples.len() + disturbed.len() < tries {
        let began = postmaster.and_then(Ticks::read);
        let before = raw(&mut conn).await?;
        rewind(&mut conn, 1).await?;
        let started = Instant::now();
        let charged = charging::charge_due(&pool, hour, portions).await?;
        let run = started.elapsed();
        ensure!(charged.batch.charges == services && charged.failed == 0, "not everything was charged");
        assert_books(&mut conn).await?;
        let after = raw(&mut conn).await?;
        let ended = postmaster.and_then(Ticks::read);
        let sample = Sample {
            raw_ms: [before.as_millis(), after.as_millis()],
            run_ms: run.as_millis(),
            others_percent: began.zip(ended).and_then(|(began, ended)| ended.others_percent_since(&began)),
        };
        if sample.is_disturbed() { disturbed.push(sample) } else { samples.push(sample) }
    }
    let disturbed_counted = wanted.saturating_sub(samples.len());
    let counted = || samples.iter().chain(disturbed.iter().take(disturbed_counted));
    let raw_ms = median(counted().flat_map(|sample| sample.raw_ms).collect());
    let run_ms = median(counted().map(|sample| sample.run_ms).collect());

    rewind(&mut conn, 24).await?;
    let started = Instant::now();
    let late = charging::charge_due(&pool, hour, portions).await?;
    let catch_up = started.elapsed();
    ensure!(late.batch.charges == services, "the hours of a service come as one charge");
    assert_books(&mut conn).await?;

    let mut idle = Vec::new();
    for _ in 0..21 {
        let started = Instant::now();
        let nothing = charging::charge_due(&pool, hour, portions).await?;
        idle.push(started.elapsed().as_millis());
        ensure!(nothing.batch.clients == 0, "everything was charged already");
    }
    Ok(Measured {
        services,
        clients,
        raw_ms,
        run_ms,
        wanted,
        samples,
        disturbed,
        disturbed_counted,
        settings,
        ratio_percent: raw_ms * 100 / run_ms.max(1),
        services_per_second: u128::try_from(services)? * 1000 / run_ms.max(1),
        idle_ms: median(idle),
        catch_up_24_hours_ms: catch_up.as_millis(),
        catch_up_percent: catch_up.as_millis() * 100 / (24 * run_ms.max(1)),
        worker_memory_kb: memory_peak_kb()?,
    })
}

/// A: the same rows by bare SQL, into empty partitions.
async fn raw(conn: &mut AsyncPgConnection) -> anyhow::Result<Duration> {
    empty(conn).await?;
    let started = Instant::now();
    conn.batch_execute(
        "BEGIN;
         INSERT INTO charges SELECT * FROM kept_charges;
         INSERT INTO ledger_transfers SELECT * FROM kept_transfers;
         COMMIT",
    )
    .await?;
    Ok(started.elapsed())
}

async fn empty(conn: &mut AsyncPgConnection) -> anyhow::Result<()> {
    // The books refuse to be emptied; a superuser's session gets past their triggers.
    conn.batch_execute(
        "SET session_replication_role = replica; TRUNCATE charges; TRUNCATE ledger_transfers_2026_11;
         SET session_replication_role = DEFAULT",
    )
    .await?;
    conn.batch_execute("CHECKPOINT").await?;
    Ok(())
}

/// Everything as it was so many hours before the run.
async fn rewind(conn: &mut AsyncPgConnection, hours: i32) -> anyhow::Result<()> {
    empty(conn).await?;
    conn.batch_execute(&format!(
        "UPDATE wallets SET balance = 1000000, charged_to = '{HOUR}'::timestamptz - interval '{hours} hours',
             next_due_at = '{HOUR}'::timestamptz - interval '{} hours'
         WHERE next_due_at IS NOT NULL",
        hours - 1
    ))
    .await?;
    conn.batch_execute("VACUUM ANALYZE wallets").await?;
    conn.batch_execute("CHECKPOINT").await?;
    Ok(())
}

async fn assert_books(conn: &mut AsyncPgConnection) -> anyhow::Result<()> {
    let report = audit::verify(conn).await?;
    ensure!(report.is_clean(), "{report}");
    Ok(())
}

/// Clients with money, and services in the stream since the beginning of the month.
/// Answers with the settings of PostgreSQL.
async fn seed(conn: &mut AsyncPgConnection, services: i64, clients: i64) -> anyhow::Result<String> {
    conn.batch_execute(
        "SELECT ensure_partitions('2026-10-01Z', '2026-12-01Z');
         INSERT INTO currencies (code, is_default, created_at, updated_at) VALUES ('EUR', true, now(), now());
         INSERT INTO companies (id, name, country, is_default, currency, created_at, updated_at)
             VALUES ('01920000-0000-7000-8000-000000000001', 'Bench', 'PL', true, 'EUR', now(), now());
         INSERT INTO ledger_accounts (id, kind, company_id, currency, created_at)
             VALUES ('01920000-0000-7000-8000-000000000002', 'gateway', '01920000-0000-7000-8000-000000000001', 'EUR', now());
         INSERT INTO products (id, key, created_at, updated_at)
             VALUES ('01920000-0000-7000-8000-000000000003', 'vps', now(), now());
         CREATE FUNCTION bench_id(prefix text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
             $$ SELECT (prefix || lpad(to_hex(n), 8, '0') || '70008000000000000000')::uuid $$",
    )
    .await?;
    for statement in [
        "INSERT INTO clients (id, email, currency, company_id, created_at, updated_at)
         SELECT bench_id('0192', g), 'c' || g || '@bench.test', 'EUR', '01920000-0000-7000-8000-000000000001', now(), now()
         FROM generate_series(1, $1) g",
        "INSERT INTO ledger_accounts (id, kind, client_id, currency, created_at)
         SELECT bench_id('0192', g), 'wallet', bench_id('0192', g), 'EUR', now() FROM generate_series(1, $1) g",
        "INSERT INTO wallets (client_id, company_id, currency, balance, charged_to, used, updated_at)
         SELECT bench_id('0192', g), '01920000-0000-7000-8000-000000000001', 'EUR', 1000000, '2026-11-10 00:00Z', true, '2026-10-15Z'
         FROM generate_series(1, $1) g",
        "INSERT INTO ledger_causes (cause, posting_id, at)
         SELECT 'opening:' || g, bench_id('0194', g), '2026-10-15Z' FROM generate_series(1, $1) g",
        "INSERT INTO ledger_transfers (id, at, posting_id, debit_account, credit_account, amount, currency, kind, client_id, actor,
             explanation, balance_after, cause)
         SELECT bench_id('0194', g), '2026-10-15Z', bench_id('0194', g), '01920000-0000-7000-8000-000000000002',
             bench_id('0192', g), 1000000, 'EUR', 'payment', bench_id('0192', g), 'system', '{}', 1000000, 'opening:' || g
         FROM generate_series(1, $1) g",
    ] {
        sql_query(statement).bind::<BigInt, _>(clients).execute(conn).await?;
    }
    // Ranks of Zipf's law are scattered over the ids: who buys much did not sign up first.
    sql_query(
        "INSERT INTO services (id, client_id, product_id, company_id, label, state, currency, period, charge_by, setup, base,
             stream_from, suspension_grace_hours, module, activated_at, created_at, updated_at)
         SELECT bench_id('0193', g), bench_id('0192', CASE g % 10
                 WHEN 0 THEN 1
                 WHEN 1 THEN 1 + (g / 10) % $2
                 ELSE 1 + (floor(exp(ln($2) * ((g * 2654435761) % 4294967296) / 4294967296.0))::bigint * 7919) % $2 END),
             '01920000-0000-7000-8000-000000000003', '01920000-0000-7000-8000-000000000001', 's' || g, 'active', 'EUR', 'monthly',
             'hours', 0, (100 + g % 900) / 10.0, '2026-11-01 00:00Z', 0, 'manual', '2026-11-01Z', now(), now()
         FROM generate_series(1, $1) g",
    )
    .bind::<BigInt, _>(services)
    .bind::<BigInt, _>(clients)
    .execute(conn)
    .await?;
    conn.batch_execute(
        "UPDATE wallets SET next_due_at = '2026-11-10 01:00Z' WHERE client_id IN (SELECT client_id FROM services)",
    )
    .await?;
    conn.batch_execute("VACUUM ANALYZE").await?;
    settings(conn).await
}

async fn settings(conn: &mut AsyncPgConnection) -> anyhow::Result<String> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Nullable<Text>)]
        value: Option<String>,
    }
    let row: Setting = sql_query(
        "SELECT string_agg(name || '=' || setting || coalesce(unit, ''), ' ' ORDER BY name) AS value FROM pg_settings
         WHERE name IN ('fsync', 'synchronous_commit', 'shared_buffers', 'max_wal_size', 'work_mem', 'server_version')",
    )
    .get_result(conn)
    .await?;
    Ok(row.value.unwrap_or_default())
}

fn median(mut values: Vec<u128>) -> u128 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// What the cores of this machine did up to now, in ticks of its clock.
struct Ticks {
    cores: u64,
    /// All that went by, on all cores.
    all: u64,
    /// What processes took, and other machines on the same hardware. Interrupts are nobody's.
    taken: u64,
    /// What of it this process and those of PostgreSQL took.
    own: u64,
}

impl Ticks {
    /// `None`: the system does not tell.
    fn read(postmaster: u32) -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/stat").ok()?;
        let mut lines = stat.lines();
        let all_cores = lines.next()?.strip_prefix("cpu ")?.split_whitespace();
        let ticks: Vec<u64> = all_cores.map_while(|ticks| ticks.parse().ok()).collect();
        let [user, nice, system, idle, waiting, hard, soft, stolen, ..] = *ticks.as_slice() else {
            return None;
        };
        let taken = user + nice + system + stolen;
        Some(Self {
            cores: u64::try_from(lines.take_while(|line| line.starts_with("cpu")).count()).ok()?,
            all: taken + idle + waiting + hard + soft,
            taken,
            own: own_ticks(postmaster)?,
        })
    }

    /// What others took since `before`, in percent of one core.
    fn others_percent_since(&self, before: &Self) -> Option<u64> {
        let all = self.all.checked_sub(before.all).filter(|all| *all > 0)?;
        let taken = self.taken.saturating_sub(before.taken);
        let own = self.own.saturating_sub(before.own);
        Some(taken.saturating_sub(own) * 100 * self.cores / all)
    }
}

fn own_ticks(postmaster: u32) -> Option<u64> {
    let mut own = 0;
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that has ended meanwhile counts with its parent.
        let Some(process) = Process::read(pid) else { continue };
        if pid == std::process::id() || pid == postmaster || process.parent == postmaster {
            own += process.ticks;
        }
    }
    Some(own)
}

struct Process {
    name: String,
    parent: u32,
    /// What it took, and what those took that it began and that have ended.
    ticks: u64,
}

impl Process {
    /// `None`: there is none, or not any more.
    fn read(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in parentheses, and may have some of its own.
        let (start, rest) = stat.rsplit_once(") ")?;
        let (_, name) = start.split_once(" (")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = fields.get(11..15)?.iter().map(|ticks| ticks.parse::<u64>().ok());
        Some(Self {
            name: name.to_owned(),
            parent: fields.get(1)?.parse().ok()?,
            ticks: ticks.sum::<Option<u64>>()?,
        })
    }
}

/// The process that all others of this PostgreSQL come from. `None`: it does not run on this machine.
async fn postmaster(conn: &mut AsyncPgConnection) -> anyhow::Result<Option<u32>> {
    #[derive(QueryableByName)]
    struct Session {
        #[diesel(sql_type = Integer)]
        pid: i32,
    }
    let session: Session = sql_query("SELECT pg_backend_pid() AS pid").get_result(conn).await?;
    let process = Process::read(u32::try_from(session.pid)?);
    Ok(process.filter(|process| process.name == "postgres").map(|process| process.parent))
}

/// The most memory that this process ever held.
fn memory_peak_kb() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("reading /proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM is not told")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
