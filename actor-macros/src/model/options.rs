//! The options of `#[actor(..)]`.

use crate::diagnostics::{Diagnostics, list};
use crate::parse::Definition;
use crate::parse::args::{Arg, Value};
use proc_macro_crate::FoundCrate;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Generics};

/// The struct half.
pub(crate) struct Options {
    /// The path of the `actor` crate.
    pub(crate) krate: TokenStream,
    /// The item as it is emitted.
    pub(crate) item: TokenStream,
    /// The item's attributes.
    pub(crate) attrs: Vec<Attribute>,
    /// A second `#[actor]`.
    pub(crate) again: Option<Attribute>,
    /// The type's name.
    pub(crate) name: Ident,
    /// Its parameters, with the where clause.
    pub(crate) generics: Generics,
    /// The option `mailbox`.
    pub(crate) mailbox: Option<Mailbox>,
    /// The option `overflow`.
    pub(crate) overflow: Option<Overflow>,
}

/// The value of the option `mailbox`.
pub(crate) enum Mailbox {
    /// `mailbox = 64`
    Bounded(usize, Span),
    /// `mailbox = unbounded`
    Unbounded,
}

/// The value of the option `overflow`, with its span.
pub(crate) struct Overflow {
    /// The variant of the runtime's type: `DropOldest`.
    pub(crate) variant: &'static str,
    /// Where it stands.
    pub(crate) span: Span,
}

/// The words for what a full mailbox does.
const OVERFLOWS: [(&str, &str); 3] = [
    ("refuse", "Refuse"),
    ("drop_newest", "DropNewest"),
    ("drop_oldest", "DropOldest"),
];

/// Words of the closed list that mean nothing yet.
const LATER: [&str; 6] = [
    "behaviors",
    "kind",
    "contracts",
    "remote",
    "unhandled",
    "idle",
];

impl Options {
    /// Reads the words.
    pub(crate) fn new(definition: Definition, args: Vec<Arg>, found: &mut Diagnostics) -> Self {
        let mut mailbox = None;
        let mut overflow = None;
        let mut krate = None;
        for arg in unique(args, found) {
            match arg.name.to_string().as_str() {
                "mailbox" => mailbox = parse_mailbox(&arg, found),
                "overflow" => overflow = parse_overflow(&arg, found),
                "crate" => krate = parse_crate(&arg, found),
                word => unknown(word, &arg, found),
            }
        }
        let Definition {
            item,
            attrs,
            again,
            name,
            generics,
        } = definition;
        Self {
            krate: krate.unwrap_or_else(default_crate),
            item,
            attrs,
            again,
            name,
            generics,
            mailbox,
            overflow,
        }
    }
}

/// Reads the words of the impl half, which has the crate's path only.
pub(super) fn block_crate(args: Vec<Arg>, found: &mut Diagnostics) -> TokenStream {
    let mut krate = None;
    for arg in unique(args, found) {
        let word = arg.name.to_string();
        let moved =
            ["mailbox", "overflow"].contains(&word.as_str()) || LATER.contains(&word.as_str());
        if word == "crate" {
            krate = parse_crate(&arg, found);
        } else if moved {
            found.at(
                arg.name.span(),
                format_args!("`{word}` is an option of the type, move it to the `#[actor]` above the definition"),
            );
        } else {
            found.at(
                arg.name.span(),
                format_args!("unknown option `{word}`, on an `impl` block the option is `crate`"),
            );
        }
    }
    krate.unwrap_or_else(default_crate)
}

/// Reports and leaves out a word that has come before.
fn unique(args: Vec<Arg>, found: &mut Diagnostics) -> Vec<Arg> {
    let mut seen: Vec<Arg> = Vec::new();
    for arg in args {
        if seen.iter().any(|earlier| earlier.name == arg.name) {
            found.at(
                arg.name.span(),
                format_args!("`{}` stands here twice, remove one", arg.name),
            );
        } else {
            seen.push(arg);
        }
    }
    seen
}

fn unknown(word: &str, arg: &Arg, found: &mut Diagnostics) {
    let span = arg.name.span();
    if LATER.contains(&word) {
        found.at(
            span,
            format_args!("the option `{word}` is not available yet, remove it"),
        );
    } else {
        let allowed = list(["mailbox", "overflow", "crate"]);
        found.at(
            span,
            format_args!("unknown option `{word}`, the options are {allowed}"),
        );
    }
}

fn parse_mailbox(arg: &Arg, found: &mut Diagnostics) -> Option<Mailbox> {
    const FORM: &str = "`mailbox` is a number of messages or `unbounded`, write `mailbox = 64`";
    let Value::Equals(value) = &arg.value else {
        found.at(arg.name.span(), FORM);
        return None;
    };
    if let Ok(word) = syn::parse2::<Ident>(value.clone())
        && word == "unbounded"
    {
        return Some(Mailbox::Unbounded);
    }
    let Ok(number) = syn::parse2::<syn::LitInt>(value.clone()) else {
        if value.is_empty() {
            found.at(arg.name.span(), FORM);
        } else {
            found.over(value, FORM);
        }
        return None;
    };
    match number.base10_parse() {
        Ok(capacity) => Some(Mailbox::Bounded(capacity, number.span())),
        Err(_) => {
            found.over(
                &number,
                "the number of messages does not fit into a `usize`, write `mailbox = unbounded`",
            );
            None
        }
    }
}

fn parse_overflow(arg: &Arg, found: &mut Diagnostics) -> Option<Overflow> {
    const FORM: &str =
        "`overflow` is `refuse`, `drop_newest` or `drop_oldest`, write `overflow = drop_oldest`";
    let value = match &arg.value {
        Value::Equals(value) if !value.is_empty() => value,
        _ => {
            found.at(arg.name.span(), FORM);
            return None;
        }
    };
    let word = syn::parse2::<Ident>(value.clone()).ok();
    let known = word.and_then(|word| {
        let (_, variant) = OVERFLOWS.into_iter().find(|(known, _)| word == known)?;
        let span = word.span();
        Some(Overflow { variant, span })
    });
    if known.is_none() {
        found.over(value, FORM);
    }
    known
}

fn parse_crate(arg: &Arg, found: &mut Diagnostics) -> Option<TokenStream> {
    const FORM: &str = "`crate` is the path of the `actor` crate, write `crate = path::to::actor`";
    let Value::Equals(value) = &arg.value else {
        found.at(arg.name.span(), FORM);
        return None;
    };
    match syn::parse2::<syn::Path>(value.clone()) {
        Ok(_) => Some(value.clone()),
        Err(_) if value.is_empty() => {
            found.at(arg.name.span(), FORM);
            None
        }
        Err(_) => {
            found.over(value, FORM);
            None
        }
    }
}

/// The name under which the user's `Cargo.toml` knows the `actor` crate.
fn default_crate() -> TokenStream {
    let name = match proc_macro_crate::crate_name("actor") {
        Ok(FoundCrate::Name(name)) => name,
        // inside of the package itself; its library says `extern crate self as actor`
        Ok(FoundCrate::Itself) | Err(_) => "actor".to_owned(),
    };
    let span = Span::call_site();
    // a name that is no identifier cannot come from cargo
    let ident = syn::parse_str::<Ident>(&name).map_or_else(
        |_| quote!(actor),
        |_| {
            let ident = Ident::new(&name, span);
            quote_spanned!(span=> #ident)
        },
    );
    quote!(::#ident)
}
