//! Watches against ends.

use super::*;

fn gone(log: &Log, target: &Pid) -> usize {
    log.count(&format!("gone {}", target.id()))
}

#[test]
fn a_watch_is_told_exactly_once() {
    race(|system| async move {
        let ((watcher, log), (target, _)) = (subject(&system), subject(&system));
        let stopper = {
            let target = target.clone();
            spawn(async move { target.stop() })
        };
        watcher
            .tell_wait(Watch(target.clone()))
            .await
            .expect("it lives");
        stopper.await.expect("no panic");
        target.stopped().await;
        // The news lies behind nothing but what comes now.
        watcher.poison_and_wait().await;
        assert!(gone(&log, &target.pid()) <= 1);
    });
}

#[test]
fn after_unwatch_nothing_is_told() {
    race(|system| async move {
        let ((watcher, log), (target, _)) = (subject(&system), subject(&system));
        let stopper = {
            let target = target.clone();
            spawn(async move { target.kill() })
        };
        watcher
            .tell_wait(Watch(target.clone()))
            .await
            .expect("it lives");
        watcher
            .tell_wait(Unwatch(target.clone()))
            .await
            .expect("it lives");
        // Behind the unwatch, when the news has left a place.
        while ask(&watcher).await.is_err() {
            shuttle::future::yield_now().await;
        }
        let told = gone(&log, &target.pid());
        stopper.await.expect("no panic");
        target.stopped().await;
        watcher.poison_and_wait().await;
        assert_eq!(gone(&log, &target.pid()), told);
    });
}

#[test]
fn two_that_watch_each_other_both_end() {
    race(|system| async move {
        let ((a, a_log), (b, b_log)) = (subject(&system), subject(&system));
        let other = {
            let (a, b) = (a.clone(), b.clone());
            spawn(async move {
                let _ = b.tell(Watch(a));
                b.stop();
            })
        };
        let _ = a.tell(Watch(b.clone()));
        a.stop();
        other.await.expect("no panic");
        a.stopped().await;
        b.stopped().await;
        assert!(gone(&a_log, &b.pid()) <= 1 && gone(&b_log, &a.pid()) <= 1);
    });
}

#[test]
fn a_name_is_free_when_its_end_is_known() {
    race(|system| async move {
        let named = |system: &ActorSystem| {
            let log = Log::default();
            system.spawn_named("one", move || Subject(log.clone()))
        };
        let first = named(&system).expect("it is free");
        let stopper = {
            let first = first.clone();
            spawn(async move { first.stop() })
        };
        let again = {
            let (system, first) = (system.clone(), first.clone());
            spawn(async move {
                first.stopped().await;
                let second = named(&system).expect("it is free again");
                assert_ne!(first, second);
                assert!(first.tell(Note(1)).is_err(), "not to the new one");
                second.stop_and_wait().await;
            })
        };
        stopper.await.expect("no panic");
        again.await.expect("no panic");
    });
}
