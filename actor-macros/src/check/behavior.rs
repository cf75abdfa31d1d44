//! Rules about behaviors.

use crate::diagnostics::{Diagnostics, list, pretty};
use crate::model::{Block, Event, Handler, Options, Signature};
use crate::parse::behaviors::{Declared, Known};
use crate::parse::carry;
use proc_macro2::{Ident, Span};
use quote::ToTokens;

/// A behavior's place is kept in a byte.
const MOST: usize = 255;

pub(super) fn each_is_declared_once(model: &Options, found: &mut Diagnostics) {
    for (at, Declared { name, .. }) in model.behaviors.iter().enumerate() {
        if model.behaviors[..at].iter().any(|one| one.name == *name) {
            found.at(
                name.span(),
                format_args!("the behavior `{name}` stands here twice, remove one"),
            );
        }
        if at == MOST {
            found.at(
                name.span(),
                format_args!(
                    "an actor has {MOST} behaviors at most, put what is alike into one with data"
                ),
            );
        }
    }
}

pub(super) fn unhandled_needs_behaviors(model: &Options, found: &mut Diagnostics) {
    if let (Some((_, span)), None) = (model.stash.unhandled, model.behaviors_span) {
        found.at(
            span,
            "without behaviors each message has its handler, write `behaviors(..)` beside `unhandled`",
        );
    }
}

pub(super) fn unhandled_finds_room(model: &Options, found: &mut Diagnostics) {
    if let (Some((true, _)), Some((0, span))) = (model.stash.unhandled, model.stash.capacity) {
        found.at(
            span,
            "a stash for 0 messages takes none, write at least 1 or `unhandled = dead_letter`",
        );
    }
}

pub(super) fn idle_is_not_zero(model: &Options, found: &mut Diagnostics) {
    if let Some(idle) = model.idle.as_ref().filter(|idle| idle.millis == 0) {
        found.at(
            idle.span,
            "an actor is idle at once after no time, write at least \"1ms\"",
        );
    }
}

/// Every name that a marker has is known, and stands there once.
pub(super) fn names_are_known(model: &Block, known: &[Known], found: &mut Diagnostics) {
    let handlers = model.handlers.iter();
    let handlers = handlers.filter_map(|handler| Some((handler.within?, "in", &handler.behaviors)));
    let events = model.events.iter().filter(|event| event.kind.is_change());
    let events = events.map(|event| (event.span, event.kind.word(), &event.behaviors));
    for (span, word, names) in handlers.chain(events) {
        if known.is_empty() {
            found.at(
                span,
                format_args!("`{word}` names a behavior and the actor has none, write `#[actor(behaviors(..))]` above its definition"),
            );
            continue;
        }
        for (at, name) in names.iter().enumerate() {
            is_known(name, known, found);
            if names[..at].contains(name) {
                found.at(
                    name.span(),
                    format_args!("`{name}` stands here twice, remove one"),
                );
            }
        }
    }
}

fn is_known(name: &Ident, known: &[Known], found: &mut Diagnostics) {
    if !known.iter().any(|known| known.name == *name) {
        let names: Vec<String> = known.iter().map(|known| known.name.to_string()).collect();
        let allowed = list(names.iter().map(String::as_str));
        found.at(
            name.span(),
            format_args!("unknown behavior `{name}`, the behaviors are {allowed}"),
        );
    }
}

/// Each behavior has a handler.
pub(super) fn each_is_served(model: &Block, known: &[Known], found: &mut Diagnostics) {
    // One of which it cannot be told may serve all, too.
    let everywhere = |handler: &Handler| handler.behaviors.is_empty();
    if model.handlers.iter().any(everywhere) {
        return;
    }
    for Known { name, .. } in known {
        let serves = |handler: &Handler| handler.behaviors.contains(name);
        if !model.handlers.iter().any(serves) {
            found.at(
                name.span(),
                format_args!("no handler serves the behavior `{name}`, write `#[handler(in = {name})]` above one or remove it"),
            );
        }
    }
}

/// One message has one handler in each behavior.
pub(super) fn handlers_do_not_overlap(model: &Block, known: &[Known], found: &mut Diagnostics) {
    for (at, handler) in model.handlers.iter().enumerate() {
        let Some(message) = handler.message() else {
            continue;
        };
        let spelled = message.to_token_stream().to_string();
        let rivals = model.handlers[..at].iter().filter(|rival| {
            let same = rival.message().map(|ty| ty.to_token_stream().to_string());
            same.as_deref() == Some(spelled.as_str())
                && (handler.within.is_some() || rival.within.is_some())
        });
        for rival in rivals {
            if let Some(name) = shared(handler, rival, known) {
                found.at(
                    place(handler, &name),
                    format_args!(
                        "`{}` has a handler in `{name}` already, `{}`: remove one of the two",
                        pretty(message),
                        rival.signature.name
                    ),
                );
                break;
            }
            conditions_stand_alone(handler, rival, found);
        }
    }
}

/// A behavior that both serve.
fn shared(one: &Handler, other: &Handler, known: &[Known]) -> Option<Ident> {
    let serves = |handler: &Handler, name: &Ident| {
        handler.within.is_none() || handler.behaviors.contains(name)
    };
    let both = |name: &&Ident| serves(one, name) && serves(other, name);
    known.iter().map(|known| &known.name).find(both).cloned()
}

/// Where a handler says that it serves a behavior.
fn place(handler: &Handler, name: &Ident) -> Span {
    let named = handler.behaviors.iter().find(|named| *named == name);
    named.map_or_else(|| handler.signature.name.span(), Ident::span)
}

/// Handlers of one message share a variant of the enum, which is there or not.
fn conditions_stand_alone(one: &Handler, other: &Handler, found: &mut Diagnostics) {
    let conditional = [one, other]
        .into_iter()
        .find(|handler| !carry::conditions(&handler.signature.attrs).is_empty());
    if let Some(conditional) = conditional {
        found.at(
            conditional.signature.name.span(),
            "one of several handlers of a message cannot have a `cfg`, put the condition into its body",
        );
    }
}

/// The data of a behavior goes to the methods that serve it alone.
pub(super) fn data_has_one_source(model: &Block, known: &[Known], found: &mut Diagnostics) {
    let handlers = model.handlers.iter();
    let handlers = handlers.map(|handler| (&handler.signature, &handler.behaviors));
    let events = model.events.iter().filter(|event| event.kind.is_change());
    let events = events.map(|event: &Event| (&event.signature, &event.behaviors));
    for (signature, names) in handlers.chain(events) {
        data(signature, names, known, found);
    }
}

fn data(signature: &Signature, names: &[Ident], known: &[Known], found: &mut Diagnostics) {
    let Some(param) = signature.data() else {
        return;
    };
    let find = |name: &Ident| known.iter().find(|known| known.name == *name);
    match names {
        [] => {}
        [name] => {
            if find(name).is_some_and(|known| !known.data) {
                found.over(
                    &param.ty,
                    format_args!("the behavior `{name}` has no data, remove the parameter or give it data: `{name}(Type)`"),
                );
            }
        }
        _ => found.over(
            &param.ty,
            "a method for several behaviors takes no data, remove the parameter or write a method for each",
        ),
    }
}
