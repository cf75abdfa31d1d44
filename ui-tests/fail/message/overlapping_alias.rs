use actor::prelude::*;

struct Add(i64);
type Sub = Add;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add) {
        self.total += msg.0;
    }

    #[handler]
    fn sub(&mut self, msg: Sub) {
        self.total -= msg.0;
    }
}

fn main() {}
