//! Members of staff.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{admin_group_members, admin_groups, admins};
use shared::identity::{AdminFilter, AdminGroupName, AdminStatus, AdminSummary, KnownAddress};
use shared::{AdminGroupId, AdminId, Code, Language};

use crate::db::{self, Conn};
use crate::http::error::{Refusal, Result};
use crate::http::paging::Paging;

pub(in crate::identity::staff) const ADMIN_SORTS: &[&str] =
    &["email", "last_name", "created_at", "last_sign_in_at", "status"];

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = admins)]
pub(in crate::identity::staff) struct Admin {
    pub id: AdminId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub language: Language,
    pub status: AdminStatus,
    pub two_factor: bool,
    pub notes: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_sign_in_at: Option<Timestamp>,
    pub last_sign_in_ip: Option<String>,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

pub(in crate::identity::staff) async fn list_admins(
    conn: &mut Conn,
    paging: &Paging,
    filter: &AdminFilter,
) -> QueryResult<(Vec<AdminSummary>, i64)> {
    let pattern = paging.pattern();
    let matching = || {
        let mut query = admins::table.into_boxed();
        if let Some(pattern) = pattern.clone() {
            query = query.filter(
                admins::email
                    .ilike(pattern.clone())
                    .or(admins::first_name.ilike(pattern.clone()))
                    .or(admins::last_name.ilike(pattern)),
            );
        }
        if let Some(status) = filter.status {
            query = query.filter(admins::status.eq(status));
        }
        if let Some(group) = filter.group {
            let members = admin_group_members::table
                .filter(admin_group_members::group_id.eq(group))
                .select(admin_group_members::admin_id);
            query = query.filter(admins::id.eq_any(members));
        }
        query
    };
    let total = matching().count().get_result(conn).await?;
    let query = match (paging.sort, paging.descending) {
        ("last_name", false) => matching().order((admins::last_name.asc(), admins::id.asc())),
        ("last_name", true) => matching().order((admins::last_name.desc(), admins::id.desc())),
        ("created_at", false) => matching().order((admins::created_at.asc(), admins::id.asc())),
        ("created_at", true) => matching().order((admins::created_at.desc(), admins::id.desc())),
        ("last_sign_in_at", false) => matching().order((admins::last_sign_in_at.asc(), admins::id.asc())),
        ("last_sign_in_at", true) => {
            matching().order((admins::last_sign_in_at.desc().nulls_last(), admins::id.desc()))
        }
        ("status", false) => matching().order((admins::status.asc(), admins::id.asc())),
        ("status", true) => matching().order((admins::status.desc(), admins::id.desc())),
        (_, false) => matching().order(admins::email.asc()),
        (_, true) => matching().order(admins::email.desc()),
    };
    let rows: Vec<Admin> =
        query.select(Admin::as_select()).limit(paging.limit()).offset(paging.offset()).load(conn).await?;
    let mut groups = groups_of(conn, &rows.iter().map(|admin| admin.id).collect::<Vec<_>>()).await?;
    let items = rows
        .into_iter()
        .map(|admin| AdminSummary {
            groups: groups.remove(&admin.id).unwrap_or_default(),
            id: admin.id,
            email: admin.email,
            first_name: admin.first_name,
            last_name: admin.last_name,
            status: admin.status,
            two_factor: admin.two_factor,
            last_sign_in_at: admin.last_sign_in_at,
            created_at: admin.created_at,
        })
        .collect();
    Ok((items, total))
}

/// The groups that each of these admins is in, by name.
pub(in crate::identity::staff) async fn groups_of(
    conn: &mut Conn,
    of: &[AdminId],
) -> QueryResult<BTreeMap<AdminId, Vec<AdminGroupName>>> {
    let rows: Vec<(AdminId, AdminGroupId, String)> = admin_group_members::table
        .inner_join(admin_groups::table)
        .filter(admin_group_members::admin_id.eq_any(of))
        .order(admin_groups::name.asc())
        .select((admin_group_members::admin_id, admin_groups::id, admin_groups::name))
        .load(conn)
        .await?;
    let mut found: BTreeMap<AdminId, Vec<AdminGroupName>> = BTreeMap::new();
    for (admin, id, name) in rows {
        found.entry(admin).or_default().push(AdminGroupName { id, name });
    }
    Ok(found)
}

pub(in crate::identity::staff) async fn find_admin(
    conn: &mut Conn,
    id: AdminId,
) -> QueryResult<Option<Admin>> {
    Admin::query().filter(admins::id.eq(id)).first(conn).await.optional()
}

pub(in crate::identity::staff) async fn email_taken(
    tx: &mut Conn,
    email: &str,
    except: Option<AdminId>,
) -> QueryResult<bool> {
    let found: Option<AdminId> =
        admins::table.filter(admins::email.eq(email)).select(admins::id).first(tx).await.optional()?;
    Ok(found.is_some_and(|id| Some(id) != except))
}

/// What is written of a member of staff.
pub(in crate::identity::staff) struct AdminValues<'a> {
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub phone: Option<&'a str>,
    pub language: Language,
    pub status: AdminStatus,
    pub notes: &'a str,
}

/// Writes a member of staff. `None`: another got the address meanwhile.
pub(in crate::identity::staff) async fn insert_admin(
    tx: &mut Conn,
    now: Timestamp,
    values: &AdminValues<'_>,
    password_hash: Option<&str>,
) -> QueryResult<Option<AdminId>> {
    let id = AdminId::generate();
    let at = jiff_diesel::Timestamp::from(now);
    let written = diesel::insert_into(admins::table)
        .values((
            admins::id.eq(id),
            admins::email.eq(values.email),
            admins::first_name.eq(values.first_name),
            admins::last_name.eq(values.last_name),
            admins::phone.eq(values.phone),
            admins::language.eq(values.language),
            admins::status.eq(values.status),
            admins::notes.eq(values.notes),
            admins::password_hash.eq(password_hash),
            admins::password_changed_at.eq(password_hash.map(|_| at)),
            admins::created_at.eq(at),
            admins::updated_at.eq(at),
        ))
        .execute(tx)
        .await;
    Ok(db::unless_taken(written, "admins_email")?.map(|_| id))
}

/// Writes what changes. False: another got the address meanwhile.
pub(in crate::identity::staff) async fn update_admin(
    tx: &mut Conn,
    now: Timestamp,
    id: AdminId,
    values: &AdminValues<'_>,
) -> QueryResult<bool> {
    let written = diesel::update(admins::table.find(id))
        .set((
            admins::email.eq(values.email),
            admins::first_name.eq(values.first_name),
            admins::last_name.eq(values.last_name),
            admins::phone.eq(values.phone),
            admins::language.eq(values.language),
            admins::status.eq(values.status),
            admins::notes.eq(values.notes),
            admins::version.eq(admins::version + 1),
            admins::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await;
    Ok(db::unless_taken(written, "admins_email")?.is_some())
}

/// Refuses with `InUse` when something that is kept carries his name: notes about clients, answers about their VAT ids.
pub(in crate::identity::staff) async fn delete_admin(tx: &mut Conn, id: AdminId) -> Result<()> {
    match diesel::delete(admins::table.find(id)).execute(tx).await {
        Ok(_) => Ok(()),
        Err(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => {
            let detail =
                "Notes about clients, or answers about their VAT ids, carry this name. Disable the account.";
            Err(Refusal::because(Code::InUse, detail).into())
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::identity::staff) async fn set_groups_of(
    tx: &mut Conn,
    id: AdminId,
    groups: &[AdminGroupId],
) -> QueryResult<()> {
    diesel::delete(admin_group_members::table.filter(admin_group_members::admin_id.eq(id)))
        .execute(tx)
        .await?;
    let rows: Vec<_> = groups
        .iter()
        .map(|group| (admin_group_members::admin_id.eq(id), admin_group_members::group_id.eq(*group)))
        .collect();
    diesel::insert_into(admin_group_members::table).values(rows).on_conflict_do_nothing().execute(tx).await?;
    Ok(())
}

/// Every address that he ever came from, the last one first.
pub(in crate::identity::staff) async fn addresses(
    conn: &mut Conn,
    id: AdminId,
) -> QueryResult<Vec<KnownAddress>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        ip: String,
        #[diesel(sql_type = Timestamptz)]
        first_at: jiff_diesel::Timestamp,
        #[diesel(sql_type = Timestamptz)]
        last_at: jiff_diesel::Timestamp,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT ip, first_at, last_at FROM admin_addresses WHERE admin_id = $1 ORDER BY last_at DESC, ip LIMIT 1000",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    let known = |row: Row| KnownAddress {
        ip: row.ip,
        first_at: row.first_at.to_jiff(),
        last_at: row.last_at.to_jiff(),
    };
    Ok(rows.into_iter().map(known).collect())
}
