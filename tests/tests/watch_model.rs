//! Row A6: watches, unwatches, ends and failures at random, against a model.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actor::Pid;
use actor::prelude::*;
use actor::testkit::{TestSystem, settle, tell_panicking};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const WATCHERS: usize = 3;
const TARGETS: usize = 4;

/// How often each watcher was told of each target.
type Told = Arc<Mutex<BTreeMap<(usize, Pid), u32>>>;

struct Watch(ActorRef<Target>);
struct Unwatch(ActorRef<Target>);
struct Nothing;

#[actor]
struct Watcher {
    number: usize,
    told: Told,
}

#[actor]
impl Watcher {
    #[handler]
    fn watch(&mut self, Watch(target): Watch, ctx: &mut Ctx<Self>) {
        ctx.watch(&target);
    }

    #[handler]
    fn unwatch(&mut self, Unwatch(target): Unwatch, ctx: &mut Ctx<Self>) {
        ctx.unwatch(&target);
    }

    #[on(terminated)]
    fn gone(&mut self, event: Terminated) {
        let pair = (self.number, event.pid().clone());
        *self.told.lock().unwrap().entry(pair).or_default() += 1;
    }
}

#[actor]
#[derive(Default)]
struct Target;

#[actor]
impl Target {
    #[handler]
    fn nothing(&mut self, _: Nothing) {}
}

#[derive(Clone, Debug)]
enum Op {
    Watch(usize, usize),
    Unwatch(usize, usize),
    Stop(usize),
    Kill(usize),
    Crash(usize),
    /// A new one in the place of a dead one.
    Respawn(usize),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let pair = || (0..WATCHERS, 0..TARGETS);
    let op = prop_oneof![
        4 => pair().prop_map(|(w, t)| Op::Watch(w, t)),
        2 => pair().prop_map(|(w, t)| Op::Unwatch(w, t)),
        1 => (0..TARGETS).prop_map(Op::Stop),
        1 => (0..TARGETS).prop_map(Op::Kill),
        1 => (0..TARGETS).prop_map(Op::Crash),
        2 => (0..TARGETS).prop_map(Op::Respawn),
    ];
    vec(op, 1..200)
}

/// What must have been told.
#[derive(Default)]
struct Model {
    watching: Vec<(usize, Pid)>,
    told: BTreeMap<(usize, Pid), u32>,
}

impl Model {
    fn watch(&mut self, watcher: usize, target: &ActorRef<Target>) {
        let pair = (watcher, target.pid());
        if target.is_stopped() {
            *self.told.entry(pair).or_default() += 1;
        } else if !self.watching.contains(&pair) {
            self.watching.push(pair);
        }
    }

    fn unwatch(&mut self, watcher: usize, target: &ActorRef<Target>) {
        let pair = (watcher, target.pid());
        self.watching.retain(|known| *known != pair);
    }

    fn end(&mut self, target: &ActorRef<Target>) {
        let pid = target.pid();
        for pair in self.watching.extract_if(.., |(_, known)| *known == pid) {
            *self.told.entry(pair).or_default() += 1;
        }
    }
}

async fn play(ops: Vec<Op>) {
    let mut system = TestSystem::of(actor_tests::system());
    system.allow_failures();
    let told = Told::default();
    let watchers: Vec<_> = (0..WATCHERS)
        .map(|number| {
            let told = told.clone();
            system.spawn(Props::once(Watcher { number, told }))
        })
        .collect();
    let mut targets: Vec<_> = (0..TARGETS)
        .map(|_| system.spawn(Target::default))
        .collect();
    let mut model = Model::default();
    settle().await;
    for op in ops {
        match op {
            Op::Watch(w, t) => {
                model.watch(w, &targets[t]);
                watchers[w].ask(Watch(targets[t].clone())).await.unwrap();
            }
            Op::Unwatch(w, t) => {
                model.unwatch(w, &targets[t]);
                watchers[w].ask(Unwatch(targets[t].clone())).await.unwrap();
            }
            Op::Stop(t) => {
                model.end(&targets[t]);
                targets[t].stop_and_wait().await;
            }
            Op::Kill(t) => {
                model.end(&targets[t]);
                targets[t].kill_and_wait().await;
            }
            Op::Crash(t) => {
                model.end(&targets[t]);
                let _ = tell_panicking(&targets[t], Nothing);
                targets[t].stopped().await;
            }
            Op::Respawn(t) if targets[t].is_stopped() => {
                targets[t] = system.spawn(Target::default);
                targets[t].started().await.unwrap();
            }
            Op::Respawn(_) => {}
        }
        // News that is queued is told before the next operation.
        settle().await;
    }
    assert_eq!(*told.lock().unwrap(), model.told);
    system.finish().await;
}

/// A hundred runs of about a hundred operations; `PROPTEST_CASES` sets how many.
#[test]
fn a6_each_live_watch_is_told_exactly_once() {
    std::panic::set_hook(Box::new(|info| {
        if info
            .payload_as_str()
            .is_none_or(|text| !text.contains("injected"))
        {
            eprintln!("{info}");
        }
    }));
    let wanted = std::env::var("PROPTEST_CASES").ok();
    let cases = wanted.and_then(|cases| cases.parse().ok()).unwrap_or(100);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    // The same cases in each run.
    let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_time().start_paused(true).build().unwrap()
    };
    let outcome = runner.run(&ops(), |ops| {
        runtime().block_on(play(ops));
        Ok(())
    });
    outcome.unwrap();
}
