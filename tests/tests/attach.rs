//! Streams beside an actor: their messages come beyond the bound, one at a time, and end with it.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use actor::prelude::*;
use actor::{
    DeadLetterReason, Event, Mailbox, Overflow, Stage, StopReason, StreamEvent, TaskHandle,
};
use actor_tests::{Census, Gate, Hold, Log, Note, Token, all_events, at_rest, quiet, system};
use futures_core::Stream;
use tokio::sync::mpsc;

type Items = mpsc::UnboundedSender<Result<u32, &'static str>>;

/// What comes over a channel; counts the items that were asked for and given.
struct Source {
    items: mpsc::UnboundedReceiver<Result<u32, &'static str>>,
    given: Arc<AtomicUsize>,
    _token: Token,
}

impl Stream for Source {
    type Item = Result<u32, &'static str>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = std::task::ready!(self.items.poll_recv(cx));
        assert_ne!(item, Some(Err("panic")), "the stream panics");
        self.given
            .fetch_add(usize::from(item.is_some()), Ordering::SeqCst);
        Poll::Ready(item)
    }
}

struct Attach(Source, &'static str);
struct Come(&'static str, StreamEvent<Result<u32, &'static str>>);
struct Pipe(Gate, Token);
struct Cancel;

#[actor]
struct Watcher {
    log: Log,
    tasks: Vec<TaskHandle>,
}

#[actor]
impl Watcher {
    #[handler]
    fn attach(&mut self, Attach(stream, name): Attach, ctx: &mut Ctx<Self>) -> TaskHandle {
        let task = ctx.attach(stream, move |event| Come(name, event));
        self.tasks.push(task.clone());
        task
    }

    #[handler]
    fn come(&mut self, Come(name, event): Come) {
        let event = match event {
            StreamEvent::Item(Ok(item)) => format!("{name} {item}"),
            StreamEvent::Item(Err(error)) => format!("{name} failed: {error}"),
            StreamEvent::End => format!("{name} ended"),
        };
        self.log.add(event);
    }

    #[handler]
    fn pipe(&mut self, Pipe(gate, token): Pipe, ctx: &mut Ctx<Self>) -> TaskHandle {
        let work = async move {
            let _token = token;
            gate.pass().await;
        };
        ctx.pipe(work, |()| Note(7))
    }

    #[handler]
    fn note(&mut self, note: Note) {
        self.log.add(note.0);
    }

    #[handler]
    fn cancel(&mut self, _: Cancel) {
        self.tasks.drain(..).for_each(|task| task.cancel());
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }
}

/// One watcher, and what its streams do.
struct Scene {
    system: ActorSystem,
    watcher: ActorRef<Watcher>,
    log: Log,
    census: Census,
    given: Arc<AtomicUsize>,
}

impl Scene {
    fn new() -> Self {
        Self::with(Mailbox::bounded(1))
    }

    fn with(mailbox: Mailbox) -> Self {
        let (system, log) = (system(), Log::default());
        let lines = log.clone();
        let watcher = Props::new(move || Watcher {
            log: lines.clone(),
            tasks: Vec::new(),
        });
        let watcher = system.spawn(watcher.mailbox(mailbox));
        Self {
            system,
            watcher,
            log,
            census: Census::default(),
            given: Arc::default(),
        }
    }

    async fn attach(&self, name: &'static str) -> (Items, TaskHandle) {
        let (sender, items) = mpsc::unbounded_channel();
        let (given, _token) = (self.given.clone(), self.census.token());
        let source = Source {
            items,
            given,
            _token,
        };
        let task = self.watcher.ask(Attach(source, name)).await.unwrap();
        (sender, task)
    }

    /// The watcher is in a handler until the gate is opened.
    async fn hold(&self) -> Gate {
        let gate = Gate::default();
        self.watcher.tell(Hold(gate.clone())).unwrap();
        gate.reached().await;
        gate
    }

    fn given(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }

    async fn end(self) {
        self.system.shutdown().await;
        quiet().await;
        at_rest(&self.system);
        assert_eq!(self.census.alive(), 0, "a stream or a future is left");
    }
}

#[tokio::test(start_paused = true)]
async fn the_items_come_in_order_and_then_the_end() {
    let scene = Scene::new();
    let (items, task) = scene.attach("a").await;
    for item in [Ok(1), Err("late"), Ok(2)] {
        items.send(item).unwrap();
    }
    drop(items);
    quiet().await;
    assert_eq!(
        scene.log.lines(),
        ["a 1", "a failed: late", "a 2", "a ended"]
    );
    assert!(task.is_finished());
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn one_item_of_each_stream_waits_whatever_the_bound() {
    let scene = Scene::new();
    let (a, _) = scene.attach("a").await;
    let (b, _) = scene.attach("b").await;
    let gate = scene.hold().await;
    scene.watcher.tell(Note(0)).unwrap();
    for item in 1..=3 {
        a.send(Ok(item)).unwrap();
        b.send(Ok(item)).unwrap();
    }
    quiet().await;
    assert_eq!(scene.watcher.stats().mailbox, 3, "the note and one of each");
    assert_eq!(scene.given(), 2, "no more was asked for");
    gate.open();
    quiet().await;
    let lines = scene.log.lines();
    let of = |name: &str| lines.iter().filter(|line| line.starts_with(name)).count();
    assert_eq!((of("a "), of("b ")), (3, 3));
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn the_next_item_is_asked_for_when_the_last_is_done() {
    let scene = Scene::new();
    let (items, _) = scene.attach("a").await;
    for given in 1..=3 {
        let gate = scene.hold().await;
        items.send(Ok(given)).unwrap();
        items.send(Ok(given)).unwrap();
        quiet().await;
        assert_eq!(scene.given() as u32, given * 2 - 1, "the second waits");
        gate.open();
        quiet().await;
        assert_eq!(scene.given() as u32, given * 2);
    }
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_when_a_full_mailbox_has_dropped_its_item() {
    let scene = Scene::with(Mailbox::bounded(1).overflow(Overflow::DropOldest));
    let mut events = scene.system.events();
    let (items, _) = scene.attach("a").await;
    let gate = scene.hold().await;
    items.send(Ok(1)).unwrap();
    items.send(Ok(2)).unwrap();
    quiet().await;
    scene.watcher.tell(Note(0)).unwrap(); // in the place of the first item
    quiet().await;
    let lost = all_events(&mut events, |event| match event {
        Event::DeadLetter(letter) => Some(letter.reason),
        _ => None,
    });
    assert_eq!(lost, [DeadLetterReason::Overflow]);
    assert_eq!(scene.given(), 2, "it is done, so the next was asked for");
    gate.open();
    quiet().await;
    assert_eq!(scene.log.lines(), ["0", "a 2"]);
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn after_cancel_nothing_comes_not_even_what_waits() {
    let scene = Scene::new();
    let (items, task) = scene.attach("a").await;
    let gate = scene.hold().await;
    items.send(Ok(1)).unwrap();
    quiet().await;
    let before = scene.watcher.stats();
    assert_eq!(before.mailbox, 1);
    task.cancel();
    assert!(task.is_finished());
    gate.open();
    quiet().await;
    assert_eq!(scene.census.alive(), 0, "the stream is dropped");
    assert!(items.send(Ok(2)).is_err());
    assert_eq!(scene.log.lines(), [""; 0]);
    let after = scene.watcher.stats();
    assert_eq!(after.received, before.received - 1, "as if never sent");
    assert!(after.is_balanced() && after.waiting == 0);
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_can_cancel_its_streams() {
    let scene = Scene::new();
    let (a, _) = scene.attach("a").await;
    let (b, _) = scene.attach("b").await;
    scene.watcher.ask(Cancel).await.unwrap();
    quiet().await;
    assert!(a.is_closed() && b.is_closed());
    assert_eq!(scene.log.lines(), [""; 0], "a cancelled stream has no end");
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_a_dead_letter_when_the_actor_ends_and_withdrawn_when_it_was_cancelled() {
    for cancelled in [false, true] {
        let scene = Scene::new();
        let (items, task) = scene.attach("a").await;
        let gate = scene.hold().await;
        items.send(Ok(1)).unwrap();
        quiet().await;
        if cancelled {
            task.cancel();
        }
        scene.watcher.stop();
        gate.open();
        scene.watcher.stopped().await;
        let stats = at_rest(&scene.system);
        let lost = u64::from(!cancelled);
        assert_eq!(stats.dead_letters.actor_stopped, lost);
        assert_eq!(stats.sent, 2 + lost);
        scene.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn streams_end_with_their_actor() {
    let scene = Scene::new();
    let (items, task) = scene.attach("a").await;
    scene.watcher.kill_and_wait().await;
    quiet().await;
    assert!(items.is_closed() && task.is_finished());
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_for_one_more_item_after_poison() {
    let scene = Scene::new();
    let (items, _) = scene.attach("a").await;
    for item in 1..=9 {
        items.send(Ok(item)).unwrap();
    }
    let gate = scene.hold().await;
    scene.watcher.poison();
    gate.open();
    assert!(matches!(scene.watcher.stopped().await, StopReason::Stopped));
    assert!(scene.log.lines().len() <= 2, "{:?}", scene.log.lines());
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_panics_fails_its_actor() {
    let scene = Scene::new();
    let (items, _) = scene.attach("a").await;
    items.send(Err("panic")).unwrap();
    let StopReason::Failed(failure) = scene.watcher.stopped().await else {
        panic!("it did not fail");
    };
    assert_eq!(failure.stage(), Stage::Streaming);
    assert!(failure.text().contains("the stream panics"));
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_was_cancelled_after_its_panic_fails_nobody() {
    let scene = Scene::new();
    let (items, task) = scene.attach("a").await;
    let gate = scene.hold().await;
    items.send(Err("panic")).unwrap();
    quiet().await;
    task.cancel();
    gate.open();
    quiet().await;
    assert!(!scene.watcher.is_stopped());
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_pipe_can_be_cancelled() {
    let scene = Scene::new();
    let gate = Gate::default();
    let pipe = Pipe(gate.clone(), scene.census.token());
    let task = scene.watcher.ask(pipe).await.unwrap();
    gate.reached().await;
    assert!(!task.is_finished());
    task.cancel();
    quiet().await;
    assert_eq!(scene.census.alive(), 0);
    // and with its result in the mailbox
    let gate = Gate::default();
    let pipe = Pipe(gate.clone(), scene.census.token());
    let task = scene.watcher.ask(pipe).await.unwrap();
    let held = scene.hold().await;
    gate.open();
    quiet().await;
    assert_eq!(scene.watcher.stats().mailbox, 1);
    task.cancel();
    held.open();
    quiet().await;
    assert_eq!(scene.log.lines(), [""; 0]);
    scene.end().await;
}

#[tokio::test]
async fn a_storm_of_streams_and_cancels_loses_nothing() {
    let scene = Scene::new();
    let mut events = scene.system.events();
    for _ in 0..200 {
        let (items, task) = scene.attach("a").await;
        let sender = tokio::spawn(async move {
            for item in 0..20 {
                let _ = items.send(Ok(item));
                tokio::task::yield_now().await;
            }
        });
        let cancel = tokio::spawn(async move {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            task.cancel();
        });
        sender.await.unwrap();
        cancel.await.unwrap();
    }
    scene.watcher.poison_and_wait().await;
    at_rest(&scene.system);
    let failed = |event: &Event| matches!(event, Event::Failed(_)).then_some(());
    assert!(all_events(&mut events, failed).is_empty());
    scene.system.shutdown().await;
}
