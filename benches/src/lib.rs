//! Benchmarks of the `actor` framework beside what a user would write instead, in one run.
//!
//! `cargo bench -p actor-benches` prints a table a benchmark. This machine's load changes, so ours
//! and the baseline take turns, each number is the median of all rounds, and only the ratio means
//! something.

#![allow(clippy::missing_panics_doc)] // a measurement that cannot be made should panic

pub mod bare;
pub mod memory;
pub mod ours;
#[cfg(feature = "peers")]
pub mod peers;
pub mod rounds;
