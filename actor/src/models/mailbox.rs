//! Senders, the consumer and the control lane.

use loom::thread;

use super::{Consumer, Mail, all};
use crate::mailbox::{Mailbox, Overflow};
use crate::node::Level;

const STOP: u8 = Level::Stop as u8;
const KILL: u8 = Level::Kill as u8;

#[test]
fn two_senders_lose_nothing_and_keep_their_order() {
    all(|| {
        let mail = Mail::new(Mailbox::unbounded());
        let senders = [10, 20].map(|first| {
            let mail = mail.clone();
            thread::spawn(move || (0..2).for_each(|n| assert!(mail.push(first + n))))
        });
        let mut consumer = Consumer::new(&mail);
        let got: Vec<u32> = (0..4).filter_map(|_| consumer.next(STOP)).collect();
        for first in [10, 20] {
            let own: Vec<u32> = got
                .iter()
                .copied()
                .filter(|n| n / 10 == first / 10)
                .collect();
            assert_eq!(own, [first, first + 1]);
        }
        for sender in senders {
            sender.join().expect("it sends");
        }
    });
}

#[test]
fn a_push_wakes_who_is_parked() {
    all(|| {
        let mail = Mail::new(Mailbox::bounded(1));
        let sender = {
            let mail = mail.clone();
            thread::spawn(move || assert!(mail.push(1)))
        };
        assert_eq!(Consumer::new(&mail).next(STOP), Some(1));
        sender.join().expect("it sends");
    });
}

#[test]
fn a_signal_wakes_who_is_parked() {
    all(|| {
        let mail = Mail::new(Mailbox::unbounded());
        let stopper = {
            let mail = mail.clone();
            thread::spawn(move || mail.queue.raise(&mail.progress, STOP))
        };
        assert_eq!(Consumer::new(&mail).next(STOP), None);
        stopper.join().expect("it stops");
    });
}

#[test]
fn after_poison_all_that_was_taken_is_handled() {
    all(|| {
        let mail = Mail::new(Mailbox::unbounded());
        let sender = {
            let mail = mail.clone();
            thread::spawn(move || (1..=2).filter(|&n| mail.push(n)).count())
        };
        let poisoner = {
            let mail = mail.clone();
            thread::spawn(move || mail.queue.raise(&mail.progress, Level::Poison as u8))
        };
        let mut consumer = Consumer::new(&mail);
        let handled = std::iter::from_fn(|| consumer.next(STOP)).count();
        assert_eq!(handled, sender.join().expect("it sends"));
        poisoner.join().expect("it poisons");
    });
}

#[test]
fn when_it_stops_each_message_is_handled_left_or_given_back() {
    all(|| {
        let mail = Mail::new(Mailbox::unbounded());
        let sender = {
            let mail = mail.clone();
            thread::spawn(move || (1..=2).filter(|&n| mail.push(n)).count())
        };
        let stopper = {
            let mail = mail.clone();
            thread::spawn(move || mail.queue.raise(&mail.progress, STOP))
        };
        let mut consumer = Consumer::new(&mail);
        let handled = std::iter::from_fn(|| consumer.next(STOP)).count();
        let in_batch = consumer.batch.take().map_or(0, |batch| batch.len());
        let left = in_batch + mail.queue.retire(&mail.progress).len();
        let taken = sender.join().expect("it sends");
        assert_eq!(taken, handled + left);
        let counts = mail.queue.counts(&mail.progress);
        assert_eq!(counts.accepted as usize, taken);
        stopper.join().expect("it stops");
    });
}

#[test]
fn nothing_gets_in_after_the_counts_are_final() {
    all(|| {
        let mail = Mail::new(Mailbox::unbounded());
        let senders = [1, 2].map(|n| {
            let mail = mail.clone();
            thread::spawn(move || match n {
                1 => mail.push(n),
                _ => mail.queue.push_unbounded(n, true).is_ok(),
            })
        });
        let left = mail.queue.retire(&mail.progress).len();
        let taken = senders.map(|sender| sender.join().expect("it sends"));
        assert_eq!(taken.into_iter().filter(|taken| *taken).count(), left);
        assert_eq!(mail.queue.counts(&mail.progress).accepted as usize, left);
    });
}

#[test]
fn the_bound_holds_while_the_consumer_takes() {
    all(|| {
        let mail = Mail::new(Mailbox::bounded(1));
        assert!(mail.push(0));
        let senders = [1, 2].map(|n| {
            let mail = mail.clone();
            thread::spawn(move || mail.push(n))
        });
        let mut consumer = Consumer::new(&mail);
        assert_eq!(consumer.next(STOP), Some(0));
        assert!(mail.queue.counts(&mail.progress).queued <= 1);
        let taken = senders.map(|sender| sender.join().expect("it sends"));
        assert!(taken.into_iter().filter(|taken| *taken).count() <= 1);
        assert!(mail.queue.counts(&mail.progress).queued <= 1);
    });
}

#[test]
fn a_kill_is_never_missed_by_a_handler_that_waits() {
    all(|| {
        let mail = Mail::new(Mailbox::unbounded());
        assert!(mail.push(1));
        let mut consumer = Consumer::new(&mail);
        assert_eq!(consumer.next(STOP), Some(1));
        let killer = {
            let mail = mail.clone();
            thread::spawn(move || {
                mail.push(2); // is no reason to wake it
                mail.queue.raise(&mail.progress, KILL);
            })
        };
        loop {
            let (signal, _) = mail.queue.watch_signal(&mail.progress, &consumer.waker);
            if signal >= KILL {
                break;
            }
            consumer.bell.0.wait();
        }
        killer.join().expect("it kills");
    });
}

#[test]
fn who_drops_the_oldest_drops_each_once() {
    all(|| {
        let mailbox = Mailbox::bounded(1).overflow(Overflow::DropOldest);
        let mail = Mail::new(mailbox);
        let senders = [1, 2].map(|n| {
            let mail = mail.clone();
            thread::spawn(move || {
                let mut lost = None;
                let pushed = mail
                    .queue
                    .push(&mail.progress, n, |n| n, |n| lost = Some(n));
                assert!(pushed.is_ok());
                lost
            })
        });
        let mut consumer = Consumer::new(&mail);
        let first = consumer.next(STOP);
        let lost = senders.map(|sender| sender.join().expect("it sends"));
        let left = mail.queue.retire(&mail.progress);
        let mut all: Vec<u32> = lost
            .into_iter()
            .flatten()
            .chain(first)
            .chain(left)
            .collect();
        all.sort_unstable();
        assert_eq!(all, [1, 2]);
    });
}

#[test]
fn who_waits_in_a_message_is_on_the_watchdogs_list() {
    all(|| {
        let mail = Mail::new(Mailbox::unbounded());
        assert!(mail.push(1) && mail.push(2));
        let mut consumer = Consumer::new(&mail);
        assert_eq!(consumer.next(STOP), Some(1));
        assert!(mail.queue.watch_signal(&mail.progress, &consumer.waker).1);
        let watchdog = {
            let mail = mail.clone();
            thread::spawn(move || mail.queue.unlist(&mail.progress))
        };
        assert_eq!(consumer.next(STOP), Some(2));
        let (_, listed_again) = mail.queue.watch_signal(&mail.progress, &consumer.waker);
        let struck = watchdog.join().expect("it looks");
        assert!(listed_again == struck, "it is listed once");
    });
}
