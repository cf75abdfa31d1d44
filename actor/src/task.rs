//! Work beside the actor, whose results come as messages: futures, streams, blocking functions.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use futures_core::Stream;
use tokio::task::JoinHandle;

use crate::cell::Cell;
use crate::ctx::Ctx;
use crate::extra::Extra;
use crate::failure::{Payload, Stage, catch};
use crate::handles::{Envelope, HandledBy, Receives};
use crate::lease::{Lease, Source};
use crate::node::{Node, SystemItem};
use crate::reply::ReplyTo;
use crate::sync::Arc;
use crate::task_handle::TaskHandle;

/// What an attached stream has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamEvent<T> {
    /// The next item. A stream that can fail has items of `Result`: its errors come here too.
    Item(T),
    /// The stream has ended; nothing more comes.
    End,
}

impl<A: Receives> Ctx<A> {
    /// Runs a future beside the actor, which goes on meanwhile; its result comes back as a message,
    /// whatever the mailbox's bound.
    ///
    /// The future ends with the actor. When it panics, the actor fails.
    ///
    /// ```
    /// use actor::prelude::*;
    ///
    /// struct Fetch;
    /// struct Fetched(String);
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Cache { page: Option<String> }
    ///
    /// #[actor]
    /// impl Cache {
    ///     #[handler]
    ///     fn fetch(&mut self, _: Fetch, ctx: &mut Ctx<Self>) {
    ///         ctx.pipe(async { "the page".to_owned() }, Fetched);
    ///     }
    ///
    ///     #[handler]
    ///     fn fetched(&mut self, msg: Fetched) { self.page = Some(msg.0); }
    /// }
    /// ```
    pub fn pipe<F, M>(
        &mut self,
        future: F,
        map: impl FnOnce(F::Output) -> M + Send + 'static,
    ) -> TaskHandle
    where
        F: Future + Send + 'static,
        M: HandledBy<A>,
    {
        self.begin(|outlet| async move {
            let output = contained(future).await;
            outlet.finish(Stage::Piping, output, map);
        })
    }

    /// Hands each item of a stream to the actor as a message, and the stream's end too.
    ///
    /// The next item is asked for when the message of the last one is done, so that one message
    /// waits at most, whatever the mailbox's bound, and a slow actor slows the stream down. Any
    /// number of streams can be attached. They end with the actor, which fails when one panics.
    ///
    /// ```
    /// use actor::StreamEvent;
    /// use actor::prelude::*;
    /// # use std::{pin::Pin, task::{Context, Poll}};
    /// # struct Readings(Vec<f64>);
    /// # impl futures_core::Stream for Readings {
    /// #     type Item = f64;
    /// #     fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<f64>> {
    /// #         Poll::Ready(self.0.pop())
    /// #     }
    /// # }
    /// # fn readings() -> Readings { Readings(vec![20.5, 21.0]) }
    ///
    /// struct Reading(StreamEvent<f64>);
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Gauge { highest: f64 }
    ///
    /// #[actor]
    /// impl Gauge {
    ///     #[on(started)]
    ///     fn begin(&mut self, ctx: &mut Ctx<Self>) {
    ///         ctx.attach(readings(), Reading);
    ///     }
    ///
    ///     #[handler]
    ///     fn reading(&mut self, msg: Reading, ctx: &mut Ctx<Self>) {
    ///         match msg.0 {
    ///             StreamEvent::Item(value) => self.highest = self.highest.max(value),
    ///             StreamEvent::End => ctx.stop(),
    ///         }
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// # system.spawn(Gauge::default).stopped().await;
    /// # assert_eq!(system.stats().handled, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn attach<S, M>(
        &mut self,
        stream: S,
        mut map: impl FnMut(StreamEvent<S::Item>) -> M + Send + 'static,
    ) -> TaskHandle
    where
        S: Stream + Send + 'static,
        S::Item: Send,
        M: HandledBy<A>,
    {
        self.begin(|outlet| async move {
            let mut stream = pin!(stream);
            loop {
                let next = contained(poll_fn(|cx| stream.as_mut().poll_next(cx))).await;
                let event = next.map(|item| item.map_or(StreamEvent::End, StreamEvent::Item));
                let more = matches!(event, Ok(StreamEvent::Item(_)));
                let open = outlet.finish(Stage::Streaming, event, &mut map);
                if !more || !open {
                    return;
                }
                outlet.source.done().await;
            }
        })
    }

    /// Runs a function that blocks on a thread of its own (of tokio's pool for that); its result
    /// comes back as a message, whatever the mailbox's bound.
    ///
    /// A function that has begun cannot be cut short: when the actor ends before it, or it is
    /// cancelled, its result reaches nobody. When it panics, the actor fails.
    ///
    /// ```
    /// use actor::prelude::*;
    ///
    /// struct Hash(Vec<u8>);
    /// struct Hashed(u64);
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Store { known: Vec<u64> }
    ///
    /// #[actor]
    /// impl Store {
    ///     #[handler]
    ///     fn hash(&mut self, msg: Hash, ctx: &mut Ctx<Self>) {
    ///         ctx.spawn_blocking(move || msg.0.iter().map(|&byte| u64::from(byte)).sum(), Hashed);
    ///     }
    ///
    ///     #[handler]
    ///     fn hashed(&mut self, msg: Hashed) { self.known.push(msg.0); }
    /// }
    /// ```
    pub fn spawn_blocking<T, M>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
        map: impl FnOnce(T) -> M + Send + 'static,
    ) -> TaskHandle
    where
        T: Send + 'static,
        M: HandledBy<A>,
    {
        self.begin(|outlet| async move {
            let runtime = outlet.cell.head.core.runtime.clone();
            // It panics when the system has no thread to give.
            let begun = catch(|| Begun(runtime.spawn_blocking(move || catch(work))));
            let output = match begun {
                Ok(mut begun) => match (&mut begun.0).await {
                    Ok(output) => output,
                    Err(_) => return, // it is aborted here alone: the runtime ends
                },
                Err(payload) => Err(payload),
            };
            outlet.finish(Stage::Blocking, output, map);
        })
    }

    fn begin<F>(&mut self, work: impl FnOnce(Outlet<A>) -> F) -> TaskHandle
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let source = Arc::<Source>::default();
        let cell = self.me.cell.clone();
        let runtime = cell.head.core.runtime.clone();
        let work = work(Outlet {
            cell,
            source: source.clone(),
        });
        let task = runtime.spawn(work);
        let handle = TaskHandle::new(source, task);
        self.keep_task(handle.clone());
        handle
    }
}

/// Where a task sends to.
struct Outlet<A: Receives> {
    cell: Arc<Cell<A>>,
    source: Arc<Source>,
}

impl<A: Receives> Outlet<A> {
    /// Sends what the work came to. Whether the actor takes more.
    fn finish<T, M>(
        &self,
        stage: Stage,
        output: Result<T, Payload>,
        map: impl FnOnce(T) -> M,
    ) -> bool
    where
        M: HandledBy<A>,
    {
        let wrap = |output| catch(|| map(output).wrap(ReplyTo::nobody()));
        let lease = Lease::new(&self.source);
        match output.and_then(wrap) {
            Ok(envelope) => {
                let extra = Extra::with_lease(lease);
                self.cell.send_unbounded(envelope.with_extra(extra))
            }
            Err(payload) => {
                let failed = SystemItem::TaskFailed(stage, payload, lease);
                self.cell.push_system(failed);
                false
            }
        }
    }
}

/// A blocking function; one that has not begun never does when this is dropped.
struct Begun<T>(JoinHandle<T>);

impl<T> Drop for Begun<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs a future so that its panic does not escape.
async fn contained<F: Future>(future: F) -> Result<F::Output, Payload> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch(|| future.as_mut().poll(cx)) {
        Ok(poll) => poll.map(Ok),
        Err(payload) => Poll::Ready(Err(payload)),
    })
    .await
}
