//! English: texts of the client portal.

use crate::i18n::Client;

pub(super) const TEXTS: Client = Client { home: "Dashboard" };
