//! Work beside the actor, whose results come as messages: futures, streams, blocking functions.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use futures_core::Stream;
use tokio::task::JoinHandle;

use crate::ctx::Ctx;
use crate::failure::{Payload, Stage, catch};
use crate::handles::{HandledBy, Receives};
use crate::lease::Source;
use crate::outlet::{Beside, Outlet};
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
        self.begin(Stage::Piping, |outlet| async move {
            outlet.finish(contained(future).await, map);
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
        M: HandledBy<A>,
    {
        self.begin(Stage::Streaming, |outlet| async move {
            let mut stream = pin!(stream);
            loop {
                let next = contained(poll_fn(|cx| stream.as_mut().poll_next(cx))).await;
                let item = match next.transpose() {
                    Some(item) => item.map(StreamEvent::Item),
                    None => return outlet.finish(Ok(StreamEvent::End), map),
                };
                if !outlet.send(item, &mut map) {
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
        self.begin(Stage::Blocking, |outlet| async move {
            let runtime = outlet.cell.head.core.runtime.clone();
            let source = outlet.source.clone();
            // Looked at on its own thread: that may come to it before this task is dropped.
            let work = move || (!source.is_over()).then(work);
            let mut begun = Begun(runtime.spawn_blocking(move || catch(work)));
            let done = (&mut begun.0).await;
            // It is aborted here alone, so an error means that the runtime ends.
            if let Ok(Some(output)) = done.map(Result::transpose) {
                outlet.finish(output, map);
            }
        })
    }

    fn begin<F>(&mut self, stage: Stage, work: impl FnOnce(Outlet<A>) -> F) -> TaskHandle
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let source = Arc::<Source>::default();
        let outlet = || Outlet {
            cell: self.me.cell.clone(),
            source: source.clone(),
            stage,
        };
        let work = Beside::new(outlet(), work(outlet()));
        let task = self.me.cell.head.core.runtime.spawn(work);
        let handle = TaskHandle::task(source, task);
        self.keep_task(handle.clone());
        handle
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
