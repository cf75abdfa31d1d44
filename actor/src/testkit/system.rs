//! A system that notices what its test did not.

use std::any::type_name;
use std::ops::Deref;
use std::panic::Location;
use std::time::Duration;

use tokio::time::timeout;

use crate::dead_letter::DeadLetter;
use crate::event::{Event, EventKind};
use crate::events::Events;
use crate::failure::Failure;
use crate::stats::Stats;
use crate::system::ActorSystem;
use crate::testkit::clock::PATIENCE;
use crate::testkit::probe::Probe;

/// How long is waited for an event.
const MINUTE: Duration = Duration::from_secs(60);

/// A system for one test. It fails the test, by a panic, when dead letters or failures remain that the
/// test did not expect: in [`finish`](Self::finish), or when it is dropped.
///
/// Derefs to its [`ActorSystem`].
#[derive(Debug)]
pub struct TestSystem {
    system: ActorSystem,
    letters: Seen<DeadLetter>,
    failures: Seen<Failure>,
    /// What had happened to the system before.
    before: Stats,
    finished: bool,
}

/// Events of one kind, and those among them that the test has not expected yet.
#[derive(Debug)]
struct Seen<E: EventKind> {
    events: Events<E>,
    unexpected: Vec<E>,
    expected: u64,
    allowed: bool,
}

impl Default for TestSystem {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl TestSystem {
    /// A system with the default settings.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        match ActorSystem::new("test") {
            Ok(system) => Self::of(system),
            Err(error) => panic!("no system for the test: {error}"),
        }
    }

    /// The same around a system with other settings. What happened to it before is not seen.
    #[must_use]
    pub fn of(system: ActorSystem) -> Self {
        Self {
            letters: Seen::new(system.events_of()),
            failures: Seen::new(system.events_of()),
            before: system.stats(),
            system,
            finished: false,
        }
    }

    /// A probe in this system.
    #[must_use]
    pub fn probe(&self) -> Probe {
        Probe::new(&self.system)
    }

    /// Waits for the dead letter of an `M`.
    ///
    /// # Panics
    ///
    /// When none comes within three seconds (of tokio's time).
    #[track_caller]
    pub fn expect_dead_letter<M>(&mut self) -> impl Future<Output = DeadLetter> {
        let wanted = type_name::<M>();
        let at = Location::caller();
        async move {
            let letter = self.letters.find(|letter| letter.message_type == wanted);
            letter.await.unwrap_or_else(|others| {
                panic!(
                    "{at}: no dead letter of a `{wanted}` came; {}",
                    lines(&others, letter_line)
                )
            })
        }
    }

    /// Waits for the failure of an actor.
    ///
    /// # Panics
    ///
    /// When none comes within three seconds (of tokio's time).
    #[track_caller]
    pub fn expect_failure(&mut self) -> impl Future<Output = Failure> {
        let at = Location::caller();
        async move {
            let failure = self.failures.find(|_| true);
            failure
                .await
                .unwrap_or_else(|_| panic!("{at}: no actor failed"))
        }
    }

    /// From now on dead letters do not fail the test.
    pub fn allow_dead_letters(&mut self) {
        self.letters.allowed = true;
    }

    /// From now on failures do not fail the test.
    pub fn allow_failures(&mut self) {
        self.failures.allowed = true;
    }

    /// Shuts the system down and checks what is left. Returns the final counts.
    ///
    /// # Panics
    ///
    /// When actors did not stop in time, messages are unaccounted for, or dead letters or failures
    /// remain that the test did not expect.
    #[track_caller]
    pub fn finish(mut self) -> impl Future<Output = Stats> {
        let at = Location::caller();
        async move {
            self.finished = true;
            let report = self.system.shutdown().await;
            assert!(
                report.is_clean(),
                "{at}: not stopped in time: {:?}",
                report.late
            );
            if let Some(complaint) = self.complaint() {
                panic!("{at}: {complaint}");
            }
            at_rest(&self.system)
        }
    }

    /// What the test did not expect.
    fn complaint(&mut self) -> Option<String> {
        let (now, before) = (self.system.stats(), &self.before);
        let letters = now.dead_letters.total() - before.dead_letters.total();
        let failures = now.failures - before.failures;
        let complaints = [
            self.letters.complaint(letters, "dead letters", letter_line),
            self.failures
                .complaint(failures, "failures", Failure::to_string),
        ];
        let complaint: String = complaints.into_iter().flatten().collect();
        (!complaint.is_empty()).then_some(complaint)
    }
}

impl Deref for TestSystem {
    type Target = ActorSystem;

    fn deref(&self) -> &ActorSystem {
        &self.system
    }
}

impl Drop for TestSystem {
    fn drop(&mut self) {
        if self.finished || std::thread::panicking() {
            return;
        }
        if let Some(complaint) = self.complaint() {
            panic!("{complaint}");
        }
    }
}

impl<E: EventKind> Seen<E> {
    fn new(events: Events<E>) -> Self {
        Self {
            events,
            unexpected: Vec::new(),
            expected: 0,
            allowed: false,
        }
    }

    /// The first that is wanted; those before it stay unexpected, and are the error when none comes.
    async fn find(&mut self, wanted: impl Fn(&E) -> bool) -> Result<E, Vec<E>> {
        let known = self.unexpected.iter().position(&wanted);
        let found = match known {
            Some(at) => self.unexpected.remove(at),
            None => {
                let search = async {
                    loop {
                        match self.events.next().await {
                            Some(event) if wanted(&event) => return Some(event),
                            Some(event) => self.unexpected.push(event),
                            None => return None,
                        }
                    }
                };
                match timeout(PATIENCE, search).await {
                    Ok(Some(event)) => event,
                    _ => return Err(self.unexpected.clone()),
                }
            }
        };
        self.expected += 1;
        Ok(found)
    }

    /// What to say when not all that have been `counted` were expected. An event may be missed when
    /// there are many; the count may not.
    fn complaint(
        &mut self,
        counted: u64,
        what: &str,
        show: impl Fn(&E) -> String,
    ) -> Option<String> {
        while let Some(event) = self.events.try_next() {
            self.unexpected.push(event);
        }
        let unexpected = counted.saturating_sub(self.expected);
        let list = lines(&self.unexpected, show);
        (unexpected > 0 && !self.allowed).then(|| format!("{unexpected} unexpected {what}; {list}"))
    }
}

fn letter_line(letter: &DeadLetter) -> String {
    let DeadLetter {
        target,
        message_type,
        reason,
    } = letter;
    format!("`{message_type}` for `{}`: {reason}", target.id())
}

fn lines<E>(events: &[E], show: impl Fn(&E) -> String) -> String {
    let lines: String = events
        .iter()
        .map(|event| format!("\n  {}", show(event)))
        .collect();
    match lines.is_empty() {
        true => "there were none that could be kept".to_owned(),
        false => format!("there were:{lines}\n"),
    }
}

/// The counts of a system at rest.
///
/// # Panics
///
/// When messages are unaccounted for, or still wait.
#[track_caller]
pub fn at_rest(system: &ActorSystem) -> Stats {
    let stats = system.stats();
    assert!(
        stats.is_balanced(),
        "messages are unaccounted for: {stats:?}"
    );
    assert_eq!(stats.waiting, 0, "messages still wait: {stats:?}");
    stats
}

/// The next event for which `wanted` has an answer.
///
/// # Panics
///
/// When the events end before, or none comes within a minute (of tokio's time).
pub async fn event<T>(events: &mut Events, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
    let search = async {
        loop {
            let Some(event) = events.next().await else {
                panic!("the system ended before the event came");
            };
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    };
    match timeout(MINUTE, search).await {
        Ok(found) => found,
        Err(_) => panic!("the event did not come within a minute"),
    }
}

/// Everything that has happened so far for which `wanted` has an answer.
pub fn all_events<T>(events: &mut Events, mut wanted: impl FnMut(&Event) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    while let Some(event) = events.try_next() {
        found.extend(wanted(&event));
    }
    found
}
