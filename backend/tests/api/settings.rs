//! Settings, currencies, countries.

use serde_json::json;
use shared::Code;

use crate::harness::Panel;
use crate::rates::make_default;

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_changed_whole_and_by_version() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let mut settings = staff.get("/admin/settings").await.expect(200).json();
    assert_eq!(settings["finance"]["due_days"], 7);
    settings["general"]["brand_name"] = json!("Northern Cloud");
    staff.put("/admin/settings", settings.clone()).await.expect(200);
    let lost = staff.put("/admin/settings", settings.clone()).await.expect(412);
    assert_eq!(lost.problem().code, Code::VersionConflict);
    settings["version"] = json!(1);
    settings["finance"]["add_funds_max"] = json!("5.00");
    settings["general"]["time_zone"] = json!("Mars/Olympus");
    let refused = staff.put("/admin/settings", settings).await.expect(422).refused_fields();
    assert_eq!(refused, ["general.time_zone", "finance.add_funds_max"]);
    let shown = panel.visitor().get("/public/settings").await.expect(200).json();
    assert_eq!(shown["brand_name"], "Northern Cloud");
    assert_eq!(shown["currencies"][0]["code"], "EUR");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_currency_is_the_default_and_none_in_use_is_deleted() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let new = json!({ "code": "KWD", "format": "1,234.56", "rate": "0.33" });
    let created = staff.post("/admin/currencies", new.clone()).await.expect(201).json();
    assert_eq!(created["decimals"], 3);
    assert_eq!(staff.post("/admin/currencies", new).await.expect(422).refused_fields(), ["code"]);
    let unknown = json!({ "code": "XYZ", "format": "1,234.56", "rate": "1" });
    assert_eq!(staff.post("/admin/currencies", unknown).await.expect(422).refused_fields(), ["code"]);
    for rate in ["-1", "0", "NaN", "1e3", "0.000000001", "9999999999"] {
        let bad = json!({ "code": "CHF", "format": "1,234.56", "rate": rate });
        assert_eq!(
            staff.post("/admin/currencies", bad).await.expect(422).refused_fields(),
            ["rate"],
            "{rate}"
        );
    }
    let pln = make_default(&staff, "PLN").await.expect(200).json();
    assert_eq!((pln["is_default"].as_bool(), pln["rate"].as_str()), (Some(true), Some("1")));
    let rate = panel.amount("SELECT round(rate, 4) AS value FROM currencies WHERE code = 'EUR'").await;
    assert_eq!(rate.to_string(), "0.2353");
    assert_eq!(panel.count("SELECT count(*) AS value FROM currencies WHERE is_default").await, 1);
    let used = staff.delete("/admin/currencies/EUR").await.expect(409);
    assert_eq!(used.problem().code, Code::InUse);
    staff.delete("/admin/currencies/KWD").await.expect(204);
    assert_eq!(staff.delete("/admin/currencies/KWD").await.expect(404).problem().code, Code::NotFound);
    let list = staff.get("/admin/currencies?sort=-code&per_page=2&search=a").await.expect(200).json();
    assert_eq!((list["total"].as_i64(), list["items"][0]["code"].as_str()), (Some(1), Some("CAD")));
}

#[tokio::test(flavor = "multi_thread")]
async fn countries_and_their_regions_are_public() {
    let panel = Panel::start().await;
    let countries = panel.visitor().get("/public/countries").await.expect(200).json();
    assert_eq!(countries.as_array().unwrap().len(), 249);
    let regions = panel.visitor().get("/public/countries/UA/regions").await.expect(200).json();
    assert_eq!(regions.as_array().unwrap().len(), 27);
    panel.visitor().get("/public/countries/ZZ/regions").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_say_by_name_who_published_them() {
    let panel = Panel::start().await;
    let (root, other) = (panel.super_admin().await, panel.super_admin().await);
    panel
        .sql(&format!("UPDATE admins SET first_name = 'Zofia', last_name = 'Nowak' WHERE id = '{}'", root.id))
        .await;
    let made =
        root.calls.post("/admin/terms", json!({ "texts": { "en": "First" } })).await.expect(201).json();
    assert_eq!(
        (&made["version"], &made["published_by"], &made["orders"]),
        (&json!(1), &json!("Zofia Nowak"), &json!(0))
    );
    other.calls.post("/admin/terms", json!({ "texts": { "en": "Second" } })).await.expect(201);
    let list = root.calls.get("/admin/terms").await.expect(200);
    let shown: Vec<_> =
        list.json()["items"].as_array().unwrap().iter().map(|it| it["published_by"].clone()).collect();
    assert_eq!(shown, [json!("Staff Member"), json!("Zofia Nowak")]);
    let found = root.calls.get("/admin/terms?search=zofia%20now").await.expect(200).json();
    assert_eq!((&found["total"], &found["items"][0]["version"]), (&json!(1), &json!(1)));
    for sort in ["version", "published_at", "-orders"] {
        root.calls.get(&format!("/admin/terms?sort={sort}")).await.expect(200);
    }
    // Whoever is gone is still told apart.
    other.calls.delete(&format!("/admin/admins/{}", root.id)).await.expect(204);
    let found = other.calls.get(&format!("/admin/terms?search=admin:{}", root.id)).await.expect(200).json();
    assert_eq!(found["items"][0]["published_by"], json!(format!("admin:{}", root.id)));
}
