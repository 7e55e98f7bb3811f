//! What goes with a record of the catalogue when it is deleted.

use actix_web::HttpResponse;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::{DryRun, Effect, EffectKind, Rehearsal};
use uuid::Uuid;

use crate::db::{self, Conn};
use crate::http::error::Result;

/// A kind of rows that are counted: by a query with the record's id as `$1`.
type Part = (EffectKind, &'static str, &'static str);

const PRICES: &str = "prices are deleted with it.";

pub(super) const OF_PRODUCT: &[Part] = &[
    (EffectKind::PricesDeleted, PRICES, "SELECT count(*) AS count FROM prices WHERE product_id = $1"),
    (
        EffectKind::GroupsDetached,
        "product groups lose it.",
        "SELECT count(*) AS count FROM product_group_products WHERE product_id = $1",
    ),
];
pub(super) const OF_GROUP: &[Part] = &[(
    EffectKind::ProductsDetached,
    "products are taken out of it; they stay.",
    "SELECT count(*) AS count FROM product_group_products WHERE group_id = $1",
)];
pub(super) const OF_OPTION_GROUP: &[Part] = &[
    (
        EffectKind::OptionsDeleted,
        "options are deleted with it.",
        "SELECT count(*) AS count FROM options WHERE group_id = $1",
    ),
    (
        EffectKind::PricesDeleted,
        PRICES,
        "SELECT count(*) AS count FROM prices p JOIN options o ON o.id = p.option_id WHERE o.group_id = $1",
    ),
];
pub(super) const OF_OPTION: &[Part] =
    &[(EffectKind::PricesDeleted, PRICES, "SELECT count(*) AS count FROM prices WHERE option_id = $1")];

pub(super) const OF_ATTRIBUTE_GROUP: &[Part] = &[(
    EffectKind::AttributesDeleted,
    "attributes are deleted with it.",
    "SELECT count(*) AS count FROM attributes WHERE group_id = $1",
)];
pub(super) const OF_ATTRIBUTE: &[Part] = &[];

/// Deletes a record; with `dry_run` it only says what would go with it.
pub(super) async fn remove(
    conn: &mut Conn,
    dry: &DryRun,
    id: Uuid,
    parts: &[Part],
    delete: impl AsyncFnOnce(&mut Conn) -> Result<()>,
) -> Result<HttpResponse> {
    if dry.dry_run {
        return Ok(HttpResponse::Ok().json(rehearse(conn, id, parts, delete).await?));
    }
    delete(conn).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says what deleting a record would take with it. `delete` is carried out for its refusals, and taken back.
async fn rehearse(
    conn: &mut Conn,
    id: Uuid,
    parts: &[Part],
    delete: impl AsyncFnOnce(&mut Conn) -> Result<()>,
) -> Result<Rehearsal> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    db::rehearse(conn, async |tx| {
        let mut effects = vec![Effect::deleted()];
        for (code, message, query) in parts {
            let found: Counted = diesel::sql_query(*query).bind::<SqlUuid, _>(id).get_result(tx).await?;
            effects.extend(Effect::some(*code, found.count, message));
        }
        delete(tx).await?;
        Ok(Rehearsal { effects })
    })
    .await
}
