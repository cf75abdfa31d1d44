//! The baseline: tokio alone, an unbounded channel and a task for each actor.

use std::time::{Duration, Instant};

use ::tokio::sync::{mpsc, oneshot};

use super::Peer;
use crate::bare::Msg;

/// Tokio alone.
#[derive(Clone, Copy)]
pub struct Bare;

/// A counter's channel, and its task's end.
#[derive(Clone)]
pub struct Counter(mpsc::UnboundedSender<Msg>);

enum Sky {
    Sum(u64),
}

fn sky(parent: mpsc::UnboundedSender<Sky>, first: u64, size: u64) {
    ::tokio::spawn(async move {
        if size == 1 {
            assert!(parent.send(Sky::Sum(first)).is_ok());
            return;
        }
        let (own, mut inbox) = mpsc::unbounded_channel();
        for n in 0..10 {
            sky(own.clone(), first + n * (size / 10), size / 10);
        }
        let mut sum = 0;
        for _ in 0..10 {
            let Some(Sky::Sum(n)) = inbox.recv().await else {
                return;
            };
            sum += n;
        }
        assert!(parent.send(Sky::Sum(sum)).is_ok());
    });
}

impl Peer for Bare {
    type Counter = Counter;

    const NAME: &'static str = "tokio";

    async fn counter() -> Counter {
        let (sender, mut inbox) = mpsc::unbounded_channel();
        ::tokio::spawn(async move {
            let mut total = 0;
            while let Some(message) = inbox.recv().await {
                match message {
                    Msg::Add(n) => total += n,
                    Msg::Get(reply) => drop(reply.send(total)),
                }
            }
        });
        Counter(sender)
    }

    fn add(counter: &Counter, n: u64) {
        assert!(counter.0.send(Msg::Add(n)).is_ok());
    }

    async fn total(counter: &Counter) -> u64 {
        let (reply, answer) = oneshot::channel();
        assert!(counter.0.send(Msg::Get(reply)).is_ok());
        answer.await.expect("a total")
    }

    async fn end(counter: Counter) {
        // The answer to a last request shows that all before it is done; then the task ends.
        Self::total(&counter).await;
    }

    async fn ring(size: usize, hops: u64) -> Duration {
        let (over, end) = oneshot::channel::<()>();
        let (first, inbox) = mpsc::unbounded_channel::<u64>();
        let mut inboxes = vec![inbox];
        let mut senders = vec![first.clone()];
        for _ in 1..size {
            let (sender, inbox) = mpsc::unbounded_channel();
            senders.push(sender);
            inboxes.push(inbox);
        }
        let mut over = Some(over);
        for (n, mut inbox) in inboxes.into_iter().enumerate() {
            let next = senders[(n + 1) % size].clone();
            let over = over.take_if(|_| n as u64 == hops % size as u64);
            ::tokio::spawn(async move {
                while let Some(left) = inbox.recv().await {
                    if left == 0 {
                        drop(over);
                        break;
                    }
                    if next.send(left - 1).is_err() {
                        break;
                    }
                }
            });
        }
        let began = Instant::now();
        assert!(first.send(hops).is_ok());
        assert!(end.await.is_err());
        began.elapsed()
    }

    async fn skynet(leaves: u64) -> u64 {
        let (result, mut sum) = mpsc::unbounded_channel();
        sky(result, 0, leaves);
        match sum.recv().await {
            Some(Sky::Sum(sum)) => sum,
            None => 0,
        }
    }
}
