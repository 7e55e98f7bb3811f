//! What guards the books: triggers, seals, numbers, daily balances.

use diesel::result::Error as DieselError;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use hostwright::billing::{audit, charging};
use hostwright::config::Database;
use hostwright::db;
use jiff::SignedDuration;
use serde_json::json;
use shared::billing::document::DocumentDetail;
use shared::billing::payment::BookedPayment;
use shared::{DocumentId, Period};

use crate::charging::{activate, delivered};
use crate::harness::{BANK, COMPANY, ClientAccount, Panel, StaffMember};

const SEALS: &str = "The seal of every day fits its movements, documents and papers";
const NUMBERS: &str = "Numbers of documents follow each other without a gap";
const DAILY: &str = "Daily balances of accounts are the sums of their movements";

async fn proforma(client: &ClientAccount) -> DocumentDetail {
    let path = format!("/clients/{}/funds/proformas", client.id);
    client.calls.post_once(&path, json!({ "amount": "100.00" })).await.expect(201).read()
}

async fn pay(staff: &StaffMember, document: DocumentId) -> BookedPayment {
    let path = format!("/admin/documents/{document}/payments");
    let body = json!({ "gateway_id": BANK, "amount": "123.00" });
    staff.calls.post_once(&path, body).await.expect(201).read()
}

async fn typeset(staff: &StaffMember, document: DocumentId) {
    staff.calls.get(&format!("/admin/documents/{document}/pdf")).await.expect(200);
}

/// The checks that failed, each with its samples.
pub(crate) async fn broken(panel: &Panel) -> Vec<(String, Vec<String>)> {
    let report = audit::verify(&mut *panel.conn().await).await.unwrap();
    let failed = report.findings.into_iter().filter(|finding| finding.broken > 0);
    failed.map(|finding| (finding.title, finding.samples)).collect()
}

async fn assert_finds(panel: &Panel, title: &str, what: &str) {
    let found = broken(panel).await;
    assert!(found.iter().any(|(broken, _)| broken == title), "{what}: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_cannot_be_emptied_nor_an_issued_document_changed() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let issued = proforma(&ada).await.document;
    let invoice = pay(&staff, issued.id).await.invoice.expect("issued");
    typeset(&staff, invoice.id).await;
    panel.advance_hours(48).await;
    audit::nightly(&panel.app).await.unwrap();

    let mut refused: Vec<String> = [
        "ledger_transfers",
        "ledger_transfers_2026_03",
        "charges",
        "charges_2026_03",
        "ledger_causes",
        "ledger_seals",
        "ledger_snapshots",
        "documents",
        "document_lines",
        "document_taxes",
        "document_files",
        "document_logos",
        "activity_log",
    ]
    .map(|table| format!("TRUNCATE {table} CASCADE"))
    .into();
    for table in ["documents", "document_lines", "document_taxes", "document_files", "ledger_transfers"] {
        refused.push(format!("DELETE FROM {table}"));
    }
    for change in [
        "ledger_transfers SET amount = 1",
        "ledger_causes SET at = at + interval '1 day'",
        "ledger_seals SET hash = previous",
        "ledger_snapshots SET balance = 0",
        "document_files SET bytes = '', sha256 = sha256('')",
        "documents SET seller = '{}'",
        "documents SET buyer = '{}'",
        "documents SET due_on = due_on + 1",
        "documents SET net = net + 1, total = total + 1",
        "documents SET number = number || 'A'",
        "documents SET tax_decision = '{}'",
        "documents SET issued_on = issued_on - 1",
        "documents SET status = 'draft', number = NULL",
        "document_lines SET description = 'Something else'",
        "document_taxes SET rate = 8",
    ] {
        refused.push(format!("UPDATE {change}"));
    }
    refused.push(format!(
        "INSERT INTO document_lines (document_id, position, description, quantity, unit_price, amount)
         VALUES ('{}', 9, 'More', 1, 0, 0)",
        invoice.id
    ));
    refused.push(format!(
        "INSERT INTO document_taxes (document_id, position, name, rate, base, amount) VALUES ('{}', 9, 'GST', 5, 0, 0)",
        invoice.id
    ));
    let mut conn = panel.own_connection().await;
    for statement in refused {
        let done = conn
            .transaction::<_, DieselError, _>(async |tx| diesel::sql_query(&statement).execute(tx).await)
            .await;
        let message = done.expect_err(&statement).to_string();
        assert!(message.contains("append only") || message.contains("issued"), "{statement}: {message}");
    }
    assert_eq!(broken(&panel).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_covers_everything_that_was_frozen_and_the_paper() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let late = proforma(&ada).await.document;
    panel.advance_hours(24).await;
    let invoice = pay(&staff, late.id).await.invoice.expect("issued");
    typeset(&staff, invoice.id).await;
    panel.advance_hours(24).await;
    audit::nightly(&panel.app).await.unwrap();
    assert_eq!(
        panel.count("SELECT count(*) AS value FROM ledger_seals").await,
        2,
        "from the first document on, not from the first movement"
    );

    // A paper that is made after its document was sealed goes into the seal of its own day.
    typeset(&staff, late.id).await;
    assert_eq!(broken(&panel).await, []);
    panel.advance_hours(24).await;
    audit::nightly(&panel.app).await.unwrap();
    assert_eq!(broken(&panel).await, []);

    // Each change leaves all sums as they are, and is taken back.
    for (table, change, back) in [
        ("document_lines", "description = description || 'x'", "description = left(description, -1)"),
        ("document_lines", "explanation = explanation || '{\"a\": 1}'", "explanation = explanation - 'a'"),
        ("document_taxes", "name = name || 'x'", "name = left(name, -1)"),
        ("documents", "due_on = due_on + 1", "due_on = due_on - 1"),
        ("documents", "language = 'uk'", "language = 'en'"),
        ("documents", "template_version = template_version + 1", "template_version = template_version - 1"),
        ("documents", "created_by = created_by || 'x'", "created_by = left(created_by, -1)"),
        (
            "document_files",
            "bytes = bytes || '\\x00'::bytea, sha256 = sha256(bytes || '\\x00'::bytea)",
            "bytes = substring(bytes FROM 1 FOR length(bytes) - 1), \
             sha256 = sha256(substring(bytes FROM 1 FOR length(bytes) - 1))",
        ),
        ("ledger_transfers", "document_id = payment_id, payment_id = NULL", ""),
    ] {
        panel.sql_past_guards(&format!("UPDATE {table} SET {change}")).await;
        assert_finds(&panel, SEALS, change).await;
        if !back.is_empty() {
            panel.sql_past_guards(&format!("UPDATE {table} SET {back}")).await;
            assert_eq!(broken(&panel).await, [], "{change}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_and_company_of_a_document_are_sealed() {
    let panel = Panel::start().await;
    let (ada, bob) = (panel.client("Ada").await, panel.client("Bob").await);
    proforma(&ada).await;
    panel.advance_hours(24).await;
    audit::nightly(&panel.app).await.unwrap();
    for (column, other) in [("client_id", bob.id.0), ("company_id", BANK.0)] {
        let own = if column == "client_id" { ada.id.0 } else { COMPANY.0 };
        panel.sql_past_guards(&format!("UPDATE documents SET {column} = '{other}'")).await;
        assert_finds(&panel, SEALS, column).await;
        panel.sql_past_guards(&format!("UPDATE documents SET {column} = '{own}'")).await;
    }
    assert_eq!(broken(&panel).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_missing_at_either_end_of_a_month_is_found() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let mut march = Vec::new();
    for _ in 0..3 {
        march.push(proforma(&ada).await.document.id);
    }
    panel.set_clock("2026-04-02T00:00:00Z".parse().unwrap()).await;
    proforma(&ada).await;
    assert_eq!(broken(&panel).await, []);

    for (document, missing) in [(march[0], "2026-03: 1 to 1 are"), (march[2], "2026-03: 3 to 3 are")] {
        for table in ["document_lines", "document_taxes"] {
            panel.sql_past_guards(&format!("DELETE FROM {table} WHERE document_id = '{document}'")).await;
        }
        panel.sql_past_guards(&format!("DELETE FROM documents WHERE id = '{document}'")).await;
        let found = broken(&panel).await;
        let [(title, samples)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(title, NUMBERS);
        assert!(samples.iter().any(|sample| sample.contains(missing)), "{samples:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_go_on_where_staff_say_without_being_missed() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    proforma(&ada).await;
    let path = format!("/admin/companies/{COMPANY}/numbering/proforma");
    for (version, format, next) in [
        (1, "PROFORMA/{YEAR}/{MONTH}/{NUMBER}", 500),
        (2, "PF/{YEAR}/{MONTH}/{NUMBER}", 501),
        (3, "PROFORMA/{YEAR}/{MONTH}/{NUMBER}", 502),
    ] {
        let body = json!({ "version": version, "format": format, "next_number": next, "reset": "monthly" });
        staff.calls.put(&path, body).await.expect(200);
        assert_eq!(broken(&panel).await, [], "nothing drawn yet");
        let number = proforma(&ada).await.document.number.expect("issued");
        assert!(number.ends_with(&format!("/{next}")), "{number}");
        assert_eq!(broken(&panel).await, []);
    }
    panel.sql("UPDATE number_series SET next_number = 600 WHERE kind = 'proforma'").await;
    assert_finds(&panel, NUMBERS, "a counter that jumped").await;
    proforma(&ada).await;
    assert_finds(&panel, NUMBERS, "the numbers it jumped over").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn daily_balances_are_held_against_the_movements() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    for _ in 0..2 {
        let issued = proforma(&ada).await.document;
        pay(&staff, issued.id).await;
        panel.advance_hours(24).await;
    }
    audit::nightly(&panel.app).await.unwrap();
    assert_eq!(broken(&panel).await, []);
    assert!(panel.count("SELECT count(*) AS value FROM ledger_snapshots").await >= 4);

    panel.sql_past_guards("UPDATE ledger_snapshots SET balance = balance + 1 WHERE day = '2026-03-10'").await;
    assert_finds(&panel, DAILY, "another balance").await;
    panel.sql_past_guards("UPDATE ledger_snapshots SET balance = balance - 1 WHERE day = '2026-03-10'").await;
    assert_eq!(broken(&panel).await, []);
    panel.sql_past_guards("DELETE FROM ledger_snapshots WHERE day = '2026-03-11'").await;
    assert_finds(&panel, DAILY, "no balance").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_its_own_charges_and_seals_and_cannot_touch_the_books() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    pay(&staff, proforma(&ada).await.document.id).await;
    let service = delivered(&panel, ada.id, Period::Hourly, "hours", "0.5", "0").await;
    activate(&panel, ada.id, service).await;
    let mut owner = panel.own_connection().await;
    owner
        .batch_execute(
            "DO $$ BEGIN CREATE ROLE hostwright_app LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
        )
        .await
        .unwrap();
    owner.batch_execute(include_str!("../../../docs/program-role.sql")).await.unwrap();

    let url = panel.database_url().replacen("//test@", "//hostwright_app@", 1);
    let pool = db::pool(&Database {
        url: url.clone().into(),
        connections_max: std::num::NonZeroUsize::MIN.saturating_add(3),
    })
    .unwrap();
    // Far enough for partitions that are not there yet, and no farther: each day is sealed.
    let july = "SELECT count(*) AS value FROM pg_class WHERE relname IN ('ledger_transfers_2026_07', 'charges_2026_07')";
    assert_eq!(panel.count(july).await, 0);
    let later = panel.now().checked_add(SignedDuration::from_hours(24 * 115)).unwrap();
    let charged = charging::charge_due(&pool, later, panel.portions()).await.unwrap();
    assert_eq!((charged.batch.clients, charged.failed), (1, 0));
    assert_eq!(panel.count(july).await, 2);
    let sealed = audit::seals::seal_until(&mut pool.get().await.unwrap(), later).await.unwrap();
    assert_eq!(sealed, 115);
    assert_eq!(broken(&panel).await, []);

    let mut app = AsyncPgConnection::establish(&url).await.unwrap();
    app.batch_execute("SELECT delete_draft(gen_random_uuid())").await.expect("drafts may go");
    for statement in [
        "DELETE FROM ledger_transfers",
        "UPDATE ledger_transfers SET amount = 1",
        "UPDATE charges SET amount = 0",
        "DELETE FROM documents",
        "DELETE FROM refunds",
        "DELETE FROM activity_log",
        "TRUNCATE charges",
        "TRUNCATE documents CASCADE",
        "DROP TABLE charges_2026_03",
        "DELETE FROM charges_2026_03",
        "ALTER TABLE ledger_transfers DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ] {
        let refused = diesel::sql_query(statement).execute(&mut app).await.expect_err(statement).to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{statement}: {refused}"
        );
    }
}
