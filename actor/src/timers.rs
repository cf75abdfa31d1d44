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

#[cfg(all(test, not(any(actor_loom, actor_shuttle))))]
mod tests {
    use std::time::Duration;

    use tokio::runtime::Handle;

    use super::*;

    type Fired = Arc<Mutex<Vec<&'static str>>>;

    struct Say(&'static str, Fired, Option<Duration>);

    impl Fire for Say {
        fn fire(&mut self, due: Instant) -> Option<Instant> {
            self.1.lock().push(self.0);
            Some(due + self.2?)
        }
    }

    fn table() -> (Arc<Timers>, Fired) {
        let runtime = Arc::new(Runtime::new(Handle::current()));
        (Timers::new(runtime), Fired::default())
    }

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[tokio::test(start_paused = true)]
    async fn timers_fire_in_the_order_of_their_times_and_then_of_their_setting() {
        let (timers, fired) = table();
        let now = Instant::now();
        for (name, after) in [("c", 5), ("a", 3), ("d", 5), ("b", 3)] {
            timers.put(now + ms(after), Box::new(Say(name, fired.clone(), None)));
        }
        tokio::time::sleep(ms(10)).await;
        assert_eq!(*fired.lock(), ["a", "b", "c", "d"]);
        assert_eq!(timers.len(), 0);
        assert!(!timers.inner.lock().running, "nobody waits for nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn an_earlier_timer_wakes_who_waits_for_a_later_one() {
        let (timers, fired) = table();
        let now = Instant::now();
        timers.put(now + ms(1_000), Box::new(Say("late", fired.clone(), None)));
        tokio::time::sleep(ms(1)).await;
        timers.put(now + ms(5), Box::new(Say("early", fired.clone(), None)));
        tokio::time::sleep_until(now + ms(6)).await;
        assert_eq!(*fired.lock(), ["early"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_taken_out_is_gone_at_once_and_never_fires() {
        let (timers, fired) = table();
        let now = Instant::now();
        let once = timers.put(now + ms(5), Box::new(Say("once", fired.clone(), None)));
        let every = timers.put(
            now + ms(5),
            Box::new(Say("every", fired.clone(), Some(ms(5)))),
        );
        tokio::time::sleep_until(now + ms(12)).await;
        assert_eq!(*fired.lock(), ["once", "every", "every"]);
        timers.take(once); // it is over
        timers.take(every);
        timers.take(every);
        assert_eq!(timers.len(), 0);
        // The place of one is that of another now.
        timers.put(now + ms(20), Box::new(Say("other", fired.clone(), None)));
        timers.take(once);
        timers.take(every);
        tokio::time::sleep_until(now + ms(30)).await;
        assert_eq!(fired.lock().last(), Some(&"other"));
        assert_eq!(fired.lock().len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_panics_disturbs_no_other() {
        struct Bomb;

        impl Fire for Bomb {
            fn fire(&mut self, _: Instant) -> Option<Instant> {
                panic!("boom")
            }
        }

        let (timers, fired) = table();
        let now = Instant::now();
        timers.put(now + ms(5), Box::new(Bomb));
        timers.put(now + ms(5), Box::new(Say("well", fired.clone(), None)));
        tokio::time::sleep(ms(10)).await;
        assert_eq!(*fired.lock(), ["well"]);
        assert_eq!(timers.len(), 0);
    }
}
