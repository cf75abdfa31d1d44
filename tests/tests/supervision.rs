//! What becomes of an actor that has failed.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor::{
    AskError, Backoff, ChildFailed, ChildKind, Directive, Event, Failure, Stage, StopReason,
    Supervision,
};
use actor_tests::supervised::{
    Corrupt, Count, Fail, FailLater, Hold, Leave, Life, Make, Panic, Spawn, all, boss, hire, ms,
};
use actor_tests::{Gate, Log, Notes, all_events, at_rest, event, on_workers, quiet};
use tokio::time::Instant;

fn system() -> ActorSystem {
    ActorSystem::new("test").unwrap()
}

#[tokio::test]
async fn by_default_an_actor_that_fails_is_restarted_and_its_mail_survives() {
    let (system, log) = (system(), Log::default());
    let worker = system
        .spawn_named("worker", Make::new("w", &log).producer())
        .unwrap();
    assert_eq!(worker.ask(Count).await.unwrap(), 1);
    let gate = Gate::default();
    worker.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    worker.tell(Panic("oh")).unwrap();
    worker.tell(Count).unwrap();
    gate.open();
    assert_eq!(
        worker.ask(Count).await.unwrap(),
        2,
        "counted anew, with the mail that waited"
    );
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    let stats = worker.stats();
    assert_eq!(
        (stats.failed, stats.restarts, stats.dead_letters.total()),
        (1, 1, 0)
    );
    assert_eq!(log.take(), ["w started", "w restarting: oh", "w started"]);
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn the_asker_of_the_failing_message_is_told_and_nobody_else() {
    let (system, log) = (system(), Log::default());
    let worker = system.spawn(Make::new("w", &log).producer());
    let (failed, counted) = tokio::join!(worker.ask(Panic("oh")), worker.ask(Count));
    assert!(matches!(failed, Err(AskError::Failed)));
    assert_eq!(counted.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn ten_restarts_in_ten_seconds_and_then_the_actor_at_the_top_stops() {
    let (system, log) = (system(), Log::default());
    let worker = system.spawn(Make::new("w", &log).producer());
    for _ in 0..10 {
        worker.tell(Panic("oh")).unwrap();
    }
    assert_eq!(worker.ask(Life).await.unwrap(), 11);
    tokio::time::sleep(Duration::from_secs(10)).await;
    worker.tell(Panic("later")).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 12);
    for _ in 0..10 {
        worker.tell(Panic("again")).unwrap();
    }
    let reason = worker.stopped().await;
    let failure = reason.failure().unwrap();
    assert_eq!((failure.text(), failure.count()), ("again", 11));
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn resume_goes_on_with_the_state() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, all(Directive::Resume));
    let worker = hire(&boss, &Make::new("w", &log)).await;
    assert_eq!(worker.ask(Count).await.unwrap(), 1);
    assert!(matches!(
        worker.ask(Panic("oh")).await,
        Err(AskError::Failed)
    ));
    assert!(matches!(worker.ask(Fail(7)).await, Err(AskError::Failed)));
    assert_eq!(worker.ask(Count).await.unwrap(), 2);
    worker.tell(FailLater).unwrap();
    while log.count("told: in a pipe: resume 1") == 0 {
        boss.ask(Life).await.unwrap();
    }
    assert_eq!(worker.ask(Count).await.unwrap(), 3);
    assert_eq!(worker.stats().restarts, 0);
}

#[tokio::test]
async fn stop_ends_the_child_and_its_watchers_are_told() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, all(Directive::Stop));
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    let reason = worker.stopped().await;
    assert_eq!(reason.failure().unwrap().text(), "oh");
    boss.ask(Life).await.unwrap();
    assert_eq!(
        log.lines(),
        ["boss started", "w started", "w stopped", "told: oh: stop 1"]
    );
}

#[tokio::test]
async fn a_rule_by_type_goes_before_the_function() {
    let (system, log) = (system(), Log::default());
    let rules = Supervision::one_for_one()
        .on::<Corrupt>(Directive::Stop)
        .decide(|failure| match failure.is_panic() {
            true => Directive::Restart,
            false => Directive::Resume,
        });
    let boss = boss(&system, &log, rules);
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    worker.tell(Fail(7)).unwrap();
    let reason = worker.stopped().await;
    assert_eq!(reason.failure().unwrap().downcast_ref(), Some(&Corrupt(7)));
}

#[tokio::test]
async fn a_failure_says_what_where_and_how_often() {
    let system = system();
    let mut failures = system.events_of::<ChildFailed>();
    let log = Log::default();
    let worker = system
        .spawn_named("worker", Make::new("w", &log).producer())
        .unwrap();
    worker.tell(Panic("oh")).unwrap();
    worker.tell(Fail(3)).unwrap();
    let first = failures.next().await.unwrap();
    assert_eq!(
        (first.child.id(), first.directive),
        ("worker", Directive::Restart)
    );
    let failure = &first.failure;
    assert_eq!(
        (failure.actor().id(), failure.text(), failure.count()),
        ("worker", "oh", 1)
    );
    assert!(failure.message_type().unwrap().ends_with("Panic"));
    assert!(
        failure.location().unwrap().contains("supervised.rs:"),
        "{:?}",
        failure.location()
    );
    assert_eq!(
        failure.with_panic_payload(|text| text.is::<String>()),
        Some(true)
    );
    let second = failures.next().await.unwrap();
    assert_eq!(
        (second.failure.count(), second.failure.location()),
        (2, None)
    );
    assert_eq!(second.failure.downcast_ref(), Some(&Corrupt(3)));
}

#[tokio::test]
async fn who_fails_at_the_start_is_tried_again() {
    let (system, log) = (system(), Log::default());
    let make = Make::new("w", &log);
    make.bad_starts.store(3, Ordering::SeqCst);
    let worker = system.spawn(make.producer());
    worker.tell(Count).unwrap();
    worker.started().await.unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 4);
    assert_eq!(worker.stats().handled, 2, "its mail has waited");
    let starts = Arc::new(AtomicU32::new(0));
    let fallible = system.spawn(Props::start(move || {
        let start = starts.fetch_add(1, Ordering::SeqCst);
        let make = Make::new("f", &Log::default());
        async move {
            match start {
                0 | 1 => Err(Corrupt(start)),
                _ => Ok(make.producer()()),
            }
        }
    }));
    fallible.started().await.unwrap();
    assert_eq!(fallible.stats().restarts, 2);
}

#[tokio::test]
async fn who_has_failed_at_the_start_has_nothing_to_resume_and_is_restarted() {
    let log = Log::default();
    let rules = all(Directive::Resume).restarts(2, ms(60_000));
    let system = ActorSystem::builder("test")
        .supervision(rules)
        .build()
        .unwrap();
    let make = Make::new("w", &log);
    make.bad_starts.store(2, Ordering::SeqCst);
    let worker = system.spawn(make.producer());
    worker.started().await.unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 3);
    // Without end it is not tried.
    make.bad_starts.store(9, Ordering::SeqCst);
    let bad = system.spawn(make.producer());
    assert!(bad.started().await.is_err());
    assert_eq!(make.bad_starts.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn a_failing_restart_hook_is_told_and_the_restart_goes_on() {
    let (system, log) = (system(), Log::default());
    let mut failures = system.events_of::<Failure>();
    let worker = system.spawn(Make::new("w", &log).producer());
    worker.tell(Panic("in the hook too")).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    assert_eq!(failures.next().await.unwrap().text(), "in the hook too");
    let hook = failures.next().await.unwrap();
    assert_eq!(hook.stage(), Stage::Lifecycle("restarting"));
}

#[tokio::test]
async fn an_actor_made_once_stops_instead_of_a_restart() {
    let (system, log) = (system(), Log::default());
    let once = system.spawn(Props::once(Make::new("w", &log).producer()()));
    once.tell(Panic("oh")).unwrap();
    assert_eq!(once.stopped().await.failure().unwrap().text(), "oh");
}

#[tokio::test]
async fn a_temporary_child_is_never_restarted() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, Supervision::one_for_one());
    let make = Make::new("t", &log);
    let worker = boss.ask(Spawn(make, ChildKind::Temporary)).await.unwrap();
    worker.tell(Panic("oh")).unwrap();
    assert_eq!(worker.stopped().await.failure().unwrap().text(), "oh");
}

#[tokio::test]
async fn a_permanent_child_that_leaves_is_restarted_and_one_that_is_stopped_is_not() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, Supervision::one_for_one());
    let make = Make::new("p", &log);
    let worker = boss.ask(Spawn(make, ChildKind::Permanent)).await.unwrap();
    worker.tell(Leave).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    assert_eq!(worker.stats().failed, 0, "no message failed");
    worker.stop();
    assert!(matches!(worker.stopped().await, StopReason::Stopped));
}

#[tokio::test(start_paused = true)]
async fn backoff_waits_longer_each_time_and_heals() {
    let (system, log) = (system(), Log::default());
    let backoff = Backoff::new(ms(100))
        .jitter(0.0)
        .max(ms(400))
        .heal_after(ms(1_000));
    let boss = boss(&system, &log, Supervision::one_for_one().backoff(backoff));
    let worker = hire(&boss, &Make::new("w", &log)).await;
    let mut waits = Vec::new();
    for quiet in [0, 0, 0, 0, 1_000] {
        tokio::time::sleep(ms(quiet)).await;
        let began = Instant::now();
        worker.tell(Panic("oh")).unwrap();
        worker.ask(Life).await.unwrap();
        waits.push(began.elapsed().as_millis());
    }
    assert_eq!(waits, [100, 200, 400, 400, 100]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_out_a_backoff_handles_nothing_and_can_be_stopped_and_restarted() {
    let (system, log) = (system(), Log::default());
    let backoff = Backoff::new(Duration::from_secs(100))
        .max(Duration::from_secs(1_000))
        .jitter(0.0);
    let rules = Supervision::one_for_one().backoff(backoff);
    let boss = boss(&system, &log, rules.clone());
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    worker.tell(Count).unwrap();
    quiet().await;
    assert_eq!(worker.stats().mailbox, 1, "it is suspended");
    worker.restart();
    assert_eq!(
        worker.ask(Life).await.unwrap(),
        2,
        "an operator need not wait"
    );
    worker.tell(Panic("oh")).unwrap();
    quiet().await;
    let began = Instant::now();
    worker.stop();
    assert_eq!(worker.stopped().await.failure().unwrap().text(), "oh");
    // A parent that stops while a child waits.
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    quiet().await;
    boss.stop_and_wait().await;
    assert!(began.elapsed() < Duration::from_secs(1));
    // And the system.
    let waiting = system.spawn(Make::new("s", &log).producer());
    waiting.tell(Panic("oh")).unwrap();
    let report = system.shutdown().await;
    assert!(report.is_clean());
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test(start_paused = true)]
async fn many_that_fail_together_do_not_come_back_together() {
    let system = ActorSystem::builder("test")
        .seed(7)
        .supervision(Supervision::one_for_one().backoff(Backoff::new(ms(1_000)).jitter(0.5)))
        .build()
        .unwrap();
    let log = Log::default();
    let workers: Vec<_> = (0..200)
        .map(|_| system.spawn(Make::new("w", &log).producer()))
        .collect();
    let mut told = system.events_of::<ChildFailed>();
    for worker in &workers {
        worker.tell(Panic("oh")).unwrap();
    }
    let mut delays = Vec::new();
    for _ in 0..200 {
        delays.push(told.next().await.unwrap().delay);
    }
    let (first, last) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
    assert!(
        *first >= ms(500) && *last <= ms(1_000),
        "{first:?} to {last:?}"
    );
    assert!(
        *last - *first >= ms(450),
        "the spread: {first:?} to {last:?}"
    );
}

#[tokio::test]
async fn c6_a_message_that_always_panics_is_dropped_after_one_attempt() {
    let (system, log) = (system(), Log::default());
    let rules = Supervision::one_for_one().restarts(1_000, Duration::from_secs(10));
    let boss = boss(&system, &log, rules);
    let worker = hire(&boss, &Make::new("w", &log)).await;
    for _ in 0..100 {
        worker.tell(Panic("poison")).unwrap();
        worker.tell(Count).unwrap();
    }
    assert_eq!(worker.ask(Life).await.unwrap(), 101);
    let stats = worker.stats();
    assert_eq!(
        (stats.failed, stats.handled, stats.dead_letters.total()),
        (100, 101, 0)
    );
}

#[tokio::test]
async fn each_failure_is_told_once_with_what_became_of_it() {
    let (system, log) = (system(), Log::default());
    let mut events = system.events();
    let boss = boss(&system, &log, Supervision::one_for_one());
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("one")).unwrap();
    worker.tell(Panic("two")).unwrap();
    worker.ask(Life).await.unwrap();
    let failures = all_events(&mut events, |event| match event {
        Event::Failed(failure) => Some(format!("failed {}", failure.text())),
        Event::ChildFailed(told) => Some(format!("{} {}", told.directive, told.failure.text())),
        Event::Restarted(_) => Some("restarted".to_owned()),
        _ => None,
    });
    let expected = [
        "failed one",
        "restart one",
        "restarted",
        "failed two",
        "restart two",
        "restarted",
    ];
    assert_eq!(failures, expected);
}

#[test]
fn a_storm_of_failures_restarts_and_ends_hangs_nowhere() {
    for round in 0..8_u64 {
        on_workers(4, async move {
            let log = Log::default();
            let rules = match round % 3 {
                0 => Supervision::one_for_one(),
                1 => Supervision::all_for_one(),
                _ => Supervision::rest_for_one(),
            };
            let rules = rules
                .restarts(u32::MAX, Duration::from_secs(1))
                .backoff(Backoff::new(ms(1)).max(ms(2)));
            let system = ActorSystem::builder("test").seed(round).build().unwrap();
            let boss = boss(&system, &log, rules);
            let mut workers = Vec::new();
            for _ in 0..8 {
                workers.push(hire(&boss, &Make::new("w", &log)).await);
            }
            let senders = (0..4_usize).map(|sender| {
                let (workers, mut events) = (workers.clone(), system.events());
                let restarted = |event: &Event| matches!(event, Event::Restarted(_)).then_some(());
                tokio::spawn(async move {
                    for number in 0..200_usize {
                        let worker = &workers[(sender + number) % workers.len()];
                        let _ = match number % 7 {
                            0 => worker.tell(Panic("oh")).is_ok(),
                            1 => worker.tell(Fail(1)).is_ok(),
                            2 => {
                                worker.restart();
                                true
                            }
                            _ => worker.tell(Count).is_ok(),
                        };
                        if number % 20 == 0 {
                            // Each message that fails ends an incarnation, so there is one more to come.
                            event(&mut events, restarted).await;
                        }
                    }
                })
            });
            for sender in senders.collect::<Vec<_>>() {
                sender.await.unwrap();
            }
            match round % 4 {
                0 => {
                    boss.stop_and_wait().await;
                }
                1 => {
                    boss.restart();
                    boss.ask(Life).await.unwrap();
                }
                2 => boss.kill(),
                _ => {}
            }
            let report = system.shutdown().await;
            assert!(report.is_clean(), "{report:?}");
            assert!(system.stats().is_balanced());
            assert_eq!(system.stats().actors, 0);
        });
    }
}

#[tokio::test]
async fn a_decision_is_one_line_of_the_log() {
    let notes = Notes::new(tracing::Level::ERROR);
    // Of one thread it would miss what another thread came to first.
    tracing::subscriber::set_global_default(notes.clone()).unwrap();
    let (system, log) = (system(), Log::default());
    let worker = system
        .spawn_named("logged", Make::new("w", &log).producer())
        .unwrap();
    worker.tell(Panic("oh")).unwrap();
    worker.tell(Fail(7)).unwrap();
    worker.ask(Life).await.unwrap();
    let lines = notes.events().into_iter();
    let lines: Vec<_> = lines.filter(|line| line.contains("actor=logged")).collect();
    let [panic, error] = &lines[..] else {
        panic!("{lines:#?}");
    };
    for (line, parts) in [
        (
            panic,
            [
                "actor=logged",
                "directive=restart",
                "count=1",
                "supervised::Panic`: oh",
                "supervised.rs:",
            ],
        ),
        (
            error,
            [
                "actor=logged",
                "directive=restart",
                "count=2",
                "supervised::Fail`: corrupt 7",
                "restart",
            ],
        ),
    ] {
        for part in parts {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
    assert!(panic.contains("location=") && !error.contains("location="));
}
