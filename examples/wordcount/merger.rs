//! Brings the counts together.

use std::cmp::Ordering;
use std::collections::HashMap;

use actor::prelude::*;

/// How often each word was seen.
pub type Words = HashMap<Box<str>, u64>;

/// What one counter has counted.
pub struct Partial(pub Words);

/// Asks for the most frequent words, the most frequent first; of equals in the order of the
/// alphabet.
pub struct Top(pub usize);

/// The most frequent words, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopWords {
    /// The most frequent ones with their counts.
    pub top: Vec<(String, u64)>,
    /// How many different ones there are.
    pub different: usize,
    /// How many there are in all.
    pub total: u64,
}

/// Adds up what the counters have counted.
#[actor]
#[derive(Default)]
pub struct Merger {
    words: Words,
}

#[actor]
impl Merger {
    #[handler]
    fn partial(&mut self, mut msg: Partial) {
        if self.words.len() < msg.0.len() {
            std::mem::swap(&mut self.words, &mut msg.0);
        }
        for (word, count) in msg.0 {
            *self.words.entry(word).or_default() += count;
        }
    }

    #[handler]
    fn top(&self, msg: Top) -> TopWords {
        let mut all: Vec<(&str, u64)> = self.words.iter().map(|(w, n)| (&**w, *n)).collect();
        if msg.0 < all.len() {
            // Not all of a large vocabulary has to be put in order.
            all.select_nth_unstable_by(msg.0, by_rank);
            all.truncate(msg.0);
        }
        all.sort_unstable_by(by_rank);
        TopWords {
            top: all.into_iter().map(|(w, n)| (w.to_owned(), n)).collect(),
            different: self.words.len(),
            total: self.words.values().sum(),
        }
    }
}

fn by_rank((word, count): &(&str, u64), (other, other_count): &(&str, u64)) -> Ordering {
    other_count.cmp(count).then_with(|| word.cmp(other))
}
