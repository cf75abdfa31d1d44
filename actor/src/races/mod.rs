//! Row A3 of the list of reliability: lifecycles in races, under a scheduler that tries schedules with
//! few but well-placed interruptions (PCT: Burckhardt and others, 2010).
//!
//! ```sh
//! RUSTFLAGS="--cfg actor_shuttle" cargo test -p actor --lib --target-dir target/shuttle races
//! ```
//!
//! `ACTOR_RACES=100000` runs more schedules of each. A failure prints the schedule that leads to it.

mod ends;
mod mail;
mod restarts;
mod watches;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use shuttle::future::{block_on, spawn};

use crate::prelude::*;
use crate::{Pid, StopReason};

/// Schedules of each scenario.
const SCHEDULES: usize = 2_000;
/// How many interruptions matter at most.
const DEPTH: usize = 3;

/// Runs a scenario under many schedules.
fn race<F: Future<Output = ()>>(scenario: impl Fn(ActorSystem) -> F + Send + Sync + 'static) {
    let wanted = std::env::var("ACTOR_RACES").ok();
    let schedules = wanted.and_then(|n| n.parse().ok()).unwrap_or(SCHEDULES);
    let run = move || {
        // Never driven: it is there for those who look for a runtime. No scenario needs time.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        let _entered = runtime.enter();
        let system = ActorSystem::builder("race").slow_handler(Duration::MAX);
        let system = system.build().expect("a runtime");
        block_on(async {
            scenario(system.clone()).await;
            system.shutdown().await;
            let stats = system.stats();
            assert!(stats.is_balanced(), "{stats:?}");
            assert_eq!((stats.waiting, stats.actors), (0, 0), "{stats:?}");
        });
        // Who yields goes last: the others come to their ends, which no system waits for.
        (0..8).for_each(|_| shuttle::thread::yield_now());
    };
    shuttle::check_pct(run, schedules, DEPTH);
}

#[derive(Clone)]
struct Note(u32);
struct Ask;
struct Fail;
struct Birth;
struct Pipe(u32);
struct Watch(ActorRef<Subject>);
struct Unwatch(ActorRef<Subject>);
struct Forward(ActorRef<Subject>);

/// What an actor has done, for the scenario to look at.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, line: impl ToString) {
        self.0.lock().expect("no panic").push(line.to_string());
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("no panic").clone()
    }

    fn count(&self, wanted: &str) -> usize {
        self.lines().iter().filter(|line| *line == wanted).count()
    }
}

#[actor_macros::actor(crate = crate, mailbox = 2)]
struct Subject(Log);

#[actor_macros::actor(crate = crate)]
impl Subject {
    #[on(started)]
    fn started(&mut self) {
        self.0.add("started");
    }

    #[on(stopped)]
    async fn stopped(&mut self) {
        self.0.add("stopped");
    }

    #[on(terminated)]
    fn terminated(&mut self, event: Terminated) {
        self.0.add(format!("gone {}", event.pid().id()));
    }

    #[handler]
    fn note(&mut self, note: Note) {
        self.0.add(note.0);
    }

    #[handler(fails)]
    async fn fail(&mut self, _: Fail) -> Result<(), u8> {
        shuttle::future::yield_now().await;
        Err(1)
    }

    #[handler]
    async fn ask(&mut self, _: Ask) -> u32 {
        shuttle::future::yield_now().await;
        7
    }

    #[handler]
    fn birth(&mut self, _: Birth, ctx: &mut Ctx<Self>) -> ActorRef<Subject> {
        let log = self.0.clone();
        ctx.spawn(move || Subject(log.clone()))
    }

    #[handler]
    fn pipe(&mut self, Pipe(number): Pipe, ctx: &mut Ctx<Self>) -> crate::TaskHandle {
        let work = async move {
            shuttle::future::yield_now().await;
            number
        };
        ctx.pipe(work, Note)
    }

    #[handler]
    fn watch(&mut self, Watch(target): Watch, ctx: &mut Ctx<Self>) {
        ctx.watch(&target);
    }

    #[handler]
    fn unwatch(&mut self, Unwatch(target): Unwatch, ctx: &mut Ctx<Self>) {
        ctx.unwatch(&target);
    }

    #[handler]
    fn forward(&mut self, Forward(to): Forward, reply: Reply<u32>, ctx: &mut Ctx<Self>) {
        let _ = ctx.forward(&to, Ask, reply);
    }
}

fn subject(system: &ActorSystem) -> (ActorRef<Subject>, Log) {
    let log = Log::default();
    let own = log.clone();
    (system.spawn(move || Subject(own.clone())), log)
}

/// Without a time-out, which no scenario could meet.
fn ask(subject: &ActorRef<Subject>) -> crate::Ask<'_, Ask, u32> {
    subject.ask(Ask).timeout(Duration::MAX)
}
