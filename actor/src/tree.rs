//! Walks over the actors of a system.

use crate::core::Core;
use crate::deadlock::{Deadlock, Wait, WaitsFor};
use crate::node::{Node, living, scope_child};
use crate::pid::Pid;
use crate::stats::Stats;
use crate::sync::Arc;
use crate::waits::{Edge, For};

/// The living actors at the top, in the order of their start.
pub(crate) fn roots(core: &Core<dyn Node>) -> Vec<Arc<dyn Node>> {
    let roots = core.root.lock().children();
    living(roots)
}

/// The living actor with this path.
pub(crate) fn find(core: &Core<dyn Node>, path: &str) -> Option<Arc<dyn Node>> {
    let mut segments = path.split('/');
    let first = segments.next()?;
    let top = scope_child(&core.root.lock(), first)?;
    segments.try_fold(top, |node, segment| node.head().child(segment))
}

/// All living actors, each behind its children.
pub(crate) fn leaves_first(core: &Core<dyn Node>) -> Vec<Arc<dyn Node>> {
    let mut found = Vec::new();
    let mut open = roots(core);
    while let Some(node) = open.pop() {
        open.extend(node.head().children());
        found.push(node);
    }
    found.reverse();
    found
}

/// Names the actors that wait for each other, when they do.
pub(crate) fn tell_of_deadlocks(core: &Arc<Core<dyn Node>>) {
    let weak = Arc::downgrade(core);
    core.deadlines.tell_of_circles(move |edges| {
        if let Some(core) = weak.upgrade() {
            let all = leaves_first(&core);
            let waits = edges.iter().map(|edge| wait(&core, &all, edge)).collect();
            core.deadlock(Deadlock { waits });
        }
    });
}

fn wait(core: &Core<dyn Node>, all: &[Arc<dyn Node>], edge: &Edge) -> Wait {
    let waiter = all.iter().find(|node| node.head().id == edge.waiter);
    // One that has just ended has no place in the tree any more.
    let ended = || Pid::local(core.address.clone(), format!("${}", edge.waiter));
    Wait {
        actor: waiter.map_or_else(ended, |node| node.head().pid()),
        message_type: edge.message_type,
        waits_for: match edge.what {
            For::Reply => WaitsFor::Reply,
            For::Room => WaitsFor::Room,
        },
    }
}

/// What became of every message.
pub(crate) fn stats(core: &Core<dyn Node>) -> Stats {
    // An actor leaves the tree after its counts are in the totals, so each is met once.
    let nodes = leaves_first(core);
    let (held, mut stats) = core.totals();
    for node in nodes.iter().filter(|node| !node.head().is_counted()) {
        stats.add(&node.stats());
    }
    drop(held);
    stats
}
