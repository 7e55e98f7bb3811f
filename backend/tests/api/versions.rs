//! Two people change the same thing: the one who read it before the other's change is refused, and nothing is lost.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::billing::company::CompanyDetail;
use shared::catalog::{OptionGroupDetail, ProductSummary};
use shared::identity::{ClientDetail, ClientUser};
use shared::settings::CurrencyDetail;
use shared::{Code, Page};

use crate::harness::{Answer, COMPANY, Caller, Panel};
use crate::selling::{product, sizes};

#[track_caller]
fn lost(answer: Answer) {
    assert_eq!(answer.expect(412).problem().code, Code::VersionConflict);
}

#[actix_web::test]
async fn addresses_that_somebody_else_changed_are_not_written_over() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await.calls, panel.client("Ada").await);
    let path =
        |kind: &str, version: i32| format!("/admin/clients/{}/addresses/{kind}?version={version}", ada.id);
    let address =
        |line1: &str| json!({ "line1": line1, "city": "Town", "postcode": "00-001", "country": "PL" });
    let unread = format!("/admin/clients/{}/addresses/billing", ada.id);
    assert_eq!(staff.put(&unread, address("A 1")).await.expect(422).refused_fields(), ["version"]);
    let changed: ClientDetail = staff.put(&path("billing", 1), address("A 1")).await.expect(200).read();
    assert_eq!(changed.version, 2);
    lost(staff.put(&path("billing", 1), address("B 2")).await);
    // The client itself edits its billing address with the rest of its profile.
    let profile = format!("/clients/{}/profile", ada.id);
    let mut edited = ada.calls.get(&profile).await.expect(200).json();
    assert_eq!((&edited["version"], &edited["billing_address"]["line1"]), (&json!(2), &json!("A 1")));
    staff.put(&path("shipping", 2), address("C 3")).await.expect(200);
    let kept = ["version", "first_name", "last_name", "email", "language", "billing_address"];
    edited.as_object_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
    lost(ada.calls.put(&profile, edited.clone()).await);
    lost(staff.delete(&path("shipping", 2)).await);
    let left: ClientDetail = staff.delete(&path("shipping", 3)).await.expect(200).read();
    assert_eq!((left.version, left.addresses.len()), (4, 1));
    assert_eq!(left.addresses[0].address.line1, "A 1");
    edited["version"] = json!(4);
    ada.calls.put(&profile, edited).await.expect(200);
}

#[actix_web::test]
async fn the_role_of_a_user_that_somebody_else_changed_is_not_written_over() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await.calls, panel.client("Ada").await);
    panel.colleague(ada.id, &["documents"]).await;
    let of_staff = format!("/admin/clients/{}/users", ada.id);
    let users: Page<ClientUser> = staff.get(&of_staff).await.expect(200).read();
    let other = users.items.iter().find(|user| user.user != ada.user).unwrap();
    assert_eq!(other.version, 1);
    let own = format!("/clients/{}/users/{}", ada.id, other.user);
    let role = |version: i32, permissions: &[&str]| json!({ "version": version, "role": "custom", "permissions": permissions });
    let changed: ClientUser = ada.calls.put(&own, role(1, &["services"])).await.expect(200).read();
    assert_eq!(changed.version, 2);
    lost(staff.put(&format!("{of_staff}/{}", other.user), role(1, &["users"])).await);
    staff.put(&format!("{of_staff}/{}", other.user), role(2, &["users"])).await.expect(200);
    lost(ada.calls.put(&own, role(2, &["api"])).await);
    // Another owner is another role, for both.
    staff.post(&format!("/admin/clients/{}/owner", ada.id), json!({ "user": other.user })).await.expect(200);
    let users: Page<ClientUser> = staff.get(&of_staff).await.expect(200).read();
    let mut versions: Vec<i32> = users.items.iter().map(|user| user.version).collect();
    versions.sort_unstable();
    assert_eq!(versions, [2, 4]);
}

#[actix_web::test]
async fn a_logo_that_somebody_else_changed_is_not_written_over() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let path = format!("/admin/companies/{COMPANY}/logo");
    let logo = |fill: &str, version: i32| {
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="{fill}"/></svg>"#
        );
        json!({ "version": version, "media_type": "image/svg+xml", "content": STANDARD.encode(svg) })
    };
    let set: CompanyDetail = staff.put(&path, logo("red", 1)).await.expect(200).read();
    assert_eq!(set.profile.version, Some(2));
    lost(staff.put(&path, logo("blue", 1)).await);
    lost(staff.delete(&format!("{path}?version=1")).await);
    assert!(String::from_utf8_lossy(&staff.get(&path).await.expect(200).bytes).contains("red"));
    assert_eq!(staff.delete(&path).await.expect(422).refused_fields(), ["version"]);
    staff.delete(&format!("{path}?version=2")).await.expect(200);
}

#[actix_web::test]
async fn a_currency_whose_rate_became_another_one_is_neither_made_the_default_nor_written_over() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let read = async |code: &str| {
        let list: Page<CurrencyDetail> = staff.get("/admin/currencies?per_page=200").await.expect(200).read();
        list.items.into_iter().find(|currency| currency.code.to_string() == code).unwrap()
    };
    let path = "/admin/currencies/CAD/default";
    let (pln, cad) = (read("PLN").await, read("CAD").await);
    assert_eq!(staff.post(path, json!({})).await.expect(422).refused_fields(), ["version"]);
    let made = json!({ "version": pln.version });
    staff.post("/admin/currencies/PLN/default", made.clone()).await.expect(200);
    lost(staff.post("/admin/currencies/PLN/default", made).await);
    lost(staff.post(&format!("{path}?dry_run=true"), json!({ "version": cad.version })).await);
    lost(staff.post(path, json!({ "version": cad.version })).await);
    let change = |read: &CurrencyDetail| json!({ "version": read.version, "format": read.format, "rate": read.rate, "enabled": true });
    lost(staff.put("/admin/currencies/CAD", change(&cad)).await);
    assert!(read("PLN").await.is_default);
    let again = read("CAD").await;
    assert_ne!(again.rate, cad.rate);
    staff.put("/admin/currencies/CAD", change(&again)).await.expect(200);
    let version = read("CAD").await.version;
    staff.post(path, json!({ "version": version })).await.expect(200);
    assert!(read("CAD").await.is_default);
}

async fn in_order(staff: &Caller) -> Vec<String> {
    let list: Page<ProductSummary> = staff.get("/admin/products").await.expect(200).read();
    list.items.into_iter().map(|row| row.key).collect()
}

#[actix_web::test]
async fn an_order_of_rows_that_somebody_else_changed_is_not_written_over() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let mut made = Vec::new();
    for key in ["a", "b", "c"] {
        made.push(product(&staff, key, json!({})).await.id);
    }
    let (a, b, c) = (made[0], made[1], made[2]);
    let path = "/admin/products/order";
    staff.put(path, json!({ "ids": [b, a, c], "read": [a, b, c] })).await.expect(204);
    lost(staff.put(path, json!({ "ids": [a, c, b], "read": [a, b, c] })).await);
    assert_eq!(in_order(&staff).await, ["b", "a", "c"]);
    for (body, field) in [
        (json!({ "ids": [a, b] }), "read"),
        (json!({ "ids": [a, b], "read": [a, c] }), "read"),
        (json!({ "ids": [a, a], "read": [a, b] }), "ids"),
        (json!({ "ids": [a, COMPANY], "read": [a, COMPANY] }), "ids"),
    ] {
        assert_eq!(staff.put(path, body.clone()).await.expect(422).refused_fields(), [field], "{body}");
    }
    staff.put(path, json!({ "ids": [c, b, a], "read": [b, a, c] })).await.expect(204);
    assert_eq!(in_order(&staff).await, ["c", "b", "a"]);
}

#[actix_web::test]
async fn options_and_groups_keep_an_order_that_somebody_else_changed() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let vps = product(&staff, "vps", json!({})).await;
    let group: OptionGroupDetail = sizes(&staff, "size", vps.id).await;
    let (s, m) = (group.options[0].id, group.options[1].id);
    let swapped = json!({ "ids": [m, s], "read": [s, m] });
    staff.put("/admin/options/order", swapped.clone()).await.expect(204);
    lost(staff.put("/admin/options/order", swapped).await);
    let speed = sizes(&staff, "speed", vps.id).await;
    let of_another = speed.options[0].id;
    let mixed =
        staff.put("/admin/options/order", json!({ "ids": [of_another, s], "read": [s, of_another] })).await;
    assert_eq!(mixed.expect(422).refused_fields(), ["ids"]);
    let shelf = async |key: &str| -> Value {
        let body = json!({ "key": key, "texts": { "en": { "name": key } } });
        staff.post("/admin/product-groups", body).await.expect(201).json()["id"].clone()
    };
    let (one, two) = (shelf("one").await, shelf("two").await);
    let swapped = json!({ "ids": [two, one], "read": [one, two] });
    staff.put("/admin/product-groups/order", swapped.clone()).await.expect(204);
    lost(staff.put("/admin/product-groups/order", swapped).await);
    let other = sizes(&staff, "disk", vps.id).await;
    let swapped = json!({ "ids": [other.id, speed.id, group.id], "read": [group.id, speed.id, other.id] });
    staff.put("/admin/option-groups/order", swapped.clone()).await.expect(204);
    lost(staff.put("/admin/option-groups/order", swapped).await);
}

#[actix_web::test]
async fn what_search_engines_are_told_and_pictures_that_somebody_else_changed_are_not_written_over() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let vps = product(&staff, "vps", json!({})).await;
    let sizes = sizes(&staff, "size", vps.id).await;
    let shelf = json!({ "key": "shelf", "texts": { "en": { "name": "Shelf" } } });
    let shelf = staff.post("/admin/product-groups", shelf).await.expect(201).json();
    let (product, group) = (
        format!("/admin/products/{}", vps.id),
        format!("/admin/product-groups/{}", shelf["id"].as_str().unwrap()),
    );
    for (record, at) in [(&product, "/product/version"), (&group, "/group/version")] {
        let version = staff.get(record).await.expect(200).json().pointer(at).unwrap().as_i64().unwrap();
        let path = format!("{record}/seo");
        let english = json!({ "version": version, "texts": { "en": { "title": "Said" } } });
        let told = staff.put(&path, english).await.expect(200).json();
        assert_eq!(told.pointer(at), Some(&json!(version + 1)), "{record}");
        lost(staff.put(&path, json!({ "version": version, "texts": { "pl": { "title": "Inne" } } })).await);
        let unread = staff.put(&path, json!({ "texts": {} })).await.expect(422);
        assert_eq!(unread.refused_fields(), ["version"], "{record}");
        assert_eq!(staff.get(record).await.expect(200).json()["seo"]["en"]["title"], "Said", "{record}");
    }
    let image = |content: &str, read: &Value| json!({ "content": content, "read": read });
    let option = sizes.options[0].id;
    for (path, shown) in [
        (format!("{product}/images/icon"), "/images/icon"),
        (format!("{group}/images/background"), "/images/background"),
        (format!("/admin/options/{option}/images/icon"), "/options/0/icon_image"),
    ] {
        let first = staff.put(&path, image(BLACK, &Value::Null)).await.expect(200).json();
        let hash = first.pointer(shown).unwrap();
        assert!(hash.is_string(), "{path}: {first}");
        lost(staff.put(&path, image(WHITE, &Value::Null)).await);
        let second = staff.put(&path, image(WHITE, hash)).await.expect(200).json();
        assert_ne!(second.pointer(shown), Some(hash), "{path}");
        lost(staff.put(&path, image(BLACK, hash)).await);
        let taken = |hash: &Value| format!("{path}?read={}", hash.as_str().unwrap());
        lost(staff.delete(&taken(hash)).await);
        assert_eq!(staff.delete(&path).await.expect(422).refused_fields(), ["read"], "{path}");
        let hash = second.pointer(shown).unwrap();
        let cleared = staff.delete(&taken(hash)).await.expect(200).json();
        assert_eq!(cleared.pointer(shown), Some(&Value::Null), "{path}");
        lost(staff.delete(&taken(hash)).await);
    }
}

#[actix_web::test]
async fn a_rate_of_a_currency_that_somebody_else_changed_is_not_written_over() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let of_day = |day: &str| format!("/admin/currencies/PLN/rates/{day}");
    let (today, ahead) = (of_day("2026-03-10"), of_day("2026-04-01"));
    let rate = |version: i32, rate: &str| json!({ "version": version, "rate": rate });
    let unread = staff.put(&ahead, json!({ "rate": "4.3" })).await.expect(422);
    assert_eq!(unread.refused_fields(), ["version"]);
    staff.put(&ahead, rate(1, "4.3")).await.expect(200);
    lost(staff.put(&ahead, rate(1, "4.4")).await);
    lost(staff.put(&today, rate(1, "4.4")).await);
    let currency =
        json!({ "version": 1, "prefix": "", "format": "1,234.56", "rate": "4.4", "enabled": true });
    lost(staff.put("/admin/currencies/PLN", currency).await);
    lost(staff.delete(&format!("{ahead}?version=1")).await);
    assert_eq!(staff.delete(&ahead).await.expect(422).refused_fields(), ["version"]);
    staff.delete(&format!("{ahead}?version=2")).await.expect(204);
    staff.put(&today, rate(3, "4.4")).await.expect(200);
    let told = staff.get("/admin/currencies/PLN/rates").await.expect(200).json();
    assert_eq!((&told["total"], &told["items"][0]["rate"]), (&json!(1), &json!("4.4")));
}

/// Two pictures of one pixel.
pub(crate) const BLACK: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==";
pub(crate) const WHITE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg==";
