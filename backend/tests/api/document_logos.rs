//! The logo on a document: the one that was frozen, drawn and never run, for those who may see the document.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::Permission;
use shared::billing::company::CompanyDetail;
use shared::billing::document::DocumentDetail;

use crate::documents::proforma;
use crate::drafts::{draft, issue};
use crate::harness::{Answer, COMPANY, Caller, Panel};

const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

fn svg(fill: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10v10z" fill="{fill}"/></svg>"#
    )
}

fn sha256(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// Gives the home company another logo, or none.
async fn set_logo(staff: &Caller, logo: Option<&str>) {
    let path = format!("/admin/companies/{COMPANY}");
    let company: CompanyDetail = staff.get(&path).await.expect(200).read();
    let version = company.profile.version.unwrap();
    let answer = match logo {
        Some(logo) => {
            let content = STANDARD.encode(logo);
            let body = json!({ "version": version, "media_type": "image/svg+xml", "content": content });
            staff.put(&format!("{path}/logo"), body).await
        }
        None => staff.delete(&format!("{path}/logo?version={version}")).await,
    };
    answer.expect(200);
}

/// The same is asked for by somebody who has it under this tag.
async fn ask_again(caller: &Caller, path: &str, tag: &str) -> Answer {
    let request = caller.request(Method::GET, path).header("if-none-match", tag);
    caller.send(request, format!("GET {path} again")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_shows_the_logo_that_it_froze() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    let red = svg("#c00");
    set_logo(&staff, Some(&red)).await;
    let issued = proforma(&ada, "100.00").await;
    assert_eq!(issued.logo_sha256, Some(sha256(&red)));
    let id = issued.document.id;
    let (of_staff, own) =
        (format!("/admin/documents/{id}/logo"), format!("/clients/{}/documents/{id}/logo", ada.id));
    // What the company shows afterwards is another thing.
    set_logo(&staff, Some(&svg("#00c"))).await;
    let tag = format!("\"{}\"", sha256(&red));
    for (caller, path) in [(&staff, &of_staff), (&ada.calls, &own)] {
        let answer = caller.get(path).await.expect(200);
        for (name, value) in [
            ("content-type", "image/svg+xml"),
            ("cache-control", "private, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", CSP),
            ("etag", tag.as_str()),
        ] {
            assert_eq!(answer.headers[name], value, "{path}: {name}");
        }
        assert_eq!(answer.bytes, red.as_bytes());
        for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}")] {
            let again = ask_again(caller, path, &known).await.expect(304);
            assert!(again.bytes.is_empty());
            assert_eq!(again.headers["content-security-policy"], CSP, "what is kept is never run either");
        }
        ask_again(caller, path, "\"x\"").await.expect(200);
    }
    set_logo(&staff, None).await;
    assert_eq!(ada.calls.get(&own).await.expect(200).bytes, red.as_bytes());

    eve.calls.get(&own).await.expect(404);
    eve.calls.get(&format!("/clients/{}/documents/{id}/logo", eve.id)).await.expect(404);
    panel.colleague(ada.id, &["services"]).await.get(&own).await.expect(403);
    panel.staff(&[Permission::CompaniesView]).await.calls.get(&of_staff).await.expect(403);
    panel.visitor().get(&own).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_shows_the_present_logo_to_staff_alone_until_it_is_issued() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let lines = json!([{ "description": "Repair", "quantity": "1", "unit_price": "50.00" }]);
    let written = draft(&staff, &ada, lines).await;
    let record = format!("/admin/documents/{}", written.document.id);
    let (path, own) =
        (format!("{record}/logo"), format!("/clients/{}/documents/{}/logo", ada.id, written.document.id));
    assert_eq!(written.logo_sha256, None);
    staff.calls.get(&path).await.expect(404);
    for fill in ["#c00", "#00c"] {
        let logo = svg(fill);
        set_logo(&staff.calls, Some(&logo)).await;
        let detail: DocumentDetail = staff.calls.get(&record).await.expect(200).read();
        assert_eq!(detail.logo_sha256, Some(sha256(&logo)));
        let answer = staff.calls.get(&path).await.expect(200);
        assert_eq!(answer.bytes, logo.as_bytes());
        assert_eq!(answer.headers["cache-control"], "private, no-cache");
        assert_eq!(answer.headers["content-security-policy"], CSP);
    }
    ada.calls.get(&own).await.expect(404);
    let issued = issue(&staff, &written).await;
    set_logo(&staff.calls, None).await;
    assert_eq!(issued.logo_sha256, Some(sha256(&svg("#00c"))));
    assert_eq!(ada.calls.get(&own).await.expect(200).bytes, svg("#00c").as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_logo_there_is_none_to_be_asked_for() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await.calls, panel.client("Ada").await);
    let issued = proforma(&ada, "100.00").await;
    assert_eq!(issued.logo_sha256, None);
    // A logo that came later is none of its own.
    set_logo(&staff, Some(&svg("#c00"))).await;
    let id = issued.document.id;
    staff.get(&format!("/admin/documents/{id}/logo")).await.expect(404);
    ada.calls.get(&format!("/clients/{}/documents/{id}/logo", ada.id)).await.expect(404);
    let detail: DocumentDetail = staff.get(&format!("/admin/documents/{id}")).await.expect(200).read();
    assert_eq!(detail.logo_sha256, None);
}
