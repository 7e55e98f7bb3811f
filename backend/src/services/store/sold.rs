//! What a service was sold as: options and price at each of its versions.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use provisioners::GivenOption;
use rules::pricing::PriceSnapshot;
use schema::{option_groups, options, service_options, service_prices, services};
use serde_json::Value;
use shared::services::{ChargeBy, ServiceState};
use shared::{ClientId, CompanyId, OptionGroupId, OptionId, OrderId, ServiceId};

use super::Service;
use crate::catalog::offer::{Chosen, Offer};
use crate::db::Conn;
use crate::http::error::Result;

/// What a service was sold at, at its present version, and since when.
pub async fn snapshot(conn: &mut Conn, service: &Service) -> Result<(PriceSnapshot, Timestamp)> {
    let (snapshot, valid_from): (Value, jiff_diesel::Timestamp) = service_prices::table
        .find((service.id, service.price_version))
        .select((service_prices::snapshot, service_prices::valid_from))
        .first(conn)
        .await?;
    Ok((serde_json::from_value(snapshot)?, valid_from.to_jiff()))
}

/// A chosen option as stored.
#[derive(Clone, Debug, Queryable)]
pub struct OptionRow {
    pub group_id: OptionGroupId,
    pub option_id: Option<OptionId>,
    pub quantity: i32,
    pub text_value: Option<String>,
}

pub async fn options_of(conn: &mut Conn, id: ServiceId) -> QueryResult<Vec<OptionRow>> {
    service_options::table
        .filter(service_options::service_id.eq(id))
        .order(service_options::group_id)
        .select((
            service_options::group_id,
            service_options::option_id,
            service_options::quantity,
            service_options::text_value,
        ))
        .load(conn)
        .await
}

/// Chosen options as the module is given them.
pub async fn given_options(conn: &mut Conn, id: ServiceId) -> QueryResult<Vec<GivenOption>> {
    #[expect(clippy::type_complexity, reason = "a row as it is read, taken apart at once")]
    let rows: Vec<(String, Option<String>, Option<String>, i32, Option<String>)> = service_options::table
        .inner_join(option_groups::table)
        .left_join(options::table)
        .filter(service_options::service_id.eq(id))
        .order(option_groups::key)
        .select((
            option_groups::key,
            options::key.nullable(),
            options::value.nullable(),
            service_options::quantity,
            service_options::text_value,
        ))
        .load(conn)
        .await?;
    let given = |(group, option, value, quantity, text): (
        String,
        Option<String>,
        Option<String>,
        i32,
        Option<String>,
    )| { GivenOption { group, option, value: text.or(value).unwrap_or_default(), quantity } };
    Ok(rows.into_iter().map(given).collect())
}

/// A service to be written.
#[derive(Debug)]
pub struct NewService<'a> {
    pub id: ServiceId,
    pub client: ClientId,
    pub company: CompanyId,
    pub order: OrderId,
    pub offer: &'a Offer,
    pub stock_taken: bool,
}

/// Writes a pending service with its options and what it was sold at.
pub async fn insert(tx: &mut Conn, now: Timestamp, new: &NewService<'_>) -> Result<()> {
    let offer = new.offer;
    let total = &offer.snapshot.total;
    let at = jiff_diesel::Timestamp::from(now);
    let grace = offer.product.suspension_grace_hours.unwrap_or(match offer.charge_by {
        ChargeBy::Hours => 0,
        ChargeBy::Once | ChargeBy::Periods => 72,
    });
    diesel::insert_into(services::table)
        .values((
            services::id.eq(new.id),
            services::client_id.eq(new.client),
            services::order_id.eq(new.order),
            services::product_id.eq(offer.product.id),
            services::company_id.eq(new.company),
            services::label.eq(&offer.label),
            services::state.eq(ServiceState::Pending),
            services::currency.eq(offer.snapshot.currency),
            services::period.eq(offer.period),
            services::charge_by.eq(offer.charge_by),
            services::price_version.eq(1),
            services::setup.eq(total.setup),
            services::base.eq(total.base),
            services::idle_price.eq(total.idle),
            services::uninstall.eq(total.uninstall),
            (
                services::suspension_grace_hours.eq(grace),
                services::termination_delay_hours.eq(offer.product.termination_delay_hours),
                services::module.eq(&offer.product.module),
                services::module_fields.eq(serde_json::to_value(&offer.fields)?),
                services::stock_taken.eq(new.stock_taken),
                services::created_at.eq(at),
                services::updated_at.eq(at),
            ),
        ))
        .execute(tx)
        .await?;
    insert_options(tx, new.id, &offer.chosen).await?;
    insert_snapshot(tx, now, new.id, 1, &offer.snapshot).await
}

async fn insert_options(tx: &mut Conn, id: ServiceId, chosen: &[Chosen]) -> Result<()> {
    let rows: Vec<_> = chosen
        .iter()
        .map(|chosen| {
            (
                service_options::service_id.eq(id),
                service_options::group_id.eq(chosen.group.id),
                service_options::option_id.eq(chosen.option.as_ref().map(|option| option.id)),
                service_options::quantity.eq(chosen.quantity),
                service_options::text_value.eq(chosen.text.clone()),
            )
        })
        .collect();
    diesel::insert_into(service_options::table).values(rows).execute(tx).await?;
    Ok(())
}

async fn insert_snapshot(
    tx: &mut Conn,
    now: Timestamp,
    id: ServiceId,
    version: i32,
    snapshot: &PriceSnapshot,
) -> Result<()> {
    diesel::insert_into(service_prices::table)
        .values((
            service_prices::service_id.eq(id),
            service_prices::version.eq(version),
            service_prices::snapshot.eq(serde_json::to_value(snapshot)?),
            service_prices::valid_from.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Replaces options (as rows) and price of a service; its client is settled up to now. Raises the price's version.
pub async fn reprice(
    tx: &mut Conn,
    now: Timestamp,
    service: &Service,
    rows: Option<&[OptionRow]>,
    snapshot: &PriceSnapshot,
) -> Result<()> {
    if let Some(rows) = rows {
        diesel::delete(service_options::table.filter(service_options::service_id.eq(service.id)))
            .execute(tx)
            .await?;
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    service_options::service_id.eq(service.id),
                    service_options::group_id.eq(row.group_id),
                    service_options::option_id.eq(row.option_id),
                    service_options::quantity.eq(row.quantity),
                    service_options::text_value.eq(row.text_value.clone()),
                )
            })
            .collect();
        diesel::insert_into(service_options::table).values(rows).execute(tx).await?;
    }
    let version = service.price_version + 1;
    insert_snapshot(tx, now, service.id, version, snapshot).await?;
    diesel::update(services::table.find(service.id))
        .set((
            services::price_version.eq(version),
            services::base.eq(snapshot.total.base),
            services::idle_price.eq(snapshot.total.idle),
            services::uninstall.eq(snapshot.total.uninstall),
            services::updated_at.eq(jiff_diesel::Timestamp::from(now)),
            services::version.eq(services::version + 1),
        ))
        .execute(tx)
        .await?;
    Ok(())
}
