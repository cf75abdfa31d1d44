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
use crate::system::ActorSystem;
use crate::verdict::command;

/// Lets the supervisor decide about a failure, and does what it decides; again, when that fails too. The
/// actor handles no message meanwhile. An error is its end.
pub(crate) async fn recover<A: Actor>(
    served: &mut Served<A>,
    mut reason: StopReason,
) -> Result<Recovered, StopReason> {
    loop {
        let StopReason::Failed(failure) = reason else {
            return Err(reason);
        };
        if served.cell.head.progress.level() >= Level::Stop as u8 {
            tracing::error!(
                actor = served.cell.head.pid().id(),
                "{failure}; it is stopping"
            );
            return Err(StopReason::Failed(failure));
        }
        served.ctx.forget_change();
        match suffer(served, failure).await {
            After::GoesOn(how) => return Ok(how),
            After::Ends(reason) => return Err(reason),
            After::Failed(again) => reason = StopReason::Failed(again),
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

/// What a failed actor comes to.
enum After {
    GoesOn(Recovered),
    Ends(StopReason),
    /// It failed once more.
    Failed(Failure),
}

impl From<Result<(), StopReason>> for After {
    fn from(ended: Result<(), StopReason>) -> Self {
        match ended {
            Ok(()) => Self::GoesOn(Recovered::Restarted),
            Err(StopReason::Failed(failure)) => Self::Failed(failure),
            Err(reason) => Self::Ends(reason),
        }
    }
}

async fn suffer<A: Actor>(served: &mut Served<A>, failure: Failure) -> After {
    let cell = served.cell.clone();
    let head = &cell.head;
    let rules = head.supervisor();
    let grouped = rules.strategy.is_of_a_group();
    if grouped && head.with_group(|group| group.members.contains(&head.id)) {
        // It is being restarted with its siblings anyway.
        return hold(served, Hold::Group, failure).await;
    }
    let (verdict, stops_system) = head.decide(&failure, !served.producer.is_once());
    if stops_system {
        let system = ActorSystem::from_core(head.core.clone());
        head.core.runtime.spawn(async move {
            system.shutdown().await;
        });
    }
    let has_state = matches!(served.state, State::Alive(_));
    match verdict.directive {
        Directive::Stop => After::Ends(StopReason::Failed(failure)),
        Directive::Resume if has_state => After::GoesOn(Recovered::Resumed),
        // Without a state it cannot go on.
        Directive::Resume => hold(served, Hold::for_time(verdict.delay), failure).await,
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
                command(&**parent, Command::Escalated(failure.clone()));
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
async fn hold<A: Actor>(served: &mut Served<A>, mut hold: Hold, failure: Failure) -> After {
    let cell = served.cell.clone();
    let head = &cell.head;
    // What children escalate while this one waits for its own parent.
    let mut later = Vec::new();
    loop {
        let until = match hold {
            Hold::Until(at) => at,
            Hold::Parent | Hold::Group => None,
        };
        let restarts = !matches!(hold, Hold::Group);
        let commands = match suspended(&cell, until, restarts).await {
            Woken::Time | Woken::Restart => return restart(served, Some(failure)).await.into(),
            Woken::Level(level) if level >= Level::Kill as u8 => {
                return After::Ends(StopReason::Killed);
            }
            Woken::Level(level) => {
                return After::Ends(match served.state {
                    State::Alive(_) => StopReason::Failed(failure),
                    _ => reason_of(level),
                });
            }
            Woken::Commands => head.take_commands(),
        };
        for told in commands {
            match told {
                Command::Escalated(_) if !matches!(hold, Hold::Parent) => {} // it will be stopped
                told @ Command::Escalated(_) => later.push(told),
                Command::Resume if matches!(served.state, State::Alive(_)) => {
                    for told in later {
                        head.put_back_command(told);
                    }
                    return After::GoesOn(Recovered::Resumed);
                }
                Command::Resume => return restart(served, Some(failure)).await.into(),
                Command::EndIncarnation(_, done) => {
                    if let Err(reason) = end_incarnation(served, Some(failure.clone())).await {
                        return After::Ends(reason);
                    }
                    let _ = done.send(());
                    hold = Hold::Group;
                }
                Command::BeginIncarnation(after, done) => {
                    match begin_after(served, after, done).await {
                        Ok(true) => return After::GoesOn(Recovered::Restarted),
                        Ok(false) => {} // its supervisor decides once more
                        Err(reason) => return After::Ends(reason),
                    }
                }
                Command::End(failure) => return After::Ends(StopReason::Failed(failure)),
                Command::Leave => {} // from before its failure
            }
        }
    }
}

/// Does what an actor that has not failed is told.
pub(crate) async fn obey<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    let mut commands = served.cell.head.take_commands().into_iter();
    while let Some(told) = commands.next() {
        match told {
            Command::Escalated(child) => {
                let failure = Failure::escalated(served.cell.head.pid(), child);
                served.cell.head.core.failed(&failure);
                for told in commands.by_ref() {
                    served.cell.head.put_back_command(told);
                }
                let how = recover(served, StopReason::Failed(failure)).await?;
                if how == Recovered::Resumed {
                    served.cell.head.resume_children();
                }
            }
            Command::EndIncarnation(failure, done) => {
                end_incarnation(served, Some(failure.clone())).await?;
                let _ = done.send(());
                for told in commands.by_ref() {
                    served.cell.head.put_back_command(told);
                }
                match hold(served, Hold::Group, failure).await {
                    After::GoesOn(_) => {}
                    After::Ends(reason) => return Err(reason),
                    After::Failed(failure) => {
                        recover(served, StopReason::Failed(failure)).await?;
                    }
                }
            }
            Command::End(failure) => return Err(StopReason::Failed(failure)),
            Command::Leave => {
                let failure = Failure::leaving(served.cell.head.pid());
                served.cell.head.core.failed(&failure);
                for told in commands.by_ref() {
                    served.cell.head.put_back_command(told);
                }
                recover(served, StopReason::Failed(failure)).await?;
            }
            // Those are for one that waits.
            Command::Resume | Command::BeginIncarnation(..) => {}
        }
    }
    Ok(())
}

/// Begins the next incarnation, and tells how that went. `false`: its supervisor has to decide.
async fn begin_after<A: Actor>(
    served: &mut Served<A>,
    after: Duration,
    done: oneshot::Sender<Result<(), Failure>>,
) -> Result<bool, StopReason> {
    let until = Instant::now().checked_add(after);
    match suspended(&served.cell, until, false).await {
        Woken::Level(level) => return Err(reason_of(level)),
        Woken::Time | Woken::Restart | Woken::Commands => {}
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
    Commands,
    /// Somebody has asked for a restart.
    Restart,
}

async fn suspended<A: Actor>(cell: &Arc<Cell<A>>, until: Option<Instant>, restarts: bool) -> Woken {
    let head = &cell.head;
    let mut sleep = pin!(until.map(sleep_until));
    poll_fn(|cx| {
        let level = cell.watch_signal(cx.waker());
        if level >= Level::Stop as u8 {
            return Poll::Ready(Woken::Level(level));
        }
        if head.progress.signal() & COMMAND != 0 {
            return Poll::Ready(Woken::Commands);
        }
        if restarts && head.progress.take(RESTART) {
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
