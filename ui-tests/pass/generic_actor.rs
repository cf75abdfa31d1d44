//! Generic actors: bounds, where clauses, const generics, defaults, unused parameters.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::marker::PhantomData;

struct Put<K, V>(K, V);
struct Find<K>(K);
struct Len;

#[actor(mailbox = unbounded)]
struct Cache<K, V = String, const N: usize = 4>
where
    K: Eq,
{
    entries: HashMap<K, V>,
}

impl<K: Eq + Hash, V, const N: usize> Default for Cache<K, V, N> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
        }
    }
}

#[actor]
impl<K: Eq + Hash + Send + 'static, V, const N: usize> Cache<K, V, N>
where
    V: Clone + Send + Sync + 'static,
{
    #[handler]
    fn put(&mut self, msg: Put<K, V>) -> Option<V> {
        self.entries.insert(msg.0, msg.1)
    }

    #[handler]
    async fn find(&mut self, msg: Find<K>, _ctx: &mut Ctx<Self>) -> Result<V, String> {
        tokio::task::yield_now().await;
        self.entries.get(&msg.0).cloned().ok_or_else(|| "missing".to_owned())
    }

    #[handler]
    fn numbers(&self, msg: [u8; N]) -> usize {
        msg.len()
    }

    #[handler]
    fn len(&self, _: Len) -> usize {
        self.entries.len()
    }
}

#[actor]
struct Tagged<T> {
    tag: PhantomData<fn() -> T>,
}

#[actor]
impl<T: Display + 'static> Tagged<T> {
    #[handler]
    async fn len(&self, _: Len) -> usize {
        tokio::task::yield_now().await;
        size_of_val(&self.tag)
    }
}

#[actor]
struct Fixed<T>(T);

#[actor]
impl Fixed<u8> {
    #[handler]
    fn len(&self, _: Len) -> usize {
        usize::from(self.0)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let cache = system.spawn(Cache::<&'static str, u8, 2>::default);
    assert_eq!(cache.ask(Put("one", 1)).await?, None);
    assert_eq!(cache.ask(Find("one")).await?, Ok(1));
    assert_eq!(cache.ask(Find("two")).await?, Err("missing".to_owned()));
    assert_eq!(cache.ask([1, 2]).await?, 2);
    assert_eq!(cache.ask(Len).await?, 1);
    let tagged = system.spawn(|| Tagged::<String> { tag: PhantomData });
    assert_eq!(tagged.ask(Len).await?, 0);
    let fixed = system.spawn(|| Fixed(7));
    assert_eq!(fixed.ask(Len).await?, 7);
    drop(system.shutdown().await);
    Ok(())
}
