//! Where the domains put their operations.

use actix_web::dev::HttpServiceFactory;
use actix_web::web;
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;

/// Operations on their way into a server, or, with all that they say of themselves, into the document of the API.
///
/// A server has no use for the document, and gathering it takes longer than all else at its start.
pub enum Routes<'a, 'b> {
    Served(&'a mut web::ServiceConfig),
    Described(&'a mut ServiceConfig<'b>),
}

impl Routes<'_, '_> {
    /// Adds an operation.
    pub fn service<F>(&mut self, operation: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        match self {
            Self::Served(server) => {
                server.service(operation);
            }
            Self::Described(document) => {
                document.service(operation);
            }
        }
        self
    }
}
