use actor::prelude::*;

struct Add(ActorRef<Counter>);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add, ctx: &mut Ctx<Self>) {
        ctx.watch(&msg.0);
        self.total += 1;
    }
}

fn main() {}
