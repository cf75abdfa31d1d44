//! `impl Handles<Add> for Counter`: what lets `tell` and `ask` take a message.

use super::{Called, Scope};
use crate::parse::carry;
use proc_macro2::TokenStream;
use quote::quote;

/// The relation between the actor, one message and its reply.
pub(super) fn handles(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let Scope {
        private,
        actor,
        envelope,
        impl_generics,
        where_clause,
        model,
        ..
    } = scope;
    let Called {
        handler,
        message,
        reply,
    } = called;
    let attrs = carry::conditions_and_lints(&handler.signature.attrs);
    let name = &handler.signature.name;
    let enum_name = &model.envelope;
    quote! {
        #(#attrs)*
        impl #impl_generics #private::Handles<#message> for #actor #where_clause {
            type Reply = #reply;
            fn wrap(message: #message, reply: #private::ReplyTo<#reply>) -> #envelope { #enum_name::#name(message, reply) }
        }
    }
}
