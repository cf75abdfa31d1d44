//! Kameo.

use std::time::{Duration, Instant};

use ::kameo::mailbox;
use ::kameo::prelude::*;
use tokio::sync::oneshot;

use super::Peer;

/// Kameo.
#[derive(Clone, Copy)]
pub struct Kameo;

/// The counter.
#[derive(Actor)]
pub struct Counter(u64);
struct Add(u64);
struct Get;

impl Message<Add> for Counter {
    type Reply = ();

    async fn handle(&mut self, msg: Add, _: &mut Context<Self, ()>) {
        self.0 += msg.0;
    }
}

impl Message<Get> for Counter {
    type Reply = u64;

    async fn handle(&mut self, _: Get, _: &mut Context<Self, u64>) -> u64 {
        self.0
    }
}

#[derive(Actor)]
struct Node {
    next: Option<ActorRef<Node>>,
    over: Option<oneshot::Sender<()>>,
}

struct Link(ActorRef<Node>);
struct Ball(u64);

impl Message<Link> for Node {
    type Reply = ();

    async fn handle(&mut self, msg: Link, _: &mut Context<Self, ()>) {
        self.next = Some(msg.0);
    }
}

impl Message<Ball> for Node {
    type Reply = ();

    async fn handle(&mut self, msg: Ball, _: &mut Context<Self, ()>) {
        match (msg.0, &self.next) {
            (0, _) => drop(self.over.take()),
            (left, Some(next)) => assert!(next.tell(Ball(left - 1)).try_send().is_ok()),
            (_, None) => unreachable!("the ring is closed"),
        }
    }
}

#[derive(Actor)]
struct Sky {
    parent: Option<ActorRef<Sky>>,
    result: Option<oneshot::Sender<u64>>,
    left: u64,
    sum: u64,
}

struct Start {
    first: u64,
    size: u64,
}
struct Sum(u64);

impl Sky {
    fn done(&mut self, sum: u64, ctx: &mut Context<Self, ()>) {
        if let Some(parent) = &self.parent {
            assert!(parent.tell(Sum(sum)).try_send().is_ok());
        }
        if let Some(result) = self.result.take() {
            assert!(result.send(sum).is_ok());
        }
        ctx.stop();
    }
}

impl Message<Start> for Sky {
    type Reply = ();

    async fn handle(&mut self, msg: Start, ctx: &mut Context<Self, ()>) {
        if msg.size == 1 {
            return self.done(msg.first, ctx);
        }
        let size = msg.size / 10;
        for n in 0..10 {
            let child = Sky {
                parent: Some(ctx.actor_ref().clone()),
                result: None,
                left: 10,
                sum: 0,
            };
            let child = Sky::spawn_with_mailbox(child, mailbox::unbounded());
            let first = msg.first + n * size;
            assert!(child.tell(Start { first, size }).try_send().is_ok());
        }
    }
}

impl Message<Sum> for Sky {
    type Reply = ();

    async fn handle(&mut self, msg: Sum, ctx: &mut Context<Self, ()>) {
        self.sum += msg.0;
        self.left -= 1;
        if self.left == 0 {
            self.done(self.sum, ctx);
        }
    }
}

impl Peer for Kameo {
    type Counter = ActorRef<Counter>;

    const NAME: &'static str = "kameo";

    async fn counter() -> Self::Counter {
        Counter::spawn_with_mailbox(Counter(0), mailbox::unbounded())
    }

    fn add(counter: &Self::Counter, n: u64) {
        assert!(counter.tell(Add(n)).try_send().is_ok());
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.ask(Get).send().await.expect("a total")
    }

    async fn end(counter: Self::Counter) {
        assert!(counter.stop_gracefully().await.is_ok());
        counter.wait_for_shutdown().await;
    }

    async fn ring(size: usize, hops: u64) -> Duration {
        let (over, end) = oneshot::channel();
        let mut over = Some(over);
        let mut all = Vec::new();
        for n in 0..size {
            let over = over.take_if(|_| n as u64 == hops % size as u64);
            let node = Node { next: None, over };
            all.push(Node::spawn_with_mailbox(node, mailbox::unbounded()));
        }
        for (n, node) in all.iter().enumerate() {
            let next = Link(all[(n + 1) % size].clone());
            assert!(node.ask(next).send().await.is_ok());
        }
        let began = Instant::now();
        assert!(all[0].tell(Ball(hops)).try_send().is_ok());
        assert!(end.await.is_err());
        let took = began.elapsed();
        for node in all {
            node.kill();
        }
        took
    }

    async fn skynet(leaves: u64) -> u64 {
        let (result, sum) = oneshot::channel();
        let root = Sky {
            parent: None,
            result: Some(result),
            left: 10,
            sum: 0,
        };
        let root = Sky::spawn_with_mailbox(root, mailbox::unbounded());
        let start = Start {
            first: 0,
            size: leaves,
        };
        assert!(root.tell(start).try_send().is_ok());
        sum.await.expect("a sum")
    }
}
