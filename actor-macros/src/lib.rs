//! The procedural macros of the `actor` framework.
//!
//! The crate is an implementation detail of `actor`, which re-exports the macros and documents them for users.
//! An attribute goes through four stages with plain data between them: `parse` turns tokens into syntax, `model`
//! turns syntax into what the rules and the generators speak about, `check` collects every mistake, and
//! `expand` writes the code. After a mistake the user's item and stubs of the generated items are still
//! emitted, so that one mistake is one message.

mod check;
mod diagnostics;
mod expand;
mod model;
mod names;
mod parse;

#[cfg(test)]
mod tests;

use diagnostics::Diagnostics;
use proc_macro::TokenStream;

/// Turns a struct or an enum and its one inherent `impl` block into an actor; documented in the `actor` crate.
#[proc_macro_attribute]
pub fn actor(args: TokenStream, item: TokenStream) -> TokenStream {
    actor_tokens(args.into(), item.into()).into()
}

/// Marks a method of an `#[actor] impl` block as the handler of a message; documented in the `actor` crate.
#[proc_macro_attribute]
pub fn handler(_args: TokenStream, item: TokenStream) -> TokenStream {
    stray_tokens("handler", item.into()).into()
}

/// Marks a method of an `#[actor] impl` block as the handler of a lifecycle event; documented in the `actor` crate.
#[proc_macro_attribute]
pub fn on(_args: TokenStream, item: TokenStream) -> TokenStream {
    stray_tokens("on", item.into()).into()
}

/// Where the impl half goes on when it knows its behaviors; see `expand::hand_over`. Not for users.
#[doc(hidden)]
#[proc_macro]
pub fn __behaving(tokens: TokenStream) -> TokenStream {
    let mut tokens = proc_macro2::TokenStream::from(tokens).into_iter();
    let mut group = || match tokens.next() {
        Some(proc_macro2::TokenTree::Group(group)) => group.stream(),
        _ => proc_macro2::TokenStream::new(),
    };
    let known = parse::behaviors::known(group());
    let args = group();
    expand_actor(args, tokens.collect(), Some(known)).into()
}

/// `#[actor]` on tokens of `proc_macro2`, so that tests can call it outside of the compiler.
fn actor_tokens(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    expand_actor(args, item, None)
}

fn expand_actor(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
    known: Option<Vec<parse::behaviors::Known>>,
) -> proc_macro2::TokenStream {
    let mut found = Diagnostics::default();
    let whole = (args.clone(), item.clone());
    let args = parse::args::parse(args, &mut found);
    let code = match parse::item(item, &mut found) {
        parse::Item::Block(block) if known.is_none() && block.speaks_of_behaviors() => {
            return expand::hand_over(&block, whole);
        }
        parse::Item::Definition(definition) => {
            let model = model::Options::new(*definition, args, &mut found);
            check::options(&model, &mut found);
            expand::options(&model, &found)
        }
        parse::Item::Block(block) => {
            let model = model::Block::new(*block, args, known, &mut found);
            check::block(&model, &mut found);
            expand::block(&model, &found)
        }
        parse::Item::Other(item) => item,
    };
    expand::with_errors(code, found)
}

/// A marker that the `#[actor]` of an impl block has not consumed stands where it means nothing.
fn stray_tokens(marker: &str, item: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let mut found = Diagnostics::default();
    check::stray_marker(marker, &mut found);
    expand::with_errors(item, found)
}
