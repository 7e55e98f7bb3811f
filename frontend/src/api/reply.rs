//! An answer on its way, and what is done with it.
//!
//! Pages make hundreds of calls, each with a type of its own. What differs between them is how a text becomes that type
//! and what is done with it; the rest is here once.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use serde::de::DeserializeOwned;

use super::client::{self, ApiError};

/// What was answered, before it is known as a `T`.
enum Answer {
    Text(String),
    /// Made by a future of its own (see [`Call`]).
    Made(Box<dyn Any>),
}

type Coming = Pin<Box<dyn Future<Output = Result<Answer, ApiError>>>>;

/// An answer on its way; `.await` it, or say with [`Reply::then`] what follows.
pub struct Reply<T> {
    coming: Coming,
    read: fn(Answer) -> Result<T, ApiError>,
}

impl<T: DeserializeOwned + 'static> Reply<T> {
    /// The answer to what was sent.
    pub(super) fn to(sent: Pin<Box<dyn Future<Output = Result<String, ApiError>>>>) -> Self {
        Self { coming: text(sent), read: from_text }
    }
}

fn text(sent: Pin<Box<dyn Future<Output = Result<String, ApiError>>>>) -> Coming {
    Box::pin(async move { sent.await.map(Answer::Text) })
}

fn from_text<T: DeserializeOwned>(answer: Answer) -> Result<T, ApiError> {
    match answer {
        Answer::Text(text) => client::decode(&text),
        Answer::Made(_) => Err(ApiError::Undecodable),
    }
}

fn as_made<T: 'static>(answer: Answer) -> Result<T, ApiError> {
    match answer {
        Answer::Made(made) => made.downcast().map(|made| *made).map_err(|_| ApiError::Undecodable),
        Answer::Text(_) => Err(ApiError::Undecodable),
    }
}

fn refused_as(coming: Coming, told: Box<dyn FnOnce(ApiError) -> ApiError>) -> Coming {
    Box::pin(async move { coming.await.map_err(told) })
}

impl<T: 'static> Reply<T> {
    /// The same, with what `told` makes of a refusal.
    pub fn refused_as(self, told: impl FnOnce(ApiError) -> ApiError + 'static) -> Self {
        Self { coming: refused_as(self.coming, Box::new(told)), read: self.read }
    }

    /// What `done` makes of the answer, still to come.
    pub fn then(self, done: impl FnOnce(T) + 'static) -> Work {
        let read = self.read;
        let finish = move |answer| {
            done(read(answer)?);
            Ok(())
        };
        Work { coming: self.coming, finish: Box::new(finish) }
    }
}

impl<T: 'static> IntoFuture for Reply<T> {
    type Output = Result<T, ApiError>;
    type IntoFuture = Arriving<T>;

    fn into_future(self) -> Arriving<T> {
        Arriving(self)
    }
}

/// A reply that is waited for.
pub struct Arriving<T>(Reply<T>);

impl<T: 'static> Future for Arriving<T> {
    type Output = Result<T, ApiError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.coming.as_mut().poll(context) {
            Poll::Ready(Ok(answer)) => Poll::Ready((self.0.read)(answer)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// What can be asked for: a reply, or a future that takes several calls.
pub trait Call {
    type Answer: 'static;

    fn reply(self) -> Reply<Self::Answer>;
}

impl<T: 'static> Call for Reply<T> {
    type Answer = T;

    fn reply(self) -> Self {
        self
    }
}

impl<T: 'static, F: Future<Output = Result<T, ApiError>> + 'static> Call for F {
    type Answer = T;

    fn reply(self) -> Reply<T> {
        let coming = async move { self.await.map(|answer| Answer::Made(Box::new(answer))) };
        Reply { coming: Box::pin(coming), read: as_made }
    }
}

/// An answer on its way together with what follows it, of whatever type it is.
pub struct Work {
    coming: Coming,
    finish: Box<dyn FnOnce(Answer) -> Result<(), ApiError>>,
}

impl Work {
    /// Waits for the answer. What it gives is to be run: then follows what follows.
    pub async fn arrive(self) -> Result<impl FnOnce() -> Result<(), ApiError>, ApiError> {
        let answer = self.coming.await?;
        Ok(move || (self.finish)(answer))
    }
}
