use actor::prelude::*;

use std::rc::Rc;

struct Get;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn get(&self, _: Get) -> Rc<i64> {
        Rc::new(self.total)
    }
}

fn main() {}
