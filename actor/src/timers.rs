//! The timers of a system's actors, in one table that one task waits for.
//!
//! A timer is never early, and late only by the resolution of tokio's clock (1 ms). The task runs only while
//! there are timers. An ordered set and not a wheel: exact, and a million of them are no burden
//! (`benches/timers.rs`). The deadlines of asks are another table ([`deadline`](crate::deadline)), because
//! most of them are taken out before anybody need look at the clock.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};

use slab::Slab;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::failure::catch;
use crate::runtime::Runtime;
use crate::sync::{Arc, Mutex};

/// So many are let go at most under one lock.
const BATCH: usize = 256;

/// What a timer does when its time has come.
pub(crate) trait Fire: Send {
    /// `due` is when it was to be. Gives the next time, if there is one.
    fn fire(&mut self, due: Instant) -> Option<Instant>;
}

/// Where a timer lies, to take it out again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    index: usize,
    /// Tells it from a later one in the same place.
    number: u64,
}

pub(crate) struct Timers {
    runtime: Arc<Runtime>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    timers: Slab<Timer>,
    /// Which of them is due when; of one moment the oldest first.
    due: BTreeMap<(Instant, u64), usize>,
    /// Timers so far.
    numbers: u64,
    /// The task that waits, once it does; and until when.
    waiting: Option<(Waker, Instant)>,
    running: bool,
}

struct Timer {
    number: u64,
    due: Instant,
    /// Not there while it is let go.
    fire: Option<Box<dyn Fire>>,
}

impl Timers {
    pub(crate) fn new(runtime: Arc<Runtime>) -> Arc<Self> {
        Arc::new(Self {
            runtime,
            inner: Mutex::default(),
        })
    }

    pub(crate) fn put(self: &Arc<Self>, due: Instant, fire: Box<dyn Fire>) -> Place {
        let mut inner = self.inner.lock();
        inner.numbers += 1;
        let number = inner.numbers;
        let fire = Some(fire);
        let index = inner.timers.insert(Timer { number, due, fire });
        inner.due.insert((due, number), index);
        let asleep = !std::mem::replace(&mut inner.running, true);
        let earlier = inner.take_waiting_beyond(due);
        drop(inner);
        if asleep {
            let timers = self.clone();
            self.runtime.spawn(async move { timers.run().await });
        }
        if let Some(waker) = earlier {
            waker.wake();
        }
        Place { index, number }
    }

    /// Takes a timer out, if it is there.
    pub(crate) fn take(&self, place: Place) {
        let mut inner = self.inner.lock();
        let timer = inner.take(place);
        drop(inner);
        drop(timer); // what it holds is the user's
    }

    /// How many there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.inner.lock().timers.len()
    }

    async fn run(&self) {
        let mut sleep = pin!(sleep_until(Instant::now()));
        poll_fn(|cx| self.poll_run(sleep.as_mut(), cx)).await;
    }

    /// Ready when there is no timer left.
    fn poll_run(&self, mut sleep: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let due = self.inner.lock().take_due(Instant::now());
            if due.is_empty() {
                let Some(next) = self.inner.lock().rest_until_next(cx.waker()) else {
                    return Poll::Ready(());
                };
                sleep.as_mut().reset(next);
                ready!(sleep.as_mut().poll(cx));
            }
            for (place, fire) in due {
                self.let_go(place, fire);
            }
        }
    }

    fn let_go(&self, place: Place, mut fire: Box<dyn Fire>) {
        let due = self.inner.lock().due_of(place);
        let Some(due) = due else {
            return; // taken out meanwhile
        };
        // It contains what it calls; all others depend on this task.
        let next = catch(|| fire.fire(due)).unwrap_or(None);
        let mut inner = self.inner.lock();
        let over = match next {
            Some(next) => inner.put_again(place, next, fire),
            None => inner.take(place).and_then(|timer| timer.fire),
        };
        drop(inner);
        drop(over);
    }
}

impl Inner {
    /// Whom to wake because of a timer that comes before what is waited for.
    fn take_waiting_beyond(&mut self, due: Instant) -> Option<Waker> {
        let (waker, _) = self.waiting.take_if(|(_, until)| due < *until)?;
        Some(waker)
    }

    fn take(&mut self, place: Place) -> Option<Timer> {
        self.timers
            .get(place.index)
            .filter(|timer| timer.number == place.number)?;
        let timer = self.timers.remove(place.index);
        self.due.remove(&(timer.due, place.number));
        if self.timers.is_empty() {
            *self = Self {
                numbers: self.numbers,
                waiting: self.waiting.take(),
                running: self.running,
                ..Self::default()
            };
        }
        Some(timer)
    }

    fn due_of(&self, place: Place) -> Option<Instant> {
        let timer = self.timers.get(place.index)?;
        (timer.number == place.number).then_some(timer.due)
    }

    /// Those whose time has come; they stay known.
    fn take_due(&mut self, now: Instant) -> Vec<(Place, Box<dyn Fire>)> {
        let mut taken = Vec::new();
        while taken.len() < BATCH {
            let Some(first) = self.due.first_entry().filter(|first| first.key().0 <= now) else {
                break;
            };
            let ((_, number), index) = first.remove_entry();
            let fire = self.timers[index].fire.take();
            taken.extend(fire.map(|fire| (Place { index, number }, fire)));
        }
        taken
    }

    /// Gives it back when it was taken out meanwhile.
    fn put_again(
        &mut self,
        place: Place,
        due: Instant,
        fire: Box<dyn Fire>,
    ) -> Option<Box<dyn Fire>> {
        let known = self.timers.get_mut(place.index);
        let Some(timer) = known.filter(|timer| timer.number == place.number) else {
            return Some(fire);
        };
        timer.due = due;
        timer.fire = Some(fire);
        self.due.insert((due, place.number), place.index);
        None
    }

    /// Until when nothing is to be done; `None` when there is no timer, and the task ends.
    fn rest_until_next(&mut self, waker: &Waker) -> Option<Instant> {
        let next = self.due.first_key_value().map(|((due, _), _)| *due);
        self.running = next.is_some();
        self.waiting = next.map(|next| (waker.clone(), next));
        next
    }
}
