//! Metadata goes with one message, along a forward, and no further.

use actor::Meta;
use actor::prelude::*;
use actor_tests::{Gate, Note, quiet, system};

/// Answers with the header `k` of the message.
#[actor]
struct Reader {
    next: Option<ActorRef<Reader>>,
    kept: Option<String>,
}

struct Read;
struct ReadLater(Gate);
struct Forwarded;
struct AtEnd;

fn header(ctx: &Ctx<Reader>) -> Option<String> {
    ctx.meta().and_then(|meta| meta.get("k")).map(str::to_owned)
}

#[actor]
impl Reader {
    #[handler]
    fn read(&self, _: Read, ctx: &mut Ctx<Self>) -> Option<String> {
        header(ctx)
    }

    #[handler]
    async fn later(&self, msg: ReadLater, ctx: &mut Ctx<Self>) -> Option<String> {
        msg.0.pass().await;
        header(ctx)
    }

    #[handler]
    fn note(&mut self, _: Note, ctx: &mut Ctx<Self>) {
        self.kept = header(ctx);
    }

    #[handler]
    fn kept(&self, _: AtEnd) -> Option<String> {
        self.kept.clone()
    }

    #[handler]
    fn forwarded(&self, _: Forwarded, reply: Reply<Option<String>>, ctx: &mut Ctx<Self>) {
        let next = self.next.as_ref().expect("one");
        ctx.forward(next, Read, reply).expect("room");
        assert!(header(ctx).is_some(), "also after the forward");
    }
}

fn meta() -> Meta {
    Meta::new().header("k", "v").header("other", "x")
}

fn reader(next: Option<&ActorRef<Reader>>) -> Props<Reader> {
    Props::once(Reader {
        next: next.cloned(),
        kept: None,
    })
}

#[tokio::test(start_paused = true)]
async fn metadata_comes_with_its_message_and_is_cleared_for_the_next() {
    let system = system();
    let actor = system.spawn(reader(None));
    let v = Some("v".to_owned());
    assert_eq!(actor.ask(Read).meta(meta()).await.ok(), Some(v.clone()));
    assert_eq!(actor.ask(Read).await.ok(), Some(None));
    actor.tell_with(meta(), Note(1)).expect("room");
    assert_eq!(actor.ask(AtEnd).await.ok(), Some(v.clone()));
    let gate = Gate::default();
    gate.open();
    assert_eq!(
        actor.ask(ReadLater(gate.clone())).meta(meta()).await.ok(),
        Some(v)
    );
    assert_eq!(
        actor.ask(Read).await.ok(),
        Some(None),
        "after an asynchronous handler too"
    );
    actor.tell(Note(1)).expect("room");
    assert_eq!(actor.ask(AtEnd).await.ok(), Some(None));
}

#[tokio::test(start_paused = true)]
async fn metadata_goes_along_with_a_forward() {
    let system = system();
    let last = system.spawn(reader(None));
    let first = system.spawn(reader(Some(&last)));
    assert_eq!(
        first.ask(Forwarded).meta(meta()).await.ok(),
        Some(Some("v".to_owned()))
    );
    assert_eq!(last.ask(Read).await.ok(), Some(None));
}

#[tokio::test(start_paused = true)]
async fn metadata_of_an_expired_message_is_not_left_for_the_next() {
    let system = system();
    let (actor, gate) = (system.spawn(reader(None)), Gate::default());
    actor.tell(ReadLater(gate.clone())).expect("room");
    gate.reached().await;
    let asked = actor
        .ask(Read)
        .meta(meta())
        .timeout(std::time::Duration::ZERO)
        .await;
    assert!(asked.is_err());
    gate.open();
    assert_eq!(actor.ask(Read).await.ok(), Some(None));
    quiet().await;
    assert_eq!(system.stats().dead_letters.expired, 1);
}

#[test]
fn headers_keep_their_order_and_the_last_value() {
    let meta = Meta::new()
        .header("a", "1")
        .header("b", "2")
        .header("a", "3");
    assert_eq!(meta.iter().collect::<Vec<_>>(), [("a", "3"), ("b", "2")]);
    assert_eq!((meta.get("b"), meta.get("c")), (Some("2"), None));
    assert!(!meta.is_empty() && Meta::default().is_empty());
}
