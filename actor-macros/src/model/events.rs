//! Lifecycle methods: `#[on(started)]`.

use super::Signature;
use crate::diagnostics::{Diagnostics, list};
use crate::parse::{Marker, args};
use proc_macro2::Span;

/// A method with `#[on(..)]`.
pub(crate) struct Event {
    /// Which event.
    pub(crate) kind: EventKind,
    /// Where the event's word stands.
    pub(crate) span: Span,
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
    /// A watched actor is gone.
    Terminated,
}

impl EventKind {
    /// All events.
    pub(crate) const ALL: [Self; 4] = [
        Self::Started,
        Self::Stopping,
        Self::Stopped,
        Self::Terminated,
    ];

    /// The word in the attribute.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Terminated => "terminated",
        }
    }
}

/// Words of the closed list that mean nothing yet.
const LATER: [&str; 5] = ["restarting", "idle", "child_failed", "enter", "leave"];

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
                if !matches!(first.value, args::Value::None) {
                    found.at(
                        span,
                        format_args!("`{word}` takes no value, write the word alone"),
                    );
                }
                Some(Self {
                    kind,
                    span,
                    signature,
                })
            }
            None if LATER.contains(&word.as_str()) => {
                found.at(
                    span,
                    format_args!("`#[on({word})]` is not available yet, the events are {allowed}"),
                );
                None
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
