use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add, ctx: Ctx<Self>) {
        self.total += msg.0;
        let _ = ctx;
    }
}

fn main() {}
