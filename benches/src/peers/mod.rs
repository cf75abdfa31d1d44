//! The same work done with each framework that a user might take instead. Feature `peers`.

pub mod actix;
pub mod actor;
pub mod kameo;
pub mod kanal;
pub mod ractor;
pub mod tokio;

use std::future::Future;
use std::time::{Duration, Instant};

/// One framework: a counter, a ring and a tree of actors, written as its own documents advise.
pub trait Peer: Copy + Send + Sync + 'static {
    /// A reference to a counter.
    type Counter: Clone + Send + Sync + 'static;

    /// Its name in the table.
    const NAME: &'static str;

    /// Runs on two threads.
    fn run<T>(future: impl Future<Output = T>) -> T {
        ::tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(future)
    }

    /// A counter without a bound on its mail.
    fn counter() -> impl Future<Output = Self::Counter> + Send;
    /// Adds, and does not wait.
    fn add(counter: &Self::Counter, n: u64);
    /// Asks for the total.
    fn total(counter: &Self::Counter) -> impl Future<Output = u64> + Send;
    /// Ends it behind its mail.
    fn end(counter: Self::Counter) -> impl Future<Output = ()> + Send;
    /// A ball goes `hops` times from one to the next of `size` in a ring.
    fn ring(size: usize, hops: u64) -> impl Future<Output = Duration> + Send;
    /// A tree with ten children each down to `leaves`, whose numbers are summed upward.
    fn skynet(leaves: u64) -> impl Future<Output = u64> + Send;
}

/// `messages` in all from `producers` at once.
pub async fn tell<P: Peer>(producers: u64, messages: u64) -> Duration {
    let counter = P::counter().await;
    let began = Instant::now();
    let tasks: Vec<_> = (0..producers)
        .map(|_| {
            let counter = counter.clone();
            ::tokio::spawn(async move {
                for n in 0..messages / producers {
                    P::add(&counter, n & 1);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a producer");
    }
    assert_eq!(P::total(&counter).await, messages / 2);
    let took = began.elapsed();
    P::end(counter).await;
    took
}

/// `requests` in all from `askers` at once, each one after the other.
pub async fn ask<P: Peer>(askers: u64, requests: u64) -> Duration {
    let counter = P::counter().await;
    let began = Instant::now();
    let tasks: Vec<_> = (0..askers)
        .map(|_| {
            let counter = counter.clone();
            ::tokio::spawn(async move {
                for _ in 0..requests / askers {
                    assert_eq!(P::total(&counter).await, 0);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("an asker");
    }
    let took = began.elapsed();
    P::end(counter).await;
    took
}

/// Makes `count` counters, one message each, and ends them.
pub async fn spawn<P: Peer>(count: u64) -> Duration {
    ::tokio::spawn(async move {
        let began = Instant::now();
        let mut all = Vec::new();
        for _ in 0..count {
            let counter = P::counter().await;
            P::add(&counter, 1);
            all.push(counter);
        }
        for counter in all {
            P::end(counter).await;
        }
        began.elapsed()
    })
    .await
    .expect("it spawns")
}

/// `each` messages to each of `actors`.
pub async fn fan_out<P: Peer>(actors: u64, each: u64) -> Duration {
    ::tokio::spawn(async move {
        let mut all = Vec::new();
        for _ in 0..actors {
            all.push(P::counter().await);
        }
        let began = Instant::now();
        for _ in 0..each {
            for counter in &all {
                P::add(counter, 1);
            }
        }
        for counter in &all {
            assert_eq!(P::total(counter).await, each);
        }
        let took = began.elapsed();
        for counter in all {
            P::end(counter).await;
        }
        took
    })
    .await
    .expect("it fans out")
}

/// How long the tree takes.
pub async fn skynet<P: Peer>(leaves: u64) -> Duration {
    let began = Instant::now();
    assert_eq!(P::skynet(leaves).await, leaves * (leaves - 1) / 2);
    began.elapsed()
}
