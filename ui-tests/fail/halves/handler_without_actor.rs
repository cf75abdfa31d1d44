use actor::prelude::*;

struct Add(i64);

struct Counter {
    total: i64,
}

impl Counter {
    #[handler]
    fn add(&mut self, msg: Add) {
        self.total += msg.0;
    }
}

fn main() {}
