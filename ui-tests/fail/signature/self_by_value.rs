use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(self, msg: Add) -> i64 {
        self.total + msg.0
    }
}

fn main() {}
