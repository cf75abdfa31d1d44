//! An actor behaves in one of several ways, which it changes.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use actor::prelude::*;
use actor::{AskError, DeadLetter, DeadLetterReason, PopError, PushError};
use actor_tests::{Log, at_rest, system};

enum Do {
    Become(Phase),
    Push(Phase),
    Pop,
}

#[derive(Clone, Copy)]
enum Phase {
    Red,
    Green(u32),
    Blue,
}

impl From<Phase> for LightBehavior {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Red => Self::Red,
            Phase::Green(count) => Self::Green(count),
            Phase::Blue => Self::Blue,
        }
    }
}

/// Carries out several in one handler.
struct Steps(Vec<Do>);
struct Which;
struct Bump;
struct Shine;

#[actor(behaviors(Red, Green(u32), Blue))]
#[derive(Default)]
struct Light {
    log: Log,
}

#[actor]
impl Light {
    #[handler]
    fn steps(&mut self, msg: Steps, ctx: &mut Ctx<Self>) -> Vec<Result<(), PopError>> {
        let mut pops = Vec::new();
        for step in msg.0 {
            match step {
                Do::Become(phase) => ctx.become_(phase.into()),
                Do::Push(phase) => ctx.push(LightBehavior::from(phase)).unwrap(),
                Do::Pop => pops.push(ctx.pop()),
            }
        }
        pops
    }

    #[handler]
    fn which(&self, _: Which, ctx: &mut Ctx<Self>) -> LightState {
        ctx.behavior()
    }

    #[handler(in = Green)]
    fn bump(&mut self, _: Bump, count: &mut u32) -> u32 {
        *count += 1;
        *count
    }

    #[handler(in = Red | Blue)]
    async fn shine(&mut self, _: Shine) -> &'static str {
        "not green"
    }

    #[handler(in = Green)]
    async fn shine_green(
        &mut self,
        _: Shine,
        count: &mut u32,
        ctx: &mut Ctx<Self>,
    ) -> &'static str {
        tokio::task::yield_now().await;
        *count += 10;
        ctx.become_(LightBehavior::Blue);
        "green"
    }

    #[on(enter(Red | Blue))]
    fn entered(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add(format!("enter {}", ctx.behavior()));
    }

    #[on(enter(Green))]
    async fn entered_green(&mut self, count: &mut u32) {
        self.log.add(format!("enter green {count}"));
        *count += 100;
    }

    #[on(leave(Red))]
    fn left_red(&mut self) {
        self.log.add("leave red");
    }

    #[on(leave(Green))]
    fn left_green(&mut self, count: &u32) {
        self.log.add(format!("leave green {count}"));
    }
}

fn light(log: &Log) -> impl FnMut() -> Light + Send + 'static + use<> {
    let log = log.clone();
    move || Light { log: log.clone() }
}

#[tokio::test]
async fn a_message_goes_to_the_handler_of_the_current_behavior() {
    let system = system();
    let light = system.spawn(Light::default);
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Red);
    assert_eq!(light.ask(Shine).await.unwrap(), "not green");
    light
        .ask(Steps(vec![Do::Become(Phase::Green(1))]))
        .await
        .unwrap();
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Green);
    assert_eq!(light.ask(Shine).await.unwrap(), "green");
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Blue);
    assert_eq!(light.ask(Shine).await.unwrap(), "not green");
}

#[tokio::test]
async fn a_handler_gets_the_data_of_its_behavior() {
    let system = system();
    let light = system.spawn(Light::default);
    light
        .ask(Steps(vec![Do::Become(Phase::Green(1))]))
        .await
        .unwrap();
    assert_eq!(light.ask(Bump).await.unwrap(), 102, "entering added 100");
    assert_eq!(light.ask(Bump).await.unwrap(), 103);
}

#[tokio::test]
async fn the_last_of_several_changes_wins_and_none_is_seen_before_the_end() {
    struct Both;

    #[actor(behaviors(One, Two, Three))]
    struct Twice;

    #[actor]
    impl Twice {
        #[handler]
        async fn both(&mut self, _: Both, ctx: &mut Ctx<Self>) -> Vec<TwiceState> {
            let mut seen = vec![ctx.behavior()];
            ctx.become_(TwiceBehavior::Three);
            tokio::task::yield_now().await;
            seen.push(ctx.behavior());
            ctx.become_(TwiceBehavior::Two);
            seen.push(ctx.behavior());
            seen
        }
    }

    let system = system();
    let twice = system.spawn(|| Twice);
    assert_eq!(twice.ask(Both).await.unwrap(), [TwiceState::One; 3]);
    assert_eq!(twice.ask(Both).await.unwrap(), [TwiceState::Two; 3]);
}

#[tokio::test]
async fn pop_goes_back_with_the_data_and_become_forgets_what_lies_below() {
    let system = system();
    let light = system.spawn(Light::default);
    let steps = |steps| light.ask(Steps(steps));
    steps(vec![Do::Become(Phase::Green(5))]).await.unwrap();
    steps(vec![Do::Push(Phase::Blue)]).await.unwrap();
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Blue);
    assert_eq!(steps(vec![Do::Pop]).await.unwrap(), [Ok(())]);
    assert_eq!(light.ask(Bump).await.unwrap(), 206, "entered twice");
    steps(vec![Do::Push(Phase::Blue)]).await.unwrap();
    steps(vec![Do::Become(Phase::Red)]).await.unwrap();
    assert!(steps(vec![Do::Pop]).await.unwrap()[0].is_err());
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Red);
}

#[tokio::test]
async fn popping_the_last_is_refused_and_changes_nothing() {
    let system = system();
    let light = system.spawn(Light::default);
    let steps = |steps| light.ask(Steps(steps));
    assert!(steps(vec![Do::Pop]).await.unwrap()[0].is_err());
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Red);
    // Refused is a request that is not there: the one before it counts.
    let pops = steps(vec![Do::Push(Phase::Blue), Do::Pop]).await.unwrap();
    assert!(pops[0].is_err());
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Blue);
}

#[tokio::test]
async fn a_stack_of_64_takes_no_more_and_gives_the_behavior_back() {
    struct More;

    #[actor(behaviors(Deep(u32)))]
    struct Deep;

    #[actor]
    impl Deep {
        #[handler(in = Deep)]
        fn more(&mut self, _: More, depth: &mut u32, ctx: &mut Ctx<Self>) -> Result<u32, u32> {
            match ctx.push(DeepBehavior::Deep(*depth + 1)) {
                Ok(()) => Ok(*depth),
                Err(refused) => {
                    assert!(refused.to_string().contains("64"));
                    match PushError::into_behavior(refused) {
                        DeepBehavior::Deep(depth) => Err(depth),
                    }
                }
            }
        }
    }

    let system = system();
    let deep = system.spawn(|| Deep);
    for depth in 0..63 {
        assert_eq!(deep.ask(More).await.unwrap(), Ok(depth));
    }
    assert_eq!(deep.ask(More).await.unwrap(), Err(64));
    assert_eq!(deep.ask(More).await.unwrap(), Err(64), "nothing changed");
}

#[tokio::test]
async fn enter_and_leave_run_at_each_change_in_order() {
    let (system, log) = (system(), Log::default());
    let light = system.spawn(light(&log));
    light.started().await.unwrap();
    assert_eq!(log.take(), ["enter Red"], "also for the first");
    let steps = |steps| light.ask(Steps(steps));
    steps(vec![Do::Become(Phase::Green(1))]).await.unwrap();
    light.ask(Which).await.unwrap();
    assert_eq!(log.take(), ["leave red", "enter green 1"]);
    steps(vec![Do::Push(Phase::Blue)]).await.unwrap();
    light.ask(Which).await.unwrap();
    assert_eq!(log.take(), ["leave green 101", "enter Blue"], "for push");
    steps(vec![Do::Pop]).await.unwrap();
    light.ask(Which).await.unwrap();
    assert_eq!(log.take(), ["enter green 101"], "for pop");
    steps(vec![Do::Become(Phase::Red)]).await.unwrap();
    steps(vec![Do::Become(Phase::Red)]).await.unwrap();
    light.ask(Which).await.unwrap();
    assert_eq!(
        log.take(),
        ["leave green 201", "enter Red", "leave red", "enter Red"],
        "and when the behavior stays the same"
    );
    light.stop_and_wait().await;
    assert!(log.take().is_empty(), "the end is no change");
}

/// Its methods for changes ask for changes.
#[actor(behaviors(One, Two, Three, Round, About))]
struct Chain(Log);

struct Go(ChainBehavior);

#[actor]
impl Chain {
    #[on(started)]
    fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.0.add("started");
        ctx.become_(ChainBehavior::Two);
    }

    #[on(enter(One | Two | Three))]
    fn entered(&mut self, ctx: &mut Ctx<Self>) {
        self.0.add(format!("enter {}", ctx.behavior()));
        if ctx.behavior() == ChainState::Two {
            ctx.become_(ChainBehavior::Three);
        }
    }

    #[on(leave(One | Two | Three))]
    fn left(&mut self, ctx: &mut Ctx<Self>) {
        self.0.add(format!("leave {}", ctx.behavior()));
    }

    #[on(enter(Round))]
    fn round(&mut self, ctx: &mut Ctx<Self>) {
        ctx.become_(ChainBehavior::About);
    }

    #[on(enter(About))]
    async fn about(&mut self, ctx: &mut Ctx<Self>) {
        ctx.become_(ChainBehavior::Round);
    }

    #[handler]
    fn go(&mut self, Go(behavior): Go, ctx: &mut Ctx<Self>) {
        ctx.become_(behavior);
    }

    #[handler]
    fn which(&self, _: Which, ctx: &mut Ctx<Self>) -> ChainState {
        ctx.behavior()
    }
}

#[tokio::test]
async fn a_change_can_ask_for_the_next() {
    let (system, log) = (system(), Log::default());
    let own = log.clone();
    let chain = system.spawn(move || Chain(own.clone()));
    assert_eq!(chain.ask(Which).await.unwrap(), ChainState::Three);
    let expected = [
        "started",
        "enter One",
        "leave One",
        "enter Two",
        "leave Two",
        "enter Three",
    ];
    assert_eq!(log.take(), expected);
}

#[tokio::test]
async fn changes_in_a_circle_fail_the_actor() {
    let system = system();
    let chain = system.spawn(|| Chain(Log::default()));
    chain.tell(Go(ChainBehavior::Round)).unwrap();
    let reason = chain.stopped().await;
    let text = reason.failure().unwrap().to_string();
    assert!(text.contains("in a circle"), "{text}");
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn what_the_behavior_does_not_handle_is_a_dead_letter_and_its_asker_is_told() {
    let system = system();
    let mut letters = system.events_of::<DeadLetter>();
    let light = system.spawn_named("light", Light::default).unwrap();
    let refused = light.ask(Bump).await.unwrap_err();
    assert!(matches!(refused, AskError::Unhandled { behavior: "Red" }));
    assert!(refused.was_not_handled());
    assert!(refused.to_string().contains("`Red`"), "{refused}");
    assert_eq!(
        system.stats().dead_letters.unhandled,
        1,
        "counted before it is told"
    );
    light.tell(Bump).unwrap();
    for _ in 0..2 {
        let letter = letters.next().await.unwrap();
        assert_eq!(letter.reason, DeadLetterReason::Unhandled);
        assert_eq!(letter.target.id(), "light");
        assert!(letter.message_type.ends_with("Bump"));
    }
    assert_eq!(
        light.ask(Which).await.unwrap(),
        LightState::Red,
        "it goes on"
    );
    let stats = light.stats();
    assert_eq!((stats.received, stats.handled), (3, 1));
    assert!(stats.is_balanced());
}

#[tokio::test]
async fn the_list_of_behaviors_says_what_each_one_handles() {
    let behaviors = Light::behaviors();
    let names: Vec<_> = behaviors.iter().map(|behavior| behavior.name).collect();
    assert_eq!(names, ["Red", "Green", "Blue"]);
    let short = |name: &'static str| name.rsplit_once("::").map_or(name, |(_, short)| short);
    let handled = |at: usize| -> Vec<_> {
        let messages = behaviors[at].messages.iter();
        messages.map(|name| short(name)).collect()
    };
    assert_eq!(handled(0), ["Steps", "Which", "Shine"]);
    assert_eq!(handled(1), ["Steps", "Which", "Bump", "Shine"]);
    assert_eq!(handled(2), ["Steps", "Which", "Shine"]);
}

#[tokio::test]
async fn operators_see_the_behavior() {
    let system = system();
    let light = system.spawn_named("light", Light::default).unwrap();
    light
        .ask(Steps(vec![Do::Become(Phase::Green(1))]))
        .await
        .unwrap();
    light.ask(Which).await.unwrap();
    assert_eq!(light.stats().behavior, Some("Green"));
    let tree = system.tree();
    assert_eq!(tree.find("light").unwrap().stats.behavior, Some("Green"));
    assert!(tree.to_string().contains("Green"), "{tree}");
    assert_eq!(
        system.spawn(|| Chain(Log::default())).stats().behavior,
        Some("One")
    );
}

#[tokio::test]
async fn a_failing_change_fails_the_actor() {
    #[actor(behaviors(Calm, Wild))]
    struct Horse;

    #[actor]
    impl Horse {
        #[handler(in = Calm)]
        fn go(&mut self, _: Which, ctx: &mut Ctx<Self>) {
            ctx.become_(HorseBehavior::Wild);
        }

        #[handler(in = Wild)]
        fn never(&mut self, _: Bump) {}

        #[on(enter(Wild))]
        fn wild(&mut self) -> Result<(), String> {
            Err("too wild".to_owned())
        }
    }

    let system = system();
    let horse = system.spawn(|| Horse);
    horse.ask(Which).await.unwrap();
    let reason = horse.stopped().await;
    let failure = reason.failure().unwrap();
    assert_eq!(failure.text(), "too wild");
    assert_eq!(failure.stage(), actor::Stage::Lifecycle("enter"));
}

#[tokio::test]
async fn a_guard_in_a_behavior_is_dropped_when_the_behavior_is_gone() {
    #[derive(Clone)]
    struct Guard(Log, bool);

    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.add("dropped");
            assert!(!self.1, "in the drop of a behavior");
        }
    }

    struct Take(Guard);

    #[actor(behaviors(Free, Held(Guard)))]
    struct Room;

    #[actor]
    impl Room {
        #[handler(in = Free)]
        fn take(&mut self, Take(guard): Take, ctx: &mut Ctx<Self>) {
            ctx.become_(RoomBehavior::Held(guard));
        }

        #[handler(in = Held)]
        fn leave(&mut self, _: Which, ctx: &mut Ctx<Self>) {
            ctx.become_(RoomBehavior::Free);
        }
    }

    let (system, log) = (system(), Log::default());
    let room = system.spawn(|| Room);
    room.ask(Take(Guard(log.clone(), false))).await.unwrap();
    assert!(log.lines().is_empty());
    room.ask(Which).await.unwrap();
    assert!(matches!(
        room.ask(Which).await,
        Err(AskError::Unhandled { behavior: "Free" })
    ));
    assert_eq!(log.take(), ["dropped"]);
    room.ask(Take(Guard(log.clone(), true))).await.unwrap();
    room.tell(Which).unwrap();
    let reason = room.stopped().await;
    assert!(
        reason
            .failure()
            .unwrap()
            .text()
            .contains("in the drop of a behavior")
    );
    assert!(at_rest(&system).is_balanced());
}
