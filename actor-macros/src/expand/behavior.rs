//! What the struct half makes of `behaviors(..)`: the enum with the data, the one without, and the macro by
//! which the impl half learns of them.

use crate::model::Options;
use crate::names;
use crate::parse::behaviors::Declared;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Generics;

/// The names of an actor's behaviors and of what is generated for them.
struct Scope<'a> {
    model: &'a Options,
    behavior: Ident,
    state: Ident,
    /// The actor's parameters if the data mention one, else none.
    generics: Generics,
}

impl<'a> Scope<'a> {
    fn new(model: &'a Options) -> Self {
        let params = params(model);
        let generic = distinct(model).any(|declared| {
            let data = declared.data.to_token_stream();
            params.iter().any(|param| mentions(data.clone(), param))
        });
        Self {
            model,
            behavior: names::behavior(&model.name),
            state: names::state(&model.name),
            generics: if generic {
                model.generics.clone()
            } else {
                Generics::default()
            },
        }
    }

    fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    /// What behaviors are must be sendable, which the definition need not say.
    fn where_clause(&self) -> Option<TokenStream> {
        let (_, arguments, clause) = self.generics.split_for_impl();
        let behavior = &self.behavior;
        let own = clause.map(|clause| clause.predicates.iter());
        let own = own.into_iter().flatten();
        let where_clause =
            quote!(where #(#own,)* #behavior #arguments: ::core::marker::Send + 'static);
        self.is_generic().then_some(where_clause)
    }

    /// The arm for the variant that no value has.
    fn no_value(&self) -> Option<TokenStream> {
        let phantom = names::phantom();
        self.is_generic()
            .then(|| quote!(Self::#phantom(_, never) => match *never {},))
    }
}

/// The type that `ActorOptions` names, and the condition under which it is one.
pub(super) fn associated(model: &Options) -> (TokenStream, Option<TokenStream>) {
    if model.behaviors.is_empty() {
        return (
            quote!(
                type Behaviors = ();
            ),
            None,
        );
    }
    let scope = Scope::new(model);
    let behavior = &scope.behavior;
    let (_, arguments, _) = scope.generics.split_for_impl();
    let associated = quote!(type Behaviors = #behavior #arguments;);
    (associated, scope.where_clause())
}

/// The two enums, `Breaker::behaviors`, and what the runtime must know of them.
pub(super) fn behaviors(model: &Options) -> TokenStream {
    if model.behaviors.is_empty() {
        return TokenStream::new();
    }
    let scope = Scope::new(model);
    let state = state(&scope);
    let behavior = behavior(&scope);
    let private = {
        let krate = &model.krate;
        quote!(#krate::__private)
    };
    let relations = relations(&scope, &private);
    quote!(#state #behavior #relations)
}

/// The enum without data.
fn state(scope: &Scope<'_>) -> TokenStream {
    let Scope { model, state, .. } = scope;
    let attrs = crate::parse::carry::conditions(&model.attrs);
    let (vis, name) = (&model.vis, &model.name);
    let names: Vec<&Ident> = distinct(model).map(|one| &one.name).collect();
    let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
    let doc = format!("The behaviors of [`{name}`], without their data.");
    let docs = texts
        .iter()
        .map(|text| format!("In the behavior `{text}`."));
    quote! {
        #(#attrs)*
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash)]
        #[allow(dead_code)]
        #vis enum #state { #(#[doc = #docs] #names),* }

        #(#attrs)*
        impl ::core::fmt::Display for #state {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(match self { #(Self::#names => #texts,)* })
            }
        }
    }
}

/// The enum with the data.
fn behavior(scope: &Scope<'_>) -> TokenStream {
    let Scope {
        model, behavior, ..
    } = scope;
    let attrs = crate::parse::carry::conditions(&model.attrs);
    let (vis, name) = (&model.vis, &model.name);
    let doc = format!("The behaviors of [`{name}`].");
    let variants = distinct(model).map(|Declared { name, data }| {
        let doc = format!("The behavior `{name}`.");
        // data can be there for its own sake, such as a guard
        let data = data
            .as_ref()
            .map(|data| quote!((#[allow(dead_code)] #data)));
        quote!(#[doc = #doc] #name #data)
    });
    let phantom = names::phantom();
    let (_, actor_arguments, _) = model.generics.split_for_impl();
    let params = &scope.generics;
    let (impl_generics, arguments, where_clause) = scope.generics.split_for_impl();
    // a parameter that no data mention must occur somewhere
    let unused = scope.is_generic().then(|| {
        quote!(#[doc(hidden)] #phantom(::core::marker::PhantomData<fn() -> #name #actor_arguments>, ::core::convert::Infallible),)
    });
    let arms = distinct(model).map(|Declared { name, data }| {
        let text = match data {
            Some(_) => format!("{name}(..)"),
            None => name.to_string(),
        };
        quote!(Self::#name { .. } => #text,)
    });
    let no_value = scope.no_value();
    quote! {
        #(#attrs)*
        #[doc = #doc]
        #[allow(private_interfaces)]
        #vis enum #behavior #params #where_clause { #(#variants,)* #unused }

        #(#attrs)*
        impl #impl_generics ::core::fmt::Debug for #behavior #arguments #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(match self { #(#arms)* #no_value })
            }
        }
    }
}

/// What the runtime must know of the enums, and the list for users.
fn relations(scope: &Scope<'_>, private: &TokenStream) -> TokenStream {
    let Scope {
        model,
        behavior,
        state,
        ..
    } = scope;
    let attrs = crate::parse::carry::conditions_and_lints(&model.attrs);
    let (impl_generics, arguments, _) = scope.generics.split_for_impl();
    let where_clause = scope.where_clause();
    let (name, vis) = (&model.name, &model.vis);
    let (actor_generics, actor_arguments, actor_clause) = model.generics.split_for_impl();
    let names: Vec<&Ident> = distinct(model).map(|one| &one.name).collect();
    let texts = names.iter().map(ToString::to_string);
    let first = names[0];
    let data = model.behaviors[0].data.as_ref().map(|data| {
        let span = crate::expand::spans::ends(data).0;
        let of = quote_spanned!(span=> #private::first_data::<#data>);
        quote!((#of()))
    });
    let no_value = scope.no_value();
    let doc = format!("The behaviors of [`{name}`] and the messages that each one handles.");
    quote! {
        #(#attrs)*
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::Behavior for #behavior #arguments #where_clause {
                type State = #state;
                type Stack = #private::Stack<Self>;
                const NAMES: &'static [&'static #private::Text] = &[#(#texts),*];
                const FIRST: #state = #state::#first;
                fn first() -> Self { Self::#first #data }
                fn state(&self) -> #state {
                    match self { #(Self::#names { .. } => #state::#names,)* #no_value }
                }
                fn index(state: #state) -> #private::Byte { state as #private::Byte }
            }
            impl #actor_generics #private::Behaves for #name #actor_arguments #actor_clause {
                type Behavior = #behavior #arguments;
            }

            impl #actor_generics #name #actor_arguments #actor_clause {
                #[doc = #doc]
                #[allow(dead_code)]
                #vis fn behaviors() -> #private::Vec<#private::BehaviorInfo>
                where
                    Self: #private::Actor,
                {
                    #private::behaviors::<Self>()
                }
            }
        };
    }
}

/// The macro of the actor's name, through which the impl half learns which behaviors there are.
pub(super) fn bridge(model: &Options) -> TokenStream {
    let attrs = crate::parse::carry::conditions(&model.attrs);
    let (name, bridge) = (&model.name, names::bridge(&model.name));
    let known = distinct(model).map(|Declared { name, data }| {
        let data = data.as_ref().map(|_| quote!((_)));
        quote!(#name #data)
    });
    quote! {
        #(#attrs)*
        #[doc(hidden)]
        #[allow(unused_macros)]
        macro_rules! #bridge {
            (($($then:tt)*) $($half:tt)*) => { $($then)* ! { (#(#known),*) $($half)* } };
        }
        #(#attrs)*
        #[doc(hidden)]
        #[allow(unused_imports)]
        pub(crate) use #bridge as #name;
    }
}

fn params(model: &Options) -> Vec<String> {
    let params = model.generics.params.iter();
    let names = params.map(|param| match param {
        syn::GenericParam::Type(ty) => ty.ident.to_string(),
        syn::GenericParam::Const(constant) => constant.ident.to_string(),
        syn::GenericParam::Lifetime(lifetime) => lifetime.lifetime.ident.to_string(),
    });
    names.collect()
}

/// Whether a word occurs anywhere.
fn mentions(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The behaviors; after a mistake one of them may stand there twice.
fn distinct(model: &Options) -> impl Iterator<Item = &Declared> {
    let all = model.behaviors.iter().enumerate();
    let new = |(at, declared): &(usize, &Declared)| {
        let mut earlier = model.behaviors[..*at].iter();
        earlier.all(|earlier| earlier.name != declared.name)
    };
    all.filter(new).map(|(_, declared)| declared)
}
