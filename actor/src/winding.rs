//! The end of an actor's life, as far as it can be waited for.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::actor::Actor;
use crate::failure::{Stage, StopReason, catch};
use crate::hook::{end_of, settle};
use crate::node::{Head, Level, Node, Trouble, raise_all};
use crate::props::Spent;
use crate::serve::{Served, State};
use crate::sync::Arc;

/// So long after a kill a child that is still there is named.
const STUCK_AFTER: Duration = Duration::from_secs(1);

/// Closes the door, ends the children, lets the actor finish and drops its state.
pub(crate) async fn wind_down<A: Actor>(
    served: &mut Served<A>,
    mut reason: StopReason,
) -> StopReason {
    served.cell.head.progress.end_item(); // no message is in hand
    served.cell.raise(Level::Stop);
    if matches!(reason, StopReason::Stopped) {
        let ended = end_of(served.stopping_hook()).await;
        note(
            &served.cell.head,
            &mut reason,
            settle(&served.cell.head, "stopping", ended),
        );
    }
    let level = match reason {
        StopReason::Killed => Level::Kill,
        StopReason::Stopped | StopReason::Failed(_) => Level::Stop,
    };
    stop_children(&*served.cell, level).await;
    let ended = end_of(served.stopped_hook()).await;
    note(
        &served.cell.head,
        &mut reason,
        settle(&served.cell.head, "stopped", ended),
    );
    let state = catch(|| served.state = State::Gone);
    let producer = catch(|| served.producer = Box::new(Spent));
    for dropped in [state, producer] {
        if let Err(payload) = dropped {
            let failed = served
                .cell
                .head
                .settle(Stage::Dropping, Trouble::from(payload));
            note(&served.cell.head, &mut reason, Err(failed));
        }
    }
    reason
}

/// Stops the children, the youngest first, and waits until they are gone. Those that are not at the deadline
/// are killed; a kill that comes meanwhile goes on to them.
pub(crate) async fn stop_children(node: &dyn Node, level: Level) {
    let children = node.head().close_children();
    if children.is_empty() {
        return;
    }
    let mut raised = level;
    raise_all(&children, raised);
    let deadline = node.head().rules().stop_within;
    let mut late = pin!(deadline.map(sleep));
    let mut named = false;
    poll_fn(|cx| {
        let signal = node.watch_signal(cx.waker());
        for level in [Level::Kill, Level::Abort] {
            if signal >= level as u8 && raised < level {
                raised = level;
                raise_all(&children, level);
            }
        }
        if node.head().poll_childless(cx).is_ready() {
            return Poll::Ready(());
        }
        while let Some(mut sleep) = late.as_mut().as_pin_mut()
            && sleep.as_mut().poll(cx).is_ready()
        {
            if named {
                name_stuck(&children);
                late.set(None);
            } else {
                named = true;
                kill_late(&children);
                raised = raised.max(Level::Kill);
                sleep.reset(Instant::now() + STUCK_AFTER);
            }
        }
        // Killed, they may be gone already.
        node.head().poll_childless(cx)
    })
    .await;
}

/// Children that did not stop in time.
fn kill_late(children: &[Arc<dyn Node>]) {
    for child in children.iter().rev() {
        if !child.head().has_ended() {
            let actor = child.head().pid();
            tracing::warn!(actor = actor.id(), "it did not stop in time and is killed");
            child.raise(Level::Kill);
        }
    }
}

/// Children that a kill does not reach.
fn name_stuck(children: &[Arc<dyn Node>]) {
    for child in children {
        if !child.head().has_ended() {
            let actor = child.head().pid();
            tracing::error!(
                actor = actor.id(),
                handling = child.stats().handling,
                "it was killed and has not stopped: it blocks its thread"
            );
        }
    }
}

/// After the end has begun a failure changes the reason only of an orderly end.
fn note(head: &Head, reason: &mut StopReason, ended: Result<(), StopReason>) {
    if let Err(StopReason::Failed(failure)) = &ended {
        head.log_failure(failure);
    }
    if let (StopReason::Stopped, Err(worse)) = (&reason, ended) {
        *reason = worse;
    }
}
