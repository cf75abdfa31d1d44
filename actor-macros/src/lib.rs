//! The procedural macros of the `actor` framework.
