//! Walks over the actors of a system.

use crate::core::Core;
use crate::node::{Node, living, scope_child};
use crate::stats::Stats;
use crate::sync::Arc;

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
