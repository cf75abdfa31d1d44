//! The workers of a pool, as its senders and its keeper see them.

use crate::actor::Actor;
use crate::actor_ref::ActorRef;
use crate::error::TellError;
use crate::node::Node;
use crate::pool::routing::{Loads, Routes};
use crate::sync::{Arc, AtomicBool, Ordering, RwLock};
use crate::terminated::Key;

/// The workers, each in its slot.
pub(crate) struct Workers<A: Actor> {
    /// Senders take the list and let go of the lock: what they do then runs code of messages.
    slots: RwLock<Arc<Vec<ActorRef<A>>>>,
    /// The pool was poisoned: who ends is not replaced.
    draining: AtomicBool,
}

impl<A: Actor> Default for Workers<A> {
    fn default() -> Self {
        Self {
            slots: RwLock::new(Arc::default()),
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
    pub(crate) fn all(&self) -> Arc<Vec<ActorRef<A>>> {
        self.slots.read().clone()
    }

    pub(crate) fn size(&self) -> usize {
        self.slots.read().len()
    }

    pub(crate) fn add(&self, worker: ActorRef<A>) {
        Arc::make_mut(&mut *self.slots.write()).push(worker);
    }

    /// Takes the last ones out, so that `size` are left.
    pub(crate) fn truncate(&self, size: usize) -> Vec<ActorRef<A>> {
        let mut slots = self.slots.write();
        let size = size.min(slots.len());
        Arc::make_mut(&mut *slots).split_off(size)
    }

    /// Puts a worker in the place of one that has ended. Not if that has no place any more.
    pub(crate) fn replace(&self, ended: Key, worker: ActorRef<A>) {
        let mut slots = self.slots.write();
        let mut slots = Arc::make_mut(&mut *slots).iter_mut();
        if let Some(slot) = slots.find(|slot| key(slot) == ended) {
            *slot = worker;
        }
    }

    pub(crate) fn has(&self, ended: Key) -> bool {
        self.all().iter().any(|slot| key(slot) == ended)
    }

    pub(crate) fn by_id(&self, id: u64) -> Option<ActorRef<A>> {
        let slots = self.all();
        slots.iter().find(|slot| slot.cell.head.id == id).cloned()
    }

    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
        self.all().iter().for_each(ActorRef::poison);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// The worker for this message.
    pub(crate) fn pick<M>(&self, strategy: &impl Routes<M>, message: &M) -> Option<ActorRef<A>> {
        let slots = self.all();
        if slots.is_empty() {
            return None;
        }
        let route = strategy.route(message, &*slots);
        slots.get(route.first).cloned()
    }

    /// Offers the message to the worker of its route, and if another would do to the others, until
    /// one takes it. `Err` says `Full` when one was, else that they have stopped.
    pub(crate) fn offer<M>(
        &self,
        strategy: &impl Routes<M>,
        mut message: M,
        mut tell: impl FnMut(&ActorRef<A>, M) -> Result<(), TellError<M>>,
    ) -> Result<u64, TellError<M>> {
        let mut slots = self.all();
        loop {
            message = match offer_to(&slots, strategy, message, &mut tell) {
                Err(TellError::Stopped(message)) => message,
                other => return other,
            };
            // Taken out, or replaced meanwhile: there is another for it.
            let now = self.all();
            if Arc::ptr_eq(&slots, &now) {
                return Err(TellError::Stopped(message));
            }
            slots = now;
        }
    }
}

fn offer_to<A: Actor, M>(
    slots: &Vec<ActorRef<A>>,
    strategy: &impl Routes<M>,
    mut message: M,
    mut tell: impl FnMut(&ActorRef<A>, M) -> Result<(), TellError<M>>,
) -> Result<u64, TellError<M>> {
    if slots.is_empty() {
        return Err(TellError::Stopped(message));
    }
    let route = strategy.route(&message, slots);
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

fn key<A: Actor>(worker: &ActorRef<A>) -> Key {
    worker.cell.head().key()
}
