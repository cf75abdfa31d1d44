use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(started)]
    fn begin(&mut self, msg: Add) {
        self.total += msg.0;
    }
}

fn main() {}
