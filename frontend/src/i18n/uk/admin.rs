//! Ukrainian: texts of the staff portal.

use crate::i18n::Admin;

pub(super) const TEXTS: Admin = Admin { dashboard: "Огляд" };
