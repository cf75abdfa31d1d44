//! A system that lives until the process is asked to end.

use std::io;

use crate::core::ShutdownReport;
use crate::failure::catch;
use crate::system::ActorSystem;

/// The exit code of a process that a second signal ended: 128 and the number of SIGINT.
const EXIT_CODE: i32 = 130;

impl ActorSystem {
    /// Runs until ctrl-c or, on Unix, SIGTERM, and then [shuts down](Self::shutdown). A second
    /// signal ends the process at once, with exit code 130.
    ///
    /// # Errors
    ///
    /// When the process cannot listen for signals: the runtime was built without I/O
    /// (`.enable_io()` or `.enable_all()`).
    ///
    /// # Cancellation
    ///
    /// Dropped before a signal came, nothing happens, except that ctrl-c no longer ends the process
    /// by itself. Dropped later, the shutdown goes on.
    pub async fn run_until_signal(&self) -> io::Result<ShutdownReport> {
        let mut signals = Signals::listen()?;
        signals.next().await;
        tracing::info!(system = self.name(), "signal received, shutting down");
        tokio::select! {
            biased;
            report = self.shutdown() => Ok(report),
            () = signals.next() => std::process::exit(EXIT_CODE),
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = || -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        };
        // A runtime says only by a panic that it has no I/O.
        catch(listen).unwrap_or_else(|_| Err(no_io()))
    }

    async fn next(&mut self) {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // An error means that there is nothing to listen to: then nothing comes.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
fn no_io() -> io::Error {
    io::Error::other(
        "the tokio runtime has no I/O: build it with `.enable_io()` or `.enable_all()`",
    )
}
