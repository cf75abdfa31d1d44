//! What a restart costs: `cargo bench -p actor-benches --bench supervision`
//!
//! Beside an actor that is stopped and another one that is spawned in its place. With the events that nobody reads and the
//! log that nobody takes; contestants take turns, each figure is a median.

use std::time::{Duration, Instant};

use actor::Supervision;
use actor::prelude::*;
use actor_benches::rounds::Bench;

const ROUNDS: usize = 9;
const RESTARTS: u64 = 20_000;

struct Fail;
struct Panic;
struct Get;

#[actor(mailbox = unbounded)]
#[derive(Default)]
struct Worker {
    total: u64,
}

#[actor]
impl Worker {
    #[handler(fails)]
    fn fail(&mut self, _: Fail) -> Result<(), u8> {
        Err(1)
    }

    #[handler]
    fn panic(&mut self, _: Panic) {
        std::panic::panic_any(1_u8);
    }

    #[handler]
    fn get(&mut self, _: Get) -> u64 {
        self.total
    }
}

fn run<F: Future<Output = ()>>(work: impl FnOnce(ActorSystem, ActorRef<Worker>) -> F) -> Duration {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let always = Supervision::one_for_one().restarts(u32::MAX, Duration::ZERO);
        let system = ActorSystem::builder("bench").supervision(always).build();
        let system = system.expect("a runtime");
        let worker = system.spawn(Worker::default);
        let began = Instant::now();
        work(system.clone(), worker).await;
        let took = began.elapsed();
        system.shutdown().await;
        took
    })
}

async fn get(worker: &ActorRef<Worker>) {
    worker
        .ask(Get)
        .timeout(Duration::MAX)
        .await
        .expect("it answers");
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    Bench::new("a new state", RESTARTS)
        .with("stopped, and another one spawned", || {
            run(async |system, mut worker: ActorRef<Worker>| {
                for _ in 0..RESTARTS {
                    worker.stop_and_wait().await;
                    worker = system.spawn(Worker::default);
                }
                get(&worker).await;
            })
        })
        .with("restarted by an operator", || {
            run(async |_, worker: ActorRef<Worker>| {
                for _ in 0..RESTARTS {
                    worker.restart();
                    get(&worker).await;
                }
            })
        })
        .with("restarted after an error", || {
            run(async |_, worker: ActorRef<Worker>| {
                for _ in 0..RESTARTS {
                    assert!(worker.tell(Fail).is_ok());
                }
                get(&worker).await;
            })
        })
        .with("restarted after a panic", || {
            run(async |_, worker: ActorRef<Worker>| {
                for _ in 0..RESTARTS {
                    assert!(worker.tell(Panic).is_ok());
                }
                get(&worker).await;
            })
        })
        .run(ROUNDS);
}
