//! Billing: words that the tables, the rules and the pages share.

pub mod company;
pub mod document;
pub mod draft;
pub mod ledger;
pub mod oss;
pub mod payment;
pub mod refund;
pub mod spending;
pub mod statement;
pub mod tax;
pub mod template;
pub mod vat;
pub mod wallet;

words! {
    /// The kind of a document.
    DocumentKind {
        Proforma = "proforma",
        Invoice = "invoice",
        CreditNote = "credit_note",
    }
}

words! {
    /// The status of a document. Overdue is derived.
    DocumentStatus {
        Draft = "draft",
        Unpaid = "unpaid",
        PartiallyPaid = "partially_paid",
        Paid = "paid",
        /// A proforma that became an invoice.
        Invoiced = "invoiced",
        Refunded = "refunded",
        Cancelled = "cancelled",
    }
}

words! {
    /// When a number series begins again at 1.
    NumberReset {
        Never = "never",
        Monthly = "monthly",
        Yearly = "yearly",
    }
}

words! {
    /// How a client is taxed.
    ClientClass {
        /// No company name and no tax id.
        Private = "private",
        /// A company without a tax id.
        Company = "company",
        /// A company with a tax id.
        TaxedCompany = "taxed_company",
    }
}

words! {
    /// What a ledger account keeps count of.
    AccountKind {
        /// What we owe a client: the balance.
        Wallet = "wallet",
        /// What a payment gateway owes us.
        Gateway = "gateway",
        Revenue = "revenue",
        /// What we owe the tax office, by the tax's name.
        Tax = "tax",
        /// What gateways keep.
        Fees = "fees",
        /// Credits that staff gave.
        Goodwill = "goodwill",
        /// Money that nothing matches yet.
        Suspense = "suspense",
        WriteOff = "write_off",
    }
}

words! {
    /// The kind of a movement in the ledger. Clients see the first five.
    TransferKind {
        Payment = "payment",
        Charge = "charge",
        Refund = "refund",
        Adjustment = "adjustment",
        /// Goodwill.
        Credit = "credit",
        Tax = "tax",
        Fee = "fee",
        Suspense = "suspense",
    }
}
