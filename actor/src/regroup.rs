//! The restart of several children because of one: they stop from the youngest to the oldest, and start
//! from the oldest to the youngest.
//!
//! One task does it, one restart after the other; the children do what it tells them past their mailboxes.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::care::{Command, Job};
use crate::core::Core;
use crate::failure::{Failure, StopReason};
use crate::node::{Level, Node};
use crate::supervision::{ChildKind, Directive, Supervision};
use crate::sync::Arc;
use crate::tree::roots;
use crate::verdict::{Can, command};

/// Has a child and its siblings restarted, as soon as those restarts are over that come before it.
pub(crate) fn regroup(failed: &dyn Node, job: Job) {
    let head = failed.head();
    let group = Siblings {
        core: head.core.clone(),
        parent: head.parent().cloned(),
        rules: head.supervisor(),
    };
    let idle = head.with_group(|group| {
        group.jobs.push_back(job);
        !std::mem::replace(&mut group.running, true)
    });
    if idle {
        head.core.runtime.spawn(async move { group.work().await });
    }
}

/// What is possible with a child that has failed to start again.
const CANNOT_RESUME: Can = Can {
    resume: false,
    restart: true,
};

/// The children of one supervisor.
struct Siblings {
    core: Arc<Core<dyn Node>>,
    parent: Option<Arc<dyn Node>>,
    rules: Arc<Supervision>,
}

impl Siblings {
    async fn work(&self) {
        while let Some(job) = self.next_job() {
            let mut next = Some(job);
            while let Some(job) = next {
                next = self.restart(job).await;
            }
        }
    }

    fn next_job(&self) -> Option<Job> {
        self.with_group(|group| {
            group.members.clear();
            let job = group.jobs.pop_front();
            group.running = job.is_some();
            job
        })
    }

    fn with_group<R>(&self, with: impl FnOnce(&mut crate::care::Group) -> R) -> R {
        match &self.parent {
            Some(parent) => with(&mut parent.head().life.lock().care_mut().group),
            None => with(&mut self.core.guardian.lock()),
        }
    }

    fn children(&self) -> Vec<Arc<dyn Node>> {
        match &self.parent {
            Some(parent) => parent.head().children(),
            None => roots(&self.core),
        }
    }

    /// Those who are restarted because of one; none, when that one has ended.
    fn members(&self, failed: u64) -> Vec<Arc<dyn Node>> {
        let children = self.children();
        let place = children.iter().position(|child| child.head().id == failed);
        let Some(place) = place else {
            return Vec::new();
        };
        let affected = self.rules.strategy.affected(children.len(), place);
        children[affected].to_vec()
    }

    /// Gives the next restart, when a child fails to start again.
    async fn restart(&self, job: Job) -> Option<Job> {
        let members = self.members(job.failed);
        let ids = members.iter().map(|child| child.head().id).collect();
        self.with_group(|group| group.members = ids);
        for child in members.iter().rev() {
            self.stop(child, &job).await;
        }
        let mut delay = job.delay;
        for child in &members {
            // From its start on a failure of it is a new one.
            self.with_group(|group| group.members.retain(|id| *id != child.head().id));
            let begun = begin(child, std::mem::take(&mut delay)).await;
            if let Err(failure) = begun {
                let again = self.decide(child, failure);
                if again.is_some() {
                    return again;
                }
            }
        }
        None
    }

    /// Ends a child's incarnation, or the child, within the deadline.
    async fn stop(&self, child: &Arc<dyn Node>, job: &Job) {
        let temporary = child.head().kind() == ChildKind::Temporary;
        let (done, stopped) = oneshot::channel();
        if temporary && child.head().id != job.failed {
            child.raise(Level::Stop);
            drop(done);
        } else if !command(&**child, Command::EndIncarnation(job.failure.clone(), done)) {
            return;
        }
        let stopped = async move {
            if stopped.await.is_err() {
                ended(child).await;
            }
        };
        let Some(deadline) = self.rules.stop_within else {
            return stopped.await;
        };
        if timeout(deadline, stopped).await.is_err() {
            child.raise(Level::Kill);
            ended(child).await;
        }
    }

    /// A child has failed to start again.
    fn decide(&self, child: &Arc<dyn Node>, failure: Failure) -> Option<Job> {
        let verdict = child.head().decide(&failure, CANNOT_RESUME);
        match verdict.directive {
            Directive::Restart | Directive::Resume => {
                return Some(Job {
                    failed: child.head().id,
                    failure,
                    delay: verdict.delay,
                });
            }
            Directive::Stop => {
                command(&**child, Command::End(failure));
            }
            Directive::Escalate => {
                child.head().set_escalated(true);
                if let Some(parent) = &self.parent {
                    command(&**parent, Command::Escalated(child.head().id, failure));
                }
            }
        }
        None
    }
}

async fn ended(child: &Arc<dyn Node>) {
    let (waiter, end) = oneshot::channel::<StopReason>();
    child.head().on_end(waiter);
    let _ = end.await;
}

async fn begin(child: &Arc<dyn Node>, delay: Duration) -> Result<(), Failure> {
    let (done, begun) = oneshot::channel();
    if !command(&**child, Command::BeginIncarnation(delay, done)) {
        return Ok(()); // it has ended
    }
    begun.await.unwrap_or(Ok(()))
}
