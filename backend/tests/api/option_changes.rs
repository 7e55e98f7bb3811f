//! Which options a running service may be changed to.

use hostwright::billing::{archive, audit};
use serde_json::{Value, json};
use shared::OptionId;
use shared::catalog::{OptionGroupDetail, ProductDetail};
use shared::services::OptionsChangePreview;

use crate::harness::{Caller, Panel};
use crate::selling::{assert_books, assert_near, charge, decimal, give, product, sizes, work};
use crate::services::{Running, with_sizes};

#[actix_web::test]
async fn what_is_hidden_is_changed_by_staff_alone() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "30").await;
    panel.sql(&format!("UPDATE option_groups SET visible = false WHERE id = '{}'", group.id)).await;
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    for path in ["/options/preview", "/options"] {
        let refused = it.client.calls.post(&it.own(path), change.clone()).await.expect(422);
        assert_eq!(refused.refused_fields(), ["options.0.group"], "{path}");
    }
    assert!(it.detail().await.progress.is_none());
    it.staff_does("options", change).await.expect(200);
    assert!(it.detail().await.progress.is_some());
}

#[actix_web::test]
async fn as_many_units_of_another_option_are_a_change_up_or_down() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({ "hourly_billing": false })).await;
    let disk = json!({ "key": "disk", "kind": "quantity", "unit": "GB", "quantity_min": 1, "quantity_max": 9,
        "quantity_step": 1, "texts": { "en": { "name": "Disk" } } });
    let mut disk: OptionGroupDetail = staff.post("/admin/option-groups", disk).await.expect(201).read();
    for option in ["hdd", "ssd"] {
        let input = json!({ "key": option, "texts": { "en": { "name": option } } });
        let path = format!("/admin/option-groups/{}/options", disk.id);
        disk = staff.post(&path, input).await.expect(201).read();
    }
    let (hdd, ssd) = (disk.options[0].id, disk.options[1].id);
    // From hard disks to faster ones for a fee; back again is not offered.
    for (option, base) in [(hdd, "0.10"), (ssd, "0.50")] {
        let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": base, "switch_up": "2.00" }] });
        staff.put(&format!("/admin/options/{option}/prices"), prices).await.expect(200);
    }
    let attach = json!({ "version": 1, "groups": [{ "id": disk.id }] });
    staff.put(&format!("/admin/products/{}/option-groups", made.id), attach).await.expect(200);
    let client = panel.client("Ada").await;
    give(&panel, client.id, "60").await;
    let choice =
        |option, quantity: i32| json!([{ "group": disk.id, "option": option, "quantity": quantity }]);
    let item = json!({ "product": made.id, "period": "monthly", "options": choice(hdd, 4) });
    let it = Running::order(&panel, staff, client, item).await;

    let change = json!({ "options": choice(ssd, 4) });
    let preview: OptionsChangePreview =
        it.client.calls.post(&it.own("/options/preview"), change.clone()).await.expect(200).read();
    assert_eq!(preview.switch_fee.amount(), decimal("2"));
    it.client.calls.post(&it.own("/options"), change).await.expect(200);
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    let back = json!({ "options": choice(hdd, 4) });
    let refused = it.client.calls.post(&it.own("/options/preview"), back).await.expect(422);
    assert_eq!(refused.refused_fields(), ["options.0"]);
    let more = json!({ "options": choice(ssd, 5) });
    it.client.calls.post(&it.own("/options/preview"), more).await.expect(200);
}

#[actix_web::test]
async fn a_paid_period_is_changed_at_the_price_it_was_paid_at() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "60").await;
    let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": "14.40", "idle": "1.40",
        "switch_up": "0", "switch_down": "0" }] });
    it.staff.put(&format!("/admin/options/{}/prices", group.options[1].id), prices).await.expect(200);
    let rest = async |option: usize| {
        let change = json!({ "options": [{ "group": group.id, "option": group.options[option].id }] });
        let preview: OptionsChangePreview =
            it.client.calls.post(&it.own("/options/preview"), change).await.expect(200).read();
        preview.rest_of_period.amount()
    };
    // March was paid awake: 7.20. Being idle in the middle of it makes the larger size no cheaper.
    panel.advance_hours(31 * 12).await;
    it.staff_does("idle", json!({})).await.expect(200);
    work(&panel).await;
    assert_near(rest(1).await, "7.20");
    // April is paid idle: 3.60. Being awake again makes it no dearer, and the way back gives no more than was paid.
    panel.advance_hours(31 * 12).await;
    charge(&panel).await;
    assert_near(rest(1).await, "1.40");
    it.staff_does("unidle", json!({})).await.expect(200);
    work(&panel).await;
    assert_near(rest(1).await, "1.40");
    // Nor does it become dearer with another client, to whom the paid time goes.
    let eve = panel.client("Eve").await;
    it.staff_does("move", json!({ "client": eve.id })).await.expect(200);
    let change = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    let path = format!("/clients/{}/services/{}/options/preview", eve.id, it.service);
    let preview: OptionsChangePreview = eve.calls.post(&path, change).await.expect(200).read();
    assert_near(preview.rest_of_period.amount(), "1.40");
    it.staff_does("move", json!({ "client": it.client.id })).await.expect(200);
    let large = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    it.client.calls.post(&it.own("/options"), large).await.expect(200);
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    assert_near(rest(0).await, "-1.40");
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_a_period_was_paid_at_is_known_when_its_month_is_in_files() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({ "hourly_billing": false })).await;
    let prices =
        json!({ "prices": [{ "currency": "EUR", "period": "annually", "base": "60.00", "idle": "30.00" }] });
    staff.put(&format!("/admin/products/{}/prices", made.id), prices).await.expect(200);
    let group = sizes(&staff, "size", made.id).await;
    for (option, base, idle) in [(0, "0", "0"), (1, "120.00", "12.00")] {
        let prices = json!({ "prices": [{ "currency": "EUR", "period": "annually", "base": base, "idle": idle,
            "switch_up": "0", "switch_down": "0" }] });
        staff.put(&format!("/admin/options/{}/prices", group.options[option].id), prices).await.expect(200);
    }
    let client = panel.client("Ada").await;
    give(&panel, client.id, "500").await;
    let chosen = |option: usize| json!([{ "group": group.id, "option": group.options[option].id }]);
    let item = json!({ "product": made.id, "period": "annually", "options": chosen(0) });
    let it = Running::order(&panel, staff, client, item).await;
    it.staff_does("idle", json!({})).await.expect(200);
    work(&panel).await;
    // The second year is paid idle; a half of it later, its month is in files, and the service is awake.
    panel.set_clock("2027-03-11T12:00:00Z".parse().unwrap()).await;
    charge(&panel).await;
    panel.set_clock("2027-09-09T12:00:00Z".parse().unwrap()).await;
    it.staff_does("unidle", json!({})).await.expect(200);
    work(&panel).await;
    let rest = async || {
        let preview: OptionsChangePreview = it
            .client
            .calls
            .post(&it.own("/options/preview"), json!({ "options": chosen(1) }))
            .await
            .expect(200)
            .read();
        preview.rest_of_period.amount()
    };
    let before = rest().await;
    assert!(before > decimal("5") && before < decimal("7"), "a half of 12.00: {before}");
    audit::nightly(&panel.app).await.unwrap();
    let to = std::env::temp_dir().join(format!("hostwright-paid-{}", uuid::Uuid::now_v7()));
    let (month, mut conn) = ("2027-03".parse().unwrap(), panel.conn().await);
    archive::archive(&mut conn, panel.now(), month, 3, &to).await.unwrap();
    std::fs::remove_dir_all(&to).unwrap();
    drop(conn);
    assert!((rest().await - before).abs() < decimal("0.01"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_is_sent_as_it_is_keeps_the_price_it_was_sold_at() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({ "hourly_billing": false })).await;
    let size = sizes(&staff, "size", made.id).await;
    let group = async |key: &str, kind: &str, options: &[(&str, &str)], more: Value| -> OptionGroupDetail {
        let mut input = json!({ "key": key, "kind": kind, "texts": { "en": { "name": key } } });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut made: OptionGroupDetail = staff.post("/admin/option-groups", input).await.expect(201).read();
        for (option, base) in options {
            let input = json!({ "key": option, "texts": { "en": { "name": option } } });
            let path = format!("/admin/option-groups/{}/options", made.id);
            made = staff.post(&path, input).await.expect(201).read();
            price(&staff, made.options.last().unwrap().id, base).await;
        }
        made
    };
    let units = json!({ "unit": "GB", "quantity_min": 1, "quantity_max": 9, "quantity_step": 1 });
    let disk = group("disk", "quantity", &[("hdd", "0.10"), ("ssd", "0.50")], units).await;
    let host = group("host", "text", &[("name", "1.00")], json!({})).await;
    let read: ProductDetail = staff.get(&format!("/admin/products/{}", made.id)).await.expect(200).read();
    let attach = json!({ "version": read.product.version,
        "groups": [{ "id": size.id }, { "id": disk.id }, { "id": host.id }] });
    staff.put(&format!("/admin/products/{}/option-groups", made.id), attach).await.expect(200);
    let client = panel.client("Ada").await;
    give(&panel, client.id, "200").await;
    let ssd = disk.options[1].id;
    let sold = json!([{ "group": size.id, "option": size.options[1].id },
        { "group": disk.id, "option": ssd, "quantity": 4 }, { "group": host.id, "text": "old" }]);
    let item = json!({ "product": made.id, "period": "monthly", "options": sold });
    let it = Running::order(&panel, staff.clone(), client, item).await;
    // 7.20 + 14.40 + 4 × 0.50 + 1.00; then everything becomes dearer in the catalogue.
    assert_eq!(it.detail().await.price.total.base.unwrap().amount(), decimal("24.60"));
    price(&staff, size.options[0].id, "20.00").await;
    price(&staff, size.options[1].id, "90.00").await;
    price(&staff, ssd, "9.00").await;
    price(&staff, host.options[0].id, "7.00").await;

    // As pages send it: all groups, and no option where so many units or a text are asked for.
    let all = |option: usize, units: i32, text: &str| {
        json!({ "options": [{ "group": size.id, "option": size.options[option].id },
            { "group": disk.id, "quantity": units }, { "group": host.id, "text": text }] })
    };
    let preview = async |body: Value| -> OptionsChangePreview {
        it.client.calls.post(&it.own("/options/preview"), body).await.expect(200).read()
    };
    let same = preview(all(1, 4, "old")).await;
    assert_eq!((same.base_after, same.due_now.amount()), (same.base_before, decimal("0")));
    let reworded = preview(all(1, 4, "new")).await;
    assert_eq!((reworded.base_after, reworded.switch_fee.amount()), (same.base_before, decimal("0")));
    // What is bought anew is bought at today's price, and so is all of it: 5 × 9.00 instead of 4 × 0.50.
    let more = preview(all(1, 5, "old")).await;
    assert_eq!(more.base_after.amount(), decimal("67.60"));

    let smaller = all(0, 4, "new");
    assert_eq!(preview(smaller.clone()).await.base_after.amount(), decimal("30.20"));
    it.staff_does("options", smaller).await.expect(200);
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    let detail = it.detail().await;
    assert_eq!(detail.price.total.base.unwrap().amount(), decimal("30.20"), "7.20 + 20.00 + 2.00 + 1.00");
    let of = |group| detail.options.iter().find(|row| row.group == group).unwrap();
    assert_eq!((of(disk.id).option, of(disk.id).quantity), (Some(ssd), 4));
    assert_eq!(of(host.id).text.as_deref(), Some("new"));

    // What is not sold any more is still what the service has.
    panel.sql(&format!("UPDATE options SET visible = false WHERE id = '{ssd}'")).await;
    assert_eq!(preview(all(0, 4, "new")).await.base_after.amount(), decimal("30.20"));
    let refused = it.client.calls.post(&it.own("/options/preview"), all(0, 5, "new")).await.expect(422);
    assert_eq!(refused.refused_fields(), ["options.1.option"]);
    assert_books(&panel).await;
}

/// Sets the monthly price of an option; switching to it is free.
async fn price(staff: &Caller, option: OptionId, base: &str) {
    let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "base": base,
        "switch_up": "0", "switch_down": "0" }] });
    staff.put(&format!("/admin/options/{option}/prices"), prices).await.expect(200);
}
