//! What 200 actors with 10 handlers each add to a build, beside the same actors written by hand:
//! an enum with oneshot reply slots, a `match`, a tokio task. Each is spawned, told and asked once.
//! `cargo bench -p actor-benches --bench compile_time` (some minutes; `-- --check` leaves the
//! release builds out)
//!
//! Needs what `cargo build` needs: the crates of this workspace are built first and not timed.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ACTORS: usize = 200;
const HANDLERS: usize = 10;
const CHECKS: usize = 5;
const BUILDS: usize = 1;

fn main() {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compile_time");
    write_crates(&home).expect("the crates are written");
    compare(&home, "cargo check", &["check"], CHECKS);
    if !std::env::args().any(|argument| argument == "--check") {
        compare(
            &home,
            "cargo build --release",
            &["build", "--release"],
            BUILDS,
        );
    }
}

/// Prints what either adds to the build of an empty program.
fn compare(home: &Path, title: &str, arguments: &[&str], rounds: usize) {
    let crates = ["empty", "hand", "macros"];
    for name in crates {
        build(home, name, arguments);
    }
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        for (times, name) in times.iter_mut().zip(crates) {
            times.push(build(home, name, arguments));
        }
    }
    let [empty, hand, macros] = times.map(median);
    let (hand, macros) = (hand - empty, macros - empty);
    println!("\n{title}: {ACTORS} actors with {HANDLERS} handlers add");
    println!("  written by hand   {hand:>8.2} s");
    println!(
        "  #[actor]          {macros:>8.2} s   {:.2} x",
        macros / hand
    );
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// Builds one of the crates anew, its dependencies not.
fn build(home: &Path, name: &str, arguments: &[&str]) -> Duration {
    let main = home.join(name).join("src/main.rs");
    let text = fs::read(&main).expect("it was written");
    fs::write(&main, text).expect("it is written again, so that it is newer");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).args(["--quiet", "-p", name]);
    cargo.current_dir(home).env("CARGO_INCREMENTAL", "0");
    cargo.env_remove("CARGO_TARGET_DIR");
    // Warnings about what the programs do not use.
    cargo.stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let status = cargo.status().expect("cargo runs");
    assert!(status.success(), "{name} does not build");
    began.elapsed()
}

fn write_crates(home: &Path) -> std::io::Result<()> {
    let actor = Path::new(env!("CARGO_MANIFEST_DIR")).join("../actor");
    let dependencies = format!(
        "actor = {{ path = {actor:?} }}\n\
         tokio = {{ version = \"1\", features = [\"rt-multi-thread\", \"sync\", \"macros\"] }}\n"
    );
    let members = "[workspace]\nmembers = [\"empty\", \"hand\", \"macros\"]\nresolver = \"3\"\n";
    fs::create_dir_all(home)?;
    fs::write(home.join("Cargo.toml"), members)?;
    let all = |one: fn() -> String, call: &str, before: &str| {
        let files: Vec<_> = (0..ACTORS).map(|n| (format!("a{n}.rs"), one())).collect();
        let calls = (0..ACTORS).map(|n| call.replace('#', &n.to_string()));
        let mods: String = (0..ACTORS).map(|n| format!("mod a{n};\n")).collect();
        let calls: String = calls.collect();
        (
            files,
            format!("{mods}#[tokio::main]\nasync fn main() {{\n{before}{calls}}}\n"),
        )
    };
    let hand = all(by_hand, "a#::uses(&a#::start()).await;\n", "");
    let system = "let system = actor::ActorSystem::new(\"x\").unwrap();\n";
    let macros = all(
        with_macros,
        "a#::uses(&a#::start(&system)).await;\n",
        system,
    );
    let empty = (Vec::new(), "fn main() {}\n".to_owned());
    for (name, (files, main)) in [("empty", empty), ("hand", hand), ("macros", macros)] {
        let folder = home.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), main)?;
        for (file, text) in files {
            fs::write(folder.join("src").join(file), text)?;
        }
    }
    Ok(())
}

/// The methods: every third is async, every second has a reply.
fn methods(mark: &str) -> String {
    let mut text = String::new();
    for n in 0..HANDLERS {
        let wait = ["", "", "tokio::task::yield_now().await; "][n % 3];
        let keyword = ["", "", "async "][n % 3];
        let (reply, value) = [("", ""), (" -> i64", " self.total")][n % 2];
        let body = format!("{wait}self.total += msg.0;{value}");
        let _ = writeln!(
            text,
            "{mark}{keyword}fn m{n}(&mut self, msg: M{n}){reply} {{ {body} }}"
        );
    }
    text
}

fn messages() -> String {
    (0..HANDLERS)
        .map(|n| format!("pub struct M{n}(pub i64);\n"))
        .collect()
}

fn with_macros() -> String {
    let (messages, methods) = (messages(), methods("#[handler] "));
    format!(
        "use actor::prelude::*;\n{messages}\
         #[actor]\n#[derive(Default)]\npub struct Counter {{ total: i64 }}\n\
         #[actor]\nimpl Counter {{\n{methods}}}\n\
         pub fn start(system: &ActorSystem) -> ActorRef<Counter> {{ system.spawn(Counter::default) }}\n\
         pub async fn uses(counter: &ActorRef<Counter>) -> Option<i64> {{\n\
             let _ = counter.tell(M0(1));\n\
             counter.ask(M1(2)).await.ok()\n\
         }}\n"
    )
}

fn by_hand() -> String {
    let (messages, methods) = (messages(), methods(""));
    let (mut variants, mut arms) = (String::new(), String::new());
    for n in 0..HANDLERS {
        let (reply, wait) = (["()", "i64"][n % 2], ["", "", ".await"][n % 3]);
        let _ = writeln!(variants, "M{n}(M{n}, Option<oneshot::Sender<{reply}>>),");
        let _ = writeln!(
            arms,
            "CounterMsg::M{n}(msg, reply) => {{ let answer = actor.m{n}(msg){wait}; \
             if let Some(reply) = reply {{ let _ = reply.send(answer); }} }}"
        );
    }
    format!(
        "use tokio::sync::{{mpsc, oneshot}};\n{messages}\
         #[derive(Default)]\npub struct Counter {{ total: i64 }}\nimpl Counter {{\n{methods}}}\n\
         pub enum CounterMsg {{\n{variants}}}\n\
         async fn run(mut actor: Counter, mut inbox: mpsc::Receiver<CounterMsg>) {{\n\
             while let Some(msg) = inbox.recv().await {{ match msg {{\n{arms}}} }}\n\
         }}\n\
         pub fn start() -> mpsc::Sender<CounterMsg> {{\n\
             let (sender, inbox) = mpsc::channel(64);\n\
             tokio::spawn(run(Counter::default(), inbox));\n\
             sender\n\
         }}\n\
         pub async fn uses(counter: &mpsc::Sender<CounterMsg>) -> Option<i64> {{\n\
             let _ = counter.try_send(CounterMsg::M0(M0(1), None));\n\
             let (reply, answer) = oneshot::channel();\n\
             counter.send(CounterMsg::M1(M1(2), Some(reply))).await.ok()?;\n\
             answer.await.ok()\n\
         }}\n"
    )
}
