//! The whole actor comes out of a `macro_rules!`, its parts as fragments.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

macro_rules! counter {
    ($(#[$meta:meta])* $vis:vis $name:ident, $state:ty, $mailbox:tt, { $($(#[$mark:meta])* $fvis:vis $method:ident($msg:ty) -> $reply:ty $body:block)* }) => {
        $(#[$meta])*
        #[actor(mailbox = $mailbox)]
        $vis struct $name {
            total: $state,
        }

        #[actor]
        impl $name {
            $(
                $(#[$mark])*
                $fvis fn $method(&mut self, _: $msg) -> $reply $body
            )*

            #[handler]
            async fn add(&mut self, msg: $state, ctx: &mut Ctx<$name>) -> Result<$state, String> {
                tokio::task::yield_now().await;
                ctx.stop();
                self.total += msg;
                Ok(self.total)
            }
        }
    };
}

macro_rules! implement {
    ($ty:ty, $msg:ty, $output:ty, $value:expr) => {
        #[actor]
        impl $ty {
            #[handler]
            fn get(&self, _: $msg) -> $output {
                $value
            }
            #[handler]
            async fn slow(&self, _: ($msg, u8)) -> $output {
                $value
            }
        }
    };
}

struct Get;
struct Reset;

counter!(#[derive(Default)] pub(crate) Counter, i64, 8, {
    #[handler] get(Get) -> u8 { 5 }
    #[handler] pub(crate) reset(Reset) -> () {}
});

#[actor]
struct Two<T>(T);

implement!(Two<Vec<u8>>, Get, Result<u8, String>, Ok(2));

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let counter = system.spawn(Counter::default);
    assert_eq!(counter.ask(Get).await?, 5);
    counter.ask(Reset).await?;
    assert_eq!(counter.ask(3_i64).await?, Ok(3));
    let two = system.spawn(|| Two(vec![1]));
    assert_eq!(two.ask(Get).await?, Ok(2));
    assert_eq!(two.ask((Get, 1)).await?, Ok(2));
    drop(system.shutdown().await);
    Ok(())
}
