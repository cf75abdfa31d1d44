//! `impl Handles<Add> for Counter`: what lets `tell` and `ask` take a message.

use super::{Called, Scope, sound, spans};
use crate::parse::carry;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

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
    let Called { message, reply, .. } = called;
    let handler = called.first();
    let attrs = carry::conditions_and_lints(&handler.signature.attrs);
    let name = &handler.signature.name;
    let enum_name = &model.envelope;
    // the compiler shows overlapping messages at the header, and a private reply at the type
    let (first, last) = spans::ends(message);
    let actor = spans::moved(actor, last);
    let (reply_first, reply_last) = spans::ends(reply);
    let keyword = quote_spanned!(reply_first=> type);
    let end = quote_spanned!(reply_last=> ;);
    let gated = sound::reply(scope, called);
    let content = quote! {
        #keyword Reply = #gated #end
        fn wrap(message: #message, reply: #private::ReplyTo<#reply>) -> #envelope {
            #enum_name::#name(message, reply)
        }
    };
    let head = quote_spanned!(first=> impl);
    let body = quote_spanned!(last=> { #content });
    quote! {
        #(#attrs)*
        #head #impl_generics #private::Handles<#message> for #actor #where_clause #body
    }
}
