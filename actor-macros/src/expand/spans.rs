//! Where the compiler shows what it finds wrong in generated code.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The place of `span`, for tokens that must still see the local names of generated code.
pub(super) fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// The first and the last token of what the user wrote. A node whose own first and last token have these spans is
/// shown as the whole.
pub(super) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut trees = tokens.to_token_stream().into_iter();
    let first = trees
        .next()
        .map_or_else(Span::call_site, |tree| tree.span());
    let last = trees.last().map_or(first, |tree| tree.span());
    (first, last)
}

/// The same tokens at another place.
pub(super) fn moved(tokens: &impl ToTokens, span: Span) -> TokenStream {
    let trees = tokens.to_token_stream().into_iter();
    trees
        .map(|tree| match tree {
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), moved(&group.stream(), span));
                inside.set_span(span);
                TokenTree::Group(inside)
            }
            mut tree => {
                tree.set_span(tree.span().located_at(span));
                tree
            }
        })
        .collect()
}
