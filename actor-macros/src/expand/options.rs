//! What the struct half becomes: the item, and `impl ActorOptions`.

use super::behavior;
use crate::diagnostics::Diagnostics;
use crate::model::{Mailbox, Options};
use crate::parse::carry;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// The user's item and its options.
pub(crate) fn options(model: &Options, found: &Diagnostics) -> TokenStream {
    let Options {
        krate,
        item,
        attrs,
        name,
        generics,
        ..
    } = model;
    let attrs = carry::conditions_and_lints(attrs);
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let mailbox = mailbox(model);
    let (behavior, clause) = behavior::associated(model);
    let where_clause = clause.unwrap_or_else(|| where_clause.to_token_stream());
    let stash = stash(model);
    let idle = idle(model);
    let behaviors = behavior::behaviors(model);
    let bridge = behavior::bridge(model);
    let other_half = other_half(model, found);
    quote! {
        #item
        #behaviors
        #bridge

        #(#attrs)*
        #[allow(deprecated)]
        const _: () = {
            impl #impl_generics #krate::__private::ActorOptions for #name #arguments #where_clause {
                #mailbox
                #behavior
                #stash
                #idle
            }
            #other_half
        };
    }
}

fn stash(model: &Options) -> TokenStream {
    let krate = &model.krate;
    let private = quote!(#krate::__private);
    let unhandled = model
        .stash
        .unhandled
        .map(|(stashes, _)| quote!(const STASHES: #private::Truth = #stashes;));
    let capacity = model
        .stash
        .capacity
        .map(|(capacity, _)| quote!(const STASH: #private::Size = #capacity;));
    let replays = model
        .stash
        .replays
        .map(|replays| quote!(const REPLAYS: #private::Truth = #replays;));
    quote!(#unhandled #capacity #replays)
}

fn idle(model: &Options) -> Option<TokenStream> {
    let millis = model.idle.as_ref()?.millis;
    Some(quote! {
        const IDLE: ::core::option::Option<::core::time::Duration> =
            ::core::option::Option::Some(::core::time::Duration::from_millis(#millis));
    })
}

fn mailbox(model: &Options) -> Option<TokenStream> {
    let private = {
        let krate = &model.krate;
        quote!(#krate::__private)
    };
    let value = match model.mailbox.as_ref()? {
        Mailbox::Bounded(capacity, _) => quote!(bounded(#capacity)),
        Mailbox::Unbounded => quote!(unbounded()),
    };
    let overflow = model.overflow.as_ref().map(|overflow| {
        let variant = Ident::new(overflow.variant, Span::call_site());
        quote!(.overflow(#private::Overflow::#variant))
    });
    Some(quote! {
        const MAILBOX: ::core::option::Option<#private::Mailbox> = ::core::option::Option::Some(#private::Mailbox::#value #overflow);
    })
}

/// Lets the compiler complain at the type's name when there is no `#[actor] impl` block.
fn other_half(model: &Options, found: &Diagnostics) -> Option<TokenStream> {
    let Options {
        krate,
        name,
        generics,
        ..
    } = model;
    let checked = found.is_empty() && generics.params.is_empty();
    checked.then(|| {
        let span = name.span();
        let assert = match &model.idle {
            // asks for both
            Some(idle) => quote_spanned!(idle.span=> #krate::__private::assert_idles::<#name>),
            None => quote_spanned!(span=> #krate::__private::assert_actor::<#name>),
        };
        quote!(const _: fn() = #assert;)
    })
}
