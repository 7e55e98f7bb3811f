//! Texts of the client portal.

/// Texts of the client portal.
#[derive(Debug)]
pub struct Client {
    pub home: &'static str,
}
