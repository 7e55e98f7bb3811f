//! The built pages as the server hands them out.

use std::path::PathBuf;

use reqwest::header::HeaderMap;
use uuid::Uuid;

use crate::harness::Panel;

/// A folder of built pages; it goes with the test.
struct Pages(PathBuf);

impl Pages {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("hostwright-pages-{}", Uuid::now_v7()));
        std::fs::create_dir_all(folder.join("staff")).unwrap();
        for (name, text) in [
            ("index.html", "the shop"),
            ("staff/index.html", "the desk"),
            ("app-0123456789abcdef.js", "the program"),
            ("app-0123456789abcdef.js.br", "the program, packed"),
            ("app-0123456789abcdef_bg.wasm", "the machine"),
            ("notes.txt", "a note"),
            (".secret", "not a page"),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

fn told<const N: usize>(headers: &HeaderMap, names: [&str; N]) -> [String; N] {
    names.map(|name| headers[name].to_str().unwrap().to_owned())
}

#[actix_web::test]
async fn hashed_files_are_kept_for_ever_and_pages_are_asked_for_anew() {
    const FOR_EVER: &str = "public, max-age=31536000, immutable";
    let pages = Pages::new();
    let http =
        format!("public_url = \"http://localhost:8480\", frontend_dir = \"{}\"", pages.0.to_str().unwrap());
    let panel = Panel::start_with_http(&http).await;
    let get = async |path: &str, encoding: &str| -> (u16, HeaderMap, String) {
        let api = panel.visitor().request(reqwest::Method::GET, "").build().unwrap().url().clone();
        let client = reqwest::Client::new();
        let asked = client.get(api.join(path).unwrap()).header("accept-encoding", encoding);
        let answer = asked.send().await.unwrap();
        (answer.status().as_u16(), answer.headers().clone(), answer.text().await.unwrap())
    };
    for (path, kind, cache, text) in [
        ("/", "text/html; charset=utf-8", "no-cache", "the shop"),
        ("/index.html", "text/html; charset=utf-8", "no-cache", "the shop"),
        ("/wallet", "text/html; charset=utf-8", "no-cache", "the shop"),
        ("/admin", "text/html; charset=utf-8", "no-cache", "the desk"),
        ("/admin/clients", "text/html; charset=utf-8", "no-cache", "the desk"),
        ("/notes.txt", "text/plain; charset=utf-8", "no-cache", "a note"),
        ("/app-0123456789abcdef.js", "text/javascript; charset=utf-8", FOR_EVER, "the program"),
        ("/app-0123456789abcdef_bg.wasm", "application/wasm", FOR_EVER, "the machine"),
    ] {
        let (status, headers, body) = get(path, "identity").await;
        assert_eq!((status, body.as_str()), (200, text), "{path}");
        assert_eq!(told(&headers, ["content-type", "cache-control"]), [kind, cache], "{path}");
        assert!(!headers.contains_key("content-encoding"), "{path}");
    }
    let (_, headers, body) = get("/app-0123456789abcdef.js", "gzip, br").await;
    let names = ["content-type", "cache-control", "content-encoding", "vary"];
    assert_eq!(told(&headers, names), ["text/javascript; charset=utf-8", FOR_EVER, "br", "Accept-Encoding"]);
    assert_eq!(body, "the program, packed");
    // Not every file is there packed, and what is not there is no page.
    let (_, headers, body) = get("/app-0123456789abcdef_bg.wasm", "br").await;
    assert!(!headers.contains_key("content-encoding"));
    assert_eq!(body, "the machine");
    for path in ["/app-fedcba9876543210.js", "/.secret", "/staff/%2e%2e/.secret"] {
        assert_eq!(get(path, "br").await.0, 404, "{path}");
    }
}
