//! What panics where nobody expects it.

use std::fmt;
use std::sync::Once;

/// Panics when it is dropped, if it is armed.
#[derive(Debug)]
pub struct Bomb(pub bool);

impl Drop for Bomb {
    fn drop(&mut self) {
        // A second panic while one unwinds would end the process.
        if self.0 && !std::thread::panicking() {
            panic!("bomb dropped");
        }
    }
}

/// Panics when it is shown.
#[derive(Debug)]
pub struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("bomb shown");
    }
}

/// From now on panics whose text has the word `bomb`, or that have none, are no news on the terminal.
pub fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload_as_str().unwrap_or("bomb").contains("bomb") {
                loud(info);
            }
        }));
    });
}
