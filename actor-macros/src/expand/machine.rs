//! What depends on the behavior: which handler a message has, what it takes, and what is called at a change.

use super::{Called, Scope, dispatch, future, lifecycle, spans};
use crate::model::{Event, EventKind, Handler, Role};
use crate::names;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;

/// The enum of the behaviors under a name that patterns can use.
pub(super) fn alias(scope: &Scope<'_>) -> Option<TokenStream> {
    scope.model.known.as_ref()?;
    let Scope {
        private,
        actor,
        impl_generics,
        ..
    } = scope;
    let alias = names::behavior_alias();
    Some(quote! {
        #[allow(type_alias_bounds)]
        type #alias #impl_generics = <#actor as #private::ActorOptions>::Behaviors;
    })
}

/// The behaviors of a handler: `__Behavior::Open { 0: __data }`.
pub(super) fn pattern(scope: &Scope<'_>, handler: &Handler) -> TokenStream {
    patterns(
        scope,
        &handler.behaviors,
        handler.signature.data().is_some(),
    )
}

fn patterns(scope: &Scope<'_>, names: &[Ident], takes_data: bool) -> TokenStream {
    let alias = names::behavior_alias();
    let (_, arguments, _) = scope.model.generics.split_for_impl();
    let turbofish = arguments.as_turbofish();
    let fields = if takes_data {
        quote!({ 0: __data })
    } else {
        quote!({ .. })
    };
    let each = names
        .iter()
        .map(|name| quote!(#alias #turbofish::#name #fields));
    quote!(#(#each)|*)
}

/// The data of the behavior, as a parameter of this type takes it.
pub(super) fn data(scope: &Scope<'_>, ty: &Type) -> TokenStream {
    let private = &scope.private;
    let given = match crate::parse::types::peel(ty) {
        Type::Reference(reference) => reference.elem.to_token_stream(),
        other => other.to_token_stream(),
    };
    let (first, last) = spans::ends(&given);
    let function = quote_spanned!(first=> #private::behavior_data::<#given, _>);
    let argument = quote_spanned!(spans::at(last)=> (__data));
    quote!(#function #argument)
}

/// Another handler of a message can spell the reply in another way.
pub(super) fn reply_as(scope: &Scope<'_>, called: &Called<'_>, handler: &Handler) -> TokenStream {
    let private = &scope.private;
    let (declared, given) = (&called.reply, dispatch::reply(handler));
    if declared.to_string() == given.to_string() {
        return TokenStream::new();
    }
    let span = match handler.reply() {
        Some(reply) => spans::ends(reply).0,
        None => handler.signature.name.span(),
    };
    let function = quote_spanned!(span=> #private::reply_as::<#given, #declared>);
    quote!(let __reply = #function(__reply);)
}

/// Which behavior serves what, and `on_enter` and `on_leave`.
pub(super) fn machine(scope: &Scope<'_>) -> TokenStream {
    if !scope.sound {
        return TokenStream::new();
    }
    let private = &scope.private;
    let messages = u16::try_from(scope.handlers.len()).unwrap_or(u16::MAX);
    let serves = serves(scope);
    let changes = [EventKind::Enter, EventKind::Leave].map(|kind| change(scope, kind));
    quote! {
        const HANDLERS: #private::HandlerNumber = #messages;
        #serves
        #(#changes)*
    }
}

fn serves(scope: &Scope<'_>) -> Option<TokenStream> {
    let private = &scope.private;
    let known = scope.model.known.as_ref()?;
    let place = |name: &Ident| known.iter().position(|known| known.name == *name);
    let arms = scope.handlers.iter().map(|called| {
        let number = called.number;
        if !called.depends() {
            return quote!((_, #number) => true,);
        }
        let named = called
            .handlers
            .iter()
            .flat_map(|handler| &handler.behaviors);
        let places = named
            .filter_map(place)
            .filter_map(|at| u8::try_from(at).ok());
        quote!((#(#places)|*, #number) => true,)
    });
    Some(quote! {
        fn serves(behavior: #private::Byte, handler: #private::HandlerNumber) -> #private::Truth {
            match (behavior, handler) {
                #(#arms)*
                _ => false,
            }
        }
    })
}

/// `on_enter` or `on_leave`, if there is a method for it.
fn change(scope: &Scope<'_>, kind: EventKind) -> Option<TokenStream> {
    let private = &scope.private;
    let of_kind = |event: &&Event| event.kind == kind;
    let mut events = scope.model.events.iter().filter(of_kind).peekable();
    events.peek()?;
    let (flag, hook) = (lifecycle::flag(kind), lifecycle::hook(kind));
    let arms = events.map(|event| {
        let attrs = crate::parse::carry::conditions(&event.signature.attrs);
        let pattern = patterns(scope, &event.behaviors, event.signature.data().is_some());
        let call = call(scope, event);
        let body = lifecycle::result(scope, event, &call);
        quote!(#(#attrs)* #pattern => { #body })
    });
    Some(quote! {
        const #flag: #private::Truth = true;
        async fn #hook(
            __alive: &mut #private::Alive<Self>,
            __ctx: &mut #private::Ctx<Self>,
        ) -> #private::Result<(), #private::Box<#private::Fault>> {
            match &mut __alive.behavior {
                #(#arms)*
                _ => #private::Ok(()),
            }
        }
    })
}

fn call(scope: &Scope<'_>, event: &Event) -> TokenStream {
    let method = &event.signature;
    let arguments: Vec<TokenStream> = method
        .params
        .iter()
        .map(|param| match param.role {
            Role::Data => data(scope, &param.ty),
            _ => quote_spanned!(spans::at(spans::ends(&param.ty).1)=> __ctx),
        })
        .collect();
    let actor = quote!(&mut __alive.actor);
    if method.asyncness.is_some() {
        let function = names::call(&method.name);
        quote!(#function(#actor, #(#arguments),*).await)
    } else {
        future::call(scope.actor, method, actor, &arguments)
    }
}
