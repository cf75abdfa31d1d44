//! Actix: actors and senders on the one thread of its system, where it is fastest.

use std::future::Future;
use std::time::{Duration, Instant};

use ::actix::prelude::*;
use tokio::sync::oneshot;

use super::Peer;

/// Actix.
#[derive(Clone, Copy)]
pub struct Actix;

/// The counter.
pub struct Counter(u64);

#[derive(Message)]
#[rtype(result = "()")]
struct Add(u64);

#[derive(Message)]
#[rtype(result = "u64")]
struct Get;

#[derive(Message)]
#[rtype(result = "()")]
struct End;

impl Actor for Counter {
    type Context = Context<Self>;
}

impl Handler<Add> for Counter {
    type Result = ();

    fn handle(&mut self, msg: Add, _: &mut Context<Self>) {
        self.0 += msg.0;
    }
}

impl Handler<Get> for Counter {
    type Result = u64;

    fn handle(&mut self, _: Get, _: &mut Context<Self>) -> u64 {
        self.0
    }
}

impl Handler<End> for Counter {
    type Result = ();

    fn handle(&mut self, _: End, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

struct Node {
    next: Option<Addr<Node>>,
    over: Option<oneshot::Sender<()>>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Link(Addr<Node>);

#[derive(Message)]
#[rtype(result = "()")]
struct Ball(u64);

impl Actor for Node {
    type Context = Context<Self>;
}

impl Handler<Link> for Node {
    type Result = ();

    fn handle(&mut self, msg: Link, _: &mut Context<Self>) {
        self.next = Some(msg.0);
    }
}

impl Handler<Ball> for Node {
    type Result = ();

    fn handle(&mut self, msg: Ball, ctx: &mut Context<Self>) {
        match (msg.0, &self.next) {
            (0, _) => {
                drop(self.over.take());
                ctx.stop();
            }
            (left, Some(next)) => next.do_send(Ball(left - 1)),
            (_, None) => unreachable!("the ring is closed"),
        }
    }
}

struct Sky {
    parent: Option<Addr<Sky>>,
    result: Option<oneshot::Sender<u64>>,
    left: u64,
    sum: u64,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Start {
    first: u64,
    size: u64,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Sum(u64);

impl Actor for Sky {
    type Context = Context<Self>;
}

impl Sky {
    fn done(&mut self, sum: u64, ctx: &mut Context<Self>) {
        if let Some(parent) = &self.parent {
            parent.do_send(Sum(sum));
        }
        if let Some(result) = self.result.take() {
            assert!(result.send(sum).is_ok());
        }
        ctx.stop();
    }
}

impl Handler<Start> for Sky {
    type Result = ();

    fn handle(&mut self, msg: Start, ctx: &mut Context<Self>) {
        if msg.size == 1 {
            return self.done(msg.first, ctx);
        }
        let size = msg.size / 10;
        for n in 0..10 {
            let child = Sky {
                parent: Some(ctx.address()),
                result: None,
                left: 10,
                sum: 0,
            };
            let first = msg.first + n * size;
            child.start().do_send(Start { first, size });
        }
    }
}

impl Handler<Sum> for Sky {
    type Result = ();

    fn handle(&mut self, msg: Sum, ctx: &mut Context<Self>) {
        self.sum += msg.0;
        self.left -= 1;
        if self.left == 0 {
            self.done(self.sum, ctx);
        }
    }
}

impl Peer for Actix {
    type Counter = Addr<Counter>;

    const NAME: &'static str = "actix";

    fn run<T>(future: impl Future<Output = T>) -> T {
        System::new().block_on(future)
    }

    async fn counter() -> Self::Counter {
        Counter(0).start()
    }

    fn add(counter: &Self::Counter, n: u64) {
        counter.do_send(Add(n));
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.send(Get).await.expect("a total")
    }

    async fn end(counter: Self::Counter) {
        assert!(counter.send(End).await.is_ok());
    }

    async fn ring(size: usize, hops: u64) -> Duration {
        let (over, end) = oneshot::channel();
        let mut over = Some(over);
        let mut all = Vec::new();
        for n in 0..size {
            let over = over.take_if(|_| n as u64 == hops % size as u64);
            let node = Node { next: None, over };
            all.push(node.start());
        }
        for (n, node) in all.iter().enumerate() {
            assert!(node.send(Link(all[(n + 1) % size].clone())).await.is_ok());
        }
        let began = Instant::now();
        all[0].do_send(Ball(hops));
        assert!(end.await.is_err());
        began.elapsed()
    }

    async fn skynet(leaves: u64) -> u64 {
        let (result, sum) = oneshot::channel();
        let root = Sky {
            parent: None,
            result: Some(result),
            left: 10,
            sum: 0,
        };
        let root = root.start();
        root.do_send(Start {
            first: 0,
            size: leaves,
        });
        sum.await.expect("a sum")
    }
}
