//! The behaviors of an actor as a stack, and the rules by which it changes.

use std::fmt;

use thiserror::Error;

/// So many behaviors lie on one another at most.
const MOST: usize = 64;

/// A behavior of an actor, with its data.
///
/// Implemented by `#[actor(behaviors(..))]` for the enum that it generates, and for `()`, which stands
/// for an actor without behaviors.
pub trait Behavior: Send + Sized + 'static {
    /// The same without data.
    type State: Copy + Send + Sync + 'static;

    #[doc(hidden)]
    type Stack: BehaviorStack<Self>;
    /// Their names, in order.
    #[doc(hidden)]
    const NAMES: &'static [&'static str];
    /// Where an actor starts.
    #[doc(hidden)]
    const FIRST: Self::State;
    #[doc(hidden)]
    fn first() -> Self;
    #[doc(hidden)]
    fn state(&self) -> Self::State;
    /// Its place among the names.
    #[doc(hidden)]
    fn index(state: Self::State) -> u8;
}

/// "`Self` has behaviors". Implemented by `#[actor(behaviors(..))]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no behaviors",
    label = "an actor without behaviors",
    note = "name them above the definition of `{Self}`: `#[actor(behaviors(Open, Closed))]`"
)]
pub trait Behaves {
    /// What [`Ctx::become_`](crate::Ctx::become_) takes.
    type Behavior;
}

impl Behavior for () {
    type State = ();
    type Stack = ();
    const NAMES: &'static [&'static str] = &[];
    const FIRST: () = ();
    fn first() {}
    fn state(&self) {}
    fn index((): ()) -> u8 {
        0
    }
}

/// What a context keeps of the behaviors: nothing for an actor that has none.
#[doc(hidden)]
pub trait BehaviorStack<B: Behavior>: Default + Send {
    fn state(&self) -> B::State;
    fn has_change(&self) -> bool;
    fn take_change(&mut self) -> Option<Change<B>>;
    /// The last of several wins.
    fn set_change(&mut self, change: Change<B>);
    /// How many lie below the current one.
    fn below(&self) -> usize;
    fn apply(&mut self, current: &mut B, change: Change<B>);
}

/// A change of behavior that waits for the end of its handler.
#[doc(hidden)]
pub enum Change<B> {
    Become(B),
    Push(B),
    Pop,
}

impl BehaviorStack<()> for () {
    fn state(&self) {}
    #[inline]
    fn has_change(&self) -> bool {
        false
    }
    fn take_change(&mut self) -> Option<Change<()>> {
        None
    }
    fn set_change(&mut self, _: Change<()>) {}
    fn below(&self) -> usize {
        0
    }
    fn apply(&mut self, (): &mut (), _: Change<()>) {}
}

/// All but the current behavior, which lies beside the actor, where its handlers reach it.
#[doc(hidden)]
pub struct Stack<B: Behavior> {
    state: B::State,
    below: Vec<B>,
    change: Option<Change<B>>,
}

impl<B: Behavior> Default for Stack<B> {
    fn default() -> Self {
        Self {
            state: B::FIRST,
            below: Vec::new(),
            change: None,
        }
    }
}

impl<B: Behavior> BehaviorStack<B> for Stack<B> {
    fn state(&self) -> B::State {
        self.state
    }

    #[inline]
    fn has_change(&self) -> bool {
        self.change.is_some()
    }

    fn take_change(&mut self) -> Option<Change<B>> {
        self.change.take()
    }

    fn set_change(&mut self, change: Change<B>) {
        self.change = Some(change);
    }

    fn below(&self) -> usize {
        self.below.len()
    }

    fn apply(&mut self, current: &mut B, change: Change<B>) {
        match change {
            Change::Become(behavior) => {
                self.state = behavior.state();
                *current = behavior;
                self.below.clear();
            }
            Change::Push(behavior) => {
                self.state = behavior.state();
                self.below.push(std::mem::replace(current, behavior));
            }
            Change::Pop => {
                if let Some(behavior) = self.below.pop() {
                    self.state = behavior.state();
                    *current = behavior;
                }
            }
        }
    }
}

/// Why a behavior was not pushed: 64 lie on one another already. Gives it back.
pub struct PushError<B> {
    behavior: B,
}

impl<B> PushError<B> {
    /// The behavior that was refused.
    pub fn into_behavior(self) -> B {
        self.behavior
    }
}

impl<B> fmt::Debug for PushError<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushError(..)")
    }
}

impl<B> fmt::Display for PushError<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{MOST} behaviors lie on one another already: pop some, or use `become_`"
        )
    }
}

impl<B> std::error::Error for PushError<B> {}

/// Why no behavior was popped: there is none below the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the last behavior stays: there is none below it, use `become_`")]
#[non_exhaustive]
pub struct PopError;

/// Asks for a change, if the rules allow it.
pub(crate) fn push<B: Behavior>(stack: &mut B::Stack, behavior: B) -> Result<(), PushError<B>> {
    if stack.below() + 1 >= MOST {
        return Err(PushError { behavior });
    }
    stack.set_change(Change::Push(behavior));
    Ok(())
}

/// Asks for a change, if the rules allow it.
pub(crate) fn pop<B: Behavior>(stack: &mut B::Stack) -> Result<(), PopError> {
    if stack.below() == 0 {
        return Err(PopError);
    }
    stack.set_change(Change::Pop);
    Ok(())
}

/// One behavior of an actor, and what it handles: `Breaker::behaviors()` lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BehaviorInfo {
    /// Its name, as in `#[actor(behaviors(..))]`.
    pub name: &'static str,
    /// The types of the messages that have a handler in it, as `std::any::type_name` writes them, in
    /// the order of their handlers.
    pub messages: Vec<&'static str>,
}
