//! Promise 1: one message at a time per actor; from one sender to one receiver in the order sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use actor::prelude::*;
use actor::{AskError, TellError};
use actor_tests::{Gate, Hold, Log, Note, Subject, at_rest, on_workers, quiet, system};

/// A numbered message of one of several senders.
struct Numbered {
    sender: usize,
    number: u32,
}

struct Seen;

/// Checks the order of each sender's messages, and that no two handlers overlap.
#[actor]
#[derive(Default)]
struct Witness {
    next: Vec<u32>,
    inversions: usize,
    busy: Arc<AtomicBool>,
    overlaps: usize,
}

#[actor]
impl Witness {
    #[handler]
    fn numbered(&mut self, msg: Numbered) {
        self.enter();
        if self.next.len() <= msg.sender {
            self.next.resize(msg.sender + 1, 0);
        }
        let next = &mut self.next[msg.sender];
        self.inversions += usize::from(*next != msg.number);
        *next = msg.number + 1;
        self.busy.store(false, Ordering::SeqCst);
    }

    #[handler]
    fn seen(&self, _: Seen) -> (Vec<u32>, usize, usize) {
        (self.next.clone(), self.inversions, self.overlaps)
    }

    fn enter(&mut self) {
        self.overlaps += usize::from(self.busy.swap(true, Ordering::SeqCst));
    }
}

/// `senders` tasks send `each` numbered messages to one actor with room for 1024.
fn fifo_per_pair(workers: usize, senders: usize, each: u32) {
    on_workers(workers, async {
        let system = system();
        let witness = system.spawn(Props::new(Witness::default).mailbox(Mailbox::bounded(1_024)));
        let tasks: Vec<_> = (0..senders)
            .map(|sender| {
                let witness = witness.clone();
                tokio::spawn(async move {
                    for number in 0..each {
                        let sent = witness.tell_wait(Numbered { sender, number }).await;
                        assert!(sent.is_ok());
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("a sender");
        }
        let (next, inversions, overlaps) = loop {
            match witness.ask(Seen).await {
                Ok(seen) => break seen,
                Err(AskError::Full(_)) => tokio::task::yield_now().await,
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!(inversions, 0);
        assert_eq!(overlaps, 0);
        // No inversion and this many: none lost, none twice.
        assert_eq!(next, vec![each; senders]);
        system.shutdown().await;
        assert_eq!(
            at_rest(&system).handled,
            u64::from(each) * senders as u64 + 1
        );
    });
}

// Row A1: 64 senders x 10^5 messages on each of three sizes of runtime; a debug build takes a fifth of them.
const A1_SENDERS: usize = 64;
const A1_EACH: u32 = if cfg!(debug_assertions) {
    20_000
} else {
    100_000
};

#[test]
fn a1_fifo_per_pair_on_2_workers() {
    fifo_per_pair(2, A1_SENDERS, A1_EACH);
}

#[test]
fn a1_fifo_per_pair_on_4_workers() {
    fifo_per_pair(4, A1_SENDERS, A1_EACH);
}

#[test]
fn a1_fifo_per_pair_on_16_workers() {
    fifo_per_pair(16, A1_SENDERS, A1_EACH);
}

#[test]
fn a_full_mailbox_leaves_a_gap_and_no_inversion() {
    on_workers(2, async {
        let system = system();
        let witness = system.spawn(Props::new(Order::default).mailbox(Mailbox::bounded(8)));
        let refused = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..4)
            .map(|sender| {
                let (witness, refused) = (witness.clone(), refused.clone());
                tokio::spawn(async move {
                    for number in 0..20_000 {
                        match witness.tell(Numbered { sender, number }) {
                            Ok(()) => {}
                            Err(TellError::Full(_)) => {
                                refused.fetch_add(1, Ordering::SeqCst);
                                tokio::task::yield_now().await;
                            }
                            Err(other) => panic!("{other}"),
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("a sender");
        }
        let handled = loop {
            match witness.ask(Seen).await {
                Ok((inversions, handled)) => {
                    assert_eq!(inversions, 0);
                    break handled;
                }
                Err(error) => assert!(error.into_message().is_some()),
            }
        };
        let refused = refused.load(Ordering::SeqCst);
        assert!(
            refused > 0,
            "the mailbox was never full: the test shows nothing"
        );
        assert_eq!(handled + refused, 80_000);
        system.shutdown().await;
        at_rest(&system);
    });
}

/// Like [`Witness`], but gaps are all right.
#[actor]
#[derive(Default)]
struct Order {
    last: [Option<u32>; 4],
    inversions: usize,
    handled: usize,
}

#[actor]
impl Order {
    #[handler]
    fn numbered(&mut self, msg: Numbered) {
        let last = &mut self.last[msg.sender];
        self.inversions += usize::from(last.is_some_and(|last| last >= msg.number));
        *last = Some(msg.number);
        self.handled += 1;
    }

    #[handler]
    fn seen(&self, _: Seen) -> (usize, usize) {
        (self.inversions, self.handled)
    }
}

#[tokio::test(start_paused = true)]
async fn an_async_handler_lets_no_other_message_in() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    subject.tell(Note(1)).expect("room");
    gate.reached().await;
    quiet().await;
    assert_eq!(log.take(), ["started", "hold"]);
    gate.open();
    quiet().await;
    assert_eq!(log.take(), ["let go", "hold over", "1"]);
}

#[tokio::test(start_paused = true)]
async fn all_verbs_of_one_sender_keep_their_order() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    let recipient: Recipient<Note, u32> = subject.clone().into();
    for round in 0..100 {
        let number = round * 6;
        subject.tell(Note(number)).expect("room");
        recipient.tell(Note(number + 1)).expect("room");
        subject.tell_wait(Note(number + 2)).await.expect("room");
        recipient.tell_wait(Note(number + 3)).await.expect("room");
        let first = subject.ask(Note(number + 4));
        let meta = actor::Meta::new().header("k", "v");
        let second = async { subject.tell_with(meta, Note(number + 5)) };
        let (reply, told) = tokio::join!(biased; first, second);
        assert_eq!(reply.expect("an answer"), number + 4);
        told.expect("room");
    }
    quiet().await;
    let expected: Vec<_> = (0..600).map(|number: u32| number.to_string()).collect();
    assert_eq!(log.take()[1..], expected);
}
