//! The arguments of an attribute: a comma-separated list of `word`, `word = value` and `word(value)`.

use crate::diagnostics::Diagnostics;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// One argument.
pub(crate) struct Arg {
    /// The word in front.
    pub(crate) name: Ident,
    /// What follows it.
    pub(crate) value: Value,
}

/// What follows the word of an argument.
pub(crate) enum Value {
    /// Nothing.
    None,
    /// `= tokens`
    Equals(TokenStream),
    /// `(tokens)`
    List(TokenStream),
}

/// Parses the arguments; what is none is reported and left out.
pub(crate) fn parse(tokens: TokenStream, found: &mut Diagnostics) -> Vec<Arg> {
    split(flat(tokens))
        .into_iter()
        .filter_map(|part| match argument(part) {
            Ok(arg) => Some(arg),
            Err(error) => {
                found.push(error);
                None
            }
        })
        .collect()
}

/// Opens the invisible groups in which a `macro_rules!` wraps its fragments.
pub(crate) fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    tokens
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => flat(group.stream()),
            tree => vec![tree],
        })
        .collect()
}

/// Splits at commas; empty parts vanish.
pub(crate) fn split(trees: Vec<TokenTree>) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for tree in trees {
        match &tree {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(Vec::new()),
            _ => parts
                .iter_mut()
                .rev()
                .take(1)
                .for_each(|part| part.push(tree.clone())),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn argument(part: Vec<TokenTree>) -> syn::Result<Arg> {
    let mut trees = part.into_iter();
    let name = match trees.next() {
        Some(TokenTree::Ident(name)) => name,
        other => {
            let rest: TokenStream = other.into_iter().chain(trees).collect();
            return Err(syn::Error::new_spanned(
                rest,
                "an option begins with a word, such as `mailbox = 64`",
            ));
        }
    };
    let value = match trees.next() {
        None => Value::None,
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
            Value::Equals(trees.by_ref().collect())
        }
        Some(TokenTree::Group(group)) => Value::List(group.stream()),
        Some(other) => return Err(leftover(&name, other)),
    };
    match trees.next() {
        None => Ok(Arg { name, value }),
        Some(other) => Err(leftover(&name, other)),
    }
}

fn leftover(name: &Ident, token: TokenTree) -> syn::Error {
    syn::Error::new_spanned(
        token,
        format!("unexpected token after `{name}`, write a comma between options"),
    )
}
