//! The second stage: what the rules and the generators speak about, as plain data with spans.
//!
//! Building it reports only what makes no sense as a word (an unknown option); what may stand where is decided in
//! [`check`](crate::check).

mod events;
mod methods;
mod options;

pub(crate) use events::{Event, EventKind};
pub(crate) use methods::{Handler, Param, Receiver, Role, Signature};
pub(crate) use options::{Mailbox, Options};

use crate::diagnostics::Diagnostics;
use crate::names;
use crate::parse::behaviors::Known;
use crate::parse::types::{mentions_self, peel, without_self};
use crate::parse::{self, MarkerKind, Member};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Generics, Type};

/// The impl half.
pub(crate) struct Block {
    /// The path of the `actor` crate.
    pub(crate) krate: TokenStream,
    /// The block as it is emitted, without markers.
    pub(crate) item: TokenStream,
    /// The attributes of the block.
    pub(crate) attrs: Vec<Attribute>,
    /// The parameters, with the where clause.
    pub(crate) generics: Generics,
    /// The actor's type.
    pub(crate) self_ty: Type,
    /// Its name; none if the type is no path.
    pub(crate) name: Option<Ident>,
    /// The name of the message enum.
    pub(crate) envelope: Ident,
    /// The handlers, in order.
    pub(crate) handlers: Vec<Handler>,
    /// The behaviors, if they are known: they are when a marker names one.
    pub(crate) known: Option<Vec<Known>>,
    /// The lifecycle methods, in order.
    pub(crate) events: Vec<Event>,
    /// A second `#[actor]`.
    pub(crate) again: Option<Attribute>,
    /// Markers that stand where none can: with their word and whether it is a method.
    pub(crate) misplaced: Vec<Misplaced>,
}

/// A marker that marks nothing.
pub(crate) struct Misplaced {
    /// The marker's word.
    pub(crate) word: Ident,
    /// Why it marks nothing.
    pub(crate) why: Why,
}

/// Why a marker marks nothing.
pub(crate) enum Why {
    /// It stands on a constant, a type or a macro call.
    NoMethod,
    /// The method has another marker already.
    Second,
    /// It stands in a `cfg_attr`.
    Conditional,
}

impl Block {
    /// Sorts the members of a parsed block by their markers.
    pub(crate) fn new(
        block: parse::Block,
        args: Vec<parse::args::Arg>,
        known: Option<Vec<Known>>,
        found: &mut Diagnostics,
    ) -> Self {
        let self_tokens = peel(&block.self_ty).to_token_stream();
        let name = block.name().cloned();
        let mut model = Self {
            krate: options::block_crate(args, found),
            item: emitted(&block),
            envelope: names::envelope(&word_for(name.as_ref()), &mentioned(&block)),
            attrs: block.attrs,
            generics: block.generics,
            self_ty: peel(&block.self_ty).clone(),
            name,
            handlers: Vec::new(),
            known,
            events: Vec::new(),
            again: block.again,
            misplaced: Vec::new(),
        };
        for member in block.members {
            model.add(member, &self_tokens, found);
        }
        model
    }

    fn add(&mut self, member: Member, self_ty: &TokenStream, found: &mut Diagnostics) {
        let method = match member {
            Member::Method(method) => method,
            Member::Other { markers, .. } => {
                let words = markers.into_iter().map(|marker| Misplaced {
                    word: marker.word,
                    why: Why::NoMethod,
                });
                return self.misplaced.extend(words);
            }
        };
        let mut markers = method.markers.iter();
        let Some(marker) = markers.next() else { return };
        if marker.conditional {
            self.misplaced.push(Misplaced {
                word: marker.word.clone(),
                why: Why::Conditional,
            });
        }
        self.misplaced.extend(markers.map(|other| Misplaced {
            word: other.word.clone(),
            why: Why::Second,
        }));
        let signature = Signature::new(&method, self_ty);
        match marker.kind {
            MarkerKind::Handler => self.handlers.push(Handler::new(marker, signature, found)),
            MarkerKind::On => self.events.extend(Event::new(marker, signature, found)),
        }
    }
}

/// The path of the `actor` crate, for who only passes on.
pub(crate) fn krate_of(args: TokenStream) -> TokenStream {
    let mut found = Diagnostics::default();
    let args = parse::args::parse(args, &mut found);
    options::block_crate(args, &mut found)
}

/// The block without its markers.
fn emitted(block: &parse::Block) -> TokenStream {
    let parse::Block {
        attrs,
        generics,
        self_ty,
        inner,
        members,
        ..
    } = block;
    let where_clause = &generics.where_clause;
    let (impl_generics, ..) = generics.split_for_impl();
    let members = members.iter().map(|member| match member {
        Member::Method(method) => method.to_token_stream(),
        Member::Other { tokens, .. } => tokens.clone(),
    });
    quote::quote! {
        #(#attrs)*
        impl #impl_generics #self_ty #where_clause { #(#inner)* #(#members)* }
    }
}

/// The tokens of the user's that generated code repeats.
fn mentioned(block: &parse::Block) -> TokenStream {
    let mut tokens = block.generics.to_token_stream();
    block.generics.where_clause.to_tokens(&mut tokens);
    block.self_ty.to_tokens(&mut tokens);
    for member in &block.members {
        if let Member::Method(method) = member {
            method.sig.to_tokens(&mut tokens);
        }
    }
    tokens
}

/// The word that generated names begin with.
fn word_for(name: Option<&Ident>) -> Ident {
    name.cloned()
        .unwrap_or_else(|| Ident::new("Actor", Span::call_site()))
}

/// A type with `Self` replaced by the actor's type.
fn resolve(ty: &Type, self_ty: &TokenStream) -> Type {
    let tokens = ty.to_token_stream();
    if !mentions_self(tokens.clone()) {
        return ty.clone();
    }
    syn::parse2(without_self(tokens, self_ty)).unwrap_or_else(|_| ty.clone())
}
