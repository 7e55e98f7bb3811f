//! Another secret key: every place that holds secrets, and what seals them anew.
//!
//! It runs beside everything else. One secret after the other is replaced by itself, and only where it is still the one that
//! was read: nobody's write is lost, no two rows are locked at once, and a rotation that was stopped is simply called again.

use std::fmt;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::sql_types::{BigInt, Binary, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::seal::{MARK, SealedBy, Sealer};

/// Secrets read at once.
const BATCH: i64 = 500;
/// How many secrets that no key opens are named of one place.
const NAMED_MAX: usize = 100;

/// How a place holds secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The column is one.
    Column,
    /// The column has settings; each of them may be one, under its mark.
    Settings,
}

/// A column with secrets that are sealed for the `id` of their row.
#[derive(Debug)]
pub struct Place {
    table: &'static str,
    column: &'static str,
    form: Form,
}

/// Every place that holds secrets. Tests compare it with the tables, and with what seals.
static PLACES: [Place; 5] = [
    Place { table: "factors", column: "secret_sealed", form: Form::Column },
    Place { table: "gateways", column: "secrets_sealed", form: Form::Column },
    Place { table: "notifications", column: "secrets_sealed", form: Form::Column },
    Place { table: "modules", column: "configuration", form: Form::Settings },
    Place { table: "products", column: "module_settings", form: Form::Settings },
];

/// `factors.secret_sealed`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.table, self.column))
    }
}

/// A secret as it is stored.
#[derive(Debug, QueryableByName)]
struct Secret {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    /// The setting that it is; empty where the column is the secret.
    #[diesel(sql_type = Text)]
    key: String,
    /// In settings as the bytes of its base64.
    #[diesel(sql_type = Binary)]
    stored: Vec<u8>,
}

impl Place {
    /// A query for its secrets.
    fn query(&self) -> String {
        let Self { table, column, form } = self;
        match form {
            Form::Column => {
                format!("SELECT id, '' AS key, {column} AS stored FROM {table} WHERE {column} IS NOT NULL")
            }
            Form::Settings => format!(
                "SELECT t.id, e.key, convert_to(e.value ->> '{MARK}', 'UTF8') AS stored
                 FROM {table} t CROSS JOIN LATERAL jsonb_each(t.{column}) e
                 WHERE jsonb_typeof(e.value -> '{MARK}') = 'string'
                   AND e.value = jsonb_build_object('{MARK}', e.value -> '{MARK}')"
            ),
        }
    }

    /// The secrets that follow one, by row and key.
    async fn following(&self, conn: &mut Conn, (id, key): &(Uuid, String)) -> QueryResult<Vec<Secret>> {
        diesel::sql_query(format!(
            "SELECT id, key, stored FROM ({}) secrets WHERE id >= $1 AND (id, key) > ($1, $2)
             ORDER BY id, key LIMIT $3",
            self.query()
        ))
        .bind::<SqlUuid, _>(*id)
        .bind::<Text, _>(key.as_str())
        .bind::<BigInt, _>(BATCH)
        .load(conn)
        .await
    }

    /// What now stands where a secret was read. `None`: it is gone.
    async fn again(&self, conn: &mut Conn, read: &Secret) -> QueryResult<Option<Secret>> {
        diesel::sql_query(format!(
            "SELECT id, key, stored FROM ({}) secrets WHERE id = $1 AND key = $2",
            self.query()
        ))
        .bind::<SqlUuid, _>(read.id)
        .bind::<Text, _>(read.key.as_str())
        .get_result(conn)
        .await
        .optional()
    }

    /// Puts a secret where another one was read; false when that is not there any more.
    ///
    /// Nothing else of the row changes, neither its version: whoever edits it notices nothing.
    async fn replace(&self, conn: &mut Conn, read: &Secret, stored: &[u8]) -> QueryResult<bool> {
        let Self { table, column, form } = self;
        let replaced = diesel::sql_query(match form {
            Form::Column => {
                format!("UPDATE {table} SET {column} = $4 WHERE id = $1 AND $2 = '' AND {column} = $3")
            }
            Form::Settings => format!(
                "UPDATE {table}
                 SET {column} = jsonb_set({column}, ARRAY[$2, '{MARK}'], to_jsonb(convert_from($4, 'UTF8')))
                 WHERE id = $1 AND convert_to({column} -> $2 ->> '{MARK}', 'UTF8') = $3"
            ),
        })
        .bind::<SqlUuid, _>(read.id)
        .bind::<Text, _>(read.key.as_str())
        .bind::<Binary, _>(read.stored.as_slice())
        .bind::<Binary, _>(stored)
        .execute(conn)
        .await?;
        Ok(replaced > 0)
    }

    fn opened(&self, sealer: &Sealer, read: &Secret) -> anyhow::Result<(SealedBy, Vec<u8>)> {
        match self.form {
            Form::Column => sealer.opened_by(read.id, &read.stored),
            Form::Settings => sealer.opened_by(read.id, &STANDARD.decode(&read.stored)?),
        }
    }

    /// A secret, sealed by the present key, as it is stored here.
    fn sealed(&self, sealer: &Sealer, owner: Uuid, secret: &[u8]) -> anyhow::Result<Vec<u8>> {
        let sealed = sealer.seal(owner, secret)?;
        Ok(match self.form {
            Form::Column => sealed,
            Form::Settings => STANDARD.encode(sealed).into_bytes(),
        })
    }
}

/// What was found in one place.
#[derive(Debug)]
pub struct Tally {
    pub place: &'static Place,
    /// How many secrets the present key seals, without those that were sealed anew.
    pub present: u64,
    /// How many were sealed by another key and are now sealed by the present one.
    pub renewed: u64,
    /// How many another key still seals.
    pub other: u64,
    /// The secrets that no key opens: the row, and the setting in it where the column has some.
    pub lost: Vec<(Uuid, String)>,
}

/// What was found in all places.
#[derive(Debug)]
pub struct Report {
    pub tallies: Vec<Tally>,
}

impl Report {
    /// Whether the present key opens everything, so that no other one is needed.
    pub fn is_clean(&self) -> bool {
        self.tallies.iter().all(|tally| tally.other == 0 && tally.lost.is_empty())
    }

    fn renewed(&self) -> u64 {
        self.tallies.iter().map(|tally| tally.renewed).sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, present, renewed, other, lost } = self;
        write!(f, "{place:<30} {:>8} by the secret key", present + renewed)?;
        if *renewed > 0 {
            write!(f, ", {renewed} of them sealed anew")?;
        }
        if *other > 0 {
            write!(f, ", {other} by another key")?;
        }
        if !lost.is_empty() {
            write!(f, ", {} that NO KEY OPENS:", lost.len())?;
        }
        for (id, key) in lost.iter().take(NAMED_MAX) {
            write!(f, "\n    row {id}{}{key}", if key.is_empty() { "" } else { ", " })?;
        }
        let more = lost.len().saturating_sub(NAMED_MAX);
        if more > 0 {
            write!(f, "\n    and {more} more")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for tally in &self.tallies {
            writeln!(f, "{tally}")?;
        }
        let lost = self.tallies.iter().any(|tally| !tally.lost.is_empty());
        f.write_str(match (self.is_clean(), lost) {
            (true, _) => "The secret key opens everything: no other key is needed.",
            (false, true) => "What no key opens stays as it is: configure its key, or give the secret anew.",
            (false, false) => "Other keys are needed until `hostwright secrets rotate` has run.",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Rotate,
    Check,
}

/// Seals by the present key whatever another one sealed.
///
/// May be called again at any time, and goes on where it was stopped. What no key opens is named and left as it is.
pub async fn rotate(conn: &mut Conn, sealer: &Sealer, now: Timestamp) -> anyhow::Result<Report> {
    let report = walk(conn, sealer, Purpose::Rotate).await?;
    let renewed = report.renewed();
    if renewed > 0 {
        let count = |tally: &Tally| (tally.place.to_string(), json!(tally.renewed));
        let entry = Entry {
            action: "secrets.rotated",
            description: format!("Sealed {renewed} secrets by the present key"),
            new: Some(report.tallies.iter().map(count).collect()),
            ..Entry::default()
        };
        audit::record(conn, &Actor::system(), now, entry).await?;
    }
    Ok(report)
}

/// Counts which keys seal what, and changes nothing.
pub async fn check(conn: &mut Conn, sealer: &Sealer) -> anyhow::Result<Report> {
    walk(conn, sealer, Purpose::Check).await
}

async fn walk(conn: &mut Conn, sealer: &Sealer, purpose: Purpose) -> anyhow::Result<Report> {
    let mut tallies = Vec::new();
    for place in &PLACES {
        let tally = walk_one(conn, sealer, purpose, place).await.with_context(|| place.to_string())?;
        tallies.push(tally);
    }
    Ok(Report { tallies })
}

async fn walk_one(
    conn: &mut Conn,
    sealer: &Sealer,
    purpose: Purpose,
    place: &'static Place,
) -> anyhow::Result<Tally> {
    let mut tally = Tally { place, present: 0, renewed: 0, other: 0, lost: Vec::new() };
    // Before every row: none has this id.
    let mut last = (Uuid::nil(), String::new());
    loop {
        let batch = place.following(conn, &last).await?;
        let Some(end) = batch.last() else { return Ok(tally) };
        last = (end.id, end.key.clone());
        for secret in batch {
            treat(conn, sealer, purpose, &mut tally, secret).await?;
        }
    }
}

async fn treat(
    conn: &mut Conn,
    sealer: &Sealer,
    purpose: Purpose,
    tally: &mut Tally,
    secret: Secret,
) -> anyhow::Result<()> {
    let place = tally.place;
    let mut found = Some(secret);
    while let Some(read) = found {
        match place.opened(sealer, &read) {
            Err(_) => tally.lost.push((read.id, read.key)),
            Ok((SealedBy::Present, _)) => tally.present += 1,
            Ok((SealedBy::Other, _)) if purpose == Purpose::Check => tally.other += 1,
            Ok((SealedBy::Other, secret)) => {
                let stored = place.sealed(sealer, read.id, &secret)?;
                if !place.replace(conn, &read, &stored).await? {
                    // Somebody else wrote it meanwhile.
                    found = place.again(conn, &read).await?;
                    continue;
                }
                tally.renewed += 1;
            }
        }
        return Ok(());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The columns of the tables: table, name, type.
    fn columns() -> Vec<(&'static str, &'static str, &'static str)> {
        let mut table = "";
        let mut found = Vec::new();
        for line in include_str!("../schema/src/lib.rs").lines().map(str::trim) {
            if let Some((column, kind)) = line.split_once(" -> ") {
                found.push((table, column, kind));
            } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
                table = name;
            }
        }
        found
    }

    #[test]
    fn every_sealed_column_is_a_place_and_every_place_a_column() {
        let columns = columns();
        let mut sealed: Vec<_> = columns
            .iter()
            .filter(|(_, column, _)| column.ends_with("_sealed"))
            .map(|(table, column, _)| (*table, *column))
            .collect();
        let whole = PLACES.iter().filter(|place| place.form == Form::Column);
        let mut known: Vec<_> = whole.map(|place| (place.table, place.column)).collect();
        sealed.sort_unstable();
        known.sort_unstable();
        assert!(!sealed.is_empty());
        assert_eq!(sealed, known, "a sealed column that `PLACES` does not name is lost with the former key");
        for place in &PLACES {
            let kind = if place.form == Form::Column { "Bytea" } else { "Jsonb" };
            let is_it = |table: &str, column: &str| (table, column) == (place.table, place.column);
            let found = columns.iter().find(|(table, column, _)| is_it(table, column));
            assert!(found.is_some_and(|(_, _, of)| of.contains(kind)), "{place}");
            assert!(columns.contains(&(place.table, "id", "Uuid,")), "{place} has no id to be sealed for");
        }
    }

    /// The files below a folder that seal something.
    fn sealing(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sealing(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                if source.contains(".seal(") || source.contains("settings::sealed(") {
                    found.push(path.to_string_lossy().into_owned());
                }
            }
        }
    }

    #[test]
    fn whoever_seals_is_known() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
        let mut found = Vec::new();
        sealing(folder, &mut found);
        let prefix = format!("{}/", folder.display());
        let mut found: Vec<_> = found.iter().filter_map(|file| file.strip_prefix(&prefix)).collect();
        found.sort_unstable();
        // A new one stores secrets somewhere: that is one of `PLACES`, or has to become one.
        let known = [
            "catalog/module/actions.rs",
            "catalog/module/settings.rs",
            "catalog/product/actions.rs",
            "identity/factor/actions.rs",
            "notify/letter.rs",
            "rotation.rs",
            "seal.rs",
        ];
        assert_eq!(found, known);
    }

    #[test]
    fn a_report_names_what_no_key_opens_and_says_whether_other_keys_are_needed() {
        let [factors, .., products] = &PLACES;
        let tally = |place| Tally { place, present: 2, renewed: 0, other: 0, lost: Vec::new() };
        let report = Report { tallies: vec![tally(factors), Tally { renewed: 3, ..tally(products) }] };
        assert!(report.is_clean());
        let told = report.to_string();
        assert!(told.contains("5 by the secret key, 3 of them sealed anew"), "{told}");
        assert!(told.ends_with("no other key is needed."), "{told}");

        let report = Report { tallies: vec![Tally { other: 1, ..tally(factors) }] };
        assert!(!report.is_clean());
        let told = report.to_string();
        assert!(told.contains("2 by the secret key, 1 by another key"), "{told}");
        assert!(told.ends_with("has run."), "{told}");

        let lost = vec![(Uuid::from_u128(7), "api_key".to_owned()); NAMED_MAX + 2];
        let report = Report { tallies: vec![Tally { lost, ..tally(products) }, tally(factors)] };
        assert!(!report.is_clean());
        let told = report.to_string();
        let row = "\n    row 00000000-0000-0000-0000-000000000007, api_key";
        assert_eq!(told.matches(row).count(), NAMED_MAX, "{told}");
        assert!(told.contains("\n    and 2 more") && told.contains("products.module_settings"), "{told}");
    }
}
