use actor::prelude::*;

use std::future::ready;
use std::rc::Rc;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(started)]
    async fn begin(&mut self) {
        let kept = Rc::new(1);
        ready(()).await;
        self.total += *kept;
    }
}

fn main() {}
