//! Payments: money that came in, and how a document can be paid.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::company::{GatewayModule, Labelled};
use super::document::{DocumentLink, DocumentSummary};
use crate::{ClientId, CompanyId, DocumentId, GatewayId, Money, PaymentId};

words! {
    /// How far a payment is.
    PaymentStatus {
        Created = "created",
        Pending = "pending",
        Succeeded = "succeeded",
        Failed = "failed",
        Refunded = "refunded",
        Disputed = "disputed",
    }
}

/// Money that came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentSummary {
    pub id: PaymentId,
    pub client_id: ClientId,
    pub client_name: String,
    pub company_id: CompanyId,
    pub document_id: Option<DocumentId>,
    pub document_number: Option<String>,
    pub gateway_id: GatewayId,
    pub gateway_name: String,
    /// The gateway's own id of it.
    pub external_id: String,
    pub status: PaymentStatus,
    /// Everything that came in.
    pub gross: Money,
    /// What the gateway kept of it.
    pub fee: Money,
    /// What of it was credited to the wallet, or settled the lines.
    pub to_wallet: Money,
    /// What of it is tax.
    pub to_tax: Money,
    /// What of it matched nothing when it came in and was kept aside.
    pub to_suspense: Money,
    /// What of that staff have assigned since; the rest waits.
    pub assigned: Money,
    /// What of wallet and tax was paid back since.
    pub refunded: Money,
    pub received_on: Date,
    pub note: String,
    /// `admin:…` or `system`.
    pub booked_by: String,
    pub created_at: Timestamp,
}

/// Which payments to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct PaymentFilter {
    /// Only of this client.
    pub client: Option<ClientId>,
    /// Only those that this home company received.
    pub company: Option<CompanyId>,
    /// Only through this gateway.
    pub gateway: Option<GatewayId>,
    /// Only with this status.
    pub status: Option<PaymentStatus>,
    /// The money came in on this day or later.
    pub received_from: Option<Date>,
    /// The money came in on this day or earlier.
    pub received_to: Option<Date>,
    /// Only those of which money waits that matches nothing, or only all others.
    pub suspense: Option<bool>,
}

/// Books money that came in for a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPayment {
    /// A gateway of the document's home company that takes its currency.
    pub gateway_id: GatewayId,
    /// Gross, in the document's currency.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, examples("123.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub amount: String,
    /// What the gateway kept of it.
    #[serde(default = "zero")]
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, default = "0", pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub fee: String,
    /// The bank's or gateway's own id of it: booked once. `null`: there is none, one is made up.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub external_id: Option<String>,
    /// `null`: today.
    #[serde(default)]
    pub received_on: Option<Date>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: String,
}

/// Says whose the money is that was kept aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssignPayment {
    /// Whose wallet is credited: of the payment's currency and home company.
    pub client_id: ClientId,
    /// Why.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 300))]
    pub reason: String,
}

fn zero() -> String {
    "0".to_owned()
}

words! {
    /// What is unusual about a payment.
    PaymentRemark {
        /// More than was due; the rest waits in suspense.
        Overpaid = "overpaid",
        /// Nothing was due any more; all of it waits in suspense.
        AlreadyPaid = "already_paid",
        /// The document was cancelled; all of it waits in suspense.
        Cancelled = "cancelled",
        /// After the due date; booked as usual.
        Late = "late",
    }
}

/// A payment that was booked, and what it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookedPayment {
    pub payment: PaymentSummary,
    pub document: DocumentSummary,
    /// The invoice that was issued because nothing is due any more.
    pub invoice: Option<DocumentLink>,
    pub remarks: Vec<PaymentRemark>,
}

/// How a document can be paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentPage {
    pub document: DocumentSummary,
    pub methods: Vec<PaymentMethod>,
    /// Paying it out of the wallet; `null`: this document is not paid that way.
    pub wallet: Option<WalletPayment>,
}

/// Pays a document out of its client's wallet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayFromWallet {
    /// Net, in the document's currency: what of it is paid. `null`: all that is left.
    #[serde(default)]
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, examples("40.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub amount: Option<String>,
}

/// What paying a document out of the wallet takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletPayment {
    /// What is left of the net: tax was paid when the money was added.
    pub amount: Money,
    /// What can be spent now.
    pub available: Money,
    /// Whether that covers the amount.
    pub covered: bool,
    /// Whether a part of it cannot be paid: it is an invoice.
    pub only_whole: bool,
}

/// A document that was paid out of the wallet, or a part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaidFromWallet {
    pub document: DocumentSummary,
    /// The invoice that was issued because nothing is due any more. `null`: a part is, or it is an invoice itself.
    pub invoice: Option<DocumentLink>,
    /// The credit note over the tax of an invoice: what the wallet paid has borne its own. `null`: there is none.
    pub credit_note: Option<DocumentLink>,
    /// What left the wallet.
    pub amount: Money,
    /// The balance afterwards.
    pub balance_after: Money,
}

/// A way to pay that can be chosen before there is a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentChoice {
    pub gateway_id: GatewayId,
    pub module: GatewayModule,
    pub name: String,
    pub description: String,
}

/// One way to pay it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentMethod {
    pub gateway_id: GatewayId,
    pub module: GatewayModule,
    pub name: String,
    pub description: String,
    /// What to do, filled in; line breaks count.
    pub instructions: String,
    /// Account, reference, amount: to be copied.
    pub details: Vec<Labelled>,
    /// QR code for bank apps, as SVG; euro only.
    pub qr_svg: Option<String>,
}

impl PaymentMethod {
    /// What one chooses it by.
    pub fn choice(&self) -> PaymentChoice {
        PaymentChoice {
            gateway_id: self.gateway_id,
            module: self.module,
            name: self.name.clone(),
            description: self.description.clone(),
        }
    }
}
