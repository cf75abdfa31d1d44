use actor::prelude::*;

use std::future::ready;
use std::rc::Rc;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    async fn add(&mut self, msg: Add) {
        let kept = Rc::new(msg.0);
        ready(()).await;
        self.total += *kept;
    }
}

fn main() {}
