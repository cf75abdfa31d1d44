//! A process that runs until a signal: the first ends it in order, the second at once.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Starts `src/bin/until_signal.rs`.
fn start(argument: &str) -> Process {
    let mut child = Command::new(env!("CARGO_BIN_EXE_until_signal"))
        .arg(argument)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it was built with this test");
    let stdout = child.stdout.take().expect("it is piped");
    let mut process = Process {
        child,
        lines: BufReader::new(stdout).lines(),
    };
    assert_eq!(process.line(), "started");
    assert_eq!(process.line(), "listening");
    process
}

impl Process {
    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    fn exit_code(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn a_signal_shuts_the_system_down() {
    for signal in ["TERM", "INT"] {
        let mut process = start("");
        process.signal(signal);
        assert_eq!(process.line(), "stopped");
        assert_eq!(process.line(), "clean true");
        assert_eq!(process.exit_code(), Some(0));
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    for (first, second) in [("TERM", "TERM"), ("INT", "TERM"), ("TERM", "INT")] {
        let mut process = start("hang");
        process.signal(first);
        assert_eq!(process.line(), "stopped");
        process.signal(second);
        assert_eq!(process.exit_code(), Some(130));
    }
}

#[tokio::test]
async fn a_runtime_without_io_is_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let refused = std::thread::spawn(move || {
        runtime.block_on(async { actor_tests::system().run_until_signal().await.err() })
    });
    let error = refused.join().expect("no panic").expect("an error");
    assert!(error.to_string().contains("no I/O"), "{error}");
}
