//! Senders that wait for room.

use std::task::{Context, Poll};

use loom::thread;

use super::{Bell, Consumer, Mail, all};
use crate::mailbox::Mailbox;
use crate::node::Level;
use crate::queue::Place;

const STOP: u8 = Level::Stop as u8;

/// Waits until there is room. Whether the message was taken.
fn push_when_there_is_room(mail: &Mail, item: u32) -> bool {
    let (bell, waker) = Bell::new();
    let cx = Context::from_waker(&waker);
    let (mut place, mut message) = (Place::default(), Some(item));
    let sent = bell.until_ready(|| {
        let Mail { queue, progress } = mail;
        queue.poll_push(progress, &cx, &mut place, &mut message, |item| item)
    });
    sent.is_ok()
}

/// A mailbox for one message, which it has.
fn full() -> loom::sync::Arc<Mail> {
    let mail = Mail::new(Mailbox::bounded(1));
    assert!(mail.push(0));
    mail
}

#[test]
fn who_waits_for_room_gets_it() {
    all(|| {
        let mail = full();
        let sender = {
            let mail = mail.clone();
            thread::spawn(move || assert!(push_when_there_is_room(&mail, 1)))
        };
        let mut consumer = Consumer::new(&mail);
        assert_eq!(consumer.next(STOP), Some(0));
        assert_eq!(consumer.next(STOP), Some(1));
        sender.join().expect("it sends");
    });
}

#[test]
fn two_who_wait_for_room_both_get_it() {
    all(|| {
        let mail = full();
        let senders = [1, 2].map(|n| {
            let mail = mail.clone();
            thread::spawn(move || assert!(push_when_there_is_room(&mail, n)))
        });
        let mut consumer = Consumer::new(&mail);
        let mut got: Vec<_> = (0..3).filter_map(|_| consumer.next(STOP)).collect();
        got.sort_unstable();
        assert_eq!(got, [0, 1, 2]);
        for sender in senders {
            sender.join().expect("it sends");
        }
    });
}

#[test]
fn who_gives_up_passes_its_place_on() {
    all(|| {
        let mail = full();
        let (_, waker) = Bell::new();
        let cx = Context::from_waker(&waker);
        let (mut place, mut message) = (Place::default(), Some(1));
        let Mail { queue, progress } = &*mail;
        let first = queue.poll_push(progress, &cx, &mut place, &mut message, |item| item);
        assert!(matches!(first, Poll::Pending));
        let sender = {
            let mail = mail.clone();
            thread::spawn(move || assert!(push_when_there_is_room(&mail, 2)))
        };
        let consumer = {
            let mut consumer = Consumer::new(&mail);
            thread::spawn(move || {
                assert_eq!(consumer.next(STOP), Some(0));
                assert_eq!(consumer.next(STOP), Some(2));
            })
        };
        queue.leave(progress, &mut place);
        sender.join().expect("it sends");
        consumer.join().expect("it takes");
    });
}

#[test]
fn who_waits_is_told_when_it_stops() {
    all(|| {
        let mail = full();
        let sender = {
            let mail = mail.clone();
            thread::spawn(move || assert!(!push_when_there_is_room(&mail, 1)))
        };
        mail.queue.raise(&mail.progress, STOP);
        sender.join().expect("it is told");
    });
}
