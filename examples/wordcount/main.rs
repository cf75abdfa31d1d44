//! Counts the words of files and folders; without arguments, those of this repository.
//!
//! `cargo run --release --example wordcount [PATH..]`
//!
//! A file that cannot be read, or is not UTF-8, is named on the error output, and the rest goes
//! on; the exit code is 1 then. Ctrl-c ends it early, with exit code 130.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use actor::prelude::*;
use actor::{Stats, SystemError};
use wordcount::{CountError, Report, count};

/// How many words are shown.
const TOP: usize = 20;
/// What ctrl-c leaves to actors that are at work.
const PATIENCE: Duration = Duration::from_secs(1);
/// 128 and the number of the signal, as shells have it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fatal(&error),
    };
    let code = match runtime.block_on(run(paths())) {
        Ok(code) => code,
        Err(error) => fatal(&error),
    };
    // A read may hang, from a pipe that nobody writes to. That must not hold up the end.
    runtime.shutdown_background();
    code
}

/// The arguments, or this repository.
fn paths() -> Vec<PathBuf> {
    let given: Vec<_> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if given.is_empty() {
        return vec![concat!(env!("CARGO_MANIFEST_DIR"), "/..").into()];
    }
    given
}

async fn run(paths: Vec<PathBuf>) -> Result<ExitCode, SystemError> {
    let system = ActorSystem::builder("wordcount")
        .shutdown_deadline(PATIENCE)
        .build()?;
    let began = Instant::now();
    let counted = tokio::select! {
        biased;
        _ = tokio::signal::ctrl_c() => None,
        counted = count(&system, &paths, TOP) => Some(counted),
    };
    let took = began.elapsed();
    system.shutdown().await;
    Ok(tell(counted, took, &system.stats()))
}

fn tell(counted: Option<Result<Report, CountError>>, took: Duration, stats: &Stats) -> ExitCode {
    let (text, code) = match counted {
        Some(Ok(report)) => {
            let code = ExitCode::from(u8::from(!report.unreadable.is_empty()));
            (describe(&report, took), code)
        }
        Some(Err(error)) => (String::new(), fatal(&error)),
        None => ("interrupted\n".to_owned(), ExitCode::from(INTERRUPTED)),
    };
    // An error here means that nobody reads any more, as after `| head`.
    let _ = io::stdout().write_all((text + &balance(stats)).as_bytes());
    code
}

fn describe(report: &Report, took: Duration) -> String {
    let Report {
        words, size, files, ..
    } = report;
    let mut text = String::new();
    for (word, count) in &words.top {
        let _ = writeln!(text, "{count:>9}  {word}");
    }
    let seconds = took.as_secs_f64();
    let _ = writeln!(
        text,
        "\n{} words, {} different ones, in {files} files\n\
         {} lines, {:.1} MB in {seconds:.3} s: {:.0} lines/s",
        words.total,
        words.different,
        size.lines,
        size.bytes as f64 / 1e6,
        size.lines as f64 / seconds,
    );
    if !report.unreadable.is_empty() {
        let _ = writeln!(text, "{} could not be read", report.unreadable.len());
    }
    text
}

/// What became of every message: the two sides are equal.
fn balance(stats: &Stats) -> String {
    let equal = if stats.is_balanced() { "=" } else { "IS NOT" };
    format!(
        "\nmessages: {} sent {equal} {} handled + {} failed + {} refused + {} dead letters \
         + {} waiting\n",
        stats.sent,
        stats.handled,
        stats.failed,
        stats.refused,
        stats.dead_letters.total(),
        stats.waiting,
    )
}

/// Unlike `eprintln!` it does not panic when nobody reads the error output.
fn fatal(error: &dyn std::error::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "wordcount: {error}");
    ExitCode::FAILURE
}
