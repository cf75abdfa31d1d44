//! Counts words. There is one for each core.

use actor::prelude::*;

use crate::merger::{Merger, Partial, Words};

/// Some lines of text.
pub struct Block(pub String);

/// Counts the words of the blocks that it is sent.
///
/// A word is a run of letters and digits, in lower case.
#[actor(mailbox = 4)]
pub struct Counter {
    words: Words,
    merger: ActorRef<Merger>,
    /// The word in hand, in lower case.
    word: String,
}

#[actor]
impl Counter {
    /// Hands its count to `merger` when it ends.
    pub fn new(merger: ActorRef<Merger>) -> Self {
        Self {
            words: Words::new(),
            merger,
            word: String::new(),
        }
    }

    #[handler]
    fn block(&mut self, msg: Block) {
        let words = msg.0.split(|c: char| !c.is_alphanumeric());
        for word in words.filter(|word| !word.is_empty()) {
            self.one(word);
        }
    }

    fn one(&mut self, word: &str) {
        self.word.clear();
        if word.is_ascii() {
            self.word.push_str(word);
            self.word.make_ascii_lowercase();
        } else {
            self.word.push_str(&word.to_lowercase());
        }
        // Most words are known: only a new one costs an allocation.
        match self.words.get_mut(self.word.as_str()) {
            Some(count) => *count += 1,
            None => {
                self.words.insert(self.word.as_str().into(), 1);
            }
        }
    }

    #[on(stopped)]
    async fn hand_over(&mut self) {
        let words = std::mem::take(&mut self.words);
        // Refused only when the merger has stopped before: then nobody wants it.
        let _ = self.merger.tell_wait(Partial(words)).await;
    }
}
