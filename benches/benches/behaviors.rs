//! What behaviors and an idle time cost a message: `cargo bench -p actor-benches --bench behaviors`
//!
//! Each beside the same actor without; contestants take turns, each figure is a median.

use std::time::{Duration, Instant};

use actor::prelude::*;
use actor_benches::rounds::Bench;

const ROUNDS: usize = 15;
const MESSAGES: u64 = 2_000_000;

struct Total;

macro_rules! messages {
    ($($message:ident),*) => {
        $(struct $message(u64);)*

        /// Tells one of each in turn.
        macro_rules! tell_all {
            ($actor:expr, $number:expr) => {
                $(assert!($actor.tell($message($number)).is_ok());)*
            };
        }
    };
}

messages!(
    M00, M01, M02, M03, M04, M05, M06, M07, M08, M09, M10, M11, M12, M13, M14, M15, M16, M17, M18,
    M19
);

macro_rules! flat {
    ($($name:ident $message:ident),*) => {
        /// Twenty messages, one behavior.
        #[actor(mailbox = unbounded)]
        #[derive(Default)]
        struct Flat { total: u64 }

        #[actor]
        impl Flat {
            $(#[handler] fn $name(&mut self, msg: $message) { self.total += msg.0; })*

            #[handler]
            fn total(&mut self, _: Total) -> u64 { self.total }
        }
    };
}

flat!(
    m00 M00, m01 M01, m02 M02, m03 M03, m04 M04, m05 M05, m06 M06, m07 M07, m08 M08, m09 M09,
    m10 M10, m11 M11, m12 M12, m13 M13, m14 M14, m15 M15, m16 M16, m17 M17, m18 M18, m19 M19
);

macro_rules! behaving {
    ($($low:ident $high:ident $message:ident),*) => {
        /// Twenty messages, ten behaviors, and in each half of them another handler.
        #[actor(mailbox = unbounded, behaviors(B0, B1, B2, B3, B4(u64), B5, B6, B7, B8, B9(u64)))]
        #[derive(Default)]
        struct Behaving { total: u64 }

        #[actor]
        impl Behaving {
            $(
                #[handler(in = B0 | B1 | B2 | B3 | B4)]
                fn $low(&mut self, msg: $message) { self.total += msg.0; }

                #[handler(in = B5 | B6 | B7 | B8 | B9)]
                fn $high(&mut self, msg: $message) { self.total += 2 * msg.0; }
            )*

            #[handler]
            fn total(&mut self, _: Total) -> u64 { self.total }

            #[handler]
            fn go(&mut self, _: Go, ctx: &mut Ctx<Self>) { ctx.become_(BehavingBehavior::B2); }
        }
    };
}

struct Go;

behaving!(
    a00 b00 M00, a01 b01 M01, a02 b02 M02, a03 b03 M03, a04 b04 M04, a05 b05 M05, a06 b06 M06, a07 b07 M07,
    a08 b08 M08, a09 b09 M09, a10 b10 M10, a11 b11 M11, a12 b12 M12, a13 b13 M13, a14 b14 M14, a15 b15 M15,
    a16 b16 M16, a17 b17 M17, a18 b18 M18, a19 b19 M19
);

/// The usual counter, which is told when nothing comes.
#[actor(mailbox = unbounded, idle = "30s")]
#[derive(Default)]
struct Idler {
    total: u64,
}

#[actor]
impl Idler {
    #[handler]
    fn add(&mut self, msg: M00) {
        self.total += msg.0;
    }

    #[handler]
    fn total(&mut self, _: Total) -> u64 {
        self.total
    }

    #[on(idle)]
    fn idle(&mut self) {}
}

/// The same, which is not.
#[actor(mailbox = unbounded)]
#[derive(Default)]
struct Busy {
    total: u64,
}

#[actor]
impl Busy {
    #[handler]
    fn add(&mut self, msg: M00) {
        self.total += msg.0;
    }

    #[handler]
    fn total(&mut self, _: Total) -> u64 {
        self.total
    }
}

fn on_runtime(run: impl Future<Output = Duration>) -> Duration {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(run)
}

/// All are in the mailbox before the first is handled, so that the time is that of the dispatch.
macro_rules! queued {
    ($actor:ty) => {
        on_runtime(async {
            let system = ActorSystem::new("bench").expect("a runtime");
            let (open, gate) = tokio::sync::oneshot::channel::<()>();
            let mut gate = Some(gate);
            let actor = system.spawn(Props::start(move || {
                let gate = gate.take();
                async move {
                    if let Some(gate) = gate {
                        let _ = gate.await;
                    }
                    Ok::<_, std::convert::Infallible>(<$actor>::default())
                }
            }));
            for number in 0..MESSAGES / 20 {
                tell_all!(actor, number);
            }
            let ask = tokio::spawn({
                let actor = actor.clone();
                async move {
                    actor
                        .ask(Total)
                        .timeout(Duration::MAX)
                        .await
                        .expect("it answers")
                }
            });
            tokio::task::yield_now().await;
            let began = Instant::now();
            open.send(()).expect("it waits");
            ask.await.expect("it answers");
            let took = began.elapsed();
            system.shutdown().await;
            took
        })
    };
}

macro_rules! told {
    ($actor:ty) => {
        on_runtime(async {
            let system = ActorSystem::new("bench").expect("a runtime");
            let actor = system.spawn(<$actor>::default);
            let teller = actor.clone();
            let began = Instant::now();
            tokio::spawn(async move {
                for number in 0..MESSAGES {
                    assert!(teller.tell(M00(number)).is_ok());
                }
            })
            .await
            .expect("it tells");
            actor
                .ask(Total)
                .timeout(Duration::MAX)
                .await
                .expect("it answers");
            let took = began.elapsed();
            system.shutdown().await;
            took
        })
    };
}

/// One message at a time: the actor waits between them, which is when the clock is read.
macro_rules! asked {
    ($actor:ty) => {
        on_runtime(async {
            let system = ActorSystem::new("bench").expect("a runtime");
            let actor = system.spawn(<$actor>::default);
            let asker = actor.clone();
            let began = Instant::now();
            tokio::spawn(async move {
                for _ in 0..MESSAGES / 20 {
                    asker.ask(Total).await.expect("it answers");
                }
            })
            .await
            .expect("it asks");
            let took = began.elapsed();
            system.shutdown().await;
            took
        })
    };
}

fn main() {
    Bench::new("dispatch of 20 messages that lie in the mailbox", MESSAGES)
        .with("one behavior", || queued!(Flat))
        .with("ten behaviors, 40 handlers", || queued!(Behaving))
        .run(ROUNDS);
    Bench::new("tell, 1 producer", MESSAGES)
        .with("no idle time", || told!(Busy))
        .with("an idle time is set", || told!(Idler))
        .run(ROUNDS);
    Bench::new("ask, sequential", MESSAGES / 20)
        .with("no idle time", || asked!(Busy))
        .with("an idle time is set", || asked!(Idler))
        .run(ROUNDS);
    println!(
        "\n{} behaviors, as data: {:?}",
        Behaving::behaviors().len(),
        BehavingBehavior::B4(0)
    );
    let _ = (
        Go,
        [
            BehavingBehavior::B0,
            BehavingBehavior::B1,
            BehavingBehavior::B3,
            BehavingBehavior::B5,
            BehavingBehavior::B6,
            BehavingBehavior::B7,
            BehavingBehavior::B8,
            BehavingBehavior::B9(0),
        ],
    );
}
