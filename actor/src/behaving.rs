//! How an actor changes its behavior.

use crate::behavior::{Behaves, Behavior, BehaviorStack, Change, PopError, PushError, pop, push};
use crate::ctx::Ctx;
use crate::handles::{BehaviorsOf, Receives};

impl<A: Receives> Ctx<A> {
    /// Changes to this behavior, and forgets those below the current one. The change takes effect when the
    /// handler ends; of several changes in one handler the last one counts. Then `#[on(leave(..))]` and
    /// `#[on(enter(..))]` are called, also when the new behavior is the same.
    ///
    /// ```
    /// use actor::AskError;
    /// use actor::prelude::*;
    ///
    /// struct Push;
    /// struct Coin;
    ///
    /// #[actor(behaviors(Locked, Unlocked))]
    /// #[derive(Default)]
    /// struct Turnstile { passed: u32 }
    ///
    /// #[actor]
    /// impl Turnstile {
    ///     #[handler(in = Locked)]
    ///     fn pay(&mut self, _: Coin, ctx: &mut Ctx<Self>) {
    ///         ctx.become_(TurnstileBehavior::Unlocked);
    ///     }
    ///
    ///     #[handler(in = Unlocked)]
    ///     fn pass(&mut self, _: Push, ctx: &mut Ctx<Self>) -> u32 {
    ///         ctx.become_(TurnstileBehavior::Locked);
    ///         self.passed += 1;
    ///         self.passed
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let system = ActorSystem::new("demo")?;
    /// let turnstile = system.spawn(Turnstile::default);
    /// let refused = turnstile.ask(Push).await;
    /// assert!(matches!(refused, Err(AskError::Unhandled { behavior: "Locked" })));
    /// turnstile.tell(Coin)?;
    /// assert_eq!(turnstile.ask(Push).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn become_(&mut self, behavior: <A as Behaves>::Behavior)
    where
        A: Behaves<Behavior = BehaviorsOf<A>>,
    {
        self.stack.set_change(Change::Become(behavior));
    }

    /// Lays this behavior on the current one, which comes back with its data by [`pop`](Self::pop).
    /// Otherwise like [`become_`](Self::become_).
    ///
    /// # Errors
    ///
    /// [`PushError`]: 64 lie on one another already. Nothing changes then.
    pub fn push(
        &mut self,
        behavior: <A as Behaves>::Behavior,
    ) -> Result<(), PushError<<A as Behaves>::Behavior>>
    where
        A: Behaves<Behavior = BehaviorsOf<A>>,
    {
        push(&mut self.stack, behavior)
    }

    /// Goes back to the behavior below the current one. Otherwise like [`become_`](Self::become_).
    ///
    /// # Errors
    ///
    /// [`PopError`]: there is none. Nothing changes then.
    pub fn pop(&mut self) -> Result<(), PopError>
    where
        A: Behaves,
    {
        pop::<BehaviorsOf<A>>(&mut self.stack)
    }

    /// The current behavior, without its data. A change that was asked for in this handler is not in it.
    #[must_use]
    pub fn behavior(&self) -> <BehaviorsOf<A> as Behavior>::State
    where
        A: Behaves,
    {
        self.stack.state()
    }

    /// The name of the current behavior.
    pub(crate) fn behavior_name(&self) -> &'static str {
        let index = <BehaviorsOf<A> as Behavior>::index(self.stack.state());
        let name = <BehaviorsOf<A> as Behavior>::NAMES.get(usize::from(index));
        name.copied().unwrap_or("?")
    }
}
