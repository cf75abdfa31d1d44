//! This framework.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use ::actor::prelude::*;
use tokio::runtime::{Handle, Id};
use tokio::sync::oneshot;

use super::Peer;
use crate::ours::{Add, Counter, Get};

/// This framework.
#[derive(Clone, Copy)]
pub struct Ours;

struct Link(ActorRef<Node>);
struct Ball(u64);

#[actor]
struct Node {
    next: Option<ActorRef<Node>>,
    over: Option<oneshot::Sender<()>>,
}

#[actor]
impl Node {
    #[handler]
    fn link(&mut self, msg: Link) {
        self.next = Some(msg.0);
    }

    #[handler]
    fn ball(&mut self, msg: Ball) {
        match (msg.0, &self.next) {
            (0, _) => drop(self.over.take()),
            (left, Some(next)) => assert!(next.tell(Ball(left - 1)).is_ok()),
            (_, None) => unreachable!("the ring is closed"),
        }
    }
}

struct Start {
    first: u64,
    size: u64,
}
struct Sum(u64);

/// A node of the tree.
#[actor]
struct Sky {
    parent: Option<ActorRef<Sky>>,
    result: Option<oneshot::Sender<u64>>,
    left: u64,
    sum: u64,
}

impl Sky {
    fn below(parent: ActorRef<Sky>) -> Self {
        Self {
            parent: Some(parent),
            result: None,
            left: 10,
            sum: 0,
        }
    }

    fn done(&mut self, sum: u64, ctx: &mut Ctx<Self>) {
        if let Some(parent) = &self.parent {
            assert!(parent.tell(Sum(sum)).is_ok());
        }
        if let Some(result) = self.result.take() {
            assert!(result.send(sum).is_ok());
        }
        ctx.stop();
    }
}

#[actor]
impl Sky {
    #[handler]
    fn start(&mut self, msg: Start, ctx: &mut Ctx<Self>) {
        if msg.size == 1 {
            return self.done(msg.first, ctx);
        }
        let size = msg.size / 10;
        for n in 0..10 {
            let child = ctx.system().spawn(Props::once(Sky::below(ctx.actor_ref())));
            let first = msg.first + n * size;
            assert!(child.tell(Start { first, size }).is_ok());
        }
    }

    #[handler]
    fn sum(&mut self, msg: Sum, ctx: &mut Ctx<Self>) {
        self.sum += msg.0;
        self.left -= 1;
        if self.left == 0 {
            self.done(self.sum, ctx);
        }
    }
}

thread_local!(static SYSTEM: RefCell<Option<(Id, ActorSystem)>> = const { RefCell::new(None) });

/// One system for each thread of each runtime; they share nothing that matters here.
fn system() -> ActorSystem {
    SYSTEM.with_borrow_mut(|known| {
        let here = Handle::current().id();
        match known {
            Some((runtime, system)) if *runtime == here => system.clone(),
            _ => {
                let builder = ActorSystem::builder("bench").mailbox(Mailbox::unbounded());
                let system = builder.build().expect("a runtime");
                *known = Some((here, system.clone()));
                system
            }
        }
    })
}

impl Peer for Ours {
    type Counter = ActorRef<Counter>;

    const NAME: &'static str = "actor";

    async fn counter() -> Self::Counter {
        system().spawn(Counter::default)
    }

    fn add(counter: &Self::Counter, n: u64) {
        assert!(counter.tell(Add(n)).is_ok());
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.ask(Get).await.expect("a total")
    }

    async fn end(counter: Self::Counter) {
        counter.poison_and_wait().await;
    }

    async fn ring(size: usize, hops: u64) -> Duration {
        let (over, end) = oneshot::channel();
        let (system, mut over) = (system(), Some(over));
        let last = system.spawn(Props::once(Node {
            next: None,
            over: None,
        }));
        let mut all = vec![last.clone()];
        for n in 1..size {
            let over = over.take_if(|_| n as u64 == hops % size as u64);
            all.push(system.spawn(Props::once(Node { next: None, over })));
        }
        assert!(
            !hops.is_multiple_of(size as u64),
            "the ball ends at another than the first"
        );
        for (n, node) in all.iter().enumerate() {
            assert!(node.ask(Link(all[(n + 1) % size].clone())).await.is_ok());
        }
        let began = Instant::now();
        assert!(last.tell(Ball(hops)).is_ok());
        assert!(end.await.is_err());
        let took = began.elapsed();
        all.iter().for_each(ActorRef::stop);
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
        let root = system().spawn(Props::once(root));
        assert!(
            root.tell(Start {
                first: 0,
                size: leaves
            })
            .is_ok()
        );
        sum.await.expect("a sum")
    }
}
