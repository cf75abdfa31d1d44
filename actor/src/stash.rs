//! Messages that an actor has put aside.

use std::collections::VecDeque;

/// What is put aside, and what is to come back.
pub(crate) struct Stash<E> {
    kept: VecDeque<E>,
    /// To be handled before newer mail, in this order.
    released: VecDeque<E>,
}

impl<E> Default for Stash<E> {
    fn default() -> Self {
        Self {
            kept: VecDeque::new(),
            released: VecDeque::new(),
        }
    }
}

impl<E> Stash<E> {
    /// Messages that are kept.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(crate) fn keep(&mut self, message: E) {
        self.kept.push_back(message);
    }

    /// Lets the oldest `most` go. How many there were.
    pub(crate) fn release(&mut self, most: usize) -> usize {
        let most = most.min(self.kept.len());
        self.released.extend(self.kept.drain(..most));
        most
    }

    pub(crate) fn take_released(&mut self) -> VecDeque<E> {
        std::mem::take(&mut self.released)
    }

    /// All that there is, in order.
    pub(crate) fn into_all(mut self) -> VecDeque<E> {
        self.released.append(&mut self.kept);
        self.released
    }
}
