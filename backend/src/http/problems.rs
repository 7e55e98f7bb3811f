//! Which problems an operation answers with: by what it takes and who may call it; what else it says itself.

use std::collections::{BTreeMap, BTreeSet};

use shared::Code;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{ArrayItems, Components, Schema};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// How deep the body of an operation may nest.
const DEPTH_MAX: u8 = 6;

/// What whoever guesses would send: a call that takes it is answered only so often.
const GUESSED: [&str; 3] = ["password", "current_password", "new_password"];

/// The same where people prove who they are, or are mailed at an address that somebody names; elsewhere it is said of a record.
const GUESSED_AT_DOORS: [&str; 2] = ["code", "email"];

/// Where people come in, and change what they come in with.
const DOORS: [&str; 4] = ["auth", "me", "admin/me", "public/registration"];

/// What only a list that is written as a file takes: each caller downloads one at a time.
const OF_FILES: &str = "bom";

/// What an edit says of the record as it was read: another one is not written over.
const READ: [&str; 2] = ["read", "was"];

/// The same by its number. What is created has none yet, though its fields are those of a change.
const VERSION: &str = "version";

/// What an operation takes that decides how it may be refused.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    writes: bool,
    guarded: bool,
    of_path: bool,
    of_query: bool,
    of_header: bool,
    body: bool,
    read: bool,
    guessed: bool,
    long: bool,
}

impl Taken {
    pub(super) fn of(operation: &Operation, path: &str, writes: bool, schemas: &Schemas) -> Self {
        let parameters = || operation.parameters.iter().flatten().filter_map(plain);
        let takes = |place: &ParameterIn| parameters().any(|parameter| parameter.parameter_in == *place);
        let body = operation.request_body.as_ref().and_then(plain);
        let contents = body.into_iter().flat_map(|body| body.content.values());
        let fields = schemas.fields(contents.filter_map(|content| plain(content)?.schema.as_ref()));
        let answers = &operation.responses.responses;
        let takes_field = |name: &str| fields.contains(name) || parameters().any(|one| one.name == name);
        let creates = answers.contains_key("201") && is_collection(path);
        Self {
            writes,
            guarded: operation.security.is_some() || path.starts_with("/api/v1/auth/"),
            of_path: path.contains('{'),
            of_query: takes(&ParameterIn::Query),
            of_header: takes(&ParameterIn::Header),
            body: body.is_some(),
            read: (takes_field(VERSION) && !creates) || READ.into_iter().any(takes_field),
            guessed: GUESSED.iter().any(|field| fields.contains(field))
                || (is_door(path) && GUESSED_AT_DOORS.iter().any(|field| fields.contains(field))),
            long: takes_field(OF_FILES)
                || answers
                    .values()
                    .filter_map(plain)
                    .any(|answer| answer.content.contains_key("text/event-stream")),
        }
    }

    /// The statuses that it may be refused with.
    fn statuses(self) -> impl Iterator<Item = u16> {
        [
            (400, self.body || self.of_header),
            (401, self.guarded),
            (403, self.guarded),
            (404, self.of_path),
            (409, self.writes),
            (412, self.writes && self.read),
            (413, self.body),
            (415, self.body),
            (422, self.body || self.of_query || self.of_header),
            (429, self.guessed || self.long),
            (500, true),
            (503, true),
        ]
        .into_iter()
        .filter_map(|(status, may)| may.then_some(status))
    }
}

/// Whether people come in there, or others are let in.
fn is_door(path: &str) -> bool {
    let path = path.strip_prefix("/api/v1/").unwrap_or(path);
    let is_below =
        |door: &str| path.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    DOORS.into_iter().any(is_below) || path.split('/').any(|part| part == "invitations")
}

/// Whether a path names all records of a kind, such as `/products`, and neither one of them nor what is done with it.
fn is_collection(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|last| !last.starts_with('{') && last.ends_with('s'))
}

/// What is written where it is used; nothing else is named among the components before these answers.
fn plain<T>(part: &RefOr<T>) -> Option<&T> {
    match part {
        RefOr::T(part) => Some(part),
        RefOr::Ref(_) => None,
    }
}

/// The named schemas of the document, with the fields that each has, at any depth.
pub(super) struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    pub(super) fn of(components: Option<&Components>) -> Self {
        Self(components.map(|components| components.schemas.clone()).unwrap_or_default())
    }

    fn fields<'a>(&'a self, schemas: impl Iterator<Item = &'a RefOr<Schema>>) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        schemas.for_each(|schema| self.gather(schema, DEPTH_MAX, &mut found));
        found
    }

    fn gather<'a>(&'a self, schema: &'a RefOr<Schema>, depth: u8, found: &mut BTreeSet<&'a str>) {
        let Some(left) = depth.checked_sub(1) else { return };
        let mut all =
            |parts: &'a [RefOr<Schema>]| parts.iter().for_each(|part| self.gather(part, left, found));
        match schema {
            RefOr::Ref(named) => {
                let name = named.ref_location.rsplit('/').next().unwrap_or_default();
                if let Some(schema) = self.0.get(name) {
                    self.gather(schema, left, found);
                }
            }
            RefOr::T(Schema::Object(object)) => {
                for (name, field) in &object.properties {
                    found.insert(name);
                    self.gather(field, left, found);
                }
            }
            RefOr::T(Schema::OneOf(choice)) => all(&choice.items),
            RefOr::T(Schema::AllOf(parts)) => all(&parts.items),
            RefOr::T(Schema::AnyOf(choice)) => all(&choice.items),
            RefOr::T(Schema::Array(array)) => {
                if let ArrayItems::RefOrSchema(item) = &array.items {
                    self.gather(item, left, found);
                }
            }
            RefOr::T(_) => {}
        }
    }
}

/// The name of the answer of a status among the components.
fn name(status: u16) -> String {
    format!("Problem{status}")
}

fn problem(description: impl Into<String>) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).into()
}

/// One answer for each status, which says the codes that come with it, and one for all others.
pub(super) fn answers() -> impl Iterator<Item = (String, RefOr<Response>)> {
    let mut statuses: BTreeSet<u16> = Code::ALL.iter().map(|code| code.status()).collect();
    // It is said where there is no operation.
    statuses.remove(&Code::MethodNotAllowed.status());
    let answers = statuses.into_iter().map(|status| {
        let codes = Code::ALL.iter().filter(|code| code.status() == status);
        let codes: Vec<String> = codes.map(|code| format!("`{code}`: {}.", code.title())).collect();
        (name(status), problem(codes.join(" ")))
    });
    answers.chain([(ANY.to_owned(), problem("A problem by RFC 9457; `code` says which."))])
}

/// The answer that stands for every other status.
const ANY: &str = "Problem";

/// Gives an operation the answers of its problems. One that an operation names itself, without content, is meant so too.
pub(super) fn add(operation: &mut Operation, taken: Taken) {
    let answers = &mut operation.responses.responses;
    let named = answers.iter().filter_map(|(status, said)| {
        let status: u16 = status.parse().ok()?;
        (status >= 400 && plain(said).is_some_and(|said| said.content.is_empty())).then_some(status)
    });
    let statuses: BTreeSet<u16> = named.chain(taken.statuses()).collect();
    for status in statuses {
        answers.insert(status.to_string(), Ref::from_response_name(name(status)).into());
    }
    answers.insert("default".to_owned(), Ref::from_response_name(ANY).into());
}
