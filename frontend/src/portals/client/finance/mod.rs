//! Money: adding funds, paying, documents, transactions.

pub(super) mod documents;
pub(super) mod funds;
pub(super) mod pay;
pub(super) mod statements;
pub(super) mod transactions;
pub(super) mod unpaid;
