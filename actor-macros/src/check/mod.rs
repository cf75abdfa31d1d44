//! The third stage: the rules, one function each. All of them run, and every mistake is reported.

mod behavior;
mod block;
mod event;
mod handler;
mod method;

use crate::diagnostics::Diagnostics;
use crate::model::{Block, Mailbox, Options};
use proc_macro2::Span;
use syn::GenericParam;

/// The rules of the struct half.
pub(crate) fn options(model: &Options, found: &mut Diagnostics) {
    capacity_is_not_zero(model, found);
    overflow_has_a_bound(model, found);
    one_actor_attribute(model.again.as_ref(), found);
    owns_what_it_holds(&model.generics, found);
    behavior::each_is_declared_once(model, found);
    behavior::unhandled_needs_behaviors(model, found);
    behavior::unhandled_finds_room(model, found);
    behavior::idle_is_not_zero(model, found);
}

/// The rules of the impl half.
pub(crate) fn block(model: &Block, found: &mut Diagnostics) {
    one_actor_attribute(model.again.as_ref(), found);
    block::type_is_a_path(model, found);
    owns_what_it_holds(&model.generics, found);
    block::markers_mark_something(model, found);
    for handler in &model.handlers {
        method::check(&handler.signature, "handler", found);
        handler::check(handler, found);
    }
    for event in &model.events {
        method::check(&event.signature, "lifecycle method", found);
        event::check(event, found);
    }
    if let Some(known) = &model.known {
        let before = found.len();
        behavior::names_are_known(model, known, found);
        behavior::data_has_one_source(model, known, found);
        behavior::handlers_do_not_overlap(model, known, found);
        if found.len() == before {
            // A name that is wrong may be the one that is missing.
            behavior::each_is_served(model, known, found);
        }
    }
    block::one_handler_for_a_message(model, found);
    block::one_method_for_an_event(model, found);
}

/// `#[handler]` or `#[on(..)]` outside of an `#[actor] impl` block.
pub(crate) fn stray_marker(marker: &str, found: &mut Diagnostics) {
    found.at(
        Span::call_site(),
        format_args!("`#[{marker}]` marks a method of an `#[actor] impl` block, put `#[actor]` above the `impl`"),
    );
}

fn capacity_is_not_zero(model: &Options, found: &mut Diagnostics) {
    if let Some(Mailbox::Bounded(0, span)) = model.mailbox {
        found.at(
            span,
            "a mailbox for 0 messages takes none, write at least 1 or `unbounded`",
        );
    }
}

fn overflow_has_a_bound(model: &Options, found: &mut Diagnostics) {
    let Some(overflow) = &model.overflow else {
        return;
    };
    if !matches!(model.mailbox, Some(Mailbox::Bounded(..))) {
        found.at(
            overflow.span,
            "a mailbox overflows when it has a bound, write `mailbox = 64` beside `overflow`",
        );
    }
}

fn one_actor_attribute(again: Option<&syn::Attribute>, found: &mut Diagnostics) {
    if let Some(again) = again {
        found.over(
            again,
            "`#[actor]` stands here twice, put all options into one",
        );
    }
}

fn owns_what_it_holds(generics: &syn::Generics, found: &mut Diagnostics) {
    for param in &generics.params {
        if let GenericParam::Lifetime(param) = param {
            found.over(
                &param.lifetime,
                format_args!(
                    "an actor outlives every borrow and cannot have the lifetime `{}`, hold owned data or an `Arc`",
                    param.lifetime
                ),
            );
        }
    }
}
