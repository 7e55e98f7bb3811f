//! A message on its way into the history: written in the transaction that caused it, sent by a task.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::notifications::Audience;
use shared::{AdminId, ClientId, DocumentId, Language, NotificationId, Permission, UserId};

use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::notify::store::{self, Recipient};
use crate::notify::{Event, NewNotification};
use crate::seal::Sealer;

/// What to tell. Pick the readers last: `Letter::new(..).with_document(..).client(tx, now, client)`.
#[derive(Clone)]
pub struct Letter<'a> {
    event: Event,
    params: Value,
    secrets: Option<(&'a Sealer, Value)>,
    documents: Vec<DocumentId>,
    email: Option<String>,
    once: Option<String>,
}

impl<'a> Letter<'a> {
    /// `params` is an object with at least what `event.params()` lists.
    pub fn new(event: Event, params: Value) -> Self {
        Self { event, params, secrets: None, documents: Vec::new(), email: None, once: None }
    }

    /// Links and codes: sealed until the message is sent, then dropped.
    pub fn with_secrets(mut self, sealer: &'a Sealer, secrets: Value) -> Self {
        self.secrets = Some((sealer, secrets));
        self
    }

    /// Attaches the PDF of an issued document.
    pub fn with_document(mut self, document: DocumentId) -> Self {
        self.documents.push(document);
        self
    }

    /// Sends it to this address instead of the person's own: for one that is still to be confirmed.
    pub fn to_address(mut self, email: &str) -> Self {
        self.email = Some(email.to_lowercase());
        self
    }

    /// The same key reaches the same person once, ever.
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.once = Some(key.into());
        self
    }

    /// Tells everybody who may see the matter for this client: owner, managers, and users with the permission for it.
    pub async fn client(self, tx: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
        let recipients = store::of_client(tx, client, self.client_right()).await?;
        self.write(tx, now, Audience::Client, recipients).await.map(drop)
    }

    /// Tells people who were chosen one by one. Gives the messages.
    pub async fn chosen(
        self,
        tx: &mut Conn,
        now: Timestamp,
        recipients: Vec<Recipient>,
    ) -> Result<Vec<NotificationId>> {
        self.write(tx, now, Audience::Client, recipients).await
    }

    /// Tells one user.
    pub async fn user(self, tx: &mut Conn, now: Timestamp, user: UserId) -> Result<()> {
        let recipients = store::user(tx, user).await?;
        self.write(tx, now, Audience::Client, recipients).await.map(drop)
    }

    /// Tells an address that may have no login yet, on behalf of a client.
    pub async fn guest(
        self,
        tx: &mut Conn,
        now: Timestamp,
        client: ClientId,
        user: Option<UserId>,
        email: &str,
        language: Language,
    ) -> Result<()> {
        let guest =
            Recipient { admin: None, user, client: Some(client), email: email.to_lowercase(), language };
        self.write(tx, now, Audience::Client, vec![guest]).await.map(drop)
    }

    /// Tells one member of staff.
    pub async fn admin(self, tx: &mut Conn, now: Timestamp, admin: AdminId) -> Result<()> {
        let recipients = store::admin(tx, admin).await?;
        self.write(tx, now, Audience::Staff, recipients).await.map(drop)
    }

    /// Tells all active staff with this permission.
    pub async fn staff(self, tx: &mut Conn, now: Timestamp, permission: Permission) -> Result<()> {
        let recipients = store::staff_with(tx, permission).await?;
        self.write(tx, now, Audience::Staff, recipients).await.map(drop)
    }

    /// The permission of a user that opens the matter to him.
    fn client_right(&self) -> &'static str {
        let word = self.event.as_str();
        if word.starts_with("service") || word.starts_with("order") {
            "services"
        } else if word.starts_with("account") || word == "welcome" {
            "profile"
        } else {
            "documents"
        }
    }

    async fn write(
        self,
        tx: &mut Conn,
        now: Timestamp,
        audience: Audience,
        recipients: Vec<Recipient>,
    ) -> Result<Vec<NotificationId>> {
        self.check()?;
        let mut messages = Vec::with_capacity(recipients.len());
        let attachments = serde_json::to_value(&self.documents)?;
        for recipient in recipients {
            let id = NotificationId::generate();
            let secrets_sealed = match &self.secrets {
                Some((sealer, secrets)) => Some(sealer.seal(id.0, secrets.to_string().as_bytes())?),
                None => None,
            };
            let written = store::insert(
                tx,
                NewNotification {
                    id,
                    event: self.event.as_str(),
                    audience,
                    admin_id: recipient.admin,
                    user_id: recipient.user,
                    client_id: recipient.client,
                    email: self.email.as_deref().unwrap_or(&recipient.email),
                    language: recipient.language,
                    params: &self.params,
                    secrets_sealed,
                    bell: self.event.at_bell(),
                    attachments: &attachments,
                    dedup_key: self.once.as_deref(),
                    created_at: now.into(),
                },
            )
            .await?;
            if written {
                let tags = Tags { client: recipient.client, ..Tags::default() };
                outbox::send(tx, now, &Job::SendNotification { notification: id }, tags).await?;
                messages.push(id);
            }
        }
        Ok(messages)
    }

    /// A text that would lack a word is a bug of the caller: found here, not when the mail is due.
    fn check(&self) -> anyhow::Result<()> {
        for name in self.event.params() {
            let given = self.params.get(name).is_some_and(|value| !value.is_null());
            anyhow::ensure!(given, "the message {} lacks the parameter {name}", self.event);
        }
        for name in self.event.secrets() {
            let given = self.secrets.as_ref().is_some_and(|(_, secrets)| secrets.get(name).is_some());
            anyhow::ensure!(given, "the message {} lacks the secret {name}", self.event);
        }
        Ok(())
    }
}

/// `params` as JSON; fails only for what is no JSON.
pub(super) fn object(params: impl Serialize) -> Result<Value> {
    Ok(serde_json::to_value(params)?)
}
