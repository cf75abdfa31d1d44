//! Where tasks run: a tokio runtime, or under `--cfg actor_shuttle` the model checker's executor.

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// The runtime of a system.
pub(crate) struct Runtime(Handle);

/// A hold on a task: `abort`, `is_finished`.
#[cfg(not(actor_shuttle))]
pub(crate) type Task = tokio::task::AbortHandle;
#[cfg(actor_shuttle)]
pub(crate) type Task = std::sync::Arc<shuttle::future::JoinHandle<()>>;

impl Runtime {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    #[cfg(not(actor_shuttle))]
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> Task {
        self.0.spawn(task).abort_handle()
    }

    #[cfg(actor_shuttle)]
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> Task {
        std::sync::Arc::new(shuttle::future::spawn(task))
    }

    pub(crate) fn spawn_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        self.0.spawn_blocking(work)
    }
}
