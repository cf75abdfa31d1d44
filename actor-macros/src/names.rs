//! Every identifier that generated code introduces.
//!
//! All generated items live inside an anonymous constant, so the user's module never sees them. Names still
//! must not shadow what the user's own types are called, because those types are mentioned inside.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;

/// The enum of an actor's messages: `CounterMsg`.
///
/// Underscores are added while the name occurs in `mentioned`, the tokens of the user's that the generated code repeats.
pub(crate) fn envelope(actor: &Ident, mentioned: &TokenStream) -> Ident {
    let mut name = format!("{}Msg", actor.unraw());
    while mentions(mentioned, &name) {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

/// The enum of an actor's behaviors, with their data: `BreakerBehavior`.
pub(crate) fn behavior(actor: &Ident) -> Ident {
    format_ident!("{}Behavior", actor.unraw(), span = actor.span())
}

/// The enum of an actor's behaviors, without: `BreakerState`.
pub(crate) fn state(actor: &Ident) -> Ident {
    format_ident!("{}State", actor.unraw(), span = actor.span())
}

/// The behaviors' enum under a short name, inside of the constant.
pub(crate) fn behavior_alias() -> Ident {
    Ident::new("__Behavior", Span::call_site())
}

/// The macro of which the actor's name is another name. It must be told from that of an actor of the same
/// name nearby, so the place of the definition is part of it.
pub(crate) fn bridge(actor: &Ident) -> Ident {
    let place = format!("{:?}", actor.span());
    let place: String = place.chars().filter(char::is_ascii_digit).collect();
    format_ident!(
        "__actor_{}_{place}",
        actor.unraw(),
        span = Span::call_site()
    )
}

/// The function that calls an async handler and states what its future must be: `__add`.
pub(crate) fn call(method: &Ident) -> Ident {
    format_ident!("__{}", method.unraw(), span = Span::call_site())
}

/// The lifetime of the borrows that go into an async handler.
pub(crate) fn borrow(span: Span) -> syn::Lifetime {
    syn::Lifetime::new("'__borrow", span)
}

/// The constant that asks whether messages and replies are `Send`.
pub(crate) fn sound() -> Ident {
    Ident::new("__SOUND", Span::call_site())
}

/// `actor::__private`, inside of the constant: a short name, because it is written a hundred times.
pub(crate) fn private() -> Ident {
    Ident::new("__p", Span::call_site())
}

/// The variant that carries something beside another message.
pub(crate) fn extra() -> Ident {
    Ident::new("__Extra", Span::call_site())
}

/// The variant that no value has, for the type parameters that no message mentions.
pub(crate) fn phantom() -> Ident {
    Ident::new("__Phantom", Span::call_site())
}

/// Whether an identifier occurs anywhere in `tokens`.
fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.to_token_stream().into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident.unraw() == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
