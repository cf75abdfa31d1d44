//! The options of `#[actor(..)]`.

use crate::diagnostics::{Diagnostics, list};
use crate::parse::Definition;
use crate::parse::args::{Arg, Value};
use crate::parse::behaviors::{self, Declared};
use proc_macro_crate::FoundCrate;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Generics, Visibility};

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
    /// `pub` and the like.
    pub(crate) vis: Visibility,
    /// The type's name.
    pub(crate) name: Ident,
    /// Its parameters, with the where clause.
    pub(crate) generics: Generics,
    /// The option `mailbox`.
    pub(crate) mailbox: Option<Mailbox>,
    /// The option `overflow`.
    pub(crate) overflow: Option<Overflow>,
    /// The option `behaviors`; empty without it.
    pub(crate) behaviors: Vec<Declared>,
    /// Where the word `behaviors` stands.
    pub(crate) behaviors_span: Option<Span>,
    /// The options of the stash.
    pub(crate) stash: Stash,
    /// The option `idle`.
    pub(crate) idle: Option<Idle>,
}

/// The options of the stash, each with its span.
#[derive(Default)]
pub(crate) struct Stash {
    /// `unhandled = stash`, or `= dead_letter`
    pub(crate) unhandled: Option<(bool, Span)>,
    /// `stash = 64`
    pub(crate) capacity: Option<(usize, Span)>,
    /// `stash_on_restart = replay`, or `= drop`
    pub(crate) replays: Option<bool>,
}

/// The value of the option `idle`.
pub(crate) struct Idle {
    /// How long, in milliseconds.
    pub(crate) millis: u64,
    /// Where it stands.
    pub(crate) span: Span,
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
const LATER: [&str; 3] = ["kind", "contracts", "remote"];

/// The words that are known.
const WORDS: [&str; 8] = [
    "behaviors",
    "unhandled",
    "stash",
    "stash_on_restart",
    "idle",
    "mailbox",
    "overflow",
    "crate",
];

impl Options {
    /// Reads the words.
    pub(crate) fn new(definition: Definition, args: Vec<Arg>, found: &mut Diagnostics) -> Self {
        let mut mailbox = None;
        let mut overflow = None;
        let mut krate = None;
        let mut behaviors = Vec::new();
        let mut behaviors_span = None;
        let mut stash = Stash::default();
        let mut idle = None;
        for arg in unique(args, found) {
            match arg.name.to_string().as_str() {
                "behaviors" => {
                    behaviors_span = Some(arg.name.span());
                    behaviors = parse_behaviors(&arg, found);
                }
                "unhandled" => {
                    stash.unhandled = either(&arg, ["dead_letter", "stash"], found)
                        .map(|second| (second, arg.name.span()));
                }
                "stash" => stash.capacity = parse_capacity(&arg, found),
                "stash_on_restart" => {
                    stash.replays = either(&arg, ["drop", "replay"], found);
                }
                "idle" => idle = parse_idle(&arg, found),
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
            vis,
            name,
            generics,
        } = definition;
        Self {
            krate: krate.unwrap_or_else(default_crate),
            item,
            attrs,
            again,
            vis,
            name,
            generics,
            mailbox,
            overflow,
            behaviors,
            behaviors_span,
            stash,
            idle,
        }
    }
}

/// Reads the words of the impl half, which has the crate's path only.
pub(super) fn block_crate(args: Vec<Arg>, found: &mut Diagnostics) -> TokenStream {
    let mut krate = None;
    for arg in unique(args, found) {
        let word = arg.name.to_string();
        let moved = WORDS.contains(&word.as_str()) || LATER.contains(&word.as_str());
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
        let allowed = list(WORDS);
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

fn parse_behaviors(arg: &Arg, found: &mut Diagnostics) -> Vec<Declared> {
    const FORM: &str = "`behaviors` lists names, write `behaviors(Closed, Open(Instant))`, the first is where it starts";
    let reported = found.len();
    let declared = match &arg.value {
        Value::List(tokens) => behaviors::declared(tokens.clone(), found),
        _ => Vec::new(),
    };
    if declared.is_empty() && found.len() == reported {
        found.at(arg.name.span(), FORM);
    }
    declared
}

/// One of two words. Whether it is the second.
fn either(arg: &Arg, words: [&str; 2], found: &mut Diagnostics) -> Option<bool> {
    let name = &arg.name;
    let form = format!(
        "`{name}` is `{}` or `{}`, write `{name} = {}`",
        words[0], words[1], words[1]
    );
    let value = match &arg.value {
        Value::Equals(value) if !value.is_empty() => value,
        _ => {
            found.at(name.span(), form);
            return None;
        }
    };
    let word = syn::parse2::<Ident>(value.clone()).ok();
    let place = word.and_then(|word| words.iter().position(|known| word == known));
    if place.is_none() {
        found.over(value, form);
    }
    place.map(|place| place == 1)
}

fn parse_capacity(arg: &Arg, found: &mut Diagnostics) -> Option<(usize, Span)> {
    const FORM: &str = "`stash` is a number of messages, write `stash = 64`";
    let Value::Equals(value) = &arg.value else {
        found.at(arg.name.span(), FORM);
        return None;
    };
    let number = syn::parse2::<syn::LitInt>(value.clone());
    let number = number.and_then(|number| Ok((number.base10_parse()?, number.span())));
    if number.is_err() {
        if value.is_empty() {
            found.at(arg.name.span(), FORM);
        } else {
            found.over(value, FORM);
        }
    }
    number.ok()
}

fn parse_idle(arg: &Arg, found: &mut Diagnostics) -> Option<Idle> {
    const FORM: &str =
        "`idle` is a time, write `idle = \"30s\"`: a number and `ms`, `s`, `m` or `h`";
    let value = match &arg.value {
        Value::Equals(value) if !value.is_empty() => value,
        _ => {
            found.at(arg.name.span(), FORM);
            return None;
        }
    };
    let text = syn::parse2::<syn::LitStr>(value.clone()).ok();
    let millis = text.as_ref().and_then(|text| millis(&text.value()));
    if millis.is_none() {
        found.over(value, FORM);
    }
    Some(Idle {
        millis: millis?,
        span: text?.span(),
    })
}

/// Reads `30s`.
fn millis(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
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
