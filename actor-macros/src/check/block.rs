//! Rules about an impl block as a whole.

use crate::diagnostics::{Diagnostics, pretty};
use crate::model::{Block, Misplaced, Signature, Why};
use crate::parse::carry;
use proc_macro2::Ident;
use quote::ToTokens;

pub(super) fn type_is_a_path(model: &Block, found: &mut Diagnostics) {
    if model.name.is_none() {
        found.over(
            &model.self_ty,
            "an actor is a struct or an enum of this crate, write its name",
        );
    }
}

pub(super) fn markers_mark_something(model: &Block, found: &mut Diagnostics) {
    for Misplaced { word, why } in &model.misplaced {
        let text = match why {
            Why::NoMethod => format!("`#[{word}]` marks a method, remove it here"),
            Why::Second => "a method has one marker, write a method for each".to_owned(),
            Why::Conditional => {
                format!(
                    "`#[{word}]` cannot hide in a `cfg_attr`, write `#[{word}]` and put the condition into a `#[cfg(..)]`"
                )
            }
        };
        found.at(word.span(), text);
    }
}

/// Two handlers that are spelled alike. (Two spellings of one type are found by the compiler.)
pub(super) fn one_handler_for_a_message(model: &Block, found: &mut Diagnostics) {
    let spelled: Vec<_> = model
        .handlers
        .iter()
        .map(|handler| handler.message().map(|ty| ty.to_token_stream().to_string()))
        .collect();
    for (at, handler) in model.handlers.iter().enumerate() {
        let Some(message) = handler.message() else {
            continue;
        };
        let earlier = model.handlers[..at]
            .iter()
            .zip(&spelled)
            .find(|(earlier, spelling)| {
                **spelling == spelled[at]
                    && earlier.within.is_none()
                    && handler.within.is_none()
                    && !may_exclude(&earlier.signature, &handler.signature)
            });
        if let Some((earlier, _)) = earlier {
            found.over(
                message,
                format_args!(
                    "`{}` has a handler already, `{}`: remove one of the two",
                    pretty(message),
                    earlier.signature.name
                ),
            );
        }
    }
}

pub(super) fn one_method_for_an_event(model: &Block, found: &mut Diagnostics) {
    for (at, event) in model.events.iter().enumerate() {
        let earlier = model.events[..at].iter().find(|earlier| {
            earlier.kind == event.kind
                && is_shared(&earlier.behaviors, &event.behaviors)
                && !may_exclude(&earlier.signature, &event.signature)
        });
        if let Some(earlier) = earlier {
            found.at(
                event.span,
                format_args!(
                    "`{}` has a method already, `{}`: remove one of the two",
                    event.kind.word(),
                    earlier.signature.name
                ),
            );
        }
    }
}

/// Whether two methods are for the same: for the event as such, or for a behavior that both name.
fn is_shared(one: &[Ident], other: &[Ident]) -> bool {
    (one.is_empty() && other.is_empty()) || one.iter().any(|name| other.contains(name))
}

/// Whether conditions may keep the two methods apart; the compiler will tell if they do not.
fn may_exclude(one: &Signature, other: &Signature) -> bool {
    !carry::conditions(&one.attrs).is_empty() && !carry::conditions(&other.attrs).is_empty()
}
