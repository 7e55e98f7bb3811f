//! The mail server.

use anyhow::Context;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;

use crate::config;
use crate::notify::render::Rendered;

/// Sends mails over pooled connections. `smtp://` without TLS, with `?tls=required` STARTTLS, `smtps://` TLS.
#[derive(Clone)]
pub struct Mailer {
    transport: Option<AsyncSmtpTransport<Tokio1Executor>>,
    from: Mailbox,
}

/// A file in a mail.
#[derive(Debug, Clone)]
pub struct File {
    pub name: String,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

impl Mailer {
    pub fn from_config(config: &config::Mail) -> anyhow::Result<Self> {
        let transport = match &config.smtp_url {
            Some(url) => {
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret());
                Some(builder.map_err(|_| anyhow::anyhow!("mail.smtp_url is no SMTP address"))?.build())
            }
            None => None,
        };
        Ok(Self { transport, from: config.from.parse().context("mail.from")? })
    }

    /// Whether a mail server is configured.
    pub fn is_configured(&self) -> bool {
        self.transport.is_some()
    }

    /// Sends one mail; answers what the server said. `from`: name and address, instead of the configured ones.
    pub async fn send(
        &self,
        from: Option<(String, String)>,
        to: &str,
        rendered: &Rendered,
        files: Vec<File>,
    ) -> anyhow::Result<String> {
        let transport = self.transport.as_ref().context("no mail server is configured (mail.smtp_url)")?;
        let from = match from {
            Some((name, address)) => Mailbox::new(
                (!name.is_empty()).then_some(name),
                address.parse().context("the sender's address")?,
            ),
            None => self.from.clone(),
        };
        let both = MultiPart::alternative_plain_html(rendered.text.clone(), rendered.html.clone());
        let mut body = MultiPart::mixed().multipart(both);
        for file in files {
            let part: SinglePart = Attachment::new(file.name)
                .body(file.bytes, ContentType::parse(file.kind).context("the kind of a file")?);
            body = body.singlepart(part);
        }
        let message = Message::builder()
            .from(from)
            .to(Mailbox::new(None, to.parse().context("the recipient's address")?))
            .subject(&rendered.subject)
            .message_id(None)
            .multipart(body)
            .context("the mail could not be put together")?;
        let answer = transport.send(message).await.context("the mail server did not take it")?;
        let words: Vec<_> = answer.message().collect();
        Ok(format!("{} {}", answer.code(), words.join(" ")))
    }
}
