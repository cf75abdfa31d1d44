use actor::prelude::*;

use std::cell::Cell;
use std::future::ready;

struct Add(i64);

#[actor]
struct Counter {
    total: Cell<i64>,
}

#[actor]
impl Counter {
    #[handler]
    async fn add(&self, msg: Add) {
        ready(()).await;
        self.total.set(self.total.get() + msg.0);
    }
}

fn main() {}
