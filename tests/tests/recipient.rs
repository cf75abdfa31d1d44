//! References without their actor's type: the same actor, comparable and hashable.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use actor::AnyActorRef;
use actor::prelude::*;
use actor_tests::{Log, Note, Subject, quiet, system};

#[actor]
#[derive(Default)]
struct Other(u32);

#[actor]
impl Other {
    #[handler]
    fn note(&mut self, note: Note) {
        self.0 += note.0;
    }
}

#[tokio::test(start_paused = true)]
async fn a_recipient_reaches_any_actor_that_handles_its_message() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    let other = system.spawn(Other::default);
    let all: Vec<Recipient<Note>> = vec![
        subject.clone().into(),
        other.clone().into(),
        subject.recipient(),
    ];
    for recipient in &all {
        recipient.tell(Note(1)).expect("room");
        recipient.tell_wait(Note(2)).await.expect("room");
    }
    quiet().await;
    assert_eq!(log.take(), ["started", "1", "2", "1", "2"]);
    let asked: Recipient<Note, u32> = subject.clone().into();
    assert_eq!(asked.ask(Note(3)).await.ok(), Some(3));
    let told: Recipient<Note> = asked.clone().into();
    assert_eq!(told, all[0]);
    assert_eq!(told.pid(), subject.pid());
    let unit: Recipient<Note, ()> = other.into();
    assert_eq!(unit.ask(Note(3)).await.ok(), Some(()));
}

#[tokio::test(start_paused = true)]
async fn references_compare_and_hash_by_their_actor() {
    let (system, log) = (system(), Log::default());
    let a = system
        .spawn_named("a", Subject::producer(&log))
        .expect("free");
    let b = system
        .spawn_named("b", Subject::producer(&log))
        .expect("free");
    assert_eq!(a, a.clone());
    assert_ne!(a, b);
    let (any_a, any_b) = (AnyActorRef::from(&a), AnyActorRef::from(b.clone()));
    let recipient: Recipient<Note> = a.recipient();
    assert_eq!(any_a, AnyActorRef::from(&recipient));
    assert_ne!(any_a, any_b);
    let hasher = RandomState::new();
    assert_eq!(hasher.hash_one(&a), hasher.hash_one(a.clone()));
    assert_eq!(
        hasher.hash_one(&any_a),
        hasher.hash_one(AnyActorRef::from(a.clone()))
    );
    assert_eq!(
        hasher.hash_one(&recipient),
        hasher.hash_one(a.recipient::<Note>())
    );
    let set: HashSet<AnyActorRef> = [any_a.clone(), any_b, any_a.clone()].into();
    assert_eq!(set.len(), 2);
    // Another actor under the same name is another actor.
    a.stop_and_wait().await;
    let next = system
        .spawn_named("a", Subject::producer(&log))
        .expect("free");
    assert_eq!(a.pid(), next.pid());
    assert_ne!(a, next);
    assert_ne!(any_a, AnyActorRef::from(&next));
    let other = actor_tests::system();
    let foreign = other
        .spawn_named("a", Subject::producer(&log))
        .expect("free");
    assert_ne!(next, foreign);
}

#[tokio::test(start_paused = true)]
async fn references_show_whom_they_mean() {
    let (system, log) = (system(), Log::default());
    let a = system
        .spawn_named("a", Subject::producer(&log))
        .expect("free");
    let subject = std::any::type_name::<Subject>();
    let note = std::any::type_name::<Note>();
    assert_eq!(format!("{a:?}"), format!("ActorRef<{subject}>(a)"));
    assert_eq!(format!("{:?}", AnyActorRef::from(&a)), "AnyActorRef(a)");
    assert_eq!(
        format!("{:?}", a.recipient::<Note>()),
        format!("Recipient<{note}>(a)")
    );
    assert_eq!(format!("{:?}", a.pid()), "Pid(nonhost/a)");
    assert_eq!(AnyActorRef::from(&a).actor_type(), subject);
    assert!(format!("{:?}", a.ask(Note(1))).contains("unsent"));
    assert!(format!("{:?}", a.tell_wait(Note(1))).contains("TellWait"));
}
