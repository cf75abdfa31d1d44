//! What is remembered of the failures of one child, or of a group of children.

use std::time::Duration;

use crate::supervision::window::Window;
use crate::supervision::{ChildKind, Directive, Supervision};

/// The restarts lately, and how often in a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    window: Window,
    /// Failures without a quiet time between.
    attempts: u32,
    last: Option<Duration>,
}

/// What a failure meets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// What the supervisor wants.
    pub(crate) wanted: Directive,
    pub(crate) kind: ChildKind,
    /// Its state can be made anew.
    pub(crate) can_restart: bool,
    /// Counted from any one moment.
    pub(crate) now: Duration,
    /// From 0 to 1.
    pub(crate) random: f64,
}

/// What becomes of the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) directive: Directive,
    /// The wait before a restart.
    pub(crate) delay: Duration,
}

impl Record {
    /// How many restarts there were in the window that ends now.
    pub(crate) fn count(&mut self, rules: &Supervision, now: Duration) -> u32 {
        self.window.count(now, rules.within)
    }

    /// Judges one failure.
    pub(crate) fn judge(&mut self, rules: &Supervision, case: &Case) -> Verdict {
        let at_once = |directive| Verdict {
            directive,
            delay: Duration::ZERO,
        };
        if case.wanted != Directive::Restart {
            return at_once(case.wanted);
        }
        if case.kind == ChildKind::Temporary || !case.can_restart {
            return at_once(Directive::Stop);
        }
        if !self.window.admit(case.now, rules.restarts, rules.within) {
            return at_once(rules.exhausted);
        }
        let Some(backoff) = &rules.backoff else {
            return at_once(Directive::Restart);
        };
        let quiet = self.last.map(|last| case.now.saturating_sub(last));
        if quiet.is_some_and(|quiet| backoff.heals(quiet)) {
            self.attempts = 0;
        }
        self.attempts = self.attempts.saturating_add(1);
        let delay = backoff.delay(self.attempts, case.random);
        // The wait itself is no quiet time.
        self.last = Some(case.now.saturating_add(delay));
        Verdict {
            directive: Directive::Restart,
            delay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervision::Backoff;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn case(wanted: Directive, now: u64) -> Case {
        Case {
            wanted,
            kind: ChildKind::Transient,
            can_restart: true,
            now: ms(now),
            random: 0.0,
        }
    }

    fn verdict(directive: Directive, delay: u64) -> Verdict {
        let delay = ms(delay);
        Verdict { directive, delay }
    }

    #[test]
    fn only_restarts_use_the_window_up() {
        let rules = Supervision::one_for_one().restarts(1, ms(100));
        let mut record = Record::default();
        for wanted in [Directive::Resume, Directive::Stop, Directive::Escalate] {
            assert_eq!(record.judge(&rules, &case(wanted, 0)), verdict(wanted, 0));
        }
        let restart =
            |record: &mut Record, now| record.judge(&rules, &case(Directive::Restart, now));
        assert_eq!(restart(&mut record, 0), verdict(Directive::Restart, 0));
        assert_eq!(restart(&mut record, 99), verdict(Directive::Escalate, 0));
        assert_eq!(record.count(&rules, ms(99)), 1);
        assert_eq!(restart(&mut record, 100), verdict(Directive::Restart, 0));
    }

    #[test]
    fn who_cannot_be_restarted_stops() {
        let rules = Supervision::one_for_one();
        let temporary = Case {
            kind: ChildKind::Temporary,
            ..case(Directive::Restart, 0)
        };
        let once = Case {
            can_restart: false,
            ..case(Directive::Restart, 0)
        };
        for case in [temporary, once] {
            let judged = Record::default().judge(&rules, &case);
            assert_eq!(judged, verdict(Directive::Stop, 0));
        }
    }

    #[test]
    fn the_wait_grows_and_heals() {
        let backoff = Backoff::new(ms(10)).jitter(0.0).heal_after(ms(1_000));
        let rules = Supervision::one_for_one()
            .restarts(100, ms(100_000))
            .backoff(backoff);
        let mut record = Record::default();
        let mut delay = |now| record.judge(&rules, &case(Directive::Restart, now)).delay;
        assert_eq!((delay(0), delay(10), delay(30)), (ms(10), ms(20), ms(40)));
        // The wait ended at 70.
        assert_eq!(delay(1_069), ms(80));
        assert_eq!(delay(1_149 + 1_000), ms(10));
    }
}
