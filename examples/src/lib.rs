//! The examples of the `actor` framework; each is one file beside this one.
