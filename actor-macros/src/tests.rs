//! Tests of the stages, outside of the compiler.

use crate::diagnostics::{Diagnostics, list, pretty};
use crate::parse::{self, args, carry, types};
use crate::{actor_tokens, model, names, stray_tokens};
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse_quote;

/// The mistakes of the first three stages on an impl block.
fn mistakes(item: TokenStream) -> Vec<String> {
    let mut found = Diagnostics::default();
    match parse::item(item, &mut found) {
        parse::Item::Block(block) => {
            let model = model::Block::new(*block, Vec::new(), None, &mut found);
            crate::check::block(&model, &mut found);
        }
        parse::Item::Definition(_) | parse::Item::Other(_) => {}
    }
    found.texts()
}

fn expand(args: TokenStream, item: TokenStream) -> String {
    actor_tokens(args, item).to_string()
}

#[test]
fn a_sound_block_has_no_mistakes() {
    let found = mistakes(quote! {
        impl<T: Send> Counter<T> {
            const LIMIT: [u8; { 3 }] = [0; 3];
            type Unparsed = { anything goes };
            some_macro! { x }
            fn plain(self) {}
            #[handler(fails, boxed)]
            pub(crate) async fn add(&mut self, msg: Add<T>, ctx: &mut Ctx<Self>) -> Result<(), T> { half written ( ) }
            #[on(terminated)]
            fn gone(&self, event: Terminated) {}
        }
    });
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn all_mistakes_are_found_at_once() {
    let found = mistakes(quote! {
        impl Counter {
            #[handler(quick)]
            const fn one(self) {}
            #[handler]
            #[on(started)]
            fn two(&self, a: &A, b: B) -> &str {}
            #[on(begin)]
            fn three(&self) {}
        }
    });
    assert_eq!(found.len(), 9, "{found:#?}");
}

#[test]
fn after_a_mistake_the_rest_is_still_an_actor() {
    let code = expand(
        TokenStream::new(),
        quote! {
            impl Counter {
                #[handler] fn good(&self, m: Good) -> u8 { 1 }
                #[handler] fn bad(self, m: &Bad) {}
            }
        },
    );
    assert_eq!(code.matches("compile_error").count(), 2, "{code}");
    assert!(code.contains("Handles < Good >"), "{code}");
    assert!(!code.contains("# [handler"), "{code}");
    assert!(code.contains("fn bad"), "{code}");
}

#[test]
fn what_is_no_item_for_an_actor_is_given_back_without_markers() {
    let code = expand(
        TokenStream::new(),
        quote!(impl Tr for Counter { #[handler] fn a(&self, m: M) {} }),
    );
    assert!(code.contains("impl Tr for Counter"), "{code}");
    assert!(!code.contains("handler"), "{code}");
    assert_eq!(code.matches("compile_error").count(), 1, "{code}");
}

#[test]
fn half_written_code_is_no_panic() {
    for item in [
        quote!(),
        quote!(impl),
        quote!(impl Counter),
        quote!(impl Counter { #[handler] fn }),
        quote!(impl Counter { #[handler] fn add(&mut self, msg: ) {} }),
        quote!(impl Counter { #[handler] }),
        quote!(
            impl (A, B) {
                #[handler]
                fn a(&self, m: M) {}
            }
        ),
        quote!(struct),
        quote!(struct Counter { a: }),
        quote!(pub),
        quote!(
            const X: u8 = 1;
        ),
    ] {
        for args in [
            quote!(),
            quote!(mailbox =),
            quote!(= , ,),
            quote!(crate = 1),
        ] {
            drop(actor_tokens(args, item.clone()));
        }
        drop(stray_tokens("handler", item));
    }
}

#[test]
fn arguments_are_words_with_values() {
    let mut found = Diagnostics::default();
    let parsed = args::parse(
        quote!(mailbox = 64, crate = a::b, kind(x, y), fails,),
        &mut found,
    );
    assert!(found.is_empty());
    assert_eq!(
        parsed
            .iter()
            .map(|arg| arg.name.to_string())
            .collect::<Vec<_>>(),
        ["mailbox", "crate", "kind", "fails"]
    );
}

#[test]
fn self_is_resolved_where_it_stands_inside_of_another_type() {
    let resolved = types::without_self(quote!(Wrap<[Self; 2]>), &quote!(Cache<K>));
    assert_eq!(pretty(&resolved), "Wrap<[Cache<K> ; 2]>");
}

#[test]
fn only_a_type_without_a_foreign_name_is_surely_no_result() {
    for plain in [
        quote!(()),
        quote!(u8),
        quote!(String),
        quote!(&'static T),
        quote!([T; 2]),
    ] {
        let ty = syn::parse2(plain).expect("a type");
        assert!(types::is_no_result(&ty));
    }
    for open in [quote!(Total), quote!(io::Result<()>), quote!(Self::Answer)] {
        let ty = syn::parse2(open).expect("a type");
        assert!(!types::is_no_result(&ty));
    }
}

#[test]
fn a_message_may_contain_static_lifetimes_and_those_of_functions() {
    for owned in [
        quote!(&'static str),
        quote!(fn(&str) -> &str),
        quote!(Box<dyn Fn(&str)>),
    ] {
        assert!(types::unowned(&syn::parse2(owned).expect("a type")).is_none());
    }
    for borrowed in [quote!(&str), quote!(Cow<'_, str>), quote!((u8, &'a T))] {
        assert!(types::unowned(&syn::parse2(borrowed).expect("a type")).is_some());
    }
}

#[test]
fn conditions_are_carried_out_of_cfg_attr() {
    let attrs: Vec<syn::Attribute> = vec![
        parse_quote!(#[cfg_attr(unix, cfg(feature = "a"), inline, doc = "x")]),
        parse_quote!(#[inline]),
        parse_quote!(#[expect(dead_code)]),
    ];
    let print = |attrs: Vec<syn::Attribute>| quote!(#(#attrs)*).to_string();
    assert_eq!(
        print(carry::conditions(&attrs)),
        quote!(#[cfg_attr(unix, cfg(feature = "a"))]).to_string()
    );
    assert_eq!(
        print(carry::everything(&attrs)),
        quote!(#[cfg_attr(unix, cfg(feature = "a"), doc = "x")] #[allow(dead_code)]).to_string()
    );
}

#[test]
fn the_envelope_has_a_name_that_the_user_does_not_mention() {
    let actor = parse_quote!(r#Counter);
    assert_eq!(names::envelope(&actor, &quote!(Add)), "CounterMsg");
    assert_eq!(
        names::envelope(&actor, &quote!(Vec<(CounterMsg)>)),
        "CounterMsg_"
    );
}

#[test]
fn lists_read_like_a_sentence() {
    assert_eq!(list(["a"]), "`a`");
    assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
}
