//! An actor without its type: what the tree, the watchers and the system see of it.

use std::any::Any;

use tokio::sync::oneshot;

use crate::error::StartError;
use crate::failure::StopReason;
use crate::pid::Pid;
use crate::stats::Counts;
use crate::sync::Arc;
use crate::terminated::{Key, Terminated};

/// The levels of the control lane, each stronger than the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Level {
    /// End after the queue.
    Poison = 1,
    /// End after the current message.
    Stop = 2,
    /// Drop the handler at its next await.
    Kill = 3,
    /// Drop also what runs at the end. Only the system's shutdown goes this far.
    Abort = 4,
}

/// Who waits for an actor's end.
pub(crate) type EndSender = oneshot::Sender<StopReason>;
/// Who waits for an actor's start.
pub(crate) type StartSender = oneshot::Sender<Result<(), StartError>>;

pub(crate) trait Node: Send + Sync {
    fn key(&self) -> Key;
    fn pid(&self) -> Pid;
    fn parent(&self) -> Option<Arc<dyn Node>>;
    fn actor_type(&self) -> &'static str;
    fn counts(&self) -> Counts;
    fn has_ended(&self) -> bool;

    fn raise(&self, level: Level);
    /// Behind all that is queued, and never refused by a full mailbox.
    fn deliver(&self, event: Terminated);
    /// Tells `watcher` once when this actor has ended: now, if it has.
    fn add_watcher(&self, watcher: Arc<dyn Node>);
    fn remove_watcher(&self, watcher: Key);
    fn on_start(&self, waiter: StartSender);
    fn on_end(&self, waiter: EndSender);

    fn children(&self) -> Vec<Arc<dyn Node>>;
    fn child(&self, segment: &str) -> Option<Arc<dyn Node>>;
    fn add_child(&self, child: Arc<dyn Node>, name: Option<&Arc<str>>) -> Result<(), Occupied>;
    /// Gives a child's name free; the child itself is still there.
    fn release_name(&self, name: &str);
    fn forget_child(&self, id: u64);

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// Why a child was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occupied {
    NameTaken,
    Closed,
}

/// The subtree below `roots`, each actor behind its children.
pub(crate) fn leaves_first(roots: Vec<Arc<dyn Node>>) -> Vec<Arc<dyn Node>> {
    let mut found = Vec::new();
    let mut open = roots;
    while let Some(node) = open.pop() {
        open.extend(node.children());
        found.push(node);
    }
    found.reverse();
    found
}
