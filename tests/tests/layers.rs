//! The sources of `actor` lie in rows, and imports run one way: a file knows files of the rows that
//! its own row knows and, without circles, of its own. That is what lets one file be read, changed
//! and tested without all the others.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// One row of the house.
struct Row {
    name: &'static str,
    /// The rows that it imports from, beside itself.
    knows: &'static [&'static str],
    /// Its files, without `.rs`; `folder/` is all that is in a folder.
    files: &'static [&'static str],
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "words", knows: &[], files: &[
        "sync", "runtime", "pid", "name", "mailbox", "meta", "panics", "failure", "error", "outcome", "terminated",
        "dead_letter", "deadlock", "slow", "trace", "log_limit",
    ]},
    Row { name: "queue", knows: &["words"], files: &[
        "senders", "progress", "queue", "take", "slot", "reply", "lease", "extra", "turn", "waits", "wheel", "deadline", "stash", "timers",
    ]},
    Row { name: "rules", knows: &["words"], files: &[
        "behavior", "supervision/",
    ]},
    Row { name: "reference", knows: &["words", "queue", "rules"], files: &[
        "stats", "options", "care", "event", "events", "node", "end", "scope", "life", "core", "handles", "cell", "any_ref", "ask",
        "tell", "actor_ref", "recipient",
    ]},
    Row { name: "running", knows: &["words", "queue", "reference", "rules"], files: &[
        "task_handle", "timing", "verdict", "ctx", "answer", "forward", "behaving", "stashing", "timer", "idle", "outlet", "task", "actor", "props", "guard", "serve", "hook", "winding", "incarnation", "regroup", "recovery", "run", "tree", "picture", "watchdog", "system", "subscribe", "spawn", "pool/", "shutdown", "signal",
    ]},
    Row { name: "network", knows: &["words", "queue", "reference", "rules", "running"], files: &[
    ]},
    Row { name: "beyond", knows: &["words", "queue", "reference", "rules", "running", "network"], files: &[
        "testkit/",
    ]},
    Row { name: "face", knows: &["words", "queue", "reference", "rules", "running", "network", "beyond"], files: &[
        "lib", "prelude", "__private/", "models/", "races/",
    ]},
];

/// The files that each file imports from, all by their path without `.rs`.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn imports_run_one_way() {
    let mut sources = BTreeMap::new();
    read(Path::new("../actor/src"), "", &mut sources);
    assert!(sources.len() > 20, "the sources were found");
    let imports = imports(&sources);
    let mistakes = mistakes(&imports);
    assert!(mistakes.is_empty(), "\n{}\n", mistakes.join("\n"));
}

#[test]
fn every_file_of_the_table_is_there() {
    for name in ROWS.iter().flat_map(|row| row.files) {
        let path = Path::new("../actor/src").join(name);
        let found = path.is_dir() || path.with_extension("rs").is_file();
        assert!(found, "{name} is gone: strike it from `ROWS`");
    }
}

#[test]
fn an_import_upward_is_noticed_however_it_is_written() {
    let upward = [
        "use crate::system::ActorSystem;",
        "pub(crate) use crate::{pid::Pid, system::{ActorSystem, SystemBuilder}};",
        "use {crate::pid, crate::system};",
        "use super::system::ActorSystem;",
        "fn f() -> crate::system::ActorSystem { g() }",
        "fn f() { assert!(matches!(x, crate::system::X)); }",
        "mod inner { mod deep { use super::super::super::system; } }",
        "macro_rules! m { () => { $crate::system::f() } }",
    ];
    for text in upward {
        let found = mistakes_in([("queue", text), ("system", ""), ("pid", ""), ("lib", "")]);
        assert_eq!(
            found,
            ["queue (row queue) imports system (row running)"],
            "{text}"
        );
    }
}

#[test]
fn what_is_no_import_is_not_noticed() {
    let harmless = [
        "/// See [`crate::system`].\nfn f() {} // crate::system",
        "const TEXT: &str = \"use crate::system;\";",
        "use crate::pid::system;",
        "use std::system; use system::x; use self::inner::system; mod inner { use super::system; }",
    ];
    for text in harmless {
        let found = mistakes_in([("queue", text), ("system", ""), ("pid", ""), ("lib", "")]);
        assert_eq!(found, [""; 0], "{text}");
    }
}

#[test]
fn a_circle_in_a_row_is_noticed() {
    let found = mistakes_in([
        ("queue", "use crate::slot::Slot;"),
        ("slot", "use crate::{reply::Reply};"),
        (
            "reply",
            "use crate::queue::Queue; use crate::senders::Senders;",
        ),
        ("senders", ""),
    ]);
    assert_eq!(found, ["a circle: queue -> slot -> reply -> queue"]);
}

#[test]
fn a_file_without_a_row_is_noticed() {
    let found = mistakes_in([("manager", ""), ("__private/more", "")]);
    assert_eq!(found, ["manager has no row: give it one in `ROWS`"]);
}

#[test]
fn a_row_knows_only_rows_above_it() {
    for (at, row) in ROWS.iter().enumerate() {
        let above: Vec<_> = ROWS[..at].iter().map(|row| row.name).collect();
        assert!(
            row.knows.iter().all(|known| above.contains(known)),
            "{}",
            row.name
        );
    }
}

/// What is wrong with made-up sources.
fn mistakes_in<const N: usize>(sources: [(&str, &str); N]) -> Vec<String> {
    let owned = sources.map(|(name, text)| (name.to_owned(), text.to_owned()));
    mistakes(&imports(&BTreeMap::from(owned)))
}

fn mistakes(imports: &Imports) -> Vec<String> {
    let mut mistakes = Vec::new();
    for (file, targets) in imports {
        let Some(row) = row_of(file) else {
            mistakes.push(format!("{file} has no row: give it one in `ROWS`"));
            continue;
        };
        for target in targets {
            let Some(other) = row_of(target) else {
                continue;
            };
            if other.name != row.name && !row.knows.contains(&other.name) {
                let (row, other) = (row.name, other.name);
                mistakes.push(format!("{file} (row {row}) imports {target} (row {other})"));
            }
        }
    }
    mistakes.extend(circle(imports).map(|files| format!("a circle: {}", files.join(" -> "))));
    mistakes
}

fn row_of(file: &str) -> Option<&'static Row> {
    let holds = |entry: &&str| file == *entry || entry.ends_with('/') && file.starts_with(*entry);
    ROWS.iter().find(|row| row.files.iter().any(holds))
}

/// The first circle of imports within a row, its first file at both ends.
fn circle(imports: &Imports) -> Option<Vec<&str>> {
    let mut done = BTreeSet::new();
    imports
        .keys()
        .find_map(|file| follow(imports, file, &mut Vec::new(), &mut done))
}

fn follow<'a>(
    imports: &'a Imports,
    file: &'a str,
    way: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Vec<&'a str>> {
    if let Some(start) = way.iter().position(|step| *step == file) {
        return Some([&way[start..], &[file]].concat());
    }
    if done.contains(file) {
        return None;
    }
    way.push(file);
    let row = row_of(file).map(|row| row.name);
    let mut targets = imports.get(file).into_iter().flatten();
    let found = targets.find_map(|target| {
        let same_row = row_of(target).map(|row| row.name) == row;
        same_row
            .then(|| follow(imports, target, way, done))
            .flatten()
    });
    way.pop();
    done.insert(file);
    found
}

/// Reads all `.rs` files of a folder, by their path without `.rs`.
fn read(folder: &Path, prefix: &str, sources: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_stem().unwrap().display());
        if path.is_dir() {
            read(&path, &format!("{name}/"), sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

fn imports(sources: &BTreeMap<String, String>) -> Imports {
    let imports_of = |(name, text): (&String, &String)| {
        let tokens: TokenStream = text
            .parse()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut paths = Vec::new();
        find_paths(tokens, &module_of(name), &mut paths);
        let targets = paths.iter().filter_map(|path| file_of(path, sources));
        (
            name.clone(),
            targets.filter(|target| target != name).collect(),
        )
    };
    sources.iter().map(imports_of).collect()
}

/// The path of the module that a file is.
fn module_of(file: &str) -> Vec<String> {
    let parts = file
        .split('/')
        .filter(|part| !matches!(*part, "lib" | "mod"));
    parts.map(str::to_owned).collect()
}

/// The file that a path leads to: the longest beginning of it that is one.
fn file_of(path: &[String], sources: &BTreeMap<String, String>) -> Option<String> {
    let beginnings = (1..=path.len())
        .rev()
        .map(|length| path[..length].join("/"));
    let files = beginnings.flat_map(|path| [format!("{path}/mod"), path]);
    files
        .chain(["lib".to_owned()])
        .find(|file| sources.contains_key(file))
}

/// All paths in `tokens` that begin with `crate`, `self` or `super`, from the crate's root.
///
/// Tokens rather than syntax: so it sees into macros, too. Comments and strings are no paths.
fn find_paths(tokens: TokenStream, module: &[String], paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if word == "crate" && is_path(&tokens[at + 1..]) => {
                follow_path(&tokens[at + 1..], Vec::new(), paths);
            }
            TokenTree::Ident(word) if word == "super" && is_path(&tokens[at + 1..]) => {
                // `super::super::` goes up once for each.
                let mut base = parent(module);
                while matches!(tokens.get(at + 3), Some(TokenTree::Ident(word)) if word == "super")
                {
                    base = parent(&base);
                    at += 3;
                }
                follow_path(&tokens[at + 1..], base, paths);
            }
            TokenTree::Ident(word) if word == "mod" => {
                if let [_, TokenTree::Ident(name), TokenTree::Group(body), ..] = &tokens[at..] {
                    let inner = [module, &[name.to_string()]].concat();
                    find_paths(body.stream(), &inner, paths);
                    at += 2;
                }
            }
            TokenTree::Group(group) => find_paths(group.stream(), module, paths),
            _ => {}
        }
        at += 1;
    }
}

fn parent(module: &[String]) -> Vec<String> {
    let above = module.split_last().map_or(&[][..], |(_, above)| above);
    above.to_vec()
}

/// Whether `::` comes next.
fn is_path(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(a), TokenTree::Punct(b), ..]
        if a.as_char() == ':' && a.spacing() == Spacing::Joint && b.as_char() == ':')
}

/// Follows `::a::b` and `::{a, b::c}` from `base`.
fn follow_path(mut tokens: &[TokenTree], mut base: Vec<String>, paths: &mut Vec<Vec<String>>) {
    while is_path(tokens) {
        match tokens.get(2) {
            Some(TokenTree::Ident(word)) => base.push(word.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                return branch(group.stream(), &base, paths);
            }
            _ => break,
        }
        tokens = &tokens[3..];
    }
    paths.push(base);
}

/// Each of `{a, b::c}` below `base`.
fn branch(tokens: TokenStream, base: &[String], paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
    for part in tokens.split(comma) {
        match part.first() {
            Some(TokenTree::Ident(word)) if word == "self" => paths.push(base.to_vec()),
            Some(TokenTree::Ident(word)) => {
                follow_path(&part[1..], [base, &[word.to_string()]].concat(), paths);
            }
            _ => paths.push(base.to_vec()), // `*`
        }
    }
}
