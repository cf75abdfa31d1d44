//! Workers that fail as they are told, and their supervisor.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // for tests

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor::{AnyActorRef, ChildFailed, ChildKind, Directive, Failure, Supervision};

use crate::gate::Gate;
use crate::log::Log;

/// So many milliseconds.
pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Each failure is decided so.
pub fn all(directive: Directive) -> Supervision {
    Supervision::one_for_one().decide(move |_| directive)
}

/// Counts its incarnations, and fails as it is told.
#[actor(mailbox = unbounded)]
pub struct Worker {
    name: &'static str,
    log: Log,
    life: u32,
    count: u32,
    /// So many starts fail.
    bad_starts: Arc<AtomicU32>,
}

/// How a worker is made.
#[derive(Clone)]
pub struct Make {
    name: &'static str,
    log: Log,
    /// So many starts fail.
    pub bad_starts: Arc<AtomicU32>,
}

impl Make {
    /// A worker that writes its name.
    pub fn new(name: &'static str, log: &Log) -> Self {
        Self {
            name,
            log: log.clone(),
            bad_starts: Arc::default(),
        }
    }

    /// What makes its incarnations.
    pub fn producer(&self) -> impl FnMut() -> Worker + Send + 'static + use<> {
        let (make, mut life) = (self.clone(), 0);
        move || {
            life += 1;
            Worker {
                name: make.name,
                log: make.log.clone(),
                life,
                count: 0,
                bad_starts: make.bad_starts.clone(),
            }
        }
    }
}

/// Answered by how often this incarnation was asked.
pub struct Count;
/// Answered by the number of the incarnation.
pub struct Life;
/// Panics with this text.
pub struct Panic(pub &'static str);
/// Why a worker failed.
#[derive(Debug, PartialEq, Eq)]
pub struct Corrupt(pub u32);
/// Fails with this number.
pub struct Fail(pub u32);
/// Is held until the gate opens.
pub struct Hold(pub Gate);
/// Has the worker stop by itself.
pub struct Leave;
/// Panics in a pipe.
pub struct FailLater;

#[actor]
impl Worker {
    #[on(started)]
    fn started(&mut self) -> Result<(), String> {
        let bad = self.bad_starts.load(Ordering::SeqCst);
        if bad > 0 {
            self.bad_starts.store(bad - 1, Ordering::SeqCst);
            return Err("a bad start".to_owned());
        }
        self.log.add(format!("{} started", self.name));
        Ok(())
    }

    #[on(restarting)]
    fn restarting(&mut self, why: Option<Failure>) {
        let why = why.map_or_else(
            || "nothing".to_owned(),
            |why| why.root_cause().text().to_owned(),
        );
        self.log.add(format!("{} restarting: {why}", self.name));
        assert_ne!(why, "in the hook too", "the hook fails too");
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.log.add(format!("{} stopped", self.name));
    }

    #[handler]
    fn count(&mut self, _: Count) -> u32 {
        self.count += 1;
        self.count
    }

    #[handler]
    fn life(&self, _: Life) -> u32 {
        self.life
    }

    #[handler]
    fn panic(&mut self, Panic(text): Panic) {
        panic!("{text}");
    }

    #[handler(fails)]
    async fn fail(&mut self, Fail(number): Fail) -> Result<(), Corrupt> {
        tokio::task::yield_now().await;
        Err(Corrupt(number))
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }

    #[handler]
    fn leave(&mut self, _: Leave, ctx: &mut Ctx<Self>) {
        ctx.stop();
    }

    #[handler]
    fn fail_later(&mut self, _: FailLater, ctx: &mut Ctx<Self>) {
        ctx.pipe(async { panic!("in a pipe") }, |()| Count);
    }
}

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "corrupt {}", self.0)
    }
}

/// Makes children, and is told of their failures.
#[actor]
pub struct Boss {
    log: Log,
    children: Vec<Make>,
}

/// Answered by the child at this place.
pub struct Child(pub usize);
/// Has a child made.
pub struct Spawn(pub Make, pub ChildKind);

#[actor]
impl Boss {
    #[on(started)]
    fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add("boss started");
        for make in &self.children {
            ctx.spawn(make.producer());
        }
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.log.add("boss stopped");
    }

    #[on(child_failed)]
    fn child_failed(&mut self, event: ChildFailed) {
        let text = event.failure.root_cause().text().to_owned();
        self.log.add(format!(
            "told: {text}: {} {}",
            event.directive,
            event.failure.count()
        ));
    }

    #[handler]
    fn child(&self, Child(at): Child, ctx: &mut Ctx<Self>) -> AnyActorRef {
        ctx.children()[at].clone()
    }

    #[handler]
    fn spawn(&mut self, Spawn(make, kind): Spawn, ctx: &mut Ctx<Self>) -> ActorRef<Worker> {
        ctx.spawn(Props::new(make.producer()).kind(kind))
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }

    #[handler]
    fn life(&self, _: Life) {}
}

/// A supervisor with these rules.
pub fn boss(system: &ActorSystem, log: &Log, rules: Supervision) -> ActorRef<Boss> {
    let log = log.clone();
    let make = move || Boss {
        log: log.clone(),
        children: Vec::new(),
    };
    system.spawn(Props::new(make).supervise_children(rules))
}

/// A child of the boss, started.
pub async fn hire(boss: &ActorRef<Boss>, make: &Make) -> ActorRef<Worker> {
    let hired = boss.ask(Spawn(make.clone(), ChildKind::Transient)).await;
    let hired = hired.unwrap();
    hired.started().await.unwrap();
    hired
}
