//! Sending a form or an act: busy while it runs, refusals to the fields, the password asked again when needed.

use std::rc::Rc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use shared::Code;
use ui::{FieldProblem, FormErrors, toast_bad};

use crate::api::{ApiError, Call, Work};
use crate::i18n::t;
use crate::parts::load::{failure, field_text};
use crate::parts::sudo;

/// An act that can be started; it cannot be started again while it runs.
#[derive(Clone, Copy)]
pub struct Submit {
    pub busy: RwSignal<bool>,
    pub run: Callback<()>,
}

/// An act whose refusals go to the fields of a form. `done` runs with the answer.
pub fn submit<C: Call>(
    errors: FormErrors,
    call: impl Fn() -> C + 'static,
    done: impl Fn(C::Answer) + 'static,
) -> Submit {
    let done = move |answer| {
        errors.settle();
        done(answer);
    };
    start(Some(errors), work(call, done))
}

/// Like [`submit`], for what only looks: what was typed is still to be sent.
pub fn preview<C: Call>(
    errors: FormErrors,
    call: impl Fn() -> C + 'static,
    done: impl Fn(C::Answer) + 'static,
) -> Submit {
    start(Some(errors), work(call, done))
}

/// An act without a form: refusals are shown as a message.
pub fn submit_with<C: Call>(call: impl Fn() -> C + 'static, done: impl Fn(C::Answer) + 'static) -> Submit {
    start(None, work(call, done))
}

fn work<C: Call>(
    call: impl Fn() -> C + 'static,
    done: impl Fn(C::Answer) + 'static,
) -> Box<dyn Fn() -> Work> {
    let done = Rc::new(done);
    Box::new(move || {
        let done = done.clone();
        call().reply().then(move |answer| done(answer))
    })
}

fn start(errors: Option<FormErrors>, work: Box<dyn Fn() -> Work>) -> Submit {
    let busy = RwSignal::new(false);
    let work = SendWrapper::new(work);
    // Runs itself again after the password was given.
    let again: StoredValue<Option<Callback<()>>> = StoredValue::new(None);
    let run = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        let focus = ui::hold_focus();
        busy.set(true);
        let answer = work();
        leptos::task::spawn_local(async move {
            let arrived = answer.arrive().await;
            if busy.try_set(false).is_some() {
                return; // the page is gone
            }
            match arrived.and_then(|then| then()) {
                Ok(()) => {}
                Err(error) if error.code() == Some(Code::PasswordNeeded) => {
                    if let Some(Some(again)) = again.try_get_value() {
                        sudo::ask(again);
                    }
                }
                Err(error) => refuse(errors, &error),
            }
            if let Some(focus) = focus {
                focus.give_back();
            }
        });
    });
    again.set_value(Some(run));
    Submit { busy, run }
}

/// Shows a refusal: at the fields that it names, else as a message.
pub fn refuse(errors: Option<FormErrors>, error: &ApiError) {
    if *error == ApiError::SignedOut {
        return;
    }
    let (text, request_id) = failure(error);
    let text = match error.code() {
        Some(Code::VersionConflict) => t().version_conflict.to_owned(),
        // Support finds by it what broke.
        Some(Code::Internal) => format!("{text} ({} {request_id})", ui::words().request_id),
        _ => text,
    };
    match (errors, error) {
        (Some(errors), ApiError::Problem(problem)) => {
            let fields = problem
                .fields
                .iter()
                .map(|field| FieldProblem { field: field.field.clone(), message: field_text(field) })
                .collect();
            errors.refuse(text, fields);
        }
        (Some(errors), _) => errors.refuse(text, Vec::new()),
        (None, ApiError::Problem(problem)) if !problem.fields.is_empty() => {
            let fields: Vec<String> = problem.fields.iter().map(field_text).collect();
            toast_bad(format!("{text} {}", fields.join(" ")));
        }
        (None, _) => toast_bad(text),
    }
}
