//! Compiles every case of `fail/` and `pass/`.
//!
//! `TRYBUILD=overwrite cargo test -p actor-ui-tests` writes the expected texts; read each before you commit it: one
//! mistake, one message, at the smallest token, with a remedy.

use std::process::Command;

/// The compiler whose words the `.stderr` files hold.
const PINNED: &str = "rustc 1.95.";

#[test]
fn every_form_compiles_and_every_mistake_is_told_once() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    let compiler = compiler();
    if compiler.starts_with(PINNED) || std::env::var("CI").is_ok_and(|ci| ci == "true") {
        cases.compile_fail("fail/*/*.rs");
    } else {
        eprintln!("skipped fail/: the texts are those of {PINNED}x and this is {compiler}");
    }
}

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    version.map_or_else(
        |error| error.to_string(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
