//! Requests in; rows, mail and jobs out. Real PostgreSQL, each test in a database of its own.

#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::type_complexity,
    reason = "a test stops where its ground gives way"
)]

mod harness;

mod books;
mod bulk;
mod catalog;
mod charging;
mod charging_random;
mod companies;
mod dashboard;
mod deadlines;
mod documents;
mod drafts;
mod foundation;
mod identity;
mod ledger;
mod live;
mod notices;
mod order_money;
mod orders;
mod price_changes;
mod queues;
mod rates;
mod rates_feed;
mod refunds;
mod rehearsals;
mod schedule;
mod selling;
mod service_calls;
mod service_money;
mod services;
mod settings;
mod statements;
mod sweep;
mod taxes;
