use actor::prelude::*;

struct Get;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn get(&self, _: Get, reply: Reply) {
        let _ = reply;
    }
}

fn main() {}
