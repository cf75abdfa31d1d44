//! Random trees, strategies and kinds of children, compared with what the definition says: who is stopped and
//! started because of a failure, and in which order.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::time::Duration;

use actor::prelude::*;
use actor::{AnyActorRef, ChildKind, StopReason, Supervision};
use actor_tests::{Log, Random, at_rest};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    One,
    All,
    Rest,
}

/// A node of the plan: all its incarnations have these children.
#[derive(Clone, Debug)]
struct Plan {
    name: usize,
    strategy: Strategy,
    kind: ChildKind,
    children: Vec<Plan>,
}

struct Fail;
struct ChildAt(usize);

#[actor]
struct Branch {
    plan: Plan,
    log: Log,
}

#[actor]
impl Branch {
    #[on(started)]
    async fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add(format!("+{}", self.plan.name));
        for child in &self.plan.children {
            let child = ctx.spawn(props(child, &self.log));
            // One after the other, so that there is one order.
            child.started().await.unwrap();
        }
    }

    #[on(restarting)]
    fn restarting(&mut self) {
        self.log.add(format!("~{}", self.plan.name));
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.log.add(format!("-{}", self.plan.name));
    }

    #[handler]
    fn fail(&mut self, _: Fail) {
        panic!("as planned");
    }

    #[handler]
    fn child_at(&self, ChildAt(at): ChildAt, ctx: &mut Ctx<Self>) -> AnyActorRef {
        ctx.children()[at].clone()
    }
}

fn props(plan: &Plan, log: &Log) -> Props<Branch> {
    let rules = match plan.strategy {
        Strategy::One => Supervision::one_for_one(),
        Strategy::All => Supervision::all_for_one(),
        Strategy::Rest => Supervision::rest_for_one(),
    };
    let (kind, plan, log) = (plan.kind, plan.clone(), log.clone());
    let make = move || Branch {
        plan: plan.clone(),
        log: log.clone(),
    };
    let rules = rules.restarts(u32::MAX, Duration::from_secs(1));
    Props::new(make).supervise_children(rules).kind(kind)
}

/// The tree as the model knows it: which children are alive.
#[derive(Debug)]
struct Model {
    plan: Plan,
    children: Vec<Model>,
}

impl Model {
    fn start(plan: &Plan, log: &mut Vec<String>) -> Self {
        log.push(format!("+{}", plan.name));
        let children = plan.children.iter().map(|child| Self::start(child, log));
        Self {
            plan: plan.clone(),
            children: children.collect(),
        }
    }

    /// The children stop first, the youngest first.
    fn stop(&self, log: &mut Vec<String>) {
        self.stop_children(log);
        log.push(format!("-{}", self.plan.name));
    }

    fn stop_children(&self, log: &mut Vec<String>) {
        for child in self.children.iter().rev() {
            child.stop(log);
        }
    }

    fn end_incarnation(&self, log: &mut Vec<String>) {
        log.push(format!("~{}", self.plan.name));
        self.stop_children(log);
    }

    /// The child at `failed` fails.
    fn child_fails(&mut self, failed: usize, log: &mut Vec<String>) {
        if self.children[failed].plan.kind == ChildKind::Temporary {
            self.children.remove(failed).stop(log);
            return;
        }
        let affected = match self.plan.strategy {
            Strategy::One => failed..failed + 1,
            Strategy::All => 0..self.children.len(),
            Strategy::Rest => failed..self.children.len(),
        };
        let goes = |child: &Self, at| child.plan.kind == ChildKind::Temporary && at != failed;
        for at in affected.clone().rev() {
            let child = &self.children[at];
            if goes(child, at) {
                child.stop(log);
            } else {
                child.end_incarnation(log);
            }
        }
        let mut at = 0;
        let mut place = 0;
        self.children.retain_mut(|child| {
            let here = place;
            place += 1;
            let stays = !(affected.contains(&here) && goes(child, here));
            if stays && affected.contains(&here) {
                *child = Self::start(&child.plan, log);
            }
            at += usize::from(stays);
            stays
        });
    }

    fn find(&mut self, path: &[usize]) -> &mut Self {
        match path {
            [] => self,
            [at, rest @ ..] => self.children[*at].find(rest),
        }
    }
}

fn plan(random: &mut Random, names: &mut usize, left: &mut usize, depth: usize) -> Plan {
    let name = *names;
    *names += 1;
    let strategy = match random.within(0..3) {
        0 => Strategy::One,
        1 => Strategy::All,
        _ => Strategy::Rest,
    };
    let kind = match random.within(0..5) {
        0 => ChildKind::Temporary,
        1 => ChildKind::Permanent,
        _ => ChildKind::Transient,
    };
    let mut children = Vec::new();
    if depth < 3 {
        for _ in 0..random.within(0..5) {
            if *left == 0 {
                break;
            }
            *left -= 1;
            children.push(plan(random, names, left, depth + 1));
        }
    }
    Plan {
        name,
        strategy,
        kind,
        children,
    }
}

/// Some child of some node, by the places on the way.
fn pick(model: &Model, random: &mut Random) -> Option<Vec<usize>> {
    let mut path = Vec::new();
    let mut here = model;
    while !here.children.is_empty() {
        let at = random.within(0..here.children.len() as u64);
        path.push(usize::try_from(at).unwrap());
        here = &here.children[path[path.len() - 1]];
        if random.within(0..3) == 0 {
            break;
        }
    }
    (!path.is_empty()).then_some(path)
}

/// Lets all tasks run; the clock stands.
async fn settle(log: &Log) {
    let mut before = usize::MAX;
    loop {
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
        let now = log.lines().len();
        if now == before {
            return;
        }
        before = now;
    }
}

async fn case(system: &ActorSystem, seed: u64) {
    let mut random = Random::new(seed);
    let (mut names, mut left) = (0, 49);
    let mut plan = plan(&mut random, &mut names, &mut left, 0);
    plan.kind = ChildKind::Transient;
    let (log, mut expected) = (Log::default(), Vec::new());
    let mut model = Model::start(&plan, &mut expected);
    let top = system.spawn(props(&plan, &log));
    top.started().await.unwrap();
    assert_eq!(log.take(), std::mem::take(&mut expected));
    for _ in 0..3 {
        let Some(path) = pick(&model, &mut random) else {
            break;
        };
        let (failed, parents) = path.split_last().unwrap();
        model.find(parents).child_fails(*failed, &mut expected);
        fail(system, &top, &path).await;
        settle(&log).await;
        compare(&log.take(), &std::mem::take(&mut expected), &plan, seed);
    }
    model.stop(&mut expected);
    assert!(matches!(top.stop_and_wait().await, StopReason::Stopped));
    compare(&log.take(), &expected, &plan, seed);
}

/// What begins, begins in the order of the model, and what is stopped is what the model stops. Who ends does so
/// after its children; those without children in the order of the model, the others as soon as theirs have ended.
fn compare(log: &[String], expected: &[String], plan: &Plan, seed: u64) {
    let begins = |lines: &[String]| -> Vec<String> {
        let begins = lines.iter().filter(|line| !line.starts_with('-'));
        begins.cloned().collect()
    };
    assert_eq!(begins(log), begins(expected), "seed {seed} of {plan:?}");
    let (mut all, mut wanted) = (log.to_vec(), expected.to_vec());
    all.sort();
    wanted.sort();
    assert_eq!(all, wanted, "seed {seed} of {plan:?}");
    let place = |line: String| log.iter().position(|known| *known == line);
    let mut open = vec![plan];
    while let Some(parent) = open.pop() {
        // Restarted, they are gone before it begins again.
        let again = place(format!("~{}", parent.name)).and(place(format!("+{}", parent.name)));
        let end = place(format!("-{}", parent.name)).or(again);
        let mut younger = None;
        for child in parent.children.iter().rev() {
            let own = place(format!("-{}", child.name));
            if own.is_some() && end.is_some() {
                assert!(
                    own < end,
                    "{} after its parent: seed {seed}: {log:?}",
                    child.name
                );
            }
            if child.children.is_empty() && own.is_some() {
                assert!(
                    younger < own,
                    "{} before a younger one: seed {seed}: {log:?}",
                    child.name
                );
                younger = own;
            }
            open.push(child);
        }
    }
}

/// Tells the node at the end of the path to fail.
async fn fail(system: &ActorSystem, top: &ActorRef<Branch>, path: &[usize]) {
    let mut here = top.clone();
    for at in path {
        let child = here.ask(ChildAt(*at)).await.unwrap();
        here = system.lookup(child.pid().id()).unwrap();
    }
    here.tell(Fail).unwrap();
}

fn cases(seeds: std::ops::Range<u64>) {
    std::panic::set_hook(Box::new(|info| {
        if info.payload_as_str() != Some("as planned") {
            eprintln!("{info}");
        }
    }));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let system = runtime.block_on(async { ActorSystem::new("model").unwrap() });
    for seed in seeds {
        runtime.block_on(case(&system, seed));
    }
    runtime.block_on(async { assert!(at_rest(&system).is_balanced()) });
}

#[test]
fn c3_who_is_stopped_and_started_and_in_which_order() {
    cases(0..10_000);
}

#[test]
#[ignore = "row C3 in its long size"]
fn c3_a_hundred_thousand() {
    cases(0..100_000);
}
