//! One constant that asks whether messages and replies are `Send`.
//!
//! Without it a message that is not `Send` would be an error of the enum, of every implementation for it and of the
//! dispatcher's future, and none would point at the handler. The constant asks at the handler's own tokens. When it
//! cannot be evaluated, the type of the actor's envelope, which depends on it, is unknown to the compiler, and the
//! compiler does not complain about what it does not know.
//!
//! A constant cannot mention type parameters; generic actors go without.

use super::{Called, Scope};
use crate::names;
use crate::parse::{carry, types};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// A type that is unknown to the compiler if the constant cannot be evaluated.
pub(super) fn gated(scope: &Scope<'_>, ty: &impl ToTokens) -> TokenStream {
    let private = &scope.private;
    let sound = names::sound();
    if scope.generic {
        ty.to_token_stream()
    } else {
        quote!(<#private::Gate<#sound> as #private::Pass<#ty>>::Itself)
    }
}

/// The type of a handler's reply, unknown to the compiler if the constant cannot be evaluated.
pub(super) fn reply(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    if needs_asking(called) {
        gated(scope, &called.reply)
    } else {
        called.reply.clone()
    }
}

/// Whether the reply may be other than `Send`. (Each question costs the compiler time.)
fn needs_asking(called: &Called<'_>) -> bool {
    called
        .first()
        .reply()
        .is_some_and(|reply| !types::is_plain(reply))
}

/// The constant.
pub(super) fn sound(scope: &Scope<'_>) -> TokenStream {
    let private = &scope.private;
    if scope.generic {
        return TokenStream::new();
    }
    let sound = names::sound();
    let asserts = scope.handlers.iter().map(|called| {
        let attrs = carry::conditions(&called.first().signature.attrs);
        let (message, reply) = (called.message, &called.reply);
        let reply =
            needs_asking(called).then(|| quote!(#(#attrs)* #private::assert_send::<#reply>();));
        quote!(#(#attrs)* #private::assert_send::<#message>(); #reply)
    });
    quote!(const #sound: #private::Truth = { #(#asserts)* true };)
}
