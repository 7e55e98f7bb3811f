//! Quoting, issuing and cancelling documents.

use diesel_async::AsyncConnection;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rules::document::{Line, Totals};
use rules::tax::Decision;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::document::{CancelDocument, DocumentPurpose, FundsOverview, FundsQuote};
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{ClientId, Code, DocumentId, Language, Money, OrderId};

use super::frozen::{self, Buying, Selling, Texts};
use super::store::{self, Document, Issued};
use super::{Terms, credit_note, number, show};
use crate::audit::{self, Actor, Entry};
use crate::billing::tax::{self, explain};
use crate::billing::template::{self, store::Place};
use crate::billing::wallet::{self, Wallet};
use crate::billing::{notices, payment};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::words;

/// Top-ups of a client that may wait to be paid at once: each draws a number, is typeset and mailed. Staff issue as they like.
pub const FUNDS_WAITING_MAX: i64 = 20;

/// Lines that are decided and counted: what a quote shows and a proforma freezes.
pub(super) struct Reckoned {
    pub(super) buying: Buying,
    pub(super) selling: Selling,
    pub(super) decision: Decision,
    pub(super) totals: Totals,
    pub(super) today: Date,
}

/// Reads a net amount that somebody wrote, in the client's currency.
pub async fn read_amount(conn: &mut Conn, now: Timestamp, client: ClientId, text: &str) -> Result<Money> {
    let buying = frozen::buying(conn, now, client).await?;
    let mut fields = Fields::new();
    let amount = fields.positive_money("amount", text, buying.currency);
    fields.finish()?;
    amount.ok_or_else(|| anyhow::anyhow!("an amount without a fault is read").into())
}

/// Refuses what the client's own limits forbid.
pub async fn check_limits(conn: &mut Conn, terms: &Terms, client: ClientId, net: Money) -> Result<()> {
    let limits = terms.limits(net.currency())?;
    let balance = balance(conn, client).await?;
    let mut fields = Fields::new();
    if net.amount() < limits.min || net.amount() > limits.max {
        let message = format!("Must be between {} and {} {}.", limits.min, limits.max, net.currency());
        fields.add("amount", "out_of_range", message);
    } else if balance + net.amount() > limits.balance_max {
        let message = format!("The balance may not go above {} {}.", limits.balance_max, net.currency());
        fields.add("amount", "out_of_range", message);
    }
    fields.finish()
}

/// Refuses another top-up of a client when as many wait to be paid as may. Locks the client and its wallet.
pub async fn check_waiting(tx: &mut Conn, client: ClientId) -> Result<()> {
    wallet::store::lock_with_client(tx, client).await?.ok_or_else(Refusal::not_found)?;
    if store::count_unpaid_funds(tx, client).await? < FUNDS_WAITING_MAX {
        return Ok(());
    }
    let detail = format!(
        "{FUNDS_WAITING_MAX} proformas that add funds wait to be paid already: pay one of them, or ask us to cancel some."
    );
    Err(Refusal::because(Code::Conflict, detail).into())
}

async fn balance(conn: &mut Conn, client: ClientId) -> Result<Decimal> {
    Ok(wallet::store::find(conn, client).await?.map_or(Decimal::ZERO, |wallet| wallet.balance))
}

/// What a client can add and how it can be paid, before an amount is chosen.
pub async fn overview(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    language: Language,
) -> Result<FundsOverview> {
    let terms = Terms::load(conn).await?;
    let buying = frozen::buying(conn, now, client).await?;
    let limits = terms.limits(buying.currency)?;
    let money = |amount| Money::rounded(amount, buying.currency);
    Ok(FundsOverview {
        minimum: money(limits.min),
        maximum: money(limits.max),
        balance_maximum: money(limits.balance_max),
        balance: Money::ledger(balance(conn, client).await?, buying.currency),
        profile_complete: buying.complete,
        methods: payment::methods::choices(conn, buying.company, buying.currency, language).await?,
    })
}

/// Decides and counts lines for a client as both sides are now. Refuses what is beyond any amount, as `lines`.
pub(super) async fn reckon(
    conn: &mut Conn,
    now: Timestamp,
    terms: &Terms,
    buying: Buying,
    lines: &[Line],
) -> Result<Reckoned> {
    let selling = frozen::selling(conn, buying.company).await?;
    let today = terms.today(now);
    let rules = tax::store::rules(conn).await?;
    let decision = rules::tax::decide(&selling.seller.facts, &buying.buyer.facts, &rules, today);
    let totals = rules::document::totals(lines, &decision.rates, buying.currency).map_err(|_| {
        Refusal::field("lines", "out_of_range", "This is more than any document can ask for.")
    })?;
    Ok(Reckoned { buying, selling, decision, totals, today })
}

/// An amount to be added, decided and counted.
async fn reckon_funds(
    conn: &mut Conn,
    now: Timestamp,
    terms: &Terms,
    client: ClientId,
    net: Money,
) -> Result<Reckoned> {
    let buying = frozen::buying(conn, now, client).await?;
    if net.currency() != buying.currency {
        return Err(anyhow::anyhow!("{net} for a client of {}", buying.currency).into());
    }
    let line =
        Line { quantity: Decimal::ONE, unit_price: net.amount(), discount: Decimal::ZERO, taxed: true };
    reckon(conn, now, terms, buying, &[line]).await
}

/// What adding an amount costs.
pub async fn quote(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    net: Money,
    language: Language,
) -> Result<FundsQuote> {
    let terms = Terms::load(conn).await?;
    let Reckoned { totals, decision, .. } = reckon_funds(conn, now, &terms, client, net).await?;
    let currency = net.currency();
    let found = wallet::store::find(conn, client).await?;
    let balance = found.as_ref().map_or(Decimal::ZERO, |wallet| wallet.balance);
    let balance_after = balance + totals.net;
    let lasts_until = match found {
        Some(wallet) => {
            wallet::costs::forecast(conn, now, &Wallet { balance: balance_after, ..wallet }).await?
        }
        None => None,
    };
    let taxes = totals
        .taxes
        .iter()
        .map(|tax| show::tax((&tax.name, tax.rate), tax.base, tax.amount, currency, language))
        .collect();
    Ok(FundsQuote {
        net: Money::rounded(totals.net, currency),
        taxes,
        tax: Money::rounded(totals.tax, currency),
        total: Money::rounded(totals.total, currency),
        balance: Money::ledger(balance, currency),
        balance_after: Money::ledger(balance_after, currency),
        lasts_until,
        tax_decision: explain::decision(decision, language),
    })
}

/// Issues a proforma over a net amount. Paying it tops up the wallet and, with `order`, continues that order.
///
/// Refuses a client whose profile lacks name or billing address. Checks no limits: `check_limits` does. Locks the client
/// and its wallet, so that currency and home company stay as they are.
pub async fn issue_funds(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    net: Money,
    order: Option<OrderId>,
) -> Result<Document> {
    wallet::store::lock_with_client(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let terms = Terms::load(tx).await?;
    let Reckoned { buying, selling, decision, totals, today } =
        reckon_funds(tx, now, &terms, client, net).await?;
    frozen::require_complete(&buying)?;
    let company = buying.company;
    let mut seller = selling.seller;
    seller.logo = frozen::keep_logo(tx, company).await?;
    let texts = Texts { notes: notes(&decision, buying.language) };
    let description =
        selling.item_texts.get(&buying.language).map(|texts| texts.funds.as_str()).unwrap_or_default();
    let ours = words::of(buying.language).documents.funds;
    let description = if description.is_empty() { ours } else { description };
    let due_on = due_on(today, selling.due_days.map_or(i64::from(terms.finance.due_days), i64::from))?;
    let id = DocumentId::generate();
    let line = store::Line {
        document_id: id,
        position: 1,
        description: rules::numbering::fill_dates(description, today),
        quantity: Decimal::ONE,
        unit: String::new(),
        unit_price: totals.net,
        discount: Decimal::ZERO,
        amount: totals.net,
        explanation: json!({ "for": "funds", "order": order }),
    };
    let issued = Issued {
        id,
        company,
        client,
        kind: DocumentKind::Proforma,
        status: DocumentStatus::Unpaid,
        purpose: DocumentPurpose::Funds,
        number: number::draw(tx, company, DocumentKind::Proforma, today).await?,
        currency: net.currency(),
        totals,
        language: buying.language,
        issued_on: today,
        due_on,
        paid: false,
        seller: serde_json::to_value(seller)?,
        buyer: serde_json::to_value(&buying.buyer)?,
        tax_decision: serde_json::to_value(decision)?,
        texts: serde_json::to_value(texts)?,
        proforma: None,
        invoice: None,
        order,
        created_by: actor.to_string(),
    };
    insert(tx, now, actor, &issued, vec![line]).await
}

/// Writes an issued document, and does what follows.
pub(crate) async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    issued: &Issued,
    lines: Vec<store::Line>,
) -> Result<Document> {
    let place = Place { company: issued.company, kind: issued.kind, language: issued.language };
    let template = template::actions::version_for(tx, place).await?;
    store::insert(tx, now, issued, lines, template)
        .await
        .map_err(|error| number_taken(error, &issued.number))?;
    announce(tx, now, actor, issued.id).await
}

/// A number that a document bears already is a fault of the numbering, not of the program.
pub(super) fn number_taken(error: diesel::result::Error, number: &str) -> crate::Error {
    match error {
        diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::UniqueViolation,
            ref info,
        ) if info.constraint_name() == Some("documents_number") => {
            let detail = format!("The number {number} was given before; change the numbering.");
            Refusal::because(Code::Conflict, detail).into()
        }
        error => crate::Error::from(error),
    }
}

/// What follows when a document was issued: it is typeset, leaves its trail, and its client is told. Who issues a credit
/// note tells of it himself: he knows what for.
pub(super) async fn announce(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
) -> Result<Document> {
    let row = store::lock(tx, id).await?;
    let row = row.ok_or_else(|| anyhow::anyhow!("a document that was just written"))?;
    let tags = Tags { client: Some(row.client_id), document: Some(id), ..Tags::default() };
    outbox::send(tx, now, &Job::TypesetDocument { document: id }, tags).await?;
    let total = Money::rounded(row.total, row.currency);
    let number = row.number.as_deref().unwrap_or_default();
    let entry = Entry {
        action: "document.issued",
        description: format!("{} {number} over {total} issued", words(row.kind)),
        client: Some(row.client_id),
        subject: Some(("document", id.0)),
        new: Some(json!({ "number": number, "total": total })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    if row.kind != DocumentKind::CreditNote {
        notices::issued(tx, now, &row).await?;
    }
    Ok(row)
}

/// Cancels a document that nobody has paid for. Locks it. An invoice stays on the books: a credit note takes it back.
pub async fn cancel(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    input: &CancelDocument,
) -> Result<()> {
    let mut fields = Fields::new();
    fields.text("reason", &input.reason, 300);
    fields.finish()?;
    conn.transaction(async |tx| {
        let row = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(row.version, input.version)?;
        if !show::cancellable(&row) {
            let detail =
                format!("Only an unpaid proforma or invoice can be cancelled; this one is {}.", row.status);
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        if row.kind == DocumentKind::Invoice {
            let note = credit_note::of_all(tx, now, actor, &row, &input.reason).await?;
            notices::corrected(tx, now, &note, &row, &input.reason).await?;
        }
        store::set_cancelled(tx, now, id).await?;
        let number = row.number.as_deref().unwrap_or_default();
        let entry = Entry {
            action: "document.cancelled",
            description: format!("{} {number} cancelled: {}", words(row.kind), input.reason),
            client: Some(row.client_id),
            subject: Some(("document", id.0)),
            old: Some(json!({ "status": row.status })),
            new: Some(json!({ "status": DocumentStatus::Cancelled })),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

/// Cancels a proforma in whatever version it is: for an act on many, whose rows nobody has looked at one by one.
pub async fn cancel_as_it_is(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    reason: &str,
) -> Result<()> {
    let version = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?.version;
    cancel(tx, now, actor, id, &CancelDocument { version, reason: reason.to_owned() }).await
}

/// The day that a document of today is due on.
pub(super) fn due_on(today: Date, days: i64) -> Result<Date> {
    Ok(today.checked_add(days.days()).map_err(anyhow::Error::new)?)
}

const fn words(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Proforma => "Proforma",
        DocumentKind::Invoice => "Invoice",
        DocumentKind::CreditNote => "Credit note",
    }
}

/// What the law and the matching rule want to be read on the paper.
pub(super) fn notes(decision: &Decision, language: Language) -> Vec<String> {
    let note = match &decision.basis {
        rules::tax::Basis::ReverseCharge { .. } => words::of(language).documents.reverse_charge,
        _ => decision.note.as_str(),
    };
    if note.is_empty() { Vec::new() } else { vec![note.to_owned()] }
}
