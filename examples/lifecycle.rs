//! The idea: an actor is told when it starts and when it ends, each once, and never amid a message.

use actor::prelude::*;
use actor::{Directive, Supervision};

struct Write(&'static str);

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct DiskFull;

#[actor]
struct Journal {
    name: &'static str,
    room: usize,
    lines: Vec<&'static str>,
}

#[actor]
impl Journal {
    fn new(name: &'static str, room: usize) -> Self {
        let lines = Vec::new();
        Self { name, room, lines }
    }

    /// Comes before any message. When it fails, the supervisor decides: by default it is tried anew.
    #[on(started)]
    async fn open(&mut self) -> Result<(), DiskFull> {
        println!("{}: opened", self.name);
        if self.room == 0 {
            Err(DiskFull)
        } else {
            Ok(())
        }
    }

    #[handler]
    fn write(&mut self, msg: Write) {
        self.lines.push(msg.0);
    }

    /// Comes when it is to end, while its children still live.
    #[on(stopping)]
    fn last_call(&mut self) {
        println!("{}: ending", self.name);
    }

    /// Comes last, also when the start failed.
    #[on(stopped)]
    async fn close(&mut self) {
        println!("{}: closed with {:?}", self.name, self.lines);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A disk that is full stays so: no use to try again.
    let rules = Supervision::one_for_one().on::<DiskFull>(Directive::Stop);
    let system = ActorSystem::builder("lifecycle")
        .supervision(rules)
        .build()?;

    // `spawn` returns at once. Mail can be sent before the actor has started.
    let journal = system.spawn(|| Journal::new("journal", 80));
    journal.tell(Write("one"))?;
    journal.tell(Write("two"))?;
    journal.started().await?;

    // `stop` ends after the message in hand, `poison` after what is queued, `kill` at once.
    println!("the journal has {}", journal.poison_and_wait().await);
    println!("then: {:?}", journal.tell(Write("three")));

    let full = system.spawn(|| Journal::new("full", 0));
    if let Err(error) = full.started().await {
        println!("{error}");
    }

    system.shutdown().await;
    Ok(())
}
