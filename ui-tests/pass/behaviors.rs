//! Behaviors in all the forms that they can have.
#![deny(warnings, missing_docs, unused, unreachable_pub)]
#![deny(nonstandard_style, rust_2018_idioms, unused_lifetimes, single_use_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![allow(clippy::unused_async, clippy::unused_self, clippy::missing_panics_doc)]
#![forbid(unsafe_code)]
#![no_implicit_prelude]

use ::actor::prelude::*;

/// A message.
pub struct Call;
/// Another one.
pub struct Look;

/// Names of the language, which generated code must not mean.
#[allow(non_camel_case_types, dead_code)]
mod shadows {
    pub(crate) struct bool;
    pub(crate) struct u8;
    pub(crate) struct str;
    pub(crate) struct Result;
    pub(crate) struct Behavior;
    pub(crate) struct Alive;
    pub(crate) struct Stack;
    pub(crate) struct Vec;
}
#[allow(unused_imports)]
use self::shadows::*;

/// Public, with data.
#[actor(behaviors(Closed, Open(::std::time::Instant), HalfOpen), unhandled = stash, stash = 16, stash_on_restart = drop, idle = "5m")]
pub struct Breaker {
    calls: ::std::primitive::u64,
}

#[actor]
impl Breaker {
    #[handler(in = Closed | HalfOpen)]
    async fn call(&mut self, _: Call, ctx: &mut Ctx<Self>) -> ::std::result::Result<(), ::std::string::String> {
        self.calls += 1;
        ctx.become_(BreakerBehavior::Open(::std::time::Instant::now()));
        ::std::result::Result::Ok(())
    }

    #[handler(in = Open)]
    fn reject(
        &mut self,
        _: Call,
        since: &mut ::std::time::Instant,
        reply: Reply<::std::result::Result<(), ::std::string::String>>,
        ctx: &mut Ctx<Self>,
    ) {
        let _ = (since, ctx.push(BreakerBehavior::HalfOpen), ctx.pop());
        reply.send(::std::result::Result::Err(::std::string::String::new()));
    }

    #[handler]
    fn look(&self, _: Look, ctx: &Ctx<Self>) -> BreakerState {
        ctx.behavior()
    }

    #[on(enter(Open))]
    async fn opened(&mut self, since: &::std::time::Instant, ctx: &mut Ctx<Self>) {
        let _ = (since, ctx);
    }

    #[on(leave(Closed | HalfOpen))]
    fn left(&mut self) -> ::std::result::Result<(), ::std::string::String> {
        ::std::result::Result::Ok(())
    }

    #[on(restarting)]
    fn restarting(&mut self) {}

    #[on(idle)]
    fn idle(&mut self, ctx: &mut Ctx<Self>) {
        ctx.stop();
    }
}

/// Handlers in all behaviors alone: the names are never written in the `impl`.
#[actor(behaviors(Red, Green))]
enum Light {
    #[allow(dead_code)]
    One,
}

#[actor]
impl Light {
    #[handler]
    fn next(&mut self, _: Call, ctx: &mut Ctx<Self>) {
        match ctx.behavior() {
            LightState::Red => ctx.become_(LightBehavior::Green),
            LightState::Green => ctx.become_(LightBehavior::Red),
        }
    }
}

/// Generic, with data that mention a parameter.
#[actor(behaviors(Empty, Full(V)))]
struct Cell<K, V: ::std::clone::Clone> {
    key: K,
    count: ::std::marker::PhantomData<V>,
}

/// Fills the cell.
pub struct Fill<V>(V);

#[actor]
impl<K, V> Cell<K, V>
where
    K: ::std::marker::Send + 'static,
    V: ::std::clone::Clone + ::std::marker::Send + 'static,
{
    #[handler(in = Empty)]
    fn fill(&mut self, msg: Fill<V>, ctx: &mut Ctx<Self>) {
        let _ = (&self.key, &self.count);
        ctx.become_(CellBehavior::Full(msg.0));
    }

    #[handler(in = Full)]
    fn replace(&mut self, msg: Fill<V>, value: &mut V) {
        *value = msg.0;
    }

    #[handler(in = Full)]
    async fn get(&mut self, _: Call, value: &mut V) -> V {
        ::std::clone::Clone::clone(value)
    }

    #[on(leave(Full))]
    fn left(&mut self, _: &mut V) {}
}

/// Generic, with data that mention none.
#[actor(behaviors(Low(::std::primitive::u8), High))]
struct Level<T>(::std::marker::PhantomData<T>);

#[actor]
impl<T: ::std::marker::Send + 'static> Level<T> {
    #[handler(in = Low)]
    fn low(&mut self, _: Call, level: &mut ::std::primitive::u8, ctx: &mut Ctx<Self>) {
        *level += 1;
        let _ = &self.0;
        ctx.become_(LevelBehavior::High);
    }

    #[handler(in = High)]
    fn high(&mut self, _: Look) {}
}

mod apart {
    //! The halves in two modules.

    use ::actor::prelude::*;

    pub(crate) use self::inner::Door;

    pub(crate) mod inner {
        use ::actor::prelude::*;

        struct Key(#[allow(dead_code)] ::std::primitive::u8);

        impl ::std::default::Default for Key {
            fn default() -> Self {
                Key(7)
            }
        }

        #[actor(behaviors(Locked(Key), Unlocked))]
        pub(crate) struct Door;
    }

    #[actor]
    impl inner::Door {
        #[handler(in = Locked)]
        fn unlock(&mut self, _: super::Call, ctx: &mut Ctx<Self>) {
            ctx.become_(inner::DoorBehavior::Unlocked);
        }

        #[handler(in = Unlocked)]
        fn pass(&mut self, _: super::Look) {}
    }
}

mod renamed {
    //! A half that knows its actor by another name.

    use ::actor::prelude::*;

    mod inner {
        use ::actor::prelude::*;

        #[actor(behaviors(r#In, Out))]
        pub(super) struct r#Match;
    }

    use self::inner::{r#Match as Gate, MatchBehavior};

    #[actor]
    impl Gate {
        #[handler(in = r#In | Out)]
        fn call(&mut self, _: super::Call, ctx: &mut Ctx<Self>) {
            ctx.become_(MatchBehavior::r#In);
            ctx.become_(MatchBehavior::Out);
        }
    }

    pub(crate) fn gate(system: &ActorSystem) {
        let _ = system.spawn(|| inner::r#Match);
    }
}

macro_rules! actor_with {
    ($name:ident, $($behavior:ident),*) => {
        #[actor(behaviors($($behavior),*))]
        struct $name;

        #[actor]
        impl $name {
            $(#[handler(in = $behavior)]
            #[allow(non_snake_case)]
            fn $behavior(&mut self, _: Call, ctx: &mut Ctx<Self>) { let _ = ctx.behavior(); })*
        }
    };
}

#[allow(dead_code)]
mod from_a_macro {
    use super::Call;
    use ::actor::prelude::*;

    actor_with!(Switch, On, Off);

    pub(crate) fn switch(system: &ActorSystem) {
        let _ = system.spawn(|| Switch);
        let _ = (SwitchBehavior::On, SwitchBehavior::Off);
    }
}

fn main() {
    let _ = run;
}

async fn run() {
    #[actor(behaviors(Here, There))]
    struct Local;

    #[actor]
    impl Local {
        #[handler(in = Here)]
        fn here(&mut self, _: Call, ctx: &mut Ctx<Self>) {
            ctx.become_(LocalBehavior::There);
        }

        #[handler(in = There)]
        fn there(&mut self, _: Look) -> &'static ::std::primitive::str {
            "there"
        }
    }

    let system = ::actor::ActorSystem::new("pass").unwrap();
    let local = system.spawn(|| Local);
    local.tell(Call).unwrap();
    ::std::assert_eq!(local.ask(Look).await.unwrap(), "there");

    let cell = system.spawn(|| Cell::<::std::primitive::u8, ::std::primitive::u16> {
        key: 1,
        count: ::std::marker::PhantomData,
    });
    cell.tell(Fill(7)).unwrap();
    cell.tell(Fill(8)).unwrap();
    ::std::assert_eq!(cell.ask(Call).await.unwrap(), 8);

    let light = system.spawn(|| Light::One);
    light.tell(Call).unwrap();
    let level = system.spawn(|| Level::<::std::primitive::char>(::std::marker::PhantomData));
    level.tell(Call).unwrap();
    level.ask(Look).await.unwrap();
    let door = system.spawn(|| apart::Door);
    door.tell(Call).unwrap();
    door.ask(Look).await.unwrap();
    renamed::gate(&system);
    from_a_macro::switch(&system);

    ::std::assert_eq!(Breaker::behaviors()[2].name, "HalfOpen");
    let breaker = system.spawn(|| Breaker { calls: 0 });
    breaker.ask(Call).await.unwrap().unwrap();
    ::std::assert!(breaker.ask(Call).await.unwrap().is_err());
    ::std::assert_eq!(breaker.ask(Look).await.unwrap(), BreakerState::Open);
    ::std::assert_eq!(::std::format!("{}", BreakerState::HalfOpen), "HalfOpen");
    ::std::assert_eq!(::std::format!("{:?}", BreakerBehavior::HalfOpen), "HalfOpen");
}
