//! Messages are put aside and come back in order, with their askers.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, DeadLetter, DeadLetterReason, Meta};
use actor_tests::{Gate, Log, at_rest, quiet, system};

/// Is stashed in `Busy`, else written down.
#[derive(Debug)]
struct Work(u32);
struct BeBusy;
struct BeFree;
struct One;
struct Count;
struct Hold(Gate);
/// Is stashed in `Busy`, else waits at the gate.
struct Pause(Gate);

#[actor(behaviors(Free, Busy), stash = 4)]
#[derive(Default)]
struct Worker {
    log: Log,
}

#[actor]
impl Worker {
    #[handler(in = Busy)]
    fn later(&mut self, msg: Work, reply: Reply<u32>, ctx: &mut Ctx<Self>) {
        if let Err(full) = ctx.stash(msg, reply) {
            assert_eq!(
                full.to_string(),
                "`stash::Work` was not stashed: the stash is full"
            );
            self.log.add(format!("full {}", full.message.0));
            full.reply.send(0);
        }
    }

    #[handler(in = Free)]
    fn work(&mut self, Work(number): Work, ctx: &mut Ctx<Self>) -> u32 {
        let tenant = ctx.meta().and_then(|meta| meta.get("tenant"));
        self.log
            .add(format!("{number}{}", tenant.unwrap_or_default()));
        number
    }

    #[handler(in = Busy)]
    fn pause_later(&mut self, msg: Pause, reply: Reply<()>, ctx: &mut Ctx<Self>) {
        ctx.stash(msg, reply).unwrap();
    }

    #[handler(in = Free)]
    async fn pause(&mut self, Pause(gate): Pause) {
        gate.pass().await;
        self.log.add("paused");
    }

    #[handler]
    fn busy(&mut self, _: BeBusy, ctx: &mut Ctx<Self>) {
        ctx.become_(WorkerBehavior::Busy);
    }

    #[handler]
    fn free(&mut self, _: BeFree, ctx: &mut Ctx<Self>) -> usize {
        self.log.add("free");
        ctx.become_(WorkerBehavior::Free);
        ctx.unstash_all()
    }

    #[handler]
    fn one(&mut self, _: One, ctx: &mut Ctx<Self>) -> bool {
        ctx.become_(WorkerBehavior::Free);
        ctx.unstash_one()
    }

    #[handler]
    fn count(&self, _: Count, ctx: &mut Ctx<Self>) -> usize {
        ctx.stashed()
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }
}

fn worker(log: &Log) -> impl FnMut() -> Worker + Send + 'static + use<> {
    let log = log.clone();
    move || Worker { log: log.clone() }
}

async fn busy(system: &ActorSystem, log: &Log) -> ActorRef<Worker> {
    let worker = system.spawn(worker(log));
    worker.ask(BeBusy).await.unwrap();
    worker
}

#[tokio::test]
async fn what_is_stashed_comes_back_in_order_before_newer_mail() {
    let (system, log) = (system(), Log::default());
    let worker = busy(&system, &log).await;
    for number in 1..=3 {
        worker.tell(Work(number)).unwrap();
    }
    let gate = Gate::default();
    worker.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    worker.tell(BeFree).unwrap();
    worker.tell(Work(4)).unwrap();
    gate.open();
    worker.ask(Work(5)).await.unwrap();
    assert_eq!(log.take(), ["free", "1", "2", "3", "4", "5"]);
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn a_stashed_asker_is_answered_when_its_message_comes_back() {
    let (system, log) = (system(), Log::default());
    let worker = busy(&system, &log).await;
    let (first, second, freed) = tokio::join!(worker.ask(Work(7)), worker.ask(Work(8)), async {
        while worker.ask(Count).await.unwrap() < 2 {}
        worker.ask(BeFree).await
    });
    assert_eq!((first.unwrap(), second.unwrap(), freed.unwrap()), (7, 8, 2));
}

#[tokio::test]
async fn one_at_a_time_comes_back_the_oldest_first() {
    let (system, log) = (system(), Log::default());
    let worker = busy(&system, &log).await;
    for number in 1..=2 {
        worker.tell(Work(number)).unwrap();
    }
    assert!(worker.ask(One).await.unwrap());
    assert_eq!(worker.ask(Count).await.unwrap(), 1);
    assert_eq!(log.lines(), ["1"]);
    assert!(worker.ask(One).await.unwrap());
    assert!(!worker.ask(One).await.unwrap());
    assert_eq!(log.lines(), ["1", "2"]);
}

#[tokio::test]
async fn a_full_stash_gives_message_and_asker_back() {
    let (system, log) = (system(), Log::default());
    let worker = busy(&system, &log).await;
    for number in 1..=4 {
        worker.tell(Work(number)).unwrap();
    }
    assert_eq!(
        worker.ask(Work(5)).await.unwrap(),
        0,
        "answered by the handler"
    );
    assert_eq!(log.take(), ["full 5"]);
    assert_eq!(worker.ask(Count).await.unwrap(), 4);
}

#[tokio::test]
async fn what_is_stashed_counts_as_waiting() {
    let (system, log) = (system(), Log::default());
    let worker = busy(&system, &log).await;
    for number in 1..=3 {
        worker.tell(Work(number)).unwrap();
    }
    assert_eq!(worker.ask(Count).await.unwrap(), 3);
    let stats = worker.stats();
    assert_eq!((stats.received, stats.handled), (5, 2));
    assert_eq!((stats.waiting, stats.stashed, stats.mailbox), (3, 3, 0));
    let all = system.stats();
    assert!(all.is_balanced());
    assert_eq!(all.waiting, 3);
    worker.ask(BeFree).await.unwrap();
    worker.ask(Count).await.unwrap();
    let stats = worker.stats();
    assert_eq!((stats.handled, stats.waiting, stats.stashed), (7, 0, 0));
}

#[tokio::test]
async fn metadata_stays_with_a_stashed_message() {
    let (system, log) = (system(), Log::default());
    let worker = busy(&system, &log).await;
    let meta = Meta::new().header("tenant", "blue");
    worker.tell_with(meta, Work(1)).unwrap();
    worker.tell(Work(2)).unwrap();
    worker.ask(BeFree).await.unwrap();
    worker.ask(Count).await.unwrap();
    assert_eq!(log.take(), ["free", "1blue", "2"]);
}

#[tokio::test]
async fn at_the_end_what_is_stashed_becomes_dead_letters_and_askers_are_told() {
    let (system, log) = (system(), Log::default());
    let mut letters = system.events_of::<DeadLetter>();
    let worker = busy(&system, &log).await;
    let (answer, ()) = tokio::join!(worker.ask(Work(7)), async {
        while worker.ask(Count).await.unwrap() < 1 {}
        worker.stop();
    });
    assert!(matches!(answer, Err(AskError::Discarded)), "{answer:?}");
    let letter = letters.next().await.unwrap();
    assert_eq!(letter.reason, DeadLetterReason::ActorStopped);
    worker.stopped().await;
    let stats = worker.stats();
    assert_eq!((stats.dead_letters.actor_stopped, stats.stashed), (1, 0));
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn poison_does_not_wait_for_what_is_stashed() {
    let (system, log) = (system(), Log::default());
    let worker = busy(&system, &log).await;
    worker.tell(Work(1)).unwrap();
    worker.poison_and_wait().await;
    assert_eq!(worker.stats().dead_letters.actor_stopped, 1);
}

#[tokio::test(start_paused = true)]
async fn an_askers_time_goes_on_in_the_stash() {
    let (system, log) = (system(), Log::default());
    let worker = busy(&system, &log).await;
    let asked = worker.ask(Work(7)).timeout(Duration::from_secs(1)).await;
    assert!(matches!(asked, Err(AskError::Expired)), "{asked:?}");
    worker.ask(BeFree).await.unwrap();
    worker.ask(Count).await.unwrap();
    assert_eq!(log.take(), ["free"], "it was never handled");
    assert_eq!(worker.stats().dead_letters.expired, 1);
    assert!(at_rest(&system).is_balanced());
}

/// Keeps tokens, and stashes with them later.
#[derive(Default)]
#[actor]
struct Keeper {
    kept: Vec<(Work, Reply<u32>)>,
    open: bool,
}

struct StashKept;

#[actor]
impl Keeper {
    #[handler]
    fn work(&mut self, msg: Work, reply: Reply<u32>) {
        if self.open {
            reply.send(msg.0);
        } else {
            self.kept.push((msg, reply));
        }
    }

    #[handler]
    fn stash_kept(&mut self, _: StashKept, ctx: &mut Ctx<Self>) {
        self.open = true;
        for (msg, reply) in self.kept.drain(..) {
            ctx.stash(msg, reply).unwrap();
        }
        ctx.unstash_all();
    }
}

#[tokio::test]
async fn a_message_whose_token_was_kept_counts_as_sent_again() {
    let system = system();
    let keeper = system.spawn(Keeper::default);
    let (one, two, told) = tokio::join!(keeper.ask(Work(1)), keeper.ask(Work(2)), async {
        keeper.tell(StashKept)
    });
    told.unwrap();
    assert_eq!((one.unwrap(), two.unwrap()), (1, 2));
    let stats = keeper.stop_and_wait().await;
    assert!(stats.failure().is_none());
    let stats = keeper.stats();
    // Three were sent; two were handled twice, one of them in place of `StashKept`, which stashed it.
    assert_eq!((stats.received, stats.handled), (4, 4));
    assert!(at_rest(&system).is_balanced());
}

/// Stashes what its behavior does not handle.
#[actor(behaviors(Closed, Open), unhandled = stash, stash = 2)]
#[derive(Default)]
struct Gatekeeper {
    log: Log,
}

#[actor]
impl Gatekeeper {
    #[handler(in = Open)]
    async fn work(&mut self, Work(number): Work) -> u32 {
        self.log.add(number);
        number
    }

    #[handler(in = Closed)]
    fn open(&mut self, _: BeFree, ctx: &mut Ctx<Self>) {
        ctx.become_(GatekeeperBehavior::Open);
    }

    #[on(enter(Open))]
    fn opened(&mut self, ctx: &mut Ctx<Self>) {
        ctx.unstash_all();
    }

    #[handler]
    fn count(&self, _: Count, ctx: &mut Ctx<Self>) -> usize {
        ctx.stashed()
    }
}

#[tokio::test]
async fn an_actor_can_stash_what_its_behavior_does_not_handle() {
    let (system, log) = (system(), Log::default());
    let own = log.clone();
    let gate = system.spawn(move || Gatekeeper { log: own.clone() });
    let meta = Meta::new().header("tenant", "blue");
    gate.tell_with(meta, Work(1)).unwrap();
    let (answer, _) = tokio::join!(gate.ask(Work(2)), async {
        while gate.ask(Count).await.unwrap() < 2 {}
        gate.tell(Work(3)).unwrap();
        let refused = gate.ask(Work(4)).await.unwrap_err();
        assert!(
            matches!(refused, AskError::Unhandled { behavior: "Closed" }),
            "{refused:?}"
        );
        gate.ask(BeFree).await.unwrap();
    });
    assert_eq!(answer.unwrap(), 2);
    assert_eq!(gate.ask(Count).await.unwrap(), 0);
    assert_eq!(log.take(), ["1", "2"]);
    let stats = gate.stats();
    assert_eq!(stats.dead_letters.stash_full, 2);
    assert!(stats.is_balanced());
}

#[tokio::test(start_paused = true)]
async fn a_replay_lies_beyond_the_bound_and_takes_room() {
    let (system, log) = (system(), Log::default());
    let props = Props::new(worker(&log)).mailbox(Mailbox::bounded(3));
    let worker = system.spawn(props);
    worker.ask(BeBusy).await.unwrap();
    let gate = Gate::default();
    for _ in 0..4 {
        worker.tell(Pause(gate.clone())).unwrap();
        quiet().await;
    }
    worker.tell(BeFree).unwrap();
    gate.reached().await;
    assert_eq!(worker.stats().mailbox, 3, "the first of four is in hand");
    assert!(worker.tell(Work(5)).unwrap_err().is_full());
    for _ in 0..4 {
        gate.open();
    }
    quiet().await;
    worker.tell(Work(5)).unwrap();
    worker.ask(Count).await.unwrap();
    assert_eq!(
        log.take(),
        ["free", "paused", "paused", "paused", "paused", "5"]
    );
    assert!(at_rest(&system).is_balanced());
}
