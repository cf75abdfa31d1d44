//! New incarnations.

use super::*;
use crate::{AskError, Props, Supervision};

#[test]
fn a_restart_races_with_mail_and_the_end() {
    race(|system| async move {
        let (actor, log) = subject(&system);
        let restarts = {
            let actor = actor.clone();
            spawn(async move {
                actor.restart();
                let told = actor.tell(Note(1)).is_ok();
                actor.restart();
                told
            })
        };
        let told = actor.tell(Note(2)).is_ok();
        actor.poison_and_wait().await;
        let also = restarts.await.expect("no panic");
        assert_eq!(log.count("2"), usize::from(told), "mail survives");
        assert!(log.count("1") <= usize::from(also));
        assert!(log.count("stopped") <= 1);
    });
}

#[test]
fn failures_race_with_a_restart_of_the_parent() {
    race(|system| async move {
        let (parent, log) = subject(&system);
        let child = parent.ask(Birth).timeout(Duration::MAX).await;
        let child = child.expect("it is there");
        let failures = {
            let child = child.clone();
            spawn(async move {
                let _ = child.tell(Fail);
                let _ = child.tell(Fail);
                child.stopped().await;
            })
        };
        parent.restart();
        assert!(ask(&parent).await.is_ok());
        parent.stop_and_wait().await;
        failures.await.expect("no panic");
        assert_eq!(log.lines().last().map(String::as_str), Some("stopped"));
    });
}

#[test]
fn siblings_that_fail_race_with_each_other_and_their_end() {
    race(|system| async move {
        let log = Log::default();
        let own = log.clone();
        let rules = Supervision::all_for_one().restarts(u32::MAX, Duration::from_secs(1));
        let parent = Props::new(move || Subject(own.clone())).supervise_children(rules);
        let parent = system.spawn(parent);
        let birth = || parent.ask(Birth).timeout(Duration::MAX);
        let (first, second) = (birth().await.expect("a"), birth().await.expect("b"));
        let failures = [first, second].map(|child| {
            spawn(async move {
                let _ = child.tell(Fail);
                // Answered by whichever incarnation, or refused.
                let _ = ask(&child).await;
                child.stopped().await;
            })
        });
        shuttle::future::yield_now().await;
        parent.stop_and_wait().await;
        for failure in failures {
            failure.await.expect("no panic");
        }
        assert_eq!(system.stats().actors, 0);
    });
}

#[test]
fn who_fails_again_amid_the_restart_of_its_siblings_comes_back() {
    race(|system| async move {
        let log = Log::default();
        let own = log.clone();
        let rules = Supervision::all_for_one().restarts(u32::MAX, Duration::from_secs(1));
        let parent = Props::new(move || Subject(own.clone())).supervise_children(rules);
        let parent = system.spawn(parent);
        let birth = || parent.ask(Birth).timeout(Duration::MAX);
        let (first, second) = (birth().await.expect("a"), birth().await.expect("b"));
        // Of the other one no failure comes, whose restart could help this one out.
        let _ = first.tell(Fail);
        let _ = first.tell(Fail);
        for child in [&first, &second] {
            while let Err(refused) = ask(child).await {
                assert!(matches!(refused, AskError::Full(_)), "a restart is no end");
                shuttle::future::yield_now().await;
            }
        }
        assert_eq!(first.stats().restarts, 2);
        parent.stop_and_wait().await;
    });
}
