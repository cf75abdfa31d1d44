//! `wordcount` counts what a plain loop counts, and says by its exit code whether it read all.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use actor::prelude::*;
use wordcount::{Report, count};

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wordcount-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What is counted, one file and one word after the other.
#[derive(Debug, Default, PartialEq)]
struct Plain {
    words: BTreeMap<String, u64>,
    lines: u64,
    files: u64,
    unreadable: BTreeSet<PathBuf>,
}

impl Plain {
    fn of(files: &[PathBuf]) -> Self {
        let mut plain = Self::default();
        for file in files {
            match fs::read_to_string(file) {
                Ok(text) => plain.add(&text),
                Err(_) => {
                    plain.unreadable.insert(file.clone());
                }
            }
        }
        plain
    }

    fn add(&mut self, text: &str) {
        self.files += 1;
        for line in text.lines() {
            self.lines += 1;
            for word in line.split(|c: char| !c.is_alphanumeric()) {
                if !word.is_empty() {
                    *self.words.entry(word.to_lowercase()).or_default() += 1;
                }
            }
        }
    }
}

impl From<Report> for Plain {
    fn from(report: Report) -> Self {
        Self {
            words: report.words.top.into_iter().collect(),
            lines: report.size.lines,
            files: report.files,
            unreadable: report.unreadable.into_iter().collect(),
        }
    }
}

/// Counts with actors, all words, and checks that every message is accounted for.
#[tokio::main]
async fn count_all(paths: &[PathBuf]) -> Report {
    let system = ActorSystem::new("test").unwrap();
    let report = count(&system, paths, usize::MAX).await.unwrap();
    system.shutdown().await;
    let stats = system.stats();
    assert!(stats.is_balanced(), "{stats:?}");
    assert_eq!(stats.sent, stats.handled, "{stats:?}");
    report
}

/// The program itself, which `cargo test` builds beside the tests.
fn program() -> Command {
    let test = std::env::current_exe().unwrap();
    let target = test.parent().and_then(Path::parent).unwrap();
    let program = target.join("examples/wordcount");
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        program.exists(),
        "first `cargo build -p actor-examples --examples`"
    );
    Command::new(program)
}

fn run(paths: &[&Path]) -> Output {
    program().args(paths).output().unwrap()
}

/// All that can be wrong with a file, among good ones.
fn mixed(folder: &Folder) -> Vec<PathBuf> {
    let long_line = "ein sehr langer Satz ohne Ende ".repeat(20_000);
    let many_lines = "The quick brown fox\r\njumps över the läzy dog.\n".repeat(20_000);
    let late = [many_lines.as_bytes(), b"\xff"].concat();
    let files = vec![
        folder.write("empty.txt", ""),
        folder.write("no-end.txt", "one two\nTWO three"),
        folder.write("greek.txt", "ΟΔΥΣΣΕΥΣ Ὀδυσσεύς ς σ\n\n\n"),
        folder.write("long-line.txt", long_line),
        folder.write("ends-with-a-block.txt", " ".repeat(1 << 20)),
        folder.write("many-lines.txt", many_lines),
        folder.write("latin-1.txt", b"caf\xe9 au lait\n"),
        folder.write("wrong-at-the-end.txt", late),
        folder.write("cut-character.txt", b"to the end \xe2\x82"),
        folder.write("locked.txt", "secret"),
        folder.0.join("missing.txt"),
    ];
    lock(&folder.0.join("locked.txt"));
    files
}

/// Root reads it all the same; then the plain count does too.
fn lock(path: &Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    #[cfg(not(unix))]
    let _ = path;
}

#[test]
fn counts_what_a_plain_loop_counts_also_beside_files_that_cannot_be_read() {
    let folder = Folder::new("mixed");
    let mut files = mixed(&folder);
    if cfg!(target_os = "linux") {
        files.push("/proc/self/mem".into()); // can be opened, but not read
    }
    let plain = Plain::of(&files);
    assert!(plain.unreadable.len() >= 4, "the faults were there");
    assert_eq!(Plain::from(count_all(&files)), plain);
}

#[test]
fn counts_this_repository() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("wordcount");
    let files: Vec<_> = fs::read_dir(&sources)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let report = count_all(&[sources]);
    assert!(report.files >= 9, "{report:?}");
    assert_eq!(Plain::from(report), Plain::of(&files));
}

#[test]
fn the_order_is_by_count_and_then_by_word() {
    let folder = Folder::new("order");
    folder.write("text", "b b c a c d");
    let top = count_all(std::slice::from_ref(&folder.0)).words.top;
    let top: Vec<_> = top
        .iter()
        .map(|(word, count)| (word.as_str(), *count))
        .collect();
    assert_eq!(top, [("b", 2), ("c", 2), ("a", 1), ("d", 1)]);
}

#[test]
fn a_folder_is_read_without_what_is_hidden_or_built_but_a_given_file_always() {
    let folder = Folder::new("folder");
    folder.write("seen.txt", "seen");
    folder.write("below/seen.txt", "seen");
    folder.write("target/built.txt", "built");
    let hidden = folder.write(".git/hidden.txt", "hidden");

    let words = count_all(std::slice::from_ref(&folder.0)).words.top;
    assert_eq!(words, [("seen".to_owned(), 2)]);
    let words = count_all(&[hidden]).words.top;
    assert_eq!(words, [("hidden".to_owned(), 1)]);
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_in_circles() {
    let folder = Folder::new("links");
    folder.write("below/text", "once");
    std::os::unix::fs::symlink("..", folder.0.join("below/up")).unwrap();
    std::os::unix::fs::symlink("itself", folder.0.join("itself")).unwrap();
    let report = count_all(std::slice::from_ref(&folder.0));
    assert_eq!(report.words.top, [("once".to_owned(), 1)]);
    assert!(report.unreadable.is_empty(), "{report:?}");
}

#[test]
fn the_program_ends_with_0_when_all_was_read() {
    let folder = Folder::new("good");
    let good = folder.write("good.txt", "so so\nwell");
    let output = run(&[&good]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(
        printed.starts_with("        2  so\n        1  well\n"),
        "{printed}"
    );
    assert!(printed.contains("\n2 lines, "), "{printed}");
    assert!(printed.contains(" sent = "), "{printed}");
    assert!(
        output.stderr.is_empty(),
        "no progress line without a terminal"
    );
}

#[test]
fn the_program_names_what_it_cannot_read_goes_on_and_ends_with_1() {
    let folder = Folder::new("bad");
    let good = folder.write("good.txt", "so so");
    let bad = folder.write("bad.txt", b"\xc3\x28");
    let missing = folder.0.join("missing.txt");
    let output = run(&[&bad, &missing, &good]);
    let named = String::from_utf8(output.stderr).unwrap();
    let named: Vec<_> = named.lines().collect();
    assert_eq!(output.status.code(), Some(1), "{named:?}");
    assert_eq!(named[0], format!("{}: not UTF-8", bad.display()));
    assert!(
        named[1].starts_with(&format!("{}: ", missing.display())),
        "{named:?}"
    );
    assert_eq!(named.len(), 2, "{named:?}");
    assert!(output.stdout.starts_with(b"        2  so\n"));
}

#[test]
fn the_program_does_not_mind_that_nobody_reads_its_output() {
    let folder = Folder::new("pipe");
    let good = folder.write("good.txt", "so so");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = program().arg(&good).stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_program_cleanly_even_while_a_read_hangs() {
    let folder = Folder::new("interrupt");
    let pipe = folder.0.join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );

    let mut running = program();
    running
        .arg(&pipe)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let running = running.spawn().unwrap();
    // Waits until the program has opened it, too; then nothing comes.
    let _silent = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    let kill = format!("kill -INT {}", running.id()); // the shell's own is always there
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );

    let output = running.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.starts_with("interrupted\n"), "{printed}");
    assert!(printed.contains(" sent = "), "{printed}");
}
