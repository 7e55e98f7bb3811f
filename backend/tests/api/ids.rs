//! Every record has an id of version 7, whoever made it: the program or a statement.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use serde_json::json;

use crate::documents::proforma;
use crate::harness::Panel;
use crate::selling::{charge, pay, product, sizes, work};
use crate::services::{Running, top_up};

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    column: String,
}

/// The columns of primary keys that are ids.
const KEYS: &str = "SELECT c.relname::text AS table, a.attname::text AS column
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(k.conkey)
    WHERE k.contype = 'p' AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
      AND a.atttypid = 'uuid'::regtype ORDER BY 1, 2";

#[actix_web::test]
async fn every_record_of_a_busy_panel_has_an_id_of_version_7() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "50", json!({ "convert_price": true }), "monthly").await;
    let issued = proforma(&it.client, "100.00").await.document.id;
    pay(&panel, &it.staff, issued, "123.00").await;
    let sold = it.detail().await.service.product_id;
    it.staff.post(&format!("/admin/products/{sold}/duplicate"), json!({ "key": "copy" })).await.expect(201);
    product(&it.staff, "other", json!({})).await;
    let group = sizes(&it.staff, "size", sold).await.id;
    let path = format!("/admin/option-groups/{group}/duplicate");
    it.staff.post(&path, json!({ "key": "size-2" })).await.expect(201);
    let hardware = json!({ "key": "hardware", "texts": { "en": { "name": "Hardware" } } });
    let hardware = it.staff.post("/admin/attribute-groups", hardware).await.expect(201).json();
    let path = format!("/admin/attribute-groups/{}", hardware["id"].as_str().unwrap());
    let cpu = json!({ "key": "cpu", "texts": { "en": { "name": "CPU", "value": "4" } } });
    it.staff.post(&format!("{path}/attributes"), cpu).await.expect(201);
    it.staff.post(&format!("{path}/duplicate"), json!({ "key": "hardware-2" })).await.expect(201);
    work(&panel).await;
    panel.advance_hours(30).await;
    charge(&panel).await;
    top_up(&panel, &it, "5").await;
    it.staff_does("terminate", json!({ "when": "now" })).await.expect(200);
    work(&panel).await;
    let converted = "SELECT count(*) AS value FROM prices WHERE currency = 'PLN'";
    assert!(panel.count(converted).await > 0, "prices were converted");

    let keys: Vec<Key> = diesel::sql_query(KEYS).load(&mut *panel.conn().await).await.unwrap();
    let mut tables = 0;
    for Key { table, column } in keys {
        let other =
            format!("SELECT count(*) AS value FROM {table} WHERE substr({column}::text, 15, 1) <> '7'");
        assert_eq!(panel.count(&other).await, 0, "{table}.{column}");
        let rows = panel.count(&format!("SELECT count(*) AS value FROM {table}")).await;
        tables += i64::from(rows > 0);
    }
    assert!(tables > 20, "{tables} tables have rows");
}
