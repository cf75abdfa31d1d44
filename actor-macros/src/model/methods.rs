//! Handlers, and what every marked method has.

use super::resolve;
use crate::diagnostics::{Diagnostics, list};
use crate::parse::types::{first_argument, is_named, is_unit, peel};
use crate::parse::{self, Marker, args, behaviors};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, GenericParam, PathArguments, ReceiverKind, ReturnType, Safety, Type};

/// A method with `#[handler]`.
pub(crate) struct Handler {
    /// Its signature.
    pub(crate) signature: Signature,
    /// The word `fails`, if it stands there.
    pub(crate) fails: Option<Span>,
    /// The word `boxed`, if it stands there.
    pub(crate) boxed: Option<Span>,
    /// The word `in`, if it stands there.
    pub(crate) within: Option<Span>,
    /// The behaviors that it names; empty for a handler of all.
    pub(crate) behaviors: Vec<Ident>,
}

/// The signature of a marked method.
pub(crate) struct Signature {
    /// The attributes, less the markers.
    pub(crate) attrs: Vec<Attribute>,
    /// The method's name.
    pub(crate) name: Ident,
    /// The word `async`, if it stands there.
    pub(crate) asyncness: Option<Span>,
    /// How it takes the actor.
    pub(crate) receiver: Receiver,
    /// What it takes else, in order.
    pub(crate) params: Vec<Param>,
    /// What it returns; none for `()`.
    pub(crate) output: Option<Type>,
    /// What no marked method can be.
    pub(crate) oddities: Vec<Oddity>,
}

/// How a method takes the actor.
pub(crate) enum Receiver {
    /// `&self`
    Shared,
    /// `&mut self`
    Exclusive,
    /// `self`
    Value(Span),
    /// `self: Type`
    Typed(Box<Type>),
    /// Not at all.
    None,
}

/// A parameter behind the receiver.
pub(crate) struct Param {
    /// Its type, `Self` resolved.
    pub(crate) ty: Type,
    /// What it is by its type.
    pub(crate) role: Role,
}

/// What a parameter is by the last segment of its type. Its name means nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The data of a behavior, by reference.
    Data,
    /// `Reply<R>`
    Reply,
    /// `&mut Ctx<_>` or `&Ctx<_>`
    Ctx,
    /// Anything else.
    Other,
}

/// Something that no marked method can be, with the word for it.
pub(crate) struct Oddity {
    /// What it is, as in "a handler cannot be ..".
    pub(crate) word: &'static str,
    /// The tokens that make it so.
    pub(crate) span: Span,
}

impl Handler {
    /// Reads the marker's words.
    pub(super) fn new(marker: &Marker, signature: Signature, found: &mut Diagnostics) -> Self {
        let mut handler = Self {
            signature,
            fails: None,
            boxed: None,
            within: None,
            behaviors: Vec::new(),
        };
        for arg in args::parse(marker.args.clone(), found) {
            handler.option(&arg, found);
        }
        if handler.within.is_some() {
            handler.signature.takes_data_at(1);
        }
        handler
    }

    fn option(&mut self, arg: &args::Arg, found: &mut Diagnostics) {
        let name = arg.name.to_string();
        let slot = match name.as_str() {
            "fails" => &mut self.fails,
            "boxed" => &mut self.boxed,
            "in" if self.within.is_none() => {
                self.within = Some(arg.name.span());
                self.behaviors = within(arg, found);
                return;
            }
            "in" => &mut self.within,
            "local" => {
                return found.at(
                    arg.name.span(),
                    format_args!("`#[handler({name})]` is not available yet, remove the word"),
                );
            }
            _ => {
                let allowed = list(["in", "fails", "boxed"]);
                return found.at(
                    arg.name.span(),
                    format_args!("unknown handler option `{name}`, the options are {allowed}"),
                );
            }
        };
        if slot.replace(arg.name.span()).is_some() {
            found.at(
                arg.name.span(),
                format_args!("`{name}` stands here twice, remove one"),
            );
        } else if !matches!(arg.value, args::Value::None) {
            found.at(
                arg.name.span(),
                format_args!("`{name}` takes no value, write the word alone"),
            );
        }
    }

    /// The message's type: the first parameter, unless it is what stands behind a message.
    pub(crate) fn message(&self) -> Option<&Type> {
        self.signature
            .params
            .first()
            .filter(|first| first.role == Role::Other)
            .map(|first| &first.ty)
    }

    /// The parameter of the type `Reply<R>`.
    pub(crate) fn reply_param(&self) -> Option<&Param> {
        self.signature
            .params
            .iter()
            .find(|param| param.role == Role::Reply)
    }

    /// The type of the reply; none for `()`.
    pub(crate) fn reply(&self) -> Option<&Type> {
        match self.reply_param() {
            Some(param) => first_argument(&param.ty).filter(|ty| !is_unit(ty)),
            None => self.signature.output.as_ref(),
        }
    }
}

/// Reads `in = Closed | HalfOpen`.
fn within(arg: &args::Arg, found: &mut Diagnostics) -> Vec<Ident> {
    let named = match &arg.value {
        args::Value::Equals(value) => behaviors::named(value.clone()),
        _ => None,
    };
    if named.is_none() {
        found.at(
            arg.name.span(),
            "`in` names behaviors, write `in = Open` or `in = Open | Closed`",
        );
    }
    named.unwrap_or_default()
}

impl Signature {
    /// The parameter there is the data of a behavior if it is a reference to something else than the context.
    pub(super) fn takes_data_at(&mut self, at: usize) {
        if let Some(param) = self.params.get_mut(at)
            && param.role == Role::Other
            && matches!(peel(&param.ty), Type::Reference(_))
        {
            param.role = Role::Data;
        }
    }

    /// The parameter that takes the data of a behavior.
    pub(crate) fn data(&self) -> Option<&Param> {
        self.params.iter().find(|param| param.role == Role::Data)
    }

    /// Reads a method's signature.
    pub(super) fn new(method: &parse::Method, self_ty: &TokenStream) -> Self {
        let sig = &method.sig;
        let mut params: Vec<Param> = sig
            .inputs
            .iter()
            .filter_map(|input| match input {
                FnArg::Receiver(_) => None,
                FnArg::Typed(typed) => Some(Param {
                    ty: resolve(&typed.ty, self_ty),
                    role: role(&typed.ty),
                }),
            })
            .collect();
        if let Some(first) = params.first_mut()
            && first.role == Role::Reply
            && first_argument(&first.ty).is_none()
        {
            // a message that happens to be called `Reply`
            first.role = Role::Other;
        }
        Self {
            attrs: method.attrs.clone(),
            name: sig.ident.clone(),
            asyncness: sig.asyncness.map(|token| token.span),
            receiver: receiver(sig),
            params,
            output: match &sig.output {
                ReturnType::Type(_, ty) if !is_unit(ty) => Some(resolve(ty, self_ty)),
                _ => None,
            },
            oddities: oddities(sig),
        }
    }
}

fn role(ty: &Type) -> Role {
    match peel(ty) {
        Type::Reference(reference) if is_named(&reference.elem, "Ctx") => Role::Ctx,
        ty if is_named(ty, "Reply") => Role::Reply,
        _ => Role::Other,
    }
}

fn receiver(sig: &syn::Signature) -> Receiver {
    let Some(receiver) = sig.receiver() else {
        return Receiver::None;
    };
    match &receiver.kind {
        ReceiverKind::Reference(_, _, Some(_)) => Receiver::Exclusive,
        ReceiverKind::Reference(_, _, None) => Receiver::Shared,
        ReceiverKind::Typed(_, ty) => typed_receiver(ty),
        _ => Receiver::Value(receiver.self_token.span),
    }
}

/// `self: &mut Self` is the long form of `&mut self`.
fn typed_receiver(ty: &Type) -> Receiver {
    match peel(ty) {
        Type::Reference(reference) if is_plain_self(&reference.elem) => {
            match reference.mutability {
                Some(_) => Receiver::Exclusive,
                None => Receiver::Shared,
            }
        }
        ty => Receiver::Typed(Box::new(ty.clone())),
    }
}

fn is_plain_self(ty: &Type) -> bool {
    matches!(peel(ty), Type::Path(path) if path.path.is_ident("Self"))
        && crate::parse::types::last_segment(ty)
            .is_some_and(|segment| matches!(segment.arguments, PathArguments::None))
}

fn oddities(sig: &syn::Signature) -> Vec<Oddity> {
    let mut odd = Vec::new();
    let mut add = |word, span| odd.push(Oddity { word, span });
    if let Some(token) = &sig.constness {
        add("`const`", token.span);
    }
    if let Safety::Unsafe(token) = &sig.safety {
        add("`unsafe`", token.span);
    }
    if let Some(abi) = &sig.abi {
        add("`extern`", abi.extern_token.span);
    }
    if let Some(parameter) = sig.generics.params.first() {
        let ident = match parameter {
            GenericParam::Lifetime(lifetime) => lifetime.lifetime.span(),
            GenericParam::Type(ty) => ty.ident.span(),
            GenericParam::Const(constant) => constant.ident.span(),
        };
        add("generic", ident);
    }
    if let Some(variadic) = &sig.variadic {
        add("variadic", variadic.to_token_stream().span());
    }
    odd
}
