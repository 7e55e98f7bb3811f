//! Months of charges in files: what has to hold before, that nothing is lost on the way, what is answered meanwhile, and that
//! the month comes back as it was.

use std::path::PathBuf;

use hostwright::billing::{archive, audit};
use hostwright::db;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::ledger::{ChargeDetail, TransactionDetail, TransactionPage};
use shared::billing::statement::StatementDetail;
use shared::services::ServiceSummary;
use shared::{Month, Page, Period, ServiceId};

use crate::books::broken;
use crate::harness::{Caller, ClientAccount, KEY, Panel};
use crate::selling::{assert_books, charge, decimal, give, product};
use crate::services::Running;
use crate::statements::{added, buy};

const KEPT: &str = "What is kept of archived months is what left the wallet, client by client";
const TAKEN: &str = "Charges of services add up to what left the wallet";
const OVERLAPS: &str = "No two charges of a service overlap in time";
const GAPS: &str =
    "Running services are charged without a gap, except while they were suspended or another client's";

const MOVED: &str =
    "Services that moved are charged to one client after the other, each hour and period once";

/// Months that stay.
const KEEP: u16 = 3;

fn march() -> Month {
    "2026-03".parse().unwrap()
}

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("hostwright-archive-{}", uuid::Uuid::now_v7())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// A client with services of three kinds, charged through March, over its end in one run, and then not until August.
struct Charged {
    panel: Panel,
    staff: Caller,
    ada: ClientAccount,
}

impl Charged {
    async fn until_august() -> Self {
        let panel = Panel::start().await;
        let staff = panel.super_admin().await.calls;
        let made = product(&staff, "vps", json!({})).await;
        let ada = panel.client("Ada").await;
        give(&panel, ada.id, "1000").await;
        buy(&panel, &staff, &ada, json!(made.id), &["monthly", "hourly", "annually"]).await;
        for _ in 0..20 {
            panel.advance_hours(24).await;
            charge(&panel).await;
        }
        panel.advance_hours(48).await;
        charge(&panel).await;
        panel.set_clock("2026-08-05T12:00:00Z".parse().unwrap()).await;
        Self { panel, staff, ada }
    }

    /// Charged up to August, and sealed.
    async fn sealed() -> Self {
        let it = Self::until_august().await;
        charge(&it.panel).await;
        audit::nightly(&it.panel.app).await.unwrap();
        it
    }

    async fn archive(&self, to: &Folder) -> anyhow::Result<archive::Manifest> {
        archive::archive(&mut *self.panel.conn().await, self.panel.now(), march(), KEEP, &to.0).await
    }

    async fn ready(&self, month: &str) -> anyhow::Result<archive::Ready> {
        let month = month.parse().unwrap();
        archive::ready(&mut *self.panel.conn().await, self.panel.now(), month, KEEP).await
    }

    /// Everything that is charged, as one text.
    async fn fingerprint(&self) -> i64 {
        self.panel
            .count("SELECT hashtextextended(coalesce(string_agg(c::text, '|' ORDER BY c::text), ''), 0) AS value FROM charges c")
            .await
    }

    async fn is_here(&self) -> bool {
        let query = "SELECT count(*) AS value FROM pg_class WHERE relname = 'charges_2026_03'";
        self.panel.count(query).await == 1
    }

    async fn services(&self) -> Vec<ServiceId> {
        let path = format!("/clients/{}/services", self.ada.id);
        let listed: Page<ServiceSummary> = self.ada.calls.get(&path).await.expect(200).read();
        listed.items.into_iter().map(|service| service.id).collect()
    }

    async fn charges(&self, service: ServiceId, query: &str) -> Page<ChargeDetail> {
        let path = format!("/clients/{}/services/{service}/charges?{query}", self.ada.id);
        self.ada.calls.get(&path).await.expect(200).read()
    }

    /// The movements of the client's wallet that were charges, oldest first, each with its "why?".
    async fn movements(&self) -> Vec<TransactionDetail> {
        let path = format!("/clients/{}/transactions", self.ada.id);
        let listed: TransactionPage =
            self.ada.calls.get(&format!("{path}?kind=charge&sort=at&per_page=100")).await.expect(200).read();
        let mut details = Vec::new();
        for row in listed.items {
            details.push(self.ada.calls.get(&format!("{path}/{}", row.id)).await.expect(200).read());
        }
        details
    }

    async fn of_service(&self, service: ServiceId) -> i64 {
        let path = format!("/admin/transactions?service={service}&client={}", self.ada.id);
        let listed: TransactionPage = self.staff.get(&path).await.expect(200).read();
        listed.total
    }
}

fn sum(charges: &[ChargeDetail]) -> Decimal {
    charges.iter().map(|charge| charge.amount).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_month_that_is_old_charged_to_its_end_and_sealed_is_archived() {
    let it = Charged::until_august().await;
    let because = async |month: &str| format!("{:#}", it.ready(month).await.expect_err(month));
    assert!(because("2026-05").await.contains("not old enough"));
    assert!(because("2026-08").await.contains("not old enough"));
    assert!(because("2026-04").await.contains("not charged to its end"));
    charge(&it.panel).await;
    assert!(because("2026-03").await.contains("is not sealed"));
    assert!(because("2026-02").await.contains("nothing was charged"));
    audit::nightly(&it.panel.app).await.unwrap();
    let ready = it.ready("2026-03").await.unwrap();
    assert_eq!(ready.sealed_to.to_string(), "2026-04-01", "hours of March were taken in April");
    // What still reads single charges was made first.
    let made = "SELECT count(*) AS value FROM statements WHERE month IN ('2026-03-01', '2026-04-01')";
    assert_eq!(it.panel.count(made).await, 2);

    it.panel.sql_past_guards("UPDATE charges SET amount = amount + 1 WHERE period_from < '2026-03-11'").await;
    assert!(because("2026-03").await.contains("NOT in order"));
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_at_any_point_nothing_is_lost_and_it_goes_on() {
    let it = Charged::sealed().await;
    let (before, to) = (it.fingerprint().await, Folder::new());
    let ready = it.ready("2026-03").await.unwrap();
    let mut conn = it.panel.conn().await;
    let now = it.panel.now();

    // Stopped while the files were written.
    let partial = to.0.join("charges-2026-03.partial");
    std::fs::create_dir_all(&partial).unwrap();
    std::fs::write(partial.join("charges.csv.gz"), "half").unwrap();
    let written = archive::write(&mut conn, now, &ready, &to.0).await.unwrap();
    assert!(!partial.exists());
    // Stopped behind that.
    assert_eq!(archive::write(&mut conn, now, &ready, &to.0).await.unwrap(), written);
    // Stopped before the commit.
    db::rehearse(&mut conn, async |tx| {
        archive::detach(tx, now, &ready, &written).await?;
        Ok(())
    })
    .await
    .unwrap();
    assert!(it.is_here().await);
    assert_eq!((it.fingerprint().await, broken(&it.panel).await), (before, vec![]));

    // Another month's charges in a folder of this name, or rows that were changed since, are not taken for it.
    it.panel
        .sql_past_guards("UPDATE charges SET period_to = period_to + interval '1 microsecond' WHERE period_from < '2026-03-11'")
        .await;
    let refused =
        db::rehearse(&mut conn, async |tx| Ok(archive::detach(tx, now, &ready, &written).await?)).await;
    assert!(refused.expect_err("other rows").to_string().contains("other rows"));
    it.panel
        .sql_past_guards("UPDATE charges SET period_to = period_to - interval '1 microsecond' WHERE period_from < '2026-03-11'")
        .await;
    drop(conn);

    assert_eq!(it.archive(&to).await.unwrap(), written);
    assert!(!it.is_here().await);
    assert!(format!("{:#}", it.archive(&to).await.expect_err("archived")).contains("was archived on"));
    assert_books(&it.panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_month_is_answered_for_by_what_is_kept_of_it() {
    let it = Charged::sealed().await;
    let services = it.services().await;
    let mut listed = Vec::new();
    for service in &services {
        let all = it.charges(*service, "per_page=200").await;
        listed.push((*service, sum(&all.items), it.of_service(*service).await));
    }
    let why = it.movements().await;
    let statement = format!("/clients/{}/statements/2026-03", it.ada.id);
    let to = Folder::new();
    let manifest = it.archive(&to).await.unwrap();
    assert_eq!(it.panel.count("SELECT charges AS value FROM archived_months").await, manifest.rows);

    // The books say what they proved of it.
    let report = audit::verify(&mut *it.panel.conn().await).await.unwrap();
    assert!(report.is_clean(), "{report}");
    let told = report.to_string();
    assert!(
        told.contains("2026-03") && told.contains(&manifest.rows_sha256) && told.contains("2026-04-01"),
        "{told}"
    );

    // Lists: one row stands for the month.
    for (service, charged, transactions) in listed {
        let all = it.charges(service, "per_page=200").await;
        assert_eq!(sum(&all.items), charged);
        let (last, newer) = all.items.split_last().unwrap();
        assert!(last.archived.is_some_and(|charges| charges > 0), "{last:?}");
        assert!(last.why.contains("2026-03"), "{}", last.why);
        assert!(newer.iter().all(|charge| charge.archived.is_none()));
        assert_eq!(all.total, i64::try_from(all.items.len()).unwrap());
        // Page by page it is the same list.
        let mut paged = Vec::new();
        for page in 1..=all.total {
            paged.extend(it.charges(service, &format!("per_page=1&page={page}")).await.items);
        }
        assert_eq!(paged, all.items);
        let march = it.charges(service, "to=2026-04-01T00:00:00Z").await;
        assert_eq!((march.total, march.items.as_slice()), (1, std::slice::from_ref(last)));
        let rest = it.charges(service, "per_page=200&from=2026-04-01T00:00:00Z").await;
        assert_eq!((rest.total, rest.items.as_slice()), (all.total - 1, newer));
        assert_eq!(it.of_service(service).await, transactions, "none of its movements is hidden");
    }

    // "Why?" tells how many charges are elsewhere; a movement over the end of the month shows those that are here.
    let after = it.movements().await;
    assert_eq!(after.len(), why.len());
    let mut crossing = 0;
    for (before, after) in why.iter().zip(&after) {
        assert_eq!(before.summary, after.summary);
        let elsewhere: Decimal = after.archived.iter().map(|part| part.amount).sum();
        assert_eq!(sum(&before.charges), sum(&after.charges) + elsewhere);
        let many: i64 = after.archived.iter().map(|part| part.charges).sum();
        assert_eq!(before.charges.len(), after.charges.len() + usize::try_from(many).unwrap());
        crossing += usize::from(!after.charges.is_empty() && !after.archived.is_empty());
    }
    assert_eq!(crossing, 1);

    // The statement stands; its file lists the lines that were frozen.
    let shown: StatementDetail = it.ada.calls.get(&statement).await.expect(200).read();
    assert!(shown.archived && !shown.services.is_empty());
    let csv = it.ada.calls.get(&format!("{statement}/csv")).await.expect(200).bytes;
    assert_eq!(added(&csv), shown.charged.amount());
    it.ada.calls.get(&format!("{statement}/pdf")).await.expect(200);
    let later: StatementDetail =
        it.ada.calls.get(&format!("/clients/{}/statements/2026-08", it.ada.id)).await.expect(200).read();
    assert!(!later.archived);

    // Nothing new is charged into it by accident.
    it.panel.sql("SELECT ensure_partitions('2026-03-01', '2026-04-01')").await;
    assert!(!it.is_here().await);
    charge(&it.panel).await;
    assert_books(&it.panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_an_archived_month_is_guarded_and_audited() {
    let it = Charged::sealed().await;
    it.archive(&Folder::new()).await.unwrap();
    for statement in [
        "DELETE FROM archived_months",
        "DELETE FROM archived_charges",
        "UPDATE archived_splits SET amount = 0",
        "TRUNCATE archived_months CASCADE",
    ] {
        let refused = diesel_async::RunQueryDsl::execute(
            diesel::sql_query(statement),
            &mut it.panel.own_connection().await,
        )
        .await;
        assert!(refused.expect_err(statement).to_string().contains("append only"), "{statement}");
    }
    let one = "WHERE service_id = (SELECT min(service_id::text)::uuid FROM archived_charges)";
    let hourly = "WHERE charges > 10";
    for (found_by, table, change, back, which) in [
        (&[KEPT][..], "archived_charges", "amount = amount + 1", "amount = amount - 1", one),
        (&[KEPT][..], "archived_charges", "charges = charges + 1", "charges = charges - 1", one),
        (&[TAKEN, KEPT][..], "archived_splits", "amount = amount + 1", "amount = amount - 1", ""),
        (
            &[KEPT][..],
            "archived_months",
            "seal = seal || '\\x00'",
            "seal = substring(seal FROM 1 FOR 32)",
            "",
        ),
        (
            &[OVERLAPS][..],
            "archived_charges",
            "last_to = last_to + interval '1 minute'",
            "last_to = last_to - interval '1 minute'",
            hourly,
        ),
        (
            &[GAPS][..],
            "archived_charges",
            "last_to = last_to - interval '1 minute'",
            "last_to = last_to + interval '1 minute'",
            hourly,
        ),
    ] {
        it.panel.sql_past_guards(&format!("UPDATE {table} SET {change} {which}")).await;
        let found: Vec<String> = broken(&it.panel).await.into_iter().map(|(title, _)| title).collect();
        assert_eq!(found, found_by, "{table}: {change}");
        it.panel.sql_past_guards(&format!("UPDATE {table} SET {back} {which}")).await;
        assert_eq!(broken(&it.panel).await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_month_is_read_back_as_it_was() {
    let it = Charged::sealed().await;
    let (before, why) = (it.fingerprint().await, it.movements().await);
    let to = Folder::new();
    it.archive(&to).await.unwrap();
    assert_ne!(it.fingerprint().await, before);
    let folder = archive::folder(&to.0, march());
    let now = it.panel.now();
    let mut conn = it.panel.conn().await;
    let (manifest, archived) = archive::check(&mut conn, &folder).await.unwrap();
    assert!(archived.is_some() && decimal(&manifest.sums["EUR"]) > decimal("60"), "{manifest:?}");

    // A file that was changed is not read back.
    let file = folder.join("charges.csv.gz");
    let bytes = std::fs::read(&file).unwrap();
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, changed).unwrap();
    let refused = archive::read(&mut conn, now, &folder).await.expect_err("changed");
    assert!(format!("{refused:#}").contains("was changed"), "{refused:#}");
    assert!(!it.is_here().await);
    std::fs::write(&file, bytes).unwrap();

    assert_eq!(archive::read(&mut conn, now, &folder).await.unwrap(), manifest);
    assert_eq!(it.fingerprint().await, before);
    assert_eq!(it.movements().await, why);
    let kept = "SELECT (SELECT count(*) FROM archived_months) + (SELECT count(*) FROM archived_charges)
        + (SELECT count(*) FROM archived_splits) AS value";
    assert_eq!(it.panel.count(kept).await, 0);
    assert_books(&it.panel).await;
    let again = archive::read(&mut conn, now, &folder).await.expect_err("twice");
    assert!(format!("{again:#}").contains("not archived"), "{again:#}");
    let guarded = diesel_async::RunQueryDsl::execute(
        diesel::sql_query("TRUNCATE charges_2026_03"),
        &mut it.panel.own_connection().await,
    )
    .await;
    assert!(guarded.is_err(), "guarded as before");
    drop(conn);

    // And may go again, into the same folder.
    assert_eq!(it.archive(&to).await.unwrap(), manifest);
    let trail = "SELECT count(*) AS value FROM activity_log WHERE action LIKE 'books.month_%'";
    assert_eq!(it.panel.count(trail).await, 3);
    assert_books(&it.panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_month_stays_what_it_was_when_a_service_moves_to_another_currency() {
    let it = Charged::sealed().await;
    let to = Folder::new();
    let manifest = it.archive(&to).await.unwrap();
    let path = format!("/clients/{}/services", it.ada.id);
    let listed: Page<ServiceSummary> = it.ada.calls.get(&path).await.expect(200).read();
    let service = listed.items.into_iter().find(|service| service.period == Period::Monthly).unwrap();
    let pia = it.panel.client_in("Pia", "PLN", "PL").await;
    it.panel.sql(&format!("UPDATE wallets SET credit_limit = 100 WHERE client_id = '{}'", pia.id)).await;
    let prices = json!({ "prices": [{ "currency": "PLN", "period": "monthly", "base": "31.00" }] });
    it.staff.put(&format!("/admin/products/{}/prices", service.product_id), prices).await.expect(200);
    let moved = json!({ "client": pia.id });
    it.staff.post(&format!("/admin/services/{}/move", service.id), moved).await.expect(200);
    assert_books(&it.panel).await;

    let folder = archive::folder(&to.0, march());
    let (now, mut conn) = (it.panel.now(), it.panel.conn().await);
    assert_eq!(archive::read(&mut conn, now, &folder).await.unwrap(), manifest);
    drop(conn);
    assert_books(&it.panel).await;
    assert_eq!(it.archive(&to).await.unwrap(), manifest);
    assert_books(&it.panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_in_the_middle_of_a_service_that_moved_goes_and_comes_back() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1000", json!({}), "monthly").await;
    let eve = panel.client("Eve").await;
    give(&panel, eve.id, "1000").await;
    panel.advance_hours(5 * 24).await;
    it.staff_does("move", json!({ "client": eve.id })).await.expect(200);
    for at in ["2026-05-02T12:00:00Z", "2026-09-05T12:00:00Z"] {
        panel.set_clock(at.parse().unwrap()).await;
        charge(&panel).await;
    }
    audit::nightly(&panel.app).await.unwrap();
    let (april, to) = ("2026-04".parse().unwrap(), Folder::new());
    let folder = archive::folder(&to.0, april);
    for _ in 0..2 {
        let mut conn = panel.conn().await;
        let gone = archive::archive(&mut conn, panel.now(), april, KEEP, &to.0).await.unwrap();
        assert_books(&panel).await;
        assert_eq!(archive::read(&mut conn, panel.now(), &folder).await.unwrap(), gone);
        assert_books(&panel).await;
    }
    // What was charged twice is found as before.
    let again = format!(
        "INSERT INTO charges (client_id, service_id, period_from, period_to, amount, price_version)
         SELECT '{}', service_id, period_from, period_to, 0, price_version FROM charges
         WHERE client_id = '{}' AND period_from > '2026-04-10' ORDER BY period_from LIMIT 1",
        it.client.id, eve.id
    );
    panel.sql_past_guards(&again).await;
    let found: Vec<String> = broken(&panel).await.into_iter().map(|(title, _)| title).collect();
    assert!(found.iter().any(|title| title == MOVED), "{found:?}");
}

/// Runs `hostwright archive` as an operator does: whether it did it, and what it said.
async fn command(panel: &Panel, arguments: &[&str]) -> (bool, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hostwright"));
    command.arg("archive").args(arguments).env_clear().envs([
        ("HOSTWRIGHT__DATABASE__URL", panel.database_url()),
        ("HOSTWRIGHT__REDIS__URL", "redis://127.0.0.1:6379/"),
        ("HOSTWRIGHT__SECRET_KEY__VALUE", KEY),
        ("HOSTWRIGHT__CLOCK__ADJUSTABLE", "true"),
        ("HOSTWRIGHT__ARCHIVE__KEEP_MONTHS", "3"),
    ]);
    let done =
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("the program runs");
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat();
    (done.status.success(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_archives_proves_and_reads_back() {
    let it = Charged::sealed().await;
    let (before, to) = (it.fingerprint().await, Folder::new());
    let (dir, folder) = (to.0.to_str().unwrap(), archive::folder(&to.0, march()));
    let folder = folder.to_str().unwrap();
    for (arguments, says) in [
        (&["--month", "2026-03"][..], "--to"),
        (&["--month", "2026-13", "--to", dir][..], "2026-13"),
        (&["--month", "2026-03", "--to", dir, "--read", folder][..], "cannot be used with"),
        (&["--month", "2026-05", "--to", dir][..], "not old enough"),
        (&["--check", folder][..], "manifest.json"),
    ] {
        let (done, said) = command(&it.panel, arguments).await;
        assert!(!done && said.contains(says), "{arguments:?}: {said}");
    }
    for (arguments, says) in [
        (&["--month", "2026-03", "--to", dir][..], "no longer in the database"),
        (&["--check", folder][..], "those that left this database"),
        (&["--read", folder][..], "are back in the database"),
        (&["--check", folder][..], "not archived in this database"),
    ] {
        let (done, said) = command(&it.panel, arguments).await;
        assert!(done && said.contains(says), "{arguments:?}: {said}");
    }
    assert_eq!(it.fingerprint().await, before);
    assert_books(&it.panel).await;
}
