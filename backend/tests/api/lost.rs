//! What becomes of the locks, leases and messages of whoever is gone: all of them come back.

use std::sync::Arc;
use std::time::Duration;

use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use hostwright::config::Config;
use hostwright::db;
use hostwright::jobs::outbox::{self, Tags};
use hostwright::jobs::schedule::take_office;
use hostwright::jobs::store::{self, LEASE_SECONDS};
use hostwright::jobs::worker::{Ran, run_task};
use hostwright::jobs::{self, Job, relay};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use shared::tasks::Queue;
use shared::{Code, ServiceId, TaskId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::harness::Panel;

async fn setting(conn: &mut AsyncPgConnection, name: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let row: Row = diesel::sql_query(format!("SELECT current_setting('{name}') AS value"))
        .get_result(conn)
        .await
        .unwrap();
    row.value
}

async fn send(panel: &Panel, job: &Job) -> TaskId {
    let sent = outbox::send(&mut *panel.conn().await, panel.now(), job, Tags::default()).await.unwrap();
    sent.expect("nothing of it waits")
}

async fn of_service(panel: &Panel) -> TaskId {
    send(panel, &Job::ServicePastDue { service: ServiceId::generate() }).await
}

/// How many tasks of these are so.
async fn tasks(panel: &Panel, ids: &[TaskId], are: &str) -> i64 {
    let ids: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
    let query = format!("SELECT count(*) AS value FROM tasks WHERE id IN ({}) AND {are}", ids.join(", "));
    panel.count(&query).await
}

fn seconds_before(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_outlives_its_machine_for_long() {
    let panel = Panel::start().await;
    let mut leader = take_office(panel.database_url(), Duration::from_secs(20)).await.unwrap().unwrap();
    for conn in [&mut *panel.conn().await, &mut leader] {
        assert_eq!(setting(conn, "idle_in_transaction_session_timeout").await, "1min");
        assert_eq!(setting(conn, "tcp_keepalives_idle").await, "15");
        assert_eq!(setting(conn, "tcp_keepalives_interval").await, "5");
        assert_eq!(setting(conn, "tcp_keepalives_count").await, "3");
        assert_eq!(setting(conn, "tcp_user_timeout").await, "30000");
    }
    assert_eq!(setting(&mut leader, "idle_session_timeout").await, "20s");
    assert_eq!(setting(&mut *panel.conn().await, "idle_session_timeout").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_is_not_heard_of_leads_no_more() {
    let panel = Panel::start().await;
    let office = async |heard_within: u64| {
        take_office(panel.database_url(), Duration::from_millis(heard_within)).await.unwrap()
    };
    let mut first = office(6000).await.expect("nobody leads");
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        first.batch_execute("SELECT 1").await.expect("still in office");
    }
    assert!(office(6000).await.is_none());
    // Its connection stays open, and nothing comes over it.
    let mut second = None;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        second = office(20_000).await;
        if second.is_some() {
            break;
        }
    }
    assert!(second.is_some(), "the lock of one that is silent is never given back");
    assert!(first.batch_execute("SELECT 1").await.is_err(), "two lead");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_whose_connections_are_all_taken_says_so_in_time() {
    let panel = Panel::start().await;
    let mut taken = Vec::new();
    for _ in 0..panel.app.config.database.connections_max.get() {
        taken.push(panel.conn().await);
    }
    let visitor = panel.visitor();
    let asked = tokio::time::timeout(Duration::from_secs(40), visitor.get("/public/catalog")).await;
    assert_eq!(asked.expect("it waits for ever").expect(503).problem().code, Code::Unavailable);
    drop(taken);
    visitor.get("/public/catalog").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_lost_its_lease_reports_nothing() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let id = send(&panel, &Job::WalletToppedUp { client: ada.id }).await;
    // The job waits for the wallet while another worker takes the task over.
    let mut other = panel.own_connection().await;
    let wallet = format!("BEGIN; SELECT 1 FROM wallets WHERE client_id = '{}' FOR UPDATE", ada.id);
    other.batch_execute(&wallet).await.unwrap();
    let taken_over = async {
        while tasks(&panel, &[id], "state = 'processing'").await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panel.sql(&format!("UPDATE tasks SET lease_owner = 'another' WHERE id = '{id}'")).await;
        other.batch_execute("COMMIT").await.unwrap();
    };
    let (ran, ()) = tokio::join!(run_task(&panel.app, id, "late"), taken_over);
    assert_eq!(ran.unwrap(), Ran::LeaseLost);
    assert_eq!(tasks(&panel, &[id], "state = 'processing' AND lease_owner = 'another'").await, 1);
    assert_eq!(run_task(&panel.app, id, "later").await.unwrap(), Ran::NotOurs);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_worker_stopped_is_given_back_or_failed_after_its_last_attempt() {
    let panel = Panel::start().await;
    let real = panel.app.clock.real_now();
    let long_ago = seconds_before(real, LEASE_SECONDS + 1);
    let mut ids = Vec::new();
    for claimed_at in [long_ago, long_ago, long_ago, real] {
        let id = of_service(&panel).await;
        let (conn, now) = (&mut *panel.conn().await, panel.now());
        let claimed = store::claim(conn, id, "stopped", now, claimed_at).await.unwrap();
        assert_eq!(claimed.expect("it waits").attempts, 1);
        ids.push(id);
    }
    let [again, last, manual, alive] = ids[..] else { unreachable!() };
    panel.sql(&format!("UPDATE tasks SET attempts_max = 1 WHERE id = '{last}'")).await;
    panel.sql(&format!("UPDATE tasks SET manual = true WHERE id = '{manual}'")).await;

    let (conn, now) = (&mut *panel.conn().await, panel.now());
    let (returned, failed) = store::return_expired(conn, now, real).await.unwrap();
    assert_eq!((returned, failed), (1, vec![(last, "service-past-due".to_owned())]));
    assert_eq!(
        tasks(&panel, &[again], "state = 'queued' AND leased_until IS NULL AND attempts = 1").await,
        1
    );
    assert_eq!(tasks(&panel, &[last], "state = 'failed' AND finished_at IS NOT NULL").await, 1);
    assert_eq!(tasks(&panel, &[again, last], "error = 'the worker stopped in the middle'").await, 2);
    assert_eq!(tasks(&panel, &[manual, alive], "state = 'processing'").await, 2);
    assert_eq!(jobs::drain(&panel.app).await.unwrap().completed, 1, "the one that came back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_message_nobody_took_is_pushed_again() {
    let panel = Panel::start().await;
    let id = of_service(&panel).await;
    let (now, real) = (panel.now(), panel.app.clock.real_now());
    let conn = &mut *panel.conn().await;
    let moved = store::take_for_redis(conn, now, real, 10).await.unwrap();
    assert_eq!((moved[0].id, moved[0].queue), (id, Queue::Default));
    let lost = async |conn: &mut AsyncPgConnection, queue: Queue, before: Timestamp| {
        store::return_unclaimed(conn, &[queue], before).await.unwrap()
    };
    assert_eq!(lost(conn, Queue::Default, seconds_before(real, 1)).await, 0, "just pushed");
    assert_eq!(lost(conn, Queue::Mail, seconds_before(real, -1)).await, 0, "another queue");
    assert_eq!(lost(conn, Queue::Default, seconds_before(real, -1)).await, 1);
    assert_eq!(tasks(&panel, &[id], "state = 'queued'").await, 1);
    // One that a worker has is not lost.
    store::take_for_redis(conn, now, real, 10).await.unwrap();
    store::claim(conn, id, "at it", now, real).await.unwrap().expect("it waits");
    assert_eq!(lost(conn, Queue::Default, seconds_before(real, -1)).await, 0);
}

/// Redis at another address, which what is about `subject` never reaches.
async fn deaf_redis(url: &str, subject: TaskId) -> String {
    let address = url.trim_start_matches("redis://").trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deaf = url.replace(&address, &listener.local_addr().unwrap().to_string());
    let subject = subject.to_string();
    tokio::spawn(async move {
        while let Ok((caller, _)) = listener.accept().await {
            let (mut asked, mut told) = caller.into_split();
            let (mut answers, mut asks) = TcpStream::connect(&address).await.unwrap().into_split();
            tokio::spawn(async move { tokio::io::copy(&mut answers, &mut told).await });
            let subject = subject.clone();
            tokio::spawn(async move {
                let mut heard = vec![0; 65536];
                while let Ok(length @ 1..) = asked.read(&mut heard).await {
                    if !String::from_utf8_lossy(&heard[..length]).contains(&subject) {
                        asks.write_all(&heard[..length]).await.unwrap();
                    }
                }
            });
        }
    });
    deaf
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_stops_leaves_no_task_between_the_row_and_its_message() {
    let panel = Panel::start().await;
    let id = of_service(&panel).await;
    let mut app = panel.app.clone();
    let mut config = Config::clone(&app.config);
    config.redis.url = deaf_redis(config.redis.url.expose_secret(), id).await.into();
    app.config = Arc::new(config);
    let (stop, stopped) = watch::channel(false);
    let relaying = tokio::spawn(relay::run(app, stopped));
    while tasks(&panel, &[id], "state = 'pending'").await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send_replace(true);
    tokio::time::timeout(Duration::from_secs(60), relaying).await.expect("it stops").unwrap();
    assert_eq!(tasks(&panel, &[id], "state = 'queued'").await, 1, "nobody would look for it for minutes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_with_fewer_connections_than_tasks_does_not_start_to_work() {
    let panel = Panel::start_with("work = { concurrency = 9 }").await;
    let (_stop, stopped) = watch::channel(false);
    let refused = jobs::work(panel.app.clone(), "work", stopped).await.expect_err("too few").to_string();
    assert!(refused.contains("database.connections_max is 12: write 13 or more"), "{refused}");
    db::pool(&panel.app.config.database).expect("all else works");
}
