use actor::prelude::*;

use std::rc::Rc;

struct Add(Rc<i64>);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    async fn add(&mut self, msg: Add) {
        self.total += *msg.0;
    }
}

fn main() {}
