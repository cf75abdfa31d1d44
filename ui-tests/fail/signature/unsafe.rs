use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    unsafe fn add(&mut self, msg: Add) {
        self.total += msg.0;
    }
}

fn main() {}
