//! The functions through which async methods are called.
//!
//! Each states at the method that its future is `Send`. A future that is not is then one error, there, instead of one
//! about the whole dispatcher.

use super::{Scope, sound, spans};
use crate::model::{Receiver, Role, Signature};
use crate::names;
use crate::parse::carry;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

/// One function for each async method.
pub(super) fn futures(scope: &Scope<'_>) -> TokenStream {
    if !scope.sound {
        return TokenStream::new();
    }
    let handlers = scope
        .handlers
        .iter()
        .flat_map(|called| &called.handlers)
        .map(|handler| (&handler.signature, handler.boxed.is_some()));
    let events = scope
        .model
        .events
        .iter()
        .map(|event| (&event.signature, false));
    handlers
        .chain(events)
        .filter(|(method, _)| method.asyncness.is_some())
        .map(|(method, boxed)| future(scope, method, boxed))
        .collect()
}

fn future(scope: &Scope<'_>, method: &Signature, boxed: bool) -> TokenStream {
    let Scope {
        private,
        actor,
        model,
        where_clause,
        ..
    } = scope;
    let attrs = carry::conditions_and_lints(&method.attrs);
    let name = names::call(&method.name);
    let span = method.name.span();
    let borrow = names::borrow(Span::call_site());
    let params = &model.generics.params;
    let params = params.iter().map(without_default);
    let receiver = match method.receiver {
        Receiver::Shared => quote!(&#borrow #actor),
        _ => quote!(&#borrow mut #actor),
    };
    let types = method.params.iter().map(|param| match param.role {
        Role::Ctx => quote!(&#borrow mut #private::Ctx<#actor>),
        Role::Data => data(&param.ty, &borrow),
        Role::Other | Role::Reply => param.ty.to_token_stream(),
    });
    // a wrong type of the context is shown where the user wrote it
    let names: Vec<_> = method
        .params
        .iter()
        .enumerate()
        .map(|(at, param)| format_ident!("__{at}", span = spans::at(spans::ends(&param.ty).1)))
        .collect();
    let output = method
        .output
        .as_ref()
        .map_or_else(|| quote!(()), |ty| quote!(#ty));
    // what is not `Send` has been shown by the constant; the future is then unknown, too
    let ty = sound::gated(scope, actor);
    let call = call(&ty, method, quote!(__actor), &names);
    let (result, call) = if boxed {
        let send = quote_spanned!(span=> dyn ::core::future::Future<Output = #output> + #borrow + ::core::marker::Send);
        (quote!(::core::pin::Pin<#private::Box<#send>>), {
            let pin = spans::moved(&quote!(#private::Box::pin), span);
            quote_spanned!(span=> #pin(#call))
        })
    } else {
        (
            quote_spanned!(span=> impl ::core::future::Future<Output = #output> + #borrow + ::core::marker::Send),
            call,
        )
    };
    quote! {
        #(#attrs)*
        fn #name<#borrow, #(#params),*>(__actor: #receiver, #(#names: #types),*) -> #result #where_clause { #call }
    }
}

/// `<Counter>::add(actor, ..)`, which finds the user's method and no other.
pub(super) fn call(
    ty: &impl ToTokens,
    method: &Signature,
    actor: TokenStream,
    arguments: &[impl ToTokens],
) -> TokenStream {
    let name = &method.name;
    quote_spanned!(name.span()=> <#ty>::#name(#actor, #(#arguments),*))
}

/// A parameter of the block, as it can stand on a function.
fn without_default(param: &syn::GenericParam) -> TokenStream {
    match param {
        syn::GenericParam::Type(param) => {
            let (name, bounds) = (&param.ident, &param.bounds);
            quote!(#name: #bounds)
        }
        syn::GenericParam::Const(param) => {
            let (name, ty) = (&param.ident, &param.ty);
            quote!(const #name: #ty)
        }
        syn::GenericParam::Lifetime(param) => quote!(#param),
    }
}

/// The reference to a behavior's data, which lives as long as the call.
fn data(ty: &syn::Type, borrow: &syn::Lifetime) -> TokenStream {
    match crate::parse::types::peel(ty) {
        syn::Type::Reference(reference) => {
            let (mutability, elem) = (&reference.mutability, &reference.elem);
            quote!(&#borrow #mutability #elem)
        }
        other => other.to_token_stream(),
    }
}
