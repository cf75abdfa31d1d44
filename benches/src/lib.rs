//! Benchmarks of the `actor` framework beside what a user would pick instead.
