//! An actor behaves in one of several ways, which it changes.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use actor::prelude::*;
use actor::{AskError, DeadLetter, DeadLetterReason, PopError};
use actor_tests::{Log, quiet, system};

#[derive(Clone)]
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

#[tokio::test]
async fn behaviors_are_changed_when_the_handler_ends() {
    let system = system();
    let light = system.spawn(Light::default);
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Red);
    let refused = light.ask(Bump).await.unwrap_err();
    assert!(matches!(refused, AskError::Unhandled { behavior: "Red" }));
    light
        .ask(Steps(vec![Do::Become(Phase::Green(1))]))
        .await
        .unwrap();
    assert_eq!(light.ask(Bump).await.unwrap(), 102);
    assert_eq!(light.ask(Shine).await.unwrap(), "green");
    assert_eq!(light.ask(Which).await.unwrap(), LightState::Blue);
    assert_eq!(light.ask(Shine).await.unwrap(), "not green");
    println!("{:?}", Light::behaviors());
    println!("{:?}", light.stats());
    let _ = (DeadLetterReason::Unhandled, quiet, None::<DeadLetter>);
}
