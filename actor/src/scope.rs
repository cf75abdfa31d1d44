//! The children of one actor, or of the system.

use std::collections::BTreeMap;
use std::task::{Context, Poll, Waker};

use crate::sync::Arc;

/// Why a child was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occupied {
    NameTaken,
    Closed,
}

/// Children in the order in which they were started, and the names that are taken.
pub(crate) struct Scope<N: ?Sized> {
    children: BTreeMap<u64, Arc<N>>,
    names: BTreeMap<Arc<str>, u64>,
    closed: bool,
    emptied: Option<Waker>,
}

impl<N: ?Sized> Default for Scope<N> {
    fn default() -> Self {
        Self {
            children: BTreeMap::new(),
            names: BTreeMap::new(),
            closed: false,
            emptied: None,
        }
    }
}

impl<N: ?Sized> Scope<N> {
    pub(crate) fn add(
        &mut self,
        id: u64,
        child: Arc<N>,
        name: Option<&Arc<str>>,
    ) -> Result<(), Occupied> {
        if self.closed {
            return Err(Occupied::Closed);
        }
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
    pub(crate) fn children(&self) -> Vec<Arc<N>> {
        self.children.values().cloned().collect()
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<&Arc<N>> {
        self.children.get(self.names.get(name)?)
    }

    pub(crate) fn by_id(&self, id: u64) -> Option<&Arc<N>> {
        self.children.get(&id)
    }
}
