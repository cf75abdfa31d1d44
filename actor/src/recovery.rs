//! What an actor does that has failed, and what it is told by its supervisor.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::actor::Actor;
use crate::care::{Command, Job};
use crate::cell::Cell;
use crate::failure::{Failure, StopReason};
use crate::incarnation::{begin_again, end_incarnation, restart};
use crate::node::{Level, Node};
use crate::progress::{COMMAND, RESTART};
use crate::regroup::regroup;
use crate::serve::{Served, State, reason_of};
use crate::supervision::Directive;
use crate::sync::Arc;
use crate::verdict::{Can, command};

/// Lets the supervisor decide about a failure, and does what it decides; again, when that fails too. The
/// actor handles no message meanwhile. An error is its end.
pub(crate) async fn recover<A: Actor>(
    served: &mut Served<A>,
    mut failure: Failure,
) -> Result<Recovered, StopReason> {
    loop {
        if served.cell.head.progress.level() >= Level::Stop as u8 {
            tracing::error!(
                actor = served.cell.head.pid().id(),
                "{failure}; it is stopping"
            );
            return Err(StopReason::Failed(failure));
        }
        served.ctx.forget_change();
        match suffer(served, failure).await {
            Ok(how) => return Ok(how),
            Err(Setback::Ends(reason)) => return Err(reason),
            Err(Setback::Failed(again)) => failure = again,
        }
    }
}

/// How an actor goes on after a failure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recovered {
    /// With the state and the children that it has.
    Resumed,
    Restarted,
}

/// Why an actor does not simply go on.
pub(crate) enum Setback {
    /// That it ends is decided.
    Ends(StopReason),
    /// It failed, and its supervisor is to decide.
    Failed(Failure),
}

impl From<StopReason> for Setback {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::Failed(failure) => Self::Failed(failure),
            reason => Self::Ends(reason),
        }
    }
}

async fn suffer<A: Actor>(served: &mut Served<A>, failure: Failure) -> Result<Recovered, Setback> {
    let cell = served.cell.clone();
    let head = &cell.head;
    let rules = head.supervisor();
    let grouped = rules.strategy.is_of_a_group();
    if grouped && head.with_group(|group| group.members.contains(&head.id)) {
        // It is being restarted with its siblings anyway.
        return hold(served, Hold::Group, failure).await;
    }
    let can = Can {
        resume: served.can_resume(),
        restart: !served.producer.is_once(),
    };
    let verdict = head.decide(&failure, can);
    match verdict.directive {
        Directive::Stop => Err(Setback::Ends(StopReason::Failed(failure))),
        Directive::Resume => Ok(Recovered::Resumed),
        Directive::Restart if !grouped => {
            hold(served, Hold::for_time(verdict.delay), failure).await
        }
        Directive::Restart => {
            let job = Job {
                failed: head.id,
                failure: failure.clone(),
                delay: verdict.delay,
            };
            regroup(&*cell, job);
            hold(served, Hold::Group, failure).await
        }
        Directive::Escalate => {
            head.set_escalated(true);
            if let Some(parent) = head.parent() {
                command(&**parent, Command::Escalated(head.id, failure.clone()));
            }
            let after = hold(served, Hold::Parent, failure).await;
            head.set_escalated(false);
            after
        }
    }
}

/// What a suspended actor waits for.
enum Hold {
    /// A restart at this time.
    Until(Option<Instant>),
    /// What becomes of its parent.
    Parent,
    /// Its turn among its siblings.
    Group,
}

impl Hold {
    /// At once after no time; never after one that cannot be told.
    fn for_time(delay: Duration) -> Self {
        Self::Until(Instant::now().checked_add(delay))
    }
}

/// Waits, and does what it is told meanwhile.
async fn hold<A: Actor>(
    served: &mut Served<A>,
    mut hold: Hold,
    failure: Failure,
) -> Result<Recovered, Setback> {
    let cell = served.cell.clone();
    let head = &cell.head;
    // What children escalate while this one waits for its own parent.
    let mut later = Vec::new();
    loop {
        let until = match hold {
            Hold::Until(at) => at,
            Hold::Parent | Hold::Group => None,
        };
        let heard = match hold {
            Hold::Until(_) | Hold::Parent => COMMAND | RESTART,
            Hold::Group => COMMAND,
        };
        let told = match suspended(&cell, until, heard).await {
            Woken::Time | Woken::Restart => return anew(served, failure).await,
            Woken::Level(level) if level >= Level::Kill as u8 => {
                return Err(Setback::Ends(StopReason::Killed));
            }
            Woken::Level(level) => {
                return Err(Setback::Ends(match served.state {
                    State::Alive(_) => StopReason::Failed(failure),
                    _ => reason_of(level),
                }));
            }
            Woken::Command => head.next_command(),
        };
        match told {
            Some(told @ Command::Escalated(..)) if matches!(hold, Hold::Parent) => later.push(told),
            Some(Command::Resume) if head.set_escalated(false) => {
                if !served.can_resume() {
                    return anew(served, failure).await;
                }
                for told in later {
                    head.put_back_command(told);
                }
                return Ok(Recovered::Resumed);
            }
            Some(Command::EndIncarnation(_, done)) => {
                head.set_escalated(false);
                if let Err(reason) = end_incarnation(served, Some(failure.clone())).await {
                    return Err(Setback::Ends(reason));
                }
                let _ = done.send(());
                hold = Hold::Group;
            }
            Some(Command::BeginIncarnation(after, done)) => {
                match begin_after(served, after, done).await {
                    Ok(true) => return Ok(Recovered::Restarted),
                    Ok(false) => {} // its supervisor decides once more
                    Err(reason) => return Err(Setback::Ends(reason)),
                }
            }
            Some(Command::End(failure)) => return Err(Setback::Ends(StopReason::Failed(failure))),
            // A child of the incarnation that ends, or what was said before the failure.
            Some(Command::Escalated(..) | Command::Resume | Command::Leave) | None => {}
        }
    }
}

async fn anew<A: Actor>(served: &mut Served<A>, failure: Failure) -> Result<Recovered, Setback> {
    restart(served, Some(failure)).await?;
    Ok(Recovered::Restarted)
}

/// Does what an actor that has not failed is told.
pub(crate) async fn obey<A: Actor>(served: &mut Served<A>) -> Result<(), Setback> {
    let cell = served.cell.clone();
    let head = &cell.head;
    match head.next_command() {
        Some(Command::Escalated(child, failure)) => {
            let failure = Failure::escalated(head.pid(), failure);
            head.core.failed(&failure);
            let how = recover(served, failure).await.map_err(Setback::Ends)?;
            if how == Recovered::Resumed {
                head.resume_child(child);
            }
            Ok(())
        }
        Some(Command::EndIncarnation(failure, done)) => {
            end_incarnation(served, Some(failure.clone())).await?;
            let _ = done.send(());
            hold(served, Hold::Group, failure).await.map(drop)
        }
        Some(Command::End(failure)) => Err(Setback::Ends(StopReason::Failed(failure))),
        Some(Command::Leave) => {
            let failure = Failure::leaving(head.pid());
            head.core.failed(&failure);
            Err(Setback::Failed(failure))
        }
        // Those are for one that waits.
        Some(Command::Resume | Command::BeginIncarnation(..)) | None => Ok(()),
    }
}

/// Begins the next incarnation, and tells how that went. `false`: its supervisor has to decide.
async fn begin_after<A: Actor>(
    served: &mut Served<A>,
    after: Duration,
    done: oneshot::Sender<Result<(), Failure>>,
) -> Result<bool, StopReason> {
    let until = Instant::now().checked_add(after);
    if let Woken::Level(level) = suspended(&served.cell, until, 0).await {
        return Err(reason_of(level));
    }
    match begin_again(served).await {
        Ok(()) => {
            let _ = done.send(Ok(()));
            Ok(true)
        }
        Err(StopReason::Failed(failure)) => {
            let _ = done.send(Err(failure));
            Ok(false)
        }
        Err(reason) => Err(reason),
    }
}

/// Why a suspended actor is woken.
enum Woken {
    Time,
    Level(u8),
    Command,
    /// Somebody has asked for a restart.
    Restart,
}

/// Waits for a time, the end, or one of the signals that are `heard`.
async fn suspended<A: Actor>(cell: &Arc<Cell<A>>, until: Option<Instant>, heard: u8) -> Woken {
    let head = &cell.head;
    let mut sleep = pin!(until.map(sleep_until));
    poll_fn(|cx| {
        let level = cell.watch_signal(cx.waker());
        if level >= Level::Stop as u8 {
            return Poll::Ready(Woken::Level(level));
        }
        if heard & head.progress.signal() & COMMAND != 0 {
            return Poll::Ready(Woken::Command);
        }
        if heard & RESTART != 0 && head.progress.take(RESTART) {
            return Poll::Ready(Woken::Restart);
        }
        poll_time(sleep.as_mut(), cx).map(|()| Woken::Time)
    })
    .await
}

fn poll_time(sleep: Pin<&mut Option<Sleep>>, cx: &mut Context<'_>) -> Poll<()> {
    match sleep.as_pin_mut() {
        Some(sleep) if sleep.deadline() <= Instant::now() => Poll::Ready(()),
        Some(sleep) => sleep.poll(cx),
        None => Poll::Pending,
    }
}
