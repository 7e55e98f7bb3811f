//! Clients: the accounts that buy.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{SecretText, UserStatus};
use crate::{
    AddressId, AdminId, ClientId, CompanyId, Currency, Language, Money, NotificationId, ServiceId, UserId,
};

words! {
    /// State of an account.
    ClientStatus {
        /// Waits for the confirmation of its owner's address.
        Pending = "pending",
        Active = "active",
        /// May sign in, sees and pays; orders nothing.
        Suspended = "suspended",
        /// Cannot be used at all.
        Banned = "banned",
        Closed = "closed",
        Fraud = "fraud",
        /// Out of the lists; documents stay.
        Deleted = "deleted",
    }
}

words! {
    /// What a user may do for a client.
    ClientRole {
        Owner = "owner",
        /// Everything but users.
        Manager = "manager",
        /// The listed permissions.
        Custom = "custom",
    }
}

words! {
    /// A permission of a user with the role `custom`.
    ClientPermission {
        Overview = "overview",
        Profile = "profile",
        Users = "users",
        Services = "services",
        Documents = "documents",
        Tickets = "tickets",
        Api = "api",
    }
}

words! {
    /// What an address is for.
    AddressKind {
        Billing = "billing",
        Shipping = "shipping",
        Service = "service",
    }
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PostalAddress {
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub line1: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub line2: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub city: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 20))]
    pub postcode: String,
    /// ISO 3166-1 alpha-2.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$", example = "PL"))]
    pub country: String,
    /// ISO 3166-2, of that country.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 6, example = "PL-MZ"))]
    pub region: Option<String>,
}

/// An address of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientAddress {
    pub id: AddressId,
    pub kind: AddressKind,
    pub address: PostalAddress,
    pub updated_at: Timestamp,
}

/// A client in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientSummary {
    pub id: ClientId,
    /// Company name, or the person's.
    pub name: String,
    pub company_name: String,
    pub email: String,
    pub status: ClientStatus,
    /// The user who owns the account. `null`: nobody does.
    pub owner: Option<UserName>,
    /// Of the billing address.
    pub country: Option<String>,
    pub city: Option<String>,
    pub balance: Money,
    pub company: CompanyId,
    pub created_at: Timestamp,
}

/// A user, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserName {
    pub id: UserId,
    pub name: String,
    pub email: String,
}

/// Which clients to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ClientFilter {
    /// Deleted clients are listed only when asked for here.
    pub status: Option<ClientStatus>,
    /// ISO 3166-1 alpha-2 of the billing address.
    #[cfg_attr(feature = "openapi", param(max_length = 2))]
    pub country: Option<String>,
    /// Only those whose wallet is in this currency.
    pub currency: Option<Currency>,
    /// The home company that sells to them.
    pub company: Option<CompanyId>,
    /// Only those whose balance is below zero, or only all others.
    pub in_debt: Option<bool>,
    /// Created at or after this instant.
    pub created_from: Option<Timestamp>,
    /// Created before this instant.
    pub created_to: Option<Timestamp>,
}

/// A client as staff see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientDetail {
    pub id: ClientId,
    /// Company name, or the person's.
    pub name: String,
    pub status: ClientStatus,
    pub status_reason: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub company_name: String,
    pub tax_id: String,
    /// Answer of the last check of the tax id; `None`: not checked.
    pub tax_id_valid: Option<bool>,
    pub tax_id_checked_at: Option<Timestamp>,
    /// The office's number of that check; `null`: it gave none.
    pub tax_id_consultation: Option<String>,
    /// It decides about reverse charge, and nobody has answered about it yet: until then tax is charged.
    pub tax_id_awaited: bool,
    pub email: String,
    pub phone_country: Option<String>,
    pub phone: Option<String>,
    pub language: Language,
    pub currency: Currency,
    /// False once there is a ledger entry: the currency is fixed.
    pub currency_may_change: bool,
    pub company: CompanyId,
    pub company_label: String,
    pub enforce_two_factor: bool,
    pub balance: Money,
    pub held: Money,
    pub credit_limit: Money,
    pub addresses: Vec<ClientAddress>,
    pub users: Vec<ClientUser>,
    /// Services that are not terminated or cancelled.
    pub services: i64,
    pub unpaid_documents: i64,
    pub last_sign_in_at: Option<Timestamp>,
    pub last_sign_in_ip: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A new client. Creates its owner's user, or takes the one that has that e-mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email"))]
    pub email: String,
    /// Of a new user; `None` mails a link to set it.
    #[serde(default)]
    pub password: Option<SecretText>,
    /// A hash of another system instead of a password: bcrypt (`$2a$`, `$2b$`, `$2y$`), argon2, scrypt or PBKDF2 (PHC strings).
    /// Replaced by ours at the first good sign-in.
    #[serde(default)]
    pub password_hash: Option<SecretText>,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub first_name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub last_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub company_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub tax_id: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$"))]
    pub phone_country: Option<String>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 30))]
    pub phone: Option<String>,
    pub language: Language,
    /// `None`: the installation's default.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// `pending` mails a confirmation link; `active` needs none.
    #[serde(default)]
    pub status: Option<NewClientStatus>,
    /// `None`: the default home company.
    #[serde(default)]
    pub company: Option<CompanyId>,
    pub billing_address: PostalAddress,
}

words! {
    /// How a new client begins.
    NewClientStatus {
        Pending = "pending",
        Active = "active",
    }
}

/// A changed client: everything that staff may change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClientChange {
    /// As read; refused when somebody changed it meanwhile.
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email"))]
    pub email: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub first_name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub last_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub company_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub tax_id: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$"))]
    pub phone_country: Option<String>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 30))]
    pub phone: Option<String>,
    pub language: Language,
    /// Only as long as there is no ledger entry.
    pub currency: Currency,
    pub company: CompanyId,
    #[serde(default)]
    pub enforce_two_factor: bool,
}

words! {
    /// What staff do to the state of a client.
    ClientAction {
        Suspend = "suspend",
        Ban = "ban",
        /// Clears suspension, ban and fraud mark.
        Reactivate = "reactivate",
        Close = "close",
        /// Marks as fraud: cannot be used at all.
        Fraud = "fraud",
        /// Takes a closed client out of the lists.
        Delete = "delete",
    }
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClientStatusChange {
    pub action: ClientAction,
    /// Shown to the client; required unless reactivating.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub reason: String,
    /// Also suspends its running services, or resumes those that such an action suspended.
    #[serde(default)]
    pub also_services: bool,
    /// Tell the client.
    #[serde(default)]
    pub notify: bool,
}

/// What a change of state does, or did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientStatusEffect {
    pub from: ClientStatus,
    pub to: ClientStatus,
    /// Services that are suspended or resumed with it.
    pub services: i64,
    /// Browsers that are signed out.
    pub sessions: i64,
    /// API tokens that stop working.
    pub tokens: i64,
    /// What has to be settled first; not empty: refused.
    pub in_the_way: Vec<Obstacle>,
    /// Earlier reasons that are cleared, newest first.
    pub earlier_reasons: Vec<String>,
    /// False for a dry run.
    pub done: bool,
}

/// Something that stands in the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Obstacle {
    /// `active_services`, `debt`, `balance`, `open_documents`, `not_closed`.
    pub code: String,
    pub message: String,
    /// How many; for money the amount is in the message.
    pub count: i64,
}

/// One change of state in the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientStatusEntry {
    pub id: Uuid,
    /// The status before. `null`: it is the first.
    pub from: Option<ClientStatus>,
    /// The status since then.
    pub to: ClientStatus,
    pub reason: String,
    /// `admin:…`, `user:…`, `system` or `visitor`.
    pub actor: String,
    /// Name of the person, as it is now.
    pub actor_name: String,
    pub at: Timestamp,
}

/// A user of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientUser {
    pub user: UserId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub status: UserStatus,
    pub two_factor: bool,
    pub role: ClientRole,
    pub permissions: Vec<ClientPermission>,
    pub last_sign_in_at: Option<Timestamp>,
    /// Since when he may not act for the client. `null`: he may.
    pub disabled_at: Option<Timestamp>,
    /// Of role and permissions.
    pub version: i32,
    pub created_at: Timestamp,
}

/// A user to be associated with a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewClientUser {
    pub user: UserId,
    /// Not `owner`: that is switched.
    pub role: ClientRole,
    /// Of the role `custom`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub permissions: Vec<ClientPermission>,
}

/// A changed role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClientUserChange {
    /// As read; refused when somebody changed him meanwhile.
    pub version: i32,
    /// Not `owner`: that is switched.
    pub role: ClientRole,
    /// Of the role `custom`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub permissions: Vec<ClientPermission>,
}

/// The user who becomes the owner; the one before stays as manager.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnerSwitch {
    pub user: UserId,
}

/// A note of staff about a client, or about a service it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffNote {
    pub id: Uuid,
    pub author: AdminId,
    pub author_name: String,
    pub text: String,
    pub at: Timestamp,
    /// What it is about; `None`: the client.
    pub service: Option<NotedService>,
}

/// The service a note is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotedService {
    pub id: ServiceId,
    pub label: String,
}

/// A new note; it cannot be changed afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewStaffNote {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10_000))]
    pub text: String,
}

/// An e-mail that staff write to users of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewClientMessage {
    /// Users who act for the client; left out: its owner.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 200))]
    pub recipients: Option<Vec<UserId>>,
    /// One line; also the title at the bell.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub subject: String,
    /// Plain text; an empty line begins a paragraph. The greeting and the name of the home company are added.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10_000))]
    pub text: String,
}

/// What was sent to users of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientMessageSent {
    /// One for each recipient; the history of messages tells what became of them.
    pub messages: Vec<NotificationId>,
}

/// Where a client is signed in from: a session of one of its users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientSession {
    pub id: crate::SessionId,
    pub user: UserName,
    pub user_agent: String,
    pub ip: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// `None`: still signed in, unless expired.
    pub ended_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

/// The profile of a client, as its users see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientProfile {
    pub id: ClientId,
    /// Company name, or the person's.
    pub name: String,
    pub status: ClientStatus,
    pub status_reason: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub company_name: String,
    pub tax_id: String,
    pub tax_id_valid: Option<bool>,
    pub tax_id_checked_at: Option<Timestamp>,
    /// It decides about reverse charge, and nobody has answered about it yet: until then tax is charged.
    pub tax_id_awaited: bool,
    pub email: String,
    pub phone_country: Option<String>,
    pub phone: Option<String>,
    pub language: Language,
    pub currency: Currency,
    /// `None` until it is filled in.
    pub billing_address: Option<PostalAddress>,
    /// Nothing that an invoice needs is missing.
    pub is_complete: bool,
    pub version: i32,
}

/// A changed profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClientProfileChange {
    /// As read; refused when somebody changed it meanwhile.
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub first_name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub last_name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email"))]
    pub email: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub company_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub tax_id: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$"))]
    pub phone_country: Option<String>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 30))]
    pub phone: Option<String>,
    pub language: Language,
    pub billing_address: PostalAddress,
}
