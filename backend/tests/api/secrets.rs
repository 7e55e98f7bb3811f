//! Another secret key: everything that is sealed goes over to it, while the program runs.

use std::time::Duration;

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};
use diesel::QueryableByName;
use diesel::sql_types::{Binary, Text, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use hostwright::rotation::{self, Report};
use serde_json::json;
use shared::catalog::{ModuleTest, ProductDetail};
use shared::identity::TotpSetup;
use shared::services::ServiceState;
use uuid::Uuid;

use crate::harness::{BANK, KEY, Panel};
use crate::identity::factors::{code, half_signed_in, step, turn_on};
use crate::identity::{link_token, member};
use crate::modules::{activated, detail, ordered, settings};
use crate::selling::product;

/// The key that comes after the one that every panel is started with.
const NEXT: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const ADA: &str = "ada@example.test";
const OF_GATEWAY: &str = "webhook secret";

/// An installation with a secret in every place, and both keys: all of it is sealed by the former one.
struct Sealed {
    panel: Panel,
    product: ProductDetail,
    setup: TotpSetup,
    /// The token of a link that was mailed.
    mailed: String,
}

impl Sealed {
    async fn start() -> Self {
        let mut panel = Panel::start().await;
        let staff = panel.super_admin().await.calls;
        activated(&staff).await;
        let product = product(&staff, "vps", settings("done")).await;
        let ada = member(&panel, ADA).await;
        let (setup, _) = turn_on(&panel, &ada).await;
        let mailed = link_token(&panel, "confirm_email", ADA).await;
        let of_gateway = panel.app.sealer.seal(BANK.0, OF_GATEWAY.as_bytes()).unwrap();
        let of_gateway = HEXLOWER.encode(&of_gateway);
        panel
            .sql(&format!("UPDATE gateways SET secrets_sealed = '\\x{of_gateway}' WHERE id = '{BANK}'"))
            .await;
        panel.restart_with_keys(NEXT, &[KEY]).await;
        Self { panel, product, setup, mailed }
    }

    async fn rotate(&self) -> Report {
        let app = &self.panel.app;
        rotation::rotate(&mut *self.panel.conn().await, &app.sealer, app.clock.now()).await.unwrap()
    }

    async fn check(&self) -> Report {
        rotation::check(&mut *self.panel.conn().await, &self.panel.app.sealer).await.unwrap()
    }

    /// Everything that is sealed is of use: by a code that the app shows so many steps from now.
    async fn assert_works(&self, steps: i64) {
        let panel = &self.panel;
        let half = half_signed_in(panel, ADA).await;
        let shown = code(panel, &self.setup.secret, steps).await;
        step(&half, "totp", &shown).await.expect(200);
        assert_eq!(link_token(panel, "confirm_email", ADA).await, self.mailed);
        let of_gateway = format!("SELECT id, secrets_sealed AS sealed FROM gateways WHERE id = '{BANK}'");
        assert_eq!(self.opened(&of_gateway).await, OF_GATEWAY.as_bytes());
        let staff = panel.super_admin().await.calls;
        let tested: ModuleTest = staff.post("/admin/modules/probe/test", json!({})).await.expect(200).read();
        assert!(tested.ok, "{}", tested.message);
        let (client, service) = ordered(panel, &self.product, json!({})).await;
        assert_eq!(detail(&client, service).await.service.state, ServiceState::Active);
    }

    /// A secret that stands in the database as bytes: `SELECT id, … AS sealed`.
    async fn opened(&self, query: &str) -> Vec<u8> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = SqlUuid)]
            id: Uuid,
            #[diesel(sql_type = Binary)]
            sealed: Vec<u8>,
        }
        let row: Row = diesel::sql_query(query).get_result(&mut *self.panel.conn().await).await.unwrap();
        self.panel.app.sealer.open(row.id, &row.sealed).unwrap()
    }

    async fn version_of_product(&self) -> i64 {
        let id = self.product.id;
        self.panel.count(&format!("SELECT version::bigint AS value FROM products WHERE id = '{id}'")).await
    }
}

/// How many secrets of each place were sealed anew.
fn renewed(report: &Report) -> Vec<u64> {
    report.tallies.iter().map(|tally| tally.renewed).collect()
}

/// The secrets that no key opens, with their place.
fn lost(report: &Report) -> Vec<(String, Uuid, String)> {
    let of = |tally: &rotation::Tally| {
        let place = tally.place.to_string();
        let named = move |(id, key): &(Uuid, String)| (place.clone(), *id, key.clone());
        tally.lost.iter().map(named).collect::<Vec<_>>()
    };
    report.tallies.iter().flat_map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rotation_the_next_key_alone_opens_everything() {
    let mut it = Sealed::start().await;
    it.assert_works(0).await;
    let before = it.check().await;
    assert!(!before.is_clean() && lost(&before).is_empty(), "{before}");
    assert!(before.tallies.iter().all(|tally| tally.other > 0), "a secret in every place: {before}");
    let version = it.version_of_product().await;

    let done = it.rotate().await;
    assert!(done.is_clean(), "{done}");
    assert_eq!(renewed(&done), before.tallies.iter().map(|tally| tally.other).collect::<Vec<_>>());
    assert_eq!(it.version_of_product().await, version, "nobody who edits it is disturbed");
    assert!(it.check().await.is_clean());
    let again = it.rotate().await;
    assert!(again.is_clean() && renewed(&again).iter().sum::<u64>() == 0, "{again}");
    let logged = "SELECT count(*) AS value FROM activity_log
        WHERE action = 'secrets.rotated' AND actor = 'system' AND new ->> 'factors.secret_sealed' = '1'";
    assert_eq!(it.panel.count(logged).await, 1);

    it.panel.restart_with_keys(NEXT, &[]).await;
    assert!(it.check().await.is_clean());
    it.assert_works(1).await;

    // The former key opens nothing any more, and a rotation to it changes nothing.
    it.panel.restart_with_keys(KEY, &[]).await;
    let back = it.rotate().await;
    assert!(!back.is_clean() && renewed(&back).iter().sum::<u64>() == 0, "{back}");
    assert!(back.tallies.iter().all(|tally| !tally.lost.is_empty()), "{back}");
    it.panel.restart_with_keys(NEXT, &[]).await;
    assert!(lost(&it.check().await).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_was_stopped_goes_on_where_it_is_called_again() {
    let mut it = Sealed::start().await;
    for statement in [
        "CREATE FUNCTION power() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'the power is gone'; END $$",
        "CREATE TRIGGER power BEFORE UPDATE ON modules FOR EACH ROW EXECUTE FUNCTION power()",
    ] {
        it.panel.sql(statement).await;
    }
    let app = it.panel.app.clone();
    let stopped = rotation::rotate(&mut *it.panel.conn().await, &app.sealer, app.clock.now()).await;
    let told = format!("{:#}", stopped.expect_err("stopped"));
    assert!(told.contains("modules.configuration") && told.contains("the power is gone"), "{told}");
    let half = it.check().await;
    let [factors, gateways, notifications, modules, products] = &half.tallies[..] else {
        panic!("five places: {half}");
    };
    for done in [factors, gateways, notifications] {
        assert!(done.other == 0 && done.present > 0, "{half}");
    }
    for waiting in [modules, products] {
        assert!(waiting.other == 1 && waiting.present == 0, "{half}");
    }

    it.panel.sql("DROP TRIGGER power ON modules").await;
    it.assert_works(0).await;
    let rest = it.rotate().await;
    assert!(rest.is_clean(), "{rest}");
    assert_eq!(renewed(&rest), [0, 0, 0, 1, 1]);
    it.panel.restart_with_keys(NEXT, &[]).await;
    it.assert_works(1).await;
}

/// Runs `hostwright secrets` as an operator does: whether all is well, and what it said.
async fn command(panel: &Panel, what: &str, key: &str, other: Option<&str>) -> (bool, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hostwright"));
    command.args(["secrets", what]).env_clear().envs([
        ("HOSTWRIGHT__DATABASE__URL", panel.database_url()),
        ("HOSTWRIGHT__REDIS__URL", "redis://127.0.0.1:6379/"),
        ("HOSTWRIGHT__SECRET_KEY__VALUE", key),
        ("HOSTWRIGHT__CLOCK__ADJUSTABLE", "true"),
    ]);
    if let Some(other) = other {
        command.env("HOSTWRIGHT__SECRET_KEY__OTHER_VALUES", format!("[\"{other}\"]"));
    }
    let done =
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("the program runs");
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat();
    (done.status.code() == Some(0), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_key_opens_is_named_and_left_and_everything_else_is_done() {
    let it = Sealed::start().await;
    let panel = &it.panel;
    let (clean, said) = command(panel, "check", NEXT, Some(KEY)).await;
    assert!(!clean && said.contains("1 by another key"), "{said}");
    let (clean, said) = command(panel, "check", KEY, None).await;
    assert!(clean && said.contains("no other key is needed"), "{said}");

    // Of another row, cut off, and no base64.
    let elsewhere = HEXLOWER.encode(&panel.app.sealer.seal(Uuid::now_v7(), b"for another row").unwrap());
    let [factor, message] = [Uuid::now_v7(), Uuid::now_v7()];
    let now = panel.now();
    panel
        .sql(&format!(
            "INSERT INTO factors (id, user_id, kind, name, secret_sealed, created_at)
             SELECT '{factor}', id, 'totp', 'Old phone', '\\x{elsewhere}', '{now}' FROM users WHERE email = '{ADA}'"
        ))
        .await;
    panel
        .sql(&format!(
            "INSERT INTO notifications (id, event, audience, email, language, params, secrets_sealed, created_at)
             VALUES ('{message}', 'confirm_email', 'client', 'eve@example.test', 'en', '{{}}', '\\x00', '{now}')"
        ))
        .await;
    let broken = json!({ "$sealed": "no base64!" });
    panel
        .sql(&format!(
            "UPDATE products
             SET module_settings = module_settings || '{{\"extra\": {broken}, \"note\": {{\"a\": 1.10}}}}'"
        ))
        .await;
    let named = [
        ("factors.secret_sealed".to_owned(), factor, String::new()),
        ("notifications.secrets_sealed".to_owned(), message, String::new()),
        ("products.module_settings".to_owned(), it.product.id.0, "extra".to_owned()),
    ];
    assert_eq!(lost(&it.check().await), named);

    let (clean, said) = command(panel, "rotate", NEXT, Some(KEY)).await;
    assert!(!clean && said.contains("1 of them sealed anew") && said.contains("NO KEY OPENS"), "{said}");
    for (place, id, key) in &named {
        assert!(said.contains(place) && said.contains(&id.to_string()) && said.contains(key), "{said}");
    }
    assert!(!said.contains(KEY) && !said.contains(NEXT), "{said}");
    let after = it.check().await;
    assert_eq!(lost(&after), named);
    assert!(after.tallies.iter().all(|tally| tally.other == 0 && tally.present > 0), "{after}");
    let kept = format!(
        "SELECT (SELECT count(*) FROM factors WHERE id = '{factor}' AND secret_sealed = '\\x{elsewhere}')
              + (SELECT count(*) FROM notifications WHERE id = '{message}' AND secrets_sealed = '\\x00')
              + (SELECT count(*) FROM products WHERE module_settings @> '{{\"extra\": {broken}}}'
                     AND module_settings ->> 'note' = '{{\"a\": 1.10}}') AS value"
    );
    assert_eq!(panel.count(&kept).await, 3, "nothing was lost, and nothing beside the secrets changed");
    let (clean, said) = command(panel, "check", NEXT, None).await;
    assert!(!clean && said.contains("NO KEY OPENS") && !said.contains("by another key"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_while_a_rotation_runs_is_not_lost() {
    let it = Sealed::start().await;
    let id = it.product.id;
    let newer = it.panel.app.sealer.seal(id.0, b"\"written meanwhile\"").unwrap();
    let newer = json!({ "api_key": { "$sealed": BASE64.encode(&newer) }, "mood": "done" });
    let mut staff = it.panel.own_connection().await;
    let statement = format!("BEGIN; UPDATE products SET module_settings = '{newer}' WHERE id = '{id}'");
    staff.batch_execute(&statement).await.unwrap();
    let mut mail = it.panel.own_connection().await;
    mail.batch_execute("BEGIN; UPDATE notifications SET secrets_sealed = NULL").await.unwrap();

    let app = it.panel.app.clone();
    let running = tokio::spawn(async move {
        let mut conn = app.db.get().await.unwrap();
        rotation::rotate(&mut conn, &app.sealer, app.clock.now()).await.unwrap()
    });
    for (table, writer) in [("notifications", &mut mail), ("products", &mut staff)] {
        let waiting = format!(
            "SELECT count(*) AS value FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event_type = 'Lock' AND query LIKE 'UPDATE {table}%'"
        );
        while it.panel.count(&waiting).await == 0 {
            assert!(!running.is_finished(), "it waits for whoever has {table}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        writer.batch_execute("COMMIT").await.unwrap();
    }
    let report = running.await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(renewed(&report), [1, 1, 0, 1, 0]);
    let text = format!(
        "SELECT id, decode(module_settings -> 'api_key' ->> '$sealed', 'base64') AS sealed
         FROM products WHERE id = '{id}'"
    );
    assert_eq!(it.opened(&text).await, b"\"written meanwhile\"");
    let gone = "SELECT count(*) AS value FROM notifications WHERE secrets_sealed IS NOT NULL";
    assert_eq!(it.panel.count(gone).await, 0, "what was dropped stays so");
    let of_ada = "SELECT id, secret_sealed AS sealed FROM factors";
    assert_eq!(it.opened(of_ada).await, BASE32_NOPAD.decode(it.setup.secret.as_bytes()).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_with_secrets_stand_in_their_places_alone() {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        query: String,
    }
    let it = Sealed::start().await;
    let staff = it.panel.super_admin().await.calls;
    let path = format!("/admin/products/{}", it.product.id);
    let read: ProductDetail = staff.get(&path).await.expect(200).read();
    staff.put(&path, serde_json::to_value(&read.product).unwrap()).await.expect(200);
    staff.post(&format!("{path}/duplicate"), json!({ "key": "copy" })).await.expect(201);
    it.assert_works(0).await;

    let columns: Vec<Column> = diesel::sql_query(
        r#"SELECT table_name || '.' || column_name AS name,
               format('SELECT count(*) AS value FROM %I WHERE %I::text LIKE ''%%"$sealed"%%''',
                   table_name, column_name) AS query
           FROM information_schema.columns
           WHERE table_schema = 'public' AND data_type IN ('json', 'jsonb') ORDER BY 1"#,
    )
    .load(&mut *it.panel.conn().await)
    .await
    .unwrap();
    let mut found = Vec::new();
    for Column { name, query } in columns {
        if it.panel.count(&query).await > 0 {
            found.push(name);
        }
    }
    // A column that turns up here beside these belongs to `PLACES`, or must not have them.
    assert_eq!(found, ["modules.configuration", "products.module_settings"]);
}
