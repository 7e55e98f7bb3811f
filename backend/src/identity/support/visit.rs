//! Staff inside a client's portal, as every request meets them.

use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest};
use jiff::Timestamp;
use shared::identity::InsideVisit;
use shared::{AdminId, ClientId, Code, Permission, SupportVisitId, UserId};
use uuid::Uuid;

use super::store;
use crate::App;
use crate::audit::Who;
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::request;
use crate::identity::access::{admin_state, permissions_of};

/// A visit that goes on.
#[derive(Clone, Debug)]
pub struct Visit {
    pub id: SupportVisitId,
    /// The one client that is open to it.
    pub client: ClientId,
    /// As whom.
    pub user: UserId,
    pub admin: AdminId,
    pub admin_name: String,
    /// It does not only read.
    pub acts: bool,
}

/// The row of a request of a visit; its answer is noted there too.
#[derive(Clone, Copy, Debug)]
pub struct Noted(Uuid);

/// What is never for support, whatever the admin may do.
const CLOSED: [&str; 2] = ["users", "api"];

impl Visit {
    pub const fn who(&self) -> Who {
        Who::Support { admin: self.admin, user: self.user }
    }

    /// Refuses everything but reading, unless the admin may act.
    pub fn need_reading(&self, method: &Method) -> Result<()> {
        if self.acts || matches!(*method, Method::GET | Method::HEAD) {
            return Ok(());
        }
        Err(Refusal::new(Code::SupportReadOnly).into())
    }

    /// Refuses to change who may use the client, and with what.
    pub fn need_open(&self, right: &str, writes: bool) -> Result<()> {
        if writes && CLOSED.contains(&right) { Err(Self::closed().into()) } else { Ok(()) }
    }

    /// What concerns the person and how he signs in.
    pub fn closed() -> Refusal {
        Refusal::new(Code::NotForSupport)
    }

    /// As the pages show it.
    pub fn shown(self) -> InsideVisit {
        InsideVisit { id: self.id, client: self.client, staff: self.admin_name, acts: self.acts }
    }
}

/// Lets a request of a visit in, and writes it down. `None`: the visit is over, or the admin may not be there any more.
pub async fn enter(
    conn: &mut Conn,
    now: Timestamp,
    id: SupportVisitId,
    request: &HttpRequest,
) -> Result<Option<Visit>> {
    let Some(row) = store::going_on(conn, now, id).await? else { return Ok(None) };
    let Some(state) = admin_state(conn, row.admin_id).await? else { return Ok(None) };
    if state.must_set_up_factor || state.need_network(&request::origin(request)).is_err() {
        return Ok(None);
    }
    let held = permissions_of(conn, row.admin_id).await?;
    let uninvited = !row.uninvited || held.contains(Permission::ClientsSignInUninvited);
    if !held.contains(Permission::ClientsSignInAs) || !uninvited {
        return Ok(None);
    }
    let noted = request.extensions().get::<Noted>().is_some();
    // A stream asks again while it lasts: it is one request.
    if !noted {
        let row = store::note_request(conn, now, id, request.method().as_str(), request.path()).await?;
        request.extensions_mut().insert(Noted(row));
    }
    Ok(Some(Visit {
        id,
        client: row.client_id,
        user: row.user_id,
        admin: row.admin_id,
        admin_name: row.admin_name,
        acts: held.contains(Permission::ClientsActAs),
    }))
}

/// Notes how a request of a visit was answered.
pub async fn answered(app: &App, noted: Noted, status: u16) {
    let written = async {
        let mut conn = app.db.get().await?;
        store::note_answer(&mut conn, noted.0, i32::from(status)).await?;
        Ok::<(), Error>(())
    };
    if let Err(error) = written.await {
        tracing::error!(%error, "how a request of support was answered is not written down");
    }
}
