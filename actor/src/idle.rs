//! What an actor does when no message comes.

use std::time::Duration;

use tokio::time::Instant;

use crate::ctx::Ctx;
use crate::handles::{Idles, Receives};
use crate::lease::{Lease, Source};
use crate::node::{Node, SystemItem};
use crate::sync::{Arc, Weak};
use crate::task_handle::TaskHandle;
use crate::timers::Fire;
use crate::timing::Idle;

impl<A: Receives> Ctx<A> {
    /// Calls this actor's `#[on(idle)]` method when no message has come for so long, and again each time
    /// that as much passes without one; until [`cancel_idle_timeout`](Self::cancel_idle_timeout). A message
    /// of any kind counts, also a timer's.
    ///
    /// `#[actor(idle = "30s")]` above the definition does it from the start on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use actor::prelude::*;
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Session;
    ///
    /// #[actor]
    /// impl Session {
    ///     #[on(started)]
    ///     fn begin(&mut self, ctx: &mut Ctx<Self>) { ctx.set_idle_timeout(Duration::from_secs(30)); }
    ///
    ///     #[on(idle)]
    ///     fn nothing_came(&mut self, ctx: &mut Ctx<Self>) { ctx.stop() }
    ///
    ///     #[handler]
    ///     fn request(&mut self, _: u32) {}
    /// }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// # system.spawn(Session::default).stopped().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_idle_timeout(&mut self, after: Duration)
    where
        A: Idles,
    {
        self.set_idle(after);
    }

    /// From now on the actor may be idle; see [`set_idle_timeout`](Self::set_idle_timeout).
    pub fn cancel_idle_timeout(&mut self) {
        let idle = self.known_timing().and_then(|timing| timing.idle.take());
        if let Some(idle) = idle {
            idle.armed.cancel();
        }
    }

    pub(crate) fn set_idle(&mut self, after: Duration) {
        self.cancel_idle_timeout();
        let after = after.max(Duration::from_millis(1));
        let since = Instant::now();
        let idle = Idle {
            after,
            since,
            done: self.me.cell.head.tally.done(),
            armed: self.arm(since.checked_add(after)),
        };
        self.timing_mut().idle = Some(idle);
    }

    /// The actor is about to wait for a message. The clock is read here, once for all messages of a batch.
    #[inline]
    pub(crate) fn note_parking(&mut self) {
        if self.has_timing() {
            self.note_done();
        }
    }

    /// Since when nothing has come.
    fn note_done(&mut self) {
        let done = self.me.cell.head.tally.done();
        if let Some(idle) = self.known_timing().and_then(|timing| timing.idle.as_mut())
            && idle.done != done
        {
            idle.done = done;
            idle.since = Instant::now();
        }
    }

    /// The time may be over. Whether it is; sets the next.
    pub(crate) fn is_idle(&mut self) -> bool {
        self.note_done();
        let Some(idle) = self.known_timing().and_then(|timing| timing.idle.as_mut()) else {
            return false;
        };
        let due = idle.since.checked_add(idle.after);
        let over = due.filter(|due| *due <= Instant::now());
        idle.since = over.unwrap_or(idle.since);
        let next = idle.since.checked_add(idle.after);
        let armed = self.arm(next);
        if let Some(idle) = self.known_timing().and_then(|timing| timing.idle.as_mut()) {
            idle.armed = armed;
        }
        over.is_some()
    }

    fn arm(&self, due: Option<Instant>) -> TaskHandle {
        let source = Arc::<Source>::default();
        let node: Arc<dyn Node> = self.me.cell.clone();
        let timers = &node.head().core.timers;
        let place = due.map(|due| {
            let alarm = Alarm {
                node: Arc::downgrade(&node),
                source: source.clone(),
            };
            (timers.clone(), timers.put(due, Box::new(alarm)))
        });
        TaskHandle::timer(source, place)
    }
}

/// Asks an actor to look whether it is idle.
struct Alarm {
    node: Weak<dyn Node>,
    source: Arc<Source>,
}

impl Fire for Alarm {
    fn fire(&mut self, _: Instant) -> Option<Instant> {
        if let Some(node) = self.node.upgrade() {
            node.push_system(SystemItem::Idle(Lease::new(&self.source)));
        }
        None
    }
}
