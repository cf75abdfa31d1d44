//! The children of one actor, or of the system.

use std::collections::BTreeMap;
use std::task::{Context, Poll, Waker};

use slab::Slab;

use crate::sync::Arc;

/// Why a child was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occupied {
    NameTaken,
    Closed,
}

/// The children that there are, and the names that are taken.
///
/// A slab, because its entry is half of a tree's, and there may be a million.
pub(crate) struct Scope<N: ?Sized> {
    children: Slab<Child<N>>,
    names: BTreeMap<Arc<str>, usize>,
    closed: bool,
    emptied: Option<Waker>,
}

struct Child<N: ?Sized> {
    id: u64,
    node: Arc<N>,
}

impl<N: ?Sized> Default for Scope<N> {
    fn default() -> Self {
        Self {
            children: Slab::new(),
            names: BTreeMap::new(),
            closed: false,
            emptied: None,
        }
    }
}

impl<N: ?Sized> Scope<N> {
    /// Returns the place that [`forget`](Self::forget) wants to know.
    pub(crate) fn add(
        &mut self,
        id: u64,
        node: Arc<N>,
        name: Option<&Arc<str>>,
    ) -> Result<u32, Occupied> {
        if self.closed {
            return Err(Occupied::Closed);
        }
        if let Some(name) = name {
            if self.names.contains_key(name) {
                return Err(Occupied::NameTaken);
            }
            self.names.insert(name.clone(), self.children.vacant_key());
        }
        let place = self.children.insert(Child { id, node });
        Ok(u32::try_from(place).expect("memory ends before 2^32 actors"))
    }

    /// From now on nobody is added.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    pub(crate) fn release_name(&mut self, name: &str) {
        self.names.remove(name);
    }

    /// Returns whom to wake after the lock, when the last child is gone.
    pub(crate) fn forget(&mut self, place: u32) -> Option<Waker> {
        self.children.try_remove(place as usize);
        if !self.children.is_empty() {
            return None;
        }
        self.children = Slab::new(); // a slab does not shrink by itself
        self.emptied.take()
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
        let mut children: Vec<_> = self.children.iter().map(|(_, child)| child).collect();
        children.sort_unstable_by_key(|child| child.id);
        children.iter().map(|child| child.node.clone()).collect()
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<&Arc<N>> {
        let child = self.children.get(*self.names.get(name)?)?;
        Some(&child.node)
    }

    /// Looks at all of them: an unnamed actor is seldom looked up.
    pub(crate) fn by_id(&self, id: u64) -> Option<&Arc<N>> {
        let mut children = self.children.iter().map(|(_, child)| child);
        children
            .find(|child| child.id == id)
            .map(|child| &child.node)
    }
}
