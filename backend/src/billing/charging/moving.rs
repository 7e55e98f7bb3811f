//! A service goes from one wallet to another: what is paid goes along, and no time is charged twice or not at all.

use anyhow::anyhow;
use jiff::Timestamp;
use shared::{ClientId, Code, ServiceId};

use super::actions::stop;
use super::store::{self, Standing};
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// How a service left a wallet.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    /// Until when it is paid. `None`: it is charged once.
    pub paid_until: Option<Timestamp>,
    /// It was charged by the hour.
    pub streams: bool,
}

/// Takes an active service out of the stream of its client, whose wallet is locked and settled up to now.
pub async fn leave(tx: &mut Conn, now: Timestamp, client: ClientId, service: ServiceId) -> Result<Left> {
    let before = store::find(tx, client, service).await?.ok_or_else(Refusal::not_found)?;
    let paid_until = stop(tx, now, client, service).await?;
    Ok(Left { paid_until, streams: before.stream_from.is_some() })
}

/// Charges a service on from where it is paid until, out of the wallet of its new client, which is locked and settled up to
/// now as well.
pub async fn arrive(
    tx: &mut Conn,
    from: ClientId,
    to: ClientId,
    service: ServiceId,
    left: &Left,
) -> Result<()> {
    let service = store::lock(tx, to, service).await?.ok_or_else(Refusal::not_found)?;
    if left.streams {
        let until = left.paid_until.ok_or_else(|| anyhow!("service {} streamed unpaid", service.id))?;
        let wallet = wallet::store::find(tx, to).await?.ok_or_else(Refusal::not_found)?;
        // Hours at or before the watermark count as charged: it must not have passed the first one.
        if wallet.charged_to >= until {
            let detail = format!("The new client is charged up to {} already.", wallet.charged_to);
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        let standing = Standing { stream_from: Some(until), paid_until: None, ..Standing::of(&service) };
        store::stand(tx, service.id, standing).await?;
    }
    store::refresh_next_due(tx, from).await?;
    store::refresh_next_due(tx, to).await?;
    Ok(())
}
