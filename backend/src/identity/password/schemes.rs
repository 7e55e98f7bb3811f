//! `/admin/password-schemes`: how many accounts keep their password in which way.

use std::collections::BTreeMap;

use actix_web::{get, web};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use shared::identity::{PasswordScheme, PasswordSchemeCount};

use super::imported::scheme;
use crate::App;
use crate::db::Conn;
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_password_schemes);
}

/// Every scheme that somebody's password is kept in, ours first.
async fn counts(conn: &mut Conn) -> QueryResult<Vec<PasswordSchemeCount>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        prefix: Option<String>,
        #[diesel(sql_type = BigInt)]
        users: i64,
        #[diesel(sql_type = BigInt)]
        staff: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT split_part(hash, '$', 2) AS prefix, count(*) FILTER (WHERE NOT staff) AS users, count(*) FILTER (WHERE staff) AS staff
         FROM (SELECT password_hash AS hash, false AS staff FROM users UNION ALL SELECT password_hash, true FROM admins) people
         GROUP BY 1",
    )
    .load(conn)
    .await?;
    let mut counts: BTreeMap<PasswordScheme, (i64, i64)> = BTreeMap::new();
    for row in rows {
        let scheme = row.prefix.as_deref().map_or(PasswordScheme::None, scheme);
        let (users, staff) = counts.entry(scheme).or_default();
        *users += row.users;
        *staff += row.staff;
    }
    let count = |(scheme, (users, staff))| PasswordSchemeCount { scheme, users, staff };
    Ok(counts.into_iter().map(count).collect())
}

/// How many accounts keep their password in which way. Hashes of other systems become ours at the next good sign-in.
#[utoipa::path(tag = "clients", operation_id = "listPasswordSchemes",
    responses((status = 200, body = Vec<PasswordSchemeCount>)), extensions(("x-permission" = json!("users.view"))))]
#[get("/admin/password-schemes")]
async fn list_password_schemes(
    app: web::Data<App>,
    _who: May<rights::UsersView>,
) -> Result<Json<Vec<PasswordSchemeCount>>> {
    Ok(Json(counts(&mut *app.db.get().await?).await?))
}
