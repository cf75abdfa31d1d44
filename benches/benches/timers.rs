//! A million timers: `cargo bench -p actor-benches --bench timers`
//!
//! Ours, beside a tokio task that sleeps for each, and beside `tokio_util`'s `DelayQueue`, which has no actors and sends
//! nothing. Each run is a process of its own; runs take turns, each figure is a median.

use std::process::Command;
use std::time::{Duration, Instant};

use actor::prelude::*;
use actor_benches::memory::resident_bytes;

const ROUNDS: usize = 5;
const TIMERS: u64 = 1_000_000;
/// Within this they are due.
const SPREAD: u64 = 1_000;

const CONTESTANTS: [&str; 3] = ["task", "queue", "ours"];
const NAMES: [&str; 3] = [
    "a tokio task that sleeps",
    "tokio_util's DelayQueue",
    "ctx.send_after",
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--run") {
        return run(&arguments[at + 1]);
    }
    let own = std::env::current_exe().expect("it runs");
    let mut figures = vec![vec![Vec::new(); 4]; CONTESTANTS.len()];
    for _ in 0..ROUNDS {
        for (figures, contestant) in figures.iter_mut().zip(CONTESTANTS) {
            let output = Command::new(&own).args(["--run", contestant]).output();
            let output = String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned();
            for (figures, number) in figures.iter_mut().zip(output.split_whitespace()) {
                figures.push(number.parse::<f64>().expect("a number"));
            }
        }
    }
    println!("{TIMERS} timers, each figure for one of them; the median of {ROUNDS} rounds");
    for (at, what) in [
        "to set, ns",
        "bytes",
        "to cancel, ns",
        "CPU until it has fired, ns",
    ]
    .iter()
    .enumerate()
    {
        println!("{what}");
        let medians: Vec<f64> = figures.iter().map(|figures| median(&figures[at])).collect();
        for (name, figure) in NAMES.iter().zip(&medians) {
            println!(
                "  {name:<28} {figure:>8.0}   {:>5.2} x",
                figure / medians[0]
            );
        }
    }
}

fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// In a process of its own; prints four numbers.
fn run(contestant: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let [set, bytes, cancel, fire] = runtime.block_on(async {
        match contestant {
            "task" => tasks().await,
            "queue" => queue().await,
            _ => ours().await,
        }
    });
    println!("{set} {bytes} {cancel} {fire}");
}

#[allow(clippy::cast_precision_loss)] // counts of a benchmark are small
fn each(total: Duration) -> f64 {
    total.as_secs_f64() * 1e9 / TIMERS as f64
}

#[allow(clippy::cast_precision_loss)] // counts of a benchmark are small
fn bytes(before: usize) -> f64 {
    resident_bytes().map_or(0, |now| now.saturating_sub(before)) as f64 / TIMERS as f64
}

/// What both threads have spent so far.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name: utime and stime are the 12th and 13th, in 10 ms.
    let (_, fields) = stat.rsplit_once(')').unwrap_or_default();
    let fields = fields.split_whitespace().skip(11).take(2);
    let ticks = fields.filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(10 * ticks.sum::<u64>())
}

/// Spread over the time, and in no order.
fn after(timer: u64, beyond: u64) -> Duration {
    Duration::from_millis(beyond + timer.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SPREAD)
}

/// Far enough that none fires while they are set.
const FAR: u64 = 60_000;
const SOON: u64 = 3_000;

async fn tasks() -> [f64; 4] {
    let before = resident_bytes().unwrap_or(0);
    let began = Instant::now();
    let handles: Vec<_> = (0..TIMERS)
        .map(|timer| tokio::spawn(tokio::time::sleep(after(timer, FAR))))
        .collect();
    let set = each(began.elapsed());
    tokio::time::sleep(Duration::from_millis(2_000)).await; // each is polled once
    let bytes = bytes(before);
    let began = Instant::now();
    for handle in &handles {
        handle.abort();
    }
    for handle in handles {
        let _ = handle.await;
    }
    let cancel = each(began.elapsed());
    let spent = cpu();
    let (sender, mut fired) = tokio::sync::mpsc::unbounded_channel();
    for timer in 0..TIMERS {
        let sender = sender.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after(timer, SOON)).await;
            let _ = sender.send(timer);
        });
    }
    for _ in 0..TIMERS {
        fired.recv().await;
    }
    [set, bytes, cancel, each(cpu() - spent)]
}

async fn queue() -> [f64; 4] {
    use tokio_util::time::DelayQueue;
    let before = resident_bytes().unwrap_or(0);
    let mut queue = DelayQueue::new();
    let began = Instant::now();
    let keys: Vec<_> = (0..TIMERS)
        .map(|timer| queue.insert(timer, after(timer, FAR)))
        .collect();
    let set = each(began.elapsed());
    let bytes = bytes(before);
    let began = Instant::now();
    for key in &keys {
        queue.remove(key);
    }
    let cancel = each(began.elapsed());
    let spent = cpu();
    for timer in 0..TIMERS {
        queue.insert(timer, after(timer, SOON));
    }
    for _ in 0..TIMERS {
        std::future::poll_fn(|cx| queue.poll_expired(cx)).await;
    }
    [set, bytes, cancel, each(cpu() - spent)]
}

struct Set(u64);
struct Cancel;
struct Fired;
struct WaitForAll;

#[actor(mailbox = unbounded)]
#[derive(Default)]
struct Clock {
    handles: Vec<actor::TaskHandle>,
    fired: u64,
    waiting: Option<Reply<()>>,
}

#[actor]
impl Clock {
    #[handler]
    fn set(&mut self, Set(beyond): Set, ctx: &mut Ctx<Self>) -> f64 {
        let began = Instant::now();
        let handles = (0..TIMERS).map(|timer| ctx.send_after(after(timer, beyond), Fired));
        self.handles = handles.collect();
        each(began.elapsed())
    }

    #[handler]
    fn cancel(&mut self, _: Cancel) -> f64 {
        let began = Instant::now();
        for handle in self.handles.drain(..) {
            handle.cancel();
        }
        each(began.elapsed())
    }

    #[handler]
    fn fired(&mut self, _: Fired) {
        self.fired += 1;
        if self.fired == TIMERS
            && let Some(waiting) = self.waiting.take()
        {
            waiting.send(());
        }
    }

    #[handler]
    fn wait_for_all(&mut self, _: WaitForAll, reply: Reply<()>) {
        self.waiting = Some(reply);
    }
}

async fn ours() -> [f64; 4] {
    let system = ActorSystem::new("bench").expect("a runtime");
    let clock = system.spawn(Clock::default);
    clock.started().await.expect("it starts");
    let before = resident_bytes().unwrap_or(0);
    let ask = |set| clock.ask(set).timeout(Duration::MAX);
    let set = ask(Set(FAR)).await.expect("it answers");
    let bytes = bytes(before);
    let cancel = clock
        .ask(Cancel)
        .timeout(Duration::MAX)
        .await
        .expect("it answers");
    let spent = cpu();
    ask(Set(SOON)).await.expect("it answers");
    clock
        .ask(WaitForAll)
        .timeout(Duration::MAX)
        .await
        .expect("it answers");
    [set, bytes, cancel, each(cpu() - spent)]
}
