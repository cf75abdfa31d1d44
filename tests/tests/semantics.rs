//! Every test that `SEMANTICS.md` names exists, and every promise names one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn semantics() -> String {
    fs::read_to_string(root().join("../SEMANTICS.md")).expect("it is there")
}

/// `(file, test)` of each `file.rs::test` in backticks.
fn named(text: &str) -> Vec<(String, String)> {
    let quoted = text.split('`').skip(1).step_by(2);
    let names = quoted.filter_map(|quoted| quoted.split_once(".rs::"));
    names
        .filter(|(file, _)| !file.contains(char::is_whitespace))
        .map(|(file, test)| (format!("{file}.rs"), test.to_owned()))
        .collect()
}

/// The tests in a source.
fn tests(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        // `// test` marks one that runs without the harness.
        if ["#[test]", "#[tokio::test", "// test"]
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            marked = true;
        } else if let Some((_, rest)) = line.split_once("fn ")
            && std::mem::take(&mut marked)
        {
            found.extend(rest.split('(').next().map(str::to_owned));
        }
    }
    found
}

#[test]
fn every_test_that_is_named_exists() {
    let named = named(&semantics());
    assert!(
        named.len() > 80,
        "found only {}: the reader is broken",
        named.len()
    );
    for (file, test) in named {
        if (file.as_str(), test.as_str()) == ("ordering.rs", "name") {
            continue; // how to read the list
        }
        let path = root().join("tests").join(&file);
        let source = fs::read_to_string(&path).unwrap_or_else(|_| panic!("no file {file}"));
        assert!(tests(&source).contains(&test), "no test {file}::{test}");
    }
}

#[test]
fn every_promise_names_a_test() {
    let text = semantics();
    let promises: Vec<_> = text.split("\n## ").skip(1).collect();
    for number in 1..=9 {
        let title = format!("{number}. ");
        let promise = promises.iter().find(|part| part.starts_with(&title));
        let promise = promise.unwrap_or_else(|| panic!("promise {number} is missing"));
        assert!(!named(promise).is_empty(), "promise {number} names no test");
    }
}

#[test]
fn the_reader_sees_tests_and_nothing_else() {
    let source = "#[test]\nfn a() {}\nfn b() {}\n#[tokio::test(x)]\n#[ignore]\nasync fn c() {}\n";
    assert_eq!(tests(source), ["a", "c"].map(str::to_owned).into());
    assert_eq!(
        named("x `f.rs::t` y `z`"),
        [("f.rs".to_owned(), "t".to_owned())]
    );
}
