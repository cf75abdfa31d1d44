use actor::prelude::*;

struct Get;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler(fails)]
    fn get(&self, _: Get, reply: Reply<Result<i64, String>>) {
        reply.send(Ok(self.total));
    }
}

fn main() {}
