//! What a subscriber of `tracing` sees: a span for each message, when it wants them, and no noise.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use actor::prelude::*;
use actor_tests::{Gate, Notes, quiet, system};
use tracing::Level;

struct Say(&'static str);
struct SayLater(Gate);
struct Burst;

#[actor]
#[derive(Default)]
struct Speaker;

#[actor]
impl Speaker {
    #[handler]
    fn say(&mut self, msg: Say) {
        tracing::info!(text = msg.0);
    }

    #[handler]
    async fn later(&mut self, msg: SayLater) {
        tracing::info!(text = "before");
        msg.0.pass().await;
        tracing::info!(text = "after");
    }

    #[handler]
    fn burst(&mut self, _: Burst) {
        panic!("burst");
    }
}

const SAY: &str = "handle actor=speaker message=tracing::Say";
const LATER: &str = "handle actor=speaker message=tracing::SayLater";

/// With a subscriber of this level: two messages at once, and one that waits while another actor speaks.
async fn conversation(finest: Level) -> Notes {
    let notes = Notes::new(finest);
    let _guard = tracing::subscriber::set_default(notes.clone());
    let system = system();
    let speaker = system.spawn_named("speaker", Speaker::default).unwrap();
    speaker.tell(Say("one")).unwrap();
    speaker.tell(Say("two")).unwrap();
    let gate = Gate::default();
    speaker.tell(SayLater(gate.clone())).unwrap();
    gate.reached().await;
    let other = system.spawn_named("other", Speaker::default).unwrap();
    other.ask(Say("between")).await.unwrap();
    gate.open();
    speaker.ask(Say("three")).await.unwrap();
    system.shutdown().await;
    notes
}

#[tokio::test(start_paused = true)]
async fn each_message_has_a_span_when_somebody_wants_it() {
    let notes = conversation(Level::TRACE).await;
    let between = "handle actor=other message=tracing::Say";
    assert_eq!(notes.spans(), [SAY, SAY, LATER, between, SAY]);
    let events = notes.events();
    let said: Vec<_> = events
        .iter()
        .filter(|line| line.contains("text="))
        .collect();
    let expected = [
        format!("INFO text=one in [{SAY}]"),
        format!("INFO text=two in [{SAY}]"),
        format!("INFO text=before in [{LATER}]"),
        format!("INFO text=between in [{between}]"),
        format!("INFO text=after in [{LATER}]"),
        format!("INFO text=three in [{SAY}]"),
    ];
    assert_eq!(said, expected.iter().collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_program_in_which_all_is_well_is_quiet() {
    let notes = conversation(Level::INFO).await;
    assert_eq!(notes.spans(), [""; 0]);
    let own = notes.events();
    assert!(
        own.iter().all(|line| line.starts_with("INFO text=")),
        "{own:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn births_and_ends_are_told_at_debug() {
    let notes = conversation(Level::DEBUG).await;
    assert_eq!(notes.spans(), [""; 0]);
    let events = notes.events();
    let told = |line: &str| events.iter().filter(|event| event.contains(line)).count();
    assert_eq!(told("DEBUG message=started actor=speaker"), 1, "{events:?}");
    assert_eq!(told("DEBUG message=stopped actor=speaker"), 1, "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_with_path_and_message_type() {
    let notes = Notes::new(Level::TRACE);
    let _guard = tracing::subscriber::set_default(notes.clone());
    let speaker = system().spawn_named("speaker", Speaker::default).unwrap();
    speaker.tell(Burst).unwrap();
    quiet().await;
    let events = notes.events();
    let failed: Vec<_> = events
        .iter()
        .filter(|line| line.starts_with("ERROR"))
        .collect();
    let [failed] = failed[..] else {
        panic!("{events:?}")
    };
    assert!(failed.contains("actor=speaker"), "{failed}");
    assert!(failed.contains("tracing::Burst"), "{failed}");
}

/// Panics when it is dropped unhandled.
struct Fragile;

impl Drop for Fragile {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "fragile");
    }
}

#[actor]
#[derive(Default)]
struct Piper;

#[actor]
impl Piper {
    #[handler]
    fn fragile(&mut self, msg: Fragile) {
        std::mem::forget(msg);
    }

    #[handler]
    fn pipe(&mut self, (gate, owns): (Gate, bool), ctx: &mut Ctx<Self>) -> actor::TaskHandle {
        let owned = owns.then(|| Fragile);
        let work = async move {
            gate.pass().await;
            std::mem::forget(owned);
        };
        ctx.pipe(work, |()| Fragile)
    }

    #[handler]
    async fn hold(&mut self, gate: Gate) {
        gate.pass().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_what_is_dropped_with_a_cancelled_task_is_told() {
    let notes = Notes::new(Level::ERROR);
    let _guard = tracing::subscriber::set_default(notes.clone());
    let piper = system().spawn_named("piper", Piper::default).unwrap();
    let (result, held) = (Gate::default(), Gate::default());
    // its result
    let task = piper.ask((result.clone(), false)).await.unwrap();
    piper.tell(held.clone()).unwrap();
    held.reached().await;
    result.open();
    quiet().await;
    task.cancel();
    held.open();
    quiet().await;
    // its future
    let task = piper.ask((Gate::default(), true)).await.unwrap();
    quiet().await;
    task.cancel();
    quiet().await;
    let told = [
        "ERROR message=a message panicked when dropped message=tracing::Fragile",
        "ERROR message=a panic in a piped future that is over actor=piper",
    ];
    assert_eq!(notes.events(), told);
    assert!(!piper.is_stopped());
}
