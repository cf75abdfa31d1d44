//! Births and ends.

use super::*;

#[test]
fn births_race_with_the_shutdown() {
    race(|system| async move {
        let births = {
            let system = system.clone();
            spawn(async move {
                let (first, log) = subject(&system);
                let told = first.tell(Note(1)).is_ok();
                let (second, _) = subject(&system);
                (first.stopped().await, second.stopped().await, told, log)
            })
        };
        system.shutdown().await;
        let (_, _, told, log) = births.await.expect("no panic");
        let lines = log.lines();
        assert!(lines.is_empty() || lines.last().is_some_and(|last| last == "stopped"));
        assert!(told || log.count("1") == 0);
    });
}

#[test]
fn three_orders_race_and_each_is_obeyed_once() {
    race(|system| async move {
        let (actor, log) = subject(&system);
        let orders: [fn(&ActorRef<Subject>); 3] =
            [ActorRef::stop, ActorRef::poison, ActorRef::kill];
        let tasks = orders.map(|order| {
            let actor = actor.clone();
            spawn(async move {
                let _ = actor.tell(Note(1));
                order(&actor);
                actor.stopped().await
            })
        });
        for task in tasks {
            let reason = task.await.expect("no panic");
            assert!(!matches!(reason, StopReason::Failed(_)));
        }
        assert!(log.count("stopped") <= 1 && log.count("started") <= 1);
    });
}

#[test]
fn births_below_an_actor_race_with_its_end() {
    race(|system| async move {
        let (parent, log) = subject(&system);
        let births = {
            let parent = parent.clone();
            spawn(async move {
                let born = parent.ask(Birth).timeout(Duration::MAX).await;
                if let Ok(child) = born {
                    let _ = child.tell(Note(1));
                    child.stopped().await;
                }
            })
        };
        parent.stop_and_wait().await;
        // Each child has stopped before its parent.
        assert_eq!(system.stats().actors, 0);
        assert_eq!(log.count("started"), log.count("stopped"));
        births.await.expect("no panic");
    });
}

#[test]
fn a_wait_for_the_start_and_one_for_the_end_always_end() {
    race(|system| async move {
        let (actor, _) = subject(&system);
        let waits = {
            let actor = actor.clone();
            spawn(async move {
                let _ = actor.started().await;
                actor.stopped().await;
                assert!(actor.is_stopped());
            })
        };
        actor.kill();
        waits.await.expect("no panic");
    });
}
