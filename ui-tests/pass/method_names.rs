//! Methods with the names of generated items and of popular trait methods.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

use std::fmt::Write as _;

trait Get: Sized {
    fn get(self, _: u8) -> u16 {
        0
    }
}

impl Get for &mut Counter {}

#[actor]
struct Counter {
    dispatch: String,
}

#[actor]
impl Counter {
    #[handler]
    fn get(&self, msg: u8) -> u8 {
        msg
    }

    #[handler]
    fn dispatch(&mut self, msg: u16) -> bool {
        write!(self.dispatch, "{msg}").is_ok()
    }

    #[handler]
    fn wrap(&self, _: u32) {}

    #[handler]
    async fn start(&self, _: u64) {}

    #[handler]
    fn on_started(&self, _: i8) {}

    #[handler]
    fn meta(&self, _: i16) {}

    #[handler]
    fn clone(&self, _: i32) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let counter = system.spawn(|| Counter { dispatch: String::new() });
    let mut own = Counter { dispatch: String::new() };
    assert_eq!(Get::get(&mut own, 1), 0);
    assert_eq!(counter.ask(3_u8).await?, 3);
    assert!(counter.ask(3_u16).await?);
    counter.tell(3_u32)?;
    counter.tell(3_u64)?;
    counter.tell(3_i8)?;
    counter.tell(3_i16)?;
    counter.tell(3_i32)?;
    drop(system.shutdown().await);
    Ok(())
}
