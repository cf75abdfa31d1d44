//! Messages and actors that are deprecated themselves do not warn in generated code.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

mod old {
    #![allow(deprecated)]

    #[deprecated]
    pub(crate) struct Get;

    #[actor::actor]
    #[deprecated]
    pub(crate) struct Counter;

    #[actor::actor]
    impl Counter {
        #[handler]
        fn get(&self, _: Get) -> u8 {
            1
        }
    }

    pub(crate) async fn use_it(system: &actor::ActorSystem) -> Option<u8> {
        system.spawn(|| Counter).ask(Get).await.ok()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    assert_eq!(old::use_it(&system).await, Some(1));
    drop(system.shutdown().await);
    Ok(())
}
