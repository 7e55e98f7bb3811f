//! Making and revoking tokens. Both ask for the password.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::identity::{NewToken, TokenCreated, TokenSummary};
use shared::{AdminId, ClientId, Code, Permission, TokenId};

use super::store;
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::access::{Proof, client_rights};
use crate::http::error::{Error, Refusal, Result};
use crate::http::network;
use crate::identity::person::Person;
use crate::identity::random;
use crate::identity::session::actions::need_sudo;
use crate::identity::session::store as sessions;

/// A token of staff with every scope, for the program's own first steps: its text. Nobody is asked for a password.
pub async fn issue_for_setup(tx: &mut Conn, now: Timestamp, admin: AdminId, name: &str) -> Result<String> {
    let secret = format!("hw_{}", random::token()?);
    let new = NewToken {
        name: name.to_owned(),
        scopes: staff_scopes(),
        networks: vec!["127.0.0.1".to_owned()],
        service: None,
        expires_at: None,
    };
    store::insert(tx, now, Person::Admin(admin), None, &new, &secret).await?;
    Ok(secret)
}

/// Revokes every token that was made for the program's own first steps.
pub async fn revoke_setup(tx: &mut Conn, now: Timestamp, admin: AdminId, name: &str) -> Result<()> {
    Ok(store::revoke_named(tx, now, admin, name).await?)
}

const TOKENS_MAX: i64 = 100;

/// Scopes of staff's tokens: the areas of permissions.
pub(super) fn staff_scopes() -> Vec<String> {
    let mut areas: Vec<&str> = Permission::ALL.iter().map(|permission| permission.area()).collect();
    areas.sort_unstable();
    areas.dedup();
    both(&areas)
}

/// Scopes of clients' tokens: what users may be allowed.
pub(super) fn client_scopes() -> Vec<String> {
    both(client_rights::ALL)
}

fn both(areas: &[&str]) -> Vec<String> {
    areas.iter().flat_map(|area| [format!("{area}:read"), format!("{area}:write")]).collect()
}

fn check(new: &NewToken, offered: &[String], now: Timestamp) -> Result<()> {
    let mut fields = Fields::new();
    fields.required("name", &new.name, 100);
    fields.check(!new.scopes.is_empty(), "scopes", "required", "Choose what the token may do.");
    fields.check(new.scopes.len() <= 50, "scopes", "too_long", "At most 50 scopes.");
    for (index, scope) in new.scopes.iter().enumerate().take(50) {
        fields.check(
            offered.contains(scope),
            &format!("scopes.{index}"),
            "unknown",
            "There is no such scope.",
        );
    }
    network::check(&mut fields, "networks", &new.networks, 20);
    if let Some(expires_at) = new.expires_at {
        fields.instant("expires_at", expires_at);
        fields.check(expires_at > now, "expires_at", "out_of_range", "Must lie in the future.");
    }
    fields.finish()
}

/// Who makes or revokes a token, and for which client.
#[derive(Debug)]
pub(super) struct Maker<'a> {
    pub(super) person: Person,
    pub(super) client: Option<ClientId>,
    pub(super) proof: Proof,
    pub(super) actor: &'a Actor,
}

impl Maker<'_> {
    fn entry(&self, action: &'static str, description: String, id: TokenId) -> Entry<'static> {
        Entry { action, description, client: self.client, subject: Some(("token", id.0)), ..Entry::default() }
    }
}

/// Makes a token. Its secret is in the answer and nowhere else.
pub(super) async fn create(app: &App, maker: &Maker<'_>, new: &NewToken) -> Result<TokenCreated> {
    let now = app.clock.now();
    let offered = if maker.client.is_some() { client_scopes() } else { staff_scopes() };
    check(new, &offered, now)?;
    let secret = format!("hw_{}", random::token()?);
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        need_sudo(tx, now, maker.proof).await?;
        if store::count(tx, maker.person).await? >= TOKENS_MAX {
            return Err(
                Refusal::because(Code::Conflict, "A hundred tokens are enough. Revoke one first.").into()
            );
        }
        if let Some(service) = new.service {
            let own = match maker.client {
                Some(client) => store::has_service(tx, client, service).await?,
                None => false,
            };
            if !own {
                return Err(Refusal::field("service", "unknown", "There is no such service.").into());
            }
        }
        let id = store::insert(tx, now, maker.person, maker.client, new, &secret).await?;
        let owner = sessions::credentials(tx, maker.person).await?.ok_or_else(Refusal::not_found)?.email;
        let text = format!("Made the API token {} with {}", new.name.trim(), new.scopes.join(", "));
        audit::record(tx, maker.actor, now, maker.entry("token.created", text, id)).await?;
        let token = TokenSummary {
            id,
            name: new.name.trim().to_owned(),
            prefix: secret.chars().take(9).collect(),
            owner,
            scopes: new.scopes.clone(),
            networks: new.networks.clone(),
            service: new.service,
            expires_at: new.expires_at,
            last_used_at: None,
            last_used_ip: None,
            created_at: now,
        };
        Ok(TokenCreated { token, secret: secret.clone() })
    })
    .await
}

/// Revokes a token: it stops working at once.
pub(super) async fn revoke(app: &App, maker: &Maker<'_>, id: TokenId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        need_sudo(tx, now, maker.proof).await?;
        let revoked = match (maker.person, maker.client) {
            (Person::Admin(admin), _) => store::revoke_of_admin(tx, now, admin, id).await?,
            (Person::User(user), Some(client)) => store::revoke_of_client(tx, now, client, user, id).await?,
            (Person::User(_), None) => None,
        };
        let name = revoked.ok_or_else(Refusal::not_found)?;
        let entry = maker.entry("token.revoked", format!("Revoked the API token {name}"), id);
        Ok(audit::record(tx, maker.actor, now, entry).await?)
    })
    .await
}

/// Staff revoke a token of a client, whosever it is.
pub(super) async fn revoke_for_staff(app: &App, actor: &Actor, client: ClientId, id: TokenId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let revoked = store::revoke_for_staff(tx, now, client, id).await?;
        let (name, email) = revoked.ok_or_else(Refusal::not_found)?;
        let entry = Entry {
            action: "token.revoked",
            description: format!("Revoked the API token {name} of {email}"),
            client: Some(client),
            subject: Some(("token", id.0)),
            ..Entry::default()
        };
        Ok(audit::record(tx, actor, now, entry).await?)
    })
    .await
}
