//! `cfg`, docs, `deprecated`, `allow` and `expect` on a handler, also inside of `cfg_attr`.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

struct Get;
struct Old;
struct Other;
struct Cond;

#[actor]
#[cfg_attr(all(), derive(Default))]
struct Counter {
    total: i64,
}

#[actor]
#[cfg(all())]
#[allow(clippy::unused_self)]
impl Counter {
    #[handler]
    #[cfg(all())]
    fn get(&self, _: Get) -> i64 {
        self.total
    }

    #[handler]
    #[cfg(any())]
    fn get(&self, _: Get) -> String {
        missing()
    }

    #[cfg_attr(all(), cfg(any()))]
    #[handler]
    fn gone(&self, _: Missing) -> Absent {
        missing()
    }

    #[cfg_attr(all(), doc = "documented", cfg(all()), allow(unused_variables))]
    #[handler]
    async fn one(&self, msg: Cond) -> u8 {
        1
    }

    #[cfg(any())]
    #[handler]
    async fn two(&self, msg: Cond) -> u16 {
        missing()
    }

    /// Docs.
    #[handler]
    #[deprecated = "use get"]
    async fn old(&self, _: Old) -> i64 {
        self.total
    }

    #[expect(unused_variables)]
    #[handler]
    fn other(&self, msg: Other) {}

    #[cfg(any())]
    #[on(started)]
    fn begin(&self) {
        missing()
    }

    #[cfg(all())]
    #[on(started)]
    fn begin(&self) {}

    #[cfg(any())]
    #[on(terminated)]
    fn ended(&self, _: Terminated) {}
}

#[actor]
#[cfg(any())]
struct Absent;

#[actor]
#[cfg(any())]
impl Absent {
    #[handler]
    fn get(&self, _: Get) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let counter = system.spawn(Counter::default);
    assert_eq!(counter.ask(Get).await?, 0);
    assert_eq!(counter.ask(Cond).await?, 1);
    counter.tell(Old)?;
    counter.tell(Other)?;
    drop(system.shutdown().await);
    Ok(())
}
