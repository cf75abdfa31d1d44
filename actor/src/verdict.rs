//! How a failure is decided: by the rules of the supervisor, with what it remembers.

use crate::care::{Command, Group};
use crate::event::Event;
use crate::failure::{Failure, catch};
use crate::node::{Head, Node, SystemItem};
use crate::progress::COMMAND;
use crate::supervision::{
    Case, ChildFailed, ChildKind, Directive, Record, RootFailure, Supervision, Verdict,
};
use crate::sync::Arc;
use crate::system::ActorSystem;

impl Head {
    /// The rules for this actor's children.
    pub(crate) fn rules(&self) -> Arc<Supervision> {
        let own = self.life.lock().care().and_then(|care| care.rules.clone());
        own.unwrap_or_else(|| self.core.settings.supervision.clone())
    }

    /// The rules that this actor is under.
    pub(crate) fn supervisor(&self) -> Arc<Supervision> {
        match self.parent() {
            Some(parent) => parent.head().rules(),
            None => self.core.settings.supervision.clone(),
        }
    }

    pub(crate) fn kind(&self) -> ChildKind {
        let life = self.life.lock();
        life.care()
            .map_or_else(ChildKind::default, |care| care.kind)
    }

    /// What a supervisor keeps of this actor and its siblings together.
    pub(crate) fn with_group<R>(&self, with: impl FnOnce(&mut Group) -> R) -> R {
        match self.parent() {
            Some(parent) => with(&mut parent.head().life.lock().care_mut().group),
            None => with(&mut self.core.guardian.lock()),
        }
    }

    fn with_record<R>(&self, rules: &Supervision, with: impl FnOnce(&mut Record) -> R) -> R {
        if rules.strategy.is_of_a_group() {
            self.with_group(|group| with(&mut group.record))
        } else {
            with(&mut self.life.lock().care_mut().record)
        }
    }

    /// Lets the supervisor decide about a failure of this actor, and tells who wants to know.
    pub(crate) fn decide(&self, failure: &Failure, can: Can) -> Verdict {
        let rules = self.supervisor();
        let now = self.core.age();
        let count = self.with_record(&rules, |record| record.count(&rules, now));
        failure.set_count(count.saturating_add(1));
        let mut wanted = catch(|| rules.wanted(failure)).unwrap_or_else(|_| {
            tracing::error!(actor = self.pid().id(), "deciding about a failure panicked");
            Directive::Escalate
        });
        if wanted == Directive::Resume && !can.resume {
            wanted = Directive::Restart;
        }
        let case = Case {
            wanted,
            kind: self.kind(),
            can_restart: can.restart,
            now,
            random: self.random(),
        };
        let mut verdict = self.with_record(&rules, |record| record.judge(&rules, &case));
        let at_root = verdict.directive == Directive::Escalate && self.parent().is_none();
        if at_root {
            verdict.directive = Directive::Stop;
        }
        let once = wanted == Directive::Restart && !can.restart;
        self.tell_decision(failure, verdict, once);
        if at_root && self.core.settings.on_root_failure == RootFailure::StopSystem {
            let system = ActorSystem::from_core(self.core.clone());
            self.core.runtime.spawn(async move {
                system.shutdown().await;
            });
        }
        verdict
    }

    fn tell_decision(&self, failure: &Failure, verdict: Verdict, once: bool) {
        let told = || ChildFailed {
            child: self.pid(),
            failure: failure.clone(),
            directive: verdict.directive,
            delay: verdict.delay,
        };
        log(&told(), once);
        self.core.events.publish(|| Event::ChildFailed(told()));
        let Some(parent) = self.parent() else { return };
        if parent.head().minds() {
            parent.push_system(SystemItem::ChildFailed(told()));
        }
    }

    fn minds(&self) -> bool {
        self.life.lock().care().is_some_and(|care| care.minds)
    }

    /// From 0 to 1: from the system's seed, another one for each failure of each actor.
    fn random(&self) -> f64 {
        let failures = self.tally.number_failure();
        let mut mixed = self.core.settings.seed ^ self.id.rotate_left(32) ^ failures;
        // The finalizer of SplitMix64.
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        #[allow(clippy::cast_precision_loss)] // 53 bits are exact
        let random = (mixed >> 11) as f64 / (1_u64 << 53) as f64;
        random
    }

    /// That it waits for what becomes of its parent. Returns whether it did.
    pub(crate) fn set_escalated(&self, escalated: bool) -> bool {
        let mut life = self.life.lock();
        std::mem::replace(&mut life.care_mut().escalated, escalated)
    }

    /// The child whose failure was escalated goes on. Another one waits until its own is decided.
    pub(crate) fn resume_child(&self, id: u64) {
        let children = self.children();
        if let Some(child) = children.iter().find(|child| child.head().id == id) {
            command(&**child, Command::Resume);
        }
    }

    /// What it is told next; the signal stays while there is more.
    pub(crate) fn next_command(&self) -> Option<Command> {
        let mut life = self.life.lock();
        let commands = life.known_care_mut().map(|care| &mut care.commands);
        let (next, last) = commands.map_or((None, true), |commands| {
            let next = commands.pop_front();
            (next, commands.is_empty())
        });
        if last {
            self.progress.take(COMMAND); // what comes from now on raises it after this lock
        }
        next
    }

    /// To be done when what is done now is over.
    pub(crate) fn put_back_command(&self, command: Command) {
        self.life.lock().care_mut().commands.push_back(command);
        self.progress.raise(COMMAND);
    }
}

/// What is possible with an actor that has failed.
#[derive(Clone, Copy)]
pub(crate) struct Can {
    /// It has a state to go on with.
    pub(crate) resume: bool,
    /// Its state can be made once more.
    pub(crate) restart: bool,
}

/// Tells an actor something past its mailbox. `false`: it has ended.
pub(crate) fn command(node: &dyn Node, command: Command) -> bool {
    {
        let mut life = node.head().life.lock();
        if life.ended.is_some() {
            return false;
        }
        life.care_mut().commands.push_back(command);
    }
    node.call(COMMAND);
    true
}

/// One line for one decision.
fn log(told: &ChildFailed, once: bool) {
    let failure = told.failure.root_cause();
    let location = failure.location();
    let backtrace = failure.backtrace();
    let backtrace = backtrace.map_or_else(String::new, |trace| format!("\n{trace}"));
    let once = match once {
        true => ": its state was made with `Props::once`",
        false => "",
    };
    tracing::error!(
        actor = told.child.id(),
        directive = %told.directive,
        count = told.failure.count(),
        location,
        "{told}{once}{backtrace}"
    );
}
