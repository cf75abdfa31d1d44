use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler]
    fn call(&mut self, _: Call, ctx: &mut Ctx<Self>) {
        ctx.become_(BreakerState::Open);
    }
}

fn main() {}
