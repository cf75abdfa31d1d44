//! What holds for all work beside an actor: what comes while the actor ends, strict cancelling, losses, handles.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use actor::prelude::*;
use actor::{DeadLetterReason, Event, StreamEvent, TaskHandle};
use actor_tests::{Census, Gate, Hold, Log, Token, all_events, at_rest, on_workers, quiet, system};
use futures_core::Stream;
use tokio::sync::mpsc;

/// Gives this many items, each at once.
struct Count(u32, #[allow(dead_code)] Token);

impl Stream for Count {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        let Some(left) = self.0.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.0 = left;
        Poll::Ready(Some(left))
    }
}

struct Attach(u64, Count);
struct Come(u64, StreamEvent<u32>);
struct Pipe(Gate, Token);
struct Piped;
/// Nothing of this task may come behind it.
struct Mark(u64);
struct CancelAll;

#[actor]
struct Host {
    log: Log,
    tasks: Vec<TaskHandle>,
    marked: HashSet<u64>,
    /// Where the end waits.
    stopping: Option<Gate>,
}

#[actor]
impl Host {
    #[handler]
    fn attach(&mut self, Attach(task, stream): Attach, ctx: &mut Ctx<Self>) -> TaskHandle {
        self.tasks
            .push(ctx.attach(stream, move |event| Come(task, event)));
        self.tasks[self.tasks.len() - 1].clone()
    }

    #[handler]
    fn come(&mut self, Come(task, event): Come) -> Result<(), &'static str> {
        assert!(!self.marked.contains(&task), "cancelled, and yet it came");
        match event {
            StreamEvent::Item(item) => self.log.add(item),
            StreamEvent::End => self.log.add("end"),
        }
        Err("an item is of no use")
    }

    #[handler]
    fn pipe(&mut self, Pipe(gate, token): Pipe, ctx: &mut Ctx<Self>) -> TaskHandle {
        let work = async move {
            let _token = token;
            gate.pass().await;
        };
        ctx.pipe(work, |()| Piped)
    }

    #[handler]
    fn piped(&mut self, _: Piped) {
        self.log.add("piped");
    }

    #[handler]
    fn mark(&mut self, Mark(task): Mark) {
        self.marked.insert(task);
    }

    #[handler]
    async fn cancel_all(&mut self, _: CancelAll) {
        tokio::task::yield_now().await; // time for an item to come into the mailbox
        self.tasks.drain(..).for_each(|task| task.cancel());
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }

    #[on(stopping)]
    async fn stopping(&mut self) {
        if let Some(gate) = &self.stopping {
            gate.pass().await;
        }
    }
}

fn host(log: &Log, stopping: Option<Gate>) -> Props<Host> {
    let log = log.clone();
    Props::new(move || Host {
        log: log.clone(),
        tasks: Vec::new(),
        marked: HashSet::new(),
        stopping: stopping.clone(),
    })
}

fn letters(events: &mut actor::Events) -> Vec<(&'static str, DeadLetterReason)> {
    all_events(events, |event| match event {
        Event::DeadLetter(letter) => Some((letter.message_type, letter.reason)),
        _ => None,
    })
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_the_actor_ends_is_a_dead_letter() {
    for cancelled in [false, true] {
        let (system, log, census) = (system(), Log::default(), Census::default());
        let (work, stopping) = (Gate::default(), Gate::default());
        let mut events = system.events();
        let host = system.spawn(host(&log, Some(stopping.clone())));
        let task = host.ask(Pipe(work.clone(), census.token())).await.unwrap();
        work.reached().await;
        host.stop();
        stopping.reached().await;
        work.open();
        quiet().await; // the result is there, the door is closed, the actor has not ended
        assert_eq!(host.stats().waiting, 1);
        if cancelled {
            task.cancel();
        }
        stopping.open();
        host.stopped().await;
        let lost = u64::from(!cancelled);
        let stats = at_rest(&system);
        assert_eq!((stats.sent, stats.handled), (1 + lost, 1));
        assert_eq!(stats.dead_letters.actor_stopped, lost);
        let told = letters(&mut events);
        assert_eq!(told.len() as u64, lost);
        for (message, reason) in told {
            assert!(message.ends_with("Piped"), "{message}");
            assert_eq!(reason, DeadLetterReason::ActorStopped);
        }
        assert_eq!((log.lines().len(), census.alive()), (0, 0));
        system.shutdown().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_the_one_item_that_comes_while_the_actor_ends() {
    let (system, log, census) = (system(), Log::default(), Census::default());
    let (held, stopping) = (Gate::default(), Gate::default());
    let host = system.spawn(host(&log, Some(stopping.clone())));
    host.tell(Hold(held.clone())).unwrap();
    held.reached().await;
    host.tell(Attach(1, Count(9, census.token()))).unwrap();
    host.poison();
    held.open();
    stopping.reached().await;
    quiet().await;
    assert_eq!(census.alive(), 0, "the stream is dropped");
    stopping.open();
    host.stopped().await;
    let stats = at_rest(&system);
    assert_eq!(stats.sent, 3, "one item, and no end");
    assert_eq!(stats.dead_letters.total() as usize + log.lines().len(), 1);
    system.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_cancels_also_what_waits() {
    let (system, log, census) = (system(), Log::default(), Census::default());
    let host = system.spawn(host(&log, None));
    let gate = Gate::default();
    host.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    for task in 0..5 {
        host.tell(Attach(task, Count(9, census.token()))).unwrap();
    }
    host.tell(CancelAll).unwrap();
    gate.open();
    quiet().await;
    assert_eq!(log.lines(), [""; 0]);
    let stats = host.stats();
    assert_eq!((stats.received, stats.handled), (7, 7), "as if never sent");
    assert_eq!(census.alive(), 0);
    system.shutdown().await;
    at_rest(&system);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_their_handler_is_unread() {
    let (system, log, census) = (system(), Log::default(), Census::default());
    let host = system.spawn(host(&log, None));
    host.ask(Attach(1, Count(2, census.token()))).await.unwrap();
    quiet().await;
    let stats = host.stats();
    assert_eq!((stats.unread_errors, stats.failed), (3, 0));
    assert!(!host.is_stopped());
    system.shutdown().await;
    at_rest(&system);
}

/// Ends when its channel does. Its drop waits until the end is handled.
struct Lingering {
    items: mpsc::UnboundedReceiver<u32>,
    is_handled: std::sync::mpsc::Receiver<()>,
    /// It was polled, so that its task waits for the channel and is in no queue of a thread.
    polled: Gate,
}

impl Stream for Lingering {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        self.polled.open();
        self.items.poll_recv(cx)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let _ = self.is_handled.recv();
    }
}

struct Ended(StreamEvent<u32>);
/// Keeps the actor at work until something waits in its mailbox.
struct Spin(ActorRef<Ender>, Arc<AtomicBool>);

#[actor]
struct Ender {
    task: Option<TaskHandle>,
    finished: Option<bool>,
    handled: std::sync::mpsc::Sender<()>,
}

#[actor]
impl Ender {
    #[handler]
    fn attach(&mut self, stream: Lingering, ctx: &mut Ctx<Self>) {
        self.task = Some(ctx.attach(stream, Ended));
    }

    #[handler]
    fn ended(&mut self, Ended(event): Ended) {
        assert_eq!(event, StreamEvent::End);
        self.finished = self.task.as_ref().map(TaskHandle::is_finished);
        self.handled.send(()).unwrap();
    }

    #[handler]
    fn spin(&mut self, Spin(own, spins): Spin) {
        spins.store(true, Ordering::SeqCst);
        while own.stats().mailbox == 0 {
            std::thread::yield_now();
        }
    }

    #[handler]
    fn finished(&mut self, _: Mark) -> Option<bool> {
        self.finished
    }
}

#[test]
fn who_handles_the_end_of_a_stream_finds_its_handle_finished() {
    on_workers(2, async {
        let system = system();
        let (handled, is_handled) = std::sync::mpsc::channel();
        let ender = system.spawn(Props::once(Ender {
            task: None,
            finished: None,
            handled,
        }));
        let (sender, items) = mpsc::unbounded_channel();
        let polled = Gate::default();
        let stream = Lingering {
            items,
            is_handled,
            polled: polled.clone(),
        };
        ender.ask(stream).await.unwrap();
        polled.pass().await;
        let spins = Arc::new(AtomicBool::new(false));
        ender.tell(Spin(ender.clone(), spins.clone())).unwrap();
        while !spins.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        drop(sender); // the stream ends on the other thread, and is dropped when its end is handled
        while ender.stats().handled < 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(ender.ask(Mark(0)).await.unwrap(), Some(true));
        system.shutdown().await;
        at_rest(&system);
    });
}

/// Whoever cancels and then sends finds nothing of the task behind what it sent, on many threads.
#[test]
fn nothing_comes_behind_what_the_canceller_sends() {
    on_workers(4, async {
        let (system, log, census) = (system(), Log::default(), Census::default());
        let host = system.spawn(host(&log, None));
        let mut cancellers = Vec::new();
        for part in 0..4 {
            let (host, census) = (host.clone(), census.clone());
            cancellers.push(tokio::spawn(async move {
                for number in 0..100 {
                    let task = part * 1_000 + number;
                    let stream = Count(u32::MAX, census.token());
                    let handle = host.ask(Attach(task, stream)).await.unwrap();
                    for _ in 0..number % 7 {
                        tokio::task::yield_now().await;
                    }
                    handle.cancel();
                    host.tell(Mark(task)).unwrap();
                }
            }));
        }
        for canceller in cancellers {
            canceller.await.unwrap();
        }
        assert!(host.poison_and_wait().await.failure().is_none());
        while census.alive() > 0 {
            tokio::task::yield_now().await; // the last streams are being dropped
        }
        at_rest(&system);
        system.shutdown().await;
    });
}
