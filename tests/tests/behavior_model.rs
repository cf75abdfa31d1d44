//! Random programs of changes, stashing, timers and restarts, compared with a simple list-keeping model.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, DeadLetterReason, Event};
use actor_tests::{Log, all_events, at_rest};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Room in the stash.
const ROOM: usize = 3;
/// The limit of the stack.
const DEEPEST: usize = 64;

/// What one handler does, in order.
#[derive(Clone, Debug)]
enum Act {
    Become(Kind, u32),
    Push(Kind, u32),
    Pop,
    UnstashAll,
    UnstashOne,
    /// Sends an item later.
    Timer(u64, u32),
    /// The same, in place of the last one with this key.
    Keyed(u64, u32, u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Counting,
    Stashing,
}

#[derive(Clone, Debug)]
enum Mail {
    Acts(Vec<Act>),
    /// Handled in `Plain` and `Counting`, stashed in `Stashing`.
    Item(u32),
    /// Handled in `Counting` alone.
    Odd(u32),
}

/// What the driver does before it lets the actor run.
#[derive(Clone, Debug)]
enum Step {
    Tell(Vec<Mail>),
    Ask(Vec<Mail>),
    /// So many milliseconds pass.
    Wait(u64),
    Restart,
    /// Mail before and after a restart, with no time between.
    RestartAmid(Vec<Mail>, Vec<Mail>),
}

struct Acts(Vec<Act>);
struct Item(u32);
struct Odd(u32);

#[actor(behaviors(Plain, Counting(u32), Stashing), stash = 3, mailbox = unbounded)]
struct Machine(Log);

fn behavior(kind: Kind, data: u32) -> MachineBehavior {
    match kind {
        Kind::Plain => MachineBehavior::Plain,
        Kind::Counting => MachineBehavior::Counting(data),
        Kind::Stashing => MachineBehavior::Stashing,
    }
}

#[actor]
impl Machine {
    #[handler]
    fn acts(&mut self, Acts(acts): Acts, ctx: &mut Ctx<Self>) -> u32 {
        let mut refused = 0;
        for act in acts {
            match act {
                Act::Become(kind, data) => ctx.become_(behavior(kind, data)),
                Act::Push(kind, data) => {
                    refused += u32::from(ctx.push(behavior(kind, data)).is_err());
                }
                Act::Pop => refused += u32::from(ctx.pop().is_err()),
                Act::UnstashAll => {
                    ctx.unstash_all();
                }
                Act::UnstashOne => {
                    ctx.unstash_one();
                }
                Act::Timer(after, id) => {
                    ctx.send_after(Duration::from_millis(after), Item(id));
                }
                Act::Keyed(after, id, key) => {
                    let keyed = ctx.keyed(key.to_string());
                    keyed.send_after(Duration::from_millis(after), Item(id));
                }
            }
        }
        refused
    }

    #[handler(in = Plain)]
    fn plain(&mut self, Item(id): Item) -> u32 {
        self.0.add(format!("plain {id}"));
        id
    }

    #[handler(in = Counting)]
    async fn counting(&mut self, Item(id): Item, count: &mut u32) -> u32 {
        tokio::task::yield_now().await;
        *count += 1;
        self.0.add(format!("counting {id} {count}"));
        *count
    }

    #[handler(in = Stashing)]
    fn stashing(&mut self, msg: Item, reply: Reply<u32>, ctx: &mut Ctx<Self>) {
        if let Err(full) = ctx.stash(msg, reply) {
            self.0.add(format!("full {}", full.message.0));
            full.reply.send(u32::MAX);
        }
    }

    #[handler(in = Counting)]
    fn odd(&mut self, Odd(id): Odd, count: &mut u32) -> u32 {
        self.0.add(format!("odd {id}"));
        *count
    }

    #[on(enter(Plain | Counting | Stashing))]
    fn entered(&mut self, ctx: &mut Ctx<Self>) {
        self.0.add(format!("enter {}", ctx.behavior()));
    }

    #[on(leave(Plain | Counting | Stashing))]
    async fn left(&mut self, ctx: &mut Ctx<Self>) {
        self.0.add(format!("leave {}", ctx.behavior()));
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Reply(u32),
    Unhandled(&'static str),
    Discarded,
    Other,
}

/// The actor as a list-keeping model.
struct Model {
    stack: Vec<(Kind, u32)>,
    stash: VecDeque<Queued>,
    mailbox: VecDeque<Queued>,
    timers: Vec<Due>,
    /// Which timer has a key.
    keyed: BTreeMap<u8, u64>,
    /// Timers that were cancelled: what they have sent is not handled any more.
    cancelled: BTreeSet<u64>,
    now: u64,
    numbers: u64,
    log: Vec<String>,
    ends: Vec<Option<End>>,
    dead_letters: usize,
}

#[derive(Clone, Debug)]
struct Queued {
    mail: Mail,
    /// Which request it is.
    asked: Option<usize>,
    /// Which timer sent it.
    timer: Option<u64>,
}

struct Due {
    at: u64,
    number: u64,
    id: u32,
}

impl Model {
    fn new() -> Self {
        let mut model = Self {
            stack: Vec::new(),
            stash: VecDeque::new(),
            mailbox: VecDeque::new(),
            timers: Vec::new(),
            keyed: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            now: 0,
            numbers: 0,
            log: Vec::new(),
            ends: Vec::new(),
            dead_letters: 0,
        };
        model.begin();
        model
    }

    fn begin(&mut self) {
        self.stack = vec![(Kind::Plain, 0)];
        self.log.push("enter Plain".to_owned());
    }

    fn restart(&mut self) {
        self.timers.clear();
        self.keyed.clear();
        self.cancelled = (1..=self.numbers).collect();
        while let Some(stashed) = self.stash.pop_back() {
            self.mailbox.push_front(stashed);
        }
        self.begin();
    }

    fn name(&self) -> &'static str {
        match self.stack.last().unwrap().0 {
            Kind::Plain => "Plain",
            Kind::Counting => "Counting",
            Kind::Stashing => "Stashing",
        }
    }

    fn end(&mut self, asked: Option<usize>, end: End) {
        if let Some(asked) = asked {
            self.ends[asked] = Some(end);
        }
    }

    fn tell(&mut self, mail: Mail) {
        self.queue(mail, None, None);
    }

    fn queue(&mut self, mail: Mail, asked: Option<usize>, timer: Option<u64>) {
        self.mailbox.push_back(Queued { mail, asked, timer });
    }

    fn ask(&mut self, mail: Mail) {
        let asked = Some(self.ends.len());
        self.ends.push(None);
        self.queue(mail, asked, None);
    }

    /// Time goes on; what is due comes in its order.
    fn wait(&mut self, millis: u64) {
        let until = self.now + millis;
        loop {
            let first = self.timers.iter().enumerate();
            let first = first.min_by_key(|(_, due)| (due.at, due.number));
            let Some((place, _)) = first.filter(|(_, due)| due.at <= until) else {
                break;
            };
            let due = self.timers.remove(place);
            self.now = due.at;
            self.queue(Mail::Item(due.id), None, Some(due.number));
            // Others of the same moment are queued with it.
            if !self.timers.iter().any(|other| other.at == due.at) {
                self.run();
            }
        }
        self.now = until;
    }

    fn run(&mut self) {
        while let Some(queued) = self.mailbox.pop_front() {
            if !queued
                .timer
                .is_some_and(|timer| self.cancelled.contains(&timer))
            {
                self.handle(queued);
            }
        }
    }

    fn handle(&mut self, queued: Queued) {
        let asked = queued.asked;
        let (kind, count) = self.stack.last_mut().unwrap();
        match (queued.mail.clone(), *kind) {
            (Mail::Acts(acts), _) => {
                let refused = self.act(acts);
                self.end(asked, End::Reply(refused));
            }
            (Mail::Item(id), Kind::Plain) => {
                self.log.push(format!("plain {id}"));
                self.end(asked, End::Reply(id));
            }
            (Mail::Item(id), Kind::Counting) => {
                *count += 1;
                let count = *count;
                self.log.push(format!("counting {id} {count}"));
                self.end(asked, End::Reply(count));
            }
            (Mail::Item(id), Kind::Stashing) => {
                if self.stash.len() < ROOM {
                    self.stash.push_back(queued);
                } else {
                    self.log.push(format!("full {id}"));
                    self.end(asked, End::Reply(u32::MAX));
                }
            }
            (Mail::Odd(id), Kind::Counting) => {
                let count = *count;
                self.log.push(format!("odd {id}"));
                self.end(asked, End::Reply(count));
            }
            (Mail::Odd(_), _) => {
                self.dead_letters += 1;
                let name = self.name();
                self.end(asked, End::Unhandled(name));
            }
        }
    }

    fn act(&mut self, acts: Vec<Act>) -> u32 {
        let (mut refused, mut change, mut back) = (0, None, VecDeque::new());
        for act in acts {
            match act {
                Act::Become(..) => change = Some(act),
                Act::Push(..) if self.stack.len() < DEEPEST => change = Some(act),
                Act::Pop if self.stack.len() > 1 => change = Some(act),
                Act::Push(..) | Act::Pop => refused += 1,
                Act::UnstashAll => back.append(&mut self.stash),
                Act::UnstashOne => back.extend(self.stash.pop_front()),
                Act::Timer(after, id) => self.timer(after, id),
                Act::Keyed(after, id, key) => {
                    self.timer(after, id);
                    if let Some(earlier) = self.keyed.insert(key, self.numbers) {
                        self.timers.retain(|due| due.number != earlier);
                        self.cancelled.insert(earlier);
                    }
                }
            }
        }
        if let Some(change) = change {
            let leave = format!("leave {}", self.name());
            self.log.push(leave);
            match change {
                Act::Become(kind, data) => self.stack = vec![(kind, data)],
                Act::Push(kind, data) => self.stack.push((kind, data)),
                _ => {
                    self.stack.pop();
                }
            }
            let enter = format!("enter {}", self.name());
            self.log.push(enter);
        }
        back.append(&mut self.mailbox);
        self.mailbox = back;
        refused
    }

    fn timer(&mut self, after: u64, id: u32) {
        self.numbers += 1;
        self.timers.push(Due {
            at: self.now + after,
            number: self.numbers,
            id,
        });
    }

    fn step(&mut self, step: &Step) {
        match step.clone() {
            Step::Tell(mail) => mail.into_iter().for_each(|mail| self.tell(mail)),
            Step::Ask(mail) => mail.into_iter().for_each(|mail| self.ask(mail)),
            Step::Wait(millis) => self.wait(millis),
            Step::Restart => self.restart(),
            Step::RestartAmid(before, after) => {
                before.into_iter().for_each(|mail| self.tell(mail));
                self.restart();
                after.into_iter().for_each(|mail| self.tell(mail));
            }
        }
        self.run();
    }

    /// What is left becomes dead letters.
    fn stop(&mut self) {
        for stashed in std::mem::take(&mut self.stash) {
            // What a timer has sent ends with it.
            self.dead_letters += usize::from(stashed.timer.is_none());
            self.end(stashed.asked, End::Discarded);
        }
    }
}

/// The real thing.
struct Real {
    machine: ActorRef<Machine>,
    asks: Vec<tokio::task::JoinHandle<End>>,
}

impl Real {
    fn tell(&self, mail: Mail) {
        match mail {
            Mail::Acts(acts) => self.machine.tell(Acts(acts)).unwrap(),
            Mail::Item(id) => self.machine.tell(Item(id)).unwrap(),
            Mail::Odd(id) => self.machine.tell(Odd(id)).unwrap(),
        }
    }

    fn ask(&mut self, mail: Mail) {
        let machine = self.machine.clone();
        let ask = async move {
            let far = Duration::from_secs(1_000_000);
            match mail {
                Mail::Acts(acts) => end(machine.ask(Acts(acts)).timeout(far).await),
                Mail::Item(id) => end(machine.ask(Item(id)).timeout(far).await),
                Mail::Odd(id) => end(machine.ask(Odd(id)).timeout(far).await),
            }
        };
        self.asks.push(tokio::spawn(ask));
    }

    async fn step(&mut self, step: &Step) {
        match step.clone() {
            Step::Tell(mail) => mail.into_iter().for_each(|mail| self.tell(mail)),
            Step::Ask(mail) => mail.into_iter().for_each(|mail| self.ask(mail)),
            Step::Wait(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
            Step::Restart => self.machine.restart(),
            Step::RestartAmid(before, after) => {
                before.into_iter().for_each(|mail| self.tell(mail));
                self.machine.restart();
                after.into_iter().for_each(|mail| self.tell(mail));
            }
        }
        settle(&self.machine).await;
    }
}

fn end<M>(answer: Result<u32, AskError<M>>) -> End {
    match answer {
        Ok(reply) => End::Reply(reply),
        Err(AskError::Unhandled { behavior }) => End::Unhandled(behavior),
        Err(AskError::Discarded) => End::Discarded,
        Err(_) => End::Other,
    }
}

/// Until nothing waits but what is stashed. The clock stands.
async fn settle(machine: &ActorRef<Machine>) {
    loop {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        let stats = machine.stats();
        if stats.waiting == stats.stashed {
            return;
        }
    }
}

async fn compare(system: &ActorSystem, steps: Vec<Step>) {
    let (log, mut model) = (Log::default(), Model::new());
    let mut events = system.events();
    let own = log.clone();
    let machine = system.spawn(move || Machine(own.clone()));
    machine.started().await.unwrap();
    let mut real = Real {
        machine,
        asks: Vec::new(),
    };
    for step in &steps {
        model.step(step);
        real.step(step).await;
        assert_eq!(log.lines(), model.log, "after {step:?} of {steps:?}");
        let stats = real.machine.stats();
        assert_eq!(stats.stashed, model.stash.len() as u64);
        assert_eq!(stats.behavior, Some(model.name()));
        assert!(stats.is_balanced());
    }
    model.stop();
    real.machine.stop_and_wait().await;
    let mut ends = Vec::new();
    for ask in real.asks {
        ends.push(Some(ask.await.unwrap()));
    }
    assert_eq!(ends, model.ends, "{steps:?}");
    let letters = all_events(&mut events, |event| match event {
        Event::DeadLetter(letter) => Some(letter.reason),
        _ => None,
    });
    let known = [DeadLetterReason::Unhandled, DeadLetterReason::ActorStopped];
    assert!(letters.iter().all(|reason| known.contains(reason)));
    assert_eq!(letters.len(), model.dead_letters, "{steps:?}");
    assert_eq!(
        real.machine.stats().dead_letters.total() as usize,
        model.dead_letters
    );
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Plain),
        Just(Kind::Counting),
        Just(Kind::Stashing)
    ]
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (kinds(), 0..9_u32).prop_map(|(kind, data)| Act::Become(kind, data)),
        4 => (kinds(), 0..9_u32).prop_map(|(kind, data)| Act::Push(kind, data)),
        4 => Just(Act::Pop),
        2 => Just(Act::UnstashAll),
        2 => Just(Act::UnstashOne),
        2 => (1..9_u64, 100..200_u32).prop_map(|(after, id)| Act::Timer(after, id)),
        1 => (1..9_u64, 200..300_u32, 0..2_u8)
            .prop_map(|(after, id, key)| Act::Keyed(after, id, key)),
    ]
}

fn mail() -> impl Strategy<Value = Mail> {
    prop_oneof![
        3 => vec(acts(), 1..4).prop_map(Mail::Acts),
        4 => (0..99_u32).prop_map(Mail::Item),
        1 => (0..99_u32).prop_map(Mail::Odd),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(mail(), 1..5).prop_map(Step::Tell),
        4 => vec(mail(), 1..4).prop_map(Step::Ask),
        3 => (1..6_u64).prop_map(Step::Wait),
        1 => Just(Step::Restart),
        1 => (vec(mail(), 0..3), vec(mail(), 0..3))
            .prop_map(|(before, after)| Step::RestartAmid(before, after)),
    ]
}

#[test]
fn random_programs_do_what_a_simple_model_does() {
    let config = Config {
        cases: 10_000,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let system = runtime.block_on(async { ActorSystem::new("model").unwrap() });
    let run = TestRunner::new(config).run(&vec(steps(), 1..14), |steps| {
        runtime.block_on(compare(&system, steps));
        Ok(())
    });
    if let Err(failed) = run {
        panic!("{failed}");
    }
    runtime.block_on(async { assert!(at_rest(&system).is_balanced()) });
}
