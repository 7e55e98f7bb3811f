//! VAT ids: asked about at a stand-in for VIES, checked again, recorded by staff, and what documents make of it.

mod office;
mod staff;

use hostwright::jobs;
use serde_json::{Value, json};
use shared::billing::document::{DocumentDetail, FundsQuote};
use shared::billing::tax::{NotReversed, TaxBasis, TaxDecision};
use shared::billing::vat::{VatCheck, VatOutcome, VatSource};
use shared::identity::{ClientDetail, ClientProfile};
use shared::{ClientId, Page};

use crate::documents::{decimal, proforma};
use crate::harness::{Caller, ClientAccount, Panel};
use crate::identity::registration;
use office::Office;

/// German numbers with right check digits.
const BERTA: &str = "DE136695976";
const OTHER: &str = "DE200000013";

/// An installation that asks an office, a client in Germany, and staff.
struct Border {
    panel: Panel,
    office: Office,
    berta: ClientAccount,
    staff: Caller,
}

impl Border {
    /// With a number that the client has and the office knows.
    async fn checked() -> Self {
        let it = Self::open(&[BERTA]).await;
        it.give(BERTA).await;
        it.work().await;
        assert_eq!(it.detail().await.tax_id_valid, Some(true));
        it
    }

    async fn open(valid: &[&str]) -> Self {
        let office = Office::open(valid);
        let panel = Panel::start_with(&office.config()).await;
        let berta = panel.client_in("Berta", "EUR", "DE").await;
        let staff = panel.super_admin().await.calls;
        Self { panel, office, berta, staff }
    }

    async fn detail(&self) -> ClientDetail {
        self.staff.get(&format!("/admin/clients/{}", self.berta.id)).await.expect(200).read()
    }

    /// Staff write this number into the profile.
    async fn give(&self, tax_id: &str) {
        let read = self.staff.get(&format!("/admin/clients/{}", self.berta.id)).await.expect(200).json();
        let kept = ["version", "email", "first_name", "last_name", "language", "currency", "company"];
        let mut change: Value = kept.iter().map(|name| ((*name).to_owned(), read[name].clone())).collect();
        change["company_name"] = json!("Berta GmbH");
        change["tax_id"] = json!(tax_id);
        self.staff.put(&format!("/admin/clients/{}", self.berta.id), change).await.expect(200);
    }

    /// Staff write this country into the billing address.
    async fn move_to(&self, country: &str) {
        let address =
            json!({ "line1": "Main Street 1", "city": "Town", "postcode": "1", "country": country });
        let read = self.staff.get(&format!("/admin/clients/{}", self.berta.id)).await.expect(200).json();
        let path = format!("/admin/clients/{}/addresses/billing?version={}", self.berta.id, read["version"]);
        self.staff.put(&path, address).await.expect(200);
    }

    /// Runs what is due.
    async fn work(&self) {
        jobs::drain(&self.panel.app).await.unwrap();
    }

    /// What 100.00 would be taxed.
    async fn decided(&self) -> TaxDecision {
        let path = format!("/clients/{}/funds/quote", self.berta.id);
        let quote: FundsQuote =
            self.berta.calls.post(&path, json!({ "amount": "100" })).await.expect(200).read();
        let free = quote.tax_decision.basis == TaxBasis::ReverseCharge;
        assert_eq!(quote.tax.amount(), decimal(if free { "0.00" } else { "23.00" }));
        quote.tax_decision
    }

    async fn is_free(&self) -> bool {
        self.decided().await.basis == TaxBasis::ReverseCharge
    }

    /// The checks of the client, newest first.
    async fn checks(&self) -> Vec<VatCheck> {
        let path = format!("/admin/clients/{}/vat-checks", self.berta.id);
        self.staff.get(&path).await.expect(200).read::<Page<VatCheck>>().items
    }

    async fn tasks(&self, state: &str) -> i64 {
        let query =
            format!("SELECT count(*) AS value FROM tasks WHERE name = 'vat-check' AND state = '{state}'");
        self.panel.count(&query).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_asked_about_and_its_answer_lifts_the_tax() {
    let it = Border::open(&[BERTA]).await;
    assert_eq!(it.decided().await.not_reversed, None, "no number yet");
    it.give("de 136 695 976").await;
    let before = it.decided().await;
    assert_eq!(before.not_reversed, Some(NotReversed::NotChecked));
    assert!(
        before.sentence.ends_with("nobody had answered about the client's VAT id."),
        "{}",
        before.sentence
    );
    let detail = it.detail().await;
    assert_eq!((detail.tax_id_valid, detail.tax_id_awaited), (None, true));
    assert!(it.office.asked().is_empty(), "the request itself asks nobody");

    it.work().await;
    assert_eq!(
        it.office.last_question(),
        json!({
            "countryCode": "DE", "vatNumber": "136695976", "requesterMemberStateCode": "PL", "requesterNumber": "5260250274",
        })
    );
    let detail = it.detail().await;
    assert_eq!((detail.tax_id_valid, detail.tax_id_awaited), (Some(true), false));
    assert_eq!(detail.tax_id_consultation.as_deref(), Some("WAPI0001"));
    let issued = proforma(&it.berta, "100").await;
    let decision = &issued.tax_decision;
    assert_eq!((issued.document.tax.amount(), decision.basis), (decimal("0"), TaxBasis::ReverseCharge));
    let evidence = decision.evidence.clone().expect("it rests on something");
    assert_eq!((evidence.valid, evidence.source.as_str()), (true, "vies"));
    assert_eq!(evidence.consultation.as_deref(), Some("WAPI0001"));
    let said = "VAT id was found valid on 2026-03-10 by VIES (consultation WAPI0001).";
    assert!(decision.sentence.ends_with(said), "{}", decision.sentence);

    let checks = it.checks().await;
    assert_eq!(checks.len(), 1);
    let check = &checks[0];
    assert_eq!((check.vat_id.as_str(), check.requester_vat_id.as_str()), (BERTA, "PL5260250274"));
    assert_eq!((check.outcome, check.source), (VatOutcome::Valid, VatSource::Vies));
    assert_eq!((check.name.as_str(), check.address.as_str()), ("Berta GmbH", "Hauptstr. 1\n10115 Berlin"));
    assert_eq!((check.note.as_str(), &check.recorded_by), ("", &None));

    // The paper keeps what it was issued with.
    it.give(OTHER).await;
    it.work().await;
    assert!(!it.is_free().await);
    let path = format!("/admin/documents/{}", issued.document.id);
    let read: DocumentDetail = it.staff.get(&path).await.expect(200).read();
    assert_eq!(read.tax_decision, issued.tax_decision);
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_from_another_eu_country_has_the_number_checked() {
    let it = Border::open(&[BERTA]).await;
    for (email, country, tax_id, asked) in [
        ("home@example.test", "PL", "PL5260250274", 0),
        ("far@example.test", "CA", "123456789", 0),
        ("person@example.test", "DE", "", 0),
        ("firm@example.test", "DE", BERTA, 1),
    ] {
        let mut new = registration(email);
        new["country"] = json!(country);
        new["tax_id"] = json!(tax_id);
        it.panel.visitor().post("/public/registration", new).await.expect(201);
        assert_eq!(it.tasks("queued").await, asked, "{email}");
    }
    it.work().await;
    assert_eq!(it.office.asked(), [BERTA]);
    let valid = "SELECT count(*) AS value FROM clients WHERE tax_id_valid AND email = 'firm@example.test'";
    assert_eq!(it.panel.count(valid).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_the_office_does_not_know_is_taxed_and_says_why() {
    let it = Border::open(&[]).await;
    it.give(BERTA).await;
    it.work().await;
    let decision = it.decided().await;
    assert_eq!(
        (decision.basis, decision.not_reversed),
        (TaxBasis::Fallback, Some(NotReversed::InvalidVatId))
    );
    let evidence = decision.evidence.expect("it rests on something");
    assert_eq!((evidence.valid, evidence.consultation.as_deref()), (false, Some("WAPI0001")));
    let said = "was found invalid on 2026-03-10 by VIES (consultation WAPI0001).";
    assert!(decision.sentence.ends_with(said), "{}", decision.sentence);
    let check = it.checks().await.remove(0);
    assert_eq!((check.outcome, check.name.as_str()), (VatOutcome::Invalid, ""));
    // An answer is an answer: nobody asks again.
    it.panel.advance_hours(24).await;
    it.work().await;
    assert_eq!(it.office.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_check_digits_are_never_asked_about() {
    let it = Border::open(&["DE136695977"]).await;
    it.give("DE136695977").await;
    it.work().await;
    assert!(it.office.asked().is_empty());
    let check = it.checks().await.remove(0);
    assert_eq!((check.outcome, check.source), (VatOutcome::Invalid, VatSource::Checksum));
    assert_eq!((check.requester_vat_id.as_str(), check.consultation), ("", None));
    assert!(!it.is_free().await);
    // A number of another country has none of this one's.
    it.give("PL5260250274").await;
    it.work().await;
    assert!(it.office.asked().is_empty());
    assert_eq!(it.checks().await[0].vat_id, "DEPL5260250274");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_that_is_away_is_asked_again_until_it_answers() {
    let it = Border::open(&[BERTA]).await;
    it.give(BERTA).await;
    let wrapped =
        |code: &str| json!({ "actionSucceed": false, "errorWrappers": [{ "error": code }] }).to_string();
    for (status, body, note) in [
        (200, wrapped("MS_UNAVAILABLE"), "MS_UNAVAILABLE"),
        (500, wrapped("MS_MAX_CONCURRENT_REQ"), "MS_MAX_CONCURRENT_REQ"),
        (503, "<html>Sorry</html>".to_owned(), "HTTP 503"),
        (200, format!("{{\"valid\": true, \"name\": \"{}\"}}", "x".repeat(70_000)), "HTTP 200"),
    ] {
        it.office.answer_with(status, body);
        let asked = it.office.asked().len();
        it.work().await;
        assert_eq!(it.office.asked().len(), asked + 1, "{note}");
        let check = it.checks().await.remove(0);
        assert_eq!((check.outcome, check.note.as_str()), (VatOutcome::Unavailable, note));
        assert_eq!(it.tasks("queued").await, 1, "it is tried again");
        assert_eq!(it.decided().await.not_reversed, Some(NotReversed::NotChecked), "{note}");
        // Not before its time.
        it.work().await;
        assert_eq!(it.office.asked().len(), asked + 1, "{note}");
        it.panel.advance_hours(1).await;
    }
    it.office.come_back();
    it.work().await;
    assert_eq!((it.tasks("completed").await, it.checks().await.len()), (1, 5));
    assert!(it.is_free().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_the_office_refuses_is_not_repeated_and_changes_no_answer() {
    let it = Border::checked().await;
    it.office.go_away(400, "INVALID_REQUESTER_INFO");
    it.staff.post(&format!("/admin/clients/{}/vat-check", it.berta.id), json!({})).await.expect(202);
    it.work().await;
    let check = it.checks().await.remove(0);
    assert_eq!((check.outcome, check.note.as_str()), (VatOutcome::Failed, "INVALID_REQUESTER_INFO"));
    assert_eq!((it.tasks("completed").await, it.tasks("queued").await), (2, 0));
    assert!(it.is_free().await, "the answer before stands");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_number_or_country_loses_its_validity_and_is_asked_about_anew() {
    let it = Border::checked().await;
    it.give(OTHER).await;
    assert_eq!(it.detail().await.tax_id_valid, None, "at once");
    assert_eq!(it.decided().await.not_reversed, Some(NotReversed::NotChecked));
    // Back to the old one: what was answered before the change does not come back.
    it.give(BERTA).await;
    assert!(!it.is_free().await);
    it.work().await;
    assert!(it.is_free().await);
    assert_eq!(
        it.office.asked(),
        [BERTA, BERTA],
        "the tasks of both changes ask about the present number, once"
    );

    it.move_to("AT").await;
    assert!(!it.is_free().await);
    it.work().await;
    assert_eq!(it.checks().await[0].vat_id, "ATDE136695976");
    it.move_to("DE").await;
    it.work().await;
    assert!(it.is_free().await);
    // At home and outside of the EU nothing is asked.
    let asked = it.office.asked().len();
    for country in ["PL", "CA"] {
        it.move_to(country).await;
        it.work().await;
        assert!(!it.is_free().await);
        assert!(!it.detail().await.tax_id_awaited);
    }
    assert_eq!(it.office.asked().len(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_changes_while_it_is_asked_about_gets_no_answer_of_the_other() {
    let it = Border::open(&[BERTA]).await;
    it.give(BERTA).await;
    let closed = it.office.door.lock().await;
    let change = async {
        while it.office.asked().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        it.give(OTHER).await;
        drop(closed);
    };
    tokio::join!(it.work(), change);
    assert_eq!(it.detail().await.tax_id_valid, Some(false), "the new one is unknown there");
    let mut asked = it.office.asked();
    asked.dedup();
    assert_eq!(asked, [BERTA, OTHER]);
    let outcomes: Vec<_> = it.checks().await.into_iter().map(|check| (check.vat_id, check.outcome)).collect();
    assert!(outcomes.contains(&(BERTA.to_owned(), VatOutcome::Valid)), "{outcomes:?}");
    assert!(!it.is_free().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_change_their_own_number_and_see_what_came_of_it() {
    let it = Border::open(&[BERTA]).await;
    let path = format!("/clients/{}/profile", it.berta.id);
    let read = it.berta.calls.get(&path).await.expect(200).json();
    let mut change = json!({
        "version": read["version"], "first_name": "Berta", "last_name": "Tester", "email": read["email"],
        "company_name": "Berta GmbH", "tax_id": BERTA, "language": "en", "billing_address": read["billing_address"],
    });
    let saved: ClientProfile = it.berta.calls.put(&path, change.clone()).await.expect(200).read();
    assert_eq!((saved.tax_id_valid, saved.tax_id_awaited), (None, true));
    it.work().await;
    let checked: ClientProfile = it.berta.calls.get(&path).await.expect(200).read();
    assert_eq!((checked.tax_id_valid, checked.tax_id_awaited), (Some(true), false));
    assert!(checked.tax_id_checked_at.is_some());
    // Another name is no other number.
    change["version"] = json!(checked.version);
    change["first_name"] = json!("Bertha");
    it.berta.calls.put(&path, change).await.expect(200);
    it.work().await;
    assert_eq!(it.office.asked().len(), 1);
    assert!(it.is_free().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_asked_for_again_after_a_year() {
    let it = Border::checked().await;
    let run = async || {
        it.staff.post("/admin/schedules/vat-rechecks/run", json!({})).await.expect(202);
        it.work().await;
    };
    it.panel.advance_hours(364 * 24).await;
    run().await;
    assert_eq!(it.office.asked().len(), 1, "it holds for a year");
    it.office.strike_off(BERTA);
    assert!(it.is_free().await);
    it.panel.advance_hours(2 * 24).await;
    it.office.go_away(200, "MS_UNAVAILABLE");
    run().await;
    assert!(it.is_free().await, "while the office is away the answer before stands");
    // Another run asks no second time for what is under way.
    run().await;
    assert_eq!(it.office.asked().len(), 2);
    it.office.come_back();
    it.panel.advance_hours(1).await;
    it.work().await;
    assert_eq!(it.office.asked().len(), 3);
    let decision = it.decided().await;
    assert_eq!(decision.not_reversed, Some(NotReversed::InvalidVatId));
    let warned = "SELECT count(*) AS value FROM activity_log WHERE action = 'client.vat_id_checked' AND level = 'warning'";
    assert_eq!(it.panel.count(warned).await, 1, "staff can see when a valid number ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_run_asks_for_what_has_no_answer_one_after_the_other() {
    let it = Border::open(&[BERTA]).await;
    let cleo = it.panel.client_in("Cleo", "EUR", "DE").await;
    let closed = it.panel.client_in("Dora", "EUR", "DE").await;
    // As after an upgrade: numbers that nobody asked about, one with right check digits alone.
    it.panel.sql(&format!("UPDATE clients SET company_name = 'Firm', tax_id = '{BERTA}'")).await;
    it.panel
        .sql(&format!(
            "UPDATE clients SET tax_id_valid = true, tax_id_checked_at = '{}',
             tax_id_evidence = '{{\"tax_id\": \"{BERTA}\", \"country\": \"DE\", \"source\": \"checksum\"}}' WHERE id = '{}'",
            it.panel.now(),
            it.berta.id
        ))
        .await;
    it.panel.sql(&format!("UPDATE clients SET status = 'closed' WHERE id = '{}'", closed.id)).await;
    assert!(!it.is_free().await, "check digits alone make no number valid");
    it.panel.advance_hours(24).await;
    it.staff.post("/admin/schedules/vat-rechecks/run", json!({})).await.expect(202);
    it.work().await;
    assert_eq!((it.office.asked().len(), it.tasks("queued").await), (1, 1), "the second waits its turn");
    it.panel.advance_hours(1).await;
    it.work().await;
    assert_eq!(it.office.asked().len(), 2);
    let checked = async |client: ClientId| {
        let query = format!("SELECT count(*) AS value FROM vat_checks WHERE client_id = '{client}'");
        it.panel.count(&query).await
    };
    assert_eq!((checked(it.berta.id).await, checked(cleo.id).await, checked(closed.id).await), (1, 1, 0));
    assert!(it.is_free().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn offices_are_asked_by_their_own_names() {
    let it = Border::open(&["EL094259216", "XI980780684"]).await;
    it.move_to("GR").await;
    it.give("GR 094259216").await;
    it.work().await;
    assert!(it.is_free().await, "Greece is EL there");
    // Northern Ireland answers when staff ask; for services it decides nothing.
    it.move_to("GB").await;
    it.give("XI 980 7806 84").await;
    it.work().await;
    assert_eq!(it.office.asked(), ["EL094259216"]);
    it.staff.post(&format!("/admin/clients/{}/vat-check", it.berta.id), json!({})).await.expect(202);
    it.work().await;
    assert_eq!(it.office.asked(), ["EL094259216", "XI980780684"]);
    assert_eq!(it.detail().await.tax_id_valid, Some(true));
    let decision = it.decided().await;
    assert_eq!((decision.basis, decision.not_reversed), (TaxBasis::Fallback, None));
}
