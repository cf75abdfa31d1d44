//! Messages that an actor sends itself later.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::time::Duration;

use actor::prelude::*;
use actor::{Stage, TaskHandle};
use actor_tests::{Gate, Log, at_rest, quiet, system};
use tokio::time::Instant;

/// Writes down what comes, and when.
#[actor]
struct Clock {
    log: Log,
    began: Instant,
}

type Run = dyn FnOnce(&mut Ctx<Clock>) -> Option<TaskHandle> + Send;

/// Does something with the context.
struct With(Box<Run>);
#[derive(Clone)]
struct Tick(&'static str);
struct Slow(&'static str, Duration);
struct Hold(Gate);

#[actor]
impl Clock {
    #[handler]
    fn with(&mut self, With(run): With, ctx: &mut Ctx<Self>) -> Option<TaskHandle> {
        run(ctx)
    }

    #[handler]
    fn tick(&mut self, Tick(name): Tick) {
        self.note(name);
    }

    #[handler]
    async fn slow(&mut self, Slow(name, time): Slow) {
        self.note(name);
        tokio::time::sleep(time).await;
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }
}

impl Clock {
    fn note(&self, name: &str) {
        let at = self.began.elapsed().as_millis();
        self.log.add(format!("{name} {at}"));
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn clock(system: &ActorSystem, log: &Log) -> ActorRef<Clock> {
    let (log, began) = (log.clone(), Instant::now());
    system.spawn(move || Clock {
        log: log.clone(),
        began,
    })
}

async fn with(
    clock: &ActorRef<Clock>,
    run: impl FnOnce(&mut Ctx<Clock>) -> TaskHandle + Send + 'static,
) -> TaskHandle {
    let run = With(Box::new(|ctx| Some(run(ctx))));
    clock.ask(run).await.unwrap().unwrap()
}

async fn advance_to(began: Instant, millis: u64) {
    tokio::time::sleep_until(began + ms(millis)).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_comes_when_its_time_has_come_and_once() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let clock = clock(&system, &log);
    let after = with(&clock, |ctx| ctx.send_after(ms(30), Tick("after"))).await;
    let at = began + ms(20);
    with(&clock, move |ctx| ctx.send_at(at, Tick("at"))).await;
    let past = Instant::now();
    with(&clock, move |ctx| ctx.send_at(past, Tick("past"))).await;
    let std_time = std::time::Instant::now() + ms(3_600_000);
    with(&clock, move |ctx| ctx.send_at(std_time, Tick("std"))).await;
    assert!(!after.is_finished());
    advance_to(began, 100).await;
    assert_eq!(log.take(), ["past 0", "at 20", "after 30"]);
    assert!(after.is_finished());
}

#[tokio::test(start_paused = true)]
async fn ticks_keep_to_their_times() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let clock = clock(&system, &log);
    let every = with(&clock, |ctx| ctx.send_every(ms(7), Tick("tick"))).await;
    advance_to(began, 7 * 1_000 + 1).await;
    let expected: Vec<_> = (1..=1_000).map(|n| format!("tick {}", n * 7)).collect();
    assert_eq!(log.take(), expected, "drift 0");
    assert!(!every.is_finished());
    every.cancel();
    assert!(every.is_finished());
    advance_to(began, 8_000).await;
    assert!(log.lines().is_empty());
}

#[tokio::test(start_paused = true)]
async fn late_ticks_are_skipped_and_not_stacked() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let clock = clock(&system, &log);
    with(&clock, |ctx| ctx.send_every(ms(10), Tick("tick"))).await;
    clock.tell(Slow("slow", ms(45))).unwrap();
    advance_to(began, 20).await;
    assert_eq!(clock.stats().mailbox, 1, "one waits");
    advance_to(began, 71).await;
    // The tick of 10 waits; those of 20, 30, 40 are skipped.
    assert_eq!(
        log.take(),
        ["slow 0", "tick 45", "tick 50", "tick 60", "tick 70"]
    );
}

#[tokio::test(start_paused = true)]
async fn after_cancel_no_tick_is_handled_not_even_one_that_waits() {
    let (system, log) = (system(), Log::default());
    let clock = clock(&system, &log);
    let gate = Gate::default();
    let once = with(&clock, |ctx| ctx.send_after(ms(5), Tick("once"))).await;
    let every = with(&clock, |ctx| ctx.send_every(ms(5), Tick("every"))).await;
    clock.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    tokio::time::sleep(ms(6)).await;
    assert_eq!(clock.stats().mailbox, 2);
    once.cancel();
    every.cancel();
    gate.open();
    tokio::time::sleep(ms(50)).await;
    assert!(log.lines().is_empty());
    let stats = at_rest(&system);
    assert!(stats.is_balanced());
    assert_eq!(
        (stats.sent, stats.handled),
        (3, 3),
        "they count as never sent"
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_timer_replaces_the_one_with_its_key() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let clock = clock(&system, &log);
    let first = with(&clock, |ctx| {
        ctx.keyed("save").send_after(ms(10), Tick("first"))
    })
    .await;
    let other = with(&clock, |ctx| {
        ctx.keyed("load").send_after(ms(10), Tick("other"))
    })
    .await;
    advance_to(began, 5).await;
    with(&clock, |ctx| {
        ctx.keyed("save".to_owned())
            .send_every(ms(10), Tick("second"))
    })
    .await;
    assert!(first.is_finished());
    assert!(!other.is_finished());
    advance_to(began, 16).await;
    assert_eq!(log.take(), ["other 10", "second 15"]);
    let cancelled = With(Box::new(|ctx| {
        assert!(ctx.cancel_key("save"));
        assert!(!ctx.cancel_key("save"), "it is over");
        assert!(!ctx.cancel_key("load"), "it is over, too");
        assert!(!ctx.cancel_key("nothing"));
        None
    }));
    clock.ask(cancelled).await.unwrap();
    advance_to(began, 100).await;
    assert!(log.lines().is_empty());
    assert!(system.stats().is_balanced());
}

#[tokio::test(start_paused = true)]
async fn a_key_can_be_replaced_while_its_tick_waits() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let clock = clock(&system, &log);
    with(&clock, |ctx| ctx.keyed("k").send_after(ms(1), Tick("old"))).await;
    let gate = Gate::default();
    clock.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    // Before the old tick in the mailbox, after it in time.
    let replace = With(Box::new(|ctx| {
        Some(ctx.keyed("k").send_after(ms(5), Tick("new")))
    }));
    clock.tell(replace).unwrap();
    advance_to(began, 3).await;
    gate.open();
    advance_to(began, 20).await;
    assert_eq!(log.take(), ["new 8"]);
}

#[tokio::test(start_paused = true)]
async fn timers_end_with_their_actor_and_leave_nothing_behind() {
    let (system, log) = (system(), Log::default());
    let clock = clock(&system, &log);
    let every = with(&clock, |ctx| ctx.send_every(ms(5), Tick("tick"))).await;
    let gate = Gate::default();
    clock.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    tokio::time::sleep(ms(6)).await;
    clock.stop();
    gate.open();
    clock.stopped().await;
    assert!(every.is_finished());
    tokio::time::sleep(ms(50)).await;
    let stats = at_rest(&system);
    assert!(stats.is_balanced());
    assert_eq!(
        stats.dead_letters.total(),
        0,
        "a tick that nobody wants is no lost mail"
    );
    assert!(log.lines().is_empty());
}

#[tokio::test(start_paused = true)]
async fn ticks_come_whatever_the_bound() {
    let system = system();
    let (log, began) = (Log::default(), Instant::now());
    let own = log.clone();
    let props = Props::new(move || Clock {
        log: own.clone(),
        began,
    });
    let clock = system.spawn(props.mailbox(Mailbox::bounded(1)));
    with(&clock, |ctx| ctx.send_after(ms(5), Tick("tick"))).await;
    let gate = Gate::default();
    clock.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    clock.tell(Tick("full")).unwrap();
    assert!(clock.tell(Tick("refused")).unwrap_err().is_full());
    tokio::time::sleep(ms(6)).await;
    gate.open();
    quiet().await;
    assert_eq!(log.take(), ["full 6", "tick 6"]);
}

#[tokio::test(start_paused = true)]
async fn times_out_of_all_reach_never_come_and_hurt_nobody() {
    let (system, log) = (system(), Log::default());
    let clock = clock(&system, &log);
    let never = with(&clock, |ctx| ctx.send_after(Duration::MAX, Tick("never"))).await;
    let every = with(&clock, |ctx| ctx.send_every(Duration::MAX, Tick("never"))).await;
    let nothing = with(&clock, |ctx| ctx.send_every(Duration::ZERO, Tick("fast"))).await;
    tokio::time::sleep(ms(10)).await;
    nothing.cancel();
    assert!(!never.is_finished() && !every.is_finished());
    never.cancel();
    assert!(never.is_finished());
    let ticks = log.take().len();
    assert!((9..=10).contains(&ticks), "once a millisecond: {ticks}");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_panics_when_cloned_fails_its_actor_alone() {
    struct Bomb;

    impl Clone for Bomb {
        fn clone(&self) -> Self {
            panic!("in clone")
        }
    }

    #[actor]
    struct Bomber;

    #[actor]
    impl Bomber {
        #[on(started)]
        fn started(&mut self, ctx: &mut Ctx<Self>) {
            ctx.send_every(ms(5), Bomb);
        }

        #[handler]
        fn bomb(&mut self, _: Bomb) {}
    }

    let (system, log, began) = (system(), Log::default(), Instant::now());
    let clock = clock(&system, &log);
    with(&clock, |ctx| ctx.send_every(ms(5), Tick("tick"))).await;
    let bomber = system.spawn(|| Bomber);
    let reason = bomber.stopped().await;
    let failure = reason.failure().unwrap();
    assert_eq!(
        (failure.stage(), failure.text()),
        (Stage::Timing, "in clone")
    );
    advance_to(began, 16).await;
    assert_eq!(
        log.take(),
        ["tick 5", "tick 10", "tick 15"],
        "the others go on"
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_tick_is_unread_and_the_actor_goes_on() {
    struct Try;

    #[actor]
    struct Trier;

    #[actor]
    impl Trier {
        #[on(started)]
        fn started(&mut self, ctx: &mut Ctx<Self>) {
            ctx.send_after(ms(1), Try);
        }

        #[handler]
        fn attempt(&mut self, _: Try) -> Result<(), String> {
            Err("oh".to_owned())
        }
    }

    let system = system();
    let trier = system.spawn(|| Trier);
    tokio::time::sleep(ms(5)).await;
    assert_eq!(trier.stats().unread_errors, 1);
    assert!(trier.stop_and_wait().await.failure().is_none());
}

/// Row A9 in its N size is 10^6, here 10^5: operations at random on actors that note each tick with the
/// timer and the incarnation that it was for.
#[tokio::test(start_paused = true)]
async fn a9_no_stale_tick_after_cancel_or_restart_and_no_drift() {
    storm::run(100_000).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "row A9 in its long size"]
async fn a9_a_million() {
    storm::run(1_000_000).await;
}

mod storm {
    //! What is told here is compared with what a list of all timers says.

    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    use actor_tests::Random;

    use super::*;

    const ACTORS: usize = 50;

    /// A tick, as it was handled.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Came {
        at: u64,
        timer: u64,
        incarnation: u32,
    }

    type Record = Arc<Mutex<Vec<Came>>>;

    #[derive(Clone)]
    struct Beat(u64, u32);

    enum Do {
        After(u64, u64),
        Every(u64, u64),
        Key(u64, u64, u8),
        Cancel(u64),
    }

    #[actor(mailbox = unbounded)]
    struct Target {
        incarnation: u32,
        began: Instant,
        record: Record,
        handles: BTreeMap<u64, TaskHandle>,
    }

    #[actor]
    impl Target {
        #[handler]
        fn order(&mut self, order: Do, ctx: &mut Ctx<Self>) {
            let beat = |timer| Beat(timer, self.incarnation);
            let (timer, handle) = match order {
                Do::After(timer, after) => (timer, ctx.send_after(ms(after), beat(timer))),
                Do::Every(timer, every) => (timer, ctx.send_every(ms(every), beat(timer))),
                Do::Key(timer, after, key) => {
                    let keyed = ctx.keyed(key.to_string());
                    (timer, keyed.send_after(ms(after), beat(timer)))
                }
                Do::Cancel(timer) => {
                    if let Some(handle) = self.handles.remove(&timer) {
                        handle.cancel();
                    }
                    return;
                }
            };
            self.handles.insert(timer, handle);
        }

        #[handler]
        fn beat(&mut self, Beat(timer, incarnation): Beat) {
            assert_eq!(
                incarnation, self.incarnation,
                "a tick of another incarnation"
            );
            let at = u64::try_from(self.began.elapsed().as_millis()).unwrap();
            self.record.lock().unwrap().push(Came {
                at,
                timer,
                incarnation,
            });
        }
    }

    /// A timer as the model knows it.
    struct Known {
        timer: u64,
        next: u64,
        every: Option<u64>,
        key: Option<u8>,
    }

    struct Model {
        incarnation: u32,
        timers: Vec<Known>,
        expected: Vec<Came>,
    }

    impl Model {
        /// All that comes before `now`.
        fn advance(&mut self, now: u64) {
            for known in &mut self.timers {
                while known.next <= now {
                    self.expected.push(Came {
                        at: known.next,
                        timer: known.timer,
                        incarnation: self.incarnation,
                    });
                    known.next = known.every.map_or(u64::MAX, |every| known.next + every);
                }
            }
            self.timers.retain(|known| known.next < u64::MAX);
        }
    }

    pub(super) async fn run(operations: u64) {
        let (system, began) = (system(), Instant::now());
        let mut random = Random::new(9);
        let mut models = Vec::new();
        let mut targets = Vec::new();
        for _ in 0..ACTORS {
            let record = Record::default();
            let (own, mut incarnation) = (record.clone(), 0);
            targets.push((
                record,
                system.spawn(move || {
                    incarnation += 1;
                    Target {
                        incarnation,
                        began,
                        record: own.clone(),
                        handles: BTreeMap::new(),
                    }
                }),
            ));
            models.push(Model {
                incarnation: 1,
                timers: Vec::new(),
                expected: Vec::new(),
            });
        }
        let (mut restarts, mut cancels) = (0, 0);
        let mut now = 0;
        for timer in 0..operations {
            if timer % 20 == 0 {
                // Between two ticks, so that it is clear what comes before what.
                now += 1;
                tokio::time::sleep_until(began + ms(now)).await;
                quiet_now().await;
            }
            let at = usize::try_from(random.within(0..ACTORS as u64)).unwrap();
            let (model, (_, target)) = (&mut models[at], &targets[at]);
            model.advance(now);
            let time = random.within(1..40);
            match random.within(0..100) {
                0..40 => {
                    target.tell(Do::After(timer, time)).unwrap();
                    model.timers.push(known(timer, now + time, None, None));
                }
                40..50 => {
                    target.tell(Do::Every(timer, time)).unwrap();
                    model
                        .timers
                        .push(known(timer, now + time, Some(time), None));
                }
                50..65 => {
                    let key = u8::try_from(random.within(0..3)).unwrap();
                    target.tell(Do::Key(timer, time, key)).unwrap();
                    model.timers.retain(|known| known.key != Some(key));
                    model.timers.push(known(timer, now + time, None, Some(key)));
                }
                65..97 => {
                    cancels += 1;
                    if !model.timers.is_empty() {
                        let place = random.number() as usize % model.timers.len();
                        let known = model.timers.swap_remove(place);
                        target.tell(Do::Cancel(known.timer)).unwrap();
                    }
                }
                _ => {
                    restarts += 1;
                    quiet_now().await; // what was told is of the old one
                    target.restart();
                    model.incarnation += 1;
                    model.timers.clear();
                }
            }
            quiet_now().await;
        }
        now += 100;
        tokio::time::sleep_until(began + ms(now)).await;
        quiet_now().await;
        assert!(restarts > 100 && cancels > 1_000, "the faults fired");
        let mut came = 0;
        for (model, (record, _)) in models.iter_mut().zip(&targets) {
            model.advance(now);
            model.expected.sort_unstable();
            let mut record = record.lock().unwrap().clone();
            record.sort_unstable();
            assert_eq!(record, model.expected);
            came += record.len();
        }
        assert!(came as u64 > operations / 4);
        assert!(at_rest(&system).is_balanced());
        system.shutdown().await;
    }

    fn known(timer: u64, next: u64, every: Option<u64>, key: Option<u8>) -> Known {
        Known {
            timer,
            next,
            every,
            key,
        }
    }

    /// Lets all tasks run without moving the clock.
    async fn quiet_now() {
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
    }
}
