//! What is said to requests that no operation takes: 405 where another method would do, 404 otherwise.

use actix_web::http::header::ALLOW;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use shared::Code;
use utoipa::openapi::OpenApi;

use crate::http::error::{Error, Refusal};

/// The paths of the document with the methods that they take.
#[derive(Clone, Debug)]
pub struct KnownPaths(Vec<(Vec<String>, Vec<&'static str>)>);

impl KnownPaths {
    pub fn of(document: &OpenApi) -> Self {
        let known = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("HEAD", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let methods = methods.into_iter().filter_map(|(method, taken)| taken.then_some(method)).collect();
            (path.split('/').map(str::to_owned).collect(), methods)
        });
        Self(known.collect())
    }

    /// Methods of a path that the document knows.
    fn methods(&self, path: &str) -> Vec<&'static str> {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |known: &[String]| {
            known.len() == parts.len()
                && known.iter().zip(&parts).all(|(known, part)| known.starts_with('{') || known == part)
        };
        let mut methods: Vec<_> = self
            .0
            .iter()
            .filter(|(known, _)| fits(known))
            .flat_map(|(_, methods)| methods.iter().copied())
            .collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }
}

/// The refusal of a request to the API that no operation takes.
pub async fn refuse(request: HttpRequest, known: web::Data<KnownPaths>) -> HttpResponse {
    let methods = known.methods(request.path());
    if methods.is_empty() || methods.contains(&request.method().as_str()) {
        return Error::from(Refusal::not_found()).error_response();
    }
    let mut response = Error::from(Refusal::new(Code::MethodNotAllowed)).error_response();
    if let Ok(allow) = methods.join(", ").parse() {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

/// `/problems/{code}`: what a kind of problem means.
pub async fn explain(code: web::Path<String>) -> Result<HttpResponse, Error> {
    let code: Code = code.replace('-', "_").parse().map_err(|_| Refusal::not_found())?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><h1>{title}</h1><p>Status {status}, code <code>{code}</code>.</p>\
         <p>The answer's <code>detail</code> says what happened, <code>fields</code> names what to mend, and \
         <code>instance</code> is the id to quote to support.</p></html>",
        title = code.title(),
        status = code.status(),
    );
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page))
}
