//! Setting pictures and taking them away.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use diesel_async::AsyncConnection;
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::Code;
use shared::catalog::{IMAGE_BYTES_MAX, ImageInput, ImageRead, ImageSlot};

use super::encode::{self, Fault};
use super::store::{self, Image, Owner};
use crate::App;
use crate::audit::Actor;
use crate::busy::{Broken, Places};
use crate::catalog::log::Record;
use crate::catalog::{attribute, group, option, product};
use crate::http::error::{Refusal, Result};

/// A photograph of forty megapixels takes about a second; what takes longer than this is given up.
const TIME_MAX: Duration = Duration::from_secs(20);

/// Each may take a few hundred megabytes.
static PLACES: Places = Places::new("reading a picture", 2);

fn refuse(code: &str, message: &str) -> Refusal {
    Refusal::field("content", code, message)
}

/// The file as it was sent. Refuses one that is too large, and what is not Base64.
fn file(input: &ImageInput) -> Result<Vec<u8>> {
    if input.content.len() > IMAGE_BYTES_MAX.div_ceil(3) * 4 {
        return Err(refuse("too_long", "At most 5 MiB.").into());
    }
    let bytes = STANDARD.decode(&input.content).map_err(|_| refuse("invalid", "Send the file in Base64."))?;
    if bytes.len() > IMAGE_BYTES_MAX {
        return Err(refuse("too_long", "At most 5 MiB.").into());
    }
    Ok(bytes)
}

/// Writes the file anew, where it keeps no request waiting.
async fn encoded(file: Vec<u8>, slot: ImageSlot) -> Result<Image> {
    let done = PLACES.within(TIME_MAX, move || encode::encode(&file, slot)).await;
    let done = done.map_err(|broken| match broken {
        Broken::NoPlace(_) => Refusal::new(Code::Unavailable).retry_after(30),
        Broken::TooLong(_) | Broken::BrokeOff(..) => {
            refuse("out_of_range", "This picture takes too long to read.")
        }
    });
    let encoded = match done? {
        Ok(encoded) => encoded,
        Err(Fault::TooLarge) => return Err(refuse("out_of_range", "At most 40 megapixels.").into()),
        Err(Fault::Unreadable) => {
            return Err(refuse("invalid", "Send a PNG, JPEG or WebP; this file is none, or broken.").into());
        }
    };
    Ok(Image {
        hash: HEXLOWER.encode(&Sha256::digest(&encoded.content)),
        media_type: encoded.media_type.to_owned(),
        width: i32::try_from(encoded.width).map_err(anyhow::Error::new)?,
        height: i32::try_from(encoded.height).map_err(anyhow::Error::new)?,
        content: encoded.content,
    })
}

fn record(owner: Owner, key: &str) -> Record<'_> {
    let kind = match owner {
        Owner::Product(_) => product::actions::PRODUCT,
        Owner::Group(_) => group::actions::GROUP,
        Owner::AttributeGroup(_) => attribute::actions::GROUP,
        Owner::Attribute(_) => attribute::actions::ATTRIBUTE,
        Owner::Option(_) => option::actions::OPTION,
    };
    kind.record(owner.id(), key)
}

/// Shows an uploaded picture in a slot of a record. Refuses what is no picture, or too large, and to put it in the place of
/// another one than was read.
///
/// Read before a connection is taken: it takes processor time.
pub async fn set(app: &App, actor: &Actor, owner: Owner, slot: ImageSlot, input: &ImageInput) -> Result<()> {
    let image = encoded(file(input)?, slot).await?;
    show(app, actor, owner, slot, input.read.as_deref(), Some(&image)).await
}

/// Takes the picture out of a slot of a record. Refuses to take another one than was read.
pub async fn remove(app: &App, actor: &Actor, owner: Owner, slot: ImageSlot, read: &ImageRead) -> Result<()> {
    show(app, actor, owner, slot, Some(&read.read), None).await
}

/// Locks the record, then writes the picture and that it is shown, in the place of the one that was read.
async fn show(
    app: &App,
    actor: &Actor,
    owner: Owner,
    slot: ImageSlot,
    read: Option<&str>,
    image: Option<&Image>,
) -> Result<()> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    conn.transaction(async |tx| {
        let before = store::lock(tx, owner, slot).await?.ok_or_else(Refusal::not_found)?;
        if before.hash.as_deref() != read {
            return Err(Refusal::new(Code::VersionConflict).into());
        }
        if let Some(image) = image {
            store::put(tx, now, image).await?;
        }
        let hash = image.map(|image| image.hash.as_str());
        store::show(tx, now, owner, slot, hash).await?;
        let named = |hash: Option<&str>| json!({ "images": { (slot.as_str()): hash } });
        let (old, new) = (named(before.hash.as_deref()), named(hash));
        record(owner, &before.key).changed(tx, now, actor, &old, &new).await
    })
    .await
}
