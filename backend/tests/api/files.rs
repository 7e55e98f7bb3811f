//! Lists as files: the rows that the filters leave and no others, safe to open, written as they are read.

use std::time::Duration;

use hostwright::http::router;
use reqwest::Method;
use serde_json::{Value, json};
use shared::Language;
use shared::page::{CLIENT_FILES, STAFF_FILES, has_file};
use shared::services::OrderDetail;

use crate::documents::proforma;
use crate::harness::{Answer, Caller, ClientAccount, Panel};
use crate::selling::{pay, product, work};

/// A file, taken apart as RFC 4180 has it.
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).unwrap();
        let (mut lines, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            match sign {
                '"' if quoted && signs.peek() == Some(&'"') => cell.extend(signs.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => line.push(std::mem::take(&mut cell)),
                '\r' if !quoted => {
                    assert_eq!(signs.next(), Some('\n'), "lines end with both signs");
                    line.push(std::mem::take(&mut cell));
                    lines.push(std::mem::take(&mut line));
                }
                '\n' if !quoted => panic!("a line ends without its return: {text}"),
                sign => cell.push(sign),
            }
        }
        assert!(cell.is_empty() && line.is_empty() && !quoted, "the last line ends as well: {text}");
        let head: Vec<String> = lines.remove(0);
        assert!(lines.iter().all(|line| line.len() == head.len()), "{text}");
        Self { head, rows: lines }
    }

    #[track_caller]
    fn column(&self, name: &str) -> Vec<&str> {
        let place = self.head.iter().position(|head| head == name).unwrap_or_else(|| panic!("no {name}"));
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }
}

#[track_caller]
fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

/// The ids that the list shows for a query.
async fn listed(caller: &Caller, path: &str, query: &str) -> Vec<String> {
    let page = caller.get(&format!("{path}?per_page=200&{query}")).await.expect(200).json();
    let ids = page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
    ids.collect()
}

/// The file for a query holds what the list shows for it, in its order. Whatever is asked for a page changes nothing.
async fn filed(caller: &Caller, path: &str, query: &str) -> (Vec<String>, u32) {
    let file = caller.get(&format!("{path}.csv?per_page=1&{query}")).await.expect(200);
    let name = path.rsplit('/').next().unwrap();
    assert_eq!(header(&file, "content-type"), "text/csv; charset=utf-8", "{path}");
    assert_eq!(
        header(&file, "content-disposition"),
        format!("attachment; filename=\"{name}.csv\""),
        "{path}"
    );
    let table = Table::read(&file.bytes);
    assert_eq!(table.column("id"), listed(caller, path, query).await, "{path}?{query}");
    (table.column("id").into_iter().map(str::to_owned).collect(), file.queries())
}

/// A client that has everything there is a list of.
async fn customer(panel: &Panel, staff: &Caller, name: &str) -> ClientAccount {
    let client = panel.client(name).await;
    let document = proforma(&client, "100.00").await.document.id;
    pay(panel, staff, document, "123.00").await;
    proforma(&client, "10.00").await;
    let sold = product(staff, &name.to_lowercase(), json!({})).await.id;
    let items = json!({ "items": [{ "product": sold, "period": "monthly", "label": format!("{name} 1") },
        { "product": sold, "period": "monthly", "label": format!("{name} 2") }] });
    let path = format!("/clients/{}/orders", client.id);
    let placed: OrderDetail = client.calls.post_once(&path, items).await.expect(201).read();
    work(panel).await;
    for service in &placed.services {
        staff.post(&format!("/admin/services/{}/delivered", service.id), json!({})).await.expect(200);
    }
    let id = client.id;
    panel
        .sql(&format!(
            "INSERT INTO tasks (id, name, queue, state, input, client_id, run_at, created_at)
             SELECT gen_random_uuid(), 'name ' || n, 'default', 'completed', '{{}}', '{id}', at, at
             FROM generate_series(1, 3) n, LATERAL (SELECT timestamptz '2026-03-09 12:00:00+00' AS at) t"
        ))
        .await;
    panel
        .sql(&format!(
            "INSERT INTO notifications (id, event, audience, email, language, params, client_id, created_at)
             SELECT gen_random_uuid(), 'welcome', 'client', n || '@example.test', 'en', '{{}}', '{id}', '2026-03-09 12:00:00+00'
             FROM generate_series(1, 3) n"
        ))
        .await;
    client
}

#[actix_web::test]
async fn every_file_of_staff_holds_what_the_filters_leave_for_a_constant_number_of_statements() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = customer(&panel, &staff, "Ada").await;
    customer(&panel, &staff, "Bea").await;
    customer(&panel, &staff, "Cyd").await;
    let id = ada.id;
    for name in STAFF_FILES {
        let (narrow, order) = match *name {
            "activity" => (format!("client={id}"), ""),
            "clients" => ("search=Ada".to_owned(), "sort=-name"),
            "documents" => (format!("client={id}"), "sort=-total"),
            "notifications" => (format!("client_id={id}"), "sort=email"),
            "orders" => (format!("client={id}"), "sort=client_name"),
            "payments" => (format!("client={id}"), "sort=gross"),
            "products" => ("search=ada".to_owned(), "sort=-key"),
            "services" => (format!("client={id}"), "sort=-label"),
            "tasks" => (format!("client_id={id}"), "sort=-name"),
            "transactions" => (format!("client={id}"), "sort=at"),
            "users" => ("search=Ada".to_owned(), "sort=email"),
            other => panic!("{other} is not tried"),
        };
        let path = format!("/admin/{name}");
        let (all, for_all) = filed(&staff, &path, order).await;
        let (some, for_some) = filed(&staff, &path, &format!("{narrow}&{order}")).await;
        assert!(!some.is_empty() && some.len() < all.len(), "{path}: {} of {}", some.len(), all.len());
        // Who acts for a client is read before his messages.
        let for_some = for_some - u32::from(*name == "notifications");
        assert!(for_some > 0 && for_some == for_all, "{path}: {for_some} statements, then {for_all}");
    }
    let nobody = panel.staff(&[]).await.calls;
    for name in STAFF_FILES {
        nobody.get(&format!("/admin/{name}.csv")).await.expect(403);
    }
}

#[actix_web::test]
async fn files_of_a_client_hold_nothing_of_another_one() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = customer(&panel, &staff, "Ada").await;
    let bea = customer(&panel, &staff, "Bea").await;
    let (documents, services) =
        (panel.colleague(ada.id, &["documents"]).await, panel.colleague(ada.id, &["services"]).await);
    for name in CLIENT_FILES {
        let (own, other) = (format!("/clients/{}/{name}", ada.id), format!("/clients/{}/{name}", bea.id));
        let narrow = match *name {
            "documents" => "kind=invoice",
            "services" => "state=terminated",
            _ => "kind=payment",
        };
        let (all, for_all) = filed(&ada.calls, &own, "").await;
        let (some, for_some) = filed(&ada.calls, &own, narrow).await;
        assert!(all.len() > 1 && some.len() < all.len(), "{own}: {} of {}", some.len(), all.len());
        assert!(some.is_empty() || for_some == for_all, "{own}: {for_some} statements, then {for_all}");
        // Whoever is asked about, the path says whose it is, and it is looked up who may.
        let file = ada.calls.get(&format!("{own}.csv?client={}", bea.id)).await.expect(200);
        let table = Table::read(&file.bytes);
        assert_eq!(table.column("id"), all, "{own}");
        assert!(table.column("client_id").iter().all(|client| *client == ada.id.to_string()), "{own}");
        ada.calls.get(&format!("{other}.csv")).await.expect(404);
        panel.visitor().get(&format!("{own}.csv")).await.expect(401);
        let (may, may_not) =
            if *name == "services" { (&services, &documents) } else { (&documents, &services) };
        may.get(&format!("{own}.csv")).await.expect(200);
        may_not.get(&format!("{own}.csv")).await.expect(403);
    }
}

#[actix_web::test]
async fn no_cell_is_a_formula_and_numbers_stay_numbers() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = customer(&panel, &staff, "Ada").await;
    for formula in ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "a \"b\", c\r\nd", "-12.5"] {
        let written = formula.replace('\r', "'||chr(13)||'").replace('\n', "'||chr(10)||'");
        let written = written.replace('\t', "'||chr(9)||'");
        panel.sql(&format!("UPDATE services SET label = '{written}'")).await;
        let file = staff.get("/admin/services.csv").await.expect(200);
        let table = Table::read(&file.bytes);
        let guarded = match formula {
            "-12.5" | "a \"b\", c\r\nd" => formula.to_owned(),
            _ => format!("'{formula}"),
        };
        assert_eq!(table.column("label"), [guarded.as_str(), guarded.as_str()], "{formula:?}");
    }
    let file = ada.calls.get(&format!("/clients/{}/transactions.csv", ada.id)).await.expect(200);
    let table = Table::read(&file.bytes);
    let amounts = table.column("amount");
    assert!(amounts.iter().any(|amount| amount.starts_with('-')), "{amounts:?}");
    assert!(amounts.iter().all(|amount| amount.parse::<rust_decimal::Decimal>().is_ok()), "{amounts:?}");
    assert!(table.column("currency").iter().all(|currency| *currency == "EUR"));
    for at in table.column("at") {
        assert!(at.ends_with('Z') && at.parse::<jiff::Timestamp>().is_ok(), "{at}");
    }
}

#[actix_web::test]
async fn names_of_columns_stay() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let ada = panel.client("Ada").await;
    let mut heads = Vec::new();
    for name in STAFF_FILES {
        let file = staff.get(&format!("/admin/{name}.csv")).await.expect(200);
        heads.push((*name, Table::read(&file.bytes).head.join(",")));
    }
    for name in CLIENT_FILES {
        let file = ada.calls.get(&format!("/clients/{}/{name}.csv", ada.id)).await.expect(200);
        let head = Table::read(&file.bytes).head.join(",");
        assert!(heads.contains(&(*name, head)), "{name} of a client has the columns of staff");
    }
    for (name, head) in &heads {
        let columns: Vec<&str> = head.split(',').collect();
        assert_eq!(columns[0], "id", "{name}");
        assert!(
            columns.iter().all(|column| column.bytes().all(|sign| sign.is_ascii_lowercase() || sign == b'_')),
            "{name}: {head}"
        );
        let money = ["total", "amount", "gross", "balance", "due_now", "rate"];
        let has_money = columns.iter().any(|column| money.contains(column));
        assert_eq!(has_money, columns.contains(&"currency"), "{name}: {head}");
    }
    let payments = &heads.iter().find(|(name, _)| *name == "payments").unwrap().1;
    assert_eq!(
        payments,
        "id,received_on,status,client_id,client_name,company_id,document_id,document_number,gateway_id,gateway_name,external_id,\
         gross,fee,to_wallet,to_tax,to_suspense,assigned,refunded,currency,note,booked_by,created_at"
    );
}

#[actix_web::test]
async fn every_file_of_the_document_is_one_that_pages_link_to() {
    let document = router::document();
    let files = document.paths.paths.keys().filter_map(|path| path.strip_suffix(".csv"));
    let lists: Vec<&str> = files.map(|path| path.strip_prefix("/api/v1").unwrap()).collect();
    assert_eq!(lists.len(), STAFF_FILES.len() + CLIENT_FILES.len(), "{lists:?}");
    assert!(lists.iter().all(|list| has_file(list)), "{lists:?}");
    assert!(
        !has_file("/admin/terms") && !has_file("/clients/0192/users") && !has_file("/admin/clients/0192")
    );
}

#[actix_web::test]
async fn a_file_begins_with_a_mark_and_speaks_a_language_when_asked() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let texts = json!({ "texts": { "en": { "name": "Server" }, "pl": { "name": "Serwer" } } });
    product(&staff, "vps", texts).await;
    let plain = staff.get("/admin/products.csv").await.expect(200);
    assert!(plain.bytes.starts_with(b"id,"));
    assert_eq!(Table::read(&plain.bytes).column("name"), ["Server"]);
    let path = format!("/admin/products.csv?bom=true&language={}", Language::Polish);
    let asked = staff.request(Method::GET, &path).header("accept-language", "en");
    let marked = staff.send(asked, path).await.expect(200);
    let rest = marked.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap();
    assert_eq!(Table::read(rest).column("name"), ["Serwer"]);
    staff.get("/admin/products.csv?sort=secret").await.expect(422);
    staff.get("/admin/tasks.csv?state=asleep").await.expect(422);
}

/// Tasks that have happened, each with `length` letters to say.
async fn tasks(panel: &Panel, count: u32, length: u32) {
    panel
        .sql(&format!(
            "INSERT INTO tasks (id, name, queue, state, error, input, run_at, created_at)
             SELECT gen_random_uuid(), 'many', 'default', 'completed', repeat('x', {length}), '{{}}', at, at
             FROM generate_series(1, {count}) n,
                  LATERAL (SELECT timestamptz '2026-03-09 12:00:00+00' + n * interval '1 ms' AS at) t"
        ))
        .await;
}

#[actix_web::test]
async fn a_list_longer_than_a_batch_is_whole_and_in_order() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    // The last batch may be empty, full or neither.
    for (more, rows) in [(500, 500), (499, 999), (501, 1500), (3, 1503)] {
        tasks(&panel, more, 1).await;
        let file = staff.get("/admin/tasks.csv?name=many&sort=created_at").await.expect(200);
        let table = Table::read(&file.bytes);
        assert_eq!(table.rows.len(), rows);
        let at = table.column("created_at");
        assert!(at.is_sorted_by_key(|at| at.parse::<jiff::Timestamp>().unwrap()));
        let mut ids = table.column("id");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), rows, "no row twice");
    }
}

#[actix_web::test]
async fn a_download_that_is_broken_off_gives_its_place_back() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    tasks(&panel, 20_000, 2_000).await;
    let places = panel.app.downloads.available_permits();
    let file = staff.request(Method::GET, "/admin/tasks.csv?name=many").send().await.unwrap();
    assert_eq!(file.status(), 200);
    assert_eq!(panel.app.downloads.available_permits(), places - 1, "it is still being sent");
    drop(file);
    for _ in 0..200 {
        if panel.app.downloads.available_permits() == places {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(panel.app.downloads.available_permits(), places);
    // Its connection is not left inside a transaction that only reads.
    for _ in 0..12 {
        panel.sql("UPDATE tasks SET step = 'read' WHERE false").await;
    }
}

#[actix_web::test]
async fn who_does_not_read_on_loses_his_place_and_gets_no_whole_file() {
    let panel =
        Panel::start_with_http("public_url = \"http://localhost:8480\", download_stall_seconds = 1").await;
    let staff = panel.super_admin().await.calls;
    tasks(&panel, 20_000, 2_000).await;
    let places = panel.app.downloads.available_permits();
    let file = staff.request(Method::GET, "/admin/tasks.csv?name=many").send().await.unwrap();
    for _ in 0..200 {
        if panel.app.downloads.available_permits() == places {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(panel.app.downloads.available_permits(), places, "nobody has read");
    file.bytes().await.expect_err("a file that broke off is not taken for whole");
    let whole = staff.get("/admin/tasks.csv?name=many").await.expect(200);
    assert_eq!(Table::read(&whole.bytes).rows.len(), 20_000);
}

#[actix_web::test]
async fn nobody_downloads_two_lists_at_once() {
    let panel = Panel::start().await;
    let (staff, other) = (panel.super_admin().await.calls, panel.super_admin().await.calls);
    tasks(&panel, 20_000, 2_000).await;
    let places = panel.app.downloads.available_permits();
    let file = staff.request(Method::GET, "/admin/tasks.csv?name=many").send().await.unwrap();
    assert_eq!(file.status(), 200);
    let refused = staff.get("/admin/clients.csv").await.expect(429);
    assert_eq!(header(&refused, "retry-after"), "30");
    let range = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z";
    staff.get(&format!("/admin/ledger/export?format=beancount&{range}")).await.expect(429);
    assert_eq!(panel.app.downloads.available_permits(), places - 1, "it took no place");
    other.get("/admin/clients.csv").await.expect(200);
    drop(file);
    for _ in 0..200 {
        if panel.app.downloads.available_permits() == places {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    staff.get("/admin/clients.csv").await.expect(200);
    staff.get("/admin/tasks.csv?sort=secret").await.expect(422);
    staff.get("/admin/clients.csv").await.expect(200);
}

#[actix_web::test]
async fn too_many_downloads_at_once_are_told_to_come_back() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let places = u32::try_from(panel.app.downloads.available_permits()).unwrap();
    assert!(places > 0);
    let taken = panel.app.downloads.clone().acquire_many_owned(places).await.unwrap();
    let range = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z";
    let files = ["/admin/clients.csv".to_owned(), format!("/admin/ledger/export?format=csv&{range}")];
    for file in &files {
        let refused = staff.get(file).await.expect(429);
        assert_eq!(header(&refused, "retry-after"), "30", "{file}");
    }
    drop(taken);
    for file in &files {
        staff.get(file).await.expect(200);
    }
    let page: Value = staff.get("/admin/clients").await.expect(200).json();
    assert_eq!(page["total"], 0);
}
