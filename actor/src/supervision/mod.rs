//! The rules of supervision: plain data and plain functions, without a clock and without an actor.

mod backoff;
mod child_failed;
mod directive;
mod record;
mod strategy;
mod window;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::backoff::Backoff;
pub use self::child_failed::ChildFailed;
pub use self::directive::{ChildKind, Directive, RootFailure};
pub(crate) use self::record::{Case, Record, Verdict};
pub(crate) use self::strategy::Strategy;

use crate::failure::Failure;

/// What a function of a failure decides.
type Decide = Arc<dyn Fn(&Failure) -> Option<Directive> + Send + Sync>;

/// What an actor does with the failures of its children.
///
/// Given with [`Props::supervise_children`](crate::Props::supervise_children); actors that choose none, and
/// the top of the system, have the system's ([`SystemBuilder::supervision`](crate::SystemBuilder::supervision)).
/// The default: the child that failed is restarted, ten times in ten seconds at most; one failure more is
/// escalated. At the top that means that the actor stops
/// ([`SystemBuilder::on_root_failure`](crate::SystemBuilder::on_root_failure)).
///
/// ```
/// use std::time::Duration;
/// use actor::prelude::*;
/// use actor::{Backoff, Directive, Supervision};
///
/// # #[actor] #[derive(Default)] struct Boss;
/// # #[actor] impl Boss { #[handler] fn work(&mut self, _: u32) {} }
/// #[derive(Debug)]
/// struct Corrupt;
///
/// let boss = Props::new(Boss::default).supervise_children(
///     Supervision::one_for_one()
///         .restarts(5, Duration::from_secs(60))
///         .backoff(Backoff::new(Duration::from_millis(100)))
///         .on::<Corrupt>(Directive::Stop)
///         .decide(|failure| match failure.is_panic() {
///             true => Directive::Restart,
///             false => Directive::Resume,
///         }),
/// );
/// ```
#[derive(Clone)]
#[must_use]
pub struct Supervision {
    pub(crate) strategy: Strategy,
    pub(crate) restarts: u32,
    pub(crate) within: Duration,
    pub(crate) exhausted: Directive,
    pub(crate) backoff: Option<Backoff>,
    pub(crate) stop_within: Option<Duration>,
    /// By type, in order; then the function.
    rules: Vec<Decide>,
    otherwise: Option<Decide>,
}

impl Default for Supervision {
    fn default() -> Self {
        Self::with(Strategy::OneForOne)
    }
}

impl Supervision {
    fn with(strategy: Strategy) -> Self {
        Self {
            strategy,
            restarts: 10,
            within: Duration::from_secs(10),
            exhausted: Directive::Escalate,
            backoff: None,
            stop_within: None,
            rules: Vec::new(),
            otherwise: None,
        }
    }

    /// A restart is for the child that failed. Each child has its own budget.
    pub fn one_for_one() -> Self {
        Self::with(Strategy::OneForOne)
    }

    /// A restart is for all children: they stop, the youngest first, and start again, the oldest first. They
    /// have one budget.
    pub fn all_for_one() -> Self {
        Self::with(Strategy::AllForOne)
    }

    /// A restart is for the child that failed and for those that were started after it, in the order of
    /// [`all_for_one`](Self::all_for_one). The children have one budget.
    pub fn rest_for_one() -> Self {
        Self::with(Strategy::RestForOne)
    }

    /// At most so many restarts within any such time; one failure more is escalated, unless
    /// [`then`](Self::then) says otherwise. Default: 10 in 10 s.
    pub fn restarts(mut self, restarts: u32, within: Duration) -> Self {
        self.restarts = restarts;
        self.within = within;
        self
    }

    /// What becomes of a child that may not be restarted any more. Default: [`Directive::Escalate`].
    /// `Restart` makes no sense here, and counts as that.
    pub fn then(mut self, directive: Directive) -> Self {
        self.exhausted = match directive {
            Directive::Restart => Directive::Escalate,
            directive => directive,
        };
        self
    }

    /// How long to wait before each restart. The child handles nothing meanwhile. Default: not at all.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = Some(backoff);
        self
    }

    /// How long children may take to stop, when their parent stops or restarts them; then they are killed:
    /// their handlers are dropped at their next `await`. Zero kills them at once. Default: as long as
    /// they take.
    pub fn stop_within(mut self, deadline: Duration) -> Self {
        self.stop_within = Some(deadline);
        self
    }

    /// What becomes of a child that failed with an error of this type. Rules by type come first, in the order
    /// in which they were given.
    pub fn on<E: 'static>(mut self, directive: Directive) -> Self {
        self.rules.push(Arc::new(move |failure| {
            failure.downcast_ref::<E>().map(|_| directive)
        }));
        self
    }

    /// What becomes of all other children that failed. Default: [`Directive::Restart`].
    pub fn decide(
        mut self,
        decide: impl Fn(&Failure) -> Directive + Send + Sync + 'static,
    ) -> Self {
        self.otherwise = Some(Arc::new(move |failure| Some(decide(failure))));
        self
    }

    /// What the supervisor wants to become of a child.
    pub(crate) fn wanted(&self, failure: &Failure) -> Directive {
        let mut all = self.rules.iter().chain(&self.otherwise);
        let wanted = all.find_map(|decide| decide(failure));
        wanted.unwrap_or(Directive::Restart)
    }
}

impl fmt::Debug for Supervision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervision")
            .field("strategy", &self.strategy)
            .field("restarts", &self.restarts)
            .field("within", &self.within)
            .field("backoff", &self.backoff)
            .finish_non_exhaustive()
    }
}
