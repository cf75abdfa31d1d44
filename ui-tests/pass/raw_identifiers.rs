//! Raw identifiers as names of everything.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

#[allow(non_camel_case_types)]
struct r#type;
#[allow(non_camel_case_types)]
struct r#match(u8);

#[actor]
#[allow(non_camel_case_types)]
struct r#struct;

#[actor]
impl r#struct {
    #[handler]
    fn r#type(&self, r#in: r#type) -> u8 {
        let _ = r#in;
        1
    }

    #[handler]
    async fn r#match(&self, r#fn: r#match) -> u8 {
        r#fn.0
    }

    #[on(started)]
    async fn r#loop(&self) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let raw = system.spawn(|| r#struct);
    assert_eq!(raw.ask(r#type).await?, 1);
    assert_eq!(raw.ask(r#match(2)).await?, 2);
    drop(system.shutdown().await);
    Ok(())
}
