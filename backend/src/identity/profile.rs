//! The client's own profile in the client area.

use actix_web::{get, put, web};
use diesel_async::AsyncConnection;
use shared::ClientId;
use shared::identity::{AddressKind, ClientProfile, ClientProfileChange};

use crate::App;
use crate::audit::{self, Entry};
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Acting, Fields, Json, client_rights};
use crate::identity::client::actions::billing_country;
use crate::identity::client::store::{self, Changed};
use crate::identity::client::tax_id;
use crate::identity::contact::{self, given};
use crate::identity::session::actions::normal_email;

pub fn routes(cfg: &mut Routes) {
    cfg.service(get_profile).service(change_profile);
}

async fn load(conn: &mut Conn, client: ClientId) -> Result<ClientProfile> {
    let row = store::find(conn, client).await?.ok_or_else(Refusal::not_found)?;
    let addresses = store::addresses(conn, client).await?;
    let tax_id_awaited = row.tax_id_awaited(billing_country(&addresses).unwrap_or_default());
    let billing = addresses.into_iter().find(|address| address.kind == AddressKind::Billing);
    let billing_address = billing.map(|billing| billing.address);
    let has_address = billing_address
        .as_ref()
        .is_some_and(|address| !address.line1.trim().is_empty() && !address.city.trim().is_empty());
    let has_name = !row.company_name.is_empty() || (!row.first_name.is_empty() && !row.last_name.is_empty());
    Ok(ClientProfile {
        id: client,
        is_complete: has_address && has_name,
        name: row.name,
        status: row.status,
        status_reason: row.status_reason,
        first_name: row.first_name,
        last_name: row.last_name,
        company_name: row.company_name,
        tax_id: row.tax_id,
        tax_id_valid: row.tax_id_valid,
        tax_id_checked_at: row.tax_id_checked_at,
        tax_id_awaited,
        email: row.email,
        phone_country: row.phone_country,
        phone: row.phone,
        language: row.language,
        currency: row.currency,
        billing_address,
        version: row.version,
    })
}

/// The profile of the client, as invoices show it.
#[utoipa::path(tag = "clients", operation_id = "getClientProfile", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = ClientProfile)), extensions(("x-permission" = json!("client:profile"))))]
#[get("/clients/{client_id}/profile")]
async fn get_profile(
    app: web::Data<App>,
    who: Acting<client_rights::Profile>,
) -> Result<Json<ClientProfile>> {
    Ok(Json(load(&mut *app.db.get().await?, who.client).await?))
}

/// Change the profile of the client. Issued documents keep what they were issued with.
#[utoipa::path(tag = "clients", operation_id = "changeClientProfile", request_body = ClientProfileChange,
    params(("client_id" = ClientId, Path)), responses((status = 200, body = ClientProfile)),
    extensions(("x-permission" = json!("client:profile"))))]
#[put("/clients/{client_id}/profile")]
async fn change_profile(
    app: web::Data<App>,
    who: Acting<client_rights::Profile>,
    change: Json<ClientProfileChange>,
) -> Result<Json<ClientProfile>> {
    let email = normal_email(&change.email);
    let mut fields = Fields::new();
    fields.required("first_name", &change.first_name, 100);
    fields.required("last_name", &change.last_name, 100);
    fields.email("email", &email);
    fields.text("company_name", &change.company_name, 200);
    fields.text("tax_id", &change.tax_id, 50);
    contact::check_phone(&mut fields, change.phone_country.as_deref(), change.phone.as_deref());
    contact::check_complete_address(&mut fields, "billing_address.", &change.billing_address);
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let after = conn
        .transaction::<_, Error, _>(async |tx| {
            let old = store::lock(tx, who.client).await?.ok_or_else(Refusal::not_found)?;
            Refusal::if_changed(old.version, change.version)?;
            let before = load(tx, who.client).await?;
            let changed = Changed {
                first_name: change.first_name.trim(),
                last_name: change.last_name.trim(),
                company_name: change.company_name.trim(),
                tax_id: change.tax_id.trim(),
                email: &email,
                phone_country: given(change.phone_country.as_deref()),
                phone: given(change.phone.as_deref()),
                language: change.language,
                currency: old.currency,
                company: old.company_id,
                enforce_two_factor: old.enforce_two_factor,
                tax_id_changed: old.tax_id != change.tax_id.trim(),
            };
            store::update(tx, now, who.client, &changed).await?;
            store::put_address(tx, now, who.client, AddressKind::Billing, &change.billing_address).await?;
            let after = load(tx, who.client).await?;
            let country = |profile: &ClientProfile| {
                profile.billing_address.as_ref().map(|address| address.country.clone())
            };
            if before.tax_id != after.tax_id || country(&before) != country(&after) {
                tax_id::ask_anew(tx, now, who.client).await?;
            }
            let entry = Entry {
                action: "client.profile_changed",
                description: "Changed the profile".to_owned(),
                client: Some(who.client),
                subject: Some(("client", who.client.0)),
                old: Some(serde_json::to_value(&before)?),
                new: Some(serde_json::to_value(&after)?),
                ..Entry::default()
            };
            audit::record(tx, &who.actor, now, entry).await?;
            Ok(after)
        })
        .await?;
    Ok(Json(after))
}
