//! The closed enum of an actor's messages, and what the mailbox knows of it.

use super::{Called, Scope, sound};
use crate::names;
use crate::parse::carry;
use proc_macro2::TokenStream;
use quote::quote;

/// `impl Receives for Counter`
pub(super) fn receives(scope: &Scope<'_>) -> TokenStream {
    let Scope {
        private,
        actor,
        envelope,
        impl_generics,
        where_clause,
        ..
    } = scope;
    let sent = sound::gated(scope, &scope.envelope);
    // a missing definition is shown at the actor's name
    let named = scope.actor;
    quote! {
        impl #impl_generics #private::Carries for #actor #where_clause {
            type Envelope = #envelope;
            type Options = #named;
        }
        impl #impl_generics #private::Receives for #actor #where_clause { type Sent = #sent; }
    }
}

/// The enum and `impl Envelope` for it.
pub(super) fn envelope(scope: &Scope<'_>) -> TokenStream {
    let Scope {
        private,
        actor,
        envelope,
        impl_generics,
        where_clause,
        model,
        ..
    } = scope;
    let name = &model.envelope;
    let extra = names::extra();
    let phantom = names::phantom();
    let generic = scope.generic;
    // every parameter of the block is a parameter of the actor's type, or the compiler has refused the block
    let unused = generic.then(|| quote!(#phantom(::core::marker::PhantomData<fn() -> #actor>, ::core::convert::Infallible),));
    let no_value = generic.then(|| quote!(Self::#phantom(_, never) => match *never {},));
    let variants = scope.handlers.iter().map(|called| variant(scope, called));
    let types = scope
        .handlers
        .iter()
        .map(|called| message_type(scope, called));
    let peeks = scope.handlers.iter().map(peek);
    quote! {
        #[doc(hidden)]
        pub enum #name #impl_generics #where_clause {
            #(#variants)*
            #extra(#private::Box<#private::WithExtra<#envelope>>),
            #unused
        }
        impl #impl_generics #private::Envelope for #envelope #where_clause {
            fn message_type(handler: #private::HandlerNumber) -> #private::TypeName {
                match handler {
                    #(#types)*
                    _ => "?",
                }
            }
            fn peek(&self) -> (#private::HandlerNumber, &dyn #private::AnyReplyTo) {
                match self {
                    #(#peeks)*
                    Self::#extra(boxed) => #private::Envelope::peek(&boxed.envelope),
                    #no_value
                }
            }
            fn with_extra(self, extra: #private::Extra) -> Self {
                Self::#extra(#private::Box::new(#private::WithExtra { extra, envelope: self }))
            }
            fn extra(&self) -> #private::Option<&#private::Extra> {
                match self {
                    Self::#extra(boxed) => #private::Some(&boxed.extra),
                    _ => #private::None,
                }
            }
        }
    }
}

/// `add(Add, ReplyTo<()>),`
fn variant(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let private = &scope.private;
    let Called { message, reply, .. } = called;
    let handler = called.first();
    let attrs = carry::everything(&handler.signature.attrs);
    let name = &handler.signature.name;
    quote!(#(#attrs)* #name(#message, #private::ReplyTo<#reply>),)
}

/// `1 => type_name::<Add>(),`
fn message_type(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let private = &scope.private;
    let Called {
        message, number, ..
    } = called;
    let handler = called.first();
    let attrs = carry::conditions(&handler.signature.attrs);
    quote!(#(#attrs)* #number => #private::type_name::<#message>(),)
}

/// `Self::add(_, reply) => (1, reply),`
fn peek(called: &Called<'_>) -> TokenStream {
    let attrs = carry::conditions(&called.first().signature.attrs);
    let (name, number) = (&called.first().signature.name, called.number);
    quote!(#(#attrs)* Self::#name(_, reply) => (#number, reply),)
}
