//! What the struct half becomes: the item, and `impl ActorOptions`.

use crate::diagnostics::Diagnostics;
use crate::model::{Mailbox, Options};
use crate::parse::carry;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

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
    let other_half = other_half(model, found);
    quote! {
        #item

        #(#attrs)*
        #[allow(deprecated)]
        const _: () = {
            impl #impl_generics #krate::__private::ActorOptions for #name #arguments #where_clause { #mailbox }
            #other_half
        };
    }
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
        let assert = quote_spanned!(span=> #krate::__private::assert_actor::<#name>);
        quote!(const _: fn() = #assert;)
    })
}
