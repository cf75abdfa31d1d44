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
    let (now, later) = if scope.sound {
        (now(scope), later(scope))
    } else {
        let never = quote!(#private::Ok(#private::Handled));
        (method_now(scope, &never), TokenStream::new())
    };
    let lifecycle = lifecycle::methods(scope);
    quote! {
        impl #impl_generics #private::Actor for #actor #where_clause {
            #now
            #later
            #lifecycle
        }
    }
}

/// `dispatch_now`: calls the handlers that are no futures, and gives back what is for the others.
fn now(scope: &Scope<'_>) -> TokenStream {
    let private = &scope.private;
    let name = &scope.model.envelope;
    let extra = names::extra();
    let phantom = names::phantom();
    // a state that is not `Send` is then an error of this body, too: one that the compiler shows once
    let span = spans::ends(scope.actor).0;
    let actor = scope.actor;
    let send = quote_spanned!(span=> #private::assert_send::<#actor>(););
    let uses = uses(scope, false);
    let arms = scope.handlers.iter().map(|called| {
        if is_later(called) {
            let attrs = carry::conditions(&called.handler.signature.attrs);
            let variant = &called.handler.signature.name;
            quote!(#(#attrs)* __later @ #name::#variant(..) => #private::Err(__later),)
        } else {
            arm(scope, called)
        }
    });
    let no_value = scope
        .generic
        .then(|| quote!(#name::#phantom(_, never) => match never {},));
    let body = quote! {
        #send
        #uses
        match __envelope {
            #(#arms)*
            #name::#extra(boxed) => #private::dispatch_with_extra(self, boxed, __ctx),
            #no_value
        }
    };
    method_now(scope, &body)
}

fn method_now(scope: &Scope<'_>, body: &TokenStream) -> TokenStream {
    let private = &scope.private;
    quote! {
        #[inline(always)]
        fn dispatch_now(
            &mut self,
            __envelope: #private::EnvelopeOf<Self>,
            __ctx: &mut #private::Ctx<Self>,
        ) -> #private::Result<#private::Outcome, #private::EnvelopeOf<Self>> {
            #body
        }
    }
}

/// `dispatch`: awaits the handlers that are futures. The default does for an actor that has none.
fn later(scope: &Scope<'_>) -> TokenStream {
    if !scope.handlers.iter().any(is_later) {
        return TokenStream::new();
    }
    let private = &scope.private;
    let uses = uses(scope, true);
    let arms = scope
        .handlers
        .iter()
        .filter(|called| is_later(called))
        .map(|called| arm(scope, called));
    quote! {
        async fn dispatch(&mut self, __envelope: #private::EnvelopeOf<Self>, __ctx: &mut #private::Ctx<Self>) -> #private::Outcome {
            #uses
            match __envelope {
                #(#arms)*
                // what is handled at once does not come here
                _ => #private::Handled,
            }
        }
    }
}

/// Whether the handler is a future.
fn is_later(called: &Called<'_>) -> bool {
    called.handler.signature.asyncness.is_some()
}

/// The traits whose methods the arms call.
fn uses(scope: &Scope<'_>, later: bool) -> TokenStream {
    let private = &scope.private;
    let mut own = scope
        .handlers
        .iter()
        .filter(|called| is_later(called) == later);
    let probes = own.clone().any(may_be_result);
    let fails = own.any(|called| called.handler.fails.is_some());
    let unread = probes.then(|| quote!(use #private::unread::*;));
    let faults = fails.then(|| quote!(use #private::fault::*;));
    quote!(#unread #faults)
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
        quote!(#call; #private::Handled)
    } else {
        answer(scope, called, &call)
    };
    let number = called.number;
    let outcome =
        quote!(if __ctx.__start(&__reply, #number) { #handled } else { #private::Expired });
    let outcome = if is_later(called) {
        outcome
    } else {
        quote!(#private::Ok(#outcome))
    };
    quote! {
        #(#attrs)*
        #enum_name::#name(__message, __reply) => #outcome,
    }
}

/// The `Reply<R>` that a handler takes.
fn reply_token(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let private = &scope.private;
    let message = called.message;
    let unread = unread(scope, called);
    quote!(__ctx.__reply(__reply, #private::type_name::<#message>(), #unread))
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
        quote!(__ctx.__answer_or_report(__reply, #private::type_name::<#message>(), #unread, __answer))
    } else {
        quote!(__ctx.__answer(__reply, __answer))
    };
    quote! {
        let __answer = #call;
        #put
    }
}

/// How an `Err` that nobody reads is rendered.
fn unread(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let private = &scope.private;
    let reply = &called.reply;
    if may_be_result(called) {
        quote!((&&&&#private::Probe::<#reply>::new()).unread())
    } else {
        quote!(#private::None)
    }
}
