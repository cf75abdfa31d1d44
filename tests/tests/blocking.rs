//! Blocking work beside an actor: its result comes as a message, cancelling keeps it from beginning, and it holds
//! nobody up.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use actor::prelude::*;
use actor::{Event, Stage, StopReason, TaskHandle};
use actor_tests::{Census, Log, Note, Token, at_rest, event, system};

/// Waits for a number on a thread that may block.
struct Block(Receiver<u32>, Token);
struct Blocked(u32);
/// Says on the channel that it runs.
struct Announce(Sender<()>, Token);

/// Left in the mailbox, it is dropped right after the actor's tasks were ended.
struct Leave(Option<Sender<()>>);

impl Drop for Leave {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(drain_blocking_line);
    }
}

#[actor(mailbox = 1)]
struct Worker(Log);

#[actor]
impl Worker {
    #[handler]
    fn block(&mut self, Block(number, token): Block, ctx: &mut Ctx<Self>) -> TaskHandle {
        let work = move || {
            let _token = token;
            let number = number.recv().unwrap_or(0);
            assert_ne!(number, 13, "the work panics");
            number
        };
        ctx.spawn_blocking(work, Blocked)
    }

    #[handler]
    fn announce(&mut self, Announce(runs, token): Announce, ctx: &mut Ctx<Self>) -> TaskHandle {
        let work = move || {
            let _token = token;
            runs.send(()).unwrap();
        };
        ctx.spawn_blocking(work, |()| Blocked(0))
    }

    #[handler]
    fn blocked(&mut self, Blocked(number): Blocked) {
        self.0.add(format!("blocked {number}"));
    }

    #[handler]
    fn leave(&mut self, _: Leave) {}

    #[handler]
    fn note(&mut self, note: Note) {
        self.0.add(note.0);
    }
}

fn worker(system: &ActorSystem, log: &Log) -> ActorRef<Worker> {
    let log = log.clone();
    system.spawn(move || Worker(log.clone()))
}

/// A runtime with one thread for blocking work, which is taken until the sender is dropped.
fn with_its_blocking_thread_taken<F: Future>(test: impl FnOnce(Sender<()>) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (release, taken) = channel::<()>();
    runtime.spawn_blocking(move || taken.recv());
    runtime.block_on(test(release));
}

/// Waits until all blocking work that stands in line is done; nothing else runs meanwhile.
fn drain_blocking_line(release: Sender<()>) {
    let (done, is_done) = channel();
    tokio::task::spawn_blocking(move || done.send(()));
    drop(release);
    is_done.recv_timeout(Duration::from_secs(60)).unwrap();
}

#[tokio::test]
async fn the_result_comes_as_a_message() {
    let (system, log, census) = (system(), Log::default(), Census::default());
    let worker = worker(&system, &log);
    let (number, receiver) = channel();
    let task = worker.ask(Block(receiver, census.token())).await.unwrap();
    worker.ask(Note(1)).await.unwrap(); // it goes on meanwhile
    assert!(!task.is_finished());
    number.send(5).unwrap();
    while log.lines().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(log.lines(), ["1", "blocked 5"]);
    assert!(task.is_finished());
    assert_eq!(census.alive(), 0);
    system.shutdown().await;
    at_rest(&system);
}

#[tokio::test]
async fn a_panic_fails_the_actor() {
    let (system, log, census) = (system(), Log::default(), Census::default());
    let worker = worker(&system, &log);
    let mut events = system.events();
    let (number, receiver) = channel();
    worker.ask(Block(receiver, census.token())).await.unwrap();
    number.send(13).unwrap();
    let failure = event(&mut events, |event| match event {
        Event::Failed(failure) => Some(failure.clone()),
        _ => None,
    });
    let failure = failure.await;
    assert_eq!(failure.stage(), Stage::Blocking);
    assert!(failure.text().contains("the work panics"));
    worker.stopped().await;
    at_rest(&system);
}

#[test]
fn cancelled_before_it_began_it_never_runs() {
    with_its_blocking_thread_taken(|release| async move {
        let (system, log, census) = (system(), Log::default(), Census::default());
        let worker = worker(&system, &log);
        let (runs, ran) = channel();
        let work = Announce(runs, census.token());
        let task = worker.ask(work).await.unwrap();
        for _ in 0..10 {
            tokio::task::yield_now().await; // it stands in line for the thread
        }
        assert_eq!(census.alive(), 1);
        task.cancel();
        drain_blocking_line(release); // the runtime has had no time to take it out of the line
        assert!(ran.try_recv().is_err(), "it ran");
        assert_eq!(census.alive(), 0);
        system.shutdown().await;
        let stats = at_rest(&system);
        assert_eq!(stats.sent, 1, "no result was sent");
        assert!(log.lines().is_empty());
    });
}

#[test]
fn it_does_not_begin_after_the_end_of_its_actor() {
    with_its_blocking_thread_taken(|release| async move {
        let (system, log, census) = (system(), Log::default(), Census::default());
        let worker = worker(&system, &log);
        let (runs, ran) = channel();
        let task = worker.ask(Announce(runs, census.token())).await.unwrap();
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        worker.tell(Leave(Some(release))).unwrap();
        worker.kill_and_wait().await;
        assert!(task.is_finished());
        assert!(ran.try_recv().is_err(), "it ran");
        assert_eq!(census.alive(), 0);
        assert_eq!(at_rest(&system).dead_letters.actor_stopped, 1);
    });
}

#[tokio::test]
async fn what_has_begun_holds_nobody_up() {
    let (system, log, census) = (system(), Log::default(), Census::default());
    let worker = worker(&system, &log);
    let (number, receiver) = channel::<u32>();
    let task = worker.ask(Block(receiver, census.token())).await.unwrap();
    task.cancel();
    assert!(task.is_finished());
    let (second, receiver) = channel::<u32>();
    worker.ask(Block(receiver, census.token())).await.unwrap();
    assert!(matches!(worker.stop_and_wait().await, StopReason::Stopped));
    drop((number, second)); // only now the work can end
    system.shutdown().await;
    let stats = at_rest(&system);
    assert_eq!(stats.sent, 2, "no result was sent");
}
