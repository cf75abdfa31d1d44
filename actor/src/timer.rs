//! Messages that an actor sends itself later.

use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

use crate::cell::Cell;
use crate::ctx::Ctx;
use crate::extra::Extra;
use crate::failure::{Stage, catch};
use crate::handles::{Envelope, HandledBy, Receives};
use crate::lease::{Lease, Source};
use crate::node::{Node, SystemItem};
use crate::reply::ReplyTo;
use crate::sync::Arc;
use crate::task_handle::TaskHandle;
use crate::timers::Fire;

/// The clock's resolution: no timer ticks faster.
const SHORTEST: Duration = Duration::from_millis(1);

impl<A: Receives> Ctx<A> {
    /// Sends this actor a message when `after` has passed, whatever the mailbox's bound.
    ///
    /// The timer ends with the actor, and with a restart: no tick of it is handled after that, nor after
    /// [`cancel`](TaskHandle::cancel). It is never early, and late by the resolution of tokio's clock
    /// (1 ms) at most, when the actor has time. A time too far away to be told never comes.
    ///
    /// ```
    /// use std::time::Duration;
    /// use actor::prelude::*;
    ///
    /// struct Remind;
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Kettle;
    ///
    /// #[actor]
    /// impl Kettle {
    ///     #[on(started)]
    ///     fn begin(&mut self, ctx: &mut Ctx<Self>) {
    ///         ctx.send_after(Duration::from_millis(3), Remind);
    ///     }
    ///
    ///     #[handler]
    ///     fn remind(&mut self, _: Remind, ctx: &mut Ctx<Self>) { ctx.stop() }
    /// }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// # system.spawn(Kettle::default).stopped().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_after<M>(&mut self, after: Duration, message: M) -> TaskHandle
    where
        M: HandledBy<A> + Send + 'static,
    {
        self.begin_timer(Instant::now().checked_add(after), None, Once(Some(message)))
    }

    /// [`send_after`](Self::send_after), at a moment of `tokio::time` or `std::time`; at once when it has
    /// passed.
    pub fn send_at<M>(&mut self, at: impl Into<Instant>, message: M) -> TaskHandle
    where
        M: HandledBy<A> + Send + 'static,
    {
        self.begin_timer(Some(at.into()), None, Once(Some(message)))
    }

    /// Sends this actor the same message again and again, for the first time when `every` has passed (at
    /// least 1 ms). The ticks keep to their times: tick `n` is due at `n * every`. One that is due while
    /// the last is not done is skipped, so that one at most waits.
    ///
    /// ```
    /// use std::time::Duration;
    /// use actor::prelude::*;
    ///
    /// #[derive(Clone)]
    /// struct Tick;
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Clock { ticks: u32 }
    ///
    /// #[actor]
    /// impl Clock {
    ///     #[on(started)]
    ///     fn begin(&mut self, ctx: &mut Ctx<Self>) {
    ///         ctx.send_every(Duration::from_secs(1), Tick);
    ///     }
    ///
    ///     #[handler]
    ///     fn tick(&mut self, _: Tick) { self.ticks += 1; }
    /// }
    /// ```
    pub fn send_every<M>(&mut self, every: Duration, message: M) -> TaskHandle
    where
        M: HandledBy<A> + Clone + Send + 'static,
    {
        let every = every.max(SHORTEST);
        self.begin_timer(
            Instant::now().checked_add(every),
            Some(every),
            Each(message),
        )
    }

    /// The next timer replaces the one of this actor that has the same key, if there is one: its tick does
    /// not come any more.
    ///
    /// ```
    /// use std::time::Duration;
    /// use actor::prelude::*;
    ///
    /// struct Typed(char);
    /// struct Save;
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Editor { text: String }
    ///
    /// #[actor]
    /// impl Editor {
    ///     #[handler]
    ///     fn typed(&mut self, msg: Typed, ctx: &mut Ctx<Self>) {
    ///         self.text.push(msg.0);
    ///         // when nothing was typed for a second
    ///         ctx.keyed("save").send_after(Duration::from_secs(1), Save);
    ///     }
    ///
    ///     #[handler]
    ///     fn save(&mut self, _: Save) { println!("{}", self.text); }
    /// }
    /// ```
    pub fn keyed(&mut self, key: impl Into<Cow<'static, str>>) -> Keyed<'_, A> {
        Keyed {
            ctx: self,
            key: key.into(),
        }
    }

    /// Cancels the timer with this key, also when its last tick waits in the mailbox. Whether there was
    /// something to cancel.
    pub fn cancel_key(&mut self, key: &str) -> bool {
        let timer = self.known_timing().and_then(|timing| timing.keyed(key));
        let open = timer.filter(|timer| !timer.is_done() && !timer.is_cancelled());
        open.is_some_and(|timer| {
            timer.cancel();
            true
        })
    }

    fn begin_timer<T: Ticks<A>>(
        &mut self,
        first: Option<Instant>,
        every: Option<Duration>,
        ticks: T,
    ) -> TaskHandle {
        let cell = self.me.cell.clone();
        let timers = cell.head.core.timers.clone();
        let source = Arc::<Source>::default();
        let place = first.map(|first| {
            let timer = Timer {
                cell,
                source: source.clone(),
                every,
                ticks,
            };
            let place = timers.put(first, Box::new(timer));
            (timers, place)
        });
        let handle = TaskHandle::timer(source, place);
        self.keep_task(handle.clone());
        handle
    }
}

/// A key for the next timer of an actor; see [`Ctx::keyed`].
#[must_use = "a key alone does nothing: call `send_after`, `send_at` or `send_every`"]
pub struct Keyed<'a, A: Receives> {
    ctx: &'a mut Ctx<A>,
    key: Cow<'static, str>,
}

impl<A: Receives> Keyed<'_, A> {
    /// [`Ctx::send_after`], with the key.
    pub fn send_after<M>(self, after: Duration, message: M) -> TaskHandle
    where
        M: HandledBy<A> + Send + 'static,
    {
        let timer = self.ctx.send_after(after, message);
        self.keep(timer)
    }

    /// [`Ctx::send_at`], with the key.
    pub fn send_at<M>(self, at: impl Into<Instant>, message: M) -> TaskHandle
    where
        M: HandledBy<A> + Send + 'static,
    {
        let timer = self.ctx.send_at(at, message);
        self.keep(timer)
    }

    /// [`Ctx::send_every`], with the key.
    pub fn send_every<M>(self, every: Duration, message: M) -> TaskHandle
    where
        M: HandledBy<A> + Clone + Send + 'static,
    {
        let timer = self.ctx.send_every(every, message);
        self.keep(timer)
    }

    fn keep(self, timer: TaskHandle) -> TaskHandle {
        self.ctx.timing_mut().keep(self.key, timer.clone());
        timer
    }
}

/// A timer in the table.
struct Timer<A: Receives, T> {
    cell: Arc<Cell<A>>,
    source: Arc<Source>,
    every: Option<Duration>,
    ticks: T,
}

impl<A: Receives, T: Ticks<A>> Fire for Timer<A, T> {
    fn fire(&mut self, due: Instant) -> Option<Instant> {
        if self.source.is_over() {
            return None;
        }
        if !self.source.is_outstanding() {
            self.send();
        }
        next(due, self.every?, Instant::now())
    }
}

impl<A: Receives, T: Ticks<A>> Timer<A, T> {
    fn send(&mut self) {
        match catch(|| self.ticks.next()) {
            Ok(Some(envelope)) => {
                let extra = Extra::with_lease(Lease::new(&self.source));
                if self.every.is_none() {
                    self.source.end(); // who handles its message finds it so
                }
                self.cell.send_unbounded(envelope.with_extra(extra));
            }
            Ok(None) => {}
            Err(payload) => {
                let lease = Lease::new(&self.source);
                self.source.end();
                let failed = SystemItem::TaskFailed(Stage::Timing, payload, lease);
                self.cell.push_system(failed);
            }
        }
    }
}

/// The first tick after `now`.
fn next(due: Instant, every: Duration, now: Instant) -> Option<Instant> {
    let late = now.saturating_duration_since(due).as_nanos() / every.as_nanos();
    let Ok(late) = u32::try_from(late) else {
        return now.checked_add(every); // so late that its times are forgotten
    };
    due.checked_add(every.checked_mul(late.checked_add(1)?)?)
}

/// Where a timer's messages come from.
trait Ticks<A: Receives>: Send + 'static {
    fn next(&mut self) -> Option<A::Envelope>;
}

struct Once<M>(Option<M>);

impl<A: Receives, M: HandledBy<A> + Send + 'static> Ticks<A> for Once<M> {
    fn next(&mut self) -> Option<A::Envelope> {
        Some(self.0.take()?.wrap(ReplyTo::nobody()))
    }
}

struct Each<M>(M);

impl<A: Receives, M: HandledBy<A> + Clone + Send + 'static> Ticks<A> for Each<M> {
    fn next(&mut self) -> Option<A::Envelope> {
        Some(self.0.clone().wrap(ReplyTo::nobody()))
    }
}
