//! Promise 7: a panic in one actor touches no other. Row C7: a zoo of panics; the node lives, and a watcher is told
//! exactly once of each.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, Event, Stage, StartError, StopReason};
use actor_tests::{
    Bomb, Gate, Log, Note, Subject, Unspeakable, all_events, at_rest, hush, quiet, system,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    Started,
    StartedAcrossAwait,
    Stopping,
    Stopped,
    StateDrop,
    Nowhere,
}

struct Across;
struct NoText;
struct PayloadBomb;
struct Carried(#[allow(dead_code)] Bomb);
struct ShowError;
struct ShowFailure;
struct PipeBomb;
struct PipeDropBomb(Gate);
struct ReplyBomb(bool);
struct Held(Gate);
struct OwnsBomb(Gate);
struct Fine;

#[actor]
struct Zoo {
    at: At,
    _state: Bomb,
}

impl Zoo {
    fn come_to(&self, at: At) {
        assert!(self.at != at, "bomb at {at:?}");
    }
}

#[actor]
impl Zoo {
    #[on(started)]
    async fn started(&mut self) {
        self.come_to(At::Started);
        tokio::task::yield_now().await;
        self.come_to(At::StartedAcrossAwait);
    }

    #[on(stopping)]
    fn stopping(&mut self) {
        self.come_to(At::Stopping);
    }

    #[on(stopped)]
    async fn stopped(&mut self) {
        tokio::task::yield_now().await;
        self.come_to(At::Stopped);
    }

    #[handler]
    async fn across(&mut self, _: Across) {
        tokio::task::yield_now().await;
        panic!("bomb across an await");
    }

    #[handler]
    fn no_text(&mut self, _: NoText) {
        std::panic::panic_any(42_u8);
    }

    #[handler]
    fn payload_bomb(&mut self, _: PayloadBomb) {
        std::panic::panic_any(Bomb(true));
    }

    #[handler]
    fn carried(&mut self, _: Carried) {}

    #[handler]
    fn show_error(&mut self, _: ShowError) -> Result<(), Unspeakable> {
        Err(Unspeakable)
    }

    #[handler(fails)]
    fn show_failure(&mut self, _: ShowFailure) -> Result<(), Unspeakable> {
        Err(Unspeakable)
    }

    #[handler]
    fn pipe_bomb(&mut self, _: PipeBomb, ctx: &mut Ctx<Self>) {
        let work = async {
            tokio::task::yield_now().await;
            panic!("bomb in a pipe");
        };
        ctx.pipe(work, |()| Fine);
    }

    #[handler]
    fn pipe_drop_bomb(&mut self, msg: PipeDropBomb, ctx: &mut Ctx<Self>) {
        let bomb = Bomb(true);
        let work = async move {
            msg.0.pass().await;
            drop(bomb);
        };
        ctx.pipe(work, |()| Fine);
    }

    #[handler]
    fn reply_bomb(&mut self, msg: ReplyBomb) -> Bomb {
        Bomb(msg.0)
    }

    #[handler]
    async fn held(&mut self, msg: Held) {
        msg.0.pass().await;
    }

    #[handler]
    async fn owns_bomb(&mut self, msg: OwnsBomb) {
        let _bomb = Bomb(true);
        msg.0.pass().await;
    }

    #[handler]
    fn fine(&mut self, _: Fine) -> u32 {
        7
    }
}

/// Writes down each end that it is told of.
#[actor]
struct Keeper(Log);

#[actor]
impl Keeper {
    #[handler]
    fn watch(&mut self, target: ActorRef<Zoo>, ctx: &mut Ctx<Self>) {
        ctx.watch(&target);
    }

    #[on(terminated)]
    fn gone(&mut self, event: Terminated) {
        self.0.add(match event.reason() {
            StopReason::Failed(failure) => failure.text().to_owned(),
            other => other.to_string(),
        });
    }
}

struct Cage {
    system: ActorSystem,
    zoo: ActorRef<Zoo>,
    keeper: ActorRef<Keeper>,
    sibling: ActorRef<Subject>,
    told: Log,
    events: actor::Events,
}

/// An animal, a keeper that watches it, and a sibling that must notice nothing.
async fn cage(at: At) -> Cage {
    hush();
    let (system, told) = (system(), Log::default());
    let events = system.events();
    let sibling = system.spawn(Subject::default);
    let keeper = system.spawn({
        let told = told.clone();
        move || Keeper(told.clone())
    });
    let zoo = system
        .spawn_named("animal", move || Zoo {
            at,
            _state: Bomb(at == At::StateDrop),
        })
        .expect("free");
    keeper.tell(zoo.clone()).expect("room");
    if !matches!(at, At::Started | At::StartedAcrossAwait) {
        zoo.started().await.expect("it starts");
    }
    Cage {
        system,
        zoo,
        keeper,
        sibling,
        told,
        events,
    }
}

impl Cage {
    /// The animal has ended by a failure: its stage. Everyone was told once, everything else goes on.
    async fn ended(mut self, text: &str) -> Stage {
        let reason = self.zoo.stopped().await;
        quiet().await;
        let failure = reason.failure().expect("a failure");
        assert_eq!(failure.text(), text);
        assert_eq!(self.told.take(), [text], "told once");
        let seen = all_events(&mut self.events, |event| match event {
            Event::Failed(failure) => Some(failure.text().to_owned()),
            _ => None,
        });
        assert_eq!(seen, [text], "published once");
        assert_eq!(
            self.sibling.ask(Note(1)).await.ok(),
            Some(1),
            "the sibling lives"
        );
        assert!(!self.keeper.is_stopped());
        // Its name is free, its successor lives: no lock is poisoned.
        let next = self.system.spawn_named("animal", || Zoo {
            at: At::Nowhere,
            _state: Bomb(false),
        });
        let next = next.expect("free again");
        assert_eq!(next.ask(Fine).await.ok(), Some(7));
        assert!(self.system.shutdown().await.is_clean());
        at_rest(&self.system);
        failure.stage()
    }
}

fn handling<M>() -> Stage {
    Stage::Handling(std::any::type_name::<M>())
}

#[tokio::test(start_paused = true)]
async fn c7_panic_in_each_part_of_life() {
    for (at, stage, text) in [
        (At::Started, Stage::Lifecycle("started"), "bomb at Started"),
        (
            At::StartedAcrossAwait,
            Stage::Lifecycle("started"),
            "bomb at StartedAcrossAwait",
        ),
        (
            At::Stopping,
            Stage::Lifecycle("stopping"),
            "bomb at Stopping",
        ),
        (At::Stopped, Stage::Lifecycle("stopped"), "bomb at Stopped"),
        (At::StateDrop, Stage::Dropping, "bomb dropped"),
    ] {
        let cage = cage(at).await;
        cage.zoo.tell(Fine).expect("room");
        cage.zoo.poison();
        assert_eq!(cage.ended(text).await, stage);
    }
}

#[tokio::test(start_paused = true)]
async fn c7_panic_in_the_producer() {
    hush();
    let system = system();
    let zoo = system.spawn(|| -> Zoo { panic!("bomb at birth") });
    let Err(StartError::Failed(failure)) = zoo.started().await else {
        panic!("it started");
    };
    assert_eq!(
        (failure.stage(), failure.text()),
        (Stage::Building, "bomb at birth")
    );
    let starting = Props::start(|| -> std::future::Ready<Result<Zoo, fmt::Error>> {
        panic!("bomb before birth")
    });
    let zoo = system.spawn(starting);
    assert!(matches!(zoo.started().await, Err(StartError::Failed(_))));
    // A producer that panics when it is dropped.
    let bomb = Bomb(true);
    let zoo = system.spawn(move || {
        let _ = &bomb;
        Zoo {
            at: At::Nowhere,
            _state: Bomb(false),
        }
    });
    assert!(zoo.started().await.is_ok());
    let reason = zoo.stop_and_wait().await;
    let stage = reason.failure().map(actor::Failure::stage);
    assert_eq!(stage, Some(Stage::Dropping));
    assert!(system.shutdown().await.is_clean());
}

#[tokio::test(start_paused = true)]
async fn c7_panic_across_an_await() {
    let cage = cage(At::Nowhere).await;
    assert!(matches!(cage.zoo.ask(Across).await, Err(AskError::Failed)));
    assert_eq!(
        cage.ended("bomb across an await").await,
        handling::<Across>()
    );
}

#[tokio::test(start_paused = true)]
async fn c7_panic_with_a_payload_that_is_no_text() {
    let cage = cage(At::Nowhere).await;
    cage.zoo.tell(NoText).expect("room");
    let reason = cage.zoo.stopped().await;
    let number = reason.failure().and_then(|failure| {
        failure.with_panic_payload(|payload| payload.downcast_ref::<u8>().copied())
    });
    assert_eq!(number, Some(Some(42)));
    assert_eq!(
        cage.ended("a panic whose payload is no text").await,
        handling::<NoText>()
    );
}

#[tokio::test(start_paused = true)]
async fn c7_panic_with_a_payload_that_panics_when_dropped() {
    let cage = cage(At::Nowhere).await;
    cage.zoo.tell(PayloadBomb).expect("room");
    assert_eq!(
        cage.ended("a panic whose payload is no text").await,
        handling::<PayloadBomb>()
    );
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_message_is_dropped_in_its_handler() {
    let cage = cage(At::Nowhere).await;
    cage.zoo.tell(Carried(Bomb(true))).expect("room");
    assert_eq!(cage.ended("bomb dropped").await, handling::<Carried>());
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_message_is_dropped_in_the_mailbox() {
    let (cage, gate) = (cage(At::Nowhere).await, Gate::default());
    cage.zoo.tell(Held(gate.clone())).expect("room");
    for _ in 0..3 {
        cage.zoo.tell(Carried(Bomb(true))).expect("room");
    }
    gate.reached().await;
    cage.zoo.tell(Carried(Bomb(true))).expect("room");
    cage.zoo.stop();
    gate.open();
    assert!(
        matches!(cage.zoo.stopped().await, StopReason::Stopped),
        "not its failure"
    );
    quiet().await;
    assert_eq!(cage.told.take(), ["stopped"]);
    assert_eq!(at_rest(&cage.system).dead_letters.actor_stopped, 4);
    assert_eq!(cage.sibling.ask(Note(1)).await.ok(), Some(1));
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_handler_that_was_killed_is_dropped() {
    let (cage, gate) = (cage(At::Nowhere).await, Gate::default());
    cage.zoo.tell(OwnsBomb(gate.clone())).expect("room");
    gate.reached().await;
    cage.zoo.kill();
    assert_eq!(cage.ended("bomb dropped").await, handling::<OwnsBomb>());
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_an_error_is_shown() {
    let cage1 = cage(At::Nowhere).await;
    // Read by its asker, it is not shown.
    assert!(matches!(
        cage1.zoo.ask(ShowError).await,
        Ok(Err(Unspeakable))
    ));
    cage1.zoo.tell(ShowError).expect("room");
    assert_eq!(cage1.ended("bomb shown").await, handling::<ShowError>());
    let cage2 = cage(At::Nowhere).await;
    assert!(matches!(
        cage2.zoo.ask(ShowFailure).await,
        Err(AskError::Failed)
    ));
    assert_eq!(cage2.ended("bomb shown").await, handling::<ShowFailure>());
}

#[tokio::test(start_paused = true)]
async fn c7_panic_in_a_piped_future() {
    let cage = cage(At::Nowhere).await;
    cage.zoo.tell(PipeBomb).expect("room");
    assert_eq!(cage.ended("bomb in a pipe").await, Stage::Piping);
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_piped_future_is_dropped() {
    let (cage, gate) = (cage(At::Nowhere).await, Gate::default());
    cage.zoo.tell(PipeDropBomb(gate.clone())).expect("room");
    gate.reached().await;
    assert!(matches!(
        cage.zoo.stop_and_wait().await,
        StopReason::Stopped
    ));
    quiet().await;
    assert_eq!(cage.told.take(), ["stopped"]);
    assert_eq!(cage.sibling.ask(Note(1)).await.ok(), Some(1));
    at_rest(&cage.system);
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_reply_is_dropped() {
    let cage1 = cage(At::Nowhere).await;
    // In the asker's hands it is the asker's.
    let reply = cage1.zoo.ask(ReplyBomb(true)).await.expect("an answer");
    std::mem::forget(reply);
    // Told, it is dropped in the actor.
    cage1.zoo.tell(ReplyBomb(true)).expect("room");
    assert_eq!(cage1.ended("bomb dropped").await, handling::<ReplyBomb>());
    // Its asker gave up in time: the reply is never made.
    let (cage2, gate) = (cage(At::Nowhere).await, Gate::default());
    cage2.zoo.tell(Held(gate.clone())).expect("room");
    gate.reached().await;
    let asked = cage2.zoo.ask(ReplyBomb(true)).timeout(Duration::ZERO).await;
    assert!(matches!(asked, Err(AskError::Expired)));
    gate.open();
    assert_eq!(cage2.zoo.ask(Fine).await.ok(), Some(7));
}

#[tokio::test(start_paused = true)]
async fn a_panic_touches_no_other_actor() {
    hush();
    let system = system();
    let subject = system.spawn(Subject::default);
    for _ in 0..1_000 {
        let zoo = system.spawn(|| Zoo {
            at: At::Nowhere,
            _state: Bomb(false),
        });
        zoo.tell(Across).expect("room");
        assert_eq!(subject.ask(Note(3)).await.ok(), Some(3));
    }
    quiet().await;
    assert_eq!(at_rest(&system).failed, 1_000);
    assert_eq!(system.stats().actors, 1);
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_an_expired_message_is_dropped() {
    let (cage, gate) = (cage(At::Nowhere).await, Gate::default());
    cage.zoo.tell(Held(gate.clone())).expect("room");
    gate.reached().await;
    let carried = cage
        .zoo
        .ask(Carried(Bomb(true)))
        .timeout(Duration::ZERO)
        .await;
    assert!(matches!(carried, Err(AskError::Expired)));
    gate.open();
    assert_eq!(
        cage.zoo.ask(Fine).await.ok(),
        Some(7),
        "no handler ran, so it is no failure"
    );
    assert_eq!(at_rest(&cage.system).dead_letters.expired, 1);
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_the_error_of_a_birth_is_shown() {
    hush();
    let system = system();
    let mut events = system.events();
    let zoo = system.spawn(Props::start(|| async { Err::<Zoo, _>(Unspeakable) }));
    let Err(StartError::Failed(failure)) = zoo.started().await else {
        panic!("it started");
    };
    assert_eq!(
        (failure.stage(), failure.text()),
        (Stage::Building, "bomb shown")
    );
    let failed = |event: &Event| matches!(event, Event::Failed(_)).then_some(());
    assert_eq!(all_events(&mut events, failed).len(), 1);
}

/// Panics when it is woken.
struct BadWaker;

impl std::task::Wake for BadWaker {
    fn wake(self: Arc<Self>) {
        panic!("bomb woken");
    }
}

#[tokio::test(start_paused = true)]
async fn c7_panic_of_one_who_waits_for_an_end() {
    let (cage, waker) = (cage(At::Nowhere).await, Waker::from(Arc::new(BadWaker)));
    let mut waits = Box::pin(cage.zoo.stopped());
    assert!(
        waits
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    let other = tokio::spawn({
        let zoo = cage.zoo.clone();
        async move { zoo.stopped().await }
    });
    quiet().await;
    cage.zoo.stop();
    assert!(
        matches!(other.await, Ok(StopReason::Stopped)),
        "the other was told"
    );
    let report = cage.system.shutdown().await;
    assert!(report.is_clean(), "it has left the tree: {report:?}");
    assert_eq!(cage.system.stats().actors, 0);
}

#[tokio::test(start_paused = true)]
async fn c7_panic_of_an_asker_whose_time_is_over() {
    let (cage, waker) = (cage(At::Nowhere).await, Waker::from(Arc::new(BadWaker)));
    let gate = Gate::default();
    cage.zoo.tell(Held(gate.clone())).expect("room");
    gate.reached().await;
    let mut asks = Box::pin(cage.zoo.ask(Fine).timeout(Duration::from_secs(1)));
    assert!(
        asks.as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    quiet().await;
    for _ in 0..3 {
        let late = cage.zoo.ask(Fine).timeout(Duration::from_secs(2)).await;
        assert!(
            matches!(late, Err(AskError::Expired)),
            "deadlines still come"
        );
    }
    gate.open();
}
