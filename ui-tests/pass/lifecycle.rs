//! Lifecycle methods: sync and async, fallible, through an alias, with and without a context.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

type Fallible = Result<(), std::fmt::Error>;

#[actor]
struct Session;

#[actor]
impl Session {
    #[on(started)]
    async fn connect(&mut self, ctx: &mut Ctx<Self>) -> Fallible {
        tokio::task::yield_now().await;
        ctx.stop();
        Ok(())
    }

    #[on(stopping)]
    fn ending(&self) {}

    #[on(terminated)]
    fn gone(&mut self, _event: Terminated, _: &mut Ctx<Session>) -> Result<(), String> {
        Ok(())
    }

    #[on(restarting)]
    async fn again(&mut self, _why: Option<actor::Failure>, _: &mut Ctx<Session>) -> Fallible {
        tokio::task::yield_now().await;
        Ok(())
    }

    #[on(child_failed)]
    fn child(&mut self, _event: actor::ChildFailed) {}

    #[on(stopped)]
    async fn flush(&mut self) {
        tokio::task::yield_now().await;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let session = system.spawn(|| Session);
    drop(session);
    drop(system.shutdown().await);
    Ok(())
}
