//! An actor is told when no message has come for a while.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::time::Duration;

use actor::DeadLetterReason;
use actor::prelude::*;
use actor_tests::{Gate, Log, at_rest, quiet, system};
use tokio::time::Instant;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[actor]
struct Sleeper {
    log: Log,
    began: Instant,
}

struct Nap(u64);
struct Awake;
struct Work;
struct Slow(Duration);
struct Hold(Gate);

#[actor]
impl Sleeper {
    #[handler]
    fn nap(&mut self, Nap(millis): Nap, ctx: &mut Ctx<Self>) {
        ctx.set_idle_timeout(ms(millis));
    }

    #[handler]
    fn awake(&mut self, _: Awake, ctx: &mut Ctx<Self>) {
        ctx.cancel_idle_timeout();
    }

    #[handler]
    fn work(&mut self, _: Work) {}

    #[handler]
    async fn slow(&mut self, Slow(time): Slow) {
        tokio::time::sleep(time).await;
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }

    #[on(idle)]
    fn idle(&mut self) {
        let at = self.began.elapsed().as_millis();
        self.log.add(format!("idle {at}"));
    }
}

fn sleeper(system: &ActorSystem, log: &Log) -> ActorRef<Sleeper> {
    let (log, began) = (log.clone(), Instant::now());
    system.spawn(move || Sleeper {
        log: log.clone(),
        began,
    })
}

#[tokio::test(start_paused = true)]
async fn idle_is_told_exactly_so_long_after_the_last_message_and_again() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let sleeper = sleeper(&system, &log);
    sleeper.ask(Nap(100)).await.unwrap();
    tokio::time::sleep_until(began + ms(30)).await;
    sleeper.ask(Work).await.unwrap();
    tokio::time::sleep_until(began + ms(90)).await;
    sleeper.ask(Work).await.unwrap();
    tokio::time::sleep_until(began + ms(450)).await;
    assert_eq!(log.take(), ["idle 190", "idle 290", "idle 390"]);
    sleeper.ask(Work).await.unwrap();
    tokio::time::sleep_until(began + ms(560)).await;
    assert_eq!(log.take(), ["idle 550"]);
    sleeper.ask(Awake).await.unwrap();
    tokio::time::sleep_until(began + ms(1_000)).await;
    assert!(log.lines().is_empty(), "until it is cancelled");
}

#[tokio::test(start_paused = true)]
async fn the_time_in_a_handler_is_no_idle_time() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let sleeper = sleeper(&system, &log);
    sleeper.ask(Nap(100)).await.unwrap();
    sleeper.ask(Slow(ms(250))).await.unwrap();
    tokio::time::sleep_until(began + ms(360)).await;
    assert_eq!(log.take(), ["idle 350"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_time_replaces_the_old() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let sleeper = sleeper(&system, &log);
    sleeper.ask(Nap(10)).await.unwrap();
    sleeper.ask(Nap(100)).await.unwrap();
    tokio::time::sleep_until(began + ms(150)).await;
    assert_eq!(log.take(), ["idle 100"]);
    let gate = Gate::default();
    sleeper.ask(Nap(10)).await.unwrap();
    sleeper.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    sleeper.tell(Awake).unwrap();
    tokio::time::sleep(ms(50)).await;
    gate.open();
    tokio::time::sleep(ms(50)).await;
    assert!(
        log.lines().is_empty(),
        "what waits in the mailbox is not told any more"
    );
}

#[tokio::test(start_paused = true)]
async fn an_endless_idle_time_never_comes() {
    let (system, log) = (system(), Log::default());
    let sleeper = sleeper(&system, &log);
    sleeper.ask(Nap(u64::MAX)).await.unwrap();
    tokio::time::sleep(ms(1_000_000)).await;
    sleeper.ask(Work).await.unwrap();
    assert!(log.lines().is_empty());
}

/// One line makes it go when nobody needs it.
#[actor(idle = "30s")]
#[derive(Default)]
struct Session(Log);

#[actor]
impl Session {
    #[handler]
    fn request(&mut self, _: Work) {
        self.0.add("request");
    }

    #[on(idle)]
    fn nothing_came(&mut self, ctx: &mut Ctx<Self>) {
        self.0.add("idle");
        ctx.stop();
    }
}

#[tokio::test(start_paused = true)]
async fn an_option_sets_the_time_from_the_start_on() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let own = log.clone();
    let session = system.spawn(move || Session(own.clone()));
    session.ask(Work).await.unwrap();
    assert!(matches!(
        session.stopped().await,
        actor::StopReason::Stopped
    ));
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!(log.take(), ["request", "idle"]);
}

#[tokio::test(start_paused = true)]
async fn each_incarnation_has_its_own_idle_time() {
    let (system, log, began) = (system(), Log::default(), Instant::now());
    let own = log.clone();
    let session = system.spawn(move || Session(own.clone()));
    session.started().await.unwrap();
    tokio::time::sleep(Duration::from_secs(20)).await;
    session.restart();
    session.stopped().await;
    assert_eq!(began.elapsed().as_secs(), 50);
    assert_eq!(log.take(), ["idle"]);
}

#[tokio::test(start_paused = true)]
async fn a_tell_that_races_with_passivation_is_never_lost_silently() {
    for late in 0..40_u64 {
        let (system, log) = (system(), Log::default());
        let own = log.clone();
        let session = system.spawn(move || Session(own.clone()));
        session.started().await.unwrap();
        let moment = Duration::from_secs(30) + ms(late) - ms(20);
        tokio::time::sleep(moment).await;
        let told = session.tell(Work);
        session.stopped().await;
        let stats = at_rest(&system);
        let handled = log.count("request") as u64;
        let lost = stats.dead_letters.actor_stopped;
        match told {
            Ok(()) => assert_eq!(handled + lost, 1),
            Err(error) => assert!(error.is_stopped() && handled + lost == 0),
        }
        assert!(stats.is_balanced());
    }
    let _ = DeadLetterReason::ActorStopped;
}

#[tokio::test(start_paused = true)]
async fn mail_that_waits_is_no_idleness() {
    let (system, log) = (system(), Log::default());
    let sleeper = sleeper(&system, &log);
    sleeper.ask(Nap(10)).await.unwrap();
    let gate = Gate::default();
    sleeper.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    tokio::time::sleep(ms(50)).await;
    sleeper.tell(Work).unwrap();
    gate.open();
    quiet().await;
    assert!(
        log.lines().is_empty(),
        "the time begins when the last message is done"
    );
}
