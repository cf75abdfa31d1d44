use actor::prelude::*;

struct Get;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn get(&self, _: Get, ctx: &mut Ctx<Self>, reply: Reply<i64>) {
        reply.send(self.total);
        ctx.stop();
    }
}

fn main() {}
