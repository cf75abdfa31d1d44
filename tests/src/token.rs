//! Counts how many values of a kind are alive, to show that nothing leaks.

use std::sync::Arc;

/// Counts its [`Token`]s.
#[derive(Clone, Debug, Default)]
pub struct Census(Arc<()>);

/// Alive until it is dropped.
#[derive(Clone, Debug)]
pub struct Token(#[allow(dead_code)] Arc<()>);

impl Census {
    /// One more.
    #[must_use]
    pub fn token(&self) -> Token {
        Token(self.0.clone())
    }

    /// How many are alive. Counts no clones of the census itself: keep one.
    #[must_use]
    pub fn alive(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}
