//! Creating and changing clients.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::identity::{
    AddressKind, ClientAddress, ClientChange, ClientDetail, ClientRole, ClientStatus, NewClient,
    NewClientStatus, PostalAddress, UserStatus,
};
use shared::{ClientId, Code, Money, UserId};

use super::store::{self, Changed, NewRow};
use super::{members, people, status, tax_id};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::access::Staff;
use crate::http::cookies::Portal;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::contact::{self, given};
use crate::identity::person::Person;
use crate::identity::session::actions::{need_sudo, normal_email};
use crate::identity::session::store as sessions;
use crate::identity::{letters, link, password, user};
use crate::settings;

/// A client as staff see it: a constant number of queries.
pub async fn detail(conn: &mut Conn, id: ClientId) -> Result<ClientDetail> {
    let row = store::find(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let addresses = store::addresses(conn, id).await?;
    let users = members::list(conn, id).await?;
    let last = people::last_sign_in(conn, id).await?;
    let money = |amount| Money::ledger(amount, row.currency);
    Ok(ClientDetail {
        id,
        tax_id_awaited: row.tax_id_awaited(billing_country(&addresses).unwrap_or_default()),
        balance: money(row.balance),
        held: money(row.held),
        credit_limit: money(row.credit_limit),
        name: row.name,
        status: row.status,
        status_reason: row.status_reason,
        first_name: row.first_name,
        last_name: row.last_name,
        company_name: row.company_name,
        tax_id: row.tax_id,
        tax_id_valid: row.tax_id_valid,
        tax_id_checked_at: row.tax_id_checked_at,
        tax_id_consultation: row.tax_id_consultation,
        email: row.email,
        phone_country: row.phone_country,
        phone: row.phone,
        language: row.language,
        currency: row.currency,
        currency_may_change: !row.wallet_used,
        company: row.company_id,
        company_label: row.company_label,
        enforce_two_factor: row.enforce_two_factor,
        addresses,
        users,
        services: row.services,
        unpaid_documents: row.unpaid_documents,
        last_sign_in_at: last.as_ref().map(|last| last.at),
        last_sign_in_ip: last.map(|last| last.ip),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// The country that a client is billed in. `None`: it has no billing address.
pub fn billing_country(addresses: &[ClientAddress]) -> Option<&str> {
    let billing = addresses.iter().find(|address| address.kind == AddressKind::Billing);
    billing.map(|billing| billing.address.country.as_str())
}

/// Writes a client with wallet, billing address and owner, begins its history and has its tax id checked.
pub async fn insert_with_owner(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    row: &NewRow<'_>,
    address: &PostalAddress,
    owner: UserId,
) -> Result<ClientId> {
    let id = store::insert(tx, now, row).await?;
    store::put_address(tx, now, id, AddressKind::Billing, address).await?;
    people::insert(tx, now, id, owner, ClientRole::Owner, &[]).await?;
    status::begin_history(tx, now, actor, id, row.status).await?;
    tax_id::ask_anew(tx, now, id).await?;
    Ok(id)
}

fn check_new(new: &NewClient, email: &str) -> Fields {
    let mut fields = Fields::new();
    fields.email("email", email);
    fields.text("first_name", &new.first_name, 100);
    fields.text("last_name", &new.last_name, 100);
    fields.text("company_name", &new.company_name, 200);
    fields.text("tax_id", &new.tax_id, 50);
    let named =
        [&new.first_name, &new.last_name, &new.company_name].iter().any(|name| !name.trim().is_empty());
    fields.check(named, "last_name", "required", "Write a person's or a company's name.");
    contact::check_phone(&mut fields, new.phone_country.as_deref(), new.phone.as_deref());
    contact::check_address(&mut fields, "billing_address.", &new.billing_address);
    fields
}

/// Creates a client. Its owner is the user with that address, or a new one: mailed a link when no password is given.
pub async fn create(app: &App, actor: &Actor, new: &NewClient) -> Result<ClientDetail> {
    let now = app.clock.now();
    let email = normal_email(&new.email);
    let mut fields = check_new(new, &email);
    let mut conn = app.db.get().await?;
    let security = settings::load(&mut conn).await?.security;
    let (plain, imported) = (new.password.as_ref(), new.password_hash.as_ref());
    let personal = [email.as_str(), &new.first_name, &new.last_name];
    password::check_new(&mut fields, plain, imported, &security, &personal);
    fields.finish()?;
    let company = match new.company {
        Some(id) => store::company(&mut conn, id).await?,
        None => store::company_for(&mut conn, &new.billing_address.country).await?,
    };
    let company = company.ok_or_else(|| Refusal::field("company", "unknown", "Choose a home company."))?;
    let currency = new.currency.unwrap_or(company.currency);
    if !store::is_currency_enabled(&mut conn, currency).await? {
        return Err(Refusal::field("currency", "unknown", "Choose one of the enabled currencies.").into());
    }
    drop(conn);
    let hash = password::to_keep(&app.passwords, plain, imported).await?;
    let active = new.status.unwrap_or(NewClientStatus::Active) == NewClientStatus::Active;

    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let owner = owner_for(app, tx, now, new, &email, hash.as_deref(), active).await?;
        let row = NewRow {
            status: if active { ClientStatus::Active } else { ClientStatus::Pending },
            first_name: new.first_name.trim(),
            last_name: new.last_name.trim(),
            company_name: new.company_name.trim(),
            tax_id: new.tax_id.trim(),
            email: &email,
            phone_country: given(new.phone_country.as_deref()),
            phone: given(new.phone.as_deref()),
            language: new.language,
            currency,
            company: company.id,
        };
        let id = insert_with_owner(tx, now, actor, &row, &new.billing_address, owner).await?;
        let after = detail(tx, id).await?;
        let entry = Entry {
            action: "client.created",
            description: format!("Created the client {}", after.name),
            client: Some(id),
            subject: Some(("client", id.0)),
            new: Some(serde_json::to_value(&after)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(after)
    })
    .await
}

/// The user with that address, or a new one. A password of somebody who exists is not touched.
async fn owner_for(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    new: &NewClient,
    email: &str,
    hash: Option<&str>,
    active: bool,
) -> Result<UserId> {
    if let Some(known) = sessions::credentials_by_email(tx, Portal::Client, email).await? {
        if hash.is_some() {
            let field = if new.password.is_some() { "password" } else { "password_hash" };
            let message = "A user with this address exists and keeps his password. Leave this empty.";
            return Err(Refusal::field(field, "taken", message).into());
        }
        return Ok(UserId(known.id));
    }
    let row = user::store::NewRow {
        email,
        first_name: new.first_name.trim(),
        last_name: new.last_name.trim(),
        phone_country: given(new.phone_country.as_deref()),
        phone: given(new.phone.as_deref()),
        language: new.language,
        status: if active { UserStatus::Active } else { UserStatus::New },
        email_verified: active && hash.is_some(),
        password_hash: hash,
        notes: "",
    };
    let id = user::store::insert(tx, now, &row).await?;
    let id = id.ok_or_else(|| Refusal::because(Code::Conflict, "This address was just taken. Try again."))?;
    if hash.is_none() {
        link::actions::send_set_password(app, tx, now, Person::User(id), email).await?;
    } else if !active {
        link::actions::send_confirmation(app, tx, now, id, email).await?;
    } else if new.password_hash.is_none() {
        // Who was taken over from another system is no newcomer.
        letters::welcome(tx, now, id).await?;
    }
    Ok(id)
}

/// Changes a client. The currency can be changed until there is money, a document or a service. Locks its wallet.
///
/// Whether its users need a second factor asks for the password: it decides who comes in, as its networks do.
pub async fn change(app: &App, who: &Staff, id: ClientId, change: &ClientChange) -> Result<ClientDetail> {
    let now = app.clock.now();
    let email = normal_email(&change.email);
    let mut fields = Fields::new();
    fields.email("email", &email);
    fields.text("first_name", &change.first_name, 100);
    fields.text("last_name", &change.last_name, 100);
    fields.text("company_name", &change.company_name, 200);
    fields.text("tax_id", &change.tax_id, 50);
    contact::check_phone(&mut fields, change.phone_country.as_deref(), change.phone.as_deref());
    fields.finish()?;
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let old = store::lock_with_wallet(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(old.version, change.version)?;
        let mut fields = Fields::new();
        if old.currency != change.currency {
            fields.check(
                !old.wallet_used,
                "currency",
                "in_use",
                "There is money or a service in the old currency.",
            );
            let message = "There is a credit limit in the old currency: set it to zero before.";
            fields.check(old.credit_limit.is_zero(), "currency", "in_use", message);
            let offered = store::is_currency_enabled(tx, change.currency).await?;
            fields.check(offered, "currency", "unknown", "Choose one of the enabled currencies.");
        }
        if old.company_id != change.company {
            fields.check(
                !old.wallet_used,
                "company",
                "in_use",
                "There is money or a service with the old company.",
            );
            let sells = store::company(tx, change.company).await?.is_some();
            fields.check(sells, "company", "unknown", "Choose a home company.");
        }
        fields.finish()?;
        let before = detail(tx, id).await?;
        if before.enforce_two_factor != change.enforce_two_factor {
            need_sudo(tx, now, who.proof).await?;
        }
        let changed = Changed {
            first_name: change.first_name.trim(),
            last_name: change.last_name.trim(),
            company_name: change.company_name.trim(),
            tax_id: change.tax_id.trim(),
            email: &email,
            phone_country: given(change.phone_country.as_deref()),
            phone: given(change.phone.as_deref()),
            language: change.language,
            currency: change.currency,
            company: change.company,
            enforce_two_factor: change.enforce_two_factor,
            tax_id_changed: old.tax_id != change.tax_id.trim(),
        };
        store::update(tx, now, id, &changed).await?;
        if old.currency != change.currency || old.company_id != change.company {
            store::move_wallet(tx, id, change.currency, change.company).await?;
        }
        record_change(tx, now, &who.actor, id, before, "Changed the client").await
    })
    .await
}

async fn record_change(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ClientId,
    before: ClientDetail,
    what: &str,
) -> Result<ClientDetail> {
    let after = detail(tx, id).await?;
    let known = (&before.tax_id, before.company, billing_country(&before.addresses));
    if known != (&after.tax_id, after.company, billing_country(&after.addresses)) {
        tax_id::ask_anew(tx, now, id).await?;
    }
    let entry = Entry {
        action: "client.changed",
        description: format!("{what} {}", after.name),
        client: Some(id),
        subject: Some(("client", id.0)),
        old: Some(serde_json::to_value(&before)?),
        new: Some(serde_json::to_value(&after)?),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    Ok(after)
}

/// Writes the address of a kind. Refuses a version that is not the client's present one.
pub async fn put_address(
    app: &App,
    actor: &Actor,
    id: ClientId,
    kind: AddressKind,
    version: i32,
    address: &PostalAddress,
) -> Result<ClientDetail> {
    let now = app.clock.now();
    let mut fields = Fields::new();
    contact::check_address(&mut fields, "", address);
    fields.finish()?;
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let client = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(client.version, version)?;
        let before = detail(tx, id).await?;
        store::put_address(tx, now, id, kind, address).await?;
        store::touch(tx, now, id).await?;
        record_change(tx, now, actor, id, before, &format!("Changed the {kind} address of")).await
    })
    .await
}

/// Deletes an address; the billing address stays. Refuses a version that is not the client's present one.
pub async fn delete_address(
    app: &App,
    actor: &Actor,
    id: ClientId,
    kind: AddressKind,
    version: i32,
) -> Result<ClientDetail> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let client = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(client.version, version)?;
        if kind == AddressKind::Billing {
            return Err(Refusal::because(Code::Conflict, "Invoices need the billing address.").into());
        }
        let before = detail(tx, id).await?;
        if !store::delete_address(tx, id, kind).await? {
            return Err(Refusal::not_found().into());
        }
        store::touch(tx, now, id).await?;
        record_change(tx, now, actor, id, before, &format!("Deleted the {kind} address of")).await
    })
    .await
}
