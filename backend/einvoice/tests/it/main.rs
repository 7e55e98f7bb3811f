//! The XML read back: what stands in it, and that it adds up.

mod categories;
mod polish;
mod sample;
mod sums;
