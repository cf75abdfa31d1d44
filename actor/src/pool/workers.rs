//! The workers of a pool, as its senders and its keeper see them.

use crate::actor::Actor;
use crate::actor_ref::ActorRef;
use crate::error::TellError;
use crate::node::Node;
use crate::pool::routing::{Loads, Routes};
use crate::sync::{AtomicBool, Ordering, RwLock};
use crate::terminated::Key;

/// The workers, each in its slot.
pub(crate) struct Workers<A: Actor> {
    slots: RwLock<Vec<ActorRef<A>>>,
    /// The pool was poisoned: who ends is not replaced.
    draining: AtomicBool,
}

impl<A: Actor> Default for Workers<A> {
    fn default() -> Self {
        Self {
            slots: RwLock::new(Vec::new()),
            draining: AtomicBool::new(false),
        }
    }
}

impl<A: Actor> Loads for Vec<ActorRef<A>> {
    fn size(&self) -> usize {
        self.len()
    }

    fn load(&self, worker: usize) -> u64 {
        self[worker].cell.queued()
    }
}

impl<A: Actor> Workers<A> {
    pub(crate) fn all(&self) -> Vec<ActorRef<A>> {
        self.slots.read().clone()
    }

    pub(crate) fn size(&self) -> usize {
        self.slots.read().len()
    }

    pub(crate) fn add(&self, worker: ActorRef<A>) {
        self.slots.write().push(worker);
    }

    /// Takes the last ones out, so that `size` are left.
    pub(crate) fn truncate(&self, size: usize) -> Vec<ActorRef<A>> {
        let mut slots = self.slots.write();
        let size = size.min(slots.len());
        slots.split_off(size)
    }

    /// Puts a worker in the place of one that has ended. Not if that has no place any more.
    pub(crate) fn replace(&self, ended: Key, worker: ActorRef<A>) {
        let mut slots = self.slots.write();
        if let Some(slot) = slots.iter_mut().find(|slot| key(slot) == ended) {
            *slot = worker;
        }
    }

    pub(crate) fn has(&self, ended: Key) -> bool {
        self.slots.read().iter().any(|slot| key(slot) == ended)
    }

    pub(crate) fn by_id(&self, id: u64) -> Option<ActorRef<A>> {
        let slots = self.slots.read();
        slots.iter().find(|slot| slot.cell.head.id == id).cloned()
    }

    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
        self.slots.read().iter().for_each(ActorRef::poison);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// The worker for this message.
    pub(crate) fn pick<M>(&self, strategy: &impl Routes<M>, message: &M) -> Option<ActorRef<A>> {
        let slots = self.slots.read();
        if slots.is_empty() {
            return None;
        }
        let route = strategy.route(message, &*slots);
        slots.get(route.first).cloned()
    }

    /// Offers the message to the worker of its route, and if another would do to the others, until
    /// one takes it. `Err` says what the last one said that was not full, or `Full`.
    pub(crate) fn offer<M>(
        &self,
        strategy: &impl Routes<M>,
        mut message: M,
        mut tell: impl FnMut(&ActorRef<A>, M) -> Result<(), TellError<M>>,
    ) -> Result<u64, TellError<M>> {
        let slots = self.slots.read();
        if slots.is_empty() {
            return Err(TellError::Stopped(message));
        }
        let route = strategy.route(&message, &*slots);
        let tries = if route.or_another { slots.len() } else { 1 };
        let mut full = false;
        for step in 0..tries {
            let worker = &slots[(route.first + step) % slots.len()];
            match tell(worker, message) {
                Ok(()) => return Ok(worker.cell.head.id),
                Err(error) => {
                    full |= error.is_full();
                    message = error.into_message();
                }
            }
        }
        Err(match full {
            true => TellError::Full(message),
            false => TellError::Stopped(message),
        })
    }
}

fn key<A: Actor>(worker: &ActorRef<A>) -> Key {
    worker.cell.head().key()
}
