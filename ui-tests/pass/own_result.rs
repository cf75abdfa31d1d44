//! Results through aliases, with errors of every kind.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

use std::rc::Rc;

struct Opaque;
type Alias<T, E = Opaque> = Result<T, E>;

struct A;
struct B;
struct C;
struct D;

#[actor]
struct Failing;

#[actor]
impl Failing {
    #[handler]
    fn a(&self, _: A) -> Alias<u8> {
        Err(Opaque)
    }

    #[handler(fails)]
    fn b(&self, _: B) -> Alias<u8> {
        Ok(1)
    }

    #[handler]
    fn c(&self, _: C, reply: Reply<Alias<(), std::io::Error>>) {
        reply.send(Ok(()));
    }

    #[handler]
    async fn d(&self, _: D) -> Box<dyn std::error::Error + Send> {
        Box::new(std::fmt::Error)
    }

    #[on(started)]
    fn started(&self) -> Alias<(), Rc<u8>> {
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let failing = system.spawn(|| Failing);
    assert!(failing.ask(A).await?.is_err());
    assert!(failing.ask(B).await?.is_ok());
    assert!(failing.ask(C).await?.is_ok());
    assert_eq!(failing.ask(D).await?.to_string(), std::fmt::Error.to_string());
    drop(system.shutdown().await);
    Ok(())
}
