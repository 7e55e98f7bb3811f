//! Registering.

use diesel_async::AsyncConnection;
use shared::Code;
use shared::identity::{ClientStatus, NewRegistration, PostalAddress, Registered, Strength, UserStatus};
use shared::settings::SecuritySettings;

use crate::App;
use crate::audit::{self, Actor, Entry, Who};
use crate::http::Fields;
use crate::http::access::Visitor;
use crate::http::cookies::Portal;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::person::Person;
use crate::identity::session::actions::normal_email;
use crate::identity::session::store as sessions;
use crate::identity::{attempts, client, letters, link, password, user};
use crate::settings::{self, countries, terms};

fn check(new: &NewRegistration, email: &str, security: &SecuritySettings) -> Result<Strength> {
    let mut fields = Fields::new();
    fields.email("email", email);
    let personal = [email, &new.first_name, &new.last_name, &new.company_name];
    let strength = password::check(&mut fields, "password", &new.password, security, &personal);
    fields.required("first_name", &new.first_name, 100);
    fields.required("last_name", &new.last_name, 100);
    fields.text("company_name", &new.company_name, 200);
    fields.text("tax_id", &new.tax_id, 50);
    fields.check(countries::find(&new.country).is_some(), "country", "unknown", "Choose a country.");
    fields.check(new.terms_accepted, "terms_accepted", "required", "Accept the terms of service.");
    fields.finish()?;
    Ok(strength)
}

/// Registers a visitor. An address that is known already gets a mail instead of an account; the answer does not tell.
pub(super) async fn register(app: &App, visitor: &Visitor, new: &NewRegistration) -> Result<Registered> {
    let now = app.clock.now();
    let email = normal_email(&new.email);
    let mut conn = app.db.get().await?;
    let settings = settings::load(&mut conn).await?;
    if !settings.registration.open {
        return Err(Refusal::because(Code::NotAllowed, "Registration is closed.").into());
    }
    let strength = check(new, &email, &settings.security)?;
    let company = client::store::company_for(&mut conn, &new.country).await?;
    let company =
        company.ok_or_else(|| Refusal::because(Code::Unavailable, "There is no home company yet."))?;
    let currency = new.currency.unwrap_or(company.currency);
    if !client::store::is_currency_enabled(&mut conn, currency).await? {
        return Err(Refusal::field("currency", "unknown", "Choose one of the offered currencies.").into());
    }
    let automatic = settings.registration.automatic_confirmation;
    let answer = Registered { confirmation_needed: !automatic, strength };
    let per_minute = app.config.http.sign_in_per_minute.get();
    let may_mail =
        attempts::may_mail(&mut conn, now, "registration", &email, &visitor.ip, per_minute).await?;
    drop(conn);
    // Hashed in any case, so that a known address takes as long.
    let hash = app.passwords.hash(&new.password).await?;

    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let user = user::store::NewRow {
            email: &email,
            first_name: new.first_name.trim(),
            last_name: new.last_name.trim(),
            phone_country: None,
            phone: None,
            language: new.language,
            status: if automatic { UserStatus::Active } else { UserStatus::New },
            email_verified: automatic,
            password_hash: Some(&hash),
            notes: "",
        };
        let Some(user) = user::store::insert(tx, now, &user).await? else {
            let known = sessions::credentials_by_email(tx, Portal::Client, &email).await?;
            if let Some(known) = known.filter(|known| may_mail && known.may_sign_in()) {
                // He is here already: what he needs is the way back in.
                let person = Person::of(Portal::Client, known.id);
                link::actions::send_reset_within(app, tx, now, &visitor.actor, person).await?;
            }
            return Ok(());
        };
        let terms = terms::current(tx).await?;
        user::store::accept_terms(tx, now, user, terms).await?;
        let row = client::store::NewRow {
            status: if automatic { ClientStatus::Active } else { ClientStatus::Pending },
            first_name: new.first_name.trim(),
            last_name: new.last_name.trim(),
            company_name: new.company_name.trim(),
            tax_id: new.tax_id.trim(),
            email: &email,
            phone_country: None,
            phone: None,
            language: new.language,
            currency,
            company: company.id,
        };
        let address = PostalAddress {
            line1: String::new(),
            line2: String::new(),
            city: String::new(),
            postcode: String::new(),
            country: new.country.clone(),
            region: None,
        };
        let actor = Actor { who: Who::User(user), ..visitor.actor.clone() };
        let client = client::actions::insert_with_owner(tx, now, &actor, &row, &address, user).await?;
        let entry = Entry {
            action: "client.registered",
            description: format!("{email} registered"),
            client: Some(client),
            subject: Some(("client", client.0)),
            ..Entry::default()
        };
        audit::record(tx, &actor, now, entry).await?;
        if automatic {
            letters::welcome(tx, now, user).await
        } else {
            link::actions::send_confirmation(app, tx, now, user, &email).await
        }
    })
    .await?;
    Ok(answer)
}
