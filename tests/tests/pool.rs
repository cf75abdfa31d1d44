//! Pools: each strategy, ends and replacements, and the size that changes.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use actor::prelude::*;
use actor::testkit::{TestSystem, advance, at_rest, settle};
use actor::{Event, Pid, Pool, RouteKey, StopReason, Strategy, TellError, TooManyEnds};
use actor::{PoolRef, PoolStopped, Recipient};
use actor_tests::{Gate, event, on_workers, system};

#[derive(Clone, Debug)]
struct Job(u32);
struct Who;
struct Boom;
struct Leave;
#[derive(Clone)]
struct Hold(Gate);

impl RouteKey for Job {
    type Key = u32;

    fn route_key(&self) -> &u32 {
        &self.0
    }
}

type Done = Arc<Mutex<Vec<(Pid, u32)>>>;

#[actor(mailbox = 2)]
#[derive(Default)]
struct Worker {
    done: Done,
}

#[actor]
impl Worker {
    #[handler]
    fn job(&mut self, job: Job, ctx: &mut Ctx<Self>) -> Pid {
        self.done.lock().unwrap().push((ctx.pid(), job.0));
        ctx.pid()
    }

    #[handler]
    fn who(&mut self, _: Who, ctx: &mut Ctx<Self>) -> Pid {
        ctx.pid()
    }

    #[handler]
    fn boom(&mut self, _: Boom) {
        panic!("boom");
    }

    #[handler]
    fn leave(&mut self, _: Leave, ctx: &mut Ctx<Self>) {
        ctx.stop();
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }
}

fn pool<S: Strategy>(system: &ActorSystem, pool: Pool<S>) -> (PoolRef<Worker, S>, Done) {
    let done = Done::default();
    let theirs = done.clone();
    let pool = system.spawn_pool(pool, move || Worker {
        done: theirs.clone(),
    });
    (pool, done)
}

fn shares(done: &Done) -> Vec<usize> {
    let mut shares = BTreeMap::new();
    for (pid, _) in done.lock().unwrap().iter() {
        *shares.entry(pid.clone()).or_insert(0) += 1;
    }
    shares.into_values().collect()
}

/// All workers are in a handler, with empty mailboxes.
async fn hold<S: Strategy>(pool: &PoolRef<Worker, S>) -> Gate {
    let gate = Gate::default();
    let told = pool.broadcast(Hold(gate.clone()));
    assert!(told.refused.is_empty());
    for _ in 0..told.taken {
        gate.reached().await;
    }
    gate
}

fn open(gate: &Gate, size: usize) {
    (0..size).for_each(|_| gate.open());
}

#[tokio::test(start_paused = true)]
async fn round_robin_gives_each_its_turn() {
    let system = TestSystem::of(actor_tests::system());
    let (pool, done) = pool(&system, Pool::round_robin(3));
    for number in 0..9 {
        pool.ask(Job(number)).await.unwrap();
    }
    assert_eq!(shares(&done), [3, 3, 3]);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn random_gives_all_some_and_repeats_with_the_seed() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let system = ActorSystem::builder("test").seed(seed).build().unwrap();
        let (pool, done) = pool(&system, Pool::random(3));
        for number in 0..300 {
            pool.ask(Job(number)).await.unwrap();
        }
        assert!(shares(&done).iter().all(|share| (60..140).contains(share)));
        let done = done.lock().unwrap().clone();
        runs.push(done.into_iter().map(|(pid, _)| pid).collect::<Vec<_>>());
        system.shutdown().await;
    }
    assert!(runs[0] == runs[1] && runs[0] != runs[2]);
}

#[tokio::test(start_paused = true)]
async fn the_least_loaded_gets_the_next() {
    let system = TestSystem::of(actor_tests::system());
    let props = Pool::least_loaded(3).mailbox(Mailbox::bounded(9));
    let (pool, _) = pool(&system, props);
    let gate = hold(&pool).await;
    let workers = pool.workers();
    for _ in 0..3 {
        workers[0].tell(Job(0)).unwrap();
    }
    workers[1].tell(Job(0)).unwrap();
    // 3, 1, 0 wait: five more make it 3, 3, 3
    for number in 0..5 {
        pool.tell(Job(number)).unwrap();
    }
    let loads: Vec<_> = workers
        .iter()
        .map(|worker| worker.stats().mailbox)
        .collect();
    assert_eq!(loads, [3, 3, 3]);
    open(&gate, 3);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_worker_is_passed_over_and_full_means_all() {
    let system = TestSystem::of(actor_tests::system());
    let (pool, done) = pool(&system, Pool::round_robin(2));
    let gate = hold(&pool).await;
    pool.workers()[0].tell(Job(0)).unwrap();
    pool.workers()[0].tell(Job(0)).unwrap();
    pool.tell(Job(1)).unwrap();
    pool.tell(Job(1)).unwrap();
    let Err(TellError::Full(Job(7))) = pool.tell(Job(7)) else {
        panic!("it is full");
    };
    open(&gate, 2);
    settle().await;
    assert_eq!(done.lock().unwrap().len(), 4);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_key_stays_with_its_worker_and_its_worker_alone() {
    let system = TestSystem::of(actor_tests::system());
    let (pool, _) = pool(&system, Pool::consistent_hash(4));
    let mut homes = HashMap::new();
    for _ in 0..3 {
        for key in 0..200 {
            let home = pool.ask(Job(key)).await.unwrap();
            assert_eq!(homes.entry(key).or_insert(home.clone()), &home);
        }
    }
    assert_eq!(homes.values().collect::<BTreeSet<_>>().len(), 4);
    // a full worker is not passed over
    let gate = hold(&pool).await;
    let own = pool.pick(&Job(5)).unwrap();
    own.tell(Job(5)).unwrap();
    own.tell(Job(5)).unwrap();
    assert!(pool.tell(Job(5)).unwrap_err().is_full());
    open(&gate, 4);
    settle().await;
    // a resize moves about a fifth of the keys, to the new worker
    pool.resize(5).await.unwrap();
    let newest = pool.workers()[4].pid();
    let mut moved = 0;
    for key in 0..200 {
        let home = pool.ask(Job(key)).await.unwrap();
        if home != homes[&key] {
            assert_eq!(home, newest);
            moved += 1;
        }
    }
    assert!((20..60).contains(&moved), "{moved} of 200 keys moved");
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_replaces_a_worker_gets_its_keys() {
    let mut system = TestSystem::of(actor_tests::system());
    let (pool, _) = pool(&system, Pool::consistent_hash(4));
    let mut homes = Vec::new();
    for key in 0..50 {
        homes.push(pool.ask(Job(key)).await.unwrap());
    }
    let gone = pool.workers()[2].clone();
    gone.tell(Boom).unwrap();
    system.expect_failure().await;
    settle().await;
    let new = pool.workers()[2].pid();
    assert_ne!(new, gone.pid());
    for (key, home) in (0..).zip(homes) {
        let expected = if home == gone.pid() { &new } else { &home };
        assert_eq!(&pool.ask(Job(key)).await.unwrap(), expected);
    }
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_fails_or_leaves_is_replaced() {
    let mut system = TestSystem::of(actor_tests::system());
    let (pool, _) = pool(&system, Pool::round_robin(2));
    let before = pool.workers();
    pool.tell(Boom).unwrap();
    system.expect_failure().await;
    pool.tell(Leave).unwrap();
    settle().await;
    let after = pool.workers();
    assert_eq!(after.len(), 2);
    assert!(
        before
            .iter()
            .all(|worker| worker.is_stopped() && !after.contains(worker))
    );
    for _ in 0..4 {
        let who = pool.ask(Who).await.unwrap();
        assert!(who.id().starts_with(&format!("{}/", pool.pid().id())));
    }
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn while_a_worker_is_replaced_its_pool_is_full_and_not_stopped() {
    let system = TestSystem::of(actor_tests::system());
    let (pool, _) = pool(&system, Pool::round_robin(1));
    settle().await;
    pool.workers()[0].kill();
    assert!(pool.tell(Who).unwrap_err().is_full());
    pool.tell_wait(Job(1)).await.unwrap();
    settle().await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn more_than_ten_ends_in_ten_seconds_end_the_pool() {
    let mut system = TestSystem::of(actor_tests::system());
    system.allow_failures();
    let (pool, _) = pool(&system, Pool::round_robin(3));
    // eleven, but never more than ten within ten seconds
    for _ in 0..11 {
        pool.tell(Boom).unwrap();
        advance(Duration::from_millis(1_001)).await;
    }
    assert!(!pool.is_stopped());
    for _ in 0..10 {
        let _ = pool.tell(Boom);
        settle().await;
    }
    let StopReason::Failed(failure) = pool.stopped().await else {
        panic!("it did not fail");
    };
    assert!(failure.downcast_ref::<TooManyEnds>().is_some());
    assert!(failure.text().contains("boom"), "{failure}");
    assert!(pool.tell(Who).unwrap_err().is_stopped());
    assert_eq!(pool.resize(9).await, Err(PoolStopped));
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_shrinks_a_pool_loses_no_message() {
    let system = TestSystem::of(actor_tests::system());
    let (pool, done) = pool(&system, Pool::round_robin(4));
    let gate = hold(&pool).await;
    for number in 0..8 {
        pool.tell(Job(number)).unwrap();
    }
    pool.resize(0).await.unwrap();
    assert_eq!(pool.size(), 1, "at least one");
    open(&gate, 4);
    settle().await;
    assert_eq!(done.lock().unwrap().len(), 8);
    assert_eq!(system.stats().actors, 2, "the keeper and one worker");
    assert_eq!(at_rest(&system).dead_letters.total(), 0);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_tells_who_took_it() {
    let system = TestSystem::of(actor_tests::system());
    let (pool, done) = pool(&system, Pool::random(3));
    let gate = hold(&pool).await;
    let full = pool.workers()[1].clone();
    full.tell(Job(0)).unwrap();
    full.tell(Job(0)).unwrap();
    let told = pool.broadcast(Job(1));
    assert_eq!(told.taken, 2);
    assert!(matches!(told.refused[..], [TellError::Full(Job(1))]));
    open(&gate, 3);
    settle().await;
    assert_eq!(done.lock().unwrap().len(), 4);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_at_a_worker_that_ends_goes_on_to_another() {
    let mut system = TestSystem::of(actor_tests::system());
    system.allow_dead_letters();
    let (pool, done) = pool(&system, Pool::round_robin(2));
    let gate = hold(&pool).await;
    for number in 0..4 {
        pool.tell(Job(number)).unwrap();
    }
    let waiting = {
        let pool = pool.clone();
        tokio::spawn(async move { pool.tell_wait(Job(9)).await })
    };
    settle().await;
    // whichever it waits at
    pool.workers().iter().for_each(ActorRef::kill);
    assert!(waiting.await.unwrap().is_ok());
    settle().await;
    let done = done
        .lock()
        .unwrap()
        .iter()
        .filter(|(_, job)| *job == 9)
        .count();
    assert_eq!(done, 1);
    open(&gate, 2);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_when_the_pool_ends_and_gives_its_place_up() {
    let mut system = TestSystem::of(actor_tests::system());
    system.allow_dead_letters();
    let (pool, _) = pool(&system, Pool::round_robin(1));
    let gate = hold(&pool).await;
    pool.tell(Job(0)).unwrap();
    pool.tell(Job(1)).unwrap();
    let given_up = tokio::time::timeout(Duration::from_millis(5), pool.tell_wait(Job(2)));
    assert!(given_up.await.is_err());
    let waiting = {
        let pool = pool.clone();
        tokio::spawn(async move { pool.tell_wait(Job(3)).await })
    };
    settle().await;
    pool.stop();
    assert!(waiting.await.unwrap().unwrap_err().is_stopped());
    open(&gate, 1);
    pool.stopped().await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn poison_ends_a_pool_behind_its_mail() {
    let system = TestSystem::of(actor_tests::system());
    let (pool, done) = pool(&system, Pool::round_robin(2));
    let gate = hold(&pool).await;
    for number in 0..4 {
        pool.tell(Job(number)).unwrap();
    }
    pool.poison();
    assert!(pool.tell(Job(9)).unwrap_err().is_stopped());
    open(&gate, 2);
    assert!(matches!(pool.stopped().await, StopReason::Stopped));
    assert_eq!(done.lock().unwrap().len(), 4);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_pool_is_a_recipient_and_can_be_watched() {
    let system = TestSystem::of(actor_tests::system());
    let (pool, done) = pool(&system, Pool::consistent_hash(2));
    let told: Recipient<Job> = pool.clone().into();
    let asked: Recipient<Job, Pid> = pool.clone().into();
    told.tell(Job(1)).unwrap();
    told.tell_wait(Job(1)).await.unwrap();
    settle().await;
    let home = asked.ask(Job(1)).await.unwrap();
    assert!(done.lock().unwrap().iter().all(|(pid, _)| *pid == home));
    assert_eq!(told.pid(), pool.pid());
    let mut probe = system.probe();
    probe.watch(&pool).await;
    pool.stop_and_wait().await;
    probe.expect_terminated(&pool).await;
    assert!(told.tell(Job(1)).unwrap_err().is_stopped());
    system.finish().await;
}

struct Spread(u32);

#[actor]
#[derive(Default)]
struct Owner {
    pool: Option<PoolRef<Worker>>,
}

#[actor]
impl Owner {
    #[on(started)]
    fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.pool = Some(ctx.spawn_pool(Pool::round_robin(2), Worker::default));
    }

    #[handler]
    async fn spread(&mut self, Spread(count): Spread) -> Option<Pid> {
        let pool = self.pool.as_ref()?;
        for number in 0..count {
            pool.ask(Job(number)).await.ok()?;
        }
        Some(pool.pid())
    }
}

#[tokio::test(start_paused = true)]
async fn a_pool_below_an_actor_ends_with_it() {
    let system = TestSystem::of(actor_tests::system());
    let owner = system.spawn_named("owner", Owner::default).unwrap();
    let pool = owner.ask(Spread(4)).await.unwrap().unwrap();
    assert!(pool.id().starts_with("owner/$"));
    assert_eq!(system.stats().actors, 4);
    owner.stop_and_wait().await;
    assert_eq!(system.stats().actors, 0);
    let late = system.clone();
    system.finish().await;
    let stopped = late.spawn_pool(Pool::random(2), Worker::default);
    assert!(stopped.tell(Who).unwrap_err().is_stopped());
}

/// A worker that asks the pool that it belongs to, and hits itself.
#[actor]
#[derive(Default)]
struct Narcissus {
    own: Option<Recipient<Who, Pid>>,
}

struct Mirror(Recipient<Who, Pid>);
struct Look;

#[actor]
impl Narcissus {
    #[handler]
    fn mirror(&mut self, Mirror(own): Mirror) {
        self.own = Some(own);
    }

    #[handler]
    async fn look(&mut self, _: Look) -> bool {
        match &self.own {
            Some(own) => own.ask(Who).timeout(Duration::from_secs(1)).await.is_ok(),
            None => false,
        }
    }

    #[handler]
    fn who(&mut self, _: Who, ctx: &mut Ctx<Self>) -> Pid {
        ctx.pid()
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadlock_through_a_pool_is_told() {
    let mut system = TestSystem::of(actor_tests::system());
    system.allow_dead_letters();
    let mut events = system.events();
    let pool = system.spawn_pool(Pool::round_robin(1), Narcissus::default);
    pool.tell(Mirror(pool.clone().into())).unwrap();
    let worker = pool.workers()[0].pid();
    let told = event(&mut events, |event| match event {
        Event::Deadlock(deadlock) => Some(deadlock.waits[0].actor.clone()),
        _ => None,
    });
    let (told, looked) = tokio::join!(told, pool.ask(Look));
    assert_eq!(told, worker);
    assert!(!looked.unwrap());
    system.finish().await;
}

/// The keeper may run before all of its first workers are there.
#[test]
fn each_worker_is_kept_from_the_beginning_on() {
    on_workers(4, async {
        let system = system();
        for _ in 0..200 {
            let (pool, _) = pool(&system, Pool::round_robin(3));
            let first = pool.workers();
            first.iter().for_each(ActorRef::kill);
            let replaced = async {
                while pool.workers().iter().any(|worker| first.contains(worker)) {
                    tokio::task::yield_now().await;
                }
            };
            let replaced = tokio::time::timeout(Duration::from_secs(20), replaced);
            assert!(replaced.await.is_ok(), "one is not replaced");
            pool.kill_and_wait().await;
        }
        at_rest(&system);
    });
}

#[test]
fn resizes_and_ends_race_with_many_senders() {
    on_workers(4, async {
        let system = system();
        let (pool, _) = pool(&system, Pool::round_robin(4));
        let senders: Vec<_> = (0..4)
            .map(|n| {
                let pool = pool.clone();
                tokio::spawn(async move {
                    for number in 0..2_000 {
                        match number % 4 {
                            0 => assert!(pool.tell_wait(Job(number)).await.is_ok()),
                            1 => drop(pool.tell(Job(number))),
                            2 => drop(pool.ask(Who).await),
                            _ if number % 500 == 3 && n == 0 => drop(pool.tell(Leave)),
                            _ => drop(pool.broadcast(Job(number))),
                        }
                    }
                })
            })
            .collect();
        for size in (0..200).map(|n| n % 7 + 1) {
            pool.resize(size).await.unwrap();
            tokio::task::yield_now().await;
        }
        for sender in senders {
            sender.await.unwrap();
        }
        pool.poison_and_wait().await;
        let stats = at_rest(&system);
        assert_eq!(stats.actors, 0);
        assert_eq!(stats.failed, 0);
    });
}
