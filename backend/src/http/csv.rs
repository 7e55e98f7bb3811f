//! Lists as files of comma-separated values by RFC 4180, safe to open in a spreadsheet.
//!
//! A file is read in batches and sent as it is read, so that memory stays flat; all of it is of one moment. A connection goes
//! with it: there are few places, one for each caller, and who does not read on loses his.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Bytes;
use async_stream::try_stream;
use diesel_async::{AnsiTransactionManager, TransactionManager};
use futures::{Stream, StreamExt, TryStreamExt};
use shared::{Code, FileQuery};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, timeout};

use crate::App;
use crate::audit::Who;
use crate::db::cursor::{BATCH, Cursor};
use crate::db::{Conn, Pooled};
use crate::http::error::{Refusal, Result};
use crate::http::request;

/// A column: its name, which programs read, and what of a row stands there.
pub type Column<T> = (&'static str, fn(&T) -> String);

/// How long a download waits for others to end.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// When who was refused may try again.
const RETRY_SECONDS: u32 = 30;
/// Nobody holds a moment of the database longer.
const TIME_MAX: Duration = Duration::from_secs(30 * 60);
/// Sent at once, about.
const PIECE_BYTES: usize = 32 * 1024;
/// What spreadsheets know UTF-8 by.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Who downloads a list.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<Mutex<Vec<Who>>>);

impl Turns {
    /// `None` when this one is downloading already.
    fn take(&self, who: Who) -> Option<Turn> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.contains(&who) {
            return None;
        }
        taken.push(who);
        Some(Turn { turns: self.clone(), who })
    }
}

/// Given back when it is dropped.
#[derive(Debug)]
struct Turn {
    turns: Turns,
    who: Who,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut taken = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|who| *who != self.who);
    }
}

/// What a download has of what there is for all. The turn goes first: whoever sees the place free may take it.
struct Place {
    _turn: Option<Turn>,
    _permit: OwnedSemaphorePermit,
}

/// A list on its way into a file: a transaction that only reads, in which its rows are asked for.
pub struct Download {
    pub tx: Pooled,
    place: Place,
    stall_max: Duration,
}

/// A part of a file on its way to who reads it; `None` ends a file that is whole.
type Part = Option<Result<Bytes>>;

impl Download {
    /// Takes a connection for as long as the file is sent. Refused when the caller has one already, and when others have all
    /// that there are for files.
    pub async fn begin(app: &App) -> Result<Self> {
        let busy = |why: &str| Refusal::because(Code::TooManyRequests, why).retry_after(RETRY_SECONDS);
        let turn = match request::caller() {
            Some(who) => {
                let turn = app.downloading.take(who);
                Some(turn.ok_or_else(|| busy("You are downloading another list. Let it end first."))?)
            }
            None => None,
        };
        let Ok(Ok(permit)) = timeout(WAIT_MAX, app.downloads.clone().acquire_owned()).await else {
            return Err(busy("Other lists are being downloaded.").into());
        };
        let place = Place { _turn: turn, _permit: permit };
        let stall_s = u64::from(app.config.http.download_stall_seconds.get());
        // Nothing of it outlives this process for long. All rows are read: plans are made for all.
        let begin = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL cursor_tuple_fraction = 1;
             SET LOCAL idle_in_transaction_session_timeout = '{}s'",
            stall_s + 30
        );
        let mut tx = app.db.get().await?;
        AnsiTransactionManager::begin_transaction_sql(&mut *tx, &begin).await?;
        Ok(Self { tx, place, stall_max: Duration::from_secs(stall_s) })
    }

    /// The file, with these columns. `items` makes rows of a batch what the columns are taken from.
    pub async fn answer<Row: Send + 'static, Item: 'static>(
        self,
        name: &str,
        query: FileQuery,
        columns: &'static [Column<Item>],
        rows: Cursor<Row>,
        items: impl AsyncFn(&mut Conn, Vec<Row>) -> Result<Vec<Item>> + 'static,
    ) -> Result<HttpResponse> {
        let mut head = String::new();
        if query.bom {
            head.push(BYTE_ORDER_MARK);
        }
        line(&mut head, columns.iter().map(|(name, _)| (*name).to_owned()));
        let lines = async move |tx: &mut Conn, batch: Vec<Row>| -> Result<Vec<String>> {
            let items = items(tx, batch).await?;
            let text = |item: &Item| {
                let mut text = String::new();
                line(&mut text, columns.iter().map(|(_, cell)| cell(item)));
                text
            };
            Ok(items.iter().map(text).collect())
        };
        self.answer_lines(&format!("{name}.csv"), "text/csv; charset=utf-8", head, rows, lines).await
    }

    /// A file of other lines under a head: what `lines` makes of a batch of rows, a text for each that is told.
    pub async fn answer_lines<Row: Send + 'static>(
        self,
        file: &str,
        media_type: &str,
        head: String,
        rows: Cursor<Row>,
        lines: impl AsyncFn(&mut Conn, Vec<Row>) -> Result<Vec<String>> + 'static,
    ) -> Result<HttpResponse> {
        let stall_max = self.stall_max;
        let mut pieces = Box::pin(self.pieces(head, rows, lines));
        // What fails at once is a problem and no file.
        let first = pieces.try_next().await?;
        let (sender, parts) = mpsc::channel(1);
        actix_web::rt::spawn(request::under(request::current_id(), send(pieces, sender, stall_max)));
        Ok(HttpResponse::Ok()
            .content_type(media_type)
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")))
            .streaming(body(first, parts)))
    }

    fn pieces<Row: Send + 'static>(
        self,
        head: String,
        rows: Cursor<Row>,
        lines: impl AsyncFn(&mut Conn, Vec<Row>) -> Result<Vec<String>> + 'static,
    ) -> impl Stream<Item = Result<Bytes>> {
        try_stream! {
            let Self { mut tx, place, .. } = self;
            let end = Instant::now() + TIME_MAX;
            let mut piece = head;
            loop {
                if Instant::now() > end {
                    Err(too_slow())?;
                }
                let batch = rows.next(&mut tx).await?;
                let is_last = batch.len() < BATCH;
                for line in lines(&mut tx, batch).await? {
                    piece.push_str(&line);
                    if piece.len() > PIECE_BYTES {
                        yield Bytes::from(std::mem::take(&mut piece));
                    }
                }
                if is_last {
                    break;
                }
            }
            AnsiTransactionManager::commit_transaction(&mut *tx).await?;
            drop((tx, place));
            yield Bytes::from(piece);
        }
    }
}

fn too_slow() -> Refusal {
    Refusal::because(Code::Unavailable, "The file was read too slowly.")
}

/// Sends what there is as long as somebody reads it; then connection and place are given back, whether or not it was whole.
async fn send(
    mut pieces: impl Stream<Item = Result<Bytes>> + Unpin,
    to: mpsc::Sender<Part>,
    stall_max: Duration,
) {
    while let Some(piece) = pieces.next().await {
        if let Err(error) = &piece {
            tracing::error!(%error, "a download broke off");
        }
        if !matches!(timeout(stall_max, to.send(Some(piece))).await, Ok(Ok(()))) {
            return;
        }
    }
    drop(pieces);
    let _gone = to.send(None).await;
}

/// What is sent. Without the end of the file it ends in a failure, so that nobody takes it for whole.
fn body(first: Option<Bytes>, mut parts: mpsc::Receiver<Part>) -> impl Stream<Item = Result<Bytes>> {
    try_stream! {
        if let Some(first) = first {
            yield first;
        }
        loop {
            match parts.recv().await {
                Some(Some(piece)) => yield piece?,
                Some(None) => break,
                None => Err(too_slow())?,
            }
        }
    }
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&field(&cell));
    }
    text.push_str("\r\n");
}

/// What may be missing: an empty cell then.
pub fn given<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, T::to_string)
}

/// One field: quoted where needed, and never a formula.
pub fn field(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<rust_decimal::Decimal>().is_err();
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::{field, line};

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        assert_eq!(field("Ada, Ltd \"A\""), "\"Ada, Ltd \"\"A\"\"\"");
        assert_eq!(field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(field("-12.5000"), "-12.5000");
        assert_eq!(field("@a\r\nb"), "\"'@a\r\nb\"");
    }

    #[test]
    fn a_line_ends_as_the_rfc_says() {
        let mut text = String::new();
        line(&mut text, ["a", "", "b,c"].into_iter().map(str::to_owned));
        assert_eq!(text, "a,,\"b,c\"\r\n");
    }
}
