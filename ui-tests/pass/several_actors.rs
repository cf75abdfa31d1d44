//! Several actors in one module and in functions, some of one name, that handle the same message.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

struct Ping;

#[actor]
struct One;

#[actor]
impl One {
    #[handler]
    fn ping(&self, _: Ping) -> u8 {
        1
    }
}

#[actor]
enum Two {
    Only,
}

#[actor]
impl Two {
    #[handler]
    fn ping(&mut self, _: Ping) -> u8 {
        match self {
            Two::Only => 2,
        }
    }
}

mod other {
    #[actor::actor]
    pub(super) struct One;

    #[actor::actor]
    impl One {
        #[handler]
        fn ping(&self, _: super::Ping) -> u8 {
            3
        }
    }
}

#[actor]
struct Silent;

#[actor]
impl Silent {}

async fn inside(system: &ActorSystem) -> Result<u8, Box<dyn std::error::Error>> {
    #[actor]
    struct One;

    struct Local;

    #[actor]
    impl One {
        #[handler]
        fn ping(&self, _: Ping) -> u8 {
            4
        }

        #[handler]
        fn local(&self, _: Local) {}
    }

    let one = system.spawn(|| One);
    one.tell(Local)?;
    Ok(one.ask(Ping).await?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    assert_eq!(system.spawn(|| One).ask(Ping).await?, 1);
    assert_eq!(system.spawn(|| Two::Only).ask(Ping).await?, 2);
    assert_eq!(system.spawn(|| other::One).ask(Ping).await?, 3);
    assert_eq!(inside(&system).await?, 4);
    drop(system.spawn(|| Silent));
    drop(system.shutdown().await);
    Ok(())
}
