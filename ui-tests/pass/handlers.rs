//! Every form of a handler, without a warning under strict lints.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

struct Add(i64);
struct Get;
struct Slow;
struct Later;
struct Now;
struct Both;
struct Big;
struct Checked(bool);

/// A state.
#[actor(mailbox = 64)]
#[derive(Default)]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    const STEP: i64 = 1;

    fn step(&mut self) {
        self.total += Self::STEP;
    }

    /// Adds.
    #[handler]
    fn add(&mut self, msg: Add) {
        self.total += msg.0;
    }

    #[handler]
    fn get(&self, _: Get) -> i64 {
        self.total
    }

    #[handler]
    async fn slow(&mut self, _: Slow) -> i64 {
        let total = &mut self.total;
        tokio::task::yield_now().await;
        *total += 1;
        *total
    }

    #[handler]
    fn later(&self, _: Later, answer: Reply<i64>) {
        answer.send(self.total);
    }

    #[handler]
    async fn both(&mut self, _: Both, answer: Reply<Result<i64, String>>, context: &mut Ctx<Counter>) {
        tokio::task::yield_now().await;
        answer.send(Ok(self.total));
        context.stop();
    }

    #[handler]
    pub(crate) fn now(&mut self, _: Now, _: &Ctx<Self>) {
        self.step();
    }

    #[handler(boxed)]
    async fn big(&self, _: Big) -> usize {
        let kept = [0_u8; 4096];
        tokio::task::yield_now().await;
        kept.len()
    }

    #[handler(fails, boxed)]
    async fn checked(&self, msg: Checked) -> Result<(), String> {
        tokio::task::yield_now().await;
        if msg.0 { Ok(()) } else { Err("no".to_owned()) }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let counter = system.spawn(Counter::default);
    counter.tell(Add(2))?;
    counter.tell(Now)?;
    assert_eq!(counter.ask(Get).await?, 3);
    assert_eq!(counter.ask(Slow).await?, 4);
    assert_eq!(counter.ask(Later).await?, 4);
    assert_eq!(counter.ask(Big).await?, 4096);
    assert_eq!(counter.ask(Checked(true)).await?, Ok(()));
    assert_eq!(counter.ask(Both).await?, Ok(4));
    drop(system.shutdown().await);
    Ok(())
}
