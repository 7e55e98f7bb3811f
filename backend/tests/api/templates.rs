//! Templates that staff write: what they print, what is refused, and that nothing issued changes.

use diesel_async::SimpleAsyncConnection;
use hostwright::billing::document::paper::typeset;
use serde_json::{Value, json};
use shared::billing::company::CompanyDetail;
use shared::billing::document::DocumentDetail;
use shared::billing::template::{
    TemplateDetail, TemplatePreview, TemplateSample, TemplateState, TemplateSummary,
};
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{Code, DocumentId, Language};

use crate::documents::{book, expect_clean_books, proforma, text_of};
use crate::harness::{Answer, COMPANY, Panel, StaffMember};

const HOUSE: &str = "House paper for #sys.inputs.data.buyer.name: #sys.inputs.data.number";

fn path(place: &str) -> String {
    format!("/admin/companies/{COMPANY}/templates/{place}")
}

async fn save(staff: &StaffMember, place: &str, version: i32, source: &str) -> Answer {
    staff.calls.put(&path(place), json!({ "version": version, "source": source })).await
}

async fn preview(staff: &StaffMember, place: &str, body: Value) -> Answer {
    staff.calls.post(&format!("{}/preview", path(place)), body).await
}

async fn paper(staff: &StaffMember, id: DocumentId) -> Vec<u8> {
    staff.calls.get(&format!("/admin/documents/{id}/pdf")).await.expect(200).bytes
}

async fn printed(staff: &StaffMember, document: &DocumentDetail) -> String {
    text_of(&paper(staff, document.document.id).await)
}

async fn version_of(panel: &Panel, document: &DocumentDetail) -> i64 {
    let id = document.document.id;
    panel.count(&format!("SELECT template_version::bigint AS value FROM documents WHERE id = '{id}'")).await
}

/// The messages of the one field that was refused.
#[track_caller]
fn faults(answer: &Answer) -> Vec<String> {
    let fields = answer.problem().fields;
    assert!(!fields.is_empty() && fields.iter().all(|field| field.field == "source"), "{fields:?}");
    fields.into_iter().map(|field| field.message).collect()
}

async fn state(staff: &StaffMember, kind: DocumentKind, language: Language) -> (TemplateState, i32) {
    let all: Vec<TemplateSummary> =
        staff.calls.get(&format!("/admin/companies/{COMPANY}/templates")).await.expect(200).read();
    assert_eq!(all.len(), DocumentKind::ALL.len() * Language::ALL.len());
    let one = all.into_iter().find(|one| one.kind == kind && one.language == language).expect("listed");
    (one.state, one.version)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_template_prints_what_is_issued_from_then_on_and_nothing_older() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let typeset = proforma(&ada, "10.00").await;
    let before = paper(&staff, typeset.document.id).await;
    let issued_before = proforma(&ada, "11.00").await;

    let saved: TemplateDetail = save(&staff, "proforma/en", 0, HOUSE).await.expect(200).read();
    assert_eq!((saved.state, saved.version), (TemplateState::Own, 1));
    assert_eq!(saved.source.as_deref(), Some(HOUSE));
    let first = proforma(&ada, "12.00").await;
    save(&staff, "proforma/en", 1, "Second paper").await.expect(200);
    let second = proforma(&ada, "13.00").await;

    assert!(paper(&staff, typeset.document.id).await == before, "the paper of an issued document changed");
    let text = printed(&staff, &issued_before).await;
    assert!(text.contains("Proforma invoice") && !text.contains("House paper"), "{text}");
    let text = printed(&staff, &first).await;
    assert!(text.contains("House paper for Ada Tester: PROFORMA/2026/03/3"), "{text}");
    assert!(printed(&staff, &second).await.contains("Second paper"));

    assert_eq!(version_of(&panel, &issued_before).await, i64::from(pdf::TEMPLATE_VERSION));
    let (one, two) = (version_of(&panel, &first).await, version_of(&panel, &second).await);
    assert!(one >= i64::from(pdf::OWN_TEMPLATES_FROM) && two > one, "{one}, {two}");

    // The invoice of a proforma is another kind: the built-in template prints it.
    let paid = book(&staff, first.document.id, json!({ "amount": "14.76" })).await.expect(201).json();
    let invoice: DocumentId = paid["invoice"]["id"].as_str().expect("issued").parse().unwrap();
    let text = text_of(&paper(&staff, invoice).await);
    assert!(text.contains("Invoice") && !text.contains("House paper"), "{text}");
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_template_of_the_default_language_stands_in_for_other_languages() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    panel.sql(&format!("UPDATE clients SET language = 'pl' WHERE id = '{}'", ada.id)).await;
    let (kind, polish) = (DocumentKind::Proforma, Language::Polish);
    assert_eq!(state(&staff, kind, polish).await, (TemplateState::BuiltIn, 0));

    save(&staff, "proforma/en", 0, "English paper in #sys.inputs.data.language").await.expect(200);
    assert_eq!(state(&staff, kind, polish).await, (TemplateState::DefaultLanguage, 0));
    assert!(printed(&staff, &proforma(&ada, "10.00").await).await.contains("English paper in pl"));

    save(&staff, "proforma/pl", 0, "Polski papier").await.expect(200);
    assert_eq!(state(&staff, kind, polish).await, (TemplateState::Own, 1));
    assert!(printed(&staff, &proforma(&ada, "11.00").await).await.contains("Polski papier"));

    let back = format!("{}?version=1", path("proforma/pl"));
    let taken: TemplateDetail = staff.calls.delete(&back).await.expect(200).read();
    assert_eq!((taken.state, taken.version), (TemplateState::DefaultLanguage, 2));
    assert_eq!(taken.source, None);
    assert_eq!(staff.calls.delete(&back).await.expect(412).problem().code, Code::VersionConflict);
    let back = format!("{}?version=2", path("proforma/pl"));
    assert_eq!(staff.calls.delete(&back).await.expect(409).problem().code, Code::Conflict);
    assert!(printed(&staff, &proforma(&ada, "12.00").await).await.contains("English paper in pl"));

    staff.calls.delete(&format!("{}?version=1", path("proforma/en"))).await.expect(200);
    assert!(printed(&staff, &proforma(&ada, "13.00").await).await.contains("Faktura pro forma"));
    let changes = "SELECT count(*) AS value FROM activity_log WHERE action LIKE 'company.template_%'";
    assert_eq!(panel.count(changes).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_does_not_print_is_refused_with_line_and_column() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for (source, start, says) in [
        ("Hello\n#let = 1", "2:", ""),
        ("Hello\n  #sys.inputs.data.colour", "2:", "colour"),
        ("#while true {}", "1:8: ", ""),
        ("#{ let n = 0; while n >= 0 { n += 1 } }", "1:", "infinite"),
        ("#read(\"/etc/passwd\")", "1:", "denied"),
        ("#include \"/etc/passwd\"", "1:", "denied"),
        ("#import \"@preview/cetz:0.3.0\"", "1:", ""),
        ("#image(\"https://example.com/logo.png\")", "1:", ""),
        ("#for _ in range(300) { pagebreak() }", "it gives 301 pages", ""),
    ] {
        let body = json!({ "source": source, "sample": "short" });
        let tried = faults(&preview(&staff, "invoice/en", body).await.expect(422));
        let saved = faults(&save(&staff, "invoice/en", 0, source).await.expect(422));
        assert_eq!(tried, saved, "{source}");
        assert!(tried[0].starts_with(start) && tried[0].contains(says), "{source}: {tried:?}");
    }
    // It prints a short document and fails on another one.
    let source = "#assert(sys.inputs.data.lines.len() < 10, message: \"too many lines\")";
    preview(&staff, "invoice/en", json!({ "source": source, "sample": "short" })).await.expect(200);
    let saved = faults(&save(&staff, "invoice/en", 0, source).await.expect(422));
    assert!(saved[0].contains("too many lines"), "{saved:?}");
    assert_eq!(panel.count("SELECT count(*) AS value FROM document_templates").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_takes_too_much_ends_without_harm() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for source in [
        // Each loop is finite; together they last for years.
        "#for i in range(100000) { for j in range(100000) { for k in range(100000) { let x = i * j } } }",
        // Forty thousand million bytes.
        "#let x = range(1000000000)",
    ] {
        let body = json!({ "source": source, "sample": "short" });
        let tried = faults(&preview(&staff, "invoice/en", body).await.expect(422));
        assert!(tried[0].contains("too much time or memory"), "{source}: {tried:?}");
    }
    preview(&staff, "invoice/en", json!({ "source": HOUSE, "sample": "short" })).await.expect(200);
}

/// A program in the place of the one that typesets: it takes its work and ends itself by a signal.
fn ended_by(signal: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("typeset-{signal}-{}", uuid::Uuid::now_v7().simple()));
    // Another process writes it: a program that is open for writing here could not be started by the other tests.
    let script = format!(
        "printf '#!/bin/sh\\ncat >/dev/null\\nkill -{signal} $$\\n' > {0} && chmod +x {0}",
        path.display()
    );
    let written = std::process::Command::new("sh").args(["-c", &script]).status().expect("a shell");
    assert!(written.success());
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_that_was_interrupted_is_printed_by_its_own_template_afterwards() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    save(&staff, "proforma/en", 0, HOUSE).await.expect(200);
    let (first, second) = (proforma(&ada, "10.00").await, proforma(&ada, "11.00").await);
    let mut app = panel.app.clone();
    // The service is stopped, or the machine has no memory left.
    for signal in ["TERM", "KILL"] {
        let program = ended_by(signal);
        app.typesetter = program.as_path().into();
        let refused = typeset(&app, first.document.id).await.expect_err("interrupted");
        assert_eq!(refused.code(), Code::Unavailable, "{signal}");
        std::fs::remove_file(program).unwrap();
    }
    assert_eq!(panel.count("SELECT count(*) AS value FROM document_files").await, 0);
    assert!(printed(&staff, &first).await.contains("House paper for Ada Tester"));
    // What takes more than there is does so at every try.
    let program = ended_by("XCPU");
    app.typesetter = program.as_path().into();
    typeset(&app, second.document.id).await.expect("by the built-in template");
    std::fs::remove_file(program).unwrap();
    let text = printed(&staff, &second).await;
    assert!(text.contains("Proforma invoice") && !text.contains("House paper"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_for_templates_are_refused_by_field() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for source in [String::new(), " \n".to_owned(), "x".repeat(200_001), "a\u{1}b".to_owned()] {
        let body = json!({ "source": source, "sample": "short" });
        assert_eq!(preview(&staff, "invoice/en", body).await.expect(422).refused_fields(), ["source"]);
        let refused = save(&staff, "invoice/en", 0, &source).await.expect(422);
        assert_eq!(refused.refused_fields(), ["source"]);
    }
    let body = json!({ "source": HOUSE, "sample": "huge" });
    assert_eq!(preview(&staff, "invoice/en", body).await.expect(422).refused_fields(), ["sample"]);
    for place in ["receipt/en", "invoice/xx", "invoice/EN"] {
        staff.calls.get(&path(place)).await.expect(404);
        save(&staff, place, 0, HOUSE).await.expect(404);
        preview(&staff, place, json!({ "source": HOUSE, "sample": "short" })).await.expect(404);
        staff.calls.delete(&format!("{}?version=0", path(place))).await.expect(404);
    }
    let nowhere = "/admin/companies/01920000-0000-7000-8000-00000000ffff/templates";
    staff.calls.get(nowhere).await.expect(404);
    staff.calls.get(&format!("{nowhere}/invoice/en")).await.expect(404);
    let body = json!({ "version": 0, "source": HOUSE });
    staff.calls.put(&format!("{nowhere}/invoice/en"), body).await.expect(404);

    let early = save(&staff, "invoice/en", 1, HOUSE).await.expect(412);
    assert_eq!(early.problem().code, Code::VersionConflict);
    save(&staff, "invoice/en", 0, HOUSE).await.expect(200);
    let late = save(&staff, "invoice/en", 0, "Mine").await.expect(412);
    assert_eq!(late.problem().code, Code::VersionConflict);
    let kept: TemplateDetail = staff.calls.get(&path("invoice/en")).await.expect(200).read();
    assert_eq!((kept.version, kept.source.as_deref()), (1, Some(HOUSE)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_can_be_looked_at() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for kind in DocumentKind::ALL {
        let detail: TemplateDetail = staff.calls.get(&path(&format!("{kind}/uk"))).await.expect(200).read();
        assert!(detail.variables.iter().any(|variable| variable.name == "data.seller.name"));
        for sample in TemplateSample::ALL {
            let body = json!({ "source": detail.built_in, "sample": sample });
            let seen: TemplatePreview = preview(&staff, &format!("{kind}/uk"), body).await.expect(200).read();
            assert!(seen.pages.iter().all(|page| page.starts_with("<svg")), "{kind} {sample}");
            assert_eq!(seen.pages.len(), usize::try_from(seen.pages_total).unwrap(), "{kind} {sample}");
            assert!(seen.pages_total > 1 || *sample != TemplateSample::Long, "{kind} {sample}");
            assert_eq!(seen.warnings, Vec::<String>::new(), "{kind} {sample}");
            assert!(seen.pages[0].contains("viewBox=\"0 0 595."), "{kind} {sample} is on A4");
        }
    }
    let body = json!({ "source": "#set text(font: \"Arial\")\nHi", "sample": "short", "paper": "us-letter" });
    let seen: TemplatePreview = preview(&staff, "invoice/en", body).await.expect(200).read();
    assert!(seen.warnings[0].starts_with("1:") && seen.warnings[0].contains("arial"), "{:?}", seen.warnings);
    let body = json!({ "source": "#set page(paper: sys.inputs.data.paper)\nHi", "sample": "short", "paper": "us-letter" });
    let seen: TemplatePreview = preview(&staff, "invoice/en", body).await.expect(200).read();
    assert!(!seen.pages[0].contains("viewBox=\"0 0 595."), "this is on Letter");
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_described_in_the_language_of_the_reader() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for (language, said) in
        [("pl", "Numer dokumentu"), ("uk", "Номер документа"), ("de", "Number of the document")]
    {
        let request = staff.calls.request(reqwest::Method::GET, &path("invoice/en"));
        let request = request.header("accept-language", language);
        let detail: TemplateDetail =
            staff.calls.send(request, format!("variables in {language}")).await.expect(200).read();
        assert_eq!(detail.variables[0].name, "data.number");
        assert_eq!(detail.variables[0].description, said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_no_sample_foresaw_is_printed_with_the_built_in_template() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let source = "#assert(sys.inputs.data.net != \"77.00\")\nHouse paper";
    save(&staff, "proforma/en", 0, source).await.expect(200);
    let issued = proforma(&ada, "77.00").await;
    assert_eq!(issued.document.status, DocumentStatus::Unpaid);
    let text = printed(&staff, &issued).await;
    assert!(text.contains("Proforma invoice") && text.contains("94.71 EUR"), "{text}");
    let told = "SELECT count(*) AS value FROM activity_log WHERE action = 'document.template_failed'";
    assert_eq!(panel.count(told).await, 1);
    printed(&staff, &issued).await;
    assert_eq!(panel.count(told).await, 1, "told once");
    assert!(printed(&staff, &proforma(&ada, "78.00").await).await.contains("House paper"));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_only_grow_and_go_with_a_company_that_issued_nothing() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    save(&staff, "invoice/en", 0, HOUSE).await.expect(200);
    for statement in [
        "UPDATE document_templates SET source = 'x'",
        "DELETE FROM document_templates",
        "TRUNCATE document_templates",
    ] {
        assert!(panel.conn().await.batch_execute(statement).await.is_err(), "{statement}");
    }
    let body = json!({ "name": "Maple", "city": "Toronto", "country": "CA", "currency": "CAD" });
    let maple: CompanyDetail = staff.calls.post("/admin/companies", body).await.expect(201).read();
    let company = format!("/admin/companies/{}", maple.id);
    let body = json!({ "version": 0, "source": HOUSE });
    staff.calls.put(&format!("{company}/templates/invoice/en"), body).await.expect(200);
    assert_eq!(panel.count("SELECT count(*) AS value FROM document_templates").await, 2);
    staff.calls.delete(&company).await.expect(204);
    assert_eq!(panel.count("SELECT count(*) AS value FROM document_templates").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_list_with_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let list = format!("/admin/companies/{COMPANY}/templates");
    let none = staff.calls.get(&list).await.expect(200).queries();
    for place in ["proforma/en", "invoice/pl", "credit_note/uk"] {
        save(&staff, place, 0, HOUSE).await.expect(200);
    }
    let three = staff.calls.get(&list).await.expect(200).queries();
    assert!(none > 0 && none == three, "{none}, {three}");
}
