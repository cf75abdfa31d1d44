//! Where an actor stands between its start and its end, and who wants to know.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU64;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::care::{Care, Command};
use crate::error::StartError;
use crate::failure::StopReason;
use crate::scope::{Occupied, Scope};
use crate::sync::Arc;
use crate::terminated::Key;

/// Who waits for an actor's end.
pub(crate) type EndSender = oneshot::Sender<StopReason>;
/// Who waits for an actor's start.
pub(crate) type StartSender = oneshot::Sender<Result<(), StartError>>;

/// The part of an actor that is seldom looked at. What most actors never need is in a box.
pub(crate) struct Life<N: ?Sized> {
    /// When it started: the system's age then, in nanoseconds, and one more so that it is not zero.
    started: Option<NonZeroU64>,
    pub(crate) ended: Option<StopReason>,
    /// Nobody is spawned below it any more.
    childless: bool,
    /// Its place among its siblings.
    pub(crate) place: u32,
    more: Option<Box<More<N>>>,
}

struct More<N: ?Sized> {
    care: Option<Box<Care>>,
    scope: Scope<N>,
    watchers: BTreeMap<Key, Arc<N>>,
    on_start: Vec<StartSender>,
    on_end: Vec<EndSender>,
}

/// Who is to be told of an end, when the lock is released.
pub(crate) struct Mourners<N: ?Sized> {
    /// What it was told and did not do.
    pub(crate) commands: VecDeque<Command>,
    pub(crate) watchers: BTreeMap<Key, Arc<N>>,
    pub(crate) on_start: Vec<StartSender>,
    pub(crate) on_end: Vec<EndSender>,
}

impl<N: ?Sized> Default for Life<N> {
    fn default() -> Self {
        Self {
            started: None,
            ended: None,
            childless: false,
            place: 0,
            more: None,
        }
    }
}

impl<N: ?Sized> Life<N> {
    pub(crate) fn add_child(
        &mut self,
        id: u64,
        child: Arc<N>,
        name: Option<&Arc<str>>,
    ) -> Result<u32, Occupied> {
        if self.childless {
            return Err(Occupied::Closed);
        }
        self.more().scope.add(id, child, name)
    }

    /// From now on no child is added. Returns those that there are.
    pub(crate) fn close_scope(&mut self) -> Vec<Arc<N>> {
        self.childless = true;
        self.scope().map_or_else(Vec::new, |scope| scope.children())
    }

    /// Its part in supervision, as far as it is not the usual one.
    pub(crate) fn care(&self) -> Option<&Care> {
        self.more.as_ref()?.care.as_deref()
    }

    pub(crate) fn known_care_mut(&mut self) -> Option<&mut Care> {
        self.more.as_mut()?.care.as_deref_mut()
    }

    pub(crate) fn care_mut(&mut self) -> &mut Care {
        self.more().care.get_or_insert_default()
    }

    pub(crate) fn reopen_scope(&mut self) {
        self.childless = self.ended.is_some();
    }

    /// Whether its end has got as far as its children.
    pub(crate) fn is_childless(&self) -> bool {
        self.childless
    }

    /// The children, if there ever was one.
    pub(crate) fn scope(&self) -> Option<&Scope<N>> {
        self.more.as_ref().map(|more| &more.scope)
    }

    pub(crate) fn scope_mut(&mut self) -> Option<&mut Scope<N>> {
        self.more.as_mut().map(|more| &mut more.scope)
    }

    /// Whom to tell that the actor has started.
    pub(crate) fn start(&mut self, now: Duration) -> Vec<StartSender> {
        self.started = Some(NonZeroU64::MIN.saturating_add(nanos(now)));
        match &mut self.more {
            Some(more) => std::mem::take(&mut more.on_start),
            None => Vec::new(),
        }
    }

    /// Whom to tell that the actor has ended.
    pub(crate) fn end(&mut self, reason: StopReason) -> Mourners<N> {
        self.ended = Some(reason);
        self.childless = true;
        // Whoever waits for what it was told to do is told that it has ended.
        let commands = self
            .known_care_mut()
            .map(|care| std::mem::take(&mut care.commands));
        match &mut self.more {
            Some(more) => Mourners {
                commands: commands.unwrap_or_default(),
                watchers: std::mem::take(&mut more.watchers),
                on_start: std::mem::take(&mut more.on_start),
                on_end: std::mem::take(&mut more.on_end),
            },
            None => Mourners {
                commands: VecDeque::new(),
                watchers: BTreeMap::new(),
                on_start: Vec::new(),
                on_end: Vec::new(),
            },
        }
    }

    /// How long it has been at work; zero before its start and after its end.
    pub(crate) fn uptime(&self, now: Duration) -> Duration {
        match (self.started, &self.ended) {
            (Some(started), None) => now.saturating_sub(Duration::from_nanos(started.get() - 1)),
            _ => Duration::ZERO,
        }
    }

    /// How the start went; `None` while that is open.
    pub(crate) fn start_result(&self) -> Option<Result<(), StartError>> {
        match &self.ended {
            _ if self.started.is_some() => Some(Ok(())),
            Some(StopReason::Failed(failure)) => Some(Err(StartError::Failed(failure.clone()))),
            Some(_) => Some(Err(StartError::Stopped)),
            None => None,
        }
    }

    pub(crate) fn add_watcher(&mut self, key: Key, watcher: Arc<N>) {
        self.more().watchers.insert(key, watcher);
    }

    pub(crate) fn remove_watcher(&mut self, key: Key) {
        if let Some(more) = &mut self.more {
            more.watchers.remove(&key);
        }
    }

    pub(crate) fn add_on_start(&mut self, waiter: StartSender) {
        let waiters = &mut self.more().on_start;
        prune(waiters, StartSender::is_closed);
        waiters.push(waiter);
    }

    pub(crate) fn add_on_end(&mut self, waiter: EndSender) {
        let waiters = &mut self.more().on_end;
        prune(waiters, EndSender::is_closed);
        waiters.push(waiter);
    }

    fn more(&mut self) -> &mut More<N> {
        self.more.get_or_insert_with(|| {
            Box::new(More {
                care: None,
                scope: Scope::default(),
                watchers: BTreeMap::new(),
                on_start: Vec::new(),
                on_end: Vec::new(),
            })
        })
    }
}

/// In 64 bits: 584 years.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Forgets waiters that went away, before the list would grow: a poll loop that waits with a
/// time-out must not fill memory.
fn prune<T>(waiters: &mut Vec<T>, gone: impl Fn(&T) -> bool) {
    if waiters.len() == waiters.capacity() {
        waiters.retain(|waiter| !gone(waiter));
    }
}
