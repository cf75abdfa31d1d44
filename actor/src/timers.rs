//! The timers of a system's actors, in one wheel that one task waits for.
//!
//! A timer is never early, and late only by the resolution of tokio's clock (1 ms). The task runs only while
//! there are timers. The wheel is `tokio_util`'s; `benches/timers.rs` measures it beside a task for each.
//! The deadlines of asks are another table ([`deadline`](crate::deadline)), because most of them are
//! taken out before anybody need look at the clock.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use slab::Slab;
use tokio::time::Instant;
use tokio_util::time::DelayQueue;
use tokio_util::time::delay_queue::Key;

use crate::failure::catch;
use crate::runtime::Runtime;
use crate::sync::{Arc, Mutex};

/// After so many in one go others have their turn.
const BUDGET: usize = 256;
/// The wheel has room for about two years. Who is due later is looked at once a year.
const FARTHEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

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
    wheel: DelayQueue<usize>,
    /// Timers so far.
    numbers: u64,
    /// The task that waits.
    waiting: Option<Waker>,
    running: bool,
}

struct Timer {
    number: u64,
    due: Instant,
    /// Not there while it is let go.
    set: Option<(Key, Box<dyn Fire>)>,
}

/// One whose time has come.
struct Due {
    at: Instant,
    place: Place,
    fire: Box<dyn Fire>,
}

impl Timers {
    pub(crate) fn new(runtime: Arc<Runtime>) -> Arc<Self> {
        Arc::new(Self {
            runtime,
            inner: Mutex::default(),
        })
    }

    /// Inside of the runtime.
    pub(crate) fn put(self: &Arc<Self>, due: Instant, fire: Box<dyn Fire>) -> Place {
        let mut inner = self.inner.lock();
        inner.numbers += 1;
        let number = inner.numbers;
        let timer = Timer {
            number,
            due,
            set: None,
        };
        let index = inner.timers.insert(timer);
        let place = Place { index, number };
        inner.set(place, due, fire);
        let asleep = !std::mem::replace(&mut inner.running, true);
        drop(inner);
        if asleep {
            let timers = self.clone();
            let mut ripe = VecDeque::new();
            self.runtime
                .spawn(async move { poll_fn(|cx| timers.poll_run(&mut ripe, cx)).await });
        }
        place
    }

    /// Takes a timer out, if it is there.
    pub(crate) fn take(&self, place: Place) {
        let mut inner = self.inner.lock();
        let timer = inner.take(place);
        // The last one's task has nothing to wait for.
        let idle = inner.timers.is_empty().then(|| inner.waiting.take());
        drop(inner);
        drop(timer); // what it holds is the user's
        if let Some(waiting) = idle.flatten() {
            waiting.wake();
        }
    }

    /// How many there are.
    #[cfg(all(test, not(any(actor_loom, actor_shuttle))))]
    pub(crate) fn len(&self) -> usize {
        self.inner.lock().timers.len()
    }

    /// Ready when there is no timer left.
    fn poll_run(&self, ripe: &mut VecDeque<Due>, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..BUDGET {
            if let Some(due) = ripe.pop_front() {
                self.let_go(due);
                continue;
            }
            let mut inner = self.inner.lock();
            *ripe = inner.take_due(cx);
            if ripe.is_empty() {
                return inner.rest(cx);
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn let_go(&self, due: Due) {
        let Due {
            at,
            place,
            mut fire,
        } = due;
        if !self.inner.lock().knows(place) {
            return; // taken out meanwhile
        }
        let next = match at <= Instant::now() {
            // It contains what it calls; all others depend on this task.
            true => catch(|| fire.fire(at)).unwrap_or(None),
            false => Some(at),
        };
        let mut inner = self.inner.lock();
        let over = match next {
            Some(next) => inner.set(place, next, fire),
            None => {
                inner.take(place);
                Some(fire)
            }
        };
        drop(inner);
        drop(over);
    }
}

impl Inner {
    fn knows(&self, place: Place) -> bool {
        let timer = self.timers.get(place.index);
        timer.is_some_and(|timer| timer.number == place.number)
    }

    /// Puts it on the wheel. Gives it back when it was taken out meanwhile.
    fn set(&mut self, place: Place, due: Instant, fire: Box<dyn Fire>) -> Option<Box<dyn Fire>> {
        let known = self.timers.get_mut(place.index);
        let Some(timer) = known.filter(|timer| timer.number == place.number) else {
            return Some(fire);
        };
        let at = due.min(Instant::now() + FARTHEST);
        timer.due = due;
        timer.set = Some((self.wheel.insert_at(place.index, at), fire));
        None
    }

    fn take(&mut self, place: Place) -> Option<Timer> {
        if !self.knows(place) {
            return None;
        }
        let timer = self.timers.remove(place.index);
        if let Some((key, _)) = &timer.set {
            self.wheel.try_remove(key);
        }
        Some(timer)
    }

    /// Those whose time has come, in their order; they stay known.
    fn take_due(&mut self, cx: &mut Context<'_>) -> VecDeque<Due> {
        let mut taken = Vec::new();
        while let Poll::Ready(Some(expired)) = self.wheel.poll_expired(cx) {
            let index = expired.into_inner();
            let timer = &mut self.timers[index];
            let place = Place {
                index,
                number: timer.number,
            };
            let at = timer.due;
            taken.extend(timer.set.take().map(|(_, fire)| Due { at, place, fire }));
        }
        taken.sort_by_key(|due| (due.at, due.place.number));
        taken.into()
    }

    /// Ready when there is no timer, and the task ends.
    fn rest(&mut self, cx: &Context<'_>) -> Poll<()> {
        if self.timers.is_empty() {
            // With the memory that a burst of timers took.
            let numbers = self.numbers;
            *self = Self {
                numbers,
                ..Self::default()
            };
            return Poll::Ready(());
        }
        self.waiting = Some(cx.waker().clone());
        Poll::Pending
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
