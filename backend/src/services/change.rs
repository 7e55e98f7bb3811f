//! Changing the options of a running service: preview, asking the module, then the money.
//!
//! Up and down is the order of the options in their group (then the number of units); up needs `switch_up` in the price of the
//! new option, down needs `switch_down`. The fee is the new option's, once for each group that changes; an option without a
//! price row switches for nothing.

use std::collections::HashSet;

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use provisioners::Operation;
use rules::charging::OptionChange;
use rules::pricing::PriceSnapshot;
use rust_decimal::Decimal;
use serde_json::json;
use shared::catalog::{ChosenOption, OptionKind};
use shared::services::{OptionsChangePreview, ServiceState};
use shared::{Code, Language, Money, ServiceId};

use super::actions::{Scope, locked};
use super::operation::{self, OptionsTarget, Pending, TargetRow};
use super::store::{self, Event, OptionRow, Service};
use crate::audit::{self, Actor, Entry};
use crate::billing::{charging, spending, wallet};
use crate::catalog::offer::{self, Buyer, Chosen, Shelf};
use crate::catalog::option::store::Attached;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::words::{self, fill};

/// Where the new choice stands to the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Same,
    Up,
    Down,
}

/// What of the wanted groups differs from what the service has.
#[derive(Default)]
struct Wanted {
    /// Bought anew, at today's prices.
    bought: Vec<Chosen>,
    /// The same option with another text: it costs what it was sold at.
    reworded: Vec<Chosen>,
    switch_fee: Decimal,
}

/// Whether a choice is what the service has. What was sold stays what it is, whatever has become of its offer.
fn is_present(kind: OptionKind, row: &OptionRow, choice: &ChosenOption) -> bool {
    let same_option = choice.option.is_none() || choice.option == row.option_id;
    let (quantity, text) = (choice.quantity, choice.text.as_ref());
    same_option
        && match kind {
            OptionKind::Dropdown | OptionKind::Radio => {
                choice.option.is_some() && text.is_none() && quantity.is_none_or(|quantity| quantity == 1)
            }
            OptionKind::Quantity => text.is_none() && quantity == Some(row.quantity),
            OptionKind::Text => {
                text.is_some()
                    && text == row.text_value.as_ref()
                    && quantity.is_none_or(|quantity| quantity == 1)
            }
        }
}

/// Reads what is wanted against what there is. All faults are told at once.
fn read(
    service: &Service,
    shelf: &Shelf,
    present: &[OptionRow],
    buyer: Buyer,
    wanted: &[ChosenOption],
) -> Result<Wanted> {
    let mut fields = Fields::new();
    let mut seen = HashSet::new();
    let mut read = Wanted::default();
    // What is hidden is for staff to sell, here as in an order.
    let open = |attached: &&Attached| attached.group.visible || buyer == Buyer::Staff;
    for (place, choice) in wanted.iter().enumerate() {
        let at = format!("options.{place}");
        let Some(attached) =
            shelf.groups(service.product_id).filter(open).find(|attached| attached.group.id == choice.group)
        else {
            fields.add(format!("{at}.group"), "unknown", "This product has no such option group.");
            continue;
        };
        if !seen.insert(choice.group) {
            fields.add(format!("{at}.group"), "taken", "This group is in the list twice.");
            continue;
        }
        let group = &attached.group;
        let row = present.iter().find(|row| row.group_id == choice.group);
        if row.is_some_and(|row| is_present(group.kind, row, choice)) {
            continue;
        }
        // So many, or such a text, of the option that it has.
        let mut choice = choice.clone();
        if matches!(group.kind, OptionKind::Quantity | OptionKind::Text) {
            choice.option = choice.option.or_else(|| row?.option_id);
        }
        let Some(next) = offer::choose(&mut fields, shelf, &at, group, &choice, buyer) else {
            continue;
        };
        let direction = direction(shelf, row, &next);
        if direction == Direction::Same {
            read.reworded.push(next);
            continue;
        }
        let price = next
            .option
            .as_ref()
            .and_then(|option| shelf.option_price(option.id, service.currency, service.period));
        let (fee, way) = match direction {
            Direction::Down => (price.map(|price| price.switch_down), "down"),
            Direction::Same | Direction::Up => (price.map(|price| price.switch_up), "up"),
        };
        match fee {
            None => {}
            Some(Some(amount)) => read.switch_fee += amount,
            Some(None) => {
                fields.add(&at, "not_offered", format!("Changing {way} to this option is not offered."));
            }
        }
        read.bought.push(next);
    }
    fields.finish()?;
    Ok(read)
}

/// Works out what a change leads to. All faults are told at once.
async fn target(
    conn: &mut Conn,
    service: &Service,
    scope: Scope,
    wanted: &[ChosenOption],
) -> Result<OptionsTarget> {
    if !(1..=100).contains(&wanted.len()) {
        return Err(Refusal::field("options", "out_of_range", "Send 1 to 100 options.").into());
    }
    let buyer = if scope == Scope::Staff { Buyer::Staff } else { Buyer::Client };
    let shelf = Shelf::of(conn, &[service.product_id]).await?;
    let present = store::options_of(conn, service.id).await?;
    let (snapshot, _) = store::snapshot(conn, service).await?;
    let Wanted { bought, reworded, switch_fee } = read(service, &shelf, &present, buyer, wanted)?;

    // What is not bought anew stays at the price it was sold at.
    let is_bought = |group| bought.iter().any(|next| next.group.id == group);
    let mut rows: Vec<TargetRow> = Vec::new();
    let mut kept_options = Vec::new();
    for row in present.iter().filter(|row| !is_bought(row.group_id)) {
        kept_options.extend(row.option_id);
        let new = reworded.iter().find(|next| next.group.id == row.group_id);
        rows.push(TargetRow {
            group: row.group_id,
            option: row.option_id,
            quantity: row.quantity,
            text: new.map_or_else(|| row.text_value.clone(), |next| next.text.clone()),
        });
    }
    let kept_snapshot = snapshot.options.iter().filter(|row| match &row.of {
        rules::pricing::PriceOf::Option { option_id } => kept_options.contains(option_id),
        rules::pricing::PriceOf::Product { .. } => false,
    });
    let mut option_rows: Vec<_> = kept_snapshot.cloned().collect();
    option_rows.extend(offer::option_rows(&shelf, service.currency, service.period, &bought));
    let mut given = store::given_options(conn, service.id).await?;
    given.retain(|option| !bought.iter().chain(&reworded).any(|next| next.group.key == option.group));
    given.extend(bought.iter().chain(&reworded).map(Chosen::given));
    rows.extend(bought.iter().map(|next| TargetRow {
        group: next.group.id,
        option: next.option.as_ref().map(|option| option.id),
        quantity: next.quantity,
        text: next.text.clone(),
    }));
    let snapshot =
        PriceSnapshot::take(service.currency, service.period, snapshot.product.clone(), option_rows)
            .map_err(|_| Refusal::field("options", "not_offered", "This choice is not offered."))?;
    Ok(OptionsTarget { rows, given, snapshot, switch_fee })
}

fn direction(shelf: &Shelf, present: Option<&OptionRow>, next: &Chosen) -> Direction {
    let Some(present) = present else { return Direction::Up };
    let rank = |id| shelf.options(next.group.id).position(|option| Some(option.id) == id);
    let by_rank = rank(next.option.as_ref().map(|option| option.id)).cmp(&rank(present.option_id));
    let order = match next.group.kind {
        OptionKind::Quantity => by_rank.then(next.quantity.cmp(&present.quantity)),
        OptionKind::Dropdown | OptionKind::Radio | OptionKind::Text => by_rank,
    };
    match order {
        std::cmp::Ordering::Equal => Direction::Same,
        std::cmp::Ordering::Greater => Direction::Up,
        std::cmp::Ordering::Less => Direction::Down,
    }
}

/// What the next period costs at the new price.
fn new_price(service: &Service, target: &OptionsTarget) -> Decimal {
    let total = &target.snapshot.total;
    if service.idle { total.idle.unwrap_or(total.base) } else { total.base }
}

fn require_running(service: &Service) -> Result<()> {
    if service.state != ServiceState::Active || service.past_due_since.is_some() {
        let detail = "Options can be changed while the service is active and paid.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    Ok(())
}

fn why(change: &OptionChange, service: &Service, language: Language) -> Vec<String> {
    let texts = &words::of(language).services;
    let money = |amount| Money::ledger(amount, service.currency);
    let difference = fill(
        texts.difference,
        &[
            ("new", &money(change.new_price)),
            ("old", &money(change.old_price)),
            ("left", &change.seconds_left),
            ("all", &change.seconds),
            ("difference", &money(change.difference)),
        ],
    );
    vec![
        fill(texts.switch_fee, &[("fee", &money(change.switch_fee))]),
        difference,
        fill(texts.due_now, &[("due", &money(change.due_now))]),
    ]
}

/// Says what a change of options costs, and why. Changes nothing.
pub async fn preview(
    conn: &mut Conn,
    now: Timestamp,
    scope: Scope,
    id: ServiceId,
    wanted: &[ChosenOption],
    language: Language,
) -> Result<OptionsChangePreview> {
    let service = match scope {
        Scope::Client(client) => store::find(conn, client, id).await?,
        Scope::Staff => store::find_for_staff(conn, id).await?,
    };
    let service = service.ok_or_else(Refusal::not_found)?;
    require_running(&service)?;
    let target = target(conn, &service, scope, wanted).await?;
    let (client, fee, new) = (service.client_id, target.switch_fee, &target.snapshot.total);
    let change = charging::change::preview(conn, now, client, id, fee, new).await?;
    let wallet = wallet::store::find(conn, client).await?.ok_or_else(Refusal::not_found)?;
    let money = |amount: Decimal| Money::ledger(amount, service.currency);
    let missing = (change.due_now - wallet.available()).max(Decimal::ZERO);
    Ok(OptionsChangePreview {
        switch_fee: money(change.switch_fee),
        rest_of_period: money(change.difference),
        due_now: money(change.due_now),
        base_before: money(service.base),
        base_after: money(target.snapshot.total.base),
        rate_after: money(new_price(&service, &target)),
        why: why(&change, &service, language),
        missing: money(if change.due_now > Decimal::ZERO { missing } else { Decimal::ZERO }),
    })
}

/// Sets the money aside and asks the module for other options. Refuses with `CreditTooLow`, and with `SpendCapReached` what
/// the spend guard does not allow.
pub async fn start(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    scope: Scope,
    id: ServiceId,
    wanted: &[ChosenOption],
) -> Result<()> {
    conn.transaction(async |tx| {
        let service = locked(tx, now, scope, id).await?;
        require_running(&service)?;
        let target = target(tx, &service, scope, wanted).await?;
        let dearer = [(target.snapshot.total.base - service.base, service.period)];
        spending::actions::require(tx, service.client_id, service.currency, &dearer).await?;
        operation::settle(tx, now, &service).await?;
        // It may turn out past due.
        let service = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        require_running(&service)?;
        let (client, fee, new) = (service.client_id, target.switch_fee, &target.snapshot.total);
        let change = charging::change::preview(tx, now, client, id, fee, new).await?;
        let mut pending = Pending::new(now, actor, Operation::ChangeOptions);
        pending.change = Some(target);
        operation::start(tx, now, &service, &pending).await?;
        spending::actions::tell(tx, now, client, service.currency).await?;
        if change.due_now > Decimal::ZERO {
            wallet::holds::place(tx, now, client, id, change.due_now).await?;
        }
        let entry = Entry {
            action: "service.options_change",
            description: format!("Other options asked for: {}", service.label),
            client: Some(client),
            subject: Some(("service", id.0)),
            new: Some(json!({ "options": wanted })),
            ..Entry::default()
        };
        Ok(audit::record(tx, actor, now, entry).await?)
    })
    .await
}

/// The module has changed them: takes the money and writes the new options and price.
pub(super) async fn finished(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    pending: &Pending,
) -> Result<()> {
    let (client, id) = (service.client_id, service.id);
    let Some(target) = &pending.change else { return Ok(()) };
    let key = pending.id.to_string();
    let new = &target.snapshot.total;
    let change = charging::change::charge(tx, now, client, id, target.switch_fee, new, &key).await?;
    let rows: Vec<OptionRow> = target
        .rows
        .iter()
        .map(|row| OptionRow {
            group_id: row.group,
            option_id: row.option,
            quantity: row.quantity,
            text_value: row.text.clone(),
        })
        .collect();
    store::reprice(tx, now, service, Some(&rows), &target.snapshot).await?;
    // What was set aside and not needed may cover what became past due meanwhile.
    charging::actions::recover(tx, now, client).await?;
    let event = Event {
        from: Some(service.state),
        to: service.state,
        what: "options_changed",
        reason: why(&change, service, Language::English).join("; "),
    };
    Ok(store::record(tx, now, actor, client, id, event).await?)
}
