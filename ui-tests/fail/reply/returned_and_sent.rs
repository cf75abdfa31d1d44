use actor::prelude::*;

struct Get;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn get(&self, _: Get, reply: Reply<i64>) -> i64 {
        reply.send(self.total);
        self.total
    }
}

fn main() {}
