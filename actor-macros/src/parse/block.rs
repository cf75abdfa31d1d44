//! The impl half: `#[actor] impl Counter { .. }`.

use super::types::peel;
use crate::diagnostics::Diagnostics;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Generics, Signature, Token, Type, Visibility};

/// An inherent impl block with `#[actor]` above.
pub(crate) struct Block {
    /// The outer attributes, less further `#[actor]` attributes.
    pub(crate) attrs: Vec<Attribute>,
    /// A second `#[actor]`, if there is one.
    pub(crate) again: Option<Attribute>,
    /// The parameters, with the where clause.
    pub(crate) generics: Generics,
    /// The actor's type as written.
    pub(crate) self_ty: Type,
    /// The inner attributes.
    pub(crate) inner: Vec<Attribute>,
    /// What stands between the braces, in order.
    pub(crate) members: Vec<Member>,
}

/// One item of the block.
pub(crate) enum Member {
    /// A method or an associated function.
    Method(Box<Method>),
    /// Anything else.
    Other {
        /// The markers that stood on it (a mistake).
        markers: Vec<Marker>,
        /// The item without them.
        tokens: TokenStream,
    },
}

/// A method or an associated function of the block.
pub(crate) struct Method {
    /// `#[handler]` and `#[on]`, in order.
    pub(crate) markers: Vec<Marker>,
    /// All other attributes.
    pub(crate) attrs: Vec<Attribute>,
    /// `pub` and the like, and `default`.
    pub(crate) front: TokenStream,
    /// The signature.
    pub(crate) sig: Signature,
    /// The body, which nobody looks into.
    pub(crate) body: TokenStream,
}

/// `#[handler(..)]` or `#[on(..)]`.
pub(crate) struct Marker {
    /// Which of the two.
    pub(crate) kind: MarkerKind,
    /// The word itself, for messages.
    pub(crate) word: Ident,
    /// What stands in the parentheses.
    pub(crate) args: TokenStream,
    /// The marker was found inside of a `cfg_attr`.
    pub(crate) conditional: bool,
}

/// The two markers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkerKind {
    /// `#[handler]`
    Handler,
    /// `#[on]`
    On,
}

impl ToTokens for Method {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            markers,
            attrs,
            front,
            sig,
            body,
        } = self;
        // the shape of a marked method is not the user's choice
        let shape = (!markers.is_empty()).then(|| {
            quote! {
                #[allow(clippy::needless_pass_by_value, clippy::unused_self, clippy::unused_async)]
            }
        });
        tokens.extend(quote!(#shape #(#attrs)* #front #sig #body));
    }
}

/// Parses the block; a member that cannot be parsed is reported and kept as it is.
pub(crate) fn parse(tokens: TokenStream, found: &mut Diagnostics) -> syn::Result<Block> {
    (|input: ParseStream<'_>| block(input, found)).parse2(tokens)
}

fn block(input: ParseStream<'_>, found: &mut Diagnostics) -> syn::Result<Block> {
    let (again, attrs): (Vec<_>, Vec<_>) = Attribute::parse_outer(input)?
        .into_iter()
        .partition(|attr| attr.path().is_ident("actor"));
    // the compiler refuses it
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Token![impl]>()?;
    let mut generics: Generics = input.parse()?;
    let negative = input.parse::<Option<Token![!]>>()?;
    let self_ty: Type = input.parse()?;
    if negative.is_some() || input.peek(Token![for]) {
        return Err(syn::Error::new_spanned(
            &self_ty,
            "`#[actor]` goes on the inherent `impl` block of the actor, and this implements a trait",
        ));
    }
    generics.where_clause = input.parse()?;
    let content;
    syn::braced!(content in input);
    let inner = Attribute::parse_inner(&content)?;
    let members = members(&content, found)?;
    Ok(Block {
        attrs,
        again: again.into_iter().next(),
        generics,
        self_ty,
        inner,
        members,
    })
}

fn members(input: ParseStream<'_>, found: &mut Diagnostics) -> syn::Result<Vec<Member>> {
    let mut members = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        match member(&ahead) {
            Ok(member) => {
                members.push(member);
                syn::parse::discouraged::Speculative::advance_to(input, &ahead);
            }
            Err(error) => {
                found.push(error);
                let tokens = without_markers(raw_item(input)?);
                members.push(Member::Other {
                    markers: Vec::new(),
                    tokens,
                });
            }
        }
    }
    Ok(members)
}

fn member(input: ParseStream<'_>) -> syn::Result<Member> {
    let mut markers = Vec::new();
    let mut attrs = Vec::new();
    for attr in Attribute::parse_outer(input)? {
        match marker(&attr) {
            Some(marker) => markers.push(marker),
            None => attrs.push(attr),
        }
    }
    markers.extend(attrs.iter_mut().flat_map(conditional_markers));
    let front = Visibility::parse(input)?.into_token_stream();
    if !starts_method(input) {
        let rest = raw_item(input)?;
        return Ok(Member::Other {
            markers,
            tokens: quote!(#(#attrs)* #front #rest),
        });
    }
    let sig: Signature = input.parse()?;
    let clause: Option<syn::WhereClause> = input.parse()?;
    let sig = Signature {
        generics: Generics {
            where_clause: sig.generics.where_clause.clone().or(clause),
            ..sig.generics.clone()
        },
        ..sig
    };
    let body = body(input)?;
    Ok(Member::Method(Box::new(Method {
        markers,
        attrs,
        front,
        sig,
        body,
    })))
}

/// Whether `fn` follows, behind its qualifiers.
fn starts_method(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while ahead.peek(Token![const])
        || ahead.peek(Token![async])
        || ahead.peek(Token![unsafe])
        || ahead.peek(Token![extern])
        || ahead.peek(syn::LitStr)
    {
        if ahead.parse::<TokenTree>().is_err() {
            return false;
        }
    }
    ahead.peek(Token![fn])
}

/// A braced body, perhaps wrapped by a `macro_rules!`; or the semicolon that the compiler will complain about.
fn body(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    match input.parse::<TokenTree>()? {
        TokenTree::Group(group)
            if matches!(group.delimiter(), Delimiter::Brace | Delimiter::None) =>
        {
            Ok(group.into_token_stream())
        }
        TokenTree::Punct(punct) if punct.as_char() == ';' => Ok(punct.into_token_stream()),
        other => Err(syn::Error::new_spanned(
            other,
            "expected the body of the method",
        )),
    }
}

/// Tokens up to the end of an item that is none of the macro's business.
fn raw_item(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut initializer = false;
    while !input.is_empty() {
        let tree: TokenTree = input.parse()?;
        tree.to_tokens(&mut tokens);
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            TokenTree::Punct(punct) if punct.as_char() == '=' => initializer = true,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !initializer => {
                break;
            }
            _ => {}
        }
    }
    Ok(tokens)
}

/// Recognises `#[handler]`, `#[handler(..)]`, `#[actor::handler]` and the same with `on`.
fn marker(attr: &Attribute) -> Option<Marker> {
    marker_of(&attr.meta, false)
}

fn marker_of(meta: &syn::Meta, conditional: bool) -> Option<Marker> {
    let path = meta.path();
    let known = path.segments.len() == 1
        || path
            .segments
            .first()
            .is_some_and(|first| first.ident == "actor");
    let word = path
        .segments
        .last()
        .filter(|_| known && path.segments.len() <= 2)?
        .ident
        .clone();
    let kind = match word.unraw().to_string().as_str() {
        "handler" => MarkerKind::Handler,
        "on" => MarkerKind::On,
        _ => return None,
    };
    let args = match meta {
        syn::Meta::Path(_) => TokenStream::new(),
        syn::Meta::List(list) => list.tokens.clone(),
        syn::Meta::NameValue(pair) => pair.value.to_token_stream(),
    };
    Some(Marker {
        kind,
        word,
        args,
        conditional,
    })
}

/// Takes the markers out of a `cfg_attr`.
fn conditional_markers(attr: &mut Attribute) -> Vec<Marker> {
    let Some((predicate, metas)) = super::carry::cfg_attr(attr) else {
        return Vec::new();
    };
    let (markers, rest): (Vec<_>, Vec<_>) = metas
        .into_iter()
        .partition(|meta| marker_of(meta, true).is_some());
    if !markers.is_empty() {
        *attr = syn::parse_quote!(#[cfg_attr(#predicate, #(#rest),*)]);
    }
    markers
        .iter()
        .filter_map(|meta| marker_of(meta, true))
        .collect()
}

/// Removes `#[handler..]` and `#[on..]` from tokens that could not be parsed.
pub(super) fn without_markers(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        let TokenTree::Group(group) = tree else {
            kept.push(tree);
            continue;
        };
        let after_hash =
            matches!(kept.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if after_hash && group.delimiter() == Delimiter::Bracket && begins_with_marker(&group) {
            kept.pop();
            continue;
        }
        let mut inside = Group::new(group.delimiter(), without_markers(group.stream()));
        inside.set_span(group.span());
        kept.push(TokenTree::Group(inside));
    }
    kept.into_iter().collect()
}

fn begins_with_marker(group: &Group) -> bool {
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "handler" || word == "on")
}

impl Block {
    /// The last segment of the actor's type, which names it.
    pub(crate) fn name(&self) -> Option<&Ident> {
        match peel(&self.self_ty) {
            Type::Path(path) if path.qself.is_none() => {
                path.path.segments.last().map(|segment| &segment.ident)
            }
            _ => None,
        }
    }

    /// The type without its arguments, if it is a path.
    pub(crate) fn path(&self) -> Option<syn::Path> {
        let Type::Path(path) = peel(&self.self_ty) else {
            return None;
        };
        let mut path = path.path.clone();
        for segment in &mut path.segments {
            segment.arguments = syn::PathArguments::None;
        }
        Some(path)
    }

    /// Whether a marker names a behavior; then the names must be known.
    pub(crate) fn speaks_of_behaviors(&self) -> bool {
        let methods = self.members.iter().filter_map(|member| match member {
            Member::Method(method) => Some(method),
            Member::Other { .. } => None,
        });
        let mut markers = methods.flat_map(|method| &method.markers);
        markers.any(Marker::speaks_of_behaviors) && self.path().is_some()
    }
}

impl Marker {
    fn speaks_of_behaviors(&self) -> bool {
        let words: &[&str] = match self.kind {
            MarkerKind::Handler => &["in"],
            MarkerKind::On => &["enter", "leave"],
        };
        self.args.clone().into_iter().any(|tree| {
            matches!(tree, TokenTree::Ident(word) if words.iter().any(|known| word == known))
        })
    }
}
