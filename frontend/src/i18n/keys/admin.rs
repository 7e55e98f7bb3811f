//! Texts of the staff portal.

/// Texts of the staff portal.
#[derive(Debug)]
pub struct Admin {
    pub dashboard: &'static str,
}
