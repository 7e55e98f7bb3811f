//! `/sitemap.xml` and `/robots.txt`: what search engines may list.

use std::collections::BTreeSet;
use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use shared::Language;
use shared::catalog::SeoTexts;

use super::head::{escape, product_path};
use crate::App;
use crate::catalog::public::store;
use crate::catalog::{product, seo};
use crate::db::Conn;
use crate::http::error::Result;

/// Search engines may keep both for an hour.
const KEPT: (actix_web::http::header::HeaderName, &str) = (CACHE_CONTROL, "public, max-age=3600");

/// The languages in which search engines may list it. One that nothing was written of is listed under its key.
fn listed(texts: &SeoTexts) -> Vec<Language> {
    if texts.is_empty() {
        return vec![Language::English];
    }
    texts.iter().filter(|(_, text)| text.indexable).map(|(language, _)| *language).collect()
}

/// The paths of all pages of the shop that search engines may list. Four queries.
async fn paths(conn: &mut Conn) -> Result<Vec<String>> {
    let groups = store::groups(conn).await?;
    let members = store::members(conn).await?;
    let ids: Vec<_> = members.iter().map(|(_, product)| *product).collect();
    let products = product::store::find_all(conn, &ids).await?;
    let owners: Vec<_> =
        groups.iter().map(|group| group.id.0).chain(ids.iter().map(|product| product.0)).collect();
    let texts = seo::store::of_all(conn, &owners).await?;
    let none = SeoTexts::new();
    let mut paths = vec!["/shop".to_owned()];
    let mut seen = BTreeSet::new();
    for group in &groups {
        let of_group = texts.get(&group.id.0).unwrap_or(&none);
        for language in listed(of_group) {
            paths.push(product_path(None, (of_group, &group.key), language));
        }
        for (_, id) in members.iter().filter(|(of, _)| *of == group.id) {
            let Some(product) = products.iter().find(|product| product.id == *id) else { continue };
            // One that stands in several groups has its address in the first.
            if !seen.insert(product.id) {
                continue;
            }
            let own = texts.get(&product.id.0).unwrap_or(&none);
            for language in listed(own) {
                let group = Some((of_group, group.key.as_str()));
                paths.push(product_path(group, (own, &product.key), language));
            }
        }
    }
    let mut once = BTreeSet::new();
    paths.retain(|path| once.insert(path.clone()));
    Ok(paths)
}

fn base(app: &App) -> &str {
    app.config.http.public_url.trim_end_matches('/')
}

/// `/sitemap.xml`.
pub async fn sitemap(app: Data<App>) -> Result<HttpResponse> {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for path in paths(&mut *app.db.get().await?).await? {
        writeln!(xml, "<url><loc>{}</loc></url>", escape(&format!("{}{path}", base(&app))))
            .map_err(anyhow::Error::new)?;
    }
    xml.push_str("</urlset>\n");
    Ok(HttpResponse::Ok().content_type("application/xml; charset=utf-8").insert_header(KEPT).body(xml))
}

/// `/robots.txt`: the shop is for everybody, the portals are not.
pub async fn robots(app: Data<App>) -> HttpResponse {
    let text = format!(
        "User-agent: *\nAllow: /api/v1/public/\nDisallow: /api/\nDisallow: /admin\n\nSitemap: {}/sitemap.xml\n",
        base(&app)
    );
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").insert_header(KEPT).body(text)
}
