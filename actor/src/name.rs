//! Which names an actor may have.

use thiserror::Error;

/// The longest name, in bytes. Ids travel in every message between nodes, so they stay short.
pub(crate) const MAX_NAME: usize = 255;

/// Ids that a node of the network protocol uses for itself (WIRE, section 9).
const SYSTEM_IDS: [&str; 6] = [
    "activator",
    "gossip",
    "eventstream",
    "deadletter",
    "partition-activator",
    "prototopic",
];

/// Why a name was refused by `spawn_named`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// The name is empty.
    #[error("it is empty")]
    Empty,
    /// The name has more than 255 bytes.
    #[error("it is longer than 255 bytes")]
    TooLong,
    /// The name has a `/`, which separates a parent's name from its child's.
    #[error("it contains `/`, which separates parent and child in a path")]
    Slash,
    /// The name has white space or a control character.
    #[error("it contains white space or a control character")]
    Blank,
    /// The name begins with `$` or `future`, or is one of the protocol's own ids.
    #[error(
        "it is reserved: ids that begin with `$` or `future`, and `activator`, `gossip`, \
         `eventstream`, `deadletter`, `partition-activator`, `prototopic`, belong to the runtime"
    )]
    Reserved,
}

/// Checks a name given by a user.
pub(crate) fn check(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.len() > MAX_NAME {
        return Err(NameError::TooLong);
    }
    if name.contains('/') {
        return Err(NameError::Slash);
    }
    if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(NameError::Blank);
    }
    if name.starts_with('$') || name.starts_with("future") || SYSTEM_IDS.contains(&name) {
        return Err(NameError::Reserved);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_pass() {
        for name in ["a", "order-42", "größe", "x.y", "gossip-bot", "my-future"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn each_rule_has_its_own_reason() {
        assert_eq!(check(""), Err(NameError::Empty));
        assert_eq!(check(&"n".repeat(256)), Err(NameError::TooLong));
        assert_eq!(check("a/b"), Err(NameError::Slash));
        assert_eq!(check("a b"), Err(NameError::Blank));
        assert_eq!(check("a\n"), Err(NameError::Blank));
        for name in ["$7", "future", "future1", "activator", "deadletter"] {
            assert_eq!(check(name), Err(NameError::Reserved), "{name}");
        }
    }
}
