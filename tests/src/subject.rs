//! The actor that most tests look at.

use std::fmt;

use actor::prelude::*;

use crate::gate::Gate;
use crate::log::Log;

/// Writes what happens to it into a [`Log`].
#[actor]
#[derive(Clone, Debug, Default)]
pub struct Subject {
    log: Log,
}

/// Is written down; the reply is the number.
#[derive(Debug, PartialEq, Eq)]
pub struct Note(pub u32);

/// The handler waits at the gate.
#[derive(Debug)]
pub struct Hold(pub Gate);

/// The handler panics with this text.
#[derive(Debug)]
pub struct Panic(pub &'static str);

/// The handler fails with this error.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub struct Oops(pub u32);

impl fmt::Display for Oops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oops {}", self.0)
    }
}

impl Subject {
    /// Writes into `log`.
    #[must_use]
    pub fn new(log: &Log) -> Self {
        Self { log: log.clone() }
    }

    /// A producer of the same.
    pub fn producer(log: &Log) -> impl FnMut() -> Self + Send + 'static + use<> {
        let log = log.clone();
        move || Self::new(&log)
    }
}

#[actor]
impl Subject {
    #[on(started)]
    fn started(&mut self) {
        self.log.add("started");
    }

    #[on(stopping)]
    fn stopping(&mut self) {
        self.log.add("stopping");
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.log.add("stopped");
    }

    #[handler]
    fn note(&mut self, Note(number): Note) -> u32 {
        self.log.add(number);
        number
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        let _said = Said(&self.log);
        self.log.add("hold");
        gate.pass().await;
        self.log.add("let go");
    }

    #[handler]
    fn panic(&mut self, Panic(text): Panic) {
        self.log.add("panic");
        panic!("{text}");
    }

    #[handler(fails)]
    fn fail(&mut self, oops: Oops) -> Result<(), Oops> {
        self.log.add("fail");
        Err(oops)
    }
}

/// Shows that the future of a handler was dropped or came to its end.
struct Said<'a>(&'a Log);

impl Drop for Said<'_> {
    fn drop(&mut self) {
        self.0.add("hold over");
    }
}
