//! Ids of everything that has one.

ids! {
    /// A member of the provider's staff.
    AdminId,
    /// A group of staff: permissions or notification rules.
    AdminGroupId,
    /// A person's login to the client portal.
    UserId,
    /// A customer account.
    ClientId,
    /// An address of a client.
    AddressId,
    /// A signed-in browser.
    SessionId,
    /// Staff inside a client's portal.
    SupportVisitId,
    /// An invitation to act for a client.
    InvitationId,
    /// An API token (not its secret).
    TokenId,
    /// A method of the second factor.
    FactorId,
    /// The provider's legal entity that sells.
    CompanyId,
    /// A rule that decides taxes.
    TaxRuleId,
    ProductId,
    ProductGroupId,
    AttributeGroupId,
    AttributeId,
    OptionGroupId,
    OptionId,
    /// A row of prices of a product or option.
    PriceId,
    /// Prices of a product on their way to running services.
    PriceChangeId,
    /// One product bought by one client.
    ServiceId,
    /// An order of one or more services.
    OrderId,
    /// Something in a client's cart.
    CartItemId,
    /// Money set aside in a wallet.
    HoldId,
    /// An account of the double-entry ledger. A client's wallet account has the client's id.
    LedgerAccountId,
    /// One movement between two ledger accounts.
    TransferId,
    /// The transfers of one event.
    PostingId,
    /// A proforma, invoice or credit note.
    DocumentId,
    /// Money that came in, or went back, through a gateway.
    PaymentId,
    /// Money that was paid back.
    RefundId,
    GatewayId,
    /// A background job as staff see it.
    TaskId,
    /// A message to a person, on all its channels.
    NotificationId,
    /// A call of a module.
    ModuleLogId,
}

impl ClientId {
    /// The ledger account of this client's wallet.
    pub const fn wallet_account(self) -> LedgerAccountId {
        LedgerAccountId(self.0)
    }
}
