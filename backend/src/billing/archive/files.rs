//! The folder of an archived month: rows as `COPY … CSV` takes them, compressed, and a manifest.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::Month;

use super::ready::Ready;
use super::store::{self, Columns, Figures};
use crate::db::Conn;

/// What the manifest calls this form of files.
const FORMAT: &str = "hostwright-charges-1";
const ROWS: &str = "charges.csv.gz";
const MANIFEST: &str = "manifest.json";
/// The first line of the file.
const HEAD: &str = "client_id,service_id,period_from,period_to,amount,price_version,transfer_id";
/// The most bytes of a manifest that is read.
const MANIFEST_BYTES_MAX: u64 = 1024 * 1024;

/// What stands in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: String,
    pub month: Month,
    pub rows: i64,
    /// What the rows come to, by currency.
    pub sums: BTreeMap<String, String>,
    /// The name of the file.
    pub file: String,
    /// SHA-256 of the file as it is, in hexadecimal: what `sha256sum` says.
    pub file_sha256: String,
    /// SHA-256 of the rows without head and compression: what the database keeps.
    pub rows_sha256: String,
    /// The day from whose seal on the ledger's movements for these rows are covered, and that seal.
    pub sealed_to: Date,
    pub seal: String,
    pub written_at: Timestamp,
}

impl Manifest {
    pub(super) fn figures(&self) -> Figures {
        Figures { charges: self.rows, sums: self.sums.clone() }
    }

    pub(super) fn rows_sha256(&self) -> anyhow::Result<Vec<u8>> {
        HEXLOWER.decode(self.rows_sha256.as_bytes()).context("rows_sha256 of the manifest")
    }
}

/// Where a month is written to.
pub fn folder(to: &Path, month: Month) -> PathBuf {
    to.join(format!("charges-{month}"))
}

/// Hashes rows: each with the end of its line.
#[derive(Default)]
pub(super) struct Rows {
    hash: Sha256,
    pub(super) count: i64,
}

impl Rows {
    pub(super) fn add(&mut self, line: &str) {
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        self.count += 1;
    }

    pub(super) fn sha256(self) -> Vec<u8> {
        self.hash.finalize().to_vec()
    }
}

/// Writes the folder of a month, and proves it by reading it back. What an earlier try left half done is written anew; a folder
/// that is whole is proved and kept.
pub async fn write(conn: &mut Conn, now: Timestamp, ready: &Ready, to: &Path) -> anyhow::Result<Manifest> {
    let folder = folder(to, ready.month);
    if folder.exists() {
        return check(&folder);
    }
    fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    let partial = folder.with_extension("partial");
    if partial.exists() {
        fs::remove_dir_all(&partial).with_context(|| format!("removing {}", partial.display()))?;
    }
    fs::create_dir(&partial).with_context(|| format!("making {}", partial.display()))?;

    let figures = store::figures(conn, ready.month).await?;
    let file = File::create_new(partial.join(ROWS)).context("making the file")?;
    let mut out = GzEncoder::new(BufWriter::new(file), Compression::default());
    writeln!(out, "{HEAD}")?;
    let mut rows = Rows::default();
    store::each_line(conn, ready.month, |line| {
        rows.add(line);
        Ok(writeln!(out, "{line}")?)
    })
    .await?;
    let file = out.finish()?.into_inner().map_err(|error| error.into_error())?;
    file.sync_all()?;
    ensure!(rows.count == figures.charges, "{} rows were written of {}", rows.count, figures.charges);
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        month: ready.month,
        rows: rows.count,
        sums: figures.sums,
        file: ROWS.to_owned(),
        file_sha256: sha256_of(&partial.join(ROWS))?,
        rows_sha256: HEXLOWER.encode(&rows.sha256()),
        sealed_to: ready.sealed_to,
        seal: HEXLOWER.encode(&ready.seal),
        written_at: now,
    };
    let mut file = File::create_new(partial.join(MANIFEST)).context("making the manifest")?;
    file.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
    file.sync_all()?;
    sync(&partial)?;
    ensure!(check(&partial)? == manifest, "what was written is not what is read");
    fs::rename(&partial, &folder).with_context(|| format!("naming {}", folder.display()))?;
    sync(to)?;
    Ok(manifest)
}

/// A new name in a folder outlives a loss of power only when the folder is written, too.
fn sync(folder: &Path) -> anyhow::Result<()> {
    File::open(folder)?.sync_all().with_context(|| format!("writing {}", folder.display()))
}

fn sha256_of(file: &Path) -> anyhow::Result<String> {
    let mut file = File::open(file).with_context(|| format!("reading {}", file.display()))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(HEXLOWER.encode(&hash.finalize()));
        }
        hash.update(piece.get(..read).unwrap_or_default());
    }
}

/// Reads a folder and proves that it is whole: file and rows have their SHA-256, and the rows come to what the manifest says.
pub(super) fn check(folder: &Path) -> anyhow::Result<Manifest> {
    let mut text = String::new();
    let file = File::open(folder.join(MANIFEST))
        .with_context(|| format!("no {MANIFEST} in {}", folder.display()))?;
    file.take(MANIFEST_BYTES_MAX).read_to_string(&mut text)?;
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| format!("{MANIFEST} cannot be read"))?;
    ensure!(
        manifest.format == FORMAT && manifest.file == ROWS,
        "{MANIFEST} is of another kind: {}",
        manifest.format
    );
    let found = sha256_of(&folder.join(ROWS))?;
    ensure!(found == manifest.file_sha256, "{ROWS} was changed: its SHA-256 is {found}");

    let (mut rows, mut sum) = (Rows::default(), Decimal::ZERO);
    let mut reader = Reader::open(folder)?;
    while reader.next(|line, [_, _, _, _, amount, _, _]| {
        rows.add(line);
        let amount: Decimal = amount.parse().context("an amount")?;
        sum = sum.checked_add(amount).context("amounts beyond all bounds")?;
        Ok(())
    })? {}
    let told = manifest.sums.values().map(|sum| sum.parse::<Decimal>()).sum::<Result<Decimal, _>>()?;
    ensure!(rows.count == manifest.rows, "{} rows instead of {}", rows.count, manifest.rows);
    ensure!(sum == told, "the rows come to {sum} instead of {told}");
    ensure!(HEXLOWER.encode(&rows.sha256()) == manifest.rows_sha256, "the rows have another SHA-256");
    Ok(manifest)
}

/// The rows of a folder, one after the other.
pub(super) struct Reader {
    lines: std::io::Lines<BufReader<GzDecoder<BufReader<File>>>>,
    /// Of the line that was read last.
    number: u64,
}

impl Reader {
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(ROWS);
        let file = File::open(&path).with_context(|| format!("reading {}", path.display()))?;
        let mut lines = BufReader::new(GzDecoder::new(BufReader::new(file))).lines();
        ensure!(lines.next().transpose()?.as_deref() == Some(HEAD), "{ROWS} has another head");
        Ok(Self { lines, number: 1 })
    }

    /// The next row, as its line and its fields are given to `take`. False: there was none.
    fn next(&mut self, take: impl FnOnce(&str, [&str; 7]) -> anyhow::Result<()>) -> anyhow::Result<bool> {
        let Some(line) = self.lines.next().transpose()? else { return Ok(false) };
        self.number += 1;
        let fields: Vec<&str> = line.split(',').collect();
        let fields = <[&str; 7]>::try_from(fields).ok();
        let fields = fields.with_context(|| format!("line {} has not seven fields", self.number))?;
        take(&line, fields).with_context(|| format!("line {}", self.number))?;
        Ok(true)
    }

    /// The next rows, column by column; empty behind the last.
    pub(super) fn columns(&mut self) -> anyhow::Result<Columns> {
        let mut columns = Columns::default();
        for _ in 0..BATCH {
            let more = self.next(|_, fields| {
                for (column, field) in columns.iter_mut().zip(fields) {
                    column.push(field.to_owned());
                }
                Ok(())
            })?;
            if !more {
                break;
            }
        }
        Ok(columns)
    }
}

/// Rows that are written with one statement.
const BATCH: usize = 5000;
