//! The integration tests of the `actor` framework: one binary per area in `tests/`.
