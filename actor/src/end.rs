//! Start, failure and end of an actor, whatever its type: who is told of it, and in which order.

use crate::event::Event;
use crate::failure::{Failure, Interrupt, Stage, StopReason, catch};
use crate::node::{Head, SystemItem, Trouble};
use crate::stats::ActorStats;
use crate::terminated::Terminated;

impl Head {
    pub(crate) fn started(&self) {
        let now = self.core.age();
        let waiters = self.life.lock().start(now);
        for waiter in waiters {
            let _ = waiter.send(Ok(()));
        }
        tracing::debug!(actor = self.pid().id(), "started");
        self.core.events.publish(|| Event::Started(self.pid()));
    }

    /// A failure about which nobody decides.
    pub(crate) fn log_failure(&self, failure: &Failure) {
        tracing::error!(
            actor = self.pid().id(),
            location = failure.location(),
            "{failure}"
        );
    }

    /// A new incarnation has taken over.
    pub(crate) fn restarted(&self) {
        if self.life.lock().start_result().is_none() {
            return self.started(); // those before it never started
        }
        let now = self.core.age();
        let _ = self.life.lock().start(now); // nobody waits any more
        tracing::debug!(actor = self.pid().id(), "restarted");
        self.core.events.publish(|| Event::Restarted(self.pid()));
    }

    /// What a part of the actor's code means for the actor when it did not come to its end well.
    /// Reports a failure.
    #[cold]
    pub(crate) fn settle(&self, stage: Stage, why: Trouble) -> StopReason {
        let failure = match why {
            Trouble::Fault(fault) => Failure::from_fault(self.pid(), stage, *fault),
            Trouble::Interrupt(Interrupt::Panicked(payload)) => {
                Failure::from_panic(self.pid(), stage, payload)
            }
            Trouble::Interrupt(Interrupt::Killed) => return StopReason::Killed,
        };
        self.core.failed(&failure);
        StopReason::Failed(failure)
    }

    /// An actor that never came to be: after the end of the system or of its parent.
    pub(crate) fn never_born(&self) {
        self.life.lock().end(StopReason::Stopped);
    }

    /// Ends the actor when its mailbox is retired: its name is free, and whoever waits is told.
    pub(crate) fn end(&self, stats: ActorStats, reason: StopReason) {
        debug_assert_eq!(stats.waiting, 0, "a message is unaccounted for");
        self.core.actor_ended(&stats, &self.counted);
        self.release_name();
        tracing::debug!(actor = self.pid().id(), %reason, "stopped");
        let (mourners, start) = {
            let mut life = self.life.lock();
            let mourners = life.end(reason.clone());
            (mourners, life.start_result())
        };
        drop(mourners.commands);
        for waiter in mourners.on_start {
            if let Some(start) = start.clone() {
                tell(|| drop(waiter.send(start)));
            }
        }
        for watcher in mourners.watchers.into_values() {
            watcher.push_system(self.terminated(reason.clone()));
        }
        let event = || Event::Stopped(self.pid(), reason.clone());
        tell(|| self.core.events.publish(event));
        for waiter in mourners.on_end {
            tell(|| drop(waiter.send(reason.clone())));
        }
        self.leave_tree();
    }

    fn release_name(&self) {
        let Some(name) = self.name() else { return };
        match self.parent() {
            None => self.core.root.lock().release_name(name),
            Some(parent) => {
                if let Some(scope) = parent.head().life.lock().scope_mut() {
                    scope.release_name(name);
                }
            }
        }
    }

    fn leave_tree(&self) {
        let place = self.life.lock().place;
        let emptied = match self.parent() {
            None => self.core.root.lock().forget(place),
            Some(parent) => {
                let mut life = parent.head().life.lock();
                life.scope_mut().and_then(|scope| scope.forget(place))
            }
        };
        if let Some(waker) = emptied {
            waker.wake();
        }
    }

    pub(crate) fn terminated(&self, reason: StopReason) -> SystemItem {
        SystemItem::Terminated(Terminated::new(self.pid(), reason, self.key()))
    }
}

/// Tells one of those who wait. Its waker may panic, which must not keep the news from the others.
fn tell(news: impl FnOnce()) {
    if catch(news).is_err() {
        tracing::error!("who waited for an actor panicked when told of its end");
    }
}
