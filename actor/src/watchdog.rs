//! Notices handlers that take too long.
//!
//! A thread of its own, because the threads of the runtime may be the ones that are stuck, and in real
//! time. It looks around a few times in each limit: at the actors that sit on a thread ([`Seats`]),
//! and at those that wait in the middle of a message, which their tasks list at most once in each of
//! its rounds. So nobody pays for a handler that is quick.
//!
//! [`Seats`]: crate::turn::Seats

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::core::Core;
use crate::node::Node;
use crate::slow::{Slow, SlowHandler};
use crate::sync::{Arc, Weak};
use crate::tree::leaves_first;

/// The longest pause between two looks; a report comes at most three of them after the limit.
const LONGEST_PERIOD: Duration = Duration::from_millis(250);
const SHORTEST_PERIOD: Duration = Duration::from_millis(5);

/// Watches the system until it is gone or shut down.
pub(crate) fn watch(core: &Arc<Core<dyn Node>>) {
    let Some(limit) = core.settings.slow_handler else {
        return;
    };
    let period = (limit / 8).clamp(SHORTEST_PERIOD, LONGEST_PERIOD);
    let weak = Arc::downgrade(core);
    // The log of whoever made the system, which may be that of one thread.
    let log = tracing::dispatcher::get_default(Clone::clone);
    let watched = thread::Builder::new()
        .name("actor-watchdog".to_owned())
        .spawn(move || {
            tracing::dispatcher::with_default(&log, || look_around(&weak, limit, period));
        });
    match watched {
        Ok(_) => core.set_watched(),
        Err(error) => {
            tracing::warn!(%error, "no thread for the watchdog: slow handlers go unnoticed");
        }
    }
}

fn look_around(core: &Weak<Core<dyn Node>>, limit: Duration, period: Duration) {
    let mut watchdog = Watchdog {
        limit,
        taken: Vec::new(),
        running: HashMap::new(),
        waiting: Vec::new(),
    };
    loop {
        thread::sleep(period);
        match core.upgrade() {
            Some(core) if !core.is_shut_down() => watchdog.look(&core, Instant::now()),
            _ => return,
        }
    }
}

struct Watchdog {
    limit: Duration,
    /// The seats that are taken now: which, by whom, for which turn. Kept for its memory.
    taken: Vec<(usize, u64, u64)>,
    /// Long turns, by the seat.
    running: HashMap<usize, Running>,
    /// Actors that waited in the middle of a message when they were last polled.
    waiting: Vec<Watched>,
}

/// A turn that was seen at least once.
struct Running {
    actor: u64,
    turn: u64,
    /// From the second look on: finding an actor by its number is a walk through the tree.
    watched: Option<Watched>,
}

/// An actor in the middle of something.
struct Watched {
    node: Arc<dyn Node>,
    /// How many messages it had done: when that changes, it is in the middle of something else.
    done: u64,
    since: Instant,
    told: bool,
}

impl Watchdog {
    fn look(&mut self, core: &Core<dyn Node>, now: Instant) {
        self.look_at_threads(core, now);
        self.waiting.extend(
            core.take_suspended()
                .into_iter()
                .map(|node| Watched::new(node, now)),
        );
        let (limit, running) = (self.limit, &self.running);
        self.waiting.retain_mut(|watched| {
            // Its task lists it again when it waits the next time.
            if watched.node.unlist() {
                return false;
            }
            let id = watched.node.head().id;
            let runs = running.values().any(|running| running.actor == id);
            if let Some(time) = watched.look(now, limit).filter(|_| !runs) {
                tell(core, &watched.node, Slow::Waits, time);
            }
            true
        });
    }

    fn look_at_threads(&mut self, core: &Core<dyn Node>, now: Instant) {
        // Not under the lock of the seats: an actor is looked up in the tree.
        self.taken.clear();
        let taken = &mut self.taken;
        core.seats.for_each(|seat, who| {
            taken.extend(who.taken().map(|(actor, turn)| (seat, actor, turn)));
        });
        let taken = &self.taken;
        self.running
            .retain(|seat, running| taken.contains(&(*seat, running.actor, running.turn)));
        for &(seat, actor, turn) in taken {
            match self.running.get_mut(&seat) {
                Some(running) => running.look(core, now, self.limit),
                None => {
                    let watched = None;
                    let running = Running {
                        actor,
                        turn,
                        watched,
                    };
                    self.running.insert(seat, running);
                }
            }
        }
    }
}

impl Running {
    /// It is still the same turn.
    fn look(&mut self, core: &Core<dyn Node>, now: Instant, limit: Duration) {
        if self.watched.is_none() {
            let node = find(core, self.actor);
            self.watched = node.map(|node| Watched::new(node, now));
        }
        if let Some(watched) = &mut self.watched
            && let Some(time) = watched.look(now, limit)
        {
            tell(core, &watched.node, Slow::Blocks, time);
        }
    }
}

impl Watched {
    fn new(node: Arc<dyn Node>, now: Instant) -> Self {
        Self {
            done: node.head().tally.done(),
            node,
            since: now,
            told: false,
        }
    }

    /// Tells once for how long it has been in the middle of one thing, when that is too long.
    fn look(&mut self, now: Instant, limit: Duration) -> Option<Duration> {
        let done = self.node.head().tally.done();
        if done != self.done {
            (self.done, self.since, self.told) = (done, now, false);
        }
        let time = now.saturating_duration_since(self.since);
        let late = time >= limit && !self.told;
        self.told |= late;
        late.then_some(time)
    }
}

fn find(core: &Core<dyn Node>, id: u64) -> Option<Arc<dyn Node>> {
    let mut all = leaves_first(core).into_iter();
    all.find(|node| node.head().id == id)
}

fn tell(core: &Core<dyn Node>, node: &Arc<dyn Node>, kind: Slow, time: Duration) {
    core.slow_handler(SlowHandler {
        actor: node.head().pid(),
        message_type: node.stats().handling,
        time,
        kind,
    });
}
