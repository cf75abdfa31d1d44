//! Takes turns, takes medians, prints ratios.

use std::time::Duration;

/// What a contestant does, and how long it took.
pub type Run<'a> = Box<dyn Fn() -> Duration + 'a>;

/// One benchmark: the baseline and what is measured against it.
pub struct Bench<'a> {
    name: &'a str,
    operations: u64,
    contestants: Vec<(&'a str, Run<'a>)>,
}

impl<'a> Bench<'a> {
    /// `operations` is how many of them one run does.
    #[must_use]
    pub fn new(name: &'a str, operations: u64) -> Self {
        Self {
            name,
            operations,
            contestants: Vec::new(),
        }
    }

    /// Adds a contestant; the first is the baseline.
    #[must_use]
    pub fn with(mut self, name: &'a str, run: impl Fn() -> Duration + 'a) -> Self {
        self.contestants.push((name, Box::new(run)));
        self
    }

    /// Runs `rounds` interleaved rounds after one to warm up, and prints the table.
    pub fn run(self, rounds: usize) {
        let mut times = vec![Vec::new(); self.contestants.len()];
        for round in 0..=rounds {
            for (index, (_, run)) in self.contestants.iter().enumerate() {
                let time = run();
                if round > 0 {
                    times[index].push(time);
                }
            }
        }
        let medians: Vec<f64> = times.into_iter().map(median_seconds).collect();
        println!("\n{}", self.name);
        for ((name, _), seconds) in self.contestants.iter().zip(&medians) {
            #[allow(clippy::cast_precision_loss)] // counts of a benchmark are small
            let operations = self.operations as f64;
            println!(
                "  {name:<34} {:>9.1} ns {:>8.2} M/s   time {:>5.2} x   speed {:>5.2} x",
                seconds / operations * 1e9,
                operations / seconds / 1e6,
                seconds / medians[0],
                medians[0] / seconds,
            );
        }
    }
}

fn median_seconds(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}
