//! Row C7 under supervision: whatever panics, the supervisor is told exactly once, the actor is made anew behind its
//! reference, and its siblings notice nothing.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actor::prelude::*;
use actor::{AskError, ChildFailed, Failure, Supervision};
use actor_tests::{Bomb, Log, Unspeakable, at_rest, hush, quiet};
use tokio::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    Producer,
    Started,
    StartedAcrossAwait,
    Enter,
    Leave,
    Handler,
    AcrossAwait,
    NoText,
    PayloadBomb,
    Nested,
    ShowFailure,
    MessageDrop,
    ReplyDrop,
    Timer,
    Pipe,
    PipeMap,
    Idle,
    Terminated,
    ChildFailed,
    BehaviorDrop,
}

struct Do(At);
struct Fine;
struct Tick;
struct Reading(#[allow(dead_code)] Option<Bomb>);

/// Panics once at this place.
#[actor(behaviors(First, Second(Option<Bomb>)))]
struct Animal {
    at: At,
    armed: Arc<AtomicBool>,
}

/// For an animal to keep.
#[actor]
struct Mouse;

#[actor]
impl Mouse {
    #[handler]
    fn squeak(&mut self, _: Fine) {
        panic!("bomb in a child");
    }
}

impl Animal {
    fn come_to(&self, at: At) {
        assert!(!self.goes_off(at), "bomb at {at:?}");
    }

    fn goes_off(&self, at: At) -> bool {
        self.at == at && self.armed.swap(false, Ordering::SeqCst)
    }
}

#[actor]
impl Animal {
    #[on(started)]
    async fn started(&mut self) {
        self.come_to(At::Started);
        tokio::task::yield_now().await;
        self.come_to(At::StartedAcrossAwait);
    }

    #[on(enter(Second))]
    fn enter(&mut self) {
        self.come_to(At::Enter);
    }

    #[on(leave(First))]
    fn leave(&mut self) {
        self.come_to(At::Leave);
    }

    #[handler(fails)]
    async fn act(&mut self, Do(at): Do, ctx: &mut Ctx<Self>) -> Result<Reading, Unspeakable> {
        match at {
            At::Handler => self.come_to(at),
            At::AcrossAwait => {
                tokio::task::yield_now().await;
                self.come_to(at);
            }
            At::NoText => std::panic::panic_any(7_u8),
            At::PayloadBomb => std::panic::panic_any(Bomb(true)),
            At::Nested => nested(),
            At::ShowFailure => return Err(Unspeakable),
            At::ReplyDrop => return Ok(Reading(Some(Bomb(true)))),
            At::Enter | At::Leave => ctx.become_(AnimalBehavior::Second(None)),
            At::BehaviorDrop => ctx.become_(AnimalBehavior::Second(Some(Bomb(true)))),
            At::Timer => drop(ctx.send_after(Duration::from_secs(1), Tick)),
            At::Pipe => drop(ctx.pipe(async { panic!("bomb in a pipe") }, |()| Fine)),
            At::PipeMap => drop(ctx.pipe(async {}, |()| -> Fine { panic!("bomb in a map") })),
            At::Idle => ctx.set_idle_timeout(Duration::from_secs(1)),
            At::Terminated => {
                let mouse = ctx.spawn(|| Mouse);
                ctx.watch(&mouse);
                mouse.stop();
            }
            At::ChildFailed => ctx.spawn(|| Mouse).tell(Fine).unwrap(),
            _ => {}
        }
        Ok(Reading(None))
    }

    #[handler]
    fn reading(&mut self, reading: Reading) {
        drop(reading);
    }

    #[handler]
    fn tick(&mut self, _: Tick, ctx: &mut Ctx<Self>) {
        ctx.become_(AnimalBehavior::First);
        self.come_to(At::Timer);
    }

    #[handler]
    fn fine(&mut self, _: Fine) -> bool {
        true
    }

    #[on(idle)]
    fn idle(&mut self) {
        self.come_to(At::Idle);
    }

    #[on(terminated)]
    fn gone(&mut self, _: Terminated) {
        self.come_to(At::Terminated);
    }

    #[on(child_failed)]
    fn child_failed(&mut self, _: ChildFailed) {
        self.come_to(At::ChildFailed);
    }
}

/// A panic that is caught amid another one that unwinds, and then goes on.
fn nested() {
    struct Catches;
    impl Drop for Catches {
        fn drop(&mut self) {
            assert!(std::panic::catch_unwind(|| panic!("bomb within")).is_err());
        }
    }
    let _catches = Catches;
    panic!("bomb without");
}

/// Has one animal, and writes down what it is told of it.
#[actor]
struct Keeper {
    told: Log,
}

struct Keep(At, Arc<AtomicBool>);

#[actor]
impl Keeper {
    #[handler]
    fn keep(&mut self, Keep(at, armed): Keep, ctx: &mut Ctx<Self>) -> ActorRef<Animal> {
        ctx.spawn(move || {
            let armed = armed.clone();
            let animal = Animal { at, armed };
            animal.come_to(At::Producer);
            animal
        })
    }

    #[on(child_failed)]
    fn told(&mut self, event: ChildFailed) {
        self.told
            .add(format!("{}: {}", event.directive, event.failure.text()));
    }
}

/// What the supervisor is told of a panic there.
fn text(at: At) -> String {
    match at {
        At::NoText | At::PayloadBomb => "a panic whose payload is no text".to_owned(),
        At::Nested => "bomb without".to_owned(),
        At::ShowFailure => "bomb shown".to_owned(),
        At::MessageDrop | At::ReplyDrop | At::BehaviorDrop => "bomb dropped".to_owned(),
        At::Pipe => "bomb in a pipe".to_owned(),
        At::PipeMap => "bomb in a map".to_owned(),
        at => format!("bomb at {at:?}"),
    }
}

/// Brings it about.
async fn provoke(animal: &ActorRef<Animal>, at: At) {
    match at {
        At::Producer | At::Started | At::StartedAcrossAwait => {}
        At::MessageDrop => animal.tell(Reading(Some(Bomb(true)))).unwrap(),
        // Told, the reply is dropped in the actor.
        At::ReplyDrop | At::ShowFailure | At::Timer | At::Idle => animal.tell(Do(at)).unwrap(),
        At::BehaviorDrop => {
            assert!(animal.ask(Do(at)).await.is_ok());
            animal.tell(Tick).unwrap();
        }
        At::Enter | At::Leave | At::Pipe | At::PipeMap | At::Terminated | At::ChildFailed => {
            assert!(animal.ask(Do(at)).await.is_ok());
        }
        at => assert!(matches!(animal.ask(Do(at)).await, Err(AskError::Failed))),
    }
}

#[tokio::test(start_paused = true)]
async fn c7_each_panic_is_told_once_and_the_actor_is_made_anew() {
    hush();
    for at in [
        At::Producer,
        At::Started,
        At::StartedAcrossAwait,
        At::Enter,
        At::Leave,
        At::Handler,
        At::AcrossAwait,
        At::NoText,
        At::PayloadBomb,
        At::Nested,
        At::ShowFailure,
        At::MessageDrop,
        At::ReplyDrop,
        At::Timer,
        At::Pipe,
        At::PipeMap,
        At::Idle,
        At::Terminated,
        At::ChildFailed,
        At::BehaviorDrop,
    ] {
        let system = ActorSystem::new("zoo").unwrap();
        let told = Log::default();
        let own = told.clone();
        let keeper = Props::new(move || Keeper { told: own.clone() });
        let keeper = keeper.supervise_children(Supervision::one_for_one());
        let keeper = system.spawn(keeper);
        let sibling = keeper.ask(Keep(at, Arc::default())).await.unwrap();
        let animal = keeper.ask(Keep(at, Arc::new(AtomicBool::new(true)))).await;
        let animal = animal.unwrap();
        provoke(&animal, at).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        quiet().await;
        assert_eq!(told.take(), [format!("restart: {}", text(at))], "{at:?}");
        assert!(animal.ask(Fine).await.unwrap(), "{at:?}");
        assert_eq!(animal.stats().restarts, 1, "{at:?}");
        assert!(sibling.ask(Fine).await.unwrap());
        assert_eq!(sibling.stats().restarts + keeper.stats().restarts, 0);
        assert!(system.shutdown().await.is_clean());
        at_rest(&system);
    }
}

/// Panics in each method of its end, and when it is dropped.
#[actor]
struct BadEnd {
    _state: Bomb,
}

struct Fail;

#[actor]
impl BadEnd {
    #[handler]
    fn fail(&mut self, _: Fail) {
        panic!("bomb in a handler");
    }

    #[handler]
    fn fine(&mut self, _: Fine) -> bool {
        true
    }

    #[on(restarting)]
    fn restarting(&mut self, why: Option<Failure>) {
        assert_eq!(why.unwrap().text(), "bomb in a handler");
        panic!("bomb in the hook");
    }

    #[on(stopping)]
    fn stopping(&mut self) {
        panic!("bomb at the end");
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        panic!("bomb at the very end");
    }
}

#[tokio::test(start_paused = true)]
async fn c7_panics_while_the_old_state_goes_do_not_hinder_the_new_one() {
    hush();
    let system = ActorSystem::new("zoo").unwrap();
    let mut events = system.events();
    let animal = system.spawn(|| BadEnd { _state: Bomb(true) });
    let asked = animal.ask(Fail).await;
    assert!(matches!(asked, Err(AskError::Failed)));
    assert!(animal.ask(Fine).await.unwrap());
    assert_eq!(animal.stats().restarts, 1);
    let reason = animal.stop_and_wait().await;
    assert_eq!(reason.failure().unwrap().text(), "bomb at the end");
    let told = actor_tests::all_events(&mut events, |event| match event {
        actor::Event::Failed(failure) => Some(format!("failed: {}", failure.text())),
        actor::Event::ChildFailed(told) => Some(format!("{}", told.directive)),
        actor::Event::Restarted(_) => Some("restarted".to_owned()),
        actor::Event::Stopped(..) => Some("stopped".to_owned()),
        _ => None,
    });
    let expected = [
        "failed: bomb in a handler",
        "restart",
        "failed: bomb in the hook",
        "failed: bomb dropped",
        "restarted",
        "failed: bomb at the end",
        "failed: bomb at the very end",
        "failed: bomb dropped",
        "stopped",
    ];
    assert_eq!(told, expected);
    assert!(system.shutdown().await.is_clean());
    at_rest(&system);
}
