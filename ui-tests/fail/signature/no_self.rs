use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(msg: Add) -> i64 {
        msg.0
    }
}

fn main() {}
