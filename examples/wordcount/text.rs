//! A text file, read in blocks of whole lines.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::str;

/// How much is read at once: enough that a message costs nothing beside its text.
const BLOCK: usize = 64 * 1024;

/// A text file that is being read.
pub(crate) struct Text {
    source: Box<dyn Read + Send>,
    /// The beginning of a line whose end is not read yet.
    begun: Vec<u8>,
}

/// Some whole lines, and the text behind them.
pub(crate) struct Piece {
    pub(crate) block: String,
    pub(crate) rest: Option<Text>,
}

impl Text {
    /// Opens a file and makes sure that all of it is UTF-8, so that it counts as a whole or not at
    /// all.
    ///
    /// # Errors
    ///
    /// Whatever the operating system says, and `InvalidData` when it is not UTF-8.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if file.metadata()?.is_file() {
            check_utf8(&mut file)?;
            file.rewind()?;
            return Ok(Self::new(file));
        }
        // A pipe cannot be read twice.
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        check_utf8(&mut text.as_slice())?;
        Ok(Self::new(Cursor::new(text)))
    }

    fn new(source: impl Read + Send + 'static) -> Self {
        Self {
            source: Box::new(source),
            begun: Vec::new(),
        }
    }

    /// Reads the next whole lines, about [`BLOCK`] bytes of them.
    ///
    /// A line that is longer than a block comes in pieces, which end between two words.
    ///
    /// # Errors
    ///
    /// Whatever the operating system says.
    pub(crate) fn next(mut self) -> io::Result<Piece> {
        let mut block = std::mem::take(&mut self.begun);
        let at_end = loop {
            let searched = block.len();
            block.reserve(BLOCK);
            let mut more = self.source.by_ref().take(BLOCK as u64);
            if more.read_to_end(&mut block)? < BLOCK {
                break true;
            }
            if let Some(end) = cut(&block[searched..]) {
                self.begun = block.split_off(searched + end);
                break false;
            }
        };
        // It was UTF-8 when it was opened; it may have changed since.
        let block = String::from_utf8(block).map_err(|_| not_utf8())?;
        let rest = (!at_end).then_some(self);
        Ok(Piece { block, rest })
    }
}

/// Where a block can end: behind its last line or, if that is longer, behind its last word.
fn cut(block: &[u8]) -> Option<usize> {
    let end_of_line = block.iter().rposition(|byte| *byte == b'\n');
    let between_words = || {
        let mut bytes = block.iter();
        bytes.rposition(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
    };
    end_of_line.or_else(between_words).map(|at| at + 1)
}

fn check_utf8(source: &mut impl Read) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    let mut filled = 0;
    loop {
        let read = match source.read(&mut buffer[filled..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let text = &buffer[..filled + read];
        filled = match str::from_utf8(text) {
            Ok(_) => 0,
            // The last character is not complete yet.
            Err(error) if error.error_len().is_none() && read > 0 => {
                let begun = error.valid_up_to()..text.len();
                let len = begun.len();
                buffer.copy_within(begun, 0);
                len
            }
            Err(_) => return Err(not_utf8()),
        };
        if read == 0 {
            return Ok(());
        }
    }
}

fn not_utf8() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<String> {
        let mut rest = Some(Text::new(Cursor::new(text.to_owned())));
        let next = || {
            let piece = rest.take()?.next().unwrap();
            rest = piece.rest;
            Some(piece.block)
        };
        std::iter::from_fn(next).collect()
    }

    /// Gives one byte at a time, as a slow pipe may.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            (buffer[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    #[test]
    fn a_block_ends_with_a_line() {
        let text = "the same line again\n".repeat(100_000);
        let blocks = blocks(&text);
        assert!(blocks.len() > 5);
        let whole = |block: &String| block.is_empty() || block.ends_with('\n');
        assert!(blocks.iter().all(whole));
        assert_eq!(blocks.concat(), text);
    }

    #[test]
    fn a_long_line_is_cut_between_words_and_a_long_word_is_not_cut() {
        let line = "wörter und ".repeat(100_000);
        let blocks_of_line = blocks(&line);
        assert!(blocks_of_line.len() > 5);
        assert!(blocks_of_line.iter().all(|block| block.ends_with(' ')));
        assert_eq!(blocks_of_line.concat(), line);

        let word = "ö".repeat(2 * BLOCK);
        assert_eq!(blocks(&word), [word]);
    }

    #[test]
    fn no_text_is_an_empty_block() {
        assert_eq!(blocks(""), [""]);
    }

    #[test]
    fn a_character_may_come_in_pieces_but_must_be_complete() {
        let text = "naïve 語 🦀".as_bytes();
        assert!(check_utf8(&mut Trickle(text)).is_ok());
        assert!(check_utf8(&mut Trickle(&text[..text.len() - 1])).is_err());
        assert!(check_utf8(&mut Trickle(b"caf\xe9 au lait")).is_err());
    }
}
