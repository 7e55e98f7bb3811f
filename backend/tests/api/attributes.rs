//! Attribute groups: what staff write once, what products have of them, what visitors see.

use hostwright::jobs::{Job, run};
use reqwest::Method;
use serde_json::{Value, json};
use shared::catalog::{
    AttributeGroupDetail, AttributeGroupSummary, AttributeSummary, ProductDetail, PublicAttributeGroup,
    PublicCatalog, PublicProductDetail,
};
use shared::{AttributeGroupId, AttributeId, Code, EffectKind, Page, ProductId, Rehearsal};

use crate::harness::{Caller, Panel};
use crate::selling::product;
use crate::versions::{BLACK, WHITE};

/// Creates a group with attributes of these keys, called like them.
async fn group(staff: &Caller, key: &str, attributes: &[&str]) -> AttributeGroupDetail {
    let input = json!({ "key": key, "texts": { "en": { "name": format!("Group {key}") } } });
    let mut made: AttributeGroupDetail =
        staff.post("/admin/attribute-groups", input).await.expect(201).read();
    for attribute in attributes {
        made = add(staff, made.id, json!({ "key": attribute })).await;
    }
    made
}

/// Adds an attribute to a group; `more` overrides its fields.
async fn add(staff: &Caller, group: AttributeGroupId, more: Value) -> AttributeGroupDetail {
    let mut input = json!({ "texts": { "en": { "name": more["key"], "value": "much" } } });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    staff.post(&format!("/admin/attribute-groups/{group}/attributes"), input).await.expect(201).read()
}

fn keys(group: &AttributeGroupDetail) -> Vec<&str> {
    group.attributes.iter().map(|one| one.attribute.key.as_str()).collect()
}

fn having(version: Option<i32>, ids: &[AttributeId]) -> Value {
    let attributes: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    json!({ "version": version, "attributes": attributes })
}

/// Gives a product these attributes and no others.
async fn attach(staff: &Caller, id: ProductId, ids: &[AttributeId]) -> ProductDetail {
    let path = format!("/admin/products/{id}");
    let read: ProductDetail = staff.get(&path).await.expect(200).read();
    staff.put(&format!("{path}/attributes"), having(read.product.version, ids)).await.expect(200).read()
}

fn had(product: &ProductDetail) -> Vec<AttributeId> {
    product.group_attributes.iter().map(|one| one.id).collect()
}

#[actix_web::test]
async fn a_group_is_created_changed_copied_and_deleted() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = group(&staff, "hardware", &["cpu", "disk"]).await;
    assert_eq!((keys(&made), made.group.visible), (vec!["cpu", "disk"], true));
    let path = format!("/admin/attribute-groups/{}", made.id);

    let mut input = serde_json::to_value(&made.group).unwrap();
    input["texts"]["pl"] = json!({ "name": "Sprzęt" });
    let changed: AttributeGroupDetail = staff.put(&path, input.clone()).await.expect(200).read();
    assert_eq!((changed.group.version, changed.group.texts.len()), (Some(2), 2));
    // Somebody else changed it meanwhile: nobody's change is lost.
    assert_eq!(staff.put(&path, input.clone()).await.expect(412).problem().code, Code::VersionConflict);
    input.as_object_mut().unwrap().remove("version");
    assert_eq!(staff.put(&path, input.clone()).await.expect(422).refused_fields(), ["version"]);
    let taken = staff.post("/admin/attribute-groups", input).await.expect(422);
    assert_eq!(taken.refused_fields(), ["key"]);

    let copy = staff.post(&format!("{path}/duplicate"), json!({ "key": "hardware-2" })).await;
    let copy: AttributeGroupDetail = copy.expect(201).read();
    assert_eq!((keys(&copy), copy.group.visible), (vec!["cpu", "disk"], false));
    assert!(copy.attributes.iter().zip(&made.attributes).all(|(copied, one)| copied.id != one.id));
    let taken = staff.post(&format!("{path}/duplicate"), json!({ "key": "hardware" })).await.expect(422);
    assert_eq!(taken.refused_fields(), ["key"]);

    let list: Page<AttributeGroupSummary> =
        staff.get("/admin/attribute-groups?search=hard&sort=-key").await.expect(200).read();
    let listed = |row: &AttributeGroupSummary| (row.key.clone(), row.attributes, row.products);
    let listed: Vec<_> = list.items.iter().map(listed).collect();
    assert_eq!(listed, [("hardware-2".to_owned(), 2, 0), ("hardware".to_owned(), 2, 0)]);
    let order = json!({ "ids": [copy.id, made.id], "read": [made.id, copy.id] });
    staff.put("/admin/attribute-groups/order", order.clone()).await.expect(204);
    staff.put("/admin/attribute-groups/order", order).await.expect(412);
    let list: Page<AttributeGroupSummary> = staff.get("/admin/attribute-groups").await.expect(200).read();
    assert_eq!(list.items[0].key, "hardware-2");

    staff.delete(&path).await.expect(204);
    staff.get(&path).await.expect(404);
    for done in ["created", "changed", "deleted"] {
        let logged = format!(
            "SELECT count(*) AS value FROM activity_log WHERE action = 'attribute_group.{done}' AND subject_id = '{}'",
            made.id
        );
        assert_eq!(panel.count(&logged).await, 1, "{done}");
    }
    let gone = "SELECT count(*) AS value FROM activity_log
         WHERE action = 'attribute.deleted' AND old->'texts'->'en'->>'name' IN ('cpu', 'disk')";
    assert_eq!(panel.count(gone).await, 2);
}

#[actix_web::test]
async fn attributes_are_edited_within_their_group() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = group(&staff, "hardware", &["cpu"]).await;
    let inside = format!("/admin/attribute-groups/{}/attributes", made.id);
    let text = |name: &str, value: &str| json!({ "en": { "name": name, "value": value } });
    for (key, texts, field) in [
        ("cpu", text("CPU", "4"), "key"),
        ("No key", text("CPU", "4"), "key"),
        ("ram", json!({}), "texts"),
        ("ram", text("", "4"), "texts.en.name"),
        ("ram", text(&"x".repeat(101), "4"), "texts.en.name"),
        ("ram", text("RAM", &"x".repeat(301)), "texts.en.value"),
    ] {
        let refused = staff.post(&inside, json!({ "key": key, "texts": texts })).await.expect(422);
        assert_eq!(refused.refused_fields(), [field], "{key} {texts}");
    }
    let long = json!({ "key": "long", "texts": { "en": { "name": "x".repeat(201) } } });
    let refused = staff.post("/admin/attribute-groups", long).await.expect(422);
    assert_eq!(refused.refused_fields(), ["texts.en.name"]);
    // What is unique in one group may stand in another.
    let other = group(&staff, "software", &["cpu"]).await;

    let cpu = &made.attributes[0];
    let path = format!("/admin/attributes/{}", cpu.id);
    let mut input = serde_json::to_value(&cpu.attribute).unwrap();
    input["texts"]["en"]["value"] = json!("8 vCPU");
    let changed: AttributeGroupDetail = staff.put(&path, input.clone()).await.expect(200).read();
    assert_eq!(changed.attributes[0].text.value, "8 vCPU");
    assert_eq!(staff.put(&path, input.clone()).await.expect(412).problem().code, Code::VersionConflict);

    let made = add(&staff, made.id, json!({ "key": "ram" })).await;
    let ram = made.attributes[1].id;
    let order = |ids: [AttributeId; 2], read: [AttributeId; 2]| json!({ "ids": ids, "read": read });
    let path = "/admin/attributes/order";
    staff.put(path, order([ram, cpu.id], [cpu.id, ram])).await.expect(204);
    staff.put(path, order([ram, cpu.id], [cpu.id, ram])).await.expect(412);
    let read: AttributeGroupDetail =
        staff.get(&format!("/admin/attribute-groups/{}", made.id)).await.expect(200).read();
    assert_eq!(keys(&read), ["ram", "cpu"]);
    let stranger = other.attributes[0].id;
    let mixed = staff.put(path, order([stranger, ram], [ram, stranger])).await.expect(422);
    assert_eq!(mixed.refused_fields(), ["ids"]);
    let part = staff.put(path, json!({ "ids": [ram], "read": [ram] })).await.expect(422);
    assert_eq!(part.refused_fields(), ["ids"]);
    let many: Vec<AttributeId> = (0..1001).map(|_| AttributeId::generate()).collect();
    let long = staff.put(path, json!({ "ids": many, "read": many })).await.expect(422);
    assert_eq!(long.refused_fields(), ["ids", "read"]);

    let nowhere = AttributeGroupId::generate();
    let orphan = json!({ "key": "gpu", "texts": text("GPU", "1") });
    staff.post(&format!("/admin/attribute-groups/{nowhere}/attributes"), orphan).await.expect(404);
    staff.put(&format!("/admin/attributes/{}", AttributeId::generate()), input).await.expect(404);
    staff.delete(&format!("/admin/attributes/{ram}")).await.expect(204);
    staff.delete(&format!("/admin/attributes/{ram}")).await.expect(404);
}

#[actix_web::test]
async fn what_products_have_is_not_deleted() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let vps = product(&staff, "vps", json!({})).await;
    let made = group(&staff, "hardware", &["cpu", "disk"]).await;
    let (cpu, disk) = (made.attributes[0].id, made.attributes[1].id);
    attach(&staff, vps.id, &[cpu]).await;
    let (of_group, of_cpu) =
        (format!("/admin/attribute-groups/{}", made.id), format!("/admin/attributes/{cpu}"));
    for path in [&of_group, &of_cpu] {
        for path in [path.clone(), format!("{path}?dry_run=true")] {
            let refused = staff.delete(&path).await.expect(409).problem();
            assert_eq!(refused.code, Code::InUse, "{path}");
            assert!(serde_json::to_string(&refused).unwrap().contains("vps"), "{path}: {refused:?}");
        }
    }
    let read: AttributeGroupDetail = staff.get(&of_group).await.expect(200).read();
    assert_eq!(read.products.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["vps"]);
    staff.delete(&format!("/admin/attributes/{disk}")).await.expect(204);

    attach(&staff, vps.id, &[]).await;
    let tried: Rehearsal = staff.delete(&format!("{of_group}?dry_run=true")).await.expect(200).read();
    let tried: Vec<_> = tried.effects.iter().map(|effect| (effect.code, effect.count)).collect();
    assert_eq!(tried, [(EffectKind::Deleted, None), (EffectKind::AttributesDeleted, Some(1))]);
    staff.get(&of_group).await.expect(200);
    staff.delete(&of_group).await.expect(204);
    assert_eq!(panel.count("SELECT count(*) AS value FROM attributes").await, 0);
}

#[actix_web::test]
async fn a_product_has_attributes_in_an_order_of_its_own() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let own = json!([{ "key": "traffic", "texts": { "en": { "name": "Traffic", "value": "unlimited" } } }]);
    let vps = product(&staff, "vps", json!({ "attributes": own })).await;
    let hardware = group(&staff, "hardware", &["cpu", "disk"]).await;
    let care = group(&staff, "care", &["backups"]).await;
    let (cpu, disk, backups) = (hardware.attributes[0].id, hardware.attributes[1].id, care.attributes[0].id);
    let wanted = [disk, backups, cpu];
    let attached = attach(&staff, vps.id, &wanted).await;
    assert_eq!(had(&attached), wanted);
    assert_eq!(attached.group_attributes[1].group_name, "Group care");
    // Those of its own stay.
    assert_eq!(attached.product.attributes.len(), 1);

    let path = format!("/admin/products/{}/attributes", vps.id);
    let version = attached.product.version;
    let lost = staff.put(&path, having(vps.product.version, &[cpu])).await.expect(412);
    assert_eq!(lost.problem().code, Code::VersionConflict);
    let unknown = staff.put(&path, having(version, &[AttributeId::generate()])).await.expect(422);
    assert_eq!(unknown.refused_fields(), ["attributes.0.id"]);
    let twice = staff.put(&path, having(version, &[cpu, cpu])).await.expect(422);
    assert_eq!(twice.refused_fields(), ["attributes.1.id"]);
    let many = vec![cpu; 101];
    assert_eq!(staff.put(&path, having(version, &many)).await.expect(422).refused_fields(), ["attributes"]);

    let product = format!("/admin/products/{}", vps.id);
    let copy = staff.post(&format!("{product}/duplicate"), json!({ "key": "copy" })).await;
    let copy: ProductDetail = copy.expect(201).read();
    assert_eq!(had(&copy), wanted);
    // What it is sent as a whole does not name them, and they stay.
    let read: ProductDetail = staff.get(&product).await.expect(200).read();
    let input = serde_json::to_value(&read.product).unwrap();
    assert_eq!(had(&staff.put(&product, input).await.expect(200).read()), wanted);
    assert_eq!(had(&attach(&staff, vps.id, &[cpu, backups]).await), [cpu, backups]);
    let logged = "SELECT count(*) AS value FROM activity_log
         WHERE action = 'product.changed' AND description = 'Attributes of product vps changed'";
    assert_eq!(panel.count(logged).await, 2);
    let listed = |ids: &[AttributeId]| having(None, ids)["attributes"].clone();
    let replaced = format!(
        "SELECT count(*) AS value FROM activity_log WHERE action = 'product.changed' AND subject_id = '{}'
         AND old->'attributes' = '{}' AND new->'attributes' = '{}'",
        vps.id,
        listed(&wanted),
        listed(&[cpu, backups])
    );
    assert_eq!(panel.count(&replaced).await, 1);

    for made in [vps.id, copy.id] {
        staff.delete(&format!("/admin/products/{made}")).await.expect(204);
    }
    staff.delete(&format!("/admin/attribute-groups/{}", hardware.id)).await.expect(204);
}

#[actix_web::test]
async fn attributes_are_listed_at_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let lists = ["/admin/attribute-groups", "/admin/attributes", "/public/catalog"];
    let shop = product(&staff, "vps", json!({})).await;
    let shelf =
        json!({ "key": "shelf", "texts": { "en": { "name": "Shelf" } }, "products": [{ "id": shop.id }] });
    staff.post("/admin/product-groups", shelf).await.expect(201);
    let first = group(&staff, "first", &["cpu"]).await;
    attach(&staff, shop.id, &[first.attributes[0].id]).await;
    let mut before = Vec::new();
    for path in lists {
        before.push(staff.get(path).await.expect(200).queries());
    }
    let second = group(&staff, "second", &["ram", "disk"]).await;
    let ids = [second.attributes[1].id, first.attributes[0].id, second.attributes[0].id];
    attach(&staff, shop.id, &ids).await;
    for (path, before) in lists.into_iter().zip(before) {
        assert_eq!(staff.get(path).await.expect(200).queries(), before, "{path}");
    }
    let all: Page<AttributeSummary> = staff.get("/admin/attributes").await.expect(200).read();
    let listed = |row: &AttributeSummary| (row.group_name.clone(), row.key.clone());
    let named = |group: &str, key: &str| (group.to_owned(), key.to_owned());
    let listed: Vec<_> = all.items.iter().map(listed).collect();
    assert_eq!(
        listed,
        [named("Group first", "cpu"), named("Group second", "ram"), named("Group second", "disk")]
    );
    let found: Page<AttributeSummary> =
        staff.get("/admin/attributes?search=second&sort=-key&per_page=1").await.expect(200).read();
    assert_eq!((found.total, found.items[0].key.as_str()), (2, "ram"));
    staff.get("/admin/attributes?sort=secret").await.expect(422);
}

/// The groups that a visitor sees at a product, who reads this language.
async fn seen(panel: &Panel, language: &str) -> Vec<PublicAttributeGroup> {
    let shop = panel.visitor();
    let request = shop.request(Method::GET, "/public/products/vps").header("accept-language", language);
    let answer = shop.send(request, "GET /public/products/vps".to_owned()).await.expect(200);
    answer.read::<PublicProductDetail>().product.attribute_groups
}

fn outline(groups: &[PublicAttributeGroup]) -> Vec<(&str, Vec<&str>)> {
    let keys = groups.iter().map(|group| group.attributes.iter().map(|one| one.key.as_str()).collect());
    groups.iter().map(|group| group.key.as_str()).zip(keys).collect()
}

#[actix_web::test]
async fn visitors_see_what_is_visible_group_by_group_in_their_language() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let vps = product(&staff, "vps", json!({})).await;
    let shelf =
        json!({ "key": "shelf", "texts": { "en": { "name": "Shelf" } }, "products": [{ "id": vps.id }] });
    staff.post("/admin/product-groups", shelf).await.expect(201);
    let hardware = group(&staff, "hardware", &["cpu"]).await;
    let texts =
        json!({ "en": { "name": "Disk", "value": "fast" }, "pl": { "name": "Dysk", "value": "szybki" } });
    let hardware = add(&staff, hardware.id, json!({ "key": "disk", "texts": texts })).await;
    let hardware = add(&staff, hardware.id, json!({ "key": "secret", "visible": false })).await;
    let care = group(&staff, "care", &["backups"]).await;
    let [cpu, disk, secret] = [0, 1, 2].map(|place| hardware.attributes[place].id);
    attach(&staff, vps.id, &[disk, care.attributes[0].id, secret, cpu]).await;
    let path = format!("/admin/attribute-groups/{}", hardware.id);
    let mut input = serde_json::to_value(&hardware.group).unwrap();
    input["texts"]["en"]["description"] = json!("All about it.");
    let hardware: AttributeGroupDetail = staff.put(&path, input).await.expect(200).read();

    let mut english = seen(&panel, "en").await;
    assert_eq!(outline(&english), [("hardware", vec!["disk", "cpu"]), ("care", vec!["backups"])]);
    assert_eq!(
        (english[0].text.name.as_str(), english[0].attributes[0].text.value.as_str()),
        ("Group hardware", "fast")
    );
    let polish = seen(&panel, "pl").await;
    assert_eq!(polish[0].attributes[0].text.name, "Dysk");
    // What was not translated stands there in English.
    assert_eq!(polish[0].text.name, "Group hardware");
    let catalog: PublicCatalog = panel.visitor().get("/public/catalog").await.expect(200).read();
    // The product alone says more.
    assert_eq!(std::mem::take(&mut english[0].text.description), "All about it.");
    assert_eq!(catalog.groups[0].products[0].attribute_groups, english);

    let mut input = serde_json::to_value(&hardware.group).unwrap();
    input["visible"] = json!(false);
    staff.put(&path, input).await.expect(200);
    assert_eq!(outline(&seen(&panel, "en").await), [("care", vec!["backups"])]);
    let staff_see: ProductDetail = staff.get(&format!("/admin/products/{}", vps.id)).await.expect(200).read();
    let visible: Vec<bool> = staff_see.group_attributes.iter().map(|one| one.visible).collect();
    assert_eq!(visible, [false, true, false, false]);
}

#[actix_web::test]
async fn attributes_and_their_groups_have_icons() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let vps = product(&staff, "vps", json!({})).await;
    let made = group(&staff, "hardware", &["cpu"]).await;
    let cpu = made.attributes[0].id;
    attach(&staff, vps.id, &[cpu]).await;
    let of_group = format!("/admin/attribute-groups/{}/images/icon", made.id);
    let of_cpu = format!("/admin/attributes/{cpu}/images/icon");
    staff.put(&of_group, json!({ "content": BLACK })).await.expect(200);
    let made: AttributeGroupDetail = staff.put(&of_cpu, json!({ "content": WHITE })).await.expect(200).read();
    let icons = (made.icon_image.clone(), made.attributes[0].icon_image.clone());
    assert!(icons.0.is_some() && icons.1.is_some() && icons.0 != icons.1);
    let lost = staff.put(&of_cpu, json!({ "content": BLACK })).await.expect(412);
    assert_eq!(lost.problem().code, Code::VersionConflict);
    let shown = seen(&panel, "en").await;
    assert_eq!((shown[0].icon_image.clone(), shown[0].attributes[0].icon_image.clone()), icons);
    let copy = format!("/admin/attribute-groups/{}/duplicate", made.id);
    let copy: AttributeGroupDetail = staff.post(&copy, json!({ "key": "copy" })).await.expect(201).read();
    assert_eq!((copy.icon_image, copy.attributes[0].icon_image.clone()), icons);

    let stored = "SELECT count(*) AS value FROM images";
    panel.advance_hours(25).await;
    run::run(&panel.app, Job::Cleanup).await.unwrap();
    assert_eq!(panel.count(stored).await, 2);
    // A day later everybody signs in anew.
    let staff = panel.super_admin().await.calls;
    staff.delete(&format!("/admin/attribute-groups/{}", copy.id)).await.expect(204);
    let read = |path: &str, icon: Option<String>| format!("{path}?read={}", icon.expect("an icon"));
    staff.delete(&read(&of_group, icons.0)).await.expect(200);
    let cleared: AttributeGroupDetail = staff.delete(&read(&of_cpu, icons.1)).await.expect(200).read();
    assert_eq!((cleared.icon_image, cleared.attributes[0].icon_image.clone()), (None, None));
    run::run(&panel.app, Job::Cleanup).await.unwrap();
    assert_eq!(panel.count(stored).await, 0);
}
