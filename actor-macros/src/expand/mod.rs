//! The last stage: the model to code, one file for each generated item.
//!
//! Generated code names only `actor::__private` and `core`, by full paths, and lives inside an anonymous constant. Its
//! tokens at the user's types have the user's spans: what the compiler finds wrong with them is shown there.

mod behavior;
mod dispatch;
mod envelope;
mod future;
mod handles;
mod lifecycle;
mod machine;
mod options;
mod sound;
mod spans;

pub(crate) use options::options;

use crate::diagnostics::Diagnostics;
use crate::model::{Block, Handler};
use crate::names;
use crate::parse::{carry, types};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Type;

/// The code and one `compile_error!` for each mistake.
pub(crate) fn with_errors(code: TokenStream, found: Diagnostics) -> TokenStream {
    let errors = found.into_compile_errors();
    quote!(#errors #code)
}

/// The impl half: the user's block and what makes its type an actor.
///
/// After a mistake the handlers that can be understood still exist for senders, and the dispatcher is a stub.
pub(crate) fn block(model: &Block, found: &Diagnostics) -> TokenStream {
    let item = &model.item;
    if model.name.is_none() || borrows(model) {
        return item.clone();
    }
    let scope = Scope::new(model, found.is_empty());
    let attrs = carry::conditions_and_lints(&model.attrs);
    let sound = sound::sound(&scope);
    let receives = envelope::receives(&scope);
    let envelope = envelope::envelope(&scope);
    let handles = scope
        .handlers
        .iter()
        .map(|handler| handles::handles(&scope, handler));
    let futures = future::futures(&scope);
    let actor = dispatch::actor(&scope);
    let watches = lifecycle::watches(&scope);
    let alias = machine::alias(&scope);
    let allowed = allowed();
    let (krate, private) = (&model.krate, names::private());
    quote! {
        #item

        #(#attrs)*
        #allowed
        const _: () = {
            use #krate::__private as #private;
            #alias
            #envelope
            #sound
            #receives
            #(#handles)*
            #futures
            #actor
            #watches
        };
    }
}

/// The impl half that names behaviors goes on when it knows them: the macro of the actor's name calls
/// `__behaving` with the names, and with the half as it came.
pub(crate) fn hand_over(
    block: &crate::parse::Block,
    (args, item): (TokenStream, TokenStream),
) -> TokenStream {
    let path = block.path();
    let krate = crate::model::krate_of(args.clone());
    quote!(#path ! { (#krate::__private::__behaving) (#args) #item })
}

/// Whether the actor has a lifetime, which nothing generated could bear.
fn borrows(model: &Block) -> bool {
    model.generics.lifetimes().next().is_some()
}

/// The lints that generated code would trip over because of what the user named or wrote.
fn allowed() -> TokenStream {
    quote! {
        #[allow(
            deprecated,
            non_camel_case_types,
            private_interfaces,
            unreachable_code,
            unreachable_patterns,
            unused_qualifications,
            clippy::all,
            clippy::pedantic
        )]
    }
}

/// What the generators share.
pub(super) struct Scope<'a> {
    /// The model.
    model: &'a Block,
    /// `::actor::__private`
    private: TokenStream,
    /// The actor's type.
    actor: &'a Type,
    /// The enum with its arguments: `CacheMsg<K, V>`.
    envelope: TokenStream,
    /// `<K: Hash, V>`
    impl_generics: TokenStream,
    /// `where ..`
    where_clause: TokenStream,
    /// The handlers that code is generated for.
    handlers: Vec<Called<'a>>,
    /// Whether the actor has parameters.
    generic: bool,
    /// Whether nothing is wrong.
    sound: bool,
}

/// A message that is known, and what handles it.
pub(super) struct Called<'a> {
    /// Its handlers: one, or one in each of some behaviors.
    handlers: Vec<&'a Handler>,
    /// The message.
    message: &'a Type,
    /// Its reply.
    reply: TokenStream,
    /// By this the runtime knows it: its place among the messages, counted from 1.
    number: u16,
}

impl<'a> Called<'a> {
    /// The handler that names the message's variant and its reply.
    fn first(&self) -> &'a Handler {
        self.handlers[0]
    }

    /// Whether it depends on the behavior who handles it.
    fn depends(&self) -> bool {
        self.first().within.is_some()
    }
}

impl<'a> Scope<'a> {
    fn new(model: &'a Block, sound: bool) -> Self {
        let name = &model.envelope;
        let (impl_generics, arguments, where_clause) = model.generics.split_for_impl();
        Self {
            model,
            private: names::private().to_token_stream(),
            actor: &model.self_ty,
            envelope: quote!(#name #arguments),
            impl_generics: impl_generics.to_token_stream(),
            where_clause: where_clause.to_token_stream(),
            handlers: called(model, sound),
            generic: !model.generics.params.is_empty(),
            sound,
        }
    }
}

/// The handlers that code is generated for: after a mistake, those that do not add another.
fn called(model: &Block, sound: bool) -> Vec<Called<'_>> {
    let mut called: Vec<Called<'_>> = Vec::new();
    for handler in &model.handlers {
        let Some(message) = handler.message() else {
            continue;
        };
        let reply = handler
            .reply()
            .filter(|reply| sound || types::unowned(reply).is_none());
        if let Some(earlier) = beside(&mut called, handler, message) {
            earlier.handlers.push(handler);
        } else if sound || is_new(&called, handler, message) {
            // nobody writes 65 535 handlers; the next ones would be named as the last
            let number = u16::try_from(called.len() + 1).unwrap_or(u16::MAX);
            called.push(Called {
                handlers: vec![handler],
                number,
                message,
                reply: reply.map_or_else(|| quote!(()), ToTokens::to_token_stream),
            });
        }
    }
    called
}

/// The message, if it has a handler in another behavior already.
fn beside<'c, 'a>(
    called: &'c mut [Called<'a>],
    handler: &Handler,
    message: &Type,
) -> Option<&'c mut Called<'a>> {
    handler.within?;
    let spelled = message.to_token_stream().to_string();
    called.iter_mut().find(|earlier| {
        earlier.depends() && earlier.message.to_token_stream().to_string() == spelled
    })
}

/// Whether nothing is generated for its name or its message yet.
fn is_new(called: &[Called<'_>], handler: &Handler, message: &Type) -> bool {
    let spelled = message.to_token_stream().to_string();
    types::unowned(message).is_none()
        && called.iter().all(|earlier| {
            earlier.first().signature.name != handler.signature.name
                && earlier.message.to_token_stream().to_string() != spelled
        })
}
