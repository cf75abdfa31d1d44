use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed(u32), Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed)]
    fn call(&mut self, _: Call, _ctx: &mut Ctx<Self>, count: &mut u32) { *count += 1; }

    #[handler(in = Open)]
    fn reject(&mut self, _: Call) {}
}

fn main() {}
