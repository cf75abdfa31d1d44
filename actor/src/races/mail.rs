//! Messages and requests against ends.

use super::*;
use crate::AskError;

#[test]
fn every_request_ends_whatever_happens_to_its_actor() {
    race(|system| async move {
        let (actor, _) = subject(&system);
        let asks = [1, 2].map(|_| {
            let actor = actor.clone();
            spawn(async move {
                match ask(&actor).await {
                    Ok(answer) => assert_eq!(answer, 7),
                    Err(AskError::Stopped(_) | AskError::Discarded | AskError::NoReply) => {}
                    Err(other) => panic!("{other:?}"),
                }
            })
        });
        let stopper = {
            let actor = actor.clone();
            spawn(async move { actor.stop() })
        };
        actor.kill_and_wait().await;
        for task in asks.into_iter().chain([stopper]) {
            task.await.expect("no panic");
        }
    });
}

#[test]
fn who_waits_for_room_is_served_or_told() {
    race(|system| async move {
        let (actor, log) = subject(&system);
        let senders = [1, 2, 3].map(|n| {
            let actor = actor.clone();
            spawn(async move {
                let mut taken = 0;
                for _ in 0..2 {
                    taken += usize::from(actor.tell_wait(Note(n)).await.is_ok());
                }
                taken
            })
        });
        let poisoner = {
            let actor = actor.clone();
            spawn(async move { actor.poison() })
        };
        let mut taken = 0;
        for sender in senders {
            taken += sender.await.expect("no panic");
        }
        poisoner.await.expect("no panic");
        actor.stopped().await;
        let handled: usize = ["1", "2", "3"].map(|n| log.count(n)).iter().sum();
        assert_eq!(handled, taken, "poison leaves nothing behind");
    });
}

#[test]
fn a_forward_reaches_its_target_or_its_asker_learns_it() {
    race(|system| async move {
        let ((first, _), (second, _)) = (subject(&system), subject(&system));
        let asker = {
            let (first, second) = (first.clone(), second.clone());
            spawn(async move {
                let forward = first.ask(Forward(second)).timeout(Duration::MAX);
                match forward.await {
                    Ok(answer) => assert_eq!(answer, 7),
                    Err(AskError::Stopped(_) | AskError::Discarded | AskError::NoReply) => {}
                    Err(other) => panic!("{other:?}"),
                }
            })
        };
        second.stop();
        asker.await.expect("no panic");
        first.stop_and_wait().await;
    });
}

#[test]
fn the_result_of_a_pipe_is_handled_lost_or_never_sent() {
    race(|system| async move {
        let (actor, log) = subject(&system);
        let piper = {
            let actor = actor.clone();
            spawn(async move {
                let piped = actor.ask(Pipe(5)).timeout(Duration::MAX).await;
                if let Ok(task) = piped {
                    task.cancel();
                    return log.count("5");
                }
                0
            })
        };
        let stopper = {
            let actor = actor.clone();
            spawn(async move { actor.poison() })
        };
        let before_cancel = piper.await.expect("no panic");
        assert!(before_cancel <= 1);
        stopper.await.expect("no panic");
        actor.stopped().await;
        let stats = actor.stats();
        assert!(stats.is_balanced() && stats.waiting == 0, "{stats:?}");
    });
}
