//! What staff did to the catalogue, as entries of the activity log.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::error::Result;

/// A kind of record: its word in the log, and how sentences call it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) word: &'static str,
    pub(super) title: &'static str,
}

impl Kind {
    /// The record of this kind with this id and key.
    pub(super) const fn record(self, id: Uuid, key: &str) -> Record<'_> {
        Record { kind: self, id, key }
    }
}

/// What an entry is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    kind: Kind,
    id: Uuid,
    key: &'a str,
}

impl Record<'_> {
    pub(super) async fn created(
        self,
        tx: &mut Conn,
        now: Timestamp,
        actor: &Actor,
        new: &impl Serialize,
    ) -> Result<()> {
        let entry = Entry { new: Some(serde_json::to_value(new)?), ..Entry::default() };
        self.write(tx, now, actor, "created", entry).await
    }

    /// Created as a copy of the one with the key `original`.
    pub(super) async fn copied(
        self,
        tx: &mut Conn,
        now: Timestamp,
        actor: &Actor,
        original: &str,
        new: &impl Serialize,
    ) -> Result<()> {
        let Kind { word, title } = self.kind;
        let entry = Entry {
            action: &format!("{word}.created"),
            description: format!("{title} {} copied from {original}", self.key),
            subject: Some((word, self.id)),
            new: Some(serde_json::to_value(new)?),
            ..Entry::default()
        };
        Ok(audit::record(tx, actor, now, entry).await?)
    }

    pub(super) async fn changed(
        self,
        tx: &mut Conn,
        now: Timestamp,
        actor: &Actor,
        old: &impl Serialize,
        new: &impl Serialize,
    ) -> Result<()> {
        let (old, new) = (serde_json::to_value(old)?, serde_json::to_value(new)?);
        let entry = Entry { old: Some(old), new: Some(new), ..Entry::default() };
        self.write(tx, now, actor, "changed", entry).await
    }

    pub(super) async fn deleted(
        self,
        tx: &mut Conn,
        now: Timestamp,
        actor: &Actor,
        old: &impl Serialize,
    ) -> Result<()> {
        let entry = Entry { old: Some(serde_json::to_value(old)?), ..Entry::default() };
        self.write(tx, now, actor, "deleted", entry).await
    }

    async fn write(
        self,
        tx: &mut Conn,
        now: Timestamp,
        actor: &Actor,
        done: &str,
        values: Entry<'_>,
    ) -> Result<()> {
        let Kind { word, title } = self.kind;
        let entry = Entry {
            action: &format!("{word}.{done}"),
            description: format!("{title} {} {done}", self.key),
            subject: Some((word, self.id)),
            ..values
        };
        Ok(audit::record(tx, actor, now, entry).await?)
    }
}
