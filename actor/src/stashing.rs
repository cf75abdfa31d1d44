//! Putting messages aside until the actor can handle them.

use std::fmt;

use crate::actor::Actor;
use crate::ctx::Ctx;
use crate::dead_letter::DeadLetterReason;
use crate::handles::{Envelope, HandledBy};
use crate::options::ActorOptions;
use crate::outcome::Outcome;
use crate::reply::Reply;

impl<A: Actor> Ctx<A> {
    /// Puts a message aside, with its waiting asker: [`unstash_all`](Self::unstash_all) brings it back.
    ///
    /// It counts as waiting until then, and its metadata stays with it. An asker's time goes on: when it
    /// is over, the message becomes a dead letter at its turn. When the actor stops, what is stashed
    /// becomes dead letters and their askers get [`AskError::Discarded`](crate::AskError::Discarded); a
    /// restart brings it back, unless `#[actor(stash_on_restart = drop)]` stands above the definition.
    ///
    /// A message whose handler has returned before (the handler kept its token) counts as sent again.
    ///
    /// # Errors
    ///
    /// [`StashFull`] gives both back: `#[actor(stash = 64)]` says how many messages there is room for, by
    /// default 1000.
    ///
    /// ```
    /// use actor::prelude::*;
    ///
    /// struct Query(&'static str);
    /// struct Connected;
    ///
    /// #[actor(behaviors(Connecting, Online))]
    /// #[derive(Default)]
    /// struct Session;
    ///
    /// #[actor]
    /// impl Session {
    ///     #[handler(in = Connecting)]
    ///     fn wait(&mut self, msg: Query, reply: Reply<usize>, ctx: &mut Ctx<Self>) {
    ///         if let Err(full) = ctx.stash(msg, reply) {
    ///             full.reply.send(0);
    ///         }
    ///     }
    ///
    ///     #[handler(in = Online)]
    ///     fn query(&mut self, msg: Query) -> usize { msg.0.len() }
    ///
    ///     #[handler]
    ///     fn connected(&mut self, _: Connected, ctx: &mut Ctx<Self>) {
    ///         ctx.become_(SessionBehavior::Online);
    ///         ctx.unstash_all();
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// # let session = system.spawn(Session::default);
    /// # let opener = session.clone();
    /// # let (answer, told) = tokio::join!(session.ask(Query("four")), async { opener.tell(Connected) });
    /// # told?;
    /// # assert_eq!(answer?, 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stash<M>(
        &mut self,
        message: M,
        reply: Reply<M::Reply>,
    ) -> Result<(), StashFull<M, M::Reply>>
    where
        M: HandledBy<A>,
    {
        if self.stash_is_full() {
            return Err(StashFull { message, reply });
        }
        let (reply_to, _) = reply.into_parts();
        reply_to.requeue();
        self.put_aside(message.wrap(reply_to));
        Ok(())
    }

    /// Brings back all that is stashed: when the handler ends, and a change of behavior with it, these
    /// messages are handled before all others, in the order in which they were stashed. Returns how many.
    pub fn unstash_all(&mut self) -> usize {
        self.unstash(usize::MAX)
    }

    /// The same for the oldest of them alone. Whether there was one.
    pub fn unstash_one(&mut self) -> bool {
        self.unstash(1) == 1
    }

    /// How many messages are stashed.
    #[must_use]
    pub fn stashed(&self) -> usize {
        self.known_stash().map_or(0, |stash| stash.len())
    }

    fn unstash(&mut self, most: usize) -> usize {
        let Some(stash) = self.known_stash_mut() else {
            return 0;
        };
        let released = stash.release(most);
        if released > 0 {
            self.call_for_attention();
        }
        released
    }

    fn stash_is_full(&self) -> bool {
        self.stashed() >= A::Options::STASH
    }

    /// Puts a message aside that is as it was in the mailbox.
    fn put_aside(&mut self, mut message: A::Envelope) {
        // From now on it is not in hand: it still waits when its handler ends.
        if self.me.cell.head.progress.end_item() {
            if let Some(extra) = self.take_extra() {
                message = message.with_extra(extra);
            }
        } else {
            self.me.cell.queue.count_accepted();
        }
        self.stash_mut().keep(message);
        self.me.cell.head.tally.stashed(self.stashed());
    }
}

/// What generated code calls.
#[doc(hidden)]
impl<A: Actor> Ctx<A> {
    /// The current behavior has no handler for this message.
    #[cold]
    pub fn __unhandled(&mut self, message: A::Envelope) -> Outcome {
        let reason = match A::Options::STASHES {
            _ if message.peek().1.is_given_up() => DeadLetterReason::Expired,
            true if !self.stash_is_full() => {
                self.put_aside(message);
                return Outcome::Handled;
            }
            true => DeadLetterReason::StashFull,
            false => DeadLetterReason::Unhandled,
        };
        let cell = &self.me.cell;
        cell.head.progress.end_item();
        // Counted before its asker is told.
        cell.lose(message, reason, Some(self.behavior_name()));
        Outcome::Handled
    }
}

/// The stash has no room; gives back the message and the asker's token.
pub struct StashFull<M, R> {
    /// What was not stashed.
    pub message: M,
    /// The asker still waits here.
    pub reply: Reply<R>,
}

impl<M, R> fmt::Debug for StashFull<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StashFull(..)")
    }
}

impl<M, R> fmt::Display for StashFull<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = std::any::type_name::<M>();
        write!(f, "`{message}` was not stashed: the stash is full")
    }
}

impl<M, R> std::error::Error for StashFull<M, R> {}
