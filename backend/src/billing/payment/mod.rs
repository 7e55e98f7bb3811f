//! Payments: money that came in through a gateway, and how a document can be paid.
//!
//! Whatever arrives is booked, once: `(gateway, external id)` is unique. What a document still lacks is split over its net
//! and its taxes in proportion, so that the shares of partial payments add up exactly; the net share goes to the wallet
//! (or settles the lines). What no document lacks (paid twice, too much, or cancelled) waits in suspense, whole and
//! untaxed, and staff are told: nobody decided its tax, so it must not become balance by itself. `assign` takes it out.

pub mod actions;
pub mod assign;
mod export;
pub mod from_wallet;
pub mod methods;
mod rehearsal;
pub mod routes;
pub mod store;
