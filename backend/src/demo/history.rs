//! Three months of business, lived through by the engine under a moved clock.
//!
//! Nothing is inserted by hand: clients are created, topped up, booked and served through the API, and hours pass by running
//! the tasks that are due.

use std::collections::HashMap;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::billing::wallet::{CostSummary, CreditLimitChange};
use shared::identity::ClientDetail;
use shared::{ClientId, DocumentId, Page, TaskId};

use super::api::Api;
use super::catalogue::{self, Catalogue};
use super::companies::Companies;
use super::people::{PEOPLE, Pays, Person};
use crate::App;
use crate::billing::tax::vat_id::checksum_holds;
use crate::identity::client::actions::billing_country;
use crate::jobs;

/// How far back the history begins.
const DAYS: i64 = 92;
/// Hours between two looks at what is due; the last days are lived hour by hour.
const STEP_HOURS: i64 = 6;
const HOURLY_DAYS: i64 = 3;
/// As many as a worker of a small machine runs.
const TASKS_AT_ONCE: usize = 4;
/// The client who buys more than he pays for, and ends suspended.
pub(super) const DEBTOR: usize = 3;
/// The day on which staff let him go below zero: a week or more before his money is used up.
const CREDIT_DAY: i64 = 61;
/// How far, in PLN. It lasts for eleven days: he is suspended about ten days before the end.
const CREDIT: &str = "80.00";
/// Clients who leave a proforma unpaid.
const LATE: &[usize] = &[9, 17, 28];

struct Customer {
    person: &'static Person,
    id: ClientId,
    /// A proforma that will be paid on this day of the history.
    awaited: Option<(DocumentId, i64)>,
    ordered: bool,
}

pub(super) struct History<'a> {
    app: &'a App,
    api: &'a Api,
    catalogue: &'a Catalogue,
    companies: &'a Companies,
    customers: HashMap<usize, Customer>,
    payments: u32,
}

impl<'a> History<'a> {
    pub(super) fn new(
        app: &'a App,
        api: &'a Api,
        catalogue: &'a Catalogue,
        companies: &'a Companies,
    ) -> Self {
        Self { app, api, catalogue, companies, customers: HashMap::new(), payments: 0 }
    }

    /// Lives through the months up to `end`.
    pub(super) async fn live(&mut self, end: Timestamp) -> anyhow::Result<()> {
        let start = begin(end)?;
        let mut day = 0;
        let mut now = start;
        while now < end {
            let into = now.duration_since(start).as_hours();
            if into / 24 >= day && into % 24 >= 9 {
                self.morning(day).await.with_context(|| format!("on day {day} of the history"))?;
                day += 1;
                if day % 10 == 0 {
                    println!("  demo: {day} of {DAYS} days lived");
                }
            }
            let step = if into >= (DAYS - HOURLY_DAYS) * 24 { 1 } else { STEP_HOURS };
            now = now.checked_add(SignedDuration::from_hours(step))?.min(end);
            self.app.clock.set(&mut *self.app.db.get().await?, now).await?;
            self.pass().await?;
        }
        Ok(())
    }

    /// Everything that is due now: charges, deadlines, tasks.
    async fn pass(&self) -> anyhow::Result<()> {
        jobs::schedule::tick(self.app).await?;
        let drained = jobs::drain::drain_beside(self.app, TASKS_AT_ONCE).await?;
        if let Some((task, error)) = drained.failed.first() {
            anyhow::bail!("the task {task} failed: {error}");
        }
        Ok(())
    }

    /// What happens on a working day.
    async fn morning(&mut self, day: i64) -> anyhow::Result<()> {
        self.book_payments(day).await?;
        for (index, person) in PEOPLE.iter().enumerate() {
            if joins_on(index) == day {
                self.welcome(index, person, day).await?;
            }
        }
        self.pass().await?;
        self.deliver().await?;
        self.top_up(day).await?;
        self.give_credit(day).await?;
        self.pass().await
    }

    async fn welcome(&mut self, index: usize, person: &'static Person, day: i64) -> anyhow::Result<()> {
        let (first, last, company, tax_id, country, region, city, postcode, street, pays, language) = *person;
        let input = json!({
            "email": email(index), "password": super::PASSWORD, "first_name": first, "last_name": last,
            "company_name": company, "tax_id": tax_id, "language": language, "currency": currency(pays), "status": "active",
            "company": self.companies.seller(pays),
            "billing_address": {
                "line1": street, "city": city, "postcode": postcode, "country": country, "region": region,
            },
        });
        let created: Value = self.api.post("/admin/clients", &input).await?;
        let id = created["id"].as_str().and_then(|text| text.parse().ok()).context("a client without id")?;
        self.answer_about_vat_id(id).await?;
        // What the debtor pays once lasts for ten weeks of the thirteen; then he runs into the credit that staff give him.
        let net = if index == DEBTOR { 120 } else { [60, 120, 45, 250, 80][index % 5] };
        let proforma = self.proforma(id, pays, net).await?;
        let paid_on = day + i64::try_from(index % 3)?;
        self.customers
            .insert(index, Customer { person, id, awaited: Some((proforma, paid_on)), ordered: false });
        Ok(())
    }

    /// Staff record what VIES would have answered: the demo's numbers are invented, and nobody is asked about them.
    async fn answer_about_vat_id(&self, client: ClientId) -> anyhow::Result<()> {
        let read: ClientDetail = self.api.get(&format!("/admin/clients/{client}")).await?;
        if !read.tax_id_awaited {
            return Ok(());
        }
        let country = billing_country(&read.addresses).unwrap_or_default();
        let answer = json!({
            "tax_id": read.tax_id, "valid": checksum_holds(&read.tax_id, country), "reason": "Shown by the client.",
        });
        let _kept: Value = self.api.post(&format!("/admin/clients/{client}/vat-checks"), &answer).await?;
        Ok(())
    }

    /// Issues a proforma for a top-up of about `euros` net.
    async fn proforma(&self, client: ClientId, pays: Pays, euros: i64) -> anyhow::Result<DocumentId> {
        let net = match pays {
            Pays::Eur => euros,
            Pays::Pln => euros * 4,
            Pays::Cad => euros * 3 / 2,
        };
        let created: Value = self
            .api
            .post("/admin/documents/funds", &json!({ "client_id": client, "amount": format!("{net}.00") }))
            .await?;
        created["document"]["id"].as_str().and_then(|text| text.parse().ok()).context("a proforma without id")
    }

    async fn book_payments(&mut self, day: i64) -> anyhow::Result<()> {
        let mut indexes: Vec<usize> = self.customers.keys().copied().collect();
        indexes.sort_unstable();
        for index in indexes {
            let Some(customer) = self.customers.get_mut(&index) else { continue };
            let Some((document, on)) = customer.awaited else { continue };
            if on > day {
                continue;
            }
            customer.awaited = None;
            self.payments += 1;
            let gateway = self.companies.bank(customer.person.9);
            let read: Value = self.api.get(&format!("/admin/documents/{document}")).await?;
            let booking = json!({
                "gateway_id": gateway, "external_id": format!("BANK-{:05}", self.payments),
                "amount": read["document"]["due"]["amount"].as_str().context("a document without amount due")?,
                "received_on": self.app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date(),
            });
            let _booked: Value =
                self.api.post(&format!("/admin/documents/{document}/payments"), &booking).await?;
            if !self.customers[&index].ordered {
                self.order(index).await?;
            }
        }
        Ok(())
    }

    async fn order(&mut self, index: usize) -> anyhow::Result<()> {
        let Some(customer) = self.customers.get_mut(&index) else { return Ok(()) };
        customer.ordered = true;
        let client = customer.id;
        for item in basket(index, self.catalogue) {
            let order = json!({ "client": client, "items": [item] });
            let _placed: Value = self.api.post("/admin/orders", &order).await?;
        }
        Ok(())
    }

    /// Staff do what the module `manual` asks of them.
    async fn deliver(&self) -> anyhow::Result<()> {
        let open: Page<Value> =
            self.api.get("/admin/tasks?manual=true&state=processing&per_page=200").await?;
        for task in open.items {
            let id: TaskId =
                task["id"].as_str().and_then(|text| text.parse().ok()).context("a task without id")?;
            let _done: Value = self.api.post(&format!("/admin/tasks/{id}/done"), &json!({})).await?;
        }
        Ok(())
    }

    /// Staff give the debtor a credit limit; when he has used that up, too, he is suspended, in debt.
    async fn give_credit(&self, day: i64) -> anyhow::Result<()> {
        let Some(debtor) = self.customers.get(&DEBTOR).filter(|_| day == CREDIT_DAY) else { return Ok(()) };
        let path = format!("/admin/clients/{}", debtor.id);
        let cost: CostSummary = self.api.get(&format!("{path}/costs")).await?;
        let change = CreditLimitChange {
            credit_limit: CREDIT.to_owned(),
            was: Some(cost.wallet.credit_limit.to_string()),
        };
        let _wallet: Value = self.api.put(&format!("{path}/credit-limit"), &change).await?;
        Ok(())
    }

    /// Clients top up before their wallets run dry; all but one.
    async fn top_up(&mut self, day: i64) -> anyhow::Result<()> {
        let mut indexes: Vec<usize> = self.customers.keys().copied().collect();
        indexes.sort_unstable();
        for index in indexes {
            let customer = &self.customers[&index];
            let (id, pays) = (customer.id, customer.person.9);
            // Asked for and never paid: by the debtor, who lives on credit by then, and by those who have enough.
            if day == DAYS - 18 && (index == DEBTOR || LATE.contains(&index)) {
                self.proforma(id, pays, 100).await?;
            }
            // Each looks once a week.
            if index == DEBTOR
                || customer.awaited.is_some()
                || (day + i64::try_from(index)?) % 7 != 0
                || !customer.ordered
            {
                continue;
            }
            let cost: CostSummary = self.api.get(&format!("/admin/clients/{id}/costs")).await?;
            if cost.wallet.available >= cost.monthly {
                continue;
            }
            let document = self.proforma(id, pays, [50, 100, 75][index % 3]).await?;
            if let Some(customer) = self.customers.get_mut(&index) {
                customer.awaited = Some((document, day + 1));
            }
        }
        Ok(())
    }
}

/// When the history begins: midnight, three months before `end`.
pub(super) fn begin(end: Timestamp) -> anyhow::Result<Timestamp> {
    let start = end.checked_sub(SignedDuration::from_hours(DAYS * 24))?;
    Ok(start.to_zoned(jiff::tz::TimeZone::UTC).start_of_day()?.timestamp())
}

/// The day on which a client joins: most in the first weeks.
fn joins_on(index: usize) -> i64 {
    let index = i64::try_from(index).unwrap_or(0);
    index * index / 20
}

pub(super) fn email(index: usize) -> String {
    format!("client{:02}@demo.example", index + 1)
}

pub(super) fn currency(pays: Pays) -> &'static str {
    match pays {
        Pays::Eur => "EUR",
        Pays::Pln => "PLN",
        Pays::Cad => "CAD",
    }
}

/// What a client buys, one order each.
fn basket(index: usize, catalogue: &Catalogue) -> Vec<Value> {
    let item =
        |product: &str, period: &str| json!({ "product": catalogue.products[product], "period": period });
    let vps = |product: &str, location: &str, memory: i32, disk: i32, label: &str| {
        json!({
            "product": catalogue.products[product], "period": "monthly", "label": label,
            "options": catalogue::vps_options(catalogue, location, memory, disk),
        })
    };
    if index == DEBTOR {
        return vec![vps("vps-l", "waw", 8, 200, "shop-prod")];
    }
    match index % 8 {
        0 => vec![vps("vps-s", "waw", 0, 0, "blog"), item("backup-space", "monthly")],
        1 => vec![vps("vps-m", "fra", 2, 0, "app-prod"), vps("vps-s", "fra", 0, 0, "app-staging")],
        2 => vec![item("hosting-start", "annually")],
        3 => vec![vps("vps-m", "waw", 4, 50, "shop"), item("managed-care", "weekly")],
        4 => vec![item("hosting-start", "monthly"), item("team-files", "monthly")],
        5 => vec![
            vps("vps-s", "yul", 1, 20, "api"),
            vps("vps-s", "yul", 0, 0, "worker"),
            item("it-support", "one_time"),
        ],
        6 => vec![item("hosting-business", "monthly"), item("backup-space", "monthly")],
        _ => vec![vps("vps-l", "fra", 0, 0, "database"), item("it-support", "one_time")],
    }
}
