//! One request: its turn, its answer, its time.

use std::sync::Arc;
use std::task::Context;

use loom::thread;

use super::{Bell, all};
use crate::reply::{ReplyTo, Sent};
use crate::slot::{Answer, Slot};

fn slot() -> (Arc<Slot<u32>>, Arc<Bell>, std::task::Waker) {
    let (bell, waker) = Bell::new();
    (Arc::new(Slot::new(waker.clone())), bell, waker)
}

fn answer(slot: &Slot<u32>, bell: &Bell, waker: &std::task::Waker) -> Answer<u32> {
    bell.until_ready(|| slot.poll(&Context::from_waker(waker)))
}

#[test]
fn a_turn_and_a_timeout_do_not_both_win() {
    all(|| {
        let (slot, bell, waker) = slot();
        let handler = {
            let slot = slot.clone();
            thread::spawn(move || slot.start())
        };
        assert!(slot.give_up());
        let started = handler.join().expect("it starts");
        let expected = if started {
            Answer::Timeout
        } else {
            Answer::Expired
        };
        assert_eq!(answer(&slot, &bell, &waker), expected);
    });
}

#[test]
fn the_answer_wakes_its_asker() {
    all(|| {
        let (slot, bell, waker) = slot();
        let handler = {
            let slot = slot.clone();
            thread::spawn(move || {
                assert!(slot.start());
                assert!(slot.complete(Answer::Reply(7)).is_ok());
            })
        };
        assert_eq!(answer(&slot, &bell, &waker), Answer::Reply(7));
        handler.join().expect("it answers");
    });
}

#[test]
fn an_answer_and_a_timeout_do_not_both_arrive() {
    all(|| {
        let (slot, bell, waker) = slot();
        assert!(slot.start());
        let handler = {
            let to = ReplyTo::slot(slot.clone());
            thread::spawn(move || matches!(to.send(7), Sent::Delivered))
        };
        let sweeper = {
            let slot = slot.clone();
            thread::spawn(move || slot.give_up())
        };
        let got = answer(&slot, &bell, &waker);
        let delivered = handler.join().expect("it answers");
        let timed_out = sweeper.join().expect("it sweeps");
        assert!(delivered != timed_out);
        let expected = if delivered {
            Answer::Reply(7)
        } else {
            Answer::Timeout
        };
        assert_eq!(got, expected);
    });
}

#[test]
fn a_request_that_is_handed_on_can_still_expire_or_start_once() {
    all(|| {
        let (slot, bell, waker) = slot();
        assert!(slot.start());
        let handlers = {
            let slot = slot.clone();
            thread::spawn(move || {
                slot.requeue();
                slot.start() && slot.complete(Answer::Reply(7)).is_ok()
            })
        };
        let gave_up = slot.give_up();
        let got = answer(&slot, &bell, &waker);
        let answered = handlers.join().expect("they handle");
        assert!(gave_up != answered);
        match got {
            Answer::Reply(7) => assert!(answered),
            Answer::Expired | Answer::Timeout => assert!(gave_up),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_token_that_is_dropped_tells_its_asker() {
    all(|| {
        let (slot, bell, waker) = slot();
        let to = ReplyTo::slot(slot.clone());
        let actor = thread::spawn(move || {
            let started = to.start();
            drop(to);
            started
        });
        let gave_up = slot.give_up();
        let got = answer(&slot, &bell, &waker);
        let started = actor.join().expect("it drops");
        match got {
            Answer::NoReply => assert!(started && !gave_up),
            Answer::Timeout => assert!(started && gave_up),
            Answer::Expired => assert!(!started && gave_up),
            other => panic!("{other:?}"),
        }
    });
}
