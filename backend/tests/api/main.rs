//! Requests in; rows, mail and jobs out. Real PostgreSQL, each test in a database of its own.

mod harness;

mod catalog;
mod charging;
mod companies;
mod dashboard;
mod documents;
mod foundation;
mod identity;
mod ledger;
mod orders;
mod schedule;
mod selling;
mod services;
mod settings;
mod sweep;
mod taxes;
