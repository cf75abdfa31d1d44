//! The end of an actor's life, as far as it can be waited for.

use std::future::poll_fn;

use crate::actor::Actor;
use crate::failure::{Stage, StopReason, catch};
use crate::hook::{end_of, settle};
use crate::node::{Level, Node, Trouble, raise_all};
use crate::props::Spent;
use crate::serve::{Served, State};

/// Closes the door, ends the children, lets the actor finish and drops its state.
pub(crate) async fn wind_down<A: Actor>(
    served: &mut Served<A>,
    mut reason: StopReason,
) -> StopReason {
    served.cell.head.progress.end_item(); // no message is in hand
    served.cell.raise(Level::Stop);
    if matches!(reason, StopReason::Stopped) {
        let ended = end_of(served.stopping_hook()).await;
        note(&mut reason, settle(&served.cell.head, "stopping", ended));
    }
    let level = match reason {
        StopReason::Killed => Level::Kill,
        StopReason::Stopped | StopReason::Failed(_) => Level::Stop,
    };
    stop_children(&*served.cell, level).await;
    let ended = end_of(served.stopped_hook()).await;
    note(&mut reason, settle(&served.cell.head, "stopped", ended));
    let state = catch(|| served.state = State::Gone);
    let producer = catch(|| served.producer = Box::new(Spent));
    for dropped in [state, producer] {
        if let Err(payload) = dropped {
            let failed = served
                .cell
                .head
                .settle(Stage::Dropping, Trouble::from(payload));
            note(&mut reason, Err(failed));
        }
    }
    reason
}

/// Stops the children, the youngest first, and waits until they are gone. A kill that comes
/// meanwhile goes on to them.
pub(crate) async fn stop_children(node: &dyn Node, level: Level) {
    let children = node.head().close_children();
    if children.is_empty() {
        return;
    }
    let mut raised = level;
    raise_all(&children, raised);
    poll_fn(|cx| {
        let signal = node.watch_signal(cx.waker());
        for level in [Level::Kill, Level::Abort] {
            if signal >= level as u8 && raised < level {
                raised = level;
                raise_all(&children, level);
            }
        }
        node.head().poll_childless(cx)
    })
    .await;
}

/// After the end has begun a failure changes the reason only of an orderly end.
fn note(reason: &mut StopReason, ended: Result<(), StopReason>) {
    if let (StopReason::Stopped, Err(worse)) = (&reason, ended) {
        *reason = worse;
    }
}
