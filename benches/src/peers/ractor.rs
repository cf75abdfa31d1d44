//! Ractor.

use std::time::{Duration, Instant};

use ::ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
use tokio::sync::oneshot;

use super::Peer;

/// Ractor.
#[derive(Clone, Copy)]
pub struct Ractor;

type Handled = Result<(), ActorProcessingErr>;

struct Counter;

/// What a counter takes.
pub enum Msg {
    /// Adds.
    Add(u64),
    /// Asks for the total.
    Get(RpcReplyPort<u64>),
}

impl Actor for Counter {
    type Msg = Msg;
    type State = u64;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Msg>, (): ()) -> Result<u64, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(&self, _: ActorRef<Msg>, message: Msg, total: &mut u64) -> Handled {
        match message {
            Msg::Add(n) => *total += n,
            Msg::Get(reply) => drop(reply.send(*total)),
        }
        Ok(())
    }
}

struct Node;

enum Ball {
    Link(ActorRef<Ball>),
    Ball(u64),
}

impl Actor for Node {
    type Msg = Ball;
    type State = (Option<ActorRef<Ball>>, Option<oneshot::Sender<()>>);
    type Arguments = Option<oneshot::Sender<()>>;

    async fn pre_start(
        &self,
        _: ActorRef<Ball>,
        over: Self::Arguments,
    ) -> Result<Self::State, ActorProcessingErr> {
        Ok((None, over))
    }

    async fn handle(&self, _: ActorRef<Ball>, message: Ball, state: &mut Self::State) -> Handled {
        match (message, &state.0) {
            (Ball::Link(next), _) => state.0 = Some(next),
            (Ball::Ball(0), _) => drop(state.1.take()),
            (Ball::Ball(left), Some(next)) => next.cast(Ball::Ball(left - 1))?,
            (Ball::Ball(_), None) => unreachable!("the ring is closed"),
        }
        Ok(())
    }
}

struct Sky;

enum Sum {
    Start { first: u64, size: u64 },
    Sum(u64),
}

struct SkyState {
    parent: Option<ActorRef<Sum>>,
    result: Option<oneshot::Sender<u64>>,
    left: u64,
    sum: u64,
}

impl SkyState {
    fn done(&mut self, sum: u64, own: &ActorRef<Sum>) -> Handled {
        if let Some(parent) = &self.parent {
            parent.cast(Sum::Sum(sum))?;
        }
        if let Some(result) = self.result.take() {
            assert!(result.send(sum).is_ok());
        }
        own.stop(None);
        Ok(())
    }
}

impl Actor for Sky {
    type Msg = Sum;
    type State = SkyState;
    type Arguments = (Option<ActorRef<Sum>>, Option<oneshot::Sender<u64>>);

    async fn pre_start(
        &self,
        _: ActorRef<Sum>,
        (parent, result): Self::Arguments,
    ) -> Result<SkyState, ActorProcessingErr> {
        Ok(SkyState {
            parent,
            result,
            left: 10,
            sum: 0,
        })
    }

    async fn handle(&self, own: ActorRef<Sum>, message: Sum, state: &mut SkyState) -> Handled {
        match message {
            Sum::Start { first, size: 1 } => state.done(first, &own),
            Sum::Start { first, size } => {
                let size = size / 10;
                for n in 0..10 {
                    let (child, _) = Actor::spawn(None, Sky, (Some(own.clone()), None)).await?;
                    let first = first + n * size;
                    child.cast(Sum::Start { first, size })?;
                }
                Ok(())
            }
            Sum::Sum(sum) => {
                state.sum += sum;
                state.left -= 1;
                match state.left {
                    0 => state.done(state.sum, &own),
                    _ => Ok(()),
                }
            }
        }
    }
}

impl Peer for Ractor {
    type Counter = ActorRef<Msg>;

    const NAME: &'static str = "ractor";

    async fn counter() -> Self::Counter {
        let spawned = Actor::spawn(None, Counter, ()).await;
        spawned.expect("it starts").0
    }

    fn add(counter: &Self::Counter, n: u64) {
        assert!(counter.cast(Msg::Add(n)).is_ok());
    }

    async fn total(counter: &Self::Counter) -> u64 {
        let called = counter.call(Msg::Get, None).await.expect("it lives");
        called.expect("a total")
    }

    async fn end(counter: Self::Counter) {
        assert!(counter.drain_and_wait(None).await.is_ok());
    }

    async fn ring(size: usize, hops: u64) -> Duration {
        let (over, end) = oneshot::channel();
        let mut over = Some(over);
        let mut all = Vec::new();
        for n in 0..size {
            let over = over.take_if(|_| n as u64 == hops % size as u64);
            let spawned = Actor::spawn(None, Node, over).await;
            all.push(spawned.expect("it starts").0);
        }
        for (n, node) in all.iter().enumerate() {
            let next = all[(n + 1) % size].clone();
            assert!(node.cast(Ball::Link(next)).is_ok());
        }
        let began = Instant::now();
        assert!(all[0].cast(Ball::Ball(hops)).is_ok());
        assert!(end.await.is_err());
        let took = began.elapsed();
        for node in all {
            node.stop(None);
        }
        took
    }

    async fn skynet(leaves: u64) -> u64 {
        let (result, sum) = oneshot::channel();
        let spawned = Actor::spawn(None, Sky, (None, Some(result))).await;
        let root = spawned.expect("it starts").0;
        let start = Sum::Start {
            first: 0,
            size: leaves,
        };
        assert!(root.cast(start).is_ok());
        sum.await.expect("a sum")
    }
}
