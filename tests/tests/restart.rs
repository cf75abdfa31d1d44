//! One incarnation of an actor follows another behind the same reference.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, DeadLetter, DeadLetterReason, Event, Lifecycle, Stage};
use actor_tests::{Gate, Hold, Log, Note, Subject, all_events, at_rest, quiet, system};

/// Its state is the number of its incarnation.
#[actor(behaviors(Calm, Wild(u32)), stash = 8)]
struct Cat {
    life: u32,
    log: Log,
    panics: bool,
}

struct Life;
struct GoWild;
struct Breed;
struct Keep;
struct Wait(Gate);
struct Later(Duration);
#[derive(Clone)]
struct Tick(u32);
struct Piped(u32);
struct Begin(Gate);

#[actor]
impl Cat {
    #[on(started)]
    fn started(&mut self) {
        self.log.add(format!("started {}", self.life));
    }

    #[on(restarting)]
    async fn restarting(&mut self, ctx: &mut Ctx<Self>) {
        let behavior = ctx.behavior();
        self.log.add(format!("restarting {} {behavior}", self.life));
        assert!(!self.panics, "while restarting");
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.log.add(format!("stopped {}", self.life));
    }

    #[handler]
    fn life(&self, _: Life) -> u32 {
        self.life
    }

    #[handler(in = Calm)]
    fn go_wild(&mut self, _: GoWild, ctx: &mut Ctx<Self>) {
        ctx.push(CatBehavior::Wild(7)).unwrap();
    }

    #[handler(in = Wild)]
    fn wilder(&mut self, _: GoWild, how: &mut u32) {
        *how += 1;
    }

    #[handler]
    fn breed(&mut self, _: Breed, ctx: &mut Ctx<Self>) -> ActorRef<Subject> {
        let log = self.log.clone();
        let kitten = ctx.spawn(Subject::producer(&log));
        ctx.watch(&kitten);
        kitten
    }

    #[on(terminated)]
    fn gone(&mut self, event: Terminated) {
        self.log.add(format!("gone {}", event.pid().id()));
    }

    #[handler]
    fn keep(&mut self, msg: Keep, reply: Reply<u32>, ctx: &mut Ctx<Self>) {
        if self.life > 1 {
            reply.send(self.life);
        } else {
            ctx.stash(msg, reply).unwrap();
        }
    }

    #[handler]
    async fn wait(&mut self, Wait(gate): Wait) {
        gate.pass().await;
    }

    #[handler]
    fn later(&mut self, Later(after): Later, ctx: &mut Ctx<Self>) {
        ctx.send_after(after, Tick(self.life));
        ctx.send_every(after, Tick(self.life));
    }

    #[handler]
    fn tick(&mut self, Tick(life): Tick) {
        self.log.add(format!("tick of {life} in {}", self.life));
    }

    #[handler]
    fn begin(&mut self, Begin(gate): Begin, ctx: &mut Ctx<Self>) {
        let life = self.life;
        let own = gate.clone();
        ctx.pipe(async move { own.pass().await }, move |()| Piped(life));
    }

    #[handler]
    fn piped(&mut self, Piped(life): Piped) {
        self.log.add(format!("pipe of {life} in {}", self.life));
    }
}

fn cat(log: &Log) -> impl FnMut() -> Cat + Send + 'static + use<> {
    let (log, mut life) = (log.clone(), 0);
    move || {
        life += 1;
        Cat {
            life,
            log: log.clone(),
            panics: false,
        }
    }
}

#[tokio::test]
async fn a_restart_builds_new_state_behind_the_same_reference() {
    let (system, log) = (system(), Log::default());
    let mut events = system.events();
    let cat = system.spawn_named("cat", cat(&log)).unwrap();
    assert_eq!(cat.ask(Life).await.unwrap(), 1);
    cat.restart();
    assert_eq!(cat.ask(Life).await.unwrap(), 2);
    assert_eq!(system.lookup::<Cat>("cat").unwrap(), cat, "the name stays");
    assert_eq!(cat.stats().restarts, 1);
    cat.stop_and_wait().await;
    let expected = ["started 1", "restarting 1 Calm", "started 2", "stopped 2"];
    assert_eq!(log.take(), expected);
    let life = all_events(&mut events, |event| match event {
        Event::Started(pid) => Some(format!("started {}", pid.id())),
        Event::Restarted(pid) => Some(format!("restarted {}", pid.id())),
        Event::Stopped(pid, _) => Some(format!("stopped {}", pid.id())),
        _ => None,
    });
    assert_eq!(life, ["started cat", "restarted cat", "stopped cat"]);
}

#[tokio::test]
async fn mail_and_its_order_survive_a_restart() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn(cat(&log));
    let gate = Gate::default();
    cat.tell(Wait(gate.clone())).unwrap();
    gate.reached().await;
    for number in 1..=3 {
        cat.tell(Tick(number)).unwrap();
    }
    cat.restart();
    gate.open();
    assert_eq!(cat.ask(Life).await.unwrap(), 2);
    let ticks: Vec<_> = log
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("tick"))
        .collect();
    assert_eq!(
        ticks,
        ["tick of 1 in 2", "tick of 2 in 2", "tick of 3 in 2"]
    );
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn the_behavior_stack_starts_anew() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn(cat(&log));
    cat.ask(GoWild).await.unwrap();
    cat.ask(GoWild).await.unwrap();
    assert_eq!(cat.stats().behavior, Some("Wild"));
    cat.restart();
    cat.ask(Life).await.unwrap();
    assert_eq!(cat.stats().behavior, Some("Calm"));
    assert!(log.lines().contains(&"restarting 1 Wild".to_owned()));
}

#[tokio::test]
async fn children_do_not_survive_and_nobody_is_told_of_them() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn_named("cat", cat(&log)).unwrap();
    let kitten = cat.ask(Breed).await.unwrap();
    cat.restart();
    assert_eq!(cat.ask(Life).await.unwrap(), 2);
    assert!(kitten.tell(Note(1)).unwrap_err().is_stopped());
    let lines = log.take();
    assert!(
        !lines.iter().any(|line| line.starts_with("gone")),
        "{lines:?}"
    );
    let order = |text: &str| lines.iter().position(|line| line == text).unwrap();
    assert!(order("restarting 1 Calm") < order("stopping"));
    assert!(
        order("stopped") < order("started 2"),
        "children go first: {lines:?}"
    );
    // The new one can have children again.
    let kitten = cat.ask(Breed).await.unwrap();
    kitten.stop_and_wait().await;
    cat.ask(Life).await.unwrap();
    assert!(log.lines().iter().any(|line| line.starts_with("gone")));
}

#[tokio::test]
async fn who_watches_is_not_told_of_a_restart() {
    struct See(ActorRef<Cat>);

    #[actor]
    struct Watcher(Log);

    #[actor]
    impl Watcher {
        #[handler]
        fn see(&mut self, See(cat): See, ctx: &mut Ctx<Self>) {
            ctx.watch(&cat);
        }

        #[on(terminated)]
        fn gone(&mut self, _: Terminated) {
            self.0.add("gone");
        }
    }

    let (system, log, seen) = (system(), Log::default(), Log::default());
    let cat = system.spawn(cat(&log));
    let own = seen.clone();
    let watcher = system.spawn(move || Watcher(own.clone()));
    watcher.ask(See(cat.clone())).await.unwrap();
    cat.restart();
    assert_eq!(cat.ask(Life).await.unwrap(), 2);
    assert!(seen.lines().is_empty());
    cat.stop_and_wait().await;
    watcher.poison_and_wait().await;
    assert_eq!(seen.take(), ["gone"], "once, at the end");
}

#[tokio::test(start_paused = true)]
async fn timers_and_pipes_end_with_their_incarnation_and_so_does_what_they_sent() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn(cat(&log));
    let piped = Gate::default();
    cat.tell(Begin(piped.clone())).unwrap();
    cat.ask(Later(Duration::from_millis(10))).await.unwrap();
    let gate = Gate::default();
    cat.tell(Wait(gate.clone())).unwrap();
    gate.reached().await;
    piped.open();
    tokio::time::sleep(Duration::from_millis(15)).await;
    assert_eq!(
        cat.stats().mailbox,
        3,
        "two ticks and the result of the pipe"
    );
    cat.restart();
    gate.open();
    assert_eq!(cat.ask(Life).await.unwrap(), 2);
    tokio::time::sleep(Duration::from_millis(50)).await;
    quiet().await;
    let lines = log.take();
    assert!(
        !lines.iter().any(|line| line.contains(" of 1 ")),
        "{lines:?}"
    );
    let stats = at_rest(&system);
    assert!(stats.is_balanced());
    assert_eq!(stats.dead_letters.total(), 0, "they were never sent");
}

#[tokio::test]
async fn what_is_stashed_is_replayed_to_the_next_incarnation() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn(cat(&log));
    let (answer, _) = tokio::join!(cat.ask(Keep), async {
        cat.ask(Life).await.unwrap();
        cat.restart();
    });
    assert_eq!(answer.unwrap(), 2);
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn what_is_stashed_is_dropped_when_the_actor_says_so() {
    #[actor(stash_on_restart = drop)]
    #[derive(Default)]
    struct Dropper;

    #[actor]
    impl Dropper {
        #[handler]
        fn keep(&mut self, msg: Keep, reply: Reply<u32>, ctx: &mut Ctx<Self>) {
            ctx.stash(msg, reply).unwrap();
        }

        #[handler]
        fn life(&self, _: Life, ctx: &mut Ctx<Self>) -> usize {
            ctx.stashed()
        }
    }

    let system = system();
    let mut letters = system.events_of::<DeadLetter>();
    let dropper = system.spawn(Dropper::default);
    let (answer, _) = tokio::join!(dropper.ask(Keep), async {
        assert_eq!(dropper.ask(Life).await.unwrap(), 1);
        dropper.restart();
    });
    assert!(matches!(answer, Err(AskError::Discarded)), "{answer:?}");
    let letter = letters.next().await.unwrap();
    assert_eq!(letter.reason, DeadLetterReason::Restarted);
    assert_eq!(dropper.ask(Life).await.unwrap(), 0);
    assert_eq!(dropper.stats().dead_letters.restarted, 1);
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn a_restart_takes_effect_after_the_message_in_hand_however_long_the_queue() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn(cat(&log));
    let gate = Gate::default();
    cat.tell(Wait(gate.clone())).unwrap();
    gate.reached().await;
    for number in 0..100 {
        cat.tell(Tick(number)).unwrap();
    }
    cat.restart();
    cat.restart();
    gate.open();
    assert_eq!(
        cat.ask(Life).await.unwrap(),
        2,
        "asked for twice, it happens once"
    );
    let lines = log.take();
    let first = lines.iter().filter(|line| line.ends_with("in 1")).count();
    assert!(first <= 1, "{first} messages were handled before it");
}

#[tokio::test]
async fn an_actor_made_once_stops_instead() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Props::once(Subject::new(&log)));
    subject.started().await.unwrap();
    subject.restart();
    assert!(matches!(
        subject.stopped().await,
        actor::StopReason::Stopped
    ));
    assert_eq!(log.take(), ["started", "stopping", "stopped"]);
}

#[tokio::test]
async fn a_failing_restart_hook_is_reported_and_the_restart_goes_on() {
    let (system, log) = (system(), Log::default());
    let mut failures = system.events_of::<actor::Failure>();
    let own = log.clone();
    let life = Arc::new(AtomicU32::new(0));
    let cat = system.spawn(move || Cat {
        life: life.fetch_add(1, Ordering::SeqCst) + 1,
        log: own.clone(),
        panics: true,
    });
    cat.ask(Life).await.unwrap();
    cat.restart();
    assert_eq!(cat.ask(Life).await.unwrap(), 2);
    let failure = failures.next().await.unwrap();
    assert_eq!(failure.stage(), Stage::Lifecycle("restarting"));
}

#[tokio::test]
async fn a_producer_that_fails_at_a_restart_ends_the_actor() {
    let (system, log) = (system(), Log::default());
    let mut born = false;
    let own = log.clone();
    let subject = system.spawn(move || {
        assert!(!std::mem::replace(&mut born, true), "no second life");
        Subject::new(&own)
    });
    subject.started().await.unwrap();
    subject.restart();
    let reason = subject.stopped().await;
    let failure = reason.failure().unwrap();
    assert_eq!(
        (failure.stage(), failure.text()),
        (Stage::Building, "no second life")
    );
    assert_eq!(
        log.take(),
        ["started"],
        "`stopped` is for a state that there is"
    );
}

#[tokio::test]
async fn a_stop_comes_before_a_restart() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn(cat(&log));
    let gate = Gate::default();
    cat.tell(Wait(gate.clone())).unwrap();
    gate.reached().await;
    cat.restart();
    cat.stop();
    gate.open();
    cat.stopped().await;
    cat.restart();
    assert_eq!(log.take(), ["started 1", "stopped 1"]);
}

#[tokio::test]
async fn a_kill_while_the_children_stop_ends_the_actor() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn(cat(&log));
    let kitten = cat.ask(Breed).await.unwrap();
    let gate = Gate::default();
    kitten.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    cat.restart();
    while !log.lines().contains(&"restarting 1 Calm".to_owned()) {
        tokio::task::yield_now().await;
    }
    cat.kill();
    assert!(matches!(cat.stopped().await, actor::StopReason::Killed));
    assert_eq!(log.count("started 2"), 0);
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn subscribers_of_births_and_ends_are_told() {
    let (system, log) = (system(), Log::default());
    let mut lives = system.events_of::<Lifecycle>();
    let cat = system.spawn(cat(&log));
    cat.restart();
    cat.ask(Life).await.unwrap();
    cat.restart();
    cat.ask(Life).await.unwrap();
    let mut restarts = 0;
    while restarts == 0 {
        restarts += u32::from(matches!(
            lives.next().await.unwrap(),
            Lifecycle::Restarted(_)
        ));
    }
}

#[tokio::test]
async fn any_reference_can_restart() {
    let (system, log) = (system(), Log::default());
    let cat = system.spawn(cat(&log));
    cat.ask(Life).await.unwrap();
    actor::AnyActorRef::from(&cat).restart();
    assert_eq!(cat.ask(Life).await.unwrap(), 2);
}

#[test]
fn a_storm_of_restarts_loses_nothing() {
    actor_tests::on_workers(4, async {
        let (system, log) = (system(), Log::default());
        let cat = system.spawn(cat(&log));
        let senders = (0..4).map(|_| {
            let cat = cat.clone();
            tokio::spawn(async move {
                for number in 0..500 {
                    cat.tell_wait(Tick(number)).await.unwrap();
                    if number % 50 == 0 {
                        cat.restart();
                    }
                }
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.unwrap();
        }
        // The last of the mail may still fill the mailbox, and `ask` does not wait for room.
        let life = loop {
            match cat.ask(Life).await {
                Err(AskError::Full(_)) => tokio::task::yield_now().await,
                life => break life.unwrap(),
            }
        };
        assert!(life > 1);
        let stats = cat.stats();
        assert_eq!(stats.restarts + 1, u64::from(life));
        assert_eq!((stats.handled, stats.dead_letters.total()), (2001, 0));
    });
}
