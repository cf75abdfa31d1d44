//! The same with actors.

use std::time::{Duration, Instant};

use actor::prelude::*;

/// Adds.
pub struct Add(pub u64);
/// Asks for the total.
pub struct Get;

/// The counter that everybody measures.
#[actor]
#[derive(Default)]
pub struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add) {
        self.total += msg.0;
    }

    #[handler]
    fn get(&mut self, _: Get) -> u64 {
        self.total
    }
}

/// A ball, and how many hops are left.
struct Ball(u64);
/// Begin, and say when it is over.
struct Play(u64);

/// Who plays on the other side.
struct Meet(ActorRef<Player>);

#[actor]
#[derive(Default)]
struct Player {
    other: Option<ActorRef<Player>>,
    over: Option<Reply<()>>,
}

#[actor]
impl Player {
    #[handler]
    fn meet(&mut self, msg: Meet) {
        self.other = Some(msg.0);
    }

    #[handler]
    fn play(&mut self, msg: Play, reply: Reply<()>, ctx: &mut Ctx<Self>) {
        self.over = Some(reply);
        assert!(ctx.actor_ref().tell(Ball(msg.0)).is_ok());
    }

    #[handler]
    fn ball(&mut self, msg: Ball) {
        match (&self.other, self.over.take()) {
            (_, Some(over)) if msg.0 <= 1 => over.send(()),
            (Some(other), over) => {
                self.over = over;
                assert!(other.tell(Ball(msg.0 - 1)).is_ok());
            }
            (None, _) => unreachable!("the players have met"),
        }
    }
}

fn system() -> ActorSystem {
    let Ok(system) = ActorSystem::builder("bench")
        .mailbox(Mailbox::unbounded())
        .build()
    else {
        unreachable!("the benchmarks run in a tokio runtime")
    };
    system
}

/// `messages` from each of `producers`.
pub async fn tell(producers: u64, messages: u64) -> Duration {
    let system = system();
    let counter = system.spawn(Counter::default);
    let began = Instant::now();
    let tasks: Vec<_> = (0..producers)
        .map(|_| {
            let counter = counter.clone();
            tokio::spawn(async move {
                for n in 0..messages {
                    assert!(counter.tell(Add(n & 1)).is_ok());
                }
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.is_ok());
    }
    assert_eq!(
        counter.ask(Get).await.ok(),
        Some(producers * (messages / 2))
    );
    let took = began.elapsed();
    system.shutdown().await;
    took
}

/// `messages` one after the other with `tell_wait`, over a bounded mailbox.
pub async fn tell_bounded(capacity: usize, messages: u64) -> Duration {
    let system = system();
    let props = Props::new(Counter::default).mailbox(Mailbox::bounded(capacity));
    let counter = system.spawn(props);
    let began = Instant::now();
    let producer = tokio::spawn(async move {
        for n in 0..messages {
            assert!(counter.tell_wait(Add(n & 1)).await.is_ok());
        }
        loop {
            match counter.ask(Get).await {
                Err(actor::AskError::Full(_)) => tokio::task::yield_now().await,
                total => return total.ok(),
            }
        }
    });
    assert_eq!(producer.await.ok(), Some(Some(messages / 2)));
    let took = began.elapsed();
    system.shutdown().await;
    took
}

/// `requests`, each after the answer to the one before it.
pub async fn ask(requests: u64) -> Duration {
    let system = system();
    let counter = system.spawn(Counter::default);
    let asker = tokio::spawn(async move {
        let began = Instant::now();
        for _ in 0..requests {
            assert_eq!(counter.ask(Get).await.ok(), Some(0));
        }
        began.elapsed()
    });
    let took = asker.await.unwrap_or_default();
    system.shutdown().await;
    took
}

/// One ball between two actors.
pub async fn ping_pong(hops: u64) -> Duration {
    let system = system();
    let (player, wall) = (system.spawn(Player::default), system.spawn(Player::default));
    assert!(player.ask(Meet(wall.clone())).await.is_ok());
    assert!(wall.ask(Meet(player.clone())).await.is_ok());
    let began = Instant::now();
    assert!(player.ask(Play(hops)).await.is_ok());
    let took = began.elapsed();
    system.shutdown().await;
    took
}

/// Makes `count` counters, one message each, and ends them.
pub async fn spawn(count: u64) -> Duration {
    let system = system();
    let began = Instant::now();
    let mut all = Vec::new();
    for _ in 0..count {
        let counter = system.spawn(Counter::default);
        assert!(counter.tell(Add(1)).is_ok());
        counter.poison();
        all.push(counter);
    }
    for counter in all {
        counter.stopped().await;
    }
    let took = began.elapsed();
    system.shutdown().await;
    took
}

/// `count` counters that have nothing to do; with `used`, after one message each.
pub async fn idle(count: usize, used: bool) -> (ActorSystem, Vec<ActorRef<Counter>>) {
    let system = system();
    let all: Vec<_> = (0..count).map(|_| system.spawn(Counter::default)).collect();
    for counter in all.iter().filter(|_| used) {
        assert!(counter.ask(Get).await.is_ok());
    }
    for counter in &all {
        assert!(counter.started().await.is_ok());
    }
    (system, all)
}
