//! One stream of events.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use async_stream::stream;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use super::{Subject, store};
use crate::App;
use crate::audit::Actor;
use crate::http::error::{Error, Refusal, Result};

/// When a stream ends, and the page opens another one.
const LIFE_MAX: Duration = Duration::from_secs(1800);
/// Milliseconds that a browser waits before it opens a stream again.
const AGAIN_MS: u32 = 3000;

/// The `Last-Event-ID` header: what the caller was told last, before his stream broke.
#[derive(Clone, Copy, Debug)]
pub struct EventId;

impl EventId {
    fn of(request: &HttpRequest) -> Option<&str> {
        request.headers().get("last-event-id")?.to_str().ok()
    }
}

impl IntoParams for EventId {
    fn into_params(_within: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(100)).build();
        let header = ParameterBuilder::new()
            .name("Last-Event-ID")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("The id of the last event that was received; when nothing happened since, the first event is left out."))
            .schema(Some(text))
            .build();
        vec![header]
    }
}

/// Answers with a stream: how the record is, then again whenever that has changed.
///
/// `A` let the caller in, and is asked again at every heartbeat and before anything is sent. `read` is what the page would
/// get, and refuses what the caller may not see. Refuses with `TooManyRequests` when he follows too much at once.
pub async fn follow<A, T, F>(
    app: &App,
    request: HttpRequest,
    actor: &Actor,
    subject: Subject,
    read: impl Fn() -> F + 'static,
) -> Result<HttpResponse>
where
    A: FromRequest<Error = Error> + 'static,
    T: Serialize,
    F: Future<Output = Result<T>>,
{
    // First the mark, then the state: what is sent is at least as new as its id.
    let marks = store::marks(&mut *app.db.get().await?, &[subject]).await?;
    let mut said = serde_json::to_string(&read().await?)?;
    let mut mark = marks.into_values().next().ok_or_else(Refusal::not_found)?;
    let mut seat = app.live.sit(actor.to_string(), subject, mark.clone())?;
    let knows = EventId::of(&request) == Some(mark.as_str());

    let heartbeat = Duration::from_secs(u64::from(app.config.http.stream_heartbeat_seconds.get()));
    let ends = Instant::now() + LIFE_MAX;
    let events = stream! {
        yield text(format!("retry: {AGAIN_MS}\n\n"));
        if !knows {
            yield event(&mark, &said);
        }
        loop {
            let news = tokio::time::timeout(heartbeat, seat.changed_from(&mark)).await;
            if Instant::now() >= ends || A::from_request(&request, &mut Payload::None).await.is_err() {
                break;
            }
            match news {
                Ok(Some(changed)) => {
                    mark = changed;
                    let Ok(now) = read().await.and_then(|state| Ok(serde_json::to_string(&state)?)) else { break };
                    if now != said {
                        yield event(&mark, &now);
                        said = now;
                    }
                }
                Ok(None) => break,
                Err(_quiet) => {
                    seat.live().keep_looking();
                    yield text(": still here\n\n".to_owned());
                }
            }
        }
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // Proxies and compression would hold events back.
        .insert_header(("x-accel-buffering", "no"))
        .insert_header(ContentEncoding::Identity)
        .streaming(events))
}

fn text(text: String) -> Result<Bytes, Infallible> {
    Ok(Bytes::from(text))
}

/// JSON stands on one line.
fn event(mark: &str, json: &str) -> Result<Bytes, Infallible> {
    text(format!("id: {mark}\ndata: {json}\n\n"))
}
