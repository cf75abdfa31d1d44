//! The integration tests of the `actor` framework: one binary per area in `tests/`.

/// The README's code compiles and runs, as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
