//! The first stage: tokens to syntax.
//!
//! Only what the macros look at is parsed: attributes, the header of the item and the signatures of methods. Bodies
//! stay tokens. That is faster, and half-written or newer code inside of a body is the compiler's affair.

pub(crate) mod args;
pub(crate) mod behaviors;
mod block;
pub(crate) mod carry;
mod definition;
pub(crate) mod types;

pub(crate) use block::{Block, Marker, MarkerKind, Member, Method};
pub(crate) use definition::Definition;

use crate::diagnostics::Diagnostics;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Token, Visibility};

/// What `#[actor]` stands on.
pub(crate) enum Item {
    /// A struct or an enum.
    Definition(Box<Definition>),
    /// An inherent impl block.
    Block(Box<Block>),
    /// Something else, which has been reported; emitted as it is.
    Other(TokenStream),
}

/// Parses the item below an attribute. What cannot be one is reported and handed back untouched.
pub(crate) fn item(tokens: TokenStream, found: &mut Diagnostics) -> Item {
    let keyword = match keyword.parse2(tokens.clone()) {
        Ok(keyword) => keyword,
        Err(error) => return give_back(tokens, error, found),
    };
    let parsed = match keyword.to_string().as_str() {
        "struct" | "enum" => definition::parse(tokens.clone())
            .map(|definition| Item::Definition(Box::new(definition))),
        "impl" | "unsafe impl" => {
            block::parse(tokens.clone(), found).map(|block| Item::Block(Box::new(block)))
        }
        _ => Err(wrong_item(&keyword)),
    };
    parsed.unwrap_or_else(|error| give_back(tokens, error, found))
}

/// Emits the item without the markers that this crate would otherwise complain about once more.
fn give_back(tokens: TokenStream, error: syn::Error, found: &mut Diagnostics) -> Item {
    found.push(error);
    Item::Other(block::without_markers(tokens))
}

fn wrong_item(keyword: &TokenStream) -> syn::Error {
    let what = match keyword.to_string().as_str() {
        "fn" => "a function".to_owned(),
        "mod" => "a module".to_owned(),
        "use" | "extern" => "an import".to_owned(),
        "type" => "a type alias".to_owned(),
        word => format!("a `{word}` item"),
    };
    syn::Error::new_spanned(
        keyword,
        format!(
            "`#[actor]` goes on a struct, an enum or an inherent `impl` block, and this is {what}"
        ),
    )
}

/// The word that tells what kind of item this is.
fn keyword(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    Attribute::parse_outer(input)?;
    Visibility::parse(input)?;
    loop {
        let word: TokenTree = input.parse()?;
        let text = word.to_string();
        let qualifier = matches!(text.as_str(), "unsafe" | "async" | "default" | "auto");
        // `const fn`, but also `const X: u8`
        let qualifier = qualifier || (text == "const" && input.peek(Token![fn]));
        if !qualifier {
            input.parse::<TokenStream>()?;
            return Ok(word.into());
        }
    }
}
