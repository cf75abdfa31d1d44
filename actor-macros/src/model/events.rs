//! Lifecycle methods: `#[on(started)]`.

use super::Signature;
use crate::diagnostics::{Diagnostics, list};
use crate::parse::behaviors as written;
use crate::parse::{Marker, args};
use proc_macro2::{Ident, Span};

/// A method with `#[on(..)]`.
pub(crate) struct Event {
    /// Which event.
    pub(crate) kind: EventKind,
    /// Where the event's word stands.
    pub(crate) span: Span,
    /// The behaviors of `enter` and `leave`.
    pub(crate) behaviors: Vec<Ident>,
    /// The method's signature.
    pub(crate) signature: Signature,
}

/// The events of an actor's life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EventKind {
    /// Before the first message.
    Started,
    /// The actor was asked to stop.
    Stopping,
    /// The last thing that an actor does.
    Stopped,
    /// A new incarnation follows.
    Restarting,
    /// A watched actor is gone.
    Terminated,
    /// A child has failed.
    ChildFailed,
    /// No message has come for a while.
    Idle,
    /// A behavior is the current one now.
    Enter,
    /// A behavior is no more the current one.
    Leave,
}

impl EventKind {
    /// All events.
    pub(crate) const ALL: [Self; 9] = [
        Self::Started,
        Self::Stopping,
        Self::Stopped,
        Self::Restarting,
        Self::Terminated,
        Self::ChildFailed,
        Self::Idle,
        Self::Enter,
        Self::Leave,
    ];

    /// The type of what it brings, and whether the method must take it.
    pub(crate) fn brings(self) -> Option<(&'static str, bool)> {
        match self {
            Self::Terminated => Some(("Terminated", true)),
            Self::ChildFailed => Some(("ChildFailed", true)),
            Self::Restarting => Some(("Option", false)),
            _ => None,
        }
    }

    /// Whether it names behaviors.
    pub(crate) fn is_change(self) -> bool {
        matches!(self, Self::Enter | Self::Leave)
    }

    /// The word in the attribute.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Restarting => "restarting",
            Self::Terminated => "terminated",
            Self::ChildFailed => "child_failed",
            Self::Idle => "idle",
            Self::Enter => "enter",
            Self::Leave => "leave",
        }
    }
}

impl Event {
    /// Reads the marker's word. None if it names no event, which is reported.
    pub(super) fn new(
        marker: &Marker,
        signature: Signature,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let allowed = list(EventKind::ALL.map(EventKind::word));
        let reported = found.len();
        let args = args::parse(marker.args.clone(), found);
        let Some(first) = args.first() else {
            if found.len() == reported {
                found.at(
                    marker.word.span(),
                    format_args!("`#[on(..)]` names an event, one of {allowed}"),
                );
            }
            return None;
        };
        if let Some(second) = args.get(1) {
            found.at(
                second.name.span(),
                "`#[on(..)]` names one event, write a method for each",
            );
        }
        let word = first.name.to_string();
        let span = first.name.span();
        match EventKind::ALL.into_iter().find(|kind| kind.word() == word) {
            Some(kind) => {
                let behaviors = behaviors(kind, first, found);
                let mut signature = signature;
                if kind.is_change() {
                    signature.takes_data_at(0);
                }
                Some(Self {
                    kind,
                    span,
                    behaviors,
                    signature,
                })
            }
            None => {
                found.at(
                    span,
                    format_args!("unknown event `{word}`, the events are {allowed}"),
                );
                None
            }
        }
    }
}

/// What stands behind the word: behaviors, or nothing.
fn behaviors(kind: EventKind, arg: &args::Arg, found: &mut Diagnostics) -> Vec<Ident> {
    let word = kind.word();
    let named = match &arg.value {
        args::Value::List(tokens) if kind.is_change() => written::named(tokens.clone()),
        _ if kind.is_change() => None,
        args::Value::None => return Vec::new(),
        _ => {
            found.at(
                arg.name.span(),
                format_args!("`{word}` takes no value, write the word alone"),
            );
            return Vec::new();
        }
    };
    if named.is_none() {
        found.at(
            arg.name.span(),
            format_args!(
                "`{word}` names a behavior, write `{word}(Open)` or `{word}(Open | Closed)`"
            ),
        );
    }
    named.unwrap_or_default()
}
