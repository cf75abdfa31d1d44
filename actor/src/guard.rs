//! Runs a piece of an actor's own code so that neither its panic nor its end by force escapes.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use crate::cell::Cell;
use crate::failure::{Payload, catch};
use crate::handles::Receives;
use crate::node::Level;

/// Why a piece of an actor's code did not come to its end.
pub(crate) enum Interrupt {
    Panicked(Payload),
    /// The control lane reached the limit, and the future was dropped.
    Killed,
}

/// Polls `future` until it is ready, panics, or a signal of `limit` or above is raised.
#[inline]
pub(crate) async fn guarded<A: Receives, F: Future>(
    cell: &Cell<A>,
    limit: Level,
    future: F,
) -> Result<F::Output, Interrupt> {
    let mut future = pin!(Some(future));
    let ended = poll_fn(|cx| {
        if cell.progress.signal() >= limit as u8 {
            return Poll::Ready(Err(Interrupt::Killed));
        }
        let Some(running) = future.as_mut().as_pin_mut() else {
            return Poll::Pending; // not reached: it is taken out below
        };
        match catch(|| running.poll(cx)) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(Interrupt::Panicked(payload))),
            Ok(Poll::Pending) => {
                let signal = cell.queue.watch_signal(&cell.progress, cx.waker());
                if signal >= limit as u8 {
                    return Poll::Ready(Err(Interrupt::Killed));
                }
                Poll::Pending
            }
        }
    })
    .await;
    // What a half-run handler owns is dropped here, and may panic.
    if ended.is_err()
        && let Err(payload) = catch(|| future.set(None))
    {
        return Err(match ended {
            Err(Interrupt::Panicked(first)) => Interrupt::Panicked(first),
            _ => Interrupt::Panicked(payload),
        });
    }
    ended
}
