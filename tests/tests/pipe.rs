//! The result of a piped future comes as a message, beyond the bound, and ends with its actor.

use actor::Stage;
use actor::prelude::*;
use actor_tests::{Census, Gate, Hold, Log, Note, Token, at_rest, quiet, system};

struct Pipe(Gate, u32, Token);
struct PipePanics(Gate);
struct MapPanics;

#[actor]
struct Piper(Log);

#[actor]
impl Piper {
    #[handler]
    fn pipe(&mut self, Pipe(gate, number, token): Pipe, ctx: &mut Ctx<Self>) {
        self.0.add("asked");
        let work = async move {
            gate.pass().await;
            drop(token);
            number
        };
        ctx.pipe(work, Note);
    }

    #[handler]
    fn pipe_panics(&mut self, PipePanics(gate): PipePanics, ctx: &mut Ctx<Self>) {
        let work = async move {
            gate.pass().await;
            panic!("in the pipe");
        };
        ctx.pipe(work, |()| Note(0));
    }

    #[handler]
    fn map_panics(&mut self, _: MapPanics, ctx: &mut Ctx<Self>) {
        ctx.pipe(async {}, |()| -> Note { panic!("in the map") });
    }

    #[handler]
    fn note(&mut self, note: Note) {
        self.0.add(note.0);
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.0.add("stopped");
    }
}

fn piper(log: &Log) -> impl FnMut() -> Piper + Send + 'static + use<> {
    let log = log.clone();
    move || Piper(log.clone())
}

#[tokio::test(start_paused = true)]
async fn the_result_comes_as_a_message_while_the_actor_goes_on() {
    let (system, log, gate, census) =
        (system(), Log::default(), Gate::default(), Census::default());
    let piper = system.spawn(piper(&log));
    piper
        .tell(Pipe(gate.clone(), 7, census.token()))
        .expect("room");
    piper.tell(Note(1)).expect("room");
    gate.reached().await;
    piper.tell(Note(2)).expect("room");
    quiet().await;
    assert_eq!(log.take(), ["asked", "1", "2"]);
    gate.open();
    quiet().await;
    assert_eq!(log.take(), ["7"]);
    assert_eq!(at_rest(&system).handled, 4);
}

#[tokio::test(start_paused = true)]
async fn the_result_comes_whatever_the_bound() {
    let (system, log, gate, census) =
        (system(), Log::default(), Gate::default(), Census::default());
    let piper = system.spawn(Props::new(piper(&log)).mailbox(Mailbox::bounded(1)));
    let holding = Gate::default();
    for number in 0..5 {
        piper
            .tell_wait(Pipe(gate.clone(), number, census.token()))
            .await
            .expect("alive");
        gate.reached().await;
    }
    piper.tell(Hold(holding.clone())).expect("room");
    holding.reached().await;
    piper.tell(Note(100)).expect("room");
    for _ in 0..5 {
        gate.open();
    }
    quiet().await;
    assert_eq!(
        system.stats().waiting,
        7,
        "the one in hand, the full mailbox, and five beyond"
    );
    assert!(piper.tell(Note(101)).is_err());
    holding.open();
    quiet().await;
    let mut lines = log.take();
    lines.retain(|line| line != "asked");
    assert_eq!(lines[0], "100");
    lines[1..].sort();
    assert_eq!(lines[1..], ["0", "1", "2", "3", "4"]);
    at_rest(&system);
}

#[tokio::test(start_paused = true)]
async fn a_pipe_ends_with_its_actor() {
    for end in [ActorRef::stop, ActorRef::<Piper>::kill] {
        let (system, log, gate, census) =
            (system(), Log::default(), Gate::default(), Census::default());
        let piper = system.spawn(piper(&log));
        for number in 0..10 {
            piper
                .tell(Pipe(gate.clone(), number, census.token()))
                .expect("room");
            gate.reached().await;
        }
        assert_eq!(census.alive(), 10);
        end(&piper);
        piper.stopped().await;
        quiet().await;
        assert_eq!(census.alive(), 0, "the futures are dropped");
        assert_eq!(log.take().last().map(String::as_str), Some("stopped"));
        at_rest(&system);
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_pipe_fails_the_actor() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let actor = system.spawn(piper(&log));
    actor.tell(PipePanics(gate.clone())).expect("room");
    gate.reached().await;
    actor.tell(Note(1)).expect("room");
    gate.open();
    let reason = actor.stopped().await;
    let failure = reason.failure().expect("a failure");
    assert_eq!(
        (failure.stage(), failure.text()),
        (Stage::Piping, "in the pipe")
    );
    assert_eq!(log.take(), ["1", "stopped"]);
    assert_eq!(at_rest(&system).handled, 2);

    let actor = system.spawn(piper(&log));
    actor.tell(MapPanics).expect("room");
    let reason = actor.stopped().await;
    assert_eq!(
        reason.failure().map(|failure| failure.text().to_owned()),
        Some("in the map".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn many_pipes_leave_nothing_behind() {
    let (system, log, gate, census) =
        (system(), Log::default(), Gate::default(), Census::default());
    let tasks = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    let piper = system.spawn(piper(&log));
    for number in 0..10_000 {
        gate.open();
        piper
            .tell_wait(Pipe(gate.clone(), number, census.token()))
            .await
            .expect("alive");
    }
    quiet().await;
    assert_eq!(census.alive(), 0);
    assert_eq!(
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks(),
        tasks + 1
    );
    piper.stop_and_wait().await;
    assert_eq!(at_rest(&system).handled, 20_000);
}
