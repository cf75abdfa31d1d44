//! The idea: an actor can be generic, and so can its messages. `Recipient` hides which actor it is.

use std::collections::HashMap;
use std::hash::Hash;

use actor::prelude::*;

struct Put<K, V>(K, V);
struct Get<K>(K);

#[actor]
struct Store<K, V>
where
    K: Hash + Eq + Send + 'static,
    V: Clone + Send + 'static,
{
    values: HashMap<K, V>,
}

#[actor]
impl<K, V> Store<K, V>
where
    K: Hash + Eq + Send + 'static,
    V: Clone + Send + 'static,
{
    fn new() -> Self {
        let values = HashMap::new();
        Self { values }
    }

    /// Replies with the value that was there before.
    #[handler]
    fn put(&mut self, msg: Put<K, V>) -> Option<V> {
        self.values.insert(msg.0, msg.1)
    }

    #[handler]
    fn get(&self, msg: Get<K>) -> Option<V> {
        self.values.get(&msg.0).cloned()
    }
}

/// Answers the same question from a rule instead of a table.
#[actor]
#[derive(Default)]
struct Squares;

#[actor]
impl Squares {
    #[handler]
    fn get(&self, msg: Get<u32>) -> Option<u64> {
        Some(u64::from(msg.0).pow(2))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("generic")?;

    let ports = system.spawn(Store::<&str, u16>::new);
    ports.tell(Put("http", 80))?;
    let before = ports.ask(Put("http", 8080)).await?;
    println!(
        "http was {before:?} and is {:?}",
        ports.ask(Get("http")).await?
    );

    let cubes = system.spawn(Store::<u32, u64>::new);
    cubes.tell(Put(7, 343))?;
    let squares = system.spawn(Squares::default);
    let all: [Recipient<Get<u32>, Option<u64>>; 2] = [cubes.into(), squares.into()];
    for recipient in &all {
        println!("{recipient:?} answers {:?}", recipient.ask(Get(7)).await?);
    }

    system.shutdown().await;
    Ok(())
}
