//! Requests in; rows, mail and jobs out. Real PostgreSQL, each test in a database of its own.

mod harness;

mod charging;
mod companies;
mod dashboard;
mod documents;
mod foundation;
mod identity;
mod ledger;
mod schedule;
mod settings;
mod sweep;
mod taxes;
