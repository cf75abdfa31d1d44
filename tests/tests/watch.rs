//! Promise 6: each `watch` gets exactly one `Terminated`, in its place, whatever happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actor::prelude::*;
use actor::{AnyActorRef, StopReason};
use actor_tests::{
    Census, Gate, Hold, Log, Note, Panic, Subject, Token, at_rest, on_workers, quiet, system,
};

struct Watch(AnyActorRef);
struct Unwatch(AnyActorRef);
/// Unwatches and watches again in one message.
struct Rewatch(AnyActorRef);

/// Writes down whose end it is told of.
#[actor]
struct Watcher {
    log: Log,
    _token: Token,
}

#[actor]
impl Watcher {
    #[handler]
    fn watch(&mut self, msg: Watch, ctx: &mut Ctx<Self>) {
        ctx.watch(msg.0);
    }

    #[handler]
    fn unwatch(&mut self, msg: Unwatch, ctx: &mut Ctx<Self>) {
        ctx.unwatch(msg.0);
    }

    #[handler]
    fn rewatch(&mut self, msg: Rewatch, ctx: &mut Ctx<Self>) {
        ctx.unwatch(msg.0.clone());
        ctx.watch(msg.0);
    }

    #[handler]
    fn note(&mut self, note: Note) {
        self.log.add(note.0);
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[on(terminated)]
    fn gone(&mut self, event: Terminated) {
        let why = match event.reason() {
            StopReason::Stopped => "stopped",
            StopReason::Killed => "killed",
            _ => "failed",
        };
        self.log.add(format!("{} {why}", event.pid().id()));
    }
}

fn watcher(log: &Log, census: &Census) -> impl FnMut() -> Watcher + Send + 'static + use<> {
    let (log, census) = (log.clone(), census.clone());
    move || Watcher {
        log: log.clone(),
        _token: census.token(),
    }
}

struct Scene {
    system: ActorSystem,
    watcher: ActorRef<Watcher>,
    target: ActorRef<Subject>,
    any: AnyActorRef,
    log: Log,
}

/// A watcher that watches a target called `target`.
async fn scene() -> Scene {
    let (system, log) = (system(), Log::default());
    let watcher = system.spawn(watcher(&log, &Census::default()));
    let target = system
        .spawn_named("target", Subject::producer(&Log::default()))
        .expect("free");
    let any = AnyActorRef::from(&target);
    watcher.tell(Watch(any.clone())).expect("room");
    quiet().await;
    Scene {
        system,
        watcher,
        target,
        any,
        log,
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_is_told_exactly_once_with_the_reason() {
    type End = fn(&ActorRef<Subject>);
    let ends: [(End, &str); 4] = [
        (ActorRef::stop, "target stopped"),
        (ActorRef::poison, "target stopped"),
        (ActorRef::kill, "target killed"),
        (
            |target| target.tell(Panic("on purpose")).expect("room"),
            "target failed",
        ),
    ];
    for (end, told) in ends {
        let scene = scene().await;
        // Watching again changes nothing.
        scene.watcher.tell(Watch(scene.any.clone())).expect("room");
        quiet().await;
        assert_eq!(scene.log.take().len(), 0);
        end(&scene.target);
        quiet().await;
        assert_eq!(scene.log.take(), [told]);
        scene.target.kill();
        quiet().await;
        assert_eq!(scene.log.take().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_target_answers_at_once() {
    let scene = scene().await;
    scene.target.stop_and_wait().await;
    quiet().await;
    assert_eq!(scene.log.take(), ["target stopped"]);
    for _ in 0..3 {
        scene.watcher.tell(Watch(scene.any.clone())).expect("room");
        quiet().await;
        assert_eq!(scene.log.take(), ["target stopped"], "each watch is told");
    }
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_was_never_born_answers_too() {
    let scene = scene().await;
    let other = system();
    other.shutdown().await;
    let unborn = other.spawn(Subject::producer(&Log::default()));
    scene.watcher.tell(Watch((&unborn).into())).expect("room");
    quiet().await;
    assert_eq!(scene.log.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_unwatch_none_comes() {
    let scene = scene().await;
    scene
        .watcher
        .tell(Unwatch(scene.any.clone()))
        .expect("room");
    quiet().await;
    scene.target.stop_and_wait().await;
    quiet().await;
    assert_eq!(scene.log.take().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn after_unwatch_none_comes_even_if_it_was_queued() {
    let (scene, gate) = (scene().await, Gate::default());
    scene.watcher.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    scene
        .watcher
        .tell(Unwatch(scene.any.clone()))
        .expect("room");
    scene.target.stop_and_wait().await;
    scene.watcher.tell(Note(1)).expect("room");
    gate.open();
    quiet().await;
    assert_eq!(
        scene.log.take(),
        ["1"],
        "it was queued before the note, and unwanted by then"
    );
}

#[tokio::test(start_paused = true)]
async fn a_watch_after_an_unwatch_is_a_watch_of_its_own() {
    // Of a living target.
    let scene = scene().await;
    scene
        .watcher
        .tell(Rewatch(scene.any.clone()))
        .expect("room");
    quiet().await;
    scene.target.stop_and_wait().await;
    quiet().await;
    assert_eq!(scene.log.take(), ["target stopped"]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_after_an_unwatch_is_told_once_though_two_are_queued() {
    let (scene, gate) = (scene().await, Gate::default());
    scene.watcher.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    scene
        .watcher
        .tell(Rewatch(scene.any.clone()))
        .expect("room");
    // The news for the first watch is queued; the second watch asks for it again.
    scene.target.stop_and_wait().await;
    gate.open();
    quiet().await;
    assert_eq!(scene.log.take(), ["target stopped"]);
}

/// Sends numbered notes to a watcher, also in its last words.
#[actor]
struct Chatty {
    to: ActorRef<Watcher>,
}

#[actor]
impl Chatty {
    #[handler]
    fn note(&mut self, note: Note) {
        self.to.tell(note).expect("room");
    }

    #[on(stopped)]
    fn last_words(&mut self) {
        self.to.tell(Note(99)).expect("room");
    }
}

#[tokio::test(start_paused = true)]
async fn the_news_comes_behind_everything_that_the_dead_actor_sent() {
    let scene = scene().await;
    let gate = Gate::default();
    let to = scene.watcher.clone();
    let chatty = scene
        .system
        .spawn_named("chatty", move || Chatty { to: to.clone() })
        .expect("free");
    scene.watcher.tell(Watch((&chatty).into())).expect("room");
    scene.watcher.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    for number in 1..=3 {
        chatty.tell(Note(number)).expect("room");
    }
    chatty.poison_and_wait().await;
    scene.watcher.tell(Note(100)).expect("room");
    gate.open();
    quiet().await;
    assert_eq!(
        scene.log.take(),
        ["1", "2", "3", "99", "chatty stopped", "100"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_news_is_never_refused_by_a_full_mailbox() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let props = Props::new(watcher(&log, &Census::default())).mailbox(Mailbox::bounded(2));
    let watcher = system.spawn(props);
    let targets: Vec<_> = (0..10)
        .map(|n| {
            system
                .spawn_named(format!("t{n}"), Subject::producer(&Log::default()))
                .expect("free")
        })
        .collect();
    for target in &targets {
        watcher
            .tell_wait(Watch(target.into()))
            .await
            .expect("alive");
    }
    watcher.tell_wait(Hold(gate.clone())).await.expect("alive");
    gate.reached().await;
    watcher.tell(Note(1)).expect("room");
    watcher.tell(Note(2)).expect("room");
    assert!(watcher.tell(Note(3)).is_err(), "it is full");
    for target in &targets {
        target.stop_and_wait().await;
    }
    gate.open();
    quiet().await;
    let told: Vec<_> = (0..10).map(|n| format!("t{n} stopped")).collect();
    assert_eq!(log.take()[2..], told);
    at_rest(&system);
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_died_is_forgotten() {
    let (system, log, census) = (system(), Log::default(), Census::default());
    let target = system.spawn(Subject::producer(&Log::default()));
    let watcher = system.spawn(watcher(&log, &census));
    watcher.tell(Watch((&target).into())).expect("room");
    quiet().await;
    watcher.stop_and_wait().await;
    assert_eq!(
        census.alive(),
        0,
        "its state is gone while the target lives"
    );
    target.stop_and_wait().await;
    quiet().await;
    assert_eq!(log.take().len(), 0);
    assert_eq!(
        at_rest(&system).dead_letters.total(),
        0,
        "the news is no message"
    );
}

#[tokio::test(start_paused = true)]
async fn who_watches_itself_is_not_told() {
    let scene = scene().await;
    scene
        .watcher
        .tell(Watch((&scene.watcher).into()))
        .expect("room");
    scene.watcher.stop_and_wait().await;
    assert_eq!(scene.log.take().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn two_that_watch_each_other_can_both_end() {
    let (system, log) = (system(), Log::default());
    let a = system
        .spawn_named("a", watcher(&log, &Census::default()))
        .expect("free");
    let b = system
        .spawn_named("b", watcher(&log, &Census::default()))
        .expect("free");
    a.tell(Watch((&b).into())).expect("room");
    b.tell(Watch((&a).into())).expect("room");
    quiet().await;
    a.stop_and_wait().await;
    quiet().await;
    assert_eq!(log.take(), ["a stopped"]);
    b.stop_and_wait().await;
    assert_eq!(log.take().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_watch_works_between_two_systems() {
    let scene = scene().await;
    let other = system();
    let foreign = other
        .spawn_named("foreign", Subject::producer(&Log::default()))
        .expect("free");
    scene.watcher.tell(Watch((&foreign).into())).expect("room");
    quiet().await;
    other.shutdown().await;
    quiet().await;
    assert_eq!(scene.log.take(), ["foreign stopped"]);
}

/// Takes the name of each dead actor that it is told of, again and again.
#[actor]
struct Heir {
    rounds: usize,
    strangers: Arc<AtomicUsize>,
    old: Option<ActorRef<Mayfly>>,
    done: Gate,
}

struct Live;

/// Dies of its first message.
#[actor]
struct Mayfly {
    number: usize,
    strangers: Arc<AtomicUsize>,
}

#[actor]
impl Mayfly {
    #[handler]
    fn live(&mut self, _: Live, ctx: &mut Ctx<Self>) {
        ctx.stop();
    }

    #[handler]
    fn for_another(&mut self, number: usize) {
        let strange = number != self.number;
        self.strangers
            .fetch_add(usize::from(strange), Ordering::SeqCst);
    }
}

#[actor]
impl Heir {
    #[on(started)]
    fn begin(&mut self, ctx: &mut Ctx<Self>) {
        self.next(ctx);
    }

    #[on(terminated)]
    async fn gone(&mut self, _: Terminated, ctx: &mut Ctx<Self>) {
        if self.rounds == 0 {
            self.done.pass().await;
            return;
        }
        self.next(ctx);
    }

    fn next(&mut self, ctx: &mut Ctx<Self>) {
        self.rounds -= 1;
        let (number, strangers) = (self.rounds, self.strangers.clone());
        let born = ctx.system().spawn_named("mayfly", move || Mayfly {
            number,
            strangers: strangers.clone(),
        });
        match born {
            Ok(mayfly) => {
                ctx.watch(&mayfly);
                // What goes to the old one, with the same name, must not come to the new one.
                if let Some(old) = self.old.replace(mayfly.clone()) {
                    assert!(old.tell(self.rounds + 1).is_err());
                }
                mayfly.tell(Live).expect("room");
            }
            Err(error) => panic!("{error}"), // ends the test
        }
    }
}

// Row A7: 10^5 rounds.
#[test]
fn a7_a_name_is_free_when_its_end_is_told() {
    on_workers(2, async {
        const ROUNDS: usize = 100_000;
        let system = system();
        let strangers = Arc::new(AtomicUsize::new(0));
        let done = Gate::default();
        let heir = system.spawn(Props::once(Heir {
            rounds: ROUNDS,
            strangers: strangers.clone(),
            old: None,
            done: done.clone(),
        }));
        tokio::select! {
            () = done.reached() => {}
            reason = heir.stopped() => panic!("{reason}"),
        }
        done.open();
        assert_eq!(strangers.load(Ordering::SeqCst), 0);
        system.shutdown().await;
        let stats = at_rest(&system);
        assert_eq!(stats.handled, ROUNDS as u64);
        assert_eq!(stats.refused, ROUNDS as u64 - 1);
    });
}

/// Watches, unwatches and ends race; each watch that stands is told once.
#[test]
fn watches_race_with_ends() {
    const ROUNDS: usize = if cfg!(debug_assertions) { 500 } else { 5_000 };
    on_workers(4, async {
        let system = system();
        for round in 0..ROUNDS {
            let log = Log::default();
            let watcher = system.spawn(watcher(&log, &Census::default()));
            let target = system
                .spawn_named("target", Subject::producer(&Log::default()))
                .expect("free");
            let ender = tokio::spawn({
                let target = target.clone();
                async move {
                    if round % 2 == 0 {
                        tokio::task::yield_now().await;
                    }
                    target.kill();
                }
            });
            watcher.tell(Watch((&target).into())).expect("room");
            watcher.tell(Rewatch((&target).into())).expect("room");
            let unwatched = round % 3 == 0;
            if unwatched {
                watcher.tell(Unwatch((&target).into())).expect("room");
            }
            ender.await.expect("no panic");
            target.stopped().await;
            // The target's end is known a moment before its watchers are told; a watcher that ends in between is not.
            while !unwatched && log.lines().is_empty() {
                tokio::task::yield_now().await;
            }
            watcher.poison_and_wait().await;
            let told = log.take().len();
            // `Rewatch` ends one watch, perhaps after it was told, and begins another.
            if unwatched {
                assert!(told <= 2, "{told}");
            } else {
                assert!((1..=2).contains(&told), "{told}");
            }
        }
        at_rest(&system);
    });
}
