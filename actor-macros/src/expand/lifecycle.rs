//! The lifecycle methods of `impl Actor for Counter`, and `impl Watches`.

use super::{Scope, future, spans};
use crate::model::{Event, EventKind, Role};
use crate::names;
use crate::parse::carry;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// The methods for which the user wrote something; the others keep their defaults.
pub(super) fn methods(scope: &Scope<'_>) -> TokenStream {
    if !scope.sound {
        return TokenStream::new();
    }
    scope
        .model
        .events
        .iter()
        .filter(|event| !event.kind.is_change())
        .map(|event| method(scope, event))
        .collect()
}

fn method(scope: &Scope<'_>, event: &Event) -> TokenStream {
    let Scope { private, .. } = scope;
    let attrs = carry::conditions(&event.signature.attrs);
    let name = hook(event.kind);
    let flag = flag(event.kind);
    let brought = match event.kind {
        EventKind::Terminated => Some(quote!(__event: #private::Terminated,)),
        EventKind::ChildFailed => Some(quote!(__event: #private::ChildFailed,)),
        EventKind::Restarting => Some(quote!(__event: #private::Option<#private::Failure>,)),
        _ => None,
    };
    let body = result(scope, event, &call(scope, event));
    quote! {
        #(#attrs)*
        const #flag: #private::Truth = true;
        #(#attrs)*
        async fn #name(&mut self, #brought __ctx: &mut #private::Ctx<Self>) -> #private::Result<(), #private::Box<#private::Fault>> {
            #body
        }
    }
}

/// What a lifecycle method comes to.
pub(super) fn result(scope: &Scope<'_>, event: &Event, call: &TokenStream) -> TokenStream {
    let Scope { private, .. } = scope;
    if let Some(output) = &event.signature.output {
        // a wrong type is shown once, as the compiler says the same of the same place
        let (first, last) = spans::ends(output);
        let open = quote_spanned!(first=> <);
        let settle = quote_spanned!(last=> as #private::LifecycleResult>::into_result(#call));
        quote! {
            use #private::fault::*;
            let __result = #open #output #settle;
            let __fault = (&&&&&&#private::Probe::of_error(&__result)).fault();
            #private::lifecycle_result(__result, __fault)
        }
    } else {
        quote!(#call; #private::Ok(()))
    }
}

fn call(scope: &Scope<'_>, event: &Event) -> TokenStream {
    let method = &event.signature;
    let arguments: Vec<TokenStream> = method
        .params
        .iter()
        .map(|param| {
            let span = spans::at(spans::ends(&param.ty).1);
            match param.role {
                Role::Ctx => quote_spanned!(span=> __ctx),
                _ => quote_spanned!(span=> __event),
            }
        })
        .collect();
    if method.asyncness.is_some() {
        let function = names::call(&method.name);
        quote!(#function(self, #(#arguments),*).await)
    } else {
        future::call(scope.actor, method, quote!(self), &arguments)
    }
}

/// `impl Watches`, which `ctx.watch` asks for, and `impl Idles`, which `ctx.set_idle_timeout` does.
pub(super) fn watches(scope: &Scope<'_>) -> TokenStream {
    let Scope {
        private,
        actor,
        impl_generics,
        where_clause,
        model,
        ..
    } = scope;
    let relations = [
        (EventKind::Terminated, quote!(Watches)),
        (EventKind::Idle, quote!(Idles)),
    ];
    let relations = relations.iter().flat_map(|(kind, relation)| {
        let events = model.events.iter().filter(|event| event.kind == *kind);
        // after a mistake there may be two
        let events = events.take(if scope.sound { usize::MAX } else { 1 });
        events.map(move |event| {
            let attrs = carry::conditions(&event.signature.attrs);
            quote!(#(#attrs)* impl #impl_generics #private::#relation for #actor #where_clause {})
        })
    });
    relations.collect()
}

/// The constant by which the runtime knows that there is one: `STARTED`.
pub(super) fn flag(kind: EventKind) -> Ident {
    let word = match kind {
        EventKind::Idle => "IDLES".to_owned(),
        kind => kind.word().to_uppercase(),
    };
    Ident::new(&word, Span::call_site())
}

/// The method of `Actor` that an event calls: `on_started`.
pub(super) fn hook(kind: EventKind) -> Ident {
    Ident::new(&format!("on_{}", kind.word()), Span::call_site())
}
