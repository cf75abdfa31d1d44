use actor::prelude::*;

use std::rc::Rc;

struct Add(i64);

#[actor]
struct Counter {
    total: Rc<i64>,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add) {
        self.total = Rc::new(*self.total + msg.0);
    }
}

fn main() {}
