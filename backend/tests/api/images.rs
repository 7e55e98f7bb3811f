//! Pictures of the catalogue: what is taken, what becomes of it, who shows it, when it goes.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use hostwright::jobs::{Job, run};
use image::{ImageBuffer, ImageFormat, Rgba};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::catalog::{
    OptionGroupDetail, ProductDetail, ProductGroupDetail, PublicCatalog, PublicProductDetail,
};
use shared::{Code, Page};

use crate::harness::{Caller, Panel};
use crate::selling::{product, sizes};

/// A PNG of one colour.
fn png(width: u32, height: u32, colour: [u8; 4]) -> Vec<u8> {
    let picture = ImageBuffer::from_pixel(width, height, Rgba(colour));
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

const RED: [u8; 4] = [200, 30, 30, 255];
const BLUE: [u8; 4] = [30, 30, 200, 255];

fn upload(file: &[u8]) -> Value {
    json!({ "content": STANDARD.encode(file) })
}

/// In the place of another one.
fn instead_of(read: &str, file: &[u8]) -> Value {
    json!({ "content": STANDARD.encode(file), "read": read })
}

async fn stored(panel: &Panel) -> i64 {
    panel.count("SELECT count(*) AS value FROM images").await
}

#[actix_web::test]
async fn a_picture_is_made_smaller_and_served_by_its_hash_for_ever() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    assert_eq!(made.images.icon, None);
    let path = format!("/admin/products/{}/images", made.id);
    let file = png(800, 400, RED);
    let shown: ProductDetail = staff.put(&format!("{path}/icon"), upload(&file)).await.expect(200).read();
    let hash = shown.images.icon.unwrap();
    assert_eq!(shown.images.background, None);
    // Nobody's change of the product is lost to it.
    assert_eq!(shown.product.version, made.product.version);

    let answer = panel.visitor().get(&format!("/public/images/{hash}")).await.expect(200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(answer.headers[name], value, "{name}");
    }
    assert_eq!(HEXLOWER.encode(&Sha256::digest(&answer.bytes)), hash, "the address says what stands there");
    let picture = image::load_from_memory(&answer.bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (256, 128));

    let wide = png(3200, 800, BLUE);
    let shown: ProductDetail =
        staff.put(&format!("{path}/background"), upload(&wide)).await.expect(200).read();
    assert_eq!(shown.images.icon.as_ref(), Some(&hash), "the other slot keeps its own");
    let background = shown.images.background.unwrap();
    let answer = panel.visitor().get(&format!("/public/images/{background}")).await.expect(200);
    assert_eq!(answer.headers["content-type"], "image/jpeg");
    let picture = image::load_from_memory(&answer.bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (1600, 400));

    for nowhere in ["0".repeat(64), "0".repeat(63), "..".to_owned() + &hash, hash.to_uppercase()] {
        panel.visitor().get(&format!("/public/images/{nowhere}")).await.expect(404);
    }
}

#[actix_web::test]
async fn what_is_no_picture_or_too_large_is_refused_by_its_field() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let path = format!("/admin/products/{}/images/icon", made.id);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let mut bomb = png(1, 1, RED);
    // 30 000 × 30 000 pixels; the checksum of the header is that of these numbers.
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let checksum = crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
    let code = async |body: Value| {
        let problem = staff.put(&path, body).await.expect(422).problem();
        assert_eq!(problem.fields.len(), 1);
        assert_eq!(problem.fields[0].field, "content");
        problem.fields[0].code.clone()
    };
    for (what, body, expected) in [
        ("no Base64", json!({ "content": "!!" }), "invalid"),
        ("nothing", upload(b""), "invalid"),
        ("text", upload(b"icon.png"), "invalid"),
        ("SVG", upload(svg), "invalid"),
        ("GIF", upload(b"GIF89a\x01\0\x01\0\0\0\0;"), "invalid"),
        ("cut off", upload(&png(64, 64, RED)[..50]), "invalid"),
        ("a bomb", upload(&bomb), "out_of_range"),
        ("too many bytes", upload(&vec![0; 5 * 1024 * 1024 + 1]), "too_long"),
    ] {
        assert_eq!(code(body).await, expected, "{what}");
    }
    // Of what is larger still not even the whole is read.
    let endless = staff.put(&path, json!({ "content": "A".repeat(8 * 1024 * 1024) })).await;
    assert_eq!(endless.expect(413).problem().code, Code::TooLarge);
    // Other bodies have the limit that they had.
    let notes = json!({ "key": "a", "notes": "x".repeat(2 * 1024 * 1024) });
    staff.post("/admin/products", notes).await.expect(413);
    assert_eq!(stored(&panel).await, 0);
}

/// The checksum of a PNG's chunk, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[actix_web::test]
async fn there_are_no_other_slots_and_no_records_but_those_that_exist() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let group = sizes(&staff, "size", made.id).await;
    let file = upload(&png(8, 8, RED));
    for path in [
        format!("/admin/products/{}/images/banner", made.id),
        format!("/admin/product-groups/{}/images/icon", made.id),
        format!("/admin/products/{}/images/icon", group.id),
        format!("/admin/options/{}/images/background", group.options[0].id),
        format!("/admin/options/{}/images/icon", group.id),
    ] {
        staff.put(&path, file.clone()).await.expect(404);
    }
    assert_eq!(stored(&panel).await, 0, "nothing is stored that nothing shows");
}

#[actix_web::test]
async fn staff_without_the_permission_to_edit_set_no_pictures() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let reader = panel.staff(&[shared::Permission::ProductsView]).await.calls;
    let path = format!("/admin/products/{}/images/icon", made.id);
    reader.put(&path, upload(&png(8, 8, RED))).await.expect(403);
    reader.delete(&path).await.expect(403);
    assert_eq!(stored(&panel).await, 0);
}

async fn group(staff: &Caller, key: &str, more: Value) -> ProductGroupDetail {
    let mut input = json!({ "key": key, "texts": { "en": { "name": format!("Group {key}") } } });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    staff.post("/admin/product-groups", input).await.expect(201).read()
}

#[actix_web::test]
async fn the_storefront_shows_the_pictures_of_groups_products_and_options() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let sizes = sizes(&staff, "size", made.id).await;
    let shown = json!({ "products": [{ "id": made.id }], "list_look": "table", "order_look": "table" });
    let servers = group(&staff, "servers", shown).await;
    let file = upload(&png(64, 64, RED));
    staff.put(&format!("/admin/products/{}/images/icon", made.id), file.clone()).await.expect(200);
    let of_group = format!("/admin/product-groups/{}/images", servers.id);
    staff.put(&format!("{of_group}/icon"), file.clone()).await.expect(200);
    let servers: ProductGroupDetail =
        staff.put(&format!("{of_group}/background"), upload(&png(64, 64, BLUE))).await.expect(200).read();
    let option = format!("/admin/options/{}/images/icon", sizes.options[1].id);
    let sizes: OptionGroupDetail = staff.put(&option, file).await.expect(200).read();
    let icon = sizes.options[1].icon_image.clone().unwrap();
    assert_eq!(sizes.options[0].icon_image, None);
    // The same picture is stored once, whoever shows it.
    assert_eq!(stored(&panel).await, 2);
    assert_eq!(servers.images.icon.as_ref(), Some(&icon));

    let catalog: PublicCatalog = panel.visitor().get("/public/catalog").await.expect(200).read();
    assert_eq!(catalog.groups[0].images, servers.images);
    assert_eq!(catalog.groups[0].list_look.as_str(), "table");
    assert_eq!(catalog.groups[0].products[0].images.icon.as_ref(), Some(&icon));
    let detail: PublicProductDetail = panel.visitor().get("/public/products/vps").await.expect(200).read();
    assert_eq!(detail.order_look.as_str(), "table");
    assert_eq!(detail.option_groups[0].options[1].icon_image.as_ref(), Some(&icon));
    let rows: Page<shared::catalog::ProductSummary> = staff.get("/admin/products").await.expect(200).read();
    assert_eq!(rows.items[0].icon_image.as_ref(), Some(&icon));
    let rows: Page<shared::catalog::ProductGroupSummary> =
        staff.get("/admin/product-groups").await.expect(200).read();
    assert_eq!(rows.items[0].icon_image.as_ref(), Some(&icon));

    let copied =
        staff.post(&format!("/admin/products/{}/duplicate", made.id), json!({ "key": "copy" })).await;
    assert_eq!(copied.expect(201).read::<ProductDetail>().images.icon, Some(icon));
}

#[actix_web::test]
async fn cleaning_up_drops_only_pictures_that_nothing_shows() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let path = format!("/admin/products/{}/images", made.id);
    let first: ProductDetail =
        staff.put(&format!("{path}/icon"), upload(&png(8, 8, RED))).await.expect(200).read();
    let first = first.images.icon.unwrap();
    let second: ProductDetail =
        staff.put(&format!("{path}/icon"), instead_of(&first, &png(8, 8, BLUE))).await.expect(200).read();
    let second = second.images.icon.unwrap();
    let visitor = panel.visitor();
    let there = async |hash: &str| visitor.get(&format!("/public/images/{hash}")).await.status == 200;
    run::run(&panel.app, Job::Cleanup).await.unwrap();
    assert!(there(&first).await, "somebody may just be looking at it");
    panel.advance_hours(25).await;
    run::run(&panel.app, Job::Cleanup).await.unwrap();
    assert_eq!((there(&first).await, there(&second).await), (false, true));

    // A day later everybody signs in anew.
    let staff = panel.super_admin().await.calls;
    let cleared: ProductDetail = staff.delete(&format!("{path}/icon?read={second}")).await.expect(200).read();
    assert_eq!(cleared.images.icon, None);
    run::run(&panel.app, Job::Cleanup).await.unwrap();
    assert!(!there(&second).await);
    assert_eq!(stored(&panel).await, 0);
}

#[actix_web::test]
async fn setting_a_picture_is_written_into_the_activity_log() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let path = format!("/admin/products/{}/images/icon", made.id);
    let shown: ProductDetail = staff.put(&path, upload(&png(8, 8, RED))).await.expect(200).read();
    staff.delete(&format!("{path}?read={}", shown.images.icon.unwrap())).await.expect(200);
    let count = "SELECT count(*) AS value FROM activity_log WHERE action = 'product.changed'
         AND (\"old\" #> '{images,icon}' IS NOT NULL OR \"new\" #> '{images,icon}' IS NOT NULL)";
    assert_eq!(panel.count(count).await, 2);
}

#[actix_web::test]
async fn a_group_keeps_its_looks() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = group(&staff, "vps", json!({})).await;
    let looks = |group: &ProductGroupDetail| {
        let group = &group.group;
        [group.list_look, group.order_look, group.manage_look].map(|look| look.as_str())
    };
    assert_eq!(looks(&made), ["cards", "cards", "table"]);
    let mut input = serde_json::to_value(&made.group).unwrap();
    for (field, look) in [("list_look", "table"), ("order_look", "table"), ("manage_look", "cards")] {
        input[field] = json!(look);
    }
    let path = format!("/admin/product-groups/{}", made.id);
    let changed: ProductGroupDetail = staff.put(&path, input.clone()).await.expect(200).read();
    assert_eq!(looks(&changed), ["table", "table", "cards"]);
    input["list_look"] = json!("carousel");
    assert_eq!(staff.put(&path, input).await.expect(422).refused_fields(), ["list_look"]);
}
