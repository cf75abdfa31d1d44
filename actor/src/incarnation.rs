//! The step from one incarnation of an actor to the next: new state behind the same reference.

use crate::actor::{Actor, Alive};
use crate::behavior::{Behavior, BehaviorStack};
use crate::dead_letter::DeadLetterReason;
use crate::failure::{Failure, Fault, Stage, StopReason, catch};
use crate::handles::BehaviorsOf;
use crate::hook::{end_of, settle};
use crate::node::{Level, Node, Trouble};
use crate::options::ActorOptions;
use crate::progress::RESTART;
use crate::props::{Built, Spent};
use crate::serve::{Served, State, reason_of};
use crate::sync::Arc;
use crate::winding::stop_children;

/// After so many changes of behavior in a row, with no message between them, the actor fails.
const MOST_CHANGES: usize = 1_000;

/// Builds the first state and starts.
pub(crate) async fn start<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    begin(served).await?;
    served.cell.head.started();
    Ok(())
}

/// Ends one incarnation and begins the next. References, names and mail stay, and the watches of others;
/// state, behavior, children, timers, pipes and streams do not.
pub(crate) async fn restart<A: Actor>(
    served: &mut Served<A>,
    failure: Option<Failure>,
) -> Result<(), StopReason> {
    if served.producer.is_once() {
        tracing::warn!(
            actor = served.cell.head.pid().id(),
            "a restart stops this actor: its state was made with `Props::once`"
        );
        return Err(StopReason::Stopped);
    }
    end_incarnation(served, failure).await?;
    begin_again(served).await
}

/// Builds another state and starts.
pub(crate) async fn begin_again<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    served.cell.head.tally.restarted();
    begin(served).await?;
    served.cell.head.restarted();
    Ok(())
}

/// Ends one incarnation; without state, there is nothing to end.
pub(crate) async fn end_incarnation<A: Actor>(
    served: &mut Served<A>,
    failure: Option<Failure>,
) -> Result<(), StopReason> {
    let cell = served.cell.clone();
    let head = &cell.head;
    let ended = end_of(served.restarting_hook(failure)).await;
    if let Err(StopReason::Failed(failure)) = settle(head, "restarting", ended) {
        // The state goes anyway.
        head.log_failure(&failure);
    }
    stop_children(&*cell, Level::Stop).await;
    let level = head.progress.level();
    if level >= Level::Stop as u8 {
        return Err(reason_of(level));
    }
    if let Err(payload) = catch(|| served.state = State::Gone)
        && let StopReason::Failed(failure) = head.settle(Stage::Dropping, Trouble::from(payload))
    {
        head.log_failure(&failure);
    }
    let stash = served.ctx.end_incarnation();
    head.tally.emptied_stash();
    head.reopen_children();
    if A::Options::REPLAYS {
        served.put_back(stash);
    } else {
        for message in stash {
            cell.discard(message, DeadLetterReason::Restarted);
        }
    }
    Ok(())
}

/// Builds the state and makes it ready.
async fn begin<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    let begun = make_ready(served).await;
    if begun.is_err() {
        served.ctx.set_unready();
    }
    begun
}

/// Builds the state; `#[on(started)]`, and the first behavior is entered.
async fn make_ready<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    let progress = &served.cell.head.progress;
    progress.take(RESTART); // that is what happens
    let level = progress.level();
    if level >= Level::Stop as u8 {
        return Err(reason_of(level)); // before it was born
    }
    match build(served).await {
        Ok(alive) => served.state = State::Alive(alive),
        Err(trouble) => return Err(served.cell.head.settle(Stage::Building, trouble)),
    }
    if A::CHILD_FAILED {
        served.cell.head.life.lock().care_mut().minds = true;
    }
    let behavior = BehaviorsOf::<A>::index(BehaviorsOf::<A>::FIRST);
    served.cell.head.set_behavior(behavior);
    if let Some(after) = A::Options::IDLE {
        served.ctx.set_idle(after);
    }
    let ended = end_of(served.started_hook()).await;
    settle(&served.cell.head, "started", ended)?;
    let ended = end_of(served.enter_hook()).await;
    settle(&served.cell.head, "enter", ended)?;
    change_behavior(served).await
}

async fn build<A: Actor>(served: &mut Served<A>) -> Result<Alive<A>, Trouble> {
    let node: Arc<dyn Node> = served.cell.clone();
    let built = catch(|| served.producer.produce(&node)).map_err(Trouble::from)?;
    if served.producer.is_once() {
        served.producer = Box::new(Spent);
    }
    let actor = match built {
        Built::Now(actor) => actor,
        Built::Later(building) => building.await?,
        Built::Spent => {
            return Err(Trouble::Fault(Box::new(Fault {
                text: "its state could be made only once".to_owned(),
                error: None,
            })));
        }
    };
    let behavior = catch(BehaviorsOf::<A>::first).map_err(Trouble::from)?;
    Ok(Alive { actor, behavior })
}

/// Carries out what was asked for: leaves one behavior and enters the other. Both methods can ask for the
/// next change.
pub(crate) async fn change_behavior<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    let mut changes = 0;
    while let Some(change) = served.ctx.stack.take_change() {
        changes += 1;
        if changes > MOST_CHANGES {
            let text = format!(
                "its behavior changed {MOST_CHANGES} times without a message: `#[on(enter(..))]` \
                 and `#[on(leave(..))]` ask for changes in a circle"
            );
            let fault = Box::new(Fault { text, error: None });
            return settle(&served.cell.head, "enter", Ok(Err(fault)));
        }
        let ended = end_of(served.leave_hook()).await;
        settle(&served.cell.head, "leave", ended)?;
        // The data of the behavior that is left may panic when dropped.
        if let Err(payload) = catch(|| served.change(change)) {
            return Err(served
                .cell
                .head
                .settle(Stage::Dropping, Trouble::from(payload)));
        }
        let ended = end_of(served.enter_hook()).await;
        settle(&served.cell.head, "enter", ended)?;
    }
    Ok(())
}
