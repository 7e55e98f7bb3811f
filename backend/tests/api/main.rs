//! Requests in; rows, mail and jobs out. Real PostgreSQL, each test in a database of its own.

#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::type_complexity,
    reason = "a test stops where its ground gives way"
)]

mod harness;

mod archive;
mod attributes;
mod bookings;
mod books;
mod bulk;
mod carts;
mod catalog;
mod charging;
mod charging_order;
mod charging_random;
mod companies;
mod composer;
mod converted_prices;
mod dashboard;
mod deadlines;
mod document_logos;
mod document_terms;
mod documents;
mod drafts;
mod einvoices;
mod endings;
mod failures;
mod files;
mod foundation;
mod identity;
mod ids;
mod images;
mod invoices;
mod ledger;
mod live;
mod logs;
mod lost;
mod module_log;
mod module_schedule;
mod modules;
mod monitors;
mod moves;
mod notices;
mod option_changes;
mod order_bounds;
mod order_money;
mod orders;
mod oss;
mod pages;
mod price_changes;
mod queues;
mod rates;
mod rates_feed;
mod refunds;
mod rehearsals;
mod rehearsed_money;
mod rehearsed_taxes;
mod request_ids;
mod schedule;
mod secrets;
mod selling;
mod seo;
mod service_calls;
mod service_money;
mod services;
mod settings;
mod spending;
mod statements;
mod sweep;
mod taxes;
mod templates;
mod trails;
mod vat_checks;
mod verify;
mod versions;
mod wallet_parts;
mod whys;
