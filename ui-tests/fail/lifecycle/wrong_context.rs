use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(started)]
    fn begin(&mut self, ctx: Ctx<Self>) {
        self.total = 0;
        let _ = ctx;
    }
}

fn main() {}
