//! The end of a system.

use std::future::poll_fn;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::core::{Core, ShutdownReport};
use crate::node::{Level, Node, raise_all};
use crate::pid::Pid;
use crate::sync::Arc;
use crate::system::ActorSystem;
use crate::tree::leaves_first;

/// What killed actors get for their `#[on(stopped)]`.
const GRACE: Duration = Duration::from_secs(1);
/// What actors get whose `#[on(stopped)]` was dropped too.
const LAST_GRACE: Duration = Duration::from_millis(100);

impl ActorSystem {
    /// Stops all actors, children before their parents, and waits for them.
    ///
    /// Those that have not stopped at the deadline ([`SystemBuilder::shutdown_deadline`],
    /// default 10 s) are killed, and get one more second for their `#[on(stopped)]`; who hangs there
    /// too is dropped. A second call joins the first.
    ///
    /// # Cancellation
    ///
    /// Dropped, the shutdown goes on.
    ///
    /// [`SystemBuilder::shutdown_deadline`]: crate::SystemBuilder::shutdown_deadline
    pub async fn shutdown(&self) -> ShutdownReport {
        let mut report = self.begin_shutdown();
        match report.wait_for(Option::is_some).await {
            Ok(report) => report.as_deref().cloned().unwrap_or_else(nothing),
            // The runtime has ended, and all actors with it.
            Err(_) => nothing(),
        }
    }

    fn begin_shutdown(&self) -> watch::Receiver<Option<Arc<ShutdownReport>>> {
        let mut slot = self.core().shutdown.lock();
        slot.get_or_insert_with(|| {
            let (sender, receiver) = watch::channel(None);
            let core = self.core().clone();
            self.core().runtime.spawn(async move {
                let report = end_all(&core).await;
                core.events.close();
                sender.send_replace(Some(Arc::new(report)));
            });
            receiver
        })
        .clone()
    }
}

fn nothing() -> ShutdownReport {
    ShutdownReport {
        late: Vec::new(),
        stuck: Vec::new(),
        took: Duration::ZERO,
    }
}

async fn end_all(core: &Core<dyn Node>) -> ShutdownReport {
    let began = Instant::now();
    let roots = {
        let mut root = core.root.lock();
        root.close();
        root.children()
    };
    raise_all(&roots, Level::Stop);
    let mut report = nothing();
    if !ended_within(core, core.settings.shutdown_deadline).await {
        report.late = pids(&unfinished(core));
        tracing::warn!(late = ?report.late, "not stopped within the deadline; killing");
        report.stuck = force(core).await;
    }
    report.took = began.elapsed();
    report
}

/// Kills what is left. Returns what cannot even be killed.
async fn force(core: &Core<dyn Node>) -> Vec<Pid> {
    // All of them: one that blocks its thread does not hand it on to its children.
    raise_all(&leaves_first(core), Level::Kill);
    if ended_within(core, GRACE).await {
        return Vec::new();
    }
    // Aborting drops `#[on(stopped)]` too, so it is for those alone that the others wait for.
    let mut aborted = Vec::new();
    loop {
        let culprits = unfinished(core);
        let keys: Vec<_> = culprits.iter().map(|node| node.head().key()).collect();
        if keys == aborted {
            let stuck = pids(&culprits);
            tracing::error!(?stuck, "still running: a handler blocks its thread");
            return stuck;
        }
        aborted = keys;
        raise_all(&culprits, Level::Abort);
        if ended_within(core, LAST_GRACE).await {
            return Vec::new();
        }
    }
}

async fn ended_within(core: &Core<dyn Node>, limit: Duration) -> bool {
    let empty = poll_fn(|cx| core.root.lock().poll_empty(cx));
    timeout(limit, empty).await.is_ok()
}

/// The actors that the others wait for: asked to stop, and neither gone nor waiting for a child.
fn unfinished(core: &Core<dyn Node>) -> Vec<Arc<dyn Node>> {
    let mut nodes = leaves_first(core);
    nodes.retain(|node| {
        let head = node.head();
        let parent = head.parent();
        let asked = parent.is_none_or(|parent| parent.head().is_childless());
        let waits = head.is_childless() && !head.children().is_empty();
        asked && !waits
    });
    nodes
}

fn pids(nodes: &[Arc<dyn Node>]) -> Vec<Pid> {
    nodes.iter().map(|node| node.head().pid()).collect()
}
