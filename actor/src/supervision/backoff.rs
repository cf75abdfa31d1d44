//! How long to wait before a restart.

use std::time::Duration;

/// The wait before a restart: it grows with each failure, and heals when there is none for a while.
///
/// The n-th wait is `initial * factor^(n-1)`, at most `max`. The jitter makes it shorter by a random part,
/// so that many actors that fail together do not come back together.
///
/// ```
/// use std::time::Duration;
/// use actor::Backoff;
///
/// let backoff = Backoff::new(Duration::from_millis(50)).factor(3.0).max(Duration::from_secs(10));
/// assert_eq!(backoff, backoff.clone());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Backoff {
    initial: Duration,
    factor: f64,
    max: Duration,
    jitter: f64,
    heal_after: Option<Duration>,
}

impl Default for Backoff {
    /// From 100 ms on.
    fn default() -> Self {
        Self::new(Duration::from_millis(100))
    }
}

impl Backoff {
    /// The first wait is `initial`, each further one is twice as long, 30 s at most; a fifth of it is random.
    pub const fn new(initial: Duration) -> Self {
        Self {
            initial,
            factor: 2.0,
            max: Duration::from_secs(30),
            jitter: 0.2,
            heal_after: None,
        }
    }

    /// By how much each wait is longer than the one before. Default: 2. Less than 1, or no number, is 1.
    pub const fn factor(mut self, factor: f64) -> Self {
        self.factor = if factor > 1.0 { factor } else { 1.0 };
        self
    }

    /// The longest wait. Default: 30 s.
    pub const fn max(mut self, max: Duration) -> Self {
        self.max = max;
        self
    }

    /// Which part of each wait is random, from 0 to 1: a wait of 10 s with a jitter of 0.5 lasts 5 to 10 s.
    /// From the system's seed. Default: 0.2.
    pub const fn jitter(mut self, jitter: f64) -> Self {
        self.jitter = if jitter > 0.0 { jitter } else { 0.0 };
        if self.jitter > 1.0 {
            self.jitter = 1.0;
        }
        self
    }

    /// After so long without a failure the next wait is the first again. Default: the longest wait, twice.
    pub const fn heal_after(mut self, quiet: Duration) -> Self {
        self.heal_after = Some(quiet);
        self
    }

    /// The wait after the `attempt`-th failure in a row, counted from 1. `random` is from 0 to 1.
    pub(crate) fn delay(&self, attempt: u32, random: f64) -> Duration {
        let growth = self.factor.powf(f64::from(attempt.saturating_sub(1)));
        let max = self.max.as_secs_f64();
        // Also when it has grown beyond all numbers.
        let full = (self.initial.as_secs_f64() * growth).min(max);
        let part = 1.0 - self.jitter * random.clamp(0.0, 1.0);
        Duration::try_from_secs_f64(full * part).unwrap_or(self.max)
    }

    /// Whether so long a time without a failure heals.
    pub(crate) fn heals(&self, quiet: Duration) -> bool {
        let after = self.heal_after.unwrap_or(self.max.saturating_mul(2));
        quiet >= after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn it_grows_by_its_factor_up_to_its_maximum() {
        let backoff = Backoff::new(ms(100)).factor(3.0).max(ms(1_000)).jitter(0.0);
        let delays = [1, 2, 3, 4, 5, u32::MAX].map(|attempt| backoff.delay(attempt, 0.7));
        assert_eq!(
            delays,
            [ms(100), ms(300), ms(900), ms(1_000), ms(1_000), ms(1_000)]
        );
    }

    #[test]
    fn the_jitter_takes_a_random_part_away() {
        let backoff = Backoff::new(ms(100)).jitter(0.5);
        assert_eq!(backoff.delay(1, 0.0), ms(100));
        assert_eq!(backoff.delay(1, 0.5), ms(75));
        assert_eq!(backoff.delay(1, 1.0), ms(50));
    }

    #[test]
    fn what_makes_no_sense_does_no_harm() {
        let odd = Backoff::new(Duration::MAX)
            .factor(f64::NAN)
            .jitter(f64::INFINITY);
        assert_eq!(odd.delay(7, 0.0), Duration::from_secs(30));
        assert_eq!(odd.delay(7, f64::MAX), Duration::ZERO);
        let never = Backoff::new(ms(1))
            .max(Duration::MAX)
            .factor(f64::MAX)
            .jitter(f64::NAN);
        assert!(never.delay(u32::MAX, 0.5) > ms(1));
    }

    #[test]
    fn it_heals_after_a_quiet_time() {
        let backoff = Backoff::new(ms(10)).max(ms(100));
        assert!(!backoff.heals(ms(199)) && backoff.heals(ms(200)));
        let backoff = backoff.heal_after(ms(50));
        assert!(!backoff.heals(ms(49)) && backoff.heals(ms(50)));
    }
}
