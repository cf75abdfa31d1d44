//! Rules about the signature of every marked method.

use crate::diagnostics::Diagnostics;
use crate::model::{Receiver, Signature};

pub(super) fn check(method: &Signature, what: &str, found: &mut Diagnostics) {
    is_plain(method, what, found);
    borrows_the_actor(method, what, found);
}

fn is_plain(method: &Signature, what: &str, found: &mut Diagnostics) {
    for oddity in &method.oddities {
        let remedy = match oddity.word {
            "generic" => "name the types, or put the parameter on the actor",
            _ => "remove the word",
        };
        found.at(
            oddity.span,
            format_args!("a {what} cannot be {}, {remedy}", oddity.word),
        );
    }
}

fn borrows_the_actor(method: &Signature, what: &str, found: &mut Diagnostics) {
    const REMEDY: &str = "write `&self` or `&mut self`";
    match &method.receiver {
        Receiver::Shared | Receiver::Exclusive => {}
        Receiver::Value(span) => {
            found.at(*span, format_args!("a {what} borrows the actor, {REMEDY}"))
        }
        Receiver::Typed(ty) => found.over(ty, format_args!("a {what} borrows the actor, {REMEDY}")),
        Receiver::None => {
            found.at(
                method.name.span(),
                format_args!("a {what} is a method of the actor, {REMEDY} first"),
            );
        }
    }
}
