//! The baseline: what one writes with tokio alone.

use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

/// The messages of a hand-written counter.
pub enum Msg {
    /// Adds.
    Add(u64),
    /// Asks for the total.
    Get(oneshot::Sender<u64>),
}

async fn counter(mut inbox: mpsc::UnboundedReceiver<Msg>) {
    let mut total = 0;
    while let Some(message) = inbox.recv().await {
        match message {
            Msg::Add(n) => total += n,
            Msg::Get(reply) => drop(reply.send(total)),
        }
    }
}

fn spawn_counter() -> mpsc::UnboundedSender<Msg> {
    let (sender, inbox) = mpsc::unbounded_channel();
    tokio::spawn(counter(inbox));
    sender
}

async fn total(counter: &mpsc::UnboundedSender<Msg>) -> u64 {
    let (reply, answer) = oneshot::channel();
    assert!(counter.send(Msg::Get(reply)).is_ok());
    answer.await.unwrap_or(0)
}

/// `messages` from each of `producers`.
pub async fn tell(producers: u64, messages: u64) -> Duration {
    let counter = spawn_counter();
    let began = Instant::now();
    let tasks: Vec<_> = (0..producers)
        .map(|_| {
            let counter = counter.clone();
            tokio::spawn(async move {
                for n in 0..messages {
                    assert!(counter.send(Msg::Add(n & 1)).is_ok());
                }
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.is_ok());
    }
    assert_eq!(total(&counter).await, producers * (messages / 2));
    began.elapsed()
}

/// `messages` one after the other, over a bounded channel.
pub async fn tell_bounded(capacity: usize, messages: u64) -> Duration {
    let (sender, mut inbox) = mpsc::channel::<Msg>(capacity);
    tokio::spawn(async move {
        let mut total = 0;
        while let Some(message) = inbox.recv().await {
            match message {
                Msg::Add(n) => total += n,
                Msg::Get(reply) => drop(reply.send(total)),
            }
        }
    });
    let began = Instant::now();
    let producer = tokio::spawn(async move {
        for n in 0..messages {
            assert!(sender.send(Msg::Add(n & 1)).await.is_ok());
        }
        let (reply, answer) = oneshot::channel();
        assert!(sender.send(Msg::Get(reply)).await.is_ok());
        answer.await.unwrap_or(0)
    });
    assert_eq!(producer.await.ok(), Some(messages / 2));
    began.elapsed()
}

/// `requests`, each after the answer to the one before it.
pub async fn ask(requests: u64) -> Duration {
    let counter = spawn_counter();
    let asker = tokio::spawn(async move {
        let began = Instant::now();
        for _ in 0..requests {
            assert_eq!(total(&counter).await, 0);
        }
        began.elapsed()
    });
    asker.await.unwrap_or_default()
}

/// One ball between two tasks.
pub async fn ping_pong(hops: u64) -> Duration {
    let (to_ping, mut ping) = mpsc::unbounded_channel::<u64>();
    let (to_pong, mut pong) = mpsc::unbounded_channel::<u64>();
    let back = to_ping.clone();
    tokio::spawn(async move {
        while let Some(left) = pong.recv().await {
            if back.send(left - 1).is_err() {
                break;
            }
        }
    });
    let began = Instant::now();
    let player = tokio::spawn(async move {
        while let Some(left) = ping.recv().await {
            if left <= 1 || to_pong.send(left - 1).is_err() {
                break;
            }
        }
    });
    assert!(to_ping.send(hops).is_ok());
    assert!(player.await.is_ok());
    began.elapsed()
}

/// Makes `count` counters, one message each, and ends them.
pub async fn spawn(count: u64) -> Duration {
    let began = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..count {
        let (sender, inbox) = mpsc::unbounded_channel();
        let task = tokio::spawn(counter(inbox));
        assert!(sender.send(Msg::Add(1)).is_ok());
        drop(sender);
        tasks.push(task);
    }
    for task in tasks {
        assert!(task.await.is_ok());
    }
    began.elapsed()
}

/// `count` counters that have nothing to do; with `used`, after one message each.
pub async fn idle(count: usize, used: bool) -> Vec<mpsc::UnboundedSender<Msg>> {
    let all: Vec<_> = (0..count).map(|_| spawn_counter()).collect();
    for counter in all.iter().filter(|_| used) {
        total(counter).await;
    }
    all
}
