//! Whom a failure is the business of.

use std::ops::Range;

/// Whom a restart is for, after the strategies of Erlang's supervisors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[allow(clippy::enum_variant_names)] // the words of the field
pub(crate) enum Strategy {
    /// The child that failed.
    #[default]
    OneForOne,
    /// All children.
    AllForOne,
    /// The child that failed and those that were started after it.
    RestForOne,
}

impl Strategy {
    /// The places of the children that are restarted, when there are `children` in the order of their start
    /// and the one at `failed` has failed. They stop from the last to the first, and start from the first
    /// to the last.
    pub(crate) fn affected(self, children: usize, failed: usize) -> Range<usize> {
        match self {
            Self::OneForOne => failed..failed + 1,
            Self::AllForOne => 0..children,
            Self::RestForOne => failed..children,
        }
    }

    /// Whether siblings are affected.
    pub(crate) fn is_of_a_group(self) -> bool {
        self != Self::OneForOne
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_strategy_affects_its_children() {
        assert_eq!(Strategy::OneForOne.affected(5, 2), 2..3);
        assert_eq!(Strategy::AllForOne.affected(5, 2), 0..5);
        assert_eq!(Strategy::RestForOne.affected(5, 2), 2..5);
        assert_eq!(Strategy::RestForOne.affected(5, 4), 4..5);
    }
}
