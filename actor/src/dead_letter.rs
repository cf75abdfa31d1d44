//! Messages that were accepted and then lost, each with a reason.

use std::fmt;
use std::ops::AddAssign;

use crate::pid::Pid;

/// Why an accepted message was never handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeadLetterReason {
    /// The actor stopped, was killed or failed before the message's turn.
    ActorStopped,
    /// The asker's time was over, or it went away, before the message's turn.
    Expired,
    /// The mailbox was full, and its [`Overflow`](crate::Overflow) policy says to drop.
    Overflow,
    /// The actor's behavior has no handler for it.
    Unhandled,
    /// The actor's behavior has no handler for it, and there was no room to stash it.
    StashFull,
    /// It was stashed, and the actor was restarted.
    Restarted,
}

impl fmt::Display for DeadLetterReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ActorStopped => "the actor stopped before its turn",
            Self::Expired => "its asker had given up before its turn",
            Self::Overflow => "the mailbox was full",
            Self::Unhandled => "the actor's behavior has no handler for it",
            Self::StashFull => "the actor's behavior has no handler for it, and the stash was full",
            Self::Restarted => "it was stashed, and the actor was restarted",
        })
    }
}

/// One lost message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// For whom it was.
    pub target: Pid,
    /// The type of the message.
    pub message_type: &'static str,
    /// Why it was lost.
    pub reason: DeadLetterReason,
}

/// How many messages were lost, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetterCounts {
    /// [`DeadLetterReason::ActorStopped`]
    pub actor_stopped: u64,
    /// [`DeadLetterReason::Expired`]
    pub expired: u64,
    /// [`DeadLetterReason::Overflow`]
    pub overflow: u64,
    /// [`DeadLetterReason::Unhandled`]
    pub unhandled: u64,
    /// [`DeadLetterReason::StashFull`]
    pub stash_full: u64,
    /// [`DeadLetterReason::Restarted`]
    pub restarted: u64,
}

impl DeadLetterCounts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.actor_stopped
            + self.expired
            + self.overflow
            + self.unhandled
            + self.stash_full
            + self.restarted
    }
}

impl AddAssign for DeadLetterCounts {
    fn add_assign(&mut self, other: Self) {
        self.actor_stopped += other.actor_stopped;
        self.expired += other.expired;
        self.overflow += other.overflow;
        self.unhandled += other.unhandled;
        self.stash_full += other.stash_full;
        self.restarted += other.restarted;
    }
}
