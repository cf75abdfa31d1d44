use actor::prelude::*;

struct Call;

#[actor]
struct Counter;

#[actor]
impl Counter {
    #[handler]
    fn call(&mut self, _: Call, ctx: &mut Ctx<Self>) {
        ctx.become_(7);
    }
}

fn main() {}
