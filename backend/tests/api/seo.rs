//! Addresses of what is sold, and what search engines are told.

use serde_json::{Value, json};
use shared::catalog::{ProductDetail, ProductGroupDetail, PublicCatalog, PublicProductDetail};
use shared::{Language, ProductId};

use crate::harness::{Answer, Caller, Panel};
use crate::selling::product;

async fn group(staff: &Caller, key: &str, names: Value, products: &[ProductId]) -> ProductGroupDetail {
    let products: Vec<Value> = products.iter().map(|id| json!({ "id": id })).collect();
    let input = json!({ "key": key, "texts": names, "products": products });
    staff.post("/admin/product-groups", input).await.expect(201).read()
}

fn names(en: &str, pl: &str) -> Value {
    json!({ "en": { "name": en, "short": format!("About {en}.") }, "pl": { "name": pl } })
}

/// Writes what search engines are told of the record at a path, whatever its version is.
async fn told(staff: &Caller, record: &str, texts: Value) -> Answer {
    let read = staff.get(record).await.expect(200).json();
    let version = read.pointer("/product/version").or_else(|| read.pointer("/group/version"));
    let body = json!({ "version": version, "texts": texts });
    staff.put(&format!("{record}/seo"), body).await
}

/// A shop with one server in one group, both with English and Polish addresses.
async fn shop(staff: &Caller) -> (ProductDetail, ProductGroupDetail) {
    let made = product(staff, "vps-s", json!({ "texts": names("Small server", "Mały serwer") })).await;
    let group = group(staff, "vps", names("Cloud servers", "Serwery w chmurze"), &[made.id]).await;
    let texts = json!({
        "en": { "slug": "small", "title": "A <small> server & more", "description": "Say \"fast\"." },
        "pl": {}
    });
    let made = told(staff, &format!("/admin/products/{}", made.id), texts).await.expect(200).read();
    let texts = json!({ "en": {}, "pl": {} });
    let group = told(staff, &format!("/admin/product-groups/{}", group.id), texts).await.expect(200).read();
    (made, group)
}

#[actix_web::test]
async fn slugs_are_made_of_names_and_are_nobody_elses() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (made, group) = shop(&staff).await;
    assert_eq!(made.seo[&Language::English].slug, "small");
    assert_eq!(made.seo[&Language::Polish].slug, "maly-serwer");
    assert_eq!(group.seo[&Language::English].slug, "cloud-servers");
    assert_eq!(group.seo[&Language::Polish].slug, "serwery-w-chmurze");

    let other = product(&staff, "other", json!({ "texts": names("Other", "Mały serwer") })).await;
    let path = format!("/admin/products/{}", other.id);
    let refused = async |texts: Value| {
        let problem = told(&staff, &path, texts).await.expect(422).problem();
        problem.fields.iter().map(|field| format!("{} {}", field.field, field.code)).collect::<Vec<_>>()
    };
    assert_eq!(refused(json!({ "en": { "slug": "small" } })).await, ["texts.en.slug taken"]);
    // The key of another one is its address, too.
    assert_eq!(refused(json!({ "en": { "slug": "vps-s" } })).await, ["texts.en.slug taken"]);
    for slug in ["Small", "a b", "-a", "a--b", "a/b", "łódź", &"a".repeat(64)] {
        assert_eq!(refused(json!({ "pl": { "slug": slug } })).await, ["texts.pl.slug invalid"], "{slug}");
    }
    assert_eq!(
        refused(json!({ "en": { "title": "x".repeat(121), "description": "a\nb" } })).await,
        ["texts.en.title too_long", "texts.en.description invalid"]
    );
    assert_eq!(panel.count("SELECT count(*) AS value FROM seo_texts").await, 4, "nothing of it was written");

    // In another language, for a group, or of its own, the same slug is free; one that is made gets a number.
    let free = json!({ "pl": {}, "uk": { "slug": "small" }, "en": { "slug": "other" } });
    let written: ProductDetail = told(&staff, &path, free).await.expect(200).read();
    assert_eq!(written.seo[&Language::Polish].slug, "maly-serwer-2");
    let of_group = format!("/admin/product-groups/{}", group.id);
    told(&staff, &of_group, json!({ "en": { "slug": "small" } })).await.expect(200);
    // But a group does not stand where a product is found by its key.
    let taken = told(&staff, &of_group, json!({ "en": { "slug": "vps-s" } })).await;
    assert_eq!(taken.expect(422).refused_fields(), ["texts.en.slug"]);
    // What is left out is gone.
    let cleared: ProductDetail = told(&staff, &path, json!({})).await.expect(200).read();
    assert!(cleared.seo.is_empty());
    let nowhere = format!("/admin/products/{}/seo", group.id);
    staff.put(&nowhere, json!({ "version": 1, "texts": {} })).await.expect(404);
}

#[actix_web::test]
async fn products_are_found_by_slug_in_any_language_and_by_key() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (made, _) = shop(&staff).await;
    let visitor = panel.visitor();
    for address in ["small", "maly-serwer", "vps-s"] {
        let found: PublicProductDetail =
            visitor.get(&format!("/public/products/{address}")).await.expect(200).read();
        assert_eq!(found.product.id, made.id, "{address}");
        assert_eq!(found.product.seo.slug, "small");
        assert_eq!(found.groups[0].slug, "cloud-servers");
    }
    visitor.get("/public/products/nothing").await.expect(404);
    let answer = visitor.get("/public/catalog").await.expect(200);
    let catalog: PublicCatalog = answer.read();
    assert_eq!(catalog.groups[0].seo.slug, "cloud-servers");
    assert_eq!(catalog.groups[0].seo.description, "About Cloud servers.");
    assert_eq!(catalog.groups[0].products[0].seo.title, "A <small> server & more");
    assert!(answer.queries() <= 12, "{} queries", answer.queries());

    // A product that is hidden, or gone, is found by none of its addresses.
    let mut input = serde_json::to_value(&made.product).unwrap();
    input["visible"] = json!(false);
    staff.put(&format!("/admin/products/{}", made.id), input).await.expect(200);
    visitor.get("/public/products/small").await.expect(404);
    staff.delete(&format!("/admin/products/{}", made.id)).await.expect(204);
    assert_eq!(
        panel.count("SELECT count(*) AS value FROM seo_texts WHERE product_id IS NOT NULL").await,
        0,
        "its addresses are free again"
    );
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[actix_web::test]
async fn the_head_of_a_page_of_the_shop_is_written_by_the_server() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (made, _) = shop(&staff).await;
    let visitor = panel.visitor();
    let answer = visitor.page("/shop/cloud-servers/small", "en").await.expect(200);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    let page = text(&answer.bytes);
    assert!(page.contains("<title>A &lt;small&gt; server &amp; more</title>"), "{page}");
    assert!(page.contains("name=\"description\" content=\"Say &quot;fast&quot;.\""), "{page}");
    assert!(page.contains("property=\"og:title\" content=\"A &lt;small&gt; server &amp; more\""));
    assert!(page.contains("rel=\"canonical\" href=\"http://localhost:8480/shop/cloud-servers/small\""));
    assert!(!page.contains("noindex") && !page.contains("<small>"));

    // The slug says the language, whatever the reader's is.
    let page = text(&visitor.page("/shop/serwery-w-chmurze", "en").await.expect(200).bytes);
    assert!(page.contains("<title>Serwery w chmurze</title>"), "{page}");
    // A key still leads there, and says where it is now.
    let page = text(&visitor.page("/shop/vps-s", "pl").await.expect(200).bytes);
    assert!(page.contains("href=\"http://localhost:8480/shop/serwery-w-chmurze/maly-serwer\""), "{page}");

    // Nothing is there, and nobody shall list it; the app says so to its reader.
    for path in ["/shop/nothing", "/shop/a/b/c", "/shop/%00"] {
        let page = text(&visitor.page(path, "en").await.expect(200).bytes);
        assert!(page.contains("<meta name=\"robots\" content=\"noindex\""), "{path}");
    }
    let hidden = json!({ "en": { "slug": "small", "indexable": false } });
    told(&staff, &format!("/admin/products/{}", made.id), hidden).await.expect(200);
    let page = text(&visitor.page("/shop/cloud-servers/small", "en").await.expect(200).bytes);
    assert!(page.contains("noindex") && page.contains("<title>Small server</title>"), "{page}");
    // Other pages of the portal are told nothing.
    let page = text(&visitor.page("/shop", "en").await.expect(200).bytes);
    assert!(page.contains("<title>Hostwright</title>") && !page.contains("data-head"));
}

#[actix_web::test]
async fn the_sitemap_lists_what_is_visible_and_may_be_listed() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (_, _) = shop(&staff).await;
    let plain = product(&staff, "plain", json!({})).await;
    let retired = product(&staff, "old", json!({ "retired": true })).await;
    let quiet = product(&staff, "quiet", json!({})).await;
    let english_only = json!({ "en": { "slug": "quiet-one" }, "pl": { "indexable": false } });
    told(&staff, &format!("/admin/products/{}", quiet.id), english_only).await.expect(200);
    group(&staff, "more", names("More", "Więcej"), &[plain.id, retired.id, quiet.id]).await;
    let unseen = product(&staff, "unseen", json!({})).await;
    let input = json!({ "key": "secret", "texts": names("Secret", "Tajne"), "visible": false,
        "products": [{ "id": unseen.id }] });
    staff.post("/admin/product-groups", input).await.expect(201);

    let answer = panel.visitor().page("/sitemap.xml", "pl").await.expect(200);
    assert_eq!(answer.headers["content-type"], "application/xml; charset=utf-8");
    let found = text(&answer.bytes);
    let listed: Vec<&str> = found
        .split("<loc>http://localhost:8480")
        .skip(1)
        .filter_map(|rest| rest.split_once("</loc>"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        listed,
        [
            "/shop",
            "/shop/cloud-servers",
            "/shop/serwery-w-chmurze",
            "/shop/cloud-servers/small",
            "/shop/serwery-w-chmurze/maly-serwer",
            "/shop/more",
            "/shop/more/plain",
            "/shop/more/quiet-one",
        ]
    );
    let robots = text(&panel.visitor().page("/robots.txt", "en").await.expect(200).bytes);
    assert!(robots.ends_with("Sitemap: http://localhost:8480/sitemap.xml\n"), "{robots}");
    assert!(robots.contains("Disallow: /admin\n"));
}
