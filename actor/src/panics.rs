//! Where panics happen: the one thing that is the process's and not a system's.
//!
//! A payload does not say where it comes from; only the panic hook is told. Ours notes it for the thread and
//! calls the hook that was there before, so that nothing else changes.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::panic::PanicHookInfo;
use std::sync::Once;

/// Where a panic happened.
#[derive(Debug)]
pub(crate) struct Site {
    /// `src/main.rs:7:9`
    pub(crate) location: String,
    /// When the environment asks for one (`RUST_BACKTRACE`).
    pub(crate) backtrace: Option<Backtrace>,
}

thread_local! {
    /// The last panic of this thread that nobody has asked about.
    static LAST: RefCell<Option<Site>> = const { RefCell::new(None) };
}

/// Notes where panics happen from now on. Only the first call does something.
pub(crate) fn note_sites() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            note(info);
            before(info);
        }));
    });
}

fn note(info: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    let site = info.location().map(|location| Site {
        location: location.to_string(),
        backtrace: captured.then_some(backtrace),
    });
    // A thread that ends may panic, too.
    let _ = LAST.try_with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = site;
        }
    });
}

/// Where the panic happened that this thread has just caught.
pub(crate) fn take_site() -> Option<Site> {
    LAST.try_with(|last| last.try_borrow_mut().ok()?.take())
        .ok()
        .flatten()
}
