//! A crate that re-exports the framework under a path of its own.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

mod facade {
    pub(crate) mod inner {
        pub(crate) use actor as framework;
    }
}

struct Get;

#[actor(mailbox = 2, crate = facade::inner::framework)]
struct Counter;

#[actor(crate = crate::facade::inner::framework)]
impl Counter {
    #[handler]
    async fn get(&self, _: Get) -> Result<u8, String> {
        Ok(1)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    assert_eq!(system.spawn(|| Counter).ask(Get).await?, Ok(1));
    drop(system.shutdown().await);
    Ok(())
}
