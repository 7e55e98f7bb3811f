//! Who is signed in to which portal, and what he may do.

use leptos::prelude::*;
use leptos_router::location::Location;
use shared::identity::{AdminSession, UserSession};
use shared::settings::PublicSettings;
use shared::{ClientId, Permission};

use crate::api::{self, ApiError};
use crate::i18n;

/// The two portals. Each has a session and cookies of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portal {
    Admin,
    Client,
}

impl Portal {
    /// The portal of the page that is open.
    pub fn current() -> Self {
        let path = window().location().pathname().unwrap_or_default();
        if path == "/admin" || path.starts_with("/admin/") { Self::Admin } else { Self::Client }
    }

    pub const fn csrf_cookie(self) -> &'static str {
        match self {
            Self::Admin => "hw_admin_csrf",
            Self::Client => "hw_csrf",
        }
    }

    /// Where one signs in.
    pub const fn sign_in(self) -> &'static str {
        match self {
            Self::Admin => "/admin/sign-in",
            Self::Client => "/sign-in",
        }
    }

    /// Where one asks for a link to set a new password.
    pub const fn forgotten(self) -> &'static str {
        match self {
            Self::Admin => "/admin/forgotten",
            Self::Client => "/forgotten",
        }
    }

    /// Where one is after signing in.
    pub const fn home(self) -> &'static str {
        match self {
            Self::Admin => "/admin",
            Self::Client => "/",
        }
    }
}

/// What is known about a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Who<S> {
    /// Not asked yet.
    #[default]
    Unknown,
    Nobody,
    /// The server could not be asked.
    Failed(ApiError),
    In(S),
}

thread_local! {
    static ADMIN: ArcRwSignal<Who<AdminSession>> = ArcRwSignal::new(Who::Unknown);
    static USER: ArcRwSignal<Who<UserSession>> = ArcRwSignal::new(Who::Unknown);
    static CLIENT: ArcRwSignal<Option<ClientId>> = ArcRwSignal::new(None);
    static SETTINGS: ArcRwSignal<Option<PublicSettings>> = ArcRwSignal::new(None);
}

/// The session of the staff portal.
pub fn admin() -> ArcRwSignal<Who<AdminSession>> {
    ADMIN.with(Clone::clone)
}

/// The session of the client portal.
pub fn user() -> ArcRwSignal<Who<UserSession>> {
    USER.with(Clone::clone)
}

/// What the pages need before anybody is signed in; loaded once by the app.
pub fn settings() -> ArcRwSignal<Option<PublicSettings>> {
    SETTINGS.with(Clone::clone)
}

/// The name of the provider.
pub fn brand() -> String {
    settings().with(|settings| {
        settings.as_ref().map_or_else(|| "Hostwright".to_owned(), |settings| settings.brand_name.clone())
    })
}

/// May the signed-in member of staff do this? The server decides again.
pub fn may(permission: Permission) -> bool {
    admin().with(|who| matches!(who, Who::In(session) if session.permissions.contains(&permission)))
}

/// The client that the signed-in user acts for: chosen before in this browser, else his first.
pub fn acting_client() -> Option<ClientId> {
    let chosen = CLIENT.with(Clone::clone).get();
    let wanted = chosen.or_else(|| ui::kept("hw_client")?.parse().ok());
    user().with(|who| match who {
        Who::In(session) => session
            .clients
            .iter()
            .find(|client| Some(client.id) == wanted)
            .or_else(|| session.clients.first())
            .map(|client| client.id),
        _ => None,
    })
}

/// Acts for another client from now on.
pub fn choose_client(client: ClientId) {
    ui::keep("hw_client", &client.to_string());
    CLIENT.with(|signal| signal.set(Some(client)));
}

/// Asks the server who is signed in.
pub async fn load(portal: Portal) {
    match portal {
        Portal::Admin => {
            let who = match api::auth::admin_session().await {
                Ok(session) => {
                    i18n::follow(session.admin.language).await;
                    Who::In(session)
                }
                Err(ApiError::SignedOut) => Who::Nobody,
                Err(error) if is_half_way(&error) => Who::Nobody,
                Err(error) => Who::Failed(error),
            };
            admin().set(who);
        }
        Portal::Client => {
            let who = match api::auth::user_session().await {
                Ok(session) => {
                    i18n::follow(session.user.language).await;
                    Who::In(session)
                }
                Err(ApiError::SignedOut) => Who::Nobody,
                Err(error) if is_half_way(&error) => Who::Nobody,
                Err(error) => Who::Failed(error),
            };
            user().set(who);
        }
    }
}

/// The sign-in page of a portal; it leads back here.
pub fn sign_in_again(portal: Portal, here: &Location) -> String {
    let here = ui::address(here.pathname.get_untracked(), &here.search.get_untracked());
    format!("{}?next={}", portal.sign_in(), urlencoding::encode(&here))
}

fn is_half_way(error: &ApiError) -> bool {
    error.code() == Some(shared::Code::SecondFactorNeeded)
}

/// The server said that nobody is signed in; the portal's guard shows the sign-in page.
pub fn ended(portal: Portal) {
    match portal {
        Portal::Admin => {
            let admin = admin();
            if !matches!(admin.get_untracked(), Who::Nobody) {
                admin.set(Who::Nobody);
            }
        }
        Portal::Client => {
            let user = user();
            if !matches!(user.get_untracked(), Who::Nobody) {
                user.set(Who::Nobody);
            }
        }
    }
}

/// Signs out and forgets everything.
pub async fn sign_out(portal: Portal) {
    // Whatever the server answers, this browser is out.
    if api::auth::sign_out(portal).await.is_err() {
        leptos::logging::warn!("the server did not hear the sign-out");
    }
    ended(portal);
}
