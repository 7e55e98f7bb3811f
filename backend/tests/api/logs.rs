//! Logs are read on from where a page ended, however many rows there are and whatever is written meanwhile.

use serde_json::Value;
use uuid::Uuid;

use crate::harness::{Caller, Panel};

/// The ids of a page, and where the next one begins.
async fn page(staff: &Caller, path: &str) -> (Vec<String>, Value, Value) {
    let page = staff.get(path).await.expect(200).json();
    let ids = page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
    (ids.collect(), page["total"].clone(), page["next"].clone())
}

/// Every id of a log, page by page.
async fn read_on(staff: &Caller, path: &str) -> Vec<String> {
    let (mut ids, total, mut next) = page(staff, path).await;
    assert!(total.is_i64(), "{path}: {total}");
    while let Some(after) = next.as_str() {
        let (more, total, then) = page(staff, &format!("{path}&after={after}")).await;
        assert_eq!(total, Value::Null, "nobody counts again");
        ids.extend(more);
        next = then;
    }
    ids
}

/// Seven tasks, messages and acts of one instant and one of each before: the id tells rows of one instant apart.
async fn fill(panel: &Panel) {
    panel.sql("DELETE FROM tasks").await;
    panel
        .sql(
            "INSERT INTO tasks (id, name, queue, state, input, run_at, created_at)
             SELECT gen_random_uuid(), CASE n WHEN 3 THEN 'other' ELSE 'cleanup' END, 'default', 'completed', '{}', at, at
             FROM generate_series(1, 8) n, LATERAL (SELECT timestamptz '2026-03-10 12:00:00.123456+00'
                 - CASE n WHEN 8 THEN interval '1 day' ELSE interval '0' END AS at) t",
        )
        .await;
    panel
        .sql(
            "INSERT INTO notifications (id, event, audience, email, language, params, created_at)
             SELECT gen_random_uuid(), 'welcome', 'client', 'a' || n || '@example.test', 'en', '{}', at
             FROM generate_series(1, 8) n, LATERAL (SELECT timestamptz '2026-03-10 12:00:00.123456+00'
                 - CASE n WHEN 8 THEN interval '1 day' ELSE interval '0' END AS at) t",
        )
        .await;
    panel
        .sql(
            "INSERT INTO activity_log (id, at, actor, action, description)
             SELECT gen_random_uuid(), at, 'system', 'filled.in', 'Act ' || n
             FROM generate_series(1, 8) n, LATERAL (SELECT timestamptz '2026-03-10 12:00:00.123456+00'
                 - CASE n WHEN 8 THEN interval '1 day' ELSE interval '0' END AS at) t",
        )
        .await;
}

#[actix_web::test]
async fn tasks_messages_and_acts_are_read_on_from_where_a_page_ended() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    fill(&panel).await;
    for path in ["/admin/tasks?", "/admin/notifications?", "/admin/activity?action=filled.&"] {
        let (all, total, next) = page(&staff, &format!("{path}per_page=200")).await;
        assert_eq!((all.len(), total, next), (8, Value::from(8), Value::Null), "{path}");
        assert_eq!(read_on(&staff, &format!("{path}per_page=3")).await, all, "{path}");
        // The page that is just full is followed by an empty one.
        assert_eq!(read_on(&staff, &format!("{path}per_page=4")).await, all, "{path}");
        let upwards = read_on(&staff, &format!("{path}per_page=3&sort=created_at")).await;
        assert_eq!(upwards, all.iter().rev().cloned().collect::<Vec<_>>(), "{path}");
    }
    let (second, total, _) = page(&staff, "/admin/activity?action=filled.&per_page=5&page=2").await;
    assert_eq!((second.len(), total), (3, Value::from(8)), "or by the number of the page");
    let only = read_on(&staff, "/admin/tasks?per_page=2&name=cleanup").await;
    assert_eq!(only.len(), 7, "the filter goes on as well");
}

#[actix_web::test]
async fn acts_of_somebody_of_a_level_and_of_a_kind_are_read_on() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let (admin, user) = (Uuid::now_v7(), Uuid::now_v7());
    panel
        .sql(&format!(
            "INSERT INTO activity_log (id, at, level, actor, admin_id, user_id, action, description)
             SELECT gen_random_uuid(), timestamptz '2026-03-10 12:00:00.123456+00' - n / 6 * interval '1 hour',
                 CASE n % 2 WHEN 0 THEN 'warning' ELSE 'info' END, 'system', CASE n % 3 WHEN 0 THEN uuid '{admin}' END,
                 CASE n % 3 WHEN 1 THEN uuid '{user}' END, 'kind_' || n % 4 || '.done', 'Act ' || n
             FROM generate_series(1, 24) n"
        ))
        .await;
    for (filter, found) in [
        (format!("admin={admin}"), 8),
        (format!("user={user}"), 8),
        ("level=warning".to_owned(), 12),
        ("action=kind_2.".to_owned(), 6),
        (format!("level=warning&admin={admin}"), 4),
    ] {
        let path = format!("/admin/activity?{filter}&");
        let (all, total, _) = page(&staff, &format!("{path}per_page=200")).await;
        assert_eq!((all.len(), total), (found, Value::from(found)), "{filter}");
        assert_eq!(read_on(&staff, &format!("{path}per_page=3")).await, all, "{filter}");
    }
}

#[actix_web::test]
async fn what_is_written_meanwhile_moves_no_row_to_another_page() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    fill(&panel).await;
    let (all, ..) = page(&staff, "/admin/tasks?per_page=200").await;
    let (first, _, next) = page(&staff, "/admin/tasks?per_page=5").await;
    panel
        .sql(
            "INSERT INTO tasks (id, name, queue, state, input, run_at, created_at)
             SELECT gen_random_uuid(), 'newer', 'default', 'completed', '{}', at, at
             FROM (SELECT timestamptz '2026-03-10 13:00:00+00' AS at) t",
        )
        .await;
    let (rest, ..) = page(&staff, &format!("/admin/tasks?per_page=5&after={}", next.as_str().unwrap())).await;
    assert_eq!([first, rest].concat(), all);
}

#[actix_web::test]
async fn nothing_goes_on_after_nonsense_or_in_another_order() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let id = Uuid::now_v7();
    for path in ["/admin/tasks", "/admin/notifications", "/admin/activity"] {
        for after in ["x", "1.x", "x.y", &format!("99999999999999999999.{id}")] {
            let refused = staff.get(&format!("{path}?after={after}")).await.expect(422);
            assert_eq!(refused.refused_fields(), ["after"], "{path} {after}");
        }
    }
    for path in ["/admin/tasks?sort=name", "/admin/notifications?sort=email"] {
        let refused = staff.get(&format!("{path}&after=1.{id}")).await.expect(422);
        assert_eq!(refused.refused_fields(), ["after"], "{path}");
        let (_, _, next) = page(&staff, &format!("{path}&per_page=1")).await;
        assert_eq!(next, Value::Null);
    }
}
