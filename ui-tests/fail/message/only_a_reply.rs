use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn get(&self, reply: Reply<i64>) {
        reply.send(self.total);
    }
}

fn main() {}
