//! Tests of actors: probes, a system that notices what a test did not, a clock, injected panics.
//! Feature `testkit`.
//!
//! ```
//! use actor::prelude::*;
//! use actor::testkit::TestSystem;
//!
//! struct Greet(String, Recipient<Greeting>);
//! #[derive(Debug, PartialEq)]
//! struct Greeting(String);
//!
//! #[actor]
//! #[derive(Default)]
//! struct Greeter;
//!
//! #[actor]
//! impl Greeter {
//!     #[handler]
//!     fn greet(&mut self, Greet(name, to): Greet) -> Result<(), actor::TellError<Greeting>> {
//!         to.tell(Greeting(format!("Hello, {name}!")))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // #[tokio::test(start_paused = true)]
//! let system = TestSystem::new();
//! let mut probe = system.probe();
//! let greeter = system.spawn(Greeter::default);
//!
//! greeter.tell(Greet("Ada".into(), probe.recipient()))?;
//! assert_eq!(probe.expect::<Greeting>().await, Greeting("Hello, Ada!".into()));
//! probe.expect_none().await;
//!
//! probe.watch(&greeter).await;
//! greeter.stop();
//! probe.expect_terminated(&greeter).await;
//! system.finish().await;
//! # Ok(())
//! # }
//! ```
//!
//! All waiting is in tokio's time. With `#[tokio::test(start_paused = true)]` it is virtual: a test
//! takes no time, and a deadline is met or missed by what the actors do and not by the machine's load.

mod clock;
mod inject;
mod probe;
mod system;

pub use self::clock::{advance, pause, settle};
pub use self::inject::tell_panicking;
pub use self::probe::Probe;
pub use self::system::{TestSystem, all_events, at_rest, event};
