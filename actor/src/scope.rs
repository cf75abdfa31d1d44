//! The children of one actor, or of the system.

use std::collections::BTreeMap;
use std::task::{Context, Poll, Waker};

use crate::node::{Node, Occupied};
use crate::sync::Arc;

/// Children in the order in which they were started, and the names that are taken.
#[derive(Default)]
pub(crate) struct Scope {
    children: BTreeMap<u64, Arc<dyn Node>>,
    names: BTreeMap<Arc<str>, u64>,
    closed: bool,
    emptied: Option<Waker>,
}

impl Scope {
    pub(crate) fn add(
        &mut self,
        child: Arc<dyn Node>,
        name: Option<&Arc<str>>,
    ) -> Result<(), Occupied> {
        if self.closed {
            return Err(Occupied::Closed);
        }
        let id = child.key().id;
        if let Some(name) = name {
            if self.names.contains_key(name) {
                return Err(Occupied::NameTaken);
            }
            self.names.insert(name.clone(), id);
        }
        self.children.insert(id, child);
        Ok(())
    }

    /// From now on nobody is added.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    pub(crate) fn release_name(&mut self, name: &str) {
        self.names.remove(name);
    }

    /// Returns whom to wake after the lock, when the last child is gone.
    pub(crate) fn forget(&mut self, id: u64) -> Option<Waker> {
        self.children.remove(&id);
        if self.children.is_empty() {
            self.emptied.take()
        } else {
            None
        }
    }

    pub(crate) fn poll_empty(&mut self, cx: &Context<'_>) -> Poll<()> {
        if self.children.is_empty() {
            return Poll::Ready(());
        }
        self.emptied = Some(cx.waker().clone());
        Poll::Pending
    }

    /// In the order of their start.
    pub(crate) fn children(&self) -> Vec<Arc<dyn Node>> {
        self.children.values().cloned().collect()
    }

    /// By name, or by `$` and number.
    pub(crate) fn child(&self, segment: &str) -> Option<Arc<dyn Node>> {
        let id = match segment.strip_prefix('$') {
            Some(number) => number.parse().ok()?,
            None => *self.names.get(segment)?,
        };
        let child = self.children.get(&id)?;
        // `$7` names the unnamed child 7 alone, not a named one that has this number too.
        (child.pid().id().rsplit('/').next() == Some(segment)).then(|| child.clone())
    }
}
