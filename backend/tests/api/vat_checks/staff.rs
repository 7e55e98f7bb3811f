//! What staff do about VAT ids: ask now, record an answer, look at what was asked.

use serde_json::{Value, json};
use shared::billing::tax::{NotReversed, TaxBasis};
use shared::billing::vat::{VatCheck, VatCheckTask, VatOutcome, VatSource};
use shared::{ClientId, Code, Page, Permission};

use super::{BERTA, Border, OTHER};
use crate::documents::{decimal, proforma};

fn answer(valid: bool) -> Value {
    json!({ "tax_id": BERTA, "valid": valid, "reason": "Looked up at the office's own page." })
}

impl Border {
    fn path(&self, rest: &str) -> String {
        format!("/admin/clients/{}/{rest}", self.berta.id)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_have_a_number_checked_now() {
    let it = Border::checked().await;
    let ask = async |key: &str| it.staff.post_with_key(&it.path("vat-check"), json!({}), key).await;
    let task: VatCheckTask = ask("one").await.expect(202).read();
    let again: VatCheckTask = ask("one").await.expect(202).read();
    assert_eq!(again.task_id, task.task_id, "the same key is the same question");
    it.office.strike_off(BERTA);
    assert!(it.is_free().await, "the answer before stands until there is another one");
    it.work().await;
    let followed = it.staff.get(&format!("/admin/tasks/{}", task.task_id)).await.expect(200).json();
    assert_eq!(followed["task"]["state"], "completed");
    assert_eq!(followed["output"], json!({ "vat_id": BERTA, "outcome": "invalid", "note": "" }));
    assert_eq!(it.office.asked().len(), 2);
    assert!(!it.is_free().await);

    it.give("").await;
    assert_eq!(ask("two").await.expect(409).problem().code, Code::Conflict, "there is no number");
    it.move_to("CH").await;
    it.give("CHE-116.281.710 MWST").await;
    assert_eq!(ask("three").await.expect(409).problem().code, Code::Conflict, "nobody answers about it");
    let nobody = format!("/admin/clients/{}/vat-check", ClientId::generate());
    it.staff.post(&nobody, json!({})).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_staff_record_counts_and_is_named_on_documents() {
    let it = Border::open(&[]).await;
    it.office.go_away(503, "SERVICE_UNAVAILABLE");
    it.give(BERTA).await;
    it.work().await;
    assert!(!it.is_free().await);
    let mut sent = answer(true);
    sent["consultation"] = json!(" WEB-77 ");
    let kept: VatCheck =
        it.staff.post_with_key(&it.path("vat-checks"), sent.clone(), "k").await.expect(201).read();
    assert_eq!((kept.outcome, kept.source), (VatOutcome::Valid, VatSource::Staff));
    assert_eq!(
        (kept.consultation.as_deref(), kept.note.as_str()),
        (Some("WEB-77"), "Looked up at the office's own page.")
    );
    assert_eq!(kept.recorded_by.as_deref(), Some("Staff Member"));
    let again: VatCheck = it.staff.post_with_key(&it.path("vat-checks"), sent, "k").await.expect(201).read();
    assert_eq!((again.id, it.checks().await.len()), (kept.id, 2));
    let issued = proforma(&it.berta, "100").await;
    assert_eq!(
        (issued.document.tax.amount(), issued.tax_decision.basis),
        (decimal("0"), TaxBasis::ReverseCharge)
    );
    let said = "was found valid on 2026-03-10 by staff (consultation WEB-77).";
    assert!(issued.tax_decision.sentence.ends_with(said), "{}", issued.tax_decision.sentence);
    // What waited to be asked is answered: nobody asks any more.
    let asked = it.office.asked().len();
    it.panel.advance_hours(1).await;
    it.work().await;
    assert_eq!((it.office.asked().len(), it.tasks("completed").await), (asked, 1));
    let noted = "SELECT count(*) AS value FROM activity_log WHERE action = 'client.vat_id_recorded' AND admin_id IS NOT NULL";
    assert_eq!(it.panel.count(noted).await, 1);

    it.staff.post(&it.path("vat-checks"), answer(false)).await.expect(201);
    assert_eq!(it.decided().await.not_reversed, Some(NotReversed::InvalidVatId));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answered_for_a_number_is_not_deleted() {
    let it = Border::checked().await;
    let chief = it.panel.super_admin().await;
    chief.calls.post(&it.path("vat-checks"), answer(true)).await.expect(201);
    let refused = it.staff.delete(&format!("/admin/admins/{}", chief.id)).await.expect(409);
    assert_eq!(refused.problem().code, Code::InUse);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_answers_are_refused_by_field() {
    let it = Border::open(&[]).await;
    let record = async |body: Value| it.staff.post(&it.path("vat-checks"), body).await;
    assert_eq!(record(answer(true)).await.expect(409).problem().code, Code::Conflict, "there is no number");
    it.give(BERTA).await;
    for (field, value) in [
        ("tax_id", json!(OTHER)),
        ("reason", json!(" ")),
        ("reason", json!("x".repeat(301))),
        ("reason", json!("a\u{7}b")),
        ("consultation", json!("x".repeat(101))),
    ] {
        let mut body = answer(true);
        body[field] = value;
        assert_eq!(record(body.clone()).await.expect(422).refused_fields(), [field], "{body}");
    }
    let mut wrong = answer(true);
    wrong["tax_id"] = json!("DE136695977");
    it.give("DE136695977").await;
    assert_eq!(
        record(wrong.clone()).await.expect(422).refused_fields(),
        ["valid"],
        "its check digits are wrong"
    );
    wrong["valid"] = json!(false);
    record(wrong).await.expect(201);
    let nobody = format!("/admin/clients/{}/vat-checks", ClientId::generate());
    it.staff.post(&nobody, answer(true)).await.expect(404);
    assert_eq!(it.checks().await.len(), 1);
    // Who edits clients does not decide taxes.
    let editor = it.panel.staff(&[Permission::ClientsView, Permission::ClientsEdit]).await.calls;
    editor.post(&it.path("vat-checks"), answer(true)).await.expect(403);
    editor.post(&it.path("vat-check"), json!({})).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_are_listed_for_one_client_with_a_constant_number_of_queries() {
    let it = Border::checked().await;
    let eve = it.panel.client_in("Eve", "EUR", "DE").await;
    let one = it.staff.get(&it.path("vat-checks")).await.expect(200).queries();
    for number in [OTHER, BERTA, OTHER] {
        it.give(number).await;
        it.work().await;
    }
    let many = it.staff.get(&it.path("vat-checks")).await.expect(200);
    assert_eq!(many.queries(), one);
    let page: Page<VatCheck> = many.read();
    let numbers: Vec<&str> = page.items.iter().map(|check| check.vat_id.as_str()).collect();
    assert_eq!((page.total, numbers), (4, vec![OTHER, BERTA, OTHER, BERTA]), "newest first");
    for (query, found) in [("search=200000013", 2), ("search=wapi0001", 1), ("search=%25", 0)] {
        let page: Page<VatCheck> =
            it.staff.get(&it.path(&format!("vat-checks?{query}"))).await.expect(200).read();
        assert_eq!(page.total, found, "{query}");
    }
    let oldest: Page<VatCheck> =
        it.staff.get(&it.path("vat-checks?sort=asked_at&per_page=1")).await.expect(200).read();
    assert_eq!(oldest.items[0].consultation.as_deref(), Some("WAPI0001"));
    it.staff.get(&it.path("vat-checks?sort=name")).await.expect(422);
    let none: Page<VatCheck> =
        it.staff.get(&format!("/admin/clients/{}/vat-checks", eve.id)).await.expect(200).read();
    assert_eq!(none.total, 0);
    it.staff.get(&format!("/admin/clients/{}/vat-checks", ClientId::generate())).await.expect(404);
    // Not even the database lets an answer be changed.
    let mut conn = it.panel.own_connection().await;
    for statement in
        ["UPDATE vat_checks SET outcome = 'valid'", "DELETE FROM vat_checks", "TRUNCATE vat_checks"]
    {
        let refused = diesel_async::RunQueryDsl::execute(diesel::sql_query(statement), &mut conn).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("append only")), "{statement}");
    }
}
