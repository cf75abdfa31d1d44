//! The idea: let it fail. Workers add up what stands in a folder of JSON lines; some of the lines are bad. A
//! worker that panics on one is made anew, with its mail, after a wait that grows; one whose sums have
//! become nonsense is stopped, and its supervisor takes another one on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actor::prelude::*;
use actor::{Backoff, ChildFailed, Directive, StopReason, Supervision};
use thiserror::Error;

const WORKERS: usize = 3;

/// One line of one file.
struct Line(String);
struct Total;
/// A file is read; the reply is how many lines went to the workers.
struct Read(PathBuf);

/// The state of a worker makes no sense any more: better none than a wrong one.
#[derive(Debug, Error)]
#[error("the sum is {0:e}")]
struct Corrupt(f64);

/// Adds up the amounts.
#[actor(mailbox = 10_000)]
#[derive(Default)]
struct Worker {
    sum: f64,
    lines: u32,
}

#[actor]
impl Worker {
    #[handler(fails)]
    fn line(&mut self, Line(text): Line) -> Result<(), Corrupt> {
        let line: serde_json::Value = serde_json::from_str(&text).expect("a line of JSON");
        let amount = line["amount"].as_f64().expect("an amount");
        self.sum += amount;
        self.lines += 1;
        // What is too large for the sum to be exact spoils it for good.
        if self.sum.abs() > 1e15 {
            return Err(Corrupt(self.sum));
        }
        Ok(())
    }

    #[handler]
    fn total(&self, _: Total) -> (f64, u32) {
        (self.sum, self.lines)
    }

    #[on(restarting)]
    fn restarting(&mut self) {
        println!(
            "  (what it had is gone: {} lines, {})",
            self.lines, self.sum
        );
    }
}

/// Has the workers, and gives each its lines.
#[actor]
#[derive(Default)]
struct Office {
    workers: Vec<ActorRef<Worker>>,
    next: usize,
}

#[actor]
impl Office {
    #[on(started)]
    fn open(&mut self, ctx: &mut Ctx<Self>) {
        for _ in 0..WORKERS {
            self.hire(ctx);
        }
    }

    #[handler]
    async fn read(&mut self, Read(file): Read) -> io::Result<usize> {
        let text = tokio::fs::read_to_string(file).await?;
        let mut lines = 0;
        for line in text.lines() {
            let worker = &self.workers[self.next % self.workers.len()];
            self.next += 1;
            // A worker that has just stopped gives the line back.
            if worker.tell_wait(Line(line.to_owned())).await.is_ok() {
                lines += 1;
            }
        }
        Ok(lines)
    }

    #[handler]
    async fn total(&mut self, _: Total) -> (f64, u32) {
        let (mut sum, mut lines) = (0.0, 0);
        for worker in &self.workers {
            if let Ok((own, count)) = worker.ask(Total).await {
                sum += own;
                lines += count;
            }
        }
        (sum, lines)
    }

    #[on(child_failed)]
    fn child_failed(&mut self, event: ChildFailed) {
        let (child, cause) = (event.child.id(), event.failure.text());
        match event.directive {
            Directive::Restart => println!("{child}: {cause} -> restart in {:?}", event.delay),
            directive => println!("{child}: {cause} -> {directive}"),
        }
    }

    #[on(terminated)]
    fn gone(&mut self, event: Terminated, ctx: &mut Ctx<Self>) {
        self.workers.retain(|worker| worker.pid() != *event.pid());
        if matches!(event.reason(), StopReason::Failed(_)) {
            println!("{} is gone, another one comes", event.pid().id());
            self.hire(ctx);
        }
    }
}

impl Office {
    fn hire(&mut self, ctx: &mut Ctx<Self>) {
        let worker = ctx.spawn(Worker::default);
        ctx.watch(&worker);
        self.workers.push(worker);
    }
}

/// Four files of a hundred lines, of which some are bad.
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for file in 0..4 {
        let mut text = String::new();
        for line in 0..100 {
            text += &match (file, line) {
                (0, 50) => "{ this is no JSON".to_owned(),
                (1, 20) => r#"{"amount": "many"}"#.to_owned(),
                (2, 70) => r#"{"amount": 1e300}"#.to_owned(),
                _ => format!(r#"{{"amount": {line}.25}}"#),
            };
            text.push('\n');
        }
        fs::write(folder.join(format!("{file}.jsonl")), text)?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("supervision-{}", std::process::id()));
    make(&folder)?;

    let rules = Supervision::one_for_one()
        .restarts(5, Duration::from_secs(10))
        .backoff(Backoff::new(Duration::from_millis(20)))
        .on::<Corrupt>(Directive::Stop);
    let system = ActorSystem::new("supervision")?;
    let office = Props::new(Office::default).supervise_children(rules);
    let office = system.spawn_named("office", office)?;

    let mut read = 0;
    for file in 0..4 {
        let file = folder.join(format!("{file}.jsonl"));
        read += office.ask(Read(file)).await??;
    }
    // Who waits for its restart answers after it.
    let (sum, lines) = office.ask(Total).await?;
    println!("{read} lines were told; {lines} are in the sum of {sum}\n");
    println!("{}\n", system.tree());

    system.shutdown().await;
    fs::remove_dir_all(&folder)?;
    let stats = system.stats();
    println!(
        "sent {} = handled {} + failed {} + refused {} + dead letters {}: {}",
        stats.sent,
        stats.handled,
        stats.failed,
        stats.refused,
        stats.dead_letters.total(),
        stats.is_balanced()
    );
    Ok(())
}
