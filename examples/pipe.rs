//! The idea: an actor that must wait for something lets it run beside itself. The result comes back
//! as a message, and the actor goes on meanwhile.

use std::collections::HashMap;
use std::time::Duration;

use actor::prelude::*;

struct Get(&'static str);
struct Fetched(&'static str, String);

/// Fetches each page once, however many ask for it.
#[actor]
#[derive(Default)]
struct Cache {
    pages: HashMap<&'static str, String>,
    /// Who waits for a page that is on its way.
    waiting: HashMap<&'static str, Vec<Reply<String>>>,
}

#[actor]
impl Cache {
    #[handler]
    fn get(&mut self, msg: Get, reply: Reply<String>, ctx: &mut Ctx<Self>) {
        let name = msg.0;
        if let Some(page) = self.pages.get(name) {
            return reply.send(page.clone());
        }
        let waiting = self.waiting.entry(name).or_default();
        waiting.push(reply);
        if waiting.len() == 1 {
            println!("fetching {name}");
            ctx.pipe(fetch(name), move |page| Fetched(name, page));
        }
    }

    #[handler]
    fn fetched(&mut self, msg: Fetched) {
        let Fetched(name, page) = msg;
        for reply in self.waiting.remove(name).unwrap_or_default() {
            reply.send(page.clone());
        }
        self.pages.insert(name, page);
    }
}

/// Stands for a slow network.
async fn fetch(name: &str) -> String {
    tokio::time::sleep(Duration::from_millis(100)).await;
    format!("the page {name}")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("pipe")?;
    let cache = system.spawn(Cache::default);

    let (first, second, other) = tokio::join!(
        cache.ask(Get("index")),
        cache.ask(Get("index")), // does not fetch it again
        cache.ask(Get("about")), // does not wait for the index
    );
    println!("{}, {}, {}", first?, second?, other?);
    println!("{} without waiting", cache.ask(Get("index")).await?);

    system.shutdown().await;
    Ok(())
}
