//! What the compiler says to a user of the macros, word for word.
