//! The idea: actors form a tree. Who watches another learns when, and why, it has stopped.

use actor::prelude::*;
use actor::{Directive, Supervision};

struct Divide(u32, u32);
struct Job(u32, u32);
struct Lost;

#[actor]
#[derive(Default)]
struct Worker;

#[actor]
impl Worker {
    #[handler]
    fn divide(&mut self, msg: Divide) {
        println!("{} / {} = {}", msg.0, msg.1, msg.0 / msg.1);
    }
}

/// Keeps one worker, and hires another when it is gone.
#[actor]
#[derive(Default)]
struct Boss {
    worker: Option<ActorRef<Worker>>,
    lost: u32,
    /// Who wants to know when a worker is gone.
    asker: Option<Reply<u32>>,
}

#[actor]
impl Boss {
    #[on(started)]
    fn hire(&mut self, ctx: &mut Ctx<Self>) -> Result<(), actor::SpawnError> {
        // A child stops before its parent does.
        let worker = ctx.spawn_named("worker", Worker::default)?;
        ctx.watch(&worker);
        println!("hired {}", worker.pid().id());
        self.worker = Some(worker);
        Ok(())
    }

    #[handler]
    fn job(&mut self, msg: Job) -> bool {
        let Some(worker) = &self.worker else {
            return false;
        };
        worker.tell(Divide(msg.0, msg.1)).is_ok()
    }

    /// Exactly one comes for each watch. The name is free again by then.
    #[on(terminated)]
    fn gone(&mut self, event: Terminated, ctx: &mut Ctx<Self>) -> Result<(), actor::SpawnError> {
        println!("gone: {}", event.reason());
        self.lost += 1;
        self.hire(ctx)?;
        if let Some(asker) = self.asker.take() {
            asker.send(self.lost);
        }
        Ok(())
    }

    /// Answers later, when there is something to tell.
    #[handler]
    fn lost(&mut self, _: Lost, reply: Reply<u32>) {
        match self.lost {
            0 => self.asker = Some(reply),
            lost => reply.send(lost),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The worker's panic is meant: what is printed of it needs no backtrace.
    std::panic::set_hook(Box::new(|_| {}));

    let system = ActorSystem::new("family")?;
    // By default a worker that fails is made anew. This boss would rather hire another.
    let rules = Supervision::one_for_one().decide(|_| Directive::Stop);
    let boss = Props::new(Boss::default).supervise_children(rules);
    let boss = system.spawn_named("boss", boss)?;

    boss.ask(Job(84, 2)).await?;
    boss.ask(Job(1, 0)).await?; // panics in the worker, and nowhere else
    println!("workers lost: {}", boss.ask(Lost).await?);
    boss.ask(Job(99, 3)).await?;

    // An actor can also be found by its path; its type is checked.
    let worker = system.lookup::<Worker>("boss/worker")?;
    worker.ask(Divide(1024, 2)).await?;

    system.shutdown().await;
    Ok(())
}
