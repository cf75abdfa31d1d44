//! The user's attributes that go along to what is generated for a method or an item.

use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, parse_quote};

/// `cfg`: without it, code would be generated for what is not there.
pub(crate) fn conditions(attrs: &[Attribute]) -> Vec<Attribute> {
    carried(attrs, &|meta| {
        meta.path().is_ident("cfg").then(|| meta.clone())
    })
}

/// `cfg` and the lints that the user silenced.
pub(crate) fn conditions_and_lints(attrs: &[Attribute]) -> Vec<Attribute> {
    carried(attrs, &|meta| condition_or_lint(meta))
}

/// `cfg`, silenced lints, docs and deprecation.
pub(crate) fn everything(attrs: &[Attribute]) -> Vec<Attribute> {
    carried(attrs, &|meta| {
        let words = ["doc", "deprecated"];
        let kept = words.iter().any(|word| meta.path().is_ident(word));
        if kept {
            Some(meta.clone())
        } else {
            condition_or_lint(meta)
        }
    })
}

fn condition_or_lint(meta: &Meta) -> Option<Meta> {
    match meta {
        meta if meta.path().is_ident("cfg") || meta.path().is_ident("allow") => Some(meta.clone()),
        // what the user expects of the method need not happen in generated code
        Meta::List(list) if list.path.is_ident("expect") => {
            let lints = &list.tokens;
            Some(parse_quote!(allow(#lints)))
        }
        _ => None,
    }
}

fn carried(attrs: &[Attribute], keep: &dyn Fn(&Meta) -> Option<Meta>) -> Vec<Attribute> {
    let kept = attrs.iter().filter_map(|attr| match cfg_attr(attr) {
        Some((predicate, metas)) => conditional(&predicate, &metas, keep),
        None => keep(&attr.meta),
    });
    kept.map(|meta| parse_quote!(#[#meta])).collect()
}

/// What of a `cfg_attr` is kept, itself a `cfg_attr`.
fn conditional(
    predicate: &Meta,
    metas: &[Meta],
    keep: &dyn Fn(&Meta) -> Option<Meta>,
) -> Option<Meta> {
    let kept: Vec<Meta> = metas
        .iter()
        .filter_map(|meta| match cfg_attr_meta(meta) {
            Some((predicate, metas)) => conditional(&predicate, &metas, keep),
            None => keep(meta),
        })
        .collect();
    (!kept.is_empty()).then(|| parse_quote!(cfg_attr(#predicate, #(#kept),*)))
}

/// Splits `cfg_attr(predicate, a, b)`.
pub(super) fn cfg_attr(attr: &Attribute) -> Option<(Meta, Vec<Meta>)> {
    cfg_attr_meta(&attr.meta)
}

fn cfg_attr_meta(meta: &Meta) -> Option<(Meta, Vec<Meta>)> {
    let Meta::List(list) = meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let mut metas = metas(list.tokens.clone())?.into_iter();
    Some((metas.next()?, metas.collect()))
}

fn metas(tokens: TokenStream) -> Option<Punctuated<Meta, Token![,]>> {
    Punctuated::parse_terminated.parse2(tokens).ok()
}
