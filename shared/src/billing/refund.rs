//! Paying an invoice back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::document::{DocumentLink, DocumentSummary, DocumentTax};
use crate::{Money, PaymentId, RefundId};

words! {
    /// Which way money goes back.
    RefundMethod {
        /// The gateway cannot pay back by itself: staff have done it and say with which reference.
        ByHand = "by_hand",
        /// Into the wallet that it came out of.
        Wallet = "wallet",
    }
}

/// Pays an invoice back, whole or in part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRefund {
    /// Gross, in the invoice's currency. `null`: all that is left.
    #[serde(default)]
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, examples("61.50"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub amount: Option<String>,
    /// The way that the money came: `by_hand` for gateways, `wallet` for what was paid from the wallet.
    pub method: RefundMethod,
    /// Why; printed on the credit note.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 300))]
    pub reason: String,
    /// By hand: what stands on the transfer back, or the bank's id of it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200, examples("RETURN 2026/11/21")))]
    pub reference: String,
}

/// Money that went back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundSummary {
    pub id: RefundId,
    /// The credit note that says so.
    pub credit_note: DocumentLink,
    /// The payment that it came in with. `null`: it was paid from the wallet.
    pub payment_id: Option<PaymentId>,
    /// `null`: it was paid from the wallet.
    pub gateway_name: Option<String>,
    pub method: RefundMethod,
    /// Gross.
    pub amount: Money,
    /// What stands on the transfer back.
    pub reference: String,
    pub reason: String,
    /// `admin:…`.
    pub created_by: String,
    pub created_at: Timestamp,
}

/// A part of a refund: what of it goes back the way of one payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundWay {
    pub method: RefundMethod,
    /// `null`: into the wallet.
    pub payment_id: Option<PaymentId>,
    /// `null`: into the wallet.
    pub gateway_name: Option<String>,
    /// The gateway's own id of the payment.
    pub external_id: Option<String>,
    /// Gross.
    pub amount: Money,
}

/// What a refund did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundEffect {
    /// True: nothing was written.
    pub dry_run: bool,
    /// The invoice, as it is afterwards.
    pub document: DocumentSummary,
    /// What goes back of its net.
    pub net: Money,
    /// What goes back of its taxes.
    pub taxes: Vec<DocumentTax>,
    pub tax: Money,
    /// All that goes back.
    pub total: Money,
    /// What of the invoice can be paid back after that.
    pub left: Money,
    /// The ways it goes, the newest payment first.
    pub ways: Vec<RefundWay>,
    /// The client's balance before.
    pub balance: Money,
    /// The client's balance afterwards.
    pub balance_after: Money,
    /// `null`: nothing was written.
    pub credit_note: Option<DocumentLink>,
}
