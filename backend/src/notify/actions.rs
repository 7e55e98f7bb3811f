//! The short ways to tell somebody something; `Letter` has the rest.

use jiff::Timestamp;
use serde::Serialize;
use shared::{AdminId, ClientId, Permission, UserId};

use crate::db::Conn;
use crate::http::error::Result;
use crate::notify::Event;
use crate::notify::letter::{Letter, object};
use crate::seal::Sealer;

/// Tells the people of a client.
pub async fn client(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    event: Event,
    params: impl Serialize,
) -> Result<()> {
    Letter::new(event, object(params)?).client(tx, now, client).await
}

/// Tells one user.
pub async fn user(
    tx: &mut Conn,
    now: Timestamp,
    user: UserId,
    event: Event,
    params: impl Serialize,
) -> Result<()> {
    Letter::new(event, object(params)?).user(tx, now, user).await
}

/// Tells one user, with links or codes.
pub async fn user_with_secrets(
    tx: &mut Conn,
    sealer: &Sealer,
    now: Timestamp,
    user: UserId,
    event: Event,
    params: impl Serialize,
    secrets: impl Serialize,
) -> Result<()> {
    Letter::new(event, object(params)?).with_secrets(sealer, object(secrets)?).user(tx, now, user).await
}

/// Tells one member of staff.
pub async fn admin(
    tx: &mut Conn,
    now: Timestamp,
    admin: AdminId,
    event: Event,
    params: impl Serialize,
) -> Result<()> {
    Letter::new(event, object(params)?).admin(tx, now, admin).await
}

/// Tells one member of staff, with links or codes.
pub async fn admin_with_secrets(
    tx: &mut Conn,
    sealer: &Sealer,
    now: Timestamp,
    admin: AdminId,
    event: Event,
    params: impl Serialize,
    secrets: impl Serialize,
) -> Result<()> {
    Letter::new(event, object(params)?).with_secrets(sealer, object(secrets)?).admin(tx, now, admin).await
}

/// Tells all staff with a permission.
pub async fn staff(
    tx: &mut Conn,
    now: Timestamp,
    permission: Permission,
    event: Event,
    params: impl Serialize,
) -> Result<()> {
    Letter::new(event, object(params)?).staff(tx, now, permission).await
}
