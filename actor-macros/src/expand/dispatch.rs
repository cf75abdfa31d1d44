//! `impl Actor for Counter`: takes an envelope apart and calls the handler.

use super::{Called, Scope, future, lifecycle, machine, spans};
use crate::model::{Handler, Role};
use crate::names;
use crate::parse::{carry, types};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

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
    let machine = machine::machine(scope);
    quote! {
        impl #impl_generics #private::Actor for #actor #where_clause {
            #now
            #later
            #lifecycle
            #machine
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
    let arms = scope.handlers.iter().map(|called| arm_now(scope, called));
    let no_value = scope
        .generic
        .then(|| quote!(#name::#phantom(_, never) => match never {},));
    let body = quote! {
        #send
        #uses
        match __envelope {
            #(#arms)*
            #name::#extra(boxed) => #private::dispatch_with_extra(__alive, boxed, __ctx),
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
            __alive: &mut #private::Alive<Self>,
            __envelope: #private::EnvelopeOf<Self>,
            __ctx: &mut #private::Ctx<Self>,
        ) -> #private::Result<#private::Outcome, #private::EnvelopeOf<Self>> {
            #body
        }
    }
}

/// What is done with a message at once. One `match` on the message, and in it one on the behavior.
fn arm_now(scope: &Scope<'_>, called: &Called<'_>) -> TokenStream {
    let private = &scope.private;
    let (handler, enum_name) = (called.first(), &scope.model.envelope);
    let attrs = carry::conditions(&handler.signature.attrs);
    let variant = &handler.signature.name;
    if !called.depends() {
        if is_later(handler) {
            return quote!(#(#attrs)* __later @ #enum_name::#variant(..) => #private::Err(__later),);
        }
        let outcome = outcome(scope, called, handler);
        return quote!(#(#attrs)* #enum_name::#variant(__message, __reply) => #private::Ok(#outcome),);
    }
    let arms = called.handlers.iter().map(|handler| {
        let pattern = machine::pattern(scope, handler);
        if is_later(handler) {
            quote!(#pattern => #private::Err(#enum_name::#variant(__message, __reply)),)
        } else {
            let outcome = outcome(scope, called, handler);
            quote!(#pattern => #private::Ok(#outcome),)
        }
    });
    quote! {
        #(#attrs)*
        #enum_name::#variant(__message, __reply) => match &mut __alive.behavior {
            #(#arms)*
            _ => #private::Ok(__ctx.__unhandled(#enum_name::#variant(__message, __reply))),
        },
    }
}

/// `dispatch`: awaits the handlers that are futures. The default does for an actor that has none.
fn later(scope: &Scope<'_>) -> TokenStream {
    let mut handlers = scope.handlers.iter().flat_map(|called| &called.handlers);
    if !handlers.any(|handler| is_later(handler)) {
        return TokenStream::new();
    }
    let private = &scope.private;
    let uses = uses(scope, true);
    let arms = scope.handlers.iter().map(|called| arm_later(scope, called));
    quote! {
        async fn dispatch(
            __alive: &mut #private::Alive<Self>,
            __envelope: #private::EnvelopeOf<Self>,
            __ctx: &mut #private::Ctx<Self>,
        ) -> #private::Outcome {
            #uses
            match __envelope {
                #(#arms)*
                // what is handled at once does not come here
                _ => #private::Handled,
            }
        }
    }
}

fn arm_later(scope: &Scope<'_>, called: &Called<'_>) -> Option<TokenStream> {
    let private = &scope.private;
    let later: Vec<_> = called.handlers.iter().filter(|one| is_later(one)).collect();
    let (first, enum_name) = (called.first(), &scope.model.envelope);
    let attrs = carry::conditions(&first.signature.attrs);
    let variant = &first.signature.name;
    let only = later.first()?;
    if !called.depends() {
        let outcome = outcome(scope, called, only);
        return Some(quote!(#(#attrs)* #enum_name::#variant(__message, __reply) => #outcome,));
    }
    let arms = later.into_iter().map(|handler| {
        let pattern = machine::pattern(scope, handler);
        let outcome = outcome(scope, called, handler);
        quote!(#pattern => #outcome,)
    });
    Some(quote! {
        #(#attrs)*
        #enum_name::#variant(__message, __reply) => match &mut __alive.behavior {
            #(#arms)*
            _ => #private::Handled,
        },
    })
}

/// Whether the handler is a future.
fn is_later(handler: &Handler) -> bool {
    handler.signature.asyncness.is_some()
}

/// The traits whose methods the arms call.
fn uses(scope: &Scope<'_>, later: bool) -> TokenStream {
    let private = &scope.private;
    let all = scope.handlers.iter().flat_map(|called| &called.handlers);
    let mut own = all.filter(|handler| is_later(handler) == later);
    let probes = own.clone().any(|handler| may_be_result(handler));
    let fails = own.any(|handler| handler.fails.is_some());
    let unread = probes.then(|| quote!(use #private::unread::*;));
    let faults = fails.then(|| quote!(use #private::fault::*;));
    quote!(#unread #faults)
}

/// Whether the reply's type leaves open that it is a `Result`.
fn may_be_result(handler: &Handler) -> bool {
    handler.fails.is_none()
        && handler
            .reply()
            .is_some_and(|reply| !types::is_no_result(reply))
}

/// Calls a handler with `__message` and `__reply`, and gives the outcome.
fn outcome(scope: &Scope<'_>, called: &Called<'_>, handler: &Handler) -> TokenStream {
    let private = &scope.private;
    let method = &handler.signature;
    let name = &method.name;
    let arguments: Vec<TokenStream> = method
        .params
        .iter()
        .map(|param| match param.role {
            Role::Other => quote!(__message),
            Role::Data => machine::data(scope, &param.ty),
            Role::Reply => reply_token(scope, called, handler),
            Role::Ctx => quote_spanned!(spans::at(spans::ends(&param.ty).1)=> __ctx),
        })
        .collect();
    let actor = quote!(&mut __alive.actor);
    let call = if method.asyncness.is_some() {
        let function = names::call(name);
        quote!(#function(#actor, #(#arguments),*).await)
    } else {
        future::call(scope.actor, method, actor, &arguments)
    };
    let handled = if handler.reply_param().is_some() {
        quote!(#call; #private::Handled)
    } else {
        answer(scope, called, handler, &call)
    };
    let number = called.number;
    let cast = machine::reply_as(scope, called, handler);
    quote!(if __ctx.__start(&__reply, #number) { #cast #handled } else { #private::Dropped })
}

/// The `Reply<R>` that a handler takes.
fn reply_token(scope: &Scope<'_>, called: &Called<'_>, handler: &Handler) -> TokenStream {
    let private = &scope.private;
    let message = called.message;
    let unread = unread(scope, handler);
    quote!(__ctx.__reply(__reply, #private::type_name::<#message>(), #unread))
}

/// What becomes of a handler's return value.
fn answer(
    scope: &Scope<'_>,
    called: &Called<'_>,
    handler: &Handler,
    call: &TokenStream,
) -> TokenStream {
    let private = &scope.private;
    let message = called.message;
    if handler.fails.is_some() {
        let reply = &reply(handler);
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
    let put = if may_be_result(handler) {
        let unread = unread(scope, handler);
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
fn unread(scope: &Scope<'_>, handler: &Handler) -> TokenStream {
    let private = &scope.private;
    let reply = reply(handler);
    if may_be_result(handler) {
        quote!((&&&&#private::Probe::<#reply>::new()).unread())
    } else {
        quote!(#private::None)
    }
}

/// The type of a handler's own reply.
pub(super) fn reply(handler: &Handler) -> TokenStream {
    handler
        .reply()
        .map_or_else(|| quote!(()), ToTokens::to_token_stream)
}
