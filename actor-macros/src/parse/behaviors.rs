//! Behaviors as they are written: declared, named by a marker, and handed from one half to the other.

use super::args::{flat, split};
use crate::diagnostics::Diagnostics;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::Type;

/// One behavior of `behaviors(Closed, Open(Instant))`.
pub(crate) struct Declared {
    /// Its name.
    pub(crate) name: Ident,
    /// The type of its data.
    pub(crate) data: Option<Type>,
}

/// One behavior, as the impl half knows it.
pub(crate) struct Known {
    /// Its name, at its declaration.
    pub(crate) name: Ident,
    /// Whether it has data.
    pub(crate) data: bool,
}

/// Reads a declaration. What is none is reported and left out.
pub(crate) fn declared(tokens: TokenStream, found: &mut Diagnostics) -> Vec<Declared> {
    let parts = split(flat(tokens)).into_iter();
    parts.filter_map(|part| one(part, found)).collect()
}

fn one(part: Vec<TokenTree>, found: &mut Diagnostics) -> Option<Declared> {
    const FORM: &str =
        "a behavior is a name, with data in parentheses: `behaviors(Closed, Open(Instant))`";
    let whole: TokenStream = part.iter().cloned().collect();
    let mut trees = part.into_iter();
    let Some(TokenTree::Ident(name)) = trees.next() else {
        found.over(&whole, FORM);
        return None;
    };
    let data = match trees.next() {
        None => None,
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            Some(data(&name, &group, found)?)
        }
        Some(other) => {
            found.over(&TokenStream::from(other), FORM);
            return None;
        }
    };
    if let Some(rest) = trees.next() {
        found.over(&TokenStream::from(rest), FORM);
        return None;
    }
    Some(Declared { name, data })
}

/// The one type between the parentheses.
fn data(name: &Ident, group: &Group, found: &mut Diagnostics) -> Option<Type> {
    let parts = split(flat(group.stream()));
    match parts.len() {
        0 => found.at(
            name.span(),
            format_args!(
                "`{name}` has no data between its parentheses, name a type or remove them"
            ),
        ),
        1 => match syn::parse2::<Type>(group.stream()) {
            Ok(ty) => return Some(ty),
            Err(_) => found.over(&group.stream(), "the data of a behavior is a type, name it"),
        },
        _ => found.over(
            &group.stream(),
            "a behavior has one piece of data, put them into one struct or tuple",
        ),
    }
    None
}

/// Reads `Closed | HalfOpen`. None if it is something else.
pub(crate) fn named(tokens: TokenStream) -> Option<Vec<Ident>> {
    let mut names = Vec::new();
    let mut trees = flat(tokens).into_iter();
    loop {
        match trees.next()? {
            TokenTree::Ident(name) => names.push(name),
            _ => return None,
        }
        match trees.next() {
            None => return Some(names),
            Some(TokenTree::Punct(punct)) if punct.as_char() == '|' => {}
            Some(_) => return None,
        }
    }
}

/// Reads what the definition has handed over: `Closed, Open(_)`.
pub(crate) fn known(tokens: TokenStream) -> Vec<Known> {
    let parts = split(flat(tokens)).into_iter();
    let known = parts.filter_map(|part| match part.first() {
        Some(TokenTree::Ident(name)) => Some(Known {
            name: name.clone(),
            data: part.len() > 1,
        }),
        _ => None,
    });
    known.collect()
}
