//! Private and crate-visible actors with private messages, and an impl in another module.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

mod state {
    use actor::actor;

    #[actor]
    #[derive(Default)]
    pub(crate) struct Counter {
        pub(crate) total: i64,
    }
}

mod behaviour {
    use super::state;
    pub(crate) struct Add(pub(crate) i64);

    #[actor::actor]
    impl state::Counter {
        #[handler]
        pub(crate) fn add(&mut self, msg: Add) -> i64 {
            self.total += msg.0;
            self.total
        }

        #[actor::handler]
        fn reset(&mut self, _: super::Reset) {
            self.total = 0;
        }
    }
}

struct Reset;

#[actor]
pub(crate) struct Open;

#[actor]
impl Open {
    #[handler]
    fn reset(&self, _: Reset) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let counter = system.spawn(state::Counter::default);
    assert_eq!(counter.ask(behaviour::Add(2)).await?, 2);
    counter.ask(Reset).await?;
    system.spawn(|| Open).ask(Reset).await?;
    drop(system.shutdown().await);
    Ok(())
}
