//! The struct half: `#[actor] struct Counter { .. }`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Generics, Token, Visibility};

/// A struct or an enum with `#[actor]` above.
pub(crate) struct Definition {
    /// The item as the user wrote it, less further `#[actor]` attributes.
    pub(crate) item: TokenStream,
    /// All attributes of the item.
    pub(crate) attrs: Vec<Attribute>,
    /// A second `#[actor]`, if there is one.
    pub(crate) again: Option<Attribute>,
    /// `pub` and the like.
    pub(crate) vis: Visibility,
    /// The type's name.
    pub(crate) name: Ident,
    /// Its parameters, with the where clause.
    pub(crate) generics: Generics,
}

/// Parses the header; fields and variants stay tokens.
pub(crate) fn parse(tokens: TokenStream) -> syn::Result<Definition> {
    definition.parse2(tokens)
}

fn definition(input: ParseStream<'_>) -> syn::Result<Definition> {
    let (again, attrs): (Vec<_>, Vec<_>) = Attribute::parse_outer(input)?
        .into_iter()
        .partition(|attr| attr.path().is_ident("actor"));
    let mut item = TokenStream::new();
    for attr in &attrs {
        attr.to_tokens(&mut item);
    }
    let rest = input.fork();
    item.extend(rest.parse::<TokenStream>()?);

    let vis = Visibility::parse(input)?;
    if input.peek(Token![struct]) {
        input.parse::<Token![struct]>()?;
    } else {
        input.parse::<Token![enum]>()?;
    }
    let name = input.parse()?;
    let mut generics: Generics = input.parse()?;
    generics.where_clause = where_clause(input)?;
    Ok(Definition {
        item,
        attrs,
        again: again.into_iter().next(),
        vis,
        name,
        generics,
    })
}

/// The where clause stands before the braces of a struct but behind the parentheses of a tuple struct.
fn where_clause(input: ParseStream<'_>) -> syn::Result<Option<syn::WhereClause>> {
    if input.peek(syn::token::Paren) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    let clause = input.parse();
    input.parse::<TokenStream>()?;
    clause
}
