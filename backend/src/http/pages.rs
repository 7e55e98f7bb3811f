//! The built pages: hashed files for ever, `index.html` never; Brotli when it lies beside the file.
//!
//! Each portal is a build of its own: the client portal at the top of the folder, the staff portal in `staff/`.

use std::path::{Path, PathBuf};

use actix_web::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, VARY};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::App;
use crate::catalog::seo::head::Head;
use crate::catalog::text::Reads;
use crate::http::error::{Refusal, Result};
use crate::http::unknown::{self, KnownPaths};

/// Nothing inline, nothing from elsewhere; WebAssembly may be compiled.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// For the interactive documentation, whose library writes styles into its elements.
pub const DOCS_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The file that a path names, inside `folder`; `None` for anything odd.
fn locate(folder: &Path, path: &str) -> Option<PathBuf> {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0']);
    let mut file = folder.to_owned();
    for part in path.trim_start_matches('/').split('/') {
        if !plain(part) {
            return None;
        }
        file.push(part);
    }
    file.is_file().then_some(file)
}

/// The first file of the portal that a path belongs to.
fn index(folder: &Path, path: &str) -> PathBuf {
    let staff = path.strip_prefix("/admin").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if staff { folder.join("staff").join("index.html") } else { folder.join("index.html") }
}

/// The shell with the head of a page of the shop. `None`: another page, or its head cannot be told now; the app writes its
/// own, it only comes later.
async fn with_head(request: &HttpRequest, app: &App, shell: &Path) -> Result<Option<String>> {
    let path = request.path();
    if !path.starts_with("/shop/") {
        return Ok(None);
    }
    let reads = Reads::of(request).0;
    let found = async { Head::of(&mut *app.db.get().await?, path, reads).await }.await;
    let head = match found {
        Ok(Some(head)) => head,
        Ok(None) => return Ok(None),
        Err(error) => {
            tracing::warn!(?error, "the head of a page of the shop could not be written");
            return Ok(None);
        }
    };
    let shell = tokio::fs::read_to_string(shell).await.map_err(anyhow::Error::new)?;
    Ok(Some(head.written_into(&shell, app.config.http.public_url.trim_end_matches('/'))))
}

/// Answers everything outside the API: a file of the build, or `index.html` of a portal for the app's own routes.
pub async fn serve(
    request: HttpRequest,
    app: web::Data<App>,
    known: web::Data<KnownPaths>,
) -> Result<HttpResponse> {
    if request.path().starts_with("/api/") {
        return Ok(unknown::refuse(request, known).await);
    }
    let Some(folder) = &app.config.http.frontend_dir else { return Err(Refusal::not_found().into()) };
    let path = request.path();
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return Err(Refusal::not_found().into());
    }
    let found = locate(folder, path);
    let is_file = found.is_some();
    if !is_file && path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return Err(Refusal::not_found().into());
    }
    let file = found.unwrap_or_else(|| index(folder, path));
    if !is_file && let Some(page) = with_head(&request, &app, &file).await? {
        let headers = ((CACHE_CONTROL, "no-cache"), (VARY, "Accept-Encoding, Accept-Language"));
        let mut response = HttpResponse::Ok();
        response.content_type(content_type(&file)).insert_header(headers.0).insert_header(headers.1);
        return Ok(response.body(page));
    }
    let kind = content_type(&file);
    let accepts = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut packed = file.clone().into_os_string();
    packed.push(".br");
    let packed = PathBuf::from(packed);
    let use_packed = accepts.contains("br") && packed.is_file();
    let chosen = if use_packed { packed } else { file.clone() };
    let bytes = tokio::fs::read(&chosen).await.map_err(anyhow::Error::new)?;
    let hashed = file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .and_then(|stem| stem.trim_end_matches("_bg").rsplit(['-', '.']).next())
        .is_some_and(|hash| hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let cache = if is_file && hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = HttpResponse::Ok();
    response
        .content_type(kind)
        .insert_header((CACHE_CONTROL, cache))
        .insert_header((VARY, "Accept-Encoding"));
    if use_packed {
        response.insert_header((CONTENT_ENCODING, "br"));
    }
    Ok(response.body(bytes))
}
