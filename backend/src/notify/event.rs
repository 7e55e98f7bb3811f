//! What people are told of. The texts stand in `texts/{en,pl,uk}.toml`, by the word of the event.

use std::fmt;

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Staff,
    Client,
    /// A person with a login, staff or user: sign-in, passwords, second factors.
    Person,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $reader:ident, bell: $bell:literal, [$($param:literal),*], [$($secret:literal),*];)+) => {
        /// Something that a person is told of.
        ///
        /// The last two lists in the declaration are the parameters that must be given, and the secrets: links and codes
        /// that are sealed until the message is sent. Amounts are given as `Money` or as text with its currency.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Event { $($(#[$doc])* $name),+ }

        impl Event {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// As stored, and as the key of its texts.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
            pub const fn reader(self) -> Reader {
                match self { $(Self::$name => Reader::$reader),+ }
            }
            /// Whether the portal shows it at the bell.
            pub const fn at_bell(self) -> bool {
                match self { $(Self::$name => $bell),+ }
            }
            /// Parameters that its texts need.
            pub const fn params(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($param),*]),+ }
            }
            /// Secrets that its texts need.
            pub const fn secrets(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($secret),*]),+ }
            }
            /// The event of a stored word. `None`: this program does not know it.
            pub fn find(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

events! {
    // Persons.
    ConfirmEmail = "confirm_email", Person, bell: false, ["minutes"], ["link"];
    ConfirmNewEmail = "confirm_new_email", Person, bell: false, ["email", "minutes"], ["link"];
    PasswordReset = "password_reset", Person, bell: false, ["minutes"], ["link"];
    SetPassword = "set_password", Person, bell: false, ["minutes"], ["link"];
    PasswordChanged = "password_changed", Person, bell: true, [], [];
    /// `enabled`: whether the second step is on now.
    TwoFactorChanged = "two_factor_changed", Person, bell: true, ["enabled"], [];
    EmailChanged = "email_changed", Person, bell: true, ["old", "new"], [];
    Passcode = "passcode", Person, bell: false, ["minutes"], ["code"];
    /// Somebody is asked to act for a client; he may have no login yet.
    ClientInvitation = "client_invitation", Person, bell: false, ["client_name", "by", "days"], ["link"];
    Welcome = "welcome", Client, bell: true, [], [];

    // Clients.
    AccountSuspended = "account_suspended", Client, bell: true, ["reason"], [];
    AccountBanned = "account_banned", Client, bell: false, ["reason"], [];
    AccountReactivated = "account_reactivated", Client, bell: true, [], [];
    AccountClosed = "account_closed", Client, bell: false, [], [];
    /// Staff signed in as the owner; `at`: until when at most. `uninvited`: without the client's support access.
    SupportAccessUsed = "support_access_used", Client, bell: true, ["staff", "reason", "at", "uninvited"], [];
    /// Staff write to users of their choice.
    StaffMessage = "staff_message", Client, bell: true, ["subject", "text"], [];
    OrderReceived = "order_received", Client, bell: true, ["order_id", "total"], [];
    ServiceActive = "service_active", Client, bell: true, ["service", "service_id"], [];
    ServiceFailed = "service_failed", Client, bell: true, ["service", "service_id"], [];
    /// A charge was not covered; `hours` until it is suspended.
    ServicePastDue = "service_past_due", Client, bell: true, ["service", "service_id", "hours"], [];
    /// `reason`: `insufficient_funds`, `client_suspended`, `staff` or `abuse`.
    ServiceSuspended = "service_suspended", Client, bell: true, ["service", "service_id", "reason"], [];
    ServiceResumed = "service_resumed", Client, bell: true, ["service", "service_id"], [];
    /// `at`: the instant of its end.
    ServiceTerminatingSoon = "service_terminating_soon", Client, bell: true, ["service", "service_id", "at"], [];
    ServiceTerminated = "service_terminated", Client, bell: true, ["service", "service_id"], [];
    ServiceCancelled = "service_cancelled", Client, bell: true, ["service", "service_id"], [];
    /// It is another client's now.
    ServiceMovedAway = "service_moved_away", Client, bell: true, ["service"], [];
    ServiceMovedHere = "service_moved_here", Client, bell: true, ["service", "service_id"], [];
    ProformaIssued = "proforma_issued", Client, bell: true, ["number", "total", "due_on", "document_id"], [];
    ProformaReminder = "proforma_reminder", Client, bell: true, ["number", "total", "due_on", "document_id"], [];
    ProformaOverdue = "proforma_overdue", Client, bell: true, ["number", "total", "due_on", "document_id"], [];
    InvoiceReminder = "invoice_reminder", Client, bell: true, ["number", "total", "due_on", "document_id"], [];
    InvoiceOverdue = "invoice_overdue", Client, bell: true, ["number", "total", "due_on", "document_id"], [];
    /// `number` and `document_id` of the document it paid, when there is one.
    PaymentReceived = "payment_received", Client, bell: true, ["amount"], [];
    /// `is_unpaid`: whether it has to be paid by `due_on`.
    InvoiceIssued = "invoice_issued", Client, bell: true, ["number", "total", "document_id"], [];
    /// An unpaid invoice was taken back, or its tax was because the wallet paid it.
    InvoiceCorrected = "invoice_corrected", Client, bell: true, ["number", "total", "invoice", "reason", "document_id"], [];
    /// Money was paid back: `total` of the invoice with the number `invoice`.
    CreditNoteIssued = "credit_note_issued", Client, bell: true, ["number", "total", "invoice", "reason", "document_id"], [];
    /// `statement`: its month.
    StatementReady = "statement_ready", Client, bell: true, ["statement", "total"], [];
    /// `at`: the instant from which on; `services`: what each costs and will cost.
    PriceChangeAhead = "price_change_ahead", Client, bell: true, ["product", "at", "services"], [];
    PriceChangeCancelled = "price_change_cancelled", Client, bell: true, ["product", "at"], [];
    /// `hours`: how long the balance still lasts.
    WalletLow = "wallet_low", Client, bell: true, ["balance", "hours"], [];
    /// The month costs more than the spend guard was set to tell of. `spent`: with the setup fees of the month.
    SpendAlert = "spend_alert", Client, bell: true, ["spent", "alert"], [];

    // Staff.
    /// `host`: the name that the address has by reverse lookup; empty when it has none.
    SignInFailed = "sign_in_failed", Staff, bell: true, ["email", "ip"], [];
    PermissionsChanged = "permissions_changed", Staff, bell: true, ["by", "what"], [];
    NewOrder = "new_order", Staff, bell: true, ["client_name", "order_id", "total"], [];
    ServiceOperationFailed = "service_operation_failed", Staff, bell: true, ["service", "service_id", "client_name", "reason"], [];
    /// The same for staff.
    ClientSpendAlert = "client_spend_alert", Staff, bell: true, ["client_name", "client_id", "spent", "alert"], [];
    PaymentBooked = "payment_booked", Staff, bell: true, ["amount", "client_name"], [];
    PaymentUnmatched = "payment_unmatched", Staff, bell: true, ["amount", "client_name", "reason"], [];
    DocumentOverdue = "document_overdue", Staff, bell: true, ["number", "total", "client_name", "document_id"], [];
    ManualTask = "manual_task", Staff, bell: true, ["what", "service", "client_name", "task_id"], [];
    /// What staff were asked for long ago. `waiting`: a line for each of the first few of `count`.
    DeliveriesWaiting = "deliveries_waiting", Staff, bell: true, ["count", "waiting"], [];
    TaskFailed = "task_failed", Staff, bell: true, ["task", "error", "task_id"], [];
    /// `findings`: how many.
    BooksAuditFailed = "books_audit_failed", Staff, bell: true, ["findings"], [];
    HeartbeatLost = "heartbeat_lost", Staff, bell: true, ["host"], [];
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
