//! The catalogue: what staff edit, what anybody sees, what a quote says.

use serde_json::{Value, json};
use shared::catalog::{
    OptionDetail, OptionGroupDetail, ProductDetail, ProductGroupDetail, ProductSummary, PublicCatalog,
    PublicProductDetail, Quote,
};
use shared::{Code, Page};

use crate::harness::Panel;
use crate::selling::{decimal, give, product, sizes, work};

#[actix_web::test]
async fn a_product_is_created_changed_copied_and_deleted() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(
        &staff,
        "vps-s",
        json!({ "texts": { "en": { "name": "VPS S" }, "pl": { "name": "Serwer S" } } }),
    )
    .await;
    assert_eq!(made.prices.len(), 4);

    let mut input = serde_json::to_value(&made.product).unwrap();
    input["notes"] = json!("fast");
    let path = format!("/admin/products/{}", made.id);
    let changed: ProductDetail = staff.put(&path, input.clone()).await.expect(200).read();
    assert_eq!((changed.product.notes.as_str(), changed.product.version), ("fast", Some(2)));
    // Somebody else changed it meanwhile: nobody's change is lost.
    assert_eq!(staff.put(&path, input).await.expect(412).problem().code, Code::VersionConflict);

    let copy: ProductDetail =
        staff.post(&format!("{path}/duplicate"), json!({ "key": "vps-m" })).await.expect(201).read();
    assert_eq!((copy.prices.len(), copy.product.visible), (4, false));
    let taken = staff.post(&format!("{path}/duplicate"), json!({ "key": "vps-m" })).await.expect(422);
    assert_eq!(taken.refused_fields(), ["key"]);

    let list: Page<ProductSummary> =
        staff.get("/admin/products?search=serwer&sort=-key").await.expect(200).read();
    assert_eq!(list.items.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["vps-s", "vps-m"]);
    let order = json!({ "ids": [copy.id, made.id], "read": [made.id, copy.id] });
    staff.put("/admin/products/order", order).await.expect(204);
    let part = json!({ "ids": [made.id], "read": [made.id] });
    assert_eq!(staff.put("/admin/products/order", part).await.expect(422).refused_fields(), ["ids"]);
    let list: Page<ProductSummary> = staff.get("/admin/products").await.expect(200).read();
    assert_eq!(list.items[0].key, "vps-m");

    staff.delete(&format!("/admin/products/{}", copy.id)).await.expect(204);
    staff.get(&format!("/admin/products/{}", copy.id)).await.expect(404);
}

#[actix_web::test]
async fn groups_are_copied_with_what_is_in_them() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let sizes = sizes(&staff, "size", made.id).await;
    let group = json!({ "key": "servers", "texts": { "en": { "name": "Servers" } },
        "products": [{ "id": made.id, "visible": false }] });
    let group: ProductGroupDetail = staff.post("/admin/product-groups", group).await.expect(201).read();

    let path = format!("/admin/product-groups/{}/duplicate", group.id);
    let copy: ProductGroupDetail = staff.post(&path, json!({ "key": "servers-2" })).await.expect(201).read();
    assert_eq!((copy.group.key.as_str(), copy.group.visible), ("servers-2", false));
    assert_eq!((&copy.group.texts, &copy.group.products), (&group.group.texts, &group.group.products));
    assert_ne!(copy.id, group.id);
    let taken = staff.post(&path, json!({ "key": "servers-2" })).await.expect(422);
    assert_eq!(taken.refused_fields(), ["key"]);

    let path = format!("/admin/option-groups/{}", sizes.id);
    let original: OptionGroupDetail = staff.get(&path).await.expect(200).read();
    let path = format!("{path}/duplicate");
    let copy: OptionGroupDetail = staff.post(&path, json!({ "key": "size-2" })).await.expect(201).read();
    assert_eq!((copy.group.key.as_str(), copy.group.visible, copy.products.len()), ("size-2", false, 0));
    assert_eq!(copy.options.len(), original.options.len());
    for (copied, option) in copy.options.iter().zip(&original.options) {
        assert_eq!((&copied.option.key, &copied.option.value), (&option.option.key, &option.option.value));
        let amounts =
            |option: &OptionDetail| option.prices.iter().map(|price| price.price.clone()).collect::<Vec<_>>();
        assert_eq!(amounts(copied), amounts(option));
        assert!(
            copied.id != option.id && copied.prices.len() == 1 && copied.prices[0].id != option.prices[0].id
        );
    }
    let taken = staff.post(&path, json!({ "key": "size" })).await.expect(422);
    assert_eq!(taken.refused_fields(), ["key"]);
    let unknown = format!("/admin/option-groups/{}/duplicate", shared::OptionGroupId::generate());
    staff.post(&unknown, json!({ "key": "size-3" })).await.expect(404);
}

#[actix_web::test]
async fn what_is_replaced_or_goes_with_its_group_stays_in_the_log() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let size = sizes(&staff, "size", made.id).await;
    // Takes the place of the one before.
    let speed = sizes(&staff, "speed", made.id).await;
    let listed = |id: shared::OptionGroupId| json!([{ "id": id, "required": true }]);
    let replaced = format!(
        "SELECT count(*) AS value FROM activity_log WHERE action = 'product.changed' AND subject_id = '{}'
         AND old->'groups' = '{}' AND new->'groups' = '{}'",
        made.id,
        listed(size.id),
        listed(speed.id)
    );
    assert_eq!(panel.count(&replaced).await, 1);

    staff.delete(&format!("/admin/option-groups/{}", size.id)).await.expect(204);
    let gone = "SELECT count(*) AS value FROM activity_log
         WHERE action = 'option.deleted' AND old->'texts'->'en'->>'name' IN ('small', 'large')";
    assert_eq!(panel.count(gone).await, 2);
}

#[actix_web::test]
async fn a_search_finds_what_is_written_and_not_how_it_is_stored() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let texts = json!({ "en": { "name": "19\" rack", "short": "Half full" }, "pl": { "name": "Szafa" } });
    product(&staff, "rack", json!({ "texts": texts })).await;
    let group = json!({ "key": "rack", "texts": texts });
    staff.post("/admin/product-groups", group.clone()).await.expect(201);
    let options = json!({ "key": "rack", "kind": "dropdown", "texts": texts });
    staff.post("/admin/option-groups", options).await.expect(201);
    let attributes = staff.post("/admin/attribute-groups", group).await.expect(201).json();
    let attribute = json!({ "key": "width", "texts": { "en": { "name": "Width", "value": "482 mm" } } });
    let inside = format!("/admin/attribute-groups/{}/attributes", attributes["id"].as_str().unwrap());
    staff.post(&inside, attribute).await.expect(201);
    let found = async |list: &str, search: &str| {
        let path = format!("/admin/{list}?search={search}");
        staff.get(&path).await.expect(200).json()["total"].as_i64().unwrap()
    };
    for list in ["products", "product-groups", "option-groups", "attribute-groups", "attributes"] {
        for search in ["RAC", "19%22%20r", "half", "szaf"] {
            assert_eq!(found(list, search).await, 1, "{list} {search}");
        }
        for search in ["name", "short", "description", "value", "pl", "%22%3A", "%7B"] {
            assert_eq!(found(list, search).await, 0, "{list} {search}");
        }
    }
    assert_eq!((found("attributes", "482").await, found("attribute-groups", "482").await), (1, 0));
}

#[actix_web::test]
async fn what_is_left_out_of_a_product_has_its_default_and_null_stays_null() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let usual = product(&staff, "usual", json!({})).await;
    let delays = |made: &ProductDetail| {
        let product = &made.product;
        (product.suspension_grace_hours, product.termination_delay_hours, product.cancellation_delay_hours)
    };
    assert_eq!(delays(&usual), (None, Some(48), 48));
    let patient = product(&staff, "patient", json!({ "termination_delay_hours": null })).await;
    assert_eq!(delays(&patient), (None, None, 48));
    let path = format!("/admin/products/{}", patient.id);
    let copy: ProductDetail =
        staff.post(&format!("{path}/duplicate"), json!({ "key": "copy" })).await.expect(201).read();
    assert_eq!(delays(&copy), (None, None, 48));
    let mut input = serde_json::to_value(&patient.product).unwrap();
    input.as_object_mut().unwrap().remove("termination_delay_hours");
    let changed: ProductDetail = staff.put(&path, input).await.expect(200).read();
    assert_eq!(delays(&changed), (None, Some(48), 48));
}

#[actix_web::test]
async fn prices_that_somebody_else_changed_are_not_written_over() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let path = format!("/admin/products/{}/prices", made.id);
    let row = |base: &str, version: i32| json!({ "currency": "EUR", "period": "monthly", "setup": "1.00", "base": base, "version": version });
    staff.put(&path, json!({ "prices": [row("8.00", 1)] })).await.expect(200);
    let other = json!({ "currency": "EUR", "period": "hourly", "base": "0.02", "version": 1 });
    let lost = staff.put(&path, json!({ "prices": [other, row("9.00", 1)] })).await.expect(412);
    assert_eq!(lost.problem().code, Code::VersionConflict);
    let read: ProductDetail = staff.get(&format!("/admin/products/{}", made.id)).await.expect(200).read();
    let base = |period: shared::Period| {
        let mut rows = read.prices.iter().filter(|row| row.price.period == period);
        decimal(rows.next().unwrap().price.base.as_deref().unwrap())
    };
    // Refused whole: neither of the two was written.
    assert_eq!(
        (base(shared::Period::Monthly), base(shared::Period::Hourly)),
        (decimal("8"), decimal("0.01"))
    );
    // A new row names 0: somebody else may have added it meanwhile.
    let new =
        json!({ "prices": [{ "currency": "PLN", "period": "monthly", "base": "30.00", "version": 0 }] });
    staff.put(&path, new.clone()).await.expect(200);
    staff.put(&path, new).await.expect(412);
}

#[actix_web::test]
async fn every_fault_of_a_product_is_told_by_its_field() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let bad = json!({
        "key": "VPS S", "texts": { "en": { "name": " " } }, "stock_control": true, "module": "magic",
        "cancellation_delay_hours": 0, "notes": "x".repeat(10_001)
    });
    let fields = staff.post("/admin/products", bad).await.expect(422).refused_fields();
    for field in ["key", "texts.en.name", "stock", "module", "cancellation_delay_hours", "notes"] {
        assert!(fields.iter().any(|found| found == field), "{field} in {fields:?}");
    }
    let unknown = json!({ "key": "a", "texts": { "en": { "name": "A" } }, "colour": "red" });
    assert_eq!(staff.post("/admin/products", unknown).await.expect(422).refused_fields(), ["colour"]);
    let settings =
        json!({ "key": "a", "texts": { "en": { "name": "A" } }, "module_settings": { "speed": 9 } });
    let fields = staff.post("/admin/products", settings).await.expect(422).refused_fields();
    assert_eq!(fields, ["module_settings.speed"]);
    assert_eq!(panel.count("SELECT count(*) AS value FROM products").await, 0);
}

#[actix_web::test]
async fn prices_are_read_strictly() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let path = format!("/admin/products/{}/prices", made.id);
    for bad in ["-1", "NaN", "1e3", "0.00001", "999999999999", "1,5", "Infinity"] {
        let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": bad }] });
        assert_eq!(staff.put(&path, prices).await.expect(422).refused_fields(), ["prices.0.base"], "{bad}");
    }
    let unknown = json!({ "prices": [{ "currency": "XAU", "period": "monthly", "base": "1" }] });
    assert_eq!(staff.put(&path, unknown).await.expect(422).refused_fields(), ["prices.0.currency"]);
    let once = json!({ "prices": [{ "currency": "EUR", "period": "one_time", "base": "1", "idle": "1" }] });
    assert_eq!(staff.put(&path, once).await.expect(422).refused_fields(), ["prices.0.idle"]);
    let number = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": 1.5 }] });
    assert_eq!(staff.put(&path, number).await.expect(422).refused_fields(), ["prices.0.base"]);
    // A row that is empty throughout is deleted; the others stay.
    let rows: Vec<Value> = staff
        .put(&path, json!({ "prices": [{ "currency": "EUR", "period": "hourly" }] }))
        .await
        .expect(200)
        .read();
    assert_eq!(rows.len(), 3);
}

#[actix_web::test]
async fn what_is_used_is_not_deleted() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let group = sizes(&staff, "size", made.id).await;
    let client = panel.client("Ada").await;
    give(&panel, client.id, "50").await;
    let order = json!({ "items": [{ "product": made.id, "period": "monthly",
        "options": [{ "group": group.id, "option": group.options[0].id }] }] });
    client.calls.post_once(&format!("/clients/{}/orders", client.id), order).await.expect(201);

    for path in [
        format!("/admin/products/{}", made.id),
        format!("/admin/option-groups/{}", group.id),
        format!("/admin/options/{}", group.options[0].id),
        format!(
            "/admin/prices/{}",
            made.prices.iter().find(|row| row.price.period == shared::Period::Monthly).unwrap().id
        ),
    ] {
        assert_eq!(staff.delete(&path).await.expect(409).problem().code, Code::InUse, "{path}");
    }
    staff.delete(&format!("/admin/options/{}", group.options[1].id)).await.expect(204);
}

#[actix_web::test]
async fn groups_show_their_products_in_order() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (one, two) = (product(&staff, "one", json!({})).await, product(&staff, "two", json!({})).await);
    let hidden = product(&staff, "hidden", json!({ "visible": false })).await;
    let input = json!({ "key": "vps", "texts": { "en": { "name": "Servers" }, "uk": { "name": "Сервери" } },
        "products": [{ "id": two.id }, { "id": one.id }, { "id": hidden.id }] });
    let group: ProductGroupDetail = staff.post("/admin/product-groups", input).await.expect(201).read();
    assert_eq!(
        group.products.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(),
        ["two", "one", "hidden"]
    );
    let unknown = json!({ "version": 1, "key": "vps", "texts": { "en": { "name": "Servers" } },
        "products": [{ "id": group.id }] });
    let path = format!("/admin/product-groups/{}", group.id);
    assert_eq!(staff.put(&path, unknown).await.expect(422).refused_fields(), ["products.0.id"]);

    let shop = panel.visitor();
    let request = shop.request(reqwest::Method::GET, "/public/catalog").header("accept-language", "uk");
    let answer = shop.send(request, "GET /public/catalog".to_owned()).await.expect(200);
    let catalog: PublicCatalog = answer.read();
    assert_eq!(catalog.groups[0].text.name, "Сервери");
    assert_eq!(
        catalog.groups[0].products.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(),
        ["two", "one"]
    );
    assert!(answer.queries() <= 12, "{} queries", answer.queries());
    panel.visitor().get("/public/products/hidden").await.expect(404);
    let shown: PublicProductDetail = panel.visitor().get("/public/products/one").await.expect(200).read();
    assert_eq!(shown.groups[0].key, "vps");
}

#[actix_web::test]
async fn a_quote_says_what_and_why() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let group = sizes(&staff, "size", made.id).await;
    let items = json!([{ "product": made.id, "period": "monthly", "quantity": 2,
        "options": [{ "group": group.id, "option": group.options[1].id }] }]);
    let request = json!({ "currency": "EUR", "items": items });
    let quote: Quote = panel.visitor().post("/public/quote", request).await.expect(200).read();
    // (7.20 + 14.40) a month; March has 744 hours, and 12:00 on the 10th is its 229th.
    let item = &quote.items[0];
    assert_eq!(item.base.amount(), decimal("21.60"));
    assert_eq!(item.first_charge.amount(), decimal("0.0290"));
    assert!(item.first_charge_why.contains("hour 229 of 744"), "{}", item.first_charge_why);
    assert_eq!(quote.setup.amount(), decimal("2"));
    assert_eq!(quote.due_now.amount(), decimal("2.0580"));
    assert_eq!(quote.monthly.amount(), decimal("43.20"));
    assert_eq!(quote.available, None);

    let client = panel.client("Ada").await;
    give(&panel, client.id, "2").await;
    let path = format!("/clients/{}/quote", client.id);
    let quote: Quote = client.calls.post(&path, json!({ "items": items })).await.expect(200).read();
    assert_eq!(quote.missing.unwrap().amount(), decimal("0.0580"));
    let other = json!({ "items": items, "currency": "PLN" });
    assert_eq!(client.calls.post(&path, other).await.expect(422).refused_fields(), ["currency"]);
}

#[actix_web::test]
async fn quantities_and_texts_keep_to_their_group() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let disk = json!({ "key": "disk", "kind": "quantity", "unit": "GB", "quantity_min": 10, "quantity_max": 100,
        "quantity_step": 10, "texts": { "en": { "name": "Disk" } } });
    let disk: OptionGroupDetail = staff.post("/admin/option-groups", disk).await.expect(201).read();
    let input = json!({ "key": "gb", "texts": { "en": { "name": "GB" } } });
    let disk: OptionGroupDetail =
        staff.post(&format!("/admin/option-groups/{}/options", disk.id), input).await.expect(201).read();
    let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": "0.10" }] });
    staff.put(&format!("/admin/options/{}/prices", disk.options[0].id), prices).await.expect(200);
    let host = json!({ "key": "host", "kind": "text", "pattern": "[a-z]{3,8}", "texts": { "en": { "name": "Host" } } });
    let host: OptionGroupDetail = staff.post("/admin/option-groups", host).await.expect(201).read();
    let bad = json!({ "key": "bad", "kind": "text", "pattern": "(", "texts": { "en": { "name": "Bad" } } });
    assert_eq!(staff.post("/admin/option-groups", bad).await.expect(422).refused_fields(), ["pattern"]);
    let attach = json!({ "version": 1, "groups": [{ "id": disk.id }, { "id": host.id, "required": false }] });
    staff.put(&format!("/admin/products/{}/option-groups", made.id), attach).await.expect(200);

    let quote = async |options: Value| {
        let items = json!([{ "product": made.id, "period": "monthly", "options": options }]);
        panel.visitor().post("/public/quote", json!({ "currency": "EUR", "items": items })).await
    };
    let good: Quote =
        quote(json!([{ "group": disk.id, "quantity": 50 }, { "group": host.id, "text": "alpha" }]))
            .await
            .expect(200)
            .read();
    assert_eq!(good.items[0].base.amount(), decimal("12.20"));
    assert_eq!(good.items[0].lines[1].why, "50 GB × 0.1000 EUR");
    for (options, field) in [
        (json!([{ "group": disk.id, "quantity": 55 }]), "items.0.options.0.quantity"),
        (json!([{ "group": disk.id, "quantity": 110 }]), "items.0.options.0.quantity"),
        (json!([{ "group": disk.id, "quantity": -10 }]), "items.0.options.0.quantity"),
        (
            json!([{ "group": disk.id, "quantity": 50 }, { "group": host.id, "text": "NO WAY" }]),
            "items.0.options.1.text",
        ),
        (json!([{ "group": host.id, "text": "alpha" }]), "items.0.options"),
    ] {
        assert_eq!(quote(options).await.expect(422).refused_fields(), [field]);
    }
}

#[actix_web::test]
async fn converted_prices_follow_the_rate_and_leave_the_others_alone() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let follows = product(&staff, "follows", json!({ "convert_price": true })).await;
    let stands = product(&staff, "stands", json!({})).await;
    let group = sizes(&staff, "size", follows.id).await;
    let mut input = serde_json::to_value(&group.group).unwrap();
    input["convert_price"] = json!(true);
    input["version"] =
        staff.get(&format!("/admin/option-groups/{}", group.id)).await.expect(200).json()["group"]["version"]
            .clone();
    staff.put(&format!("/admin/option-groups/{}", group.id), input).await.expect(200);
    work(&panel).await;
    let monthly = async |id: String| {
        let query = format!(
            "SELECT base AS value FROM prices WHERE coalesce(product_id, option_id) = '{id}'
             AND currency = 'PLN' AND period = 'monthly'"
        );
        panel.amount(&query).await.normalize().to_string()
    };
    let large = group.options[1].id.to_string();
    let rate = panel.amount("SELECT rate AS value FROM currencies WHERE code = 'PLN'").await;
    assert_eq!(rate.normalize().to_string(), "4.25");
    assert_eq!(monthly(follows.id.to_string()).await, "30.6");
    assert_eq!(monthly(large.clone()).await, "61.2");
    let untouched = format!(
        "SELECT count(*) AS value FROM prices WHERE product_id = '{}' AND currency <> 'EUR'",
        stands.id
    );
    assert_eq!(panel.count(&untouched).await, 0);

    // A new rate reaches them by itself; a second run finds nothing to write.
    let pln = staff.get("/admin/currencies?per_page=50").await.expect(200).json();
    let pln = pln["items"].as_array().unwrap().iter().find(|one| one["code"] == "PLN").unwrap().clone();
    let change = json!({
        "version": pln["version"], "prefix": pln["prefix"], "suffix": pln["suffix"], "format": pln["format"],
        "rate": "4.5", "enabled": true,
    });
    staff.put("/admin/currencies/PLN", change).await.expect(200);
    work(&panel).await;
    assert_eq!(monthly(follows.id.to_string()).await, "32.4");
    assert_eq!(monthly(large).await, "64.8");
    let again = hostwright::catalog::price::convert::convert(&mut *panel.conn().await, panel.now()).await;
    assert_eq!(again.unwrap(), 0);
}
