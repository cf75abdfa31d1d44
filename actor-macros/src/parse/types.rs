//! Questions about types as they are written.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// Opens the parentheses and invisible groups around a type.
pub(crate) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peel(&group.elem),
        Type::Paren(paren) => peel(&paren.elem),
        ty => ty,
    }
}

/// The last segment of a path type.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match peel(ty) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// Whether the last segment of a path type is `name`.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The first type argument of the last segment.
pub(crate) fn first_argument(ty: &Type) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &last_segment(ty)?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether the type is `()`.
pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(peel(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// Whether the type is one of the language's own, which are `Send` and no `Result`: `()`, numbers, text.
///
/// Anything behind another name may be an alias.
pub(crate) fn is_plain(ty: &Type) -> bool {
    const PLAIN: [&str; 18] = [
        "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
        "i64", "i128", "isize", "f32", "f64", "String",
    ];
    match peel(ty) {
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        Type::Path(path) if path.qself.is_none() => {
            let name = path.path.get_ident();
            name.is_some_and(|name| PLAIN.iter().any(|plain| name == plain))
        }
        _ => false,
    }
}

/// Whether the type by its syntax alone can be no `Result`: a plain one, a tuple, an array, a reference.
pub(crate) fn is_no_result(ty: &Type) -> bool {
    is_plain(ty)
        || matches!(
            peel(ty),
            Type::Tuple(_)
                | Type::Array(_)
                | Type::Slice(_)
                | Type::Reference(_)
                | Type::Ptr(_)
                | Type::FnPtr(_)
        )
}

/// Where a type borrows something that is not `'static`, or leaves open what it is.
pub(crate) enum Unowned {
    /// A reference or a lifetime.
    Borrow(Span),
    /// `impl Trait`
    Impl,
    /// `_`
    Hole(Span),
}

/// Finds the first part of a type that a message or a reply cannot contain.
pub(crate) fn unowned(ty: &Type) -> Option<Unowned> {
    let trees: Vec<TokenTree> = ty.to_token_stream().into_iter().collect();
    unowned_trees(&trees)
}

fn unowned_trees(trees: &[TokenTree]) -> Option<Unowned> {
    const FUNCTIONS: [&str; 5] = ["fn", "for", "Fn", "FnMut", "FnOnce"];
    if trees
        .iter()
        .any(|tree| FUNCTIONS.iter().any(|word| is_word(tree, word)))
    {
        // the lifetimes of a function's signature are its own
        return None;
    }
    trees.iter().enumerate().find_map(|(at, tree)| match tree {
        TokenTree::Group(group) => unowned_trees(&group.stream().into_iter().collect::<Vec<_>>()),
        TokenTree::Ident(word) if word == "impl" => Some(Unowned::Impl),
        TokenTree::Ident(word) if word == "_" => Some(Unowned::Hole(word.span())),
        TokenTree::Punct(punct) if punct.as_char() == '&' => {
            let quote =
                matches!(trees.get(at + 1), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
            (!quote).then(|| Unowned::Borrow(punct.span()))
        }
        TokenTree::Punct(punct) if punct.as_char() == '\'' => match trees.get(at + 1) {
            Some(name) if !is_word(name, "static") => Some(Unowned::Borrow(name.span())),
            _ => None,
        },
        _ => None,
    })
}

fn is_word(tree: &TokenTree, word: &str) -> bool {
    matches!(tree, TokenTree::Ident(ident) if ident == word)
}

/// Whether `Self` occurs.
pub(crate) fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == "Self",
        TokenTree::Group(group) => mentions_self(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Writes the actor's type where `Self` stands, so that the tokens mean the same outside of the impl block.
pub(crate) fn without_self(tokens: TokenStream, self_ty: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Ident(word) if word == "Self" => self_ty.clone(),
            TokenTree::Group(group) => {
                let mut inside = proc_macro2::Group::new(
                    group.delimiter(),
                    without_self(group.stream(), self_ty),
                );
                inside.set_span(group.span());
                TokenTree::Group(inside).into()
            }
            tree => tree.into(),
        })
        .collect()
}
