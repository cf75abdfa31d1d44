use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn reset(&mut self, ctx: &mut Ctx<Self>) {
        self.total = 0;
        ctx.stop();
    }
}

fn main() {}
