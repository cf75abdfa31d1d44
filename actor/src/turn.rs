//! Which actor runs on a thread now.
//!
//! The task of an actor says so around each poll. That tells who waits when an `ask` is polled, and
//! shows the watchdog a thread that does not come back. It costs two stores a poll, and nothing a
//! message.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
// Not those of a model checker: nothing waits for them, and its threads are not real ones.
use std::sync::atomic::{AtomicU64, Ordering};

use crate::sync::{Arc, Mutex, Weak};
use crate::terminated::Key;

/// One thread, as a system's watchdog sees it.
#[derive(Default)]
pub(crate) struct Seat {
    /// The actor that runs there; 0 when none does.
    actor: AtomicU64,
    /// How often one has sat down.
    turn: AtomicU64,
}

impl Seat {
    /// The actor that runs there and the number of its turn.
    pub(crate) fn taken(&self) -> Option<(u64, u64)> {
        let actor = self.actor.load(Ordering::Relaxed);
        let turn = self.turn.load(Ordering::Relaxed);
        (actor != 0).then_some((actor, turn))
    }
}

/// The threads on which actors of one system have run.
#[derive(Default)]
pub(crate) struct Seats {
    seats: Mutex<Vec<Arc<Seat>>>,
}

impl Seats {
    /// Those of the threads that are there, each with what tells it from the others.
    pub(crate) fn for_each(&self, mut look: impl FnMut(usize, &Seat)) {
        let mut seats = self.seats.lock();
        seats.retain(|seat| Arc::strong_count(seat) > 1);
        for seat in seats.iter() {
            look(Arc::as_ptr(seat).addr(), seat);
        }
    }

    fn add(&self) -> Arc<Seat> {
        let seat = Arc::<Seat>::default();
        self.seats.lock().push(seat.clone());
        seat
    }
}

/// This thread's own hold on its seat. Counted apart from the watchdog's, because it is taken up at
/// each poll, and an `Arc` is counted with locked instructions.
#[allow(clippy::redundant_allocation)]
type Own = Rc<Arc<Seat>>;

/// A system, and this thread's seat in it.
type Known = (Weak<Seats>, Own);

#[derive(Default)]
struct Here {
    current: Cell<Option<Key>>,
    seats: RefCell<Vec<Known>>,
}

thread_local!(static HERE: Here = Here::default());

impl Here {
    fn seat(&self, system: &Arc<Seats>) -> Own {
        let own = |(seats, _): &&Known| Weak::as_ptr(seats) == Arc::as_ptr(system);
        if let Some((_, seat)) = self.seats.borrow().iter().find(own) {
            return seat.clone();
        }
        let seat = Rc::new(system.add());
        let mut known = self.seats.borrow_mut();
        known.retain(|(seats, _)| seats.strong_count() > 0);
        known.push((Arc::downgrade(system), seat.clone()));
        seat
    }
}

/// The actor that runs on this thread now.
pub(crate) fn current() -> Option<Key> {
    HERE.try_with(|here| here.current.get()).ok().flatten()
}

/// Runs `poll` as that actor's turn.
#[inline]
pub(crate) fn within<R>(system: &Arc<Seats>, actor: Key, poll: impl FnOnce() -> R) -> R {
    let mut poll = Some(poll);
    let polled = HERE.try_with(|here| {
        let _turn = Turn::begin(here, system, actor);
        poll.take().map(|poll| poll())
    });
    match (polled, poll) {
        (Ok(Some(polled)), _) => polled,
        // The thread is at its end.
        (_, Some(poll)) => poll(),
        (_, None) => unreachable!("it was polled here or there"),
    }
}

/// Puts back what was before, also in a panic.
struct Turn<'a> {
    here: &'a Here,
    seat: Own,
    before: Option<Key>,
    sat: u64,
}

impl<'a> Turn<'a> {
    fn begin(here: &'a Here, system: &Arc<Seats>, actor: Key) -> Self {
        let seat = here.seat(system);
        let before = here.current.replace(Some(actor));
        let sat = seat.actor.load(Ordering::Relaxed);
        let turn = seat.turn.load(Ordering::Relaxed);
        seat.turn.store(turn + 1, Ordering::Relaxed);
        seat.actor.store(actor.id, Ordering::Relaxed);
        Self {
            here,
            seat,
            before,
            sat,
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.seat.actor.store(self.sat, Ordering::Relaxed);
        self.here.current.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u64) -> Key {
        Key { system: 1, id }
    }

    fn seated(seats: &Seats) -> Vec<u64> {
        let mut seated = Vec::new();
        seats.for_each(|_, seat| seated.extend(seat.taken().map(|(actor, _)| actor)));
        seated
    }

    #[test]
    fn a_turn_within_a_turn_gives_back_the_seat() {
        let (one, two) = (Arc::<Seats>::default(), Arc::<Seats>::default());
        within(&one, key(7), || {
            within(&two, key(8), || {
                assert_eq!(current(), Some(key(8)));
                assert_eq!((seated(&one), seated(&two)), (vec![7], vec![8]));
            });
            within(&one, key(9), || assert_eq!(seated(&one), [9]));
            assert_eq!(current(), Some(key(7)));
            assert_eq!((seated(&one), seated(&two)), (vec![7], vec![]));
        });
        assert_eq!((current(), seated(&one)), (None, vec![]));
    }

    #[test]
    fn a_panic_gives_back_the_seat() {
        let seats = Arc::<Seats>::default();
        let panicked = crate::failure::catch(|| within(&seats, key(7), || panic!("oh")));
        assert!(panicked.is_err());
        assert_eq!((current(), seated(&seats)), (None, vec![]));
    }

    #[test]
    fn threads_and_systems_that_are_gone_are_forgotten() {
        let seats = Arc::<Seats>::default();
        let turn = |seats: Arc<Seats>| move || within(&seats, key(7), || seated(&seats));
        let there = std::thread::spawn(turn(seats.clone())).join();
        assert_eq!(there.ok(), Some(vec![7]));
        seats.for_each(|_, _| panic!("its thread is gone"));
        for _ in 0..10 {
            within(&Arc::default(), key(7), || ());
        }
        HERE.with(|here| assert!(here.seats.borrow().len() <= 2));
    }
}
