//! Counts the words of many files with a few actors.
//!
//! ```text
//!   count --Read--> Reader --Block--> Counter, one per core --Partial--> Merger
//!     |               |                                                    ^
//!     |               +--Seen--> Console                                   |
//!     +------Unreadable--------> Console                                   |
//!     +------Top-----------------------------------------------------------+
//! ```
//!
//! The counters' mailboxes are small, and the reader waits for room in them: however large the
//! files are, only a few blocks of text are in memory.

mod console;
mod count;
mod counter;
mod files;
mod merger;
mod reader;
mod text;

pub use crate::console::{Console, Seen, Unreadable};
pub use crate::count::{CountError, Report, count};
pub use crate::counter::{Block, Counter};
pub use crate::merger::{Merger, Partial, Top, TopWords, Words};
pub use crate::reader::{Read, ReadError, Reader, Size};
