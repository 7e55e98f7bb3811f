//! Who may call: permission is a type in the handler's signature.
//!
//! - `May<rights::ClientsView>`: staff with that permission (browser session or token)
//! - `Staff`: any signed-in staff; a token only reads
//! - `StaffHimself`: the same on matters of his own, also while he still has to set up a second factor
//! - `Acting<client_rights::Documents>`: a user, or his token, acting for the client of the path
//! - `Me`: the signed-in user himself
//! - `Visitor`: anybody, with the origin for the trail

use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use shared::{AdminId, ClientId, Code, Permission, SessionId, TokenId, UserId};
use subtle::ConstantTimeEq;

use crate::App;
use crate::audit::{Actor, Who};
use crate::http::cookies::{self, Portal};
use crate::http::error::{Error, Refusal, Result};
use crate::http::extract::Opener;
use crate::http::request;
use crate::identity::access as identity;
use crate::identity::session::actions::need_sudo_in_browser;
use crate::identity::support::{self, Visit};

/// How the caller proved who he is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    Session(SessionId),
    Token(TokenId),
}

/// A permission of staff as a type.
pub trait Right: 'static {
    const KEY: Permission;
}

/// What a user may do for a client, as a type.
pub trait ClientRight: 'static {
    /// Key in `client_users.permissions` and in the scopes of tokens. Owners and managers hold all but `users`.
    const KEY: &'static str;
    /// Whether a suspended client still reaches it.
    const WHILE_SUSPENDED: bool;
}

macro_rules! right_types {
    ($($name:ident),+ $(,)?) => {
        /// One type for each permission of staff.
        pub mod rights {
            $(#[derive(Debug)] pub struct $name;
            impl super::Right for $name { const KEY: shared::Permission = shared::Permission::$name; })+
        }
    };
}
right_types! {
    DashboardView, ClientsView, ClientsCreate, ClientsEdit, ClientsStatus, ClientsConfirm, ClientsMessage, ClientsUsers,
    ClientsCredit, ClientsSignInAs, UsersView, UsersEdit, UsersReset, ServicesView, ServicesCreate, ServicesOperate, ServicesForce,
    ServicesMove, ProductsView, ProductsEdit, ModulesEdit, DocumentsView, DocumentsCreate, DocumentsCancel, TransactionsView,
    FundsAdjust, PaymentsView,
    PaymentsBook, PaymentsRefund, CompaniesView, CompaniesEdit, TaxesView, TaxesEdit, StaffView, StaffEdit, TasksView, TasksOperate,
    SchedulerView, SchedulerEdit, NotificationsView, LogsView, SettingsView, SettingsEdit, ClockMove,
}

macro_rules! client_right_types {
    ($($name:ident = $key:literal, $suspended:literal;)+) => {
        /// One type for each permission of a client's users.
        pub mod client_rights {
            $(#[derive(Debug)] pub struct $name;
            impl super::ClientRight for $name {
                const KEY: &'static str = $key;
                const WHILE_SUSPENDED: bool = $suspended;
            })+
            /// All keys, as stored.
            pub const ALL: &[&str] = &[$($key),+];
        }
    };
}
client_right_types! {
    Overview = "overview", true;
    Profile = "profile", true;
    Users = "users", false;
    Services = "services", false;
    Documents = "documents", true;
    Tickets = "tickets", true;
    Api = "api", false;
}

/// Signed-in staff.
#[derive(Clone, Debug)]
pub struct Staff {
    pub admin: AdminId,
    pub proof: Proof,
    pub actor: Actor,
    /// Effective permissions.
    pub permissions: std::sync::Arc<identity::Permissions>,
}

impl Staff {
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Refuses who has not given his password lately. A token's scope says so already, and a script has no password to give.
    pub async fn need_sudo(&self, app: &App) -> Result<()> {
        need_sudo_in_browser(&mut *app.db.get().await?, app.clock.now(), self.proof).await
    }
}

/// Signed-in staff on matters of his own: account, second factor, tokens.
///
/// Opens also while staff are obliged to a second factor and this one has none yet.
#[derive(Clone, Debug)]
pub struct StaffHimself(pub Staff);

impl std::ops::Deref for StaffHimself {
    type Target = Staff;
    fn deref(&self) -> &Staff {
        &self.0
    }
}

/// Staff with the permission `R`.
#[derive(Clone, Debug)]
pub struct May<R> {
    pub staff: Staff,
    right: PhantomData<R>,
}

impl<R> std::ops::Deref for May<R> {
    type Target = Staff;
    fn deref(&self) -> &Staff {
        &self.staff
    }
}

/// A user, or his token, with the permission `R` for the client named in the path, from where that client may be used.
#[derive(Clone, Debug)]
pub struct Acting<R> {
    /// The verified client: every query of the handler takes this id.
    pub client: ClientId,
    pub user: UserId,
    /// How he belongs to the client.
    pub member: identity::Membership,
    pub proof: Proof,
    pub actor: Actor,
    right: PhantomData<R>,
}

/// The signed-in user himself, with a finished session; never staff in his place.
#[derive(Clone, Debug)]
pub struct Me {
    pub user: UserId,
    pub session: SessionId,
    pub actor: Actor,
}

/// Anybody.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub ip: String,
    pub user_agent: String,
    pub actor: Actor,
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

fn app(request: &HttpRequest) -> web::Data<App> {
    request.app_data::<web::Data<App>>().cloned().expect("the server is always built with its App")
}

fn actor(who: Who, ip: String) -> Actor {
    request::note_caller(who);
    Actor { who, ip: Some(ip), request_id: Some(request::current_id()) }
}

fn bearer(request: &HttpRequest) -> Result<Option<String>> {
    match request.headers().get(AUTHORIZATION) {
        None => Ok(None),
        Some(value) => {
            let text = value.to_str().unwrap_or("");
            match text.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && token.len() <= 200 => {
                    Ok(Some(token.trim().to_owned()))
                }
                _ => Err(Refusal::new(Code::NotSignedIn).into()),
            }
        }
    }
}

fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The session of the portal's cookie, with the CSRF header checked for writes. `None` without a cookie.
///
/// Refuses with `SupportReadOnly` staff inside a client's portal who may only look.
pub async fn session(request: &HttpRequest, portal: Portal) -> Result<Option<identity::Session>> {
    let session = session_to_end(request, portal).await?;
    if let Some(visit) = session.as_ref().and_then(|session| session.visit.as_ref()) {
        visit.need_reading(request.method())?;
    }
    Ok(session)
}

/// The same for signing out, which is open to whoever is signed in.
pub async fn session_to_end(request: &HttpRequest, portal: Portal) -> Result<Option<identity::Session>> {
    let app = app(request);
    let Some(cookie) = request.cookie(cookies::session_name(&app.config, portal)) else { return Ok(None) };
    let mut conn = app.db.get().await?;
    let ip = request::origin(request);
    let found = identity::find_session(&mut conn, app.clock.now(), portal, cookie.value(), &ip).await?;
    let Some(mut session) = found else {
        return Ok(None);
    };
    if let Some(visit) = session.visit_id {
        let visit = support::enter(&mut conn, app.clock.now(), visit, request).await?;
        let Some(visit) = visit else { return Ok(None) };
        session.user = Some(visit.user);
        session.visit = Some(visit);
    }
    if is_write(request.method()) {
        let header = request.headers().get("x-csrf-token").map_or(&b""[..], |value| value.as_bytes());
        if !bool::from(header.ct_eq(session.csrf_token.as_bytes())) {
            return Err(Refusal::new(Code::CsrfFailed).into());
        }
    }
    Ok(Some(session))
}

async fn staff(request: HttpRequest) -> Result<Staff> {
    let (staff, must_set_up_factor) = any_staff(request).await?;
    if must_set_up_factor {
        return Err(Refusal::new(Code::SecondFactorRequired).into());
    }
    Ok(staff)
}

/// The caller, and whether he has to set up a second factor before anything else opens.
async fn any_staff(request: HttpRequest) -> Result<(Staff, bool)> {
    let app = app(&request);
    let ip = request::origin(&request);
    let now = app.clock.now();
    if let Some(token) = bearer(&request)? {
        let mut conn = app.db.get().await?;
        let found = identity::admin_by_token(&mut conn, now, &token, &ip, is_write(request.method())).await?;
        let found = found.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
        let state = identity::admin_state(&mut conn, found.admin).await?;
        let state = state.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
        state.need_network(&ip)?;
        let staff = Staff {
            admin: found.admin,
            proof: Proof::Token(found.token),
            actor: actor(Who::Admin(found.admin), ip),
            permissions: found.permissions.into(),
        };
        return Ok((staff, state.must_set_up_factor));
    }
    let session = session(&request, Portal::Admin).await?.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    let admin = session.admin.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    if !session.complete {
        return Err(Refusal::new(Code::SecondFactorNeeded).into());
    }
    let mut conn = app.db.get().await?;
    let state = identity::admin_state(&mut conn, admin).await?;
    let state = state.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    state.need_network(&ip)?;
    let permissions = identity::permissions_of(&mut conn, admin).await?;
    let staff = Staff {
        admin,
        proof: Proof::Session(session.id),
        actor: actor(Who::Admin(admin), ip),
        permissions: permissions.into(),
    };
    Ok((staff, state.must_set_up_factor))
}

/// What no permission guards no scope of a token covers: a token reads it, and writes nothing.
fn need_own_hand(staff: &Staff, writes: bool) -> Result<()> {
    if writes && matches!(staff.proof, Proof::Token(_)) {
        let detail = "A token cannot do this. Sign in with a browser.";
        return Err(Refusal::because(Code::NotAllowed, detail).into());
    }
    Ok(())
}

impl FromRequest for Staff {
    type Error = Error;
    type Future = Answer<Self>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let gate = Opener::install(request);
        let request = request.clone();
        Box::pin(async move {
            let writes = is_write(request.method());
            let staff = staff(request).await?;
            need_own_hand(&staff, writes)?;
            gate.open();
            Ok(staff)
        })
    }
}

impl FromRequest for StaffHimself {
    type Error = Error;
    type Future = Answer<Self>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let gate = Opener::install(request);
        let request = request.clone();
        Box::pin(async move {
            let writes = is_write(request.method());
            let (staff, _) = any_staff(request).await?;
            need_own_hand(&staff, writes)?;
            gate.open();
            Ok(Self(staff))
        })
    }
}

impl<R: Right> FromRequest for May<R> {
    type Error = Error;
    type Future = Answer<Self>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let gate = Opener::install(request);
        let request = request.clone();
        Box::pin(async move {
            let staff = staff(request).await?;
            if !staff.may(R::KEY) {
                let detail = format!("This needs the permission {}.", R::KEY);
                return Err(Refusal::because(Code::NotAllowed, detail).into());
            }
            gate.open();
            Ok(Self { staff, right: PhantomData })
        })
    }
}

impl<R: ClientRight> FromRequest for Acting<R> {
    type Error = Error;
    type Future = Answer<Self>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let gate = Opener::install(request);
        let request = request.clone();
        Box::pin(async move {
            let app = app(&request);
            let ip = request::origin(&request);
            let now = app.clock.now();
            let named = request.match_info().get("client_id").and_then(|text| text.parse::<ClientId>().ok());
            let mut visit = None;
            let (user, proof, bound, scopes, token_service) = match bearer(&request)? {
                Some(token) => {
                    let mut conn = app.db.get().await?;
                    let found = identity::user_by_token(&mut conn, now, &token, &ip).await?;
                    let found = found.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
                    (
                        found.user,
                        Proof::Token(found.token),
                        Some(found.client),
                        Some(found.scopes),
                        found.service,
                    )
                }
                None => {
                    let session = session(&request, Portal::Client).await?;
                    let session = session.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
                    let user = session.user.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
                    if !session.complete {
                        return Err(Refusal::new(Code::SecondFactorNeeded).into());
                    }
                    visit = session.visit;
                    let bound = visit.as_ref().map(|visit| visit.client);
                    (user, Proof::Session(session.id), bound, None, None)
                }
            };
            let client = named.ok_or_else(Refusal::not_found)?;
            if bound.is_some_and(|bound| bound != client) {
                return Err(Refusal::not_found().into());
            }
            let mut conn = app.db.get().await?;
            let mut member =
                identity::membership(&mut conn, client, user).await?.ok_or_else(Refusal::not_found)?;
            let who = match &visit {
                Some(visit) => {
                    visit.need_open(R::KEY, is_write(request.method()))?;
                    // Networks and second factor of staff count, not those of the one they are signed in as.
                    member.must_set_up_factor = false;
                    visit.who()
                }
                None => {
                    member.need_network(&ip)?;
                    Who::User(user)
                }
            };
            if let Some(scopes) = scopes {
                let needed =
                    format!("{}:{}", R::KEY, if is_write(request.method()) { "write" } else { "read" });
                let writes = format!("{}:write", R::KEY);
                if !scopes.iter().any(|scope| *scope == needed || *scope == writes) {
                    let detail = format!("This token has no scope {needed}.");
                    return Err(Refusal::because(Code::NotAllowed, detail).into());
                }
            }
            if let Some(service) = token_service {
                let asked = request.match_info().get("id").or_else(|| request.match_info().get("service_id"));
                if R::KEY != "services" || asked != Some(service.to_string().as_str()) {
                    return Err(
                        Refusal::because(Code::NotAllowed, "This token is for one service only.").into()
                    );
                }
            }
            member.check(R::KEY, R::WHILE_SUSPENDED, is_write(request.method()))?;
            gate.open();
            Ok(Self { client, user, member, proof, actor: actor(who, ip), right: PhantomData })
        })
    }
}

impl FromRequest for Me {
    type Error = Error;
    type Future = Answer<Self>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let gate = Opener::install(request);
        let request = request.clone();
        Box::pin(async move {
            let ip = request::origin(&request);
            let session =
                session(&request, Portal::Client).await?.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
            let user = session.user.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
            if !session.complete {
                return Err(Refusal::new(Code::SecondFactorNeeded).into());
            }
            if session.visit.is_some() {
                return Err(Visit::closed().into());
            }
            gate.open();
            Ok(Self { user, session: session.id, actor: actor(Who::User(user), ip) })
        })
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let ip = request::origin(request);
        let user_agent =
            request.headers().get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or("");
        let user_agent = user_agent.chars().take(300).collect();
        std::future::ready(Ok(Self { actor: actor(Who::Visitor, ip.clone()), ip, user_agent }))
    }
}
