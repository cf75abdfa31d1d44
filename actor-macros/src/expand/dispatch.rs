//! `impl Actor for Counter`: takes an envelope apart and calls the handler.

use super::{Called, Scope, future, lifecycle, spans};
use crate::model::Role;
use crate::names;
use crate::parse::{carry, types};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

/// The dispatcher and the lifecycle methods.
pub(super) fn actor(scope: &Scope<'_>) -> TokenStream {
    let Scope {
        private,
        actor,
        impl_generics,
        where_clause,
        ..
    } = scope;
    let body = if scope.sound {
        body(scope)
    } else {
        quote!(::core::future::pending().await)
    };
    let lifecycle = lifecycle::methods(scope);
    quote! {
        impl #impl_generics #private::Actor for #actor #where_clause {
            async fn dispatch(&mut self, __envelope: #private::EnvelopeOf<Self>, __ctx: &mut #private::Ctx<Self>) -> #private::Outcome { #body }
            #lifecycle
        }
    }
}

fn body(scope: &Scope<'_>) -> TokenStream {
    let private = &scope.private;
    let name = &scope.model.envelope;
    let meta = names::meta();
    let phantom = names::phantom();
    // a state that is not `Send` is then an error of this body, too: one that the compiler shows once
    let span = spans::ends(scope.actor).0;
    let actor = scope.actor;
    let send = quote_spanned!(span=> #private::assert_send::<#actor>(););
    let probes = scope.handlers.iter().any(|called| may_be_result(called));
    let unread = probes.then(|| quote!(use #private::unread::*;));
    let fails = scope
        .handlers
        .iter()
        .any(|called| called.handler.fails.is_some());
    let faults = fails.then(|| quote!(use #private::fault::*;));
    let arms = scope.handlers.iter().map(|called| arm(scope, called));
    let no_value = scope
        .generic
        .then(|| quote!(#name::#phantom(_, never) => match never {},));
    quote! {
        #send
        #unread
        #faults
        let __envelope = match __envelope { #name::#meta(boxed) => __ctx.__open(boxed), bare => bare };
        match __envelope {
            #(#arms)*
            // a message carries metadata once
            #name::#meta(_) => #private::Outcome::Handled,
            #no_value
        }
    }
}

/// Whether the reply's type leaves open that it is a `Result`.
fn may_be_result(called: &Called<'_>) -> bool {
    called.handler.fails.is_none()
        && called
            .handler
            .reply()
            .is_some_and(|reply| !types::is_no_result(reply))
}

fn arm(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let private = &scope.private;
    let method = &called.handler.signature;
    let attrs = carry::conditions(&method.attrs);
    let name = &method.name;
    let enum_name = &scope.model.envelope;
    let arguments: Vec<TokenStream> = method
        .params
        .iter()
        .map(|param| match param.role {
            Role::Other => quote!(__message),
            Role::Reply => reply_token(scope, called),
            Role::Ctx => quote_spanned!(spans::at(spans::ends(&param.ty).1)=> __ctx),
        })
        .collect();
    let call = if method.asyncness.is_some() {
        let function = names::call(name);
        quote!(#function(self, #(#arguments),*).await)
    } else {
        future::call(scope.actor, method, quote!(self), &arguments)
    };
    let handled = if called.handler.reply_param().is_some() {
        quote!(#call; #private::Outcome::Handled)
    } else {
        answer(scope, called, &call)
    };
    quote! {
        #(#attrs)*
        #enum_name::#name(__message, __reply) => {
            if !__reply.start() { return #private::Outcome::Expired; }
            #handled
        }
    }
}

/// The `Reply<R>` that a handler takes.
fn reply_token(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let message = called.message;
    let unread = unread(scope, called);
    quote!(__ctx.__reply(__reply, ::core::any::type_name::<#message>(), #unread))
}

/// What becomes of a handler's return value.
fn answer(scope: &Scope<'_>, called: &Called<'_>, call: &TokenStream) -> TokenStream {
    let private = &scope.private;
    let message = called.message;
    if called.handler.fails.is_some() {
        let reply = &called.reply;
        // a type that is no `Result` is shown once, as the compiler says the same of the same place
        let (first, last) = spans::ends(reply);
        let (open, local) = (
            quote_spanned!(first=> <),
            quote_spanned!(spans::at(last)=> __reply),
        );
        let split = quote_spanned!(last=> as #private::FailingReply>::split(#local, #call));
        return quote! {
            let (__reply, __answer) = #open #reply #split;
            let __fault = (&&&&&&#private::Probe::of_error(&__answer)).fault();
            __ctx.__answer_or_fail(__reply, __answer, __fault)
        };
    }
    let put = if may_be_result(called) {
        let unread = unread(scope, called);
        quote!(__ctx.__answer_or_report(__reply, ::core::any::type_name::<#message>(), #unread, __answer))
    } else {
        quote!(__ctx.__answer(__reply, __answer))
    };
    quote! {
        let __answer = #call;
        #put;
        #private::Outcome::Handled
    }
}

/// How an `Err` that nobody reads is rendered.
fn unread(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let private = &scope.private;
    let reply = &called.reply;
    if may_be_result(called) {
        quote!((&&&&#private::Probe::<#reply>::new()).unread())
    } else {
        quote!(::core::option::Option::None)
    }
}
