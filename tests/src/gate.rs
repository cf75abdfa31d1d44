//! A door at which a handler waits until the test opens it.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A door: [`pass`](Self::pass) waits until it is opened, [`reached`](Self::reached) until somebody stands before it.
#[derive(Clone, Debug)]
pub struct Gate {
    reached: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            reached: Arc::new(Semaphore::new(0)),
            open: Arc::new(Semaphore::new(0)),
        }
    }
}

impl Gate {
    /// Waits before the door.
    pub async fn pass(&self) {
        self.reached.add_permits(1);
        if let Ok(permit) = self.open.acquire().await {
            permit.forget();
        }
    }

    /// Waits until somebody has come to the door; each one is seen once.
    pub async fn reached(&self) {
        if let Ok(permit) = self.reached.acquire().await {
            permit.forget();
        }
    }

    /// Lets one through, now or when it comes.
    pub fn open(&self) {
        self.open.add_permits(1);
    }
}
