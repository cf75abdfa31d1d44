//! A typed actor framework driven by procedural macros.
