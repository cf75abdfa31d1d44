use actor::prelude::*;

#[actor]
struct Counter {
    total: i64,
}

impl Counter {
    fn add(&mut self) {
        self.total += 1;
    }
}

fn main() {}
