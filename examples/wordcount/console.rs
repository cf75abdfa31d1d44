//! Shows what goes on.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use actor::prelude::*;

use crate::reader::Size;

/// How often the progress line is written.
const PACE: Duration = Duration::from_millis(100);
/// Takes the progress line away.
const CLEAR: &str = "\r\x1b[K";

/// Some text was read.
pub struct Seen(pub Size);

/// A file or folder could not be read.
pub struct Unreadable {
    /// Which one.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// Owns the error output: names what cannot be read and, on a terminal, keeps a progress line.
#[actor]
pub struct Console {
    terminal: bool,
    began: Instant,
    seen: Size,
    /// When the progress line was written last.
    shown: Option<Instant>,
}

#[actor]
impl Console {
    /// For the error output of this process.
    pub fn new() -> Self {
        Self {
            terminal: io::stderr().is_terminal(),
            began: Instant::now(),
            seen: Size::default(),
            shown: None,
        }
    }

    #[handler]
    fn seen(&mut self, msg: Seen) {
        self.seen += msg.0;
        let due = self.shown.is_none_or(|shown| shown.elapsed() >= PACE);
        if self.terminal && due {
            let rate = self.seen.lines as f64 / self.began.elapsed().as_secs_f64();
            let Size { lines, bytes } = self.seen;
            let megabytes = bytes / 1_000_000;
            write(&format!(
                "{CLEAR}{lines} lines, {megabytes} MB, {rate:.0} lines/s"
            ));
            self.shown = Some(Instant::now());
        }
    }

    #[handler]
    fn unreadable(&mut self, msg: Unreadable) {
        self.clear();
        write(&format!("{}: {}\n", msg.path.display(), msg.error));
    }

    #[on(stopped)]
    fn clear(&mut self) {
        if self.shown.take().is_some() {
            write(CLEAR);
        }
    }
}

impl Default for Console {
    fn default() -> Self {
        Self::new()
    }
}

/// Unlike `eprint!` it does not panic when nobody reads the error output any more.
fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
