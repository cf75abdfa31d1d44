//! How many restarts there were lately.

use std::collections::VecDeque;
use std::time::Duration;

/// An exact sliding window: at each moment it knows the restarts of the time that has just passed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window {
    /// When they were, the oldest first; times are counted from any one moment.
    restarts: VecDeque<Duration>,
}

impl Window {
    /// How many there were in the last `within`; one that is exactly as old is not among them.
    pub(crate) fn count(&mut self, now: Duration, within: Duration) -> u32 {
        let old = |at: &Duration| now.saturating_sub(*at) >= within;
        while self.restarts.front().is_some_and(old) {
            self.restarts.pop_front();
        }
        u32::try_from(self.restarts.len()).unwrap_or(u32::MAX)
    }

    /// Whether one more is allowed; then it is counted.
    pub(crate) fn admit(&mut self, now: Duration, most: u32, within: Duration) -> bool {
        let admitted = self.count(now, within) < most;
        if admitted {
            self.restarts.push_back(now);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_restart_leaves_the_window_when_it_is_as_old_as_the_window_is_long() {
        let mut window = Window::default();
        assert!(window.admit(ms(0), 2, ms(10)));
        assert!(window.admit(ms(9), 2, ms(10)));
        assert!(!window.admit(ms(9), 2, ms(10)));
        assert_eq!(window.count(ms(9), ms(10)), 2);
        assert!(window.admit(ms(10), 2, ms(10)));
        assert!(!window.admit(ms(18), 2, ms(10)));
        assert!(window.admit(ms(19), 2, ms(10)));
    }

    #[test]
    fn none_is_allowed_when_there_may_be_none() {
        assert!(!Window::default().admit(ms(5), 0, ms(10)));
    }

    /// Row C2 of `RELIABILITY.md`: random limits and times, to the millisecond, against the definition.
    #[test]
    fn c2_each_decision_is_that_of_the_definition() {
        let mut state = 2_u64;
        let mut random = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        for case in 0..100_000 {
            let (most, within) = (random(7), random(50));
            let (mut window, mut restarts) = (Window::default(), Vec::new());
            let mut now = 0;
            for _ in 0..random(30) {
                now += random(20);
                let lately = restarts.iter().filter(|at| now - **at < within).count() as u64;
                let most = u32::try_from(most).expect("a small number");
                let admitted = window.admit(ms(now), most, ms(within));
                assert_eq!(admitted, lately < u64::from(most), "case {case} at {now}");
                if admitted {
                    restarts.push(now);
                }
            }
        }
    }
}
