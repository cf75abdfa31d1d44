//! Children stop before their parent; names are unique among living siblings; paths lead to living actors.

use actor::prelude::*;
use actor::{AnyActorRef, LookupError, NameError, SpawnError, StopReason};
use actor_tests::{Gate, Hold, Log, Note, Panic, Subject, at_rest, on_workers, quiet, system};

/// Writes its path when it stops, and has children down to a depth.
#[actor]
struct Branch {
    log: Log,
    depth: u32,
    width: u32,
}

struct Grow;
struct Family;

fn branch(log: &Log, depth: u32, width: u32) -> impl FnMut() -> Branch + Send + 'static + use<> {
    let log = log.clone();
    move || Branch {
        log: log.clone(),
        depth,
        width,
    }
}

#[actor]
impl Branch {
    #[on(started)]
    fn grow_up(&mut self, ctx: &mut Ctx<Self>) -> Result<(), SpawnError> {
        if self.depth > 0 {
            for n in 0..self.width {
                ctx.spawn_named(format!("c{n}"), branch(&self.log, self.depth - 1, 2))?;
            }
        }
        Ok(())
    }

    #[handler]
    fn family(&self, _: Family, ctx: &mut Ctx<Self>) -> (Option<AnyActorRef>, Vec<AnyActorRef>) {
        (ctx.parent(), ctx.children())
    }

    #[handler]
    fn grow(&mut self, _: Grow, ctx: &mut Ctx<Self>) -> ActorRef<Branch> {
        ctx.spawn(branch(&self.log, 0, 0))
    }

    #[handler]
    fn name(&mut self, name: String, ctx: &mut Ctx<Self>) -> Result<ActorRef<Branch>, SpawnError> {
        ctx.spawn_named(&name, branch(&self.log, 0, 0))
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[handler]
    fn panic(&mut self, panic: Panic) {
        panic!("{}", panic.0);
    }

    #[on(stopped)]
    async fn stopped(&mut self, ctx: &mut Ctx<Self>) {
        tokio::task::yield_now().await;
        let late = ctx.spawn(branch(&self.log, 0, 0));
        assert!(
            late.is_stopped(),
            "nothing is born below an actor that ends"
        );
        assert_eq!(
            ctx.spawn_named("late", branch(&self.log, 0, 0)).err(),
            Some(SpawnError::ShutDown)
        );
        self.log.add(ctx.pid().id());
    }
}

/// Every path comes behind all paths below it.
fn assert_leaves_first(paths: &[String]) {
    for (at, path) in paths.iter().enumerate() {
        let below = format!("{path}/");
        assert!(
            paths[at..].iter().all(|later| !later.starts_with(&below)),
            "{paths:?}"
        );
    }
}

type End = fn(&ActorRef<Branch>);

#[tokio::test(start_paused = true)]
async fn children_stop_before_their_parent_however_it_ends() {
    let ends: [End; 4] = [ActorRef::stop, ActorRef::poison, ActorRef::kill, |branch| {
        branch.tell(Panic("on purpose")).expect("room")
    }];
    for end in ends {
        let (system, log) = (system(), Log::default());
        let root = system
            .spawn_named("root", branch(&log, 3, 2))
            .expect("free");
        quiet().await;
        assert_eq!(system.stats().actors, 15);
        end(&root);
        root.stopped().await;
        let paths = log.take();
        assert_eq!(paths.len(), 15);
        assert_eq!(paths[14], "root");
        assert_leaves_first(&paths);
        assert_eq!(at_rest(&system).actors, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_parent_waits_for_the_handler_of_its_child() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let root = system
        .spawn_named("root", branch(&log, 1, 1))
        .expect("free");
    quiet().await;
    let child = system.lookup::<Branch>("root/c0").expect("alive");
    child.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    root.stop();
    quiet().await;
    assert!(!root.is_stopped());
    assert_eq!(log.take().len(), 0);
    gate.open();
    assert!(matches!(root.stopped().await, StopReason::Stopped));
    assert_eq!(log.take(), ["root/c0", "root"]);
}

#[tokio::test(start_paused = true)]
async fn a_kill_goes_on_to_children_also_while_the_parent_waits_for_them() {
    for stop_first in [false, true] {
        let (system, log, gate) = (system(), Log::default(), Gate::default());
        let root = system
            .spawn_named("root", branch(&log, 1, 1))
            .expect("free");
        quiet().await;
        let child = system.lookup::<Branch>("root/c0").expect("alive");
        child.tell(Hold(gate.clone())).expect("room");
        gate.reached().await;
        if stop_first {
            root.stop();
            quiet().await;
            assert!(!child.is_stopped());
        }
        root.kill();
        assert!(matches!(child.stopped().await, StopReason::Killed));
        root.stopped().await;
        assert_eq!(log.take(), ["root/c0", "root"]);
        assert_eq!(at_rest(&system).failed, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_ends_alone() {
    let (system, log) = (system(), Log::default());
    let root = system
        .spawn_named("root", branch(&log, 1, 3))
        .expect("free");
    quiet().await;
    let child = system.lookup::<Branch>("root/c1").expect("alive");
    child.tell(Panic("on purpose")).expect("room");
    child.stopped().await;
    quiet().await;
    let (parent, children) = root.ask(Family).await.expect("an answer");
    assert_eq!(parent, None);
    let ids: Vec<_> = children
        .iter()
        .map(|child| child.pid().id().to_owned())
        .collect();
    assert_eq!(ids, ["root/c0", "root/c2"]);
    let sibling = system.lookup::<Branch>("root/c0").expect("alive");
    let (parent, children) = sibling.ask(Family).await.expect("an answer");
    assert_eq!(parent, Some(AnyActorRef::from(&root)));
    assert_eq!(children.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_name_is_checked() {
    let (system, log) = (system(), Log::default());
    let cases = [
        ("", NameError::Empty),
        ("a/b", NameError::Slash),
        ("a b", NameError::Blank),
        ("a\u{7}", NameError::Blank),
        ("$1", NameError::Reserved),
        ("$", NameError::Reserved),
        ("future", NameError::Reserved),
        ("future7", NameError::Reserved),
        ("activator", NameError::Reserved),
        ("gossip", NameError::Reserved),
        ("eventstream", NameError::Reserved),
        ("deadletter", NameError::Reserved),
        ("partition-activator", NameError::Reserved),
        ("prototopic", NameError::Reserved),
    ];
    for (name, reason) in cases {
        let invalid = SpawnError::InvalidName {
            name: name.to_owned(),
            reason,
        };
        assert_eq!(
            system.spawn_named(name, Subject::producer(&log)).err(),
            Some(invalid)
        );
    }
    let long = "n".repeat(256);
    assert!(system.spawn_named(&long, Subject::producer(&log)).is_err());
    assert!(
        system
            .spawn_named(&long[1..], Subject::producer(&log))
            .is_ok()
    );
    quiet().await;
    assert_eq!(log.take(), ["started"], "one was good");
    assert_eq!(system.stats().actors, 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_is_unique_among_living_siblings_only() {
    let (system, log) = (system(), Log::default());
    let root = system.spawn_named("a", branch(&log, 0, 0)).expect("free");
    let taken = system.spawn_named("a", Subject::producer(&log)).err();
    assert_eq!(taken, Some(SpawnError::NameTaken("a".to_owned())));
    let child = root
        .ask("a".to_owned())
        .await
        .expect("an answer")
        .expect("free below");
    assert_eq!(child.pid().id(), "a/a");
    let again = root.ask("a".to_owned()).await.expect("an answer").err();
    assert_eq!(again, Some(SpawnError::NameTaken("a".to_owned())));
    child.stop_and_wait().await;
    let next = root
        .ask("a".to_owned())
        .await
        .expect("an answer")
        .expect("free again");
    assert_ne!(next, child);
    assert_eq!(next.pid(), child.pid());
    assert!(
        child.tell(Panic("no")).is_err(),
        "the old reference never reaches the new actor"
    );
    root.stop_and_wait().await;
    assert!(system.spawn_named("a", branch(&log, 0, 0)).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_path_leads_to_a_living_actor_of_the_right_type() {
    let (system, log) = (system(), Log::default());
    let root = system
        .spawn_named("root", branch(&log, 2, 2))
        .expect("free");
    let unnamed = system.spawn(Subject::producer(&log));
    quiet().await;
    assert!(unnamed.pid().id().starts_with('$'));
    assert_eq!(system.lookup::<Branch>("root"), Ok(root.clone()));
    assert_eq!(
        system.lookup::<Subject>(unnamed.pid().id()),
        Ok(unnamed.clone())
    );
    let leaf = system.lookup::<Branch>("root/c1/c0").expect("alive");
    assert_eq!(leaf.pid().id(), "root/c1/c0");
    assert_eq!(leaf.pid().to_string(), "nonhost/root/c1/c0");
    let grown = root.ask(Grow).await.expect("an answer");
    assert!(grown.pid().id().starts_with("root/$"));
    assert_eq!(system.lookup::<Branch>(grown.pid().id()), Ok(grown));
    let wrong = system
        .lookup::<Subject>("root/c0")
        .expect_err("of another type");
    assert!(
        matches!(wrong, LookupError::WrongType { ref path, .. } if path == "root/c0"),
        "{wrong}"
    );
    for path in [
        "",
        "/",
        "root/",
        "/root",
        "root/c9",
        "c0",
        "$0",
        "root//c0",
        "nonhost/root",
        "$root",
    ] {
        let none = system.lookup::<Branch>(path).err();
        assert_eq!(none, Some(LookupError::NotFound(path.to_owned())));
    }
    root.stop_and_wait().await;
    unnamed.stop_and_wait().await;
    quiet().await;
    for path in ["root", "root/c1/c0", unnamed.pid().id()] {
        assert!(system.lookup::<Branch>(path).is_err(), "{path}");
    }
}

/// Actors are born below parents that end at the same time: none is left over.
#[test]
fn births_race_with_the_end_of_the_parent() {
    const ROUNDS: usize = if cfg!(debug_assertions) { 100 } else { 1_000 };
    on_workers(4, async {
        let system = system();
        let log = Log::default();
        for round in 0..ROUNDS {
            let root = system.spawn(branch(&log, 1, 3));
            let growers: Vec<_> = (0..3)
                .map(|_| {
                    let root = root.clone();
                    tokio::spawn(async move {
                        while let Ok(child) = root.ask(Grow).await {
                            tokio::task::yield_now().await;
                            let _ = child.tell(Panic("at once"));
                        }
                    })
                })
                .collect();
            tokio::task::yield_now().await;
            match round % 3 {
                0 => root.stop(),
                1 => root.kill(),
                _ => root.poison(),
            }
            root.stopped().await;
            for grower in growers {
                grower.await.expect("no panic");
            }
        }
        system.shutdown().await;
        assert_eq!(at_rest(&system).actors, 0);
        drop(log.take());
        let _ = Note(0);
    });
}

#[test]
fn an_actor_that_has_ended_is_not_found_by_its_number() {
    on_workers(4, async {
        let system = system();
        for _ in 0..if cfg!(debug_assertions) {
            2_000
        } else {
            20_000
        } {
            let subject = system.spawn(Subject::default);
            let path = subject.pid().id().to_owned();
            subject.stop_and_wait().await;
            assert!(system.lookup::<Subject>(&path).is_err(), "{path} is dead");
        }
    });
}
